//! One session: who asks, in which version, and what to do when there is no answer.

mod cookies;

use std::{
    io::{BufReader, Read},
    thread,
    time::Duration,
};

use self::cookies::Cookies;
use super::{
    Endpoint, Login,
    answer::{self, End, Stop, Unread, Wanted},
    envelope::{self, Body},
    fault::{Fault, Meaning},
    version,
    waiting::Patience,
};
use crate::{
    source::FetchError,
    wire::{
        http::{Address, Answer, Client, Failure, Kind, Proof, Request},
        xml,
    },
};

/// How much of an answer is read from the connection at once.
const BUFFER: usize = 64 << 10;

/// How much of a page that is not SOAP is looked at.
const PAGE: u64 = 64 << 10;

/// What carries a request to the publisher and the answer back.
pub(super) trait Carrier {
    fn carry(
        &self,
        body: String,
        headers: &[(&'static str, &str)],
        proof: Proof<'_>,
    ) -> Result<Answer, Failure>;
}

/// The publisher itself.
struct Publisher {
    client: Client,
    address: Address,
}

impl Carrier for Publisher {
    fn carry(
        &self,
        body: String,
        headers: &[(&'static str, &str)],
        proof: Proof<'_>,
    ) -> Result<Answer, Failure> {
        let body = Some(body.into_bytes());
        self.client.send(Request { to: &self.address, body, headers, proof })
    }
}

/// Asks one question after the other.
pub(super) struct Session<'a> {
    carrier: Box<dyn Carrier + 'a>,
    pause: Box<dyn Fn(Duration) + 'a>,
    login: &'a Login,
    shown: String,
    version: String,
    cookies: Cookies,
    requests: u64,
    /// Some answer came: the address is right, and the server is there.
    met: bool,
}

impl<'a> Session<'a> {
    /// Makes ready; nothing is sent yet.
    pub(super) fn open(endpoint: &Endpoint<'a>) -> Result<Self, FetchError> {
        let Endpoint { url, login, tls, version: _, limits, cx } = endpoint;
        let address = url.address().clone();
        let client = Client::new(tls, *limits, cx)?;
        let shown = address.shown();
        Self::with(Box::new(Publisher { client, address }), Box::new(thread::sleep), login, shown)
    }

    /// One that goes another way and waits otherwise.
    pub(super) fn with(
        carrier: Box<dyn Carrier + 'a>,
        pause: Box<dyn Fn(Duration) + 'a>,
        login: &'a Login,
        shown: String,
    ) -> Result<Self, FetchError> {
        let wrong = |problem: &str, help: &str| {
            Err(FetchError::Setting { problem: problem.into(), help: help.into() })
        };
        if login.user.is_empty() || login.password.expose().is_empty() {
            return wrong("`user` or `password` is empty", "set both in `login:`");
        }
        if login.user.contains(':') {
            return wrong("`user` has a `:` in it, which a login can't carry", "check `login:`");
        }
        Ok(Self {
            carrier,
            pause,
            login,
            shown,
            version: String::new(),
            cookies: Cookies::default(),
            requests: 0,
            met: false,
        })
    }

    /// The version of AXL to speak from now on.
    pub(super) fn speak(&mut self, version: &str) {
        version.clone_into(&mut self.version);
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests
    }

    /// Asks one question, again and again where that helps. Rows may have been given on when it
    /// ends in [`Stop`].
    pub(super) fn ask(
        &mut self,
        operation: &str,
        write: &dyn Fn(&mut Body),
        wanted: &mut Wanted<'_, '_>,
    ) -> Result<u64, Stop> {
        let mut body = Body::default();
        write(&mut body);
        let body = body.finish().map_err(|character| {
            Stop::Failed(FetchError::Setting {
                problem: format!("a text to ask for has {character:?} in it"),
                help: "check the source's settings".into(),
            })
        })?;
        let envelope = envelope::envelope(&self.version, operation, &body);
        let given = wanted.given();
        let mut patience = Patience::default();
        let mut renewed = false;
        loop {
            let cookie = self.cookies.line();
            let met = self.met;
            let wait = match self.send(operation, &envelope, cookie.as_deref()) {
                Ok(mut answer) => {
                    self.met = true;
                    match answer.status() {
                        200 | 500 => {
                            self.cookies.take(answer.headers("set-cookie"));
                            match self.read(&mut answer, wanted)? {
                                Reading::Whole(bytes) => return Ok(bytes),
                                Reading::Broken(failure) if wanted.given() > given => {
                                    return Err(Stop::Lost(failure));
                                }
                                Reading::Broken(failure) => {
                                    patience.lost().ok_or(Stop::Failed(failure.into()))?
                                }
                                Reading::Busy(said) => patience
                                    .busy(answer.header("retry-after"))
                                    .ok_or_else(|| Stop::Failed(self.busy(&said)))?,
                            }
                        }
                        401 | 404 if cookie.is_some() && !renewed => {
                            renewed = true;
                            self.cookies = Cookies::default();
                            // Read, so that the connection can be used again.
                            page(&mut answer);
                            Duration::ZERO
                        }
                        429 | 502 | 503 | 504 => {
                            page(&mut answer);
                            patience.busy(answer.header("retry-after")).ok_or_else(|| {
                                Stop::Failed(self.busy(&format!("HTTP {}", answer.status())))
                            })?
                        }
                        599 => return Err(Stop::Version(version::offered(&page(&mut answer)))),
                        status => return Err(Stop::Failed(self.refused(status, &mut answer))),
                    }
                }
                Err(failure)
                    if failure.kind == Kind::Lost || met && failure.kind == Kind::Unreachable =>
                {
                    patience.lost().ok_or(Stop::Failed(failure.into()))?
                }
                Err(failure) => return Err(Stop::Failed(self.with_port(failure))),
            };
            if !wait.is_zero() {
                tracing::debug!(operation, ?wait, "asking again");
                (self.pause)(wait);
            }
        }
    }

    fn send(
        &mut self,
        operation: &str,
        envelope: &str,
        cookie: Option<&str>,
    ) -> Result<Answer, Failure> {
        self.requests += 1;
        let action = envelope::action(&self.version, operation);
        let headers = [
            ("content-type", "text/xml; charset=utf-8"),
            ("accept", "text/xml"),
            ("soapaction", action.as_str()),
        ];
        let proof = match cookie {
            Some(cookie) => Proof::Cookie(cookie),
            None => Proof::Password(&self.login.user, &self.login.password),
        };
        let answer = self.carrier.carry(envelope.to_owned(), &headers, proof);
        let status = answer.as_ref().map(Answer::status).ok();
        tracing::debug!(operation, status, by_cookie = cookie.is_some(), "asked");
        answer
    }

    fn read(&self, answer: &mut Answer, wanted: &mut Wanted<'_, '_>) -> Result<Reading, Stop> {
        let status = answer.status();
        let outcome = answer::read(BufReader::with_capacity(BUFFER, answer.body()), wanted);
        match outcome {
            Ok(End::Whole) if status == 200 => Ok(Reading::Whole(answer.body().read_so_far())),
            Ok(End::Whole) => Err(Stop::Failed(self.odd(&format!("HTTP {status}")))),
            Ok(End::Fault(fault)) => match fault.meaning() {
                Meaning::Busy => Ok(Reading::Busy(fault.message)),
                Meaning::TooLarge(fitting) => Err(Stop::TooLarge(fitting)),
                Meaning::Lacks => Err(Stop::Lacks(fault.message)),
                Meaning::Missing => Err(Stop::Missing(fault.message)),
                Meaning::Syntax | Meaning::Other => Err(Stop::Failed(self.fault(&fault))),
            },
            Err(Unread::Broken(xml::Fault::Stream(error))) => {
                let failure = Failure::of_body(&error, &self.shown);
                match failure.kind {
                    Kind::Lost => Ok(Reading::Broken(failure)),
                    _ => Err(Stop::Failed(failure.into())),
                }
            }
            Err(Unread::Broken(broken)) => Ok(Reading::Broken(Failure::new(
                Kind::Lost,
                format!("an answer of `{}` can't be read: {broken}", self.shown),
                "try again; if it stays so, look at what stands between",
            ))),
            Err(Unread::Wrong(problem)) => {
                Err(Stop::Failed(self.odd(&format!("HTTP {status}, {problem}"))))
            }
        }
    }

    /// An answer that is none.
    fn odd(&self, what: &str) -> FetchError {
        FetchError::Server {
            problem: format!("an answer of `{}` can't be read: {what}", self.shown),
            help:
                "check that `url:` is the publisher's AXL (`https://ucm1.corp.example:8443`) and \
                   that nothing stands between"
                    .into(),
        }
    }

    fn fault(&self, fault: &Fault) -> FetchError {
        let Fault { code, message } = fault;
        let help = match fault.meaning() {
            Meaning::Syntax => "report this with the release of the cluster",
            _ => "look at the log of the service `Cisco AXL Web Service`, and try again",
        };
        FetchError::Server {
            problem: format!("`{}` answers with a fault ({code}): {message}", self.shown),
            help: help.into(),
        }
    }

    fn busy(&self, said: &str) -> FetchError {
        FetchError::Server {
            problem: format!("`{}` stayed too busy to answer: {said}", self.shown),
            help: "read it at a quieter time, and look at what else uses AXL".into(),
        }
    }

    fn refused(&self, status: u16, answer: &mut Answer) -> FetchError {
        let (shown, user) = (&self.shown, &self.login.user);
        let (problem, help) = match status {
            401 => (
                format!("`{shown}` refused the login of `{user}`: user or password is wrong"),
                "check `login:`, and whether the user is locked after too many wrong passwords",
            ),
            403 => (
                format!("`{shown}` doesn't let `{user}` use AXL"),
                "give the user the roles `Standard AXL API Users` and `Standard AXL Read Only API \
                 Access`, by an access control group that has both",
            ),
            404 => (
                format!("`{shown}` has no AXL"),
                "write in `url:` the publisher with its port (`https://ucm1.corp.example:8443`), \
                 and have `Cisco AXL Web Service` activated in Cisco Unified Serviceability",
            ),
            300..=399 => (
                format!("`{shown}` answers with a way elsewhere{}", elsewhere(answer)),
                "write in `url:` where AXL itself is; no redirect is followed",
            ),
            status => (
                format!("`{shown}` answers with HTTP {status}"),
                "check that `url:` is the publisher, and look at its log",
            ),
        };
        FetchError::Server { problem, help: help.into() }
    }

    fn with_port(&self, failure: Failure) -> FetchError {
        match failure.kind {
            Kind::Unreachable => FetchError::Server {
                problem: failure.problem,
                help: format!("{}; AXL is usually on port 8443", failure.help),
            },
            _ => failure.into(),
        }
    }
}

/// What became of reading an answer.
enum Reading {
    /// It was whole, and so many bytes.
    Whole(u64),
    /// It broke off.
    Broken(Failure),
    /// The server's memory for answers is used up.
    Busy(String),
}

fn elsewhere(answer: &Answer) -> String {
    let calm = |c: &char| !c.is_control();
    let to = answer.header("location").map(|to| to.chars().filter(calm).take(200).collect());
    to.map_or_else(String::new, |to: String| format!(", `{to}`"))
}

/// The beginning of a page, as far as it can be read.
fn page(answer: &mut Answer) -> String {
    let mut bytes = Vec::new();
    let _ = answer.body().take(PAGE).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
