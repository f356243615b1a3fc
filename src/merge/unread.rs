//! Equipment of which a listing could say nothing.

use crate::{
    directory::{Channel, Device, Equipment, Id, Inventory, Property, SystemDevice, Text},
    plan::Sighting,
    source::Unread,
};

/// Puts what the directory has in the place of what a source couldn't read, so that nothing follows
/// from it: equipment of a kind of which nothing was read is as it is held, whatever the listing
/// takes it for, and a property that wasn't read keeps its value where none came.
pub fn leave_unread(wanted: &mut Inventory, held: &Inventory, sightings: &[Sighting]) {
    for Sighting { source, unread, .. } in sightings {
        for Unread { kind, properties, because: _ } in unread {
            let of = Of { source, kind };
            if properties.is_empty() {
                let ids = of.ids(held);
                of.drop::<Device>(&ids, wanted);
                of.drop::<SystemDevice>(&ids, wanted);
                of.drop::<Channel>(&ids, wanted);
                of.keep::<Device>(held, wanted);
                of.keep::<SystemDevice>(held, wanted);
                of.keep::<Channel>(held, wanted);
                wanted.sort();
            } else {
                of.fill::<Device>(properties, held, wanted);
                of.fill::<SystemDevice>(properties, held, wanted);
                of.fill::<Channel>(properties, held, wanted);
            }
        }
    }
}

/// Equipment of one source and kind.
struct Of<'a> {
    source: &'a str,
    kind: &'a Text,
}

impl Of<'_> {
    fn is<T: Equipment>(&self, one: &T) -> bool {
        one.id().source() == self.source
            && one.get(Property::Kind).as_text() == Some(self.kind.as_str())
    }

    /// Those in use.
    fn held<'h, T: Equipment>(&self, held: &'h Inventory) -> impl Iterator<Item = &'h T> {
        T::all(held).iter().filter(|one| one.status().is_active() && self.is(*one))
    }

    /// The ids of all that are in use, sorted.
    fn ids<'h>(&self, held: &'h Inventory) -> Vec<&'h Id> {
        let mut ids: Vec<&Id> = self.held::<Device>(held).map(Equipment::id).collect();
        ids.extend(self.held::<SystemDevice>(held).map(Equipment::id));
        ids.extend(self.held::<Channel>(held).map(Equipment::id));
        ids.sort_unstable();
        ids
    }

    fn drop<T: Equipment>(&self, ids: &[&Id], wanted: &mut Inventory) {
        T::all_mut(wanted).retain(|one| ids.binary_search(&one.id()).is_err());
    }

    fn keep<T: Equipment>(&self, held: &Inventory, wanted: &mut Inventory) {
        T::all_mut(wanted).extend(self.held::<T>(held).cloned());
    }

    fn fill<T: Equipment>(
        &self,
        properties: &[Property],
        held: &Inventory,
        wanted: &mut Inventory,
    ) {
        let held = T::all(held);
        for one in T::all_mut(wanted).iter_mut().filter(|one| self.is(*one)) {
            let Ok(at) = held.binary_search_by(|other| other.id().cmp(one.id())) else { continue };
            for property in properties.iter().filter(|property| T::PROPERTIES.contains(property)) {
                if one.get(*property).is_empty() {
                    // Taken from one of its own kind, so it fits.
                    let _ = one.set(*property, held[at].get(*property));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{ChannelKind, Reason, Status, SystemDeviceKind},
        source::Coverage,
    };

    fn port(key: &str) -> SystemDevice {
        SystemDevice {
            kind: SystemDeviceKind::ContactCentrePort,
            ..SystemDevice::new(Id::new("phones", key), key.into())
        }
    }

    fn gateway(key: &str, endpoints: &[&str]) -> Channel {
        Channel {
            endpoints: endpoints.iter().map(|name| Text::from(*name)).collect(),
            ..Channel::new(Id::new("phones", key), key.into())
        }
    }

    fn left(wanted: Inventory, held: &Inventory, kind: &str, properties: &[Property]) -> Inventory {
        let coverage = Coverage::Complete { proof: "all".into() };
        let mut sighting = Sighting::new("phones".into(), coverage, 1);
        sighting.unread.push(Unread {
            kind: kind.into(),
            properties: properties.into(),
            because: "the release lacks it".into(),
        });
        let mut wanted = wanted;
        leave_unread(&mut wanted, held, &[sighting]);
        wanted
    }

    #[test]
    fn what_was_not_read_at_all_is_as_it_is_held_and_nothing_else_is() {
        let mut gone = port("old");
        let since = jiff::Timestamp::UNIX_EPOCH;
        let status = Status::Disabled { reason: Reason::Gone, since, evidence: "x".into() };
        gone.set_status(status);
        let bridge = SystemDevice { kind: SystemDeviceKind::ConferenceBridge, ..port("bridge") };
        let elsewhere = SystemDevice::new(Id::new("others", "a"), "a".into());
        let held = Inventory {
            system_devices: vec![elsewhere, port("a"), bridge, gone],
            ..Inventory::default()
        };
        // A port of the contact centre is a phone where its users aren't known.
        let phone = |key: &str| Device::new(Id::new("phones", key), key.into());
        let wanted = Inventory { devices: vec![phone("a"), phone("b")], ..Inventory::default() };
        let left = left(wanted, &held, "contact-centre-port", &[]);
        assert_eq!(left.devices, [phone("b")]);
        assert_eq!(left.system_devices, [port("a")]);
    }

    #[test]
    fn a_property_that_was_not_read_keeps_its_value_where_none_came() {
        let held = Inventory {
            channels: vec![gateway("a", &["p1"]), gateway("b", &["p2"]), gateway("gone", &["p3"])],
            ..Inventory::default()
        };
        let trunk = Channel { kind: ChannelKind::SipTrunk, ..gateway("b", &[]) };
        let wanted = Inventory {
            channels: vec![gateway("a", &[]), trunk.clone(), gateway("new", &["p4"])],
            ..Inventory::default()
        };
        let left = left(wanted, &held, "gateway", &[Property::Endpoints]);
        assert_eq!(left.channels, [gateway("a", &["p1"]), trunk, gateway("new", &["p4"])]);
    }
}
