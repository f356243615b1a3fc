//! `validate`: everything that can be known without reading a source.

use super::{
    Cx,
    arguments::{Form, Validate as Words},
    exit::Exit,
    report::Failure,
    world::Here,
};
use crate::{
    manifest::{self, Diagnostics, Manifest},
    render::{GOOD, counted, painted, safe},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let path = cx.around.manifest(cx.global.manifest.as_deref())?;
    let loaded = manifest::load(&path, &Here);
    let found = loaded.as_ref().err().cloned().unwrap_or_default();
    match words.output {
        Form::Text => match &loaded {
            Ok(manifest) => cx.out.text(&holds(manifest))?,
            Err(found) => cx.out.complain(&mistakes(found, cx)),
        },
        Form::Json => cx.out.json(&found.to_json())?,
        Form::Yaml => cx.out.yaml(&found.to_json())?,
    }
    Ok(if loaded.is_ok() { Exit::Done } else { Exit::Failed })
}

fn mistakes(found: &Diagnostics, cx: &Cx<'_>) -> String {
    let count = found.len();
    let noun = if count == 1 { "mistake" } else { "mistakes" };
    format!("{}\n{count} {noun}\n", found.to_text(cx.out.colours_remarks()))
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
