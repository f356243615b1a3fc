//! Where a rule puts people.

use crate::{directory::Text, mapping::ExpressionError};

/// The place of a rule: a path in which `{{ }}` stands for a person's values, `/{{ site }}/Sales`.
#[derive(Debug, Clone)]
pub struct Template {
    source: Text,
}

impl Template {
    /// Compiles a template over [`Scope::Person`](crate::mapping::Scope).
    ///
    /// # Errors
    ///
    /// All that is wrong with it, with places in `source`; never empty.
    pub fn compile(source: &str) -> Result<Self, Vec<ExpressionError>> {
        Ok(Self { source: source.into() })
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }
}
