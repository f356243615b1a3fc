//! Whether a certificate is taken: by authorities, a pin, or both.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{Pin, old};

/// Holds a server's certificate against authorities, a pin, or both.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) chain: Option<Arc<WebPkiServerVerifier>>,
    pub(super) pin: Option<Pin>,
    pub(super) provider: Arc<CryptoProvider>,
}

/// A certificate that is not taken, and why.
#[derive(Debug, thiserror::Error)]
#[error("the certificate's SHA-256 is {seen}")]
pub(super) struct NotTaken {
    pub(super) seen: Pin,
    /// Nothing where it is another one than the pin says.
    pub(super) why: Option<CertificateError>,
}

impl NotTaken {
    fn error(seen: Pin, why: Option<CertificateError>) -> Error {
        let not_taken = OtherError(Arc::new(Self { seen, why }));
        Error::InvalidCertificate(CertificateError::Other(not_taken))
    }

    pub(super) fn of(error: &Error) -> Option<&Self> {
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
