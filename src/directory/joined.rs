//! Which records of sources stand for a person.

use std::fmt;

use super::{BadId, Id, Text};

/// A record of a source that stands for a person, and the rule that joined it to them.
///
/// Written `phones/8c1f by email`; the rule is one word, and `first` where the record brought the
/// person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Joined {
    /// The source and its key of the record.
    pub record: Id,
    /// `employee_id`, `email`, `extension`, `table`, what the manifest calls a rule, or
    /// [`Joined::FIRST`].
    pub by: Text,
}

/// A text that is no [`Joined`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJoined {
    /// It doesn't end in ` by ` and one word.
    #[error("`{0}` is not written `source/key by rule`")]
    Rule(Text),
    /// What comes before is no id.
    #[error(transparent)]
    Id(#[from] BadId),
}

impl Joined {
    /// The rule of the record that brought the person.
    pub const FIRST: &'static str = "first";

    /// The record that brought the person.
    pub fn first(record: Id) -> Self {
        Self { record, by: Text::new_static(Self::FIRST) }
    }

    /// Reads `phones/8c1f by email`.
    ///
    /// # Errors
    ///
    /// [`BadJoined`] where it is written otherwise.
    pub fn parse(text: &str) -> Result<Self, BadJoined> {
        let word = |by: &&str| {
            !by.is_empty()
                && by.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        match text.rsplit_once(" by ") {
            Some((record, by)) if word(&by) => {
                Ok(Self { record: Id::parse(record)?, by: by.into() })
            }
            _ => Err(BadJoined::Rule(text.into())),
        }
    }
}

impl fmt::Display for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} by {}", self.record, self.by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_it_is_written() {
        for text in ["phones/8c1f by email", "a/b by x by table", "staff/7 by first"] {
            assert_eq!(Joined::parse(text).unwrap().to_string(), text);
        }
        for text in ["phones/8c1f", "phones/8c1f by ", "phones by email", "a/b by two words"] {
            assert!(Joined::parse(text).is_err(), "{text}");
        }
    }
}
