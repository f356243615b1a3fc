//! A saved plan, held against what happened since it was made.

use super::{
    arguments::Apply as Words,
    desk::{Desk, Held},
    documents::HeldBack,
    report::Failure,
};
use crate::{
    directory::Directory,
    engine::{self, EngineError},
    plan::{Change, EntryKind, Misfit, Plan},
    render::{self, painted, safe},
    store::Commit,
};

/// Misfits told in a message.
const TOLD: usize = 20;

/// A plan that can be applied to the directory as it is.
pub struct Followed {
    /// The plan, or what is left of it.
    pub plan: Plan,
    /// Whether the directory is another than it was made for.
    pub moved: bool,
    /// What is left out of it, in its order.
    pub held_back: Vec<HeldBack>,
}

/// Holds a saved plan against the manifest and the directory of now.
///
/// # Errors
///
/// A refusal where the manifest is another, where the plan was applied already, or where what
/// happened since touches its changes; with `--partial` only where it touches all of them.
pub fn follow(plan: Plan, desk: &Desk, held: &Held, words: &Words) -> Result<Followed, Failure> {
    let head = held.head.as_ref().map(|commit| commit.id.as_str());
    let moved = plan.base.as_deref() != head;
    // First of all, as it is so whatever else has changed.
    if moved && let Some(commit) = desk.store.find_plan(&plan.digest)? {
        let title = format!("the plan was already applied, as commit `{}`", commit.id);
        return Err(Failure::new(title, "plan again; a plan is applied once").refused());
    }
    same_manifest(&plan, desk)?;
    if !moved {
        return Ok(Followed { plan, moved, held_back: Vec::new() });
    }
    let misfits = match base(&plan, desk) {
        Some(base) => held.directory.misfits(&plan, &base?),
        None => return Err(elsewhere(&plan, head)),
    };
    let held_back = held_back(&plan, &misfits);
    let own = |change: &&Change| change.entry == EntryKind::Person || change.entry.is_equipment();
    let own = plan.changes.iter().filter(own).count();
    if !misfits.is_empty() && (!words.partial || held_back.len() == own) {
        return Err(stale(&plan, head, &misfits, held_back.len(), own, words));
    }
    let plan = engine::rebased(plan, &held.directory, &misfits, &desk.manifest)
        .map_err(EngineError::from)?;
    Ok(Followed { plan, moved, held_back })
}

/// A plan is of one manifest: what it would do under another is another plan.
fn same_manifest(plan: &Plan, desk: &Desk) -> Result<(), Failure> {
    let now = &desk.manifest.digest;
    if plan.manifest == *now {
        return Ok(());
    }
    let short = |digest: &str| digest.get(..12).unwrap_or(digest).to_owned();
    let title = "the plan is stale: the manifest has changed since it was made";
    let help = "plan again, and apply that; or apply it with the manifest that it was made from";
    let because =
        format!("it was made from manifest {}, this is {}", short(&plan.manifest), short(now));
    Err(Failure::new(title, help).because(because).refused())
}

/// The directory that a plan was made for; nothing where the repository doesn't have it.
fn base(plan: &Plan, desk: &Desk) -> Option<Result<Directory, Failure>> {
    let Some(base) = &plan.base else { return Some(Ok(Default::default())) };
    let commit: Commit = desk.store.resolve(base).ok()?;
    Some(desk.store.read(&commit).map_err(Failure::from))
}

fn commits(plan: &Plan, head: Option<&str>) -> String {
    let name = |commit: Option<&str>| {
        commit.map_or_else(|| "no commit".to_owned(), |id| format!("commit `{id}`"))
    };
    let (made, now) = (name(plan.base.as_deref()), name(head));
    format!("it was made for {made}, and the directory is at {now}")
}

fn elsewhere(plan: &Plan, head: Option<&str>) -> Failure {
    Failure::new("the plan is of another directory", "plan again, and apply that")
        .because(commits(plan, head))
        .because("the repository doesn't have the commit that it was made for")
        .refused()
}

fn stale(
    plan: &Plan,
    head: Option<&str>,
    misfits: &[Misfit],
    touched: usize,
    own: usize,
    words: &Words,
) -> Failure {
    let many = if touched == 1 { "no longer fits" } else { "no longer fit" };
    let people = plan.changes.iter().all(|change| !change.entry.is_equipment());
    let of = if people { "changes of people" } else { "changes" };
    let title = match own {
        1 => "the plan is stale: its change no longer fits".to_owned(),
        own => format!("the plan is stale: {touched} of its {own} {of} {many}"),
    };
    let help = match &words.file {
        Some(file) if !words.partial && touched < own => format!(
            "plan again, and apply that; or apply what still fits: rollbook apply {} --partial",
            render::quoted(&file.to_string_lossy())
        ),
        _ => "plan again, and apply that".into(),
    };
    let mut failure = Failure::new(title, help).because(commits(plan, head));
    for misfit in misfits.iter().take(TOLD) {
        failure = failure.because(misfit);
    }
    if misfits.len() > TOLD {
        failure = failure.because(format!("and {} more", misfits.len() - TOLD));
    }
    failure.refused()
}

fn held_back(plan: &Plan, misfits: &[Misfit]) -> Vec<HeldBack> {
    let mut held_back = Vec::new();
    for same in misfits.chunk_by(|a, b| a.change() == b.change()) {
        let Some(change) = plan.changes.iter().find(|change| change.id == *same[0].change()) else {
            continue;
        };
        held_back.push(HeldBack {
            change: change.id.clone(),
            action: change.action,
            key: change.key.clone(),
            name: change.name.clone(),
            because: same.iter().map(ToString::to_string).collect(),
        });
    }
    held_back
}

/// The directory that a plan leads to. Where it has moved on, its ledger is of a later reading of
/// the sources than the plan's, and stays as it is.
///
/// # Errors
///
/// As [`Directory::after`].
pub fn after(directory: Directory, plan: &Plan, moved: bool) -> Result<Directory, Misfit> {
    if !moved {
        return directory.after(plan);
    }
    let ledger = Directory {
        skipped: directory.skipped.clone(),
        disputes: directory.disputes.clone(),
        unknown: directory.unknown.clone(),
        disagreements: directory.disagreements.clone(),
        ..Directory::default()
    };
    let Directory { people, inventory, groups, collections, .. } = directory.after(plan)?;
    Ok(Directory { people, inventory, groups, collections, ..ledger })
}

/// The ids of what is left out, as the commit says it: `c3 c7`.
pub fn ids(held_back: &[HeldBack]) -> String {
    let mut ids: Vec<&str> = held_back.iter().take(50).map(|held| held.change.as_str()).collect();
    if held_back.len() > ids.len() {
        ids.push("…");
    }
    ids.join(" ")
}

/// What is left out, as a person reads it; nothing where nothing is.
pub fn text(held_back: &[HeldBack]) -> String {
    if held_back.is_empty() {
        return String::new();
    }
    let people = render::counted(held_back.len() as u64, "change");
    let mut out = format!("{}: {people}\n", painted(render::BAD.bold(), "HELD BACK"));
    for held in held_back {
        let action = held.action.as_str();
        out.push_str(&format!(
            "  {action} {} ({})\n",
            safe(&held.name).cut(60),
            safe(&held.key).cut(80)
        ));
        for because in &held.because {
            out.push_str(&format!("    {}\n", safe(because).cut(300)));
        }
    }
    out
}
