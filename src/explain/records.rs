//! The records that stand for somebody.

use std::collections::BTreeMap;

use super::{By, Case, MatchSeen, Reading, RecordSeen, Word};
use crate::{
    directory::{Id, Person, Text, Value},
    mapping::{Became, Told, Trace},
    merge::{RecordOrigin, Seen},
    source::{Attribute, Record},
};

/// Each record once for every time that its source lists it, sorted.
pub(super) fn seen(case: &Case<'_>, person: Option<&Person>, traces: &[Trace]) -> Vec<RecordSeen> {
    let mut seen = Vec::new();
    let live = case.live.as_ref().ok();
    let origins = live.and_then(|live| live.origin.as_ref());
    let origins = origins.map_or(&[][..], |origin| origin.records.as_slice());
    for reading in live.iter().flat_map(|live| &live.readings) {
        for record in &reading.records {
            let id = record.id(&reading.mapping.source);
            let place = record.place.to_string();
            let told = traces.iter().find(|trace| trace.id == id && trace.place == place);
            if let Some(told) = told {
                let origin = origins.iter().find(|origin| origin.record == id);
                seen.push(listed(reading, record, told, origin));
            }
        }
    }
    for origin in origins {
        if seen.iter().all(|record| record.record != origin.record) {
            seen.push(unlisted(&origin.record, Some(&origin.by), Some(origin)));
        }
    }
    if let Some(person) = person {
        for (id, by) in person.known_as() {
            if seen.iter().all(|record| record.record != *id) {
                let mut one = unlisted(id, Some(&by.into()), None);
                if live.is_some_and(|live| live.elsewhere.contains(id)) {
                    one.became = Word::Elsewhere;
                }
                seen.push(one);
            }
        }
    }
    seen.sort_by(|one, next| one.record.cmp(&next.record));
    let unread = live.is_none();
    for record in seen.iter_mut().filter(|record| record.became == Word::Gone && unread) {
        record.became = Word::Unread;
    }
    seen
}

fn listed(
    reading: &Reading<'_>,
    record: &Record,
    told: &Trace,
    origin: Option<&RecordOrigin>,
) -> RecordSeen {
    let shared = reading.records.iter().filter(|other| other.key == record.key).count() > 1;
    let (became, because) = match &told.became {
        _ if shared => (
            Word::DuplicateKey,
            Some("other records of the source have the same key, and none of them is used".into()),
        ),
        Became::Person(draft) => match &draft.source_disabled {
            Some(evidence) => (Word::Disabled, Some(evidence.clone())),
            None => (Word::Used, None),
        },
        Became::LeftOut(evidence) => (Word::LeftOut, Some(evidence.clone())),
        Became::HeldBack(because) => (Word::Unusable, Some(because.clone())),
    };
    RecordSeen {
        record: told.id.clone(),
        by: origin.map(|origin| origin.by.clone()),
        became,
        because,
        place: Some(told.place.clone()),
        values: values(reading, record),
        keep: told.keep.as_ref().map(by),
        status: told.status.as_ref().map(by),
        links: links(origin),
    }
}

/// A record that the directory knows and no source gave.
fn unlisted(id: &Id, by: Option<&Text>, origin: Option<&RecordOrigin>) -> RecordSeen {
    let (became, because) = match origin.map(|origin| &origin.seen) {
        Some(Seen::Unproven(because)) => (Word::Unproven, Some(because.clone())),
        Some(Seen::Gone(_, evidence)) => (Word::Gone, Some(evidence.clone())),
        Some(Seen::Disabled(evidence)) => (Word::Disabled, Some(evidence.clone())),
        Some(Seen::Listed) => (Word::Used, None),
        Some(Seen::Unusable) => (Word::Unusable, None),
        None => (Word::Gone, None),
    };
    RecordSeen {
        record: id.clone(),
        by: by.cloned(),
        became,
        because,
        place: None,
        values: BTreeMap::new(),
        keep: None,
        status: None,
        links: links(origin),
    }
}

fn links(origin: Option<&RecordOrigin>) -> Vec<MatchSeen> {
    let tried = origin.map_or(&[][..], |origin| origin.tried.as_slice());
    tried
        .iter()
        .map(|tried| MatchSeen {
            rule: tried.rule.clone(),
            value: tried.value.clone(),
            shared: tried.shared,
        })
        .collect()
}

fn values(reading: &Reading<'_>, record: &Record) -> BTreeMap<Text, Value> {
    let values = reading.names.iter().zip(&record.values);
    values
        .filter_map(|(name, attribute)| {
            let value = match attribute {
                Attribute::Absent => return None,
                Attribute::One(text) => Value::Text(text.clone()),
                Attribute::Many(texts) => Value::List(texts.to_vec()),
            };
            Some((name.clone(), value))
        })
        .collect()
}

/// An expression on a record, as it is written out.
pub(super) fn by(told: &Told) -> By {
    By {
        expression: told.expression.clone(),
        at: told.at.clone().map(Text::from),
        steps: told.steps.clone(),
    }
}
