//! `validate`: everything that can be known without reading a source.

use std::{io, path::Path};

use serde_json::{Value, json};

use super::{
    Cx,
    arguments::{Form, Validate as Words},
    exit::Exit,
    report::Failure,
    world::Here,
};
use crate::{
    finding::Code,
    manifest::{self, DeclaredSource, Diagnostics, Manifest, References},
    render::{GOOD, counted, painted, safe},
    source::{Context, Silent},
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
            sources.filter_map(|source| names(cx, manifest, source)).chain(remarks).collect()
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
fn names(cx: &Cx<'_>, manifest: &Manifest, declared: &DeclaredSource) -> Option<Diagnostics> {
    match declared.open(&WithoutPrograms) {
        Err(found) if found.iter().any(|one| one.code == "unresolved") => None,
        Err(found) => Some(found),
        Ok(source) => {
            let attributes = declared.mapping.attributes();
            let known = source.vocabulary(&Context {
                root: &manifest.root,
                now: cx.around.now,
                attributes: &attributes,
                known: &[],
                progress: &Silent,
            });
            declared.check(&known).err()
        }
    }
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
    format!(
        "{}: `{}` holds together: {}, {}, {}\n",
        painted(GOOD, "valid"),
        safe(&manifest.file.to_string_lossy()),
        count(manifest.sources.len(), "source"),
        count(manifest.groups.len(), "group rule"),
        count(manifest.collections.len(), "collection"),
    )
}
