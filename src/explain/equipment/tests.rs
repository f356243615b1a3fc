//! Answers for devices that stay, pass on, come, go and return.

use jiff::Timestamp;

use super::*;
use crate::{
    directory::{Reason, Value, sample::office},
    explain::Standing,
    plan::{Circumstances, Limits, Remarks, equipment_between},
    source::{Coverage, Place, Record},
};

fn source() -> SourceSeen {
    SourceSeen {
        name: "ucm".into(),
        kind: "cisco-ucm".into(),
        complete: true,
        evidence: "12 selects ended on a short page".into(),
        records: 2,
        as_of: Some(Timestamp::UNIX_EPOCH),
    }
}

fn commit(id: &str) -> CommitSeen {
    CommitSeen {
        commit: id.into(),
        when: Timestamp::UNIX_EPOCH,
        subject: "ucm: 1 changed".into(),
        by: "Telecoms".into(),
    }
}

/// The answer where the sources want `wanted`.
fn told(held: &Directory, wanted: &Directory, key: &str, said: Option<Said>) -> Explanation {
    let changes = equipment_between(&held.inventory, &wanted.inventory);
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: Text::default(),
        sources: Vec::new(),
    };
    let plan = Plan::new(held, changes, 0, Remarks::default(), &Limits::default(), circumstances);
    let after = held.clone().after(&plan).unwrap();
    explain_equipment(EquipmentCase {
        who: key,
        id: &Id::new("ucm", key),
        held,
        commit: None,
        history: EquipmentHistory {
            properties: [(Property::Owner, commit("c0ffee"))].into(),
            status: None,
            added: Some(commit("abc")),
        },
        live: Ok(EquipmentLive { sources: vec![source()], plan: &plan, after: &after, said }),
    })
}

fn listed() -> Option<Said> {
    Some(Said { owner: Some(Id::new("ucm", "u7")), named: Vec::new() })
}

fn disabled(reason: Reason) -> Status {
    Status::Disabled { reason, since: Timestamp::UNIX_EPOCH, evidence: "no longer listed".into() }
}

#[test]
fn a_phone_that_passes_on_says_from_whom_to_whom_and_since_when() {
    let held = office();
    let mut wanted = held.clone();
    wanted.inventory.devices[0].owner = Some(Id::new("staff", "8"));
    wanted.inventory.devices[0].owner_by = Some(Ownership::Owner);
    wanted.inventory.devices[0].lines[1].shared = false;
    wanted.inventory.devices[1].lines[1].shared = false;
    let said = Said {
        owner: Some(Id::new("ucm", "u8")),
        named: vec![(Id::new("ucm", "u7"), "devices".into())],
    };
    let told = told(&held, &wanted, "d1", Some(said));
    assert_eq!((told.standing, told.entry), (Standing::Active, EntryKind::Device));
    let seen = told.equipment.unwrap();
    let owner = seen.owner.unwrap();
    let name = |person: &Option<PersonNamed>| person.as_ref().unwrap().name.clone().unwrap();
    assert_eq!(
        (name(&owner.person), name(&owner.held)),
        ("Grace Hopper".into(), "Ada Lovelace".into())
    );
    assert_eq!(owner.because, "the switch names them its owner");
    assert_eq!(owner.record, Some(Id::new("ucm", "u8")));
    assert_eq!(owner.others.len(), 1);
    let property = |name: &str| seen.properties.iter().find(|one| one.property == name).unwrap();
    assert_eq!(property("owner").held, Some(Value::Text("staff/7".into())));
    assert_eq!(property("owner").changed.as_ref().unwrap().commit, "c0ffee");
    assert_eq!(property("model").held, None);
    assert!(seen.lines.iter().all(|line| !line.shared));
}

#[test]
fn a_shared_line_names_with_whom_and_on_what() {
    let office = office();
    let seen = told(&office, &office, "d1", listed()).equipment.unwrap();
    let [first, second] = seen.lines.as_slice() else { panic!("{:?}", seen.lines) };
    assert!(!first.shared && second.shared);
    assert_eq!(second.shared_with[0].person.name.as_deref(), Some("Grace Hopper"));
    assert_eq!(second.shared_with[0].devices, ["udp-grace"]);
}

#[test]
fn nobodys_phone_says_why() {
    let office = office();
    let because =
        |said| told(&office, &office, "d3", Some(said)).equipment.unwrap().owner.unwrap().because;
    let nobody = because(Said { owner: None, named: Vec::new() });
    assert!(nobody.starts_with("nobody's: its source names no owner"), "{nobody}");
    let unkept = because(Said { owner: Some(Id::new("ucm", "u9")), named: Vec::new() });
    assert!(unkept.contains("gives it to `ucm/u9`, which stands for nobody"), "{unkept}");
}

#[test]
fn how_equipment_stands_is_what_the_plan_does() {
    let held = office();
    let without = |key: &str| {
        let mut directory = office();
        directory.inventory.devices.retain(|device| device.id.key() != key);
        directory
    };
    let with = |status: Status| {
        let mut directory = office();
        directory.inventory.devices[0].status = status;
        directory
    };
    let standing = |held: &Directory, wanted: &Directory, said| {
        let told = told(held, wanted, "d1", said);
        (told.standing, told.answer)
    };
    assert_eq!(standing(&held, &held, listed()).0, Standing::Active);
    assert_eq!(standing(&without("d1"), &held, listed()).0, Standing::New);
    let (word, answer) = standing(&held, &with(disabled(Reason::Gone)), None);
    assert_eq!(word, Standing::Leaves);
    assert_eq!(answer, "in the directory; the next apply disables it (gone): no longer listed");
    let (word, answer) = standing(&held, &held, None);
    assert_eq!(word, Standing::Unknown);
    assert!(answer.contains("doesn't list it, which proves nothing"), "{answer}");
    let gone = with(disabled(Reason::Gone));
    assert_eq!(standing(&gone, &held, listed()).0, Standing::Returns);
    let (word, answer) = standing(&gone, &gone, None);
    assert_eq!(word, Standing::Disabled);
    assert!(answer.starts_with("disabled since 1970-01-01T00:00:00Z (gone)"), "{answer}");
    let nothing = without("d1");
    assert_eq!(standing(&nothing, &nothing, None).0, Standing::Nobody);
}

#[test]
fn the_state_alone_says_what_it_has() {
    let office = office();
    let told = explain_equipment(EquipmentCase {
        who: "8000",
        id: &Id::new("ucm", "h1"),
        held: &office,
        commit: Some("abc".into()),
        history: EquipmentHistory::default(),
        live: Err("only the directory is asked for".into()),
    });
    assert_eq!((told.standing, told.entry), (Standing::Active, EntryKind::SystemDevice));
    assert_eq!(told.unread.as_deref(), Some("only the directory is asked for"));
    let seen = told.equipment.unwrap();
    assert_eq!((seen.listed, seen.owner, seen.source.as_str()), (None, None, "ucm"));
}

#[test]
fn a_listing_tells_whom_it_names_with_a_device() {
    let office = office();
    let record = |key: &str, devices: &[&str]| Record {
        key: key.into(),
        place: Place::Line(1),
        values: [
            Attribute::One("someone".into()),
            devices.iter().map(|name| Text::from(*name)).collect::<Vec<_>>().into(),
        ]
        .into(),
        flaw: None,
    };
    let mut inventory = office.inventory.clone();
    inventory.devices[0].owner = Some(Id::new("ucm", "u7"));
    let listing = Listing {
        names: vec!["userid".into(), "devices".into()],
        records: vec![
            record("u7", &["SEP001122334455"]),
            record("u8", &["SEP001122334455", "udp-grace"]),
            record("u9", &["udp-grace"]),
        ],
        coverage: Coverage::Partial { because: "a test".into() },
        as_of: None,
        departures: Vec::new(),
        inventory,
        unread: Vec::new(),
        findings: Vec::new(),
    };
    let said = Said::of("ucm", &listing, &Id::new("ucm", "d1")).unwrap();
    assert_eq!(said.owner, Some(Id::new("ucm", "u7")));
    assert_eq!(said.named, [(Id::new("ucm", "u8"), "devices".into())]);
    assert_eq!(Said::of("ucm", &listing, &Id::new("ucm", "d9")), None);
    assert_eq!(Said::of("other", &listing, &Id::new("ucm", "d1")), None);
}

#[test]
fn a_person_comes_with_their_devices() {
    let devices = devices_of(&office(), &Id::new("staff", "7"));
    let [desk] = devices.as_slice() else { panic!("{devices:?}") };
    assert_eq!((desk.name.as_str(), desk.active), ("SEP001122334455", true));
    assert_eq!(desk.because, "they alone control it");
    assert_eq!(desk.lines[1].shared_with.len(), 1);
    assert_eq!(devices_of(&office(), &Id::new("staff", "9")), []);
}
