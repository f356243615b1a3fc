//! `fetch`: one source, as mapped people and what calls run through, or as its records.

use serde_json::{Map, Value};

use super::{
    Cx,
    arguments::{Fetch as Words, Form},
    desk::{self, Desk},
    documents::{FetchDocument, RawRecord},
    exit::Exit,
    recordings,
    report::{Failure, source_failure},
    table::table,
};
use crate::{
    directory::{Directory, Id, Person, Reason, Text},
    engine::{self, EngineError, Fetched},
    manifest::DeclaredSource,
    mapping::Draft,
    merge::owned,
    render::{self, PersonDocument, StatusWord, counted, safe},
    source::{Attribute, Coverage, Listing},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    if words.record.record.is_some() {
        return record(cx, words);
    }
    let manifest = desk::manifest(cx)?;
    let declared = desk::source(&manifest, words.source.as_deref().unwrap_or_default())?;
    let fetched = desk::with_world(cx, &manifest, |world| {
        engine::fetch(declared, &[], world).map_err(|why| source_failure(&declared.name, why))
    })?;
    let Fetched { listing, seconds } = fetched;
    let mut document = document(declared, &listing, seconds);
    let limit = words.limit.unwrap_or(usize::MAX);
    if words.raw {
        document.raw = Some(raw(&listing, limit));
        if words.output == Form::Text {
            cx.out.text(&raw_text(document.raw.as_deref().unwrap_or_default()))?;
            cx.out.remark(&foot(&document));
            return Ok(Exit::Done);
        }
    } else {
        let mut mapped = engine::map(listing, &declared.mapping)
            .map_err(|error| source_failure(&declared.name, error.into()))?;
        // Who comes of the records is known; what a plan would remark on that, it does itself.
        owned(&mut mapped.inventory, &mapped.people, &Directory::default(), &[]);
        let names = Names::of(&mapped.people);
        if words.output == Form::Text {
            cx.out.text(&people_table(mapped.people.iter().take(limit)))?;
            let name = |id: &Id| names.get(id);
            cx.out.text(&render::inventory_text(&mapped.inventory, &name, cx.all()))?;
            for finding in mapped.findings.iter().take(if cx.all() { usize::MAX } else { 5 }) {
                cx.out.remark(&render::finding_line(finding));
            }
            cx.out.remark(&foot(&document));
            return Ok(Exit::Done);
        }
        let mut inventory =
            render::inventory_documents(&mapped.inventory, &|id| names.get(id), &|_| true);
        inventory.devices.truncate(limit);
        inventory.system_devices.truncate(limit);
        inventory.channels.truncate(limit);
        document.devices = Some(inventory.devices);
        document.system_devices = Some(inventory.system_devices);
        document.channels = Some(inventory.channels);
        let mut people = mapped.people;
        people.truncate(limit);
        engine::place(&mut people, &manifest.groups).map_err(EngineError::from)?;
        document.people = Some(people.iter().map(person).collect());
        document.findings = Some(mapped.findings);
    }
    match words.output {
        Form::Text => {}
        Form::Json => cx.out.json(&document)?,
        Form::Yaml => cx.out.yaml(&document)?,
    }
    Ok(Exit::Done)
}

/// Keeps what one source answers, or all; shows nothing of it.
fn record(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let held = desk.held(cx)?;
    let manifest = &desk.manifest;
    let (chosen, fetched): (Vec<&DeclaredSource>, Vec<Fetched>) = match &words.source {
        None => (manifest.sources.iter().collect(), desk.read(cx, &held.directory)?),
        Some(name) => {
            let declared = desk::source(manifest, name)?;
            let known = engine::known(&held.directory, &declared.name);
            let fetched = desk::with_world(cx, manifest, |world| {
                engine::fetch(declared, &known, world)
                    .map_err(|why| source_failure(&declared.name, why))
            })?;
            (vec![declared], vec![fetched])
        }
    };
    recordings::keep(cx, &words.record, manifest, chosen.into_iter().zip(&fetched))?;
    Ok(Exit::Done)
}

/// Somebody as a plan would first take them: disabled where the source says so.
fn person(draft: &Draft) -> PersonDocument {
    let mut document = render::person_document(&draft.person);
    if let Some(evidence) = &draft.source_disabled {
        document.status = StatusWord::Disabled;
        document.reason = Some(Reason::SourceDisabled);
        document.evidence = Some(evidence.clone());
    }
    document
}

fn document(declared: &DeclaredSource, listing: &Listing, seconds: f64) -> FetchDocument {
    let (complete, evidence) = match &listing.coverage {
        Coverage::Complete { proof } => (true, proof.clone()),
        Coverage::Partial { because } => (false, because.clone()),
    };
    FetchDocument {
        format: Text::new_static("rollbook.fetch/1"),
        source: declared.name.clone(),
        kind: declared.kind.name.into(),
        complete,
        evidence,
        records: listing.records.len() as u64,
        seconds: (seconds * 1000.0).round() / 1000.0,
        people: None,
        devices: None,
        system_devices: None,
        channels: None,
        findings: None,
        raw: None,
    }
}

/// What people are called who came of one source, by id.
struct Names(Vec<(Id, Text)>);

impl Names {
    /// `people` are sorted by id.
    fn of(people: &[Draft]) -> Self {
        Self(
            people
                .iter()
                .map(|draft| (draft.person.id.clone(), draft.person.name.clone()))
                .collect(),
        )
    }

    fn get(&self, id: &Id) -> Option<Text> {
        let at = self.0.binary_search_by(|(known, _)| known.cmp(id)).ok()?;
        Some(self.0[at].1.clone())
    }
}

fn foot(document: &FetchDocument) -> String {
    let complete = if document.complete { "complete" } else { "INCOMPLETE" };
    let records = counted(document.records, "record");
    format!("{records}, {complete}: {}", safe(&document.evidence).cut(300))
}

/// People as mapped, a line each.
pub(super) fn people_table<'p>(people: impl Iterator<Item = &'p Draft>) -> String {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let rows: Vec<Vec<String>> = people
        .map(|draft| {
            let person: &Person = &draft.person;
            let status = if draft.source_disabled.is_some() { "disabled" } else { "active" };
            vec![
                person.name.to_string(),
                text(person.extension.as_ref().map(|extension| extension.as_str())),
                text(person.telephone.as_deref()),
                text(person.department.as_deref()),
                text(person.site.as_deref()),
                text(person.email.as_deref()),
                status.into(),
                person.id.as_str().to_owned(),
            ]
        })
        .collect();
    let heading = ["name", "extension", "telephone", "department", "site", "email", "status", "id"];
    table(&heading, &rows)
}

fn raw(listing: &Listing, limit: usize) -> Vec<RawRecord> {
    let records = listing.records.iter().take(limit);
    records
        .map(|record| {
            let mut values = Map::new();
            for (name, attribute) in listing.names.iter().zip(&record.values) {
                let value = match attribute {
                    Attribute::Absent => continue,
                    Attribute::One(text) => Value::from(text.as_str()),
                    Attribute::Many(texts) => texts.iter().map(|text| text.as_str()).collect(),
                };
                values.insert(name.to_string(), value);
            }
            RawRecord {
                key: record.key.clone(),
                place: record.place.to_string(),
                values,
                flaw: record.flaw.clone(),
            }
        })
        .collect()
}

fn raw_text(records: &[RawRecord]) -> String {
    let mut out = String::new();
    for record in records {
        out.push_str(&format!(
            "{}  {}\n",
            safe(&record.key).cut(100),
            safe(&record.place).cut(200)
        ));
        if let Some(flaw) = &record.flaw {
            out.push_str(&format!("  unusable: {}\n", safe(flaw).cut(200)));
        }
        for (name, value) in &record.values {
            let values = match value {
                Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
                value => vec![value.as_str().unwrap_or_default()],
            };
            for value in values {
                out.push_str(&format!("  {}: {}\n", safe(name).cut(60), safe(value).cut(300)));
            }
        }
    }
    out
}
