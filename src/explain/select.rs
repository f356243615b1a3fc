//! Who is meant: somebody of the directory, or a record that stands for nobody in it.

use super::Reading;
use crate::{
    directory::{Directory, Id, Inventory, Person},
    mapping::{Mapped, Mapping, entries},
    plan::Sighting,
    source::{Coverage, Listing, Record},
};

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A person's id, or the record that leads to them.
    One(Id),
    /// Several, sorted: nobody is guessed.
    Several(Vec<Id>),
    /// Nobody.
    Nobody,
}

/// Whether a person is meant by their number, address or name, as it is typed: `4021`, `hq:4021`,
/// `ada@corp.example`, `Ada Lovelace`.
pub fn is_meant(person: &Person, who: &str) -> bool {
    let number = |text: &str| {
        let own = person.extension.iter().chain(&person.additional_extensions);
        own.map(|extension| extension.as_str()).any(|extension| extension == text)
    };
    let in_pbx = who.split_once(':').is_some_and(|(pbx, text)| person.pbx == pbx && number(text));
    let email = || {
        let address = person.email.as_ref();
        address.is_some_and(|address| alike(address, who))
    };
    in_pbx || number(who) || email() || alike(&person.name, who)
}

/// Whether two texts differ in case at most. Everybody is asked, so letters without accents are
/// compared as they stand.
pub(super) fn alike(one: &str, other: &str) -> bool {
    match one.is_ascii() && other.is_ascii() {
        true => one.eq_ignore_ascii_case(other),
        false => one.to_lowercase() == other.to_lowercase(),
    }
}

/// Who of the directory is meant: by id or record, else by what they go by; who has a number or a
/// name now comes before who had it.
pub fn known<'d>(directory: &'d Directory, who: &str) -> Vec<&'d Person> {
    if let Ok(id) = Id::parse(who) {
        if let Some(person) = directory.person(&id) {
            return vec![person];
        }
        let stands = |person: &&Person| person.records.iter().any(|joined| joined.record == id);
        let people: Vec<&Person> = directory.people.iter().filter(stands).collect();
        let active = people.iter().copied().find(|person| person.status.is_active());
        if let Some(one) = active.or(people.first().copied()) {
            return vec![one];
        }
    }
    foremost(directory.people.iter().filter(|person| is_meant(person, who)).collect(), who)
}

/// Of people who go by the same those who come first: who has a number or a name now before who had
/// it, and whose own extension a number is before who only has it too, as on a shared line.
pub fn foremost<'d>(found: Vec<&'d Person>, who: &str) -> Vec<&'d Person> {
    let only = |among: Vec<&'d Person>, comes_first: &dyn Fn(&Person) -> bool| {
        let first: Vec<&Person> =
            among.iter().copied().filter(|person| comes_first(person)).collect();
        if first.is_empty() { among } else { first }
    };
    let own = |person: &Person| {
        person.extension.as_ref().is_some_and(|number| {
            let pbx = who.strip_suffix(number.as_str()).and_then(|pbx| pbx.strip_suffix(':'));
            number.as_str() == who || pbx == Some(person.pbx.as_str())
        })
    };
    only(only(found, &|person| person.status.is_active()), &own)
}

/// Who is meant, by the directory and by what the sources have: whom the directory has now comes
/// before whom the sources would add, those before whom it had, and records that the mapping leaves
/// out come last.
pub fn meant(
    directory: &Directory,
    sources: &[(Sighting, Mapped)],
    readings: &[Reading<'_>],
    who: &str,
) -> Meant {
    let there = known(directory, who);
    if let [one] = there.as_slice()
        && (one.status.is_active() || one.id.as_str() == who)
    {
        return Meant::One(one.id.clone());
    }
    let active = there.iter().any(|person| person.status.is_active());
    let ids = |people: &[&Person]| people.iter().map(|person| person.id.clone()).collect();
    if active {
        return Meant::Several(ids(&there));
    }
    if let Ok(id) = Id::parse(who)
        && readings.iter().any(|reading| reading.has(&id))
    {
        return Meant::One(id);
    }
    let drafts = sources.iter().flat_map(|(_, mapped)| &mapped.people);
    let drafts: Vec<Id> = drafts
        .filter(|draft| is_meant(&draft.person, who))
        .map(|draft| draft.person.id.clone())
        .collect();
    let there = ids(&there);
    for found in [drafts, there, left_out(sources, readings, who)] {
        match found.as_slice() {
            [] => {}
            [one] => return Meant::One(one.clone()),
            _ => {
                let mut found = found;
                found.sort();
                return Meant::Several(found);
            }
        }
    }
    Meant::Nobody
}

/// Others who go by the same once the sources are followed, sorted: a number may pass on.
pub fn also(sources: &[(Sighting, Mapped)], who: &str, known: &[Id]) -> Vec<Id> {
    let drafts = sources.iter().flat_map(|(_, mapped)| &mapped.people);
    let drafts = drafts.filter(|draft| is_meant(&draft.person, who));
    let mut ids: Vec<Id> = drafts.map(|draft| draft.person.id.clone()).collect();
    ids.retain(|id| !known.contains(id));
    ids.sort();
    ids.dedup();
    ids
}

/// The records that no person came of, and that would be meant if one had.
fn left_out(sources: &[(Sighting, Mapped)], readings: &[Reading<'_>], who: &str) -> Vec<Id> {
    let mut found = Vec::new();
    for (reading, (_, mapped)) in readings.iter().zip(sources) {
        let out = mapped.out_of_scope.iter().map(|(id, _)| id).chain(&mapped.held_back);
        let mut out: Vec<&str> = out.map(Id::key).collect();
        out.sort_unstable();
        let unused = |record: &&Record| out.binary_search(&record.key.as_str()).is_ok();
        let listing = Listing {
            names: reading.names.clone(),
            records: reading.records.iter().filter(unused).cloned().collect(),
            coverage: Coverage::Partial { because: "some of its records are looked at".into() },
            as_of: None,
            departures: Vec::new(),
            inventory: Inventory::default(),
            unread: Vec::new(),
            findings: Vec::new(),
        };
        let all = Mapping { keep: None, ..reading.mapping.clone() };
        // What it can't map was told when all of it was mapped.
        let drafts = entries(listing, &all).unwrap_or_default().people;
        let meant = drafts.into_iter().filter(|draft| is_meant(&draft.person, who));
        found.extend(meant.map(|draft| draft.person.id));
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn case_is_no_difference_with_accents_or_without() {
        assert!(alike("Ada LOVELACE", "ada Lovelace"));
        assert!(alike("ÉLODIE Martin", "élodie martin"));
        assert!(!alike("Elodie Martin", "Élodie Martin"));
        // The sign of kelvin is a capital k.
        assert!(alike("\u{212a}im", "kim"));
    }
}
