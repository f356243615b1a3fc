//! `explain` of a device, a system device or a channel.

use super::{Given, commit_seen, source_seen};
use crate::{
    cli::{
        Cx,
        arguments::Explain as Words,
        desk::{self, Desk, Held},
        exit::Exit,
        recordings,
        report::Failure,
        who,
    },
    directory::{Directory, Id, Piece, Text},
    engine::{self, Fetched, World},
    explain::{
        EquipmentCase, EquipmentHistory, EquipmentLive, Said, equipment, explain_equipment, known,
        listed,
    },
    manifest::Manifest,
    pins::Selector,
    plan::Plan,
    store::{Commit, Store, Touched},
};

/// What was asked for.
pub(super) enum Asked {
    /// This piece of equipment.
    Equipment(Id),
    /// A person, or else this piece of equipment, which the directory doesn't have yet; with what
    /// the sources gave.
    PersonOr(Id, Vec<Fetched>),
    /// A person, or nobody.
    Person,
}

/// Tells equipment from people: those in the directory before those that the sources would add.
///
/// # Errors
///
/// Where several pieces of equipment are meant.
pub(super) fn asked(
    directory: &Directory,
    manifest: &Manifest,
    given: &Result<Given, Text>,
    who: &str,
) -> Result<Asked, Failure> {
    if let Some(id) = only(&equipment(directory, who), who)? {
        return Ok(Asked::Equipment(id));
    }
    let Ok(given) = given else { return Ok(Asked::Person) };
    if !known(directory, who).is_empty() {
        return Ok(Asked::Person);
    }
    let inventories = given.fetched.iter().map(|fetched| &fetched.listing.inventory);
    let found: Vec<Piece<'_>> = inventories.flat_map(|inventory| listed(inventory, who)).collect();
    if found.is_empty() || manifest.sources.is_empty() {
        return Ok(Asked::Person);
    }
    // A new colleague has the number of their telephone, and is meant rather than it.
    if matches!(Selector::parse(who), Ok(Selector::Extension(..))) {
        let one = found.first().filter(|_| found.len() == 1).map(|piece| piece.id().clone());
        return Ok(one.map_or(Asked::Person, |id| Asked::PersonOr(id, given.fetched.clone())));
    }
    Ok(only(&found, who)?.map_or(Asked::Person, Asked::Equipment))
}

fn only(found: &[Piece<'_>], who: &str) -> Result<Option<Id>, Failure> {
    match found {
        [] => Ok(None),
        [one] => Ok(Some(one.id().clone())),
        several => Err(who::several_pieces(several, who)),
    }
}

/// Answers.
///
/// # Errors
///
/// Where the history can't be read, or a recording doesn't lead to a plan.
pub(super) fn run(
    cx: &Cx<'_>,
    words: &Words,
    desk: &Desk,
    held: &Held,
    given: Result<Given, Text>,
    id: &Id,
) -> Result<Exit, Failure> {
    let foreseen = match given {
        Err(because) => Err(because),
        Ok(given) => match foreseen(cx, desk, held, given, id) {
            Err(failure) if words.replay.is_some() => return Err(failure),
            foreseen => foreseen.map_err(|failure| failure.phrase()),
        },
    };
    let live = match &foreseen {
        Err(because) => Err(because.clone()),
        Ok(Foreseen { plan, after, said }) => Ok(EquipmentLive {
            sources: plan.sources.iter().cloned().map(source_seen).collect(),
            plan,
            after,
            said: said.clone(),
        }),
    };
    let history = match &held.head {
        Some(commit) => history(&desk.store, id, commit)?,
        None => EquipmentHistory::default(),
    };
    let told = explain_equipment(EquipmentCase {
        who: &words.who,
        id,
        held: &held.directory,
        commit: held.head.as_ref().map(|commit| commit.id.as_str().into()),
        history,
        live,
    });
    super::print(cx, words, &told)?;
    Ok(Exit::Done)
}

/// What the sources lead to.
struct Foreseen {
    plan: Plan,
    after: Directory,
    said: Option<Said>,
}

/// The whole plan is made: whose a device is depends on who is one person, and what becomes of it on
/// everything that its source lists.
fn foreseen(
    cx: &Cx<'_>,
    desk: &Desk,
    held: &Held,
    given: Given,
    id: &Id,
) -> Result<Foreseen, Failure> {
    let manifest = &desk.manifest;
    let Given { fetched, made_at } = given;
    let of = manifest.sources.iter().zip(&fetched);
    let said =
        of.filter_map(|(declared, fetched)| Said::of(&declared.name, &fetched.listing, id)).next();
    let make = |world: &World<'_>| -> Result<Plan, Failure> {
        Ok(engine::plan_of(manifest, &held.of_line(), fetched, world)?)
    };
    let plan = match made_at {
        Some(made_at) => recordings::with_world_of_then(manifest, made_at, make)?,
        None => desk::with_world(cx, manifest, make)?,
    };
    let after = held.directory.clone().after(&plan).map_err(|misfit| {
        let help = "report this as a fault of rollbook, with the manifest";
        Failure::new("the plan doesn't fit the directory that it is made for", help).because(misfit)
    })?;
    Ok(Foreseen { plan, after, said })
}

/// What the commits up to this one say of it.
fn history(store: &Store, id: &Id, at: &Commit) -> Result<EquipmentHistory, Failure> {
    let mut history = EquipmentHistory::default();
    for touch in store.touched_piece(id, at)? {
        let commit = commit_seen(&touch.commit);
        for property in touch.properties {
            history.properties.entry(property).or_insert_with(|| commit.clone());
        }
        match touch.what {
            Touched::Changed if touch.status => {
                history.status.get_or_insert(commit);
            }
            Touched::Changed => {}
            Touched::Added => history.added = Some(commit),
            // What was before it was taken out by hand is another life.
            Touched::Removed => break,
        }
    }
    Ok(history)
}
