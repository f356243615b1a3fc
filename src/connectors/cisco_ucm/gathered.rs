//! What one read of a cluster gave, and what it did without.

use super::{select::Table, tables::Tables};
use crate::finding::{Code, Finding};

/// All that was read, once.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tables: Tables,
    /// Rows that were counted just before or after they were read.
    pub(super) expected: Vec<Expected>,
    /// What this release lacks, each with what the directory then lacks.
    pub(super) lacking: Vec<Lack>,
    /// Names of `contact_centre` that no application user has.
    pub(super) unmet: Vec<String>,
    /// Lists that may not be whole, each as a phrase that says why.
    pub(super) gaps: Vec<String>,
    /// Objects that were listed and were not there when they were asked for alone.
    pub(super) gone: u64,
    /// How many objects were asked for alone.
    pub(super) asked: u64,
}

/// How many rows of a table there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    /// The table's name.
    pub(super) table: &'static str,
    pub(super) rows: u64,
}

/// A table or column that this release doesn't have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lack {
    /// `enduser.site`, `mgcp`.
    pub(super) what: String,
    /// What the directory does without.
    pub(super) without: String,
}

impl Gathered {
    /// Notes a table that this release lacks.
    pub(super) fn lack_table(&mut self, table: &Table) {
        let without = table.without.unwrap_or("it can't be read").to_owned();
        self.lacking.push(Lack { what: table.name.to_owned(), without });
    }

    /// Notes columns of a table that this release lacks.
    pub(super) fn lack_columns(&mut self, table: &Table, columns: &[&'static str]) {
        if let (Some(alone), [_, ..]) = (table.alone, columns) {
            let (what, without) = (alone.other.to_owned(), alone.without.to_owned());
            return self.lacking.push(Lack { what, without });
        }
        self.lacking.extend(columns.iter().map(|column| Lack {
            what: format!("{}.{column}", table.name),
            without: format!("no {} has `{column}`", table.about.trim_end_matches('s')),
        }));
    }

    /// A finding for each thing that is lacking, sorted.
    pub(super) fn findings(&self, source: &str) -> Vec<Finding> {
        let lacking = self.lacking.iter().map(|Lack { what, without }| {
            Finding::note(
                Code::NotInRelease,
                format!("the release of `{source}` has no `{what}`: {without}"),
                "leave it, or have another source give what it would",
            )
        });
        let unmet = self.unmet.iter().map(|name| {
            Finding::warning(
                Code::NotAtSource,
                format!("`{source}` has no application user `{name}`"),
                "correct the name in `contact_centre`; `rollbook doctor` tells which there are",
            )
        });
        let mut all: Vec<Finding> = lacking.chain(unmet).collect();
        all.sort();
        all
    }
}
