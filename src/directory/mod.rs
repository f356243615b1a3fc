//! Who can be reached, and where they stand: the directory in the field's own words.

mod channel;
mod collection;
mod device;
mod equipment;
mod extension;
mod field;
mod group;
mod id;
mod joined;
mod ledger;
mod number;
mod person;
mod piece;
#[cfg(test)]
pub(crate) mod sample;
mod sharing;
mod system_device;
mod words;

pub use channel::{Channel, ChannelKind};
pub use collection::Collection;
pub use device::{Device, DeviceKind, Ownership};
pub use equipment::{Equipment, Inventory, Property, WrongProperty};
pub use extension::{Extension, NotDialable};
pub use field::{Field, FieldKind, Value, WrongValue};
pub use group::{BadPath, Group, GroupPath};
pub use id::{BadId, Id};
pub use joined::{BadJoined, Joined};
pub use ledger::{Disagreement, Dispute, Since, Skipped, Unknown};
pub use number::{BadNumber, DirectoryNumber, Line};
pub use person::{Person, Reason, Status};
pub use piece::Piece;
pub use sharing::Sharing;
pub use system_device::{SystemDevice, SystemDeviceKind};
pub(crate) use words::words;

/// Text of the directory: cheap to copy, short texts without an allocation.
pub type Text = smol_str::SmolStr;

/// Everything that is known at one moment: one commit of the state, or what the sources want it to be.
///
/// Every list is sorted by its key (id, path, name) and holds a key once; so two directories are
/// compared by one walk through both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// People, active and disabled, sorted by [`Person::id`].
    pub people: Vec<Person>,
    /// Devices, system devices and channels, in use and disabled.
    pub inventory: Inventory,
    /// The places in the tree, sorted by path; an ancestor of a group is a group too.
    pub groups: Vec<Group>,
    /// Named sets of people across the tree, sorted by name.
    pub collections: Vec<Collection>,
    /// The ledger of records that were read and not used, sorted by id.
    pub skipped: Vec<Skipped>,
    /// Records that would be joined were it one to one, sorted.
    pub disputes: Vec<Since<Dispute>>,
    /// People whose absence is not proven, sorted by id.
    pub unknown: Vec<Since<Unknown>>,
    /// Values that lost to another source's, sorted.
    pub disagreements: Vec<Since<Disagreement>>,
}

impl Directory {
    /// Returns the person of that id.
    pub fn person(&self, id: &Id) -> Option<&Person> {
        self.people.binary_search_by(|person| person.id.cmp(id)).ok().map(|at| &self.people[at])
    }

    /// How many licences the directory takes: its active people whose calls are logged.
    ///
    /// A person marked `do_not_log` takes none, as in TIM Enterprise.
    pub fn licences(&self) -> u64 {
        self.people.iter().filter(|person| person.takes_licence()).count() as u64
    }
}

/// Bytes in hexadecimal, as digests are written.
pub fn hexadecimal(bytes: &[u8]) -> Text {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a `String` can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}
