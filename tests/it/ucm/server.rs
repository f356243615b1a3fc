//! The server: TLS, who may, which version, what is asked, and a record of all of it.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

use rusqlite::Connection;
use rustls::{ServerConnection, StreamOwned};

use super::{
    answers::{self, Node, Returned, Style},
    certificates::Certificates,
    envelope::{self, Element},
    faults::Trouble,
    http::{self, Reply, Request},
    nature::{Nature, Release},
    objects, schema,
    sql::{self, Fault},
};

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub version: String,
    /// The operation's name; empty for a GET.
    pub operation: String,
    /// The statement, of executeSQLQuery.
    pub sql: String,
    pub body: String,
    /// Whether user and password came with it.
    pub login: bool,
    pub status: u16,
    /// Of the answer's body.
    pub bytes: usize,
    /// In the answer.
    pub rows: usize,
    /// Whether it was refused as what no client should ask.
    pub wrong: bool,
}

/// A request that is about to be answered.
pub struct Asked<'a> {
    /// How many were before it.
    pub before: usize,
    pub operation: &'a Element,
    /// The statement, of executeSQLQuery; else empty.
    pub sql: &'a str,
}

impl Asked<'_> {
    /// Whether it is a statement that reads this table first.
    pub fn reads(&self, table: &str) -> bool {
        let words: Vec<&str> = self.sql.split_whitespace().collect();
        words.windows(2).any(|w| w[0].eq_ignore_ascii_case("from") && w[1] == table)
    }
}

type Behaviour = dyn FnMut(&Asked<'_>, &Connection) -> Option<Trouble> + Send;

struct Shared {
    nature: Mutex<Nature>,
    database: Mutex<Connection>,
    seen: Mutex<Vec<Seen>>,
    wrongs: Mutex<Vec<String>>,
    sessions: Mutex<BTreeMap<String, Instant>>,
    behaviour: Mutex<Box<Behaviour>>,
    logins: AtomicUsize,
    under_way: AtomicUsize,
    answers: AtomicUsize,
}

/// A running stand-in; what was wrong with its requests fails the test when it is dropped.
pub struct Ucm {
    pub port: u16,
    pub certificates: Certificates,
    shared: Arc<Shared>,
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ucm {
    /// A cluster of release 14 with a certificate by a company's authority.
    pub fn start(database: Connection) -> Self {
        Self::with(database, Certificates::of_a_company())
    }

    pub fn with(database: Connection, certificates: Certificates) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            nature: Mutex::default(),
            database: Mutex::new(database),
            seen: Mutex::default(),
            wrongs: Mutex::default(),
            sessions: Mutex::default(),
            behaviour: Mutex::new(Box::new(|_, _| None)),
            logins: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            answers: AtomicUsize::new(0),
        });
        let (config, serving) = (certificates.config.clone(), shared.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, serving) = (config.clone(), serving.clone());
                thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    // A client that goes away in the middle is part of what is tried.
                    drop(serve(StreamOwned::new(connection, stream.unwrap()), &serving));
                });
            }
        });
        Self { port, certificates, shared }
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// Changes what the cluster is like, from the next request on.
    pub fn nature(&self, change: impl FnOnce(&mut Nature)) {
        change(&mut locked(&self.shared.nature));
    }

    /// Another release, from the next request on.
    pub fn is(&self, release: Release) {
        self.nature(|nature| nature.release = release);
    }

    /// Decides before each answer whether something goes wrong; may change the database.
    pub fn when(
        &self,
        behaviour: impl FnMut(&Asked<'_>, &Connection) -> Option<Trouble> + Send + 'static,
    ) {
        *locked(&self.shared.behaviour) = Box::new(behaviour);
    }

    /// Nothing goes wrong any more.
    pub fn heals(&self) {
        self.when(|_, _| None);
    }

    /// The database, to change what the cluster has.
    pub fn database(&self) -> MutexGuard<'_, Connection> {
        locked(&self.shared.database)
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        locked(&self.shared.seen).clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        locked(&self.shared.seen).clear();
    }

    /// All statements so far.
    pub fn statements(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.sql).filter(|sql| !sql.is_empty()).collect()
    }

    /// What was wrong so far, and no longer fails the test.
    pub fn wrongs(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.shared.wrongs))
    }

    /// What the vendor's schema has against the requests so far.
    ///
    /// # Errors
    ///
    /// The schema isn't there.
    pub fn invalid(&self) -> Result<Vec<String>, String> {
        let answered = |seen: &Seen| !seen.wrong && !seen.operation.is_empty();
        let requests: Vec<Seen> = self.seen().into_iter().filter(answered).collect();
        schema::refusals(&requests)
    }
}

impl Drop for Ucm {
    fn drop(&mut self) {
        if !thread::panicking() {
            let wrongs = self.wrongs();
            assert!(wrongs.is_empty(), "requests that the vendor would refuse: {wrongs:#?}");
            // A test of its own fails where there is no schema.
            if schema::is_there() {
                assert_eq!(self.invalid(), Ok(Vec::new()), "requests that Cisco's schema refuses");
            }
        }
    }
}

fn serve(stream: StreamOwned<ServerConnection, TcpStream>, shared: &Shared) -> io::Result<()> {
    stream.sock.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream)? {
        let under_way = shared.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        let mut seen =
            Seen { method: request.method.clone(), path: request.path.clone(), ..Seen::default() };
        if under_way > locked(&shared.nature).at_once {
            let wrong = format!("{under_way} requests at once");
            locked(&shared.wrongs).push(wrong);
        }
        let wrongs = locked(&shared.wrongs).len();
        let reply = shared.reply(&request, &mut seen);
        seen.wrong = locked(&shared.wrongs).len() > wrongs;
        shared.under_way.fetch_sub(1, Ordering::SeqCst);
        if let Some(reply) = &reply {
            (seen.status, seen.bytes) = (reply.status, reply.body.len());
        }
        locked(&shared.seen).push(seen);
        let goes_on = match reply {
            Some(reply) => reply.write(stream.get_mut())?,
            None => false,
        };
        if !goes_on {
            return stream.get_mut().sock.shutdown(std::net::Shutdown::Both);
        }
    }
    stream.get_mut().conn.send_close_notify();
    stream.get_mut().flush()
}

impl Shared {
    fn wrong(&self, what: impl Into<String>) {
        locked(&self.wrongs).push(what.into());
    }

    /// The answer; none if the connection breaks instead.
    fn reply(&self, request: &Request, seen: &mut Seen) -> Option<Reply> {
        if request.path != "/axl/" {
            self.wrong(format!("{} {}", request.method, request.path));
            return Some(Reply::page(404, &request.path));
        }
        let cookie = match self.entered(request, seen) {
            Ok(cookie) => cookie,
            Err(reply) => return Some(reply),
        };
        let reply = match request.method.as_str() {
            "GET" => Reply::new(
                200,
                "text/html;charset=utf-8",
                "<html><head><title>Cisco CallManager: AXL Web Service</title></head><body><h1>\
                 Cisco CallManager: AXL Web Service</h1>The AXL Web Service is working and \
                 accepting requests. Use HTTP POST to send a request.</body></html>",
            ),
            "POST" => self.posted(request, seen)?,
            other => {
                self.wrong(format!("the method {other}"));
                Reply::page(405, "Method Not Allowed")
            }
        };
        Some(match cookie {
            Some(session) => reply
                .with("Set-Cookie", format!("JSESSIONIDSSO={session}; Path=/; Secure; HttpOnly"))
                .with(
                    "Set-Cookie",
                    format!("JSESSIONID={session}.axl; Path=/axl; Secure; HttpOnly"),
                ),
            None => reply,
        })
    }

    /// Lets a request in; gives the session if it has just begun.
    fn entered(&self, request: &Request, seen: &mut Seen) -> Result<Option<String>, Reply> {
        let nature = locked(&self.nature).clone();
        let mut sessions = locked(&self.sessions);
        let session = request.cookie("JSESSIONIDSSO").map(str::to_owned);
        let alive = session.as_ref().is_some_and(|session| {
            sessions.get(session).is_some_and(|used| used.elapsed() < nature.idle)
        });
        let Some(header) = request.header("authorization") else {
            return match session {
                Some(session) if alive => {
                    sessions.insert(session, Instant::now());
                    Ok(None)
                }
                Some(_) => Err(Reply::page(404, "/axl/")),
                None => Err(Reply::page(401, "Unauthorized")
                    .with("WWW-Authenticate", "Basic realm=\"Cisco Web Services Realm\"")),
            };
        };
        seen.login = true;
        if alive {
            self.wrong("user and password beside a session that lasts");
        }
        if self.logins.fetch_add(1, Ordering::SeqCst) >= nature.logins {
            self.wrong("too many logins");
            return Err(Reply::page(503, "Service Unavailable"));
        }
        if http::credentials(header) != Some((nature.user, nature.password)) {
            return Err(Reply::page(401, "Unauthorized")
                .with("WWW-Authenticate", "Basic realm=\"Cisco Web Services Realm\""));
        }
        if !nature.may {
            return Err(Reply::page(403, "Access to the requested resource has been denied"));
        }
        let session = format!("{:032X}", sessions.len() + 1);
        sessions.insert(session.clone(), Instant::now());
        Ok(Some(session))
    }

    fn posted(&self, request: &Request, seen: &mut Seen) -> Option<Reply> {
        let nature = locked(&self.nature).clone();
        let next = Style(self.answers.fetch_add(1, Ordering::SeqCst));
        let style = nature.style.unwrap_or(next);
        let refused = |what: String| {
            self.wrong(what.clone());
            answers::fault(style, "12.5", 5003, &what)
        };
        let kind = request.header("content-type").unwrap_or("none").to_ascii_lowercase();
        let kind: Vec<&str> = kind.split(';').map(str::trim).collect();
        if !matches!(kind.as_slice(), ["text/xml", "charset=utf-8" | "charset=\"utf-8\""]) {
            self.wrong(format!("the content type {kind:?}"));
            return Some(Reply::page(415, "Unsupported Media Type"));
        }
        let action = request.header("soapaction").unwrap_or_default();
        let words: Vec<&str> = action.trim_matches('"').split(' ').collect();
        let ["CUCM:DB", version, named] = words.as_slice() else {
            return Some(refused(format!("the SOAPAction {action:?}")));
        };
        let version = version.strip_prefix("ver=").unwrap_or_default();
        seen.version = version.to_owned();
        seen.body = String::from_utf8_lossy(&request.body).into_owned();
        let (versions, words) = nature.release.versions();
        if !versions.contains(&version) {
            let title = format!("Incorrect axl version. Supported axl versions are {words}");
            return Some(Reply::page(599, &title));
        }
        let (operation, namespace) = match envelope::operation(&seen.body) {
            Ok(found) => found,
            Err(what) => return Some(refused(format!("{what}: {}", seen.body))),
        };
        seen.operation = operation.name.clone();
        if namespace != version || operation.name != *named {
            let what = format!("{action:?} of `{}` in {namespace}", operation.name);
            return Some(refused(what));
        }
        let statement = match operation.name.as_str() {
            "executeSQLQuery" => operation.text_of("sql").unwrap_or_default(),
            _ => "",
        };
        seen.sql = statement.to_owned();
        let reads = ["getCCMVersion", "executeSQLQuery"].contains(named)
            || named.starts_with("list")
            || named.starts_with("get");
        if !reads || sql_writes(&operation, statement) {
            self.wrong(format!("more than a read: {}", seen.body));
            return Some(Reply::page(401, "Unauthorized"));
        }

        let database = locked(&self.database);
        let before = locked(&self.seen).iter().filter(|seen| seen.method == "POST").count();
        let asked = Asked { before, operation: &operation, sql: statement };
        let trouble = locked(&self.behaviour)(&asked, &database);
        if matches!(trouble, Some(Trouble::Expired)) {
            locked(&self.sessions).clear();
        }
        if let Some(trouble) = &trouble {
            if matches!(trouble, Trouble::HangUp) {
                return None;
            }
            if let Some(reply) = trouble.reply(style, version) {
                return Some(reply);
            }
        }
        let returned = match self.returned(&operation, statement, nature.release, &database) {
            Ok(returned) => returned,
            Err(fault) => {
                if !fault.expected {
                    self.wrong(format!("{}: {}", fault.words, seen.body));
                }
                return Some(answers::fault(style, version, fault.code, &fault.words));
            }
        };
        drop(database);
        seen.rows = returned.0.len();
        let mut reply = answers::answer(style, version, named, &returned);
        if reply.body.len() > nature.answer_limit {
            let fitting = seen.rows * nature.answer_limit / reply.body.len();
            let words = format!(
                "Query request too large. Total rows matched: {} rows. {}: less than {fitting} rows",
                seen.rows,
                ["Suggestive Row Fetch", "Suggested row fetch"][style.0 % 2]
            );
            return Some(answers::fault(style, version, -1, &words));
        }
        if let Some(Trouble::Cut(bytes)) = trouble {
            reply.cut = Some(bytes);
        }
        Some(reply)
    }

    fn returned(
        &self,
        operation: &Element,
        statement: &str,
        release: Release,
        database: &Connection,
    ) -> Result<Returned, Fault> {
        let children: Vec<&str> = operation.children.iter().map(|child| &*child.name).collect();
        let refused = |words: String| Fault { code: 5003, words, expected: false };
        match operation.name.as_str() {
            "getCCMVersion" => match children.as_slice() {
                [] | ["processNodeName"] => {
                    let version = Node::text("version", release.name());
                    Ok(Returned(vec![Node::new("componentVersion", vec![version])]))
                }
                other => Err(refused(format!("getCCMVersion with {other:?}"))),
            },
            "executeSQLQuery" => match children.as_slice() {
                ["sql"] => sql::run(statement, database),
                other => Err(refused(format!("executeSQLQuery with {other:?}"))),
            },
            other => objects::returned(operation, database)
                .unwrap_or_else(|| Err(refused(format!("unknown operation `{other}`")))),
        }
    }
}

fn sql_writes(operation: &Element, statement: &str) -> bool {
    operation.name == "executeSQLQuery" && sql::writes(statement)
}
