//! Whatever the rows and their order.

use proptest::{prelude::*, sample::select};

use super::*;

/// The same rows in another order.
fn shuffled(mut tables: Tables, mut seed: u64) -> Tables {
    fn shuffle<T>(rows: &mut [T], seed: &mut u64) {
        for at in (1..rows.len()).rev() {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            rows.swap(at, (*seed >> 33) as usize % (at + 1));
        }
    }
    // Taken apart in full: a new table doesn't compile until it is shuffled too.
    let Tables {
        users,
        user_numbers,
        user_devices,
        devices,
        numbers,
        lines,
        line_users,
        hunt_members,
        application_devices,
        gateway_ports,
        trunk_destinations,
        voicemail_pilots,
    } = &mut tables;
    shuffle(users, &mut seed);
    shuffle(user_numbers, &mut seed);
    shuffle(user_devices, &mut seed);
    shuffle(devices, &mut seed);
    shuffle(numbers, &mut seed);
    shuffle(lines, &mut seed);
    shuffle(line_users, &mut seed);
    shuffle(hunt_members, &mut seed);
    shuffle(application_devices, &mut seed);
    shuffle(gateway_ports, &mut seed);
    shuffle(trunk_destinations, &mut seed);
    shuffle(voicemail_pilots, &mut seed);
    tables
}

/// A line of a table whose keys are few, so that they meet, clash and lead nowhere.
fn row() -> impl Strategy<Value = String> {
    let key = || select(vec!["", "a", "b", "c", "d"]).prop_map(|key| format!(" {key}"));
    let number = || select(vec!["0", "1", "2", "3"]);
    let pattern = select(vec!["4021", "4022", r"\+44", "4XXX", "!", ""]);
    let class = select(vec!["1", "2", "4", "7", "8", "10", "18", "20", "254"]);
    let model = select(vec!["0", "62", "72", "131", "503"]);
    let association = select(vec!["1", "5", "7"]);
    let usage = select(vec!["2", "7", "8", "13"]);
    prop_oneof![
        (key(), key()).prop_map(|(user, id)| format!("user{user}{id}")),
        (key(), key(), number())
            .prop_map(|(user, number, usage)| format!("user-number{user}{number} usage={usage}")),
        (key(), key(), association, any::<bool>()).prop_map(|(user, device, kind, default)| {
            let default = if default { "t" } else { "f" };
            format!("user-device{user}{device} association={kind} default={default}")
        }),
        (key(), key(), class, model, key()).prop_map(|(pkid, name, class, model, owner)| {
            let owner = owner.trim();
            format!("device{pkid}{name} class={class} model={model} owner={owner}")
        }),
        (key(), pattern, usage)
            .prop_map(|(pkid, pattern, usage)| format!("number{pkid} {pattern} usage={usage}")),
        (key(), key(), key(), number()).prop_map(|(pkid, device, number, index)| format!(
            "line{pkid}{device}{number} index={index}"
        )),
        (key(), key()).prop_map(|(line, user)| format!("line-user{line}{user}")),
        (key(), key(), number(), number()).prop_map(|(list, number, group, order)| format!(
            "member{list}{number} group={group} order={order}"
        )),
        key().prop_map(|device| format!("application-device jtapi{device}")),
        (key(), key(), key())
            .prop_map(|(gateway, name, device)| format!("port{gateway}{name}{device}")),
        (key(), key(), number())
            .prop_map(|(device, host, port)| format!("destination{device}{host} port={port}")),
        (key(), key()).prop_map(|(pkid, number)| format!("pilot{pkid}{number}")),
    ]
}

#[test]
fn the_cluster_is_the_same_in_every_order_of_its_rows() {
    let wanted = organised(&tables(CLUSTER));
    for seed in 0..200 {
        assert_eq!(organised(&shuffled(tables(CLUSTER), seed)), wanted, "seed {seed}");
    }
}

#[test]
fn nothing_of_the_cluster_dangles_but_what_is_not_read() {
    let organisation = organised(&tables(CLUSTER));
    assert_eq!(organisation.dangling.counts, std::collections::BTreeMap::new());
    assert!(organisation.dangling.of > 50);
}

proptest! {
    #[test]
    fn any_rows_give_the_same_in_any_order_and_never_panic(
        rows in prop::collection::vec(row(), 0..60),
        seed in any::<u64>(),
    ) {
        let rows = tables(&rows.join("\n"));
        let users = rows.users.iter().filter(|user| !user.pkid.is_empty()).count();
        let organisation = organised(&rows);
        prop_assert!(organisation.records.len() <= users);
        // Whoever owns something has a record, and every id is there once.
        let keys: Vec<&str> = organisation.records.iter().map(|one| one.key.as_str()).collect();
        for device in &organisation.inventory.devices {
            let owner = device.owner.as_ref();
            prop_assert!(owner.is_none_or(|owner| keys.contains(&owner.key())), "{device:?}");
            prop_assert_eq!(device.owner.is_some(), device.owner_by.is_some());
        }
        prop_assert_eq!(organisation.inventory.clone().sort(), []);
        prop_assert!(organisation.dangling.total() <= organisation.dangling.of);
        prop_assert_eq!(organised(&shuffled(rows, seed)), organisation);
    }
}
