//! What pins say of somebody.

use super::{Case, PinSeen};
use crate::{
    directory::{Field, Person, Text},
    finding::Finding,
    mapping::{Draft, Standing},
    pins::{Pin, Pinned, pin},
};

/// Somebody as the sources and the pins want them.
pub(super) struct Pins<'a> {
    /// With the values that pins give; nobody is placed yet.
    pub(super) draft: Draft,
    /// By field, the pin that gives it.
    pub(super) fields: Vec<(Field, PinSeen)>,
    /// The pin that says whether they are active, and what it says.
    pub(super) status: Option<(PinSeen, Standing)>,
    /// Remarks on these pins.
    pub(super) findings: Vec<Finding>,
    pinned: Pinned<'a>,
}

impl<'a> Pins<'a> {
    /// The pins of somebody, applied to what the sources want of them. Where the sources don't decide
    /// about them, a pin only counts for what they have already.
    pub(super) fn new(case: &Case<'a>, wanted: &Person, decided: bool) -> Self {
        let plain = Draft::new(wanted.clone());
        let mut drafts = vec![plain.clone()];
        let pinned = pin(case.pins, &mut drafts, case.held, Vec::new(), case.today);
        let draft = drafts.into_iter().find(|draft| draft.person.id == wanted.id);
        let draft = draft.unwrap_or_else(|| plain.clone());
        let id = &wanted.id;
        let mut fields = Vec::new();
        let mut status = None;
        for (pin, given, stands) in pinned.of(id) {
            fields.extend(given.into_iter().map(|field| (field, seen(pin))));
            if let (true, Some(standing)) = (stands, draft.pinned.as_deref()) {
                status = Some((seen(pin), standing.clone()));
            }
        }
        if !decided {
            let same = |field: Field| draft.person.get(field) == wanted.get(field);
            fields.retain(|(field, _)| same(*field));
        }
        let findings = pinned.findings.iter().filter(|finding| finding.keys.contains(id));
        let findings = findings.cloned().collect();
        Self { draft: if decided { draft } else { plain }, fields, status, findings, pinned }
    }

    /// What pins give once the rules of the tree have given theirs.
    pub(super) fn place(&mut self, placed: Person) -> Person {
        let mut drafts = [Draft { person: placed, ..self.draft.clone() }];
        self.pinned.place(&mut drafts);
        let [draft] = drafts;
        draft.person
    }

    /// The pin of a field.
    pub(super) fn of(&self, field: Field) -> Option<&PinSeen> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, pin)| pin)
    }
}

fn seen(pin: &Pin) -> PinSeen {
    PinSeen { at: Text::from(pin.at.clone()), note: pin.note() }
}
