//! What was refused, in plain words, and what to do about it.

use std::io;

use rustls::{CertificateError, Error, OtherError};

use super::{Pin, verifier::NotTaken};

/// Why a handshake with `host` failed, and what to do: a problem and a help.
pub fn refused(error: &io::Error, host: &str) -> (String, String) {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(tls) => refused_by(tls, host),
        None => (
            format!("`{host}` broke off before the connection was encrypted: {error}"),
            "check that the port speaks TLS (636 with `ldaps://`), and the server's own log".into(),
        ),
    }
}

/// The SHA-256 of the certificate that was not taken.
pub fn seen(error: &Error) -> Option<Pin> {
    NotTaken::of(error).map(|not_taken| not_taken.seen)
}

/// Why a handshake with `host` failed by the rules of TLS, and what to do: a problem and a help.
pub fn refused_by(error: &Error, host: &str) -> (String, String) {
    let (why, seen) = match (NotTaken::of(error), error) {
        (Some(NotTaken { seen, why: None }), _) => {
            return (
                format!("the certificate of `{host}` is not the pinned one; it is `{seen}`"),
                "ask whoever runs the server whether it has a new certificate, and only then \
                 write the new `pin:`"
                    .into(),
            );
        }
        (Some(NotTaken { seen, why: Some(why) }), _) => (why, Some(*seen)),
        (None, Error::InvalidCertificate(why)) => (why, None),
        (None, error) => {
            return (
                format!("no encrypted connection to `{host}`: {error}"),
                "check that the server offers TLS 1.2 or 1.3 on this port".into(),
            );
        }
    };
    match why {
        CertificateError::UnknownIssuer => (
            format!("the certificate of `{host}` is not from an authority that is trusted here"),
            "set `tls: { ca: FILE }` to the certificate of the authority that issued it".into(),
        ),
        CertificateError::BadSignature if seen.is_some() => (
            format!(
                "the certificate of `{host}` is from an authority that is trusted here by name, \
                 but signed by another key"
            ),
            "set `tls: { ca: FILE }` to the authority's present certificate".into(),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("the certificate of `{host}` is not for that name{}", names(why)),
            "write in `url:` a name that the certificate has".into(),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            format!("the certificate of `{host}` has expired"),
            "have the server's certificate renewed, and check this machine's clock".into(),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            format!("the certificate of `{host}` is not valid yet"),
            "check this machine's clock".into(),
        ),
        // The types of webpki are not at hand; a test of a handshake sees to the names.
        CertificateError::Other(OtherError(other)) => match other.to_string().as_str() {
            "CaUsedAsEndEntity" => {
                unusable(host, "it is made as an authority and used as a server's", seen)
            }
            "UnsupportedCertVersion" => unusable(host, "it is of an old version", seen),
            other => unusable(host, other, seen),
        },
        CertificateError::BadEncoding => unusable(host, "it can't be read", seen),
        why => unusable(host, &why.to_string(), seen),
    }
}

/// What only a pin helps against.
fn unusable(host: &str, why: &str, seen: Option<Pin>) -> (String, String) {
    let problem = format!("the certificate of `{host}` can't be verified: {why}");
    let help = match seen {
        None => "have it renewed, or set `tls: { pin: SHA-256 }` to trust exactly this one".into(),
        Some(seen) => format!(
            "compare its SHA-256 with what the server's own administration shows, and only if they \
             agree set `tls: {{ pin: \"{seen}\" }}`, in place of `ca:`"
        ),
    };
    (problem, help)
}

fn names(why: &CertificateError) -> String {
    match why {
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            let bare = presented.iter().map(|name| {
                let inner = name.split_once('(').map_or(name.as_str(), |(_, rest)| rest);
                format!("`{}`", inner.trim_end_matches(')').trim_matches('"'))
            });
            format!("; it is for {}", bare.collect::<Vec<_>>().join(", "))
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_authority_is_told_with_what_to_set() {
        let error = io::Error::other(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        let (problem, help) = refused(&error, "dc1.corp.example");
        assert!(problem.contains("`dc1.corp.example`"), "{problem}");
        assert!(help.contains("tls: { ca: FILE }"), "{help}");
    }
}
