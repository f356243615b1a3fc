//! `schema`: what the manifest and the JSON outputs look like, for editors and programs.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;

use super::{
    Cx,
    arguments::Schema as Words,
    documents::{
        Applied, DiagnosticsDocument, DiffDocument, DoctorDocument, FetchDocument, LogDocument,
        RehearsalDocument,
    },
    exit::Exit,
    ledger::LedgerDocument,
    report::Failure,
};
use crate::{explain::Explanation, manifest, plan::Plan, render::DirectoryDocument};

/// Gives a schema.
pub type Make = fn() -> Value;

/// Each schema with its name, in name order.
pub const SCHEMAS: &[(&str, Make)] = &[
    ("applied", of::<Applied>),
    ("diagnostics", of::<DiagnosticsDocument>),
    ("diff", of::<DiffDocument>),
    ("directory", of::<DirectoryDocument>),
    ("doctor", of::<DoctorDocument>),
    ("explain", of::<Explanation>),
    ("fetch", of::<FetchDocument>),
    ("ledger", of::<LedgerDocument>),
    ("log", of::<LogDocument>),
    ("manifest", manifest::schema),
    ("plan", of::<Plan>),
    ("rehearsal", of::<RehearsalDocument>),
];

/// The schema (draft-07) of what is written of a type.
fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().into()
}

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let names: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
    let Some(wanted) = &words.name else {
        cx.out.raw(&(names.join("\n") + "\n"))?;
        return Ok(Exit::Done);
    };
    let schema = SCHEMAS.iter().find(|(name, _)| name == wanted).ok_or_else(|| {
        let title = format!("there is no schema `{wanted}`");
        Failure::new(title, format!("name one of these: {}", names.join(", ")))
    })?;
    cx.out.json(&schema.1())?;
    Ok(Exit::Done)
}
