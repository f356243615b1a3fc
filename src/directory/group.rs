//! The tree in which entries stand.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Status, Text};

/// A place in the tree, from the top: `/London/Sales`.
///
/// Segments are any text but `/`, without white space or control characters at their ends, never
/// empty, never `.` or `..`. The tree has no depth limit. `/` alone, the top, is no place for an
/// entry and is refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct GroupPath(Text);

/// A text that is no [`GroupPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// Doesn't start at the top.
    #[error("{0:?} does not start with `/`")]
    Relative(Text),
    /// Two slashes in a row, a slash at the end, or nothing but one.
    #[error("{0:?} has a group without a name")]
    Nameless(Text),
    /// `.` and `..` mean something else in every tree.
    #[error("{0:?} has a group named `.` or `..`")]
    Dots(Text),
}

impl GroupPath {
    /// Reads a path; white space round each group's name is dropped.
    ///
    /// # Errors
    ///
    /// [`BadPath`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let Some(rest) = text.trim().strip_prefix('/') else {
            return Err(BadPath::Relative(text.into()));
        };
        let mut path = String::with_capacity(text.len());
        for name in rest.split('/') {
            match name.trim_matches(|c: char| c.is_whitespace() || c.is_control()) {
                "" => return Err(BadPath::Nameless(text.into())),
                "." | ".." => return Err(BadPath::Dots(text.into())),
                name => {
                    path.push('/');
                    path.push_str(name);
                }
            }
        }
        Ok(Self(path.into()))
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names from the top down; at least one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').skip(1)
    }

    /// The last name: what the group is called.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The group in which this one stands, or none at the top.
    pub fn parent(&self) -> Option<Self> {
        let (parent, _) = self.0.rsplit_once('/')?;
        (!parent.is_empty()).then(|| Self(parent.into()))
    }
}

impl fmt::Display for GroupPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<Text> for GroupPath {
    type Error = BadPath;

    fn try_from(text: Text) -> Result<Self, BadPath> {
        Self::parse(&text)
    }
}

impl From<GroupPath> for Text {
    fn from(path: GroupPath) -> Self {
        path.0
    }
}

/// A place in the tree that the directory has, or once had.
///
/// A group in which nobody stands any more is disabled and stays, as a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Where it is.
    pub path: GroupPath,
    /// Active while an entry stands in it or beneath it.
    pub status: Status,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_names_from_the_top() {
        let path = GroupPath::parse("/London / Sales").unwrap();
        assert_eq!(path.as_str(), "/London/Sales");
        assert_eq!(path.names().collect::<Vec<_>>(), ["London", "Sales"]);
        assert_eq!(path.name(), "Sales");
        assert_eq!(path.parent().unwrap().as_str(), "/London");
        assert_eq!(path.parent().unwrap().parent(), None);
    }

    #[test]
    fn what_is_no_place_is_refused() {
        assert!(matches!(GroupPath::parse("London"), Err(BadPath::Relative(_))));
        for text in ["/", "//", "/London/", "/London//Sales", "/ /Sales", "/\u{7}"] {
            assert!(matches!(GroupPath::parse(text), Err(BadPath::Nameless(_))), "{text:?}");
        }
        assert!(matches!(GroupPath::parse("/London/../etc"), Err(BadPath::Dots(_))));
    }
}
