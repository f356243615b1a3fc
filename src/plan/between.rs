//! What must happen to people for one directory to become another.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::{Action, Cause, Change, FieldChange, Sighting};
use crate::{
    directory::{Directory, Field, Id, Person, Reason, Status, Text, Unknown, Value},
    finding::{Code, Finding, Severity},
    mapping::{Draft, Standing},
    merge::Fate,
    pins,
    source::Coverage,
};

/// People whom one thread compares at a time; few in tests, so that the laws see several shares.
const SHARE: usize = if cfg!(test) { 2 } else { 4096 };

/// What [`between`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Changes of people, by id.
    pub changes: Vec<Change>,
    /// Active people who stay as they are.
    pub unchanged: u64,
    /// The people who will be active, by id.
    pub active: Vec<&'a Person>,
    /// Remarks on sources that don't prove who is absent, and on records that are not used.
    pub findings: Vec<Finding>,
    /// People whose absence is not proven, by id, and what keeps it from being known.
    pub unknown: Vec<Unknown>,
}

/// Compares the held people with the wanted ones. Both are sorted by id, `sightings` by source.
/// `fates` are of held people who are not wanted and of whom joining decided, sorted by id; the
/// others are of one record each.
///
/// Only a listing that is complete disables anybody. Nobody is deleted. A disabled person stays as
/// they were on their last day until they return, since old calls point at that.
pub fn between<'a>(
    held: &'a Directory,
    wanted: &'a [Draft],
    sightings: &[Sighting],
    fates: &[(Id, Fate)],
) -> Difference<'a> {
    let walks: Vec<Walk<'_, '_>> = shares(&held.people, wanted)
        .into_par_iter()
        .map(|(held, wanted)| Walk::through(held, wanted, sightings, fates))
        .collect();
    let mut whole = Walk::new(sightings, fates);
    whole.changes.reserve_exact(walks.iter().map(|walk| walk.changes.len()).sum());
    whole.active.reserve_exact(walks.iter().map(|walk| walk.active.len()).sum());
    for mut walk in walks {
        whole.changes.append(&mut walk.changes);
        whole.unchanged += walk.unchanged;
        whole.active.append(&mut walk.active);
        whole.undecided.append(&mut walk.undecided);
        whole.findings.append(&mut walk.findings);
    }
    whole.finish()
}

/// Both lists cut at the same ids, so that each part is compared by itself.
fn shares<'a>(mut held: &'a [Person], mut wanted: &'a [Draft]) -> Vec<(&'a [Person], &'a [Draft])> {
    let mut shares = Vec::new();
    while let Some((these, others)) = wanted.split_at_checked(SHARE)
        && let Some(next) = others.first()
    {
        let before = held.partition_point(|person| person.id < next.person.id);
        let (absent, rest) = held.split_at(before);
        shares.push((absent, these));
        (held, wanted) = (rest, others);
    }
    shares.push((held, wanted));
    shares
}

/// Somebody whose absence a source doesn't prove.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Undecided<'a, 'b> {
    source: Text,
    id: &'a Id,
    /// What keeps it from being known, where joining found that out.
    because: Option<&'b Text>,
}

struct Walk<'a, 'b> {
    sightings: &'b [Sighting],
    fates: &'b [(Id, Fate)],
    changes: Vec<Change>,
    unchanged: u64,
    active: Vec<&'a Person>,
    /// People whose absence a source doesn't prove, with that source.
    undecided: Vec<Undecided<'a, 'b>>,
    findings: Vec<Finding>,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(sightings: &'b [Sighting], fates: &'b [(Id, Fate)]) -> Self {
        Self {
            sightings,
            fates,
            changes: Vec::new(),
            unchanged: 0,
            active: Vec::new(),
            undecided: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn through(
        held: &'a [Person],
        wanted: &'a [Draft],
        sightings: &'b [Sighting],
        fates: &'b [(Id, Fate)],
    ) -> Self {
        let mut walk = Self::new(sightings, fates);
        walk.active.reserve_exact(wanted.len());
        let (mut before, mut after) = (held.iter().peekable(), wanted.iter().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => return walk,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(held), Some(wanted)) => held.id.cmp(&wanted.person.id),
            };
            let held = if order.is_le() { before.next() } else { None };
            let wanted = if order.is_ge() { after.next() } else { None };
            match (held, wanted) {
                (Some(held), Some(wanted)) => walk.both(held, wanted),
                (Some(held), None) => walk.absent(held),
                (None, Some(wanted)) => walk.unknown(wanted),
                (None, None) => {}
            }
        }
    }

    fn absent(&mut self, held: &'a Person) {
        if !held.status.is_active() {
            return;
        }
        if let Ok(at) = self.fates.binary_search_by(|(id, _)| id.cmp(&held.id)) {
            return self.fated(held, &self.fates[at].1);
        }
        let sighting = self.sighting(&held.id);
        match sighting.and_then(|sighting| sighting.absence(&held.id)) {
            Some((reason, evidence)) => self.changes.push(disabled(held, reason, evidence)),
            None => {
                if sighting.is_none_or(|seen| seen.held_back.binary_search(&held.id).is_err()) {
                    self.undecided(held, held.id.source(), None);
                }
                self.keep(held);
            }
        }
    }

    fn undecided(&mut self, held: &'a Person, source: &str, because: Option<&'b Text>) {
        let source = source.into();
        self.undecided.push(Undecided { source, id: &held.id, because });
    }

    /// Somebody of whom joining decided.
    fn fated(&mut self, held: &'a Person, fate: &'b Fate) {
        match fate {
            Fate::Leaves { reason, evidence } => {
                self.changes.push(disabled(held, *reason, evidence.clone()));
            }
            Fate::Merge { with, evidence } => {
                let mut change = disabled(held, Reason::Merged, evidence.clone());
                change.action = Action::Merge;
                change.with = Some(with.clone());
                self.changes.push(change);
            }
            Fate::Unknown { source, because } => {
                self.undecided(held, source, Some(because));
                self.keep(held);
            }
            Fate::Stays => self.keep(held),
        }
    }

    fn unknown(&mut self, wanted: &'a Draft) {
        let Draft { person, source_disabled, rule, pinned, .. } = wanted;
        if let Some(Standing::Disabled(_)) = pinned.as_deref() {
            return;
        }
        if let Some(evidence) = source_disabled {
            self.findings.push(Finding {
                code: Code::DisabledAtSource,
                severity: Severity::Note,
                message: format!(
                    "`{}` is disabled at the source and was never here: {evidence}",
                    person.name
                ),
                help: "leave it, or enable the account at the source".into(),
                keys: person.known_as().map(|(record, _)| record.clone()).collect(),
                at: None,
            });
            return;
        }
        let mut fields: Vec<_> = Field::ALL
            .into_iter()
            .map(|field| (field, person.get(field)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(field, value)| FieldChange::of(field, Value::None, value))
            .collect();
        // A first plan is nothing but these.
        fields.shrink_to_fit();
        let added = change(Action::Add, person, fields, rule);
        self.changes.push(came(added, wanted));
        self.active.push(person);
    }

    fn both(&mut self, held: &'a Person, wanted: &'a Draft) {
        let Draft { source_disabled, pinned, .. } = wanted;
        if let Some(pinned) = pinned {
            return self.pinned(held, wanted, pinned);
        }
        let complete = self
            .sighting(&held.id)
            .is_some_and(|seen| matches!(seen.coverage, Coverage::Complete { .. }));
        match (&held.status, source_disabled) {
            (Status::Disabled { .. }, Some(_)) => {}
            (status @ Status::Disabled { reason: Reason::Manual, .. }, None)
                if !pins::disabled(status) => {}
            (Status::Active, Some(evidence)) if complete => {
                self.changes.push(disabled(held, Reason::SourceDisabled, evidence.clone()));
            }
            (Status::Active, Some(_)) => {
                self.undecided(held, held.id.source(), None);
                self.keep(held);
            }
            (Status::Disabled { .. }, None) => self.enabled(held, wanted),
            (Status::Active, None) => self.updated(held, wanted),
        }
    }

    /// Somebody of whom a pin says whether they are in use.
    fn pinned(&mut self, held: &'a Person, wanted: &'a Draft, pinned: &Standing) {
        match (&held.status, pinned) {
            (Status::Active, Standing::Disabled(evidence)) => {
                self.changes.push(disabled(held, Reason::Manual, evidence.clone()));
            }
            (Status::Disabled { .. }, Standing::Disabled(_)) => {}
            (Status::Disabled { .. }, Standing::Active) => self.enabled(held, wanted),
            (Status::Active, Standing::Active) => self.updated(held, wanted),
        }
    }

    fn enabled(&mut self, held: &'a Person, wanted: &'a Draft) {
        let Draft { person, rule, .. } = wanted;
        let enabled = change(Action::Enable, person, differences(held, person), rule);
        self.changes.push(came(enabled, wanted));
        self.active.push(person);
    }

    fn updated(&mut self, held: &'a Person, wanted: &'a Draft) {
        let Draft { person, rule, .. } = wanted;
        let fields = differences(held, person);
        if fields.is_empty() {
            self.keep(held);
            return;
        }
        let moved = held.path != person.path;
        let action = if moved { Action::Move } else { Action::Update };
        let rule = if moved { rule } else { &None };
        let mut change = change(action, person, fields, rule);
        if let Some(source) = self.winner(wanted, &change.fields) {
            change.cause.source = Some(source);
        }
        self.changes.push(change);
        self.active.push(person);
    }

    /// The source whose value won the first of the changed fields that one has won.
    fn winner(&self, wanted: &Draft, fields: &[FieldChange]) -> Option<Text> {
        let origin = wanted.origin.as_ref()?;
        let mut fields = fields.iter().filter_map(|change| Field::parse(&change.field));
        let at = fields.find_map(|field| origin.winner(field))?;
        self.sightings.get(at).map(|sighting| sighting.source.clone())
    }

    fn keep(&mut self, held: &'a Person) {
        self.unchanged += 1;
        self.active.push(held);
    }

    fn sighting(&self, id: &Id) -> Option<&Sighting> {
        self.sightings.iter().find(|sighting| sighting.source == id.source())
    }

    fn finish(self) -> Difference<'a> {
        let Self { sightings, fates: _, changes, unchanged, active, mut undecided, mut findings } =
            self;
        undecided.sort_unstable();
        let mut unknown = Vec::with_capacity(undecided.len());
        for some in undecided.chunk_by(|a, b| a.source == b.source) {
            let source = some.first().map_or("", |one| &one.source);
            let seen = sightings.iter().find(|sighting| sighting.source == source);
            let because = seen.and_then(Sighting::unproven).unwrap_or_else(|| {
                smol_str::format_smolstr!("the manifest no longer declares `{source}`")
            });
            unknown.extend(some.iter().map(|one| Unknown {
                id: one.id.clone(),
                because: one.because.unwrap_or(&because).clone(),
            }));
            let keys: Vec<Id> = some.iter().map(|one| one.id.clone()).collect();
            let remark = seen.and_then(|seen| seen.remark(keys.clone()));
            findings.push(remark.unwrap_or_else(|| undeclared(source, keys)));
        }
        for sighting in sightings {
            let told = undecided.iter().any(|one| one.source == sighting.source);
            findings.extend(if told { None } else { sighting.remark(Vec::new()) });
        }
        unknown.sort();
        Difference { changes, unchanged, active, findings, unknown }
    }
}

fn undeclared(source: &str, keys: Vec<Id>) -> Finding {
    Finding::warning(
        Code::SourceNotDeclared,
        format!(
            "{} came from `{source}`, which the manifest no longer declares; they stay as they are",
            people(keys.len()),
        ),
        format!(
            "declare `{source}` under `sources:` again; with `keep: false` and `--trust {source}=0` its people leave"
        ),
    )
    .about(keys)
}

fn people(count: usize) -> String {
    match count {
        1 => "1 person".into(),
        count => format!("{count} people"),
    }
}

fn change(
    action: Action,
    person: &Person,
    fields: Vec<FieldChange>,
    rule: &Option<Text>,
) -> Change {
    let source = Some(person.id.source().into());
    let cause = Cause { source, rule: rule.clone(), ..Cause::default() };
    Change { cause, ..Change::of_person(action, person, fields) }
}

/// Somebody new, or back: perhaps since they turned out not to be one with another person.
fn came(mut change: Change, wanted: &Draft) -> Change {
    if let Some((with, evidence)) = wanted.origin.as_ref().and_then(|origin| origin.split()) {
        change.action = Action::Split;
        change.with = Some(with.clone());
        change.evidence = Some(evidence.clone());
    }
    change
}

fn disabled(held: &Person, reason: Reason, evidence: Text) -> Change {
    let mut change = change(Action::Disable, held, Vec::new(), &None);
    change.reason = Some(reason);
    change.evidence = Some(evidence);
    change
}

/// The fields in which `after` differs from `before`, in the order that a person reads them.
///
/// The status is not one of them: it decides the action.
pub fn differences(before: &Person, after: &Person) -> Vec<FieldChange> {
    if before == after {
        return Vec::new();
    }
    Field::ALL
        .into_iter()
        .map(|field| FieldChange::of(field, before.get(field), after.get(field)))
        .filter(|change| change.before != change.after)
        .collect()
}
