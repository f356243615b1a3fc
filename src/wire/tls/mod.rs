//! TLS by our own rules: which authorities are trusted, and plain words for what was refused.

#[cfg(test)]
mod handshakes;
mod old;
mod peek;
mod pin;
mod refusal;
mod verifier;

use std::{fs, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    client::WebPkiServerVerifier,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::IntoDeserializer};

use self::verifier::Verifier;
pub use self::{
    peek::{Peeked, peek},
    pin::Pin,
    refusal::{refused, refused_by, seen},
};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_setting_is_not_set() {
        let tls: Tls = serde_json::from_str("{ \"ca\": \"\", \"pin\": \"\" }").unwrap();
        assert!(tls.ca.is_none() && tls.pin.is_none());
    }
}
