//! How plans of equipment read.

use crate::{
    directory::{
        Channel, Device, DeviceKind, Directory, DirectoryNumber, Equipment, GroupPath, Id,
        Inventory, Line, Ownership, Person, Property, SystemDevice, Text, Value,
    },
    plan::{Circumstances, EntryKind, Limits, MeaningKind, Plan, Remarks, Sighting, equipment},
    render::{
        Heading, Tense, body, changes_text::changes_plain, markdown, plan_text, samples, subject,
    },
    source::Coverage,
};

fn person(key: &str, name: &str) -> Person {
    Person::new(Id::new("staff", key), name.into(), GroupPath::parse("/London").unwrap())
}

fn device(n: usize, owner: Option<&str>, lines: &[&str]) -> Device {
    let name = format!("SEP{n:012}").into();
    let mut device = Device::new(Id::new("phones", &format!("{n:06}")), name);
    device.model = Some("Cisco 8841".into());
    device.owner = owner.map(|key| Id::new("staff", key));
    device.owner_by = owner.map(|_| Ownership::Owner);
    device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
    device
}

fn of(devices: Vec<Device>) -> Inventory {
    Inventory { devices, ..Inventory::default() }
}

fn plan(held: Inventory, wanted: &Inventory) -> Plan {
    let people = vec![person("7", "Ada Lovelace"), person("9", "Grace Hopper")];
    let held = Directory { people, inventory: held, ..Directory::default() };
    let coverage = Coverage::Complete { proof: "9 selects".into() };
    let mut seen = [Sighting::new("phones".into(), coverage, 40)];
    let difference = equipment(&held, wanted, &mut seen);
    let remarks = Remarks {
        findings: difference.findings,
        unknown_equipment: difference.unknown,
        ..Remarks::default()
    };
    let circumstances = Circumstances {
        base: None,
        made_at: jiff::Timestamp::UNIX_EPOCH,
        manifest: "m".into(),
        sources: Vec::new(),
    };
    Plan::new(&held, difference.changes, 2, remarks, &Limits::default(), circumstances)
}

fn told(held: Inventory, wanted: Inventory) -> String {
    changes_plain(&plan(held, &wanted), Tense::Conditional)
}

#[test]
fn a_device_that_passes_is_one_change_with_both_names() {
    let held = || of(vec![device(1, Some("7"), &["1: 4021"])]);
    let wanted = of(vec![device(1, Some("9"), &["1: 4021"])]);
    assert_eq!(
        told(held(), wanted.clone()),
        "c1  = phone SEP000000000001 would pass from Ada Lovelace to Grace Hopper\n\
         \x20     staff/7 -> staff/9; earlier calls stay with Ada Lovelace\n"
    );
    let plan = plan(held(), &wanted);
    let json = serde_json::to_value(&plan.meanings).unwrap();
    assert_eq!(json[0]["kind"], "devices-pass");
    assert_eq!(json[0]["handovers"][0]["from"]["name"], "Ada Lovelace");
    assert_eq!(json[0]["handovers"][0]["to"]["name"], "Grace Hopper");
    assert_eq!(json[0]["handovers"][0]["devices"][0]["name"], "SEP000000000001");
    assert_eq!((json[0]["equipment"].as_u64(), json[0]["people"].as_u64()), (Some(1), Some(0)));
    let yaml = serde_yaml::to_string(&plan.meanings).unwrap();
    assert!(yaml.contains("name: Grace Hopper"), "{yaml}");
    let passed = "phone SEP000000000001 passed from Ada Lovelace to Grace Hopper";
    assert!(body(&plan).contains(passed), "{}", body(&plan));
    let would = "!c1  = phone SEP000000000001 would pass from Ada Lovelace to Grace Hopper";
    assert!(markdown(&plan, Tense::Conditional).contains(would));
    assert_eq!(subject(&plan), "1 device changed");
}

#[test]
fn all_that_passes_between_two_people_is_told_together() {
    let mut held = of((1..4).map(|n| device(n, Some("7"), &[])).collect());
    held.devices[2].kind = DeviceKind::DeviceProfile;
    let mut wanted = held.clone();
    wanted.devices.iter_mut().for_each(|device| device.owner = Some(Id::new("staff", "9")));
    // Nothing but the owner is told by it.
    wanted.devices[0].description = Some("Grace".into());
    assert_eq!(
        told(held, wanted),
        "c1-c3  = 3 devices: 2 phones, 1 device profile would pass from Ada Lovelace to Grace Hopper\n\
         \x20        staff/7 -> staff/9; earlier calls stay with Ada Lovelace\n\
         \x20        SEP000000000001, SEP000000000002 and SEP000000000003\n\
         c1  ~ would update phone SEP000000000001 (phones/000001)\n\
         \x20     description: (none) -> Grace\n"
    );
}

#[test]
fn a_device_becomes_somebodys_or_nobodys() {
    let held = of(vec![device(1, None, &[]), device(2, Some("7"), &[])]);
    let wanted = of(vec![device(1, Some("9"), &[]), device(2, None, &[])]);
    assert_eq!(
        told(held, wanted),
        "c1  = phone SEP000000000001 would become Grace Hopper's\n\
         \x20     staff/9\n\
         c2  = phone SEP000000000002 would be nobody's any more, after Ada Lovelace\n\
         \x20     staff/7; earlier calls stay with Ada Lovelace\n"
    );
    let held = of((1..4).map(|n| device(n, None, &[])).collect());
    let owner = |n| Some(if n == 2 { "7" } else { "9" });
    let wanted = of((1..4).map(|n| device(n, owner(n), &[])).collect());
    assert_eq!(
        told(held, wanted),
        "c1-c3  = 3 phones would get an owner\n\
         \x20        SEP000000000002: Ada Lovelace\n\
         \x20        SEP000000000001: Grace Hopper\n\
         \x20        SEP000000000003: Grace Hopper\n"
    );
}

#[test]
fn lines_are_told_one_by_one() {
    let before = ["1: 4021 in A", "2: 4022 in A", "3: 4023 in A", "4: 4024 in A"];
    let after = ["1 (shared): 4021 in A", "2: 4030 in A", "4: 4024 in A", "5: 4031"];
    assert_eq!(
        told(of(vec![device(1, None, &before)]), of(vec![device(1, None, &after)])),
        "c1  ~ would update phone SEP000000000001 (phones/000001)\n\
         \x20     line 1: 4021 in A is now shared by several people\n\
         \x20     line 2: 4022 in A -> 4030 in A\n\
         \x20     lines: - 3: 4023 in A\n\
         \x20     lines: + 5: 4031\n"
    );
}

fn group(members: &[&str]) -> Inventory {
    let mut group = SystemDevice::new(Id::new("phones", "g"), "Sales".into());
    group.members = members.iter().map(|member| DirectoryNumber::parse(member).unwrap()).collect();
    Inventory { system_devices: vec![group], ..Inventory::default() }
}

#[test]
fn members_are_told_one_by_one() {
    assert_eq!(
        told(group(&["4021", "4022", "4023"]), group(&["4021", "4023", "4024"])),
        "c1  ~ would update hunt group Sales (phones/g)\n\
         \x20     members: - 4022\n\
         \x20     members: + 4024\n"
    );
    let order = told(group(&["4021", "4022"]), group(&["4022", "4021"]));
    assert!(order.contains("members: the same in another order"), "{order}");
}

#[test]
fn what_changes_alike_is_one_line() {
    let held = of((0..412).map(|n| device(n, Some("7"), &[])).collect());
    let mut wanted = held.clone();
    wanted.devices.iter_mut().for_each(|device| device.model = Some("Cisco 8845".into()));
    let told = told(held, wanted);
    assert_eq!(
        told,
        "c1-c412  ~ would update 412 phones\n\
         \x20          model: Cisco 8841 -> Cisco 8845\n\
         \x20          SEP000000000000, SEP000000000001, SEP000000000002, SEP000000000003, SEP000000000004 and 407 more\n"
    );
}

#[test]
fn a_renamed_partition_is_one_line() {
    let lines = |n: usize, partition: &str| {
        let mut device = device(n, None, &[]);
        device.lines = [(1, 4_000 + n), (2, 9_000 + n)]
            .into_iter()
            .map(|(at, number)| Line::parse(&format!("{at}: {number} in {partition}")).unwrap())
            .collect();
        device
    };
    let held = of((0..1_500).map(|n| lines(n, "Internal")).collect());
    let wanted = of((0..1_500).map(|n| lines(n, "Staff")).collect());
    let plan = plan(held, &wanted);
    assert_eq!(plan.meanings.len(), 1);
    assert_eq!(plan.meanings[0].kind, MeaningKind::PartitionRenamed);
    let told = changes_plain(&plan, Tense::Conditional);
    assert!(
        told.starts_with(
            "c1-c1500  ~ would rename partition Internal to Staff: 3,000 numbers of 1,500 phones\n"
        ),
        "{told}"
    );
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn many_that_are_new_are_counted_by_kind_and_named_on_demand() {
    let mut wanted = of((0..60).map(|n| device(n, Some("7"), &["1: 4021"])).collect());
    wanted.devices[..7].iter_mut().for_each(|device| device.kind = DeviceKind::DeviceProfile);
    let plan = plan(Inventory::default(), &wanted);
    assert_eq!(
        changes_plain(&plan, Tense::Conditional),
        "c1-c60  + would add 60 devices: 53 phones, 7 device profiles\n\
         \x20         SEP000000000000, SEP000000000001, SEP000000000002, SEP000000000003, SEP000000000004 and 55 more\n"
    );
    let heading = Heading::Planned { file: None, options: "", fresh: "" };
    let all = plan_text(&plan, heading, true);
    let all = anstream::adapter::strip_str(&all).to_string();
    assert!(all.contains("+ would add device profile SEP000000000006 (phones/000006)"), "{all}");
    assert!(all.contains("Devices: 60 to add; 0 unchanged."), "{all}");
    assert_eq!(subject(&plan), "60 devices added");
}

#[test]
fn what_leaves_is_named_before_the_rest() {
    let held = of((0..5).map(|n| device(n, None, &[])).collect());
    let mut wanted = held.clone();
    wanted.devices.remove(3);
    wanted.devices[0].owner = Some(Id::new("staff", "7"));
    wanted.devices[0].owner_by = Some(Ownership::Owner);
    wanted.devices.push(device(9, Some("9"), &["1: 4021 in A", "2: 4022 in A"]));
    let told = told(held, wanted);
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with('c')).collect();
    assert_eq!(
        lines,
        [
            "c1  - would disable phone SEP000000000003 (phones/000003): no longer listed by `phones`, whose listing is complete: 9 selects",
            "c2  = phone SEP000000000000 would become Ada Lovelace's",
            "c3  + would add phone SEP000000000009 (phones/000009)  4021 in A and 1 more  of staff/9",
        ]
    );
}

#[test]
fn a_subject_counts_people_and_each_kind() {
    let mut held = of((0..13).map(|n| device(n, None, &[])).collect());
    let mut wanted = held.clone();
    wanted.devices[..11].iter_mut().for_each(|device| device.model = None);
    wanted.devices.remove(12);
    held.channels = vec![Channel::new(Id::new("phones", "t"), "trunk".into())];
    let mut plan = plan(held, &wanted);
    plan.summary.add = 3;
    assert_eq!(subject(&plan), "3 added; 11 devices changed, 1 disabled");
    assert_eq!(plan.summary.channels.unknown, 1);
    let text = plan_text(&plan, Heading::Applied { commit: "abc" }, false);
    assert!(text.contains("What became of 1 channel is not known: they stayed as they are."));
    assert!(text.contains("Devices: 11 updated, 1 disabled; 1 unchanged."), "{text}");
}

#[test]
fn no_name_of_a_device_leaves_its_place() {
    let mut held = of(Vec::new());
    for (n, name) in samples::HOSTILE.iter().enumerate() {
        let mut one = device(n, Some("7"), &[]);
        one.name = (*name).into();
        one.model = Some((*name).into());
        held.devices.push(one);
    }
    let mut wanted = held.clone();
    for (n, device) in wanted.devices.iter_mut().enumerate() {
        device.owner = Some(Id::new("staff", samples::HOSTILE[n]));
        device.description = Some(samples::HOSTILE[n].into());
    }
    let mut group = SystemDevice::new(Id::new("phones", "g"), samples::HOSTILE[1].into());
    for (n, name) in samples::HOSTILE.iter().enumerate() {
        let member = Value::List(vec![Text::from(format!("4{n} in {name}"))]);
        if n == 0 {
            held.system_devices.push(group.clone());
        }
        group.set(Property::Members, member).unwrap();
    }
    wanted.system_devices.push(group);
    for all in [false, true] {
        let plan = plan(held.clone(), &wanted);
        assert!(plan.changes.iter().any(|change| change.entry == EntryKind::SystemDevice));
        let text = plan_text(&plan, Heading::Offered, all);
        let bare = anstream::adapter::strip_str(&text).to_string();
        assert!(!bare.contains(['\x1b', '\r', '\u{202e}', '\u{200b}']), "{bare}");
        assert!(bare.lines().all(|line| !line.starts_with("lines")), "{bare}");
    }
}

#[test]
fn a_first_plan_of_a_large_switch_is_short() {
    let mut wanted = of((0..30_000).map(|n| device(n, Some("7"), &["1: 4021"])).collect());
    wanted.devices[..7_000].iter_mut().for_each(|device| device.kind = DeviceKind::DeviceProfile);
    let plan = plan(Inventory::default(), &wanted);
    assert!(markdown(&plan, Tense::Conditional).len() < 2_000);
    assert!(body(&plan).lines().count() < 10);
}
