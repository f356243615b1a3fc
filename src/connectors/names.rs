//! What expressions call an attribute whose own name is no identifier.

use unicode_normalization::UnicodeNormalization as _;

/// The words of the expression language, which can't be names.
const RESERVED: [&str; 10] =
    ["and", "else", "false", "if", "in", "is", "none", "not", "or", "true"];

/// Whether expressions can use a name as it is.
pub(super) fn is_identifier(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !RESERVED.contains(&name)
        && !["True", "False", "None"].contains(&name)
}

/// The name in lower case without accents, with each run of other characters as one `_` and none at
/// either end: `Staff no` is `staff_no`, `E-Mail` is `e_mail`, `Büro` is `buro`. A `_` stands in
/// front of a digit and behind a word of the language. `None` where no letter or digit is left.
pub(super) fn identifier(name: &str) -> Option<String> {
    let mut plain = String::with_capacity(name.len() + 1);
    for letter in name.nfkd().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => plain.push(letter),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            _ if unicode_normalization::char::is_combining_mark(letter) => {}
            _ if plain.is_empty() || plain.ends_with('_') => {}
            _ => plain.push('_'),
        }
    }
    plain.truncate(plain.trim_end_matches('_').len());
    if plain.starts_with(|first: char| first.is_ascii_digit()) {
        plain.insert(0, '_');
    } else if RESERVED.contains(&plain.as_str()) {
        plain.push('_');
    }
    (!plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_becomes_a_word_that_expressions_can_use() {
        for (name, word) in [
            ("Staff no", "staff_no"),
            (" E-Mail* ", "e_mail"),
            ("Tél. (fixe)", "tel_fixe"),
            ("Straße", "strasse"),
            ("2nd phone", "_2nd_phone"),
            ("In", "in_"),
            ("a__b", "a_b"),
        ] {
            assert_eq!(identifier(name).as_deref(), Some(word));
        }
        assert_eq!(identifier("Имя"), None);
        assert_eq!(identifier(" - "), None);
    }

    proptest! {
        #[test]
        fn every_word_is_an_identifier_and_its_own_word(name in "\\PC{0,12}") {
            if let Some(word) = identifier(&name) {
                prop_assert!(is_identifier(&word), "{}", word);
                prop_assert_eq!(identifier(&word).map(|word| word.trim_start_matches('_').to_owned()),
                                Some(word.trim_start_matches('_').to_owned()));
            }
        }
    }
}
