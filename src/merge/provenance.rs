//! How one person came about: their records, the rule that joined each, and whose value won.

use super::{
    PeopleRules, Seen, WhenEmptied,
    decide::{Becomes, Decided, Group, decide},
    emptied,
    matching::{Matching, key, matching},
    nodes::Nodes,
    people::Joining,
    standing::{Standing, listed, standing, unlisted},
    values::{NO_SOURCE, Orders, combined, differ, says, taken},
};
use crate::{
    directory::{Directory, Dispute, Field, Id, Person, Reason, Status, Text, Value},
    mapping::{Draft, Mapped},
    plan::Sighting,
};

/// How a person came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The person's id, as the directory has it or will have it.
    pub id: Id,
    /// What the sources come to for this person.
    pub outcome: Outcome,
    /// Their records, sorted.
    pub records: Vec<RecordOrigin>,
    /// The fields that have a value or had a loser, in the order that a person reads them, without
    /// the number space, the records and the place.
    pub fields: Vec<FieldOrigin>,
}

/// What the sources come to for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// They are in the directory, or about to be: new, back, or split from another.
    Wanted,
    /// They leave, stay disabled, or are new and not added.
    Absent {
        /// Why.
        reason: Reason,
        /// What shows it.
        evidence: Text,
    },
    /// They stay as they are: it isn't known whether they left.
    Unknown {
        /// The source that can't tell.
        source: Text,
        /// What keeps it from telling.
        because: Text,
    },
    /// They stay as they are, and their records are not added: it is disputed whose they are.
    Disputed(Dispute),
    /// They are one with another person.
    Merged {
        /// Whose id stays.
        with: Id,
        /// What shows it.
        evidence: Text,
    },
    /// They stay as they are: a record of theirs can't be used.
    HeldBack,
}

/// A record that stands for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOrigin {
    /// The record.
    pub record: Id,
    /// The rule that joined it, as [`crate::directory::Joined::by`].
    pub by: Text,
    /// What it says of whether they are here.
    pub seen: Seen,
    /// What each rule of `people.link` finds in it, in order.
    pub tried: Vec<Tried>,
}

/// What a rule finds in a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The rule's word.
    pub rule: Text,
    /// What has to be the same; none where the record doesn't have it.
    pub value: Option<Text>,
    /// Whether another record of the person has the same today.
    pub shared: bool,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOrigin {
    /// The field.
    pub field: Field,
    /// What the person has or will have, before the rules of `groups` set flags.
    pub value: Value,
    /// Where that comes from.
    pub from: ValueFrom,
    /// What other sources say, in the order in which they are asked.
    pub losers: Vec<Loser>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueFrom {
    /// That source's record.
    Source(Text),
    /// The directory: that source decides, and it isn't known what it has today.
    HeldFor(Text),
    /// The directory: no source has a value any more, and the manifest says to keep it.
    Kept,
    /// There is no value.
    Nothing,
}

/// A value that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loser {
    /// Whose it is.
    pub source: Text,
    /// The value.
    pub value: Value,
    /// Whether it is really another: not only in case, white space or how a number is written.
    pub differs: bool,
}

/// How the person came about to whom an id or a record leads; none where neither the sources nor
/// the directory know it.
///
/// The sources are those that [`merge`](super::merge) takes, and nothing is changed.
pub fn provenance(
    sources: &[(Sighting, Mapped)],
    held: &Directory,
    rules: &PeopleRules,
    who: &Id,
) -> Option<Provenance> {
    let mut sightings: Vec<Sighting> = sources
        .iter()
        .map(|(sighting, mapped)| Sighting {
            held_back: mapped.held_back.clone(),
            out_of_scope: mapped.out_of_scope.clone(),
            ..sighting.clone()
        })
        .collect();
    sightings.sort_by(|a, b| a.source.cmp(&b.source));
    let mut drafts: Vec<&Draft> = sources.iter().flat_map(|(_, mapped)| &mapped.people).collect();
    drafts.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    let nodes = &Nodes::new(drafts.into_iter(), held, &sightings);
    let ranks = rules.prefer.ranks(None, &nodes.sources.names);
    let orders = Orders::new(rules, &nodes.sources.names);
    let matching = matching(nodes, rules, &ranks);
    let decided = decide(nodes, &matching, rules, &ranks);
    let (matching, decided, orders, ranks) = (&matching, &decided, &orders, ranks.as_slice());
    let joining = Joining { nodes, matching, decided, rules, orders, ranks };
    Trace { joining, nodes, matching, decided, rules, orders }.of(who)
}

struct Trace<'t, 'a> {
    joining: Joining<'t, 'a>,
    nodes: &'t Nodes<'a>,
    matching: &'t Matching,
    decided: &'t Decided,
    rules: &'t PeopleRules,
    orders: &'t Orders,
}

impl Trace<'_, '_> {
    fn of(&self, who: &Id) -> Option<Provenance> {
        let held = self.nodes.held.binary_search_by(|person| person.id.cmp(who)).ok();
        if let Some(at) = held {
            let place = u32::try_from(at).ok()?;
            if let Some(group) = self.decided.groups.iter().find(|g| g.heirs.contains(&place)) {
                return Some(self.group(group, Some(place)));
            }
        }
        if let Some(at) = self.nodes.find(who) {
            let root = self.matching.clusters.root(at);
            let members: Vec<u32> = self.matching.clusters.members(root).collect();
            if let Some(group) = self.decided.groups.iter().find(|g| g.members.contains(&at)) {
                return Some(self.group(group, None));
            }
            let heirs = self.nodes.get(at).claim.map(|claim| claim.person).into_iter().collect();
            return Some(self.plain(&Group { members, heirs, becomes: Becomes::Nobody }));
        }
        let known = |person: &&Person| person.known_as().any(|(record, _)| record == who);
        let person = match held {
            Some(at) => &self.nodes.held[at],
            None => self.nodes.held.iter().find(known)?,
        };
        Some(self.without_records(person))
    }

    fn held(&self, at: u32) -> &Person {
        &self.nodes.held[at as usize]
    }

    /// Of somebody of whom none of the records is listed.
    fn without_records(&self, person: &Person) -> Provenance {
        let sighting = |record: &Id| self.nodes.sources.sighting(record.source());
        let seen: Vec<(&Id, Seen)> = person
            .known_as()
            .map(|(record, _)| (record, unlisted(record, sighting(record))))
            .collect();
        let outcome = match &person.status {
            Status::Disabled { reason, evidence, .. } => {
                Outcome::Absent { reason: *reason, evidence: evidence.clone() }
            }
            Status::Active => outcome(standing(&seen, &self.rules.status)),
        };
        let records = person.known_as().zip(seen).map(|((record, by), (_, seen))| RecordOrigin {
            record: record.clone(),
            by: by.into(),
            seen,
            tried: Vec::new(),
        });
        let fields = told().map(|field| FieldOrigin {
            field,
            value: person.get(field),
            from: ValueFrom::HeldFor(person.id.source().into()),
            losers: Vec::new(),
        });
        Provenance {
            id: person.id.clone(),
            outcome,
            records: records.collect(),
            fields: fields.filter(|origin| !origin.value.is_empty()).collect(),
        }
    }

    /// Of somebody whose one record is taken as it is.
    fn plain(&self, group: &Group) -> Provenance {
        let node = self.nodes.get(group.members[0]);
        let person = group.heirs.first().map(|at| self.held(*at));
        let outcome = match person.map(|person| &person.status) {
            Some(Status::Disabled { reason: Reason::Manual, evidence, .. }) => {
                Outcome::Absent { reason: Reason::Manual, evidence: evidence.clone() }
            }
            _ => outcome(standing(&[(node.record, self.seen(group.members[0]))], &[])),
        };
        let id = node.record.clone();
        let (records, fields) = (self.records(group, &id), self.fields(group, &outcome));
        Provenance { id, outcome, records, fields }
    }

    /// Of a set of records, or of one of the people whose ids would go on with it.
    fn group(&self, group: &Group, asked: Option<u32>) -> Provenance {
        let first = group.heirs.first();
        let best = group.members.iter().min_by_key(|at| self.nodes.get(**at).draft.is_none());
        let own = best.map(|at| self.nodes.get(*at).record.clone());
        let id = match (&group.becomes, first) {
            (Becomes::Person { id, .. }, _) => id.clone(),
            (_, Some(at)) => self.held(asked.unwrap_or(*at)).id.clone(),
            (_, None) => own.unwrap_or_else(|| self.nodes.get(group.members[0]).record.clone()),
        };
        let outcome = match &group.becomes {
            Becomes::Person { disabled: Some(evidence), .. } => {
                Outcome::Absent { reason: Reason::SourceDisabled, evidence: evidence.clone() }
            }
            Becomes::Person { .. } => match asked.filter(|at| Some(at) != first) {
                Some(at) => {
                    let asked = self.held(at).id.clone();
                    let evidence = self.joining.why_one(group, at);
                    let records = self.records(group, &id);
                    let outcome = Outcome::Merged { with: id, evidence };
                    let fields = self.fields(group, &outcome);
                    return Provenance { id: asked, outcome, records, fields };
                }
                None => Outcome::Wanted,
            },
            Becomes::Left(reason, evidence) => {
                Outcome::Absent { reason: *reason, evidence: evidence.clone() }
            }
            Becomes::Unknown(source, because) => {
                Outcome::Unknown { source: source.clone(), because: because.clone() }
            }
            Becomes::Unusable => Outcome::HeldBack,
            Becomes::Disputed(at) => Outcome::Disputed(self.decided.disputes[*at].clone()),
            Becomes::Nobody => self.nobody(group, asked),
        };
        let (records, fields) = (self.records(group, &id), self.fields(group, &outcome));
        Provenance { id, outcome, records, fields }
    }

    /// Why a set goes on as nobody: its person is disabled.
    fn nobody(&self, group: &Group, asked: Option<u32>) -> Outcome {
        let claimed = group.members.iter().filter_map(|at| self.nodes.get(*at).claim);
        let person = asked.or(group.heirs.first().copied());
        let person = person.or_else(|| claimed.map(|claim| claim.person).next());
        match person.map(|at| &self.held(at).status) {
            Some(Status::Disabled { reason, evidence, .. }) => {
                Outcome::Absent { reason: *reason, evidence: evidence.clone() }
            }
            Some(Status::Active) | None => Outcome::HeldBack,
        }
    }

    fn seen(&self, at: u32) -> Seen {
        let node = self.nodes.get(at);
        let sighting = self.nodes.sources.sighting(node.record.source());
        match node.draft {
            Some(draft) => listed(draft.source_disabled.as_ref(), sighting),
            None => unlisted(node.record, sighting),
        }
    }

    fn records(&self, group: &Group, id: &Id) -> Vec<RecordOrigin> {
        let joined = self.joining.records(group, id);
        let keys: Vec<Vec<Option<Text>>> = group
            .members
            .iter()
            .map(|at| {
                let keys =
                    self.rules.link.iter().map(|rule| key(self.nodes, &rule.key, *at as usize));
                keys.map(|key| key.map(|key| Text::from(key.as_ref()))).collect()
            })
            .collect();
        let record = |(place, at): (usize, &u32)| {
            let node = self.nodes.get(*at);
            let by = joined.iter().find(|joined| joined.record == *node.record);
            let tried = self.rules.link.iter().enumerate().map(|(rule, link)| {
                let value = keys[place][rule].clone();
                let same = |(other, keys): (usize, &Vec<Option<Text>>)| {
                    other != place && value.is_some() && keys[rule] == value
                };
                let shared = keys.iter().enumerate().any(same);
                Tried { rule: link.name.clone(), value, shared }
            });
            RecordOrigin {
                record: node.record.clone(),
                by: by.map_or_else(|| "first".into(), |joined| joined.by.clone()),
                seen: self.seen(*at),
                tried: tried.collect(),
            }
        };
        let mut records: Vec<RecordOrigin> = group.members.iter().enumerate().map(record).collect();
        records.sort_by(|a, b| a.record.cmp(&b.record));
        records
    }

    fn fields(&self, group: &Group, outcome: &Outcome) -> Vec<FieldOrigin> {
        let members = &group.members;
        let base = self.nodes.get(members[0]).person;
        let joined = combined(self.nodes, self.orders, members, base);
        let held = group.heirs.first().map(|at| self.held(*at));
        let mut person = joined.person;
        let mut kept = Vec::new();
        if let Some(held) = held.filter(|held| held.status.is_active()) {
            for field in emptied::lost(held, &person.clone()).collect::<Vec<_>>() {
                if self.rules.emptied.of(field) == WhenEmptied::Keep {
                    emptied::keep(field, held, &mut person);
                    kept.push(field);
                }
            }
        }
        let stays = match outcome {
            Outcome::Wanted | Outcome::Merged { .. } => None,
            Outcome::Absent { .. }
            | Outcome::Unknown { .. }
            | Outcome::Disputed(_)
            | Outcome::HeldBack => held,
        };
        let origin = |field: Field| {
            let winner = joined.winners[field as usize];
            let name = self.nodes.sources.names.get(usize::from(winner)).cloned();
            let speaks = members.iter().map(|at| self.nodes.get(*at));
            let speaks =
                speaks.filter(|node| node.source == winner).any(|node| node.draft.is_some());
            let value = stays.unwrap_or(&person).get(field);
            let from = match name {
                _ if kept.contains(&field) => ValueFrom::Kept,
                None if value.is_empty() => ValueFrom::Nothing,
                // A stand-in for a name that no source has.
                None => ValueFrom::HeldFor(base.id.source().into()),
                Some(name) if speaks && value == person.get(field) => ValueFrom::Source(name),
                Some(name) => ValueFrom::HeldFor(name),
            };
            let others = match field {
                // It goes with the extension, of which the others' are told.
                Field::ExtensionBy => Vec::new(),
                field => self.orders.sorted(field, members, self.nodes),
            };
            let others = others
                .into_iter()
                .map(|at| self.nodes.get(at))
                .filter(|node| node.source != winner && node.draft.is_some() && says(node, field));
            let losers = others.filter(|_| winner != NO_SOURCE).map(|node| {
                let theirs = node.person.get(field);
                let differs = differ(field, &person.get(field), &theirs);
                Loser { source: node.record.source().into(), value: theirs, differs }
            });
            FieldOrigin { field, losers: losers.collect(), value, from }
        };
        let origins = told().map(origin);
        origins.filter(|origin| !origin.value.is_empty() || !origin.losers.is_empty()).collect()
    }
}

/// The fields that are told: those that are taken each by itself, and what goes with the extension.
fn told() -> impl Iterator<Item = Field> {
    taken().chain([Field::ExtensionBy])
}

fn outcome(standing: Standing) -> Outcome {
    match standing {
        Standing::Here => Outcome::Wanted,
        Standing::Left(reason, evidence) => Outcome::Absent { reason, evidence },
        Standing::Unknown(source, because) => Outcome::Unknown { source, because },
        Standing::Unusable => Outcome::HeldBack,
    }
}
