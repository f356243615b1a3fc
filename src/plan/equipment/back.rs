//! The way back of equipment.

use super::{Planned, all_of, change, differences, walk};
use crate::{
    directory::{Channel, Device, Inventory, Reason, Status, SystemDevice},
    plan::{Action, Change, WayBack},
};

/// The changes of equipment that lead back to an earlier inventory. As of people, what came since
/// is disabled by hand, so that no source brings it back unasked.
pub(in crate::plan) fn back(held: &Inventory, then: &Inventory, to: &WayBack) -> Vec<Change> {
    fn of<T: Planned>(held: &Inventory, then: &Inventory, to: &WayBack, changes: &mut Vec<Change>) {
        walk(T::all(held), T::all(then), |is, was| {
            changes.extend(match (is, was) {
                (Some(is), Some(was)) => of_both(is, was),
                (Some(is), None) => is.status().is_active().then(|| {
                    let evidence = format!("not in the directory at {}", to.named());
                    let mut gone = change(Action::Disable, is, Vec::new());
                    (gone.reason, gone.evidence) = (Some(Reason::Manual), Some(evidence.into()));
                    gone
                }),
                (None, Some(was)) => {
                    was.status().is_active().then(|| change(Action::Add, was, all_of(was)))
                }
                (None, None) => None,
            });
        });
    }
    let mut changes = Vec::new();
    of::<Device>(held, then, to, &mut changes);
    of::<SystemDevice>(held, then, to, &mut changes);
    of::<Channel>(held, then, to, &mut changes);
    changes
}

fn of_both<T: Planned>(is: &T, was: &T) -> Option<Change> {
    let fields = || differences(is, was);
    match (is.status(), was.status()) {
        (Status::Disabled { .. }, Status::Disabled { .. }) => None,
        (Status::Disabled { .. }, Status::Active) => Some(change(Action::Enable, was, fields())),
        (Status::Active, Status::Disabled { reason, evidence, .. }) => {
            let mut gone = change(Action::Disable, was, fields());
            (gone.reason, gone.evidence) = (Some(*reason), Some(evidence.clone()));
            Some(gone)
        }
        (Status::Active, Status::Active) => {
            let fields = fields();
            (!fields.is_empty()).then(|| change(Action::Update, was, fields))
        }
    }
}
