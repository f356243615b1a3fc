//! The two certificates that clusters have: the appliance's own, and one by a company's authority.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use sha2::{Digest, Sha256};

/// A server's certificates, and what a client needs to trust them.
#[derive(Clone)]
pub struct Certificates {
    pub config: Arc<ServerConfig>,
    /// The root that vouches for the server, in PEM; of the appliance's own it is itself.
    pub ca: String,
    /// SHA-256 of the server's certificate, in hexadecimal.
    pub pin: String,
}

fn params(name: &str) -> CertificateParams {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2120, 1, 1);
    params
}

fn made(chain: Vec<CertificateDer<'static>>, ca: String, key: &KeyPair) -> Certificates {
    let digest = Sha256::digest(&chain[0]);
    let pin = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    Certificates { config: Arc::new(config), ca, pin }
}

impl Certificates {
    /// As the appliance makes for itself: self-signed, and marked as an authority.
    pub fn of_the_appliance() -> Self {
        let mut params = params("ucm1.example.net");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::DataEncipherment,
            KeyUsagePurpose::KeyCertSign,
        ];
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        made(vec![own.der().clone()], own.pem(), &key)
    }

    /// As a company's own authority signs.
    pub fn of_a_company() -> Self {
        let mut root = params("Example Root");
        root.subject_alt_names.clear();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root_key = KeyPair::generate().unwrap();
        let root_certificate = root.self_signed(&root_key).unwrap();
        let issuer = Issuer::new(root, root_key);

        let mut leaf = params("ucm1.example.net");
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        let chain = vec![leaf.der().clone(), root_certificate.der().clone()];
        made(chain, root_certificate.pem(), &key)
    }
}
