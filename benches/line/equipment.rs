//! Made-up devices, with the numbers of the people who have them.

use rollbook::directory::{
    Device, DeviceKind, Directory, Equipment, Id, Inventory, Line, Ownership, Person,
};

/// A device for each person, and for one in eight a device profile besides.
pub fn inventory(people: &[Person]) -> Inventory {
    let mut devices = Vec::with_capacity(people.len() + people.len() / 8);
    for (n, person) in people.iter().enumerate() {
        devices.push(device(n, "d", DeviceKind::Phone, person));
        if n % 8 == 0 {
            devices.push(device(n, "p", DeviceKind::DeviceProfile, person));
        }
    }
    let mut inventory = Inventory { devices, ..Inventory::default() };
    inventory.sort();
    inventory
}

fn device(n: usize, key: &str, kind: DeviceKind, person: &Person) -> Device {
    let id = Id::new("staff", &format!("{key}{n:08}"));
    let mut device = Device::new(id, format!("SEP{n:012X}").into());
    device.kind = kind;
    device.model = Some("Cisco 8841".into());
    device.description = Some(person.name.clone());
    device.owner = Some(person.id.clone());
    device.owner_by = Some(Ownership::Owner);
    let number = format!("1: {} in Internal", 10_000 + n);
    device.lines = vec![Line::parse(&number).expect("a line")];
    device
}

/// The same people with their devices.
pub fn directory(held: Directory) -> Directory {
    Directory { inventory: inventory(&held.people), ..held }
}
