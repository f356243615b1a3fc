//! Handshakes in memory, with certificates as appliances have them.

use std::io;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{
    ClientConnection, Error, RootCertStore, ServerConfig, ServerConnection,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};

use super::*;

const HOST: &str = "ucm1.corp.example";

/// A server's certificate with its key.
struct Shown {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Shown {
    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self { certificate: certificate.der().clone(), key }
    }
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, HOST);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2120, 1, 1));
    params
}

/// As Cisco UCM makes for itself: self-signed, an authority, and good for signing others.
fn of_an_appliance() -> Shown {
    let mut params = params();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
        KeyUsagePurpose::DataEncipherment,
        KeyUsagePurpose::KeyCertSign,
    ];
    let key = KeyPair::generate().unwrap();
    Shown::new(&params.self_signed(&key).unwrap(), &key)
}

/// By a company's authority, which comes with it.
fn of_a_company(params: &CertificateParams) -> (CertificateDer<'static>, Shown) {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = params.signed_by(&key, &root).unwrap();
    (root.as_ref().der().clone(), Shown::new(&leaf, &key))
}

fn roots(certificate: &CertificateDer<'static>) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    Some(roots)
}

/// Shakes hands; the error is the client's.
fn shake(shown: &Shown, roots: Option<RootCertStore>, pin: Option<Pin>) -> Result<(), Error> {
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![shown.certificate.clone()], shown.key.clone_key())
        .unwrap();
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    let config = client(roots, pin).unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut &bytes[..]).unwrap();
        server.process_new_packets().unwrap();
        let mut bytes = Vec::new();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut &bytes[..]).unwrap();
        client.process_new_packets()?;
    }
    Ok(())
}

fn words(error: &Error) -> String {
    let (problem, help) = refused_by(error, HOST);
    assert_eq!(refused(&io::Error::other(error.clone()), HOST), (problem.clone(), help.clone()));
    format!("{problem}; {help}")
}

#[test]
fn an_appliances_own_certificate_is_refused_with_the_pin_to_set() {
    let shown = of_an_appliance();
    let pin = Pin::of(&shown.certificate);
    let (other, _) = of_a_company(&params());
    for trusted in [roots(&shown.certificate), roots(&other)] {
        let error = shake(&shown, trusted, None).unwrap_err();
        assert_eq!(seen(&error), Some(pin));
        assert_eq!(
            words(&error),
            format!(
                "the certificate of `ucm1.corp.example` can't be verified: it is made as an \
                 authority and used as a server's; compare its SHA-256 with what the server's own \
                 administration shows, and only if they agree set `tls: {{ pin: \"{pin}\" }}`, in \
                 place of `ca:`"
            )
        );
    }
    shake(&shown, None, Some(pin)).unwrap();
}

#[test]
fn another_certificate_than_the_pinned_one_is_refused() {
    let (shown, other) = (of_an_appliance(), of_an_appliance());
    let error = shake(&shown, None, Some(Pin::of(&other.certificate))).unwrap_err();
    let pin = Pin::of(&shown.certificate);
    assert_eq!(seen(&error), Some(pin));
    assert!(words(&error).contains(&format!("is not the pinned one; it is `{pin}`")));
}

#[test]
fn a_pinned_certificate_must_be_that_of_the_server_that_shows_it() {
    let (shown, thief) = (of_an_appliance(), of_an_appliance());
    let stolen = Shown { certificate: shown.certificate.clone(), key: thief.key };
    assert!(shake_unchecked(&stolen, Pin::of(&shown.certificate)).is_err());
}

/// As [`shake`], for a server whose key is not that of its certificate.
fn shake_unchecked(shown: &Shown, pin: Pin) -> Result<(), Error> {
    #[derive(Debug)]
    struct Stolen(Arc<rustls::sign::CertifiedKey>);
    impl rustls::server::ResolvesServerCert for Stolen {
        fn resolve(
            &self,
            _hello: rustls::server::ClientHello<'_>,
        ) -> Option<Arc<rustls::sign::CertifiedKey>> {
            Some(self.0.clone())
        }
    }
    let key = ring::sign::any_supported_type(&shown.key).unwrap();
    let stolen = rustls::sign::CertifiedKey::new(vec![shown.certificate.clone()], key);
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Stolen(Arc::new(stolen))));
    let mut server = ServerConnection::new(Arc::new(server)).unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let config = client(None, Some(pin)).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut bytes = Vec::new();
    client.write_tls(&mut bytes).unwrap();
    server.read_tls(&mut &bytes[..]).unwrap();
    server.process_new_packets().unwrap();
    let mut bytes = Vec::new();
    server.write_tls(&mut bytes).unwrap();
    client.read_tls(&mut &bytes[..]).unwrap();
    client.process_new_packets().map(drop)
}

#[test]
fn the_usual_faults_have_their_usual_words() {
    let (root, good) = of_a_company(&params());
    shake(&good, roots(&root), None).unwrap();
    let (renewed, _) = of_a_company(&params());
    let unknown = of_an_appliance().certificate;
    let mut old = params();
    old.not_after = date_time_ymd(2021, 1, 1);
    let mut early = params();
    early.not_before = date_time_ymd(2119, 1, 1);
    let mut elsewhere = params();
    elsewhere.subject_alt_names.clear();
    elsewhere.subject_alt_names.push(rcgen::SanType::DnsName("ucm2.example".try_into().unwrap()));
    for (params, trusted, wanted) in [
        (params(), Some(unknown), "not from an authority that is trusted here; set `tls: { ca"),
        (
            params(),
            Some(renewed),
            "trusted here by name, but signed by another key; set `tls: { ca",
        ),
        (old, None, "has expired; have the server's certificate renewed"),
        (early, None, "is not valid yet"),
        (elsewhere, None, "is not for that name; it is for `ucm2.example`; write in `url:`"),
    ] {
        let (own, shown) = of_a_company(&params);
        let error = shake(&shown, roots(&trusted.unwrap_or(own)), None).unwrap_err();
        assert!(words(&error).contains(wanted), "{}", words(&error));
        assert_eq!(seen(&error), Some(Pin::of(&shown.certificate)));
    }
}
