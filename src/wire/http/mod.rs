//! Web services: one client for one server, over our own TLS.
//!
//! On `reqwest`, with what it leaves open decided here: no redirect is followed (a login must not
//! wander off to another host), no proxy is taken from the environment (a variable of some shell
//! must not decide who sees the traffic), nothing is decompressed, an answer is read as a stream
//! with a limit, and refusals have plain words.

mod address;
mod failure;

use std::{
    io::{self, Read},
    time::{Duration, Instant},
};

use reqwest::{
    Method,
    blocking::Client as Blocking,
    header::{HeaderName, HeaderValue},
    redirect::Policy,
};

pub use address::Address;
pub use failure::{Failure, Kind};

use crate::{
    secret::Secret,
    source::{Context, FetchError},
    wire::tls::Tls,
};

/// How long things may take, and how much may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Reaching the server and agreeing on TLS.
    pub connect: Duration,
    /// Until an answer begins, and between any two parts of it.
    pub silence: Duration,
    /// For one whole answer.
    pub whole: Duration,
    /// The length of one answer, in bytes.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(120),
            whole: Duration::from_secs(900),
            bytes: 64 << 20,
        }
    }
}

/// A client of one server, which keeps its connection open between requests.
pub struct Client {
    inner: Blocking,
    limits: Limits,
}

/// One request.
pub struct Request<'a> {
    /// Where to.
    pub to: &'a Address,
    /// What is sent; without it, something is only asked for (GET).
    pub body: Option<Vec<u8>>,
    /// Further headers; none of them is secret.
    pub headers: &'a [(&'static str, &'a str)],
    /// Who asks.
    pub proof: Proof<'a>,
}

/// How a request shows who asks.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// Not at all.
    None,
    /// User and password (RFC 7617, in UTF-8).
    Password(&'a str, &'a Secret),
    /// What the server gave for it: `name=value; name=value`.
    Cookie(&'a str),
}

/// The beginning of an answer, and the rest as a stream.
pub struct Answer {
    status: u16,
    /// Names in lower case; only those that are text.
    headers: Vec<(String, String)>,
    body: Body,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`FetchError`] for TLS settings that can't be used.
    pub fn new(tls: &Tls, limits: Limits, cx: &Context<'_>) -> Result<Self, FetchError> {
        let config = (*tls.config(cx)?).clone();
        let inner = Blocking::builder()
            .tls_backend_preconfigured(config)
            .http1_only()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(limits.connect)
            .timeout(limits.silence)
            .pool_max_idle_per_host(1)
            .tcp_keepalive(Duration::from_secs(30))
            .user_agent(concat!("rollbook/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| FetchError::Setting {
                problem: format!("no connection can be made here: {error}"),
                help: "check how many files and processes this user may have".into(),
            })?;
        Ok(Self { inner, limits })
    }

    /// Sends a request and waits for the beginning of its answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Failure`] where there is no answer.
    pub fn send(&self, request: Request<'_>) -> Result<Answer, Failure> {
        let Request { to, body, headers, proof } = request;
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut sent = self.inner.request(method, to.url());
        for (name, value) in headers {
            sent = sent.header(*name, *value);
        }
        sent = match proof {
            Proof::None => sent,
            Proof::Password(user, password) => sent.basic_auth(user, Some(password.expose())),
            Proof::Cookie(cookie) => {
                let mut value = HeaderValue::from_str(cookie).map_err(|_| {
                    Failure::new(Kind::Wrong, "a cookie can't be sent back", "report this")
                })?;
                value.set_sensitive(true);
                sent.header(HeaderName::from_static("cookie"), value)
            }
        };
        if let Some(body) = body {
            sent = sent.body(body);
        }
        let response = sent.send().map_err(|error| Failure::of_request(&error, to))?;
        let status = response.status().as_u16();
        let headers = response.headers().iter().filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        let headers = headers.collect();
        let answer = Answer { status, headers, body: Body::new(response, self.limits) };
        match answer.header("content-encoding") {
            Some(encoding) if !encoding.eq_ignore_ascii_case("identity") => Err(Failure::new(
                Kind::Wrong,
                format!("`{}` compresses its answers, which nobody asked for", to.shown()),
                "have compression turned off in whatever stands between, or go there directly",
            )),
            _ => Ok(answer),
        }
    }
}

impl Answer {
    /// One made of its parts; the names of headers are in lower case.
    pub fn new(
        status: u16,
        headers: Vec<(String, String)>,
        body: impl Read + Send + 'static,
        limits: Limits,
    ) -> Self {
        Self { status, headers, body: Body::new(body, limits) }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(known, _)| known == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// All headers of that name, which is in lower case.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The body, as a stream.
    pub fn body(&mut self) -> &mut Body {
        &mut self.body
    }
}

/// The body of an answer, which ends in an error where it is longer than the limit or takes too
/// long.
pub struct Body {
    stream: Box<dyn Read + Send>,
    limits: Limits,
    read: u64,
    until: Instant,
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// It has more bytes than the limit.
    #[error("an answer is longer than {} MB", .0 >> 20)]
    Bytes(u64),
    /// It took longer than the limit.
    #[error("an answer took longer than {} s", .0.as_secs())]
    Time(Duration),
}

impl Body {
    fn new(stream: impl Read + Send + 'static, limits: Limits) -> Self {
        let until = Instant::now() + limits.whole;
        Self { stream: Box::new(stream), limits, read: 0, until }
    }

    /// How many bytes were read.
    pub fn read_so_far(&self) -> u64 {
        self.read
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Limits { bytes, whole, .. } = self.limits;
        if Instant::now() > self.until {
            return Err(io::Error::other(TooMuch::Time(whole)));
        }
        let count = self.stream.read(buffer)?;
        self.read += count as u64;
        if self.read > bytes {
            return Err(io::Error::other(TooMuch::Bytes(bytes)));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_too_long_is_not_read_to_its_end() {
        let limits = Limits { bytes: 10, ..Limits::default() };
        let mut text = String::new();
        let mut body = Body::new(&b"0123456789"[..], limits);
        assert_eq!(body.read_to_string(&mut text).unwrap(), 10);
        let mut body = Body::new(io::repeat(b' '), limits);
        let error = body.read_to_string(&mut text).unwrap_err();
        let failure = Failure::of_body(&error, "ucm1:8443");
        assert_eq!(failure.kind, Kind::TooMuch);
    }

    #[test]
    fn an_answer_that_takes_too_long_is_given_up() {
        let limits = Limits { whole: Duration::ZERO, ..Limits::default() };
        let mut body = Body::new(io::repeat(b' '), limits);
        std::thread::sleep(Duration::from_millis(2));
        let error = body.read(&mut [0; 8]).unwrap_err();
        assert_eq!(Failure::of_body(&error, "ucm1:8443").kind, Kind::TooMuch);
    }
}
