//! Any one of the things that calls run through, whichever of the three kinds it is.

use std::iter;

use super::{
    Channel, Device, DirectoryNumber, Equipment, Id, Inventory, Property, Status, SystemDevice,
    Text, Value,
};

/// A device, a system device or a channel of an [`Inventory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'i> {
    /// A phone or a device profile.
    Device(&'i Device),
    /// A hunt group, a port or a bridge.
    SystemDevice(&'i SystemDevice),
    /// A gateway or a SIP trunk.
    Channel(&'i Channel),
}

/// Gives the same of whichever it is.
macro_rules! of_each {
    ($piece:expr, $one:ident => $gives:expr) => {
        match $piece {
            Piece::Device($one) => $gives,
            Piece::SystemDevice($one) => $gives,
            Piece::Channel($one) => $gives,
        }
    };
}

impl<'i> Piece<'i> {
    /// Kept for life.
    pub fn id(self) -> &'i Id {
        of_each!(self, one => &one.id)
    }

    /// What the switch calls it.
    pub fn name(self) -> &'i Text {
        of_each!(self, one => &one.name)
    }

    /// The number space of its switch.
    pub fn pbx(self) -> &'i Text {
        of_each!(self, one => &one.pbx)
    }

    /// In use, or disabled with a reason.
    pub fn status(self) -> &'i Status {
        of_each!(self, one => &one.status)
    }

    /// The word for its kind: `phone`, `hunt-group`, `sip-trunk`.
    pub fn kind(self) -> &'static str {
        of_each!(self, one => one.kind.as_str())
    }

    /// What can be known of it, in the order that a person reads it.
    pub fn properties(self) -> &'static [Property] {
        fn of<T: Equipment>(_: &T) -> &'static [Property] {
            T::PROPERTIES
        }
        of_each!(self, one => of(one))
    }

    /// The value of a property; [`Value::None`] where there is nothing.
    pub fn get(self, property: Property) -> Value {
        of_each!(self, one => one.get(property))
    }

    /// What calls to it and from it are told by besides its name: the endpoints of a channel.
    pub fn endpoints(self) -> &'i [Text] {
        match self {
            Piece::Channel(channel) => &channel.endpoints,
            Piece::Device(_) | Piece::SystemDevice(_) => &[],
        }
    }

    /// The number that is its own, rather than a line of somebody.
    pub fn number(self) -> Option<DirectoryNumber> {
        match self {
            Piece::SystemDevice(one) => one.directory_number(),
            Piece::Device(_) | Piece::Channel(_) => None,
        }
    }

    /// The person whose it is.
    pub fn owner(self) -> Option<&'i Id> {
        match self {
            Piece::Device(device) => device.owner.as_ref(),
            Piece::SystemDevice(_) | Piece::Channel(_) => None,
        }
    }
}

impl Inventory {
    /// Everything in it: devices, then system devices, then channels, each by id.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let Self { devices, system_devices, channels } = self;
        let devices = devices.iter().map(Piece::Device);
        let system_devices = system_devices.iter().map(Piece::SystemDevice);
        devices.chain(system_devices).chain(channels.iter().map(Piece::Channel))
    }

    /// The one of that id.
    pub fn piece(&self, id: &Id) -> Option<Piece<'_>> {
        fn at<'i, T: Equipment>(all: &'i [T], id: &Id) -> Option<&'i T> {
            all.binary_search_by(|one| one.id().cmp(id)).ok().map(|at| &all[at])
        }
        let Self { devices, system_devices, channels } = self;
        let device = at(devices, id).map(Piece::Device);
        let system = || at(system_devices, id).map(Piece::SystemDevice);
        device.or_else(system).or_else(|| at(channels, id).map(Piece::Channel))
    }

    /// The devices of one person, in use and disabled, by id.
    pub fn devices_of<'i>(&'i self, person: &Id) -> impl Iterator<Item = &'i Device> {
        let owned = move |device: &&Device| device.owner.as_ref() == Some(person);
        self.devices.iter().filter(owned)
    }

    /// An inventory with nothing but this in it.
    pub fn of_one(piece: Piece<'_>) -> Self {
        let mut inventory = Self::default();
        match piece {
            Piece::Device(one) => inventory.devices.extend(iter::once(one.clone())),
            Piece::SystemDevice(one) => inventory.system_devices.extend(iter::once(one.clone())),
            Piece::Channel(one) => inventory.channels.extend(iter::once(one.clone())),
        }
        inventory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_found_by_its_id_whatever_its_kind() {
        let id = |key: &str| Id::new("ucm", key);
        let inventory = Inventory {
            devices: vec![Device::new(id("1"), "SEP1".into()), Device::new(id("3"), "SEP3".into())],
            system_devices: vec![SystemDevice::new(id("2"), "Sales".into())],
            channels: vec![Channel::new(id("4"), "gw".into())],
        };
        let names: Vec<&str> = inventory.pieces().map(|piece| piece.name().as_str()).collect();
        assert_eq!(names, ["SEP1", "SEP3", "Sales", "gw"]);
        for piece in inventory.pieces() {
            assert_eq!(inventory.piece(piece.id()), Some(piece));
            assert_eq!(Inventory::of_one(piece).pieces().collect::<Vec<_>>(), [piece]);
        }
        assert_eq!(inventory.piece(&id("5")), None);
    }
}
