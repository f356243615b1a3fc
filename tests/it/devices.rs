//! Devices, system devices and channels on the command line, from the state: what is shown, who is
//! meant, what happened and what lies between.

use jiff::{SignedDuration, Timestamp};
use rollbook::{
    directory::{
        Channel, Device, Directory, DirectoryNumber, Equipment, Extension, Group, GroupPath, Id,
        Inventory, Line, Ownership, Person, Reason, Status, SystemDevice,
    },
    settings::StateSettings,
    store::{Message, Store},
};
use serde_json::{Value, json};

use super::rollbook::Folder;

const MANIFEST: &str = r#"version: 1
state: { git: ./directory.git, author: "T <t@example.com>" }
sources:
  staff: { kind: csv, path: staff.csv, key: no, fields: { name: name, extension: ext } }
groups:
  - path: /London
"#;

fn id(key: &str) -> Id {
    Id::new("ucm", key)
}

fn person(key: &str, name: &str, extension: &str) -> Person {
    let mut person =
        Person::new(Id::new("staff", key), name.into(), GroupPath::parse("/London").unwrap());
    person.pbx = "hq".into();
    person.extension = Some(Extension::parse(extension).unwrap());
    person.extension_by = Some("first line of SEP001122334455".into());
    person
}

fn device(key: &str, name: &str, owner: Option<&str>, lines: &[&str]) -> Device {
    let mut device = Device::new(id(key), name.into());
    device.pbx = "hq".into();
    device.owner = owner.map(|key| Id::new("staff", key));
    device.owner_by = owner.map(|_| Ownership::Owner);
    device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
    device
}

/// Ada and Grace, who share a line; a lobby, a hunt group, a gateway.
fn office() -> Directory {
    let mut hunt = SystemDevice::new(id("h1"), "Sales desk".into());
    (hunt.pbx, hunt.number, hunt.partition) =
        ("hq".into(), Some("8000".into()), Some("Internal".into()));
    hunt.members = vec![
        DirectoryNumber::parse("4022 in Internal").unwrap(),
        DirectoryNumber::parse("4021 in Internal").unwrap(),
    ];
    let mut gateway = Channel::new(id("g1"), "gw.example.net".into());
    (gateway.pbx, gateway.channels) = ("hq".into(), Some(30));
    gateway.endpoints = vec!["S0/SU0/DS1-0@gw.example.net".into()];
    let shared = "2 (shared): 4030 in Internal";
    Directory {
        people: vec![person("7", "Ada Lovelace", "4021"), person("8", "Grace Hopper", "4022")],
        groups: vec![Group { path: GroupPath::parse("/London").unwrap(), status: Status::Active }],
        inventory: Inventory {
            devices: vec![
                device("d1", "SEP001122334455", Some("7"), &["1: 4021 in Internal", shared]),
                device("d2", "SEP00AABBCCDDEE", Some("8"), &["1: 4022 in Internal", shared]),
                device("d3", "SEP\x1b[2Jlobby", None, &["1: 4099 in Internal"]),
            ],
            system_devices: vec![hunt],
            channels: vec![gateway],
        },
        ..Directory::default()
    }
}

/// The same in July: Ada's phone is Grace's, the hunt group is gone, and the lobby has another line.
fn july() -> Directory {
    let mut after = office();
    let [desk, _, lobby] = after.inventory.devices.as_mut_slice() else { unreachable!() };
    (desk.owner, desk.owner_by) = (Some(Id::new("staff", "8")), Some(Ownership::SoleController));
    desk.lines[1].shared = false;
    lobby.lines.push(Line::parse("2: 4098 in Internal").unwrap());
    after.inventory.devices[1].lines[1].shared = false;
    after.inventory.system_devices[0].status = Status::Disabled {
        reason: Reason::Gone,
        since: "2026-07-01T08:00:00Z".parse().unwrap(),
        evidence: "no longer listed by `ucm`".into(),
    };
    after
}

/// A state with these directories, a day apart.
fn state(of: &[Directory]) -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("staff.csv", "no,name,ext\n");
    let settings = StateSettings {
        git: folder.file("directory.git"),
        shown: "./directory.git".into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: Some("T <t@example.com>".into()),
        sign: None,
    };
    let mut store = Store::open(&settings).unwrap();
    let mut when: Timestamp = "2026-06-30T08:00:00Z".parse().unwrap();
    for (n, after) in of.iter().enumerate() {
        let message = Message {
            subject: format!("ucm: run {n}"),
            body: String::new(),
            trailers: vec![("Plan", format!("plan-{n}"))],
            when,
            manifest: format!("sha256:{n}"),
        };
        let head = store.head().unwrap();
        store.commit(head.as_ref(), after, &message).unwrap();
        when += SignedDuration::from_hours(24);
    }
    folder
}

fn json(folder: &Folder, words: &[&str]) -> Value {
    folder.rollbook([words, &["--output", "json"]].concat()).code(0).json()
}

fn text(folder: &Folder, words: &[&str]) -> String {
    folder.rollbook(words).code(0).stdout
}

fn ids(document: &Value, list: &str) -> Vec<String> {
    let list = document[list].as_array().expect("a list").iter();
    list.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn the_whole_directory_has_all_three_lists() {
    let folder = state(&[office()]);
    let all = json(&folder, &["show"]);
    assert_eq!(ids(&all, "devices"), ["ucm/d1", "ucm/d2", "ucm/d3"]);
    assert_eq!(all["devices"][0]["owner_name"], "Ada Lovelace");
    assert_eq!(all["devices"][0]["lines"][1]["shared_with"], json!(["staff/8"]));
    assert_eq!(all["system_devices"][0]["members"][0]["number"], "4022");
    assert_eq!(all["channels"][0]["channels"], 30);
    let yaml = text(&folder, &["show", "--output", "yaml"]);
    let yaml: serde_yaml::Value = serde_yaml::from_str(&yaml).unwrap();
    assert_eq!(serde_json::to_value(yaml).unwrap(), all, "YAML has the same");
    let told = text(&folder, &["show"]);
    assert!(told.contains("devices: 3 phones, 1 nobody's"), "{told}");
    assert!(told.contains("Sales desk  8000 in Internal  2 members  ucm/h1"), "{told}");
    assert!(!told.contains('\x1b'), "a name stays in its place: {told}");
}

#[test]
fn anything_is_found_by_what_call_records_say() {
    let folder = state(&[office()]);
    for (who, list, wanted) in [
        ("4021", "people", "staff/7"),
        ("Ada Lovelace", "people", "staff/7"),
        ("sep001122334455", "devices", "ucm/d1"),
        ("ucm/d1", "devices", "ucm/d1"),
        ("4099", "devices", "ucm/d3"),
        ("8000", "system_devices", "ucm/h1"),
        ("hq:8000", "system_devices", "ucm/h1"),
        ("Sales Desk", "system_devices", "ucm/h1"),
        ("S0/SU0/DS1-0@gw.example.net", "channels", "ucm/g1"),
    ] {
        assert_eq!(ids(&json(&folder, &["show", who]), list), [wanted], "{who}");
    }
    let ada = json(&folder, &["show", "4021"]);
    assert_eq!(ids(&ada, "devices"), ["ucm/d1"], "a person comes with their devices");
    let several = folder.rollbook(["show", "4030"]).code(1).stderr;
    assert!(several.contains("`4030` is on 2 devices") && several.contains("ucm/d2"), "{several}");
    let pin = folder.rollbook(["pin", "SEP001122334455", "name", "x"]).code(1).stderr;
    assert!(pin.contains("is nobody, but a phone"), "{pin}");
}

#[test]
fn a_person_is_shown_with_those_who_share_their_lines() {
    let folder = state(&[office()]);
    for who in ["4021", "staff/7", "Ada Lovelace"] {
        let told = text(&folder, &["show", who]);
        assert!(told.contains("2: 4030 in Internal, shared with Grace Hopper"), "{who}: {told}");
    }
}

#[test]
fn the_history_tells_whose_a_telephone_was() {
    let folder = state(&[office(), july()]);
    let told = text(&folder, &["log", "SEP001122334455"]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[1].starts_with("Grace Hopper (staff/8)  sole-controller  2026-07-01T08:00:00Z"));
    assert!(lines[2].starts_with("Ada Lovelace (staff/7)  owner            2026-06-30T08:00:00Z"));
    assert!(told.contains("owner: Ada Lovelace (staff/7) -> Grace Hopper (staff/8)"), "{told}");
    let log = json(&folder, &["log", "ucm/d1"]);
    assert_eq!((&log["equipment"], &log["person"]), (&json!("ucm/d1"), &Value::Null));
    assert_eq!(log["owners"][1]["name"], "Ada Lovelace");
    assert_eq!(log["owners"][0]["until"], Value::Null);
    assert_eq!(log["commits"].as_array().map(Vec::len), Some(2));
    assert_eq!(log["commits"][0]["change"]["action"], "update");
    assert_eq!(log["commits"][1]["change"]["action"], "add");
    let hunt = json(&folder, &["log", "8000"]);
    assert_eq!(hunt["commits"][0]["change"]["action"], "disable", "also of what is no more");
    assert!(hunt.get("owners").is_none());
    assert!(json(&folder, &["log", "4021"])["holdings"].is_array(), "the person's number");
    let then = json(&folder, &["show", "SEP001122334455", "--at", "2026-06-30"]);
    assert_eq!(then["devices"][0]["owner"], "staff/7");
}

#[test]
fn a_difference_has_equipment_in_each_form() {
    let folder = state(&[office(), july()]);
    let diff = json(&folder, &["diff", "main~1", "main"]);
    let changes = diff["changes"].as_array().unwrap();
    let mut told: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change["action"], change["key"])).collect();
    told.sort();
    assert_eq!(
        told,
        [
            r#""disable" "ucm/h1""#,
            r#""update" "ucm/d1""#,
            r#""update" "ucm/d2""#,
            r#""update" "ucm/d3""#
        ]
    );
    for form in ["text", "markdown"] {
        let told = text(&folder, &["diff", "main~1", "main", "--output", form]);
        assert!(told.contains("SEP001122334455") && told.contains("Sales desk"), "{told}");
        assert!(!told.contains('\x1b'), "{told}");
    }
}

#[test]
fn the_state_alone_explains_a_telephone_and_its_person() {
    let folder = state(&[office(), july()]);
    let told = json(&folder, &["explain", "SEP001122334455", "--state-only"]);
    assert_eq!((&told["entry"], &told["standing"]), (&json!("device"), &json!("active")));
    let seen = &told["equipment"];
    assert_eq!(seen["owner"]["person"]["name"], "Grace Hopper");
    assert_eq!(seen["owner"]["because"], "they alone control it");
    let since = |property: &str| {
        let properties = seen["properties"].as_array().unwrap();
        let one = properties.iter().find(|one| one["property"] == property).unwrap();
        one["changed"]["subject"].clone()
    };
    assert_eq!((since("owner"), since("name")), (json!("ucm: run 1"), json!("ucm: run 0")));
    let then = json(&folder, &["explain", "SEP001122334455", "--at", "main~1"]);
    assert_eq!(
        then["equipment"]["lines"][1]["shared_with"],
        json!([{ "id": "staff/8", "name": "Grace Hopper", "devices": ["SEP00AABBCCDDEE"] }])
    );
    let hunt = json(&folder, &["explain", "8000", "--state-only"]);
    assert_eq!((&hunt["entry"], &hunt["standing"]), (&json!("system-device"), &json!("disabled")));
    let grace = json(&folder, &["explain", "4022", "--state-only"]);
    assert_eq!(grace["entry"], "person");
    assert_eq!(grace["devices"].as_array().map(Vec::len), Some(2));
    let told = text(&folder, &["explain", "4022", "--state-only"]);
    assert!(told.contains("by: first line of SEP001122334455"), "{told}");
    assert!(told.contains("SEP00AABBCCDDEE  phone: the switch names them its owner"), "{told}");
    let lobby = text(&folder, &["explain", "4099", "--state-only"]);
    assert!(lobby.contains("SEP␛[2Jlobby") && !lobby.contains('\x1b'), "{lobby}");
    assert!(lobby.contains("nobody's: its source names no owner"), "{lobby}");
}
