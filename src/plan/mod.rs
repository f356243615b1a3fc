//! The difference of two directories, as data: what a run would do, and whether it may.

mod after;
mod back;
mod between;
mod change;
mod counts;
mod deny;
mod doubt;
mod edits;
mod equipment;
mod findings;
mod joins;
mod ledger;
mod limits;
mod meaning;
mod misfits;
mod numbers;
mod past;
mod room;
mod saved;
mod sighting;
mod tree;
mod verdict;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod samples;

use std::io::BufWriter;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use after::Misfit;
pub use back::{WayBack, back, overwritten};
pub use between::{Difference, between, differences};
pub use change::{Action, Cause, Change, EntryKind, FieldChange, FurtherPin};
pub use counts::{Counts, EquipmentSummary, counts};
pub use deny::{Denial, concerned};
pub use doubt::{Doubt, MaxAge, Shrink, Size, stale};
pub use edits::{Edit, Edited, edits, undone};
pub(crate) use equipment::kept;
pub use equipment::{
    EquipmentDifference, Planned, equipment, equipment_between, equipment_change, same_names,
};
pub use findings::duplicates;
pub use joins::{Joins, Tally};
pub use ledger::{LedgerMoves, Moves};
pub use limits::{
    Bound, Kind, LIMITED, Limit, Limits, PastLimit, Share, Usual, is_limit, limit_name,
};
pub use meaning::{
    FEW, Handed, Handover, Meaning, MeaningKind, Owner, Part, Party, Pass, Renumbering, Rewrite,
    Whole, meanings, tails,
};
pub use numbers::{Numbering, numbers};
pub use past::{Past, Reading, Released, Run};
pub use room::Room;
pub use saved::{FORMAT, NotAPlan, read};
pub use sighting::Sighting;
pub use tree::{collections, groups};
pub use verdict::{Before, Refusal, Verdict, verdict};

use self::deny::denied;
use crate::{
    directory::{Directory, Disagreement, Dispute, Text, Unknown, hexadecimal},
    finding::Finding,
};

/// Everything that one run would change, found and was refused, bound to what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// [`FORMAT`].
    pub format: Text,
    /// The commit of the directory that it was made against; none before the first.
    pub base: Option<Text>,
    /// SHA-256 in hexadecimal over all of it but the times: equal facts give equal digests.
    pub digest: Text,
    /// When it was made (RFC 3339). What it disables is disabled since then.
    pub made_at: Timestamp,
    /// SHA-256 of the manifest's files.
    pub manifest: Text,
    /// Where it leads back to, where that is what it is for; it is then not made from sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<WayBack>,
    /// What was read, in name order.
    pub sources: Vec<SourceReport>,
    /// The changes counted.
    pub summary: Summary,
    /// Disables first, then changed numbers, other updates, moves, enables, additions; people
    /// before groups and collections.
    pub changes: Vec<Change>,
    /// What changes mean together: numbers that pass on, then renumberings, departments, sites,
    /// groups and what is the same for several people.
    #[serde(default)]
    pub meanings: Vec<Meaning>,
    /// Remarks about data, sorted.
    pub findings: Vec<Finding>,
    /// Records that would be joined were it one to one, sorted; their people are held back.
    #[serde(default)]
    pub disputes: Vec<Dispute>,
    /// People whose absence is not proven, by id; they stay as they are.
    #[serde(default)]
    pub unknown: Vec<Unknown>,
    /// Values that lost to another source's, sorted.
    #[serde(default)]
    pub disagreements: Vec<Disagreement>,
    /// What the limits say.
    pub verdict: Verdict,
}

/// How one source was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceReport {
    /// The source's name in the manifest.
    pub name: Text,
    /// The connector's kind.
    pub kind: Text,
    /// Whether the listing proves who is absent.
    pub complete: bool,
    /// What shows that it is complete, or what kept it from being so.
    pub evidence: String,
    /// How many records it had.
    pub records: u64,
    /// How many people `keep` left of them.
    #[serde(default)]
    pub kept: u64,
    /// How many devices it listed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub devices: u64,
    /// How many system devices it listed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub system_devices: u64,
    /// How many channels it listed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub channels: u64,
    /// When its records are from (RFC 3339): when they were read, or the last change of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
    /// SHA-256 over what was read, so that a plan is bound to it; empty in plans of older versions.
    #[serde(default)]
    pub listing: Text,
    /// How long reading took.
    pub seconds: f64,
}

/// The changes of a plan, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// People who are new.
    pub add: u64,
    /// People of whom a field changes, where they stand.
    pub update: u64,
    /// People who come to stand elsewhere, whatever else changes.
    pub r#move: u64,
    /// People who are disabled.
    pub disable: u64,
    /// People who return.
    pub enable: u64,
    /// People who turned out to be one with another.
    #[serde(default)]
    pub merge: u64,
    /// People who turned out not to be one with another.
    #[serde(default)]
    pub split: u64,
    /// Active people who stay as they are.
    pub unchanged: u64,
    /// Of these, people whose absence is not proven.
    #[serde(default)]
    pub unknown: u64,
    /// Phones and device profiles.
    #[serde(default)]
    pub devices: EquipmentSummary,
    /// Hunt groups, ports and bridges.
    #[serde(default)]
    pub system_devices: EquipmentSummary,
    /// Gateways and SIP trunks.
    #[serde(default)]
    pub channels: EquipmentSummary,
    /// Changes of groups.
    pub groups: u64,
    /// Changes of collections.
    pub collections: u64,
    /// What comes to the ledger and what goes; absent where nothing does.
    #[serde(default, skip_serializing_if = "LedgerMoves::is_empty")]
    pub ledger: LedgerMoves,
    /// How the records of new people were joined.
    #[serde(default, skip_serializing_if = "Joins::is_empty")]
    pub joins: Joins,
    /// Licences before and after.
    pub licences: Licences,
}

/// Licences taken: active people whose calls are logged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Licences {
    /// Now.
    pub before: u64,
    /// Once applied.
    pub after: u64,
    /// As the manifest says.
    pub limit: Option<u64>,
}

impl Summary {
    /// What happens to each kind of equipment.
    pub fn equipment(&self) -> [(EntryKind, &EquipmentSummary); 3] {
        [
            (EntryKind::Device, &self.devices),
            (EntryKind::SystemDevice, &self.system_devices),
            (EntryKind::Channel, &self.channels),
        ]
    }

    /// What happens to equipment of one kind; nothing where it is another kind of entry.
    fn of_mut(&mut self, entry: EntryKind) -> Option<&mut EquipmentSummary> {
        match entry {
            EntryKind::Device => Some(&mut self.devices),
            EntryKind::SystemDevice => Some(&mut self.system_devices),
            EntryKind::Channel => Some(&mut self.channels),
            EntryKind::Person | EntryKind::Group | EntryKind::Collection => None,
        }
    }
}

/// What a plan is made from, besides the changes themselves.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The commit of the held directory.
    pub base: Option<Text>,
    /// When the run began.
    pub made_at: Timestamp,
    /// Digest of the manifest.
    pub manifest: Text,
    /// What was read.
    pub sources: Vec<SourceReport>,
}

/// What a plan tells besides its changes.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// Remarks about data, in any order.
    pub findings: Vec<Finding>,
    /// Records that would be joined were it one to one.
    pub disputes: Vec<Dispute>,
    /// People whose absence is not proven.
    pub unknown: Vec<Unknown>,
    /// How much equipment of each kind stays as it is, as its absence is not proven.
    pub unknown_equipment: Vec<(EntryKind, u64)>,
    /// Values that lost to another source's.
    pub disagreements: Vec<Disagreement>,
}

/// Whether a count is of nothing.
fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Plan {
    /// Puts a plan together: sorts and numbers the changes, counts them, asks the limits, and
    /// binds all of it with a digest.
    pub fn new(
        held: &Directory,
        mut changes: Vec<Change>,
        unchanged: u64,
        mut remarks: Remarks,
        limits: &Limits,
        circumstances: Circumstances,
    ) -> Self {
        change::sort_and_number(&mut changes);
        remarks.findings.sort();
        remarks.disputes.sort();
        remarks.unknown.sort();
        remarks.disagreements.sort();
        let mut summary = count(held, &changes, unchanged);
        summary.unknown = remarks.unknown.len() as u64;
        for (entry, count) in &remarks.unknown_equipment {
            if let Some(equipment) = summary.of_mut(*entry) {
                equipment.unknown = *count;
            }
        }
        summary.licences = licences(held, &changes, limits);
        let mut verdict = verdict(held, &changes, &summary.licences, limits)
            .refused(denied(&remarks.findings, &limits.deny));
        if let Some(short) = verdict.refusals.iter_mut().find(|r| r.limit == "licences") {
            short.room = room::room(held, &changes, &remarks);
        }
        let Remarks { findings, disputes, unknown, unknown_equipment: _, disagreements } = remarks;
        let Circumstances { base, made_at, manifest, sources } = circumstances;
        let meanings = meanings(held, &changes, made_at);
        let mut plan = Self {
            format: FORMAT.into(),
            base,
            digest: Text::default(),
            made_at,
            manifest,
            to: None,
            sources,
            summary,
            changes,
            meanings,
            findings,
            disputes,
            unknown,
            disagreements,
            verdict,
        };
        plan.summary.ledger = ledger::moves(held, &plan);
        plan.digest = plan.computed_digest();
        plan
    }

    /// The same plan as a way back: it says nothing about what the sources have, so the ledger
    /// stays as it is.
    #[must_use]
    pub fn leading_back(mut self, to: WayBack) -> Self {
        self.to = Some(to);
        self.digest = self.computed_digest();
        self
    }

    /// The same plan, counted anew and held against these limits as well as its own verdict.
    ///
    /// A saved plan brings its verdict along. The limits may have become stricter since, and a
    /// digest shows that a file was changed, not by whom it was made.
    #[must_use]
    pub fn held_against(mut self, held: &Directory, limits: &Limits) -> Self {
        let before = std::mem::take(&mut self.summary);
        self.summary = count(held, &self.changes, before.unchanged);
        for (entry, known) in before.equipment() {
            if let Some(equipment) = self.summary.of_mut(entry) {
                equipment.unknown = known.unknown;
            }
        }
        self.summary.unknown = self.unknown.len() as u64;
        self.summary.ledger = ledger::moves(held, &self);
        self.summary.licences = licences(held, &self.changes, limits);
        self.meanings = meanings(held, &self.changes, self.made_at);
        let verdict = verdict(held, &self.changes, &self.summary.licences, limits)
            .refused(denied(&self.findings, &limits.deny));
        for refusal in verdict.refusals {
            let same = |known: &Refusal| {
                known.limit == refusal.limit
                    && known.value == refusal.value
                    && known.limit_value == refusal.limit_value
            };
            if !self.verdict.refusals.iter().any(same) {
                self.verdict.refusals.push(refusal);
            }
        }
        self.verdict.allowed = self.verdict.refusals.is_empty();
        self
    }

    /// Whether applying it would change anything.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The change of a person, where there is one.
    pub fn change_of(&self, person: &str) -> Option<&Change> {
        // Each run of one rank is sorted by key.
        let mut rest = self.changes.as_slice();
        while let Some(first) = rest.first().filter(|one| one.entry == EntryKind::Person) {
            let rank = first.rank();
            let (run, others) = rest.split_at(rest.partition_point(|one| one.rank() <= rank));
            if let Ok(at) = run.binary_search_by(|change| change.key.as_str().cmp(person)) {
                return Some(&run[at]);
            }
            rest = if run.is_empty() { &[] } else { others };
        }
        None
    }

    /// The first characters of the digest, as people say them.
    pub fn short_digest(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }

    /// The digest that its contents ought to have; a saved plan with another was changed by hand.
    pub fn computed_digest(&self) -> Text {
        let Self {
            format,
            base,
            digest: _,
            made_at: _,
            manifest,
            to,
            sources,
            summary,
            changes,
            meanings,
            findings,
            disputes,
            unknown,
            disagreements,
            verdict,
        } = self;
        let timeless: Vec<_> = sources
            .iter()
            .map(|report| {
                let SourceReport {
                    name,
                    kind,
                    complete,
                    evidence,
                    records,
                    kept,
                    devices,
                    system_devices,
                    channels,
                    as_of: _,
                    listing,
                    seconds: _,
                } = report;
                let equipment = (devices, system_devices, channels);
                (name, kind, complete, evidence, records, kept, equipment, listing)
            })
            .collect();
        let meanings: Vec<_> = meanings.iter().map(Meaning::timeless).collect();
        let remarks = (meanings, findings, disputes, unknown, disagreements);
        let bound = (format, base, (manifest, to), timeless, summary, changes, remarks, verdict);
        // JSON is written in bits of a few bytes, and hashed best in large pieces.
        let mut hash = BufWriter::with_capacity(1 << 16, Sha256::new());
        // Only a map with keys that are no text, or a failing writer, can make this fail.
        let written = serde_json::to_writer(&mut hash, &bound);
        match (written, hash.into_inner()) {
            (Ok(()), Ok(hash)) => hexadecimal(&hash.finalize()),
            _ => Text::default(),
        }
    }
}

fn count(held: &Directory, changes: &[Change], unchanged: u64) -> Summary {
    let joins = Joins::of(changes);
    let mut summary = Summary { unchanged, joins, ..Summary::default() };
    for change in changes {
        if let Some(equipment) = summary.of_mut(change.entry) {
            equipment.count(change.action);
            continue;
        }
        let counter = match (change.entry, change.action) {
            (EntryKind::Group, _) => &mut summary.groups,
            (EntryKind::Collection, _) => &mut summary.collections,
            (_, Action::Add) => &mut summary.add,
            (_, Action::Update) => &mut summary.update,
            (_, Action::Move) => &mut summary.r#move,
            (_, Action::Disable) => &mut summary.disable,
            (_, Action::Enable) => &mut summary.enable,
            (_, Action::Merge) => &mut summary.merge,
            (_, Action::Split) => &mut summary.split,
        };
        *counter += 1;
    }
    for entry in [EntryKind::Device, EntryKind::SystemDevice, EntryKind::Channel] {
        if let Some(equipment) = summary.of_mut(entry) {
            let touched = equipment.disable + equipment.update;
            equipment.unchanged = counts::in_use(held, Kind::of(entry)).saturating_sub(touched);
        }
    }
    summary
}

fn licences(held: &Directory, changes: &[Change], limits: &Limits) -> Licences {
    let before = held.licences();
    let after = changes
        .iter()
        .filter(|change| change.entry == EntryKind::Person)
        .fold(before, |licences, change| licences.saturating_add_signed(change.licences(held)));
    Licences { before, after, limit: limits.licences.as_ref().map(|bound| bound.value) }
}
