//! `apply`: changes the directory by one commit, or not at all.

use std::{
    fs,
    io::{self, BufRead},
    path::Path,
};

use super::{
    Cx,
    arguments::{Apply as Words, Form},
    desk::{Desk, Held, fresh_options, options},
    documents::{Applied, HeldBack},
    exit::Exit,
    interrupt, output,
    report::Failure,
    saved, world,
};
use crate::{
    plan::{self, LedgerMoves, Plan, Refusal},
    render::{self, Heading},
    store::{Commit, Message, Outcome},
};

/// People named who could make room for others.
const LISTED: usize = 10;

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    if !words.accept.is_empty() && words.file.is_none() && words.approved.is_none() {
        let title = "`--accept` is for one plan, and none is named";
        let help =
            "plan first; then give the file of `--out FILE`, or `--approved` and the plan's digest";
        return Err(Failure::new(title, help));
    }
    let asks = words.file.is_none() && words.approved.is_none() && !words.yes;
    if asks && !output::somebody_is_there() {
        let title = "there is nobody to ask whether to apply";
        let help = "say `--yes`, or save a plan with `rollbook plan --out FILE` and apply that";
        return Err(Failure::new(title, help));
    }
    let saved = words.file.as_deref().map(read).transpose()?;
    let mut desk = Desk::open(cx)?;
    desk.trust(&words.trust)?;
    desk.deny(&words.deny.codes);
    let held = desk.held(cx)?;
    let (plan, moved, held_back) = match saved {
        Some(plan) => {
            let followed = saved::follow(plan, &desk, &held, words)?;
            if followed.moved {
                cx.out.remark("note: the directory has moved on since this plan was made");
            }
            let limits = desk.manifest.limits.learned(&held.past);
            let mut plan = followed.plan.held_against(&held.directory, &limits);
            if followed.moved {
                // The ledger stays that of the later run.
                plan.summary.ledger = LedgerMoves::default();
            }
            (plan, followed.moved, followed.held_back)
        }
        None => (desk.plan_or_back(cx, &held, words.to.as_deref())?, false, Vec::new()),
    };
    approved(cx, words, &plan)?;
    let remaining = plan.verdict.remaining(&words.accept);
    if plan.is_empty() && plan.summary.ledger.is_empty() && remaining.is_empty() {
        return in_step(cx, words, &plan, held.head.as_ref());
    }
    // Nobody is asked about remarks that come to the ledger.
    let asks = asks && !plan.is_empty();
    if asks && words.output == Form::Text {
        cx.out.text(&render::plan_text(&plan, Heading::Offered, cx.all()))?;
    }
    if !remaining.is_empty() {
        return Err(refused(cx, &plan, &remaining, words));
    }
    if asks && !agreed(cx, plan.changes.len())? {
        cx.out.remark("nothing was changed");
        return Ok(Exit::Failed);
    }
    let carried = Carried { plan: &plan, moved, held_back: &held_back };
    let commit = commit(cx, &mut desk, held, &carried)?;
    report(cx, words, &plan, &commit, asks, held_back).map_err(|failure| {
        failure
            .because(format!("the directory was changed all the same, by commit `{}`", commit.id))
    })?;
    Ok(Exit::Done)
}

fn read(path: &Path) -> Result<Plan, Failure> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| {
        Failure::new(
            format!("`{shown}` can't be read"),
            "give a file that `rollbook plan --out FILE` wrote",
        )
        .because(error)
    })?;
    plan::read(&bytes).map_err(|error| {
        Failure::new(format!("`{shown}` can't be applied"), error.help()).because(error)
    })
}

fn in_step(
    cx: &Cx<'_>,
    words: &Words,
    plan: &Plan,
    head: Option<&Commit>,
) -> Result<Exit, Failure> {
    let commit = head.map(|commit| commit.id.as_str());
    match words.output {
        Form::Text => {
            cx.out.text(&render::plan_text(plan, Heading::Offered, cx.all()))?;
        }
        Form::Json => cx.out.json(&Applied::of(plan, commit))?,
        Form::Yaml => cx.out.yaml(&Applied::of(plan, commit))?,
    }
    Ok(Exit::Done)
}

/// Whether the plan is the one that was approved.
fn approved(cx: &Cx<'_>, words: &Words, plan: &Plan) -> Result<(), Failure> {
    match &words.approved {
        Some(digest) if !plan.digest.starts_with(digest.as_str()) => {
            let title = "the plan is not the one that was approved; nothing was changed";
            let now = plan.short_digest();
            let help = match words.file {
                Some(_) => "look at it again, and approve that".into(),
                None => format!(
                    "plan again, look at it, and approve that: rollbook plan{}{}",
                    options(cx),
                    fresh(words)
                ),
            };
            Err(Failure::new(title, help)
                .because(format!("plan `{digest}` was approved, and this is plan `{now}`"))
                .refused())
        }
        _ => Ok(()),
    }
}

fn refused(cx: &Cx<'_>, plan: &Plan, remaining: &[&Refusal], words: &Words) -> Failure {
    let help = accepting(cx, plan, remaining, words);
    let mut failure = Failure::new("the plan is refused; nothing was changed", help);
    for refusal in remaining {
        failure = failure.because(render::refusal_sentence(refusal));
        let names = render::refusal_names(plan, refusal);
        if !names.is_empty() {
            failure = failure.because(format!("it is about {names}"));
        }
        let room = render::refusal_room(refusal, LISTED);
        if !room.is_empty() {
            failure = failure.because(room.join("\n  "));
        }
        let given =
            words.accept.iter().find(|(limit, _)| refusal.is_accepted(limit, refusal.value));
        if let Some((limit, count)) = given {
            let value = refusal.value;
            failure = failure.because(format!(
                "`--accept {limit}={count}` is not of this plan, which has {value}"
            ));
        }
    }
    failure.refused()
}

/// The command that accepts what refuses, with what was accepted already.
fn accepting(cx: &Cx<'_>, plan: &Plan, remaining: &[&Refusal], words: &Words) -> String {
    let which = match &words.file {
        Some(file) => format!(" {}", render::quoted(&file.to_string_lossy())),
        None => format!(" --approved {}", plan.short_digest()),
    };
    let mut accepts: Vec<String> =
        remaining.iter().map(|refusal| format!(" --accept {}", refusal.accept)).collect();
    for (limit, value) in &words.accept {
        if plan.verdict.refusals.iter().any(|refusal| refusal.is_accepted(limit, *value)) {
            accepts.push(format!(" --accept {limit}={value}"));
        }
    }
    accepts.sort();
    accepts.dedup();
    let options = options(cx) + &fresh(words);
    format!(
        "look at whom it is about; to accept this one plan: rollbook apply{which}{options}{}",
        accepts.concat()
    )
}

fn agreed(cx: &Cx<'_>, changes: usize) -> Result<bool, Failure> {
    let these = match changes {
        1 => "this change".into(),
        many => format!("these {} changes", render::grouped(many as u64)),
    };
    cx.out.complain(&format!("Apply {these}? [y/N] "));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(|error| {
        Failure::new("the answer can't be read", "say `--yes` where there is nobody to ask")
            .because(error)
    })?;
    if !answer.ends_with('\n') {
        cx.out.complain("\n");
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// What is carried out.
struct Carried<'a> {
    plan: &'a Plan,
    /// Whether the directory is another than the plan was made for.
    moved: bool,
    held_back: &'a [HeldBack],
}

/// The options of a fresh plan that a command printed for the reader has to repeat.
fn fresh(words: &Words) -> String {
    fresh_options(&words.trust, &words.deny.codes, words.to.as_deref())
}

/// Makes the one commit. Ctrl-C waits for it.
fn commit(
    cx: &Cx<'_>,
    desk: &mut Desk,
    held: Held,
    carried: &Carried<'_>,
) -> Result<Commit, Failure> {
    let Held { head, directory, past: _ } = held;
    let Carried { plan, moved, held_back } = *carried;
    let after = saved::after(directory, plan, moved).map_err(|misfit| {
        Failure::new("the plan doesn't fit the directory", "plan again, and apply that")
            .because(misfit)
    })?;
    let mut trailers = vec![("Plan", plan.digest.to_string())];
    if let Some(base) = &plan.base {
        trailers.push(("Base", base.to_string()));
    }
    if let Some(to) = &plan.to {
        trailers.push(("To", to.commit.to_string()));
    }
    if !held_back.is_empty() {
        trailers.push(("Held-back", saved::ids(held_back)));
    }
    for source in &plan.sources {
        let read = if source.complete { "complete" } else { "partial" };
        trailers.push(("Source", format!("{} {} {read}", source.name, source.records)));
    }
    for source in &plan.sources {
        trailers.push(("Kept", format!("{} {}", source.name, source.kept)));
    }
    let counts: Vec<String> = plan::counts(&plan.changes)
        .iter()
        .map(|((kind, action), count)| format!("{}.{}={count}", kind.as_str(), action.as_str()))
        .collect();
    if !counts.is_empty() {
        trailers.push(("Changes", counts.join(" ")));
    }
    trailers.push(("Applied-by", world::applied_by()));
    let message = Message {
        subject: render::subject(plan),
        body: render::body(plan),
        trailers,
        when: cx.around.now,
        manifest: format!("sha256:{}", plan.manifest),
    };
    let mut writing = interrupt::held();
    let outcome = desk.store.commit(head.as_ref(), &after, &message)?;
    let commit = match outcome {
        Outcome::Committed(commit) | Outcome::Unchanged(commit) => commit,
    };
    tracing::info!("wrote commit `{}`", commit.id);
    *writing = Some(format!("commit `{}`", commit.id));
    Ok(commit)
}

fn report(
    cx: &Cx<'_>,
    words: &Words,
    plan: &Plan,
    commit: &Commit,
    shown: bool,
    held_back: Vec<HeldBack>,
) -> Result<(), Failure> {
    let document = |held_back| Applied { held_back, ..Applied::of(plan, Some(&commit.id)) };
    match words.output {
        Form::Text if shown => {
            let subject = render::subject(plan);
            cx.out.text(&format!("Applied as commit {}: {subject}\n", commit.id))
        }
        Form::Text => {
            let heading = Heading::Applied { commit: &commit.id };
            cx.out.text(&render::plan_text(plan, heading, cx.all()))?;
            cx.out.text(&saved::text(&held_back))
        }
        Form::Json => cx.out.json(&document(held_back)),
        Form::Yaml => cx.out.yaml(&document(held_back)),
    }
}
