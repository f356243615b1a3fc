//! Why a request had no answer, in words.

use std::{error::Error, io};

use super::{Address, TooMuch};
use crate::{
    source::FetchError,
    wire::tls::{self, Pin},
};

/// A request that had no whole answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Failure {
    /// What kind of failure, for whoever decides about repeating.
    pub kind: Kind,
    /// What happened, with the address.
    pub problem: String,
    /// What the reader can do.
    pub help: String,
    /// The SHA-256 of the certificate that was shown and refused.
    pub pin: Option<Pin>,
}

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nobody answered there.
    Unreachable,
    /// No encrypted connection: nothing was asked.
    Refused,
    /// The connection broke, or nothing came for too long: asking again may help.
    Lost,
    /// The answer is longer than anything expected, or came too slowly.
    TooMuch,
    /// It can't be asked like this.
    Wrong,
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        Self::Server { problem: failure.problem, help: failure.help }
    }
}

impl Failure {
    /// One that the certificate has no part in.
    pub fn new(kind: Kind, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind, problem: problem.into(), help: help.into(), pin: None }
    }

    /// Of a request that was not answered.
    pub(super) fn of_request(error: &reqwest::Error, address: &Address) -> Self {
        let shown = address.shown();
        if let Some(refused) = causes(error).find_map(|cause| tls_error(cause)) {
            let (problem, help) = tls::refused_by(refused, &shown);
            let pin = tls::seen(refused);
            return Self { kind: Kind::Refused, problem, help, pin };
        }
        if error.is_builder() {
            return Self::new(
                Kind::Wrong,
                format!("`{shown}` can't be asked: {}", innermost(error)),
                "check `url:` and the login",
            );
        }
        if error.is_connect() && error.is_timeout() {
            return Self::new(
                Kind::Unreachable,
                format!("`{shown}` can't be reached: no answer"),
                REACH,
            );
        }
        if error.is_connect() {
            let why = innermost(error);
            // A server that ends the connection in the middle of the handshake doesn't speak TLS.
            let broken_off = address.encrypted() && why.contains("eof");
            let help = if broken_off {
                "check that the port in `url:` is the encrypted one"
            } else {
                REACH
            };
            return Self::new(
                Kind::Unreachable,
                format!("`{shown}` can't be reached: {why}"),
                help,
            );
        }
        Self::lost(&shown, error)
    }

    /// Of an answer that was not read to its end.
    pub fn of_body(error: &io::Error, shown: &str) -> Self {
        match error.get_ref().and_then(|carried| carried.downcast_ref::<TooMuch>()) {
            Some(limit) => Self::new(
                Kind::TooMuch,
                format!("`{shown}`: {limit}"),
                "look at what the server does; that is more than any right answer",
            ),
            None => Self::lost(shown, error),
        }
    }

    fn lost(shown: &str, error: &(dyn Error + 'static)) -> Self {
        let timeout = causes(error).any(|cause| {
            cause.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_timeout)
                || io_error(cause).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
        });
        let why = if timeout { "nothing came for too long".into() } else { innermost(error) };
        Self::new(
            Kind::Lost,
            format!("the connection to `{shown}` broke: {why}"),
            "try again; if it stays so, look at the server's log and at firewalls between",
        )
    }
}

const REACH: &str = "check host and port in `url:`, name resolution and firewalls";

/// An error and what caused it, the outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        match io_error(error).and_then(io::Error::get_ref) {
            // The standard library leaves the carried error out of the chain.
            Some(carried) => Some(carried as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    error.downcast_ref::<io::Error>()
}

fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    error.downcast_ref::<rustls::Error>()
}

/// What the system said in the end; the layers above only repeat the address.
fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
