//! TLS by our own rules: which authorities are trusted, and plain words for what was refused.

#[cfg(test)]
mod handshakes;
mod old;
mod peek;

use std::{fmt, fs, io, path::PathBuf, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer,
    de::{self, IntoDeserializer},
};
use sha2::{Digest, Sha256};

pub use peek::{Peeked, peek};

use crate::source::{Context, FetchError};

/// How a server proves who it is. Without settings: to an authority that the system trusts.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// File with the certificates (PEM) of the authorities to trust in place of the system's,
    /// from the manifest's folder. Empty is the same as not set.
    #[serde(default, deserialize_with = "unless_empty")]
    ca: Option<PathBuf>,
    /// SHA-256 of the server's own certificate, in hexadecimal with or without colons. It is
    /// then taken whatever its names, dates and authority are; where `ca` is given too, both hold.
    /// Empty is the same as not set.
    #[serde(default, deserialize_with = "unless_empty")]
    pin: Option<Pin>,
}

/// So that a reference may have an empty default.
fn unless_empty<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => T::deserialize(text.into_deserializer()).map(Some),
        _ => Ok(None),
    }
}

/// The SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Pin([u8; 32]);

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
    fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate.as_ref()).into())
    }
}

impl Tls {
    /// What a connection needs: built for each fetch, so that a renewed CA file is seen.
    ///
    /// # Errors
    ///
    /// [`FetchError`] for a CA file that can't be read or holds no certificate, and for a system
    /// store that ends empty.
    pub fn config(&self, cx: &Context<'_>) -> Result<Arc<ClientConfig>, FetchError> {
        let roots = match (&self.ca, self.pin) {
            (Some(path), _) => Some(from_file(cx, path)?),
            (None, Some(_)) => None,
            (None, None) => Some(from_system()?),
        };
        client(roots, self.pin).map(Arc::new)
    }
}

/// A client that goes by authorities, a pin, or both.
fn client(roots: Option<RootCertStore>, pin: Option<Pin>) -> Result<ClientConfig, FetchError> {
    let provider = Arc::new(ring::default_provider());
    let chain = roots
        .map(|roots| {
            WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone()).build()
        })
        .transpose()
        .map_err(|error| FetchError::Setting {
            problem: format!("the trusted certificates can't be used: {error}"),
            help: "set `tls: { ca: FILE }` to the certificate of your authority".into(),
        })?;
    let verifier = Verifier { chain, pin, provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Setting {
            problem: format!("TLS can't be set up: {error}"),
            help: "report this".into(),
        })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

fn from_file(cx: &Context<'_>, path: &PathBuf) -> Result<RootCertStore, FetchError> {
    let bytes = fs::read(cx.root.join(path))
        .map_err(|source| FetchError::Unreadable { path: path.clone(), source })?;
    let malformed = |problem: String| FetchError::Malformed {
        path: path.clone(),
        at: String::new(),
        problem,
        help: "export the authority's certificate as PEM (`-----BEGIN CERTIFICATE-----`)".into(),
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()))
            .map_err(|problem| {
                malformed(format!("a certificate in it can't be used: {problem}"))
            })?;
    }
    if roots.is_empty() {
        return Err(malformed("no certificate is in it".into()));
    }
    Ok(roots)
}

fn from_system() -> Result<RootCertStore, FetchError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let because = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(FetchError::Setting {
            problem: format!("the system has no trusted certificates{because}"),
            help: "install the package `ca-certificates`, or set `tls: { ca: FILE }` to the \
                   certificate of your authority"
                .into(),
        });
    }
    Ok(roots)
}

/// Holds a server's certificate against authorities, a pin, or both.
#[derive(Debug)]
struct Verifier {
    chain: Option<Arc<WebPkiServerVerifier>>,
    pin: Option<Pin>,
    provider: Arc<CryptoProvider>,
}

/// A certificate that is not taken, and why.
#[derive(Debug, thiserror::Error)]
#[error("the certificate's SHA-256 is {seen}")]
struct NotTaken {
    seen: Pin,
    /// Nothing where it is another one than the pin says.
    why: Option<CertificateError>,
}

impl NotTaken {
    fn error(seen: Pin, why: Option<CertificateError>) -> Error {
        let not_taken = OtherError(Arc::new(Self { seen, why }));
        Error::InvalidCertificate(CertificateError::Other(not_taken))
    }

    fn of(error: &Error) -> Option<&Self> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => {
                other.downcast_ref::<Self>()
            }
            _ => None,
        }
    }
}

impl Verifier {
    /// A certificate that can't be read and is the pinned one: its key is looked for by hand.
    fn or_by_pin(
        &self,
        verified: Result<HandshakeSignatureValid, Error>,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match verified {
            Err(Error::InvalidCertificate(why))
                if why != CertificateError::BadSignature
                    && self.pin == Some(Pin::of(certificate)) =>
            {
                let algorithms = &self.provider.signature_verification_algorithms;
                old::verify(message, certificate, signed, algorithms)
            }
            verified => verified,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let seen = Pin::of(certificate);
        if self.pin.is_some_and(|pin| pin != seen) {
            return Err(NotTaken::error(seen, None));
        }
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        let verified = chain.verify_server_cert(certificate, intermediates, name, ocsp, now);
        verified.map_err(|error| match error {
            Error::InvalidCertificate(why) => NotTaken::error(seen, Some(why)),
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let verified = verify_tls12_signature(message, certificate, signed, algorithms);
        self.or_by_pin(verified, message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let verified = verify_tls13_signature(message, certificate, signed, algorithms);
        self.or_by_pin(verified, message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

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
    fn a_pin_is_read_with_and_without_colons() {
        let bare = format!("\"{}\"", "0a".repeat(32));
        let colons = format!("\"{}\"", ["0A"; 32].join(":"));
        let bare: Pin = serde_json::from_str(&bare).unwrap();
        assert_eq!(bare, serde_json::from_str::<Pin>(&colons).unwrap());
        assert_eq!(bare.to_string(), "0a".repeat(32));
    }

    #[test]
    fn an_empty_setting_is_not_set() {
        let tls: Tls = serde_json::from_str("{ \"ca\": \"\", \"pin\": \"\" }").unwrap();
        assert!(tls.ca.is_none() && tls.pin.is_none());
    }

    #[test]
    fn a_short_pin_is_refused() {
        assert!(serde_json::from_str::<Pin>("\"0a0b\"").is_err());
        assert!(serde_json::from_str::<Pin>("\"zz\"").is_err());
    }

    #[test]
    fn an_unknown_authority_is_told_with_what_to_set() {
        let error = io::Error::other(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        let (problem, help) = refused(&error, "dc1.corp.example");
        assert!(problem.contains("`dc1.corp.example`"), "{problem}");
        assert!(help.contains("tls: { ca: FILE }"), "{help}");
    }
}
