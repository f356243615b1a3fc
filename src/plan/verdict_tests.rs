//! What is refused, and by which limit.

use std::collections::BTreeMap;

use super::*;
use crate::{
    directory::{
        Collection, Equipment, Extension, Field, Group, GroupPath, Id, Inventory, Person, Status,
        Value,
    },
    plan::{
        EntryKind, FieldChange, Share, Usual,
        samples::{self, bound},
    },
};

/// A directory of so many people with a number each, who all stand in groups of their own.
fn held(people: usize) -> Directory {
    let person = |n: usize| {
        let path = GroupPath::parse(&format!("/Group {n:06}")).unwrap();
        let mut person = Person::new(Id::new("staff", &format!("{n:06}")), "x".into(), path);
        person.extension = Extension::parse(&format!("{}", 10_000 + n)).ok();
        person
    };
    let people: Vec<Person> = (0..people).map(person).collect();
    let groups = people
        .iter()
        .map(|person| Group { path: person.path.clone(), status: Status::Active })
        .collect();
    Directory { people, groups, ..Directory::default() }
}

fn people(action: Action, count: usize) -> Vec<Change> {
    (0..count).map(|n| samples::change(action, n)).collect()
}

fn entries(entry: EntryKind, action: Action, count: usize) -> Vec<Change> {
    people(action, count).into_iter().map(|change| Change { entry, ..change }).collect()
}

fn refused(held: &Directory, changes: &[Change], limits: &Limits) -> Vec<String> {
    let verdict = verdict(held, changes, &Licences::default(), limits);
    assert_eq!(verdict.allowed, verdict.refusals.is_empty());
    verdict
        .refusals
        .iter()
        .map(|refusal| format!("{} {} of {}", refusal.limit, refusal.value, refusal.limit_value))
        .collect()
}

#[test]
fn the_stricter_of_count_and_share_wins() {
    let limits = Limits::default();
    assert_eq!(refused(&held(100), &people(Action::Disable, 5), &limits), [""; 0]);
    assert_eq!(refused(&held(100), &people(Action::Disable, 6), &limits), ["disable.share 6 of 5"]);
    assert_eq!(
        refused(&held(1000), &people(Action::Disable, 26), &limits),
        ["disable.people 26 of 25"]
    );
}

#[test]
fn every_action_of_people_has_its_limit() {
    let limits = Limits::default();
    for (action, few, many) in [
        (Action::Update, 30, "update.share 31 of 30"),
        (Action::Move, 30, "move.share 31 of 30"),
        (Action::Merge, 20, "merge.share 21 of 20"),
        (Action::Split, 20, "split.share 21 of 20"),
        (Action::Add, 500, "add.share 501 of 500"),
    ] {
        let told = |count| {
            let changes: Vec<Change> = people(action, count)
                .into_iter()
                // A split or an addition brings people whom the directory doesn't have.
                .map(|mut change| {
                    if matches!(action, Action::Add | Action::Split) {
                        change.key = smol_str::format_smolstr!("new/{}", change.key.len());
                    }
                    change
                })
                .collect();
            refused(&held(100), &changes, &limits)
        };
        assert_eq!(told(few), [""; 0], "{action:?}");
        assert_eq!(told(few + 1), [many]);
    }
}

#[test]
fn a_directory_without_active_people_is_held_to_licences_only() {
    let mut limits = Limits::default();
    limits.set(Action::Add, Kind::People).count = bound(0);
    limits.set(Action::Add, Kind::Groups).count = bound(0);
    let mut changes = people(Action::Add, 5_000);
    changes.extend(entries(EntryKind::Group, Action::Add, 100));
    assert_eq!(refused(&Directory::default(), &changes, &limits), [""; 0]);
    limits.licences = bound(4_000);
    let licences = Licences { before: 0, after: 5_000, limit: Some(4_000) };
    let verdict = verdict(&Directory::default(), &changes, &licences, &limits);
    assert_eq!(verdict.refusals[0].accept, "licences=5000");
}

#[test]
fn numbers_groups_and_collections_are_counted_by_themselves() {
    let mut limits = Limits::default();
    limits.set(Action::Disable, Kind::Extensions).count = bound(2);
    limits.set(Action::Disable, Kind::Groups).count = bound(1);
    limits.set(Action::Add, Kind::Collections).count = bound(0);
    let mut changes = people(Action::Disable, 3);
    changes.extend(entries(EntryKind::Group, Action::Disable, 2));
    changes.extend(entries(EntryKind::Collection, Action::Add, 1));
    assert_eq!(
        refused(&held(100), &changes, &limits),
        [
            "disable.extensions.count 3 of 2",
            "disable.groups.count 2 of 1",
            "add.collections.count 1 of 0"
        ]
    );
}

#[test]
fn what_is_built_in_for_numbers_and_groups_does_not_say_the_same_twice() {
    let limits = Limits::default();
    let mut changes = people(Action::Disable, 60);
    changes.extend(entries(EntryKind::Group, Action::Disable, 60));
    assert_eq!(
        refused(&held(100), &changes, &limits),
        ["disable.people 60 of 25", "disable.share 60 of 5"]
    );
    let emptied: Vec<Change> = (0..30)
        .map(|n| {
            let was = samples::text(&format!("{}", 10_000 + n));
            let field = FieldChange::of(Field::Extension, was, Value::None);
            Change { fields: vec![field], ..samples::change(Action::Update, n) }
        })
        .collect();
    assert_eq!(refused(&held(100), &emptied, &limits), ["disable.extensions.share 30 of 20"]);
    assert_eq!(
        refused(&held(100), &entries(EntryKind::Group, Action::Disable, 51), &limits),
        ["disable.groups.share 51 of 50"]
    );
}

#[test]
fn all_collections_never_leave_at_once_unasked() {
    let collection = |n: usize| Collection {
        name: smol_str::format_smolstr!("set-{n}"),
        title: Text::default(),
        rule: Text::default(),
        members: Vec::new(),
        status: Status::Active,
    };
    for (there, leave, told) in [
        (1, 1, "disable.collections.share 1 of 0"),
        (2, 2, "disable.collections.share 2 of 1"),
        (2, 1, ""),
        (5, 4, "disable.collections.share 4 of 3"),
    ] {
        let mut held = held(3);
        held.collections = (0..there).map(collection).collect();
        let changes = entries(EntryKind::Collection, Action::Disable, leave);
        let refused = refused(&held, &changes, &Limits::default()).concat();
        assert_eq!(refused, told, "{leave} of {there}");
    }
}

/// So many of each kind of equipment, and nobody.
fn equipped(count: usize) -> Directory {
    fn all<T: Equipment>(count: usize) -> Vec<T> {
        (0..count).map(|n| T::new(Id::new("p", &format!("{n:06}")), "x".into())).collect()
    }
    let (devices, system_devices, channels) = (all(count), all(count), all(count));
    let inventory = Inventory { devices, system_devices, channels };
    Directory { inventory, ..Directory::default() }
}

#[test]
fn each_kind_of_equipment_has_its_built_in_limit() {
    let held = equipped(100);
    let refused_of = |entry, count| {
        refused(&held, &entries(entry, Action::Disable, count), &Limits::default()).concat()
    };
    assert_eq!(refused_of(EntryKind::Device, 20), "");
    assert_eq!(refused_of(EntryKind::Device, 21), "disable.devices.share 21 of 20");
    assert_eq!(refused_of(EntryKind::SystemDevice, 21), "disable.system_devices.share 21 of 20");
    assert_eq!(refused_of(EntryKind::Channel, 21), "disable.channels.share 21 of 20");
    // A handful of gateways is missed sooner than a handful of phones.
    let few = |entry, count| {
        refused(&equipped(8), &entries(entry, Action::Disable, count), &Limits::default()).concat()
    };
    assert_eq!(few(EntryKind::Device, 8), "");
    assert_eq!(few(EntryKind::Channel, 5), "");
    assert_eq!(few(EntryKind::Channel, 6), "disable.channels.share 6 of 5");
    assert_eq!(few(EntryKind::SystemDevice, 6), "disable.system_devices.share 6 of 5");
}

#[test]
fn every_limit_of_equipment_that_the_manifest_sets_counts() {
    for (entry, kind) in [
        (EntryKind::Device, Kind::Devices),
        (EntryKind::SystemDevice, Kind::SystemDevices),
        (EntryKind::Channel, Kind::Channels),
    ] {
        for action in [Action::Disable, Action::Update, Action::Add] {
            let mut limits = Limits { of: BTreeMap::new(), ..Limits::default() };
            limits.set(action, kind).count = bound(2);
            let changes = entries(entry, action, 3);
            let verdict = verdict(&equipped(10), &changes, &Licences::default(), &limits);
            let [refusal] = verdict.refusals.as_slice() else { panic!("{kind:?} {action:?}") };
            let name = format!("{}.{}", action.as_str(), kind.as_str());
            assert_eq!(refusal.limit, format!("{name}.count"));
            assert_eq!(refusal.at, "rollbook.yaml:31:12");
            assert_eq!(refusal.accept, format!("{name}=3"));
            assert!(crate::plan::is_limit(&name));
            assert!(verdict.remaining(&[(name.clone().into(), 3)]).is_empty());
            assert_eq!(verdict.remaining(&[(name.into(), 2)]).len(), 1);
            // Where there is none yet, none is hurt.
            assert_eq!(refused(&equipped(0), &changes, &limits), [""; 0]);
        }
    }
}

#[test]
fn devices_that_stand_out_from_the_last_runs_are_refused() {
    let runs = |count| crate::plan::Run {
        when: jiff::Timestamp::UNIX_EPOCH,
        sources: Vec::new(),
        counts: vec![("devices.update".into(), count)],
    };
    let past = crate::plan::Past { runs: (0..10).map(runs).collect(), ..Default::default() };
    let limits = Limits::default().learned(&past);
    let told = |count| {
        refused(&equipped(100), &entries(EntryKind::Device, Action::Update, count), &limits)
    };
    assert_eq!(told(27), [""; 0]);
    assert_eq!(told(28), ["past.update.devices 28 of 27"]);
    assert!(crate::plan::is_limit("past.update.devices"));
}

#[test]
fn a_run_that_stands_out_from_the_last_ones_is_refused() {
    let mut limits = Limits::default();
    limits.set(Action::Disable, Kind::People).count = bound(1_000);
    limits.set(Action::Disable, Kind::People).share = bound(Share::tenths(1000));
    let most =
        BTreeMap::from([((Action::Disable, Kind::People), 6), ((Action::Update, Kind::People), 2)]);
    limits.usual = Some(Usual { runs: 90, most });
    let verdict_of = |count| {
        let changes = people(Action::Disable, count);
        verdict(&held(200), &changes, &Licences::default(), &limits)
    };
    assert!(verdict_of(18).allowed);
    let refused = &verdict_of(41).refusals;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((refused[0].limit.as_str(), refused[0].limit_value), ("past.disable", 18));
    assert_eq!(refused[0].past, Some(Before { most: 6, runs: 90 }));
    assert_eq!(refused[0].accept, "disable=41");
    // Three times two is six, but ten people are never too many.
    let update = |count| refused_of(&people(Action::Update, count), &limits);
    assert_eq!(update(10), [""; 0]);
    assert_eq!(update(11), ["past.update 11 of 10"]);
    limits.past = None;
    assert_eq!(refused_of(&people(Action::Update, 11), &limits), [""; 0]);
}

fn refused_of(changes: &[Change], limits: &Limits) -> Vec<String> {
    refused(&held(200), changes, limits)
}

#[test]
fn an_acceptance_holds_for_one_number() {
    let refusal = |limit: &str, accept: &str| Refusal {
        limit: limit.into(),
        limit_value: 25,
        value: 41,
        accept: accept.into(),
        ..Refusal::default()
    };
    let refusals = vec![
        refusal("disable.people", "disable=41"),
        refusal("past.disable", "disable=41"),
        refusal("disable.extensions.share", "disable.extensions=41"),
    ];
    let verdict = Verdict { allowed: false, refusals };
    let left = |limit: &str, value| -> Vec<&str> {
        let left = verdict.remaining(&[(limit.into(), value)]);
        left.into_iter().map(|refusal| refusal.limit.as_str()).collect()
    };
    let all = ["disable.people", "past.disable", "disable.extensions.share"];
    assert_eq!(left("disable", 41), all[2..]);
    assert_eq!(left("disable.people", 41), all[1..]);
    assert_eq!(left("past.disable", 41), [all[0], all[2]]);
    assert_eq!(left("disable.extensions", 41), all[..2]);
    assert_eq!(left("disable.extensions.share", 41), all[..2]);
    for (limit, value) in [("disable", 40), ("disable", 42), ("move", 41), ("extensions", 41)] {
        assert_eq!(left(limit, value), all);
    }
}

#[test]
fn a_few_people_do_not_stand_for_many_numbers() {
    // Few more than may leave, and a fifth of the others lose their numbers at the same time.
    let mut changes = people(Action::Disable, 26);
    let lost = (26..300).map(|n| {
        let number = Value::Text(Text::from((10_000 + n).to_string()));
        let fields = vec![FieldChange::of(Field::Extension, number, Value::None)];
        Change { fields, ..samples::change(Action::Update, n) }
    });
    changes.extend(lost);
    let told = refused(&held(1000), &changes, &Limits::default());
    assert_eq!(told, ["disable.people 26 of 25", "disable.extensions.share 300 of 200"]);
}
