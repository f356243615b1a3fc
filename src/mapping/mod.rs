//! Records to entries: what a source says in its own words, said in ours.

mod entries;
mod expression;

pub use entries::{Draft, Mapped, Mapping, MappingError, entries};
pub use expression::{Expression, ExpressionError, Scope};
