//! The way back to an earlier commit, as an ordinary plan.

use super::{EngineError, Held, World, plan_of, read, rebase::active, tree};
use crate::{
    directory::{Directory, Person},
    finding::{Code, Finding},
    manifest::Manifest,
    plan::{self, Change, Circumstances, EntryKind, Plan, Remarks, WayBack},
};

/// The plan that leads back to `then`, under the same limits as any other.
///
/// It is not made from the sources. They are read all the same, to tell what of it the next run
/// takes back; where they can't be, that is a finding.
///
/// # Errors
///
/// [`EngineError::Grouping`] where a rule fails on somebody.
pub fn back(
    manifest: &Manifest,
    held: &Held<'_>,
    then: &Directory,
    to: WayBack,
    world: &World<'_>,
) -> Result<Plan, EngineError> {
    let own = plan::back(held.directory, then, &to);
    let made = |changes: Vec<Change>, unchanged, findings| {
        let circumstances = Circumstances {
            base: held.base.clone(),
            made_at: world.now,
            manifest: manifest.digest.as_str().into(),
            // What was read decides nothing here, and so it takes nothing out of the ledger.
            sources: Vec::new(),
        };
        let remarks = Remarks { findings, ..Remarks::default() };
        let limits = manifest.limits.learned(held.past);
        let plan = Plan::new(held.directory, changes, unchanged, remarks, &limits, circumstances);
        plan.leading_back(to.clone())
    };
    let bare = made(own.clone(), 0, Vec::new());
    let mut altered: Vec<Person> = bare
        .changes
        .iter()
        .filter(|change| change.entry == EntryKind::Person)
        .filter_map(|change| held.directory.altered(change, &bare).ok())
        .collect();
    altered.sort_by(|a, b| a.id.cmp(&b.id));
    let active = active(held.directory, &altered);
    let mut changes = own;
    changes.extend(tree(held.directory, &active, manifest)?);
    let changed = altered.iter().filter(|person| person.status.is_active()).count();
    let unchanged = (active.len() - changed) as u64;
    drop(active);
    let findings = again(manifest, held, &bare, world)?;
    Ok(made(changes, unchanged, findings))
}

/// What the next run would take back of it.
fn again(
    manifest: &Manifest,
    held: &Held<'_>,
    bare: &Plan,
    world: &World<'_>,
) -> Result<Vec<Finding>, EngineError> {
    if bare.is_empty() {
        return Ok(Vec::new());
    }
    let fetched = match read(manifest, held.directory, world) {
        Ok(fetched) => fetched,
        Err(EngineError::Sources(faults)) => {
            return Ok(vec![unread(&EngineError::Sources(faults))]);
        }
        Err(error) => return Err(error),
    };
    let Ok(after) = held.directory.clone().after(bare) else { return Ok(Vec::new()) };
    let next = Held { directory: &after, base: held.base.clone(), past: held.past };
    match plan_of(manifest, &next, fetched, world) {
        Ok(next) => Ok(plan::overwritten(&bare.changes, &next)),
        Err(EngineError::Sources(faults)) => Ok(vec![unread(&EngineError::Sources(faults))]),
        Err(error) => Err(error),
    }
}

fn unread(because: &EngineError) -> Finding {
    Finding::warning(
        Code::OverwrittenAgain,
        format!("it is not known what of this the next run takes back: {because}"),
        "plan again once the sources can be read, or expect that they win",
    )
}
