//! The same change of several people.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    draft::{Draft, part},
    items::Items,
    tails,
};
use crate::{
    directory::{Field, Text, Value},
    plan::MeaningKind,
};

/// What makes two changes of a field the same: also who undoes or demands it.
type Same<'a> = (Field, Cow<'a, Value>, Cow<'a, Value>, [Option<&'a Text>; 2]);

/// What several people's changes have in common and no other meaning tells. Fields that change for
/// the very same people are told together.
pub(super) fn equal_changes(items: &mut Items<'_>) -> Vec<Draft> {
    let mut alike: BTreeMap<Same<'_>, Vec<usize>> = BTreeMap::new();
    for at in 0..items.all.len() {
        let cause = &items.all[at].change.cause;
        for (field, change) in items.untold(at) {
            let (before, after) = tails(change);
            let pinned = cause.pinned.iter().any(|pinned| pinned == field.name());
            let by = match pinned {
                true => [cause.pin.as_ref(), None],
                false => [None, cause.edit.as_ref()],
            };
            alike.entry((field, before, after, by)).or_default().push(at);
        }
    }
    let mut by_people: BTreeMap<Vec<usize>, Vec<(Field, Value, Value)>> = BTreeMap::new();
    for ((field, before, after, _), people) in alike.into_iter().filter(|(_, of)| of.len() > 1) {
        let told = (field, before.into_owned(), after.into_owned());
        by_people.entry(people).or_default().push(told);
    }
    let mut drafts = Vec::new();
    for (people, told) in by_people {
        let mut draft = Draft::of(MeaningKind::EqualChanges, people);
        for (field, before, after) in told {
            draft.parts.push(part(items, field, before, after, &draft.people));
            for &at in &draft.people {
                items.tell(at, field);
            }
        }
        drafts.push(draft);
    }
    drafts
}
