//! The small language of `fields`, `keep` and `when`.

use std::{collections::BTreeSet, ops::Range};

use crate::{directory::Text, finding::Position, source::Vocabulary};

/// What the names in an expression stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The attributes of a source's records: in `fields` and `keep`.
    Attributes,
    /// Our fields but for `path`, which is not known yet: in the rules of `groups`.
    Person,
    /// Our fields with `path`: in `collections`.
    PlacedPerson,
}

/// An expression over a source's attributes or over our fields, compiled once.
#[derive(Debug, Clone)]
pub struct Expression {
    source: Text,
    names: BTreeSet<Text>,
    at: Option<Position>,
    default: bool,
}

/// Why a text is no expression, or not one that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// Where in the expression's text, in bytes.
    pub range: Range<usize>,
}

impl Expression {
    /// Compiles an expression. In the scopes of people, unknown names are errors here already.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the place in `source`.
    pub fn compile(source: &str, scope: Scope) -> Result<Self, ExpressionError> {
        let _ = scope;
        Ok(Self { source: source.into(), names: BTreeSet::new(), at: None, default: false })
    }

    /// The same expression, knowing where in the manifest it stands, for messages.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.at = Some(position);
        self
    }

    /// The same expression as one that nobody wrote: a kind's default. A name that the source's
    /// listing lacks is then an absent value and no error.
    #[must_use]
    pub fn default_of_kind(mut self) -> Self {
        self.default = true;
        self
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The attributes or fields that it uses, exactly.
    pub fn names(&self) -> &BTreeSet<Text> {
        &self.names
    }

    /// The names that are not known, each place one error, with the nearest known name as help.
    pub fn check(&self, known: &Vocabulary) -> Vec<ExpressionError> {
        let _ = known;
        Vec::new()
    }
}
