//! Records to entries: what a source says in its own words, said in ours.

mod cells;
mod dialled;
mod draft;
mod entries;
mod expression;
mod filling;
mod functions;
#[cfg(test)]
mod language;
mod names;
mod record;
mod steps;
mod syntax;
mod tidy;
mod trace;
mod written;

pub use draft::{Draft, Flags, Standing};
pub use entries::{Mapped, Mapping, MappingError, entries};
pub use expression::{Expression, ExpressionError, Scope};
pub use steps::{Step, StepKind};
pub use trace::{Became, Filled, Told, Trace, trace};

pub(crate) use cells::{Columns, Row};
pub(crate) use names::nearest;
pub(crate) use record::NOWHERE;
