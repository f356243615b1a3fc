//! How many entries of each kind a plan changes in which way, and how many there are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, EntryKind, Kind};
use crate::directory::{
    Channel, Device, Directory, Equipment, Extension, Field, Id, Person, SystemDevice, Text, Value,
};

/// The changes of one kind of equipment, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EquipmentSummary {
    /// Those that are new.
    pub add: u64,
    /// Those of which a property changes.
    pub update: u64,
    /// Those that are disabled.
    pub disable: u64,
    /// Those that return.
    pub enable: u64,
    /// Those in use that stay as they are.
    pub unchanged: u64,
    /// Of these, those whose absence is not proven.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub unknown: u64,
}

impl EquipmentSummary {
    /// Whether none changes.
    pub fn is_still(&self) -> bool {
        let Self { add, update, disable, enable, unchanged: _, unknown: _ } = self;
        add + update + disable + enable == 0
    }

    pub(super) fn count(&mut self, action: Action) {
        match action {
            Action::Add => self.add += 1,
            Action::Disable => self.disable += 1,
            Action::Enable => self.enable += 1,
            // Of people alone.
            Action::Update | Action::Move | Action::Merge | Action::Split => self.update += 1,
        }
    }
}

/// How many entries of each kind are changed in which way; a way that doesn't occur is left out.
pub type Counts = BTreeMap<(Kind, Action), u64>;

/// Counts the changes.
pub fn counts(changes: &[Change]) -> Counts {
    let mut counts = Counts::new();
    for alike in changes.chunk_by(|a, b| (a.entry, a.action) == (b.entry, b.action)) {
        let kind = Kind::of(alike[0].entry);
        *counts.entry((kind, alike[0].action)).or_default() += alike.len() as u64;
    }
    counts
}

/// How many entries of a kind are in use; a number that two people have counts twice.
pub(super) fn in_use(held: &Directory, kind: Kind) -> u64 {
    let active = || held.people.iter().filter(|person| person.status.is_active());
    let count = match kind {
        Kind::People => active().count(),
        Kind::Extensions => active().map(|person| numbers(person).count()).sum(),
        Kind::Devices => used::<Device>(held),
        Kind::SystemDevices => used::<SystemDevice>(held),
        Kind::Channels => used::<Channel>(held),
        Kind::Groups => held.groups.iter().filter(|group| group.status.is_active()).count(),
        Kind::Collections => {
            held.collections.iter().filter(|collection| collection.status.is_active()).count()
        }
    };
    count as u64
}

fn used<T: Equipment>(held: &Directory) -> usize {
    T::all(&held.inventory).iter().filter(|one| one.status().is_active()).count()
}

/// A number within its pbx.
type Number = (Text, Text);

fn numbers(person: &Person) -> impl Iterator<Item = &Extension> {
    person.extension.iter().chain(&person.additional_extensions)
}

/// The numbers that people of these changes give up and come to have, each with whose they are.
#[derive(Default)]
struct Passed {
    lost: Vec<Number>,
    gained: Vec<Number>,
    /// The people who change, sorted.
    whose: Vec<Id>,
}

/// Counts the numbers that nobody has any more (`disable`), that pass from somebody to somebody
/// else (`update`) and that nobody had (`add`).
///
/// Only where there are more than `few` of them in all is the directory asked whether somebody who
/// doesn't change has the number too; until then these counts are the most that it can be.
pub(super) fn extension_counts(held: &Directory, changes: &[Change], few: u64) -> Counts {
    let Passed { mut lost, mut gained, mut whose } = passed(held, changes);
    if lost.len() as u64 > few || gained.len() as u64 > few {
        whose.sort();
        let mut others = held
            .people
            .iter()
            .filter(|person| person.status.is_active() && whose.binary_search(&person.id).is_err());
        remove_held(&mut lost, &mut gained, &mut others);
    }
    let passing = both(&lost, &gained);
    let mut counts = Counts::new();
    for (action, count) in [
        (Action::Disable, lost.len() as u64 - passing),
        (Action::Update, passing),
        (Action::Add, gained.len() as u64 - passing),
    ] {
        if count > 0 {
            counts.insert((Kind::Extensions, action), count);
        }
    }
    counts
}

/// What is lost and gained, sorted and each once.
fn passed(held: &Directory, changes: &[Change]) -> Passed {
    let mut passed = Passed::default();
    for change in changes.iter().filter(|change| change.entry == EntryKind::Person) {
        let leaves = matches!(change.action, Action::Disable | Action::Merge);
        let same = [Field::Pbx, Field::Extension, Field::AdditionalExtensions]
            .into_iter()
            .all(|field| change.field(field).is_none());
        if same && matches!(change.action, Action::Update | Action::Move) {
            continue;
        }
        let Ok(id) = Id::parse(&change.key) else { continue };
        let person = held.person(&id);
        let had: Vec<Number> = match person {
            Some(person) if person.status.is_active() => {
                numbers(person).map(|number| (person.pbx.clone(), number.as_str().into())).collect()
            }
            _ => Vec::new(),
        };
        let will = if leaves { Vec::new() } else { after(person, change) };
        passed.lost.extend(had.iter().filter(|number| !will.contains(number)).cloned());
        passed.gained.extend(will.into_iter().filter(|number| !had.contains(number)));
        passed.whose.push(id);
    }
    for list in [&mut passed.lost, &mut passed.gained] {
        list.sort();
        list.dedup();
    }
    passed
}

/// The numbers that a person has once changed.
fn after(person: Option<&Person>, change: &Change) -> Vec<Number> {
    let value = |field: Field| match change.field(field) {
        Some(change) => change.after.clone(),
        None => person.map_or(Value::None, |person| person.get(field)),
    };
    let pbx = match value(Field::Pbx) {
        Value::Text(pbx) => pbx,
        Value::None | Value::Flag(_) | Value::List(_) => Text::new_static("main"),
    };
    let mut numbers = Vec::new();
    for field in [Field::Extension, Field::AdditionalExtensions] {
        match value(field) {
            Value::Text(number) => numbers.push((pbx.clone(), number)),
            Value::List(more) => numbers.extend(more.into_iter().map(|n| (pbx.clone(), n))),
            Value::None | Value::Flag(_) => {}
        }
    }
    numbers
}

/// Leaves out the numbers that one of these people has, before and after.
fn remove_held(
    lost: &mut Vec<Number>,
    gained: &mut Vec<Number>,
    others: &mut dyn Iterator<Item = &Person>,
) {
    let mut kept: (Vec<bool>, Vec<bool>) = (vec![true; lost.len()], vec![true; gained.len()]);
    for person in others {
        for number in numbers(person) {
            let wanted = (person.pbx.as_str(), number.as_str());
            let find = |list: &[Number]| {
                list.binary_search_by(|(pbx, number)| (pbx.as_str(), number.as_str()).cmp(&wanted))
            };
            if let Ok(at) = find(lost) {
                kept.0[at] = false;
            }
            if let Ok(at) = find(gained) {
                kept.1[at] = false;
            }
        }
    }
    for (list, kept) in [(lost, kept.0), (gained, kept.1)] {
        let mut kept = kept.into_iter();
        list.retain(|_| kept.next().unwrap_or(true));
    }
}

/// How many are in both of two sorted lists.
fn both(a: &[Number], b: &[Number]) -> u64 {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    few.iter().filter(|number| many.binary_search(number).is_ok()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{GroupPath, Reason, Status};
    use crate::plan::{FieldChange, samples};

    fn person(key: &str, number: &str) -> Person {
        let path = GroupPath::parse("/London").unwrap();
        let mut person = Person::new(Id::new("staff", key), key.into(), path);
        person.extension = Extension::parse(number).ok();
        person
    }

    fn change(key: &str, action: Action, to: Option<&str>) -> Change {
        let number =
            |to: &str| FieldChange::of(Field::Extension, Value::None, Value::Text(Text::from(to)));
        Change {
            key: smol_str::format_smolstr!("staff/{key}"),
            fields: to.map(number).into_iter().collect(),
            ..samples::change(action, 0)
        }
    }

    fn told(people: Vec<Person>, changes: &[Change]) -> [u64; 3] {
        let held = Directory { people, ..Directory::default() };
        let counts = extension_counts(&held, changes, 0);
        [Action::Disable, Action::Update, Action::Add]
            .map(|action| counts.get(&(Kind::Extensions, action)).copied().unwrap_or(0))
    }

    #[test]
    fn a_number_is_given_up_passed_on_or_new() {
        let held = || vec![person("ada", "4021"), person("bob", "4022"), person("cem", "4023")];
        let gone = change("ada", Action::Disable, None);
        assert_eq!(told(held(), std::slice::from_ref(&gone)), [1, 0, 0]);
        let heir = change("dan", Action::Add, Some("4021"));
        assert_eq!(told(held(), &[gone, heir]), [0, 1, 0]);
        let renumbered = change("bob", Action::Update, Some("4099"));
        assert_eq!(told(held(), std::slice::from_ref(&renumbered)), [1, 0, 1]);
        let swap = [
            change("bob", Action::Update, Some("4023")),
            change("cem", Action::Update, Some("4022")),
        ];
        assert_eq!(told(held(), &swap), [0, 2, 0]);
    }

    #[test]
    fn a_number_that_somebody_else_has_too_is_neither_lost_nor_new() {
        let held = || vec![person("ada", "4021"), person("bob", "4021")];
        assert_eq!(told(held(), &[change("ada", Action::Disable, None)]), [0, 0, 0]);
        assert_eq!(told(held(), &[change("cem", Action::Add, Some("4021"))]), [0, 0, 0]);
        let both = [change("ada", Action::Disable, None), change("bob", Action::Disable, None)];
        assert_eq!(told(held(), &both), [1, 0, 0]);
    }

    #[test]
    fn a_person_who_returns_brings_their_number() {
        let mut back = person("ada", "4021");
        back.status = Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: Text::default(),
        };
        assert_eq!(told(vec![back], &[change("ada", Action::Enable, None)]), [0, 0, 1]);
    }
}
