//! Signatures by the key of a certificate that `rustls` does not read: version 1, as old
//! appliances have it. Only of use where the certificate itself is known by its pin.

use rustls::{
    CertificateError, DigitallySignedStruct, Error, client::danger::HandshakeSignatureValid,
    crypto::WebPkiSupportedAlgorithms, pki_types::CertificateDer,
};

use crate::wire::ldap::ber::{self, Malformed};

/// Holds a handshake's signature against the key in the certificate.
///
/// # Errors
///
/// [`Error`] where the key can't be found or has not signed this.
pub(super) fn verify(
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let (kind, key) = public_key(certificate)
        .map_err(|Malformed| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    let fitting = algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signed.scheme);
    let verified = fitting
        .flat_map(|(_, algorithms)| algorithms.iter())
        .filter(|algorithm| algorithm.public_key_alg_id().as_ref() == kind)
        .any(|algorithm| algorithm.verify_signature(key, message, signed.signature()).is_ok());
    match verified {
        true => Ok(HandshakeSignatureValid::assertion()),
        false => Err(Error::InvalidCertificate(CertificateError::BadSignature)),
    }
}

/// The kind of key (the content of its AlgorithmIdentifier) and the key (RFC 5280 section 4.1).
fn public_key(certificate: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    const SEQUENCE: u8 = 0x30;
    let whole = ber::expect(certificate, SEQUENCE)?;
    let signed = ber::expect(whole.content, SEQUENCE)?;
    let mut rest = signed.content;
    // Version 1 has no version.
    if rest.first() == Some(&0xa0) {
        rest = ber::first(rest)?.rest;
    }
    // Serial number, algorithm, issuer, validity, subject.
    for tag in [0x02, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        rest = ber::expect(rest, tag)?.rest;
    }
    let info = ber::expect(rest, SEQUENCE)?;
    let kind = ber::expect(info.content, SEQUENCE)?;
    let key = ber::expect(kind.rest, 0x03)?;
    match key.content {
        [0, key @ ..] => Ok((kind.content, key)),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_certificate_is_found() {
        let made = rcgen::generate_simple_self_signed(["pbx".to_owned()]).unwrap();
        let (kind, key) = public_key(made.cert.der()).unwrap();
        // id-ecPublicKey, prime256v1
        assert_eq!(
            kind,
            b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
        );
        assert_eq!((key.len(), key[0]), (65, 4));
    }

    #[test]
    fn a_certificate_cut_anywhere_has_no_key() {
        let made = rcgen::generate_simple_self_signed(["pbx".to_owned()]).unwrap();
        let whole = made.cert.der();
        assert!((0..whole.len()).all(|length| public_key(&whole[..length]).is_err()));
    }
}
