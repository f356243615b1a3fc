//! What the ledger of the directory keeps about somebody.

use super::{Case, Entry, EntryKind, RecordSeen};
use crate::directory::{Id, Person, Text};

/// Its entries about the person and their records, in the ledger's order.
pub(super) fn entries(
    case: &Case<'_>,
    person: Option<&Person>,
    records: &[RecordSeen],
) -> Vec<Entry> {
    let own = |id: &Id| {
        person.is_some_and(|person| person.id == *id)
            || case.id == Some(id)
            || records.iter().any(|record| record.record == *id)
    };
    let held = case.held;
    let entry = |kind, what: Text, since| Entry { kind, what, since, until: None };
    let mut found = Vec::new();
    for skipped in held.skipped.iter().filter(|skipped| own(&skipped.id)) {
        let said = skipped.because.contains(skipped.id.as_str());
        let what = match said {
            true => skipped.because.clone(),
            false => smol_str::format_smolstr!("`{}`: {}", skipped.id, skipped.because),
        };
        found.push(entry(EntryKind::Skipped, what, skipped.since));
    }
    let about = |ids: &[Id]| ids.iter().any(own);
    for dispute in &held.disputes {
        if !about(&dispute.what.records) && !about(&dispute.what.people) {
            continue;
        }
        let records: Vec<&str> = dispute.what.records.iter().map(Id::as_str).collect();
        let what = smol_str::format_smolstr!(
            "{} `{}` would join `{}`, were it one to one",
            dispute.what.by,
            dispute.what.value,
            records.join("`, `")
        );
        found.push(entry(EntryKind::Dispute, what, dispute.since));
    }
    for unknown in held.unknown.iter().filter(|unknown| own(&unknown.what.id)) {
        let what =
            smol_str::format_smolstr!("it isn't known whether they left: {}", unknown.what.because);
        found.push(entry(EntryKind::Unknown, what, unknown.since));
    }
    for lost in held.disagreements.iter().filter(|lost| own(&lost.what.id)) {
        let what = smol_str::format_smolstr!(
            "`{}`: `{}` of `{}` lost to `{}`",
            lost.what.field,
            lost.what.value,
            lost.what.source,
            lost.what.winner
        );
        found.push(entry(EntryKind::Disagreement, what, lost.since));
    }
    found
}
