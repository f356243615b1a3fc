//! The `ldap` kind against a real OpenLDAP.

use std::{
    collections::BTreeSet,
    io::Write,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use rollbook::{
    connectors::ldap::Ldap,
    directory::{Reason, Text},
    source::{Context, Coverage, FetchError, Listing, Outcome, Progress, Silent, Source},
};
use serde_json::{Value, json};

use crate::servers::{
    PEOPLE, Server, fetch, fetch_knowing, find, openldap, openldap_of_ones_own, text, with,
};

fn complete(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Complete { proof } => proof,
        Coverage::Partial { because } => panic!("partial: {because}"),
    }
}

fn error(settings: Value) -> FetchError {
    fetch::<Ldap>(settings, &["cn"]).expect_err("it can't be read")
}

/// A unit of a test's own, beside the people; gives its name.
fn unit(server: &Server, name: &str) -> String {
    let dn = format!("ou={name},{}", server.get("BASE_DN"));
    server.change(&format!(
        "dn: {dn}\nchangetype: add\nobjectClass: organizationalUnit\nou: {name}\n"
    ));
    dn
}

fn person(uid: &str, parent: &str, more: &str) -> String {
    format!(
        "dn: uid={uid},{parent}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\n{more}\n"
    )
}

#[test]
fn everybody_is_read_over_ldaps_in_pages() {
    let server = openldap();
    let listing = fetch::<Ldap>(server.settings(), &["cn", "mail", "uid", "ouPath"]).unwrap();
    assert_eq!(listing.records.len(), PEOPLE);
    assert_eq!(
        complete(&listing),
        "every one of 3 pages ended in success and the last cookie was empty"
    );
    let keys: BTreeSet<_> = listing.records.iter().map(|record| &record.key).collect();
    assert_eq!(keys.len(), PEOPLE);
    assert!(keys.iter().all(|key| key.len() == 36), "an entryUUID has 36 characters");
    let joshua = find(&listing, "uid", "jwilson0");
    assert_eq!(text(&listing, joshua, "cn"), "Joshua Wilson");
}

#[test]
fn everybody_is_read_over_start_tls() {
    let server = openldap();
    let settings =
        with(server.settings(), json!({ "url": server.get("LDAP_URL"), "start_tls": true }));
    let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
    assert_eq!(listing.records.len(), PEOPLE);
    complete(&listing);
}

#[test]
fn small_pages_give_the_same_people() {
    let server = openldap();
    let large = fetch::<Ldap>(server.settings(), &["cn"]).unwrap();
    let small = fetch::<Ldap>(with(server.settings(), json!({ "page_size": 7 })), &["cn"]).unwrap();
    assert_eq!(large.records, small.records);
    assert!(complete(&small).starts_with("every one of 429 pages"), "{}", complete(&small));
}

#[test]
fn the_limit_of_an_account_makes_a_partial_listing_and_never_a_complete_one() {
    let server = openldap();
    let limited = json!({ "user": server.get("LIMITED_DN"), "password": server.get("LIMITED_PW") });
    for size in [1000, 100] {
        let settings = with(server.settings(), json!({ "bind": limited, "page_size": size }));
        let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
        assert_eq!(listing.records.len(), 500);
        let Coverage::Partial { because } = &listing.coverage else { panic!("complete") };
        assert!(because.contains("sizeLimitExceeded (4)"), "{because}");
        assert!(because.ends_with("500 people were read until then"), "{because}");
    }
}

#[test]
fn a_filter_is_joined_to_the_own_one() {
    let server = openldap();
    let settings = with(server.settings(), json!({ "filter": "(uid=jwilson0)" }));
    let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
    assert_eq!(listing.records.len(), 1);
    assert!(complete(&listing).starts_with("the only page"));
}

#[test]
fn bases_that_overlap_give_each_person_once() {
    let server = openldap();
    let people = server.get("PEOPLE_DN");
    let bases =
        json!({ "base": [people, format!("ou=London,{people}"), format!("ou=Leeds,{people}")] });
    let listing = fetch::<Ldap>(with(server.settings(), bases), &["cn"]).unwrap();
    assert_eq!(listing.records.len(), PEOPLE);
    assert!(complete(&listing).contains("under 3 bases"));
}

#[test]
fn a_referral_inside_the_tree_is_told_and_not_followed() {
    let server = openldap();
    let settings = with(
        server.settings(),
        json!({ "base": server.get("BASE_DN"), "filter": "(uid=jwilson0)" }),
    );
    let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
    assert_eq!(listing.records.len(), 1);
    assert!(
        complete(&listing).ends_with("; a referral was not followed"),
        "{}",
        complete(&listing)
    );
}

#[test]
fn a_base_that_is_a_referral_is_an_error() {
    let server = openldap();
    let base = format!("ou=Elsewhere,{}", server.get("BASE_DN"));
    let error = error(with(server.settings(), json!({ "base": base })));
    assert!(error.to_string().contains("points to another server"), "{error}");
    assert!(error.to_string().contains("elsewhere.example.test"), "{error}");
}

#[test]
fn a_base_that_does_not_exist_is_an_error_and_not_an_empty_listing() {
    let server = openldap();
    let nowhere = format!("ou=Nowhere,{}", server.get("BASE_DN"));
    let one = error(with(server.settings(), json!({ "base": nowhere })));
    assert!(one.to_string().contains(&format!("has no `{nowhere}`")), "{one}");
    assert!(one.help().contains("`base:`"), "{}", one.help());
    // Nor does what another base gave make it a listing.
    error(with(server.settings(), json!({ "base": [server.get("PEOPLE_DN"), nowhere] })));
}

#[test]
fn a_wrong_password_is_told_and_not_shown() {
    let server = openldap();
    let bind = json!({ "user": server.get("BIND_DN"), "password": "Gu3ss-Work" });
    let error = error(with(server.settings(), json!({ "bind": bind })));
    assert!(error.to_string().contains("user or password is wrong"), "{error}");
    assert!(!format!("{error:?} {error} {}", error.help()).contains("Gu3ss"), "{error:?}");
}

#[test]
fn an_empty_password_is_refused_before_it_is_sent() {
    let server = openldap();
    let bind = json!({ "user": server.get("BIND_DN"), "password": "" });
    let error = error(with(server.settings(), json!({ "bind": bind })));
    assert!(error.to_string().contains("is empty"), "{error}");
}

#[test]
fn a_password_is_not_sent_over_a_plain_connection() {
    let server = openldap();
    // Nobody listens there: nothing was even connected to.
    for url in [server.get("LDAP_URL"), "ldap://127.0.0.1:1"] {
        let error = error(with(server.settings(), json!({ "url": url })));
        assert!(error.to_string().contains("no password is sent"), "{error}");
        assert!(error.help().contains("start_tls: true"), "{}", error.help());
    }
}

#[test]
fn an_authority_that_did_not_sign_is_refused() {
    let server = openldap();
    let folder = tempfile::tempdir().unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let ca = folder.path().join("other.pem");
    std::fs::write(&ca, other.cert.pem()).unwrap();
    for url in ["LDAPS_URL", "LDAP_URL"] {
        let settings = json!({ "url": server.get(url), "start_tls": true, "tls": { "ca": ca } });
        let error = error(with(server.settings(), settings));
        assert!(
            error.to_string().contains("not from an authority that is trusted here"),
            "{error}"
        );
    }
}

#[test]
fn a_certificate_for_another_name_is_refused_with_the_names_it_has() {
    let server = openldap();
    // The same machine by a name that the certificate doesn't have.
    let url = server.get("LDAPS_URL").replace("127.0.0.1", "0.0.0.0");
    let error = error(with(server.settings(), json!({ "url": url })));
    assert!(error.to_string().contains("is not for that name"), "{error}");
    assert!(error.to_string().contains("localhost"), "{error}");
}

#[test]
fn a_pin_takes_the_place_of_an_authority_and_a_wrong_one_is_refused() {
    let server = openldap();
    let wrong = "00".repeat(32);
    let refused = error(with(server.settings(), json!({ "tls": { "pin": wrong } })));
    let words = refused.to_string();
    let seen = words.rsplit('`').nth(1).unwrap();
    assert_eq!(seen.len(), 64, "{words}");
    let listing =
        fetch::<Ldap>(with(server.settings(), json!({ "tls": { "pin": seen } })), &["cn"]).unwrap();
    assert_eq!(listing.records.len(), PEOPLE);
}

/// Starts a TLS server with a certificate of version 1, and nothing behind it; gives port and pin.
fn old_appliance(folder: &Path, protocol: &str) -> (Child, u16, String) {
    let run = |arguments: &[&str]| {
        let done = Command::new("openssl").args(arguments).current_dir(folder).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    run(&[
        "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-subj", "/CN=pbx", "-out", "csr",
    ]);
    run(&["x509", "-req", "-in", "csr", "-signkey", "key", "-days", "1", "-out", "crt"]);
    assert!(run(&["x509", "-in", "crt", "-noout", "-text"]).contains("Version: 1 (0x0)"));
    let pin = run(&["x509", "-in", "crt", "-noout", "-fingerprint", "-sha256"]);
    let pin = pin.trim().split_once('=').unwrap().1.to_owned();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = Command::new("openssl")
        .args(["s_server", "-quiet", protocol, "-cert", "crt", "-key", "key", "-accept"])
        .arg(format!("127.0.0.1:{port}"))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let reached = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(50));
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    assert!(reached, "`openssl s_server` does not listen");
    (server, port, pin)
}

#[test]
fn an_old_certificate_is_taken_by_its_pin_and_only_so() {
    for protocol in ["-tls1_2", "-tls1_3"] {
        let folder = tempfile::tempdir().unwrap();
        let (mut server, port, pin) = old_appliance(folder.path(), protocol);
        let settings = json!({ "url": format!("ldaps://127.0.0.1:{port}"), "base": "dc=x" });
        let ca = json!({ "tls": { "ca": folder.path().join("crt") } });
        let refused = error(with(settings.clone(), ca)).to_string();
        assert!(refused.contains("certificate"), "{refused}");
        // Trusted now, so that the next thing is said: the program's greeting ends it.
        let source: Ldap =
            serde_json::from_value(with(settings, json!({ "tls": { "pin": pin } }))).unwrap();
        let mut checks = Vec::new();
        let cx = Context {
            name: "staff",
            pbx: "main",
            root: folder.path(),
            now: "2026-06-01T00:00:00Z".parse().unwrap(),
            attributes: &[],
            known: &[],
            progress: &Silent,
        };
        // Whatever is asked is answered by what is no LDAP.
        server.stdin.take().unwrap().write_all(&[b'x'; 64]).unwrap();
        source.examine(&cx, &mut |check| checks.push(check));
        server.kill().unwrap();
        server.wait().unwrap();
        let encrypted = checks.iter().find(|check| check.title == "encrypt the connection");
        assert!(
            matches!(encrypted.unwrap().outcome, Outcome::Passed(_)),
            "{protocol}: {checks:#?}"
        );
    }
}

#[test]
fn a_file_without_certificates_is_named() {
    let server = openldap();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("empty.pem");
    std::fs::write(&ca, "no certificate\n").unwrap();
    let empty = error(with(server.settings(), json!({ "tls": { "ca": ca } })));
    assert!(empty.to_string().contains("no certificate is in it"), "{empty}");
    let missing = error(with(server.settings(), json!({ "tls": { "ca": "/nowhere/ca.pem" } })));
    assert!(missing.to_string().contains("`/nowhere/ca.pem` can't be read"), "{missing}");
}

#[test]
fn nobody_listening_is_an_error() {
    let server = openldap();
    let error = error(with(server.settings(), json!({ "url": "ldaps://127.0.0.1:1" })));
    assert!(error.to_string().starts_with("`127.0.0.1:1` can't be reached"), "{error}");
}

#[test]
fn names_with_every_special_character_are_read() {
    let server = openldap();
    let unit = unit(server, "Special");
    let mut ldif = String::new();
    let names =
        ["a,b", "a+b", "\"a\"", "a\\b", "a<b>c", "a;b", "#a", "a=b", "a*(b)", " a ", "Zoë 😀"];
    for (at, name) in names.iter().enumerate() {
        let escaped: String = name
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' => char::from(byte).to_string(),
                other => format!("\\{other:02X}"),
            })
            .collect();
        let more = format!("cn:: {}", base64(name));
        ldif.push_str(&format!(
            "dn: cn={escaped},{unit}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: special{at}\nsn: x\n{more}\n\n"
        ));
    }
    server.change(&ldif);
    let listing =
        fetch::<Ldap>(with(server.settings(), json!({ "base": unit })), &["cn", "ouPath"]).unwrap();
    assert_eq!(listing.records.len(), names.len());
    for name in names {
        let record = find(&listing, "cn", name);
        assert_eq!(text(&listing, record, "ouPath"), "Special", "{name}");
        assert_eq!(record.flaw, None);
    }
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[test]
fn who_left_is_looked_up() {
    let server = openldap();
    let inside = unit(server, "Inside");
    let outside = unit(server, "Outside");
    let mut ldif = String::new();
    for uid in ["stays", "moves", "renamed", "deleted", "filtered"] {
        ldif.push_str(&person(uid, &inside, "title: clerk\n"));
    }
    server.change(&ldif);
    let settings = with(server.settings(), json!({ "base": inside, "filter": "(title=clerk)" }));
    let before = fetch::<Ldap>(settings.clone(), &["uid"]).unwrap();
    let mut known: Vec<Text> = before.records.iter().map(|record| record.key.clone()).collect();
    known.sort();
    assert_eq!(known.len(), 5);
    server.change(&format!(
        "dn: uid=moves,{inside}\nchangetype: moddn\nnewrdn: uid=moves\ndeleteoldrdn: 0\nnewsuperior: {outside}\n\n\
         dn: uid=renamed,{inside}\nchangetype: moddn\nnewrdn: uid=new\ndeleteoldrdn: 1\n\n\
         dn: uid=deleted,{inside}\nchangetype: delete\n\n\
         dn: uid=filtered,{inside}\nchangetype: modify\nreplace: title\ntitle: chief\n"
    ));
    let after = fetch_knowing::<Ldap>(settings, &["uid"], &known, &Silent).unwrap();
    assert_eq!(after.records.len(), 2);
    let key = |uid| find(&before, "uid", uid).key.clone();
    assert_eq!(find(&after, "uid", "new").key, key("renamed"), "a rename keeps the key");
    let told = |uid| {
        let found = after.departures.iter().find(|departure| departure.key == key(uid)).unwrap();
        (found.reason, found.evidence.to_string())
    };
    assert_eq!(after.departures.len(), 3);
    assert!(after.departures.windows(2).all(|pair| pair[0].key < pair[1].key));
    assert_eq!(
        told("moves"),
        (Reason::OutOfScope, format!("now `uid=moves,{outside}`, outside the bases"))
    );
    assert_eq!(
        told("filtered"),
        (
            Reason::OutOfScope,
            format!("still there as `uid=filtered,{inside}`, but `filter` no longer takes it")
        )
    );
    assert_eq!(told("deleted"), (Reason::Gone, "no longer found by its `entryUUID`".to_owned()));
}

#[test]
fn a_group_takes_its_members_and_those_of_its_member_groups_and_may_go_in_circles() {
    let server = openldap();
    let unit = unit(server, "Grouped");
    let mut ldif = String::new();
    for uid in ["direct", "nested", "other"] {
        ldif.push_str(&person(uid, &unit, ""));
    }
    ldif.push_str(&format!(
        "dn: cn=inner,{unit}\nchangetype: add\nobjectClass: groupOfUniqueNames\ncn: inner\n\
         uniqueMember: uid=nested,{unit}#'0101'B\nuniqueMember: cn=outer,{unit}\n\n\
         dn: cn=outer,{unit}\nchangetype: add\nobjectClass: groupOfNames\ncn: outer\n\
         member: UID=direct,{unit}\nmember: cn=inner,{unit}\nmember: uid=nobody,{unit}\n"
    ));
    server.change(&ldif);
    let group = format!("cn=Outer,{unit}");
    let listing =
        fetch::<Ldap>(with(server.settings(), json!({ "base": unit, "group": group })), &["uid"])
            .unwrap();
    let mut found: Vec<_> = listing.records.iter().map(|r| text(&listing, r, "uid")).collect();
    found.sort_unstable();
    assert_eq!(found, ["direct", "nested"]);
    complete(&listing);
    let missing =
        error(with(server.settings(), json!({ "base": unit, "group": format!("cn=none,{unit}") })));
    assert!(missing.to_string().contains("has no group"), "{missing}");
}

#[test]
fn where_somebody_has_no_key_nobody_is_proven_absent() {
    let server = openldap();
    let unit = unit(server, "Keyed");
    server.change(&format!(
        "{}\n{}",
        person("with", &unit, "employeeNumber: 7\n"),
        person("without", &unit, "")
    ));
    let settings = with(server.settings(), json!({ "base": unit, "key": "employeeNumber" }));
    let listing = fetch::<Ldap>(settings, &["uid"]).unwrap();
    assert_eq!(find(&listing, "uid", "with").key, "7");
    assert_eq!(find(&listing, "uid", "without").key, "");
    let because = "1 of 2 people have no `employeeNumber`".to_owned();
    assert_eq!(listing.coverage, Coverage::Partial { because });
    // A filter says that only those with one are meant.
    let settings = json!({ "base": unit, "key": "employeeNumber", "filter": "(employeeNumber=*)" });
    complete(&fetch::<Ldap>(with(server.settings(), settings), &["uid"]).unwrap());
}

/// Does something to the server once so many records were read.
struct After<'a> {
    count: u64,
    seen: AtomicU64,
    act: Box<dyn Fn() + Sync + 'a>,
}

impl Progress for After<'_> {
    fn advance(&self, count: u64) {
        let seen = self.seen.fetch_add(count, Ordering::SeqCst);
        if seen < self.count && seen + count >= self.count {
            (self.act)();
        }
    }
}

#[test]
fn a_server_killed_in_mid_read_makes_a_partial_listing() {
    let server = openldap_of_ones_own();
    let killer =
        After { count: 1000, seen: AtomicU64::new(0), act: Box::new(|| server.signal("KILL")) };
    let settings = with(server.settings(), json!({ "page_size": 100 }));
    let listing = fetch_knowing::<Ldap>(settings, &["cn"], &[], &killer).unwrap();
    let Coverage::Partial { because } = &listing.coverage else { panic!("complete") };
    assert!(because.contains("broke"), "{because}");
    assert!((1000..PEOPLE).contains(&listing.records.len()), "{}", listing.records.len());
    assert_eq!(listing.departures, []);
    error(server.settings());
}

#[test]
fn a_server_that_stalls_in_mid_read_is_given_up_after_a_minute() {
    let server = openldap_of_ones_own();
    let staller =
        After { count: 1000, seen: AtomicU64::new(0), act: Box::new(|| server.signal("STOP")) };
    let settings = with(server.settings(), json!({ "page_size": 100 }));
    let listing = fetch_knowing::<Ldap>(settings, &["cn"], &[], &staller).unwrap();
    server.signal("KILL");
    let Coverage::Partial { because } = &listing.coverage else { panic!("complete") };
    assert!(because.contains("no answer within 60 s"), "{because}");
}

#[test]
fn doctor_finds_everything_right_and_an_attribute_that_nobody_has() {
    let server = openldap();
    let source: Ldap = serde_json::from_value(server.settings()).unwrap();
    let attributes = ["cn", "carLicense"].map(Text::from);
    let cx = Context {
        name: "staff",
        pbx: "main",
        root: Path::new("/"),
        now: "2026-06-01T00:00:00Z".parse().unwrap(),
        attributes: &attributes,
        known: &[],
        progress: &Silent,
    };
    let mut checks = Vec::new();
    source.examine(&cx, &mut |check| checks.push(check));
    let outcome = |title: &str| {
        let found = checks.iter().find(|check| check.title == title);
        &found.unwrap_or_else(|| panic!("no step `{title}` in {checks:#?}")).outcome
    };
    assert!(
        checks.iter().all(|check| !matches!(check.outcome, Outcome::Failed(..))),
        "{checks:#?}"
    );
    assert_eq!(outcome("count the people"), &Outcome::Passed(format!("{PEOPLE} people")));
    assert_eq!(outcome("read `cn`"), &Outcome::Passed("1000 of 1000 people have it".into()));
    assert!(matches!(outcome("read `carLicense`"), Outcome::Doubtful(..)));
    assert!(matches!(outcome("read in pages"), Outcome::Passed(_)));
    let wrong = with(
        server.settings(),
        json!({ "bind": { "user": server.get("BIND_DN"), "password": "x" } }),
    );
    let source: Ldap = serde_json::from_value(wrong).unwrap();
    checks.clear();
    source.examine(&cx, &mut |check| checks.push(check));
    assert!(matches!(checks.last().unwrap().outcome, Outcome::Failed(..)), "{checks:#?}");
    assert_eq!(checks.len(), 3, "nothing is tried after the login failed");
}
