//! A text as rows of cells (RFC 4180), with the line that each row starts on.
//!
//! By hand rather than with a crate, because what speaks against a file must be seen: a quote that
//! is never closed, text behind a closing quote, a last line that doesn't end.

use std::borrow::Cow;

/// The rows of a text, one after the other.
pub(super) struct Rows<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    line: u64,
}

/// One row; made once and filled again and again.
#[derive(Debug, Default)]
pub(super) struct Row<'t> {
    /// The physical line on which it starts, from 1.
    pub(super) line: u64,
    /// At least one, but for a row that was never filled.
    pub(super) cells: Vec<Cow<'t, str>>,
    /// Whether a line end closed it, rather than the end of the text.
    pub(super) ended: bool,
    /// The first thing that is wrong with its quotes.
    pub(super) misquoted: Option<Misquoted>,
}

/// What is wrong with the quotes of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misquoted {
    /// There is text between the closing quote and the delimiter; the cell's index.
    GoesOn(usize),
    /// The text ends before the closing quote; the cell's index.
    NeverCloses(usize),
}

impl<'t> Rows<'t> {
    /// From the beginning of a text. The delimiter is an ASCII character.
    pub(super) fn of(text: &'t str, delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, line: 1 }
    }

    /// Fills the next row, and says whether there was one. Empty lines are no rows.
    pub(super) fn next(&mut self, row: &mut Row<'t>) -> bool {
        while self.line_end() {}
        row.cells.clear();
        (row.line, row.ended, row.misquoted) = (self.line, false, None);
        if self.at == self.text.len() {
            return false;
        }
        loop {
            let cell = if self.peek() == Some(b'"') {
                let index = row.cells.len();
                self.quoted(index, &mut row.misquoted)
            } else {
                Cow::Borrowed(self.bare())
            };
            row.cells.push(cell);
            if self.peek() == Some(self.delimiter) {
                self.at += 1;
            } else {
                row.ended = self.line_end();
                return true;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes beyond a line end, if one is next: `\n`, `\r\n`, or `\r` as on old Macs.
    fn line_end(&mut self) -> bool {
        let length = match self.text.as_bytes()[self.at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }

    /// The text up to the next delimiter or line end.
    fn bare(&mut self) -> &'t str {
        let rest = &self.text.as_bytes()[self.at..];
        let delimiter = self.delimiter;
        let ends = |&byte: &u8| byte == delimiter || byte == b'\n' || byte == b'\r';
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.take(length)
    }

    /// The content of a cell that starts with a quote.
    fn quoted(&mut self, index: usize, misquoted: &mut Option<Misquoted>) -> Cow<'t, str> {
        let mut cell = Cow::Borrowed("");
        self.at += 1;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let Some(length) = rest.iter().position(|&byte| byte == b'"') else {
                misquoted.get_or_insert(Misquoted::NeverCloses(index));
                self.count_lines(rest);
                join(&mut cell, self.take(rest.len()));
                return cell;
            };
            self.count_lines(&rest[..length]);
            join(&mut cell, self.take(length));
            self.at += 1;
            if self.peek() != Some(b'"') {
                break;
            }
            join(&mut cell, self.take(1));
        }
        let more = self.bare();
        if !more.is_empty() {
            misquoted.get_or_insert(Misquoted::GoesOn(index));
            join(&mut cell, more);
        }
        cell
    }

    fn take(&mut self, length: usize) -> &'t str {
        let text = self.text;
        let taken = &text[self.at..self.at + length];
        self.at += length;
        taken
    }

    fn count_lines(&mut self, bytes: &[u8]) {
        let mut previous = 0;
        for &byte in bytes {
            self.line += u64::from(byte == b'\r' || (byte == b'\n' && previous != b'\r'));
            previous = byte;
        }
    }
}

fn join<'t>(cell: &mut Cow<'t, str>, more: &'t str) {
    if cell.is_empty() {
        *cell = Cow::Borrowed(more);
    } else if !more.is_empty() {
        cell.to_mut().push_str(more);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let (mut rows, mut row, mut all) = (Rows::of(text, delimiter), Row::default(), Vec::new());
        while rows.next(&mut row) {
            all.push((row.line, row.cells.iter().map(|cell| cell.to_string()).collect()));
        }
        all
    }

    fn last(text: &str) -> Row<'_> {
        let (mut rows, mut row) = (Rows::of(text, b','), Row::default());
        loop {
            let mut next = Row::default();
            if !rows.next(&mut next) {
                return row;
            }
            row = next;
        }
    }

    #[test]
    fn a_row_knows_the_line_it_starts_on() {
        let text = "a,b\r\n\"1\r\n2\",x\r\n\r\n3,\"y\nz\"\n4,w";
        let lines: Vec<u64> = rows(text, b',').iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 5, 7]);
    }

    #[test]
    fn old_mac_line_ends_are_line_ends() {
        assert_eq!(rows("a\rb\r", b','), [(1, vec!["a".to_owned()]), (2, vec!["b".to_owned()])]);
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_quotes() {
        let row = &rows("\"a;\"\"b\"\"\n\";c \"d\";\n", b';')[0].1;
        assert_eq!(row, &["a;\"b\"\n", "c \"d\"", ""]);
    }

    #[test]
    fn text_behind_a_closing_quote_is_noticed_and_kept() {
        let row = last("1,\"2\"\" disk\" large,3\n");
        assert_eq!(row.misquoted, Some(Misquoted::GoesOn(1)));
        assert_eq!(row.cells, ["1", "2\" disk large", "3"]);
    }

    #[test]
    fn a_quote_that_never_closes_takes_the_rest() {
        let row = last("1,\"2\n3,4\n");
        assert_eq!((row.misquoted, row.ended), (Some(Misquoted::NeverCloses(1)), false));
        assert_eq!(row.cells, ["1", "2\n3,4\n"]);
    }

    #[test]
    fn a_last_line_may_lack_its_end_and_that_is_seen() {
        assert!(last("a,b\n1,2\n").ended);
        assert!(!last("a,b\n1,2").ended);
        assert!(!last("a,b\n1,").ended);
        assert_eq!(last("a,b\n1,").cells, ["1", ""]);
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_as_it_was(
            table in prop::collection::vec(prop::collection::vec("[a\u{fc}\",;\r\n ]{0,5}", 2..4), 0..6),
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<Vec<String>> = rows(&text, b',').into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(read, table);
        }

        #[test]
        fn no_text_makes_it_panic_or_lose_a_line(text in "[a\u{fc}\",;\r\n\0]{0,40}") {
            let ends = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() as u64;
            let (mut rows, mut row) = (Rows::of(&text, b';'), Row::default());
            while rows.next(&mut row) {
                prop_assert!(!row.cells.is_empty());
            }
            prop_assert_eq!((rows.at, rows.line), (text.len(), ends + 1));
        }
    }
}
