//! A plan as text for a terminal: refusals first, changes folded by meaning, totals last.

use std::fmt::Write;

use super::{
    changes_text::{NAMES, changes, names},
    findings_text::{findings, unused},
    remarks_text::{counts, remarks},
    safe::safe,
    styles::{BAD, GOOD, STRONG, painted},
    wording::{Tense, counted, grouped},
};
use crate::plan::{Action, Change, EntryKind, Plan, Refusal};

/// What a text begins and ends with.
#[derive(Debug, Clone, Copy)]
pub enum Heading<'a> {
    /// A plan; with the file in which it is saved.
    Planned {
        /// As the reader gave it.
        file: Option<&'a str>,
    },
    /// A plan that is about to be carried out, if the reader agrees and there is anything to do.
    Offered,
    /// A plan that was carried out as this commit.
    Applied {
        /// The commit.
        commit: &'a str,
    },
    /// What lies between two commits.
    Between {
        /// As the reader gave it, and the commit.
        before: &'a str,
        /// As the reader gave it, and the commit.
        after: &'a str,
    },
}

impl Heading<'_> {
    fn tense(self) -> Tense {
        match self {
            Self::Planned { .. } | Self::Offered => Tense::Conditional,
            Self::Applied { .. } | Self::Between { .. } => Tense::Past,
        }
    }
}

/// A plan as text with ANSI styles; a page or two, or everything where `all` is asked for.
pub fn plan_text(plan: &Plan, heading: Heading<'_>, all: bool) -> String {
    let mut out = String::new();
    head(&mut out, plan, heading, all);
    let file = match heading {
        Heading::Planned { file } => Some(file),
        Heading::Offered => Some(None),
        Heading::Applied { .. } | Heading::Between { .. } => None,
    };
    if let Some(file) = file {
        for refusal in &plan.verdict.refusals {
            refused(&mut out, plan, refusal, file);
        }
    }
    if !plan.is_empty() {
        out.push('\n');
        changes(&mut out, plan, heading.tense(), all);
    }
    remarks(&mut out, plan, all);
    findings(&mut out, &plan.findings, all);
    foot(&mut out, plan, heading);
    out
}

/// The first characters of a commit or a digest.
pub(super) fn short(text: &str) -> String {
    safe(text).cut(13).as_str().trim_end_matches('…').to_owned()
}

fn head(out: &mut String, plan: &Plan, heading: Heading<'_>, all: bool) {
    let digest = short(&plan.digest);
    let base = plan
        .base
        .as_deref()
        .map_or_else(|| "new directory".into(), |base| format!("directory {}", short(base)));
    let line = match heading {
        Heading::Planned { .. } => {
            format!("{}  {base}  plan {digest}", painted(STRONG, "PLAN ONLY"))
        }
        Heading::Offered => {
            let label = if plan.is_empty() { "IN STEP" } else { "PLAN" };
            format!("{}  {base}  plan {digest}", painted(STRONG, label))
        }
        Heading::Applied { commit } => format!(
            "{}  {base}  plan {digest}  commit {}",
            painted(STRONG, "APPLIED"),
            short(commit)
        ),
        Heading::Between { before, after } => {
            format!("{}  {} to {}", painted(STRONG, "DIFFERENCE"), safe(before), safe(after))
        }
    };
    say(out, &line);
    for source in &plan.sources {
        let name = safe(&source.name).cut(60);
        let kind = safe(&source.kind).cut(40);
        let read =
            if source.complete { painted(GOOD, "complete") } else { painted(BAD, "INCOMPLETE") };
        let seconds = if all { format!(" in {:.1} s", source.seconds) } else { String::new() };
        say(
            out,
            &format!(
                "  {name} ({kind}): {}{seconds}, {read}: {}",
                counted(source.records, "record"),
                safe(&source.evidence).cut(300)
            ),
        );
    }
}

/// What the limit is about, in words, without data.
pub fn refusal_sentence(refusal: &Refusal) -> String {
    let value = grouped(refusal.value);
    let limit = safe(&refusal.limit).cut(60);
    let allowed = match &refusal.share {
        Some(share) => format!("{} ({})", grouped(refusal.limit_value), safe(share).cut(40)),
        None => grouped(refusal.limit_value),
    };
    let what = match refusal.limit.split('.').next().unwrap_or_default() {
        "licences" => format!("{value} licences would be taken"),
        action => Tense::Conditional.suffered(action, refusal.value),
    };
    format!("{what}, the limit is {allowed}: `limits.{limit}`, {}", safe(&refusal.at).cut(200))
}

/// The names of the people whom a refusal is about: the first 30, and how many more.
pub fn refusal_names(plan: &Plan, refusal: &Refusal) -> String {
    names(&refused_people(plan, refusal), NAMES)
}

/// The people whom a refusal is about.
pub(super) fn refused_people<'p>(plan: &'p Plan, refusal: &Refusal) -> Vec<&'p Change> {
    let about = refusal.limit.split('.').next().unwrap_or_default();
    let concerned = |change: &&Change| {
        change.entry == EntryKind::Person
            && match about {
                "licences" => matches!(change.action, Action::Add | Action::Enable),
                action => change.action.as_str() == action,
            }
    };
    plan.changes.iter().filter(concerned).collect()
}

fn refused(out: &mut String, plan: &Plan, refusal: &Refusal, file: Option<&str>) {
    say(out, &format!("{}: {}", painted(BAD.bold(), "REFUSED"), refusal_sentence(refusal)));
    let people = refused_people(plan, refusal);
    if !people.is_empty() {
        say(out, &format!("  who: {}", names(&people, NAMES)));
    }
    let accept = safe(&refusal.accept).cut(60);
    let command = match file {
        Some(file) => format!("rollbook apply {} --accept {accept}", quoted(file)),
        None => format!("rollbook apply --accept {accept}"),
    };
    say(out, &format!("  to accept this one plan: {command}"));
    if file.is_none() {
        let saved = "or save it with `--out FILE`, have it read, and run";
        say(out, &format!("  {saved}: rollbook apply FILE --accept {accept}"));
    }
}

/// A file's name as a shell takes it.
pub fn quoted(file: &str) -> String {
    let shown = safe(file).to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%".contains(c);
    if !shown.is_empty() && shown.chars().all(plain) {
        shown
    } else {
        format!("'{}'", shown.replace('\'', r"'\''"))
    }
}

fn foot(out: &mut String, plan: &Plan, heading: Heading<'_>) {
    out.push('\n');
    let tense = heading.tense();
    let summary = &plan.summary;
    let unused = unused(&plan.findings);
    if unused > 0 {
        say(out, &format!("Not used: {}.", counted(unused, "record")));
    }
    for line in counts(plan, tense) {
        say(out, &line);
    }
    if plan.is_empty() {
        say(out, &painted(GOOD, "In step: nothing to change."));
    } else {
        say(out, &painted(STRONG, tense.totals(summary)));
        let mut line = format!("{} unchanged", counted(summary.unchanged, "person"));
        for (count, noun) in
            [(summary.groups, "group change"), (summary.collections, "collection change")]
        {
            if count > 0 {
                line.push_str(&format!(", {}", counted(count, noun)));
            }
        }
        say(out, &format!("{line}."));
    }
    let licences = &summary.licences;
    if !matches!(heading, Heading::Between { .. }) || licences.before != licences.after {
        say(out, &licence_line(plan));
    }
    match heading {
        Heading::Planned { .. } if plan.verdict.allowed => {
            say(out, "PLAN ONLY: nothing was changed.");
        }
        Heading::Planned { .. } => {
            say(out, "PLAN ONLY: nothing was changed; this plan is refused as it is.");
        }
        Heading::Offered | Heading::Applied { .. } | Heading::Between { .. } => {}
    }
}

/// "Licences: 412 -> 371 of 450."
pub(super) fn licence_line(plan: &Plan) -> String {
    let licences = &plan.summary.licences;
    let of = licences.limit.map(|limit| format!(" of {}", grouped(limit))).unwrap_or_default();
    if licences.before == licences.after {
        format!("Licences: {}{of}.", grouped(licences.after))
    } else {
        format!("Licences: {} -> {}{of}.", grouped(licences.before), grouped(licences.after))
    }
}

/// One more line, without white space at its end.
pub(super) fn say(out: &mut String, line: &str) {
    // Writing to a `String` can't fail.
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
#[path = "plan_text_tests.rs"]
mod tests;
