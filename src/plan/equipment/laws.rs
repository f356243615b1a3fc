//! What holds of every plan of equipment: few ids, owners and numbers, so that they clash.

use jiff::Timestamp;
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::select,
};

use super::*;
use crate::{
    directory::{DeviceKind, DirectoryNumber, Line, Ownership},
    plan::{Circumstances, Limits, Plan, Remarks, Shrink, WayBack},
    source::Coverage,
};

const SOURCES: [&str; 2] = ["phones", "phones-2"];

fn status() -> impl Strategy<Value = Status> {
    let reasons = vec![Reason::Gone, Reason::Manual];
    prop_oneof![
        4 => Just(Status::Active),
        1 => select(reasons).prop_map(|reason| Status::Disabled {
            reason,
            since: Timestamp::UNIX_EPOCH,
            evidence: "seen".into(),
        }),
    ]
}

fn id(word: &'static str) -> impl Strategy<Value = Id> {
    (select(SOURCES.to_vec()), 0..6_u8)
        .prop_map(move |(source, key)| Id::new(source, &format!("{word}-{key}")))
}

fn line() -> impl Strategy<Value = (u16, &'static str, bool)> {
    (1..3_u16, select(vec!["4021 in A", "4021", "4022 in A"]), any::<bool>())
}

prop_compose! {
    fn device()(
        name in select(vec!["SEP1", "SEP2", "a\u{1b}[31m"]),
        profile in any::<bool>(),
        model in option::of(select(vec!["8841", "8845"])),
        owner in option::of(select(vec!["staff/1", "staff/2"])),
        lines in vec(line(), 0..3),
    ) -> Device {
        let mut device = Device::new(Id::new("x", "0"), name.into());
        device.kind = if profile { DeviceKind::DeviceProfile } else { DeviceKind::Phone };
        device.model = model.map(Text::from);
        device.owner = owner.map(|owner| Id::parse(owner).unwrap());
        device.owner_by = owner.map(|_| Ownership::Owner);
        device.lines = lines
            .into_iter()
            .map(|(position, number, shared)| {
                Line { position, number: DirectoryNumber::parse(number).unwrap(), shared }
            })
            .collect();
        device
    }
}

prop_compose! {
    fn group()(
        name in select(vec!["Sales", "Ops"]),
        number in option::of(select(vec!["4000", "40XX"])),
        members in vec(select(vec!["4021", "4022 in A"]), 0..3),
    ) -> SystemDevice {
        let mut group = SystemDevice::new(Id::new("x", "0"), name.into());
        group.number = number.map(Text::from);
        group.members =
            members.iter().map(|member| DirectoryNumber::parse(member).unwrap()).collect();
        group
    }
}

prop_compose! {
    fn channel()(
        name in select(vec!["gw1", "gw2"]),
        channels in option::of(1..3_u32),
        endpoints in vec(select(vec!["S0/0", "S0/1"]), 0..2),
    ) -> Channel {
        let mut channel = Channel::new(Id::new("x", "0"), name.into());
        channel.channels = channels;
        channel.endpoints = endpoints.into_iter().map(Text::from).collect();
        channel
    }
}

fn listed<T: Equipment>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    btree_map(id(T::WORD), one, 0..8).prop_map(|all| {
        let named = all.into_iter().map(|(id, one)| {
            let mut own = T::new(id, one.name().clone());
            for property in T::PROPERTIES {
                own.set(*property, one.get(*property)).unwrap();
            }
            own
        });
        named.collect()
    })
}

fn wanted() -> impl Strategy<Value = Inventory> {
    (listed(device()), listed(group()), listed(channel())).prop_map(
        |(devices, system_devices, channels)| Inventory { devices, system_devices, channels },
    )
}

fn held() -> impl Strategy<Value = Directory> {
    (wanted(), vec(status(), 24)).prop_map(|(mut inventory, statuses)| {
        let mut statuses = statuses.into_iter();
        fn mark<T: Equipment>(all: &mut [T], statuses: &mut dyn Iterator<Item = Status>) {
            all.iter_mut().zip(statuses).for_each(|(one, status)| one.set_status(status));
        }
        mark(&mut inventory.devices, &mut statuses);
        mark(&mut inventory.system_devices, &mut statuses);
        mark(&mut inventory.channels, &mut statuses);
        Directory { inventory, ..Directory::default() }
    })
}

fn sightings() -> impl Strategy<Value = Vec<Sighting>> {
    let one = |source: &'static str| {
        (any::<bool>(), any::<bool>(), option::of(0..3_u64)).prop_map(
            move |(complete, shrinks, trusted)| {
                let coverage = match complete {
                    true => Coverage::Complete { proof: "all pages".into() },
                    false => Coverage::Partial { because: "page 2 was lost".into() },
                };
                let mut sighting = Sighting::new(source.into(), coverage, 5);
                sighting.shrink = shrinks.then(|| Shrink { records: 1, ..Shrink::default() });
                let kinds = Kind::EQUIPMENT.into_iter();
                sighting.trusted =
                    kinds.flat_map(|kind| trusted.map(|size| (kind, size))).collect();
                sighting
            },
        )
    };
    (one(SOURCES[0]), one(SOURCES[1]), 0..=2_usize)
        .prop_map(|(a, b, seen)| [a, b].into_iter().take(seen).collect())
}

fn made(held: &Directory, changes: Vec<Change>, unknown: Vec<(EntryKind, u64)>) -> Plan {
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::from_second(1_700_000_000).unwrap(),
        manifest: "m".into(),
        sources: Vec::new(),
    };
    let remarks = Remarks { unknown_equipment: unknown, ..Remarks::default() };
    Plan::new(held, changes, 0, remarks, &Limits::default(), circumstances)
}

fn plan(held: &Directory, wanted: &Inventory, seen: &[Sighting]) -> Plan {
    let difference = equipment(held, wanted, &mut seen.to_vec());
    made(held, difference.changes, difference.unknown)
}

/// Each entry of one kind before and after, and what the sources have of it.
fn each<T: Equipment>(
    held: &Inventory,
    after: &Inventory,
    wanted: &Inventory,
    mut with: impl FnMut(Option<&T>, &T, Option<&T>),
) {
    let find = |inventory, id: &Id| {
        let at = T::all(inventory).binary_search_by(|one| one.id().cmp(id)).ok()?;
        Some(&T::all(inventory)[at])
    };
    for one in T::all(after) {
        with(find(held, one.id()), one, find(wanted, one.id()));
    }
}

fn is_as_the_plan_says<T: Planned>(
    held: &Directory,
    after: &Directory,
    wanted: &Inventory,
    seen: &[Sighting],
) {
    let (held, after) = (&held.inventory, &after.inventory);
    assert!(T::all(after).is_sorted_by(|a, b| a.id() < b.id()));
    for one in T::all(held) {
        assert!(T::all(after).iter().any(|other| other.id() == one.id()), "{} is lost", one.id());
    }
    each::<T>(held, after, wanted, |was, is, listed| match (was, listed) {
        (None, None) => panic!("{} comes from nowhere", is.id()),
        (None, Some(listed)) => assert_eq!(is, listed),
        (Some(was), Some(listed)) => match was.status() {
            Status::Disabled { reason: Reason::Manual, .. } => assert_eq!(is, was),
            Status::Active | Status::Disabled { .. } => assert_eq!(is, listed),
        },
        (Some(was), None) if was.status().is_active() && !is.status().is_active() => {
            let source = is.id().source();
            let sighting = seen.iter().find(|seen| seen.source == source).unwrap();
            assert!(matches!(sighting.coverage, Coverage::Complete { .. }));
            let of = |all: &Inventory| {
                let all = T::all(all).iter().filter(|one| one.status().is_active());
                all.filter(|one| one.id().source() == source).count() as u64
            };
            let (before, now) = (of(held), of(wanted));
            let trusted = sighting.trusted.contains(&(T::KIND, now));
            let shrinks = sighting.shrink.as_ref().is_some_and(|shrink| {
                let lost = before.saturating_sub(now);
                lost > shrink.records && lost > shrink.share.of(before)
            });
            assert!(trusted || (now > 0 && !shrinks), "{now} of {before}");
        }
        (Some(was), None) => assert_eq!(is, was),
    });
}

proptest! {
    #[test]
    fn applying_settles(held in held(), wanted in wanted(), seen in sightings()) {
        let after = held.clone().after(&plan(&held, &wanted, &seen)).unwrap();
        let again = plan(&after, &wanted, &seen);
        prop_assert!(again.is_empty(), "{:#?}", again.changes);
    }

    #[test]
    fn what_comes_of_a_plan_is_what_it_shows(
        held in held(), wanted in wanted(), seen in sightings(),
    ) {
        let after = held.clone().after(&plan(&held, &wanted, &seen)).unwrap();
        is_as_the_plan_says::<Device>(&held, &after, &wanted, &seen);
        is_as_the_plan_says::<SystemDevice>(&held, &after, &wanted, &seen);
        is_as_the_plan_says::<Channel>(&held, &after, &wanted, &seen);
    }

    #[test]
    fn all_that_is_in_use_is_counted_once(
        held in held(), wanted in wanted(), seen in sightings(),
    ) {
        let plan = plan(&held, &wanted, &seen);
        let after = held.clone().after(&plan).unwrap();
        let used = |inventory: &Inventory| [
            inventory.devices.iter().filter(|one| one.status.is_active()).count() as u64,
            inventory.system_devices.iter().filter(|one| one.status.is_active()).count() as u64,
            inventory.channels.iter().filter(|one| one.status.is_active()).count() as u64,
        ];
        let (before, then) = (used(&held.inventory), used(&after.inventory));
        for (at, (_, counts)) in plan.summary.equipment().into_iter().enumerate() {
            prop_assert_eq!(counts.unchanged + counts.update + counts.disable, before[at]);
            let stay = counts.unchanged + counts.update;
            prop_assert_eq!(stay + counts.add + counts.enable, then[at]);
            prop_assert!(counts.unknown <= counts.unchanged);
        }
    }

    #[test]
    fn what_is_not_proven_is_told(held in held(), wanted in wanted(), seen in sightings()) {
        let mut seen = seen;
        let difference = equipment(&held, &wanted, &mut seen);
        let remarks = seen.iter().filter_map(|sighting| sighting.remark(Vec::new()));
        let told: Vec<Finding> = difference.findings.iter().cloned().chain(remarks).collect();
        let count: u64 = difference.unknown.iter().map(|(_, count)| count).sum();
        let keys: usize = told.iter().map(|finding| finding.keys.len()).sum();
        prop_assert_eq!(count, keys as u64, "{:#?}", told);
    }

    #[test]
    fn the_way_back_leads_back(held in held(), then in held()) {
        let to = WayBack { rev: "main~1".into(), commit: "abc".into() };
        let changes = crate::plan::back(&held, &then, &to);
        let after = held.clone().after(&made(&held, changes, Vec::new())).unwrap();
        prop_assert_eq!(crate::plan::back(&after, &then, &to), []);
        for was in then.inventory.devices.iter().filter(|device| device.status.is_active()) {
            prop_assert!(after.inventory.devices.contains(was), "{}", was.id);
        }
        for is in after.inventory.devices.iter().filter(|device| device.status.is_active()) {
            prop_assert!(then.inventory.devices.iter().any(|was| was.id == is.id), "{}", is.id);
        }
    }

    #[test]
    fn a_saved_plan_fits_what_it_was_made_for_and_nothing_that_moved_under_it(
        held in held(), head in held(), wanted in wanted(), seen in sightings(),
    ) {
        let plan = plan(&held, &wanted, &seen);
        let saved = serde_json::to_vec(&plan).unwrap();
        prop_assert_eq!(&crate::plan::read(&saved).unwrap(), &plan);
        // Owners that the plan names are people, of whom these directories have none.
        let of_owners = |misfit: &crate::plan::Misfit| {
            matches!(misfit, crate::plan::Misfit::Owner { .. })
        };
        let misfits = held.misfits(&plan, &held);
        prop_assert!(misfits.iter().all(of_owners), "{:?}", misfits);
        let misfits = head.misfits(&plan, &held);
        let mut rest = plan.clone();
        rest.changes.retain(|change| {
            !misfits.iter().any(|misfit| !of_owners(misfit) && *misfit.change() == change.id)
        });
        let after = head.clone().after(&rest);
        prop_assert!(after.is_ok(), "{:?}", after);
    }
}
