//! A run of extensions of one length: `4000-4999`.

use std::fmt;

use crate::directory::{Extension, Text};

/// The digits that an extension of a range has at most.
const MOST_DIGITS: usize = 18;

/// Extensions from one to another, of one length: `4000-4999`, `0400-0499`, `+442079460100-+442079460199`
/// or one alone, `4000`.
///
/// What people dial is text: `042` is in `040-049` and not in `40-49`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// A `+` in front, where the dial plan is built on E.164.
    pub(super) plus: bool,
    /// How many digits each has.
    pub(super) width: u8,
    /// The first, as a number.
    pub(super) first: u64,
    /// The last, as a number; not before the first.
    pub(super) last: u64,
}

/// Why a text is no [`Block`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBlock {
    /// One of its ends is no number.
    #[error("`{0}` is no extension of a range")]
    End(Text),
    /// The ends are of two lengths.
    #[error("`{0}` has {from} digits and `{1}` has {to}", from = digits(.0), to = digits(.1))]
    Lengths(Text, Text),
    /// The first comes after the last.
    #[error("`{0}` comes after `{1}`")]
    Backwards(Text, Text),
}

fn digits(text: &str) -> usize {
    text.trim_start_matches('+').len()
}

impl NoBlock {
    /// What to do about it, a sentence that starts with a verb.
    pub fn help(&self) -> &'static str {
        match self {
            Self::End(_) => "write `4000-4999`, or one extension, in digits; at most 18 of them",
            Self::Lengths(..) => "write a range for each length: `042` is not `42`",
            Self::Backwards(..) => "write the smaller number first",
        }
    }
}

impl Block {
    /// Reads `4000-4999` or `4000`.
    ///
    /// # Errors
    ///
    /// [`NoBlock`] names the end that is wrong.
    pub fn parse(text: &str) -> Result<Self, NoBlock> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (from.trim(), to.trim());
        let end = |text: &str| key(text).ok_or_else(|| NoBlock::End(text.into()));
        let (first, last) = (end(from)?, end(to)?);
        if (first.0, first.1) != (last.0, last.1) {
            return Err(NoBlock::Lengths(from.into(), to.into()));
        }
        if first.2 > last.2 {
            return Err(NoBlock::Backwards(from.into(), to.into()));
        }
        Ok(Self { plus: first.0, width: first.1, first: first.2, last: last.2 })
    }

    /// Whether an extension is one of them.
    pub fn has(&self, extension: &Extension) -> bool {
        key(extension.as_str()).is_some_and(|(plus, width, value)| {
            (plus, width) == (self.plus, self.width) && (self.first..=self.last).contains(&value)
        })
    }

    /// Whether some extension is in both.
    pub fn meets(&self, other: &Self) -> bool {
        (self.plus, self.width) == (other.plus, other.width)
            && self.first <= other.last
            && other.first <= self.last
    }

    /// The extension of that value, which is one of its own.
    pub(super) fn extension(&self, value: u64) -> Option<Extension> {
        let plus = if self.plus { "+" } else { "" };
        let width = usize::from(self.width);
        Extension::parse(&format!("{plus}{value:0width$}")).ok()
    }
}

/// Whether there is a `+`, how many digits, and which number they make.
pub(super) fn key(text: &str) -> Option<(bool, u8, u64)> {
    let (plus, digits) = match text.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.len() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // No digits are no number, which is what parsing says too.
    Some((plus, u8::try_from(digits.len()).ok()?, digits.parse().ok()?))
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.plus { "+" } else { "" };
        let width = usize::from(self.width);
        write!(f, "{plus}{:0width$}", self.first)?;
        if self.first == self.last {
            return Ok(());
        }
        write!(f, "-{plus}{:0width$}", self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_reads_as_it_is_written() {
        for text in ["4000-4999", "0400-0499", "4000", "042", "+442079460100-+442079460199"] {
            assert_eq!(Block::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Block::parse(" 4000 - 4999 ").unwrap().to_string(), "4000-4999");
        assert_eq!(Block::parse("4000-4000").unwrap().to_string(), "4000");
    }

    #[test]
    fn what_is_no_range_says_why() {
        for (text, why) in [
            ("", "`` is no extension of a range"),
            ("4000-", "`` is no extension of a range"),
            ("40xx", "`40xx` is no extension of a range"),
            ("*61", "`*61` is no extension of a range"),
            ("1-2-3", "`2-3` is no extension of a range"),
            ("0-9999999999999999999", "`9999999999999999999` is no extension of a range"),
            ("42-0042", "`42` has 2 digits and `0042` has 4"),
            ("+42-43", "`+42` has 2 digits and `43` has 2"),
            ("4999-4000", "`4999` comes after `4000`"),
        ] {
            assert_eq!(Block::parse(text).unwrap_err().to_string(), why, "{text}");
        }
    }

    #[test]
    fn leading_zeros_count() {
        let block = Block::parse("040-049").unwrap();
        let has = |text: &str| block.has(&Extension::parse(text).unwrap());
        assert!(has("042") && !has("42") && !has("0042") && !has("+042") && !has("*61"));
        assert!(!block.meets(&Block::parse("40-49").unwrap()));
        assert!(block.meets(&Block::parse("049-060").unwrap()));
    }
}
