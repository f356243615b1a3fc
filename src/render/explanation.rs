//! Why the directory has somebody as it does, as text on one screen.

use super::{
    findings_text::finding_line,
    plan_text::short,
    safe::safe,
    styles::{BAD, DIM, DOUBT, GOOD, STRONG, painted},
    value::value,
};
use crate::{
    directory::{Field, Text, Value},
    explain::{
        By, CommitSeen, Entry, EntryKind, Explanation, FieldSeen, LoserSeen, PinSeen, PlaceSeen,
        RecordSeen, RuleSeen, SourceSeen, Standing, Word,
    },
    mapping::{Step, StepKind},
};

/// Columns of a terminal that a value may take before what stands beside it.
pub(super) const VALUE: usize = 40;
/// The same for what a step is called.
const STEP: usize = 44;
/// Rules that were passed over and are named without being asked.
const PASSED: usize = 3;

/// The answer as text; with `all`, every rule that was passed over, and each record's values.
pub fn explanation_text(told: &Explanation, all: bool) -> String {
    let mut page = Page { out: String::new(), all };
    page.head(told);
    if let Some(seen) = &told.equipment {
        page.equipment(seen);
    }
    page.records(told);
    page.fields(&told.fields);
    if let Some(place) = &told.place {
        page.place(place);
    }
    page.collections(told);
    page.devices(&told.devices);
    page.entries("ledger", &told.ledger);
    page.entries("the number", &told.before);
    page.findings(told);
    page.out
}

/// The answer as it grows.
pub(super) struct Page {
    out: String,
    all: bool,
}

impl Page {
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        let end = text.trim_end();
        self.out.push_str(&format!("{:indent$}{end}\n", ""));
    }

    pub(super) fn title(&mut self, title: &str) {
        self.line(0, &painted(STRONG, title));
    }

    /// Names in a column, what is said of them beside it.
    fn beside(&mut self, indent: usize, width: usize, name: &str, rest: &str) {
        let name = safe(name).cut(width.max(STEP));
        let gap = width.saturating_sub(name.width());
        let line = format!("{name}{:gap$}  {rest}", "");
        self.line(indent, &line);
    }

    fn head(&mut self, told: &Explanation) {
        let style = match told.standing {
            Standing::Active | Standing::New | Standing::Returns => GOOD,
            Standing::Leaves | Standing::Disabled | Standing::Nobody => BAD,
            Standing::Merged
            | Standing::Unknown
            | Standing::InDispute
            | Standing::Unusable
            | Standing::DuplicateKey
            | Standing::LeftOut
            | Standing::DisabledAtSource
            | Standing::Skipped => DOUBT,
        };
        let answer = painted(style, safe(&told.answer).cut(600));
        let name = told.name.as_deref().unwrap_or(&told.who);
        let name = painted(STRONG, safe(name).cut(80));
        let id = told.id.as_ref().filter(|id| *id.as_str() != *told.who || told.name.is_some());
        let id = id.map(|id| format!("  {}", painted(DIM, safe(id.as_str()).cut(80))));
        self.line(0, &format!("{name}{}  {answer}", id.unwrap_or_default()));
        if let Some(person) = &told.person {
            let mut history = Vec::new();
            history.extend(person.added.as_ref().map(|by| format!("added by {}", commit(by))));
            history.extend(person.by.as_ref().map(|by| {
                let word = if person.reason.is_some() { "disabled" } else { "enabled" };
                format!("{word} by {}", commit(by))
            }));
            if !history.is_empty() {
                self.line(2, &painted(DIM, history.join(", ")));
            }
        }
        if let Some(seen) = &told.equipment {
            self.equipment_head(seen);
        }
        if !told.also.is_empty() {
            let ids = told.also.iter().take(5).map(|id| format!("`{}`", safe(id.as_str()).cut(80)));
            let ids = ids.collect::<Vec<_>>().join(", ");
            let who = safe(&told.who).cut(80);
            let text = format!("`{who}` is also {ids}, by what the sources have now");
            self.line(2, &painted(DOUBT, text));
        }
        if let Some(because) = &told.unread {
            let text = format!("the sources were not read: {}", safe(because).cut(300));
            self.line(2, &painted(DOUBT, text));
        }
        let all = self.all;
        for source in told.sources.iter().filter(|source| all || !source.complete) {
            self.line(2, &read(source));
        }
    }

    fn records(&mut self, told: &Explanation) {
        if told.records.is_empty() {
            return;
        }
        self.title("records");
        let width = told.records.iter().map(|one| safe(one.record.as_str()).cut(STEP).width());
        let width = width.max().unwrap_or(0);
        for record in &told.records {
            let kind = told.sources.iter().find(|source| source.name == record.record.source());
            let kind = kind.map(|source| source.kind.as_str());
            let stands = told.person.is_some() || told.standing == Standing::New;
            self.beside(2, width, record.record.as_str(), &said_of(record, kind, stands));
            let said = |because: &&Text| !told.answer.contains(because.as_str());
            if let Some(because) = record.because.as_ref().filter(said) {
                self.line(4, &safe(because).cut(300).to_string());
            }
            let decides = |word: Word| record.became == word;
            let deciding = [
                ("keep", record.keep.as_ref(), decides(Word::LeftOut)),
                ("status", record.status.as_ref(), decides(Word::Disabled)),
            ];
            for (name, by, decides) in deciding {
                if let (Some(by), true) = (by, decides || self.all) {
                    self.line(4, &format!("{name}{}", at(by)));
                    self.steps(6, &by.steps);
                }
            }
            if self.all {
                let width = record.values.keys().map(|name| safe(name).cut(STEP).width()).max();
                for (name, held) in &record.values {
                    self.beside(4, width.unwrap_or(0), name, &value(held));
                }
                for link in &record.links {
                    let shared = if link.shared { "shared" } else { "its own" };
                    let (rule, text) = (safe(&link.rule).cut(40), link.value.as_deref());
                    let text = match text {
                        Some(text) => format!("`{}`, {shared}", safe(text).cut(120)),
                        None => "nothing".into(),
                    };
                    self.line(4, &painted(DIM, format!("link by {rule}: {text}")));
                }
            }
        }
    }

    fn fields(&mut self, fields: &[FieldSeen]) {
        if fields.is_empty() {
            return;
        }
        self.title("fields");
        let there = fields.iter().any(|field| field.field == Field::Extension);
        let (beneath, fields): (Vec<&FieldSeen>, Vec<&FieldSeen>) =
            fields.iter().partition(|field| there && is_beneath(field));
        let name = fields.iter().map(|field| field.field.name().len()).max().unwrap_or(0);
        let shown: Vec<String> = fields.iter().map(|field| cut(&field.value, VALUE)).collect();
        let wide = shown.iter().map(|text| safe(text).width()).max().unwrap_or(0);
        let from: Vec<String> = fields.iter().map(|field| origin(field)).collect();
        let far = from.iter().map(|text| safe(text).width()).max().unwrap_or(0);
        for ((field, shown), from) in fields.iter().zip(shown).zip(from) {
            let pad = wide.saturating_sub(safe(&shown).width());
            let after = far.saturating_sub(safe(&from).width());
            let changed = field.changed.as_ref().map(|by| painted(DIM, commit(by)));
            let text = format!(
                "{:name$}  {}{:pad$}  {from}{:after$}  {}",
                field.field.name(),
                painted(STRONG, &shown),
                "",
                "",
                changed.unwrap_or_default()
            );
            self.line(2, &text);
            if field.field == Field::Extension {
                for by in &beneath {
                    self.line(6, &format!("by: {}", value(&by.value)));
                }
            }
            self.below(field);
        }
    }

    /// What is said of a field beneath its line.
    fn below(&mut self, field: &FieldSeen) {
        if let Some(by) = &field.by
            && (self.all || !is_plain(by, &field.value) || field.remark.is_some())
        {
            self.steps(6, &by.steps);
        }
        if let Some(remark) = &field.remark {
            self.line(6, &safe(remark).cut(300).to_string());
        }
        if let Some(pin) = &field.pin {
            self.line(6, &pinned(pin));
        }
        if let Some(held) = &field.held {
            let text = format!("the directory has {}: the next apply changes it", value(held));
            self.line(6, &painted(DOUBT, text));
        }
        let all = self.all;
        for loser in field.losers.iter().filter(|loser| all || loser.differs) {
            self.line(6, &painted(DIM, lost(loser)));
            if all && let Some(by) = &loser.by {
                self.steps(8, &by.steps);
            }
        }
    }

    fn steps(&mut self, indent: usize, steps: &[Step]) {
        let width = steps.iter().map(|step| safe(&step.text).cut(STEP).width()).max().unwrap_or(0);
        for step in steps {
            let gives = match &step.fails {
                Some(why) => painted(BAD, format!("fails: {}", safe(why).cut(200))),
                None => value(&step.gives),
            };
            let name = safe(&step.text).cut(STEP);
            let gap = width.saturating_sub(name.width());
            let name = match step.kind {
                StepKind::Attribute => name.to_string(),
                StepKind::Tidied | StepKind::Word | StepKind::Whole => painted(DIM, name),
            };
            self.line(indent, &format!("{name}{:gap$}  {gives}", ""));
        }
    }

    fn place(&mut self, place: &PlaceSeen) {
        self.title("place");
        let path = painted(STRONG, safe(&place.path).cut(200));
        let changed = place.changed.as_ref().map(commit).unwrap_or_default();
        self.line(2, &format!("{path}  {}", painted(DIM, changed)));
        if let Some(pin) = &place.pin {
            self.line(4, &pinned(pin));
        }
        if let Some(rule) = &place.rule {
            self.line(4, &format!("rule at {}", by_rule(rule)));
        }
        if let Some(template) = place.template.as_ref().filter(|_| !place.parts.is_empty()) {
            let parts = place
                .parts
                .iter()
                .map(|(text, held)| format!("{} = {}", safe(text).cut(STEP), value(held)));
            let parts: Vec<String> = parts.collect();
            self.line(4, &format!("{}: {}", safe(template).cut(200), parts.join(", ")));
        }
        if let Some(held) = &place.held {
            let held = safe(held).cut(200);
            let text = format!("the directory has {held}: the next apply moves them");
            self.line(4, &painted(DOUBT, text));
        }
        let named = if self.all { usize::MAX } else { PASSED };
        for rule in place.passed.iter().take(named) {
            self.line(4, &painted(DIM, format!("not the rule at {}", by_rule(rule))));
        }
        let more = place.passed.len().saturating_sub(named);
        if more > 0 {
            self.line(
                4,
                &painted(DIM, format!("nor {more} more rules before it; `-v` names them")),
            );
        }
    }

    fn collections(&mut self, told: &Explanation) {
        if told.collections.is_empty() {
            return;
        }
        self.title("collections");
        for collection in &told.collections {
            let (name, title) = (safe(&collection.name).cut(60), safe(&collection.title).cut(60));
            let by = match &collection.rule {
                Some(rule) => by_rule(rule),
                None => painted(DOUBT, "no rule has them any more"),
            };
            let new = match collection.held {
                true => String::new(),
                false => painted(DOUBT, "  (the next apply adds them)"),
            };
            self.line(2, &format!("{name} ({title})  {by}{new}"));
        }
    }

    fn entries(&mut self, title: &str, entries: &[Entry]) {
        // A value that lost stands beneath its field.
        let told = |entry: &&Entry| self.all || entry.kind != EntryKind::Disagreement;
        let entries: Vec<&Entry> = entries.iter().filter(told).collect();
        if entries.is_empty() {
            return;
        }
        self.title(title);
        for entry in entries {
            let word = match entry.kind {
                EntryKind::Skipped => "not used",
                EntryKind::Dispute => "in dispute",
                EntryKind::Unknown => "unknown",
                EntryKind::Disagreement => "lost",
                EntryKind::Holder => "held",
            };
            let until = entry.until.map(|until| format!(" until {until}")).unwrap_or_default();
            let time = painted(DIM, format!("since {}{until}", entry.since));
            self.line(2, &format!("{word}: {}  {time}", safe(&entry.what).cut(400)));
        }
    }

    fn findings(&mut self, told: &Explanation) {
        // Why a record is not used was said already.
        let rest: Vec<_> = told.findings.iter().filter(|finding| !finding.code.skips()).collect();
        if rest.is_empty() {
            return;
        }
        self.title("findings");
        for finding in rest {
            self.line(2, &finding_line(finding));
            self.line(4, &painted(DIM, safe(&finding.help).cut(300)));
        }
    }
}

fn read(source: &SourceSeen) -> String {
    let name = safe(&source.name).cut(60);
    let evidence = safe(&source.evidence).cut(300);
    match source.complete {
        true => format!("{name} ({}): complete: {evidence}", source.kind),
        false => painted(DOUBT, format!("{name} ({}): INCOMPLETE: {evidence}", source.kind)),
    }
}

/// `csv, line 2; brought them`; `stands` where it is somebody's.
fn said_of(record: &RecordSeen, kind: Option<&str>, stands: bool) -> String {
    let place = match (&record.place, kind) {
        (Some(place), Some(kind)) => format!("{kind}, {}", safe(place).cut(200)),
        (Some(place), None) => safe(place).cut(200).to_string(),
        (None, _) => String::new(),
    };
    let became = match record.became {
        Word::Used | Word::Unread => None,
        Word::Disabled => Some("disabled at the source"),
        Word::LeftOut => Some("left out by `keep`"),
        Word::Unusable => Some("can't be used"),
        Word::DuplicateKey => Some("one of several with this key"),
        Word::Unproven => Some("not listed, which proves nothing"),
        Word::Gone => Some("no longer listed"),
        Word::Elsewhere => Some("goes to somebody else with the next apply"),
    };
    let by = record.by.as_deref().filter(|_| stands).map(|by| {
        let value =
            record.links.iter().find(|link| link.rule == by).and_then(|l| l.value.as_deref());
        match (by, value) {
            (crate::directory::Joined::FIRST, _) => "brought them".to_owned(),
            (by, Some(value)) => {
                format!("joined by {} `{}`", safe(by).cut(40), safe(value).cut(120))
            }
            (by, None) => format!("joined by {}", safe(by).cut(40)),
        }
    });
    let became = became.map(|word| painted(DOUBT, word));
    let parts = [Some(place), by, became];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join("; ")
}

/// Whether it is what the source went by where it found the extension, and nothing else is to be
/// said of it: then it stands beneath the extension.
fn is_beneath(by: &FieldSeen) -> bool {
    let FieldSeen { field: Field::ExtensionBy, value, held, remark, pin, rule, losers, .. } = by
    else {
        return false;
    };
    let further = held.is_some() || remark.is_some() || pin.is_some() || rule.is_some();
    !value.is_empty() && !further && losers.is_empty()
}

/// `staff: Name`, or what else gives a field its value.
fn origin(field: &FieldSeen) -> String {
    if field.pin.is_some() {
        return "pinned".into();
    }
    if let Some(rule) = &field.rule {
        return format!("rule at {}", safe(rule).cut(80));
    }
    match (&field.source, &field.by) {
        (Some(source), Some(by)) if is_plain(by, &field.value) => {
            format!("{}: {}", safe(source).cut(30), safe(&by.expression).cut(VALUE))
        }
        (Some(source), _) => safe(source).cut(30).to_string(),
        (None, _) => String::new(),
    }
}

/// Whether the steps say no more than where the value was copied from.
fn is_plain(by: &By, kept: &Value) -> bool {
    matches!(by.steps.as_slice(), [one] if one.gives == *kept || kept.is_empty() && one.gives.is_empty())
}

fn lost(loser: &LoserSeen) -> String {
    let by = loser.by.as_ref().map(|by| {
        let at = by.at.as_ref().map(|at| format!(", {}", safe(at).cut(80))).unwrap_or_default();
        format!(" ({}{at})", safe(&by.expression).cut(VALUE))
    });
    let word = if loser.differs { "lost" } else { "the same" };
    let source = safe(&loser.source).cut(30);
    format!("{word}: {source} has {}{}", value(&loser.value), by.unwrap_or_default())
}

fn pinned(pin: &PinSeen) -> String {
    let note = pin.note.as_ref().map(|note| format!(": {}", safe(note).cut(200)));
    format!("pinned at {}{}", safe(&pin.at).cut(80), note.unwrap_or_default())
}

fn by_rule(rule: &RuleSeen) -> String {
    format!("{}: {}", safe(&rule.at).cut(80), safe(&rule.because).cut(300))
}

fn at(by: &By) -> String {
    let at = by.at.as_ref().map(|at| format!(" at {}", safe(at).cut(80)));
    format!("{}: {}", at.unwrap_or_default(), safe(&by.expression).cut(200))
}

/// `28df5fdda6ed 2026-06-30`.
pub(super) fn commit(commit: &CommitSeen) -> String {
    let when = commit.when.to_string();
    let day = when.split_once('T').map_or(when.as_str(), |(day, _)| day);
    format!("{} {day}", short(&commit.commit))
}

pub(super) fn cut(held: &Value, columns: usize) -> String {
    let shown: Text = value(held).into();
    // It is safe already; only its length is in question.
    safe(&shown).cut(columns).to_string()
}
