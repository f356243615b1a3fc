//! Referrals: to which of them the manifest lets us go.

use url::Url;

use crate::wire::ldap::Address;

/// Where a referral leads, if that is a server that may be asked: the server as the manifest has
/// it, and the entry that the referral names (RFC 4516); no entry means the one that was searched.
///
/// The manifest's own address counts, not the referral's scheme and port: so a server can't make
/// anybody log in to another one, or over a plain connection.
pub(super) fn allowed<'a>(
    referral: &str,
    follow: &'a [Address],
) -> Option<(&'a Address, Option<String>)> {
    let url = Url::parse(referral).ok()?;
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    let server = follow.iter().find(|address| address.host().eq_ignore_ascii_case(host))?;
    let entry = percent_decoded(url.path().trim_start_matches('/'))?;
    Some((server, (!entry.is_empty()).then_some(entry)))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let (pair, after) = after.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_that_the_manifest_names_are_asked_and_as_it_names_them() {
        let follow = [Address::parse("ldaps://dc1.child.example").unwrap()];
        let (server, entry) =
            allowed("ldap://DC1.child.example:389/OU=R%C3%A9mote,DC=child??sub", &follow).unwrap();
        assert!(server.tls_at_once());
        assert_eq!(entry.as_deref(), Some("OU=Rémote,DC=child"));
        assert_eq!(allowed("ldap://dc1.child.example", &follow).unwrap().1, None);
        for other in [
            "ldap://dc2.child.example/DC=child",
            "nonsense",
            "ldap:///DC=child",
            "ldap://dc1.child.example/%zz",
        ] {
            assert_eq!(allowed(other, &follow), None, "{other}");
        }
    }
}
