//! A select, its statement for one page, and the rows that it gives.

use std::fmt::Write as _;

/// Rows of a table, or of several by their keys, that are read page by page.
#[derive(Debug, Clone)]
pub(in crate::connectors::cisco_ucm) struct Select {
    /// What it reads, in messages: "phones and profiles".
    pub(in crate::connectors::cisco_ucm) name: &'static str,
    /// The expression that pages are cut by, unique among the rows and one of the columns'
    /// expressions: `d.pkid`.
    pub(in crate::connectors::cisco_ucm) key: &'static str,
    /// Expressions, each with the name that the answer has it under, in lower case.
    pub(in crate::connectors::cisco_ucm) columns: Vec<(&'static str, &'static str)>,
    /// What follows FROM: `device d LEFT JOIN location l ON d.fklocation = l.pkid`.
    pub(in crate::connectors::cisco_ucm) from: &'static str,
    /// What follows WHERE.
    pub(in crate::connectors::cisco_ucm) filter: Option<String>,
}

impl Select {
    /// The statement for the first `first` rows after a key.
    pub(super) fn page(&self, after: &str, first: u32) -> String {
        let Self { name: _, key, columns, .. } = self;
        let mut sql = format!("SELECT FIRST {first} ");
        for (nth, (expression, name)) in columns.iter().enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}{expression} AS {name}");
        }
        sql.push_str(&self.source(after));
        let _ = write!(sql, " ORDER BY {key}");
        sql
    }

    /// The statement that counts the rows, under the name `total`.
    pub(super) fn count(&self) -> String {
        format!("SELECT COUNT(*) AS total{}", self.source(""))
    }

    /// What the rows are taken from: all, or those after a key.
    fn source(&self, after: &str) -> String {
        let Self { name: _, key, columns: _, from, filter } = self;
        let after = (!after.is_empty()).then(|| format!("{key} > '{}'", after.replace('\'', "''")));
        let filter = filter.as_ref().map(|filter| format!("({filter})"));
        let conditions: Vec<String> = after.into_iter().chain(filter).collect();
        match conditions.as_slice() {
            [] => format!(" FROM {from}"),
            conditions => format!(" FROM {from} WHERE {}", conditions.join(" AND ")),
        }
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

    fn devices(filter: Option<&str>) -> Select {
        Select {
            name: "devices",
            key: "d.pkid",
            columns: vec![("d.pkid", "pkid"), ("l.name", "location")],
            from: "device d LEFT JOIN location l ON d.fklocation = l.pkid",
            filter: filter.map(str::to_owned),
        }
    }

    #[test]
    fn a_page_begins_after_the_last_key() {
        let select = "SELECT FIRST 5 d.pkid AS pkid, l.name AS location \
                      FROM device d LEFT JOIN location l ON d.fklocation = l.pkid";
        let all = devices(None);
        assert_eq!(all.page("", 5), format!("{select} ORDER BY d.pkid"));
        assert_eq!(all.page("ab", 5), format!("{select} WHERE d.pkid > 'ab' ORDER BY d.pkid"));
        let some = devices(Some("d.tkclass = 1 OR d.tkclass = 254"));
        assert_eq!(
            some.page("ab", 5),
            format!(
                "{select} WHERE d.pkid > 'ab' AND (d.tkclass = 1 OR d.tkclass = 254) ORDER BY d.pkid"
            )
        );
    }

    #[test]
    fn all_rows_are_counted() {
        assert_eq!(
            devices(Some("d.tkclass = 1")).count(),
            "SELECT COUNT(*) AS total FROM device d LEFT JOIN location l ON d.fklocation = l.pkid \
             WHERE (d.tkclass = 1)"
        );
    }

    #[test]
    fn a_key_can_not_leave_its_quotes() {
        let sql = devices(None).page("x' OR 'a' = 'a", 1);
        assert!(sql.contains("d.pkid > 'x'' OR ''a'' = ''a' ORDER"), "{sql}");
    }
}
