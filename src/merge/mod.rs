//! Several sources, one list of people.
//!
//! `nodes` are the records, `matching` says which of them are one person, `decide` which one,
//! `values` whose value wins; `people` puts that together.

mod clusters;
mod decide;
mod emptied;
mod inventory;
mod matching;
mod nodes;
mod people;
mod provenance;
mod rules;
mod standing;
mod unread;
mod values;

#[cfg(test)]
mod laws;

use rayon::prelude::*;

pub use inventory::owned;
pub use provenance::{
    FieldOrigin, Loser, Outcome, Provenance, RecordOrigin, Tried, ValueFrom, provenance,
};
pub use rules::{
    Emptied, LinkExpression, LinkKey, LinkRule, LinkTable, PeopleRules, Prefer, WhenEmptied,
    names_rule,
};
pub use standing::Seen;
pub use unread::leave_unread;

use self::{
    decide::{Decided, decide},
    matching::matching,
    nodes::Nodes,
    people::{Joining, Joint},
    values::{Orders, Winners},
};
use crate::{
    directory::{Directory, Disagreement, Dispute, Field, Id, Inventory, Reason, Text},
    finding::Finding,
    mapping::{Draft, Mapped},
    plan::Sighting,
};

/// What all sources together say.
#[derive(Debug)]
pub struct Merged {
    /// Everybody who is listed and kept, sorted by id.
    pub people: Vec<Draft>,
    /// What was decided of people of the directory who are not among them, sorted by id.
    pub fates: Vec<(Id, Fate)>,
    /// How each source was seen, sorted by name.
    pub sightings: Vec<Sighting>,
    /// What mapping and joining remarked.
    pub findings: Vec<Finding>,
    /// Records that would be joined were it one to one.
    pub disputes: Vec<Dispute>,
    /// Values that lost to another source's.
    pub disagreements: Vec<Disagreement>,
    /// Devices, system devices and channels of all sources, as they were listed: an owner is a record
    /// until [`owned`] says for whom it stands.
    pub inventory: Inventory,
}

/// What becomes of an active person of the directory whom no draft is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// They leave.
    Leaves {
        /// Why.
        reason: Reason,
        /// What shows it.
        evidence: Text,
    },
    /// They turned out to be one with another person.
    Merge {
        /// Whose id stays.
        with: Id,
        /// What shows it.
        evidence: Text,
    },
    /// They stay as they are, as a source can't tell whether they left.
    Unknown {
        /// The source.
        source: Text,
        /// What keeps it from telling.
        because: Text,
    },
    /// They stay as they are: a dispute holds them back, or a record can't be used.
    Stays,
}

/// Where a person of several records comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub(crate) winners: Winners,
    pub(crate) split: Option<(Id, Text)>,
}

impl Origin {
    /// The source whose value won, by its place among the manifest's sources in name order.
    pub fn winner(&self, field: Field) -> Option<usize> {
        let at = self.winners.get(field as usize).copied().filter(|at| *at != values::NO_SOURCE);
        at.map(usize::from)
    }

    /// With whom they were one until now, and what shows that they aren't.
    pub fn split(&self) -> Option<&(Id, Text)> {
        self.split.as_ref()
    }
}

/// Joins what the sources gave, and keeps together what the directory joined before.
///
/// Where records can't be joined, one person is of one source and nobody stands in two lists; that
/// way costs nothing.
pub fn merge(sources: Vec<(Sighting, Mapped)>, held: &Directory, rules: &PeopleRules) -> Merged {
    let several = sources.len() > 1 && !rules.link.is_empty();
    let mut merged = together(sources);
    if several || held.people.par_iter().any(|person| !person.records.is_empty()) {
        join(&mut merged, held, rules);
    }
    emptied::apply(&mut merged, held, &rules.emptied);
    merged
}

/// All lists as one.
fn together(sources: Vec<(Sighting, Mapped)>) -> Merged {
    let mut merged = Merged {
        people: Vec::new(),
        fates: Vec::new(),
        sightings: Vec::new(),
        findings: Vec::new(),
        disputes: Vec::new(),
        disagreements: Vec::new(),
        inventory: Inventory::default(),
    };
    for (mut sighting, mapped) in sources {
        let Mapped { mut people, held_back, out_of_scope, mut findings, mut inventory } = mapped;
        sighting.held_back = held_back;
        sighting.out_of_scope = out_of_scope;
        merged.sightings.push(sighting);
        if merged.people.is_empty() {
            merged.people = people;
        } else {
            merged.people.append(&mut people);
        }
        merged.findings.append(&mut findings);
        let Inventory { devices, system_devices, channels } = &mut merged.inventory;
        devices.append(&mut inventory.devices);
        system_devices.append(&mut inventory.system_devices);
        channels.append(&mut inventory.channels);
    }
    merged.inventory.sort();
    // Sorted runs: `sort_by` finds them and merges, in linear time.
    merged.people.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    merged.sightings.sort_by(|a, b| a.source.cmp(&b.source));
    merged
}

fn join(merged: &mut Merged, held: &Directory, rules: &PeopleRules) {
    let Merged { people, fates, sightings, findings, disputes, disagreements, .. } = merged;
    let nodes = Nodes::new(people.iter(), held, sightings);
    let ranks = rules.prefer.ranks(None, &nodes.sources.names);
    let orders = Orders::new(rules, &nodes.sources.names);
    let (nodes, ranks) = (&nodes, ranks.as_slice());
    let matching = matching(nodes, rules, ranks);
    let decided = decide(nodes, &matching, rules, ranks);
    let (matching, decided, orders) = (&matching, &decided, &orders);
    let joint = Joining { nodes, matching, decided, rules, orders, ranks }.joint();
    let Decided { plain, disputes: found, .. } = decided;
    disputes.extend(found.iter().cloned());
    let mut goes_on = vec![false; people.len()];
    for at in plain {
        goes_on[*at as usize] = true;
    }
    let Joint { mut drafts, fates: decided, disagreements: lost, findings: remarks } = joint;
    people::unneeded(findings, &drafts);
    findings.extend(remarks);
    fates.extend(decided);
    disagreements.extend(lost);
    let mut goes_on = goes_on.into_iter();
    people.retain(|_| goes_on.next().unwrap_or_default());
    people.append(&mut drafts);
    people.sort_by(|a, b| a.person.id.cmp(&b.person.id));
}
