//! What Active Directory's values mean.

use jiff::Timestamp;

use crate::{connectors::subtree::Dialect, directory::Text, source::Attribute, wire::ldap::Entry};

/// Attributes that the kind makes or knows; more by `attributes:`.
pub(super) const KNOWN: &[&str] = &[
    "accountDisabled",
    "c",
    "cn",
    "co",
    "company",
    "department",
    "description",
    "displayName",
    "division",
    "dn",
    "employeeID",
    "employeeNumber",
    "employeeType",
    "extensionAttribute1",
    "extensionAttribute10",
    "extensionAttribute11",
    "extensionAttribute12",
    "extensionAttribute13",
    "extensionAttribute14",
    "extensionAttribute15",
    "extensionAttribute2",
    "extensionAttribute3",
    "extensionAttribute4",
    "extensionAttribute5",
    "extensionAttribute6",
    "extensionAttribute7",
    "extensionAttribute8",
    "extensionAttribute9",
    "facsimileTelephoneNumber",
    "givenName",
    "homePhone",
    "info",
    "initials",
    "ipPhone",
    "l",
    "mail",
    "manager",
    "memberOf",
    "middleName",
    "mobile",
    "msRTCSIP-Line",
    "name",
    "objectGUID",
    "objectSid",
    "otherFacsimileTelephoneNumber",
    "otherHomePhone",
    "otherIpPhone",
    "otherMobile",
    "otherPager",
    "otherTelephone",
    "ou",
    "pager",
    "personalTitle",
    "physicalDeliveryOfficeName",
    "postOfficeBox",
    "postalCode",
    "proxyAddresses",
    "sAMAccountName",
    "sn",
    "st",
    "streetAddress",
    "telephoneNumber",
    "title",
    "userAccountControl",
    "userPrincipalName",
    "wWWHomePage",
    "whenChanged",
    "whenCreated",
];

/// ADS_UF_ACCOUNTDISABLE in userAccountControl (MS-ADTS 2.2.16).
const DISABLED: u64 = 0x2;

/// Seconds from 1601, where Active Directory counts from, to 1970.
const SINCE_1601: i64 = 11_644_473_600;

/// How Active Directory is read, at one moment.
pub(super) struct ActiveDirectoryDialect {
    /// Set where an account past its end counts as disabled.
    pub(super) expired_at: Option<Timestamp>,
}

impl Dialect for ActiveDirectoryDialect {
    const IDENTITY: &'static str = "objectGUID";
    const UNITS: &'static str = "ou";

    fn inputs(&self, name: &str) -> Option<&'static [&'static str]> {
        match (name, self.expired_at) {
            ("accountDisabled", None) => Some(&["userAccountControl"]),
            ("accountDisabled", Some(_)) => Some(&["userAccountControl", "accountExpires"]),
            _ => None,
        }
    }

    fn compute(&self, name: &str, entry: &Entry) -> Result<Attribute, String> {
        debug_assert_eq!(name, "accountDisabled");
        let control = entry
            .text("userAccountControl")
            .ok_or("`userAccountControl` can't be read, so whether it is disabled is not known")?;
        // Written as a signed number of 32 bits.
        let control: i64 =
            control.parse().map_err(|_| "`userAccountControl` is not a number".to_owned())?;
        let expired = match self.expired_at {
            Some(now) => expired(entry.text("accountExpires"), now)?,
            None => false,
        };
        let disabled = control as u64 & DISABLED != 0 || expired;
        Ok(Attribute::One(if disabled { "true".into() } else { "false".into() }))
    }

    fn text(&self, name: &str, value: &[u8]) -> Option<Text> {
        match (name.to_ascii_lowercase().as_str(), <&[u8; 16]>::try_from(value)) {
            ("objectguid" | "ms-ds-consistencyguid", Ok(bytes)) => Some(guid(bytes)),
            ("objectsid", _) => sid(value),
            _ => std::str::from_utf8(value).ok().map(Text::from),
        }
    }

    fn bytes(&self, name: &str, key: &str) -> Option<Vec<u8>> {
        match name.to_ascii_lowercase().as_str() {
            "objectguid" | "ms-ds-consistencyguid" => guid_bytes(key).map(Vec::from),
            _ => Some(key.as_bytes().to_vec()),
        }
    }
}

/// Whether an account's end has passed; 0 and 2^63-1 mean that it has none.
fn expired(ends: Option<&str>, now: Timestamp) -> Result<bool, String> {
    let Some(ends) = ends else { return Ok(false) };
    let ends: i64 = ends.parse().map_err(|_| "`accountExpires` is not a number".to_owned())?;
    // In units of 100 ns since 1601.
    Ok(ends != 0 && ends != i64::MAX && ends / 10_000_000 - SINCE_1601 <= now.as_second())
}

/// Dashed text of an objectGUID, whose first three parts are stored backwards (MS-DTYP 2.3.4.2).
fn guid(bytes: &[u8; 16]) -> Text {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let mut text = format!("{d:02x}{c:02x}{b:02x}{a:02x}-{f:02x}{e:02x}-{h:02x}{g:02x}-");
    for (at, byte) in rest.iter().enumerate() {
        if at == 2 {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text.into()
}

/// The way back from [`guid`].
fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|character| *character != '-')
        .map(|character| character.to_digit(16).map(|digit| digit as u8))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |b, d| b << 4 | d)).collect();
    let mut bytes: [u8; 16] = bytes.try_into().ok().filter(|_| digits.len() == 32)?;
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    Some(bytes)
}

/// Text of a security identifier: `S-1-5-21-…-1104` (MS-DTYP 2.4.2.1).
fn sid(bytes: &[u8]) -> Option<Text> {
    let (head, parts) = bytes.split_at_checked(8)?;
    if usize::from(head[1]) * 4 != parts.len() {
        return None;
    }
    let authority = head[2..].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut text = format!("S-{}-{authority}", head[0]);
    for part in parts.chunks_exact(4) {
        let number = part.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        text.push_str(&format!("-{number}"));
    }
    Some(text.into())
}

/// The last part of a security identifier, which `primaryGroupID` holds.
pub(super) fn relative_id(sid: &[u8]) -> Option<u32> {
    let last = sid.get(8..)?.last_chunk::<4>()?;
    Some(u32::from_le_bytes(*last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::subtree;

    fn entry(pairs: &[(&str, &str)]) -> Entry {
        let attributes = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![value.as_bytes().to_vec()]))
            .collect();
        Entry::new("CN=Ada,DC=corp,DC=example", attributes)
    }

    #[test]
    fn a_guid_is_written_as_microsofts_tools_write_it_and_read_back() {
        let bytes = [
            0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd,
            0xee, 0xff,
        ];
        assert_eq!(guid(&bytes), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(guid_bytes("00112233-4455-6677-8899-AABBCCDDEEFF"), Some(bytes));
        assert_eq!(guid_bytes("00112233"), None);
        assert_eq!(guid_bytes("smith"), None);
    }

    #[test]
    fn a_disabled_account_has_bit_two() {
        let dialect = ActiveDirectoryDialect { expired_at: None };
        for (control, word) in
            [("512", "false"), ("514", "true"), ("66050", "true"), ("-2147483646", "true")]
        {
            let made =
                dialect.compute("accountDisabled", &entry(&[("userAccountControl", control)]));
            assert_eq!(made, Ok(Attribute::One(word.into())), "{control}");
        }
        assert!(dialect.compute("accountDisabled", &entry(&[])).is_err());
    }

    #[test]
    fn an_account_past_its_end_is_expired_and_never_is_never() {
        let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let in_units = |text: &str| {
            let second = text.parse::<Timestamp>().unwrap().as_second();
            ((second + SINCE_1601) * 10_000_000).to_string()
        };
        assert_eq!(expired(Some(&in_units("2026-05-31T23:59:59Z")), now), Ok(true));
        assert_eq!(expired(Some(&in_units("2026-06-02T00:00:00Z")), now), Ok(false));
        assert_eq!(expired(Some("0"), now), Ok(false));
        assert_eq!(expired(Some("9223372036854775807"), now), Ok(false));
        assert_eq!(expired(None, now), Ok(false));
    }

    #[test]
    fn a_security_identifier_ends_in_the_relative_id() {
        let sid_bytes = [1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 2, 0, 0];
        assert_eq!(sid(&sid_bytes).unwrap(), "S-1-5-21-513");
        assert_eq!(relative_id(&sid_bytes), Some(513));
        assert_eq!(sid(&sid_bytes[..10]), None);
    }

    #[test]
    fn a_recorded_answer_becomes_records() {
        let ldif = include_str!("../../../tests/fixtures/active-directory/people.ldif");
        let dialect = ActiveDirectoryDialect { expired_at: None };
        let names = ["accountDisabled", "displayName", "ipPhone", "mobile", "ou", "streetAddress"]
            .map(Text::from);
        let records: Vec<_> = subtree::ldif::entries(ldif)
            .iter()
            .map(|entry| subtree::record(&dialect, entry, &names, "objectGUID"))
            .collect();
        assert_eq!(records.len(), 5);
        let one = |text: &str| Attribute::One(text.into());
        let first = &records[0];
        assert_eq!(first.key, "09e81f01-ca46-4fbe-bd93-c945d0cf45d9");
        assert_eq!(
            first.place.to_string(),
            "`CN=Wright\\, Joseph,OU=London,OU=People,DC=ad,DC=example,DC=test`"
        );
        assert_eq!(
            *first.values,
            [
                one("false"),
                one("Joseph Wright"),
                one("20379"),
                Attribute::Absent,
                Attribute::Many(["People", "London"].map(Text::from).into()),
                one("1 Exchange Court\r\nFloor 5"),
            ]
        );
        assert_eq!(records[1].values[1], one("Maëlle Dubois"));
        assert_eq!(
            records[2].values[4],
            Attribute::Many(["People", "Home, Remote"].map(Text::from).into())
        );
        assert_eq!(records[4].values[0], one("true"));
        assert!(records.iter().all(|record| record.flaw.is_none()));
    }

    #[test]
    fn the_known_attributes_are_in_order_and_each_once() {
        assert!(KNOWN.windows(2).all(|pair| pair[0] < pair[1]), "{KNOWN:?}");
    }
}
