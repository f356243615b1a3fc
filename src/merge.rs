//! Several sources, one list of people.

use crate::{
    finding::Finding,
    mapping::{Draft, Mapped},
    plan::Sighting,
};

/// What all sources together say.
#[derive(Debug)]
pub struct Merged {
    /// Everybody who is listed and kept, sorted by id.
    pub people: Vec<Draft>,
    /// How each source was seen, sorted by name.
    pub sightings: Vec<Sighting>,
    /// What mapping remarked.
    pub findings: Vec<Finding>,
}

/// Joins what the sources gave. A person is of one source, whose name begins their id; so nobody
/// stands in two of the lists.
pub fn merge(sources: Vec<(Sighting, Mapped)>) -> Merged {
    let mut merged = Merged { people: Vec::new(), sightings: Vec::new(), findings: Vec::new() };
    for (mut sighting, mapped) in sources {
        let Mapped { mut people, held_back, out_of_scope, mut findings } = mapped;
        sighting.held_back = held_back;
        sighting.out_of_scope = out_of_scope;
        merged.sightings.push(sighting);
        if merged.people.is_empty() {
            merged.people = people;
        } else {
            merged.people.append(&mut people);
        }
        merged.findings.append(&mut findings);
    }
    // Sorted runs: `sort_by` finds them and merges, in linear time.
    merged.people.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    merged.sightings.sort_by(|a, b| a.source.cmp(&b.source));
    merged
}
