//! What a plan could not decide: who is disputed, of whom nothing is known, where sources disagree.

use std::collections::BTreeMap;

use super::{
    plan_text::say,
    safe::safe,
    styles::{DIM, DOUBT, painted},
    wording::{Tense, counted, grouped},
};
use crate::{
    directory::{Disagreement, Dispute, Id},
    plan::Plan,
};

/// Disputes and records shown.
const SHOWN: usize = 10;
/// What to do about a dispute.
const DISPUTED: &str = "correct the value in a source, or say which records are one person in a table of `people.link`";

/// Disputes; with `all` also everybody of whom nothing is known, and each value that lost.
pub(super) fn remarks(out: &mut String, plan: &Plan, all: bool) {
    if !plan.disputes.is_empty() {
        disputes(out, &plan.disputes, all);
    }
    if all && !plan.unknown.is_empty() {
        unknown(out, plan);
    }
    if all && !plan.disagreements.is_empty() {
        disagreements(out, &plan.disagreements);
    }
}

/// The same without styles, for readers who ran no command.
pub(super) fn remarks_plain(plan: &Plan) -> String {
    let mut out = String::new();
    remarks(&mut out, plan, true);
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
    if !plan.unknown.is_empty() {
        let people = counted(plan.unknown.len() as u64, "person");
        lines.push(format!("What became of {people} is not known: they {stay} as they are."));
    }
    if !plan.disagreements.is_empty() {
        let values = counted(plan.disagreements.len() as u64, "value");
        lines.push(format!("Sources disagree about {values}; the one that goes before was taken."));
    }
    let edits = plan.changes.iter().filter(|change| change.cause.edit.is_some()).count() as u64;
    if edits > 0 {
        lines.push(match tense {
            Tense::Past => format!("Hand edits: {} undone.", grouped(edits)),
            Tense::Conditional => format!(
                "Hand edits: {} would be undone (to keep one: rollbook pin WHO FIELD).",
                grouped(edits)
            ),
        });
    }
    lines
}

fn ids(list: &[Id], most: usize) -> String {
    let shown: Vec<String> =
        list.iter().take(most).map(|id| safe(id.as_str()).cut(80).to_string()).collect();
    match list.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

fn disputes(out: &mut String, disputes: &[Dispute], all: bool) {
    let count = match disputes.len() {
        1 => String::new(),
        many => format!(" ({})", grouped(many as u64)),
    };
    out.push('\n');
    let told = "which records are one person is not clear, so nobody was guessed";
    say(out, &format!("{}: {told}{count}", painted(DOUBT, "disputed")));
    let most = if all { usize::MAX } else { SHOWN };
    for dispute in disputes.iter().take(most) {
        let Dispute { records, by, value, people } = dispute;
        let (by, value) = (safe(by).cut(60), safe(value).cut(80));
        let several = records.len().to_string();
        say(out, &format!("  {by} `{value}` is in {several} records: {}", ids(records, most)));
        match people.as_slice() {
            [] => say(out, "    nobody is added for them"),
            [one] => {
                say(out, &format!("    {} stays as before", ids(std::slice::from_ref(one), 1)))
            }
            many => say(out, &format!("    {} stay as before", ids(many, most))),
        }
    }
    if disputes.len() > most {
        say(out, &format!("  and {} more", grouped((disputes.len() - most) as u64)));
    }
    say(out, &format!("    help: {DISPUTED}"));
}

fn unknown(out: &mut String, plan: &Plan) {
    let mut by_reason: BTreeMap<&str, Vec<Id>> = BTreeMap::new();
    for unknown in &plan.unknown {
        by_reason.entry(&unknown.because).or_default().push(unknown.id.clone());
    }
    out.push('\n');
    let people = counted(plan.unknown.len() as u64, "person");
    let word = painted(DOUBT, "not known");
    say(out, &format!("{word}: what became of {people}; they stay as they are"));
    for (because, people) in by_reason {
        say(out, &format!("  {}: {}", safe(because).cut(300), ids(&people, usize::MAX)));
    }
}

fn disagreements(out: &mut String, disagreements: &[Disagreement]) {
    out.push('\n');
    let count = counted(disagreements.len() as u64, "value");
    say(out, &format!("{}: {count} of other sources not taken", painted(DIM, "sources disagree")));
    for disagreement in disagreements {
        let Disagreement { id, field, source, value, winner } = disagreement;
        let (id, source) = (safe(id.as_str()).cut(80), safe(source).cut(60));
        let (value, winner) = (safe(value).cut(80), safe(winner).cut(60));
        say(out, &format!("  {id} {field}: `{source}` has {value}, `{winner}` was taken"));
    }
}
