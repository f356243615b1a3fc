//! The client of web services against servers on loopback that behave, and others.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::Timestamp;
use rollbook::{
    secret::Secret,
    source::{Context, Silent},
    wire::{
        http::{Address, Client, Failure, Kind, Limits, Proof, Request},
        tls::Tls,
    },
};

/// Answers each request on each connection with these bytes; counts the connections.
fn server(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let (counted, answer) = (connections.clone(), Arc::new(answer));
    thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                while let Some(request) = request(&mut stream) {
                    if stream.write_all(&answer(&request)).is_err() {
                        break;
                    }
                    if request.starts_with("GET /cut") {
                        drop(stream.shutdown(Shutdown::Both));
                    }
                }
            });
        }
    });
    (port, connections)
}

/// A request, whole, as text.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8(body).unwrap())
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn client(limits: Limits) -> Client {
    let pin = format!("{{\"pin\": \"{}\"}}", "00".repeat(32));
    let tls: Tls = serde_json::from_str(&pin).unwrap();
    let cx = Context {
        name: "phones",
        pbx: "main",
        root: std::path::Path::new("."),
        now: Timestamp::UNIX_EPOCH,
        attributes: &[],
        known: &[],
        progress: &Silent,
    };
    Client::new(&tls, limits, &cx).unwrap()
}

fn get(client: &Client, address: &str) -> Result<(u16, String), Failure> {
    let address = Address::parse(address).unwrap();
    let request = Request { to: &address, body: None, headers: &[], proof: Proof::None };
    let mut answer = client.send(request)?;
    let mut text = String::new();
    let read = answer.body().read_to_string(&mut text);
    read.map_err(|error| Failure::of_body(&error, &address.shown()))?;
    Ok((answer.status(), text))
}

fn short() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(300),
        ..Limits::default()
    }
}

#[test]
fn one_connection_carries_all_requests_and_the_login_in_utf_8() {
    let (port, connections) = server(|request| ok(&request.to_lowercase()));
    let client = client(Limits::default());
    let address = Address::parse(&format!("http://127.0.0.1:{port}/axl/")).unwrap();
    let secret = Secret::new("é€");
    let mut told = Vec::new();
    for proof in [Proof::Password("reader", &secret), Proof::Cookie("a=b; c=d"), Proof::None] {
        let headers = [("soapaction", "\"x\"")];
        let body = Some("<a>é</a>".into());
        let mut answer =
            client.send(Request { to: &address, body, headers: &headers, proof }).unwrap();
        let mut text = String::new();
        answer.body().read_to_string(&mut text).unwrap();
        assert!(
            text.starts_with("post /axl/ http/1.1\r\n") && text.ends_with("<a>é</a>"),
            "{text}"
        );
        assert!(text.contains("\r\nsoapaction: \"x\"\r\n"), "{text}");
        told.push(text);
    }
    // "reader:é€" in UTF-8 and base 64; the server tells it in lower case.
    assert!(told[0].contains("\r\nauthorization: basic cmvhzgvyosop4oks\r\n"), "{}", told[0]);
    assert!(told[1].contains("\r\ncookie: a=b; c=d\r\n"), "{}", told[1]);
    assert!(!told[1].contains("authorization") && !told[2].contains("cookie"));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_redirect_is_not_followed() {
    let (port, _) = server(|request| {
        assert!(request.starts_with("GET / "), "{request}");
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n".to_vec()
    });
    let answer = get(&client(Limits::default()), &format!("http://127.0.0.1:{port}/"));
    assert_eq!(answer.unwrap(), (302, String::new()));
}

#[test]
fn nobody_there_is_told_with_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let failure = get(&client(short()), &format!("https://127.0.0.1:{port}/")).unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    assert!(
        failure
            .problem
            .starts_with(&format!("`127.0.0.1:{port}` can't be reached: Connection refused")),
        "{failure}"
    );
    let failure = get(&client(short()), "https://no-such-host.invalid/").unwrap_err();
    assert_eq!(failure.kind, Kind::Unreachable);
    assert!(
        failure.problem.starts_with("`no-such-host.invalid:443` can't be reached"),
        "{failure}"
    );
}

#[test]
fn a_port_that_does_not_speak_tls_is_told() {
    let (port, _) = server(|_| ok("x"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut hello = [0; 64];
            drop(stream.read(&mut hello));
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"));
        }
    });
    let failure = get(&client(short()), &format!("https://127.0.0.1:{plain}/")).unwrap_err();
    assert_eq!(failure.kind, Kind::Refused, "{failure}");
    assert!(failure.problem.starts_with("no encrypted connection to"), "{failure}");
    // One that waits for a whole request, and then for ever.
    let failure = get(&client(short()), &format!("https://127.0.0.1:{port}/")).unwrap_err();
    assert!(matches!(failure.kind, Kind::Unreachable | Kind::Lost), "{failure:?}");
}

#[test]
fn a_server_that_falls_silent_or_away_is_told() {
    let (port, _) = server(|request| match request.split(' ').nth(1) {
        Some("/never") => {
            thread::sleep(Duration::from_secs(20));
            Vec::new()
        }
        Some("/half") => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec(),
        Some("/cut") => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\ncut".to_vec(),
        _ => b"nonsense\r\n\r\n".to_vec(),
    });
    for (path, why) in [
        ("never", "nothing came for too long"),
        ("half", "nothing came for too long"),
        ("cut", "broke"),
        ("odd", "broke"),
    ] {
        let failure =
            get(&client(short()), &format!("http://127.0.0.1:{port}/{path}")).unwrap_err();
        assert_eq!(failure.kind, Kind::Lost, "{path}: {failure}");
        assert!(failure.problem.contains(why), "{path}: {failure}");
    }
}

#[test]
fn an_answer_that_is_compressed_or_endless_is_refused() {
    let (port, _) = server(|request| {
        if request.starts_with("GET /endless") {
            let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n".to_vec();
            answer.resize(4_000_000, b' ');
            return answer;
        }
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx".to_vec()
    });
    let client = client(Limits { bytes: 1 << 20, ..Limits::default() });
    let failure = get(&client, &format!("http://127.0.0.1:{port}/zipped")).unwrap_err();
    assert!(failure.problem.contains("compresses"), "{failure}");
    let failure = get(&client, &format!("http://127.0.0.1:{port}/endless")).unwrap_err();
    assert_eq!(failure.kind, Kind::TooMuch);
    assert!(failure.problem.ends_with("an answer is longer than 1 MB"), "{failure}");
}
