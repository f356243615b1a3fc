//! Devices, system devices, channels and a source's own remarks, recorded and replayed.

use std::{fs, path::Path};

use rollbook::{
    directory::{
        Channel, Device, DirectoryNumber, Equipment, Id, Inventory, Line, Ownership, Property,
        Reason, Status, SystemDevice, SystemDeviceKind, Text, Value as Content,
    },
    finding::{Code, Finding},
    recording::{Answer, Disguise, Dress, Recorder, Recording},
    source::{Attribute, Coverage, Listing, Place, Record, Unread},
};
use serde_json::Value;

use super::{Folder, files, shape};

const MANIFEST: &str = "version: 1\nsources:\n  phones:\n    kind: csv\n    path: phones.csv\n    \
    key: id\n    fields: { name: name, email: mail, extension: ext, extension_by: by }\n";

const NAMES: [&str; 5] = ["by", "ext", "id", "mail", "name"];

/// People of whom everybody has a phone but the last, a hunt group, a gateway and a remark.
fn listing(people: usize) -> Listing {
    let record = |n: usize| {
        let name = ["Ada Lovelace", "Grace Hopper", "Joan Clarke"][n % 3];
        let mail = format!("{}{n}@corp.example", name.to_lowercase().replace(' ', "."));
        let by = format!("first line of {}", device(n).name);
        let texts = [by, format!("{}", 4021 + n), format!("u{n}"), mail, name.to_owned()];
        Record {
            key: format!("u{n}").into(),
            place: Place::Item(n as u64 + 1),
            values: texts.map(|text| Attribute::One(text.into())).into(),
            flaw: None,
        }
    };
    let mut group = SystemDevice::new(Id::new("phones", "g1"), "Grace's team".into());
    group.kind = SystemDeviceKind::HuntGroup;
    group.number = Some("4900".into());
    group.members = vec![DirectoryNumber::parse("4021 in Internal").unwrap()];
    let mut gateway = Channel::new(Id::new("phones", "c1"), "gw1.leeds.example".into());
    gateway.address = vec!["192.0.2.17:5060".into()];
    gateway.endpoints = vec!["S0/SU0/DS1-0@gw1.leeds.example".into()];
    let since = "2026-11-20T08:00:00Z".parse().unwrap();
    gateway.status = Status::Disabled { reason: Reason::Manual, since, evidence: "x".into() };
    Listing {
        names: NAMES.map(Text::from).into(),
        records: (0..people).map(record).collect(),
        coverage: Coverage::Complete { proof: "all of it".into() },
        as_of: None,
        departures: Vec::new(),
        inventory: Inventory {
            devices: (0..people - 1).map(device).collect(),
            system_devices: vec![group],
            channels: vec![gateway],
        },
        unread: vec![Unread {
            kind: "gateway".into(),
            properties: vec![Property::Endpoints],
            because: "the release has no `mgcpdevicemember`".into(),
        }],
        findings: vec![
            Finding::new(Code::DoubtfulListing, "`SEP0000000000FF` leads nowhere", "look at Ada")
                .about([device(0).id]),
        ],
    }
}

fn device(n: usize) -> Device {
    let mut device =
        Device::new(Id::new("phones", &format!("d{n:03}")), format!("SEPABCDEF{n:06X}").into());
    device.model = Some("Cisco 8841".into());
    device.description = Some(format!("Ada Lovelace - {}", 4021 + n).into());
    device.owner = Some(Id::new("phones", &format!("u{n}")));
    device.owner_by = Some(Ownership::Owner);
    device.lines = vec![Line::parse(&format!("1: {} in Internal", 4021 + n)).unwrap()];
    device
}

/// Records a listing as the answer of `phones`.
fn record(place: &Path, listing: &Listing, disguise: Option<&Disguise>) {
    let id = disguise.map(Disguise::id);
    let now = "2026-11-20T08:00:00Z".parse().unwrap();
    let mut recorder = Recorder::new(place, now, "sha256:x", id).unwrap();
    let asked = NAMES.map(Text::from);
    let answer = Answer { source: "phones", kind: "csv", asked: &asked, listing, seconds: 0.5 };
    let dresses = [Dress::Naming, Dress::Number, Dress::LeftOut, Dress::Words, Dress::Words];
    recorder.add(&answer, disguise.map(|disguise| (disguise, &dresses[..]))).unwrap();
    recorder.finish().unwrap();
}

fn read(place: &Path) -> Listing {
    Recording::open(place).unwrap().read("phones", "csv", &[]).unwrap().listing
}

fn set_up() -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder
}

fn replayed(folder: &Folder, words: &[&str]) -> Value {
    folder.rollbook([words, &["--replay", "taken", "--output", "json"]].concat()).code(0).json()
}

#[test]
fn what_a_source_listed_comes_back_as_it_was() {
    let folder = set_up();
    let place = folder.file("taken");
    let listed = listing(5);
    record(&place, &listed, None);
    let back = read(&place);
    assert_eq!(back.inventory, listed.inventory);
    assert_eq!((&back.findings, &back.unread), (&listed.findings, &listed.unread));
    assert_eq!((back.names, back.records), (listed.names, listed.records));
    let index = fs::read_to_string(place.join("recording.json")).unwrap();
    assert!(index.contains("\"rollbook.recording/2\""), "{index}");
    let lines = fs::read_to_string(place.join("phones.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 1 + 5 + 4 + 1 + 1 + 1, "{lines}");

    let plan = replayed(&folder, &["plan"]);
    let devices: Vec<&Value> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["entry"] == "device")
        .collect();
    assert_eq!(devices.len(), 4, "{plan:#}");
    let fields = devices[0]["fields"].as_array().unwrap();
    let owner = fields.iter().find(|field| field["field"] == "owner").unwrap();
    assert_eq!(owner["after"], "phones/u0");
    let told = plan["findings"].as_array().unwrap();
    assert!(told.iter().any(|one| one["message"] == "`SEP0000000000FF` leads nowhere"), "{plan:#}");
}

#[test]
fn a_recording_of_people_alone_is_what_older_versions_read_and_wrote() {
    let folder = set_up();
    folder.write("phones.csv", "id,name,mail,ext,by\nu1,Ada,ada@x.example,4021,\n");
    folder.rollbook(["fetch", "--record", "taken"]).code(0);
    let text: String = files(&folder.file("taken")).into_iter().map(|(_, text)| text).collect();
    assert!(text.contains("\"rollbook.recording/1\""), "{text}");
    for word in ["devices", "channels", "findings"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    assert_eq!(replayed(&folder, &["plan"])["summary"]["add"], 1);
}

#[test]
fn pseudonyms_of_equipment_give_a_plan_of_the_same_shape_with_nobody_in_it() {
    let folder = set_up();
    let place = folder.file("taken");
    record(&place, &listing(7), None);
    let open = replayed(&folder, &["plan"]);
    let key = Disguise::new(b"a key that nobody can guess").unwrap();
    record(&place, &listing(7), Some(&key));
    let dressed = replayed(&folder, &["plan"]);
    assert_eq!(shape(&open), shape(&dressed));
    let entries = |plan: &Value, word: &str| plan.to_string().matches(word).count();
    for word in ["\"entry\":\"device\"", "\"field\":\"owner\"", "\"field\":\"lines\""] {
        assert!(entries(&open, word) > 0);
        assert_eq!(entries(&open, word), entries(&dressed, word), "{word}");
    }
    let text: String = files(&place).into_iter().map(|(_, text)| text).collect();
    for personal in
        ["Ada", "Lovelace", "lovelace", "Grace", "SEPABCDEF", "4021", "4900", "gw1", "2.17", "FF`"]
    {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    // What holds them together is the same on both sides.
    let back = read(&place);
    for device in &back.inventory.devices {
        let owner = device.owner.as_ref().unwrap();
        let person = back.records.iter().find(|record| record.key == owner.key()).unwrap();
        let number = &device.lines[0].number.number;
        assert_eq!(person.values[1], Attribute::One(number.clone()));
        let by = format!("first line of {}", device.name);
        assert_eq!(person.values[0], Attribute::One(by.into()));
        assert!(device.description.as_ref().unwrap().ends_with(number.as_str()));
    }
    let gateway = &back.inventory.channels[0];
    assert!(gateway.endpoints[0].ends_with(&format!("@{}", gateway.name)));
    assert_eq!(back.findings[0].keys.len(), 1);
    assert!(back.inventory.devices.iter().any(|one| one.id == back.findings[0].keys[0]));
}

#[test]
fn lines_of_equipment_that_make_no_sense_are_damage() {
    let folder = set_up();
    let mut listed = listing(5);
    listed.inventory.devices.swap(0, 1);
    record(&folder.file("taken"), &listed, None);
    let told = folder.rollbook(["plan", "--replay", "taken"]).code(1).stderr;
    assert!(told.contains("its devices are not in order"), "{told}");
    let mut listed = listing(5);
    listed.inventory.devices[2].set(Property::Model, Content::None).unwrap();
    listed.inventory.devices[2].name = Text::default();
    record(&folder.file("taken"), &listed, None);
    let told = folder.rollbook(["plan", "--replay", "taken"]).code(1).stderr;
    assert!(told.contains("a device has no name") && told.contains("line 9"), "{told}");
}

#[test]
fn a_source_that_suddenly_lists_no_phones_is_rehearsed() {
    let folder = set_up();
    record(&folder.file("taken"), &listing(60), None);
    let verdicts = |accident: &str| -> Vec<(String, String, String)> {
        let words = ["rehearse", accident, "--replay", "taken", "--output", "json"];
        let told = folder.rollbook(words).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let each = told["rehearsed"].as_array().unwrap().iter();
        each.map(|one| (text(&one["what"]), text(&one["verdict"]), one["held_by"].to_string()))
            .collect()
    };
    let empty = verdicts("empty-source");
    let what: Vec<&str> = empty.iter().map(|(what, _, _)| what.as_str()).collect();
    assert_eq!(
        what,
        [
            "answers without a record, not with 60",
            "lists no device at all, not 59",
            "lists no system device at all, not 1",
            "lists no channel at all, not 1",
        ]
    );
    for (what, verdict, _) in &empty {
        assert_eq!(verdict, "harmless", "{what}");
    }
    assert!(empty[1].2.contains("no device at all"), "{}", empty[1].2);
    let half = verdicts("half-source");
    assert_eq!(half[1].0, "lists 29 of its 59 devices");
    assert_ne!(half[1].1, "passes", "{half:?}");
}
