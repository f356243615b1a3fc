//! Which certificate a server shows, for whoever wants to pin it.

use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    sync::Arc,
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, crypto::ring, pki_types::ServerName};

use super::{Pin, Verifier, seen};

/// Until the server answers, and for each step of the handshake.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of looking.
#[derive(Debug)]
pub enum Peeked {
    /// It shows a certificate with this SHA-256.
    Pin(Pin),
    /// Nobody answers there.
    Unreachable(io::Error),
    /// Somebody answers, and shows no certificate.
    NoCertificate(io::Error),
}

/// Looks at the certificate that is shown at a host and port. It is never taken: the handshake is
/// broken off as soon as it came, so nothing is sent to whoever showed it.
pub fn peek(host: &str, port: u16) -> Peeked {
    match reach(host, port) {
        Err(error) => Peeked::Unreachable(error),
        Ok(socket) => shown(host, socket).map_or_else(Peeked::NoCertificate, Peeked::Pin),
    }
}

fn reach(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the name leads to no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(socket) => {
                socket.set_read_timeout(Some(PATIENCE))?;
                socket.set_write_timeout(Some(PATIENCE))?;
                return Ok(socket);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn shown(host: &str, mut socket: TcpStream) -> io::Result<Pin> {
    let provider = Arc::new(ring::default_provider());
    // No certificate has this pin, so each is refused, and told.
    let verifier = Verifier { chain: None, pin: Some(Pin([0; 32])), provider: provider.clone() };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        if let Err(error) = connection.complete_io(&mut socket) {
            let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            return tls.and_then(seen).ok_or(error);
        }
    }
    Err(io::Error::other("the handshake ended without a certificate"))
}
