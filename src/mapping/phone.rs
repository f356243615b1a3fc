//! Telephone numbers in the form that is the same everywhere: E.164.

use std::{
    cell::RefCell,
    hash::{DefaultHasher, Hash, Hasher},
};

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use crate::directory::Text;

/// Longer texts are no telephone numbers; they are not looked at.
const MAX_LEN: usize = 250;

/// How many answers each thread remembers: the switchboard's number is on everyone's record.
const REMEMBERED: usize = 1024;

struct Answer {
    country: Region,
    text: Text,
    number: Text,
}

thread_local! {
    static ANSWERS: RefCell<Vec<Option<Answer>>> = const { RefCell::new(Vec::new()) };
}

/// The country of a two-letter code, where numbers of it are known.
pub(super) fn country(code: &str) -> Option<Region> {
    let region = Region::from_code(code).ok()?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

/// A telephone number as E.164 (`+442079460123`), read as one dials it in that country; what is no
/// valid number stays as it is. An extension after the number is left out.
pub(super) fn e164(text: &str, country: Region) -> Text {
    if text.len() > MAX_LEN {
        return text.into();
    }
    let mut hasher = DefaultHasher::new();
    (text, country.as_region_str().as_str()).hash(&mut hasher);
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

fn work_out(text: &str, country: Region) -> Text {
    match PHONE_NUMBER_UTIL.parse(text, Some(country)) {
        Ok(number) if PHONE_NUMBER_UTIL.is_valid_number(&number) => {
            PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).as_ref().into()
        }
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(country("GB").is_some());
        assert!(country("UK").is_none() && country("gbr").is_none() && country("").is_none());
    }
}
