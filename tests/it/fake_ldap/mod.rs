//! The `ldap` kind against a server that misbehaves.

mod server;

use std::net::TcpListener;

use rollbook::{
    connectors::ldap::Ldap,
    directory::Reason,
    source::{Attribute, Coverage, FetchError, Listing, Silent},
};
use serde_json::{Value, json};

use crate::servers::{fetch, fetch_knowing, find, text, with};
use server::{Fake, Reply, Search, key, tlv};

fn settings(fake: &Fake) -> Value {
    json!({ "url": format!("ldap://127.0.0.1:{}", fake.port), "base": "dc=fake" })
}

fn read(fake: &Fake) -> Result<Listing, FetchError> {
    fetch::<Ldap>(settings(fake), &["cn"])
}

fn because(fake: &Fake) -> (String, usize) {
    let listing = read(fake).unwrap();
    match listing.coverage {
        Coverage::Partial { because } => (because, listing.records.len()),
        Coverage::Complete { proof } => panic!("complete: {proof}"),
    }
}

fn proof(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Complete { proof } => proof,
        Coverage::Partial { because } => panic!("partial: {because}"),
    }
}

/// Where a page begins, from the cookie; and how many it has.
fn page(search: &Search) -> (usize, usize) {
    let (size, cookie, _) = search.page.clone().expect("a search asks for pages");
    (String::from_utf8(cookie).unwrap().parse().unwrap_or(0), size)
}

/// So many people, in pages, and not more than 1000 at once: as Windows does.
fn windows(people: usize) -> impl Fn(&Search, &mut Reply) + Send + Sync {
    move |search, reply| {
        let (from, size) = match &search.page {
            Some(_) => page(search),
            None => (0, usize::MAX),
        };
        let to = from.saturating_add(size.min(1000)).min(people);
        (from..to).for_each(|number| reply.person(number));
        match (search.page.is_some(), to < people) {
            (true, true) => reply.page(to.to_string().as_bytes()),
            (true, false) => reply.page(b""),
            (false, true) => reply.done(4, ""),
            (false, false) => reply.done(0, ""),
        }
    }
}

#[test]
fn a_server_that_gives_a_thousand_at_most_is_read_whole() {
    let fake = Fake::start(windows(2500));
    let listing = read(&fake).unwrap();
    assert_eq!(listing.records.len(), 2500);
    assert!(proof(&listing).starts_with("every one of 3 pages"), "{}", proof(&listing));
    let searches = fake.searches();
    assert!(searches.iter().all(|search| matches!(search.page, Some((1000, _, true)))), "critical");
    assert_eq!(searches[0].attributes, ["cn", "entryUUID"], "only what is needed is asked for");
}

#[test]
fn nobody_at_all_is_a_complete_listing_where_the_server_says_so() {
    let fake = Fake::start(windows(0));
    let listing = read(&fake).unwrap();
    assert_eq!(listing.records, []);
    assert!(proof(&listing).starts_with("the only page"));
}

#[test]
fn a_group_that_comes_in_ranges_is_read_to_its_last_member() {
    let fake = Fake::start(|search, reply| {
        let group = b"cn=all,dc=fake";
        let wanted = search.attributes.iter().find(|name| name.starts_with("member"));
        match wanted {
            Some(name) => {
                let from = name
                    .split_once("range=")
                    .map_or(0, |(_, range)| range.trim_end_matches("-*").parse().unwrap());
                let to = (from + 1500).min(3200_usize);
                let end = if to == 3200 { "*".to_owned() } else { (to - 1).to_string() };
                let names: Vec<_> = (from..to)
                    .map(|number| format!("uid={number}, DC=fake").into_bytes())
                    .collect();
                let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
                let ranged = format!("member;range={from}-{end}");
                reply.entry(group, &[("member", &[]), (&ranged, &names)]);
                reply.done(0, "");
            }
            None if search.attributes == ["1.1"] => {
                reply.entry(group, &[]);
                reply.page(b"");
            }
            None => windows(4000)(search, reply),
        }
    });
    let settings = with(settings(&fake), json!({ "group": "CN=All,DC=Fake" }));
    let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
    assert_eq!(listing.records.len(), 3200);
    proof(&listing);
}

#[test]
fn a_range_that_never_ends_is_an_error() {
    let fake = Fake::start(|search, reply| {
        if search.attributes == ["1.1"] {
            reply.entry(b"cn=all,dc=fake", &[]);
            return reply.page(b"");
        }
        let first = search.attributes.iter().any(|name| name == "member");
        let values: &[&[u8]] = if first { &[b"uid=1,dc=fake"] } else { &[] };
        reply.entry(b"cn=all,dc=fake", &[("member;range=0-0", values)]);
        reply.done(0, "");
    });
    let settings = with(settings(&fake), json!({ "group": "cn=all,dc=fake" }));
    let error = fetch::<Ldap>(settings, &["cn"]).unwrap_err();
    assert!(error.to_string().contains("gives no more than 1 values of `member`"), "{error}");
}

#[test]
fn dead_referrals_are_counted_and_nobody_goes_there() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = format!("ldap://{}/dc=other", elsewhere.local_addr().unwrap());
    let fake = Fake::start(move |_, reply| {
        reply.person(1);
        reply.referral(&address);
        reply.referral("ldap://nowhere.invalid/dc=other");
        reply.referral("not even an address");
        reply.page(b"");
    });
    let listing = read(&fake).unwrap();
    assert!(proof(&listing).ends_with("; 3 referrals were not followed"), "{}", proof(&listing));
    assert!(elsewhere.accept().is_err(), "somebody went there");
}

/// A server whose people are partly at another one, and its settings that let us go there.
fn with_a_branch(branch: u16) -> (Fake, Value) {
    let fake = Fake::start(move |_, reply| {
        reply.person(1);
        reply.referral(&format!("ldap://127.0.0.1:{branch}/OU=Far%20away,DC=branch??sub"));
        reply.referral("ldap://elsewhere.invalid/dc=other");
        reply.page(b"");
    });
    let follow = json!({ "follow_referrals": [format!("ldap://127.0.0.1:{branch}")] });
    let settings = with(settings(&fake), follow);
    (fake, settings)
}

#[test]
fn a_referral_is_followed_to_a_server_that_the_manifest_names() {
    let branch = Fake::start(|search, reply| {
        assert_eq!(search.base, "OU=Far away,DC=branch");
        reply.person(2);
        reply.referral("ldap://127.0.0.1/dc=circle");
        reply.page(b"");
    });
    let (_fake, settings) = with_a_branch(branch.port);
    let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
    assert_eq!(listing.records.len(), 2);
    let said = "behind a referral ended in success and the last cookie was empty; 2 referrals were not followed";
    assert!(proof(&listing).ends_with(said), "{}", proof(&listing));
    assert_eq!(branch.searches().len(), 1);
}

#[test]
fn a_referral_that_fails_makes_a_partial_listing() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refusing = Fake::start(|_, reply| reply.done(50, ""));
    let cut = Fake::start(|_, reply| {
        reply.person(2);
        reply.hang_up = true;
    });
    for branch in [gone, refusing.port, cut.port] {
        let (_fake, settings) = with_a_branch(branch);
        let listing = fetch::<Ldap>(settings, &["cn"]).unwrap();
        let Coverage::Partial { because } = &listing.coverage else { panic!("{listing:?}") };
        assert!(because.starts_with(&format!("the referral to `127.0.0.1:{branch}`")), "{because}");
    }
}

#[test]
fn a_cookie_that_never_ends_is_noticed() {
    let same = Fake::start(|_, reply| {
        reply.person(1);
        reply.page(b"again");
    });
    let (words, people) = because(&same);
    assert!(words.contains("have no end"), "{words}");
    assert_eq!(people, 1);
    let empty = Fake::start(|_, reply| reply.page(b"more"));
    let error = read(&empty).unwrap_err();
    assert!(error.to_string().contains("have no end"), "{error}");
}

#[test]
fn a_server_that_ignores_paging_proves_nothing() {
    let fake = Fake::start(|_, reply| {
        (0..1000).for_each(|number| reply.person(number));
        reply.done(0, "");
    });
    let (words, people) = because(&fake);
    assert!(words.contains("ignores that pages were asked for"), "{words}");
    assert_eq!(people, 1000);
}

#[test]
fn a_person_who_moves_between_pages_comes_once_as_they_were_last() {
    let fake = Fake::start(|search, reply| {
        let name: &[u8] = if page(search).0 == 0 { b"Before" } else { b"After" };
        let dn = [b"uid=1,ou=", name, b",dc=fake"].concat();
        reply.person(page(search).0 + 2);
        reply.entry(&dn, &[("entryUUID", &[key(1).as_bytes()]), ("cn", &[name])]);
        reply.page(if page(search).0 == 0 { b"1" } else { b"" });
    });
    let listing = read(&fake).unwrap();
    assert_eq!(listing.records.len(), 3);
    let moved = listing.records.iter().find(|record| record.key == key(1)).unwrap();
    assert_eq!(text(&listing, moved, "cn"), "After");
    assert_eq!(moved.place.to_string(), "`uid=1,ou=After,dc=fake`");
}

#[test]
fn a_person_whom_the_search_missed_has_not_left() {
    // Moved while the second base was still to be read: on no page, and found when asked for.
    let fake = Fake::start(|search, reply| {
        if search.filter.contains("entryUUID") {
            reply.person(1);
        } else {
            reply.person(if search.base == "ou=a,dc=fake" { 2 } else { 3 });
        }
        reply.page(b"");
    });
    let settings = with(settings(&fake), json!({ "base": ["ou=a,dc=fake", "ou=b,dc=fake"] }));
    let known = [key(1).into(), key(2).into(), key(3).into()];
    let listing = fetch_knowing::<Ldap>(settings, &["cn"], &known, &Silent).unwrap();
    let because = "1 person was not among those read and still there when asked for: the \
                   directory changed while it was read";
    assert_eq!(listing.coverage, Coverage::Partial { because: because.into() });
    assert_eq!((listing.records.len(), listing.departures.len()), (2, 0));
}

#[test]
fn a_person_who_is_asked_for_and_not_there_has_left() {
    let fake = Fake::start(|search, reply| {
        if !search.filter.contains("entryUUID") {
            reply.person(2);
        }
        reply.page(b"");
    });
    let known = [key(1).into(), key(2).into()];
    let listing = fetch_knowing::<Ldap>(settings(&fake), &["cn"], &known, &Silent).unwrap();
    proof(&listing);
    assert_eq!(listing.departures[0].reason, Reason::Gone);
    let asked = fake.searches();
    assert!(asked[1].filter.contains("inetOrgPerson") && asked[1].filter.contains("entryUUID"));
}

#[test]
fn a_group_that_shows_no_member_is_not_taken_for_an_empty_one() {
    for (class, fails) in [("groupOfNames", true), ("groupOfMembers", false)] {
        let fake = Fake::start(move |search, reply| match search.attributes[0].as_str() {
            "1.1" => {
                reply.entry(b"cn=all,dc=fake", &[]);
                reply.page(b"");
            }
            "member" => {
                reply.entry(b"cn=all,dc=fake", &[("objectClass", &[class.as_bytes()])]);
                reply.done(0, "");
            }
            _ => windows(3)(search, reply),
        });
        let settings = with(settings(&fake), json!({ "group": "cn=all,dc=fake" }));
        match fetch::<Ldap>(settings, &["cn"]) {
            Err(error) => {
                assert!(fails && error.to_string().contains("shows no member"), "{error}")
            }
            Ok(listing) => assert!(!fails && listing.records.is_empty(), "{class}"),
        }
    }
}

#[test]
fn a_connection_that_ends_in_the_middle_of_a_page_makes_a_partial_listing() {
    let fake = Fake::start(|search, reply| {
        windows(2500)(search, reply);
        if page(search).0 == 1000 {
            let half = reply.bytes.len() / 2;
            reply.bytes.truncate(half);
            reply.hang_up = true;
        }
    });
    let (words, people) = because(&fake);
    assert!(words.contains("in the middle of a message") || words.contains("closed it"), "{words}");
    assert!((1000..2000).contains(&people), "{people}");
}

#[test]
fn a_connection_that_ends_before_anybody_was_read_is_an_error() {
    let fake = Fake::start(|_, reply| reply.hang_up = true);
    let error = read(&fake).unwrap_err();
    assert!(error.to_string().ends_with("broke: the server closed it"), "{error}");
}

#[test]
fn a_notice_of_disconnection_is_told() {
    let fake = Fake::start(|_, reply| {
        reply.person(1);
        reply.farewell("shutting down");
    });
    let error = read(&fake).map(|listing| listing.coverage);
    match error {
        Ok(Coverage::Partial { because }) => {
            assert!(because.contains("the server ended it: shutting down"), "{because}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_ldap_is_refused_at_once() {
    let nested: Vec<u8> = (0..200).fold(Vec::new(), |inner, _| tlv(0x30, &inner));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("text", b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        ("two gigabytes announced", vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 2, 1]),
        ("an endless length", vec![0x30, 0x80, 2, 1, 1, 0, 0]),
        ("an empty message", vec![0x30, 0]),
        (
            "an entry that is a number",
            tlv(0x30, &[tlv(2, &[2]), tlv(0x64, &tlv(2, &[1]))].concat()),
        ),
        ("an entry of nothing", tlv(0x30, &[tlv(2, &[2]), tlv(0x64, b"")].concat())),
        ("a result of nothing", tlv(0x30, &[tlv(2, &[2]), tlv(0x65, b"")].concat())),
        ("deep nesting", tlv(0x30, &[tlv(2, &[2]), tlv(0x64, &nested)].concat())),
        (
            "a bind's answer",
            tlv(0x30, &[tlv(2, &[2]), tlv(0x61, b"\x0a\x01\0\x04\0\x04\0")].concat()),
        ),
        ("no message at all", vec![0xff; 4000]),
    ];
    for (name, bytes) in cases {
        let fake = Fake::start(move |_, reply| {
            reply.person(1);
            reply.bytes.extend(&bytes);
        });
        let (words, people) = because(&fake);
        assert!(words.contains("the server "), "{name}: {words}");
        assert!(!words.contains("no answer within"), "{name} was only given up: {words}");
        assert_eq!(people, 1, "{name}");
    }
}

#[test]
fn an_answer_to_nothing_that_was_asked_ends_the_connection() {
    let fake = Fake::start(|_, reply| {
        reply.person(1);
        reply.stray();
    });
    let (words, _) = because(&fake);
    assert!(words.contains("an answer to nothing that was asked"), "{words}");
}

#[test]
fn no_spoilt_answer_makes_a_complete_listing_or_a_crash() {
    let mut good = Vec::new();
    let mut seed = 7_u32;
    for round in 0..300_usize {
        let spoil = move |search: &Search, reply: &mut Reply| {
            windows(3)(search, reply);
            reply.hang_up = true;
            let at = round % reply.bytes.len();
            let mut spoilt = seed.wrapping_mul(2_654_435_761) >> 24;
            if spoilt as u8 == reply.bytes[at] {
                spoilt ^= 1;
            }
            reply.bytes[at] = spoilt as u8;
        };
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let fake = Fake::start(spoil);
        match read(&fake) {
            Ok(listing) if matches!(listing.coverage, Coverage::Complete { .. }) => {
                // A changed letter in a name or a key is no fault that anybody could see.
                good.push(listing.records.len());
            }
            Ok(Listing { coverage: Coverage::Partial { because }, .. }) => {
                assert!(!because.contains("premature end"), "the decoder crashed: {because}");
            }
            Ok(_) => unreachable!(),
            Err(error) => {
                assert!(
                    !error.to_string().contains("premature end"),
                    "the decoder crashed: {error}"
                );
            }
        }
    }
    assert!(good.iter().all(|people| (1..=3).contains(people)), "{good:?}");
}

#[test]
fn odd_values_flaw_one_record_and_no_other() {
    let long = "x".repeat(10_240);
    let value = long.clone();
    let fake = Fake::start(move |_, reply| {
        let person = |reply: &mut Reply, number: usize, dn: &[u8], cn: &[u8]| {
            reply.entry(dn, &[("entryUUID", &[key(number).as_bytes()]), ("cn", &[cn])]);
        };
        person(reply, 1, b"uid=1,dc=fake", b"M\xfcller");
        person(reply, 2, b"uid=2,dc=fake", b"a\0b");
        person(reply, 3, b"uid=\xff,dc=fake", b"Ada");
        person(reply, 4, b"uid=4,dc=fake", value.as_bytes());
        person(reply, 5, b"uid=5,dc=fake", "\u{202e}evil\u{1b}[31m\n# x".as_bytes());
        reply.entry(b"uid=6,dc=fake", &[("cn", &[b"Keyless"])]);
        reply.entry(
            b"uid=7,dc=fake",
            &[("ENTRYUUID", &[key(7).as_bytes()]), ("CN;lang-en", &[b"G"])],
        );
        reply.page(b"");
    });
    let listing = read(&fake).unwrap();
    let because = "1 of 7 people have no `entryUUID`".to_owned();
    assert_eq!(listing.coverage, Coverage::Partial { because });
    let flaw = |number: usize| {
        let found = listing.records.iter().find(|record| record.key == key(number)).unwrap();
        found.flaw.as_deref()
    };
    assert_eq!(flaw(1), Some("`cn` is not UTF-8"));
    assert_eq!(flaw(2), Some("`cn` holds a NUL character"));
    assert_eq!(flaw(3), Some("its distinguished name is not UTF-8"));
    assert_eq!((flaw(4), flaw(5), flaw(7)), (None, None, None));
    assert_eq!(find(&listing, "cn", &long).key, key(4));
    assert_eq!(find(&listing, "cn", "Keyless").key, "");
    assert_eq!(find(&listing, "cn", "G").key, key(7));
    assert_eq!(listing.records[0].values[0], Attribute::Absent);
}

#[test]
fn a_refused_search_is_an_error_with_what_to_do() {
    for (code, words) in [
        (10, "points to another server"),
        (12, "can't give its answer in pages"),
        (32, "has no `dc=fake`"),
        (50, "may not read `dc=fake`"),
        (53, "did not want to answer"),
    ] {
        let fake = Fake::start(move |_, reply| reply.done(code, "because"));
        let error = read(&fake).unwrap_err();
        assert!(error.to_string().contains(words), "{code}: {error}");
        assert!(!error.help().is_empty());
    }
}

#[test]
fn wrong_settings_are_told_before_anything_is_reached() {
    for (changes, words) in [
        (json!({ "url": "https://x" }), "write `ldaps://HOST`"),
        (json!({ "filter": "(cn=x" }), "a `)` is missing"),
        (json!({ "base": "Staff" }), "is not a distinguished name"),
        (json!({ "base": [] }), "the list has no base"),
        (json!({ "page_size": 0 }), "is not a page size"),
        (json!({ "page_size": 5000 }), "is not a page size"),
        (json!({ "follow_referrals": true }), "expected a sequence"),
        (json!({ "follow_referrals": ["dc2"] }), "is not an address"),
        (json!({ "tls": { "pin": "abc" } }), "64 hexadecimal digits"),
    ] {
        let all = with(json!({ "url": "ldaps://x", "base": "dc=fake" }), changes);
        let error = serde_json::from_value::<Ldap>(all).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}
