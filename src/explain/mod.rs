//! Why the directory has a person or a device as it does, or doesn't have them: one answer, as data.
//!
//! What the directory has, what the sources' records say and how the mapping read them, which values
//! won, which rules of ours placed them, what the ledger keeps and which commits changed what are put
//! beside one another.

mod answer;
mod equipment;
mod fields;
mod ledger;
mod pinned;
mod places;
mod records;
mod select;
mod standing;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;

use self::pinned::Pins;
use crate::{
    directory::{Directory, Field, Id, Person, Text},
    finding::{Code, Finding},
    grouping::{CollectionRule, GroupingError, Rule},
    mapping::{Mapping, MappingError, Trace, trace},
    merge::Provenance,
    pins::Pin,
    plan::EntryKind as Kind,
    source::Record,
};

pub use answer::{
    By, CollectionSeen, CommitSeen, Entry, EntryKind, Explanation, FieldSeen, LoserSeen, MatchSeen,
    PersonSeen, PinSeen, PlaceSeen, RecordSeen, RuleSeen, SourceSeen, Standing, Word,
};
pub use equipment::{
    DeviceSeen, EquipmentCase, EquipmentHistory, EquipmentLive, EquipmentSeen, LineSeen, OtherSeen,
    OwnerSeen, PersonNamed, PropertySeen, Said, SharerSeen, entry_kind, equipment,
    explain_equipment, listed,
};
pub use select::{Meant, also, foremost, is_meant, known, meant};

/// What is known about somebody.
#[derive(Debug)]
pub struct Case<'a> {
    /// Who was asked for, in the asker's words.
    pub who: &'a str,
    /// The person or record that is meant; none where it is nobody.
    pub id: Option<&'a Id>,
    /// Others who go by the same, by what the sources have.
    pub also: Vec<Id>,
    /// The directory, as it is or was.
    pub held: &'a Directory,
    /// Its commit; none before the first.
    pub commit: Option<Text>,
    /// What its history says of the person.
    pub history: History,
    /// The manifest's rules of places.
    pub groups: &'a [Rule],
    /// The manifest's collections.
    pub collections: &'a [CollectionRule],
    /// The manifest's pins.
    pub pins: &'a [Pin],
    /// The day, for pins that end.
    pub today: Date,
    /// What the sources have, or why they were not read.
    pub live: Result<Live<'a>, Text>,
}

/// What the commits of the directory say of a person.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The commit that last changed each field.
    pub fields: BTreeMap<Field, CommitSeen>,
    /// The commit that last disabled or enabled them.
    pub status: Option<CommitSeen>,
    /// The commit that brought them.
    pub added: Option<CommitSeen>,
    /// Who had the number that was asked for, newest first.
    pub holders: Vec<Entry>,
}

/// What the sources have.
#[derive(Debug)]
pub struct Live<'a> {
    /// How they were read, in name order.
    pub sources: Vec<SourceSeen>,
    /// The records of each that are meant, in the same order.
    pub readings: Vec<Reading<'a>>,
    /// Records that the directory has as theirs, and that are listed and somebody else's now.
    pub elsewhere: Vec<Id>,
    /// What merging makes of the person; none where nobody has the id that is meant.
    pub origin: Option<Provenance>,
}

/// Some of a source's records, as they were read.
#[derive(Debug)]
pub struct Reading<'a> {
    /// How they become people.
    pub mapping: &'a Mapping,
    /// The names of their attributes.
    pub names: Vec<Text>,
    /// The records.
    pub records: Vec<Record>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// A rule fails on the person.
    #[error(transparent)]
    Grouping(#[from] GroupingError),
    /// A source's mapping doesn't fit its records.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

impl Reading<'_> {
    /// Whether it has a record of that source and key.
    pub fn has(&self, id: &Id) -> bool {
        self.mapping.source == id.source()
            && self.records.iter().any(|record| record.key == id.key())
    }

    /// The same with these records alone.
    #[must_use]
    pub fn only(mut self, ids: &[Id]) -> Self {
        let source = &self.mapping.source;
        let keys: Vec<&str> = ids.iter().filter(|id| id.source() == source).map(Id::key).collect();
        self.records.retain(|record| keys.contains(&record.key.as_str()));
        self
    }
}

/// The answer.
///
/// # Errors
///
/// [`ExplainError`] where a rule or a mapping fails on the person.
pub fn explain(case: Case<'_>) -> Result<Explanation, ExplainError> {
    let traces = traces(&case)?;
    let person = case.id.and_then(|id| person_of(&case, id));
    let records = records::seen(&case, person, &traces);
    let wanted = fields::wanted(&case, person, &traces);
    let decided = fields::decided(&case);
    let mut pins = wanted.as_ref().map(|wanted| Pins::new(&case, wanted, decided));
    let pinned = pins.as_ref().and_then(|pins| pins.status.clone());
    let standing = standing::standing(&case, person, &records, pinned.as_ref());
    let placed = match &mut pins {
        Some(pins) => Some(places::place(&case, person, pins, decided)?),
        None => None,
    };
    let fields = match (&pins, &placed) {
        (Some(pins), Some(placed)) => fields::seen(&case, person, pins, placed, &traces),
        _ => Vec::new(),
    };
    let collections = match &placed {
        Some(placed) => places::collections(&case, person, &placed.person)?,
        None => Vec::new(),
    };
    let ledger = ledger::entries(&case, person, &records);
    let answer = standing::sentence(&case, standing, person, &records, &ledger, pinned.as_ref());
    let mut findings: Vec<_> =
        traces.iter().flat_map(|trace| trace.findings.iter().cloned()).collect();
    // What one record lacks another one may have.
    for code in [Code::NoName, Code::NoExtension] {
        let has = |finding: &Finding| finding.code == code;
        let stays = person.is_some() && !decided;
        if stays || !traces.iter().all(|trace| trace.findings.iter().any(has)) {
            findings.retain(|finding| !has(finding));
        }
    }
    findings.extend(pins.iter().flat_map(|pins| pins.findings.iter().cloned()));
    findings.sort();
    findings.dedup();
    let Case { who, id, also, held, commit, history, live, .. } = case;
    let merged = person.and_then(|person| standing::merged_into(held, person));
    let (sources, unread) = match live {
        Ok(live) => (live.sources, None),
        Err(because) => (Vec::new(), Some(because)),
    };
    let devices = person.map(|person| equipment::devices_of(held, &person.id));
    Ok(Explanation {
        id: person.map(|person| person.id.clone()).or_else(|| id.cloned()),
        name: person.or(wanted.as_ref()).map(|person| person.name.clone()),
        commit,
        unread,
        sources,
        also,
        pin: pinned.map(|(pin, _)| pin),
        person: person.map(|person| standing::person_seen(person, &history, merged)),
        records,
        fields,
        place: placed.map(|placed| placed.seen),
        collections,
        ledger,
        devices: devices.unwrap_or_default(),
        findings,
        before: history.holders,
        ..Explanation::bare(who, Kind::Person, standing, answer)
    })
}

/// How each record that is meant was mapped.
fn traces(case: &Case<'_>) -> Result<Vec<Trace>, MappingError> {
    let Ok(live) = &case.live else { return Ok(Vec::new()) };
    let mut traces = Vec::new();
    for reading in &live.readings {
        for record in &reading.records {
            traces.push(trace(record, &reading.names, reading.mapping)?);
        }
    }
    Ok(traces)
}

/// The person of the directory whom an id or a record leads to.
fn person_of<'a>(case: &Case<'a>, id: &Id) -> Option<&'a Person> {
    let origin = case.live.as_ref().ok().and_then(|live| live.origin.as_ref());
    let id = origin.map_or(id, |origin| &origin.id);
    case.held.person(id).or_else(|| known(case.held, id.as_str()).first().copied())
}
