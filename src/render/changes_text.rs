//! The changes of a plan as lines, folded by meaning.

use std::collections::BTreeMap;

use super::{
    fold::{Fold, Likeness, folds, tails},
    plan_text::say,
    safe::safe,
    styles::{BAD, DIM, DOUBT, GOOD, STRONG, painted},
    value::{field_line, value},
    wording::{Tense, counted, grouped},
};
use crate::{
    directory::{Field, Text},
    plan::{Action, Change, EntryKind, FieldChange, Plan},
};

/// Names shown for a disable or a refusal.
pub(super) const NAMES: usize = 30;
/// Lines shown of a list that may be long.
const LISTED: usize = 20;
/// How to see those who are only counted; not said where there is no `-v`.
const ASK: &str = " (`-v` shows everybody)";
/// Folds shown of one action.
const FOLDS: usize = 40;

/// The changes alone, folded, as the body of text without styles, for readers who ran no command.
pub(super) fn changes_plain(plan: &Plan, tense: Tense, all: bool) -> String {
    let mut out = String::new();
    changes(&mut out, plan, tense, all);
    anstream::adapter::strip_str(&out).to_string().replace(ASK, "")
}

/// The first names, "and 11 more"; with `;` between them where a name has a comma of its own.
pub(super) fn names(changes: &[&Change], most: usize) -> String {
    listed(&changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>(), most)
}

/// The same of names.
pub(super) fn listed(names: &[&str], most: usize) -> String {
    let mut said: Vec<String> =
        names.iter().take(most).map(|name| safe(name).cut(40).to_string()).collect();
    let between = if said.iter().any(|name| name.contains(',')) { "; " } else { ", " };
    if names.len() > most {
        let more = grouped((names.len() - most) as u64);
        return format!("{} and {more} more", said.join(between));
    }
    match said.pop() {
        Some(last) if !said.is_empty() => format!("{} and {last}", said.join(between)),
        Some(only) => only,
        None => String::new(),
    }
}

/// All changes in the order of the plan.
pub(super) fn changes(out: &mut String, plan: &Plan, tense: Tense, all: bool) {
    let folds = folds(&plan.changes, all);
    let most = if all { usize::MAX } else { FOLDS };
    for run in folds
        .chunk_by(|a, b| (a.first().entry, a.first().action) == (b.first().entry, b.first().action))
    {
        let indent = 2 + run.iter().take(most).map(|f| f.ids().chars().count()).max().unwrap_or(0);
        for fold in run.iter().take(most) {
            tell(out, fold, tense, indent, all);
        }
        if run.len() > most {
            let hidden: usize = run[most..].iter().map(|fold| fold.changes.len()).sum();
            let (mark, style) = mark(run[0].first().action);
            let verb = tense.verb(run[0].first().action);
            let more = counted(hidden as u64, noun(run[0].first().entry));
            let line = format!("{mark} {verb} {more} more in other ways (`-v` shows them)");
            say(out, &format!("{:indent$}{}", "…", painted(style, line)));
        }
    }
}

/// What happened to one person, all of it, in the past.
pub fn change_text(change: &Change) -> String {
    let mut out = String::new();
    let (sign, style) = mark(change.action);
    let verb = painted(style, format_args!("{sign} {}", Tense::Past.verb(change.action)));
    person(&mut out, change, &format!("    {verb}"), "      ", true);
    out
}

fn mark(action: Action) -> (char, anstyle::Style) {
    match action {
        Action::Disable => ('-', BAD),
        Action::Merge => ('&', DOUBT),
        Action::Split => ('+', DOUBT),
        Action::Update => ('~', DOUBT),
        Action::Move => ('>', DOUBT),
        Action::Enable => ('+', GOOD),
        Action::Add => ('+', GOOD),
    }
}

fn noun(entry: EntryKind) -> &'static str {
    match entry {
        EntryKind::Person => "person",
        EntryKind::Group => "group",
        EntryKind::Collection => "collection",
    }
}

fn tell(out: &mut String, fold: &Fold<'_>, tense: Tense, indent: usize, all: bool) {
    let first = fold.first();
    let (sign, style) = mark(first.action);
    let verb = painted(style, format_args!("{sign} {}", tense.verb(first.action)));
    let begin = format!("{:indent$}{verb}", fold.ids());
    let pad = " ".repeat(indent + 2);
    match (first.entry, fold.changes.as_slice()) {
        (EntryKind::Collection, _) => collection(out, first, &begin, &pad),
        (EntryKind::Group, groups) => group_lines(out, groups, &begin, &pad, all),
        (EntryKind::Person, [one]) => person(out, one, &begin, &pad, all),
        (EntryKind::Person, people) => match fold.likeness {
            Likeness::Action => by_group(out, people, &begin, &pad),
            Likeness::Whole | Likeness::Places | Likeness::Fields => {
                several(out, fold, people, &begin, &pad, all);
            }
        },
    }
}

fn person(out: &mut String, change: &Change, begin: &str, pad: &str, all: bool) {
    let name = painted(STRONG, safe(&change.name).cut(60));
    let key = painted(DIM, format_args!("({})", safe(&change.key).cut(80)));
    if change.action == Action::Add && !all {
        let shown: Vec<String> = [Field::Path, Field::Extension]
            .into_iter()
            .filter_map(|field| change.field(field))
            .map(|field| value(&field.after))
            .collect();
        say(out, &format!("{begin} {name} {key}  {}", shown.join("  ")));
        return;
    }
    match &change.evidence {
        Some(evidence) => say(out, &format!("{begin} {name} {key}: {}", safe(evidence).cut(200))),
        None if change.cause.pinned.iter().any(|word| word == "status") => {
            say(out, &format!("{begin} {name} {key}{}", pinned(change)));
        }
        None => say(out, &format!("{begin} {name} {key}")),
    }
    for field in &change.fields {
        if field.field != Field::Name.name() || change.action != Action::Add {
            let shown = match change.action {
                Action::Add => format!("{}: {}", safe(&field.field), value(&field.after)),
                _ => field_line(field),
            };
            say(out, &format!("{pad}{shown}{}", rule(change, &field.field)));
        }
    }
}

/// Why a field becomes what it becomes, where that isn't its source: a pin, or the rule that gave
/// a place.
fn rule(change: &Change, field: &Text) -> String {
    if change.cause.pinned.contains(field) {
        return pinned(change);
    }
    match &change.cause.rule {
        Some(rule) if field == Field::Path.name() => {
            format!("  {}", painted(DIM, format_args!("(rule at {})", safe(rule).cut(120))))
        }
        _ => String::new(),
    }
}

/// What a pin says for itself.
fn pinned(change: &Change) -> String {
    let said = match (&change.cause.note, &change.cause.pin) {
        (Some(note), _) => format!("(pinned: {})", safe(note).cut(120)),
        (None, Some(at)) => format!("(pinned at {})", safe(at).cut(120)),
        (None, None) => "(pinned)".into(),
    };
    format!("  {}", painted(DIM, said))
}

fn several(
    out: &mut String,
    fold: &Fold<'_>,
    people: &[&Change],
    begin: &str,
    pad: &str,
    all: bool,
) {
    let count = counted(people.len() as u64, "person");
    let first = fold.first();
    let whole = fold.likeness != Likeness::Fields;
    match &first.evidence {
        Some(evidence) if whole => {
            say(out, &format!("{begin} {count}: {}", safe(evidence).cut(200)));
        }
        _ => say(out, &format!("{begin} {count}")),
    }
    if whole {
        for field in &first.fields {
            let line = match fold.likeness {
                Likeness::Places => {
                    let (before, after) = tails(field);
                    let (before, after) = (before.into_owned(), after.into_owned());
                    field_line(&FieldChange { field: field.field.clone(), before, after })
                }
                _ => field_line(field),
            };
            say(out, &format!("{pad}{line}{}", rule(first, &field.field)));
        }
    } else {
        for field in first.fields.iter().take(LISTED) {
            let name = safe(&field.field).to_string();
            let example = field_line(field);
            let example = example.strip_prefix(&format!("{name}: ")).unwrap_or(&example);
            say(out, &format!("{pad}{name}: each in their own way, as {example}"));
        }
    }
    let most = match (all, first.action) {
        (true, _) => usize::MAX,
        (false, Action::Disable) => NAMES,
        (false, _) => 5,
    };
    say(out, &format!("{pad}{}", painted(DIM, names(people, most))));
}

/// Additions, counted by where they come to stand.
fn by_group(out: &mut String, people: &[&Change], begin: &str, pad: &str) {
    let mut places: BTreeMap<&str, u64> = BTreeMap::new();
    for change in people {
        let path = change.field(Field::Path).and_then(|field| field.after.as_text());
        *places.entry(path.unwrap_or_default()).or_default() += 1;
    }
    let groups = counted(places.len() as u64, "group");
    say(out, &format!("{begin} {} in {groups}", counted(people.len() as u64, "person")));
    let mut places: Vec<(&str, u64)> = places.into_iter().collect();
    places.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let width = places.first().map_or(0, |(_, count)| grouped(*count).len());
    for (path, count) in places.iter().take(LISTED) {
        say(out, &format!("{pad}{:>width$}  {}", grouped(*count), safe(path).cut(100)));
    }
    if places.len() > LISTED {
        let rest: u64 = places[LISTED..].iter().map(|(_, count)| count).sum();
        let more = counted((places.len() - LISTED) as u64, "more group");
        say(out, &format!("{pad}{} in {more}{ASK}", grouped(rest)));
    }
}

fn group_lines(out: &mut String, groups: &[&Change], begin: &str, pad: &str, all: bool) {
    if let [one] = groups {
        say(out, &format!("{begin} group {}", safe(&one.key).cut(100)));
        return;
    }
    let most = match (all, groups[0].action) {
        (true, _) => usize::MAX,
        (false, Action::Disable) => LISTED,
        (false, _) => 5,
    };
    say(out, &format!("{begin} {}", counted(groups.len() as u64, "group")));
    for group in groups.iter().take(most) {
        say(out, &format!("{pad}{}", safe(&group.key).cut(100)));
    }
    if groups.len() > most {
        say(out, &format!("{pad}and {} more", grouped((groups.len() - most) as u64)));
    }
}

fn collection(out: &mut String, change: &Change, begin: &str, pad: &str) {
    let name = safe(&change.key).cut(60);
    let title = safe(&change.name).cut(60);
    let members = || change.fields.iter().filter(|field| field.field == "members");
    let joined = members().filter(|field| !field.after.is_empty()).count() as u64;
    let left = members().filter(|field| !field.before.is_empty()).count() as u64;
    let mut said = Vec::new();
    if joined > 0 {
        said.push(format!("{} more", counted(joined, "member")));
    }
    if left > 0 {
        said.push(format!("{} fewer", counted(left, "member")));
    }
    if let Some(evidence) = &change.evidence {
        said.push(safe(evidence).cut(200).to_string());
    }
    let tail = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
    say(out, &format!("{begin} collection {name} ({title}){tail}"));
    if change.action != Action::Add {
        for field in change.fields.iter().filter(|field| field.field != "members") {
            say(out, &format!("{pad}{}", field_line(field)));
        }
    }
}
