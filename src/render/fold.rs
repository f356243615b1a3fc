//! Changes folded by meaning: what happens to many people in the same way is one line.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    directory::{Id, Reason, Text, Value},
    plan::{Action, Cause, Change, EntryKind, FieldChange, tails},
};

/// From so many lines of one action on, changes of the same fields are one line too.
const MANY: usize = 20;

/// Changes that are told together, in the order of the plan; never empty.
#[derive(Debug, Clone)]
pub(super) struct Fold<'p> {
    pub changes: Vec<&'p Change>,
    pub likeness: Likeness,
}

/// What the changes of a [`Fold`] have in common, besides the action and the kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Everything but whom they are about.
    Whole,
    /// The same, but for the groups above and below those that change: see [`tails`].
    Places,
    /// The fields that change, not their values; or of a disable the reason, not its evidence.
    Fields,
    /// The action alone.
    Action,
}

impl<'p> Fold<'p> {
    /// The change that stands for all of them.
    pub fn first(&self) -> &'p Change {
        self.changes[0]
    }

    /// `c12`, `c12-c40`, or several of these.
    pub fn ids(&self) -> String {
        id_ranges(self.changes.iter().map(|change| &change.id))
    }
}

/// Ids of changes in their order, as `c12`, `c12-c40`, or several of these.
pub(super) fn id_ranges<'t>(ids: impl IntoIterator<Item = &'t Text>) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in ids.into_iter().filter_map(|id| id.get(1..)?.parse().ok()) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let mut said: Vec<String> = ranges
        .iter()
        .take(3)
        .map(|(a, b)| if a == b { format!("c{a}") } else { format!("c{a}-c{b}") })
        .collect();
    if ranges.len() > 3 {
        said.push("…".into());
    }
    said.join(" ")
}

/// Everything that the changes of one fold have in common.
type Meaning<'p> = (
    Vec<(&'p Text, Cow<'p, Value>, Cow<'p, Value>)>,
    Option<Reason>,
    Option<&'p str>,
    [Option<&'p str>; 4],
);

/// Folds changes that are sorted as in a plan. With `all` nobody is left out of sight: additions
/// stand alone and only what is wholly alike is folded.
pub(super) fn folds(changes: &[Change], all: bool) -> Vec<Fold<'_>> {
    let mut folds = Vec::new();
    for run in changes.chunk_by(|a, b| (a.entry, a.action) == (b.entry, b.action)) {
        folds.extend(fold_run(run, all));
    }
    folds
}

fn fold_run(run: &[Change], all: bool) -> Vec<Fold<'_>> {
    let alone = |change| Fold { changes: vec![change], likeness: Likeness::Whole };
    let (entry, action) = (run[0].entry, run[0].action);
    match (entry, action) {
        (EntryKind::Collection, _) => run.iter().map(alone).collect(),
        (EntryKind::Group, _) => {
            vec![Fold { changes: run.iter().collect(), likeness: Likeness::Action }]
        }
        (_, Action::Add) if all || run.len() <= MANY => run.iter().map(alone).collect(),
        (_, Action::Add) => {
            vec![Fold { changes: run.iter().collect(), likeness: Likeness::Action }]
        }
        _ => {
            let whole = wholly_alike(run, all);
            if all || whole.len() <= MANY { whole } else { alike_in_fields(whole) }
        }
    }
}

fn wholly_alike(run: &[Change], all: bool) -> Vec<Fold<'_>> {
    let mut alike: BTreeMap<Meaning<'_>, Vec<&Change>> = BTreeMap::new();
    for change in run {
        let parts = change.fields.iter().map(|field| {
            let (before, after) = if all { exactly(field) } else { tails(field) };
            (&field.field, before, after)
        });
        let Cause { rule, pin, edit, source: _, pinned: _, note: _, further: _ } = &change.cause;
        let with = change.with.as_ref().map(Id::as_str);
        let cause = [rule.as_deref(), pin.as_deref(), edit.as_deref(), with];
        let evidence = change.evidence.as_deref();
        let meaning = (parts.collect(), change.reason, evidence, cause);
        alike.entry(meaning).or_default().push(change);
    }
    let folds = alike.into_values().map(|changes| {
        let same = changes.iter().all(|change| change.fields == changes[0].fields);
        Fold { changes, likeness: if same { Likeness::Whole } else { Likeness::Places } }
    });
    in_order(folds.collect())
}

fn exactly(field: &FieldChange) -> (Cow<'_, Value>, Cow<'_, Value>) {
    (Cow::Borrowed(&field.before), Cow::Borrowed(&field.after))
}

/// The fields that change, the reason of a disable, and what demands or undoes it.
type Kind<'p> = (BTreeSet<&'p Text>, Option<Reason>, [Option<&'p Text>; 2]);

/// Folds what stands alone, or nearly, by its fields or its reason.
fn alike_in_fields(whole: Vec<Fold<'_>>) -> Vec<Fold<'_>> {
    let (kept, few): (Vec<_>, Vec<_>) = whole.into_iter().partition(|fold| fold.changes.len() > 4);
    let mut alike: BTreeMap<Kind<'_>, Vec<&Change>> = BTreeMap::new();
    for change in few.into_iter().flat_map(|fold| fold.changes) {
        let fields = change.fields.iter().map(|field| &field.field).collect();
        let by = [change.cause.pin.as_ref(), change.cause.edit.as_ref()];
        alike.entry((fields, change.reason, by)).or_default().push(change);
    }
    let mut folds = kept;
    for mut changes in alike.into_values() {
        changes.sort_by_key(|change| number(change));
        let likeness = if changes.len() == 1 { Likeness::Whole } else { Likeness::Fields };
        folds.push(Fold { changes, likeness });
    }
    in_order(folds)
}

fn in_order(mut folds: Vec<Fold<'_>>) -> Vec<Fold<'_>> {
    folds.sort_by_key(|fold| number(fold.first()));
    folds
}

fn number(change: &Change) -> u64 {
    change.id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directory::Field, render::samples};

    #[test]
    fn the_same_change_of_many_people_is_one_line() {
        let plan = samples::plan(samples::renamed_department(412));
        let folds = folds(&plan.changes, false);
        assert_eq!(folds.len(), 1);
        assert_eq!(folds[0].changes.len(), 412);
        assert_eq!(folds[0].ids(), "c1-c412");
    }

    #[test]
    fn a_department_renamed_in_all_sites_is_one_line() {
        let mut changes = samples::renamed_department(90);
        for (n, change) in changes.iter_mut().enumerate() {
            let (old, new) =
                (format!("/Site {}/Sales", n % 30), format!("/Site {}/Revenue", n % 30));
            change.action = Action::Move;
            let path = FieldChange::of(Field::Path, samples::text(&old), samples::text(&new));
            change.fields.push(path);
        }
        let plan = samples::plan(changes);
        let told = folds(&plan.changes, false);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].likeness, Likeness::Places);
        assert_eq!(folds(&plan.changes, true).len(), 30);
    }

    #[test]
    fn many_different_values_of_one_field_are_one_line() {
        let plan = samples::plan(samples::renumbered(5_000));
        let told = folds(&plan.changes, false);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].likeness, Likeness::Fields);
        assert_eq!(folds(&plan.changes, true).len(), 5_000);
    }

    #[test]
    fn every_change_is_in_one_fold() {
        let mut changes = samples::renumbered(50);
        changes.extend(samples::renamed_department(7));
        changes.extend(samples::added(300));
        changes.extend(samples::disabled(41));
        let plan = samples::plan(changes);
        for all in [false, true] {
            let told: usize = folds(&plan.changes, all).iter().map(|f| f.changes.len()).sum();
            assert_eq!(told, plan.changes.len());
        }
    }
}
