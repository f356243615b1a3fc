//! Whose a device is once it is known who is one person, and which lines are shared.

use std::collections::BTreeMap;

use crate::{
    directory::{Device, Directory, DirectoryNumber, Id, Inventory, Person, Text},
    finding::{Code, Finding},
    mapping::{Draft, Standing},
};

/// Gives the devices of all sources their people: an owner that is a record becomes the person for
/// whom the record stands; a line that devices of several people have is shared. `kept` are
/// devices that no listing has and that stay as they are. Pins have had
/// their say: they decide who comes to the directory.
///
/// Somebody who isn't wanted and is still in the directory owns what they own: perhaps their record
/// can't be used today, and who left is shown as the owner until the source says otherwise. A
/// record that stands for nobody who is or will be in the directory owns nothing; that is told.
pub fn owned(
    inventory: &mut Inventory,
    people: &[Draft],
    held: &Directory,
    kept: &[&Device],
) -> Vec<Finding> {
    let findings = own(&mut inventory.devices, people, held);
    share(&mut inventory.devices, kept);
    findings
}

fn own(devices: &mut [Device], people: &[Draft], held: &Directory) -> Vec<Finding> {
    if devices.iter().all(|device| device.owner.is_none()) {
        return Vec::new();
    }
    let there = people.iter().filter(|draft| comes(draft, held));
    let wanted = records_of(there.map(|draft| &draft.person));
    let before = records_of(held.people.iter());
    let mut nobody: BTreeMap<Text, (Vec<Id>, Vec<Id>)> = BTreeMap::new();
    for device in devices {
        let Some(record) = device.owner.take() else { continue };
        let find = |known: &[(&Id, &Id)]| {
            known
                .binary_search_by(|(other, _)| (*other).cmp(&record))
                .ok()
                .map(|at| known[at].1.clone())
        };
        device.owner = find(&wanted).or_else(|| find(&before));
        if device.owner.is_none() {
            device.owner_by = None;
            let (owned, records) = nobody.entry(device.id.source().into()).or_default();
            owned.push(device.id.clone());
            records.push(record);
        }
    }
    nobody.into_iter().map(|(source, of)| told(&source, of)).collect()
}

/// Whether a draft is of somebody who is or will be in the directory.
fn comes(draft: &Draft, held: &Directory) -> bool {
    let stays_out = match draft.pinned.as_deref() {
        Some(Standing::Active) => false,
        Some(Standing::Disabled(_)) => true,
        None => draft.source_disabled.is_some(),
    };
    !stays_out || held.person(&draft.person.id).is_some()
}

fn told(source: &str, (devices, mut records): (Vec<Id>, Vec<Id>)) -> Finding {
    records.sort();
    records.dedup();
    let (count, are) = match devices.len() {
        1 => ("1 device".to_owned(), "is"),
        many => (format!("{many} devices"), "are"),
    };
    let people = match records.len() {
        1 => "1 person".to_owned(),
        many => format!("{many} people"),
    };
    Finding::new(
        Code::OwnerNotKept,
        format!(
            "{count} of `{source}` {are} nobody's here: the source gives them to {people} whom the directory doesn't have"
        ),
        "leave it, or see to it that these people are kept and not disabled at the source",
    )
    .about(devices.into_iter().chain(records))
}

/// Each record that stands for one of these people, with their id; sorted.
fn records_of<'a>(people: impl Iterator<Item = &'a Person>) -> Vec<(&'a Id, &'a Id)> {
    let mut known: Vec<(&Id, &Id)> = people
        .flat_map(|person| person.known_as().map(move |(record, _)| (record, &person.id)))
        .collect();
    if !known.is_sorted() {
        known.sort_unstable();
    }
    known
}

/// Marks the lines whose number is on devices of more than one person; `kept` are devices that no
/// listing has and that stay. One person's desk phone and mobile client with the same number don't
/// share it, nor does a phone that is nobody's.
fn share(devices: &mut [Device], kept: &[&Device]) {
    let mut owners: Vec<(&str, &Text, &DirectoryNumber, &Id)> = devices
        .iter()
        .chain(kept.iter().copied())
        .filter_map(|device| Some((device, device.owner.as_ref()?)))
        .flat_map(|(device, owner)| {
            let source = device.id.source();
            device.numbers().map(move |number| (source, &device.pbx, number, owner))
        })
        .collect();
    owners.sort_unstable();
    owners.dedup();
    let shared: Vec<(Text, Text, DirectoryNumber)> = owners
        .chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2))
        .filter(|several| several.len() > 1)
        .map(|several| (several[0].0.into(), several[0].1.clone(), several[0].2.clone()))
        .collect();
    for device in devices {
        let Device { id, pbx, lines, .. } = device;
        for line in lines {
            let this = (id.source(), &*pbx, &line.number);
            let known = shared.binary_search_by(|(source, pbx, number)| {
                (source.as_str(), pbx, number).cmp(&this)
            });
            line.shared = known.is_ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Equipment, GroupPath, Joined, Line, Ownership};

    fn person(key: &str, records: &[&str]) -> Draft {
        let place = GroupPath::parse("/x").unwrap();
        let mut person = Person::new(Id::new("staff", key), key.into(), place);
        person.records = records.iter().map(|text| Joined::parse(text).unwrap()).collect();
        Draft::new(person)
    }

    fn device(key: &str, owner: Option<&str>, numbers: &[&str]) -> Device {
        let mut device = Device::new(Id::new("phones", key), key.into());
        device.owner = owner.map(|owner| Id::parse(owner).unwrap());
        device.owner_by = owner.map(|_| Ownership::Owner);
        let lines = numbers.iter().zip(1..);
        device.lines =
            lines.map(|(number, at)| Line::parse(&format!("{at}: {number}")).unwrap()).collect();
        device
    }

    fn settled(devices: Vec<Device>, people: &[Draft]) -> Vec<Device> {
        let mut inventory = Inventory { devices, ..Inventory::default() };
        owned(&mut inventory, people, &Directory::default(), &[]);
        inventory.devices
    }

    #[test]
    fn an_owner_is_the_person_for_whom_the_record_stands() {
        let ada = person("7", &["phones/u7 by email", "staff/7 by first"]);
        let devices = settled(
            vec![device("a", Some("phones/u7"), &[]), device("b", Some("phones/u9"), &[])],
            &[ada],
        );
        assert_eq!(devices[0].owner, Some(Id::new("staff", "7")));
        assert_eq!((&devices[1].owner, devices[1].owner_by), (&None, None));
    }

    #[test]
    fn a_line_is_shared_by_people_and_not_by_devices() {
        let people = [
            person("7", &["phones/mobile by email", "phones/u7 by email"]),
            person("8", &["phones/u8 by email"]),
        ];
        let devices = settled(
            vec![
                device("desk", Some("phones/u7"), &["4021 in A", "4030 in A"]),
                device("mobile", Some("phones/mobile"), &["4021 in A"]),
                device("lobby", None, &["4021 in A"]),
                device("other", Some("phones/u8"), &["4030 in A", "4021 in B"]),
            ],
            &people,
        );
        let shared: Vec<Vec<bool>> = devices
            .iter()
            .map(|device| device.lines.iter().map(|line| line.shared).collect())
            .collect();
        assert_eq!(shared, [vec![false, true], vec![false], vec![false], vec![true, false]]);
    }

    fn owner(record: &str, people: &[Draft], held: &Directory) -> (Option<Id>, Vec<Finding>) {
        let devices = vec![device("a", Some(record), &[])];
        let mut inventory = Inventory { devices, ..Inventory::default() };
        let findings = owned(&mut inventory, people, held, &[]);
        (inventory.devices[0].owner.clone(), findings)
    }

    #[test]
    fn who_is_held_back_or_not_proven_absent_keeps_their_devices() {
        let ada = person("7", &["phones/u7 by email", "staff/7 by first"]).person;
        let held = Directory { people: vec![ada.clone()], ..Directory::default() };
        assert_eq!(owner("phones/u7", &[], &held), (Some(Id::new("staff", "7")), Vec::new()));
        // So does who left, until the source says otherwise.
        let mut left = ada;
        left.status = crate::directory::Status::Disabled {
            reason: crate::directory::Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
        let held = Directory { people: vec![left], ..Directory::default() };
        assert_eq!(owner("phones/u7", &[], &held).0, Some(Id::new("staff", "7")));
    }

    #[test]
    fn the_devices_of_who_is_merged_go_to_whom_they_turn_out_to_be() {
        let (ada, double) = (person("7", &[]).person, person("8", &[]).person);
        let held = Directory { people: vec![ada, double], ..Directory::default() };
        let one = person("7", &["staff/7 by first", "staff/8 by email"]);
        assert_eq!(owner("staff/8", &[one], &held).0, Some(Id::new("staff", "7")));
    }

    #[test]
    fn whoever_does_not_come_owns_nothing_and_that_is_told() {
        let mut disabled = person("7", &[]);
        disabled.source_disabled = Some("account disabled".into());
        let (nobody, findings) = owner("staff/7", &[disabled.clone()], &Directory::default());
        assert_eq!((nobody, findings[0].code), (None, Code::OwnerNotKept));
        assert_eq!(
            findings[0].message,
            "1 device of `phones` is nobody's here: the source gives them to 1 person whom the directory doesn't have"
        );
        // A pin brings them all the same, and their device with them; or keeps them out.
        disabled.pinned = Some(Box::new(Standing::Active));
        let (ada, findings) = owner("staff/7", &[disabled.clone()], &Directory::default());
        assert_eq!((ada, findings.len()), (Some(Id::new("staff", "7")), 0));
        disabled.pinned = Some(Box::new(Standing::Disabled("on leave".into())));
        assert_eq!(owner("staff/7", &[disabled], &Directory::default()).0, None);
    }

    #[test]
    fn a_line_stays_shared_with_a_device_that_a_listing_misses() {
        let people = [person("7", &[]), person("8", &[])];
        let devices = vec![device("a", Some("staff/7"), &["4021"])];
        let mut inventory = Inventory { devices, ..Inventory::default() };
        let missed = device("b", Some("staff/8"), &["4021"]);
        owned(&mut inventory, &people, &Directory::default(), &[&missed]);
        assert!(inventory.devices[0].lines[0].shared);
    }
}
