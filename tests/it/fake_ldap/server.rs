//! A directory server in this process that does what real ones here can't be made to do.
//!
//! It takes binds, searches and unbinds over a plain connection, and writes down every request;
//! anything else fails the test when the server is dropped.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use lber::{
    Parser,
    structure::{PL, StructureTag},
};

/// What a client asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    Bind,
    Unbind,
    Search(Search),
    /// The number of another operation: nothing that only reads.
    Other(u64),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    pub base: String,
    pub scope: u8,
    /// The texts in the filter, one after the other, whatever joins them.
    pub filter: String,
    pub attributes: Vec<String>,
    /// Size and cookie of the paged results control, and whether it was critical.
    pub page: Option<(usize, Vec<u8>, bool)>,
}

/// What the server answers to one search, message by message.
pub struct Reply {
    id: u32,
    pub bytes: Vec<u8>,
    /// Ends the connection after these bytes.
    pub hang_up: bool,
}

type Behaviour = dyn Fn(&Search, &mut Reply) + Send + Sync;

/// A running server; its requests are held against "only reads" when it is dropped.
pub struct Fake {
    pub port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Fake {
    /// Starts one that answers searches so; the root is answered as an ordinary server would.
    pub fn start(behaviour: impl Fn(&Search, &mut Reply) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (seen, behaviour) = (requests.clone(), Arc::new(behaviour));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, behaviour) = (seen.clone(), behaviour.clone());
                // A client that goes away in the middle is part of what is tried.
                thread::spawn(move || drop(serve(stream.unwrap(), &seen, &*behaviour)));
            }
        });
        Self { port, requests }
    }

    /// All searches so far, those of the root left out.
    pub fn searches(&self) -> Vec<Search> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .filter_map(|request| match request {
                Request::Search(search) if !search.base.is_empty() => Some(search.clone()),
                _ => None,
            })
            .collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if !thread::panicking() {
            let requests = self.requests.lock().unwrap();
            let other = requests.iter().find(|request| matches!(request, Request::Other(_)));
            assert_eq!(other, None, "a request that does more than read");
        }
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    behaviour: &Behaviour,
) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Ok(());
        }
        buffer.extend_from_slice(&chunk[..count]);
        while let Some((rest, message)) = parsed(&buffer) {
            buffer = rest;
            let (id, request) = request(message);
            seen.lock().unwrap().push(request.clone());
            let mut reply = Reply { id, bytes: Vec::new(), hang_up: false };
            match request {
                Request::Search(search) if search.base.is_empty() => {
                    let context: &[&[u8]] = &[b"dc=fake"];
                    reply.entry(b"", &[("namingContexts", context)]);
                    reply.done(0, "");
                }
                Request::Search(search) => behaviour(&search, &mut reply),
                Request::Bind => reply.message(0x61, &result(0, "")),
                Request::Unbind => return Ok(()),
                Request::Other(_) => reply.hang_up = true,
            }
            stream.write_all(&reply.bytes)?;
            stream.flush()?;
            if reply.hang_up {
                return Ok(());
            }
        }
    }
}

fn parsed(buffer: &[u8]) -> Option<(Vec<u8>, StructureTag)> {
    let (rest, tag) = Parser::new().parse(buffer).ok()?;
    Some((rest.to_vec(), tag))
}

fn children(tag: StructureTag) -> Vec<StructureTag> {
    match tag.payload {
        PL::C(children) => children,
        PL::P(_) => panic!("not constructed"),
    }
}

fn octets(tag: StructureTag) -> Vec<u8> {
    match tag.payload {
        PL::P(bytes) => bytes,
        PL::C(_) => panic!("not primitive"),
    }
}

fn words(filter: StructureTag, found: &mut String) {
    match filter.payload {
        PL::C(inner) => inner.into_iter().for_each(|part| words(part, found)),
        PL::P(text) => {
            found.push_str(&String::from_utf8_lossy(&text));
            found.push(' ');
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn request(message: StructureTag) -> (u32, Request) {
    let mut parts = children(message).into_iter();
    let id = number(&octets(parts.next().unwrap()));
    let operation = parts.next().unwrap();
    let request = match operation.id {
        0 => Request::Bind,
        2 => Request::Unbind,
        3 => {
            let mut fields = children(operation).into_iter();
            let mut search = Search {
                base: String::from_utf8(octets(fields.next().unwrap())).unwrap(),
                scope: octets(fields.next().unwrap())[0],
                ..Search::default()
            };
            fields.nth(3);
            words(fields.next().unwrap(), &mut search.filter);
            let names = children(fields.next().unwrap()).into_iter();
            search.attributes = names.map(|n| String::from_utf8(octets(n)).unwrap()).collect();
            for control in parts.next().map(children).unwrap_or_default() {
                let mut fields = children(control).into_iter().map(octets);
                if fields.next().unwrap() == b"1.2.840.113556.1.4.319" {
                    let critical = fields.next().unwrap();
                    let (_, value) = parsed(&fields.next().unwrap()).unwrap();
                    let mut both = children(value).into_iter().map(octets);
                    let size = number(&both.next().unwrap()) as usize;
                    search.page = Some((size, both.next().unwrap(), critical == [0xff]));
                }
            }
            Request::Search(search)
        }
        other => Request::Other(other),
    };
    (id, request)
}

/// One element of BER.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        short @ 0..0x80 => bytes.push(short as u8),
        long => {
            bytes.push(0x84);
            bytes.extend((long as u32).to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

fn result(code: u8, text: &str) -> Vec<u8> {
    [tlv(0x0a, &[code]), tlv(4, b""), tlv(4, text.as_bytes())].concat()
}

impl Reply {
    fn message(&mut self, operation: u8, body: &[u8]) {
        self.with_controls(self.id, operation, body, &[]);
    }

    fn with_controls(&mut self, id: u32, operation: u8, body: &[u8], controls: &[u8]) {
        let id = tlv(2, &id.to_be_bytes());
        let whole = [id, tlv(operation, body), controls.to_vec()].concat();
        self.bytes.extend(tlv(0x30, &whole));
    }

    /// An entry with attributes.
    pub fn entry(&mut self, dn: &[u8], attributes: &[(&str, &[&[u8]])]) {
        let list = attributes.iter().map(|(name, values)| {
            let set: Vec<u8> = values.iter().flat_map(|value| tlv(4, value)).collect();
            tlv(0x30, &[tlv(4, name.as_bytes()), tlv(0x31, &set)].concat())
        });
        let body = [tlv(4, dn), tlv(0x30, &list.flatten().collect::<Vec<_>>())].concat();
        self.message(0x64, &body);
    }

    /// A person as every test has them, with a key made from the number.
    pub fn person(&mut self, number: usize) {
        let (dn, key) = (format!("uid={number},dc=fake"), key(number));
        let cn = format!("Person {number}");
        self.entry(dn.as_bytes(), &[("entryUUID", &[key.as_bytes()]), ("cn", &[cn.as_bytes()])]);
    }

    /// A place where more is said to be.
    pub fn referral(&mut self, address: &str) {
        self.message(0x73, &tlv(4, address.as_bytes()));
    }

    /// The end of a search without a paged results control.
    pub fn done(&mut self, code: u8, text: &str) {
        self.message(0x65, &result(code, text));
    }

    /// The end of a page.
    pub fn page(&mut self, cookie: &[u8]) {
        let value = tlv(0x30, &[tlv(2, &[0]), tlv(4, cookie)].concat());
        let control = [tlv(4, b"1.2.840.113556.1.4.319"), tlv(4, &value)].concat();
        let controls = tlv(0xa0, &tlv(0x30, &control));
        self.with_controls(self.id, 0x65, &result(0, ""), &controls);
    }

    /// A notice of disconnection, as the standard has it.
    pub fn farewell(&mut self, text: &str) {
        let name = tlv(0x8a, b"1.3.6.1.4.1.1466.20036");
        self.with_controls(0, 0x78, &[result(52, text), name].concat(), &[]);
        self.hang_up = true;
    }

    /// An entry that answers another request.
    pub fn stray(&mut self) {
        self.with_controls(self.id + 40, 0x64, &[tlv(4, b""), tlv(0x30, b"")].concat(), &[]);
    }
}

/// The key of the person with that number.
pub fn key(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}
