//! What an entry is called for life.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Text;

/// The identity of an entry: `source/immutable-id` of the source that first brought it.
///
/// `staff/6f1c2e7a-…` is the person whom source `staff` knows by that objectGUID. A rename, a new
/// extension or a move never changes it. The first `/` ends the source's name; what follows is the
/// source's own key, any text that isn't empty.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "Text", into = "Text")]
pub struct Id(Text);

/// A text that is no [`Id`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: it is written `source/key`")]
pub struct BadId(pub Text);

impl Id {
    /// Joins a source's name and the key by which that source knows the entry.
    pub fn new(source: &str, key: &str) -> Self {
        let mut joined = String::with_capacity(source.len() + 1 + key.len());
        joined.push_str(source);
        joined.push('/');
        joined.push_str(key);
        Self(joined.into())
    }

    /// Reads an id.
    ///
    /// # Errors
    ///
    /// [`BadId`] where there is no `/`, or nothing before or after it.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        match text.split_once('/') {
            Some((source, key)) if !source.is_empty() && !key.is_empty() => Ok(Self(text.into())),
            _ => Err(BadId(text.into())),
        }
    }

    /// The whole id, `source/key`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The source that first brought the entry.
    pub fn source(&self) -> &str {
        self.0.split_once('/').map_or("", |(source, _)| source)
    }

    /// The key by which that source knows it.
    pub fn key(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, key)| key)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<Text> for Id {
    type Error = BadId;

    fn try_from(text: Text) -> Result<Self, BadId> {
        Self::parse(&text)
    }
}

impl From<Id> for Text {
    fn from(id: Id) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_slash_ends_the_source() {
        let id = Id::parse("staff/ou/7").unwrap();
        assert_eq!((id.source(), id.key()), ("staff", "ou/7"));
        assert_eq!(id, Id::new("staff", "ou/7"));
    }

    #[test]
    fn half_an_id_is_refused() {
        for text in ["", "staff", "staff/", "/7"] {
            assert_eq!(Id::parse(text), Err(BadId(text.into())));
        }
    }
}
