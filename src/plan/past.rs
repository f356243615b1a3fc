//! What earlier runs did, as far as a plan is held against it.

use jiff::Timestamp;

use super::Edit;
use crate::directory::{Extension, Id, Text};

/// The past of a directory: its last runs, newest first, and the numbers that became free lately.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The runs that changed something, newest first; as many as anybody asks about.
    pub runs: Vec<Run>,
    /// Numbers that somebody gave up or took along when they left, sorted by pbx and number.
    pub released: Vec<Released>,
    /// What people changed by hand since the last run, by kind of entry, id and field; nearly
    /// always nothing.
    pub edits: Vec<Edit>,
}

/// One run that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it was made.
    pub when: Timestamp,
    /// What it read, in name order.
    pub sources: Vec<Reading>,
    /// How many entries it changed in which way, each way once: `people.disable`, `groups.add`.
    pub counts: Vec<(Text, u64)>,
}

/// How a source was read in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The source's name.
    pub name: Text,
    /// How many records it had.
    pub records: u64,
    /// How many people `keep` left of them, where the run said so.
    pub kept: Option<u64>,
    /// Whether the listing was complete.
    pub complete: bool,
}

/// A number that is nobody's any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Its number space.
    pub pbx: Text,
    /// The number.
    pub number: Extension,
    /// Who had it last.
    pub person: Id,
    /// Until when.
    pub until: Timestamp,
}
