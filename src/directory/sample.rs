//! A directory for the tests of what is found and shown.

use super::{
    Channel, Device, DeviceKind, Directory, DirectoryNumber, Equipment, GroupPath, Id, Inventory,
    Line, Ownership, Person, SystemDevice,
};

/// A small office: two people and a lobby with their telephones, a hunt group and a gateway.
pub(crate) fn office() -> Directory {
    let place = GroupPath::parse("/London").unwrap();
    let ada = Person::new(Id::new("staff", "7"), "Ada Lovelace".into(), place.clone());
    let grace = Person::new(Id::new("staff", "8"), "Grace Hopper".into(), place);
    let id = |key: &str| Id::new("ucm", key);
    let device = |key: &str, name: &str, owner: Option<&Person>, lines: &[&str]| {
        let mut device = Device::new(id(key), name.into());
        device.pbx = "hq".into();
        device.owner = owner.map(|person| person.id.clone());
        device.owner_by = owner.map(|_| Ownership::SoleController);
        device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
        device
    };
    let lines = ["1: 4021 in Internal", "2 (shared): 4030 in Internal"];
    let mut desk = device("d1", "SEP001122334455", Some(&ada), &lines);
    desk.model = Some("Cisco 8841".into());
    desk.description = Some("Ada's desk".into());
    let lines = ["1: 4040 in Internal", "2 (shared): 4030 in Internal"];
    let mut profile = device("d2", "udp-grace", Some(&grace), &lines);
    (profile.kind, profile.owner_by) = (DeviceKind::DeviceProfile, Some(Ownership::Profile));
    let lobby = device("d3", "SEP00LOBBY\x1b", None, &["1: 4099 in Internal"]);
    let mut hunt = SystemDevice::new(id("h1"), "Sales desk".into());
    hunt.pbx = "hq".into();
    (hunt.number, hunt.partition) = (Some("8000".into()), Some("Internal".into()));
    let members = ["4040 in Internal", "4021 in Internal"];
    hunt.members = members.map(|member| DirectoryNumber::parse(member).unwrap()).into();
    let mut gateway = Channel::new(id("g1"), "gw.example.net".into());
    gateway.pbx = "hq".into();
    (gateway.protocol, gateway.channels) = (Some("MGCP".into()), Some(30));
    gateway.endpoints = vec!["S0/SU0/DS1-0@gw.example.net".into()];
    Directory {
        people: vec![ada, grace],
        inventory: Inventory {
            devices: vec![desk, profile, lobby],
            system_devices: vec![hunt],
            channels: vec![gateway],
        },
        ..Directory::default()
    }
}
