//! Who was read and not used, and since when.

use jiff::Timestamp;

use crate::{
    directory::{Directory, Skipped, Text},
    finding::Finding,
};

/// The ledger after a run with these findings: an entry for each record that is not used, with the
/// time at which it was first left out for that reason. Sorted by id, each id once.
pub fn ledger(held: &Directory, findings: &[Finding], now: Timestamp) -> Vec<Skipped> {
    let mut skipped: Vec<Skipped> = findings
        .iter()
        .filter(|finding| finding.code.skips())
        .flat_map(|finding| {
            finding.keys.iter().map(|id| Skipped {
                id: id.clone(),
                code: Text::new_static(finding.code.as_str()),
                because: finding.message.as_str().into(),
                since: now,
            })
        })
        .collect();
    skipped.sort_by(|a, b| a.id.cmp(&b.id));
    skipped.dedup_by(|later, kept| later.id == kept.id);
    for entry in &mut skipped {
        if let Ok(at) = held.skipped.binary_search_by(|old| old.id.cmp(&entry.id))
            && held.skipped[at].code == entry.code
        {
            entry.since = held.skipped[at].since;
        }
    }
    skipped
}
