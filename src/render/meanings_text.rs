//! What changes mean together, as lines; and what of the changes is left to tell one by one.

use std::{borrow::Cow, cmp::Reverse};

use jiff::Timestamp;

use super::{
    changes_text::{names, of_meaning, place},
    equipment_meanings, equipment_text,
    fold::id_ranges,
    plan_text::say,
    safe::safe,
    styles::{BAD, DIM, DOUBT, STRONG, painted},
    value::{field_line, value},
    wording::{Tense, counted, grouped},
};
use crate::{
    directory::{Field, Text, Value},
    plan::{
        Action, Change, EntryKind, FieldChange, Meaning, MeaningKind, Part, Party, Pass, Plan,
        Renumbering, Rewrite, Whole,
    },
};

/// Meanings shown of one kind.
const SHOWN: usize = 10;
/// Equal changes shown; their lines are short.
const EQUAL: usize = 40;
/// Equal changes of fewer people are told with these people.
const WORTH_A_LINE: u64 = 5;
/// Numbers listed of a chain or a ring.
const PASSES: usize = 20;
/// Names under a meaning.
const NAMES: usize = 5;

/// The meanings that are told as such, in the order of the plan, and how many of each kind are not.
pub(super) struct Shown<'p> {
    pub named: Vec<&'p Meaning>,
    pub equal: Vec<&'p Meaning>,
    hidden: Vec<(MeaningKind, EntryKind, usize)>,
}

/// Chooses what is told. With `all` equal changes are not: everybody's changes follow in full.
pub(super) fn shown(plan: &Plan, all: bool) -> Shown<'_> {
    let mut shown = Shown { named: Vec::new(), equal: Vec::new(), hidden: Vec::new() };
    for run in plan.meanings.chunk_by(|a, b| (a.kind, a.entry) == (b.kind, b.entry)) {
        let kind = run[0].kind;
        let worth = |meaning: &&Meaning| match kind {
            MeaningKind::EqualChanges => !all && meaning.people >= WORTH_A_LINE,
            MeaningKind::EquipmentAlike => !all && meaning.equipment >= WORTH_A_LINE,
            MeaningKind::RecordsJoined => {
                meaning.people >= WORTH_A_LINE
                    || meaning.examples.iter().any(|party| party.action == Action::Add)
            }
            _ => true,
        };
        let most = match (all, kind) {
            (true, _) => usize::MAX,
            (false, MeaningKind::EqualChanges | MeaningKind::EquipmentAlike) => EQUAL,
            (false, _) => SHOWN,
        };
        let worthy: Vec<&Meaning> = run.iter().filter(worth).collect();
        let told = worthy.iter().take(most);
        match kind {
            MeaningKind::EqualChanges => shown.equal.extend(told),
            _ => {
                shown.named.extend(told);
                if worthy.len() > most {
                    shown.hidden.push((kind, run[0].entry, worthy.len() - most));
                }
            }
        }
    }
    shown
}

/// The changes without what the meanings tell, in the order of a plan.
pub(super) fn rest<'p>(plan: &'p Plan, shown: &Shown<'_>, all: bool) -> Cow<'p, [Change]> {
    if all || (shown.named.is_empty() && shown.equal.is_empty()) {
        return Cow::Borrowed(&plan.changes);
    }
    let mut rest = plan.changes.clone();
    let mut groups = vec![false; rest.len()];
    for meaning in shown.named.iter().chain(&shown.equal) {
        let parties = meaning.passes.iter().flat_map(|pass| pass.from.iter().chain(&pass.to));
        for party in parties {
            if let Some(change) = place(&party.change).and_then(|at| rest.get_mut(at)) {
                let told = |field: &FieldChange| {
                    field.field == Field::Extension.name()
                        && (&field.before, &field.after) == (&party.before, &party.after)
                };
                drop_told(change, told);
            }
        }
        for id in meaning.changes.iter().filter(|_| meaning.passes.is_empty()) {
            let Some(at) = place(id).filter(|at| *at < rest.len()) else { continue };
            match rest[at].entry {
                EntryKind::Group => groups[at] = true,
                _ => drop_told(&mut rest[at], |field| meaning.tells(id, field)),
            }
        }
    }
    let mut told = groups.into_iter();
    rest.retain(|change| {
        let altered = matches!(change.action, Action::Update | Action::Move);
        let own = change.entry.is_person() || change.entry.is_equipment();
        let nothing_left = own && altered && change.fields.is_empty();
        !(told.next().unwrap_or(false) || nothing_left)
    });
    for change in &mut rest {
        if change.action == Action::Move
            && change.entry == EntryKind::Person
            && change.field(Field::Path).is_none()
        {
            change.action = Action::Update;
        }
    }
    rest.sort_by_key(|change| {
        let number = change.field(Field::Extension).is_some() && change.action == Action::Update;
        (change.entry, change.action, Reverse(number))
    });
    Cow::Owned(rest)
}

fn drop_told(change: &mut Change, told: impl Fn(&FieldChange) -> bool) {
    let own = change.entry.is_person() || change.entry.is_equipment();
    if own && matches!(change.action, Action::Update | Action::Move) {
        change.fields.retain(|field| !told(field));
    }
}

/// All that have a name of their own: numbers first, then departments, sites and groups.
pub(super) fn named(out: &mut String, plan: &Plan, shown: &Shown<'_>, tense: Tense, all: bool) {
    tell_named(out, plan, (shown, EntryKind::Person), tense, all);
}

/// Those of one kind of equipment.
pub(super) fn of_equipment(
    out: &mut String,
    plan: &Plan,
    of: (&Shown<'_>, EntryKind),
    tense: Tense,
    all: bool,
) {
    tell_named(out, plan, of, tense, all);
}

fn tell_named(
    out: &mut String,
    plan: &Plan,
    (shown, entry): (&Shown<'_>, EntryKind),
    tense: Tense,
    all: bool,
) {
    let of: Vec<&Meaning> =
        shown.named.iter().copied().filter(|meaning| meaning.entry == entry).collect();
    for run in of.chunk_by(|a, b| a.kind == b.kind) {
        let indent = indent(run);
        for meaning in run {
            tell(out, plan, meaning, tense, indent, all);
        }
        let hidden =
            |(kind, of, _): &&(MeaningKind, EntryKind, usize)| (*kind, *of) == (run[0].kind, entry);
        if let Some((kind, _, count)) = shown.hidden.iter().find(hidden) {
            let what = match kind {
                MeaningKind::NumberPasses => "more numbers that pass on",
                MeaningKind::DevicesPass => "more people whose devices pass on",
                MeaningKind::NumbersSwapped => "more swaps",
                MeaningKind::Renumbering => "more renumberings",
                _ => "more of this kind",
            };
            let line = format!("and {} {what} (`-v` shows them)", grouped(*count as u64));
            say(out, &format!("{:indent$}{}", "…", painted(DIM, line)));
        }
    }
}

/// What is the same for several people.
pub(super) fn equal(out: &mut String, plan: &Plan, shown: &Shown<'_>, tense: Tense) {
    let indent = indent(&shown.equal);
    for meaning in &shown.equal {
        tell(out, plan, meaning, tense, indent, false);
    }
}

fn indent(meanings: &[&Meaning]) -> usize {
    2 + meanings.iter().map(|one| id_ranges(&one.changes).chars().count()).max().unwrap_or(0)
}

/// A time as plans write it: `2026-11-20 09:00 UTC`.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// When numbers get another person. Between two commits it is only known by when they had.
fn when(plan: &Plan, meaning: &Meaning) -> String {
    let word = if plan.sources.is_empty() { "by" } else { "at" };
    meaning.at.map(|at| format!(" {word} {}", time(at))).unwrap_or_default()
}

fn tell(out: &mut String, plan: &Plan, meaning: &Meaning, tense: Tense, indent: usize, all: bool) {
    let (sign, sentence) = sentence(plan, meaning, tense);
    let ids = id_ranges(&meaning.changes);
    say(out, &format!("{ids:indent$}{}", painted(DOUBT, format_args!("{sign} {sentence}"))));
    let pad = " ".repeat(indent + 2);
    let mut details = Vec::new();
    match meaning.kind {
        MeaningKind::NumberPasses | MeaningKind::NumbersSwapped => {
            details = passing(meaning, all);
        }
        MeaningKind::Renumbering => {
            let lowest = meaning.parts.first();
            details.extend(
                lowest.map(|part| format!("as {} -> {}", value(&part.before), value(&part.after))),
            );
            details.extend(overlap(plan, meaning));
        }
        MeaningKind::GroupRenamed | MeaningKind::RecordsJoined => {}
        MeaningKind::DevicesPass => details = equipment_meanings::details(meaning, all),
        MeaningKind::PartitionRenamed => {}
        MeaningKind::EquipmentAlike => {
            for part in &meaning.parts {
                let (field, before, after) =
                    (part.field.clone(), part.before.clone(), part.after.clone());
                let field = FieldChange { field, before, after };
                details.extend(equipment_text::lines(&field, Some(plan)));
            }
        }
        MeaningKind::EqualChanges => {
            details.extend(meaning.parts.iter().map(|part| part_line(part, meaning.people)));
        }
        MeaningKind::DepartmentRenamed | MeaningKind::DepartmentMerged | MeaningKind::SiteMoved => {
            let further = meaning.parts.iter().skip(1);
            details.extend(further.map(|part| part_line(part, meaning.people)));
        }
    }
    for line in details {
        say(out, &format!("{pad}{line}"));
    }
    if meaning.passes.is_empty() && meaning.handovers.is_empty() {
        let most = if all { usize::MAX } else { NAMES };
        say(out, &format!("{pad}{}", painted(DIM, names(&of_meaning(plan, meaning), most))));
    }
}

fn sentence(plan: &Plan, meaning: &Meaning, tense: Tense) -> (char, String) {
    if meaning.entry.is_equipment()
        && let Some(told) = equipment_meanings::sentence(plan, meaning, tense)
    {
        return told;
    }
    let count = counted(meaning.people, "person");
    let would = |past: &str, now: &str| match tense {
        Tense::Conditional => format!("would {now}"),
        Tense::Past => past.to_owned(),
    };
    let shown = |value: &Value| safe(value.as_text().unwrap_or_default()).cut(60).to_string();
    let first = meaning.parts.first();
    let (before, after) =
        first.map_or_else(Default::default, |part| (shown(&part.before), shown(&part.after)));
    let when = when(plan, meaning);
    match (meaning.kind, meaning.passes.as_slice(), &meaning.whole, &meaning.rule) {
        (MeaningKind::NumberPasses, [pass], ..) => {
            let (from, to) = (together(&pass.from), together(&pass.to));
            let passes = would("passed", "pass");
            ('=', format!("{} {passes} from {from} to {to}{when}", number(pass)))
        }
        (MeaningKind::NumberPasses, passes, ..) => {
            let numbers = counted(passes.len() as u64, "number");
            ('=', format!("{numbers} {} on{when}", would("passed", "pass")))
        }
        (MeaningKind::NumbersSwapped, [one, two], ..) => {
            let people = format!("{} and {}", together(&one.from), together(&two.from));
            let numbers = format!("{} and {}", number(one), number(two));
            ('=', format!("{people} {} {numbers}{when}", would("swapped", "swap")))
        }
        (MeaningKind::NumbersSwapped, ..) => {
            ('=', format!("{count} {} their numbers round{when}", would("passed", "pass")))
        }
        (MeaningKind::Renumbering, _, _, Some(rule)) => {
            let field = first.map(|part| safe(&part.field).to_string()).unwrap_or_default();
            let of = pbx_of(rule).map(|pbx| format!(" of {pbx}")).unwrap_or_default();
            let told = rewrite(&rule.rule, &field);
            ('~', format!("{} {count}{of}: {told}", would("renumbered", "renumber")))
        }
        (MeaningKind::DepartmentRenamed, _, Some(_), _) => {
            let rename = would("renamed", "rename");
            ('~', format!("{rename} department {before} to {after}: all {count}"))
        }
        (MeaningKind::DepartmentMerged, _, Some(whole), _) => {
            let put = would("put", "put");
            let there = if tense == Tense::Past { "had" } else { "has" };
            let met = counted(whole.met, "person");
            (
                '~',
                format!("{put} department {before} into {after}, which {there} {met}: all {count}"),
            )
        }
        (MeaningKind::SiteMoved, _, Some(whole), _) => {
            ('>', site(whole, meaning.people, (&before, &after), &would("moved", "move")))
        }
        (MeaningKind::GroupRenamed, ..) => {
            let above = |path: &str| path.rsplit_once('/').map(|(above, _)| above.to_owned());
            let same = first.is_some_and(|part| {
                above(part.before.as_text().unwrap_or_default())
                    == above(part.after.as_text().unwrap_or_default())
            });
            let verb = if same { would("renamed", "rename") } else { would("moved", "move") };
            ('>', format!("{verb} group {before} to {after}: all {count}"))
        }
        (MeaningKind::RecordsJoined, ..) => {
            ('&', format!("{} the records of {count} by {after}", would("joined", "join")))
        }
        _ => {
            let moves = meaning.parts.iter().any(|part| part.field == Field::Path.name());
            let action = if moves { Action::Move } else { Action::Update };
            (if moves { '>' } else { '~' }, format!("{} {count}", tense.verb(action)))
        }
    }
}

fn site(whole: &Whole, people: u64, (before, after): (&str, &str), verb: &str) -> String {
    let of = match (people < whole.people, whole.stay) {
        (false, _) | (true, 0) => format!("all {}", counted(people, "person")),
        (true, _) => format!("{} of {}", grouped(people), counted(whole.people, "person")),
    };
    if whole.field == Field::Site.name() {
        format!("{verb} site {before} to {after}: {of}")
    } else {
        let name = safe(&whole.name).cut(60);
        format!("{verb} department {name} from {before} to {after}: {of}")
    }
}

fn pbx_of(rule: &Renumbering) -> Option<String> {
    rule.pbx.as_ref().filter(|pbx| *pbx != "main").map(|pbx| safe(pbx).cut(40).to_string())
}

/// What a rule does to a number, in words.
fn rewrite(rule: &Rewrite, field: &str) -> String {
    let shown = |digits: &Text| safe(digits).cut(24).to_string();
    match rule {
        Rewrite::Front { from, to } if from.is_empty() => {
            format!("`{}` put before {field}", shown(to))
        }
        Rewrite::Front { from, to } if to.is_empty() => {
            format!("`{}` taken from the front of {field}", shown(from))
        }
        Rewrite::Front { from, to } => {
            format!("{field} `{}…` becomes `{}…`", shown(from), shown(to))
        }
        Rewrite::Shift { by } if *by < 0 => {
            format!("{} taken away from {field}", grouped(by.unsigned_abs()))
        }
        Rewrite::Shift { by } => format!("{} added to {field}", grouped(by.unsigned_abs())),
    }
}

/// That new numbers of a renumbering are still others'.
fn overlap(plan: &Plan, meaning: &Meaning) -> Option<String> {
    let passing = meaning.rule.as_ref().map(|rule| rule.passing).filter(|count| *count > 0)?;
    let when = when(plan, meaning);
    Some(format!(
        "{} another's until then{when}; {STAY}",
        match passing {
            1 => "1 of the new numbers is".to_owned(),
            many => format!("{} of the new numbers are", grouped(many)),
        }
    ))
}

/// What becomes of the calls of a number that gets another person.
const STAY: &str = "earlier calls stay with who had the number then";

/// The lines under numbers that pass on.
fn passing(meaning: &Meaning, all: bool) -> Vec<String> {
    if let ([pass], MeaningKind::NumberPasses) = (meaning.passes.as_slice(), meaning.kind) {
        let stay = format!("earlier calls stay with {}", together(&pass.from));
        let lost: Vec<String> = pass.from.iter().map(loses).collect();
        let got: Vec<String> = pass.to.iter().map(gets).collect();
        return vec![stay, format!("{}; {}", lost.join(", "), got.join(", "))];
    }
    let most = if all { usize::MAX } else { PASSES };
    let mut lines: Vec<String> = meaning
        .passes
        .iter()
        .take(most)
        .map(|pass| {
            let (from, to) = (together(&pass.from), together(&pass.to));
            let left: Vec<String> =
                pass.from.iter().filter_map(|party| aside(meaning, party, false)).collect();
            let came: Vec<String> =
                pass.to.iter().filter_map(|party| aside(meaning, party, true)).collect();
            let (left, came) = (left.concat(), came.concat());
            let (from, to) = (painted(BAD, from), painted(STRONG, to));
            format!("{}: {from}{left} -> {to}{came}", number(pass))
        })
        .collect();
    if meaning.passes.len() > most {
        lines.push(format!("and {} more", grouped((meaning.passes.len() - most) as u64)));
    }
    lines.push(STAY.to_owned());
    lines
}

/// Beside somebody of a chain: that they leave or come, and a number of theirs that is in no line.
fn aside(meaning: &Meaning, party: &Party, gets: bool) -> Option<String> {
    let word = match party.action {
        Action::Disable => "disabled",
        Action::Merge => "merged",
        Action::Add => "new",
        Action::Enable => "returns",
        Action::Split => "split off",
        Action::Update | Action::Move => {
            let (word, other) = if gets { ("had", &party.before) } else { ("gets", &party.after) };
            let number = other.as_text()?;
            let told = meaning.passes.iter().any(|pass| pass.number == number);
            let kept = party.before == party.after;
            return match (told, kept) {
                (true, _) => None,
                (false, true) => Some(format!(" (keeps {})", value(other))),
                (false, false) => Some(format!(" ({word} {})", value(other))),
            };
        }
    };
    Some(format!(" ({word})"))
}

fn fate(action: Action) -> &'static str {
    match action {
        Action::Disable => "is disabled",
        Action::Merge => "is merged",
        Action::Add => "is new",
        Action::Enable => "returns",
        Action::Split => "is split off",
        Action::Update | Action::Move => "changes",
    }
}

/// What becomes of somebody whose number passes on.
fn loses(party: &Party) -> String {
    let who = who(party);
    match (party.action, &party.after) {
        (Action::Disable | Action::Merge, _) => format!("{who} {}", fate(party.action)),
        (_, Value::None) => format!("{who} is left without an extension"),
        (_, after) if *after == party.before => format!("{who} keeps {}", value(after)),
        (_, after) => format!("{who} gets {}", value(after)),
    }
}

/// What somebody had who gets a number.
fn gets(party: &Party) -> String {
    let who = who(party);
    match (party.action, &party.before) {
        (Action::Add | Action::Enable | Action::Split, _) => {
            format!("{who} {}", fate(party.action))
        }
        (_, Value::None) => format!("{who} had no extension"),
        (_, before) if *before == party.after => format!("{who} keeps {}", value(before)),
        (_, before) => format!("{who} had {}", value(before)),
    }
}

fn who(party: &Party) -> String {
    format!("{} ({})", safe(&party.name).cut(40), safe(&party.key).cut(60))
}

fn number(pass: &Pass) -> String {
    let number = safe(&pass.number).cut(40).to_string();
    if pass.pbx == "main" { number } else { format!("{}:{number}", safe(&pass.pbx).cut(40)) }
}

fn together(parties: &[Party]) -> String {
    let mut said: Vec<String> =
        parties.iter().take(3).map(|party| safe(&party.name).cut(40).to_string()).collect();
    if parties.len() > 3 {
        said.push(format!("{} more", parties.len() - 3));
    }
    said.join(" and ")
}

/// `path: …/Sales -> …/Revenue`, for how many where it isn't all, and who says so.
fn part_line(part: &Part, of: u64) -> String {
    let Part { field, before, after, people, cause } = part;
    let change = FieldChange { field: field.clone(), before: before.clone(), after: after.clone() };
    let mut line = field_line(&change);
    if *people < of {
        line.push_str(&format!("  {}", counted(*people, "person")));
    }
    if let Some(pin) = &cause.pin {
        let note = cause.note.as_ref().map(|note| format!(": {}", safe(note).cut(120)));
        let (pin, note) = (safe(pin).cut(120), note.unwrap_or_default());
        line.push_str(&painted(DIM, format_args!("  (pinned at {pin}{note})")));
    }
    if let Some(edit) = &cause.edit {
        let commit = safe(edit).cut(13);
        line.push_str(&painted(DIM, format_args!("  (undoes an edit by hand, commit {commit})")));
    }
    if let Some(rule) = &cause.rule {
        line.push_str(&painted(DIM, format_args!("  (rule at {})", safe(rule).cut(120))));
    }
    line
}
