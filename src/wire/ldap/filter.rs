//! Search filters as people write them (RFC 4515).

use std::fmt::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// A search filter: `(department=Sales)`, `(&(mail=*)(!(department=IT)))`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Filter(String);

impl Filter {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// A phrase that says what is wrong, and at which character.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mut reader = Reader { text, at: 0 };
        reader.filter(0)?;
        if reader.at < text.len() {
            return Err(reader.wrong("nothing may follow the filter; join two as `(&(…)(…))`"));
        }
        // What the crate does not read would only fail once the server is reached.
        ldap3::parse_filter(text).map_err(|_| format!("`{text}` is not a filter"))?;
        Ok(Self(text.to_owned()))
    }

    /// One that is written in the program.
    pub(crate) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Any bytes as a value in a filter, each that could be misread as `\xx`.
pub fn escaped(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    for &byte in value {
        match byte {
            b'a'..=b'z'
            | b'A'..=b'Z'
            | b'0'..=b'9'
            | b'-'
            | b'_'
            | b'='
            | b','
            | b'.'
            | b'@'
            | b' ' => {
                text.push(char::from(byte));
            }
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(text, "\\{byte:02x}");
            }
        }
    }
    text
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn filter(&mut self, depth: u32) -> Result<(), String> {
        if depth > 50 {
            return Err(self.wrong("it nests too deep"));
        }
        self.take('(', "a filter stands in brackets, `(…)`")?;
        match self.peek() {
            Some('&' | '|') => {
                self.at += 1;
                if self.peek() != Some('(') {
                    return Err(self.wrong("a filter `(…)` must follow"));
                }
                while self.peek() == Some('(') {
                    self.filter(depth + 1)?;
                }
            }
            Some('!') => {
                self.at += 1;
                self.filter(depth + 1)?;
            }
            _ => self.item()?,
        }
        self.take(')', "a `)` is missing")
    }

    fn item(&mut self) -> Result<(), String> {
        let rest = &self.text[self.at..];
        let end = rest.find(['=', '(', ')']).unwrap_or(rest.len());
        let name = rest[..end].trim_end_matches(['~', '<', '>', ':']);
        let ordinary =
            |character: char| character.is_ascii_alphanumeric() || "-.;:_".contains(character);
        if let Some(odd) = name.find(|character| !ordinary(character)) {
            self.at += odd;
            return Err(self.wrong("an attribute's name ends here, and `=` must follow"));
        }
        if name.is_empty() {
            return Err(self.wrong("the name of an attribute is missing"));
        }
        self.at += end;
        self.take('=', "`=` and a value must follow the name")?;
        let rest = &self.text[self.at..];
        let end = rest.find(['(', ')']).unwrap_or(rest.len());
        let mut value = &rest[..end];
        while let Some(slash) = value.find('\\') {
            let digits = value.as_bytes().get(slash + 1..slash + 3);
            if !digits.is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)) {
                self.at += rest[..end].len() - value.len() + slash;
                return Err(self.wrong("two hexadecimal digits must follow `\\`"));
            }
            value = &value[slash + 3..];
        }
        self.at += end;
        if self.peek() == Some('(') {
            return Err(self.wrong("write a bracket in a value as `\\28` or `\\29`"));
        }
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, wanted: char, otherwise: &str) -> Result<(), String> {
        if self.peek() != Some(wanted) {
            return Err(self.wrong(otherwise));
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    fn wrong(&self, why: &str) -> String {
        let place = self.text[..self.at].chars().count() + 1;
        format!("`{}` is not a filter: at character {place}, {why}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_every_form_are_read() {
        for right in [
            "(mail=*)",
            " (&(department=Sales)(!(title=Temp*))) ",
            "(|(cn=J\\c3\\bcrgen)(sn=Müller))",
            "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            "(whenChanged>=20260101000000.0Z)",
            "(cn=a*b*c)",
        ] {
            assert!(Filter::parse(right).is_ok(), "{right}: {:?}", Filter::parse(right));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (wrong, place) in [
            ("department=Sales", "character 1,"),
            ("(department=Sales", "character 18,"),
            ("(department)", "character 12,"),
            ("(a=b)(c=d)", "character 6,"),
            ("(&)", "character 3,"),
            ("(a=b\\2)", "character 5,"),
            ("(a b=c)", "character 3,"),
            ("(a=(b))", "character 4,"),
            ("", "character 1,"),
        ] {
            let error = Filter::parse(wrong).unwrap_err();
            assert!(error.contains(place), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_deep_filter_is_refused() {
        let deep = format!("{}(a=b){}", "(!".repeat(9_000), ")".repeat(9_000));
        assert!(Filter::parse(&deep).unwrap_err().contains("nests too deep"));
    }

    #[test]
    fn a_value_can_be_any_bytes() {
        assert_eq!(escaped(b"a*(\\\x00\xff"), "a\\2a\\28\\5c\\00\\ff");
    }
}
