//! A plan as a comment on a pull request: totals first, the middle cut, nothing in it alive.

use super::{
    changes_text::changes_plain,
    findings_text::{findings_plain, unused},
    plan_text::{
        accepts, hand_edits, joins_line, licence_line, refusal_names, refusal_room, refusal_sentence, short,
    },
    safe::safe,
    wording::{Tense, counted, grouped},
};
use crate::plan::Plan;

/// Bytes that a comment may have; GitHub takes 65,536 characters.
pub const LONGEST: usize = 60_000;
/// Bytes for the changes.
const CHANGES: usize = 30_000;
/// Bytes for the findings.
const FINDINGS: usize = 8_000;
/// Sources and refusals listed.
const LISTED: usize = 20;

/// A plan as Markdown of at most [`LONGEST`] bytes. Data stands in code only, where no forge makes
/// mentions, links, images or HTML of it.
pub fn markdown(plan: &Plan, tense: Tense) -> String {
    let mut parts = vec!["<!-- rollbook plan -->".to_owned(), heading(plan, tense)];
    parts.push(totals(plan));
    for refusal in plan.verdict.refusals.iter().take(LISTED) {
        parts.push(refused(plan, refusal));
    }
    if !plan.verdict.refusals.is_empty() {
        let command = format!("rollbook apply --approved {}{}", plan.short_digest(), accepts(plan));
        parts.push(format!("To accept this one plan: {}", code(&command, 400)));
    }
    if let Some(line) = hand_edits(plan, tense) {
        parts.push(code(&line, 300));
    }
    if !plan.is_empty() {
        let told = fenced("diff", &changes_as_diff(plan, tense), CHANGES);
        parts.push(format!("<details open><summary>Changes</summary>\n\n{told}\n\n</details>"));
    }
    if !plan.findings.is_empty() {
        let told = fenced("text", &findings_plain(&plan.findings), FINDINGS);
        let count = counted(plan.findings.len() as u64, "finding");
        parts.push(format!("<details><summary>{count}</summary>\n\n{told}\n\n</details>"));
    }
    parts.push(foot(plan, tense));
    parts.join("\n\n") + "\n"
}

fn heading(plan: &Plan, tense: Tense) -> String {
    let result = match (tense, plan.verdict.allowed, plan.is_empty()) {
        (Tense::Conditional, false, _) => "refused by a limit",
        (_, _, true) => "in step: nothing to change",
        (Tense::Conditional, true, _) => "changes wait",
        (Tense::Past, ..) => "changes made",
    };
    format!("### rollbook: {result}")
}

fn totals(plan: &Plan) -> String {
    let summary = &plan.summary;
    let mut out = String::from("| add | update | move | enable | disable | unchanged |\n");
    out.push_str("| ---: | ---: | ---: | ---: | ---: | ---: |\n|");
    for count in [
        summary.add,
        summary.update,
        summary.r#move,
        summary.enable,
        summary.disable,
        summary.unchanged,
    ] {
        out.push_str(&format!(" {} |", grouped(count)));
    }
    out.push_str("\n\n");
    out.push_str(&licence_line(plan));
    if let Some(line) = joins_line(plan) {
        out.push_str(&format!(" {}", code(&line, 600)));
    }
    let unused = unused(&plan.findings);
    if unused > 0 {
        out.push_str(&format!(" Not used: {}.", counted(unused, "record")));
    }
    out
}

fn refused(plan: &Plan, refusal: &crate::plan::Refusal) -> String {
    let people = refusal_names(plan, refusal);
    let mut out = format!("**Refused:** {}", code(&refusal_sentence(refusal), 600));
    if !people.is_empty() {
        out.push_str(&format!("\n\nWho: {}", code(&people, 6_000)));
    }
    for (at, line) in refusal_room(refusal, LISTED).iter().enumerate() {
        let line = if at == 0 { line.clone() } else { format!("- {}", code(line, 400)) };
        out.push_str(if at < 2 { "\n\n" } else { "\n" });
        out.push_str(&line);
    }
    out
}

fn foot(plan: &Plan, tense: Tense) -> String {
    let mut lines = Vec::new();
    for source in plan.sources.iter().take(LISTED) {
        let read = if source.complete { "complete" } else { "**incomplete**" };
        let name = code(&source.name, 100);
        let records = counted(source.records, "record");
        lines.push(format!("- {name}: {records}, {read}: {}", code(&source.evidence, 300)));
    }
    if plan.sources.len() > LISTED {
        lines.push(format!("- and {} more sources", plan.sources.len() - LISTED));
    }
    let base = plan.base.as_deref().map_or("new directory".into(), |base| code(&short(base), 60));
    let digest = code(&short(&plan.digest), 60);
    let end = match tense {
        Tense::Conditional => " Nothing was changed.",
        Tense::Past => "",
    };
    let back = match &plan.to {
        Some(to) => format!(", back to {}", code(&to.named(), 100)),
        None => String::new(),
    };
    let plan = format!("Plan {digest} on {base}{back}.{end}");
    if lines.is_empty() { plan } else { format!("{}\n\n{plan}", lines.join("\n")) }
}

/// The changes with their signs at the start of the line, where forges colour them.
fn changes_as_diff(plan: &Plan, tense: Tense) -> String {
    let told = changes_plain(plan, tense, false);
    let mut out = String::with_capacity(told.len());
    for line in told.lines() {
        let id = line.split_once("  ").filter(|(id, _)| id.starts_with(['c', '…']));
        let sign = id.and_then(|(_, rest)| rest.trim_start().chars().next());
        out.push(match sign {
            Some('-') => '-',
            Some('+') => '+',
            Some('~' | '>') => '!',
            _ => ' ',
        });
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Text in a code span that it cannot leave.
fn code(text: &str, most: usize) -> String {
    let shown = safe(text).cut(most / 4).to_string();
    let fence = "`".repeat(longest_run(&shown) + 1);
    // A space each side is dropped again; without it, a backtick at an end would join the fence.
    format!("{fence} {} {fence}", shown.trim())
}

/// Text in a fence that it cannot leave, with its middle cut where it is too long.
fn fenced(language: &str, text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = Vec::new();
    let mut size = 0;
    for line in &lines {
        size += line.len() + 1;
        if size > most {
            break;
        }
        shown.push(*line);
    }
    let cut = lines.len() - shown.len();
    let mut body = shown.join("\n");
    if cut > 0 {
        body.push_str(&format!("\n… and {} more", counted(cut as u64, "line")));
        body = body.replace("more 1 line", "1 more line");
    }
    let fence = "`".repeat((longest_run(&body) + 1).max(3));
    format!("{fence}{language}\n{body}\n{fence}")
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn a_comment_stays_under_what_forges_take() {
        let mut changes = samples::hostile();
        changes.extend(samples::renumbered(30_000));
        changes.extend(samples::added(70_000));
        changes.extend(samples::disabled(500));
        for change in &mut changes {
            change.name = format!("{}{}", change.name, "李\u{301}`".repeat(40)).into();
        }
        let findings = (0..20_000).map(samples::finding).collect();
        let mut plan = samples::plan_with(changes, findings);
        plan.sources = vec![plan.sources[0].clone(); 500];
        for source in &mut plan.sources {
            source.evidence = "`李".repeat(1_000);
        }
        let told = markdown(&plan, Tense::Conditional);
        assert!(told.len() < LONGEST, "{}", told.len());
        assert!(told.contains("70,009"), "the totals stand");
        assert!(told.contains("Nothing was changed."), "the end stands");
    }

    #[test]
    fn no_name_leaves_its_code() {
        let told = markdown(&samples::plan(samples::hostile()), Tense::Conditional);
        let mut fence = String::new();
        for line in told.lines() {
            let run: String = line.chars().take_while(|c| *c == '`').collect();
            if fence.is_empty() && run.len() >= 3 && !line[run.len()..].contains('`') {
                fence = run;
            } else if !fence.is_empty() && line == fence {
                fence.clear();
            } else if fence.is_empty() {
                // Outside of fences: what is not in a code span is ours.
                for alive in ["@everyone", "<img", "](http", "onerror"] {
                    assert!(!without_code(line).contains(alive), "{line}");
                }
            }
        }
        assert!(fence.is_empty());
    }

    fn without_code(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            out.push_str(&rest[..at]);
            let run = rest[at..].chars().take_while(|c| *c == '`').count();
            let fence = &rest[at..at + run];
            let inner = &rest[at + run..];
            let Some(end) = inner.find(&format!(" {fence}")) else { return out + inner };
            rest = &inner[end + 1 + run..];
        }
        out + rest
    }
}
