//! Bytes to records, and what they prove.

use std::path::Path;

use super::{
    header::{Delimiter, Header},
    rows::{Misquoted, Row, Rows},
};
use crate::{
    connectors::{
        encoding::{self, Encoding},
        gaps::Gaps,
    },
    directory::{Inventory, Text},
    source::{Attribute, Coverage, FetchError, Listing, Place, Progress, Record},
};

/// How a file is read.
pub(super) struct Reading<'a> {
    /// Only for naming the file in errors.
    pub(super) path: &'a Path,
    pub(super) key: &'a str,
    pub(super) delimiter: Option<Delimiter>,
    pub(super) encoding: Option<Encoding>,
    /// The columns to keep, as expressions name them; all of them where there are none.
    pub(super) attributes: &'a [Text],
    pub(super) progress: &'a dyn Progress,
}

/// A table and how it is written down.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) listing: Listing,
    pub(super) header: Header,
    pub(super) delimiter: Delimiter,
    pub(super) encoding: &'static str,
    /// Whether the last line has a line end.
    pub(super) ended: bool,
}

impl Reading<'_> {
    /// The table that the bytes of a whole file hold.
    pub(super) fn read(&self, bytes: Vec<u8>) -> Result<Table, FetchError> {
        let decoded = encoding::decode(bytes, self.encoding).map_err(|error| {
            let at = format!(" line {}, column {}", error.line, error.column);
            self.malformed(at, error.problem, &error.help)
        })?;
        let text = decoded.text.as_str();
        let delimiter = self.delimiter.unwrap_or_else(|| Delimiter::of(text));
        let mut rows = Rows::of(text, delimiter.byte());
        let mut row = Row::default();
        if !Header::find(&mut rows, &mut row) {
            let problem = "the file is empty".to_owned();
            return Err(self.malformed(
                String::new(),
                problem,
                "export it again, with a header row",
            ));
        }
        let header = Header::of(&row).map_err(|problem| {
            let help = if problem.contains("NUL") {
                "set `encoding: utf-16le` if it is UTF-16 without a byte order mark"
            } else {
                "give each column in the first row a name of its own"
            };
            self.malformed(format!(" line {}", row.line), problem, help)
        })?;
        let key = self.column(&header, self.key)?;
        let names =
            if self.attributes.is_empty() { header.usable() } else { self.attributes.into() };
        let kept =
            names.iter().map(|name| self.column(&header, name)).collect::<Result<Vec<_>, _>>()?;

        let mut shape = Shape {
            header: &header,
            key,
            kept,
            nul: text.contains('\0'),
            gaps: Gaps::new(self.key),
        };
        let mut records = Vec::new();
        let mut ended = row.ended;
        while rows.next(&mut row) {
            ended = row.ended;
            if row.cells.iter().all(|cell| cell.is_empty()) {
                continue;
            }
            records.push(shape.record(&row));
            if records.len() % 8192 == 0 {
                self.progress.advance(8192);
            }
        }
        self.progress.advance(records.len() as u64 % 8192);
        let because = shape.gaps.because(records.len(), "it has a header and no rows");
        let coverage = match because {
            Some(because) => Coverage::Partial { because },
            None => Coverage::Complete { proof: proof(records.len(), header.columns.len(), ended) },
        };
        let listing = Listing {
            names,
            records,
            coverage,
            as_of: None,
            departures: Vec::new(),
            inventory: Inventory::default(),
            unread: Vec::new(),
            findings: Vec::new(),
        };
        Ok(Table { listing, header, delimiter, encoding: decoded.encoding, ended })
    }

    fn column(&self, header: &Header, name: &str) -> Result<usize, FetchError> {
        header.column(name).ok_or_else(|| match header.columns.as_slice() {
            [all] if self.delimiter.is_some() && all.contains([',', ';', '\t', '|']) => {
                let problem = format!("with the `delimiter:` that is set, `{all}` is one column");
                self.malformed(" line 1".into(), problem, "drop `delimiter:` or correct it")
            }
            columns => FetchError::NoColumn {
                path: self.path.to_path_buf(),
                column: name.to_owned(),
                found: columns.to_vec(),
            },
        })
    }

    fn malformed(&self, at: String, problem: String, help: &str) -> FetchError {
        FetchError::Malformed { path: self.path.to_path_buf(), at, problem, help: help.into() }
    }
}

fn proof(rows: usize, columns: usize, ended: bool) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    format!(
        "read to the last byte: {rows} row{}, each with the header's {columns} column{}{}",
        s(rows),
        s(columns),
        if ended { "" } else { "; the last line has no line end" }
    )
}

/// What makes records of rows.
struct Shape<'a> {
    header: &'a Header,
    key: usize,
    /// The column of each value that is kept.
    kept: Vec<usize>,
    /// Whether there are NUL characters at all.
    nul: bool,
    gaps: Gaps,
}

impl Shape<'_> {
    fn record(&mut self, row: &Row<'_>) -> Record {
        let flaw = self.flaw(row);
        let blank = |key: &str| key.trim().is_empty() || self.nul && key.contains('\0');
        let key =
            row.cells.get(self.key).map_or("", |key| if blank(key) { "" } else { key.trim() });
        if key.is_empty() {
            self.gaps.keyless(row.line);
        }
        let value = |&column: &usize| match row.cells.get(column) {
            Some(cell) if flaw.is_none() && !cell.is_empty() => {
                Attribute::One(Text::new(cell.as_ref()))
            }
            _ => Attribute::Absent,
        };
        Record {
            key: Text::new(key),
            place: Place::Line(row.line),
            values: self.kept.iter().map(value).collect(),
            flaw: flaw.map(Text::from),
        }
    }

    /// What makes a row unusable; what speaks against the whole file goes to the gaps.
    fn flaw(&mut self, row: &Row<'_>) -> Option<String> {
        let columns = &self.header.columns;
        match row.misquoted {
            Some(Misquoted::NeverCloses(_)) => {
                self.gaps.unclosed(row.line);
                return Some("a quote in it is never closed".into());
            }
            Some(Misquoted::GoesOn(cell)) => {
                self.gaps.ragged(row.line);
                let name = columns.get(cell).map_or("a cell", String::as_str);
                return Some(format!("`{name}` goes on behind its closing quote"));
            }
            None => {}
        }
        let (has, needs) = (row.cells.len(), columns.len());
        if has != needs {
            if row.ended || has > needs {
                self.gaps.ragged(row.line);
            } else {
                self.gaps.cut(row.line);
            }
            let s = if has == 1 { "" } else { "s" };
            return Some(format!("it has {has} column{s} where the header has {needs}"));
        }
        let nul = self.nul.then(|| row.cells.iter().position(|cell| cell.contains('\0')))??;
        Some(format!("`{}` holds a NUL character", columns[nul]))
    }
}
