//! A meaning that is being made, and what people's changes have in common.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{EXAMPLES, Meaning, Part, Party, Pass, Renumbering, Whole, items::Items, tails};
use crate::{
    directory::{Field, Text, Value},
    plan::{Cause, EntryKind, MeaningKind},
};

/// A meaning of which people are known by their place among the [`Items`].
#[derive(Debug)]
pub(super) struct Draft {
    pub kind: MeaningKind,
    /// Whose changes, sorted.
    pub people: Vec<usize>,
    pub parts: Vec<Part>,
    pub whole: Option<Whole>,
    pub rule: Option<Renumbering>,
    pub passes: Vec<Pass>,
    /// Changes of groups.
    pub groups: Vec<Text>,
}

impl Draft {
    pub fn of(kind: MeaningKind, people: Vec<usize>) -> Self {
        Self {
            kind,
            people,
            parts: Vec::new(),
            whole: None,
            rule: None,
            passes: Vec::new(),
            groups: Vec::new(),
        }
    }

    /// Tells further fields that many of the people have in common, beside the first part.
    pub fn take_along(&mut self, items: &mut Items<'_>, fields: &[Field]) {
        for &field in fields {
            let mut alike: BTreeMap<(Value, Value), Vec<usize>> = BTreeMap::new();
            for &at in &self.people {
                for (_, change) in items.untold(at).filter(|(own, _)| *own == field) {
                    let (before, after) = tails(change);
                    alike.entry((before.into_owned(), after.into_owned())).or_default().push(at);
                }
            }
            let mut alike: Vec<_> = alike.into_iter().collect();
            alike.sort_by_key(|(_, people)| std::cmp::Reverse(people.len()));
            let many = |people: &[usize]| {
                people.len() >= super::FEW && people.len() * 10 >= self.people.len()
            };
            for ((before, after), people) in alike.into_iter().filter(|(_, of)| many(of)) {
                self.parts.push(part(items, field, before, after, &people));
                for at in people {
                    items.tell(at, field);
                }
            }
        }
    }

    pub fn finish(self, items: &Items<'_>, at: Timestamp) -> Meaning {
        let Self { kind, people, parts, whole, rule, passes, groups } = self;
        let field = parts.first().and_then(|part| Field::parse(&part.field));
        let examples = match kind {
            MeaningKind::NumberPasses | MeaningKind::NumbersSwapped => Vec::new(),
            _ => people.iter().take(EXAMPLES).map(|&at| party(items, at, field)).collect(),
        };
        let timed = !passes.is_empty() || (rule.is_some() && field == Some(Field::Extension));
        let ids = people.iter().map(|&at| items.all[at].change.id.clone());
        Meaning {
            id: Text::default(),
            kind,
            entry: EntryKind::Person,
            people: people.len() as u64,
            equipment: 0,
            parts,
            whole,
            rule,
            passes,
            handovers: Vec::new(),
            at: timed.then_some(at),
            examples,
            changes: ids.chain(groups).collect(),
        }
    }
}

/// A part of what happens to these people.
pub(super) fn part(
    items: &Items<'_>,
    field: Field,
    before: Value,
    after: Value,
    people: &[usize],
) -> Part {
    let causes = || people.iter().map(|&at| &items.all[at].change.cause);
    let common = |of: fn(&Cause) -> &Option<Text>| {
        let first = causes().next().and_then(|cause| of(cause).as_ref());
        first.filter(|first| causes().all(|cause| of(cause).as_ref() == Some(first))).cloned()
    };
    let pinned = |cause: &Cause| cause.pinned.iter().any(|pinned| pinned == field.name());
    // Of several pins of one person it isn't told which one this is.
    let all_pinned = causes().all(|cause| pinned(cause) && cause.further.is_empty());
    let cause = Cause {
        source: common(|cause| &cause.source),
        // The rule is the one that gives the place.
        rule: if field == Field::Path { common(|cause| &cause.rule) } else { None },
        pin: if all_pinned { common(|cause| &cause.pin) } else { None },
        pinned: Vec::new(),
        further: Vec::new(),
        note: if all_pinned { common(|cause| &cause.note) } else { None },
        edit: if causes().any(pinned) { None } else { common(|cause| &cause.edit) },
    };
    Part {
        field: Text::new_static(field.name()),
        before,
        after,
        people: people.len() as u64,
        cause,
    }
}

/// Somebody, with what a field of theirs was and becomes; without one with their extension.
pub(super) fn party(items: &Items<'_>, at: usize, field: Option<Field>) -> Party {
    let item = items.all[at];
    let change = item.change;
    let field = field.unwrap_or(Field::Extension);
    let value = |text: Option<&str>| text.map_or(Value::None, |text| Value::Text(text.into()));
    let (before, after) = match change.field(field) {
        Some(own) if item.stays() => (own.before.clone(), own.after.clone()),
        _ => (value(item.before(field)), value(item.after(field))),
    };
    Party {
        key: change.key.clone(),
        name: change.name.clone(),
        change: change.id.clone(),
        action: change.action,
        before,
        after,
    }
}
