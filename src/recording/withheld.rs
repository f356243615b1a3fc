//! Attributes that no recording keeps: by their names, or as a value is a password's hash.

use crate::{
    directory::Text,
    source::{Attribute, Record},
};

/// What the name of a secret has in it, in small letters and without anything between.
const SECRET: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "credential",
    "privatekey",
    "apikey",
    "principalkey",
    "pkcs12",
    "kennwort",
];

/// What it ends in, as a word.
const LAST: [&str; 2] = ["pin", "token"];

/// Facts about a secret that are none: `pwdLastSet`, `badPwdCount`, `passwordExpired`.
const ABOUT: [&str; 8] = ["last", "count", "time", "expir", "policy", "reset", "mustchange", "age"];

/// How hashes of passwords begin (RFC 2307, crypt(5)).
const HASHES: [&str; 16] = [
    "{SSHA",
    "{SHA",
    "{SMD5}",
    "{MD5}",
    "{CRYPT}",
    "{PBKDF2",
    "{ARGON2",
    "{CLEARTEXT}",
    "{BCRYPT}",
    "$1$",
    "$2a$",
    "$2b$",
    "$2y$",
    "$5$",
    "$6$",
    "$argon2",
];

/// Whether each of these attributes is withheld, in their order.
pub(super) fn withheld(names: &[Text], records: &[Record]) -> Vec<bool> {
    let mut withheld: Vec<bool> = names.iter().map(|name| is_secret_name(name)).collect();
    for record in records {
        for (value, withheld) in record.values.iter().zip(&mut withheld) {
            if !*withheld {
                *withheld = match value {
                    Attribute::Absent => false,
                    Attribute::One(text) => is_secret_value(text),
                    Attribute::Many(texts) => texts.iter().any(|text| is_secret_value(text)),
                };
            }
        }
    }
    withheld
}

fn is_secret_name(name: &str) -> bool {
    let plain: String =
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if LAST.contains(&last_word(name).to_lowercase().as_str()) {
        return true;
    }
    let ends = SECRET.iter().filter_map(|secret| Some(plain.rfind(secret)? + secret.len()));
    // What stands before it is no fact about it: a managed password is one.
    let about = |end: usize| {
        plain.starts_with(ABOUT[0]) || ABOUT.iter().any(|about| plain[end..].contains(about))
    };
    ends.max().is_some_and(|end| !about(end))
}

/// The last word of `voicemailPin`, `voicemail_pin`, `Voicemail PIN`.
fn last_word(name: &str) -> &str {
    let name = name.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut start = name.len();
    let mut later: Option<char> = None;
    for (at, c) in name.char_indices().rev() {
        let ends = later.is_some_and(char::is_uppercase) && c.is_lowercase();
        if !c.is_alphanumeric() || ends {
            break;
        }
        start = at;
        later = Some(c);
    }
    &name[start..]
}

fn is_secret_value(text: &str) -> bool {
    let start = text.as_bytes().first();
    match start {
        Some(b'{') => {
            let end = text.find('}').unwrap_or_default();
            let scheme = text[..end].to_ascii_uppercase() + "}";
            HASHES.iter().any(|hash| scheme.starts_with(hash))
        }
        Some(b'$') => HASHES.iter().any(|hash| text.starts_with(hash)),
        Some(b'-') => text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Place;

    #[test]
    fn names_of_secrets_are_known_and_facts_about_them_are_none() {
        for name in [
            "userPassword",
            "unicodePwd",
            "ntPwdHistory",
            "supplementalCredentials",
            "sambaNTPassword",
            "ms-Mcs-AdmPwd",
            "msLAPS-EncryptedPassword",
            "krbPrincipalKey",
            "userPKCS12",
            "Voicemail PIN",
            "voicemailPin",
            "pin",
            "refresh_token",
            "client secret",
            "msDS-ManagedPassword",
            "account_password",
            "oneTimePassword",
            "passwordResetToken",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "pwdLastSet",
            "badPwdCount",
            "passwordExpired",
            "pwdChangedTime",
            "maxPwdAge",
            "lastPasswordChange",
            "shipping",
            "mail",
            "opinion",
            "employeeNumber",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn one_hash_withholds_its_attribute() {
        let record = |text: &str| Record {
            key: "7".into(),
            place: Place::Line(2),
            values: Box::new([Attribute::One(text.into())]),
            flaw: None,
        };
        let names = ["description".into()];
        for text in
            ["{SSHA}x9/a==", "{crypt}$6$a$b", "$2y$10$abc", "-----BEGIN RSA PRIVATE KEY-----"]
        {
            assert_eq!(withheld(&names, &[record("Ada"), record(text)]), [true], "{text}");
        }
        assert_eq!(withheld(&names, &[record("{see below}"), record("$5 note")]), [false]);
    }
}
