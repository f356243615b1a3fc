//! How many devices, system devices and channels there are of what.

use super::wording::{Tense, counted, grouped};
use crate::plan::{Action, EntryKind, EquipmentSummary, Plan, SourceReport};

/// "Devices: 3 to add, 12 to update; 60,028 unchanged." of each kind of which any changes.
pub(super) fn totals(plan: &Plan, tense: Tense) -> Vec<String> {
    let changed = plan.summary.equipment().into_iter().filter(|(_, counts)| !counts.is_still());
    changed
        .map(|(entry, counts)| {
            let said = each_way(counts, |action, count| match tense {
                Tense::Conditional => format!("{} to {}", grouped(count), action.as_str()),
                Tense::Past => format!("{} {}", grouped(count), tense.verb(action)),
            });
            let unchanged = grouped(counts.unchanged);
            format!("{}: {}; {unchanged} unchanged.", title(entry), said.join(", "))
        })
        .collect()
}

fn title(entry: EntryKind) -> &'static str {
    match entry {
        EntryKind::SystemDevice => "System devices",
        EntryKind::Channel => "Channels",
        EntryKind::Device | EntryKind::Person | EntryKind::Group | EntryKind::Collection => {
            "Devices"
        }
    }
}

fn each_way(counts: &EquipmentSummary, said: impl Fn(Action, u64) -> String) -> Vec<String> {
    let EquipmentSummary { add, update, disable, enable, unchanged: _, unknown: _ } = counts;
    let ways = [
        (Action::Add, *add),
        (Action::Update, *update),
        (Action::Enable, *enable),
        (Action::Disable, *disable),
    ];
    ways.into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(action, count)| said(action, count))
        .collect()
}

/// For the subject of a commit: `12 devices changed`, `3 channels added`.
pub(super) fn subject(plan: &Plan) -> Vec<String> {
    let of = plan.summary.equipment().into_iter().flat_map(|(entry, counts)| {
        let mut noun = Some(entry.noun());
        let mut said = Vec::new();
        for (count, word) in [
            (counts.add, "added"),
            (counts.update, "changed"),
            (counts.enable, "returned"),
            (counts.disable, "disabled"),
        ] {
            if count > 0 {
                // Only the first says of what: "3 devices added, 12 changed".
                said.push(match noun.take() {
                    Some(noun) => format!("{} {word}", counted(count, noun)),
                    None => format!("{} {word}", grouped(count)),
                });
            }
        }
        (!said.is_empty()).then(|| said.join(", "))
    });
    of.collect()
}

/// "40 devices, 3 channels" of a source's listing.
pub(super) fn of_listing(report: &SourceReport) -> String {
    let counts = [
        (report.devices, EntryKind::Device),
        (report.system_devices, EntryKind::SystemDevice),
        (report.channels, EntryKind::Channel),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, entry)| format!(", {}", counted(count, entry.noun()))).collect()
}

/// "40 devices and 1 channel", of which nothing is known; nothing where there are none.
pub(super) fn unknown(plan: &Plan) -> Vec<String> {
    let some = plan.summary.equipment().into_iter().filter(|(_, counts)| counts.unknown > 0);
    some.map(|(entry, counts)| counted(counts.unknown, entry.noun())).collect()
}
