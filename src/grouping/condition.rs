//! Whom a rule takes.

use minijinja::value::Value as Seen;

use crate::{
    directory::{Extension, Field, FieldKind, Text, Value},
    mapping::{Expression, ExpressionError, Scope, nearest},
};

/// Whom a rule takes: everyone, or those for whom all that it says holds.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// `when:`
    pub when: Option<Expression>,
    /// `match:`
    pub matches: Vec<Match>,
}

/// One line of `match:`: a field that has one of some values, letter for letter.
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

impl Condition {
    /// The fields that it looks at.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        let when = self.when.iter().flat_map(Expression::names);
        when.filter_map(|name| Field::parse(name)).chain(self.matches.iter().map(|line| line.field))
    }

    /// Whether it takes a person with these values; `get` gives a field's, `root` shows all.
    pub(super) fn holds<'v>(
        &self,
        get: impl Fn(Field) -> Option<&'v Value>,
        root: &Seen,
    ) -> Result<bool, ExpressionError> {
        for line in &self.matches {
            if !get(line.field).is_some_and(|value| line.takes(value)) {
                return Ok(false);
            }
        }
        self.when.as_ref().map_or(Ok(true), |when| when.holds(root))
    }
}

impl Match {
    /// A line of `match:`, from the field's name and the values as they are written; flags are
    /// `true` and `false`. Of a field of several extensions, one has to be among the values.
    ///
    /// # Errors
    ///
    /// [`MatchError`] where there is no such field in that scope, no value, or one that the field
    /// can't have.
    pub fn new(name: &str, values: &[Text], scope: Scope) -> Result<Self, MatchError> {
        let known = scope.fields();
        let Some(field) = Field::parse(name).filter(|field| known.contains(field)) else {
            let known: Vec<_> = known.iter().map(|field| field.name()).collect();
            return Err(MatchError {
                message: format!("`{name}` is not a field here"),
                help: match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("use one of `{}`", known.join("`, `")),
                },
                value: None,
            });
        };
        if values.is_empty() {
            return Err(MatchError {
                message: format!("`{name}` has no values, so that nobody could match"),
                help: "name at least one value, or remove the line".to_owned(),
                value: None,
            });
        }
        let any_of = values.iter().enumerate().map(|(at, text)| {
            possible(field, text).map_err(|(message, help)| MatchError {
                message,
                help: help.to_owned(),
                value: Some(at),
            })
        });
        Ok(Self { field, any_of: any_of.collect::<Result<_, _>>()? })
    }

    /// The field that it looks at.
    pub fn field(&self) -> Field {
        self.field
    }

    /// The values, one of which the field must have.
    pub fn any_of(&self) -> &[Value] {
        &self.any_of
    }

    /// Whether a field of that value has one of them.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match value {
            Value::List(texts) => self
                .any_of
                .iter()
                .any(|one| one.as_text().is_some_and(|one| texts.iter().any(|text| text == one))),
            value => self.any_of.contains(value),
        }
    }
}

/// A written value as the field has it; or why it never has it, and what to do.
fn possible(field: Field, text: &Text) -> Result<Value, (String, &'static str)> {
    match field.kind() {
        FieldKind::Flag => match text.as_str() {
            "true" => Ok(Value::Flag(true)),
            "false" => Ok(Value::Flag(false)),
            _ => Err((format!("`{field}` is never `{text}`"), "write `true` or `false`")),
        },
        FieldKind::Extension | FieldKind::Extensions => {
            Extension::parse(text).map(|extension| Value::Text(extension.into())).map_err(|why| {
                (format!("`{field}` is never `{text}`: {why}"), "write a number as it is dialled")
            })
        }
        FieldKind::Path if !text.starts_with('/') => Err((
            format!("`{field}` is never `{text}`"),
            "write it from the top, as `/London/Sales`",
        )),
        FieldKind::Text | FieldKind::Records | FieldKind::Path => match text.trim() {
            "" => Err((
                format!("`{field}` is never an empty text"),
                "write `when: not …` for those without a value",
            )),
            trimmed if trimmed.len() < text.len() => Err((
                format!("`{field}` never has white space at its ends"),
                "remove the white space",
            )),
            _ => Ok(Value::Text(text.clone())),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, values: &[&str]) -> MatchError {
        let values: Vec<_> = values.iter().map(|value| Text::from(*value)).collect();
        Match::new(name, &values, Scope::Person).unwrap_err()
    }

    #[test]
    fn what_could_never_match_is_refused() {
        assert_eq!(refused("departmnt", &["x"]).help, "did you mean `department`?");
        assert!(refused("path", &["/x"]).message.contains("not a field"));
        assert_eq!(refused("site", &[]).value, None);
        assert_eq!(refused("site", &["London", " Leeds"]).value, Some(1));
        assert_eq!(refused("do_not_log", &["yes"]).help, "write `true` or `false`");
        assert_eq!(refused("extension", &["40XX"]).value, Some(0));
        assert!(Match::new("path", &["London".into()], Scope::PlacedPerson).is_err());
    }

    #[test]
    fn a_line_takes_one_of_its_values_letter_for_letter() {
        let line =
            Match::new("department", &["Sales".into(), "042".into()], Scope::Person).unwrap();
        assert!(line.takes(&Value::Text("Sales".into())));
        assert!(line.takes(&Value::Text("042".into())));
        for other in [Value::None, Value::Text("sales".into()), Value::Text("42".into())] {
            assert!(!line.takes(&other), "{other:?}");
        }
        let line = Match::new("intercoms", &["042".into()], Scope::Person).unwrap();
        assert!(line.takes(&Value::List(vec!["7".into(), "042".into()])));
        assert!(!line.takes(&Value::List(vec!["42".into()])));
        let line = Match::new("do_not_log", &["false".into()], Scope::Person).unwrap();
        assert!(line.takes(&Value::Flag(false)) && !line.takes(&Value::Flag(true)));
    }
}
