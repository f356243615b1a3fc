//! Stable pseudonyms for personal data: equal values stay equal, and so do the parts that names,
//! addresses and numbers have in common.
//!
//! A word of a name is replaced by a made-up word, whatever attribute it stands in, so that
//! `Ada Lovelace` and `ada.lovelace@corp.example` still belong together. Of a number the last three
//! digits are replaced (of a mobile one the last six), so that an extension and the direct-dial
//! number that ends in it still do, and ranges and area codes hold. Whoever has the key can try out
//! words and numbers; whoever hasn't sees shapes, domains, and the start of numbers.

mod equipment;

use std::ops::Range;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;

use crate::{
    directory::{Field, Text},
    mapping::Mapping,
    source::{Attribute, Departure, Place, Record},
};

pub use equipment::Names;

/// The shortest key, in bytes.
pub const MIN_KEY: usize = 16;

/// Syllables of a made-up word: 54 bits, so that among a million words no two are likely the same.
const SYLLABLES: usize = 9;

/// What stands before a `:` in an address and is no name.
const SCHEMES: [&str; 7] = ["smtp", "sip", "sips", "tel", "mailto", "x500", "eum"];

/// Words beside numbers that are no names; shorter ones stay too.
const KINDS_OF_NUMBER: [&str; 16] = [
    "ext",
    "extn",
    "extension",
    "tel",
    "phone",
    "fax",
    "mob",
    "mobile",
    "sip",
    "sips",
    "direct",
    "office",
    "home",
    "poste",
    "durchwahl",
    "tbc",
];

/// Replaces personal data, always in the same way for one key.
#[derive(Clone)]
pub struct Disguise {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Disguise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disguise(…)")
    }
}

/// How the values of one attribute are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dress {
    /// Not at all.
    Bare,
    /// They are left out: no expression uses them.
    LeftOut,
    /// Not, but for the name of a device.
    Naming,
    /// Word for word; numbers of digits only, digit for digit.
    Words,
    /// The last digits of numbers; words such as `ext` stay.
    Number,
    /// The same, more of them.
    LongNumber,
    /// Words, and of numbers the last digits: for what fills a name and a number.
    Both,
}

impl Disguise {
    /// With a key of at least [`MIN_KEY`] bytes; none where it is shorter.
    pub fn new(key: &[u8]) -> Option<Self> {
        let mac = Hmac::new_from_slice(key).ok().filter(|_| key.len() >= MIN_KEY)?;
        Some(Self { mac })
    }

    /// Equal for equal keys; the key can't be had from it.
    pub fn id(&self) -> Text {
        crate::directory::hexadecimal(&self.hash(&[b"id"])[..8])
    }

    /// How each of these attributes is replaced, by the fields that it fills. `also` are fields that
    /// are replaced besides those that always are.
    pub fn dresses(names: &[Text], mapping: &Mapping, also: &[Field]) -> Vec<Dress> {
        let used = mapping.attributes();
        let dress = |name: &Text| {
            if used.binary_search(name).is_err() {
                return Dress::LeftOut;
            }
            let fills = mapping.fields.iter().filter(|(_, by)| by.names().contains(name));
            fills.fold(Dress::Bare, |dress, (field, _)| dress.with(dress_of(*field, also)))
        };
        names.iter().map(dress).collect()
    }

    /// The record with its values replaced, its key and its place too; `names` are those of its
    /// listing.
    pub fn record(&self, record: &Record, dresses: &[Dress], names: &Names<'_>) -> Record {
        let Record { key, place, values, flaw } = record;
        let dressed = |(at, value): (usize, &Attribute)| {
            let dress = dresses.get(at).copied().unwrap_or(Dress::LeftOut);
            let texts = |text: &Text| match dress {
                Dress::Naming => self.naming(text, names),
                dress => self.text(text, dress),
            };
            match (dress, value) {
                (Dress::LeftOut, _) | (_, Attribute::Absent) => Attribute::Absent,
                (Dress::Bare, value) => value.clone(),
                (_, Attribute::One(text)) => Attribute::One(texts(text)),
                (_, Attribute::Many(many)) => Attribute::Many(many.iter().map(texts).collect()),
            }
        };
        Record {
            key: self.text(key, Dress::Words),
            place: match place {
                Place::Name(name) => Place::Name(self.text(name, Dress::Words)),
                place => place.clone(),
            },
            values: values.iter().enumerate().map(dressed).collect(),
            // It may quote what it is about.
            flaw: flaw.as_ref().map(|_| "it was unusable when it was recorded".into()),
        }
    }

    /// The departure with its key replaced and without what shows it.
    pub fn departure(&self, departure: &Departure) -> Departure {
        let Departure { key, reason, evidence: _ } = departure;
        let evidence = "the source knew when it was recorded".into();
        Departure { key: self.text(key, Dress::Words), reason: *reason, evidence }
    }

    /// A text replaced.
    fn text(&self, text: &str, dress: Dress) -> Text {
        match dress {
            Dress::Bare | Dress::Naming => text.into(),
            Dress::LeftOut => Text::default(),
            Dress::Words => self.words(text, false).into(),
            Dress::Both => self.words(text, true).into(),
            Dress::Number => self.numbers(text, 3).into(),
            Dress::LongNumber => self.numbers(text, 6).into(),
        }
    }

    /// Word for word, but for the domain of an address and all but the first part of a
    /// distinguished name.
    fn words(&self, text: &str, numbers: bool) -> String {
        let (own, rest) = leaf(text);
        let text: String = own.nfc().collect();
        let mut out = String::with_capacity(text.len() + rest.len() + 16);
        let mut from = 0;
        // The type of a distinguished name's first part stays.
        if !rest.is_empty()
            && let Some(at) = text.find('=')
        {
            out.push_str(&text[..=at]);
            from = at + 1;
        }
        while let Some(c) = text[from..].chars().next() {
            let tail = &text[from..];
            if c == '@' {
                let end = tail.find([' ', '>', ';', ',']).unwrap_or(tail.len());
                out.push_str(&tail[..end]);
                from += end;
            } else if c.is_alphanumeric() {
                let end = tail.find(|c: char| !c.is_alphanumeric()).unwrap_or(tail.len());
                let (word, after) = tail.split_at(end);
                let scheme = after.starts_with(':')
                    && SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
                if scheme {
                    out.push_str(word);
                } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
                    let most = if numbers { 3.min(word.len() - 1) } else { word.len() };
                    out.push_str(&self.digits(word, most));
                } else {
                    out.push_str(&self.hardware(word).unwrap_or_else(|| self.word(word)));
                }
                from += end;
            } else {
                out.push(c);
                from += c.len_utf8();
            }
        }
        out + rest
    }

    /// The last digits of each number; what is between letters is one number, however it is
    /// written. Words that say what number it is stay, as expressions look for them.
    fn numbers(&self, text: &str, most: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        while let Some(c) = text[from..].chars().next() {
            let tail = &text[from..];
            let end = if c == '@' {
                let end = tail.find([' ', '>', ';', ',']).unwrap_or(tail.len());
                out.push_str(&tail[..end]);
                end
            } else if c.is_alphabetic() {
                let end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
                let word = &tail[..end];
                let says =
                    end < 3 || KINDS_OF_NUMBER.iter().any(|kind| word.eq_ignore_ascii_case(kind));
                out.push_str(&if says { word.to_owned() } else { self.word(word) });
                end
            } else {
                let end = tail.find(|c: char| c.is_alphabetic() || c == '@').unwrap_or(tail.len());
                let part = &tail[..end];
                let digits: String = part.chars().filter(char::is_ascii_digit).collect();
                // So that some of a short number stays, and an extension is dressed as the end of
                // a longer number is.
                let few = if digits.len() < 9 { most.min(3) } else { most };
                let dressed = self.digits(&digits, few.min(digits.len().saturating_sub(1)));
                let mut next = dressed.chars();
                let digit = |c: char| if c.is_ascii_digit() { next.next().unwrap_or(c) } else { c };
                out.extend(part.chars().map(digit));
                end
            };
            from += end;
        }
        out
    }

    /// As many of the last digits replaced, one to one: numbers that differ still do.
    fn digits(&self, text: &str, most: usize) -> String {
        let (start, end) = text.split_at(text.len() - most.min(text.len()));
        let mut digits: Vec<u8> = end.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
        // Each digit is moved by what the others are, which can be undone step by step.
        for round in 0..3_u8 {
            for at in 0..digits.len() {
                let own = std::mem::replace(&mut digits[at], u8::MAX);
                let place = [round, at.to_le_bytes()[0]];
                let hash = self.hash(&[b"digits", &place, &digits]);
                let by = u16::from_le_bytes([hash[0], hash[1]]) % 10;
                digits[at] = ((u16::from(own) + by) % 10).to_le_bytes()[0];
            }
        }
        let end: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        format!("{start}{end}")
    }

    /// A made-up word, in capitals as the word was.
    fn word(&self, word: &str) -> String {
        const FIRST: &[u8; 16] = b"bdfghklmnprstvwz";
        const THEN: &[u8; 4] = b"aeio";
        let hash = self.hash(&[b"word", word.to_lowercase().as_bytes()]);
        let mut made = String::with_capacity(SYLLABLES * 2);
        for byte in &hash[..SYLLABLES] {
            made.push(char::from(FIRST[usize::from(byte & 15)]));
            made.push(char::from(THEN[usize::from(byte >> 4 & 3)]));
        }
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        if capitals == letters && letters > 1 {
            made.to_uppercase()
        } else if word.starts_with(char::is_uppercase) {
            made[..1].to_uppercase() + &made[1..]
        } else {
            made
        }
    }

    /// Parts are told apart by their lengths.
    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl Dress {
    /// What an attribute wears that fills two fields: whatever shows less.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Bare | Self::LeftOut, other) | (other, Self::Bare | Self::LeftOut) => other,
            (Self::Naming, Self::Naming) => self,
            (Self::Naming, Self::Words) | (Self::Words, Self::Naming) => Self::Words,
            (Self::Naming, _) | (_, Self::Naming) => Self::Both,
            (Self::Words | Self::Both, Self::Words) => self,
            (Self::Words | Self::Both, _) | (_, Self::Words | Self::Both) => Self::Both,
            (Self::Number, _) | (_, Self::Number) => Self::Number,
            (Self::LongNumber, Self::LongNumber) => Self::LongNumber,
        }
    }
}

fn dress_of(field: Field, also: &[Field]) -> Dress {
    match field {
        Field::Name | Field::Email | Field::EmployeeId | Field::SiteAddress => Dress::Words,
        Field::Extension
        | Field::AdditionalExtensions
        | Field::Intercoms
        | Field::Telephone
        | Field::IpPhone => Dress::Number,
        Field::Mobile | Field::Pager | Field::Fax => Dress::LongNumber,
        Field::ExtensionBy => Dress::Naming,
        Field::JobTitle | Field::Department | Field::Site if also.contains(&field) => Dress::Words,
        Field::JobTitle
        | Field::Department
        | Field::Site
        | Field::Pbx
        | Field::DoNotLog
        | Field::DoNotRecord
        | Field::ExcludeFromStatistics
        | Field::Records
        | Field::Path => Dress::Bare,
    }
}

/// The first part of a distinguished name, and the others with the comma before them; of any other
/// text all of it.
fn leaf(text: &str) -> (&str, &str) {
    let whole = (text, "");
    let is_type = |part: &str| {
        part.split_once('=').is_some_and(|(name, value)| {
            !name.is_empty() && !value.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric())
        })
    };
    let Some(Range { end, .. }) = first_part(text) else { return whole };
    let (first, rest) = text.split_at(end);
    if is_type(first)
        && rest[1..].split(',').all(|part| is_type(part.trim_start()) || part.ends_with('\\'))
    {
        (first, rest)
    } else {
        whole
    }
}

/// Up to the first comma that isn't escaped.
fn first_part(text: &str) -> Option<Range<usize>> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return Some(0..at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn disguise() -> Disguise {
        Disguise::new(b"0123456789abcdef").unwrap()
    }

    #[test]
    fn a_key_is_long_and_does_not_show() {
        assert!(Disguise::new(b"short").is_none());
        assert!(!format!("{:?}", disguise()).contains("0123"));
        assert_ne!(disguise().id(), Disguise::new(b"0123456789abcdeF").unwrap().id());
    }

    #[test]
    fn a_word_is_the_same_word_wherever_it_stands() {
        let disguise = disguise();
        let name = disguise.words("Ada LOVELACE", false);
        let mail = disguise.words("smtp:ada.lovelace@corp.example", false);
        let (first, last) = name.split_once(' ').unwrap();
        assert_eq!(
            mail,
            format!("smtp:{}.{}@corp.example", first.to_lowercase(), last.to_lowercase())
        );
        assert!(first.starts_with(char::is_uppercase) && last.chars().all(char::is_uppercase));
        assert!(!name.to_lowercase().contains("ada ") && !name.contains("LOVELACE"));
        assert_ne!(
            name,
            Disguise::new(b"another key of ours").unwrap().words("Ada LOVELACE", false)
        );
    }

    #[test]
    fn of_a_distinguished_name_only_the_leaf_is_replaced() {
        let dressed = disguise().words("CN=Lovelace\\, Ada,OU=Sales,DC=corp,DC=example", false);
        assert!(dressed.starts_with("CN=") && dressed.ends_with(",OU=Sales,DC=corp,DC=example"));
        assert!(!dressed.contains("Ada") && !dressed.contains("Lovelace"));
        let address = disguise().words("1 High St, London", false);
        assert!(!address.contains("High") && !address.contains("London"), "{address}");
    }

    #[test]
    fn an_extension_is_still_the_end_of_its_number() {
        let disguise = disguise();
        let extension = disguise.numbers("4021", 3);
        assert!(extension.starts_with('4') && extension.len() == 4);
        let tail = &extension[1..];
        assert_eq!(disguise.numbers("+44 20 7946 4021", 3), format!("+44 20 7946 4{tail}"));
        assert_eq!(
            disguise.numbers("(020) 7946-4021 ext. 4021", 3),
            format!("(020) 7946-4{tail} ext. 4{tail}")
        );
        assert_eq!(disguise.numbers("TBC", 3), "TBC");
        assert_eq!(disguise.numbers("0", 3), "0");
        assert!(!disguise.numbers("Ada 4021", 3).contains("Ada"));
        assert!(disguise.numbers("sip:4021@pbx1.corp.example", 3).ends_with("@pbx1.corp.example"));
        let mobile = disguise.numbers("+44 7700 900123", 6);
        assert!(mobile.starts_with("+44 7700 ") && !mobile.ends_with("900123"), "{mobile}");
    }

    #[test]
    fn numbers_that_differ_still_do() {
        let disguise = disguise();
        for length in 1..=3_usize {
            let most = 10_usize.pow(length.try_into().unwrap());
            let all: BTreeSet<String> =
                (0..most).map(|n| disguise.digits(&format!("{n:0length$}"), length)).collect();
            assert_eq!(all.len(), most);
        }
    }

    #[test]
    fn what_fills_a_name_and_a_number_shows_neither() {
        let both = Dress::Number.with(Dress::Words);
        assert_eq!(both, Dress::Both);
        let dressed = disguise().text("Ada 4021", both);
        assert!(!dressed.contains("Ada") && !dressed.contains("4021"));
        assert_eq!(dressed.split_once(' ').unwrap().1, disguise().numbers("4021", 3));
        assert_eq!(Dress::LongNumber.with(Dress::Number), Dress::Number);
        assert_eq!(Dress::Bare.with(Dress::Words), Dress::Words);
    }
}
