//! `validate`: everything that can be known without reading a source.

use std::{io, path::Path};

use serde_json::{Value, json};

use super::{
    Cx,
    arguments::{Form, Validate as Words},
    exit::Exit,
    recordings,
    report::{Failure, no_plan},
    world::Here,
};
use crate::{
    directory::Directory,
    engine,
    finding::Code,
    manifest::{self, DeclaredSource, Diagnostics, Manifest, Recordings, References, Unusable},
    plan::Past,
    recording::{Recording, RecordingError},
    render::{GOOD, counted, painted, safe},
    source::{Context, Listing, Silent},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let path = cx.around.manifest(cx.global.manifest.as_deref())?;
    let loaded = manifest::load(&path, &Here);
    let found: Vec<Diagnostics> = match &loaded {
        Err(found) => vec![found.clone()],
        Ok(manifest) => {
            let denials = manifest.limits.deny.iter().map(|denial| denial.code);
            let codes: Vec<Code> = denials.chain(words.deny.codes.iter().copied()).collect();
            let remarks = manifest.remarks.clone().denied(&codes);
            let remarks = (!remarks.is_empty()).then_some(remarks);
            let sources = manifest.sources.iter();
            let mut found: Vec<_> =
                sources.flat_map(|source| names(cx, manifest, source)).chain(remarks).collect();
            found.extend(manifest.try_cases(&Kept { manifest }));
            found
        }
    };
    let wrong: usize = found.iter().map(Diagnostics::errors).sum();
    match words.output {
        Form::Text => {
            if !found.is_empty() {
                cx.out.complain(&told(&found, wrong, cx));
            }
            if let (Ok(manifest), 0) = (&loaded, wrong) {
                cx.out.text(&holds(manifest))?;
            }
        }
        Form::Json => cx.out.json(&document(&found))?,
        Form::Yaml => cx.out.yaml(&document(&found))?,
    }
    Ok(if wrong == 0 { Exit::Done } else { Exit::Failed })
}

/// What can be told of one source's names and settings without asking anybody: a file's columns,
/// or what a kind always knows. Settings that stand elsewhere and aren't there are no mistake here.
fn names(cx: &Cx<'_>, manifest: &Manifest, declared: &DeclaredSource) -> Vec<Diagnostics> {
    match declared.open(&WithoutPrograms) {
        Err(found) if found.iter().any(|one| one.code == "unresolved") => Vec::new(),
        Err(found) => vec![found],
        Ok(source) => {
            let attributes = declared.mapping.attributes();
            let known = source.vocabulary(&Context {
                name: &declared.name,
                pbx: &declared.mapping.pbx,
                root: &manifest.root,
                now: cx.around.now,
                attributes: &attributes,
                known: &[],
                progress: &Silent,
            });
            let wrong = declared.check(&known).err();
            wrong.into_iter().chain(manifest.strange_names(&declared.name, &known)).collect()
        }
    }
}

/// Recordings as tests of the manifest find them: read here, and planned for nobody.
struct Kept<'m> {
    manifest: &'m Manifest,
}

impl Recordings for Kept<'_> {
    fn listing(&self, folder: &Path, source: &DeclaredSource) -> Result<Listing, Unusable> {
        let recording = Recording::open(folder).map_err(unusable)?;
        recordings::recorded(&recording, source).map(|fetched| fetched.listing).map_err(unusable)
    }

    fn people(&self, folder: &Path) -> Result<u64, Unusable> {
        let recording = Recording::open(folder).map_err(unusable)?;
        let sources = self.manifest.sources.iter();
        let fetched = sources.map(|source| recordings::recorded(&recording, source));
        let fetched = fetched.collect::<Result<Vec<_>, _>>().map_err(unusable)?;
        let nobody = Directory::default();
        let held = engine::Held { directory: &nobody, base: None, past: &Past::default() };
        let plan = recordings::with_world_of_then(self.manifest, recording.made_at(), |world| {
            engine::plan_of(self.manifest, &held, fetched, world)
        });
        plan.map(|plan| plan.summary.add).map_err(|error| Unusable {
            message: format!("there is no plan from it: {}", no_plan(&error)),
            help: "see what `rollbook plan --replay` says of it".into(),
        })
    }
}

fn unusable(error: RecordingError) -> Unusable {
    Unusable { message: error.to_string(), help: error.help() }
}

/// This machine's environment and files, but no programs: to validate runs nothing.
struct WithoutPrograms;

impl References for WithoutPrograms {
    fn env(&self, name: &str) -> Option<String> {
        Here.env(name)
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        Here.file(path)
    }

    fn command(&self, _argv: &[String]) -> io::Result<String> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// All of them as one document.
fn document(found: &[Diagnostics]) -> Value {
    let all: Vec<Value> = found
        .iter()
        .filter_map(|found| found.to_json().get("diagnostics")?.as_array().cloned())
        .flatten()
        .collect();
    json!({ "format": "rollbook.diagnostics/1", "diagnostics": all })
}

fn told(found: &[Diagnostics], wrong: usize, cx: &Cx<'_>) -> String {
    let texts: Vec<String> =
        found.iter().map(|found| found.to_text(cx.out.colours_remarks())).collect();
    let count = match wrong {
        0 => String::new(),
        1 => "1 mistake\n".to_owned(),
        many => format!("{many} mistakes\n"),
    };
    format!("{}\n{count}", texts.join("\n"))
}

fn holds(manifest: &Manifest) -> String {
    let count = |list: usize, noun: &str| counted(list as u64, noun);
    let tests = match manifest.cases.len() {
        0 => String::new(),
        some => format!(", {} passed", count(some, "test")),
    };
    format!(
        "{}: `{}` holds together: {}, {}, {}{tests}\n",
        painted(GOOD, "valid"),
        safe(&manifest.file.to_string_lossy()),
        count(manifest.sources.len(), "source"),
        count(manifest.groups.len(), "group rule"),
        count(manifest.collections.len(), "collection"),
    )
}
