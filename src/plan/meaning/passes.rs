//! Numbers that get another person: one by one, in a chain, or in a ring.

use std::collections::BTreeMap;

use super::{
    Pass,
    draft::{Draft, party},
    items::{Item, Items},
};
use crate::{
    directory::Field,
    plan::{Action, MeaningKind},
};

/// A number that somebody has, or no longer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hold<'a> {
    pbx: &'a str,
    number: &'a str,
    at: usize,
}

/// A number that some people lose and others get.
#[derive(Debug)]
struct Edge<'a> {
    pbx: &'a str,
    number: &'a str,
    from: Vec<usize>,
    to: Vec<usize>,
}

/// The numbers that pass on. Those that do inside of renumberings are counted there.
pub(super) fn passes(items: &Items<'_>, renumberings: &mut [Draft]) -> Vec<Draft> {
    let mut edges = edges(items);
    // Which renumbering of extensions somebody is in.
    let mut renumbered: Vec<Option<usize>> = vec![None; items.all.len()];
    for (at, draft) in renumberings.iter().enumerate() {
        if draft.parts.iter().any(|part| part.field == Field::Extension.name()) {
            for &person in &draft.people {
                renumbered[person] = Some(at);
            }
        }
    }
    edges.retain(|edge| {
        let (&[from], &[to]) = (edge.from.as_slice(), edge.to.as_slice()) else { return true };
        let (old, new) = (items.all[from], items.all[to]);
        let first = old.before(Field::Extension) == Some(edge.number)
            && new.after(Field::Extension) == Some(edge.number);
        match (renumbered[from], renumbered[to]) {
            (Some(_), Some(at)) if first => {
                if let Some(rule) = &mut renumberings[at].rule {
                    rule.passing += 1;
                }
                false
            }
            _ => true,
        }
    });
    together(items.all.len(), edges).into_iter().map(|edges| meaning(items, edges)).collect()
}

fn edges<'a>(items: &Items<'a>) -> Vec<Edge<'a>> {
    let (mut lost, mut gained) = (Vec::new(), Vec::new());
    for (at, item) in items.all.iter().enumerate() {
        if item.change.action != Action::Add && may_lose_or_gain(item) {
            let (before, after) = (holds(item, at, false), holds(item, at, true));
            lost.extend(before.iter().filter(|hold| !after.contains(hold)));
            gained.extend(after.into_iter().filter(|hold| !before.contains(hold)));
        }
    }
    lost.sort_unstable();
    if lost.is_empty() {
        return Vec::new();
    }
    for (at, item) in items.all.iter().enumerate() {
        if item.change.action == Action::Add {
            gained.extend(holds(item, at, true));
        }
    }
    gained.sort_unstable();
    let mut gained = gained.chunk_by(same_number).peekable();
    let mut edges = Vec::new();
    for lost in lost.chunk_by(same_number) {
        let key = |hold: &Hold<'a>| (hold.pbx, hold.number);
        while gained.next_if(|next| key(&next[0]) < key(&lost[0])).is_some() {}
        let Some(gained) = gained.next_if(|next| same_number(&next[0], &lost[0])) else { continue };
        let apart = |a: &Hold<'_>, others: &[Hold<'_>]| {
            !others.iter().any(|b| one_person(&items.all[a.at], &items.all[b.at]))
        };
        let from: Vec<usize> =
            lost.iter().filter(|hold| apart(hold, gained)).map(|hold| hold.at).collect();
        let to: Vec<usize> =
            gained.iter().filter(|hold| apart(hold, lost)).map(|hold| hold.at).collect();
        if !from.is_empty() && !to.is_empty() {
            edges.push(Edge { pbx: lost[0].pbx, number: lost[0].number, from, to });
        }
    }
    edges
}

fn same_number(a: &Hold<'_>, b: &Hold<'_>) -> bool {
    (a.pbx, a.number) == (b.pbx, b.number)
}

/// Whether both turned out to be one, or were one: a number between them doesn't pass on.
fn one_person(a: &Item<'_>, b: &Item<'_>) -> bool {
    let with = |one: &Item<'_>, other: &Item<'_>| {
        one.change.with.as_ref().is_some_and(|with| with.as_str() == other.change.key)
    };
    with(a, b) || with(b, a)
}

fn may_lose_or_gain(item: &Item<'_>) -> bool {
    const NUMBERED: [Field; 3] = [Field::Pbx, Field::Extension, Field::AdditionalExtensions];
    !item.stays() || NUMBERED.into_iter().any(|field| item.change.field(field).is_some())
}

fn holds<'a>(item: &Item<'a>, at: usize, after: bool) -> Vec<Hold<'a>> {
    let (pbx, numbers) = if after {
        (item.after(Field::Pbx), item.numbers_after())
    } else {
        (item.before(Field::Pbx), item.numbers_before())
    };
    let mut holds: Vec<Hold<'a>> = pbx
        .into_iter()
        .flat_map(|pbx| numbers.iter().map(move |number| Hold { pbx, number, at }))
        .collect();
    holds.sort_unstable();
    holds.dedup();
    holds
}

/// Edges that have people in common, put together; each part by pbx and number.
fn together(people: usize, edges: Vec<Edge<'_>>) -> Vec<Vec<Edge<'_>>> {
    let mut parent: Vec<usize> = (0..people).collect();
    fn top(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for edge in &edges {
        let first = top(&mut parent, edge.from[0]);
        for &at in edge.from.iter().chain(&edge.to) {
            let other = top(&mut parent, at);
            parent[other] = first;
        }
    }
    let mut parts: BTreeMap<usize, Vec<Edge<'_>>> = BTreeMap::new();
    for edge in edges {
        parts.entry(top(&mut parent, edge.from[0])).or_default().push(edge);
    }
    parts.into_values().collect()
}

fn meaning(items: &Items<'_>, mut edges: Vec<Edge<'_>>) -> Draft {
    let kind = match ring(items, &edges) {
        Some(order) => {
            let mut kept: Vec<Option<Edge<'_>>> = edges.into_iter().map(Some).collect();
            edges = order.into_iter().filter_map(|at| kept[at].take()).collect();
            MeaningKind::NumbersSwapped
        }
        None => MeaningKind::NumberPasses,
    };
    let mut people: Vec<usize> =
        edges.iter().flat_map(|edge| edge.from.iter().chain(&edge.to)).copied().collect();
    people.sort_unstable();
    people.dedup();
    let mut draft = Draft::of(kind, people);
    let parties = |people: &[usize]| people.iter().map(|&at| party(items, at, None)).collect();
    draft.passes = edges
        .iter()
        .map(|edge| Pass {
            pbx: edge.pbx.into(),
            number: edge.number.into(),
            from: parties(&edge.from),
            to: parties(&edge.to),
        })
        .collect();
    draft
}

/// The order of a ring from its first number on: who gets a number gives away the next. None where
/// somebody only gives or gets, or where it is not about the extension that people have first.
fn ring(items: &Items<'_>, edges: &[Edge<'_>]) -> Option<Vec<usize>> {
    let mut by_giver: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, edge) in edges.iter().enumerate() {
        let (&[from], &[to]) = (edge.from.as_slice(), edge.to.as_slice()) else { return None };
        let (old, new) = (items.all[from], items.all[to]);
        let first = old.stays()
            && new.stays()
            && old.before(Field::Extension) == Some(edge.number)
            && new.after(Field::Extension) == Some(edge.number);
        if !first || by_giver.insert(from, at).is_some() {
            return None;
        }
    }
    let mut order = vec![0];
    let mut next = *by_giver.get(&edges[0].to[0])?;
    while next != 0 && order.len() <= edges.len() {
        order.push(next);
        next = *by_giver.get(&edges[next].to[0])?;
    }
    (order.len() == edges.len()).then_some(order)
}
