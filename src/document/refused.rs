//! What is wrong with a text, where, and what to do about it.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::Span;

/// Why a text can't be read, or doesn't fit what it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// A lower-case phrase; never with the value of a setting in it.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb; may be empty.
    pub help: String,
    /// The innermost value that is at fault.
    pub at: Option<Span>,
}

impl Fault {
    /// A fault of the value there.
    pub fn new(message: impl Into<String>, help: impl Into<String>, at: &Span) -> Self {
        Self { message: message.into(), help: help.into(), at: Some(at.clone()) }
    }

    /// The same, and of the value there unless a place within it is known.
    pub(super) fn or_at(mut self, at: &Span) -> Self {
        self.at.get_or_insert_with(|| at.clone());
        self
    }

    /// The same of a value that came from a reference and may be secret: what the message quotes of
    /// it is left out, or the message as a whole where it can't be told apart.
    pub(super) fn without(self, value: &str, at: &Span) -> Self {
        let value = value.to_lowercase();
        let has = |part: &str| {
            let part = part.to_lowercase();
            value.contains(&part) || part.contains(&value)
        };
        let (mut said, mut bare) = (String::new(), String::new());
        for (nth, part) in self.message.split('`').enumerate() {
            match nth % 2 {
                0 => bare.push_str(part),
                _ => said.push('`'),
            }
            said.push_str(if nth % 2 == 1 && has(part) { "…" } else { part });
            if nth % 2 == 1 {
                said.push('`');
            }
        }
        let mut message = "what this reference stands for doesn't fit here".to_owned();
        if !bare.to_lowercase().contains(&value) {
            message.push_str(&format!(": {said}"));
        }
        Self::new(message, "correct the value that it refers to", at)
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), help: String::new(), at: None }
    }

    fn invalid_type(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let expected = wanted(expected);
        Self {
            message: format!("{} stands where {expected} is meant", described(&given)),
            help: format!("write {expected} here"),
            at: None,
        }
    }

    fn invalid_value(given: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(given, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self {
            message: format!("{length} values stand where {expected} is meant"),
            help: format!("write {expected} here"),
            at: None,
        }
    }

    fn unknown_variant(given: &str, expected: &'static [&'static str]) -> Self {
        Self {
            message: format!("`{given}` is not known here"),
            help: suggestion(given, expected.iter().copied()),
            at: None,
        }
    }

    fn unknown_field(given: &str, expected: &'static [&'static str]) -> Self {
        Self {
            message: format!("unknown key `{given}`"),
            help: suggestion(given, expected.iter().copied()),
            at: None,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            message: format!("key `{field}` is missing"),
            help: format!("add `{field}:`"),
            at: None,
        }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self {
            message: format!("key `{field}` is given twice"),
            help: "remove one of the two".into(),
            at: None,
        }
    }
}

/// What was given, in words and without what is in it, which may be secret.
fn described(given: &Unexpected<'_>) -> &'static str {
    match given {
        Unexpected::Bool(_) => "a flag",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a mapping",
        _ => "a text",
    }
}

/// Serde's words for what is expected, in ours.
fn wanted(expected: &dyn Expected) -> String {
    let words = expected.to_string();
    match words.as_str() {
        "a string" | "path string" => "a text".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list".into(),
        "a map" => "a mapping".into(),
        "u8" => "a whole number from 0 to 255".into(),
        "u16" => "a whole number from 0 to 65535".into(),
        "u32" | "u64" | "usize" => "a whole number from 0".into(),
        "i8" | "i16" | "i32" | "i64" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        _ if words.starts_with("struct ") => "a mapping".into(),
        _ => words,
    }
}

/// The known word that was probably meant, or all of them: "write `x`", "use one of `x`, `y`".
pub fn suggestion<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(given, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<String> = known.map(|word| format!("`{word}`")).collect();
    match all.as_slice() {
        [] => "remove it: nothing is known here".into(),
        [only] => format!("use {only}, the only one that is known here"),
        _ => format!("use one of {}", all.join(", ")),
    }
}

/// The known word that is so near to what was given that it was probably meant.
pub fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = given.to_lowercase().replace(['-', ' '], "_");
    known
        .map(|word| {
            (strsim::jaro_winkler(&folded, &word.to_lowercase().replace(['-', ' '], "_")), word)
        })
        .filter(|(likeness, _)| *likeness > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hidden_value_only_what_is_wrong_with_it_is_told() {
        let at = super::super::parse("x: y", &"x.yaml".into()).expect("YAML").at;
        let said = |message: &str, value: &str| {
            let fault = Fault { message: message.into(), help: String::new(), at: None };
            fault.without(value, &at).message
        };
        let begin = "what this reference stands for doesn't fit here";
        assert_eq!(
            said("`dc1.corp` is not an address: relative URL without a base", "dc1.corp"),
            format!("{begin}: `…` is not an address: relative URL without a base")
        );
        assert_eq!(
            said("`hunter2://` is not for a directory: write `ldaps://HOST`", "Hunter2://x"),
            format!("{begin}: `…` is not for a directory: write `ldaps://HOST`")
        );
        assert_eq!(said("hunter2 is no number", "hunter2"), begin);
        assert_eq!(said("a text is no number", "a"), begin);
    }
}
