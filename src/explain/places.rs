//! Where somebody stands, and which collections have them.

use super::{Case, CollectionSeen, ExplainError, PlaceSeen, RuleSeen, pinned::Pins};
use crate::{
    directory::{Field, Id, Person, Text},
    grouping::{Decided, memberships, place as put, placing},
};

/// Somebody in their place.
pub(super) struct Placed {
    /// With place and flags.
    pub(super) person: Person,
    /// The rule, as a position.
    pub(super) rule: Option<Text>,
    /// The flags that it sets.
    pub(super) set: Vec<(Field, bool)>,
    /// The same told.
    pub(super) seen: PlaceSeen,
}

/// Where the manifest's rules put somebody, and by which values. Where the sources don't decide about
/// them, they stay where they are.
pub(super) fn place(
    case: &Case<'_>,
    person: Option<&Person>,
    pins: &mut Pins<'_>,
    decided: bool,
) -> Result<Placed, ExplainError> {
    let wanted = pins.draft.person.clone();
    let told = placing(&wanted, case.groups)?;
    let mut people = [wanted.clone()];
    put(&mut people, case.groups)?;
    let [placed] = people;
    let mut placed = if decided { pins.place(placed) } else { placed };
    let pin = pins.of(Field::Path).cloned();
    let held = person.map(|person| &person.path).filter(|path| **path != placed.path);
    let changed = case.history.fields.get(&Field::Path).cloned();
    if let (Some(path), false) = (held, decided) {
        // The rules don't decide about somebody who stays as they are.
        let seen = PlaceSeen {
            path: path.as_str().into(),
            held: None,
            rule: None,
            template: None,
            parts: Vec::new(),
            passed: Vec::new(),
            pin,
            changed,
        };
        return Ok(Placed { person: wanted, rule: None, set: Vec::new(), seen });
    }
    let seen = PlaceSeen {
        path: placed.path.as_str().into(),
        held: held.map(|path| path.as_str().into()),
        rule: told.taken.as_ref().map(rule),
        template: told.template,
        parts: told.parts,
        passed: told.passed.iter().map(rule).collect(),
        pin,
        changed,
    };
    placed.status = wanted.status;
    let rule = seen.rule.as_ref().map(|rule| rule.at.clone());
    Ok(Placed { person: placed, rule, set: told.set, seen })
}

/// The collections that take somebody or have them.
pub(super) fn collections(
    case: &Case<'_>,
    person: Option<&Person>,
    placed: &Person,
) -> Result<Vec<CollectionSeen>, ExplainError> {
    let id: Option<&Id> = person.map(|person| &person.id);
    let has = |members: &[Id]| id.is_some_and(|id| members.binary_search(id).is_ok());
    let mut seen: Vec<CollectionSeen> = memberships(placed, case.collections)?
        .into_iter()
        .map(|taken| CollectionSeen {
            held: case.held.collections.iter().any(|held| {
                held.status.is_active() && held.name == taken.name && has(&held.members)
            }),
            rule: Some(rule(&taken.by)),
            name: taken.name,
            title: taken.title,
        })
        .collect();
    for held in case.held.collections.iter().filter(|held| held.status.is_active()) {
        if has(&held.members) && seen.iter().all(|known| known.name != held.name) {
            seen.push(CollectionSeen {
                name: held.name.clone(),
                title: held.title.clone(),
                rule: None,
                held: true,
            });
        }
    }
    seen.sort_by(|one, next| one.name.cmp(&next.name));
    Ok(seen)
}

fn rule(decided: &Decided) -> RuleSeen {
    RuleSeen { at: decided.at.clone().into(), because: decided.because.clone() }
}
