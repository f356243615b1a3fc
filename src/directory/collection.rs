//! Named sets across the tree.

use super::{Id, Status, Text};

/// A named set of references across the tree (all Sales teams): nobody is counted twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// What the manifest calls it: lower-case letters, digits and `-`.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule that chooses its members, as the manifest has it.
    pub rule: Text,
    /// The active people in it, sorted by id.
    pub members: Vec<Id>,
    /// Disabled once the manifest no longer names it.
    pub status: Status,
}
