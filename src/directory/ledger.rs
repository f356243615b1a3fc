//! The ledger: what was read and not used, what could not be decided, and where sources disagree.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Id, Text};

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

/// Records that a rule of `people.link` would join, were it one to one. Nobody is guessed: the
/// people whom it is about are held back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Dispute {
    /// The records, sorted; at least two.
    pub records: Vec<Id>,
    /// The rule, as [`super::Joined::by`].
    pub by: Text,
    /// The value that they share: an e-mail address, an extension within its pbx.
    pub value: Text,
    /// The people of the directory whom it holds back, sorted; may be none.
    pub people: Vec<Id>,
}

/// Somebody whose absence is not proven: they stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unknown {
    /// The person.
    pub id: Id,
    /// What keeps it from being known: "`staff` is incomplete: the server stopped after 500 entries".
    pub because: Text,
}

/// A value that a source has for a person and that lost to another one's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Disagreement {
    /// The person.
    pub id: Id,
    /// The field.
    pub field: Field,
    /// The source whose value lost.
    pub source: Text,
    /// Its value; a list is joined with `, `.
    pub value: Text,
    /// The source whose value won.
    pub winner: Text,
}

/// Something in the ledger, and since when it has been there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since<T> {
    /// What it is.
    pub what: T,
    /// The first run that found it.
    pub since: Timestamp,
}
