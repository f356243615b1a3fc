//! Pseudonyms of devices, system devices and channels, and of remarks.
//!
//! The names of phones have their hardware's address in them, descriptions have their people's
//! names and numbers, gateways have hosts. Each is replaced as it is wherever else it stands.

use std::{collections::BTreeSet, net::Ipv4Addr};

use super::{Disguise, Dress};
use crate::{
    directory::{Channel, Device, DirectoryNumber, Id, Inventory, Line, SystemDevice, Text},
    finding::Finding,
    source::Listing,
};

/// The names of a listing's devices, by which a text is known to end in one.
#[derive(Debug, Default)]
pub struct Names<'l>(BTreeSet<&'l str>);

impl<'l> Names<'l> {
    /// Those of a listing.
    pub fn of(listing: &'l Listing) -> Self {
        let Inventory { devices, system_devices, channels } = &listing.inventory;
        let names = devices.iter().map(|one| &one.name);
        let names = names.chain(system_devices.iter().map(|one| &one.name));
        let names = names.chain(channels.iter().map(|one| &one.name));
        Self(names.map(Text::as_str).collect())
    }

    /// Where the longest name begins that a text ends in.
    fn end_of(&self, text: &str) -> Option<usize> {
        let starts = text.char_indices().filter(|(at, _)| {
            text[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
        });
        starts.map(|(at, _)| at).find(|at| self.0.contains(&text[*at..]))
    }
}

impl Disguise {
    /// The inventory with everything replaced that tells of a person or a place in the network;
    /// sorted again.
    pub fn inventory(&self, inventory: &Inventory) -> Inventory {
        let Inventory { devices, system_devices, channels } = inventory;
        let mut dressed = Inventory {
            devices: devices.iter().map(|one| self.device(one)).collect(),
            system_devices: system_devices.iter().map(|one| self.system_device(one)).collect(),
            channels: channels.iter().map(|one| self.channel(one)).collect(),
        };
        dressed.devices.sort_by(|one, other| one.id.cmp(&other.id));
        dressed.system_devices.sort_by(|one, other| one.id.cmp(&other.id));
        dressed.channels.sort_by(|one, other| one.id.cmp(&other.id));
        dressed
    }

    fn device(&self, device: &Device) -> Device {
        // Taken apart in full: something new doesn't compile until it is decided here.
        let Device { id, kind, name, model, description, pbx, owner, owner_by, lines, status } =
            device;
        let line = |line: &Line| Line { number: self.number(&line.number), ..line.clone() };
        Device {
            id: self.id_of(id),
            kind: *kind,
            name: self.name(name),
            model: model.clone(),
            description: self.description(description.as_ref()),
            pbx: pbx.clone(),
            owner: owner.as_ref().map(|owner| self.id_of(owner)),
            owner_by: *owner_by,
            lines: lines.iter().map(line).collect(),
            status: status.clone(),
        }
    }

    fn system_device(&self, device: &SystemDevice) -> SystemDevice {
        let SystemDevice { id, kind, name, description, pbx, number, partition, members, status } =
            device;
        SystemDevice {
            id: self.id_of(id),
            kind: *kind,
            name: self.name(name),
            description: self.description(description.as_ref()),
            pbx: pbx.clone(),
            number: number.as_ref().map(|number| self.dialled(number)),
            partition: partition.clone(),
            members: members.iter().map(|number| self.number(number)).collect(),
            status: status.clone(),
        }
    }

    fn channel(&self, channel: &Channel) -> Channel {
        let Channel {
            id,
            kind,
            name,
            description,
            pbx,
            protocol,
            address,
            channels,
            endpoints,
            status,
        } = channel;
        let sorted = |texts: &[Text], dress: &dyn Fn(&str) -> Text| {
            let mut texts: Vec<Text> = texts.iter().map(|text| dress(text)).collect();
            texts.sort();
            texts
        };
        Channel {
            id: self.id_of(id),
            kind: *kind,
            name: self.name(name),
            description: self.description(description.as_ref()),
            pbx: pbx.clone(),
            protocol: protocol.clone(),
            address: sorted(address, &|text| self.address(text)),
            channels: *channels,
            endpoints: sorted(endpoints, &|text| self.name(text)),
            status: status.clone(),
        }
    }

    /// A remark about the same entries, without what it says of them.
    pub fn finding(&self, finding: &Finding) -> Finding {
        let Finding { code, severity: _, message: _, help: _, keys, at } = finding;
        let about = match keys.len() {
            0 => String::new(),
            many => format!(" of {many}"),
        };
        let message = format!("`{code}` was told{about} when it was recorded");
        let mut dressed = Finding::new(*code, message, "look at the source, or at a plan of it");
        dressed.at = at.clone();
        dressed.about(keys.iter().map(|key| self.id_of(key)))
    }

    /// A text in which the name of a device is replaced, where it ends in one, and nothing else.
    pub(super) fn naming(&self, text: &str, names: &Names<'_>) -> Text {
        match names.end_of(text) {
            Some(at) => format!("{}{}", &text[..at], self.name(&text[at..])).into(),
            None => self.hardware_in(text).into(),
        }
    }

    fn id_of(&self, id: &Id) -> Id {
        Id::new(id.source(), &self.text(id.key(), Dress::Words))
    }

    fn description(&self, text: Option<&Text>) -> Option<Text> {
        text.map(|text| self.text(text, Dress::Both))
    }

    fn number(&self, number: &DirectoryNumber) -> DirectoryNumber {
        let DirectoryNumber { number, partition } = number;
        DirectoryNumber { number: self.dialled(number), partition: partition.clone() }
    }

    /// A number as people's are; a pattern stands for many and stays.
    fn dialled(&self, number: &Text) -> Text {
        let is_pattern = number.contains(|c: char| c.is_alphabetic() || "[]!?".contains(c));
        if is_pattern { number.clone() } else { self.text(number, Dress::Number) }
    }

    /// What calls something: a phone, a hunt group, a port of a gateway, a host.
    fn name(&self, name: &str) -> Text {
        match name.rsplit_once('@') {
            Some((port, host)) => format!("{port}@{}", self.address(host)).into(),
            None if is_host(name) => self.address(name),
            None => self.text(name, Dress::Both),
        }
    }

    /// A host with or without a port: of a name the first part, of an IPv4 address the last two.
    fn address(&self, text: &str) -> Text {
        let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if is_port(port) && (!host.contains(':') || host.ends_with(']')) => {
                (host, Some(port))
            }
            _ => (text, None),
        };
        let host = if let Ok(address) = host.parse::<Ipv4Addr>() {
            self.ipv4(address).to_string()
        } else if host.contains(':') || !host.contains('.') {
            self.text(host, Dress::Words).into()
        } else {
            let (own, domain) = host.split_once('.').unwrap_or((host, ""));
            format!("{}.{domain}", self.text(own, Dress::Words))
        };
        match port {
            Some(port) => format!("{host}:{port}").into(),
            None => host.into(),
        }
    }

    /// Another address of the same network, one to one.
    fn ipv4(&self, address: Ipv4Addr) -> Ipv4Addr {
        let [a, b, mut c, mut d] = address.octets();
        for round in 0..4_u8 {
            c ^= self.hash(&[b"ipv4", &[round, a, b, d]])[0];
            d ^= self.hash(&[b"ipv4", &[round, a, b], &[c]])[0];
        }
        Ipv4Addr::new(a, b, c, d)
    }

    /// A text in which the names of phones that have their hardware's address in them are replaced.
    fn hardware_in(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.hardware(word).unwrap_or_else(|| word.into()));
            let next = after.find(char::is_alphanumeric).unwrap_or(after.len());
            out.push_str(&after[..next]);
            rest = &after[next..];
        }
        out
    }

    /// `SEP001122334455` with another address; nothing where a word is something else.
    pub(super) fn hardware(&self, word: &str) -> Option<String> {
        let (kind, address) = word.split_at_checked(3)?;
        let fits = kind.bytes().all(|b| b.is_ascii_alphabetic())
            && address.len() == 12
            && address.bytes().all(|b| b.is_ascii_hexdigit());
        fits.then(|| {
            let hash = self.hash(&[b"hardware", address.to_ascii_uppercase().as_bytes()]);
            let made: String = hash[..6].iter().map(|byte| format!("{byte:02X}")).collect();
            format!("{kind}{made}")
        })
    }
}

/// Whether a name is that of a host: with a dot, and of letters, digits, dots and hyphens.
fn is_host(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    name.contains('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Equipment, Property, Value};

    fn disguise() -> Disguise {
        Disguise::new(b"0123456789abcdef").unwrap()
    }

    #[test]
    fn a_phone_shows_neither_its_hardware_nor_its_person() {
        let mut desk = Device::new(Id::new("phones", "d-1"), "SEP001122334455".into());
        desk.description = Some("Ada Lovelace - 4021".into());
        desk.owner = Some(Id::new("phones", "ada-7"));
        desk.lines = vec![Line::parse("1: 4021 in Internal").unwrap()];
        let listed = Inventory { devices: vec![desk.clone()], ..Inventory::default() };
        let dressed = &disguise().inventory(&listed).devices[0];
        let shown = format!("{dressed:?}");
        for personal in ["001122334455", "Ada", "Lovelace", "4021", "ada"] {
            assert!(!shown.contains(personal), "{personal}: {shown}");
        }
        assert!(dressed.name.starts_with("SEP") && dressed.name.len() == desk.name.len());
        // The same as where they stand in a record.
        let [first, last] = ["Ada", "Lovelace"].map(|word| disguise().text(word, Dress::Words));
        let number = disguise().text("4021", Dress::Number);
        assert_eq!(dressed.description, Some(format!("{first} {last} - {number}").into()));
        assert_eq!(dressed.lines[0].number.number, number);
        assert_eq!(dressed.owner, Some(Id::new("phones", &disguise().text("ada-7", Dress::Words))));
    }

    #[test]
    fn hosts_stay_in_their_network_and_are_the_same_everywhere() {
        let mut gateway = Channel::new(Id::new("phones", "1"), "gw1.leeds.example".into());
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
        gateway.set(Property::Address, list(&["10.1.2.3:5060", "gw1.leeds.example"])).unwrap();
        gateway.set(Property::Endpoints, list(&["S0/SU0/DS1-0@gw1.leeds.example"])).unwrap();
        let listed = Inventory { channels: vec![gateway], ..Inventory::default() };
        let dressed = &disguise().inventory(&listed).channels[0];
        let host = &dressed.name;
        assert!(host.ends_with(".leeds.example") && !host.starts_with("gw1"), "{host}");
        assert!(dressed.address.contains(host));
        assert_eq!(dressed.endpoints, [Text::from(format!("S0/SU0/DS1-0@{host}"))]);
        let address = dressed.address.iter().find(|text| text.starts_with("10.1.")).unwrap();
        let (address, port) = address.split_once(':').unwrap();
        assert!(address.parse::<Ipv4Addr>().is_ok() && port == "5060" && address != "10.1.2.3");
        assert!(!disguise().address("2001:db8::1a").contains("1a"));
        assert_eq!(disguise().address("[fe80::1]:5060").rsplit_once(':').unwrap().1, "5060");
    }

    #[test]
    fn addresses_that_differ_still_do() {
        let all = (0..=u16::MAX).map(|n| {
            let [c, d] = n.to_be_bytes();
            disguise().ipv4(Ipv4Addr::new(10, 1, c, d))
        });
        assert_eq!(all.collect::<BTreeSet<_>>().len(), 1 << 16);
    }

    #[test]
    fn a_pattern_stays_and_a_member_is_dressed_as_peoples_extensions_are() {
        let mut group = SystemDevice::new(Id::new("phones", "1"), "Sales".into());
        group.number = Some("4[0-5]XX".into());
        group.members = vec![DirectoryNumber::parse("4021 in A").unwrap()];
        let listed = Inventory { system_devices: vec![group], ..Inventory::default() };
        let dressed = &disguise().inventory(&listed).system_devices[0];
        assert_eq!(dressed.number.as_deref(), Some("4[0-5]XX"));
        let member = format!("{} in A", disguise().text("4021", Dress::Number));
        assert_eq!(dressed.members[0].to_string(), member);
    }

    #[test]
    fn the_name_of_a_device_is_replaced_where_a_text_ends_in_it() {
        let (desk, profile) = ("SEP001122334455", "Ada of Sales");
        let names = Names([desk, profile].into());
        let disguise = disguise();
        let naming = |text: &str| disguise.naming(text, &names);
        assert_eq!(naming("primary extension"), "primary extension");
        assert_eq!(
            naming("first line of SEP001122334455"),
            format!("first line of {}", disguise.name(desk))
        );
        assert_eq!(
            naming("first line of device profile Ada of Sales"),
            format!("first line of device profile {}", disguise.name(profile))
        );
        // One that isn't listed.
        assert!(!naming("first line of SEPAABBCCDDEEFF").contains("AABB"));
    }
}
