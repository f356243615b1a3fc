//! The session against answers that were prepared, one for each request.

mod any_bytes;
mod prepared;

use std::{cell::RefCell, rc::Rc, time::Duration};

use self::prepared::{Prepared, Script, Sent, Told};
use super::{AxlError, Login, Row, Select, paging, session::Session, version};
use crate::{
    secret::Secret,
    source::{FetchError, Silent},
};

const COOKIES: &[(&str, &str)] =
    &[("set-cookie", "JSESSIONIDSSO=A1; Path=/"), ("set-cookie", "JSESSIONID=B2; Path=/axl")];

const RETRY_SOON: &[(&str, &str)] = &[("retry-after", "7")];

fn soap(content: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>{content}\
         </soapenv:Body></soapenv:Envelope>"
    )
}

fn returned(content: &str) -> String {
    soap(&format!("<ns:xResponse xmlns:ns=\"x\"><return>{content}</return></ns:xResponse>"))
}

fn row(key: u32) -> String {
    format!("<row><pkid>{key:08}</pkid><name>n{key}</name></row>")
}

fn rows(keys: impl IntoIterator<Item = u32>) -> String {
    returned(&keys.into_iter().map(row).collect::<String>())
}

fn ok(body: String) -> Script {
    Script::Page(200, &[], body)
}

fn fault(code: i32, message: &str) -> Script {
    let fault = format!(
        "<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>{message}</faultstring>\
         <detail><ns1:axlError xmlns:ns1=\"x\"><axlcode>{code}</axlcode><axlmessage>{message}\
         </axlmessage><request>x</request></ns1:axlError></detail></soapenv:Fault>"
    );
    Script::Page(500, &[], soap(&fault))
}

fn login() -> Login {
    Login { user: "axl-reader".into(), password: Secret::new("hunter2-Sécret€") }
}

fn session(login: &Login, script: Vec<Script>) -> (Session<'_>, Rc<RefCell<Told>>) {
    let told = Rc::new(RefCell::new(Told::default()));
    let carrier = Prepared { script: RefCell::new(script.into()), told: told.clone() };
    let waits = told.clone();
    let pause = move |wait| waits.borrow_mut().waits.push(wait);
    let shown = "ucm1:8443".to_owned();
    let mut session =
        Session::with(Box::new(carrier), Box::new(pause), login, shown).expect("a session");
    session.speak("12.5");
    (session, told)
}

fn devices() -> Select {
    Select {
        name: "devices",
        key: "d.pkid",
        columns: vec![("d.pkid", "pkid"), ("d.name", "name")],
        from: "device d",
        filter: None,
    }
}

/// Reads all rows; gives their names, what was told and how it ended.
fn read(script: Vec<Script>) -> (Vec<String>, Told, Result<u64, AxlError>) {
    let login = login();
    let (mut session, told) = session(&login, script);
    let mut names = Vec::new();
    let mut each = |row: &Row<'_>| names.push(row.get("name").to_owned());
    let end = paging::all(&mut session, &devices(), &Silent, &mut each);
    drop(session);
    let Ok(told) = Rc::try_unwrap(told) else { panic!("somebody still writes") };
    (names, told.into_inner(), end)
}

/// Agrees on a version; gives what was told and how it ended.
fn agree(script: Vec<Script>) -> (Told, Result<String, FetchError>) {
    let login = login();
    let (mut session, told) = session(&login, script);
    let end = version::agree(&mut session, None);
    drop(session);
    let Ok(told) = Rc::try_unwrap(told) else { panic!("somebody still writes") };
    (told.into_inner(), end)
}

fn firsts(told: &Told) -> Vec<u32> {
    let first = |sent: &Sent| sent.body.split("FIRST ").nth(1)?.split(' ').next()?.parse().ok();
    told.sent.iter().filter_map(first).collect()
}

/// The message and the help of an error.
fn words(end: Result<u64, AxlError>) -> String {
    let error: FetchError = end.expect_err("an error").into();
    format!("{error}; {}", error.help())
}

const RELEASE: &str = "<componentVersion><version>14.0.1.13900(155)</version></componentVersion>";

#[test]
fn a_cookie_takes_the_place_of_the_password() {
    let login = login();
    let script = vec![Script::Page(200, COOKIES, returned(RELEASE)), ok(rows([]))];
    let (mut session, told) = session(&login, script);
    assert_eq!(version::agree(&mut session, None).unwrap(), "14.0.1.13900(155)");
    paging::first(&mut session, &devices()).unwrap();
    let sent = &told.borrow().sent;
    assert_eq!(sent[0].password, Some(("axl-reader".into(), "hunter2-Sécret€".into())));
    assert_eq!((&sent[0].cookie, &sent[1].password), (&None, &None));
    assert_eq!(sent[1].cookie.as_deref(), Some("JSESSIONIDSSO=A1; JSESSIONID=B2"));
    assert_eq!(session.requests(), 2);
}

#[test]
fn an_expired_session_is_begun_anew_once() {
    let gone = || Script::Page(404, &[], "<html>/axl/</html>".into());
    let login = login();
    let begin = || Script::Page(200, COOKIES, rows([]));
    let (mut ours, told) = session(&login, vec![begin(), gone(), begin(), gone(), gone()]);
    paging::first(&mut ours, &devices()).unwrap();
    paging::first(&mut ours, &devices()).unwrap();
    let by_cookie: Vec<bool> =
        told.borrow().sent.iter().map(|sent| sent.cookie.is_some()).collect();
    assert_eq!(by_cookie, [false, true, false]);
    let error: FetchError = paging::first(&mut ours, &devices()).unwrap_err().into();
    assert_eq!(error.to_string(), "`ucm1:8443` has no AXL");
    assert!(error.help().contains("Cisco AXL Web Service"), "{}", error.help());
    assert_eq!(told.borrow().sent.len(), 5);
}

#[test]
fn a_refusal_stops_at_once_and_says_what_to_do() {
    for (status, problem, help) in [
        (401, "refused the login of `axl-reader`: user or password is wrong", "check `login:`"),
        (403, "doesn't let `axl-reader` use AXL", "`Standard AXL Read Only API Access`"),
        (404, "has no AXL", "8443"),
        (302, "a way elsewhere, `https://elsewhere/`", "no redirect is followed"),
        (405, "HTTP 405", "publisher"),
    ] {
        let headers = &[("location", "https://elsewhere/")];
        let (_, told, end) = read(vec![Script::Page(status, headers, "<html>".into())]);
        let words = words(end);
        assert!(words.contains(problem) && words.contains(help), "{status}: {words}");
        assert!(!words.contains("hunter2"), "{words}");
        assert_eq!(told.sent.len(), 1);
    }
}

#[test]
fn the_version_is_agreed_on() {
    let page = "<html><head><title>HTTP Status 599 - Incorrect axl version. Supported axl versions \
                are 9.x, 10.x and 11.x</title></head></html>";
    let refusal = || Script::Page(599, &[], page.into());
    let (told, release) = agree(vec![refusal(), ok(returned(RELEASE))]);
    assert_eq!(release.unwrap(), "14.0.1.13900(155)");
    let actions: Vec<&str> = told.sent.iter().map(|sent| sent.action.as_str()).collect();
    assert_eq!(
        actions,
        ["\"CUCM:DB ver=12.5 getCCMVersion\"", "\"CUCM:DB ver=11.5 getCCMVersion\""]
    );
    for sent in &told.sent {
        let version = &sent.action[13..17];
        assert!(sent.body.contains(&format!("API/{version}\"")), "{}", sent.body);
    }
    // Another is tried where it is refused, but not for ever.
    let (told, release) = agree(vec![refusal(), refusal(), refusal(), refusal()]);
    assert_eq!(told.sent.len(), 4);
    assert!(release.unwrap_err().to_string().contains("it offers 9.x, 10.x, 11.x"));
    let (_, release) = agree(vec![Script::Page(599, &[], "<html>16.0</html>".into())]);
    assert_eq!(
        release.unwrap_err().to_string(),
        "the server doesn't speak AXL 12.5; it offers 16.0"
    );
}

#[test]
fn pages_follow_one_another_by_key() {
    let script = vec![ok(rows(0..2000)), ok(rows(2000..2500))];
    let (names, told, end) = read(script);
    assert_eq!(end.unwrap(), 2500);
    assert_eq!((names.len(), names[2499].as_str()), (2500, "n2499"));
    assert!(!told.sent[0].body.contains("WHERE"), "{}", told.sent[0].body);
    let after = "WHERE d.pkid &gt; &apos;00001999&apos; ORDER BY d.pkid";
    assert!(told.sent[1].body.contains(after), "{}", told.sent[1].body);
}

#[test]
fn pages_grow_with_what_is_known_of_the_rows() {
    let long = |keys: std::ops::Range<u32>| {
        let pad = "x".repeat(1000);
        let row = |key| format!("<row><pkid>{key:08}</pkid><name>{pad}</name></row>");
        returned(&keys.map(row).collect::<String>())
    };
    let short = vec![ok(rows(0..2000)), ok(rows(2000..10_000)), ok(rows([]))];
    assert_eq!(firsts(&read(short).1), [2000, 8000, 32_000]);
    let pages = [ok(long(0..2000)), ok(rows(2000..3912)), ok(rows([]))];
    let (_, told, _) = read(pages.into());
    // Of 1,045 bytes and the envelope; that the second page has shorter ones changes nothing.
    assert_eq!(firsts(&told), [2000, 1912, 3824], "2 MB after one page, then 4 MB");
}

#[test]
fn a_page_that_is_too_large_is_asked_for_in_smaller_ones() {
    let too_large = || {
        fault(
            -1,
            "Query request too large. Total rows matched: 2000 rows. Suggestive Row Fetch: less \
             than 844 rows",
        )
    };
    let script = vec![too_large(), too_large(), ok(rows(0..211)), ok(rows(211..422)), ok(rows([]))];
    let (names, told, end) = read(script);
    assert_eq!((names.len(), end.unwrap()), (422, 422));
    assert_eq!(firsts(&told), [2000, 422, 211, 211, 211], "what a fault taught is kept to");
    // No number, and even a single row is too large.
    let (_, told, end) = read((0..12).map(|_| fault(-1, "Query request too large.")).collect());
    assert_eq!(firsts(&told).last(), Some(&1));
    assert!(words(end).contains("a single row of devices is too large"));
}

#[test]
fn a_busy_server_is_waited_for() {
    let busy = |headers| Script::Page(503, headers, "<html>busy</html>".into());
    let memory = || {
        fault(
            -1,
            "Maximum AXL Memory Allocation Consumed. Please retry once requests in progress have \
             completed",
        )
    };
    let script = vec![busy(&[]), busy(RETRY_SOON), memory(), ok(rows([1]))];
    let (names, told, end) = read(script);
    assert_eq!((names.len(), end.unwrap()), (1, 1));
    let waits: Vec<u64> = told.waits.iter().map(Duration::as_secs).collect();
    assert!((2..=4).contains(&waits[0]), "{waits:?}");
    assert_eq!(waits[1], 7);
    assert!((8..=16).contains(&waits[2]), "{waits:?}");
    let (_, told, end) = read((0..6).map(|_| busy(&[])).collect());
    assert_eq!(told.waits.len(), 5);
    assert!(words(end).contains("stayed too busy to answer: HTTP 503"));
}

#[test]
fn a_connection_that_breaks_is_made_again() {
    let (names, _, end) = read(vec![Script::Lost, Script::Lost, ok(rows([1]))]);
    assert_eq!((names.len(), end.unwrap()), (1, 1));
    let (_, told, end) = read((0..5).map(|_| Script::Lost).collect());
    assert_eq!(told.sent.len(), 5);
    assert!(words(end).contains("it broke"));
    // Nobody there at the start is not waited for, a restart in the middle is.
    let (_, told, end) = read(vec![Script::Unreachable]);
    assert_eq!(told.sent.len(), 1);
    assert!(words(end).contains("AXL is usually on port 8443"));
    let (names, _, end) = read(vec![ok(rows(0..2000)), Script::Unreachable, ok(rows(2000..2001))]);
    assert_eq!((names.len(), end.unwrap()), (2001, 2001));
}

#[test]
fn an_answer_that_breaks_off_is_gone_on_with_after_its_last_row() {
    let page = rows(0..2000);
    let cut = page.find("<pkid>00000700").unwrap();
    let script = vec![Script::Cut(page[..cut].to_owned()), ok(rows(700..900))];
    let (names, told, end) = read(script);
    let wanted: Vec<String> = (0..900).map(|key| format!("n{key}")).collect();
    assert_eq!((names, end.unwrap()), (wanted, 900));
    assert!(told.sent[1].body.contains("&apos;00000699&apos;"), "{}", told.sent[1].body);
    // The same where the document ends early though the connection doesn't break.
    let script = vec![ok(page[..cut].to_owned()), ok(rows(700..900))];
    assert_eq!(read(script).2.unwrap(), 900);
    // But not for ever.
    let one_each = |nth| {
        let body = rows([nth]);
        let end = body.find("</return>").unwrap();
        Script::Cut(body[..end].to_owned())
    };
    let (names, _, end) = read((0..40).map(one_each).collect());
    assert!(names.len() < 40);
    assert!(words(end).contains("broke"));
}

#[test]
fn rows_that_do_not_advance_are_an_error() {
    let page = |keys: &[u32]| ok(rows(keys.iter().copied()));
    for script in [
        vec![page(&[1, 2, 2])],
        vec![page(&[2, 1])],
        vec![ok(rows(0..2000)), page(&[1999])],
        vec![ok(rows(0..2000)), ok(rows(0..2000))],
    ] {
        let words = words(read(script).2);
        assert!(words.contains("not in the order of `d.pkid`"), "{words}");
    }
    let keyless = "<row><pkid/><name>x</name></row>";
    assert!(words(read(vec![ok(returned(keyless))]).2).contains("has no `d.pkid`"));
}

#[test]
fn values_are_read_by_name_in_any_order_and_form() {
    let odd = "<junk><row/></junk>\
        <n:row xmlns:n=\"y\"><other>z</other><name> a &lt;b&gt; &#38; <![CDATA[<c>]]> </name>\
        <PKID>1</PKID></n:row>\
        <row><pkid>2</pkid></row>\
        <row><name xsi:nil=\"true\"/><pkid>3</pkid><name>later</name></row>\
        <row><pkid>4</pkid><name>x<!-- no -->y<deep>z</deep></name></row>";
    let (names, _, end) = read(vec![ok(returned(odd))]);
    assert_eq!(end.unwrap(), 4);
    assert_eq!(names, ["a <b> & <c>", "", "later", "xy"]);
}

#[test]
fn nothing_found_is_not_the_same_as_no_answer() {
    assert_eq!(read(vec![ok(returned(""))]).2.unwrap(), 0);
    assert_eq!(read(vec![ok(soap("<r><return/></r>"))]).2.unwrap(), 0);
    for (odd, why) in [
        (soap("<r/>"), "it has no `return`"),
        (soap(""), "it has no `return`"),
        ("<html><body>hello</body></html>".into(), "it is `html`, not SOAP"),
        ("hello".into(), "text outside"),
        ("<!DOCTYPE html><html/>".into(), "document type"),
        (rows([1]).replace("UTF-8", "ISO-8859-1"), "it is in `ISO-8859-1`, not in UTF-8"),
        (returned("<row><pkid>1&nbsp;</pkid></row>"), "an entity `&nbsp;`"),
        (returned("<row><pkid>a\0b</pkid></row>"), "NUL"),
        (returned("<row><pkid>&#0;</pkid></row>"), "HTTP 200"),
        (rows([1]).replace("</return>", "</retour>"), "HTTP 200"),
    ] {
        let words = words(read(vec![ok(odd.clone())]).2);
        assert!(words.contains(why), "{odd}: {words}");
        assert!(words.contains("an answer of `ucm1:8443` can't be read"), "{words}");
    }
    let empty = || ok(String::new());
    assert!(words(read((0..5).map(|_| empty()).collect()).2).contains("it ends in the middle"));
}

#[test]
fn what_a_release_lacks_is_told_apart() {
    let (_, _, end) = read(vec![fault(-206, "The specified table (x) is not in the database.")]);
    assert!(matches!(end, Err(AxlError::Lacks { what }) if what.contains("(x)")));
    let (_, _, end) = read(vec![fault(-217, "Column (y) not found in any table in the query.")]);
    assert!(matches!(end, Err(AxlError::Lacks { .. })));
    let (_, _, end) = read(vec![fault(5007, "Item not valid: The specified User was not found")]);
    assert!(matches!(end, Err(AxlError::Missing { .. })));
    assert!(words(read(vec![fault(-201, "A syntax error")]).2).contains("(-201): A syntax error"));
    assert!(words(read(vec![fault(5002, "o\u{9}dd")]).2).contains("(5002): o dd"));
}

#[test]
fn rows_are_counted() {
    let login = login();
    let script = vec![ok(returned("<row><total>60043</total></row>")), ok(returned(""))];
    let (mut session, told) = session(&login, script);
    assert_eq!(paging::count(&mut session, &devices()).unwrap(), 60_043);
    assert!(
        told.borrow().sent[0].body.contains("<sql>SELECT COUNT(*) AS total FROM device d</sql>")
    );
    assert!(paging::count(&mut session, &devices()).is_err());
}

#[test]
fn a_login_that_can_not_be_sent_is_refused_before_anything_is_sent() {
    for (user, password) in [("", "x"), ("x", ""), ("a:b", "x")] {
        let login = Login { user: user.into(), password: Secret::new(password) };
        let prepared = Prepared { script: RefCell::default(), told: Rc::default() };
        let session = Session::with(Box::new(prepared), Box::new(|_| {}), &login, String::new());
        assert!(matches!(session, Err(FetchError::Setting { .. })));
    }
}
