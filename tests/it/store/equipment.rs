//! Devices, system devices and channels in the state: files, edits by hand, formats.

use std::path::Path;

use rollbook::{
    directory::{
        Channel, Device, Directory, DirectoryNumber, Equipment, Id, Inventory, Line, Ownership,
        Property, Reason, Status, SystemDevice, SystemDeviceKind, Value,
    },
    store::{Outcome, StoreError},
};

use super::{commit, company, edit, git, sound, store};

pub(super) fn device(n: usize) -> Device {
    let mut device =
        Device::new(Id::new("phones", &format!("{n:05}-d")), format!("SEP{n:012X}").into());
    device.model = Some("Cisco 8841".into());
    device.description = Some(format!("Person {n} - {n:05}").into());
    device.owner = Some(super::person(n, "/London").id);
    device.owner_by = Some(Ownership::FirstLine);
    device.lines = vec![
        Line::parse(&format!("1: {n:05} in Internal")).unwrap(),
        Line::parse("2 (shared): 4030 in Internal").unwrap(),
    ];
    device
}

pub(super) fn hunt_group(n: usize) -> SystemDevice {
    let mut group =
        SystemDevice::new(Id::new("phones", &format!("{n:05}-y")), format!("Sales {n}").into());
    group.kind = SystemDeviceKind::HuntGroup;
    group.number = Some(format!("49{n:02}").into());
    group.members =
        ["4022 in Internal", "4021"].map(|text| DirectoryNumber::parse(text).unwrap()).into();
    group
}

pub(super) fn gateway(n: usize) -> Channel {
    let mut gateway =
        Channel::new(Id::new("phones", &format!("{n:05}-h")), format!("gw{n}.example.net").into());
    gateway.address = vec![format!("10.0.0.{n}").into()];
    gateway.endpoints = vec![format!("S0/SU0/DS1-0@gw{n}.example.net").into()];
    gateway.channels = Some(30);
    gateway
}

/// A company whose people have a phone each, two hunt groups and a gateway.
pub(super) fn with_phones(people: usize, phones: usize) -> Directory {
    Directory {
        inventory: Inventory {
            devices: (0..phones).map(device).collect(),
            system_devices: (0..2).map(hunt_group).collect(),
            channels: vec![gateway(1)],
        },
        ..company(people, 2)
    }
}

fn listed(path: &Path, folder: &str) -> Vec<String> {
    let listed = git(path, &["ls-tree", "-r", "--name-only", "main", folder]);
    listed.lines().map(str::to_owned).collect()
}

fn lines_changed(path: &Path) -> Vec<String> {
    let shown = git(path, &["show", "-U0", "--format=", "main", "--", ".", ":!rollbook.yaml"]);
    let is_change = |line: &&str| {
        line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
    };
    shown.lines().filter(is_change).map(str::to_owned).collect()
}

#[test]
fn what_is_committed_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(20, 20);
    after.inventory.devices[3].set_status(Status::Disabled {
        reason: Reason::Gone,
        since: "2026-11-20T08:00:00Z".parse().unwrap(),
        evidence: "no longer listed by `phones`".into(),
    });
    commit(&mut store, &after, 1).unwrap();
    let head = store.head().unwrap().unwrap();
    assert_eq!(store.read(&head).unwrap(), after);
    let about = store.read_one(&head, &after.people[0].id).unwrap().unwrap();
    assert_eq!((about.people.len(), &about.inventory), (1, &after.inventory));
    assert_eq!(commit(&mut store, &after, 2).unwrap(), Outcome::Unchanged(head));
    assert_eq!(listed(&path, "devices"), ["devices/phones/0.yaml"]);
    assert_eq!(listed(&path, "system-devices"), ["system-devices/phones/0.yaml"]);
    assert_eq!(listed(&path, "channels"), ["channels/phones/0.yaml"]);
    sound(&path);
}

#[test]
fn a_line_that_a_phone_gets_is_one_line_beneath_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(20, 40);
    commit(&mut store, &after, 1).unwrap();
    after.inventory.devices[7].lines.push(Line::parse("3: 4044").unwrap());
    commit(&mut store, &after, 2).unwrap();
    assert_eq!(lines_changed(&path), ["+    - \"3: 4044\""]);
    let shown = git(&path, &["show", "-U0", "main", "--", "devices"]);
    let key = format!("d-{}:", after.inventory.devices[7].id);
    assert!(shown.lines().any(|line| line.starts_with("@@") && line.ends_with(&key)), "{shown}");

    after.inventory.system_devices[1].members.remove(0);
    commit(&mut store, &after, 3).unwrap();
    assert_eq!(lines_changed(&path), ["-    - \"4022 in Internal\""]);
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
}

#[test]
fn each_source_has_its_folder_and_files_are_split_and_joined_late() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut files = |phones: usize, n| {
        let mut after = with_phones(3, phones);
        let elsewhere = [("con", "1"), ("leeds", "1"), ("leeds-2", "1"), ("Œ/..", "1")];
        for (source, key) in elsewhere {
            after.inventory.devices.push(Device::new(Id::new(source, key), "ATA1".into()));
        }
        after.inventory.sort();
        commit(&mut store, &after, n).unwrap();
        assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
        listed(&path, "devices")
    };
    let first = files(48, 1);
    let folders: Vec<&str> = first.iter().map(|file| file.split('/').nth(1).unwrap()).collect();
    assert_eq!(folders.len(), 5, "{first:?}");
    assert!(
        folders.contains(&"leeds") && folders.contains(&"leeds-2") && folders.contains(&"phones")
    );
    assert!(folders.iter().any(|folder| folder.starts_with("con-")), "{folders:?}");
    let of_phones = |files: Vec<String>| files.iter().filter(|f| f.contains("/phones/")).count();
    assert_eq!(of_phones(files(49, 2)), 2);
    assert_eq!(of_phones(files(30, 3)), 2);
    assert_eq!(of_phones(files(400, 4)), 16);
    assert_eq!(of_phones(files(100, 5)), 8);
    assert_eq!(of_phones(files(5, 6)), 1);
}

#[test]
fn a_kind_of_which_there_is_nothing_more_has_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(3, 3);
    commit(&mut store, &after, 1).unwrap();
    after.inventory.channels.clear();
    commit(&mut store, &after, 2).unwrap();
    assert_eq!(listed(&path, "channels"), [""; 0]);
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
}

#[test]
fn files_of_others_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(3, 3);
    commit(&mut store, &after, 1).unwrap();
    let theirs = ["devices/README.md", "devices/phones/photo.yaml", "channels/a/b/0.yaml"];
    for file in theirs {
        edit(&path, file, |_| "not ours: yes\n".into());
    }
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    after.inventory.devices.pop();
    commit(&mut store, &after, 2).unwrap();
    for file in theirs {
        assert_eq!(git(&path, &["show", &format!("main:{file}")]), "not ours: yes\n");
    }
}

#[test]
fn a_directory_without_equipment_is_in_the_format_that_older_versions_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let format = || git(&path, &["show", "main:rollbook.yaml"]);
    commit(&mut store, &company(3, 1), 1).unwrap();
    assert!(format().starts_with("format: \"rollbook.state/1\"\n"), "{}", format());
    let old = store.head().unwrap().unwrap();
    let after = with_phones(3, 3);
    commit(&mut store, &after, 2).unwrap();
    assert!(format().starts_with("format: \"rollbook.state/2\"\n"), "{}", format());
    assert_eq!(store.read(&old).unwrap(), company(3, 1));
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
}

#[test]
fn an_edit_by_hand_is_read_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(5, 5);
    commit(&mut store, &after, 1).unwrap();
    edit(&path, "devices/phones/0.yaml", |text| {
        let text = text.replacen("\"Cisco 8841\"", "0389 # on loan", 1);
        format!("# by hand\n{text}").replace('\n', "\r\n")
    });
    after.inventory.devices[0].set(Property::Model, Value::Text("0389".into())).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    // The next commit writes it in our form again.
    after.inventory.devices[1].model = None;
    commit(&mut store, &after, 2).unwrap();
    let written = git(&path, &["show", "main:devices/phones/0.yaml"]);
    assert!(written.contains("  model: \"0389\"\n"), "{written}");
}

#[test]
fn a_broken_edit_is_named_with_commit_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let store_ = &mut store(&path);
    commit(store_, &with_phones(5, 5), 1).unwrap();
    type Row<'a> = (&'a str, &'a dyn Fn(String) -> String, u32, &'a str);
    let again: String = git(&path, &["show", "main:devices/phones/0.yaml"]);
    let rows: [Row<'_>; 6] = [
        ("devices/phones/0.yaml", &|text| text.replacen("  model", "  modle", 1), 4, "`model`"),
        ("devices/phones/0.yaml", &|text| text.replacen("\"1: ", "\"one: ", 1), 8, "is no line"),
        ("devices/phones/0.yaml", &|text| format!("<<<<<<< HEAD\n{text}"), 1, ""),
        ("system-devices/phones/0.yaml", &|text| text.replacen("hunt-", "hunt_", 1), 2, "kind"),
        ("channels/phones/0.yaml", &|text| text.replacen("\"30\"", "many", 1), 7, "a number"),
        ("channels/phones/0.yaml", &|text| text.replacen("h-", "d-", 1), 1, "is not `h-`"),
    ];
    for (file, change, line, words) in rows {
        edit(&path, file, change);
        let head = store_.head().unwrap().unwrap();
        let error = store_.read(&head).unwrap_err();
        let StoreError::Broken { commit, file: named, line: at, because, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(head.id.starts_with(commit.as_str()), "{error}");
        assert_eq!(named, file, "{error}");
        assert!(because.contains(words) && !because.is_empty(), "{error}");
        assert!(at.abs_diff(line) <= 1, "{error}");
        assert!(error.help().contains(&format!("git revert {commit}")), "{}", error.help());
        edit(&path, file, |_| git(&path, &["show", &format!("main~1:{file}")]));
    }
    edit(&path, "devices/leeds/0.yaml", |_| again);
    let error = store_.read(&store_.head().unwrap().unwrap()).unwrap_err();
    assert!(error.to_string().contains("is there twice"), "{error}");
}

#[test]
fn twenty_thousand_phones_come_back_from_one_pack() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(100, 20_000);
    commit(&mut store, &after, 1).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    for device in after.inventory.devices.iter_mut().step_by(7) {
        device.model = Some("Cisco 8851".into());
    }
    commit(&mut store, &after, 2).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    sound(&path);
}
