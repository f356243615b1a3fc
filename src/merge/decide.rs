//! Which person each set of records is, and what becomes of the people of the directory.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    matching::Matching,
    nodes::{Nodes, rank},
    rules::PeopleRules,
    standing::{Seen, Standing, listed, standing, unlisted},
};
use crate::directory::{Dispute, Id, Joined, Person, Reason, Text};

/// Records that are one person.
#[derive(Debug)]
pub(super) struct Group {
    /// At least one, in order.
    pub(super) members: Vec<u32>,
    /// The people of the directory whose ids go on with it, by their place; the first stays.
    pub(super) heirs: Vec<u32>,
    pub(super) becomes: Becomes,
}

/// What a set of records becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Becomes {
    /// A person: of the directory, or new with the id of that record. `disabled` is what shows that
    /// all accounts of somebody new are disabled.
    Person { id: Id, disabled: Option<Text>, split: Option<u32> },
    /// A person who leaves.
    Left(Reason, Text),
    /// A person of whom a source can't tell whether they are here.
    Unknown(Text, Text),
    /// A person who stays as they are, as a record can't be used.
    Unusable,
    /// Nothing: it stands for somebody who is disabled and doesn't return.
    Nobody,
    /// Nothing, as long as it is disputed whose it is.
    Disputed(usize),
}

/// What was decided of all records.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// Records that are a person by themselves, as they are listed.
    pub(super) plain: Vec<u32>,
    /// All others.
    pub(super) groups: Vec<Group>,
    /// Active people of several records with whom no set goes on, and what that means.
    pub(super) alone: Vec<(u32, Standing)>,
    pub(super) disputes: Vec<Dispute>,
    /// The people whom disputes hold back, and which.
    pub(super) held_back: BTreeMap<u32, usize>,
}

struct Decide<'d, 'a> {
    nodes: &'d Nodes<'a>,
    matching: &'d Matching,
    rules: &'d PeopleRules,
    ranks: &'d [u16],
    /// Whether an id goes on with a set, for each person of the directory.
    inherits: Vec<bool>,
    /// People who are disabled and come back.
    returns: BTreeSet<u32>,
    /// Disputed sets by their root.
    disputed: BTreeMap<u32, usize>,
    done: Decided,
}

pub(super) fn decide(
    nodes: &Nodes<'_>,
    matching: &Matching,
    rules: &PeopleRules,
    ranks: &[u16],
) -> Decided {
    let done = Decided::default();
    let inherits = vec![false; nodes.held.len()];
    let disputed = BTreeMap::new();
    let returns = BTreeSet::new();
    let mut decide = Decide { nodes, matching, rules, ranks, inherits, returns, disputed, done };
    decide.hold_back();
    let heirs = decide.heirs();
    for (_, person) in &heirs {
        decide.inherits[*person as usize] = true;
    }
    let mut others = Vec::new();
    for at in (0..).take(nodes.all.len()).filter(|at| matching.clusters.root(*at) == *at) {
        let from = heirs.partition_point(|(root, _)| *root < at);
        let to = heirs.partition_point(|(root, _)| *root <= at);
        match &heirs[from..to] {
            [] => others.push(at),
            some => decide.set(at, some.iter().map(|(_, person)| *person).collect()),
        }
    }
    // Who returns has to be known before what is left is somebody.
    for at in others {
        decide.set(at, Vec::new());
    }
    decide.done.groups.sort_by_key(|group| group.members.first().copied());
    decide.alone();
    decide.done
}

impl Decide<'_, '_> {
    fn person(&self, at: u32) -> &Person {
        &self.nodes.held[at as usize]
    }

    fn claimant(&self, at: u32) -> Option<u32> {
        self.nodes.get(at).claim.map(|claim| claim.person)
    }

    /// What each dispute holds back: its records, the people whom they stand for, and all that
    /// would otherwise get records of those.
    fn hold_back(&mut self) {
        let clusters = &self.matching.clusters;
        for (index, contest) in self.matching.contests.iter().enumerate() {
            let mut roots: Vec<u32> = contest.nodes.iter().map(|at| clusters.root(*at)).collect();
            let (mut seen, mut people) = (BTreeSet::new(), BTreeSet::new());
            while let Some(root) = roots.pop() {
                if !seen.insert(root) {
                    continue;
                }
                self.disputed.entry(root).or_insert(index);
                let claims = clusters.members(root).filter_map(|at| self.nodes.get(at).claim);
                let claimants: Vec<u32> =
                    claims.filter(|claim| !claim.past).map(|claim| claim.person).collect();
                for person in claimants {
                    if self.person(person).status.is_active() && people.insert(person) {
                        self.done.held_back.entry(person).or_insert(index);
                        roots
                            .extend(self.nodes.of(person).iter().map(|(_, at)| clusters.root(*at)));
                    }
                }
            }
            let mut records: Vec<Id> =
                contest.nodes.iter().map(|at| self.nodes.get(*at).record.clone()).collect();
            records.sort();
            let people = people.into_iter().map(|at| self.person(at).id.clone()).collect();
            let (by, value) = (contest.by.clone(), contest.value.clone());
            self.done.disputes.push(Dispute { records, by, value, people });
        }
    }

    /// The set that each person's id goes on with, by root.
    fn heirs(&self) -> Vec<(u32, u32)> {
        let mut heirs = Vec::new();
        for claimed in self.nodes.claimed.chunk_by(|a, b| a.0 == b.0) {
            let person = claimed[0].0;
            let left = claimed.iter().map(|(_, at)| *at);
            let left = left.filter(|at| !self.matching.passed_on[*at as usize]);
            let heir = self.nodes.heir(person, left, self.ranks);
            heirs.extend(heir.map(|at| (self.matching.clusters.root(at), person)));
        }
        heirs.sort_unstable();
        let mut instead = Vec::new();
        for same in heirs.chunk_by_mut(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            same.sort_by_key(|(_, person)| self.precedence(*person));
            instead.extend_from_slice(&same[1..]);
        }
        // Whoever wouldn't go on with a set but has the record that once brought them goes on with
        // that, where nobody else does.
        for (root, person) in instead {
            let own = self.nodes.of(person).iter().map(|(_, at)| *at);
            let past = |at: &u32| self.nodes.get(*at).claim.is_some_and(|claim| claim.past);
            let own = own.filter(past).map(|at| self.matching.clusters.root(at)).next();
            let Some(own) = own.filter(|own| heirs.iter().all(|(root, _)| root != own)) else {
                continue;
            };
            if let Some(heir) = heirs.iter_mut().find(|heir| **heir == (root, person)) {
                heir.0 = own;
            }
        }
        heirs.sort_unstable();
        heirs
    }

    /// Whose id goes on where several could: who is active, whose source comes first, whose id is
    /// smaller.
    fn precedence(&self, at: u32) -> (bool, u16, u32) {
        let person = self.person(at);
        let source = self.nodes.sources.place(person.id.source());
        let rank = source.map_or(u16::MAX, |source| rank(self.ranks, source));
        (!person.status.is_active(), rank, at)
    }

    fn set(&mut self, root: u32, mut heirs: Vec<u32>) {
        let mut members: Vec<u32> = self.matching.clusters.members(root).collect();
        members.sort_unstable();
        if let Some(index) = self.disputed.get(&root) {
            let becomes = Becomes::Disputed(*index);
            self.done.groups.push(Group { members, heirs, becomes });
            return;
        }
        if let [at] = members[..] {
            let node = self.nodes.get(at);
            let own = match heirs[..] {
                [] => self.claimant(at).is_none() && self.is_free(node.record),
                [person] => {
                    let person = self.person(person);
                    person.records.is_empty() && person.id == *node.record
                }
                _ => false,
            };
            match (own, node.draft) {
                (true, Some(_)) => return self.done.plain.push(at),
                (true, None) => return,
                (false, _) => {}
            }
        }
        heirs.sort_by_key(|at| self.precedence(*at));
        let becomes = match heirs.first() {
            None => match self.nobodys(&members) {
                Some(becomes) => becomes,
                None => return,
            },
            Some(&first) => {
                let becomes = self.somebodys(&members, &heirs, first);
                if let Becomes::Person { .. } = becomes
                    && !self.person(first).status.is_active()
                {
                    self.returns.insert(first);
                }
                becomes
            }
        };
        self.done.groups.push(Group { members, heirs, becomes });
    }

    /// What a set becomes with which people of the directory go on.
    fn somebodys(&self, members: &[u32], heirs: &[u32], first: u32) -> Becomes {
        let person = self.person(first);
        let active = heirs.iter().copied().filter(|at| self.person(*at).status.is_active());
        let whose: BTreeSet<u32> = active.chain([first]).collect();
        let records = self.seen(members, whose.into_iter());
        match (standing(&records, &self.rules.status), person.status.is_active()) {
            (Standing::Here, _) => {
                Becomes::Person { id: person.id.clone(), disabled: None, split: None }
            }
            (_, false) => Becomes::Nobody,
            (Standing::Left(reason, evidence), true) => Becomes::Left(reason, evidence),
            (Standing::Unknown(source, because), true) => Becomes::Unknown(source, because),
            (Standing::Unusable, true) => Becomes::Unusable,
        }
    }

    /// What a set becomes with which nobody's id goes on; none where none of it is listed.
    fn nobodys(&mut self, members: &[u32]) -> Option<Becomes> {
        let mut listed: Vec<u32> =
            members.iter().copied().filter(|at| self.nodes.get(*at).draft.is_some()).collect();
        if listed.is_empty() {
            return None;
        }
        let is_here =
            |person: &u32| self.person(*person).status.is_active() || self.returns.contains(person);
        let gone = |at: &u32| self.claimant(*at).is_some_and(|person| !is_here(&person));
        if members.iter().all(gone) {
            return Some(Becomes::Nobody);
        }
        listed.sort_by_key(|at| (rank(self.ranks, self.nodes.get(*at).source), *at));
        let Some(&at) = listed.iter().find(|at| self.is_free(self.nodes.get(**at).record)) else {
            return Some(self.taken(members, listed[0]));
        };
        let claim = self.nodes.get(at).claim.filter(|claim| !claim.past);
        let split = claim.map(|claim| claim.person);
        let split = split.filter(is_here);
        let records = self.seen(members, std::iter::empty());
        let disabled = match standing(&records, &self.rules.status) {
            Standing::Here | Standing::Unusable => None,
            Standing::Left(_, because) | Standing::Unknown(_, because) => Some(because),
        };
        Some(Becomes::Person { id: self.nodes.get(at).record.clone(), disabled, split })
    }

    /// A record that once brought somebody who is known by another record of that source now: who
    /// it is can't be said, as their id is for life.
    fn taken(&mut self, members: &[u32], at: u32) -> Becomes {
        let mut records: Vec<Id> =
            members.iter().map(|at| self.nodes.get(*at).record.clone()).collect();
        let id = self.nodes.get(at).record;
        let found = self.nodes.held.binary_search_by(|person| person.id.cmp(id));
        let owner = found.ok().map(|at| &self.nodes.held[at]);
        records
            .extend(owner.into_iter().flat_map(Person::known_as).map(|(record, _)| record.clone()));
        records.sort();
        records.dedup();
        self.done.disputes.push(Dispute {
            records,
            by: Joined::FIRST.into(),
            value: id.clone().into(),
            people: Vec::new(),
        });
        Becomes::Disputed(self.done.disputes.len() - 1)
    }

    /// Whether the person of that id, if any, is disabled and comes back with it: what they were
    /// is another's now.
    fn is_free(&self, id: &Id) -> bool {
        let found = self.nodes.held.binary_search_by(|person| person.id.cmp(id));
        found.map_or(true, |at| !self.nodes.held[at].status.is_active() && !self.inherits[at])
    }

    /// What each record says: those of a set, and the others by which its people are known.
    fn seen<'s>(
        &'s self,
        members: &[u32],
        people: impl Iterator<Item = u32>,
    ) -> Vec<(&'s Id, Seen)> {
        let mut records: Vec<(u16, &Id, Seen)> = Vec::new();
        for &at in members {
            let node = self.nodes.get(at);
            let sighting = self.nodes.sources.sighting(node.record.source());
            let seen = match node.draft {
                Some(draft) => listed(draft.source_disabled.as_ref(), sighting),
                None => unlisted(node.record, sighting),
            };
            records.push((rank(self.ranks, node.source), node.record, seen));
        }
        for person in people {
            for (record, _) in self.person(person).known_as() {
                if members.iter().any(|at| self.nodes.get(*at).record == record) {
                    continue;
                }
                let at = self.nodes.find(record);
                let listed = |at: u32| self.nodes.get(at).draft.is_some();
                // What is another's now says nothing of those who are still known by others.
                if !members.is_empty() && at.is_some_and(listed) {
                    continue;
                }
                let source = self.nodes.sources.place(record.source());
                let rank = source.map_or(u16::MAX, |source| rank(self.ranks, source));
                records.push((rank, record, self.elsewhere(record, at)));
            }
        }
        records.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        records.into_iter().map(|(_, record, seen)| (record, seen)).collect()
    }

    /// What is said of a record by which somebody is known and that isn't one of theirs now.
    fn elsewhere(&self, record: &Id, at: Option<u32>) -> Seen {
        let Some(at) = at.filter(|at| self.nodes.get(*at).draft.is_some()) else {
            return unlisted(record, self.nodes.sources.sighting(record.source()));
        };
        let others = self.matching.clusters.members(at).filter(|other| *other != at);
        let other = others.min_by_key(|at| (rank(self.ranks, self.nodes.get(*at).source), *at));
        Seen::Gone(
            Reason::Gone,
            match other {
                Some(other) => {
                    let other = self.nodes.get(other).record;
                    smol_str::format_smolstr!("`{record}` is joined to `{other}` now")
                }
                None => smol_str::format_smolstr!("`{record}` is no longer joined to them"),
            },
        )
    }

    /// The active people of several records with whom no set goes on.
    fn alone(&mut self) {
        for (at, person) in (0..).zip(self.nodes.held) {
            if self.inherits[at as usize]
                || person.records.is_empty()
                || !person.status.is_active()
                || self.done.held_back.contains_key(&at)
            {
                continue;
            }
            let mut records = self.seen(&[], std::iter::once(at));
            if !records.iter().any(|(record, _)| **record == person.id) {
                // The record that once brought them may be back tomorrow.
                let sighting = self.nodes.sources.sighting(person.id.source());
                records.push((&person.id, unlisted(&person.id, sighting)));
            }
            let standing = standing(&records, &self.rules.status);
            self.done.alone.push((at, standing));
        }
    }
}
