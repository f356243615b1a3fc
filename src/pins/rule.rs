//! Pins applied: before people are put in their places, after that, and on the changes.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    NOTICE, Pin,
    select::{Meant, meant},
};
use crate::{
    directory::{
        Directory, Disagreement, Field, FieldKind, Id, Person, Reason, Status, Text, Value,
    },
    finding::{Code, Finding},
    mapping::{Draft, Standing},
    plan::{Change, EntryKind, FurtherPin},
};

/// The word under `set:` for whether somebody is active.
const STATUS: &str = "status";

/// What the pins did.
#[derive(Debug, Default)]
pub struct Pinned<'a> {
    /// Remarks on pins, with their places.
    pub findings: Vec<Finding>,
    /// The values of sources that lost to a pin.
    pub disagreements: Vec<Disagreement>,
    /// The sources' names, in order.
    sources: Vec<Text>,
    /// By person, what each pin gives.
    holds: BTreeMap<Id, Vec<Hold<'a>>>,
}

/// What one pin gives one person.
#[derive(Debug)]
struct Hold<'a> {
    pin: &'a Pin,
    fields: Vec<&'a (Field, Value)>,
    status: bool,
}

/// Lets the pins win: every field but the place, which [`Pinned::place`] gives once the rules have
/// given theirs. `people` are sorted by id and stay so; somebody whom only the directory knows is
/// among them afterwards where a pin says whether they are active. `sources` are in name order.
pub fn pin<'a>(
    pins: &'a [Pin],
    people: &mut Vec<Draft>,
    held: &Directory,
    sources: Vec<Text>,
    today: Date,
) -> Pinned<'a> {
    let mut pinned = Pinned { sources, ..Pinned::default() };
    let (holding, ended): (Vec<&Pin>, Vec<&Pin>) = pins.iter().partition(|pin| pin.holds(today));
    for pin in ended {
        pinned.ended(pin);
    }
    if holding.is_empty() {
        return pinned;
    }
    let mut added = Vec::new();
    for (pin, meant) in holding.iter().zip(meant(&holding, people, held)) {
        match meant {
            Meant::Nobody => pinned.unknown(pin, "is nobody in the directory or its sources"),
            Meant::Several(count) => pinned.unknown(pin, &format!("is {count} people")),
            Meant::Listed(place) => {
                let draft = &mut people[place];
                let held = held.person(&draft.person.id);
                pinned.listed(pin, draft, held, today);
            }
            Meant::Held(place) => {
                let person = &held.people[place];
                pinned.held(pin, person, &mut added, today);
            }
        }
    }
    if !added.is_empty() {
        people.append(&mut added);
        // Two sorted runs: linear.
        people.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    }
    pinned
}

impl<'a> Pinned<'a> {
    fn unknown(&mut self, pin: &Pin, what: &str) {
        let message = format!("the pin of `{}` does nothing: that {what}", pin.person);
        let help = "correct `person:`, best with an id, or remove the pin";
        self.findings.push(Finding::warning(Code::PinUnknown, message, help).at(&pin.at));
    }

    fn ended(&mut self, pin: &Pin) {
        let Some(until) = pin.until else { return };
        let message = format!(
            "the pin of `{}` ended on {until}: the sources decide again on {}",
            pin.person,
            words(pin)
        );
        let help = "remove it, or give it another `until:`";
        self.findings.push(Finding::warning(Code::PinEnded, message, help).at(&pin.at));
    }

    fn ends(&mut self, pin: &Pin, person: &Person, today: Date) {
        let Some(until) = pin.until else { return };
        if until.since(today).is_ok_and(|span| span.get_days() > NOTICE) {
            return;
        }
        let message = format!(
            "the pin of {} of `{}` ends on {until}; then the sources decide again",
            words(pin),
            person.name
        );
        let help = "give it another `until:`, or have the source say so by then";
        let finding = Finding::warning(Code::PinEnds, message, help);
        self.findings.push(finding.at(&pin.at).about([person.id.clone()]));
    }

    /// The fields that this pin may give a person: those that no earlier pin gave them.
    fn claim(&mut self, pin: &'a Pin, person: &Person) -> Hold<'a> {
        let earlier = self.holds.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let mut hold = Hold { pin, fields: Vec::new(), status: pin.status.is_some() };
        let mut twice = Vec::new();
        for field in &pin.set {
            let same = |hold: &&Hold<'_>| hold.fields.iter().any(|other| other.0 == field.0);
            match earlier.iter().find(same) {
                Some(first) => twice.push((field.0.name(), first.pin)),
                None => hold.fields.push(field),
            }
        }
        if hold.status
            && let Some(first) = earlier.iter().find(|hold| hold.status)
        {
            twice.push((STATUS, first.pin));
            hold.status = false;
        }
        for (word, first) in twice {
            let message = format!(
                "`{word}` of `{}` is pinned twice; what `{}` at {} says counts",
                person.name, first.person, first.at
            );
            let finding = Finding::warning(Code::PinTwice, message, "remove one of the two");
            self.findings.push(finding.at(&pin.at).about([person.id.clone()]));
        }
        hold
    }

    fn listed(&mut self, pin: &'a Pin, draft: &mut Draft, held: Option<&Person>, today: Date) {
        let hold = self.claim(pin, &draft.person);
        self.ends(pin, &draft.person, today);
        let mut needless = Vec::new();
        for (field, value) in
            hold.fields.iter().copied().filter(|(field, _)| late(*field) != Late::Whole)
        {
            needless.extend(self.give(draft, *field, value));
        }
        if let (true, Some(active)) = (hold.status, pin.status) {
            let by_hand = held.is_some_and(|held| manual(&held.status));
            if active == draft.source_disabled.is_none() && !by_hand {
                needless.push(STATUS);
            }
            stand(draft, pin, active);
        }
        self.needless(pin, &draft.person, &needless);
        self.holds.entry(draft.person.id.clone()).or_default().push(hold);
    }

    /// Somebody whom no source lists. A pin of their status brings them back or lets them go;
    /// without one they are as the listings prove, and the pin waits for them.
    fn held(&mut self, pin: &'a Pin, person: &Person, added: &mut Vec<Draft>, today: Date) {
        let there = added.iter().position(|draft| draft.person.id == person.id);
        let Some(active) = pin.status else {
            match there {
                Some(at) => self.listed(pin, &mut added[at], Some(person), today),
                None if person.status.is_active() => self.ends(pin, person, today),
                None => self.unknown(pin, "is somebody who is disabled and whom no source lists"),
            }
            return;
        };
        if there.is_none() {
            let mut person = person.clone();
            person.status = Status::Active;
            added.push(Draft::new(person));
            added.sort_by(|a, b| a.person.id.cmp(&b.person.id));
        }
        let Some(draft) = added.iter_mut().find(|draft| draft.person.id == person.id) else {
            return;
        };
        // What no source says is not needless.
        draft.source_disabled = active.then(|| "no source lists them".into());
        self.listed(pin, draft, Some(person), today);
        draft.source_disabled = None;
    }

    /// Gives one value; the field's word where the sources say the same.
    fn give(&mut self, draft: &mut Draft, field: Field, value: &Value) -> Option<&'static str> {
        let before = draft.person.get(field);
        // The manifest checked it.
        if draft.person.set(field, value.clone()).is_err() {
            return None;
        }
        if draft.person.get(field) == before {
            return Some(field.name());
        }
        if !before.is_empty() {
            let id = draft.person.id.clone();
            let winner = draft.origin.as_ref().and_then(|origin| origin.winner(field));
            let source = winner.and_then(|at| self.sources.get(at)).cloned();
            self.disagreements.push(Disagreement {
                source: source.unwrap_or_else(|| id.source().into()),
                id,
                field,
                value: plain(&before),
                winner: "pin".into(),
            });
        }
        None
    }

    fn needless(&mut self, pin: &Pin, person: &Person, words: &[&str]) {
        if words.is_empty() {
            return;
        }
        let message = format!(
            "the pin of `{}` of `{}` is needless: the sources say the same",
            words.join("` and `"),
            person.name
        );
        let help = "remove it; what the sources say holds anyhow";
        let finding = Finding::note(Code::PinNeedless, message, help);
        self.findings.push(finding.at(&pin.at).about([person.id.clone()]));
    }

    /// Gives places and flags once more, after the rules of the tree have given theirs.
    pub fn place(&mut self, people: &mut [Draft]) {
        let mut late_ones = Vec::new();
        for (id, holds) in &self.holds {
            for hold in holds {
                for (field, value) in hold.fields.iter().copied() {
                    if late(*field) != Late::No {
                        late_ones.push((id.clone(), hold.pin, *field, value));
                    }
                }
            }
        }
        for (id, pin, field, value) in late_ones {
            let Ok(at) = people.binary_search_by(|draft| draft.person.id.cmp(&id)) else {
                continue;
            };
            let draft = &mut people[at];
            if late(field) == Late::Again {
                // It was told when it was given first.
                let _ = draft.person.set(field, value.clone());
                continue;
            }
            match self.give(draft, field, value) {
                Some(word) => self.needless(pin, &draft.person.clone(), &[word]),
                None => draft.rule = None,
            }
        }
    }

    /// The pins of a person: each with the fields that it gives them, and whether it says if they are
    /// active.
    pub fn of(&self, id: &Id) -> impl Iterator<Item = (&'a Pin, Vec<Field>, bool)> {
        let holds = self.holds.get(id).into_iter().flatten();
        holds.map(|hold| {
            let fields = hold.fields.iter().map(|(field, _)| *field);
            (hold.pin, fields.collect(), hold.status)
        })
    }

    /// Writes into the changes which pins they come from.
    pub fn mark(&self, changes: &mut [Change]) {
        if self.holds.is_empty() {
            return;
        }
        for change in changes.iter_mut().filter(|change| change.entry == EntryKind::Person) {
            let Ok(id) = Id::parse(&change.key) else { continue };
            for hold in self.holds.get(&id).into_iter().flatten() {
                let given = |field: &(Field, Value)| {
                    change.field(field.0).is_some().then(|| Text::new_static(field.0.name()))
                };
                let mut words: Vec<Text> =
                    hold.fields.iter().filter_map(|field| given(field)).collect();
                if hold.status && (change.reason == Some(Reason::Manual) || change.action.returns())
                {
                    words.push(Text::new_static(STATUS));
                }
                if words.is_empty() {
                    continue;
                }
                let (pin, note) = (hold.pin.at.clone().into(), hold.pin.note());
                if change.cause.pin.is_none() {
                    change.cause.pin = Some(pin);
                    change.cause.note = note;
                } else {
                    let pinned = words.clone();
                    change.cause.further.push(FurtherPin { pin, pinned, note });
                }
                change.cause.pinned.append(&mut words);
            }
        }
    }
}

/// When a field is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Late {
    /// Before the rules of the tree, which may look at it.
    No,
    /// Before them, and again after them, since they may set it.
    Again,
    /// After them.
    Whole,
}

fn late(field: Field) -> Late {
    match field.kind() {
        FieldKind::Path => Late::Whole,
        FieldKind::Flag => Late::Again,
        FieldKind::Text | FieldKind::Extension | FieldKind::Extensions | FieldKind::Records => {
            Late::No
        }
    }
}

fn stand(draft: &mut Draft, pin: &Pin, active: bool) {
    if active {
        draft.source_disabled = None;
        draft.pinned = Some(Box::new(Standing::Active));
    } else {
        draft.pinned = Some(Box::new(Standing::Disabled(pin.evidence())));
    }
}

fn manual(status: &Status) -> bool {
    matches!(status, Status::Disabled { reason: Reason::Manual, .. }) && !super::disabled(status)
}

/// The words that a pin sets: "`mobile` and `status`".
fn words(pin: &Pin) -> String {
    let fields = pin.set.iter().map(|(field, _)| field.name());
    let words: Vec<&str> = fields.chain(pin.status.map(|_| STATUS)).collect();
    format!("`{}`", words.join("` and `"))
}

/// A value as the ledger keeps it.
fn plain(value: &Value) -> Text {
    match value {
        Value::None => Text::default(),
        Value::Flag(flag) => flag.to_string().into(),
        Value::Text(text) => text.clone(),
        Value::List(texts) => texts.join(", ").into(),
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
