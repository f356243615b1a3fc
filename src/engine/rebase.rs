//! A saved plan on a directory that has moved on since.

use super::tree;
use crate::{
    directory::{Directory, Person},
    grouping::GroupingError,
    manifest::Manifest,
    plan::{Change, EntryKind, Misfit, Plan},
};

/// What is left of a saved plan on another directory than it was made for: its changes of people
/// and equipment but for those that no longer fit, under their ids, and what follows from them for
/// groups and collections. The digest stays that of the saved plan, since that is what is used up.
///
/// # Errors
///
/// [`GroupingError`] where the rule of a collection fails on somebody.
pub fn rebased(
    mut plan: Plan,
    held: &Directory,
    misfits: &[Misfit],
    manifest: &Manifest,
) -> Result<Plan, GroupingError> {
    let known = plan.changes.len();
    let fits = |change: &Change| misfits.iter().all(|misfit| *misfit.change() != change.id);
    let own = |change: &Change| change.entry == EntryKind::Person || change.entry.is_equipment();
    plan.changes.retain(|change| own(change) && fits(change));
    let people = plan.changes.iter().filter(|change| change.entry == EntryKind::Person);
    let mut altered: Vec<Person> =
        people.filter_map(|change| held.altered(change, &plan).ok()).collect();
    altered.sort_by(|a, b| a.id.cmp(&b.id));
    let active = active(held, &altered);
    let mut further = tree(held, &active, manifest)?;
    for (at, change) in further.iter_mut().enumerate() {
        change.id = smol_str::format_smolstr!("c{}", known + at + 1);
    }
    let touched = |person: &&Person| {
        person.status.is_active()
            && altered.binary_search_by(|other| other.id.cmp(&person.id)).is_err()
    };
    plan.summary.unchanged = held.people.iter().filter(touched).count() as u64;
    plan.changes.append(&mut further);
    // What counts people is counted again by whoever holds it against the limits.
    plan.verdict.refusals.retain(|refusal| refusal.limit.starts_with("findings."));
    plan.verdict.allowed = plan.verdict.refusals.is_empty();
    Ok(plan)
}

/// The people who will be active, by id: `altered` takes the place of who is held.
pub(super) fn active<'a>(held: &'a Directory, altered: &'a [Person]) -> Vec<&'a Person> {
    let same =
        |person: &&Person| altered.binary_search_by(|other| other.id.cmp(&person.id)).is_err();
    let kept = held.people.iter().filter(same);
    let mut active: Vec<&Person> =
        kept.chain(altered).filter(|person| person.status.is_active()).collect();
    // Two sorted runs: linear.
    active.sort_by(|a, b| a.id.cmp(&b.id));
    active
}
