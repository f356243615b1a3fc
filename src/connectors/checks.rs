//! What `doctor` finds out about files and about any listing.

use std::path::Path;

use super::file::{self, WholeFile};
use crate::{
    directory::Text,
    source::{Attribute, Check, Coverage, FetchError, Listing, Outcome, Record},
};

/// The coverage of a listing whose file may not belong together.
pub(super) fn doubted(coverage: Coverage, doubt: Option<String>) -> Coverage {
    match (coverage, doubt) {
        (Coverage::Partial { because }, Some(doubt)) => {
            Coverage::Partial { because: format!("{doubt}; {because}") }
        }
        (_, Some(because)) => Coverage::Partial { because },
        (coverage, None) => coverage,
    }
}

/// Whether a file can be read, and its bytes if so.
pub(super) fn readable(root: &Path, path: &Path, step: &mut dyn FnMut(Check)) -> Option<WholeFile> {
    let title = format!("read `{}`", path.display());
    match file::whole(root, path) {
        Ok(file) => {
            let outcome = Outcome::Passed(format!("{} bytes", file.bytes.len()));
            step(Check { title, outcome });
            Some(file)
        }
        Err(error) => {
            step(failed(&title, &error));
            None
        }
    }
}

/// A step that an error ended.
pub(super) fn failed(title: &str, error: &FetchError) -> Check {
    Check { title: title.into(), outcome: Outcome::Failed(error.to_string(), error.help()) }
}

/// Whether a source has the attributes that the manifest's expressions use.
pub(super) fn attributes<'a>(
    missing: impl Iterator<Item = &'a str>,
    used: usize,
    step: &mut dyn FnMut(Check),
) {
    let missing: Vec<&str> = missing.collect();
    let outcome = match (missing.is_empty(), used) {
        (_, 0) => return,
        (true, _) => Outcome::Passed(format!("all {used}")),
        (false, _) => Outcome::Doubtful(
            format!("no record has {}", quoted(missing.into_iter())),
            "correct the names in `fields:` and `keep:`, or drop what uses them".into(),
        ),
    };
    step(Check { title: "find the attributes that the manifest uses".into(), outcome });
}

/// Whether a listing says who its records are about, whether it is whole, and one of its records.
pub(super) fn listing(listing: &Listing, key: &str, step: &mut dyn FnMut(Check)) {
    let records = &listing.records;
    step(Check { title: format!("tell records apart by `{key}`"), outcome: keys(records, key) });
    let outcome = match &listing.coverage {
        Coverage::Complete { proof } => Outcome::Passed(proof.clone()),
        Coverage::Partial { because } => Outcome::Doubtful(
            because.clone(),
            "correct the export; until then nobody is disabled for being absent".into(),
        ),
    };
    step(Check { title: "read every record".into(), outcome });
    let mut unusable = records.iter().filter_map(|record| Some((record, record.flaw.as_ref()?)));
    if let Some((record, flaw)) = unusable.next() {
        let more = match unusable.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let outcome = Outcome::Doubtful(
            format!("{}: {flaw}{more}", record.place),
            "correct these records at the source".into(),
        );
        step(Check { title: "use every record".into(), outcome });
    }
    if let Some(record) = records.iter().find(|record| record.flaw.is_none()) {
        let outcome = Outcome::Passed(sample(record, &listing.names));
        step(Check { title: "look at the first record".into(), outcome });
    }
}

fn keys(records: &[Record], key: &str) -> Outcome {
    let mut keys: Vec<(&Text, usize)> =
        records.iter().enumerate().map(|(at, record)| (&record.key, at)).collect();
    keys.retain(|(key, _)| !key.is_empty());
    keys.sort();
    let twice = keys.windows(2).find(|pair| pair[0].0 == pair[1].0);
    if let Some([(held, first), (_, second)]) = twice {
        let (first, second) = (&records[*first].place, &records[*second].place);
        return Outcome::Doubtful(
            format!("{first} and {second} are both `{held}`"),
            format!("correct one of them, or choose a `key:` that never repeats; `{key}` does"),
        );
    }
    match records.len() - keys.len() {
        0 => Outcome::Passed(format!("{} different ones", keys.len())),
        missing => Outcome::Doubtful(
            format!("{missing} of {} records have none", records.len()),
            "fill it in at the source, or choose a `key:` that everybody has".into(),
        ),
    }
}

/// What one record holds, for people.
fn sample(record: &Record, names: &[Text]) -> String {
    let values = names.iter().zip(&record.values).filter_map(|(name, value)| match value {
        Attribute::Absent => None,
        Attribute::One(text) => Some(format!("{name}: `{text}`")),
        Attribute::Many(texts) => {
            Some(format!("{name}: {}", quoted(texts.iter().map(Text::as_str))))
        }
    });
    let values: Vec<String> = values.collect();
    format!("`{}` ({}): {}", record.key, record.place, values.join(", "))
}

/// Names between backticks, the first forty of them.
pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 40;
    let names: Vec<&str> = names.collect();
    let mut all: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        all.push(format!("and {} more", names.len() - SHOWN));
    }
    all.join(", ")
}
