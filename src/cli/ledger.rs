//! `ledger`: what was read and not used, what is disputed or unknown, and where sources disagree.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Cx,
    arguments::{Form, Ledger as Words, Part},
    desk::Desk,
    exit::Exit,
    report::Failure,
    table::table,
};
use crate::{
    directory::{Directory, Disagreement, Dispute, Id, Since, Skipped, Text, Unknown},
    render::{self, STRONG, painted},
};

/// What `ledger` prints. A part that was not asked for is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LedgerDocument {
    /// `rollbook.ledger/1`.
    pub format: Text,
    /// The commit; none where there is none yet.
    pub commit: Option<String>,
    /// Records that no person was made of, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Vec<SkippedRecord>>,
    /// Records that would be joined were it one to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputes: Option<Vec<Held<Dispute>>>,
    /// People whose absence is not proven, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Vec<Held<Unknown>>>,
    /// Values that lost to another source's, by person and field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disagreements: Option<Vec<Held<Disagreement>>>,
}

/// A record that no person was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SkippedRecord {
    /// Whose it is.
    pub id: Id,
    /// Why, a finding's code: `not-kept`.
    pub code: Text,
    /// The same in words.
    pub because: Text,
    /// The first run that left it out for this reason.
    pub since: Timestamp,
}

/// Something in the ledger, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "{T}Since")]
pub struct Held<T> {
    /// What it is.
    #[serde(flatten)]
    pub what: T,
    /// The first run that found it.
    pub since: Timestamp,
}

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let Desk { store, .. } = Desk::open(cx)?;
    let commit = match &words.at {
        Some(rev) => Some(store.resolve(rev)?),
        None => store.head()?,
    };
    let directory = match &commit {
        Some(commit) => store.read(commit)?,
        None => Directory::default(),
    };
    let wanted = |part| words.part.is_none_or(|asked| asked == part);
    match words.output {
        Form::Text => cx.out.text(&text(&directory, wanted))?,
        Form::Json => cx.out.json(&document(directory, commit.map(|c| c.id), wanted))?,
        Form::Yaml => cx.out.yaml(&document(directory, commit.map(|c| c.id), wanted))?,
    }
    Ok(Exit::Done)
}

fn document(
    directory: Directory,
    commit: Option<String>,
    wanted: impl Fn(Part) -> bool,
) -> LedgerDocument {
    let Directory { skipped, disputes, unknown, disagreements, .. } = directory;
    let record = |Skipped { id, code, because, since }| SkippedRecord { id, code, because, since };
    LedgerDocument {
        format: Text::new_static("rollbook.ledger/1"),
        commit,
        skipped: wanted(Part::Skipped).then(|| skipped.into_iter().map(record).collect()),
        disputes: wanted(Part::Disputes).then(|| held(disputes)),
        unknown: wanted(Part::Unknown).then(|| held(unknown)),
        disagreements: wanted(Part::Disagreements).then(|| held(disagreements)),
    }
}

fn held<T>(entries: Vec<Since<T>>) -> Vec<Held<T>> {
    entries.into_iter().map(|Since { what, since }| Held { what, since }).collect()
}

fn text(directory: &Directory, wanted: impl Fn(Part) -> bool) -> String {
    let Directory { skipped, disputes, unknown, disagreements, .. } = directory;
    let mut out = String::new();
    let mut part = |part: Part, title: &str, heading: &[&str], rows: Vec<Vec<String>>| {
        if !wanted(part) {
            return;
        }
        let count = render::grouped(rows.len() as u64);
        let gap = if out.is_empty() { "" } else { "\n" };
        out.push_str(&format!("{gap}{}: {count}\n", painted(STRONG, title)));
        if !rows.is_empty() {
            out.push_str(&table(heading, &rows));
        }
    };
    let skipped = skipped.iter().map(|entry| {
        let Skipped { id, code, because, since } = entry;
        vec![since.to_string(), id.to_string(), code.to_string(), because.to_string()]
    });
    let heading = ["since", "record", "code", "because"];
    part(Part::Skipped, "Records not used", &heading, skipped.collect());
    let disputes = disputes.iter().map(|Since { what, since }| {
        let Dispute { records, by, value, people } = what;
        let held =
            if people.is_empty() { String::new() } else { format!("; holds {}", ids(people)) };
        let records = format!("{}{held}", ids(records));
        vec![since.to_string(), format!("{by} {value}"), records]
    });
    let heading = ["since", "rule and value", "records"];
    part(Part::Disputes, "Disputes", &heading, disputes.collect());
    let unknown = unknown.iter().map(|Since { what: Unknown { id, because }, since }| {
        vec![since.to_string(), id.to_string(), because.to_string()]
    });
    part(Part::Unknown, "Unknown", &["since", "person", "because"], unknown.collect());
    let lost = disagreements.iter().map(|Since { what, since }| {
        let Disagreement { id, field, source, value, winner } = what;
        vec![
            since.to_string(),
            id.to_string(),
            field.to_string(),
            format!("{source}: {value}"),
            winner.to_string(),
        ]
    });
    let heading = ["since", "person", "field", "lost", "won"];
    part(Part::Disagreements, "Disagreements", &heading, lost.collect());
    out
}

fn ids(ids: &[Id]) -> String {
    ids.iter().map(Id::as_str).collect::<Vec<_>>().join(", ")
}
