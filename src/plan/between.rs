//! What must happen to people for one directory to become another.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::{Action, Cause, Change, EntryKind, FieldChange, Sighting};
use crate::{
    directory::{Directory, Field, Id, Person, Reason, Status, Text, Unknown, Value},
    finding::{Code, Finding, Severity},
    mapping::{Draft, Standing},
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
///
/// Only a listing that is complete disables anybody. Nobody is deleted. A disabled person stays as
/// they were on their last day until they return, since old calls point at that.
pub fn between<'a>(
    held: &'a Directory,
    wanted: &'a [Draft],
    sightings: &[Sighting],
) -> Difference<'a> {
    let walks: Vec<Walk<'_, '_>> = shares(&held.people, wanted)
        .into_par_iter()
        .map(|(held, wanted)| Walk::through(held, wanted, sightings))
        .collect();
    let mut whole = Walk::new(sightings);
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

struct Walk<'a, 'b> {
    sightings: &'b [Sighting],
    changes: Vec<Change>,
    unchanged: u64,
    active: Vec<&'a Person>,
    /// People of sources that don't prove their absence, by id.
    undecided: Vec<&'a Id>,
    findings: Vec<Finding>,
}

impl<'a, 'b> Walk<'a, 'b> {
    fn new(sightings: &'b [Sighting]) -> Self {
        Self {
            sightings,
            changes: Vec::new(),
            unchanged: 0,
            active: Vec::new(),
            undecided: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn through(held: &'a [Person], wanted: &'a [Draft], sightings: &'b [Sighting]) -> Self {
        let mut walk = Self::new(sightings);
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
        let sighting = self.sighting(&held.id);
        match sighting.and_then(|sighting| sighting.absence(&held.id)) {
            Some((reason, evidence)) => self.changes.push(disabled(held, reason, evidence)),
            None => {
                if sighting.is_none_or(|seen| seen.held_back.binary_search(&held.id).is_err()) {
                    self.undecided.push(&held.id);
                }
                self.keep(held);
            }
        }
    }

    fn unknown(&mut self, wanted: &'a Draft) {
        let Draft { person, source_disabled, rule, pinned } = wanted;
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
                keys: vec![person.id.clone()],
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
        self.changes.push(change(Action::Add, person, fields, rule));
        self.active.push(person);
    }

    fn both(&mut self, held: &'a Person, wanted: &'a Draft) {
        let Draft { person, source_disabled, rule, pinned } = wanted;
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
                self.undecided.push(&held.id);
                self.keep(held);
            }
            (Status::Disabled { .. }, None) => self.enabled(held, person, rule),
            (Status::Active, None) => self.updated(held, person, rule),
        }
    }

    /// Somebody of whom a pin says whether they are in use.
    fn pinned(&mut self, held: &'a Person, wanted: &'a Draft, pinned: &Standing) {
        let Draft { person, rule, .. } = wanted;
        match (&held.status, pinned) {
            (Status::Active, Standing::Disabled(evidence)) => {
                self.changes.push(disabled(held, Reason::Manual, evidence.clone()));
            }
            (Status::Disabled { .. }, Standing::Disabled(_)) => {}
            (Status::Disabled { .. }, Standing::Active) => self.enabled(held, person, rule),
            (Status::Active, Standing::Active) => self.updated(held, person, rule),
        }
    }

    fn enabled(&mut self, held: &'a Person, person: &'a Person, rule: &Option<Text>) {
        self.changes.push(change(Action::Enable, person, differences(held, person), rule));
        self.active.push(person);
    }

    fn updated(&mut self, held: &'a Person, person: &'a Person, rule: &Option<Text>) {
        let fields = differences(held, person);
        if fields.is_empty() {
            self.keep(held);
            return;
        }
        let moved = held.path != person.path;
        let action = if moved { Action::Move } else { Action::Update };
        let rule = if moved { rule } else { &None };
        self.changes.push(change(action, person, fields, rule));
        self.active.push(person);
    }

    fn keep(&mut self, held: &'a Person) {
        self.unchanged += 1;
        self.active.push(held);
    }

    fn sighting(&self, id: &Id) -> Option<&Sighting> {
        self.sightings.iter().find(|sighting| sighting.source == id.source())
    }

    fn finish(self) -> Difference<'a> {
        let Self { sightings, changes, unchanged, active, undecided, mut findings } = self;
        for ids in undecided.chunk_by(|a, b| a.source() == b.source()) {
            findings.push(undecided_finding(ids, sightings));
        }
        for sighting in sightings {
            let told = undecided.iter().any(|id| id.source() == sighting.source);
            findings.extend(if told { None } else { sighting.remark(Vec::new()) });
        }
        let mut unknown = Vec::with_capacity(undecided.len());
        for ids in undecided.chunk_by(|a, b| a.source() == b.source()) {
            let source = ids.first().map_or("", |id| id.source());
            let seen = sightings.iter().find(|sighting| sighting.source == source);
            let because = seen.and_then(Sighting::unproven).unwrap_or_else(|| {
                smol_str::format_smolstr!("the manifest no longer declares `{source}`")
            });
            let one = |&id: &&Id| Unknown { id: id.clone(), because: because.clone() };
            unknown.extend(ids.iter().map(one));
        }
        Difference { changes, unchanged, active, findings, unknown }
    }
}

fn undecided_finding(ids: &[&Id], sightings: &[Sighting]) -> Finding {
    let source = ids.first().map_or("", |id| id.source());
    let keys: Vec<Id> = ids.iter().map(|&id| id.clone()).collect();
    let seen = sightings.iter().find(|sighting| sighting.source == source);
    if let Some(remark) = seen.and_then(|seen| seen.remark(keys.clone())) {
        return remark;
    }
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
    Change {
        id: Text::default(),
        action,
        entry: EntryKind::Person,
        key: person.id.clone().into(),
        name: person.name.clone(),
        fields,
        reason: None,
        evidence: None,
        with: None,
        cause: Cause {
            source: Some(person.id.source().into()),
            rule: rule.clone(),
            ..Cause::default()
        },
    }
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
