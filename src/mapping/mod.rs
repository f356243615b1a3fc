//! Records to entries: what a source says in its own words, said in ours.

mod cells;
mod draft;
mod entries;
mod expression;
mod filling;
mod functions;
#[cfg(test)]
mod language;
mod names;
mod phone;
mod record;
mod syntax;
mod tidy;

pub use draft::{Draft, Flags};
pub use entries::{Mapped, Mapping, MappingError, entries};
pub use expression::{Expression, ExpressionError, Scope};

pub(crate) use cells::{Columns, Row};
pub(crate) use names::nearest;
pub(crate) use record::NOWHERE;
