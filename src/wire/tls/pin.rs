//! The one certificate that is taken, whatever it says.

use std::fmt;

use rustls::pki_types::CertificateDer;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};

/// The SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Pin(pub(super) [u8; 32]);

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || de::Error::custom("a pin is 64 hexadecimal digits: the SHA-256 of the certificate");
        let digits: Vec<u32> = text
            .chars()
            .filter(|character| *character != ':')
            .map(|character| character.to_digit(16).ok_or_else(wrong))
            .collect::<Result<_, _>>()?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, d| byte << 4 | *d) as u8)
            .collect();
        if digits.len() != 64 {
            return Err(wrong());
        }
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Pin {
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate.as_ref()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_with_and_without_colons() {
        let bare = format!("\"{}\"", "0a".repeat(32));
        let colons = format!("\"{}\"", ["0A"; 32].join(":"));
        let bare: Pin = serde_json::from_str(&bare).unwrap();
        assert_eq!(bare, serde_json::from_str::<Pin>(&colons).unwrap());
        assert_eq!(bare.to_string(), "0a".repeat(32));
    }

    #[test]
    fn a_short_pin_is_refused() {
        assert!(serde_json::from_str::<Pin>("\"0a0b\"").is_err());
        assert!(serde_json::from_str::<Pin>("\"zz\"").is_err());
    }
}
