//! From what was decided to people: their records, their values, and what is to be told.

use rayon::prelude::*;

use super::{
    Fate, Origin,
    decide::{Becomes, Decided, Group},
    matching::{Matching, key},
    nodes::Nodes,
    rules::PeopleRules,
    standing::Standing,
    values::{NO_SOURCE, Orders, combined, disagreements},
};
use crate::{
    directory::{Disagreement, Dispute, Field, Id, Joined, Person, Text},
    finding::{Code, Finding},
    mapping::Draft,
};

/// What joining gives besides the people whose record is taken as it is.
#[derive(Debug, Default)]
pub(super) struct Joint {
    pub(super) drafts: Vec<Draft>,
    pub(super) fates: Vec<(Id, Fate)>,
    pub(super) disagreements: Vec<Disagreement>,
    pub(super) findings: Vec<Finding>,
}

/// Who has a record from now on.
#[derive(Debug, Clone, Copy)]
enum Owner {
    /// It is taken as it is, or it isn't used.
    Nobody,
    /// Somebody new.
    New,
    /// That person of the directory.
    Held(u32),
}

/// All that was found out, to make people of it.
pub(super) struct Joining<'j, 'a> {
    pub(super) nodes: &'j Nodes<'a>,
    pub(super) matching: &'j Matching,
    pub(super) decided: &'j Decided,
    pub(super) rules: &'j PeopleRules,
    pub(super) orders: &'j Orders,
    pub(super) ranks: &'j [u16],
}

impl Joining<'_, '_> {
    /// People, fates and findings.
    pub(super) fn joint(&self) -> Joint {
        let mut joint = Joint::default();
        let made: Vec<(Draft, Vec<Disagreement>)> =
            self.decided.groups.par_iter().filter_map(|group| self.draft(group)).collect();
        joint.drafts.reserve_exact(made.len());
        for (draft, mut lost) in made {
            joint.drafts.push(draft);
            joint.disagreements.append(&mut lost);
        }
        let owners = self.owners();
        for group in &self.decided.groups {
            self.fates(group, &owners, &mut joint);
        }
        for (at, standing) in &self.decided.alone {
            let fate = match standing {
                Standing::Left(reason, evidence) => {
                    Fate::Leaves { reason: *reason, evidence: evidence.clone() }
                }
                Standing::Unknown(source, because) => {
                    Fate::Unknown { source: source.clone(), because: because.clone() }
                }
                Standing::Here | Standing::Unusable => Fate::Stays,
            };
            self.stays(*at, fate, &owners, &mut joint);
        }
        for at in self.decided.held_back.keys() {
            joint.fates.push((self.held(*at).id.clone(), Fate::Stays));
        }
        joint.fates.sort();
        joint.fates.dedup_by(|later, first| later.0 == first.0);
        joint.findings.extend(self.decided.disputes.iter().map(disputed));
        joint.findings.extend(self.outdated());
        joint
    }

    fn held(&self, at: u32) -> &Person {
        &self.nodes.held[at as usize]
    }

    /// For each record who has it from now on.
    fn owners(&self) -> Vec<Owner> {
        let mut owners = vec![Owner::Nobody; self.nodes.all.len()];
        for group in &self.decided.groups {
            if let Becomes::Person { .. } = &group.becomes {
                let owner = group.heirs.first().map_or(Owner::New, |first| Owner::Held(*first));
                for at in &group.members {
                    owners[*at as usize] = owner;
                }
            }
        }
        owners
    }

    /// The person that a set is.
    fn draft(&self, group: &Group) -> Option<(Draft, Vec<Disagreement>)> {
        let Becomes::Person { id, disabled, split } = &group.becomes else { return None };
        let members = &group.members;
        let base = members.iter().map(|at| self.nodes.get(*at)).find(|node| node.draft.is_some());
        let base = base.unwrap_or(self.nodes.get(members[0])).person;
        let mut combined = combined(self.nodes, self.orders, members, base);
        combined.person.id = id.clone();
        combined.person.records = self.records(group, id);
        let mut lost = Vec::new();
        disagreements(self.nodes, members, &combined, &mut lost);
        let declared = self.nodes.sources.declared();
        let winners =
            combined.winners.map(|at| if usize::from(at) < declared { at } else { NO_SOURCE });
        let split = split.map(|at| {
            let with = self.held(at).id.clone();
            let evidence = smol_str::format_smolstr!(
                "nothing joins `{id}` to the records of `{with}` any more"
            );
            (with, evidence)
        });
        let draft = Draft {
            source_disabled: disabled.clone(),
            nameless: combined.nameless,
            origin: Some(Box::new(Origin { winners, split })),
            ..Draft::new(combined.person)
        };
        Some((draft, lost))
    }

    /// The records of a person, with the rule that joined each; empty for the one of their id.
    pub(super) fn records(&self, group: &Group, id: &Id) -> Vec<Joined> {
        let members = &group.members;
        if let [at] = members[..]
            && self.nodes.get(at).record == id
        {
            return Vec::new();
        }
        let Some(first) = self.first(group, id) else { return Vec::new() };
        let mut records: Vec<Joined> = members
            .iter()
            .map(|&at| Joined {
                record: self.nodes.get(at).record.clone(),
                by: self.by(at, first, group, id),
            })
            .collect();
        records.sort();
        records
    }

    /// The record that the others of a set are joined to.
    fn first(&self, group: &Group, id: &Id) -> Option<u32> {
        let members = group.members.iter().copied();
        match group.heirs.first() {
            Some(person) => {
                let own = |at: &u32| self.nodes.get(*at).claim.is_some_and(|c| c.person == *person);
                self.nodes.heir(*person, members.filter(own), self.ranks)
            }
            None => members.into_iter().find(|at| self.nodes.get(*at).record == id),
        }
    }

    /// The rule that joined a record: the one that the directory holds, as long as there is such a
    /// rule, or today's.
    fn by(&self, at: u32, first: u32, group: &Group, id: &Id) -> Text {
        let node = self.nodes.get(at);
        if node.record == id {
            return Joined::FIRST.into();
        }
        let holder = group.heirs.first();
        // Who turns out to be one with another brings their links along.
        let held = node.claim.filter(|claim| {
            Some(&claim.person) == holder
                || group.heirs.contains(&claim.person) && claim.by != Joined::FIRST
        });
        let clusters = &self.matching.clusters;
        let step = match held {
            Some(claim) if claim.by == Joined::FIRST || self.rules.rule(claim.by).is_some() => {
                return claim.by.into();
            }
            Some(_) => None,
            None => clusters.step(at, first),
        };
        let rule = |step: Option<u16>| step.and_then(|step| self.rules.link.get(usize::from(step)));
        let any = || group.members.iter().filter_map(|other| clusters.step(at, *other)).min();
        match rule(step).or_else(|| rule(any())) {
            Some(rule) => rule.name.clone(),
            None => node.claim.map_or(Joined::FIRST, |claim| claim.by).into(),
        }
    }

    /// What becomes of the active people whose ids go on with a set.
    fn fates(&self, group: &Group, owners: &[Owner], joint: &mut Joint) {
        let active = group.heirs.iter().filter(|at| self.held(**at).status.is_active());
        for &at in active {
            let fate = match &group.becomes {
                Becomes::Person { id, .. } if self.held(at).id == *id => continue,
                Becomes::Person { id, .. } => {
                    Fate::Merge { with: id.clone(), evidence: self.why_one(group, at) }
                }
                Becomes::Left(reason, evidence) => {
                    Fate::Leaves { reason: *reason, evidence: evidence.clone() }
                }
                Becomes::Unknown(source, because) => {
                    Fate::Unknown { source: source.clone(), because: because.clone() }
                }
                Becomes::Unusable | Becomes::Nobody | Becomes::Disputed(_) => Fate::Stays,
            };
            self.stays(at, fate, owners, joint);
        }
    }

    /// Notes a fate; where somebody stays as they are although records of theirs are another
    /// person's now, those are taken off.
    fn stays(&self, at: u32, fate: Fate, owners: &[Owner], joint: &mut Joint) {
        let person = self.held(at);
        let passed = |record: &Id| {
            self.nodes.find(record).is_some_and(|node| match owners[node as usize] {
                Owner::Nobody => false,
                Owner::New => true,
                Owner::Held(other) => other != at,
            })
        };
        let stays = matches!(fate, Fate::Unknown { .. } | Fate::Stays);
        if stays
            && !self.decided.held_back.contains_key(&at)
            && person.records.iter().any(|joined| passed(&joined.record))
        {
            let mut person = person.clone();
            person.records.retain(|joined| !passed(&joined.record));
            if let [only] = person.records.as_slice()
                && only.record == person.id
            {
                person.records.clear();
            }
            joint.drafts.push(Draft::new(person));
        } else {
            joint.fates.push((person.id.clone(), fate));
        }
    }

    /// What shows that somebody is one with the person whose id goes on.
    pub(super) fn why_one(&self, group: &Group, at: u32) -> Text {
        let of = |person: u32| {
            let own = |at: &u32| self.nodes.get(*at).claim.is_some_and(|c| c.person == person);
            self.nodes.heir(person, group.members.iter().copied().filter(own), self.ranks)
        };
        let (Some(one), Some(other)) = (of(at), group.heirs.first().and_then(|at| of(*at))) else {
            return "their records are joined".into();
        };
        let step = self.matching.clusters.step(one, other).map(usize::from);
        let (one, other) = (self.nodes.get(one).record, self.nodes.get(other).record);
        match step.and_then(|step| self.rules.link.get(step)) {
            Some(rule) => {
                smol_str::format_smolstr!("`{one}` and `{other}` are joined by `{}`", rule.name)
            }
            None => smol_str::format_smolstr!("`{one}` and `{other}` are joined"),
        }
    }

    /// Links that hold although the rule that made them wouldn't make them today.
    fn outdated(&self) -> Vec<Finding> {
        let finding = |outdated: &super::matching::Outdated| {
            let rule = &self.rules.link[outdated.rule];
            let value = |at: u32| key(self.nodes, &rule.key, at as usize).unwrap_or_default();
            let (one, other) = (outdated.record, outdated.other);
            let id = self.nodes.get(one).claim.map(|claim| self.held(claim.person).id.clone());
            let records = [one, other].map(|at| self.nodes.get(at).record);
            Finding::warning(
                Code::LinkOutdated,
                format!(
                    "`{}` and `{}` stay joined by `{}`, which differs now: `{}` and `{}`",
                    records[0], records[1], rule.name, value(one), value(other),
                ),
                "correct it in one of the sources, or tell the records apart by a rule further up in \
                 `link`",
            )
            .about(id)
            .at(&rule.at)
        };
        self.matching.outdated.iter().map(finding).collect()
    }
}

fn disputed(dispute: &Dispute) -> Finding {
    let Dispute { records, by, value, people } = dispute;
    let names: Vec<String> = records.iter().take(10).map(|id| format!("`{id}`")).collect();
    let more = match records.len().saturating_sub(10) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let stay = match people.len() {
        0 => "none of them is added".to_owned(),
        1 => "1 person stays as they are".to_owned(),
        count => format!("{count} people stay as they are"),
    };
    Finding::warning(
        Code::Dispute,
        format!("`{by}` `{value}` is not one to one: {}{more}; {stay}", names.join(", ")),
        "correct it in the sources, or say in a table of `link` which records belong together",
    )
    .about(records.iter().chain(people).cloned())
}

/// Leaves out the findings that a record lacks what its person has from another, and tells of what
/// none of their records has once.
pub(super) fn unneeded(findings: &mut Vec<Finding>, joint: &[Draft]) {
    let lacks = |finding: &Finding| match finding.code {
        Code::NoName => Some(Field::Name),
        Code::NoExtension => Some(Field::Extension),
        _ => None,
    };
    if !findings.iter().any(|finding| lacks(finding).is_some()) {
        return;
    }
    let records = joint
        .iter()
        .flat_map(|draft| draft.person.records.iter().map(move |joined| (&joined.record, draft)));
    let mut has: Vec<(&Id, &Draft)> = records.collect();
    has.sort_by(|a, b| a.0.cmp(b.0));
    let draft_of = |record: &Id| {
        has.binary_search_by(|(other, _)| (*other).cmp(record)).ok().map(|at| has[at].1)
    };
    // Whom it is told of by the record that has their id.
    let mut told: Vec<(Code, Id)> = findings
        .iter()
        .filter_map(|finding| match (lacks(finding), finding.keys.as_slice()) {
            (Some(_), [record]) if draft_of(record)?.person.id == *record => {
                Some((finding.code, record.clone()))
            }
            _ => None,
        })
        .collect();
    told.sort();
    findings.retain(|finding| {
        let (Some(field), [record]) = (lacks(finding), finding.keys.as_slice()) else {
            return true;
        };
        let Some(draft) = draft_of(record) else { return true };
        let id = &draft.person.id;
        let once = id == record || told.binary_search(&(finding.code, id.clone())).is_err();
        once && match field {
            Field::Name => draft.nameless,
            _ => draft.person.extension.is_none(),
        }
    });
}
