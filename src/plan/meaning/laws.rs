//! What holds of the meanings of any changes: few departments, numbers and places, so that they clash.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{tests::*, *};
use crate::{
    directory::{Extension, GroupPath, Id, Person, Reason, Status},
    plan::{Circumstances, EntryKind, Limits, Plan, Remarks},
};

prop_compose! {
    fn somebody()(
        department in option::of(select(vec!["Sales", "Revenue", "Ops"])),
        site in option::of(select(vec!["Leeds", "York"])),
        extension in option::weighted(0.9, select(vec!["4021", "4022", "4023", "5021", "5022", "14021", "14022"])),
        further in option::weighted(0.2, select(vec!["4021", "4022", "4050"])),
        pbx in select(vec!["main", "main", "leeds"]),
        path in select(vec!["/L/Sales", "/L/Sales/A", "/L/Revenue", "/Y/Sales", "/Y"]),
        active in prop::bool::weighted(0.8),
    ) -> Person {
        let path = GroupPath::parse(path).unwrap();
        let mut person = Person::new(Id::new("staff", "x"), "Ada".into(), path);
        person.department = department.map(Text::from);
        person.site = site.map(Text::from);
        person.extension = extension.map(|number| Extension::parse(number).unwrap());
        person.additional_extensions =
            further.into_iter().map(|number| Extension::parse(number).unwrap()).collect();
        person.pbx = pbx.into();
        if !active {
            let evidence = "gone".into();
            person.status = Status::Disabled { reason: Reason::Gone, since: NOON, evidence };
        }
        person
    }
}

/// People, and the same or others after; half of the time all of them alike.
fn two() -> impl Strategy<Value = (Directory, Vec<Person>)> {
    (vec((somebody(), option::weighted(0.9, somebody()), 0..4_u8), 0..14), any::<bool>()).prop_map(
        |(rows, alike)| {
            let (mut held, mut wanted) = (Vec::new(), Vec::new());
            let first = rows.first().cloned();
            for (n, (before, after, new)) in rows.into_iter().enumerate() {
                let id = Id::new("staff", &format!("{n:02}"));
                let like = if alike { first.as_ref() } else { None };
                let before = match like {
                    Some((one, ..)) => Person { extension: before.extension, ..one.clone() },
                    None => before,
                };
                if new > 0 {
                    held.push(Person { id: id.clone(), ..before });
                }
                let after = match like.and_then(|(_, other, _)| other.clone()) {
                    Some(other) => after.map(|own| Person { extension: own.extension, ..other }),
                    None => after,
                };
                wanted.extend(after.map(|after| Person { id, status: Status::Active, ..after }));
            }
            (directory(held), wanted)
        },
    )
}

fn plan(held: &Directory, wanted: &[Person]) -> Plan {
    let circumstances =
        Circumstances { base: None, made_at: NOON, manifest: "m".into(), sources: Vec::new() };
    let changes = changes(held, wanted);
    Plan::new(held, changes, 0, Remarks::default(), &Limits::default(), circumstances)
}

proptest! {
    #[test]
    fn no_meaning_invents_a_change_or_names_one_twice((held, wanted) in two()) {
        let plan = plan(&held, &wanted);
        let known: BTreeSet<&Text> = plan.changes.iter().map(|change| &change.id).collect();
        let mut ids = BTreeSet::new();
        for meaning in &plan.meanings {
            prop_assert!(ids.insert(&meaning.id));
            let named: BTreeSet<&Text> = meaning.changes.iter().collect();
            prop_assert_eq!(named.len(), meaning.changes.len());
            prop_assert!(named.is_subset(&known));
            let people = plan.changes.iter().filter(|change| {
                change.entry == EntryKind::Person && named.contains(&change.id)
            });
            prop_assert_eq!(people.count() as u64, meaning.people);
            let parties = meaning.passes.iter().flat_map(|pass| pass.from.iter().chain(&pass.to));
            for party in parties.chain(&meaning.examples) {
                prop_assert!(named.contains(&party.change));
            }
            prop_assert!(!named.is_empty());
        }
    }

    #[test]
    fn a_changed_field_is_told_once_and_a_part_counts_what_it_tells((held, wanted) in two()) {
        let plan = plan(&held, &wanted);
        let by_id: BTreeMap<&Text, &Change> =
            plan.changes.iter().map(|change| (&change.id, change)).collect();
        let mut told = BTreeSet::new();
        for meaning in plan.meanings.iter().filter(|meaning| meaning.passes.is_empty()) {
            let mut counted: BTreeMap<&Text, u64> = BTreeMap::new();
            for id in &meaning.changes {
                for field in &by_id[id].fields {
                    if meaning.tells(id, field) {
                        prop_assert!(told.insert((id, &field.field)), "{id} {}", field.field);
                        *counted.entry(&field.field).or_default() += 1;
                    }
                }
            }
            let mut parts: BTreeMap<&Text, u64> = BTreeMap::new();
            for part in &meaning.parts {
                *parts.entry(&part.field).or_default() += part.people;
            }
            prop_assert_eq!(counted, parts);
        }
    }

    #[test]
    fn a_change_is_once_in_the_meanings_of_a_kind((held, wanted) in two()) {
        let plan = plan(&held, &wanted);
        let mut seen = BTreeSet::new();
        for meaning in &plan.meanings {
            let by_field =
                matches!(meaning.kind, MeaningKind::EqualChanges | MeaningKind::Renumbering);
            for id in meaning.changes.iter().filter(|_| !by_field) {
                prop_assert!(seen.insert((meaning.kind, id)), "{id}");
            }
        }
    }

    #[test]
    fn each_number_that_passes_is_told((held, wanted) in two()) {
        let plan = plan(&held, &wanted);
        let after = held.clone().after(&plan).unwrap();
        // Naive: of every number, who had it and who has it.
        let holders = |directory: &Directory, pbx: &str, number: &str| -> BTreeSet<Text> {
            let has = |person: &&Person| {
                person.status.is_active() && person.pbx == pbx && person
                    .extension
                    .iter()
                    .chain(&person.additional_extensions)
                    .any(|own| own.as_str() == number)
            };
            directory.people.iter().filter(has).map(|person| person.id.clone().into()).collect()
        };
        let told: BTreeSet<(&str, &str)> = plan
            .meanings
            .iter()
            .flat_map(|meaning| &meaning.passes)
            .map(|pass| (pass.pbx.as_str(), pass.number.as_str()))
            .collect();
        let mut inside: u64 =
            plan.meanings.iter().filter_map(|one| one.rule.as_ref()).map(|rule| rule.passing).sum();
        for pbx in ["main", "leeds"] {
            for number in ["4021", "4022", "4023", "4050", "5021", "5022", "14021", "14022"] {
                let (old, new) = (holders(&held, pbx, number), holders(&after, pbx, number));
                let passes = old.difference(&new).next().is_some()
                    && new.difference(&old).next().is_some();
                if passes && !told.contains(&(pbx, number)) {
                    prop_assert!(inside > 0, "{pbx} {number}");
                    inside -= 1;
                } else {
                    prop_assert_eq!(passes, told.contains(&(pbx, number)), "{} {}", pbx, number);
                }
            }
        }
        prop_assert_eq!(inside, 0);
    }

    #[test]
    fn the_order_of_finding_changes_and_a_saved_plan_mean_the_same((held, wanted) in two()) {
        let made = plan(&held, &wanted);
        let again = meanings(&held, &made.changes, NOON);
        prop_assert_eq!(&again, &made.meanings);
        let saved = serde_json::to_vec(&made).unwrap();
        let read = crate::plan::read(&saved).unwrap();
        prop_assert_eq!(&read.meanings, &made.meanings);
        let mut reversed = changes(&held, &wanted);
        reversed.reverse();
        let circumstances = Circumstances {
            base: None,
            made_at: NOON,
            manifest: "m".into(),
            sources: Vec::new(),
        };
        let other = Plan::new(
            &held, reversed, 0, Remarks::default(), &Limits::default(), circumstances,
        );
        prop_assert_eq!(&other.meanings, &made.meanings);
        // The time is not part of the digest, and applying doesn't look at meanings.
        let mut without = made.clone();
        without.meanings.clear();
        prop_assert_eq!(held.clone().after(&without), held.after(&made));
    }
}

#[test]
fn the_time_is_not_part_of_the_digest() {
    let held = directory(people(&["1 Smith - - 4021 /L"]));
    let wanted = people(&["2 Jones - - 4021 /L"]);
    let mut made = plan(&held, &wanted);
    assert_eq!(made.meanings.len(), 1);
    made.meanings[0].at = Some(Timestamp::UNIX_EPOCH);
    assert_eq!(made.computed_digest(), made.digest);
    made.meanings.clear();
    assert_ne!(made.computed_digest(), made.digest);
}
