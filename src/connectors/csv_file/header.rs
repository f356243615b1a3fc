//! The first row of a table: the columns, and what they are called.

use schemars::JsonSchema;
use serde::Deserialize;

use super::rows::{Row, Rows};
use crate::{
    connectors::names::{identifier, is_identifier},
    directory::Text,
};

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum Delimiter {
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = ";")]
    Semicolon,
    #[serde(rename = "tab")]
    Tab,
    #[serde(rename = "|")]
    Bar,
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Header {
    /// As the file has them; each once, none empty.
    pub(super) columns: Vec<String>,
    /// The identifier form of each, where no other column has it too.
    words: Vec<Option<String>>,
}

impl Delimiter {
    const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }

    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
            Self::Tab => "tabs",
            Self::Bar => "bars",
        }
    }

    /// The one that makes most cells of the first row; the earlier of two that make equally many.
    pub(super) fn of(text: &str) -> Self {
        let cells = |delimiter: Self| {
            let mut row = Row::default();
            Rows::of(text, delimiter.byte()).next(&mut row);
            row.cells.len()
        };
        let mut best = Self::Comma;
        for delimiter in Self::ALL {
            if cells(delimiter) > cells(best) {
                best = delimiter;
            }
        }
        best
    }
}

impl Header {
    /// Goes to the header row, the first of a text, and says whether there is one. In front of it
    /// may stand `sep=;`, as Excel wants it.
    pub(super) fn find<'t>(rows: &mut Rows<'t>, row: &mut Row<'t>) -> bool {
        let found = rows.next(row);
        if found && row.cells == ["sep=", ""] { rows.next(row) } else { found }
    }

    /// The columns that a first row names, or what is wrong with it.
    pub(super) fn of(row: &Row<'_>) -> Result<Self, String> {
        let columns: Vec<String> = row.cells.iter().map(|cell| cell.to_string()).collect();
        if let Some(at) = columns.iter().position(|column| column.contains('\0')) {
            return Err(format!("the name of column {} holds a NUL character", at + 1));
        }
        if row.misquoted.is_some() {
            return Err("a quote is not closed where the cell ends".into());
        }
        if let Some(at) = columns.iter().position(|column| column.trim().is_empty()) {
            return Err(format!("column {} has no name", at + 1));
        }
        let mut sorted: Vec<usize> = (0..columns.len()).collect();
        sorted.sort_by_key(|&at| (&columns[at], at));
        for pair in sorted.windows(2) {
            if columns[pair[0]] == columns[pair[1]] {
                let (first, second) = (pair[0] + 1, pair[1] + 1);
                let name = &columns[pair[0]];
                return Err(format!("columns {first} and {second} are both called `{name}`"));
            }
        }
        let words = words(&columns);
        Ok(Self { columns, words })
    }

    /// The index of the column that is called so, exactly or in its identifier form.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        let exact = self.columns.iter().position(|column| column == name);
        exact.or_else(|| self.words.iter().position(|word| word.as_deref() == Some(name)))
    }

    /// All names that expressions can use, sorted.
    pub(super) fn names(&self) -> Vec<Text> {
        let exact = self.columns.iter().filter(|column| is_identifier(column));
        let mut names: Vec<Text> =
            exact.chain(self.words.iter().flatten()).map(Text::from).collect();
        names.sort();
        names.dedup();
        names
    }

    /// One name that expressions can use for each column that has one, in the file's order.
    pub(super) fn usable(&self) -> Vec<Text> {
        let both = self.columns.iter().zip(&self.words);
        both.filter_map(|(column, word)| match word {
            _ if is_identifier(column) => Some(column.into()),
            word => word.as_ref().map(Text::from),
        })
        .collect()
    }
}

/// The identifier form of each column; `None` for those that share one with another. A column
/// without any Latin letter or digit is `column_3`, counted from 1.
fn words(columns: &[String]) -> Vec<Option<String>> {
    let all: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, column)| identifier(column).unwrap_or_else(|| format!("column_{}", at + 1)))
        .collect();
    let mut sorted: Vec<&str> = all.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let alone = |word: &str| {
        let from = sorted.partition_point(|&other| other < word);
        sorted.get(from + 1).is_none_or(|&next| next != word)
    };
    all.iter().map(|word| alone(word).then(|| word.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Header, String> {
        let mut row = Row::default();
        Header::find(&mut Rows::of(text, Delimiter::of(text).byte()), &mut row);
        Header::of(&row)
    }

    #[test]
    fn the_delimiter_is_the_one_that_the_header_has_most_of() {
        for (text, delimiter) in [
            ("a,b;c,d\n1;2;3;4;5", Delimiter::Comma),
            ("a;b;c\n", Delimiter::Semicolon),
            ("a\tb", Delimiter::Tab),
            ("a|b|c,d", Delimiter::Bar),
            ("\"a,b,c\";d", Delimiter::Semicolon),
            ("a", Delimiter::Comma),
            ("", Delimiter::Comma),
        ] {
            assert_eq!(Delimiter::of(text), delimiter, "{text}");
        }
    }

    #[test]
    fn a_line_for_excel_may_stand_in_front() {
        for text in ["sep=;\r\na;b\r\n", "sep=,\na,b\n", "sep=\t\na\tb\n"] {
            assert_eq!(header(text).unwrap().columns, ["a", "b"]);
        }
        assert_eq!(header("sep=,b").unwrap().columns, ["sep=", "b"]);
    }

    #[test]
    fn a_column_answers_to_its_name_and_to_its_identifier_form() {
        let header = header("Staff no,E-Mail,Name,Имя,name").unwrap();
        assert_eq!(header.column("Staff no"), Some(0));
        assert_eq!(header.column("staff_no"), Some(0));
        assert_eq!(header.column("e_mail"), Some(1));
        assert_eq!(header.column("Name"), Some(2));
        assert_eq!(header.column("name"), Some(4), "the exact name wins");
        assert_eq!(header.column("column_4"), Some(3));
        assert_eq!(header.column("E_mail"), None);
        assert_eq!(header.names(), ["Name", "column_4", "e_mail", "name", "staff_no"]);
        assert_eq!(header.usable(), ["staff_no", "e_mail", "Name", "column_4", "name"]);
    }

    #[test]
    fn an_identifier_form_of_two_columns_is_of_neither() {
        let header = header("Staff no,staff-no,ext").unwrap();
        assert_eq!(header.column("staff_no"), None);
        assert_eq!(header.column("staff-no"), Some(1));
        assert_eq!(header.names(), ["ext"]);
    }

    #[test]
    fn a_header_with_a_hole_or_a_name_twice_is_refused() {
        assert_eq!(header("a,,b").unwrap_err(), "column 2 has no name");
        assert_eq!(header("a, \t").unwrap_err(), "column 2 has no name");
        assert_eq!(header("a,b,a").unwrap_err(), "columns 1 and 3 are both called `a`");
        assert!(header("a,\"b").unwrap_err().contains("quote"));
        assert!(header("a,b\0").unwrap_err().contains("NUL"));
    }
}
