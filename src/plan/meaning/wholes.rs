//! Departments that are renamed, and sites that move.

use std::collections::BTreeMap;

use super::{
    FEW, Whole,
    census::{Census, Count},
    draft::{Draft, part},
    items::Items,
};
use crate::{
    directory::{Field, Text, Value},
    plan::MeaningKind,
};

/// Whose text changes from one to another, by the two; only where they are a few at least.
type Alike<'a> = BTreeMap<(&'a str, &'a str), Vec<usize>>;

fn alike<'a>(items: &Items<'a>, field: Field) -> Alike<'a> {
    let mut alike: Alike<'a> = BTreeMap::new();
    for at in 0..items.all.len() {
        for (_, change) in items.untold(at).filter(|(own, _)| *own == field) {
            if let (Value::Text(before), Value::Text(after)) = (&change.before, &change.after) {
                alike.entry((before, after)).or_default().push(at);
            }
        }
    }
    alike.retain(|_, people| people.len() >= FEW);
    alike
}

/// Asks for the departments and sites that may change as one.
pub(super) fn ask<'a>(items: &Items<'a>, census: &mut Census<'a>) {
    for (from, to) in alike(items, Field::Department).into_keys() {
        census.ask_department(from);
        census.ask_department(to);
    }
    for ((from, to), people) in alike(items, Field::Site) {
        census.ask_site(from);
        census.ask_site(to);
        for department in departments(items, &people).into_keys() {
            census.ask_desk(from, department);
        }
    }
}

/// The departments that nobody keeps and whose people go to another one together.
pub(super) fn departments_renamed(items: &mut Items<'_>, census: &Census<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for ((from, to), people) in alike(items, Field::Department) {
        let (old, new) = (census.department(from), census.department(to));
        if old.after() > 0 || old.before == 0 || !most(people.len(), old.moved) {
            continue;
        }
        let kind = match new.before {
            0 => MeaningKind::DepartmentRenamed,
            _ => MeaningKind::DepartmentMerged,
        };
        let mut draft = Draft::of(kind, people);
        draft.whole = Some(whole(Field::Department, from, old, new.before));
        tell(items, &mut draft, Field::Department, from, to);
        draft.take_along(items, &[Field::Path]);
        drafts.push(draft);
    }
    drafts
}

/// Sites, or departments of a site, of which all or most people get another site.
pub(super) fn sites_moved(items: &mut Items<'_>, census: &Census<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for ((from, to), people) in alike(items, Field::Site) {
        let (old, new) = (census.site(from), census.site(to));
        let mut moves = Vec::new();
        if old.before > 0 && most(people.len(), old.before) {
            moves.push((whole(Field::Site, from, old, new.before), people));
        } else {
            for (department, people) in departments(items, &people) {
                let of = census.desk(from, department);
                if people.len() >= FEW && of.before > 0 && most(people.len(), of.before) {
                    moves.push((whole(Field::Department, department, of, 0), people));
                }
            }
        }
        for (whole, people) in moves {
            let mut draft = Draft::of(MeaningKind::SiteMoved, people);
            draft.whole = Some(whole);
            tell(items, &mut draft, Field::Site, from, to);
            draft.take_along(items, &[Field::SiteAddress, Field::Path]);
            drafts.push(draft);
        }
    }
    drafts
}

/// Three of four.
fn most(people: usize, of: u64) -> bool {
    people as u64 * 4 >= of * 3
}

fn whole(field: Field, name: &str, count: Count, met: u64) -> Whole {
    Whole {
        field: Text::new_static(field.name()),
        name: name.into(),
        people: count.before,
        stay: count.after(),
        met,
    }
}

fn tell(items: &mut Items<'_>, draft: &mut Draft, field: Field, from: &str, to: &str) {
    let value = |text: &str| Value::Text(text.into());
    draft.parts.push(part(items, field, value(from), value(to), &draft.people));
    for &at in &draft.people {
        items.tell(at, field);
    }
}

/// These people by their department before.
fn departments<'a>(items: &Items<'a>, people: &[usize]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut departments: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &at in people {
        if let Some(department) = items.all[at].before(Field::Department) {
            departments.entry(department).or_default().push(at);
        }
    }
    departments
}
