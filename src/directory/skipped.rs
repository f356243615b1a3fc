//! The ledger of records that were read and not used.

use jiff::Timestamp;

use super::{Id, Text};

/// A record that a source listed and the directory does not show, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Whose record it is.
    pub id: Id,
    /// Why it is not used: a finding's code, as `disabled-at-source`.
    pub code: Text,
    /// The same in words.
    pub because: Text,
    /// The first run that left it out for this reason.
    pub since: Timestamp,
}
