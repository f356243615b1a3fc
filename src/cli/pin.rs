//! `pin`: writes a pin into the manifest, and leaves the rest of it as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{civil::Date, tz::TimeZone};
use similar::TextDiff;

use super::{
    Cx, arguments::Pin as Words, desk::Desk, exit::Exit, interrupt, plan::whole, report::Failure,
    who, world::Here,
};
use crate::{
    directory::{Directory, Field, FieldKind, Person, Text, Value},
    manifest::{self, Wish},
    pins::Selector,
    render::{BAD, DIM, GOOD, painted, safe},
};

/// The word for whether somebody is active.
const STATUS: &str = "status";
/// Lines around a change that are shown.
const CONTEXT: usize = 2;

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let directory = match desk.store.head()? {
        Some(head) => desk.store.read(&head)?,
        None => Directory::default(),
    };
    let person = who::person(&directory, &words.who)?;
    let field = field(&words.field)?;
    let value = match &words.value {
        None => held(person, field),
        Some(text) => read(field, text)?,
    };
    let today = cx.around.now.to_zoned(TimeZone::UTC).date();
    let until = words.until.as_deref().map(|day| last_day(today, day)).transpose()?;
    let known = known(person);
    let reason = words.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let wish =
        Wish { person: &person.id, known: &known, field, value: &value, reason, until, today };

    let main = cx.around.manifest(cx.global.manifest.as_deref())?;
    let path = manifest::file_of_pins(&main, &known);
    let shown = path.display().to_string();
    let bytes = fs::read(&path).map_err(|error| {
        Failure::new(format!("`{shown}` can't be read"), "check who may read it").because(error)
    })?;
    let (mark, text) = text(&bytes);
    let after = manifest::pinned(text, &wish).map_err(|cannot| {
        let title = format!("the pin can't be written into `{shown}`");
        Failure::new(title, cannot.help()).because(cannot)
    })?;
    if after == text {
        cx.out.remark(&format!("`{}` of {} is pinned so already", words.field, safe(&person.name)));
        return Ok(Exit::Done);
    }
    let bytes = [mark, after.as_bytes()].concat();
    // What is written must load, together with all the other files.
    manifest::load_as(&main, &Here, &path, &bytes)?;
    write(&path, &bytes)?;
    cx.out.text(&difference(&shown, text, &after))?;
    Ok(Exit::Done)
}

fn field(word: &str) -> Result<Option<Field>, Failure> {
    if word == STATUS {
        return Ok(None);
    }
    match Field::parse(word).filter(|field| *field != Field::Records) {
        Some(field) => Ok(Some(field)),
        None => {
            let all = Field::ALL.into_iter().filter(|field| *field != Field::Records);
            let names: Vec<&str> = all.map(Field::name).chain([STATUS]).collect();
            let title = format!("`{word}` can't be pinned: there is no such field");
            Err(Failure::new(title, format!("name one of `{}`", names.join("`, `"))))
        }
    }
}

/// What the directory holds now.
fn held(person: &Person, field: Option<Field>) -> Value {
    match field {
        Some(field) => person.get(field),
        None => {
            let word = if person.status.is_active() { "active" } else { "disabled" };
            Value::Text(Text::new_static(word))
        }
    }
}

/// A value as it is typed: a list with commas, `true` or `false`, `null` for nothing.
fn read(field: Option<Field>, text: &str) -> Result<Value, Failure> {
    let wrong = |because: String, help: &str| {
        Err(Failure::new(format!("`{text}` can't be pinned"), help).because(because))
    };
    let Some(field) = field else {
        return match text {
            "active" | "disabled" => Ok(Value::Text(text.into())),
            _ => wrong("a status is `active` or `disabled`".into(), "give one of the two"),
        };
    };
    let value = match (field.kind(), text) {
        (_, "null") => Value::None,
        (FieldKind::Flag, "true") => Value::Flag(true),
        (FieldKind::Flag, "false") => Value::Flag(false),
        (FieldKind::Extensions, list) => {
            Value::List(list.split(',').map(|number| number.trim().into()).collect())
        }
        (_, text) => Value::Text(text.into()),
    };
    match manifest::holds(field, &value) {
        Ok(()) => Ok(value),
        Err(because) => {
            let or = match manifest::holds(field, &Value::None) {
                Ok(()) => ", or `null` for nothing",
                Err(_) => "",
            };
            wrong(because, &format!("give what `{field}` takes{or}"))
        }
    }
}

fn last_day(today: Date, text: &str) -> Result<Date, Failure> {
    match text.parse::<Date>() {
        Ok(day) if day >= today => Ok(day),
        Ok(day) => {
            let title = format!("{day} is over");
            Err(Failure::new(title, "give a last day from today on, or leave `--until` away"))
        }
        Err(_) => {
            let title = format!("`--until {text}` is no day");
            Err(Failure::new(title, "write it as `2027-01-31`"))
        }
    }
}

/// Everything by which a pin might mean this person.
fn known(person: &Person) -> Vec<Selector> {
    let mut known = vec![Selector::Id(person.id.clone())];
    known.extend(person.records.iter().map(|joined| Selector::Id(joined.record.clone())));
    known.extend(
        person.email.as_ref().map(|address| Selector::Email(address.to_lowercase().into())),
    );
    for number in person.extension.iter().chain(&person.additional_extensions) {
        known.push(Selector::Extension(Some(person.pbx.clone()), number.clone()));
        known.push(Selector::Extension(None, number.clone()));
    }
    known
}

/// The byte order mark, if there is one, and the text.
fn text(bytes: &[u8]) -> (&[u8], &str) {
    let mark = "\u{feff}".as_bytes();
    let (mark, rest) = match bytes.strip_prefix(mark) {
        Some(rest) => (mark, rest),
        None => (&[][..], bytes),
    };
    // The manifest was loaded, so it is UTF-8.
    (mark, str::from_utf8(rest).unwrap_or_default())
}

/// Replaces the file in one step; a link stays a link, and who may read it may read it still.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let real: PathBuf = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut writing = interrupt::held();
    whole(&real, bytes).map_err(|error| {
        let title = format!("`{}` can't be written", path.display());
        Failure::new(title, "check who may write there, and how full the disk is").because(error)
    })?;
    *writing = Some(format!("`{}`", safe(&path.to_string_lossy())));
    Ok(())
}

/// What was written, as `diff` shows it.
fn difference(file: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut out = format!("{}\n", painted(DIM, safe(file)));
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        out.push_str(&format!("{}\n", painted(DIM, hunk.header())));
        for change in hunk.iter_changes() {
            let line = change.value().trim_end_matches(['\r', '\n']);
            let line = format!("{}{}", change.tag(), safe(line));
            let line = match change.tag() {
                similar::ChangeTag::Delete => painted(BAD, line),
                similar::ChangeTag::Insert => painted(GOOD, line),
                similar::ChangeTag::Equal => line,
            };
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}
