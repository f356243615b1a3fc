//! Answers that were prepared, one for each request.

use std::{
    cell::RefCell,
    collections::VecDeque,
    io::{self, Read},
    rc::Rc,
    time::Duration,
};

use crate::{
    connectors::cisco_ucm::axl::session::Carrier,
    wire::http::{Answer, Failure, Kind, Limits, Proof},
};

/// What one request is answered with.
pub(super) enum Script {
    Page(u16, &'static [(&'static str, &'static str)], String),
    /// The body breaks off after these bytes.
    Cut(String),
    Lost,
    Unreachable,
}

/// A request as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) body: String,
    pub(super) action: String,
    pub(super) cookie: Option<String>,
    pub(super) password: Option<(String, String)>,
}

#[derive(Default)]
pub(super) struct Told {
    pub(super) sent: Vec<Sent>,
    pub(super) waits: Vec<Duration>,
}

/// A carrier that sends nothing and keeps what it was told to send.
pub(super) struct Prepared {
    pub(super) script: RefCell<VecDeque<Script>>,
    pub(super) told: Rc<RefCell<Told>>,
}

/// A stream that breaks.
struct Broken(io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::ErrorKind::ConnectionReset.into()),
            count => Ok(count),
        }
    }
}

impl Carrier for Prepared {
    fn carry(
        &self,
        body: String,
        headers: &[(&'static str, &str)],
        proof: Proof<'_>,
    ) -> Result<Answer, Failure> {
        let header =
            |name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(header("content-type"), Some("text/xml; charset=utf-8"));
        let action = header("soapaction").unwrap().to_owned();
        let (cookie, password) = match proof {
            Proof::None => (None, None),
            Proof::Cookie(cookie) => (Some(cookie.to_owned()), None),
            Proof::Password(user, password) => {
                (None, Some((user.to_owned(), password.expose().to_owned())))
            }
        };
        self.told.borrow_mut().sent.push(Sent { body, action, cookie, password });
        let next = self.script.borrow_mut().pop_front().expect("a request too many");
        let answer = |status, headers: &[(&str, &str)], body: Box<dyn Read + Send>| {
            let headers = headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
            Answer::new(status, headers, body, Limits::default())
        };
        match next {
            Script::Page(status, headers, body) => {
                Ok(answer(status, headers, Box::new(io::Cursor::new(body.into_bytes()))))
            }
            Script::Cut(body) => {
                Ok(answer(200, &[], Box::new(Broken(io::Cursor::new(body.into_bytes())))))
            }
            Script::Lost => Err(Failure::new(Kind::Lost, "it broke", "try again")),
            Script::Unreachable => Err(Failure::new(Kind::Unreachable, "nobody there", "check")),
        }
    }
}
