//! How the publisher and the login are written in a manifest.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::{secret::Secret, wire::http::Address};

/// Where the publisher is: `https://ucm1.corp.example:8443`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub(in crate::connectors::cisco_ucm) struct Publisher(Address);

/// An application user with the roles *Standard AXL API Users* and *Standard AXL Read Only API
/// Access*.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::connectors::cisco_ucm) struct Login {
    /// The user's name.
    pub(super) user: String,
    /// The user's password.
    pub(super) password: Secret,
}

/// A version of AXL: `12.5`.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub(in crate::connectors::cisco_ucm) struct Version(String);

impl Publisher {
    fn parse(text: &str) -> Result<Self, String> {
        let address = Address::parse(text)?;
        if !address.encrypted() {
            return Err(format!("AXL is never unencrypted: `{text}` has to start with `https://`"));
        }
        match address.path() {
            "/" | "/axl" | "/axl/" => Ok(Self(address.at("/axl/"))),
            _ => Err(format!("`{text}` says more than host and port")),
        }
    }

    /// The address of AXL itself; the slash at its end matters.
    pub(in crate::connectors::cisco_ucm) fn address(&self) -> &Address {
        &self.0
    }
}

impl Login {
    /// Who logs in.
    pub(in crate::connectors::cisco_ucm) fn user(&self) -> &str {
        &self.user
    }
}

impl Version {
    fn parse(text: &str) -> Result<Self, String> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        match text.split_once('.') {
            Some((major, minor)) if digits(major) && digits(minor) && text.len() <= 5 => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(format!("`{text}` is not a version of AXL, which has two parts: `12.5`")),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Publisher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_is_host_and_port_and_the_path_may_be_written() {
        for text in ["https://ucm1:8443", "https://ucm1:8443/", "https://ucm1:8443/axl"] {
            assert_eq!(Publisher::parse(text).unwrap().0.as_str(), "https://ucm1:8443/axl/");
        }
        assert!(Publisher::parse("https://ucm1:8443/ccmadmin").is_err());
        assert!(Publisher::parse("http://localhost:8443").is_err());
    }

    #[test]
    fn a_bare_major_is_not_a_version() {
        assert_eq!(Version::parse("12.5").unwrap().as_str(), "12.5");
        for wrong in ["14", "", "12.", ".5", "12.5.1", "x.y", "12.x", "1234.5", "12.5\n"] {
            assert!(Version::parse(wrong).is_err(), "{wrong}");
        }
    }
}
