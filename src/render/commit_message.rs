//! What a commit of the directory says.

use unicode_width::UnicodeWidthStr;

use super::{
    changes_text::changes_plain, equipment_totals, ledger_text::ledger_words, remarks_text::counts,
    safe::safe, wording::Tense,
};
use crate::plan::Plan;

/// Lines that the body may have.
const LINES: usize = 200;
/// Columns that the subject may take.
const SUBJECT: usize = 100;
/// Columns of the body's lines, but for words that are longer.
const COLUMNS: usize = 100;

/// `staff, phones: 2 added, 9 changed, 1 disabled`.
pub fn subject(plan: &Plan) -> String {
    let summary = &plan.summary;
    let mut counts: Vec<String> = [
        (summary.add, "added"),
        (summary.update, "changed"),
        (summary.r#move, "moved"),
        (summary.enable, "returned"),
        (summary.merge, "merged"),
        (summary.split, "split off"),
        (summary.disable, "disabled"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, verb)| format!("{count} {verb}"))
    .collect();
    let equipment = equipment_totals::subject(plan);
    if counts.is_empty() && equipment.is_empty() {
        counts = [(summary.groups, "groups"), (summary.collections, "collections")]
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what} changed"))
            .collect();
    }
    if counts.is_empty() && equipment.is_empty() && !summary.ledger.is_empty() {
        counts = vec![format!("nothing changed; {}", ledger_words(&summary.ledger))];
    }
    let names: Vec<&str> = plan.sources.iter().map(|source| source.name.as_str()).collect();
    let names = match &plan.to {
        Some(to) => format!("back to {}", to.named()),
        None => names.join(", "),
    };
    let names = safe(&names).cut(SUBJECT / 2).to_string();
    let people = counts.join(", ");
    let parts = [people].into_iter().filter(|said| !said.is_empty()).chain(equipment);
    let counts = parts.collect::<Vec<_>>().join("; ");
    match names.is_empty() {
        true => counts,
        false => safe(&format!("{names}: {counts}")).cut(SUBJECT).to_string(),
    }
}

/// The changes folded by meaning, bounded; no trailers and no line that git takes for one.
pub fn body(plan: &Plan) -> String {
    let told = changes_plain(plan, Tense::Past);
    let mut lines: Vec<String> = told.lines().flat_map(wrapped).collect();
    let counts: Vec<String> =
        counts(plan, Tense::Past).iter().flat_map(|line| wrapped(line)).collect();
    let most = LINES - counts.len() - 1;
    if lines.len() > most {
        let more = lines.len() - most + 1;
        lines.truncate(most - 1);
        lines.push(format!("… and {more} more lines; `rollbook diff` shows all"));
    }
    if !counts.is_empty() {
        lines.push(String::new());
        lines.extend(counts);
    }
    lines.join("\n")
}

/// A line broken between words, each further part under where its words begin.
fn wrapped(line: &str) -> Vec<String> {
    let line = line.trim_end();
    if line.width() <= COLUMNS {
        return vec![line.to_owned()];
    }
    // After the ids of its changes, which two spaces end.
    let ids = if line.starts_with('c') { line.find("  ").unwrap_or(0) } else { 0 };
    let words = line[ids..].trim_start();
    let indent = (line.len() - words.len()).min(COLUMNS / 3);
    let mut parts = vec![line[..line.len() - words.len()].to_owned()];
    let mut width = indent;
    for word in words.split(' ') {
        if width > indent && width + word.width() > COLUMNS {
            parts.push(" ".repeat(indent + 2));
            width = indent + 2;
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(word);
            part.push(' ');
            width += word.width() + 1;
        }
    }
    parts.iter().map(|part| part.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples;

    #[test]
    fn the_subject_counts_what_happened() {
        let mut changes = samples::added(2);
        changes.extend(samples::renamed_department(9));
        changes.extend(samples::disabled(1));
        let plan = samples::plan(changes);
        assert_eq!(subject(&plan), "staff: 2 added, 9 changed, 1 disabled");
    }

    #[test]
    fn the_body_is_bounded_and_plain() {
        let mut changes = samples::hostile();
        changes.extend(samples::renumbered(50_000));
        changes.extend(samples::added(50_000));
        let body = body(&samples::plan(changes));
        assert!(body.lines().count() <= LINES);
        assert!(!super::super::needs_care(&body), "{body}");
        assert!(body.contains(" in 18 more groups") && !body.contains("`-v`"), "{body}");
    }

    #[test]
    fn long_lines_are_broken_under_their_words() {
        let line = format!("c1  - disabled Ada: {}", "evidence ".repeat(20));
        let parts = wrapped(&line);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.width() <= COLUMNS), "{parts:?}");
        assert!(parts[1].starts_with("      evidence"), "{parts:?}");
        let joined: Vec<&str> = parts.iter().flat_map(|part| part.split_whitespace()).collect();
        assert_eq!(joined, line.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn the_body_tells_what_was_done() {
        let plan = samples::plan(samples::renamed_department(9));
        assert_eq!(
            body(&plan),
            "c1-c9  ~ renamed department Sales to Revenue: all 9 people\n\
             \x20        Person 0, Person 1, Person 2, Person 3, Person 4 and 4 more"
        );
    }
}
