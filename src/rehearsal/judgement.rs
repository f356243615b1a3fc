//! What would have come of an accident, and what would have held it up.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    directory::Text,
    finding::Code,
    plan::{Past, Plan, Reading, Run},
    render,
};

/// What would come of an accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// In one word.
    pub verdict: Verdict,
    /// What held it up, or some of it.
    pub held_by: Vec<Guard>,
}

/// What would come of an accident, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing would change.
    Harmless,
    /// There would be no plan, or one that is refused.
    Stopped,
    /// A plan would be allowed that changes what nobody wanted to change.
    Passes,
    /// It can't happen to this source.
    DoesNotApply,
}

/// Something that holds an accident up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Guard {
    /// What kind of guard.
    pub kind: GuardKind,
    /// What it says.
    pub says: String,
    /// Where the manifest sets it: `rollbook.yaml:31:12`, or `built in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Text>,
}

/// Kinds of [`Guard`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GuardKind {
    /// The listing doesn't count as complete, so that nobody leaves by it.
    Listing,
    /// People whose absence is not proven stay as they are.
    Unknown,
    /// Records that can't be used: their people stay as they are.
    HeldBack,
    /// The plan is refused.
    Limit,
    /// There is no plan.
    Error,
}

/// The past of a directory that a plan was just applied to.
pub fn past_of(plan: &Plan, past: &Past) -> Past {
    let sources = plan.sources.iter().map(|source| Reading {
        name: source.name.clone(),
        records: source.records,
        kept: Some(source.kept),
        complete: source.complete,
    });
    let run = Run { when: plan.made_at, sources: sources.collect(), counts: Vec::new() };
    let mut after = past.clone();
    after.runs.insert(0, run);
    after.edits.clear();
    after
}

/// Judges the plan that would follow an accident to a source. `usual` is the one that was made of
/// the same sources without it; the error is why there is none.
pub fn judged(source: &str, usual: &Plan, after: Result<&Plan, String>) -> Judgement {
    let plan = match after {
        Ok(plan) => plan,
        Err(says) => {
            let held_by = vec![Guard { kind: GuardKind::Error, says, at: None }];
            return Judgement { verdict: Verdict::Stopped, held_by };
        }
    };
    let mut held_by = Vec::new();
    let of = |plan: &Plan| plan.sources.iter().find(|report| report.name == source).cloned();
    if let (Some(before), Some(now)) = (of(usual), of(plan))
        && before.complete
        && !now.complete
    {
        held_by.push(Guard { kind: GuardKind::Listing, says: now.evidence, at: None });
    }
    // A listing may be doubtful about its devices only.
    let doubts = |plan: &Plan| -> Vec<String> {
        let found = plan.findings.iter().filter(|one| one.code == Code::DoubtfulListing);
        found.map(|one| one.message.clone()).collect()
    };
    let known: Vec<String> =
        doubts(usual).into_iter().chain(held_by.iter().map(|guard| guard.says.clone())).collect();
    let doubts = doubts(plan)
        .into_iter()
        .filter(|says| !known.iter().any(|one| says.contains(one.as_str())));
    held_by.extend(doubts.map(|says| Guard { kind: GuardKind::Listing, says, at: None }));
    let unknown = |plan: &Plan| {
        let people = ("person", plan.summary.unknown);
        let equipment = plan.summary.equipment().map(|(entry, of)| (entry.noun(), of.unknown));
        [people].into_iter().chain(equipment)
    };
    for ((noun, now), (_, before)) in unknown(plan).zip(unknown(usual)) {
        if let Some(more) = now.checked_sub(before).filter(|more| *more > 0) {
            let says = format!("{} whose absence is not proven", render::counted(more, noun));
            held_by.push(Guard { kind: GuardKind::Unknown, says, at: None });
        }
    }
    let skipped = |plan: &Plan| -> usize {
        let found = plan.findings.iter();
        found.filter(|one| one.code == Code::UnusableRecord).count()
    };
    if let Some(more) = skipped(plan).checked_sub(skipped(usual)).filter(|more| *more > 0) {
        let says = format!("{} can't be used", render::counted(more as u64, "record"));
        held_by.push(Guard { kind: GuardKind::HeldBack, says, at: None });
    }
    for refusal in &plan.verdict.refusals {
        let says = render::refusal_sentence(refusal);
        held_by.push(Guard { kind: GuardKind::Limit, says, at: Some(refusal.at.clone()) });
    }
    let verdict = match (plan.is_empty(), plan.verdict.allowed) {
        (true, _) => Verdict::Harmless,
        (false, false) => Verdict::Stopped,
        (false, true) => Verdict::Passes,
    };
    Judgement { verdict, held_by }
}
