//! `diff`: what changed between two commits.

use super::{
    Cx,
    arguments::{Diff as Words, PlanForm},
    desk::Desk,
    difference,
    documents::DiffDocument,
    exit::Exit,
    report::Failure,
};
use crate::{
    directory::{Directory, Text},
    render::{self, Heading, Tense},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let Desk { store, .. } = Desk::open(cx)?;
    let before = store.resolve(&words.before)?;
    let after = match &words.after {
        Some(rev) => Some(store.resolve(rev)?),
        None => store.head()?,
    };
    let after = after.unwrap_or_else(|| before.clone());
    let held: Directory = store.read(&before)?;
    let plan = difference::between(&held, &store.read(&after)?, &before.id, after.when);
    let document = || DiffDocument {
        format: Text::new_static("rollbook.diff/1"),
        before: before.id.clone(),
        after: after.id.clone(),
        summary: plan.summary.clone(),
        changes: plan.changes.clone(),
        meanings: plan.meanings.clone(),
    };
    match words.output {
        PlanForm::Text => {
            let named = |rev: Option<&str>, id: &str| {
                let id = id.get(..12).unwrap_or(id);
                rev.map_or_else(|| id.to_owned(), |rev| format!("{rev} ({id})"))
            };
            let heading = Heading::Between {
                before: &named(Some(&words.before), &before.id),
                after: &named(words.after.as_deref(), &after.id),
            };
            cx.out.text(&render::plan_text(&plan, heading, cx.all()))?;
        }
        PlanForm::Json => cx.out.json(&document())?,
        PlanForm::Yaml => cx.out.yaml(&document())?,
        PlanForm::Markdown => cx.out.raw(&render::markdown(&plan, Tense::Past))?,
    }
    Ok(Exit::Done)
}
