use super::*;
use crate::directory::{Id, Ownership};

#[test]
fn the_devices_of_the_cluster() {
    let shown = lines::<Device>(&organised(&tables(CLUSTER)));
    assert_eq!(
        shown,
        [
            "a1: phone | AN0011223344001",
            "c3: phone | ATT_1",
            "d1: phone | SEP001122334455 | Cisco 8841 | ucm/u1 | owner | \
             1: 4021 in Internal, 2: 4022 in Internal, 3: 81 in Intercom",
            "d2: phone | CSFADA | ucm/u1 | owner | 1: 4021 in Internal",
            "d3: phone | SEP00AA | ucm/u2 | sole-controller | \
             1: 4023 in Internal, 2: 49XX in Internal",
            "d4: phone | SEP00BB | 1: 4023 in Internal",
            "d5: phone | SEP00CC | lobby | ucm/u3 | first-line | 1: 4021 in Leeds",
            "d6: device-profile | UDP-marie | ucm/u5 | profile | 1: 4700 in Internal",
            "d7: device-profile | UDP-marie-home | ucm/u5 | profile | 1: +442079460123 in E164",
        ]
    );
    let organisation = organised(&tables(CLUSTER));
    assert!(organisation.inventory.devices.iter().all(|device| device.pbx == "hq"));
}

fn owner(text: &str) -> Option<(Id, Ownership)> {
    let organisation = organised(&tables(text));
    let device = find::<Device>(&organisation, "d1");
    assert_eq!(device.owner.is_some(), device.owner_by.is_some());
    device.owner.clone().zip(device.owner_by)
}

#[test]
fn a_phone_is_its_owners_else_its_controllers_else_that_of_who_is_at_its_first_line() {
    const ALL: &str = "
        user u1 ada
        user u2 grace
        user u3 plato
        user u4 linus
        device d1 SEP01 class=1 owner=u1
        number n1 4021 usage=2
        number n2 4022 usage=2
        line l1 d1 n1 index=1
        line l2 d1 n2 index=2
        user-device u2 d1 association=1
        line-user l1 u3
        line-user l2 u4
    ";
    let with = |from: &str, to: &str| owner(&ALL.replace(from, to));
    let of = |key: &str, by| Some((Id::new("ucm", key), by));
    assert_eq!(with("", ""), of("u1", Ownership::Owner));
    assert_eq!(with("owner=u1", ""), of("u2", Ownership::SoleController));
    let free = ALL.replace("owner=u1", "").replace("user-device u2 d1 association=1", "");
    assert_eq!(owner(&free), of("u3", Ownership::FirstLine));
    let second = free.replace("line-user l1 u3", "");
    assert_eq!(owner(&second), None, "the second line says nothing");
    let several = free.replace("line-user l1 u3", "line-user l1 u3\nline-user l1 u2");
    assert_eq!(owner(&several), None);
    // Several controllers and no owner: nobody's, whoever is at its first line.
    let assistant = ALL.replace("owner=u1", "") + "user-device u3 d1 association=1";
    assert_eq!(owner(&assistant), None);
    // The same user twice is one; who has it as a profile doesn't control it.
    let twice = ALL.replace("owner=u1", "")
        + "user-device u2 d1 association=1 default=t
           user-device u4 d1 association=5
           user-device u4 d1 association=7";
    assert_eq!(owner(&twice), of("u2", Ownership::SoleController));
}

#[test]
fn an_owner_who_is_not_known_is_nobody_and_nobody_else() {
    let text = "
        user u1 ada
        device d1 SEP01 class=1 owner=gone
        user-device u1 d1 association=1
    ";
    assert_eq!(owner(text), None);
    let text = "
        user u1 ada
        device d1 SEP01 class=1
        user-device u1 d1 association=1
        user-device new d1 association=1
    ";
    assert_eq!(owner(text), None);
}

#[test]
fn a_profile_is_its_only_users() {
    const PROFILE: &str = "
        user u1 ada
        user u2 grace
        device d1 UDP class=254
        number n1 4021 usage=2
        line l1 d1 n1 index=1
        line-user l1 u2
        user-device u1 d1 association=5
    ";
    assert_eq!(owner(PROFILE), Some((Id::new("ucm", "u1"), Ownership::Profile)));
    let without = PROFILE.replace("user-device u1 d1 association=5", "");
    assert_eq!(owner(&without), Some((Id::new("ucm", "u2"), Ownership::FirstLine)));
    assert_eq!(owner(&format!("{PROFILE}\nuser-device u2 d1 association=5")), None);
}

#[test]
fn a_key_that_is_there_twice_is_one_device() {
    let text = "
        device d1 SEP01 class=1 description=second
        device d1 SEP01 class=1 description=first
        device d2 SEP01 class=1
    ";
    let organisation = organised(&tables(text));
    assert_eq!(lines::<Device>(&organisation), ["d1: phone | SEP01 | first", "d2: phone | SEP01"]);
}

#[test]
fn a_line_without_its_number_is_left_out_and_counted() {
    let text = "
        device d1 SEP01 class=1
        number n1 4021 usage=2
        line l1 d1 gone index=1
        line l2 d1 n1 index=2
        line l3 gone n1 index=1
    ";
    let organisation = organised(&tables(text));
    assert_eq!(lines::<Device>(&organisation), ["d1: phone | SEP01 | 2: 4021"]);
    let counts: Vec<(&str, u64)> = organisation
        .dangling
        .counts
        .iter()
        .map(|(what, count)| (what.in_words(), *count))
        .collect();
    let counted = [("lines without their device", 1), ("lines without their number", 1)];
    assert_eq!(counts, counted);
    assert_eq!((organisation.dangling.total(), organisation.dangling.of), (2, 5));
}
