//! The records that can be joined: those that are listed today, and those that the directory knows
//! and whose sources don't prove that they are gone.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::{
    directory::{Directory, Id, Joined, Person, Reason, Status, Text},
    mapping::Draft,
    plan::Sighting,
};

/// A record.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) record: &'a Id,
    /// What is known of it: today's values, or, where it isn't listed, those of its person.
    pub(super) person: &'a Person,
    /// As it is listed; none where its source doesn't prove that it is gone.
    pub(super) draft: Option<&'a Draft>,
    /// Whether what is known of it is its own: where others of its person are listed, that comes
    /// from them.
    pub(super) speaks: bool,
    /// Its source, by [`Sources`].
    pub(super) source: u16,
    /// Whom it stands for in the directory.
    pub(super) claim: Option<Claim<'a>>,
}

/// Whom a record stands for in the directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    /// The place in [`Directory::people`].
    pub(super) person: u32,
    /// The rule that joined it.
    pub(super) by: &'a str,
    /// Whether it only brought them once, and others stand for them now.
    pub(super) past: bool,
}

/// The sources that have records, in name order; those that the manifest no longer declares last.
#[derive(Debug)]
pub(super) struct Sources<'a> {
    pub(super) names: Vec<Text>,
    sightings: &'a [Sighting],
}

/// All records, and the people of the directory with theirs.
#[derive(Debug)]
pub(super) struct Nodes<'a> {
    /// The listed ones by record, then the others by record.
    pub(super) all: Vec<Node<'a>>,
    listed: usize,
    /// Each person of the directory with their records, by person and record.
    pub(super) claimed: Vec<(u32, u32)>,
    /// Records that stand for one person and once brought another, with that one.
    pub(super) brought: Vec<(u32, u32)>,
    pub(super) sources: Sources<'a>,
    pub(super) held: &'a [Person],
}

/// How sure it is that a record stands for somebody: the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Active,
    Disabled,
    /// It once brought somebody whom it doesn't stand for now.
    Past,
}

impl<'a> Sources<'a> {
    fn new(sightings: &'a [Sighting]) -> Self {
        Self { names: sightings.iter().map(|seen| seen.source.clone()).collect(), sightings }
    }

    /// How a source was seen; none where the manifest doesn't declare it.
    pub(super) fn sighting(&self, source: &str) -> Option<&'a Sighting> {
        let at = self.sightings.binary_search_by(|seen| seen.source.as_str().cmp(source)).ok()?;
        Some(&self.sightings[at])
    }

    /// How many of them the manifest declares.
    pub(super) fn declared(&self) -> usize {
        self.sightings.len()
    }

    pub(super) fn place(&self, source: &str) -> Option<u16> {
        let (declared, others) = self.names.split_at(self.sightings.len());
        let at = match declared.binary_search_by(|name| name.as_str().cmp(source)) {
            Ok(at) => Some(at),
            Err(_) => others.iter().position(|name| name == source).map(|at| at + declared.len()),
        };
        at.and_then(|at| u16::try_from(at).ok())
    }

    fn add(&mut self, source: &str) -> u16 {
        self.place(source).unwrap_or_else(|| {
            self.names.push(source.into());
            u16::try_from(self.names.len() - 1).unwrap_or(u16::MAX)
        })
    }
}

/// Whether the directory keeps somebody only as one with another person, who has their records.
fn is_merged(person: &Person) -> bool {
    matches!(person.status, Status::Disabled { reason: Reason::Merged, .. })
}

impl<'a> Nodes<'a> {
    /// Of the people that the sources list, sorted by id, and those of the directory.
    pub(super) fn new(
        listed: impl Iterator<Item = &'a Draft>,
        held: &'a Directory,
        sightings: &'a [Sighting],
    ) -> Self {
        let held = held.people.as_slice();
        let mut sources = Sources::new(sightings);
        let mut all = Vec::with_capacity(listed.size_hint().0);
        let mut unlisted = Vec::new();
        // Records that brought somebody once.
        let mut past = Vec::new();
        let mut has_some = vec![false; held.len()];
        let (claims, brought) = claims(held);
        let (mut listed, mut claims) = (listed.peekable(), claims.into_iter().peekable());
        loop {
            let order = match (listed.peek(), claims.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(draft), Some((record, ..))) => draft.person.id.cmp(record),
            };
            let draft = if order.is_le() { listed.next() } else { None };
            let claim = if order.is_ge() { claims.next() } else { None };
            if let (Some((_, weight, claim)), Some(_)) = (&claim, &draft) {
                match weight {
                    Weight::Active | Weight::Disabled => has_some[claim.person as usize] = true,
                    Weight::Past => past.push(all.len()),
                }
            }
            match (draft, claim) {
                (Some(draft), claim) => {
                    let (record, person) = (&draft.person.id, &draft.person);
                    let source = sources.add(record.source());
                    let claim = claim.map(|(.., claim)| claim);
                    let draft = Some(draft);
                    all.push(Node { record, person, draft, speaks: true, source, claim });
                }
                (None, Some((record, Weight::Active, claim))) => {
                    let seen = sources.sighting(record.source());
                    if seen.is_none_or(|seen| seen.absence(record).is_none()) {
                        let source = sources.add(record.source());
                        let person = &held[claim.person as usize];
                        let claim = Some(claim);
                        let (draft, speaks) = (None, false);
                        unlisted.push(Node { record, person, draft, speaks, source, claim });
                    }
                }
                (None, _) => {}
            }
        }
        for node in &mut unlisted {
            node.speaks = node.claim.is_some_and(|claim| !has_some[claim.person as usize]);
        }
        let mut has_unlisted: Vec<u32> =
            unlisted.iter().filter_map(|node| Some(node.claim?.person)).collect();
        has_unlisted.sort_unstable();
        for at in past {
            let has_other =
                |at: u32| has_some[at as usize] || has_unlisted.binary_search(&at).is_ok();
            let source = all[at].record.source();
            let another = |claim: &Claim<'_>| {
                held[claim.person as usize].known_as().any(|(other, _)| other.source() == source)
            };
            let claim = all[at].claim;
            let claim = claim.map(|claim| Claim { past: has_other(claim.person), ..claim });
            all[at].claim = claim.filter(|claim| !claim.past || !another(claim));
        }
        let listed = all.len();
        all.append(&mut unlisted);
        let claimed = all.iter().zip(0..).filter_map(|(node, at)| Some((node.claim?.person, at)));
        let mut claimed: Vec<(u32, u32)> = claimed.collect();
        claimed.par_sort_unstable();
        let mut nodes = Self { all, listed, claimed, brought: Vec::new(), sources, held };
        let brought =
            brought.into_iter().filter_map(|(record, at)| Some((nodes.find(record)?, at)));
        nodes.brought = brought.collect();
        nodes
    }

    pub(super) fn get(&self, at: u32) -> &Node<'a> {
        &self.all[at as usize]
    }

    /// The place of a record, where there is one.
    pub(super) fn find(&self, record: &Id) -> Option<u32> {
        let (listed, others) = self.all.split_at(self.listed);
        let place =
            |nodes: &[Node<'_>]| nodes.binary_search_by(|node| node.record.cmp(record)).ok();
        let at = place(listed).or_else(|| place(others).map(|at| at + self.listed))?;
        u32::try_from(at).ok()
    }

    /// The records of somebody of the directory.
    pub(super) fn of(&self, person: u32) -> &[(u32, u32)] {
        let from = self.claimed.partition_point(|(other, _)| *other < person);
        let to = self.claimed.partition_point(|(other, _)| *other <= person);
        &self.claimed[from..to]
    }

    /// The record that goes on with a person's id: the one that brought them, or of those left the
    /// one of the source that comes first in `ranks`.
    pub(super) fn heir(
        &self,
        person: u32,
        left: impl Iterator<Item = u32>,
        ranks: &[u16],
    ) -> Option<u32> {
        let id = &self.held[person as usize].id;
        left.min_by_key(|&at| {
            let node = self.get(at);
            let past = node.claim.is_some_and(|claim| claim.past);
            (past, node.record != id, rank(ranks, node.source), node.record)
        })
    }
}

/// The rank of a source; of one that isn't declared the last.
pub(super) fn rank(ranks: &[u16], source: u16) -> u16 {
    ranks.get(usize::from(source)).copied().unwrap_or(u16::MAX)
}

/// A record and whom it stands for.
type Known<'a> = (&'a Id, Weight, Claim<'a>);

/// For each record that the directory knows whom it stands for, sorted by record, each once; and
/// whom it once brought, where that is another person.
fn claims(held: &[Person]) -> (Vec<Known<'_>>, Vec<(&Id, u32)>) {
    let mut claims = Vec::with_capacity(held.len());
    for (person, at) in held.iter().zip(0..).filter(|(person, _)| !is_merged(person)) {
        let weight = if person.status.is_active() { Weight::Active } else { Weight::Disabled };
        let known = person.known_as();
        claims.extend(
            known.map(|(record, by)| (record, weight, Claim { person: at, by, past: false })),
        );
        let own = |joined: &Joined| joined.record == person.id;
        if !person.records.is_empty() && !person.records.iter().any(own) {
            claims.push((
                &person.id,
                Weight::Past,
                Claim { person: at, by: Joined::FIRST, past: true },
            ));
        }
    }
    // Of two who left, the one to whom it was joined had it later than the one whom it brought.
    let brought_them = |claim: &Claim<'_>| held[claim.person as usize].records.is_empty();
    claims.par_sort_by(|a, b| {
        (a.0, a.1)
            .cmp(&(b.0, b.1))
            .then_with(|| (brought_them(&a.2), a.2.person).cmp(&(brought_them(&b.2), b.2.person)))
    });
    let mut brought = Vec::new();
    claims.dedup_by(|later, first| {
        if later.0 == first.0 && later.1 == Weight::Past {
            brought.push((later.0, later.2.person));
        }
        later.0 == first.0
    });
    (claims, brought)
}
