//! What lies between two commits, of devices, system devices and channels.

use std::cmp::Ordering;

use crate::{
    directory::{Inventory, Piece, Property, Reason, Status, Text, Value},
    explain::entry_kind,
    plan::{Action, Cause, Change, FieldChange},
};

/// What happened to all of them, those of one kind after another, each by id.
pub fn between(before: &Inventory, after: &Inventory) -> Vec<Change> {
    let mut changes = Vec::new();
    for (old, new) in kinds(before).iter().zip(&kinds(after)) {
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.id().cmp(new.id()),
            };
            let was = if order.is_le() { old.next().copied() } else { None };
            let is = if order.is_ge() { new.next().copied() } else { None };
            changes.extend(of_piece(was, is));
        }
    }
    changes
}

/// Those of each kind, by id.
fn kinds(inventory: &Inventory) -> [Vec<Piece<'_>>; 3] {
    let Inventory { devices, system_devices, channels } = inventory;
    [
        devices.iter().map(Piece::Device).collect(),
        system_devices.iter().map(Piece::SystemDevice).collect(),
        channels.iter().map(Piece::Channel).collect(),
    ]
}

/// What happened to one between two commits; nothing where it stayed as it was.
pub fn of_piece(before: Option<Piece<'_>>, after: Option<Piece<'_>>) -> Option<Change> {
    let about = after.or(before)?;
    let mut change = Change {
        id: Text::default(),
        action: Action::Update,
        entry: entry_kind(about),
        key: about.id().clone().into(),
        name: about.name().clone(),
        fields: Vec::new(),
        reason: None,
        evidence: None,
        with: None,
        cause: Cause { source: Some(about.id().source().into()), ..Cause::default() },
    };
    if let Some(after) = after {
        let was = |property| before.map_or(Value::None, |before| before.get(property));
        let each = after.properties().iter().map(|&property: &Property| FieldChange {
            field: Text::new_static(property.name()),
            before: was(property),
            after: after.get(property),
        });
        change.fields = each.filter(|field| field.before != field.after).collect();
    }
    match (before.map(Piece::status), after.map(Piece::status)) {
        // It came and went in between.
        (None, None | Some(Status::Disabled { .. })) => return None,
        (None, Some(Status::Active)) => change.action = Action::Add,
        (Some(_), None) => {
            change.action = Action::Disable;
            change.reason = Some(Reason::Manual);
            change.evidence = Some("no longer in the directory".into());
        }
        (Some(Status::Active), Some(Status::Disabled { reason, evidence, .. })) => {
            change.action = Action::Disable;
            change.reason = Some(*reason);
            change.evidence = Some(evidence.clone());
        }
        (Some(Status::Disabled { .. }), Some(Status::Active)) => change.action = Action::Enable,
        (Some(Status::Active), Some(Status::Active))
        | (Some(Status::Disabled { .. }), Some(Status::Disabled { .. })) => {
            if change.fields.is_empty() {
                return None;
            }
        }
    }
    Some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Device, Equipment, Id, sample::office};

    fn disabled(device: &Device) -> Device {
        let mut device = device.clone();
        device.status = Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "no longer listed".into(),
        };
        device
    }

    #[test]
    fn what_happened_to_a_device_has_one_word() {
        let here = office().inventory.devices.remove(0);
        let mut passed = here.clone();
        passed.owner = Some(Id::new("staff", "8"));
        let gone = disabled(&here);
        for (before, after, action) in [
            (None, Some(&here), Some(Action::Add)),
            (Some(&here), Some(&passed), Some(Action::Update)),
            (Some(&here), Some(&gone), Some(Action::Disable)),
            (Some(&gone), Some(&here), Some(Action::Enable)),
            (Some(&here), None, Some(Action::Disable)),
            (None, Some(&gone), None),
            (Some(&here), Some(&here), None),
            (Some(&gone), Some(&gone), None),
        ] {
            let told = of_piece(before.map(Piece::Device), after.map(Piece::Device));
            assert_eq!(told.map(|change| change.action), action);
        }
        let told = of_piece(Some(Piece::Device(&here)), Some(Piece::Device(&passed))).unwrap();
        let [FieldChange { field, before, after }] = told.fields.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(field, "owner");
        assert_eq!(
            (before, after),
            (&Value::Text("staff/7".into()), &Value::Text("staff/8".into()))
        );
    }

    #[test]
    fn all_three_kinds_are_compared() {
        let before = office().inventory;
        let mut after = before.clone();
        after.devices[0].model = Some("Cisco 8845".into());
        after.devices.push(Device::new(Id::new("ucm", "d9"), "SEP9".into()));
        after.system_devices[0].members.reverse();
        after.channels.clear();
        let changes = between(&before, &after);
        let told: Vec<_> =
            changes.iter().map(|change| (change.key.as_str(), change.action)).collect();
        assert_eq!(
            told,
            [
                ("ucm/d1", Action::Update),
                ("ucm/d9", Action::Add),
                ("ucm/h1", Action::Update),
                ("ucm/g1", Action::Disable)
            ]
        );
    }
}
