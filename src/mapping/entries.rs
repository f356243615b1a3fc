//! A listing to people.

use crate::{
    directory::{Field, Id, Person, Text},
    finding::{Finding, Position},
    source::Listing,
};

use super::Expression;

/// How the records of one source become people.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The source's name in the manifest.
    pub source: Text,
    /// The number space of its extensions.
    pub pbx: Text,
    /// What fills each field, each field once.
    pub fields: Vec<(Field, Expression)>,
    /// Gives `active` or `disabled`; without it everyone is active.
    pub status: Option<Expression>,
    /// Whom the directory takes; without it everyone.
    pub keep: Option<(Expression, Position)>,
}

/// What became of a listing: every record is in exactly one of the lists, but for those without a
/// key, which are only findings.
#[derive(Debug, Clone, Default)]
pub struct Mapped {
    /// Sorted by id, each id once.
    pub people: Vec<Draft>,
    /// Seen but unusable, so left as they are; sorted.
    pub held_back: Vec<Id>,
    /// Whom `keep` leaves out, with what shows it; sorted.
    pub out_of_scope: Vec<(Id, Text)>,
    /// Sorted.
    pub findings: Vec<Finding>,
}

/// A person as one source has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Always active; the path only holds a place until grouping.
    pub person: Person,
    /// What shows that the source disabled the account, where it did.
    pub source_disabled: Option<Text>,
}

/// Why a listing can't be mapped at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MappingError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// The expression's place in the manifest, where it has one.
    pub at: Option<Position>,
}

impl Mapping {
    /// The attributes that the expressions use, sorted, each once.
    pub fn attributes(&self) -> Vec<Text> {
        Vec::new()
    }
}

/// Makes people of records, and frees the records as it goes.
///
/// # Errors
///
/// [`MappingError`] where an expression uses an attribute that the listing lacks, or `status`
/// gives something else than `active` or `disabled`.
pub fn entries(listing: Listing, mapping: &Mapping) -> Result<Mapped, MappingError> {
    let _ = (listing, mapping);
    Ok(Mapped::default())
}
