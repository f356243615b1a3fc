//! Devices, system devices and channels: from what sources list to what the directory has.

use std::path::Path;

use jiff::Timestamp;
use rollbook::{
    directory::{
        Channel, Device, Directory, Equipment, Id, Inventory, Line, Ownership, Status,
        SystemDevice, Text,
    },
    engine::{self, Fetched, Held, World},
    finding::Code,
    manifest::{self, Manifest, Nowhere},
    plan::{Action, EntryKind, MeaningKind, Past, Plan},
    settings::StateSettings,
    source::{Attribute, Coverage, Listing, Place, Progress, Record, Silent},
    store::{Message, Store},
};

use super::rollbook::Folder;

const FIELDS: &str = "fields: { name: name, extension: ext, email: mail }";

/// A manifest of these sources, each a file that is never read.
fn declared(sources: &[&str], rest: &str) -> (Folder, Manifest) {
    let folder = Folder::empty();
    let mut text = "version: 1\nsources:\n".to_owned();
    for source in sources {
        text.push_str(&format!("  {source}: {{ kind: csv, path: x.csv, key: id, {FIELDS} }}\n"));
    }
    folder.write("rollbook.yaml", text + rest);
    let manifest = manifest::load(&folder.file("rollbook.yaml"), &Nowhere);
    (folder, manifest.unwrap_or_else(|error| panic!("{error:?}")))
}

/// Somebody as a source lists them: key, name, extension and e-mail address.
type Row = (&'static str, &'static str, &'static str, &'static str);

const ADA: Row = ("u7", "Ada Lovelace", "4021", "ada@corp.example");
const GRACE: Row = ("u9", "Grace Hopper", "4022", "grace@corp.example");

fn listing(rows: &[Row], devices: Vec<Device>) -> Listing {
    let one = |text: &str| match text {
        "" => Attribute::Absent,
        text => Attribute::One(text.into()),
    };
    let record = |(key, name, extension, mail): &Row| Record {
        key: (*key).into(),
        place: Place::Line(2),
        values: Box::new([one(key), one(name), one(extension), one(mail)]),
        flaw: None,
    };
    Listing {
        names: ["id", "name", "ext", "mail"].map(Text::from).into(),
        records: rows.iter().map(record).collect(),
        coverage: Coverage::Complete { proof: "9 selects".into() },
        as_of: None,
        departures: Vec::new(),
        inventory: Inventory { devices, ..Inventory::default() },
        unread: Vec::new(),
        findings: Vec::new(),
    }
}

fn device(key: &str, owner: &str, lines: &[&str]) -> Device {
    let mut device = Device::new(Id::new("phones", key), format!("SEP{key}").into());
    device.owner = Some(Id::new("phones", owner));
    device.owner_by = Some(Ownership::Owner);
    device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
    device
}

fn planned(manifest: &Manifest, held: &Directory, listings: Vec<Listing>, past: &Past) -> Plan {
    let progress = |_: &str| -> Box<dyn Progress> { Box::new(Silent) };
    let world = World {
        root: Path::new("."),
        now: Timestamp::from_second(1_700_000_000).unwrap(),
        references: &Nowhere,
        progress: &progress,
    };
    let fetched = listings.into_iter().map(|listing| Fetched { listing, seconds: 0.0 }).collect();
    let held = Held { directory: held, base: None, past };
    engine::plan_of(manifest, &held, fetched, &world).unwrap()
}

/// What a run leads to, once it settled.
#[track_caller]
fn settled(manifest: &Manifest, held: &Directory, listings: &[Listing]) -> (Plan, Directory) {
    let plan = planned(manifest, held, listings.to_vec(), &Past::default());
    let after = held.clone().after(&plan).unwrap();
    let again = planned(manifest, &after, listings.to_vec(), &Past::default());
    assert!(again.is_empty(), "{:#?}", again.changes);
    (plan, after)
}

fn owner(directory: &Directory, key: &str) -> String {
    let id = Id::new("phones", key);
    let device = directory.inventory.devices.iter().find(|device| device.id == id).unwrap();
    device.owner.as_ref().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn what_is_listed_comes_and_a_device_that_changes_hands_is_one_change() {
    let (_folder, manifest) = declared(&["phones"], "");
    let first = listing(&[ADA, GRACE], vec![device("1", "u7", &["1: 4021"])]);
    let (plan, held) = settled(&manifest, &Directory::default(), &[first]);
    assert_eq!((plan.sources[0].devices, plan.summary.devices.add), (1, 1));
    assert_eq!(owner(&held, "1"), "phones/u7");
    let next = listing(&[ADA, GRACE], vec![device("1", "u9", &["1: 4021"])]);
    let (plan, held) = settled(&manifest, &held, &[next]);
    assert_eq!((plan.changes.len(), plan.meanings.len()), (1, 1));
    assert_eq!(plan.meanings[0].kind, MeaningKind::DevicesPass);
    assert_eq!(owner(&held, "1"), "phones/u9");
}

#[test]
fn who_leaves_stays_the_owner_and_nothing_flaps() {
    let (_folder, manifest) = declared(&["phones"], "");
    let devices = || vec![device("1", "u7", &["1: 4021"]), device("2", "u9", &["1: 4022"])];
    let first = listing(&[ADA, GRACE], devices());
    let (_, held) = settled(&manifest, &Directory::default(), &[first]);
    // Of two, one leaves; the limits are not asked here.
    let (plan, held) = settled(&manifest, &held, &[listing(&[GRACE], devices())]);
    assert_eq!((plan.summary.disable, plan.summary.devices.update), (1, 0));
    assert_eq!(owner(&held, "1"), "phones/u7");
}

#[test]
fn the_devices_of_who_is_merged_go_along_in_the_same_plan() {
    let link = "people: { link: [email] }\n";
    let (_folder, manifest) = declared(&["phones", "staff"], link);
    let phones =
        |mail| listing(&[("u7", "A. Lovelace", "4021", mail)], vec![device("1", "u7", &[])]);
    let staff = || listing(&[("s1", "Ada Lovelace", "", "ada@corp.example")], Vec::new());
    let apart = [phones("other@corp.example"), staff()];
    let (_, held) = settled(&manifest, &Directory::default(), &apart);
    assert_eq!((held.people.len(), owner(&held, "1").as_str()), (2, "phones/u7"));
    let joined = [phones("ada@corp.example"), staff()];
    let plan = planned(&manifest, &held, joined.to_vec(), &Past::default());
    assert_eq!(plan.summary.merge, 1, "{:#?}", plan.changes);
    let after = held.after(&plan).unwrap();
    let merged = plan.changes.iter().find(|change| change.action == Action::Merge).unwrap();
    assert_eq!(owner(&after, "1"), merged.with.as_ref().unwrap().to_string());
}

#[test]
fn a_partial_listing_disables_nothing_and_counts_what_it_misses() {
    let (_folder, manifest) = declared(&["phones"], "");
    let devices = |count: usize| -> Vec<Device> {
        (1..=count).map(|n| device(&format!("{n}"), "u7", &["1: 4021"])).collect()
    };
    let mut first = listing(&[ADA, GRACE], devices(3));
    first.inventory.channels.push(Channel::new(Id::new("phones", "t"), "trunk".into()));
    let group = SystemDevice::new(Id::new("phones", "g"), "Sales".into());
    first.inventory.system_devices.push(group);
    let (_, held) = settled(&manifest, &Directory::default(), &[first]);
    let mut partial = listing(&[ADA], devices(2));
    partial.coverage = Coverage::Partial { because: "page 2 was lost".into() };
    let (plan, after) = settled(&manifest, &held, &[partial]);
    assert_eq!((plan.changes.len(), after == held), (0, false), "the ledger tells of Grace");
    let of = |entry| plan.summary.equipment().into_iter().find(|(of, _)| *of == entry).unwrap().1;
    assert_eq!((of(EntryKind::Device).unknown, of(EntryKind::Device).unchanged), (1, 3));
    assert_eq!((of(EntryKind::SystemDevice).unknown, of(EntryKind::Channel).unknown), (1, 1));
    let told: Vec<_> =
        plan.findings.iter().map(|finding| (finding.code, &*finding.message)).collect();
    assert_eq!(
        told,
        [(
            Code::IncompleteListing,
            "`phones` is incomplete, so nobody is disabled: page 2 was lost; what became of 1 person, 1 device, 1 system device and 1 channel is not known, they stay as they are"
        )]
    );
}

#[test]
fn a_shared_line_is_a_note_and_a_double_number_a_warning() {
    let (_folder, manifest) = declared(&["phones"], "");
    let bob: Row = ("u8", "Bob", "4021", "bob@corp.example");
    let of = |devices| {
        let listing = listing(&[ADA, bob], devices);
        let plan = planned(&manifest, &Directory::default(), vec![listing], &Past::default());
        plan.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let both = vec![device("1", "u7", &["1: 4021"]), device("2", "u8", &["1: 4021"])];
    assert_eq!(of(both), [Code::SharedLine]);
    assert_eq!(of(vec![device("1", "u7", &["1: 4021"])]), [Code::DuplicateExtension]);
}

#[test]
fn an_edit_of_a_device_by_hand_is_told_before_it_is_undone() {
    let (_folder, manifest) = declared(&["phones"], "");
    let listed = listing(&[ADA], vec![device("1", "u7", &["1: 4021"])]);
    let (_, held) = settled(&manifest, &Directory::default(), std::slice::from_ref(&listed));
    let mut edited = held.clone();
    edited.inventory.devices[0].description = Some("Lobby".into());
    let edits = rollbook::plan::edits(&held, &edited, "abcdef", "Eve");
    let past = Past { edits, ..Past::default() };
    let plan = planned(&manifest, &edited, vec![listed], &past);
    assert_eq!(plan.changes[0].cause.edit.as_deref(), Some("abcdef"));
    let told = plan.findings.iter().find(|finding| finding.code == Code::HandEdit).unwrap();
    assert_eq!(
        told.message,
        "`description` of `SEP1` was changed by hand to `Lobby`, by Eve in commit `abcdef`; the plan undoes it"
    );
}

// With a directory that has devices already, and the program itself.

fn with_devices(count: usize) -> Folder {
    let folder = Folder::empty();
    folder.write(
        "rollbook.yaml",
        format!("version: 1\nstate: {{ git: ./directory.git }}\nsources:\n  phones: {{ kind: csv, path: people.csv, key: id, {FIELDS} }}\n"),
    );
    folder.write("people.csv", "id,name,ext,mail\nu7,Ada Lovelace,4021,\nu9,Grace Hopper,4022,\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    changed(&folder, true, |directory| {
        directory.inventory.devices =
            (0..count).map(|n| device(&format!("{n:03}"), "u7", &["1: 4021"])).collect();
    });
    folder
}

/// Changes the directory as a run does, or by hand.
fn changed(folder: &Folder, by_a_run: bool, change: impl FnOnce(&mut Directory)) {
    let settings = StateSettings {
        git: folder.file("directory.git"),
        shown: "./directory.git".into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: Some("Eve <eve@corp.example>".into()),
        sign: None,
    };
    let mut store = Store::open(&settings).unwrap();
    let head = store.head().unwrap().unwrap();
    let mut directory = store.read(&head).unwrap();
    change(&mut directory);
    let message = Message {
        subject: "devices".into(),
        body: String::new(),
        trailers: if by_a_run { vec![("Plan", "0123456789abcdef".into())] } else { Vec::new() },
        when: head.when,
        manifest: "sha256:00".into(),
    };
    store.commit(Some(&head), &directory, &message).unwrap();
}

#[test]
fn a_listing_without_devices_is_trusted_in_the_words_of_the_finding() {
    let folder = with_devices(30);
    let plan = folder.rollbook(["plan", "--output", "json"]).code(0).json();
    let told = &plan["findings"][0];
    assert_eq!(told["code"], "doubtful-listing");
    assert!(told["help"].as_str().unwrap().contains("`--trust phones.devices=0`"), "{told}");
    let counts = &plan["summary"]["devices"];
    assert_eq!((counts["unchanged"].as_u64(), counts["unknown"].as_u64()), (Some(30), Some(30)));
    for (trust, code) in [("phones.devices=1", 0), ("phones.channels=0", 0), ("phones=0", 0)] {
        let plan =
            folder.rollbook(["plan", "--output", "json", "--trust", trust]).code(code).json();
        assert_eq!(plan["changes"].as_array().unwrap().len(), 0, "{trust}");
    }
    let nobody = folder.rollbook(["plan", "--trust", "phones.handsets=0"]).code(1);
    assert!(nobody.stderr.contains("no source is called `phones.handsets`"), "{}", nobody.stderr);
    let refused = folder.rollbook(["plan", "--trust", "phones.devices=0"]).code(3).stdout;
    for said in [
        "30 devices would be disabled, the limit is 20 (20% of 30): `limits.disable.devices.share`",
        "which: SEP000, SEP001",
        "trusted by `--trust phones.devices=0`",
        "--trust phones.devices=0 --accept disable.devices=30",
        "Devices: 30 to disable; 0 unchanged.",
    ] {
        assert!(refused.contains(said), "{said}\n{refused}");
    }
    let (_, command) = refused.split_once("to accept this one plan: rollbook ").unwrap();
    let words: Vec<&str> = command.lines().next().unwrap().split(' ').collect();
    folder.rollbook(&words).code(0);
    let subject = folder.git(&["log", "-1", "--format=%s", "main"]).code(0).stdout;
    assert_eq!(subject.trim(), "phones: 30 devices disabled");
    let trailers = folder.git(&["log", "-1", "--format=%b", "main"]).code(0).stdout;
    assert!(trailers.contains("Changes: devices.disable=30"), "{trailers}");
}

#[test]
fn the_way_back_takes_devices_along_and_a_saved_plan_notices_what_moved() {
    let folder = with_devices(3);
    changed(&folder, true, |directory| {
        let devices = &mut directory.inventory.devices;
        devices[0].owner = Some(Id::new("phones", "u9"));
        devices[1].description = Some("Lobby".into());
        devices[2].status = Status::Disabled {
            reason: rollbook::directory::Reason::Gone,
            since: Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
    });
    let plan = folder.rollbook(["plan", "--to", "main~1", "--out", "back.plan"]).code(0).stdout;
    assert!(plan.contains("phone SEP000 would pass from Grace Hopper to Ada Lovelace"), "{plan}");
    assert!(plan.contains("Devices: 2 to update, 1 to enable; 0 unchanged."), "{plan}");
    changed(&folder, true, |directory| {
        directory.inventory.devices[1].description = Some("Canteen".into());
    });
    let stale = folder.rollbook(["apply", "back.plan"]).code(3).stderr;
    for said in ["1 of its 3 changes no longer fits", "but it is `Canteen`", "--partial"] {
        assert!(stale.contains(said), "{said}\n{stale}");
    }
    folder.rollbook(["apply", "back.plan", "--partial"]).code(0);
    let rest = folder.rollbook(["plan", "--to", "main~3", "--output", "json"]).code(0).json();
    let changes = rest["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!((&changes[0]["entry"], &changes[0]["name"]), (&"device".into(), &"SEP001".into()));
}

#[test]
fn an_edit_by_hand_in_the_state_is_known_as_one() {
    let folder = with_devices(1);
    changed(&folder, false, |directory| {
        directory.inventory.devices[0].status = Status::Disabled {
            reason: rollbook::directory::Reason::Manual,
            since: Timestamp::UNIX_EPOCH,
            evidence: "lost".into(),
        };
    });
    // Disabled by hand, it stays so, whatever the source says of it.
    let plan = folder.rollbook(["plan", "--output", "json"]).code(0).json();
    assert_eq!(plan["changes"].as_array().unwrap().len(), 0);
    assert_eq!(plan["summary"]["devices"]["unchanged"], 0);
}
