//! What a plan could not decide: who is disputed, of whom nothing is known, where sources disagree.
//! Each dispute is among the findings, with what to do about it; here they are counted.

use std::collections::BTreeMap;

use super::{
    equipment_totals,
    plan_text::say,
    safe::safe,
    styles::{DIM, DOUBT, painted},
    wording::{Tense, counted, grouped, in_words},
};
use crate::{
    directory::{Disagreement, Id},
    plan::Plan,
};

/// People and values listed where not all are.
const LISTED: usize = 30;

/// Everybody of whom nothing is known, and each value that lost; only counted without `all`.
pub(super) fn remarks(out: &mut String, plan: &Plan, all: bool) {
    if all {
        listed(out, plan, usize::MAX);
    }
}

fn listed(out: &mut String, plan: &Plan, most: usize) {
    if !plan.unknown.is_empty() {
        unknown(out, plan, most);
    }
    if !plan.disagreements.is_empty() {
        disagreements(out, &plan.disagreements, most);
    }
}

/// The first of each without styles, for readers who ran no command.
pub(super) fn remarks_plain(plan: &Plan) -> String {
    let mut out = String::new();
    listed(&mut out, plan, LISTED);
    anstream::adapter::strip_str(out.trim()).to_string()
}

/// One line each for what is only counted; none where there is nothing to say.
pub(super) fn counts(plan: &Plan, tense: Tense) -> Vec<String> {
    let mut lines = Vec::new();
    let stay = if tense == Tense::Past { "stayed" } else { "stay" };
    if !plan.disputes.is_empty() {
        let disputes = counted(plan.disputes.len() as u64, "dispute");
        let held = plan.disputes.iter().flat_map(|dispute| &dispute.people);
        let mut held: Vec<&Id> = held.collect();
        held.sort();
        held.dedup();
        let people = counted(held.len() as u64, "person");
        let held = match (held.len(), tense) {
            (0, _) => String::new(),
            (_, Tense::Past) => format!("; {people} stayed as before"),
            (1, Tense::Conditional) => format!("; {people} stays as before"),
            (_, Tense::Conditional) => format!("; {people} stay as before"),
        };
        lines.push(format!("{disputes} about which records are one person{held}."));
    }
    let mut unknown = equipment_totals::unknown(plan);
    if !plan.unknown.is_empty() {
        unknown.insert(0, counted(plan.unknown.len() as u64, "person"));
    }
    if !unknown.is_empty() {
        let what = in_words(&unknown);
        lines.push(format!("What became of {what} is not known: they {stay} as they are."));
    }
    if !plan.disagreements.is_empty() {
        let values = counted(plan.disagreements.len() as u64, "value");
        lines.push(format!("Sources disagree about {values}; the one that goes before was taken."));
    }
    let edits = plan.changes.iter().filter(|change| change.cause.edit.is_some()).count() as u64;
    let pinnable = plan.changes.iter().any(|one| one.cause.edit.is_some() && one.entry.is_person());
    if edits > 0 {
        lines.push(match tense {
            Tense::Conditional if !pinnable => {
                format!("Hand edits: {} would be undone.", grouped(edits))
            }
            Tense::Past => format!("Hand edits: {} undone.", grouped(edits)),
            Tense::Conditional => format!(
                "Hand edits: {} would be undone; to keep one: rollbook pin WHO FIELD.",
                grouped(edits)
            ),
        });
    }
    lines
}

fn unknown(out: &mut String, plan: &Plan, most: usize) {
    let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for unknown in &plan.unknown {
        let who = safe(unknown.id.as_str()).cut(80).to_string();
        by_reason.entry(&unknown.because).or_default().push(who);
    }
    out.push('\n');
    let people = counted(plan.unknown.len() as u64, "person");
    let word = painted(DOUBT, "not known");
    say(out, &format!("{word}: what became of {people}; they stay as they are"));
    for (because, people) in by_reason {
        let shown = people.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = match people.len().saturating_sub(most) {
            0 => String::new(),
            more => format!(" and {} more", grouped(more as u64)),
        };
        say(out, &format!("  {}: {shown}{more}", safe(because).cut(300)));
    }
}

fn disagreements(out: &mut String, disagreements: &[Disagreement], most: usize) {
    out.push('\n');
    let count = counted(disagreements.len() as u64, "value");
    say(out, &format!("{}: {count} of other sources not taken", painted(DIM, "sources disagree")));
    for disagreement in disagreements.iter().take(most) {
        let Disagreement { id, field, source, value, winner } = disagreement;
        let (id, source) = (safe(id.as_str()).cut(80), safe(source).cut(60));
        let (value, winner) = (safe(value).cut(80), safe(winner).cut(60));
        say(out, &format!("  {id} {field}: `{source}` has {value}, `{winner}` was taken"));
    }
    if disagreements.len() > most {
        say(out, &format!("  and {} more", grouped((disagreements.len() - most) as u64)));
    }
}
