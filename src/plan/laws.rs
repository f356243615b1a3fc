//! What holds of every plan, whatever the directories: few names, ids and numbers, so that they clash.

use jiff::Timestamp;
use proptest::{collection::btree_map, option, prelude::*, sample::select};

use super::{
    Change, Circumstances, Difference, Limits, Plan, Remarks, Shrink, Sighting, WayBack, back,
    between, collections, groups,
};
use crate::{
    directory::{
        Collection, Directory, Extension, Group, GroupPath, Id, Person, Reason, Status, Text,
    },
    mapping::Draft,
    source::{Coverage, Departure},
};

const SOURCES: [&str; 2] = ["phones", "staff"];

fn path() -> impl Strategy<Value = GroupPath> {
    select(vec!["/London", "/London/Sales", "/Leeds/Sales", "/Leeds/Stores/Night"])
        .prop_map(|path| GroupPath::parse(path).unwrap())
}

fn status() -> impl Strategy<Value = Status> {
    let reasons = vec![
        Reason::SourceDisabled,
        Reason::SourceDeleted,
        Reason::Gone,
        Reason::OutOfScope,
        Reason::Manual,
        Reason::Merged,
    ];
    prop_oneof![
        3 => Just(Status::Active),
        1 => select(reasons).prop_map(|reason| Status::Disabled {
            reason,
            since: Timestamp::UNIX_EPOCH,
            evidence: "seen".into(),
        }),
    ]
}

fn id() -> impl Strategy<Value = Id> {
    (select(SOURCES.to_vec()), 0..6_u8).prop_map(|(source, key)| Id::new(source, &key.to_string()))
}

prop_compose! {
    fn person()(
        name in select(vec!["Ada", "Grace", "a\u{1b}[31m\n`b`"]),
        department in option::of(select(vec!["Sales", "Stores"])),
        extension in option::of(select(vec!["42", "042", "4021"])),
        do_not_log in any::<bool>(),
        path in path(),
    ) -> Person {
        let mut person = Person::new(Id::new("staff", "0"), name.into(), path);
        person.department = department.map(Text::from);
        person.extension = extension.map(|number| Extension::parse(number).unwrap());
        person.do_not_log = do_not_log;
        person
    }
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    btree_map(id(), person(), 0..8)
        .prop_map(|people| people.into_iter().map(|(id, person)| Person { id, ..person }).collect())
}

/// A directory that runs could have led to: its groups are those of its people.
fn directory() -> impl Strategy<Value = Directory> {
    (people(), proptest::collection::vec(status(), 8), any::<bool>()).prop_map(
        |(mut people, statuses, collected)| {
            for (person, status) in people.iter_mut().zip(statuses) {
                person.status = status;
            }
            let mut held = Directory::default();
            let active: Vec<&Person> =
                people.iter().filter(|person| person.status.is_active()).collect();
            for change in groups(&held, &active) {
                let path = GroupPath::parse(&change.key).unwrap();
                held.groups.push(Group { path, status: Status::Active });
            }
            if collected {
                held.collections.push(sales(&active));
            }
            held.people = people;
            held
        },
    )
}

fn sales(active: &[&Person]) -> Collection {
    Collection {
        name: "sales".into(),
        title: "All Sales teams".into(),
        rule: "path is endingwith('/Sales')".into(),
        members: active
            .iter()
            .filter(|person| person.path.name() == "Sales")
            .map(|person| person.id.clone())
            .collect(),
        status: Status::Active,
    }
}

fn wanted() -> impl Strategy<Value = Vec<Draft>> {
    (people(), proptest::collection::vec(option::weighted(0.2, Just("account disabled")), 8))
        .prop_map(|(people, disabled)| {
            people
                .into_iter()
                .zip(disabled)
                .map(|(person, disabled)| Draft {
                    source_disabled: disabled.map(Text::from),
                    ..Draft::new(person)
                })
                .collect()
        })
}

prop_compose! {
    fn sighting(source: &'static str)(
        complete in any::<bool>(),
        held_back in proptest::collection::btree_set(0..6_u8, 0..3),
        out_of_scope in proptest::collection::btree_set(0..6_u8, 0..3),
        departed in proptest::collection::btree_set(0..6_u8, 0..3),
    ) -> Sighting {
        let id = |key: u8| Id::new(source, &key.to_string());
        Sighting {
            source: source.into(),
            coverage: if complete {
                Coverage::Complete { proof: "all pages".into() }
            } else {
                Coverage::Partial { because: "page 2 was lost".into() }
            },
            held_back: held_back.into_iter().map(id).collect(),
            out_of_scope: out_of_scope.into_iter().map(|key| (id(key), "keep".into())).collect(),
            departures: departed.into_iter().map(|key| Departure {
                key: key.to_string().into(),
                reason: Reason::SourceDeleted,
                evidence: "tombstone".into(),
            }).collect(),
            doubt: None,
            shrink: Some(Shrink::default()),
            unread: Vec::new(),
            trusted: Vec::new(),
            missed: Vec::new(),
        }
    }
}

/// Each source seen, or only one of them.
fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    (sighting(SOURCES[0]), sighting(SOURCES[1]), 0..=2_usize)
        .prop_map(|(phones, staff, seen)| [phones, staff].into_iter().take(seen).collect())
}

fn plan(held: &Directory, wanted: &[Draft], sightings: &[Sighting]) -> Plan {
    let Difference { mut changes, unchanged, active, findings, unknown: _ } =
        between(held, wanted, sightings, &[]);
    changes.extend(groups(held, &active));
    changes.extend(collections(held, &[(sales(&active), "rollbook.yaml:9:3".into())]));
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::from_second(1_700_000_000).unwrap(),
        manifest: "m".into(),
        sources: Vec::new(),
    };
    Plan::new(
        held,
        changes,
        unchanged,
        Remarks { findings, ..Remarks::default() },
        &Limits::default(),
        circumstances,
    )
}

fn disables(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| {
        change.entry == super::EntryKind::Person && change.action == super::Action::Disable
    })
}

proptest! {
    #[test]
    fn applying_settles(held in directory(), wanted in wanted(), seen in sightings()) {
        let after = held.clone().after(&plan(&held, &wanted, &seen)).unwrap();
        let again = plan(&after, &wanted, &seen);
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
    }

    #[test]
    fn the_way_back_leads_back(held in directory(), then in directory()) {
        let to = WayBack { rev: "main~1".into(), commit: "abc".into() };
        let changes = back(&held, &then, &to);
        let circumstances = Circumstances {
            base: None,
            made_at: Timestamp::from_second(1_700_000_000).unwrap(),
            manifest: "m".into(),
            sources: Vec::new(),
        };
        let plan =
            Plan::new(&held, changes, 0, Remarks::default(), &Limits::default(), circumstances);
        let after = held.clone().after(&plan.leading_back(to.clone())).unwrap();
        for person in &after.people {
            let active = person.status.is_active();
            match then.person(&person.id) {
                None => prop_assert!(!active, "{} came since", person.id),
                Some(was) => {
                    prop_assert_eq!(active, was.status.is_active(), "{}", person.id);
                    if active {
                        prop_assert_eq!(person, was);
                    }
                }
            }
        }
        for was in then.people.iter().filter(|person| person.status.is_active()) {
            prop_assert!(after.person(&was.id).is_some());
        }
        // It settles: there is nothing more to be done.
        prop_assert_eq!(back(&after, &then, &to), []);
    }

    #[test]
    fn nobody_is_ever_lost(held in directory(), wanted in wanted(), seen in sightings()) {
        let after = held.clone().after(&plan(&held, &wanted, &seen)).unwrap();
        for person in &held.people {
            prop_assert!(after.person(&person.id).is_some(), "{}", person.id);
        }
        for group in &held.groups {
            prop_assert!(after.groups.iter().any(|other| other.path == group.path));
        }
        prop_assert!(after.people.is_sorted_by(|a, b| a.id < b.id));
        prop_assert!(after.groups.is_sorted_by(|a, b| a.path < b.path));
    }

    #[test]
    fn a_partial_listing_disables_nobody(
        held in directory(), wanted in wanted(), mut seen in sightings(),
    ) {
        for sighting in &mut seen {
            sighting.coverage = Coverage::Partial { because: "cut".into() };
        }
        prop_assert_eq!(disables(&plan(&held, &wanted, &seen)).count(), 0);
    }

    #[test]
    fn every_disable_has_a_reason_and_evidence_and_a_complete_listing(
        held in directory(), wanted in wanted(), seen in sightings(),
    ) {
        for change in disables(&plan(&held, &wanted, &seen)) {
            prop_assert!(change.reason.is_some() && change.evidence.is_some());
            let source = Id::parse(&change.key).unwrap();
            let sighting = seen.iter().find(|seen| seen.source == source.source()).unwrap();
            let complete = matches!(sighting.coverage, Coverage::Complete { .. });
            prop_assert!(complete);
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes(held in directory(), wanted in wanted(), seen in sightings()) {
        let bytes = |plan: Plan| serde_json::to_vec(&plan).unwrap();
        prop_assert_eq!(bytes(plan(&held, &wanted, &seen)), bytes(plan(&held, &wanted, &seen)));
    }

    #[test]
    fn a_saved_plan_is_the_plan(held in directory(), wanted in wanted(), seen in sightings()) {
        let made = plan(&held, &wanted, &seen);
        let saved = serde_json::to_vec(&made).unwrap();
        prop_assert_eq!(super::read(&saved).unwrap(), made);
    }

    #[test]
    fn the_licences_are_those_of_the_directory_after(
        held in directory(), wanted in wanted(), seen in sightings(),
    ) {
        let made = plan(&held, &wanted, &seen);
        let (before, after) = (made.summary.licences.before, made.summary.licences.after);
        prop_assert_eq!(before, held.licences());
        prop_assert_eq!(after, held.clone().after(&made).unwrap().licences());
    }

    #[test]
    fn every_active_person_is_counted_once(
        held in directory(), wanted in wanted(), seen in sightings(),
    ) {
        let made = plan(&held, &wanted, &seen);
        let summary = &made.summary;
        let active = held.people.iter().filter(|person| person.status.is_active()).count() as u64;
        prop_assert_eq!(
            summary.unchanged + summary.update + summary.r#move + summary.disable, active
        );
    }

    #[test]
    fn a_plan_for_another_directory_is_refused_or_fits(
        held in directory(), other in directory(), wanted in wanted(), seen in sightings(),
    ) {
        // Whatever it is applied to: nobody is lost, and no panic.
        if let Ok(after) = other.clone().after(&plan(&held, &wanted, &seen)) {
            for person in &other.people {
                prop_assert!(after.person(&person.id).is_some());
            }
            prop_assert!(after.people.is_sorted_by(|a, b| a.id < b.id));
            prop_assert!(after.groups.is_sorted_by(|a, b| a.path < b.path));
            prop_assert!(after.collections.is_sorted_by(|a, b| a.name < b.name));
        }
    }
}

#[test]
fn a_changed_plan_is_noticed() {
    let made = plan(&Directory::default(), &[], &[]);
    let mut json: serde_json::Value = serde_json::to_value(&made).unwrap();
    json["verdict"]["allowed"] = serde_json::Value::Bool(false);
    let changed = serde_json::to_vec(&json).unwrap();
    assert!(matches!(super::read(&changed), Err(super::NotAPlan::Changed)));
}
