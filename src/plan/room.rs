//! Who could be disabled where licences are short.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, EntryKind, Remarks};
use crate::directory::{Directory, Field, Id, Text, Value};

/// Somebody whose leaving would free a licence, and why them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Room {
    /// The person.
    pub person: Id,
    /// What people call them.
    pub name: Text,
    /// Why them: "has no extension, so no call can be theirs".
    pub because: Text,
}

/// So many are named.
const MOST: usize = 100;

/// Who takes a licence once these changes are applied, and could do without: people whose absence
/// isn't proven, then people in a dispute, then people without any number. Each once.
pub(super) fn room(held: &Directory, changes: &[Change], remarks: &Remarks) -> Vec<Room> {
    let mut changed: Vec<(&str, &Change)> = changes
        .iter()
        .filter(|change| change.entry == EntryKind::Person)
        .map(|change| (change.key.as_str(), change))
        .collect();
    changed.sort_unstable_by_key(|(key, _)| *key);
    let change = |id: &Id| {
        let at = changed.binary_search_by_key(&id.as_str(), |(key, _)| *key);
        at.ok().map(|at| changed[at].1)
    };
    let mut room: Vec<Room> = Vec::new();
    let mut offer = |id: &Id, because: Text| {
        let change = change(id);
        let person = held.person(id);
        let leaves = |change: &Change| matches!(change.action, Action::Disable | Action::Merge);
        let stays = match (person, change) {
            (_, Some(change)) => !leaves(change),
            (Some(person), None) => person.status.is_active(),
            (None, None) => false,
        };
        let unlogged = match change.and_then(|change| change.field(Field::DoNotLog)) {
            Some(field) => field.after == Value::Flag(true),
            None => person.is_some_and(|person| person.do_not_log),
        };
        let name = change.map(|change| &change.name).or(person.map(|person| &person.name));
        if let Some(name) = name.filter(|_| stays && !unlogged && room.len() < MOST)
            && !room.iter().any(|other| other.person == *id)
        {
            room.push(Room { person: id.clone(), name: name.clone(), because });
        }
    };
    for unknown in &remarks.unknown {
        offer(&unknown.id, smol_str::format_smolstr!("absence not proven: {}", unknown.because));
    }
    for dispute in &remarks.disputes {
        for id in &dispute.people {
            let (by, value) = (&dispute.by, &dispute.value);
            offer(id, smol_str::format_smolstr!("in a dispute by `{by}` over `{value}`"));
        }
    }
    let nobody_calls = || Text::new_static("has no extension, so no call can be theirs");
    let numberless = |person: &&crate::directory::Person| {
        person.extension.is_none() && person.additional_extensions.is_empty()
    };
    let gets = |change: &Change| {
        [Field::Extension, Field::AdditionalExtensions]
            .into_iter()
            .any(|field| change.field(field).is_some_and(|field| !field.after.is_empty()))
    };
    for person in held.people.iter().filter(|person| person.status.is_active()).filter(numberless) {
        if !change(&person.id).is_some_and(gets) {
            offer(&person.id, nobody_calls());
        }
    }
    for (key, change) in &changed {
        if let (Action::Add, false, Ok(id)) = (change.action, gets(change), Id::parse(key)) {
            offer(&id, nobody_calls());
        }
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{Dispute, Extension, GroupPath, Person, Unknown},
        plan::samples,
    };

    fn person(key: &str) -> Person {
        Person::new(Id::new("staff", key), key.into(), GroupPath::parse("/London").unwrap())
    }

    #[test]
    fn the_likeliest_leavers_come_first_and_each_once() {
        let numbered = |key: &str| Person { extension: Extension::parse("1").ok(), ..person(key) };
        let people = vec![
            person("ann"),
            numbered("ben"),
            numbered("cem"),
            Person { do_not_log: true, ..person("dot") },
            numbered("eve"),
            person("fay"),
        ];
        let held = Directory { people, ..Directory::default() };
        let id = |key: &str| Id::new("staff", key);
        let remarks = Remarks {
            unknown: vec![
                Unknown { id: id("ben"), because: "`staff` is stale".into() },
                Unknown { id: id("fay"), because: "`staff` is stale".into() },
            ],
            disputes: vec![Dispute {
                records: Vec::new(),
                by: "email".into(),
                value: "x@y".into(),
                people: vec![id("ben"), id("eve")],
            }],
            ..Remarks::default()
        };
        let mut leaves = samples::change(Action::Disable, 0);
        leaves.key = "staff/ann".into();
        let room = room(&held, &[leaves], &remarks);
        let told: Vec<_> =
            room.iter().map(|room| (room.person.key(), room.because.as_str())).collect();
        assert_eq!(
            told,
            [
                ("ben", "absence not proven: `staff` is stale"),
                ("fay", "absence not proven: `staff` is stale"),
                ("eve", "in a dispute by `email` over `x@y`"),
            ]
        );
    }

    #[test]
    fn people_without_a_number_come_last_and_not_those_who_get_one() {
        let held = Directory { people: vec![person("ann"), person("ben")], ..Directory::default() };
        let number =
            crate::plan::FieldChange::of(Field::Extension, Value::None, samples::text("4021"));
        let mut gets = samples::change(Action::Update, 0);
        gets.fields.push(number);
        gets.key = "staff/ben".into();
        let mut new = samples::change(Action::Add, 0);
        new.key = "staff/zoe".into();
        let room = room(&held, &[gets, new], &Remarks::default());
        let told: Vec<_> = room.iter().map(|room| room.person.key()).collect();
        assert_eq!(told, ["ann", "zoe"]);
        let many: Vec<Person> = (100..350).map(|n| person(&n.to_string())).collect();
        let held = Directory { people: many, ..Directory::default() };
        assert_eq!(super::room(&held, &[], &Remarks::default()).len(), MOST);
    }
}
