//! Numbers as a switch keeps them, beside the extensions that people have.

use std::fmt;

use super::Text;

/// A directory number: digits, or a pattern that stands for several, in its partition.
///
/// The same digits in two partitions are two numbers. Not an [`Extension`](super::Extension): a hunt
/// pilot may be `4[0-5]XX`. Written `4021 in Internal`, or `4021` where the switch has no
/// partitions or the number is in none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DirectoryNumber {
    /// What is dialled; without white space, never empty.
    pub number: Text,
    /// The partition's name.
    pub partition: Option<Text>,
}

/// A directory number at its place on a device.
///
/// Written `2: 4021 in Internal`, and `2 (shared): 4021 in Internal`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// Which button it is, from 1.
    pub position: u16,
    /// What it is reached by.
    pub number: DirectoryNumber,
    /// Whether devices of more than one person have this number.
    pub shared: bool,
}

/// A text that is no [`DirectoryNumber`] or [`Line`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// There is nothing to dial.
    #[error("there is no number in `{0}`")]
    Empty(Text),
    /// It doesn't start with a position and `: `.
    #[error("`{0}` is no line: it is written `1: 4021 in Internal`")]
    Position(Text),
}

impl DirectoryNumber {
    /// A number in a partition; white space in the number is dropped, an empty partition is none.
    ///
    /// # Errors
    ///
    /// [`BadNumber::Empty`] where nothing is left of the number.
    pub fn new(number: &str, partition: Option<&str>) -> Result<Self, BadNumber> {
        let dialled: Text = number.chars().filter(|c| !c.is_whitespace()).collect();
        if dialled.is_empty() {
            return Err(BadNumber::Empty(number.into()));
        }
        let partition = partition.filter(|name| !name.is_empty()).map(Text::from);
        Ok(Self { number: dialled, partition })
    }

    /// Reads `4021 in Internal`.
    ///
    /// # Errors
    ///
    /// As [`DirectoryNumber::new`].
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        match text.split_once(" in ") {
            Some((number, partition)) => Self::new(number, Some(partition)),
            None => Self::new(text, None),
        }
    }
}

impl Line {
    /// Reads `2 (shared): 4021 in Internal`.
    ///
    /// # Errors
    ///
    /// [`BadNumber`] says what is missing.
    pub fn parse(text: &str) -> Result<Self, BadNumber> {
        let bad = || BadNumber::Position(text.into());
        let (position, number) = text.split_once(": ").ok_or_else(bad)?;
        let (position, shared) = match position.strip_suffix(" (shared)") {
            Some(position) => (position, true),
            None => (position, false),
        };
        let position = position.parse().map_err(|_| bad())?;
        Ok(Self { position, number: DirectoryNumber::parse(number)?, shared })
    }
}

impl fmt::Display for DirectoryNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.partition {
            Some(partition) => write!(f, "{} in {partition}", self.number),
            None => f.write_str(&self.number),
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = if self.shared { " (shared)" } else { "" };
        write!(f, "{}{shared}: {}", self.position, self.number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_reads_as_it_is_written() {
        for text in ["1: 4021", "2: 4021 in Internal", "10 (shared): 4[0-5]XX in PT in Leeds"] {
            assert_eq!(Line::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "4021", "x: 4021", "1: ", "-1: 4021", "1:4021"] {
            assert!(Line::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_partition_can_look_like_something_else(
            position: u16, number in "[0-9X+*#\\[\\]-]{1,8}", partition: Option<String>, shared: bool
        ) {
            let number = DirectoryNumber::new(&number, partition.as_deref()).unwrap();
            let line = Line { position, number, shared };
            prop_assert_eq!(Line::parse(&line.to_string()).unwrap(), line);
        }
    }
}
