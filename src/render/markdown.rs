//! A plan as a comment on a pull request: totals first, the middle cut, nothing in it alive.

use super::{
    changes_text::{Section, Told},
    equipment_totals,
    findings_text::{findings_plain, unused},
    plan_text::{
        accepts, hand_edits, joins_line, licence_line, refusal_asks, refusal_names, refusal_room,
        refusal_sentence, short,
    },
    remarks_text::{counts as counts_of, remarks_plain},
    safe::safe,
    wording::{Tense, counted, grouped},
};
use crate::plan::{Plan, Refusal};

/// Bytes that a comment may have; GitHub takes 65,536 characters.
pub const LONGEST: usize = 60_000;
/// Bytes for what changes mean together, for who leaves, and for the other changes.
const CHANGES: [(Section, usize); 5] = [
    (Section::Meanings, 7_000),
    (Section::Leavers, 7_000),
    (Section::Others, 6_500),
    (Section::Equipment, 5_000),
    (Section::Tree, 1_000),
];
/// Bytes for what could not be decided.
const REMARKS: usize = 3_000;
/// Bytes for the findings.
const FINDINGS: usize = 6_000;
/// Bytes for the refusals and for the sources.
const REFUSALS: usize = 14_000;
const SOURCES: usize = 6_000;
/// Sources and refusals listed.
const LISTED: usize = 20;

/// A plan as Markdown of at most [`LONGEST`] bytes. Data stands in code only, where no forge makes
/// mentions, links, images or HTML of it.
pub fn markdown(plan: &Plan, tense: Tense) -> String {
    let mut parts = vec!["<!-- rollbook plan -->".to_owned(), heading(plan, tense)];
    parts.push(totals(plan, tense));
    parts.extend(refusals(plan));
    if !plan.verdict.refusals.is_empty() {
        let command = format!("rollbook apply --approved {}{}", plan.short_digest(), accepts(plan));
        parts.push(format!("To accept this one plan: {}", code(&command, 400)));
    }
    if let Some(line) = hand_edits(plan, tense) {
        parts.push(code(&line, 300));
    }
    if !plan.is_empty() {
        let told = fenced("diff", &changes_as_diff(plan, tense), usize::MAX);
        parts.push(format!("<details open><summary>Changes</summary>\n\n{told}\n\n</details>"));
    }
    let undecided = remarks_plain(plan);
    if !undecided.is_empty() {
        let told = fenced("text", &undecided, REMARKS);
        let title = "Not known, and values not taken";
        parts.push(format!("<details><summary>{title}</summary>\n\n{told}\n\n</details>"));
    }
    if !plan.findings.is_empty() {
        let told = fenced("text", &findings_plain(&plan.findings), FINDINGS);
        let count = counted(plan.findings.len() as u64, "finding");
        parts.push(format!("<details><summary>{count}</summary>\n\n{told}\n\n</details>"));
    }
    parts.push(foot(plan, tense));
    parts.join("\n\n") + "\n"
}

/// Each refusal, with fewer names the more there are; never without its sentence.
fn refusals(plan: &Plan) -> Vec<String> {
    let refusals = &plan.verdict.refusals;
    let mut told = Vec::new();
    for (most, room) in [(6_000, LISTED), (1_500, 5), (400, 2), (0, 0)] {
        let shown = refusals.iter().take(LISTED);
        told = shown.map(|refusal| refused(plan, refusal, most, room)).collect();
        if told.iter().map(|text: &String| text.len() + 2).sum::<usize>() <= REFUSALS {
            break;
        }
    }
    if refusals.len() > LISTED {
        told.push(format!("**Refused:** and {} more", refusals.len() - LISTED));
    }
    told
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

fn totals(plan: &Plan, tense: Tense) -> String {
    let summary = &plan.summary;
    let counts = [
        ("add", summary.add, true),
        ("update", summary.update, true),
        ("move", summary.r#move, true),
        ("enable", summary.enable, true),
        ("merge", summary.merge, false),
        ("split", summary.split, false),
        ("disable", summary.disable, true),
        ("unchanged", summary.unchanged, true),
        ("not known", summary.unknown, false),
    ];
    let shown = || counts.iter().filter(|(_, count, always)| *always || *count > 0);
    let mut out = String::from("|");
    shown().for_each(|(word, ..)| out.push_str(&format!(" {word} |")));
    out.push_str("\n|");
    shown().for_each(|_| out.push_str(" ---: |"));
    out.push_str("\n|");
    shown().for_each(|(_, count, _)| out.push_str(&format!(" {} |", grouped(*count))));
    out.push_str("\n\n");
    for line in equipment_totals::totals(plan, tense) {
        out.push_str(&format!("{line} "));
    }
    out.push_str(&licence_line(plan));
    if let Some(line) = joins_line(plan) {
        out.push_str(&format!(" {}", code(&line, 600)));
    }
    let unused = unused(&plan.findings);
    if unused > 0 {
        out.push_str(&format!(" Not used: {}.", counted(unused, "record")));
    }
    for line in counts_of(plan, tense) {
        out.push_str(&format!(" {line}"));
    }
    out
}

fn refused(plan: &Plan, refusal: &Refusal, most: usize, room: usize) -> String {
    let people = refusal_names(plan, refusal);
    let mut out = format!("**Refused:** {}", code(&refusal_sentence(refusal), 600));
    if !people.is_empty() && most > 0 {
        let asks = if refusal_asks(refusal) == "which" { "Which" } else { "Who" };
        out.push_str(&format!("\n\n{asks}: {}", code(&people, most)));
    }
    for (at, line) in refusal_room(refusal, room).iter().enumerate() {
        let line = if at == 0 { line.clone() } else { format!("- {}", code(line, 400)) };
        out.push_str(if at < 2 { "\n\n" } else { "\n" });
        out.push_str(&line);
    }
    out
}

fn foot(plan: &Plan, tense: Tense) -> String {
    let mut lines = Vec::new();
    let mut size = 0;
    for source in plan.sources.iter().take(LISTED) {
        let read = if source.complete { "complete" } else { "**incomplete**" };
        let name = code(&source.name, 100);
        let records = counted(source.records, "record") + &equipment_totals::of_listing(source);
        let line = format!("- {name}: {records}, {read}: {}", code(&source.evidence, 300));
        size += line.len() + 1;
        if size > SOURCES {
            break;
        }
        lines.push(line);
    }
    if plan.sources.len() > lines.len() {
        lines.push(format!("- and {} more sources", plan.sources.len() - lines.len()));
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

/// The changes with their signs at the start of the line, where forges colour them; each section
/// cut by itself, so that who leaves is there however much else changes.
fn changes_as_diff(plan: &Plan, tense: Tense) -> String {
    let mut out = String::new();
    let changes = Told::of(plan, tense, false);
    for (section, most) in CHANGES {
        let told = changes.plain(section);
        let mut signed = String::with_capacity(told.len());
        for line in told.lines() {
            let id = line.split_once("  ").filter(|(id, _)| id.starts_with(['c', '…']));
            let sign = id.and_then(|(_, rest)| rest.trim_start().chars().next());
            signed.push(match sign {
                Some('-') => '-',
                Some('+') => '+',
                Some('~' | '>' | '=' | '&') => '!',
                _ => ' ',
            });
            signed.push_str(line);
            signed.push('\n');
        }
        if !signed.is_empty() {
            out.push_str(&cut(&signed, most));
            out.push('\n');
        }
    }
    out
}

/// The first lines of a text, and how many more there are.
fn cut(text: &str, most: usize) -> String {
    let mut shown = Vec::new();
    let mut size = 0;
    for line in text.lines() {
        size += line.len() + 1;
        if size > most {
            break;
        }
        shown.push(line);
    }
    let more = text.lines().count() - shown.len();
    let mut body = shown.join("\n");
    match more {
        0 => {}
        1 => body.push_str("\n… and 1 more line"),
        more => body.push_str(&format!("\n… and {} more lines", grouped(more as u64))),
    }
    body
}

/// Text in a code span that it cannot leave.
fn code(text: &str, most: usize) -> String {
    let shown = safe(text).cut(most / 4).to_string();
    let fence = "`".repeat(longest_run(&shown) + 1);
    // A space each side is dropped again; without it, a backtick at an end would join the fence.
    format!("{fence} {} {fence}", shown.trim())
}

/// Text in a fence that it cannot leave, cut where it is too long.
fn fenced(language: &str, text: &str, most: usize) -> String {
    let body = cut(text, most);
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
    use crate::{
        directory::Field,
        plan::{Action, FieldChange},
        render::samples,
    };

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
    fn who_leaves_is_there_however_much_else_changes() {
        let mut changes: Vec<_> = samples::HOSTILE
            .iter()
            .cycle()
            .take(4_000)
            .enumerate()
            .map(|(n, name)| {
                let field = FieldChange::of(
                    Field::Extension,
                    samples::text(&format!("{}", 4000 + n * n % 7919)),
                    samples::text(&format!("{}", 4000 + n * 31 % 7919)),
                );
                let mut change = samples::change(Action::Update, n, vec![field]);
                change.name = name.repeat(50).into();
                change
            })
            .collect();
        changes.extend(samples::disabled(40));
        let mut plan = samples::plan(changes);
        let refusal = plan.verdict.refusals[0].clone();
        plan.verdict.refusals = vec![refusal; 50];
        let told = markdown(&plan, Tense::Conditional);
        assert!(told.len() < LONGEST, "{}", told.len());
        assert!(told.contains("- would disable 40 people"), "{told}");
        assert!(told.contains("and 30 more") && told.contains("| 40 |"), "{told}");
    }

    #[test]
    fn no_name_leaves_its_code() {
        for plan in [samples::plan(samples::hostile()), samples::hostile_meanings()] {
            keeps_in_code(&markdown(&plan, Tense::Conditional));
        }
    }

    fn keeps_in_code(told: &str) {
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
