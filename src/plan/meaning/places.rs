//! Groups of the tree that come to stand elsewhere with all that is in them.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    FEW, Whole,
    census::{Census, groups},
    draft::{Draft, part},
    items::Items,
};
use crate::{
    directory::{Field, Text, Value},
    plan::{Action, Change, EntryKind, FieldChange, MeaningKind},
};

/// Before and after of a field; of a path only the groups that differ, with `…` for the others:
/// of `/Leeds/Sales` and `/Leeds/Revenue` it is `…/Sales` and `…/Revenue`.
pub fn tails(field: &FieldChange) -> (Cow<'_, Value>, Cow<'_, Value>) {
    let exactly = (Cow::Borrowed(&field.before), Cow::Borrowed(&field.after));
    let (Value::Text(before), Value::Text(after)) = (&field.before, &field.after) else {
        return exactly;
    };
    if field.field != Field::Path.name() {
        return exactly;
    }
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split('/').skip(1).collect(), after.split('/').skip(1).collect());
    let above = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[above..], &new[above..]);
    let below = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    if above + below == 0 {
        return exactly;
    }
    let told = |names: &[&str]| {
        let mut text = String::from(if above > 0 { "…" } else { "" });
        for name in &names[..names.len() - below] {
            text.push('/');
            text.push_str(name);
        }
        text.push_str(if below > 0 { "/…" } else { "" });
        Cow::Owned(Value::Text(text.into()))
    };
    (told(old), told(new))
}

/// A group that is renamed, or put under another one, with all that stands in it.
#[derive(Debug)]
pub(super) struct Renamed<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// Who are moved by it, sorted.
    pub people: Vec<usize>,
    /// How many people it had.
    had: u64,
}

/// Somebody who moves, with what may be the group that is renamed: the highest first.
struct Mover<'a> {
    at: usize,
    before: &'a str,
    after: &'a str,
    /// How many names at the end both have and may be below the group.
    below: usize,
}

/// Those of whom a few at least move alike; others rename nothing, and nobody counts for them.
fn movers<'a>(items: &Items<'a>) -> Vec<Mover<'a>> {
    let mut alike: BTreeMap<_, Vec<Mover<'a>>> = BTreeMap::new();
    for at in 0..items.all.len() {
        for (_, change) in items.untold(at).filter(|(field, _)| *field == Field::Path) {
            if let (Value::Text(before), Value::Text(after)) = (&change.before, &change.after) {
                let (old, new) = (before.split('/').rev(), after.split('/').rev());
                let same = old.zip(new).take_while(|(a, b)| a == b).count();
                // At least one name is the group's own.
                let most = groups(before).count().min(groups(after).count()).saturating_sub(1);
                let mover = Mover { at, before, after, below: same.min(most) };
                alike.entry(tails(change)).or_default().push(mover);
            }
        }
    }
    alike.into_values().filter(|movers| movers.len() >= FEW).flatten().collect()
}

fn without(path: &str, below: usize) -> &str {
    let end = path.rmatch_indices('/').nth(below.wrapping_sub(1)).filter(|_| below > 0);
    end.map_or(path, |(at, _)| &path[..at])
}

/// Asks for every group that may be renamed.
pub(super) fn ask<'a>(items: &Items<'a>, census: &mut Census<'a>) {
    for mover in movers(items) {
        for below in 0..=mover.below {
            census.ask_group(without(mover.before, below));
            census.ask_group(without(mover.after, below));
        }
    }
}

/// The groups that are renamed whole, the highest of each, by path.
pub(super) fn renamed<'a>(items: &Items<'a>, census: &Census<'a>) -> Vec<Renamed<'a>> {
    let mut found = Vec::new();
    let mut movers = movers(items);
    while !movers.is_empty() {
        let mut alike: BTreeMap<(&str, &str), Vec<Mover<'a>>> = BTreeMap::new();
        for mover in movers {
            let from = without(mover.before, mover.below);
            let to = without(mover.after, mover.below);
            alike.entry((from, to)).or_default().push(mover);
        }
        movers = Vec::new();
        for ((from, to), group) in alike {
            let (old, new) = (census.group(from), census.group(to));
            let inside = |path: &str, of: &str| {
                path.strip_prefix(of).is_some_and(|rest| rest.starts_with('/'))
            };
            let whole = old.before > 0
                && old.after() == 0
                && new.before == 0
                && group.len() as u64 * 4 >= old.moved * 3
                && !inside(from, to)
                && !inside(to, from);
            if whole {
                let mut people: Vec<usize> = group.iter().map(|mover| mover.at).collect();
                people.sort_unstable();
                found.push(Renamed { from, to, people, had: old.before });
            } else {
                // Perhaps a group further down is.
                let further = group.into_iter().filter(|mover| mover.below > 0);
                movers.extend(further.map(|mover| Mover { below: mover.below - 1, ..mover }));
            }
        }
    }
    found.sort_by_key(|renamed| (renamed.from, renamed.to));
    found
}

/// Puts the renamed groups to the meanings that tell of their people already, or makes meanings
/// of them; and the changes of the groups themselves with them.
pub(super) fn place(
    items: &mut Items<'_>,
    renamed: Vec<Renamed<'_>>,
    changes: &[Change],
    drafts: &mut Vec<Draft>,
) {
    // Whose path is told, by which of the drafts.
    let mut teller: Vec<Option<usize>> = vec![None; items.all.len()];
    for (at, draft) in drafts.iter().enumerate() {
        if draft.parts.iter().any(|part| part.field == Field::Path.name()) {
            for &person in &draft.people {
                if items.told(person, Field::Path) {
                    teller[person].get_or_insert(at);
                }
            }
        }
    }
    // The draft of each group, before and after.
    let (mut old, mut new): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = Default::default();
    for group in &renamed {
        let first = group.people.first().and_then(|&person| teller[person]);
        let same = group.people.iter().all(|&person| teller[person] == first);
        let at = match first {
            Some(at) if same => at,
            None if same && group.people.len() >= FEW => {
                drafts.push(meaning(items, group));
                drafts.len() - 1
            }
            _ => continue,
        };
        old.insert(group.from, at);
        new.insert(group.to, at);
    }
    let groups_changed = changes.iter().filter(|change| change.entry == EntryKind::Group);
    for change in groups_changed {
        let by = if change.action == Action::Disable { &old } else { &new };
        if let Some(&at) = groups(&change.key).find_map(|group| by.get(group)) {
            drafts[at].groups.push(change.id.clone());
        }
    }
}

fn meaning(items: &mut Items<'_>, group: &Renamed<'_>) -> Draft {
    let mut draft = Draft::of(MeaningKind::GroupRenamed, group.people.clone());
    let value = |path: &str| Value::Text(path.into());
    let told = part(items, Field::Path, value(group.from), value(group.to), &draft.people);
    draft.parts.push(told);
    draft.whole = Some(Whole {
        field: Text::new_static(Field::Path.name()),
        name: group.from.into(),
        people: group.had,
        stay: 0,
        met: 0,
    });
    for &at in &draft.people {
        items.tell(at, Field::Path);
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_only_the_groups_that_differ_count() {
        for (before, after, told) in [
            ("/Leeds/Sales", "/Leeds/Revenue", ("…/Sales", "…/Revenue")),
            ("/Leeds/Sales/A", "/York/Sales/A", ("/Leeds/…", "/York/…")),
            ("/Leeds", "/Leeds/Sales", ("…", "…/Sales")),
            ("/Leeds/Sales", "/York/Ops", ("/Leeds/Sales", "/York/Ops")),
        ] {
            let value = |text: &str| Value::Text(text.into());
            let field = FieldChange::of(Field::Path, value(before), value(after));
            let (old, new) = tails(&field);
            assert_eq!((old.as_text().unwrap(), new.as_text().unwrap()), told);
        }
    }

    #[test]
    fn a_path_is_cut_at_its_end() {
        for (below, told) in [(0, "/a/b/c"), (1, "/a/b"), (2, "/a")] {
            assert_eq!(without("/a/b/c", below), told);
        }
    }
}
