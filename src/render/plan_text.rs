//! A plan as text for a terminal: refusals first, changes folded by meaning, totals last.

use std::fmt::Write;

use super::{
    changes_text::{NAMES, changes, listed, names},
    equipment_totals,
    findings_text::{findings, unused},
    ledger_text::ledger_words,
    remarks_text::{counts, remarks},
    safe::safe,
    styles::{BAD, GOOD, STRONG, painted},
    wording::{Tense, counted, grouped},
};
use crate::{
    directory::{Field, Id},
    finding::Code,
    plan::{Action, Change, EntryKind, Joins, Kind, Plan, Refusal, Tally, concerned},
};

/// What a text begins and ends with.
#[derive(Debug, Clone, Copy)]
pub enum Heading<'a> {
    /// A plan; with the file in which it is saved.
    Planned {
        /// As the reader gave it.
        file: Option<&'a str>,
        /// The options that every command needs to be about the same, as ` --manifest other.yaml`.
        options: &'a str,
        /// Those that a fresh plan needs besides, as ` --trust staff=120`.
        fresh: &'a str,
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
    if let Heading::Planned { .. } | Heading::Offered = heading {
        for refusal in &plan.verdict.refusals {
            refused(&mut out, plan, refusal, all);
        }
    }
    // An offer that is refused ends in an error that has the command.
    if let (Heading::Planned { file, options, fresh }, false) = (heading, plan.verdict.allowed) {
        acceptance(&mut out, plan, file, options, fresh);
    }
    if let Some(line) = hand_edits(plan, heading.tense()) {
        say(&mut out, &line);
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
    let base = match &plan.to {
        Some(to) => format!("{base} back to {}", safe(&to.named()).cut(80)),
        None => base,
    };
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
                "  {name} ({kind}): {}{}{seconds}, {read}: {}",
                counted(source.records, "record"),
                equipment_totals::of_listing(source),
                safe(&source.evidence).cut(300)
            ),
        );
    }
}

/// How many edits made by hand are undone, with how the first of them is kept.
pub(super) fn hand_edits(plan: &Plan, tense: Tense) -> Option<String> {
    let undone = || plan.findings.iter().filter(|finding| finding.code == Code::HandEdit);
    undone().next()?;
    let (count, are) = match (undone().count(), tense) {
        (1, Tense::Conditional) => ("1".into(), "would be"),
        (many, Tense::Conditional) => (grouped(many as u64), "would be"),
        (1, Tense::Past) => ("1".into(), "was"),
        (many, Tense::Past) => (grouped(many as u64), "were"),
    };
    // What isn't of people can't be pinned.
    let command = undone().find_map(|finding| finding.help.split('`').nth(1));
    let pin = match (tense, command) {
        (Tense::Conditional, Some(command)) => format!(" (pin it: {})", safe(command).cut(120)),
        _ => String::new(),
    };
    Some(format!("Hand edits: {count} {are} undone{pin}"))
}

/// What the limit is about, in words, without data.
pub fn refusal_sentence(refusal: &Refusal) -> String {
    let value = grouped(refusal.value);
    let limit = safe(&refusal.limit).cut(60);
    if let Some(code) = refusal.code() {
        let found = counted(refusal.value, "finding");
        return match refusal.at.as_str() {
            "--deny" => format!("{found} of `{code}`, denied by `--deny`"),
            at => format!("{found} of `{code}`, denied at {}", safe(at).cut(200)),
        };
    }
    let allowed = match &refusal.share {
        Some(share) => format!("{} ({})", grouped(refusal.limit_value), safe(share).cut(40)),
        None => grouped(refusal.limit_value),
    };
    let named = refusal.limit.strip_prefix("past.").unwrap_or(&refusal.limit);
    let (action, rest) = named.split_once('.').unwrap_or((named, ""));
    let what = match (action, rest.split('.').next().unwrap_or_default()) {
        ("licences", _) => format!("{value} licences would be taken"),
        (
            action,
            kind @ ("extensions" | "devices" | "system_devices" | "channels" | "groups"
            | "collections"),
        ) => {
            let noun = kind.strip_suffix('s').unwrap_or(kind).replace('_', " ");
            let numbers = kind == "extensions";
            let would = match action {
                "disable" if numbers => "be nobody's any more",
                "update" if numbers => "pass to somebody else",
                "add" if numbers => "be new",
                "disable" => "be disabled",
                "update" => "be updated",
                "add" => "be added",
                _ => "change",
            };
            format!("{} would {would}", counted(refusal.value, &noun))
        }
        (action, _) => Tense::Conditional.suffered(action, refusal.value),
    };
    let at = safe(&refusal.at).cut(200);
    match &refusal.past {
        Some(past) => {
            let (most, runs) = (grouped(past.most), counted(past.runs, "run"));
            format!("{what}, at most {most} in the last {runs}: `limits.past`, {at}")
        }
        None => format!("{what}, the limit is {allowed}: `limits.{limit}`, {at}"),
    }
}

/// The names of the people whom a refusal is about: the first 30, and how many more.
pub fn refusal_names(plan: &Plan, refusal: &Refusal) -> String {
    match refusal.code() {
        Some(code) => listed(&found_names(plan, code), NAMES),
        None => names(&refused_people(plan, refusal), NAMES),
    }
}

/// What the names of a refusal answer: `who`, or `which` where they are not of people.
pub(super) fn refusal_asks(refusal: &Refusal) -> &'static str {
    let named = refusal.limit.strip_prefix("past.").unwrap_or(&refusal.limit);
    let kind = named.split('.').nth(1).unwrap_or_default();
    match kind {
        "devices" | "system_devices" | "channels" | "groups" | "collections" => "which",
        _ => "who",
    }
}

/// Whom findings of a code are about: by name where they change, else by id.
fn found_names(plan: &Plan, code: Code) -> Vec<&str> {
    let ids = concerned(&plan.findings, code);
    let mut people: Vec<&Change> =
        plan.changes.iter().filter(|change| change.entry == EntryKind::Person).collect();
    people.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let name = |id: &Id| {
        let at = people.binary_search_by(|change| change.key.as_str().cmp(id.as_str()));
        at.ok().map(|at| people[at].name.as_str())
    };
    ids.into_iter().map(|id| name(id).unwrap_or(id.as_str())).collect()
}

/// Who could be disabled to make room where licences are short, a line each and at most so many;
/// no line where nothing is short, or nobody comes to mind.
pub fn refusal_room(refusal: &Refusal, most: usize) -> Vec<String> {
    let room = &refusal.room;
    if room.is_empty() {
        return Vec::new();
    }
    let short = counted(refusal.value.saturating_sub(refusal.limit_value), "licence");
    let mut lines = vec![format!("to make room for {short}, these could be disabled instead:")];
    for room in room.iter().take(most) {
        let (name, key) = (safe(&room.name).cut(60), safe(room.person.as_str()).cut(80));
        lines.push(format!("{name} ({key}): {}", safe(&room.because).cut(200)));
    }
    if room.len() > most {
        lines.push(format!("and {} more", grouped((room.len() - most) as u64)));
    }
    lines
}

/// The changes that a refusal is about.
fn refused_people<'p>(plan: &'p Plan, refusal: &Refusal) -> Vec<&'p Change> {
    let named = refusal.limit.strip_prefix("past.").unwrap_or(&refusal.limit);
    let (about, rest) = named.split_once('.').unwrap_or((named, ""));
    let numbered = |change: &Change| {
        let numbers = [Field::Extension, Field::AdditionalExtensions, Field::Pbx];
        numbers.into_iter().any(|field| change.field(field).is_some())
            || matches!(change.action, Action::Disable | Action::Merge | Action::Enable)
    };
    let concerned = |change: &&Change| match (about, rest.split('.').next().unwrap_or_default()) {
        ("licences", _) => {
            change.entry == EntryKind::Person
                && matches!(change.action, Action::Add | Action::Enable | Action::Split)
        }
        (_, "extensions") => change.entry == EntryKind::Person && numbered(change),
        (action, kind) => {
            let kind = Kind::parse(kind).unwrap_or(Kind::People);
            Kind::of(change.entry) == kind && change.action.as_str() == action
        }
    };
    plan.changes.iter().filter(concerned).collect()
}

fn refused(out: &mut String, plan: &Plan, refusal: &Refusal, all: bool) {
    say(out, &format!("{}: {}", painted(BAD.bold(), "REFUSED"), refusal_sentence(refusal)));
    let people = refusal_names(plan, refusal);
    if !people.is_empty() {
        say(out, &format!("  {}: {people}", refusal_asks(refusal)));
    }
    for (at, line) in refusal_room(refusal, if all { usize::MAX } else { 10 }).iter().enumerate() {
        say(out, &format!("  {}{line}", if at == 0 { "" } else { "  " }));
    }
}

/// The command that accepts all that refuses, as it can be typed.
fn acceptance(out: &mut String, plan: &Plan, file: Option<&str>, options: &str, fresh: &str) {
    let accepts = accepts(plan);
    match file {
        Some(file) => {
            let file = quoted(file);
            say(
                out,
                &format!("  to accept this one plan: rollbook apply {file}{options}{accepts}"),
            );
        }
        None => {
            let approved = format!("--approved {}", plan.short_digest());
            let command = format!("rollbook apply {approved}{options}{fresh}{accepts}");
            say(out, &format!("  to accept this one plan: {command}"));
            let saved = "or save it with `--out FILE`, have it read, and run";
            say(out, &format!("  {saved}: rollbook apply FILE{options}{accepts}"));
        }
    }
}

/// What `apply` takes to accept all that refuses: ` --accept disable=41`.
pub(super) fn accepts(plan: &Plan) -> String {
    let mut accepts: Vec<String> = Vec::new();
    for refusal in &plan.verdict.refusals {
        let accept = format!(" --accept {}", safe(&refusal.accept).cut(60));
        if !accepts.contains(&accept) {
            accepts.push(accept);
        }
    }
    accepts.concat()
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
        let ledger = ledger_words(&summary.ledger);
        match (ledger.is_empty(), tense) {
            (true, _) => say(out, &painted(GOOD, "In step: nothing to change.")),
            (false, Tense::Conditional) => {
                say(out, &painted(GOOD, "In step; the ledger would change."));
                say(out, &format!("Ledger: {ledger}."));
            }
            (false, Tense::Past) => {
                say(out, &painted(GOOD, "In step; the ledger changed."));
                say(out, &format!("Ledger: {ledger}."));
            }
        }
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
        for line in equipment_totals::totals(plan, tense) {
            say(out, &line);
        }
    }
    if let Some(line) = joins_line(plan) {
        say(out, &line);
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

/// "Joined: 2 by email, 1 by extension; only in `old`: 1, only in `staff`: 3."
pub(super) fn joins_line(plan: &Plan) -> Option<String> {
    let Joins { by, only } = &plan.summary.joins;
    if by.is_empty() {
        return None;
    }
    let name = |tally: &Tally| safe(&tally.name).cut(60).to_string();
    let by: Vec<String> =
        by.iter().map(|tally| format!("{} by {}", grouped(tally.count), name(tally))).collect();
    let only =
        only.iter().map(|tally| format!("only in `{}`: {}", name(tally), grouped(tally.count)));
    let only: Vec<String> = only.collect();
    let only = if only.is_empty() { String::new() } else { format!("; {}", only.join(", ")) };
    Some(format!("Joined: {}{only}.", by.join(", ")))
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
