//! The people of a directory held against the number plan: what is remarkable, whatever changes.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;

use super::{Action, Change, EntryKind, Past};
use crate::{
    directory::{Directory, Extension, Id, Person, Reason, Status, Text},
    finding::{Code, Finding},
    numbers::{Dialling, NumberPlan, Range},
};

/// The directory before a plan and after it, as far as numbers are concerned.
#[derive(Debug, Clone, Copy)]
pub struct Numbering<'a> {
    /// The number plan.
    pub dialling: &'a Dialling,
    /// The people before.
    pub held: &'a Directory,
    /// The people who will be active, by id.
    pub active: &'a [&'a Person],
    /// What happens to people.
    pub changes: &'a [Change],
    /// What earlier runs did.
    pub past: &'a Past,
    /// When the plan is made.
    pub now: Timestamp,
}

impl<'a> Numbering<'a> {
    fn plan(&self) -> &'a NumberPlan {
        &self.dialling.plan
    }
}

/// What the number plan says of the people; nothing where there is none.
pub fn numbers(numbering: &Numbering<'_>) -> Vec<Finding> {
    let mut findings = out_of_range(numbering);
    if let Some(after) = numbering.plan().reuse_after {
        findings.extend(reused(numbering, after));
    }
    if numbering.plan().has_direct_dial() {
        findings.extend(direct_dial(numbering));
    }
    findings
}

/// The extensions by which somebody is reached.
fn own(person: &Person) -> impl Iterator<Item = &Extension> {
    person.extension.iter().chain(&person.additional_extensions)
}

fn has(person: &Person, extension: &Extension) -> bool {
    own(person).any(|own| own == extension)
}

// Extensions outside of their ranges.

fn out_of_range(numbering: &Numbering<'_>) -> Vec<Finding> {
    let plan = numbering.plan();
    if plan.ranges().is_empty() {
        return Vec::new();
    }
    let people = numbering.active.par_iter();
    people
        .flat_map_iter(|&person| own(person).filter_map(move |own| misplaced(plan, person, own)))
        .collect()
}

fn misplaced(plan: &NumberPlan, person: &Person, extension: &Extension) -> Option<Finding> {
    let Person { id, name, pbx, .. } = person;
    let finding = |message: String, help: String, range: &Range| {
        let finding = Finding::warning(Code::NumberOutOfRange, message, help);
        Some(finding.about([id.clone()]).at(&range.at))
    };
    let Some(range) = plan.range(pbx, extension) else {
        // Of a pbx without ranges nothing is known.
        let first = plan.of_pbx(pbx).next()?;
        let message =
            format!("extension `{pbx}:{extension}` of `{name}` is in no range of `{pbx}`");
        let help = "give them a number of a range, or widen a range";
        return finding(message, help.into(), first);
    };
    let (theirs, its) = (person.site.as_ref()?, range.site.as_ref()?);
    if theirs == its || theirs.to_lowercase() == its.to_lowercase() {
        return None;
    }
    let message = format!(
        "extension `{pbx}:{extension}` of `{name}` is in a range of `{its}`, and their site is `{theirs}`"
    );
    let help = match plan.of_pbx(pbx).find(|range| range.site.as_ref() == Some(theirs)) {
        Some(own) => format!("give them one of `{}`, or correct their site", own.extensions()),
        None => format!("add a range for `{theirs}`, or correct their site"),
    };
    finding(message, help, range)
}

// Numbers that are given again too soon.

/// A number that somebody is given, in its number space.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Given<'a> {
    pbx: &'a str,
    number: &'a Extension,
    person: &'a Id,
    /// The place among the active people.
    at: usize,
}

/// Who had a number last, and until when.
struct Before<'a> {
    given: Given<'a>,
    until: Timestamp,
    id: &'a Id,
    name: Option<&'a str>,
}

fn reused(numbering: &Numbering<'_>, after: SignedDuration) -> Vec<Finding> {
    let given = given(numbering);
    if given.is_empty() {
        return Vec::new();
    }
    let mut before = left(numbering, &given);
    before.extend(released(numbering, &given));
    before.retain(|last| {
        let free = last.until.checked_add(after);
        free.is_ok_and(|free| free > numbering.now)
    });
    // Of several, whoever had it last.
    before.sort_by(|a, b| (a.given, b.until, a.id).cmp(&(b.given, a.until, b.id)));
    before.dedup_by(|later, first| later.given == first.given);
    before.iter().filter_map(|last| told(numbering, last, after)).collect()
}

fn told(numbering: &Numbering<'_>, last: &Before<'_>, after: SignedDuration) -> Option<Finding> {
    let Before { given: Given { pbx, number, at, .. }, until, id, name } = last;
    let person = numbering.active.get(*at)?;
    let days = numbering.now.duration_since(*until).as_hours() / 24;
    let since = match days {
        ..=0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    let who = name.unwrap_or(id.as_str());
    let message = format!(
        "extension `{pbx}:{number}` is given to `{}`, and `{who}` had it until {since}",
        person.name
    );
    let free = until.checked_add(after).ok()?;
    let help = format!("give another number, or wait until {}", free.strftime("%Y-%m-%d"));
    let finding = Finding::warning(Code::NumberReused, message, help);
    let finding = finding.about([person.id.clone(), (*id).clone()]);
    Some(match numbering.plan().range(pbx, number) {
        Some(range) => finding.at(&range.at),
        None => finding,
    })
}

/// The numbers that active people didn't have before, sorted.
fn given<'a>(numbering: &Numbering<'a>) -> Vec<Given<'a>> {
    let mut held = numbering.held.people.iter().peekable();
    let mut given = Vec::new();
    let mut fresh = split(numbering.changes).into_iter().peekable();
    for (at, &person) in numbering.active.iter().enumerate() {
        while held.next_if(|held| held.id < person.id).is_some() {}
        while fresh.next_if(|id| *id < person.id.as_str()).is_some() {}
        // They had it before, as a part of somebody else.
        if fresh.peek().is_some_and(|id| *id == person.id.as_str()) {
            continue;
        }
        let before = held.peek().filter(|held| held.id == person.id);
        for number in own(person) {
            if before.is_none_or(|held| held.pbx != person.pbx || !has(held, number)) {
                given.push(Given { pbx: &person.pbx, number, person: &person.id, at });
            }
        }
    }
    given.sort_unstable();
    given
}

/// The people who turn out not to be one with another, sorted.
fn split(changes: &[Change]) -> Vec<&str> {
    of_action(changes, Action::Split)
}

fn of_action(changes: &[Change], action: Action) -> Vec<&str> {
    let people = changes.iter().filter(|change| change.entry == EntryKind::Person);
    let mut ids: Vec<&str> =
        people.filter(|change| change.action == action).map(|change| &*change.key).collect();
    ids.sort_unstable();
    ids
}

/// Those among the given numbers that are this one.
fn same<'g, 'a>(
    given: &'g [Given<'a>],
    pbx: &str,
    number: &Extension,
) -> impl Iterator<Item = &'g Given<'a>> {
    let order = |one: &Given<'_>| (one.pbx, one.number).cmp(&(pbx, number));
    let from = given.partition_point(|one| order(one) == Ordering::Less);
    let to = given.partition_point(|one| order(one) != Ordering::Greater);
    given[from..to].iter()
}

/// Held people who had one of the given numbers and have left it: disabled, or with another now.
fn left<'a>(numbering: &Numbering<'a>, given: &[Given<'a>]) -> Vec<Before<'a>> {
    let merged = of_action(numbering.changes, Action::Merge);
    let until = |held: &Person| match held.status {
        // Whoever they turned out to be has their numbers, and nobody left.
        Status::Disabled { reason: Reason::Merged, .. } => None,
        Status::Disabled { since, .. } => Some(since),
        Status::Active => {
            let gone = merged.binary_search(&held.id.as_str()).is_err();
            gone.then_some(numbering.now)
        }
    };
    let still = |held: &Person, number: &Extension| {
        let at = numbering.active.binary_search_by(|person| person.id.cmp(&held.id));
        at.is_ok_and(|at| numbering.active[at].pbx == held.pbx && has(numbering.active[at], number))
    };
    let people = numbering.held.people.par_iter();
    people
        .flat_map_iter(|held| own(held).map(move |number| (held, number)))
        .flat_map_iter(|(held, number)| {
            let others = same(given, &held.pbx, number).filter(|one| *one.person != held.id);
            let until = until(held);
            others.filter_map(move |given| {
                let until = until.filter(|_| !still(held, number))?;
                Some(Before { given: *given, until, id: &held.id, name: Some(&held.name) })
            })
        })
        .collect()
}

/// The same of numbers that became free before.
fn released<'a>(numbering: &Numbering<'a>, given: &[Given<'a>]) -> Vec<Before<'a>> {
    let past = numbering.past.released.iter();
    past.flat_map(|released| {
        let others = same(given, &released.pbx, &released.number);
        others.filter(|one| *one.person != released.person).map(|given| {
            let (until, id) = (released.until, &released.person);
            Before { given: *given, until, id, name: name(numbering.held, id) }
        })
    })
    .collect()
}

fn name<'a>(held: &'a Directory, id: &Id) -> Option<&'a str> {
    let at = held.people.binary_search_by(|person| person.id.cmp(id)).ok()?;
    Some(&held.people[at].name)
}

// Direct-dial numbers and the extensions that they belong to.

/// A direct-dial number that somebody has, and whose extension is not theirs.
struct Foreign<'a> {
    /// In E.164.
    number: Text,
    /// Where the plan leads with it.
    range: &'a Range,
    extension: Extension,
    person: &'a Person,
    /// Whether it is their extension itself; else their telephone.
    dialled: bool,
}

fn direct_dial(numbering: &Numbering<'_>) -> Vec<Finding> {
    let people = numbering.active.par_iter();
    let mut foreign: Vec<Foreign<'_>> =
        people.flat_map_iter(|&person| elsewhere(numbering, person)).collect();
    let key = |one: &Foreign<'_>| (one.range.pbx.clone(), one.extension.clone());
    foreign.par_sort_by_cached_key(|one| (key(one), one.dialled, one.person.id.clone()));
    let owners = owners(numbering, &foreign);
    let mut findings = Vec::new();
    for same in foreign.chunk_by(|a, b| key(a) == key(b)) {
        let Foreign { range, extension, .. } = &same[0];
        let from = owners.partition_point(|(pbx, own, _)| (*pbx, *own) < (&range.pbx, extension));
        let own = owners[from..].iter();
        let own: Vec<&Person> = own
            .take_while(|(pbx, own, _)| (*pbx, *own) == (&range.pbx, extension))
            .map(|(.., person)| *person)
            .collect();
        findings.extend(of_one_number(same, &own));
    }
    findings
}

/// The direct-dial numbers of somebody that lead to an extension that isn't theirs.
fn elsewhere<'a>(numbering: &Numbering<'a>, person: &'a Person) -> Vec<Foreign<'a>> {
    let (plan, dialling) = (numbering.plan(), numbering.dialling);
    let telephone = person.telephone.as_deref().map(|text| (text, false));
    let dialled = own(person).map(|extension| (extension.as_str(), true));
    telephone
        .into_iter()
        .chain(dialled)
        .filter_map(|(text, dialled)| {
            let number = dialling.direct_dial_number(text)?;
            let (range, extension) = plan.extension(&number)?;
            let theirs = range.pbx == person.pbx && has(person, &extension);
            (!theirs).then_some(Foreign { number, range, extension, person, dialled })
        })
        .collect()
}

/// An extension of a pbx, and somebody who has it.
type Owned<'a> = (&'a Text, &'a Extension, &'a Person);

/// Who has the extensions that foreign numbers lead to, sorted.
fn owners<'a>(numbering: &Numbering<'a>, foreign: &[Foreign<'a>]) -> Vec<Owned<'a>> {
    if foreign.is_empty() {
        return Vec::new();
    }
    let wanted = |person: &Person, number: &Extension| {
        let order =
            |one: &Foreign<'_>| (&one.range.pbx, &one.extension).cmp(&(&person.pbx, number));
        foreign.binary_search_by(order).is_ok()
    };
    let people = numbering.active.par_iter();
    let mut owners: Vec<Owned<'a>> = people
        .flat_map_iter(|&person| {
            own(person)
                .filter(|number| wanted(person, number))
                .map(move |n| (&person.pbx, n, person))
        })
        .collect();
    owners.par_sort_unstable_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    owners.dedup_by(|a, b| (a.0, a.1, &a.2.id) == (b.0, b.1, &b.2.id));
    owners
}

/// How many people are named in one finding.
const NAMED: usize = 3;

/// What is to be said of a direct-dial number that these people have, and that leads to an
/// extension of the owners.
fn of_one_number(foreign: &[Foreign<'_>], owners: &[&Person]) -> Vec<Finding> {
    let Some(Foreign { number, range, extension, .. }) = foreign.first() else { return Vec::new() };
    let target = format!("`{}:{extension}`", range.pbx);
    let about = |people: &[&Foreign<'_>]| {
        let ids = people.iter().map(|one| one.person.id.clone());
        ids.chain(owners.iter().map(|owner| owner.id.clone())).collect::<Vec<_>>()
    };
    let owner = names(owners.iter().copied());
    let mut findings = Vec::new();
    for dialled in [true, false] {
        let all: Vec<&Foreign<'_>> = foreign.iter().filter(|one| one.dialled == dialled).collect();
        let what = if dialled { "extension" } else { "telephone" };
        let help = "give the number to the one whose extension it is, or the extension to them";
        if dialled && owners.is_empty() {
            // Whoever is reached by it is the only one.
            continue;
        }
        // Who has an extension of their own, and whose telephone leads to one that nobody has.
        let (lost, second): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|one| owners.is_empty() && one.person.extension.is_some());
        for one in lost {
            let own = one.person.extension.as_ref().map(Extension::as_str).unwrap_or_default();
            let message = format!(
                "telephone `{number}` of `{}` is the direct-dial number of {target}, and their extension is `{}:{own}`",
                one.person.name, one.person.pbx
            );
            let help = "correct the telephone or the extension at the source, or `direct_dial`";
            let finding = Finding::warning(Code::DirectDialDisagrees, message, help);
            findings.push(finding.about([one.person.id.clone()]).at(&range.at));
        }
        if second.is_empty() {
            continue;
        }
        let who = names(second.iter().map(|one| one.person));
        let whose = match owners {
            [] => "which nobody has: its calls would make a second person".to_owned(),
            _ => format!("which {owner} has"),
        };
        let message =
            format!("{what} `{number}` of {who} is the direct-dial number of {target}, {whose}");
        let finding = Finding::warning(Code::DirectDialOfAnother, message, help);
        findings.push(finding.about(about(&second)).at(&range.at));
    }
    findings
}

/// The first names: "`Ada`, `Ben`, `Cem` and 4 more".
fn names<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    let mut names: Vec<String> = people.map(|person| format!("`{}`", person.name)).collect();
    if names.len() > NAMED {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        return format!("{} and {more} more", names.join(", "));
    }
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
