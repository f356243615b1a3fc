//! What happened to a directory since a plan was made for it, as far as it touches the plan.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{Action, Change, EntryKind, Misfit, Plan, after::unfit, differences, equipment};
use crate::directory::{Directory, Extension, Id, Person, Property, Text};

impl Directory {
    /// Everything that keeps a plan's changes of people and of equipment from being made here, in the order of the
    /// plan. `base` is the directory that it was made for.
    ///
    /// Groups and collections follow from the people, so nothing that happened to them touches it.
    /// Linear in the people, and in the changes.
    pub fn misfits(&self, plan: &Plan, base: &Self) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        let mut given = BTreeMap::new();
        for change in plan.changes.iter().filter(|change| change.entry == EntryKind::Person) {
            let before = misfits.len();
            let at = self.people.binary_search_by(|person| person.id.as_str().cmp(&change.key));
            match (at, change.action) {
                (Ok(_), Action::Add) => misfits.push(Misfit::entry(change, true)),
                (Err(_), Action::Add | Action::Split) => {}
                (Err(_), _) => misfits.push(Misfit::entry(change, false)),
                (Ok(at), action) => {
                    let person = &self.people[at];
                    misfits.extend(unfit(person, change));
                    if matches!(action, Action::Disable | Action::Merge) {
                        misfits.extend(since(base, person, change));
                    }
                }
            }
            if misfits.len() > before {
                continue;
            }
            match self.altered(change, plan) {
                Ok(person) => {
                    given.insert(change.key.clone(), (change, person));
                }
                Err(misfit) => misfits.push(misfit),
            }
        }
        misfits.extend(Taken::new(self, base, plan, &given).all());
        let dropped: BTreeSet<Text> =
            misfits.iter().map(|misfit| misfit.change().clone()).collect();
        for change in plan.changes.iter().filter(|change| change.entry.is_equipment()) {
            let unfit = equipment::unfit(self, base, change);
            if unfit.is_empty() {
                misfits.extend(ownerless(self, &given, &dropped, change));
            }
            misfits.extend(unfit);
        }
        let place: BTreeMap<&Text, usize> =
            plan.changes.iter().enumerate().map(|(at, change)| (&change.id, at)).collect();
        misfits.sort_by_key(|misfit| place.get(misfit.change()).copied());
        misfits
    }
}

/// That a device is to get an owner who is not there and doesn't come.
fn ownerless(
    head: &Directory,
    given: &Given<'_>,
    dropped: &BTreeSet<Text>,
    change: &Change,
) -> Option<Misfit> {
    let owner = change.property(Property::Owner)?.after.as_text()?;
    let there = Id::parse(owner).is_ok_and(|id| head.person(&id).is_some());
    let comes = given.get(owner).is_some_and(|(change, _)| !dropped.contains(&change.id));
    (!there && !comes).then(|| Misfit::Owner {
        change: change.id.clone(),
        key: change.key.clone(),
        owner: owner.into(),
    })
}

/// Changes that fit by themselves, by the id of their person, with what becomes of them.
type Given<'a> = BTreeMap<Text, (&'a Change, Person)>;

/// What only one person should have: a number in its pbx, or a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'a> {
    Number(&'a Text, &'a Extension),
    Record(&'a Id),
}

impl fmt::Display for Thing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(pbx, number) => write!(f, "{pbx}:{number}"),
            Self::Record(record) => write!(f, "{record}"),
        }
    }
}

/// What an active person has.
fn things(person: &Person) -> impl Iterator<Item = Thing<'_>> {
    let numbers = person.extension.iter().chain(&person.additional_extensions);
    let numbers = numbers.map(|number| Thing::Number(&person.pbx, number));
    let all = numbers.chain(person.known_as().map(|(record, _)| Thing::Record(record)));
    all.filter(|_| person.status.is_active())
}

/// Changes that would give somebody what somebody else keeps: because they got it since, or
/// because the change that takes it from them doesn't fit either.
struct Taken<'a> {
    head: &'a Directory,
    base: &'a Directory,
    plan: &'a Plan,
    given: &'a Given<'a>,
    /// All changes of people, by their person.
    planned: BTreeMap<&'a str, &'a Change>,
    /// Who is to get what they don't have.
    takers: BTreeMap<Thing<'a>, Vec<&'a Text>>,
    /// Who is to become one with whom.
    merging: BTreeMap<&'a str, Vec<&'a Text>>,
    /// People whose changes turned out not to fit, some of them still to be looked at.
    dropped: BTreeSet<&'a Text>,
    queue: Vec<&'a Text>,
    found: Vec<Misfit>,
}

impl<'a> Taken<'a> {
    fn new(head: &'a Directory, base: &'a Directory, plan: &'a Plan, given: &'a Given<'a>) -> Self {
        let people = plan.changes.iter().filter(|change| change.entry == EntryKind::Person);
        let planned = people.map(|change| (change.key.as_str(), change)).collect();
        let mut takers: BTreeMap<Thing<'_>, Vec<&Text>> = BTreeMap::new();
        let mut merging: BTreeMap<&str, Vec<&Text>> = BTreeMap::new();
        for (key, (change, after)) in given {
            let before = head.person(&after.id);
            for thing in things(after) {
                if !before.is_some_and(|person| things(person).any(|had| had == thing)) {
                    takers.entry(thing).or_default().push(key);
                }
            }
            if let (Action::Merge, Some(with)) = (change.action, &change.with) {
                merging.entry(with.as_str()).or_default().push(key);
            }
        }
        let (dropped, queue, found) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { head, base, plan, given, planned, takers, merging, dropped, queue, found }
    }

    /// All of them. What one keeps may be what the next one was to get.
    fn all(mut self) -> Vec<Misfit> {
        if !self.takers.is_empty() {
            self.head.people.iter().for_each(|holder| self.keeps(holder));
        }
        let merging: Vec<&str> = self.merging.keys().copied().collect();
        merging.into_iter().for_each(|with| self.apart(with));
        while let Some(key) = self.queue.pop() {
            let at = self.head.people.binary_search_by(|person| person.id.as_str().cmp(key));
            if let Ok(at) = at {
                self.keeps(&self.head.people[at]);
            }
            self.apart(key);
        }
        self.found
    }

    fn given(&self, key: &str) -> Option<&'a (&'a Change, Person)> {
        self.given.get(key).filter(|_| !self.dropped.contains(&Text::from(key)))
    }

    /// What a holder keeps and somebody else is to get.
    fn keeps(&mut self, holder: &'a Person) {
        for thing in things(holder) {
            let Some(takers) = self.takers.get(&thing) else { continue };
            let has = |person: &Person| things(person).any(|has| has == thing);
            if self.given(holder.id.as_str()).is_some_and(|(_, after)| !has(after)) {
                continue;
            }
            let had = self.base.person(&holder.id).is_some_and(has);
            let was_to_lose = self.planned.get(holder.id.as_str()).is_some_and(|change| {
                self.base.altered(change, self.plan).is_ok_and(|after| !has(&after))
            });
            // Where the plan itself left it with both, it was told when the plan was made.
            if had && !was_to_lose {
                continue;
            }
            for key in takers.clone() {
                let Some((change, after)) = self.given(key) else { continue };
                if after.id == holder.id {
                    continue;
                }
                let (change, key, by) = (change.id.clone(), key.clone(), holder.id.clone());
                let what = smol_str::format_smolstr!("{thing}");
                self.found.push(match had {
                    true => Misfit::Kept { change, key, what, by },
                    false => Misfit::Number { change, key, number: what, by },
                });
            }
            for key in self.takers[&thing].clone() {
                if *key != holder.id.as_str() && self.dropped.insert(key) {
                    self.queue.push(key);
                }
            }
        }
    }

    /// Who was to become one with somebody who isn't there, or doesn't become what was planned.
    fn apart(&mut self, with: &str) {
        let Some(merging) = self.merging.get(with) else { return };
        let at = self.head.people.binary_search_by(|person| person.id.as_str().cmp(with));
        let after = match (self.given(with), self.planned.contains_key(with)) {
            (Some((_, after)), _) => Some(after),
            (None, true) => None,
            (None, false) => at.ok().map(|at| &self.head.people[at]),
        };
        if after.is_some_and(|person| person.status.is_active()) {
            return;
        }
        for key in merging.clone() {
            let Some((change, _)) = self.given(key) else { continue };
            let (change, with) = (change.id.clone(), with.into());
            self.found.push(Misfit::Apart { change, key: key.clone(), with });
            if self.dropped.insert(key) {
                self.queue.push(key);
            }
        }
    }
}

/// What became of somebody whom a change lets go, since the plan was made: whoever changed them
/// knew of them.
fn since(base: &Directory, person: &Person, change: &Change) -> Vec<Misfit> {
    let Some(before) = base.person(&person.id) else { return Vec::new() };
    let planned = |field: &Text| change.fields.iter().any(|planned| planned.field == *field);
    let changed = differences(before, person).into_iter();
    changed
        .filter(|field| !planned(&field.field))
        .map(|field| Misfit::Since {
            change: change.id.clone(),
            key: change.key.clone(),
            field: field.field,
            held: Box::new(field.after),
        })
        .collect()
}

#[cfg(test)]
#[path = "misfits_tests.rs"]
mod tests;
