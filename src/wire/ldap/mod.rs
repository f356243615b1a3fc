//! Directory servers: one connection, and searches that tell whether their answer is whole.
//!
//! On the `ldap3` crate, with what it leaves open done here: TLS by our own rules, every message
//! held against RFC 4511 before the crate decodes it (`guard.rs`), paging and range retrieval, a
//! reader of entries that doesn't panic, a time limit on every answer, and result codes in words.

mod address;
pub(in crate::wire) mod ber;
mod dn;
mod entry;
mod failure;
mod filter;
mod guard;
mod search;

use std::{io, sync::Arc, time::Duration};

use ldap3::{LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};
use tokio_rustls::TlsConnector;

pub use address::Address;
pub use dn::{ancestors, is_within, normal, of};
pub use entry::Entry;
pub use failure::Failure;
pub use filter::{Filter, escaped};
pub use search::{Answer, Search};

use crate::{secret::Secret, wire::tls};

/// How long reaching a server and agreeing on TLS may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long each answer may take; Active Directory gives up on a query after 120 s.
const ANSWER: Duration = Duration::from_secs(60);

/// One connection to one server, logged in or anonymous. Only ever reads.
pub struct Connection {
    runtime: Option<Runtime>,
    ldap: ldap3::Ldap,
    ending: guard::Ending,
    host: String,
    encrypted: bool,
}

/// What a server says of itself (RFC 4512 section 5.1).
#[derive(Debug, Clone, Default)]
pub struct RootDse {
    entry: Entry,
}

impl Connection {
    /// Reaches the server and encrypts the connection, by TLS at once or by StartTLS; without
    /// `tls` it stays plain, and no password will be sent over it.
    ///
    /// # Errors
    ///
    /// [`Failure`] with what to do: nobody there, TLS refused, a certificate not trusted.
    pub fn open(
        address: &Address,
        start_tls: bool,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Self, Failure> {
        let runtime = runtime()?;
        let ending = guard::Ending::default();
        let encrypted = tls.is_some();
        let opened = runtime.block_on(async {
            let network = match timeout(CONNECT, reach(address, start_tls, tls)).await {
                Ok(network) => network?,
                Err(_) => return Err(unreachable(address, "no answer within 10 s")),
            };
            let (ours, theirs) = pair().map_err(no_room)?;
            let settings = LdapConnSettings::new().set_std_stream(theirs);
            let (driver, ldap) = LdapConnAsync::with_settings(settings, "ldapi:///")
                .await
                .map_err(|error| Failure::new(error.to_string(), "report this"))?;
            tokio::spawn(guard::carry(network, ours, ending.clone()));
            tokio::spawn(async move {
                if let Err(error) = driver.drive().await {
                    tracing::debug!("ldap: {error}");
                }
            });
            Ok(ldap)
        });
        let host = address.shown();
        match opened {
            Ok(ldap) => Ok(Self { runtime: Some(runtime), ldap, ending, host, encrypted }),
            Err(failure) => {
                // A name that is still being looked up must not hold the program up.
                runtime.shutdown_background();
                Err(failure)
            }
        }
    }

    /// Whether somebody listens there.
    ///
    /// # Errors
    ///
    /// [`Failure`] where nobody does.
    pub fn knock(address: &Address) -> Result<(), Failure> {
        let runtime = runtime()?;
        let reached =
            runtime.block_on(async { timeout(CONNECT, reach(address, false, None)).await });
        runtime.shutdown_background();
        reached.map_err(|_| unreachable(address, "no answer within 10 s"))?.map(drop)
    }

    /// Logs in with a name and a password (RFC 4513 section 5.1.3).
    ///
    /// # Errors
    ///
    /// [`Failure`] before anything is sent for an empty password, which servers take for an
    /// anonymous login, and for a connection that is not encrypted; else what the server says.
    pub fn log_in(&mut self, user: &str, password: &Secret) -> Result<(), Failure> {
        if !self.encrypted {
            return Err(Failure::new(
                format!("no password is sent to `{}` over a plain connection", self.host),
                "write `ldaps://` in `url:`, or set `start_tls: true`",
            ));
        }
        if password.expose().is_empty() || user.is_empty() {
            return Err(Failure::new(
                format!("user or password for `{}` is empty", self.host),
                "set both in `bind:`; with an empty one a server lets anybody in, and shows nothing",
            ));
        }
        let answer = self.wait(async |ldap| {
            ldap.with_timeout(ANSWER).simple_bind(user, password.expose()).await
        });
        let result = answer.map_err(|error| self.lost(&error))?;
        match result.rc {
            0 => Ok(()),
            code => Err(Failure::login(user, &self.host, code, &result.text)),
        }
    }

    /// What the server says of itself, which anybody may read.
    ///
    /// # Errors
    ///
    /// [`Failure`] where it says nothing.
    pub fn root_dse(&mut self) -> Result<RootDse, Failure> {
        let attributes = [
            "defaultNamingContext",
            "namingContexts",
            "supportedCapabilities",
            "supportedControl",
            "currentTime",
            "dnsHostName",
            "vendorName",
            "vendorVersion",
            "objectClass",
        ];
        let entry = self.object("", &attributes.map(str::to_owned), false)?;
        Ok(RootDse { entry: entry.unwrap_or_default() })
    }

    /// The server's name in messages.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Waits for what the handle does.
    fn wait<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut ldap3::Ldap) -> Result<T, LdapError>,
    ) -> Result<T, LdapError> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(work(&mut self.ldap)),
            None => Err(LdapError::EndOfStream),
        }
    }

    /// Why an answer did not come.
    fn lost(&self, error: &LdapError) -> Failure {
        let ending = guard::held(&self.ending).clone();
        let why = match (error, ending) {
            (LdapError::Timeout { .. }, _) => "no answer within 60 s".to_owned(),
            (LdapError::FilterParsing, _) => {
                return Failure::new("a filter can't be read", "check `filter:`");
            }
            (_, Some(why)) => why,
            (error, None) => error.to_string(),
        };
        Failure::new(
            format!("the connection to `{}` broke: {why}", self.host),
            "try again; if it stays so, look at the server's log and at firewalls between",
        )
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            let unbind = async {
                // The server sees an end of the connection either way.
                let _ = self.ldap.unbind().await;
                tokio::task::yield_now().await;
            };
            let _ = runtime.block_on(async { timeout(Duration::from_millis(200), unbind).await });
            runtime.shutdown_background();
        }
    }
}

impl RootDse {
    /// Whether it is Active Directory (LDAP_CAP_ACTIVE_DIRECTORY_OID, MS-ADTS 3.1.1.3.4.3.1).
    pub fn is_active_directory(&self) -> bool {
        self.has("supportedCapabilities", "1.2.840.113556.1.4.800")
    }

    /// The root of the domain that the server holds.
    pub fn default_naming_context(&self) -> Option<&str> {
        self.entry.text("defaultNamingContext")
    }

    /// The roots of the trees that the server holds.
    pub fn naming_contexts(&self) -> Vec<&str> {
        let values = self.entry.values("namingContexts");
        values.iter().filter_map(|value| std::str::from_utf8(value).ok()).collect()
    }

    /// Whether the server says that it can page (RFC 2696).
    pub fn pages(&self) -> bool {
        self.has("supportedControl", search::PAGED)
    }

    /// An attribute that has one text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.entry.text(name)
    }

    /// The product, as far as the server tells.
    pub fn product(&self) -> String {
        let vendor = self.text("vendorName").or_else(|| {
            let classes = self.entry.values("objectClass");
            classes.iter().any(|class| class == b"OpenLDAProotDSE").then_some("OpenLDAP")
        });
        match (vendor, self.text("vendorVersion")) {
            (Some(vendor), Some(version)) => format!("{vendor} {version}"),
            (Some(vendor), None) => vendor.to_owned(),
            (None, _) if self.is_active_directory() => "Active Directory".to_owned(),
            (None, _) => "a server that does not tell its product".to_owned(),
        }
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.entry.values(name).iter().any(|known| known == value.as_bytes())
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread().enable_all().build().map_err(no_room)
}

fn no_room(error: io::Error) -> Failure {
    Failure::new(
        format!("no connection can be made here: {error}"),
        "check how many files and processes this user may have",
    )
}

/// A stream in both directions.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn reach(
    address: &Address,
    start_tls: bool,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Box<dyn Stream>, Failure> {
    let mut plain = TcpStream::connect((address.host(), address.port()))
        .await
        .map_err(|error| unreachable(address, &error.to_string()))?;
    let _ = plain.set_nodelay(true);
    let Some(config) = tls else { return Ok(Box::new(plain)) };
    if start_tls && !address.tls_at_once() {
        ask_for_tls(&mut plain, address).await?;
    }
    let name = ServerName::try_from(address.host().to_owned())
        .map_err(|error| unreachable(address, &error.to_string()))?;
    match TlsConnector::from(config).connect(name, plain).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => {
            let (problem, help) = tls::refused(&error, address.host());
            Err(Failure::new(problem, help))
        }
    }
}

/// StartTLS (RFC 4511 section 4.14); what follows the answer belongs to TLS.
async fn ask_for_tls(plain: &mut TcpStream, address: &Address) -> Result<(), Failure> {
    const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let broken = |why: String| {
        Failure::new(
            format!("`{}` does not start TLS: {why}", address.shown()),
            "write `ldaps://` in `url:`, or have StartTLS allowed on the server",
        )
    };
    plain.write_all(REQUEST).await.map_err(|error| broken(error.to_string()))?;
    // One byte at a time, so that nothing beyond the answer is taken from the stream.
    let mut stream = BufReader::with_capacity(1, plain);
    let answer = guard::message(&mut stream).await.map_err(|error| broken(error.to_string()))?;
    let answer = answer.ok_or_else(|| broken("it closed the connection".into()))?;
    let read = guard::envelope(&answer)
        .and_then(|(_, operation, body)| Ok((operation, guard::result(body)?)));
    match read {
        Ok((guard::EXTENDED, (0, _))) => Ok(()),
        Ok((guard::EXTENDED, (code, text))) => Err(broken(format!("code {code} {text}"))),
        _ => Err(broken("it sent a malformed answer".into())),
    }
}

fn unreachable(address: &Address, why: &str) -> Failure {
    Failure::new(
        format!("`{}` can't be reached: {why}", address.shown()),
        "check host and port in `url:`, name resolution and firewalls",
    )
}

/// Two ends of one stream inside this process: ours, and the crate's.
#[cfg(unix)]
fn pair() -> io::Result<(tokio::net::UnixStream, StdStream)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((tokio::net::UnixStream::from_std(ours)?, StdStream::Unix(theirs)))
}
