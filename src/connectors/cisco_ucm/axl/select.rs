//! A select, its statement for one page, and the rows that it gives.

use std::{borrow::Cow, fmt::Write as _};

/// Rows of a table, or of several by their keys, that are read page by page.
#[derive(Debug, Clone)]
pub(in crate::connectors::cisco_ucm) struct Select {
    /// What it reads, in messages: "phones and profiles".
    pub(in crate::connectors::cisco_ucm) name: &'static str,
    /// The expression that pages are cut by, unique among the rows and one of the columns'
    /// expressions: `d.pkid`.
    pub(in crate::connectors::cisco_ucm) key: &'static str,
    /// Expressions, each with the name that the answer has it under, in lower case.
    pub(in crate::connectors::cisco_ucm) columns: Cow<'static, [(&'static str, &'static str)]>,
    /// What follows FROM: `device d LEFT JOIN location l ON d.fklocation = l.pkid`.
    pub(in crate::connectors::cisco_ucm) from: &'static str,
    /// What follows WHERE.
    pub(in crate::connectors::cisco_ucm) filter: Option<String>,
}

impl Select {
    /// The statement that counts all of its rows.
    pub(super) fn count(&self) -> String {
        let Self { name: _, key: _, columns: _, from, filter } = self;
        match filter {
            Some(filter) => format!("SELECT COUNT(*) AS count FROM {from} WHERE {filter}"),
            None => format!("SELECT COUNT(*) AS count FROM {from}"),
        }
    }

    /// The statement for the first `first` rows after a key.
    pub(super) fn page(&self, after: &str, first: u32) -> String {
        let Self { name: _, key, columns, from, filter } = self;
        let mut sql = format!("SELECT FIRST {first} ");
        for (nth, (expression, name)) in columns.iter().enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}{expression} AS {name}");
        }
        let _ = write!(sql, " FROM {from}");
        let after = (!after.is_empty()).then(|| format!("{key} > '{}'", after.replace('\'', "''")));
        let filter = filter.as_ref().map(|filter| format!("({filter})"));
        let conditions: Vec<String> = after.into_iter().chain(filter).collect();
        if !conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", conditions.join(" AND "));
        }
        let _ = write!(sql, " ORDER BY {key}");
        sql
    }

    /// Where the key stands among the columns.
    pub(super) fn key_column(&self) -> usize {
        let key = self.columns.iter().position(|(expression, _)| *expression == self.key);
        key.unwrap_or_default()
    }

    /// Where the answer's column of that name belongs; `guess` is looked at first.
    pub(super) fn column(&self, name: &str, guess: usize) -> Option<usize> {
        if self.columns.get(guess).is_some_and(|(_, known)| *known == name) {
            return Some(guess);
        }
        self.columns.iter().position(|(_, known)| known.eq_ignore_ascii_case(name))
    }
}

/// One row: a text for each of a select's columns.
pub(in crate::connectors::cisco_ucm) struct Row<'a> {
    pub(super) columns: &'a [(&'static str, &'static str)],
    pub(super) values: &'a [String],
}

impl<'a> Row<'a> {
    /// The text of the column of that name, without blanks at either end; empty where the database
    /// has none.
    pub(in crate::connectors::cisco_ucm) fn get(&self, name: &str) -> &'a str {
        let at = self.columns.iter().position(|(_, known)| *known == name);
        debug_assert!(at.is_some(), "`{name}` was not selected");
        at.map_or("", |at| self.at(at))
    }

    /// The text of the nth column, from 0.
    pub(in crate::connectors::cisco_ucm) fn at(&self, nth: usize) -> &'a str {
        self.values.get(nth).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICES: Select = Select {
        name: "devices",
        key: "d.pkid",
        columns: Cow::Borrowed(&[("d.pkid", "pkid"), ("l.name", "location")]),
        from: "device d LEFT JOIN location l ON d.fklocation = l.pkid",
        filter: None,
    };

    #[test]
    fn a_page_begins_after_the_last_key() {
        let select = "SELECT FIRST 5 d.pkid AS pkid, l.name AS location \
                      FROM device d LEFT JOIN location l ON d.fklocation = l.pkid";
        assert_eq!(DEVICES.page("", 5), format!("{select} ORDER BY d.pkid"));
        assert_eq!(DEVICES.page("ab", 5), format!("{select} WHERE d.pkid > 'ab' ORDER BY d.pkid"));
        let some = Select { filter: Some("d.tkclass = 1 OR d.tkclass = 254".into()), ..DEVICES };
        assert_eq!(
            some.page("ab", 5),
            format!(
                "{select} WHERE d.pkid > 'ab' AND (d.tkclass = 1 OR d.tkclass = 254) ORDER BY d.pkid"
            )
        );
    }

    #[test]
    fn all_rows_are_counted_at_once() {
        let some = Select { filter: Some("d.tkclass = 1".into()), ..DEVICES };
        assert!(some.count().starts_with("SELECT COUNT(*) AS count FROM device d LEFT JOIN "));
        assert!(some.count().ends_with(" WHERE d.tkclass = 1"));
    }

    #[test]
    fn a_key_can_not_leave_its_quotes() {
        let sql = DEVICES.page("x' OR 'a' = 'a", 1);
        assert!(sql.contains("d.pkid > 'x'' OR ''a'' = ''a' ORDER"), "{sql}");
    }
}
