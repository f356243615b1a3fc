//! What changes of devices, system devices and channels mean together.

use super::{
    changes_text::{self, listed},
    equipment_text::{counted_changes, counted_kinds, noun_of},
    safe::safe,
    styles::{DIM, painted},
    value::value,
    wording::{Tense, counted, grouped, verbed},
};
use crate::plan::{Action, EntryKind, Handed, Handover, Meaning, MeaningKind, Owner, Plan};

/// Devices listed of a meaning.
const LISTED: usize = 20;

/// The sign and the sentence of a meaning of equipment.
pub(super) fn sentence(plan: &Plan, meaning: &Meaning, tense: Tense) -> Option<(char, String)> {
    let changes = || changes_text::of_meaning(plan, meaning);
    let count = || counted_changes(&changes());
    let conditional = tense == Tense::Conditional;
    if let Some((devices, handover)) = only_handover(meaning) {
        let device = match devices {
            [one] => {
                format!("{} {}", noun_of(EntryKind::Device, one.kind.as_deref()), name(&one.name))
            }
            several => {
                counted_kinds(EntryKind::Device, several.iter().map(|one| one.kind.as_ref()))
            }
        };
        let passes = verbed(conditional, "pass", "passed");
        return Some((
            '=',
            match (&handover.from, &handover.to) {
                (Some(from), Some(to)) => {
                    format!("{device} {passes} from {} to {}", name(&from.name), name(&to.name))
                }
                (None, Some(to)) => {
                    let become_ = verbed(conditional, "become", "became");
                    format!("{device} {become_} {}'s", name(&to.name))
                }
                (Some(from), None) => {
                    let be =
                        verbed(conditional, "be", if devices.len() == 1 { "is" } else { "are" });
                    format!("{device} {be} nobody's any more, after {}", name(&from.name))
                }
                (None, None) => format!("{device} {}", verbed(conditional, "change", "changed")),
            },
        ));
    }
    if let Some(first) = meaning.handovers.first() {
        let what = if first.from.is_none() {
            verbed(conditional, "get an owner", "got an owner")
        } else {
            verbed(conditional, "be nobody's any more", "are nobody's any more")
        };
        return Some(('=', format!("{} {what}", count())));
    }
    let part = meaning.parts.first()?;
    match meaning.kind {
        MeaningKind::PartitionRenamed => {
            let rename = verbed(conditional, "rename", "renamed");
            let (from, to) = (value(&part.before), value(&part.after));
            let numbers = counted(part.people, "number");
            Some(('~', format!("{rename} partition {from} to {to}: {numbers} of {}", count())))
        }
        _ => Some(('~', format!("{} {}", tense.verb(Action::Update), count()))),
    }
}

fn name(text: &str) -> String {
    safe(text).cut(60).to_string()
}

/// The devices of a meaning that is of one person and another.
fn only_handover(meaning: &Meaning) -> Option<(&[Handed], &Handover)> {
    match meaning.handovers.as_slice() {
        [one] => Some((&one.devices, one)),
        _ => None,
    }
}

/// The lines under a meaning of equipment.
pub(super) fn details(meaning: &Meaning, all: bool) -> Vec<String> {
    if let Some((devices, handover)) = only_handover(meaning) {
        let key = |owner: &Owner| safe(&owner.key).cut(60).to_string();
        let ids = match (&handover.from, &handover.to) {
            (Some(from), Some(to)) => format!("{} -> {}", key(from), key(to)),
            (Some(only), None) | (None, Some(only)) => key(only),
            (None, None) => String::new(),
        };
        let mut said = vec![ids];
        if let Some(from) = &handover.from {
            said.push(format!("earlier calls stay with {}", name(&from.name)));
        }
        let mut lines = vec![said.join("; ")];
        if devices.len() > 1 {
            let names: Vec<&str> = devices.iter().map(|one| one.name.as_str()).collect();
            let most = if all { usize::MAX } else { LISTED };
            lines.push(painted(DIM, listed(&names, most)));
        }
        return lines;
    }
    let each = meaning.handovers.iter().flat_map(|handover| {
        handover.devices.iter().map(|device| match (&handover.from, &handover.to) {
            (_, Some(to)) => format!("{}: {}", name(&device.name), name(&to.name)),
            (Some(from), None) => format!("{}: was {}'s", name(&device.name), name(&from.name)),
            (None, None) => name(&device.name),
        })
    });
    let most = if all { usize::MAX } else { LISTED };
    let mut told: Vec<String> = each.collect();
    if told.len() > most {
        let more = told.len() - most;
        told.truncate(most);
        told.push(format!("and {} more", grouped(more as u64)));
    }
    told
}
