//! Values that no source has any more: cleared, kept, or a reason to refuse the run.

use super::{Emptied, Merged, WhenEmptied};
use crate::{
    directory::{Directory, Field, Person},
    finding::{Code, Finding},
};

/// What an active person loses of what the directory has, as a field whose values can be emptied.
pub(super) fn lost<'p>(
    held: &'p Person,
    wanted: &'p Person,
) -> impl Iterator<Item = Field> + use<'p> {
    Field::ALL
        .into_iter()
        .filter(|field| Emptied::applies(*field))
        .filter(|field| !held.get(*field).is_empty() && wanted.get(*field).is_empty())
}

/// Keeps what is to be kept, and tells what is not to be lost.
pub(super) fn apply(merged: &mut Merged, held: &Directory, rules: &Emptied) {
    if rules.only_clears() {
        return;
    }
    let mut held = held.people.iter().peekable();
    let mut findings = Vec::new();
    for draft in &mut merged.people {
        while held.next_if(|person| person.id < draft.person.id).is_some() {}
        let Some(before) = held.next_if(|person| person.id == draft.person.id) else { continue };
        if !before.status.is_active() || draft.source_disabled.is_some() {
            continue;
        }
        let lost: Vec<Field> = lost(before, &draft.person).collect();
        for field in lost {
            match rules.of(field) {
                WhenEmptied::Clear => {}
                WhenEmptied::Keep => keep(field, before, &mut draft.person),
                WhenEmptied::Fail => findings.push(refused(before, field, rules)),
            }
        }
    }
    merged.findings.append(&mut findings);
}

/// A number is only kept within the number space that the person has now.
pub(super) fn keep(field: Field, before: &Person, person: &mut Person) {
    let numbers = [Field::Extension, Field::AdditionalExtensions, Field::Intercoms];
    if numbers.contains(&field) && before.pbx != person.pbx {
        if numbers.iter().any(|other| !person.get(*other).is_empty()) {
            return;
        }
        person.pbx = before.pbx.clone();
    }
    // What a person has fits a person.
    let kept = person.set(field, before.get(field));
    debug_assert!(kept.is_ok());
}

fn refused(person: &Person, field: Field, rules: &Emptied) -> Finding {
    let finding = Finding::warning(
        Code::ValueEmptied,
        format!(
            "no source has `{field}` of `{}` (`{}`) any more; it was {}",
            person.name,
            person.id,
            person.get(field)
        ),
        format!(
            "give it back in the source, or write `clear` or `keep` for `{field}` under `emptied`"
        ),
    );
    let finding = finding.about([person.id.clone()]);
    match &rules.at {
        Some(at) => finding.at(at),
        None => finding,
    }
}
