//! A CSV file with a header row: the source for every system that can only export.

mod header;
mod read;
mod rows;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{
    header::{Delimiter, Header},
    read::Reading,
    rows::{Row, Rows},
};
use super::{
    checks,
    encoding::{self, Encoding},
    file,
};
use crate::{
    directory::Field,
    source::{
        Check, Connector, Context, Coverage, FetchError, Listing, Outcome, Silent, Source,
        Vocabulary,
    },
};

/// A CSV file (RFC 4180) whose first row names the columns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CsvFile {
    /// The file, from the manifest's folder.
    path: PathBuf,
    /// Column that says who a row is about, for good: a staff number, not a name. As the header has
    /// it (`Staff no`) or in its identifier form (`staff_no`).
    key: String,
    /// What stands between two cells: `,`, `;`, `tab` or `|`. By default the one that the header
    /// row has most of.
    delimiter: Option<Delimiter>,
    /// How the characters are written as bytes, such as `windows-1252`. By default UTF-8. A byte
    /// order mark (UTF-8 or UTF-16) wins over this.
    encoding: Option<Encoding>,
}

/// Where a header row should have ended.
const HEADER_BYTES: u64 = 1 << 20;

impl Connector for CsvFile {
    const KIND: &'static str = "csv";
    const ABOUT: &'static str = "A CSV file with a header row";
    // What a column is called is nobody's but the file's: `fields:` says which is which.
    const DEFAULTS: &'static [(Field, &'static str)] = &[];
    const STATUS: Option<&'static str> = None;
    const ATTRIBUTES: Vocabulary = Vocabulary::Open;
    const ASKS_WHO_IS_KNOWN: bool = false;
}

impl Source for CsvFile {
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError> {
        let file = file::whole(cx.root, &self.path)?;
        let mut listing = self.reading(cx).read(file.bytes)?.listing;
        listing.coverage = checks::doubted(listing.coverage, file.doubt);
        listing.as_of = file.written;
        Ok(listing)
    }

    fn vocabulary(&self, cx: &Context<'_>) -> Vocabulary {
        let Ok(bytes) = file::beginning(cx.root, &self.path, HEADER_BYTES) else {
            return Vocabulary::Open;
        };
        let text = encoding::glimpse(&bytes, self.encoding);
        let delimiter = self.delimiter.unwrap_or_else(|| Delimiter::of(&text));
        let mut row = Row::default();
        let found = Header::find(&mut Rows::of(&text, delimiter.byte()), &mut row);
        if !found || (!row.ended && bytes.len() as u64 == HEADER_BYTES) {
            return Vocabulary::Open;
        }
        Header::of(&row).map_or(Vocabulary::Open, |header| Vocabulary::Closed(header.names()))
    }

    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check)) {
        let Some(file) = checks::readable(cx.root, &self.path, step) else { return };
        let reading = Reading { attributes: &[], progress: &Silent, ..self.reading(cx) };
        let table = match reading.read(file.bytes) {
            Ok(table) => table,
            Err(error) => return step(checks::failed("read the header and the key", &error)),
        };
        let columns = &table.header.columns;
        let s = if columns.len() == 1 { "" } else { "s" };
        let seen = format!(
            "{} column{s} between {}, in {}: {}",
            columns.len(),
            table.delimiter.name(),
            table.encoding,
            checks::quoted(columns.iter().map(String::as_str)),
        );
        step(Check { title: "read the header".into(), outcome: Outcome::Passed(seen) });
        let missing = cx.attributes.iter().filter(|name| table.header.column(name).is_none());
        checks::attributes(missing.map(|name| name.as_str()), cx.attributes.len(), step);

        let mut listing = table.listing;
        listing.coverage = checks::doubted(listing.coverage, file.doubt);
        let whole = matches!(listing.coverage, Coverage::Complete { .. });
        checks::listing(&listing, &self.key, step);
        if whole && !table.ended {
            step(Check {
                title: "see the end of the last line".into(),
                outcome: Outcome::Doubtful(
                    "the last line has no line end, so nothing shows that its last cell is whole"
                        .into(),
                    "let the program that writes the file end each line".into(),
                ),
            });
        }
    }
}

impl CsvFile {
    fn reading<'a>(&'a self, cx: &Context<'a>) -> Reading<'a> {
        Reading {
            path: &self.path,
            key: &self.key,
            delimiter: self.delimiter,
            encoding: self.encoding,
            attributes: cx.attributes,
            progress: cx.progress,
        }
    }
}

#[cfg(test)]
mod tests;
