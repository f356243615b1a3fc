//! A JSON file with a list of objects, or an object on each line: an export, or a saved answer.

mod read;
mod shape;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::read::Reading;
use super::{checks, file};
use crate::{
    directory::Field,
    source::{
        Attribute, Check, Connector, Context, FetchError, Listing, Outcome, Silent, Source,
        Vocabulary,
    },
};

/// A JSON file (RFC 8259) that holds a list of objects, or one object on each line (NDJSON).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JsonFile {
    /// The file, from the manifest's folder.
    path: PathBuf,
    /// Where in the document the list is: names with dots between them (`data.people`), or a JSON
    /// pointer (`/data/people`). By default the document is the list, or has one object per line.
    items: Option<String>,
    /// Attribute that says who an object is about, for good: `id`, or `person.id` where it is
    /// inside another object.
    key: String,
}

impl Connector for JsonFile {
    const KIND: &'static str = "json";
    const ABOUT: &'static str = "A JSON file with a list of objects";
    // What an attribute is called is nobody's but the file's: `fields:` says which is which.
    const DEFAULTS: &'static [(Field, &'static str)] = &[];
    const STATUS: Option<&'static str> = None;
    const ATTRIBUTES: Vocabulary = Vocabulary::Open;
    const ASKS_WHO_IS_KNOWN: bool = false;
}

impl Source for JsonFile {
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError> {
        let file = file::whole(cx.root, &self.path)?;
        let mut listing = self.reading(cx).read(file.bytes)?;
        listing.coverage = checks::doubted(listing.coverage, file.doubt);
        listing.as_of = file.written;
        Ok(listing)
    }

    /// An attribute that nobody has today may be there tomorrow.
    fn vocabulary(&self, _cx: &Context<'_>) -> Vocabulary {
        Vocabulary::Open
    }

    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check)) {
        let Some(file) = checks::readable(cx.root, &self.path, step) else { return };
        let reading = Reading { attributes: &[], progress: &Silent, ..self.reading(cx) };
        let mut listing = match reading.read(file.bytes.clone()) {
            Ok(listing) => listing,
            Err(error) => return step(checks::failed("find the list and its keys", &error)),
        };
        let names = checks::quoted(listing.names.iter().map(|name| name.as_str()));
        let seen = format!("{} items, with {names}", listing.records.len());
        step(Check { title: "find the list and its keys".into(), outcome: Outcome::Passed(seen) });
        if !cx.attributes.is_empty() {
            let used = Reading { progress: &Silent, ..self.reading(cx) }.read(file.bytes);
            let missing = used.map(|used| nowhere(&used)).unwrap_or_default();
            let missing = missing.iter().map(String::as_str);
            checks::attributes(missing, cx.attributes.len(), step);
        }
        listing.coverage = checks::doubted(listing.coverage, file.doubt);
        checks::listing(&listing, &self.key, step);
    }
}

/// The attributes that no record has.
fn nowhere(listing: &Listing) -> Vec<String> {
    let absent =
        |&at: &usize| listing.records.iter().all(|record| record.values[at] == Attribute::Absent);
    (0..listing.names.len()).filter(absent).map(|at| listing.names[at].to_string()).collect()
}

impl JsonFile {
    fn reading<'a>(&'a self, cx: &Context<'a>) -> Reading<'a> {
        Reading {
            path: &self.path,
            items: self.items.as_deref(),
            key: &self.key,
            attributes: cx.attributes,
            progress: cx.progress,
        }
    }
}

#[cfg(test)]
mod tests;
