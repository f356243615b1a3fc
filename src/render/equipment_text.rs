//! Devices, system devices and channels, as lines.

use std::collections::BTreeMap;

use super::{
    changes_text::names,
    plan_text::say,
    safe::safe,
    styles::{BAD, DIM, GOOD, STRONG, painted},
    value::field_line,
    wording::{counted, grouped},
};
use crate::{
    directory::{Line, Property, Text, Value},
    plan::{Action, Change, EntryKind, FieldChange, Plan},
};

/// Numbers that are listed of one change.
const LISTED: usize = 20;

/// What one of this kind is called: `phone`, `hunt group`, `SIP trunk`.
pub(super) fn noun_of(entry: EntryKind, kind: Option<&str>) -> String {
    match kind {
        Some("sip-trunk") => "SIP trunk".into(),
        Some(kind) => safe(&kind.replace('-', " ")).cut(40).to_string(),
        None => entry.noun().into(),
    }
}

/// "412 phones", or "60,043 devices: 53,000 phones, 7,043 device profiles".
pub(super) fn counted_kinds<'a>(
    entry: EntryKind,
    kinds: impl Iterator<Item = Option<&'a Text>>,
) -> String {
    let mut counts: BTreeMap<Option<&Text>, u64> = BTreeMap::new();
    kinds.for_each(|kind| *counts.entry(kind).or_default() += 1);
    let all = counts.values().sum();
    let mut counts: Vec<(Option<&Text>, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let of = |(kind, count): &(Option<&Text>, u64)| {
        counted(*count, &noun_of(entry, kind.map(Text::as_str)))
    };
    match counts.as_slice() {
        [only] => of(only),
        several => {
            let kinds: Vec<String> = several.iter().map(of).collect();
            format!("{}: {}", counted(all, entry.noun()), kinds.join(", "))
        }
    }
}

/// "412 phones".
pub(super) fn counted_changes(changes: &[&Change]) -> String {
    let entry = changes.first().map_or(EntryKind::Device, |change| change.entry);
    counted_kinds(entry, changes.iter().map(|change| change.kind.as_ref()))
}

/// One change.
pub(super) fn one(
    out: &mut String,
    change: &Change,
    plan: Option<&Plan>,
    begin: &str,
    pad: &str,
    all: bool,
) {
    let noun = noun_of(change.entry, change.kind.as_deref());
    let name = painted(STRONG, safe(&change.name).cut(60));
    let key = painted(DIM, format_args!("({})", safe(&change.key).cut(80)));
    let new = change.action == Action::Add;
    let tail = match (&change.evidence, new && !all) {
        (Some(evidence), _) => format!(": {}", safe(evidence).cut(200)),
        (None, true) => in_short(change, plan),
        (None, false) => String::new(),
    };
    say(out, &format!("{begin} {noun} {name} {key}{tail}"));
    if new && !all {
        return;
    }
    let told = |field: &&FieldChange| {
        !(new && [Property::Kind.name(), Property::Name.name()].contains(&field.field.as_str()))
    };
    for field in change.fields.iter().filter(told) {
        for line in lines(field, plan) {
            say(out, &format!("{pad}{line}"));
        }
    }
}

/// The number and the owner of what is new.
fn in_short(change: &Change, plan: Option<&Plan>) -> String {
    let mut said = Vec::new();
    for property in [Property::Number, Property::Lines, Property::Address] {
        match change.property(property).map(|field| &field.after) {
            Some(Value::List(list)) => {
                let first = list.first().map(|text| text.as_str()).unwrap_or_default();
                let first = Line::parse(first)
                    .map_or_else(|_| first.to_owned(), |line| line.number.to_string());
                let more = match list.len() {
                    0 | 1 => String::new(),
                    many => format!(" and {} more", many - 1),
                };
                said.push(format!("{}{more}", safe(&first).cut(60)));
            }
            Some(Value::Text(text)) => said.push(safe(text).cut(60).to_string()),
            Some(Value::None | Value::Flag(_)) | None => {}
        }
    }
    if let Some(owner) = change.property(Property::Owner).and_then(|field| field.after.as_text()) {
        said.push(format!("of {}", whose(owner, plan)));
    }
    said.iter().map(|text| format!("  {text}")).collect()
}

/// An owner by name and id, where the plan has the name.
fn whose(key: &str, plan: Option<&Plan>) -> String {
    let shown = safe(key).cut(80).to_string();
    let name = plan.and_then(|plan| {
        plan.change_of(key).map(|change| &change.name).or_else(|| {
            let handovers = plan.meanings.iter().flat_map(|meaning| &meaning.handovers);
            let mut owners = handovers.flat_map(|one| one.from.iter().chain(&one.to));
            owners.find(|owner| owner.key == key).map(|owner| &owner.name)
        })
    });
    match name {
        Some(name) => format!("{} ({shown})", safe(name).cut(60)),
        None => shown,
    }
}

/// A changed property: what comes to a list and what goes from it, an owner with the name.
pub(super) fn lines(field: &FieldChange, plan: Option<&Plan>) -> Vec<String> {
    match (Property::parse(&field.field), &field.before, &field.after) {
        (Some(Property::Owner), before, after) => {
            let shown = |value: &Value| match value.as_text() {
                Some(key) => whose(key, plan),
                None => "(nobody)".into(),
            };
            let (before, after) = (painted(BAD, shown(before)), painted(GOOD, shown(after)));
            vec![format!("owner: {before} -> {after}")]
        }
        (Some(property), before, after) if property.is_list() => {
            listed_changes(property, &list(before), &list(after))
        }
        _ => vec![field_line(field)],
    }
}

fn list(value: &Value) -> Vec<Text> {
    match value {
        Value::List(list) => list.clone(),
        Value::Text(text) => vec![text.clone()],
        Value::None | Value::Flag(_) => Vec::new(),
    }
}

fn listed_changes(property: Property, before: &[Text], after: &[Text]) -> Vec<String> {
    let word = property.name();
    let shown = |text: &str| safe(text).cut(100).to_string();
    let only = |these: &[Text], others: &[Text]| -> Vec<Text> {
        these.iter().filter(|text| !others.contains(text)).cloned().collect()
    };
    let (mut gone, mut new) = (only(before, after), only(after, before));
    if gone.is_empty() && new.is_empty() {
        return vec![format!("{word}: the same in another order")];
    }
    let mut told = Vec::new();
    if property == Property::Lines {
        // A line that stays where it is and gets another number, or becomes shared.
        gone.retain(|text| {
            let Ok(old) = Line::parse(text) else { return true };
            let at = new
                .iter()
                .position(|text| Line::parse(text).is_ok_and(|line| line.position == old.position));
            let Some(Ok(line)) = at.map(|at| Line::parse(&new.remove(at))) else { return true };
            let (was, is) = (old.number.to_string(), line.number.to_string());
            let at = format!("line {}", old.position);
            if was != is {
                let (was, is) = (painted(BAD, shown(&was)), painted(GOOD, shown(&is)));
                told.push(format!("{at}: {was} -> {is}"));
            }
            match (old.shared, line.shared) {
                (false, true) => {
                    told.push(format!("{at}: {} is now shared by several people", shown(&is)));
                }
                (true, false) => told.push(format!("{at}: {} is no longer shared", shown(&is))),
                _ => {}
            }
            false
        });
    }
    let few = |signed: Vec<String>, told: &mut Vec<String>| {
        let more = signed.len().saturating_sub(LISTED);
        told.extend(signed.into_iter().take(LISTED));
        if more > 0 {
            told.push(format!("{word}: and {} more", grouped(more as u64)));
        }
    };
    let minus =
        |text: &Text| format!("{word}: {}", painted(BAD, format_args!("- {}", shown(text))));
    let plus =
        |text: &Text| format!("{word}: {}", painted(GOOD, format_args!("+ {}", shown(text))));
    few(gone.iter().map(minus).collect(), &mut told);
    few(new.iter().map(plus).collect(), &mut told);
    told
}

/// Many additions, counted by kind.
pub(super) fn added(out: &mut String, changes: &[&Change], begin: &str, pad: &str) {
    say(out, &format!("{begin} {}", counted_changes(changes)));
    let first = painted(DIM, names(changes, 5));
    say(out, &format!("{pad}{first}"));
}

#[cfg(test)]
#[path = "equipment_text_tests.rs"]
mod tests;
