//! Telephone numbers in the form that is the same everywhere: E.164.

use std::{
    cell::RefCell,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use crate::directory::Text;

/// Longer texts are no telephone numbers; they are not looked at.
const MAX_LEN: usize = 250;

/// How many answers each thread remembers: the switchboard's number is on everyone's record.
const REMEMBERED: usize = 1024;

struct Answer {
    country: Country,
    text: Text,
    number: Option<Text>,
}

/// A country whose numbers are known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

impl Country {
    /// The country of a two-letter code (ISO 3166), where numbers of it are known.
    pub fn parse(code: &str) -> Option<Self> {
        let region = Region::from_code(code).ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| Self(region))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_region_str().as_str())
    }
}

thread_local! {
    static ANSWERS: RefCell<Vec<Option<Answer>>> = const { RefCell::new(Vec::new()) };
}

/// A telephone number as E.164 (`+442079460123`), read as one dials it in that country, where it is
/// a valid one. An extension after the number is left out.
pub(super) fn valid(text: &str, country: Country) -> Option<Text> {
    if text.len() > MAX_LEN {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    (text, country.0.as_region_str().as_str()).hash(&mut hasher);
    let slot = (hasher.finish() % REMEMBERED as u64) as usize;
    ANSWERS.with_borrow_mut(|answers| {
        if answers.is_empty() {
            answers.resize_with(REMEMBERED, || None);
        }
        if let Some(answer) = &answers[slot]
            && answer.text == text
            && answer.country == country
        {
            return answer.number.clone();
        }
        let number = work_out(text, country);
        answers[slot] = Some(Answer { country, text: text.into(), number: number.clone() });
        number
    })
}

fn work_out(text: &str, country: Country) -> Option<Text> {
    let number = PHONE_NUMBER_UTIL.parse(text, Some(country.0)).ok()?;
    let valid = PHONE_NUMBER_UTIL.is_valid_number(&number);
    valid.then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).as_ref().into())
}

/// A text read as a telephone number, valid or not: in E.164, and the extension that stands after
/// it. Without a country it has to begin with a `+`.
pub(super) fn read(text: &str, country: Option<Country>) -> Option<(Text, Option<Text>)> {
    if text.len() > MAX_LEN {
        return None;
    }
    // Written so already, as most are that a system gives: nothing needs to be known of countries.
    if let Some(rest) = text.trim().strip_prefix('+')
        && rest.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.'))
    {
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        return (!digits.is_empty()).then(|| (format!("+{digits}").into(), None));
    }
    let number = PHONE_NUMBER_UTIL.parse(text, country.map(|country| country.0)).ok()?;
    let written = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).as_ref().into();
    Some((written, number.extension.map(Text::from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(text: &str, country: Region) -> Text {
        valid(text, Country(country)).unwrap_or_else(|| text.into())
    }

    #[test]
    fn a_valid_number_becomes_the_same_everywhere() {
        for (text, number) in [
            ("020 7946 0123", "+442079460123"),
            ("+44 (0)20 7946 0123", "+442079460123"),
            ("0044 20 7946 0123", "+442079460123"),
            ("tel:+442079460123;ext=4021", "+442079460123"),
            ("٠٢٠ ٧٩٤٦ ٠١٢٣", "+442079460123"),
            ("+39 06 698 12345", "+390669812345"),
        ] {
            assert_eq!(e164(text, Region::GB), number);
            assert_eq!(e164(text, Region::GB), number, "remembered");
        }
    }

    #[test]
    fn what_is_no_valid_number_stays_as_it_is() {
        for text in ["4021", "x4021", "999", "TBC", "*61#", "020 7946 0123 (Reception)/2", "\0", ""]
        {
            assert_eq!(e164(text, Region::GB), text);
        }
        let long = "0".repeat(10_000);
        assert_eq!(e164(&long, Region::GB), long);
    }

    #[test]
    fn the_country_decides_how_a_number_is_read() {
        assert_eq!(e164("030 901820", Region::DE), "+4930901820");
        assert_ne!(e164("030 901820", Region::GB), "+4930901820");
        assert!(Country::parse("GB").is_some());
        for code in ["UK", "gbr", ""] {
            assert_eq!(Country::parse(code), None);
        }
    }
}
