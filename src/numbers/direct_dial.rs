//! How extensions relate to the numbers that are dialled from outside: `+44 20 7946 xxxx`.

use std::fmt;

use super::Block;
use crate::directory::Text;

/// The digits of an E.164 number (ITU-T E.164: the country code and all).
const MOST_DIGITS: usize = 15;

/// Direct-dial numbers, in E.164, in which each `x` at the end stands for one of the extension's last
/// digits: with `+44 20 7946 xxxx` extension `4021` is `+442079464021`; with `+44 20 7946 01xx` it is
/// `+442079460121`. Without an `x` it is the number of one extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectDial {
    /// The digits before the `x`, as a number: the first is no zero.
    stem: u64,
    /// How many digits these are.
    width: u8,
    /// How many `x` there are.
    places: u8,
}

/// Why a text is no [`DirectDial`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDirectDial {
    /// It does not begin as a number does that is dialled from anywhere.
    #[error("`{0}` does not begin with `+` and a country's code")]
    Start(Text),
    /// A character that has no place in it.
    #[error("{0:?} has no place in a direct-dial number")]
    Character(char),
    /// Digits after an `x`.
    #[error("digits come after the `x` of `{0}`")]
    AfterX(Text),
    /// More digits than a telephone number has.
    #[error("`{0}` has more than {MOST_DIGITS} digits")]
    Long(Text),
}

impl NoDirectDial {
    /// What to do about it, a sentence that starts with a verb.
    pub fn help(&self) -> &'static str {
        match self {
            Self::AfterX(_) => "put `x` at the end: they are the extension's last digits",
            Self::Start(_) | Self::Character(_) | Self::Long(_) => {
                "write it as it is dialled from abroad, as `+44 20 7946 xxxx`"
            }
        }
    }
}

impl DirectDial {
    /// Reads a pattern; spaces, `-` and `.` in it are only for the eye.
    ///
    /// # Errors
    ///
    /// [`NoDirectDial`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, NoDirectDial> {
        let start = || NoDirectDial::Start(text.into());
        let rest = text.trim().strip_prefix('+').ok_or_else(start)?;
        if !rest.starts_with(|c: char| matches!(c, '1'..='9')) {
            return Err(start());
        }
        let (mut stem, mut width, mut places) = (0_u64, 0_u8, 0_u8);
        for c in rest.chars() {
            match (c, c.to_digit(10)) {
                (_, Some(_)) if places > 0 => return Err(NoDirectDial::AfterX(text.into())),
                (_, Some(digit)) => {
                    width += 1;
                    stem = stem.saturating_mul(10).saturating_add(digit.into());
                }
                ('x' | 'X', None) => places += 1,
                (' ' | '-' | '.', None) => {}
                (c, None) => return Err(NoDirectDial::Character(c)),
            }
            if usize::from(width) + usize::from(places) > MOST_DIGITS {
                return Err(NoDirectDial::Long(text.into()));
            }
        }
        Ok(Self { stem, width, places })
    }

    /// How many of an extension's last digits it takes.
    pub fn places(&self) -> u8 {
        self.places
    }

    /// The number of the extension with that value.
    pub(super) fn number(&self, extension: u64) -> u64 {
        let scale = 10_u64.pow(self.places.into());
        self.stem * scale + extension % scale
    }

    /// The runs of a block in which direct-dial number and extension count up together; none where
    /// several extensions would have one number.
    pub(super) fn runs(&self, block: &Block) -> Option<Vec<Run>> {
        let scale = 10_u64.pow(self.places.into());
        if self.places > block.width || block.last - block.first >= scale {
            return None;
        }
        let mut runs = Vec::new();
        let mut first = block.first;
        while first <= block.last {
            // To where the last digits are all nines.
            let last = block.last.min(first - first % scale + (scale - 1));
            runs.push(Run { first: self.number(first), last: self.number(last), extension: first });
            first = last + 1;
        }
        Some(runs)
    }
}

/// Direct-dial numbers and the extensions that belong to them, both counting up by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u64,
    pub(super) last: u64,
    /// The extension of the first.
    pub(super) extension: u64,
}

impl fmt::Display for DirectDial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}{}", self.stem, "x".repeat(self.places.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_the_last_digits() {
        for (pattern, extension, number) in [
            ("+44 20 7946 xxxx", 4021, 442_079_464_021),
            ("+44 20 7946 01xx", 4021, 442_079_460_121),
            ("+442079464xxx", 4021, 442_079_464_021),
            ("+49 421 218-0", 0, 494_212_180),
            ("+39 06 698 XX", 7, 390_669_807),
        ] {
            assert_eq!(DirectDial::parse(pattern).unwrap().number(extension), number, "{pattern}");
        }
        assert_eq!(DirectDial::parse("+44 20 7946 01xx").unwrap().to_string(), "+4420794601xx");
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for (text, why) in [
            ("", "`` does not begin with `+` and a country's code"),
            ("020 7946 xxxx", "`020 7946 xxxx` does not begin with `+` and a country's code"),
            ("+xxxx", "`+xxxx` does not begin with `+` and a country's code"),
            ("+020", "`+020` does not begin with `+` and a country's code"),
            ("+44 (0)20 xxxx", "'(' has no place in a direct-dial number"),
            ("+44 xx 20", "digits come after the `x` of `+44 xx 20`"),
            ("+442079460123xxxx", "`+442079460123xxxx` has more than 15 digits"),
            ("+44٢", "'٢' has no place in a direct-dial number"),
        ] {
            assert_eq!(DirectDial::parse(text).unwrap_err().to_string(), why, "{text}");
        }
    }

    #[test]
    fn a_block_over_a_round_number_has_two_runs() {
        let pattern = DirectDial::parse("+44 20 7946 01xx").unwrap();
        let runs = |text: &str| pattern.runs(&Block::parse(text).unwrap());
        let told: Vec<_> =
            runs("4050-4149").unwrap().iter().map(|r| (r.first, r.last, r.extension)).collect();
        assert_eq!(
            told,
            [(442_079_460_150, 442_079_460_199, 4050), (442_079_460_100, 442_079_460_149, 4100)]
        );
        assert_eq!(runs("4000-4100"), None, "4000 and 4100 would have one number");
        assert_eq!(runs("4-5"), None, "an extension of one digit has no last two");
    }
}
