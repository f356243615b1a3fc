//! With whom a line is shared.

use std::collections::BTreeMap;

use super::{Device, DirectoryNumber, Id, Line};

/// The people on whose devices each shared number is, of the devices in use.
#[derive(Debug, Default)]
pub struct Sharing<'i> {
    /// By the source's name, the number space and the number; sorted, each device once.
    known: BTreeMap<Key<'i>, Vec<(&'i Id, &'i Device)>>,
}

type Key<'i> = (&'i str, &'i str, &'i DirectoryNumber);

impl<'i> Sharing<'i> {
    /// Looks through devices. Lines that nobody shares cost nothing.
    pub fn of(devices: &'i [Device]) -> Self {
        let mut known: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for device in devices.iter().filter(|device| device.status.is_active()) {
            let Some(owner) = &device.owner else { continue };
            for line in device.lines.iter().filter(|line| line.shared) {
                known.entry(key(device, line)).or_default().push((owner, device));
            }
        }
        for with in known.values_mut() {
            with.sort_by_key(|(owner, device)| (*owner, &device.id));
            with.dedup_by_key(|(_, device)| &device.id);
        }
        Self { known }
    }

    /// The others who have a device's line on devices of theirs, with these; sorted by person.
    pub fn with(&self, device: &'i Device, line: &'i Line) -> Vec<(&'i Id, Vec<&'i Device>)> {
        let with = self.known.get(&key(device, line)).map_or(&[][..], Vec::as_slice);
        with.chunk_by(|a, b| a.0 == b.0)
            .filter(|of_one| Some(of_one[0].0) != device.owner.as_ref())
            .map(|of_one| (of_one[0].0, of_one.iter().map(|(_, device)| *device).collect()))
            .collect()
    }
}

fn key<'i>(device: &'i Device, line: &'i Line) -> Key<'i> {
    (device.id.source(), &device.pbx, &line.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Equipment, Reason, Status};

    #[test]
    fn a_shared_line_names_the_others_and_not_ones_own_second_device() {
        let device = |key: &str, owner: &str, lines: &[&str]| {
            let mut device = Device::new(Id::new("ucm", key), key.into());
            device.owner = Some(Id::new("staff", owner));
            device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
            device
        };
        let mut old = device("old", "9", &["1 (shared): 4021 in A"]);
        old.status = Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
        let devices = [
            device("desk", "7", &["1 (shared): 4021 in A", "2: 4030 in A"]),
            device("mobile", "7", &["1 (shared): 4021 in A"]),
            device("grace", "8", &["1: 4040 in A", "2 (shared): 4021 in A"]),
            device("other", "6", &["1: 4021 in B"]),
            old,
        ];
        let sharing = Sharing::of(&devices);
        let with = |device: usize, line: usize| -> Vec<String> {
            let with = sharing.with(&devices[device], &devices[device].lines[line]);
            with.iter().map(|(id, on)| format!("{id} on {}", on.len())).collect()
        };
        assert_eq!(with(0, 0), ["staff/8 on 1"]);
        assert_eq!(with(2, 1), ["staff/7 on 2"]);
        assert!(with(0, 1).is_empty() && with(3, 0).is_empty());
    }
}
