//! Each field: its value, whose it is, and how it came about.

use super::{Case, FieldSeen, LoserSeen, pinned::Pins, places::Placed, records::by};
use crate::{
    directory::{Field, FieldKind, GroupPath, Id, Person, Text, Value},
    grouping::NO_GROUP,
    mapping::{Became, Filled, Trace},
    merge::{FieldOrigin, Outcome, Provenance, ValueFrom},
};

/// Somebody as the sources want them, before they are placed; as the directory has them where the
/// sources were not read, or say nothing of them.
pub(super) fn wanted(case: &Case<'_>, person: Option<&Person>, traces: &[Trace]) -> Option<Person> {
    let Some(origin) = origin(case) else {
        let alone = traces.iter().find_map(|trace| match &trace.became {
            Became::Person(draft) => Some(draft.person.clone()),
            Became::HeldBack(_) | Became::LeftOut(_) => None,
        });
        return person.cloned().or(alone);
    };
    if origin.outcome != Outcome::Wanted {
        return person.cloned();
    }
    let mut wanted = match person {
        Some(person) => person.clone(),
        None => {
            let path = GroupPath::parse(NO_GROUP).ok()?;
            Person::new(origin.id.clone(), Text::default(), path)
        }
    };
    for field in Field::ALL {
        if matches!(field, Field::Pbx | Field::Records | Field::Path) {
            continue;
        }
        let value = origin.fields.iter().find(|known| known.field == field);
        // What merging gives fits the field that it is of; an empty text field is cleared.
        let empty = if field.kind() == FieldKind::Flag { Value::Flag(false) } else { Value::None };
        let value = value.map_or(empty, |known| known.value.clone());
        let _ = wanted.set(field, value);
    }
    if let Some(pbx) = number_space(origin, traces) {
        wanted.pbx = pbx;
    }
    Some(wanted)
}

/// The number space of the source that has the extension.
fn number_space(origin: &Provenance, traces: &[Trace]) -> Option<Text> {
    let extension = origin.fields.iter().find(|known| known.field == Field::Extension);
    let source = match extension.map(|known| &known.from) {
        Some(ValueFrom::Source(source)) => Some(source),
        Some(ValueFrom::HeldFor(_) | ValueFrom::Kept) => return None,
        Some(ValueFrom::Nothing) | None => None,
    };
    traces.iter().find_map(|trace| match &trace.became {
        Became::Person(draft) if source.is_none_or(|source| source == trace.id.source()) => {
            Some(draft.person.pbx.clone())
        }
        Became::Person(_) | Became::HeldBack(_) | Became::LeftOut(_) => None,
    })
}

/// Whether the sources decide what the person's fields hold.
pub(super) fn decided(case: &Case<'_>) -> bool {
    case.live.is_ok() && origin(case).is_none_or(|origin| origin.outcome == Outcome::Wanted)
}

fn origin<'c>(case: &'c Case<'_>) -> Option<&'c Provenance> {
    case.live.as_ref().ok().and_then(|live| live.origin.as_ref())
}

/// The fields that have a value, had one, or lost one.
pub(super) fn seen(
    case: &Case<'_>,
    person: Option<&Person>,
    pins: &Pins<'_>,
    placed: &Placed,
    traces: &[Trace],
) -> Vec<FieldSeen> {
    let fields = Field::ALL.into_iter();
    let fields = fields.filter(|field| !matches!(field, Field::Records | Field::Path));
    fields.filter_map(|field| one(case, field, person, pins, placed, traces)).collect()
}

fn one(
    case: &Case<'_>,
    field: Field,
    person: Option<&Person>,
    pins: &Pins<'_>,
    placed: &Placed,
    traces: &[Trace],
) -> Option<FieldSeen> {
    let wanted = &pins.draft.person;
    let pin = pins.of(field);
    let held = person.map(|person| person.get(field));
    let origin = origin(case);
    let from = origin.and_then(|origin| origin.fields.iter().find(|known| known.field == field));
    let set = placed.set.iter().find(|(known, _)| *known == field).filter(|_| pin.is_none());
    let value = match field.kind() {
        FieldKind::Flag => placed.person.get(field),
        _ => wanted.get(field),
    };
    // The number space goes with the extension.
    let decider = if field == Field::Pbx { Field::Extension } else { field };
    let decider = origin.and_then(|origin| origin.fields.iter().find(|k| k.field == decider));
    let source = source(origin, decider, wanted, traces);
    let filled = source.as_ref().and_then(|source| filled(source, field, traces));
    let source = source.filter(|_| filled.is_some() || !value.is_empty());
    // Of somebody who stays as they are, a source is only named where it says the same today.
    let says = |filled: &Filled| filled.kept == value;
    let undecided = origin.is_some_and(|origin| origin.outcome != Outcome::Wanted);
    let alone = person.is_none_or(|person| person.known_as().count() < 2);
    let source = source.filter(|_| !undecided || alone || filled.is_some_and(says));
    let mut losers = losers(case, field, from, person, traces);
    let remark = remark(origin, from, filled);
    if let (Some(_), Some(from), Some(source)) = (pin, from, &source) {
        // The source's own value loses to the pin, or is the same.
        let lost = LoserSeen {
            source: source.clone(),
            value: from.value.clone(),
            differs: from.value != value,
            by: filled.map(|filled| by(&filled.by)),
        };
        losers.insert(0, lost);
    }
    // A source that fills a field with nothing is worth a line only where something is behind it.
    let tried = filled.is_some_and(|filled| {
        remark.is_some() || filled.by.steps.iter().any(|step| !step.gives.is_empty())
    });
    let differs = held.as_ref().is_some_and(|held| *held != value);
    if value.is_empty() && losers.is_empty() && !differs && !tried && pin.is_none() {
        return None;
    }
    Some(FieldSeen {
        field,
        held: held.filter(|_| differs),
        source: source.filter(|_| pin.is_none() && (set.is_none() || filled.is_some())),
        // Steps that lead elsewhere would explain another value than this one.
        by: filled
            .filter(|filled| pin.is_none() && filled.kept == value)
            .map(|filled| by(&filled.by)),
        remark: remark.filter(|_| pin.is_none()),
        pin: pin.cloned(),
        rule: set.and_then(|_| placed.rule.clone()),
        losers,
        changed: case.history.fields.get(&field).cloned(),
        value,
    })
}

/// The source whose value a field has.
fn source(
    origin: Option<&Provenance>,
    from: Option<&FieldOrigin>,
    wanted: &Person,
    traces: &[Trace],
) -> Option<Text> {
    match from.map(|known| &known.from) {
        Some(ValueFrom::Source(source) | ValueFrom::HeldFor(source)) => Some(source.clone()),
        Some(ValueFrom::Kept) => None,
        Some(ValueFrom::Nothing) | None => {
            // Who is of one source has all from it.
            let mut ids = match origin {
                Some(origin) => origin.records.iter().map(|known| &known.record).collect(),
                None => wanted.known_as().map(|(id, _)| id).collect::<Vec<&Id>>(),
            };
            ids.extend(traces.iter().map(|trace| &trace.id));
            let first = ids.first()?.source();
            ids.iter().all(|id| id.source() == first).then(|| first.into())
        }
    }
}

/// How a source fills a field.
fn filled<'t>(source: &str, field: Field, traces: &'t [Trace]) -> Option<&'t Filled> {
    let used = |trace: &&Trace| matches!(trace.became, Became::Person(_));
    let trace = traces.iter().filter(used).find(|trace| trace.id.source() == source)?;
    trace.fields.iter().find(|filled| filled.field == field)
}

fn losers(
    case: &Case<'_>,
    field: Field,
    from: Option<&FieldOrigin>,
    person: Option<&Person>,
    traces: &[Trace],
) -> Vec<LoserSeen> {
    if case.live.is_ok() {
        let losers = from.map_or(&[][..], |known| known.losers.as_slice());
        let losers = losers.iter().map(|loser| LoserSeen {
            source: loser.source.clone(),
            value: loser.value.clone(),
            differs: loser.differs,
            by: filled(&loser.source, field, traces)
                .filter(|filled| filled.kept == loser.value)
                .map(|filled| by(&filled.by)),
        });
        return losers.collect();
    }
    let known = case.held.disagreements.iter().map(|since| &since.what);
    let known = known
        .filter(|known| known.field == field && person.is_some_and(|person| person.id == known.id));
    let losers = known.map(|known| LoserSeen {
        source: known.source.clone(),
        value: Value::Text(known.value.clone()),
        differs: true,
        by: None,
    });
    losers.collect()
}

/// Why a value is what it is, where the steps alone don't say.
fn remark(
    origin: Option<&Provenance>,
    from: Option<&FieldOrigin>,
    filled: Option<&Filled>,
) -> Option<Text> {
    let stays = match origin.map(|origin| &origin.outcome) {
        Some(Outcome::Wanted) => match from.map(|known| &known.from) {
            Some(ValueFrom::HeldFor(source)) => Some(smol_str::format_smolstr!(
                "stays as it is: it isn't known what `{source}` has today"
            )),
            Some(ValueFrom::Kept) => {
                Some("no source has a value any more, and `people.emptied` keeps it".into())
            }
            _ => None,
        },
        _ => None,
    };
    stays.or_else(|| filled.and_then(|filled| filled.remark.clone()))
}
