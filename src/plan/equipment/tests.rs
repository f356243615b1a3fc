//! Which listings are believed about equipment that they don't have.

use super::*;
use crate::{plan::Shrink, source::Coverage};

fn devices(source: &str, count: usize) -> Vec<Device> {
    let device = |n: usize| Device::new(Id::new(source, &format!("{n:03}")), "SEP".into());
    (0..count).map(device).collect()
}

fn held(count: usize) -> Directory {
    let inventory = Inventory { devices: devices("phones", count), ..Inventory::default() };
    Directory { inventory, ..Directory::default() }
}

fn sighting(complete: bool) -> Sighting {
    let coverage = match complete {
        true => Coverage::Complete { proof: "9 selects".into() },
        false => Coverage::Partial { because: "page 2 was lost".into() },
    };
    Sighting::new("phones".into(), coverage, 40)
}

fn seen(before: usize, now: usize, mut sightings: Vec<Sighting>) -> EquipmentDifference {
    let wanted = Inventory { devices: devices("phones", now), ..Inventory::default() };
    equipment(&held(before), &wanted, &mut sightings)
}

fn told(difference: &EquipmentDifference) -> Vec<(&str, &str)> {
    let findings = difference.findings.iter();
    findings.map(|finding| (finding.message.as_str(), finding.help.as_str())).collect()
}

#[test]
fn a_device_that_a_complete_listing_no_longer_has_is_disabled() {
    let difference = seen(40, 39, vec![sighting(true)]);
    let [gone] = difference.changes.as_slice() else { panic!("{difference:?}") };
    assert_eq!((gone.action, gone.reason), (Action::Disable, Some(Reason::Gone)));
    assert_eq!(gone.kind.as_deref(), Some("phone"));
    assert_eq!(
        gone.evidence.as_deref().unwrap(),
        "no longer listed by `phones`, whose listing is complete: 9 selects"
    );
    assert_eq!((difference.unknown.len(), told(&difference).len()), (0, 0));
}

#[test]
fn a_listing_without_a_single_one_is_not_believed_however_few_there_were() {
    let difference = seen(2, 0, vec![Sighting { shrink: None, ..sighting(true) }]);
    assert_eq!(difference.changes, []);
    assert_eq!(difference.unknown, [(EntryKind::Device, 2)]);
    assert_eq!(
        told(&difference),
        [(
            "the listing of `phones` is doubtful: it has no device at all, where the directory has 2 devices of it, so none is disabled; what became of 2 devices is not known, they stay as they are",
            "find out whether rollbook may still read every device there; if it is right so, say `--trust phones.devices=0` when you plan or apply"
        )]
    );
    let trusted = Sighting { trusted: vec![(Kind::Devices, 0)], ..sighting(true) };
    assert_eq!(seen(2, 0, vec![trusted]).changes.len(), 2);
}

#[test]
fn one_that_lost_more_than_share_and_count_is_not_believed() {
    assert_eq!(seen(100, 80, vec![sighting(true)]).changes.len(), 20);
    let doubtful = seen(100, 79, vec![sighting(true)]);
    assert_eq!((doubtful.changes.len(), &doubtful.unknown), (0, &vec![(EntryKind::Device, 21)]));
    assert_eq!(doubtful.findings[0].keys.len(), 21);
    assert!(doubtful.findings[0].help.contains("`--trust phones.devices=79`"));
    let off = Sighting { shrink: None, ..sighting(true) };
    assert_eq!(seen(100, 79, vec![off]).changes.len(), 21);
    let strict = Shrink { records: 0, ..Shrink::default() };
    let strict = Sighting { shrink: Some(strict), ..sighting(true) };
    assert_eq!(seen(10, 7, vec![strict]).unknown, [(EntryKind::Device, 3)]);
}

#[test]
fn exactly_the_size_in_doubt_may_be_trusted_and_the_evidence_says_so() {
    let with = |kind, size| {
        seen(100, 12, vec![Sighting { trusted: vec![(kind, size)], ..sighting(true) }])
    };
    let trusted = with(Kind::Devices, 12);
    assert_eq!(trusted.changes.len(), 88);
    assert_eq!(
        trusted.changes[0].evidence.as_deref().unwrap(),
        "no longer listed by `phones`, whose listing is complete: 12 devices, where the directory has 100 devices of it, trusted by `--trust phones.devices=12`; 9 selects"
    );
    assert_eq!(with(Kind::Devices, 11).changes, []);
    assert_eq!(with(Kind::Channels, 12).changes, []);
}

#[test]
fn what_an_incomplete_listing_misses_is_told_with_its_people() {
    let wanted = Inventory { devices: devices("phones", 7), ..Inventory::default() };
    let mut sightings = [sighting(false)];
    let difference = equipment(&held(9), &wanted, &mut sightings);
    assert_eq!((difference.changes.len(), difference.findings.len()), (0, 0));
    assert_eq!(difference.unknown, [(EntryKind::Device, 2)]);
    let remark = sightings[0].remark(vec![Id::new("phones", "u7")]).unwrap();
    assert_eq!(remark.keys.len(), 3);
    assert_eq!(
        remark.message,
        "`phones` is incomplete, so nobody is disabled: page 2 was lost; what became of 1 person and 2 devices is not known, they stay as they are"
    );
}

#[test]
fn equipment_of_a_source_that_is_not_declared_stays_and_is_told() {
    let difference = seen(3, 0, Vec::new());
    assert_eq!((difference.changes.len(), &difference.unknown), (0, &vec![(EntryKind::Device, 3)]));
    assert_eq!(difference.findings[0].code, Code::SourceNotDeclared);
    assert_eq!(
        difference.findings[0].message,
        "3 devices came from `phones`, which the manifest no longer declares; they stay as they are"
    );
}

#[test]
fn one_name_of_two_devices_of_a_pbx_is_told() {
    let mut all = devices("phones", 2);
    all.extend(devices("others", 1));
    all[2].pbx = "leeds".into();
    let inventory = Inventory { devices: all, ..Inventory::default() };
    let [finding] = same_names(&inventory).try_into().unwrap();
    assert_eq!(
        finding.message,
        "2 devices of `main` are called `SEP`: their calls can't be told apart"
    );
    assert_eq!(finding.keys, [Id::new("phones", "000"), Id::new("phones", "001")]);
}
