//! Whom pins mean, among those whom the sources list and those who are only held.

use std::collections::BTreeMap;

use super::{Pin, Selector};
use crate::{
    directory::{Directory, Person, Text},
    mapping::Draft,
};

/// Whom a pin means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// Nobody.
    Nobody,
    /// So many people.
    Several(usize),
    /// Somebody whom the sources list: the place in the list.
    Listed(usize),
    /// Somebody whom only the directory knows: the place in it.
    Held(usize),
}

/// Whom each pin means. Ids are looked up; for addresses and numbers everybody is gone through
/// once, and not at all where no pin has one.
pub(super) fn meant(pins: &[&Pin], people: &[Draft], held: &Directory) -> Vec<Meant> {
    let mut wanted = Wanted::default();
    let mut listed: Vec<Vec<usize>> = vec![Vec::new(); pins.len()];
    for (at, pin) in pins.iter().enumerate() {
        match &pin.person {
            Selector::Id(id) => match people.binary_search_by(|draft| draft.person.id.cmp(id)) {
                Ok(found) => listed[at].push(found),
                Err(_) => wanted.records.entry(id.as_str()).or_default().push(at),
            },
            Selector::Email(address) => wanted.emails.entry(address).or_default().push(at),
            Selector::Extension(_, number) => {
                wanted.numbers.entry(number.as_str()).or_default().push(at);
            }
        }
    }
    if !wanted.is_empty() {
        for (place, draft) in people.iter().enumerate() {
            wanted.of(pins, &draft.person, |at| listed[at].push(place));
        }
    }
    let mut known: Vec<Vec<usize>> = vec![Vec::new(); pins.len()];
    if !wanted.is_empty() && listed.iter().any(Vec::is_empty) {
        for (place, person) in held.people.iter().enumerate() {
            if person.status.is_active() {
                wanted.of(pins, person, |at| known[at].push(place));
            }
        }
    }
    let each = listed.into_iter().zip(known).zip(pins);
    each.map(|((listed, known), pin)| one(listed, known, pin, people, held)).collect()
}

fn one(
    mut listed: Vec<usize>,
    mut known: Vec<usize>,
    pin: &Pin,
    people: &[Draft],
    held: &Directory,
) -> Meant {
    listed.dedup();
    if listed.len() > 1 {
        // A number passes on: who has it now comes before whose account is disabled.
        let now = |place: &usize| people[*place].source_disabled.is_none();
        let now: Vec<usize> = listed.iter().copied().filter(now).collect();
        if !now.is_empty() {
            listed = now;
        }
    }
    if let Selector::Id(id) = &pin.person
        && let Ok(place) = held.people.binary_search_by(|person| person.id.cmp(id))
    {
        known = vec![place];
    }
    known.dedup();
    match (listed.as_slice(), known.as_slice()) {
        ([one], _) => Meant::Listed(*one),
        ([], [one]) => Meant::Held(*one),
        ([], []) => Meant::Nobody,
        ([], several) | (several, _) => Meant::Several(several.len()),
    }
}

/// What pins look for, each with the pins that do.
#[derive(Default)]
struct Wanted<'a> {
    records: BTreeMap<&'a str, Vec<usize>>,
    emails: BTreeMap<&'a Text, Vec<usize>>,
    numbers: BTreeMap<&'a str, Vec<usize>>,
}

impl Wanted<'_> {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.emails.is_empty() && self.numbers.is_empty()
    }

    fn of(&self, pins: &[&Pin], person: &Person, mut found: impl FnMut(usize)) {
        if !self.records.is_empty() {
            for joined in &person.records {
                let pins = self.records.get(joined.record.as_str());
                pins.into_iter().flatten().for_each(|at| found(*at));
            }
        }
        if !self.emails.is_empty()
            && let Some(address) = &person.email
        {
            let pins = self.emails.get(&Text::from(address.to_lowercase()));
            pins.into_iter().flatten().for_each(|at| found(*at));
        }
        if !self.numbers.is_empty() {
            for number in person.extension.iter().chain(&person.additional_extensions) {
                for at in self.numbers.get(number.as_str()).into_iter().flatten() {
                    if let Selector::Extension(pbx, _) = &pins[*at].person
                        && pbx.as_ref().is_none_or(|pbx| *pbx == person.pbx)
                    {
                        found(*at);
                    }
                }
            }
        }
    }
}
