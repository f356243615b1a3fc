//! Which equipment is meant.

use crate::directory::{Device, Directory, DirectoryNumber, Id, Inventory, Piece};

use super::super::select::{alike, known};

/// The equipment of a directory that is meant: by id; else by name, else by an endpoint, as it is
/// in call records; else by its own number, else by a number on a device: `8000`, `hq:8000`,
/// `8000 in Internal`.
///
/// What is in use comes before what was. Nothing where the directory has a person of that id, or an
/// active one who goes by that number, address or name.
pub fn equipment<'d>(directory: &'d Directory, who: &str) -> Vec<Piece<'d>> {
    if directory.inventory.is_empty() {
        return Vec::new();
    }
    let people = known(directory, who);
    let is_this = |id: &Id| id.as_str() == who;
    if people.iter().any(|person| person.status.is_active() || is_this(&person.id)) {
        return Vec::new();
    }
    let found = listed(&directory.inventory, who);
    // Somebody who had the number or the name comes before a thing that had it.
    let before = |piece: &Piece<'_>| !piece.status().is_active() && !is_this(piece.id());
    if found.iter().any(before) && !people.is_empty() { Vec::new() } else { found }
}

/// The same, where nobody is asked first: what sources list.
pub fn listed<'d>(inventory: &'d Inventory, who: &str) -> Vec<Piece<'d>> {
    if let Some(one) = Id::parse(who).ok().and_then(|id| inventory.piece(&id)) {
        return vec![one];
    }
    let wanted = Number::parse(who);
    let named = |piece: &Piece<'_>| alike(piece.name(), who);
    // An analogue telephone is a device, and an endpoint of its gateway.
    let ends = |piece: &Piece<'_>| piece.endpoints().iter().any(|name| alike(name, who));
    let numbered = |piece: &Piece<'_>| {
        let number = piece.number();
        wanted.iter().zip(&number).any(|(wanted, number)| wanted.is(piece.pbx(), number))
    };
    let rings = |piece: &Piece<'_>| match piece {
        Piece::Device(Device { pbx, lines, .. }) => {
            wanted.iter().any(|wanted| lines.iter().any(|line| wanted.is(pbx, &line.number)))
        }
        Piece::SystemDevice(_) | Piece::Channel(_) => false,
    };
    let ways: [&dyn Fn(&Piece<'_>) -> bool; 4] = [&named, &ends, &numbered, &rings];
    let mut before = Vec::new();
    for way in ways {
        let found: Vec<Piece<'_>> = inventory.pieces().filter(|piece| way(piece)).collect();
        let (active, disabled): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|piece| piece.status().is_active());
        if !active.is_empty() {
            return active;
        }
        if before.is_empty() {
            before = disabled;
        }
    }
    before
}

/// A number as it is typed.
struct Number<'w> {
    pbx: Option<&'w str>,
    number: &'w str,
    partition: Option<&'w str>,
}

impl<'w> Number<'w> {
    fn parse(who: &'w str) -> Option<Self> {
        let (number, partition) = match who.split_once(" in ") {
            Some((number, partition)) => (number, Some(partition)),
            None => (who, None),
        };
        let (pbx, number) = match number.split_once(':') {
            Some((pbx, number)) => (Some(pbx), number),
            None => (None, number),
        };
        (!number.is_empty()).then_some(Self { pbx, number, partition })
    }

    fn is(&self, pbx: &str, number: &DirectoryNumber) -> bool {
        self.pbx.is_none_or(|wanted| wanted == pbx)
            && number.number == self.number
            && self.partition.is_none_or(|wanted| number.partition.as_deref() == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Equipment, Extension, Reason, Status, SystemDevice, sample::office};

    fn found(directory: &Directory, who: &str) -> String {
        let found = equipment(directory, who);
        found.iter().map(|piece| piece.id().key()).collect::<Vec<_>>().join(" ")
    }

    fn disabled() -> Status {
        Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        }
    }

    #[test]
    fn equipment_goes_by_what_call_records_say() {
        let office = office();
        for (who, keys) in [
            ("ucm/d1", "d1"),
            ("sep001122334455", "d1"),
            ("SALES DESK", "h1"),
            ("gw.example.net", "g1"),
            ("s0/su0/ds1-0@gw.example.net", "g1"),
            ("8000", "h1"),
            ("hq:8000", "h1"),
            ("8000 in Internal", "h1"),
            ("hq:8000 in Internal", "h1"),
            ("8000 in Other", ""),
            ("leeds:8000", ""),
            ("4099", "d3"),
            ("4030", "d1 d2"),
            ("nothing", ""),
            ("", ""),
        ] {
            assert_eq!(found(&office, who), keys, "{who}");
        }
    }

    #[test]
    fn a_telephone_comes_before_the_gateway_whose_port_it_is() {
        let mut office = office();
        office.inventory.channels[0].endpoints.push("SEP001122334455".into());
        assert_eq!(found(&office, "SEP001122334455"), "d1");
        office.inventory.devices.clear();
        assert_eq!(found(&office, "SEP001122334455"), "g1");
    }

    #[test]
    fn who_has_a_number_now_comes_first_and_people_before_things() {
        let mut office = office();
        office.people[0].extension = Some(Extension::parse("4021").unwrap());
        assert_eq!(found(&office, "4021"), "", "the person, not their phone");
        office.people[0].status = disabled();
        assert_eq!(found(&office, "4021"), "d1");
        office.inventory.devices[0].status = disabled();
        assert_eq!(found(&office, "4021"), "", "both had it");
        office.people[0].extension = None;
        assert_eq!(found(&office, "4021"), "d1");
        let mut other = SystemDevice::new(Id::new("ucm", "h2"), "Old desk".into());
        (other.pbx, other.number, other.status) = ("hq".into(), Some("8000".into()), disabled());
        office.inventory.system_devices.push(other);
        assert_eq!(found(&office, "8000"), "h1");
        office.inventory.system_devices[1].status = Status::Active;
        assert_eq!(found(&office, "8000"), "h1 h2");
    }
}
