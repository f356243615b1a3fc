//! Remarks about data, with what to do about them; a run goes on.

use std::{fmt, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod code;

pub use code::{Code, UnknownCode};

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
    /// Someone should look at it; the code is one of warnings.
    pub fn warning(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        debug_assert_eq!(code.severity(), Severity::Warning, "{code}");
        Self::new(code, message, help)
    }

    /// Good to know; the code is one of notes.
    pub fn note(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        debug_assert_eq!(code.severity(), Severity::Note, "{code}");
        Self::new(code, message, help)
    }

    /// As much a warning or a note as its code is.
    pub fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { code, severity: code.severity(), message, help, keys: Vec::new(), at: None }
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
