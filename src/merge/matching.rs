//! Rules tried in order: which records are one person.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use rayon::prelude::*;

use super::{
    clusters::Clusters,
    nodes::{Nodes, rank},
    rules::{LinkKey, LinkRule, PeopleRules},
};
use crate::directory::{Id, Joined, Person, Text};

/// Sets of records that one key may bring together before only their sources are looked at.
const SEVERAL: usize = 64;

/// Which records are one person, and where that can't be said.
#[derive(Debug)]
pub(super) struct Matching {
    pub(super) clusters: Clusters,
    /// Records that no longer stand for whom they stood for: a number that was passed on.
    pub(super) passed_on: Vec<bool>,
    pub(super) contests: Vec<Contest>,
    pub(super) outdated: Vec<Outdated>,
}

/// Records that would be joined were it one to one.
#[derive(Debug)]
pub(super) struct Contest {
    pub(super) nodes: Vec<u32>,
    pub(super) by: Text,
    pub(super) value: Text,
}

/// Two records that are joined although the rule that once joined them wouldn't do so now.
#[derive(Debug)]
pub(super) struct Outdated {
    pub(super) rule: usize,
    pub(super) record: u32,
    pub(super) other: u32,
}

/// Two sets that would be joined, by a record of each.
struct Edge {
    a: u32,
    b: u32,
}

struct Tries<'n, 'a> {
    nodes: &'n Nodes<'a>,
    rules: &'n PeopleRules,
    ranks: &'n [u16],
    /// For each rule and record a number for what is to be the same; 0 where there is nothing.
    keys: Vec<Vec<u64>>,
    done: Matching,
}

/// Tries the rules in order, each first on what is listed today and then on what it joined earlier.
pub(super) fn matching(nodes: &Nodes<'_>, rules: &PeopleRules, ranks: &[u16]) -> Matching {
    let count = nodes.all.len();
    let done = Matching {
        clusters: Clusters::new(count),
        passed_on: vec![false; count],
        contests: Vec::new(),
        outdated: Vec::new(),
    };
    let keys = rules.link.iter().map(|rule| {
        // What isn't listed may have passed its number on by now.
        let counts = |at: usize| {
            let node = &nodes.all[at];
            node.draft.is_some() || node.speaks && !rule.key.passes_on()
        };
        let key = |at: usize| key(nodes, &rule.key, at).filter(|_| counts(at));
        let key = |at: usize| key(at).map_or(0, |key| number(&key));
        (0..count).into_par_iter().map(key).collect()
    });
    let mut tries = Tries { nodes, rules, ranks, keys: keys.collect(), done };
    let links = tries.held_links();
    let mut links = links.chunk_by(|a, b| a.0 == b.0).peekable();
    for step in 0..=rules.link.len() {
        tries.today(step);
        let held = links.next_if(|links| links.first().is_some_and(|link| link.0 == step));
        tries.held(step, held.unwrap_or_default());
    }
    tries.part();
    tries.back();
    tries.done
}

/// What a record has to share with others for a rule to join them.
pub(super) fn key<'n>(nodes: &'n Nodes<'_>, key: &'n LinkKey, at: usize) -> Option<Cow<'n, str>> {
    let node = &nodes.all[at];
    let nameless = node.draft.is_some_and(|draft| draft.nameless);
    key.of(node.record, node.person, nameless)
}

fn number(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish().max(1)
}

fn step_of(step: usize) -> u16 {
    u16::try_from(step).unwrap_or(u16::MAX)
}

impl Tries<'_, '_> {
    /// Joins what has the same value today.
    fn today(&mut self, step: usize) {
        let Some(rule) = self.rules.link.get(step) else { return };
        let keys = &self.keys[step];
        let mut shared: Vec<(u64, u32)> =
            keys.par_iter().copied().zip(0..u32::MAX).filter(|(key, _)| *key != 0).collect();
        shared.par_sort_unstable();
        let mut edges = Vec::new();
        for same in shared.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            let root = self.done.clusters.root(same[0].1);
            if same.iter().all(|(_, at)| self.done.clusters.root(*at) == root) {
                continue;
            }
            // Different values seldom have the same number, but they may.
            let text = |at: u32| key(self.nodes, &rule.key, at as usize).unwrap_or_default();
            let mut texts: Vec<_> = same.iter().map(|(_, at)| (text(*at), *at)).collect();
            texts.sort();
            for same in texts.chunk_by(|a, b| a.0 == b.0) {
                let mut sets: Vec<(u32, u32)> =
                    same.iter().map(|(_, at)| (self.done.clusters.root(*at), *at)).collect();
                sets.sort_unstable();
                sets.dedup_by_key(|(root, _)| *root);
                let sets: Vec<u32> = sets.into_iter().map(|(_, at)| at).collect();
                self.pairs(&sets, step, &mut edges);
            }
        }
        self.settle(&edges, step, true);
    }

    /// Which of the sets that share a value could be joined, two at a time.
    fn pairs(&self, sets: &[u32], step: usize, edges: &mut Vec<Edge>) {
        if sets.len() > SEVERAL {
            // So many that they contest one another anyway, where any two can be joined at all.
            let mut by_sources: BTreeMap<Vec<u16>, Vec<u32>> = BTreeMap::new();
            for &at in sets {
                by_sources.entry(self.sources(at)).or_default().push(at);
            }
            let kinds: Vec<_> = by_sources.iter().collect();
            for (at, (sources, some)) in kinds.iter().enumerate() {
                for (others, more) in &kinds[at + 1..] {
                    if sources.iter().all(|source| !others.contains(source)) {
                        edges.extend(some.iter().map(|&a| Edge { a, b: more[0] }));
                        edges.extend(more.iter().map(|&b| Edge { a: some[0], b }));
                    }
                }
            }
            return;
        }
        for (at, &a) in sets.iter().enumerate() {
            let others = sets[at + 1..].iter().filter(|&&b| !self.exclude(a, b, step));
            edges.extend(others.map(|&b| Edge { a, b }));
        }
    }

    /// The links that the directory holds: the step at which each counts, the record, and the one
    /// that goes on with its person's id.
    fn held_links(&self) -> Vec<(usize, u32, u32)> {
        let last = self.rules.link.len();
        // Nothing for the record that brought the person.
        let place = |by: &str| match by {
            Joined::FIRST => None,
            by => Some(self.rules.rule(by).map_or(last, |(at, _)| at)),
        };
        let mut links = Vec::new();
        for claimed in self.nodes.claimed.chunk_by(|a, b| a.0 == b.0).filter(|all| all.len() > 1) {
            let all = claimed.iter().map(|(_, at)| *at);
            let Some(heir) = self.nodes.heir(claimed[0].0, all.clone(), self.ranks) else {
                continue;
            };
            let by = |at: u32| {
                let claim = self.nodes.get(at).claim?;
                if claim.past { Some(last) } else { place(claim.by) }
            };
            links.extend(all.filter(|at| *at != heir).map(|at| {
                let step = by(at).max(by(heir)).unwrap_or(last);
                (step, at, heir)
            }));
        }
        links.sort_unstable();
        links
    }

    /// Joins what this rule joined in an earlier run.
    fn held(&mut self, step: usize, links: &[(usize, u32, u32)]) {
        let root = |at: u32| self.done.clusters.root(at);
        // What a table tells apart today somebody wrote there on purpose.
        let table = self.rules.link.get(step).is_some_and(LinkRule::is_table);
        let apart = step + usize::from(table);
        let edges: Vec<Edge> = links
            .iter()
            .map(|&(_, a, b)| Edge { a, b })
            .filter(|Edge { a, b }| root(*a) != root(*b) && !self.exclude(*a, *b, apart))
            .filter(|Edge { a, b }| ![a, b].iter().any(|at| self.done.passed_on[**at as usize]))
            .collect();
        if let Some(keys) = self.keys.get(step) {
            let listed = |at: u32| self.nodes.get(at).draft.is_some();
            let value = |at: u32| Some(keys[at as usize]).filter(|key| *key != 0 && listed(at));
            let differ = |edge: &&Edge| matches!((value(edge.a), value(edge.b)), (Some(a), Some(b)) if a != b);
            let outdated = edges.iter().filter(differ);
            let outdated =
                outdated.map(|edge| Outdated { rule: step, record: edge.a, other: edge.b });
            self.done.outdated.extend(outdated);
        }
        self.settle(&edges, step, false);
    }

    /// Gives records that no longer stand for whom they stood for back to those whom they once
    /// brought, where they can be.
    fn back(&mut self) {
        let nodes = self.nodes;
        let heir = |person: u32| {
            let left = nodes.of(person).iter().map(|(_, at)| *at);
            nodes.heir(person, left, self.ranks)
        };
        let root = |at: u32| self.done.clusters.root(at);
        let last = self.rules.link.len();
        let edge = |&(at, person): &(u32, u32)| {
            let stays = nodes.get(at).claim.and_then(|claim| heir(claim.person));
            let other = heir(person)?;
            let left = stays.is_some_and(|stays| root(stays) != root(at));
            (left && root(other) != root(at) && !self.exclude(at, other, last))
                .then_some(Edge { a: at, b: other })
        };
        let edges: Vec<Edge> = nodes.brought.iter().filter_map(edge).collect();
        self.settle(&edges, last, false);
    }

    /// Joins the sets that edges connect, where they don't exclude one another.
    fn settle(&mut self, edges: &[Edge], step: usize, today: bool) {
        let root = |at: u32| self.done.clusters.root(at);
        let mut sets: Vec<u32> =
            edges.iter().flat_map(|edge| [root(edge.a), root(edge.b)]).collect();
        sets.sort_unstable();
        sets.dedup();
        let place = |at: u32| sets.binary_search(&root(at)).unwrap_or_default();
        let mut connected = Clusters::new(sets.len());
        let mut counted: Vec<(u32, &Edge)> = Vec::with_capacity(edges.len());
        for edge in edges {
            let (a, b) = (place(edge.a) as u32, place(edge.b) as u32);
            connected.join(a, b, 0);
            counted.push((a, edge));
        }
        for (at, _) in &mut counted {
            *at = connected.root(*at);
        }
        counted.sort_by_key(|(at, edge)| (*at, edge.a, edge.b));
        for edges in counted.chunk_by(|a, b| a.0 == b.0) {
            let mut together: Vec<u32> =
                connected.members(edges[0].0).map(|at| sets[at as usize]).collect();
            together.sort_unstable();
            let pairs = || {
                together
                    .iter()
                    .enumerate()
                    .flat_map(|(at, &a)| together[at + 1..].iter().map(move |&b| (a, b)))
            };
            // A set has at least one source, so more sets than sources share one.
            let exclude = together.len() > self.nodes.sources.names.len()
                || pairs().any(|(a, b)| self.exclude(a, b, step));
            let edges: Vec<&Edge> = edges.iter().map(|(_, edge)| *edge).collect();
            if exclude {
                self.contest(&together, &edges, step, today);
                continue;
            }
            if today {
                self.pass_on(&together, step);
            }
            for pair in together.windows(2) {
                self.done.clusters.join(pair[0], pair[1], step_of(step));
            }
        }
    }

    /// Whether two sets can't be one person: they have records of one source, or an earlier rule
    /// tells them apart.
    fn exclude(&self, a: u32, b: u32, step: usize) -> bool {
        let clusters = &self.done.clusters;
        let source = |at: u32| self.nodes.get(at).source;
        if clusters.members(a).any(|a| clusters.members(b).any(|b| source(a) == source(b))) {
            return true;
        }
        self.keys[..step.min(self.keys.len())].iter().any(|keys| {
            let values = |set: u32| {
                clusters
                    .members(set)
                    .filter(|at| self.nodes.get(*at).draft.is_some())
                    .map(|at| keys[at as usize])
                    .filter(|key| *key != 0)
            };
            values(a).next().is_some()
                && values(b).next().is_some()
                && !values(a).any(|a| values(b).any(|b| a == b))
        })
    }

    fn sources(&self, set: u32) -> Vec<u16> {
        let members = self.done.clusters.members(set);
        let mut sources: Vec<u16> = members.map(|at| self.nodes.get(at).source).collect();
        sources.sort_unstable();
        sources
    }

    fn contest(&mut self, sets: &[u32], edges: &[&Edge], step: usize, today: bool) {
        let ends = || edges.iter().flat_map(|edge| [edge.a, edge.b]);
        let (by, value, mut nodes): (Text, Text, Vec<u32>) = match self.rules.link.get(step) {
            Some(rule) if today => {
                let keys = &self.keys[step];
                let mut shared: Vec<u64> = ends().map(|at| keys[at as usize]).collect();
                shared.sort_unstable();
                let text = |at: u32| key(self.nodes, &rule.key, at as usize);
                let value = ends().filter_map(text).min().unwrap_or_default();
                let members = sets.iter().flat_map(|set| self.done.clusters.members(*set));
                let sharing =
                    members.filter(|at| shared.binary_search(&keys[*at as usize]).is_ok());
                (rule.name.clone(), value.as_ref().into(), sharing.collect())
            }
            rule => {
                let claims = || ends().filter_map(|at| self.nodes.get(at).claim);
                let mut people: Vec<&Id> =
                    claims().map(|claim| &self.nodes.held[claim.person as usize].id).collect();
                people.sort();
                people.dedup();
                let people: Vec<&str> = people.into_iter().map(Id::as_str).collect();
                let by = match rule {
                    Some(rule) => rule.name.clone(),
                    None => claims().map(|claim| claim.by).max().unwrap_or(Joined::FIRST).into(),
                };
                (by, people.join(", ").into(), ends().collect())
            }
        };
        nodes.sort_unstable();
        nodes.dedup();
        self.done.contests.push(Contest { nodes, by, value });
    }

    /// What is passed on doesn't make anybody the person who had it before, neither a number nor a
    /// telephone that carries another address now: where a set of records comes with a record of a
    /// source that knows that person by another one, and says more about who they are, their claim
    /// on the set ends, unless that record has what they were known by.
    fn pass_on(&mut self, together: &[u32], step: usize) {
        let mut passed_on = Vec::new();
        for &set in together {
            let members: Vec<u32> = self.done.clusters.members(set).collect();
            for &at in &members {
                let Some(claim) = self.nodes.get(at).claim else { continue };
                let person = &self.nodes.held[claim.person as usize];
                let own = members.iter().filter(|at| {
                    self.nodes.get(**at).claim.is_some_and(|other| other.person == claim.person)
                });
                let own: Vec<u32> = own.copied().collect();
                if own.iter().any(|at| *self.nodes.get(*at).record == person.id) {
                    continue;
                }
                let ranked = |at: u32| rank(self.ranks, self.nodes.get(at).source);
                let best = own.iter().map(|at| ranked(*at)).min().unwrap_or(u16::MAX);
                let is_another = |record: &Id, at: u32| {
                    let other = self.nodes.get(at).record;
                    other.source() == record.source() && other != record
                };
                let known = || person.known_as().map(|(record, _)| record);
                let mut others = together.iter().copied().filter(|other| *other != set);
                if others.any(|other| {
                    self.done.clusters.members(other).any(|at| {
                        is_another(&person.id, at)
                            || ranked(at) < best && known().any(|record| is_another(record, at))
                    }) && !self.is_known_by(person, other, step)
                }) {
                    passed_on.push(at);
                }
            }
        }
        for at in passed_on {
            self.done.passed_on[at as usize] = true;
        }
    }

    /// Ends the claim of whom a set is no longer: it came to have another record of the source that
    /// brought them, through links that it held already, and nothing that is new in it has what they
    /// were known by.
    fn part(&mut self) {
        let mut passed_on = Vec::new();
        for claimed in self.nodes.claimed.chunk_by(|a, b| a.0 == b.0) {
            let at = claimed[0].0;
            let person = &self.nodes.held[at as usize];
            let left = claimed.iter().map(|(_, at)| *at);
            let left = left.filter(|at| !self.done.passed_on[*at as usize]);
            let Some(heir) = self.nodes.heir(at, left, self.ranks) else { continue };
            if *self.nodes.get(heir).record == person.id {
                continue;
            }
            let is_new = |at: &u32| {
                let record = self.nodes.get(*at).record;
                !person.known_as().any(|(known, _)| known == record)
            };
            let new: Vec<u32> = self.done.clusters.members(heir).filter(is_new).collect();
            let mut others = new.iter().filter(|at| {
                let record = self.nodes.get(**at).record;
                record.source() == person.id.source() && *record != person.id
            });
            if others.any(|other| !self.by_table(heir, *other)) && !self.has_what(person, &new) {
                let root = self.done.clusters.root(heir);
                let here = |at: &u32| self.done.clusters.root(*at) == root;
                passed_on.extend(claimed.iter().map(|(_, at)| *at).filter(here));
            }
        }
        for at in passed_on {
            self.done.passed_on[at as usize] = true;
        }
    }

    /// Whether a table brought two records together.
    fn by_table(&self, one: u32, other: u32) -> bool {
        let step = self.done.clusters.step(one, other).map(usize::from);
        step.and_then(|step| self.rules.link.get(step)).is_some_and(LinkRule::is_table)
    }

    /// Whether one of these records is listed with what somebody of the directory was known by.
    fn has_what(&self, person: &Person, records: &[u32]) -> bool {
        self.rules.link.iter().zip(&self.keys).any(|(rule, keys)| {
            let had = rule.key.of(&person.id, person, false).map(|had| number(&had));
            let has =
                |at: &u32| self.nodes.get(*at).draft.is_some() && had == Some(keys[*at as usize]);
            !rule.key.passes_on() && had.is_some() && records.iter().any(has)
        })
    }

    /// Whether a set has what somebody of the directory was known by: the same value for the rule
    /// that joins it, and no other one for an earlier rule. A number says nothing, and who is in a
    /// row of a table is who the row says.
    fn is_known_by(&self, person: &Person, set: u32, step: usize) -> bool {
        let Some(rule) = self.rules.link.get(step) else { return false };
        if rule.key.passes_on() {
            return false;
        }
        let same = |step: usize| {
            let rule = &self.rules.link[step];
            let had = number(&rule.key.of(&person.id, person, false)?);
            let members = self.done.clusters.members(set);
            let mut has = members.map(|at| self.keys[step][at as usize]).filter(|key| *key != 0);
            let first = has.next()?;
            Some(first == had || has.any(|key| key == had))
        };
        let by_table = matches!(rule.key, LinkKey::Table(_));
        (by_table || same(step) == Some(true)) && (0..step).all(|step| same(step) != Some(false))
    }
}
