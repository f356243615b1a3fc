//! Remarks about data, with what to do about them; a run goes on.

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::directory::{Id, Text};

/// A remark about data that does not stop the run: a duplicate extension, a record skipped.
///
/// Findings are sorted by code and message, so that equal input gives equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind of remark.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, lower-case, without a full stop, with `backticks` round data.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// The entries that it is about, sorted; may be none.
    pub keys: Vec<Id>,
    /// The place in the manifest that it is about: `rollbook.yaml:31:12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Text>,
}

impl Finding {
    /// Someone should look at it.
    pub fn warning(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code, severity: Severity::Warning, message, help, keys: Vec::new(), at: None }
    }

    /// Good to know.
    pub fn note(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::warning(code, message, help) }
    }

    /// The same, about these entries.
    #[must_use]
    pub fn about(mut self, keys: impl IntoIterator<Item = Id>) -> Self {
        self.keys = keys.into_iter().collect();
        self.keys.sort();
        self.keys.dedup();
        self
    }

    /// The same, about this place of the manifest.
    #[must_use]
    pub fn at(mut self, at: &Position) -> Self {
        self.at = Some(at.clone().into());
        self
    }
}

/// How much a [`Finding`] matters.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Someone should look at it.
    Warning,
    /// Good to know.
    Note,
}

/// What kind of remark a [`Finding`] is; the words are stable.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Two active people of one pbx have the same extension.
    DuplicateExtension,
    /// Several records of one listing have the same key; none of them is used.
    DuplicateKey,
    /// A disabled account of a person that the directory never had.
    DisabledAtSource,
    /// A field that a person changed in the directory by hand, and that the plan changes back.
    HandEdit,
    /// A listing that calls itself complete and is far smaller than the last one.
    DoubtfulListing,
    /// A listing that does not prove who is absent.
    IncompleteListing,
    /// A person without a name; something else stands in.
    NoName,
    /// A person without an extension.
    NoExtension,
    /// A value that is no extension where one belongs.
    NotAnExtension,
    /// A record that `keep` leaves out.
    NotKept,
    /// A field that the sources give another value at the next run, after a way back.
    OverwrittenAgain,
    /// A pin whose last day is over.
    PinEnded,
    /// A pin that ends within two weeks.
    PinEnds,
    /// A pin of what the sources say anyway.
    PinNeedless,
    /// Two pins of one field of one person; the first counts.
    PinTwice,
    /// A pin of nobody, or of several people.
    PinUnknown,
    /// People of a source that the manifest no longer declares.
    SourceNotDeclared,
    /// A listing whose data is far older than that of another source.
    StaleListing,
    /// A record that could not be read; it is left as it was.
    UnusableRecord,
}

impl Code {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DuplicateExtension => "duplicate-extension",
            Self::DuplicateKey => "duplicate-key",
            Self::DisabledAtSource => "disabled-at-source",
            Self::HandEdit => "hand-edit",
            Self::DoubtfulListing => "doubtful-listing",
            Self::IncompleteListing => "incomplete-listing",
            Self::NoName => "no-name",
            Self::NoExtension => "no-extension",
            Self::NotAnExtension => "not-an-extension",
            Self::NotKept => "not-kept",
            Self::OverwrittenAgain => "overwritten-again",
            Self::PinEnded => "pin-ended",
            Self::PinEnds => "pin-ends",
            Self::PinNeedless => "pin-needless",
            Self::PinTwice => "pin-twice",
            Self::PinUnknown => "pin-unknown",
            Self::SourceNotDeclared => "source-not-declared",
            Self::StaleListing => "stale-listing",
            Self::UnusableRecord => "unusable-record",
        }
    }

    /// Whether the record that it is about is not used: such records stand in the ledger.
    pub fn skips(self) -> bool {
        match self {
            Self::DuplicateKey | Self::DisabledAtSource | Self::NotKept | Self::UnusableRecord => {
                true
            }
            Self::DuplicateExtension
            | Self::DoubtfulListing
            | Self::IncompleteListing
            | Self::StaleListing
            | Self::NoName
            | Self::NoExtension
            | Self::NotAnExtension
            | Self::HandEdit
            | Self::OverwrittenAgain
            | Self::PinEnded
            | Self::PinEnds
            | Self::PinNeedless
            | Self::PinTwice
            | Self::PinUnknown
            | Self::SourceNotDeclared => false,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a file that a person wrote, as editors count: `rollbook.yaml:31:12`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file as the user named it, or from the manifest's folder.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl From<Position> for Text {
    fn from(position: Position) -> Self {
        smol_str::format_smolstr!("{position}")
    }
}
