//! Recorded answers (LDIF, RFC 2849) as entries, for tests.

use crate::wire::ldap::Entry;

/// The entries of an LDIF file without folded lines.
pub(in crate::connectors) fn entries(ldif: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for block in ldif.split("\n\n") {
        let mut dn = None;
        let mut attributes: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
        for line in block.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (name, rest) = line.split_once(':').expect("a name and a value");
            let value = match rest.strip_prefix(':') {
                Some(digits) => base64(digits.trim()),
                None => rest.trim_start().as_bytes().to_vec(),
            };
            if name == "dn" {
                dn = Some(String::from_utf8(value).expect("a name is text"));
                continue;
            }
            match attributes.iter_mut().find(|(known, _)| known == name) {
                Some((_, values)) => values.push(value),
                None => attributes.push((name.to_owned(), vec![value])),
            }
        }
        entries.extend(dn.map(|dn| Entry::new(&dn, attributes)));
    }
    entries
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter(|byte| *byte != b'=') {
        let six = DIGITS.iter().position(|known| *known == digit).expect("a digit of base 64");
        bits = bits << 6 | six as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}
