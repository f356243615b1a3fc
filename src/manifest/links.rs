//! The table of `people.link`: which records are one person, kept beside the manifest.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
    sync::Arc,
};

use super::Diagnostic;
use crate::{
    directory::Id,
    document::{Span, suggestion},
};

/// The most bytes that a table may have.
const MAX_BYTES: u64 = 64 << 20;

/// Records that a table says are one person.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// One row of a table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) one: Id,
    pub(super) other: Id,
    at: Span,
}

/// At most as much of a file as a table may have, and one byte more.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a table: two columns of records, under a line of headings or not, separated by `,`, `;`
/// or tabs.
pub(super) fn read(text: &str, file: &Arc<str>) -> Result<Table, Box<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() as u64 > MAX_BYTES {
        return Err(Box::new(
            Diagnostic::new("wrong-value", "the table has more than 64 MiB", &Span::start(file))
                .help("leave out what the other rules join"),
        ));
    }
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t'].into_iter().find(|c| first.contains(char::from(*c)));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.unwrap_or(b','))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    for (index, record) in reader.records().enumerate() {
        let place = |position: Option<&csv::Position>| {
            let start =
                position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
            let line = position.map_or(1, csv::Position::line);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
            Span { file: Arc::clone(file), line, column: 1, bytes: start..start + length }
        };
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let at = place(error.position());
                return Err(Box::new(
                    Diagnostic::new("wrong-value", "this is no row of a table", &at)
                        .help("write two records, as `staff/7,phones/8c1f`"),
                ));
            }
        };
        if record.iter().all(str::is_empty) {
            continue;
        }
        let at = place(record.position());
        // Somebody whose record goes with no other: a row with one cell filled.
        if let [alone, ""] | ["", alone] = record.iter().collect::<Vec<_>>()[..]
            && let Ok(one) = Id::parse(alone)
        {
            table.rows.push(Row { other: one.clone(), one, at });
            continue;
        }
        let ids: Vec<_> = record.iter().map(Id::parse).collect();
        match <[_; 2]>::try_from(ids) {
            Ok([Ok(one), Ok(other)]) if one != other => table.rows.push(Row { one, other, at }),
            Ok([Err(_), Err(_)]) if index == 0 => {}
            Ok([Ok(_), Ok(_)]) => {
                return Err(Box::new(
                    Diagnostic::new("wrong-value", "this row names one record twice", &at)
                        .help("name two records that are one person"),
                ));
            }
            Ok([Err(bad), _] | [_, Err(bad)]) => {
                return Err(Box::new(
                    Diagnostic::new("wrong-value", bad.to_string(), &at)
                        .help("write two records, as `staff/7,phones/8c1f`"),
                ));
            }
            Err(ids) => {
                let title = format!("this row has {} cells, not two", ids.len());
                return Err(Box::new(
                    Diagnostic::new("wrong-value", title, &at)
                        .help("write two records, as `staff/7,phones/8c1f`"),
                ));
            }
        }
    }
    Ok(table)
}

impl Table {
    /// The rows that name records of sources that are not declared.
    pub(super) fn undeclared(&self, sources: &[&str]) -> Vec<Diagnostic> {
        let unknown = self
            .rows
            .iter()
            .flat_map(|row| [&row.one, &row.other].into_iter().map(|id| (id.source(), &row.at)));
        unknown
            .filter(|(source, _)| !sources.contains(source))
            .map(|(source, at)| {
                Diagnostic::new("wrong-value", format!("no source is called `{source}`"), at)
                    .help(suggestion(source, sources.iter().copied()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<String>, String> {
        let table = read(text, &"links.csv".into());
        let table = table
            .map_err(|wrong| format!("{}: {}", wrong.at.map_or(0, |at| at.line), wrong.title))?;
        Ok(table.rows.iter().map(|row| format!("{}={}", row.one, row.other)).collect())
    }

    #[test]
    fn a_row_names_two_records_under_headings_or_not() {
        let expected = Ok(vec!["staff/7=phones/8c".to_owned(), "staff/9=phones/a,b".to_owned()]);
        assert_eq!(
            rows("staff,phones\r\nstaff/7,phones/8c\r\n\r\nstaff/9,\"phones/a,b\"\r\n"),
            expected
        );
        assert_eq!(rows("\u{feff}staff/7 ; phones/8c\nstaff/9;phones/a,b"), expected);
    }

    #[test]
    fn a_row_of_one_record_keeps_it_apart() {
        let alone = Ok(vec!["staff/7=staff/7".to_owned(), "phones/8c=phones/8c".to_owned()]);
        assert_eq!(rows("staff,phones\nstaff/7,\n,phones/8c\n"), alone);
    }

    #[test]
    fn a_wrong_row_is_told_with_its_line() {
        for (text, told) in [
            ("a,b\nstaff/7,phones\n", "2: `phones` is not an id: it is written `source/key`"),
            ("staff/7,phones/1,x/2\n", "1: this row has 3 cells, not two"),
            ("staff/7\n", "1: this row has 1 cells, not two"),
            ("staff/7,staff/7\n", "1: this row names one record twice"),
        ] {
            assert_eq!(rows(text), Err(told.to_owned()));
        }
    }
}
