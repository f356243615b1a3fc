//! The changes of a plan as lines, folded by meaning.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    equipment_text,
    fold::{Fold, Likeness, folds},
    meanings_text::{self, Shown, rest, shown},
    plan_text::say,
    safe::safe,
    styles::{BAD, DIM, DOUBT, GOOD, STRONG, painted},
    value::{field_line, value},
    wording::{Tense, counted, grouped},
};
use crate::{
    directory::{Field, Joined, Text, Value},
    plan::{Action, Cause, Change, EntryKind, FieldChange, FurtherPin, Meaning, Plan, tails},
};

/// Names shown for a disable or a refusal.
pub(super) const NAMES: usize = 30;
/// Lines shown of a list that may be long.
const LISTED: usize = 20;
/// How to see those who are only counted; not said where there is no `-v`.
const ASK: &str = " (`-v` shows everybody)";
/// The same where they are not people.
const ASK_THEM: &str = " (`-v` shows them)";
/// Folds shown of one action.
const FOLDS: usize = 40;

/// The changes alone, folded, as the body of text without styles, for readers who ran no command.
pub(super) fn changes_plain(plan: &Plan, tense: Tense) -> String {
    let mut out = String::new();
    changes(&mut out, plan, tense, false);
    plain(&out)
}

fn plain(styled: &str) -> String {
    anstream::adapter::strip_str(styled).to_string().replace(ASK, "").replace(ASK_THEM, "")
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

/// The changes that a meaning explains, but for groups.
pub(super) fn of_meaning<'p>(plan: &'p Plan, meaning: &Meaning) -> Vec<&'p Change> {
    let changes = meaning.changes.iter().filter_map(|id| plan.changes.get(place(id)?));
    changes.filter(|change| change.entry == meaning.entry).collect()
}

/// Where a change of that id stands in a plan.
pub(super) fn place(id: &Text) -> Option<usize> {
    id.get(1..)?.parse::<usize>().ok()?.checked_sub(1)
}

/// A part of the changes, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// What changes mean together.
    Meanings,
    /// Who leaves.
    Leavers,
    /// All the others.
    Others,
    /// Devices, system devices and channels.
    Equipment,
    /// Groups and collections.
    Tree,
}

impl Section {
    /// All of them, in their order.
    pub const ALL: [Self; 5] =
        [Self::Meanings, Self::Leavers, Self::Others, Self::Equipment, Self::Tree];
}

/// The changes of a plan, sorted out for telling them.
pub(super) struct Told<'p> {
    plan: &'p Plan,
    tense: Tense,
    all: bool,
    shown: Shown<'p>,
    rest: Cow<'p, [Change]>,
}

impl<'p> Told<'p> {
    pub fn of(plan: &'p Plan, tense: Tense, all: bool) -> Self {
        let shown = shown(plan, all);
        let rest = rest(plan, &shown, all);
        Self { plan, tense, all, shown, rest }
    }

    fn section(&self, out: &mut String, section: Section) {
        let Self { plan, tense, all, shown, rest } = self;
        let leavers = rest.partition_point(|change| {
            change.entry == EntryKind::Person
                && matches!(change.action, Action::Disable | Action::Merge)
        });
        let people = rest.partition_point(|change| change.entry == EntryKind::Person);
        let equipment = rest.partition_point(|change| change.entry <= EntryKind::Channel);
        match section {
            Section::Meanings => meanings_text::named(out, plan, shown, *tense, *all),
            Section::Leavers => runs(out, plan, &rest[..leavers], *tense, *all),
            Section::Others => {
                meanings_text::equal(out, plan, shown, *tense);
                runs(out, plan, &rest[leavers..people], *tense, *all);
            }
            Section::Equipment => {
                for entry in [EntryKind::Device, EntryKind::SystemDevice, EntryKind::Channel] {
                    let of = rest[people..equipment].iter();
                    let from = people + of.clone().filter(|change| change.entry < entry).count();
                    let to = people + of.filter(|change| change.entry <= entry).count();
                    let these = &rest[from..to];
                    let gone = these.partition_point(|change| change.action == Action::Disable);
                    runs(out, plan, &these[..gone], *tense, *all);
                    meanings_text::of_equipment(out, plan, (shown, entry), *tense, *all);
                    runs(out, plan, &these[gone..], *tense, *all);
                }
            }
            Section::Tree => runs(out, plan, &rest[equipment..], *tense, *all),
        }
    }

    /// One section without styles, for readers who ran no command.
    pub fn plain(&self, section: Section) -> String {
        let mut out = String::new();
        self.section(&mut out, section);
        plain(&out)
    }
}

/// All changes: what they mean together, then those that are left, in the order of the plan.
pub(super) fn changes(out: &mut String, plan: &Plan, tense: Tense, all: bool) {
    let told = Told::of(plan, tense, all);
    for section in Section::ALL {
        told.section(out, section);
    }
}

fn runs(out: &mut String, plan: &Plan, changes: &[Change], tense: Tense, all: bool) {
    let folds = folds(changes, all);
    let most = if all { usize::MAX } else { FOLDS };
    for run in folds
        .chunk_by(|a, b| (a.first().entry, a.first().action) == (b.first().entry, b.first().action))
    {
        let indent = 2 + run.iter().take(most).map(|f| f.ids().chars().count()).max().unwrap_or(0);
        for fold in run.iter().take(most) {
            tell(out, plan, fold, tense, indent, all);
        }
        if run.len() > most {
            let hidden: usize = run[most..].iter().map(|fold| fold.changes.len()).sum();
            let (mark, style) = mark(run[0].first().action);
            let verb = tense.verb(run[0].first().action);
            let more = counted(hidden as u64, run[0].first().entry.noun());
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
    let begin = format!("    {verb}");
    match change.entry.is_equipment() {
        true => equipment_text::one(&mut out, change, None, &begin, "      ", true),
        false => person(&mut out, change, None, &begin, "      ", true),
    }
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

fn tell(out: &mut String, plan: &Plan, fold: &Fold<'_>, tense: Tense, indent: usize, all: bool) {
    let first = fold.first();
    let (sign, style) = mark(first.action);
    let verb = painted(style, format_args!("{sign} {}", tense.verb(first.action)));
    let begin = format!("{:indent$}{verb}", fold.ids());
    let pad = " ".repeat(indent + 2);
    match (first.entry, fold.changes.as_slice()) {
        (EntryKind::Collection, _) => collection(out, first, &begin, &pad),
        (EntryKind::Device | EntryKind::SystemDevice | EntryKind::Channel, [one]) => {
            equipment_text::one(out, one, Some(plan), &begin, &pad, all);
            for line in demanded(one) {
                say(out, &format!("{pad}{line}"));
            }
        }
        (EntryKind::Device | EntryKind::SystemDevice | EntryKind::Channel, some) => {
            match fold.likeness {
                Likeness::Action => equipment_text::added(out, some, &begin, &pad),
                _ => several(out, fold, some, &begin, &pad, all),
            }
        }
        (EntryKind::Group, groups) => group_lines(out, groups, &begin, &pad, all),
        (EntryKind::Person, [one]) => person(out, one, Some(plan), &begin, &pad, all),
        (EntryKind::Person, people) => match fold.likeness {
            Likeness::Action => by_group(out, people, &begin, &pad),
            Likeness::Whole | Likeness::Places | Likeness::Fields => {
                several(out, fold, people, &begin, &pad, all);
            }
        },
    }
}

fn person(
    out: &mut String,
    change: &Change,
    plan: Option<&Plan>,
    begin: &str,
    pad: &str,
    all: bool,
) {
    let name = painted(STRONG, safe(&change.name).cut(60));
    let key = painted(DIM, format_args!("({})", safe(&change.key).cut(80)));
    let with = other(change, plan);
    let new = matches!(change.action, Action::Add | Action::Split)
        && change.fields.iter().all(|field| field.before.is_empty());
    if new && !all {
        let shown: Vec<String> = [Field::Path, Field::Extension]
            .into_iter()
            .filter_map(|field| change.field(field))
            .map(|field| value(&field.after))
            .collect();
        say(out, &format!("{begin} {name} {key}{with}  {}", shown.join("  ")));
    } else {
        let shown =
            change.evidence.as_ref().map(|evidence| format!(": {}", safe(evidence).cut(200)));
        say(out, &format!("{begin} {name} {key}{with}{}", shown.unwrap_or_default()));
    }
    match change.action {
        Action::Merge => say(out, &format!("{pad}{MERGED}")),
        Action::Split => say(out, &format!("{pad}{SPLIT}")),
        _ => {}
    }
    if !new || all {
        for field in &change.fields {
            if field.field == Field::Records.name() {
                for line in record_lines(field) {
                    say(out, &format!("{pad}{line}"));
                }
            } else if field.field != Field::Name.name() || !new {
                let shown = match change.action {
                    Action::Add => format!("{}: {}", safe(&field.field), value(&field.after)),
                    _ => field_line(field),
                };
                say(out, &format!("{pad}{shown}{}", rule(change, &field.field)));
            }
        }
    }
    for line in demanded(change) {
        say(out, &format!("{pad}{line}"));
    }
}

/// What a merge is, for who looks after telephones.
const MERGED: &str =
    "one and the same person: this entry is kept, disabled, with its earlier calls";
/// What a split is.
const SPLIT: &str = "somebody else after all: an entry of their own, for calls from now on";

/// Whom somebody is merged into or split off from, by name where the plan has it.
fn other(change: &Change, plan: Option<&Plan>) -> String {
    let Some(with) = &change.with else { return String::new() };
    let word = match change.action {
        Action::Merge => "into",
        Action::Split => "from",
        _ => "with",
    };
    // Whom the plan doesn't change is known to it by the id alone.
    match plan.and_then(|plan| plan.change_of(with.as_str())) {
        Some(other) => {
            format!(" {word} {} ({})", safe(&other.name).cut(60), safe(with.as_str()).cut(80))
        }
        None => format!(" {word} {}", safe(with.as_str()).cut(80)),
    }
}

/// Records that joined a person, with the rule, and such as left.
pub(super) fn record_lines(field: &FieldChange) -> Vec<String> {
    let list = |value: &Value| -> Vec<Text> {
        match value {
            Value::List(list) => list.clone(),
            Value::Text(text) => vec![text.clone()],
            Value::None | Value::Flag(_) => Vec::new(),
        }
    };
    let (before, after) = (list(&field.before), list(&field.after));
    let parts = |text: &Text| Joined::parse(text).ok();
    let has = |list: &[Text], record: &Joined| {
        list.iter().filter_map(parts).any(|other| other.record == record.record)
    };
    let shown = |record: &Joined| safe(record.record.as_str()).cut(80).to_string();
    let mut lines = Vec::new();
    for joined in after.iter().filter_map(parts) {
        // Who stands for themselves alone has no list.
        if joined.by != Joined::FIRST && !has(&before, &joined) {
            lines.push(format!("joined with {} by {}", shown(&joined), safe(&joined.by).cut(60)));
        }
    }
    for left in before.iter().filter_map(parts) {
        if left.by != Joined::FIRST && !has(&after, &left) {
            lines.push(format!("no longer joined with {}", shown(&left)));
        }
    }
    for joined in after.iter().filter_map(parts) {
        let old = before.iter().filter_map(parts).find(|old| old.record == joined.record);
        if let Some(old) = old.filter(|old| old.by != joined.by) {
            let (was, is) = (safe(&old.by).cut(60).to_string(), safe(&joined.by).cut(60));
            lines.push(format!("{} is joined by {is}, not by {was}", shown(&joined)));
        }
    }
    lines
}

/// The pin that demands a change, or some of it, and the edit by hand that it undoes.
fn demanded(change: &Change) -> Vec<String> {
    let cause = &change.cause;
    let Cause { source: _, rule: _, pin, pinned, note, further, edit } = cause;
    let mut lines = Vec::new();
    if let Some(pin) = pin {
        let own = pinned.iter().filter(|field| !cause.is_of_a_further_pin(field));
        lines.push(pin_line(own, pin, note.as_ref()));
    }
    lines.extend(
        further
            .iter()
            .map(|FurtherPin { pin, pinned, note }| pin_line(pinned.iter(), pin, note.as_ref())),
    );
    if let Some(edit) = edit {
        lines.push(format!("(undoes an edit by hand, commit {})", safe(edit).cut(13)));
    }
    lines.iter().map(|line| painted(DIM, line)).collect()
}

fn pin_line<'a>(pinned: impl Iterator<Item = &'a Text>, pin: &Text, note: Option<&Text>) -> String {
    let fields: Vec<String> = pinned.map(|field| safe(field).cut(40).to_string()).collect();
    let fields = match fields.len() {
        0 => String::new(),
        _ => format!("{} ", fields.join(", ")),
    };
    let note = note.map(|note| format!(": {}", safe(note).cut(200)));
    format!("({fields}pinned at {}{})", safe(pin).cut(120), note.unwrap_or_default())
}

/// Where the rule stands that gave a place.
fn rule(change: &Change, field: &Text) -> String {
    match &change.cause.rule {
        Some(rule) if field == Field::Path.name() => {
            format!("  {}", painted(DIM, format_args!("(rule at {})", safe(rule).cut(120))))
        }
        _ => String::new(),
    }
}

fn several(
    out: &mut String,
    fold: &Fold<'_>,
    people: &[&Change],
    begin: &str,
    pad: &str,
    all: bool,
) {
    let first = fold.first();
    let equipment = first.entry.is_equipment();
    let count = match equipment {
        true => equipment_text::counted_changes(people),
        false => counted(people.len() as u64, "person"),
    };
    let whole = fold.likeness != Likeness::Fields;
    match &first.evidence {
        Some(evidence) if whole => {
            say(out, &format!("{begin} {count}: {}", safe(evidence).cut(200)));
        }
        _ => say(out, &format!("{begin} {count}")),
    }
    if whole {
        for field in first.fields.iter().filter(|field| field.field != Field::Records.name()) {
            if equipment {
                for line in equipment_text::lines(field, None) {
                    say(out, &format!("{pad}{line}"));
                }
                continue;
            }
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
        let records = first.field(Field::Records).map(record_lines).unwrap_or_default();
        records.iter().for_each(|line| say(out, &format!("{pad}{line}")));
    } else {
        for field in first.fields.iter().take(LISTED) {
            if field.field == Field::Records.name() {
                let example = record_lines(field).into_iter().next().unwrap_or_default();
                say(out, &format!("{pad}records: each in their own way, as {example}"));
                continue;
            }
            let name = safe(&field.field).to_string();
            let example = match equipment {
                true => equipment_text::lines(field, None).into_iter().next().unwrap_or_default(),
                false => field_line(field),
            };
            let example = example.strip_prefix(&format!("{name}: ")).unwrap_or(&example);
            say(out, &format!("{pad}{name}: each in their own way, as {example}"));
        }
    }
    for line in demanded(first) {
        say(out, &format!("{pad}{line}"));
    }
    let most = match (all, first.action) {
        (true, _) => usize::MAX,
        (false, Action::Disable | Action::Merge) => NAMES,
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
