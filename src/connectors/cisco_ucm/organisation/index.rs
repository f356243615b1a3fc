//! Rows found by a key.

use crate::directory::Text;

/// The rows of a table, sorted by a key, so that those of one key are found without a look at all
/// others. In the same order however the table was read: rows of one key by their rank, then by
/// all that they hold. A row that was read twice is there once; one without a key isn't.
pub(super) struct Index<'a, T> {
    rows: Vec<&'a T>,
    key: fn(&T) -> &Text,
}

impl<'a, T: Ord> Index<'a, T> {
    /// By the key alone.
    pub(super) fn by(rows: &'a [T], key: fn(&T) -> &Text) -> Self {
        Self::ranked(rows, key, |_| (0, 0))
    }

    /// By the key, and the rows of one key by their rank.
    pub(super) fn ranked(rows: &'a [T], key: fn(&T) -> &Text, rank: fn(&T) -> (u16, u16)) -> Self {
        let mut rows: Vec<&T> = rows.iter().filter(|row| !key(row).is_empty()).collect();
        rows.sort_unstable_by(|a, b| {
            key(a).cmp(key(b)).then_with(|| rank(a).cmp(&rank(b))).then_with(|| a.cmp(b))
        });
        rows.dedup();
        Self { rows, key }
    }

    /// All rows of a key.
    pub(super) fn all(&self, wanted: &str) -> &[&'a T] {
        let from = self.rows.partition_point(|row| (self.key)(row).as_str() < wanted);
        let rest = &self.rows[from..];
        let here = rest.iter().take_while(|row| (self.key)(row).as_str() == wanted).count();
        &rest[..here]
    }

    /// The row of a key; the first where there are several.
    pub(super) fn one(&self, wanted: &str) -> Option<&'a T> {
        self.all(wanted).first().copied()
    }

    /// Whether there is a row of this key.
    pub(super) fn has(&self, wanted: &str) -> bool {
        self.one(wanted).is_some()
    }

    /// Every row, in order.
    pub(super) fn rows(&self) -> &[&'a T] {
        &self.rows
    }

    /// The rows of each key together, in order; no group is empty.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[&'a T]> {
        let key = self.key;
        self.rows.chunk_by(move |a, b| key(a) == key(b))
    }

    /// One row of each key, in order: the first where there are several.
    pub(super) fn each(&self) -> impl Iterator<Item = &'a T> {
        self.groups().map(|group| group[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    struct Row(Text, u16);

    fn rows(rows: &[(&str, u16)]) -> Vec<Row> {
        rows.iter().map(|(key, number)| Row((*key).into(), *number)).collect()
    }

    #[test]
    fn rows_are_found_by_their_key_in_the_order_of_their_rank() {
        let rows = rows(&[("b", 2), ("a", 1), ("", 9), ("b", 3), ("c", 1), ("b", 2)]);
        let index = Index::ranked(&rows, |row| &row.0, |row| (u16::MAX - row.1, 0));
        let numbers = |key: &str| index.all(key).iter().map(|row| row.1).collect::<Vec<_>>();
        assert_eq!(numbers("b"), [3, 2]);
        assert_eq!(numbers("a"), [1]);
        assert_eq!((numbers(""), numbers("bb")), (vec![], vec![]));
        assert_eq!(index.each().map(|row| row.1).collect::<Vec<_>>(), [1, 3, 1]);
        assert!(index.has("c") && !index.has("d"));
    }
}
