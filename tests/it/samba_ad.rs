//! The `active-directory` kind against a real domain controller (Samba).

use std::{collections::BTreeSet, path::Path};

use rollbook::{
    connectors::{active_directory::ActiveDirectory, ldap::Ldap},
    directory::{Reason, Text},
    source::{Attribute, Context, Coverage, FetchError, Listing, Outcome, Silent, Source},
};
use serde_json::{Value, json};

use crate::servers::{PEOPLE, Server, fetch, fetch_knowing, find, samba, text, with};

fn complete(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Complete { proof } => proof,
        Coverage::Partial { because } => panic!("partial: {because}"),
    }
}

fn read(settings: Value, attributes: &[&str]) -> Listing {
    fetch::<ActiveDirectory>(settings, attributes).unwrap()
}

fn error(settings: Value) -> FetchError {
    fetch::<ActiveDirectory>(settings, &["cn"]).expect_err("it can't be read")
}

/// A unit of a test's own, beside the people; gives its name.
fn unit(server: &Server, name: &str) -> String {
    let dn = format!("OU={name},{}", server.get("BASE_DN"));
    server.change(&format!("dn: {dn}\nchangetype: add\nobjectClass: organizationalUnit\n"));
    dn
}

/// An enabled account without a password.
fn account(name: &str, parent: &str, more: &str) -> String {
    format!(
        "dn: CN={name},{parent}\nchangetype: add\nobjectClass: user\nsAMAccountName: {name}\n\
         userAccountControl: 544\n{more}\n"
    )
}

fn names(listing: &Listing) -> Vec<&str> {
    let mut names: Vec<_> = listing.records.iter().map(|r| text(listing, r, "cn")).collect();
    names.sort_unstable();
    names
}

#[test]
fn everybody_is_read_with_all_that_the_directory_takes() {
    let server = samba();
    let attributes = [
        "accountDisabled",
        "cn",
        "co",
        "department",
        "displayName",
        "givenName",
        "ipPhone",
        "l",
        "mail",
        "mobile",
        "ou",
        "pager",
        "physicalDeliveryOfficeName",
        "postalCode",
        "sn",
        "st",
        "streetAddress",
        "telephoneNumber",
        "sAMAccountName",
        "title",
        "name",
    ];
    let listing = read(server.settings(), &attributes);
    assert_eq!(
        complete(&listing),
        "every one of 4 pages ended in success and the last cookie was empty"
    );
    assert_eq!(listing.records.len(), PEOPLE);
    assert!(listing.records.iter().all(|record| record.flaw.is_none()));
    let keys: BTreeSet<_> = listing.records.iter().map(|record| &record.key).collect();
    assert_eq!(keys.len(), PEOPLE);
    // As `make-people expect --count 3000` counts them.
    let count = |name: &str, value: &str| {
        listing.records.iter().filter(|record| text(&listing, record, name) == value).count()
    };
    assert_eq!((count("accountDisabled", "true"), count("accountDisabled", "false")), (235, 2765));
    assert_eq!(listing.records.len() - count("mail", ""), 2938);
    let joshua = find(&listing, "sAMAccountName", "jwilson0");
    assert_eq!(text(&listing, joshua, "displayName"), "Joshua Wilson");
    let at = listing.column("ou").unwrap();
    assert_eq!(
        joshua.values[at],
        Attribute::Many(["People", "Home, Remote"].map(Text::from).into())
    );
    // As Microsoft's tools write an objectGUID: version 4 in the third part.
    assert_eq!(joshua.key.as_bytes()[14], b'4', "{}", joshua.key);
}

#[test]
fn everybody_is_read_over_start_tls_and_from_the_whole_domain() {
    let server = samba();
    let changes = json!({
        "url": server.get("LDAP_URL"), "start_tls": true, "base": null,
        "filter": "(!(description=a test's own))", "page_size": 500,
    });
    let listing = read(with(server.settings(), changes), &["cn", "dn"]);
    assert!(listing.records.len() >= PEOPLE + 2, "{}", listing.records.len());
    let machines = listing.records.iter().filter(|r| text(&listing, r, "cn") == "DC1").count();
    assert_eq!(machines, 0, "a computer is no person");
    assert!(!complete(&listing).contains("referral"), "{}", complete(&listing));
}

#[test]
fn a_user_may_be_written_in_three_ways() {
    let server = samba();
    for user in [
        server.get("BIND_DN").to_owned(),
        format!("svc-sync@{}", server.get("REALM").to_lowercase()),
        format!("{}\\svc-sync", server.get("NETBIOS_DOMAIN")),
    ] {
        let bind = json!({ "user": user, "password": server.get("BIND_PW") });
        let settings =
            with(server.settings(), json!({ "bind": bind, "filter": "(cn=Joshua Wilson)" }));
        assert_eq!(read(settings, &["cn"]).records.len(), 1, "{user}");
    }
}

#[test]
fn a_wrong_password_and_a_disabled_account_are_told_apart() {
    let server = samba();
    let bind = json!({ "user": server.get("BIND_DN"), "password": "Gu3ss-Work" });
    let wrong = error(with(server.settings(), json!({ "bind": bind })));
    assert!(wrong.to_string().contains("user or password is wrong (data 52e)"), "{wrong}");
    assert!(!format!("{wrong:?}{}", wrong.help()).contains("Gu3ss"));
    let unit = unit(server, "Logins");
    // "Gr3at-Secret" in quotes, as UTF-16, in base 64.
    let password = "unicodePwd:: IgBHAHIAMwBhAHQALQBTAGUAYwByAGUAdAAiAA==\n";
    server.change(&format!(
        "dn: CN=former,{unit}\nchangetype: add\nobjectClass: user\nsAMAccountName: former\n\
         userAccountControl: 514\ndescription: a test's own\n{password}"
    ));
    let bind = json!({ "user": format!("CN=former,{unit}"), "password": "Gr3at-Secret" });
    let disabled = error(with(server.settings(), json!({ "bind": bind })));
    assert!(disabled.to_string().contains("the account is disabled (data 533)"), "{disabled}");
}

#[test]
fn a_plain_connection_gets_no_password_and_a_wrong_name_no_trust() {
    let server = samba();
    let plain = error(with(server.settings(), json!({ "url": server.get("LDAP_URL") })));
    assert!(plain.to_string().contains("no password is sent"), "{plain}");
    let untrusted = error(with(server.settings(), json!({ "tls": {} })));
    assert!(untrusted.to_string().contains("trusted"), "{untrusted}");
    let catalogue = error(with(server.settings(), json!({ "url": server.get("GCS_URL") })));
    assert!(catalogue.to_string().contains("is a global catalogue"), "{catalogue}");
}

#[test]
fn a_base_or_a_group_that_does_not_exist_is_an_error() {
    let server = samba();
    let nowhere = format!("OU=Nowhere,{}", server.get("BASE_DN"));
    let base = error(with(server.settings(), json!({ "base": nowhere })));
    assert!(base.to_string().contains("has no `OU=Nowhere"), "{base}");
    let group = error(with(server.settings(), json!({ "group": nowhere })));
    assert!(group.to_string().contains("has no `OU=Nowhere"), "{group}");
    let people = server.get("PEOPLE_DN");
    let unit = error(with(server.settings(), json!({ "group": people })));
    assert!(unit.to_string().contains("is not a group"), "{unit}");
}

#[test]
fn a_standard_directory_is_not_taken_for_active_directory_and_the_other_way_works() {
    let other = crate::servers::openldap();
    let error = error(other.settings());
    assert!(error.to_string().contains("is not an Active Directory"), "{error}");
    let server = samba();
    let settings = with(
        server.settings(),
        json!({ "class": "(sAMAccountType=805306368)", "key": "sAMAccountName" }),
    );
    assert_eq!(fetch::<Ldap>(settings, &["cn"]).unwrap().records.len(), PEOPLE);
}

#[test]
fn a_group_takes_nested_members_and_those_whose_primary_group_it_is() {
    let server = samba();
    let unit = unit(server, "Grouped");
    let mut ldif = String::new();
    for name in ["direct", "nested", "other"] {
        ldif.push_str(&account(name, &unit, "description: a test's own\n"));
        ldif.push('\n');
    }
    ldif.push_str(&format!(
        "dn: CN=inner (x),{unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: inner\n\
         member: CN=nested,{unit}\n\n\
         dn: CN=outer,{unit}\nchangetype: add\nobjectClass: group\nsAMAccountName: outer\n\
         member: CN=direct,{unit}\nmember: CN=inner (x),{unit}\n"
    ));
    server.change(&ldif);
    let of = |group: &str| {
        let listing =
            read(with(server.settings(), json!({ "base": unit, "group": group })), &["cn"]);
        complete(&listing);
        names(&listing).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(&format!("CN=outer,{unit}")), ["direct", "nested"]);
    assert_eq!(of(&format!("cn=Inner (x),{unit}")), ["nested"]);
    let everybody = format!("CN=Domain Users,CN=Users,{}", server.get("BASE_DN"));
    assert_eq!(of(&everybody), ["direct", "nested", "other"]);
}

#[test]
fn an_expired_account_is_disabled_only_where_that_is_asked_for() {
    let server = samba();
    let unit = unit(server, "Expiring");
    let own = "description: a test's own\n";
    // 2026-01-01 and 2027-01-01 in units of 100 ns since 1601.
    server.change(
        &[
            account("past", &unit, &format!("accountExpires: 134116992000000000\n{own}")),
            account("future", &unit, &format!("accountExpires: 134432352000000000\n{own}")),
            account("never", &unit, &format!("accountExpires: 0\n{own}")),
        ]
        .join("\n"),
    );
    let disabled = |changes: Value| {
        let listing = read(
            with(with(server.settings(), json!({ "base": unit })), changes),
            &["accountDisabled", "cn"],
        );
        ["past", "future", "never"]
            .map(|name| text(&listing, find(&listing, "cn", name), "accountDisabled").to_owned())
    };
    assert_eq!(disabled(json!({})), ["false", "false", "false"]);
    assert_eq!(disabled(json!({ "expired_is_disabled": true })), ["true", "false", "false"]);
}

#[test]
fn who_left_is_looked_up_and_who_was_renamed_stays() {
    let server = samba();
    let inside = unit(server, "Inside");
    let outside = unit(server, "Outside");
    let people = ["stays", "moves", "renamed", "deleted", "filtered", "disabled"];
    let more = "title: clerk\ndescription: a test's own\n";
    server.change(&people.map(|name| account(name, &inside, more)).join("\n"));
    let below = format!("OU=Below,{inside}");
    server.change(&format!("dn: {below}\nchangetype: add\nobjectClass: organizationalUnit\n"));
    let settings = with(server.settings(), json!({ "base": inside, "filter": "(title=clerk)" }));
    let attributes = ["accountDisabled", "cn", "ou"];
    let before = read(settings.clone(), &attributes);
    let mut known: Vec<Text> = before.records.iter().map(|record| record.key.clone()).collect();
    known.sort();
    assert_eq!(known.len(), people.len());
    server.change(&format!(
        "dn: CN=moves,{inside}\nchangetype: moddn\nnewrdn: CN=moves\ndeleteoldrdn: 1\nnewsuperior: {outside}\n\n\
         dn: CN=renamed,{inside}\nchangetype: moddn\nnewrdn: CN=new\\, \\\"name\\\"\ndeleteoldrdn: 1\nnewsuperior: {below}\n\n\
         dn: CN=deleted,{inside}\nchangetype: delete\n\n\
         dn: CN=disabled,{inside}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 546\n\n\
         dn: CN=filtered,{inside}\nchangetype: modify\nreplace: title\ntitle: chief\n"
    ));
    let key = |name: &str| find(&before, "cn", name).key.clone();
    let look = |settings: &Value| {
        fetch_knowing::<ActiveDirectory>(settings.clone(), &attributes, &known, &Silent).unwrap()
    };
    let after = look(&settings);
    assert_eq!(names(&after), ["disabled", "new, \"name\"", "stays"]);
    let renamed = find(&after, "cn", "new, \"name\"");
    assert_eq!(renamed.key, key("renamed"));
    assert_eq!(
        renamed.values[after.column("ou").unwrap()],
        Attribute::Many(["Inside", "Below"].map(Text::from).into())
    );
    assert_eq!(text(&after, find(&after, "cn", "disabled"), "accountDisabled"), "true");
    let told = |listing: &Listing, name: &str| {
        let found = listing.departures.iter().find(|departure| departure.key == key(name)).unwrap();
        (found.reason, found.evidence.to_string())
    };
    assert_eq!(after.departures.len(), 3);
    assert_eq!(
        told(&after, "moves"),
        (Reason::OutOfScope, format!("now `CN=moves,{outside}`, outside the bases"))
    );
    assert_eq!(
        told(&after, "filtered"),
        (
            Reason::OutOfScope,
            format!("still there as `CN=filtered,{inside}`, but `filter` no longer takes it")
        )
    );
    assert_eq!(
        told(&after, "deleted"),
        (
            Reason::Gone,
            "no longer found by its `objectGUID`; Active Directory shows deleted objects only to \
             administrators"
                .to_owned()
        )
    );
    // An account that may see deleted objects knows more.
    let bind = json!({ "user": server.get("REPL_DN"), "password": server.get("REPL_PW") });
    let after = look(&with(settings, json!({ "bind": bind })));
    assert_eq!(
        told(&after, "deleted"),
        (Reason::SourceDeleted, format!("deleted; last under `{inside}`"))
    );
}

#[test]
fn names_with_every_special_character_are_read() {
    let server = samba();
    let unit = unit(server, "Special");
    let names = ["a,b", "a+b", "\"c\"", "a<b>c", "a;b", "#d", "a=b", "a*(b)", "Zoë"];
    let ldif = names.iter().enumerate().map(|(at, name)| {
        let escaped: String =
            name.bytes().map(|byte| match byte {
                b'a'..=b'z' => char::from(byte).to_string(),
                other => format!("\\{other:02X}"),
            }).collect();
        format!(
            "dn: CN={escaped},{unit}\nchangetype: add\nobjectClass: user\nsAMAccountName: special{at}\n\
             description: a test's own\n\n"
        )
    });
    server.change(&ldif.collect::<String>());
    let listing = read(with(server.settings(), json!({ "base": unit })), &["cn", "ou"]);
    assert_eq!(listing.records.len(), names.len());
    for name in names {
        let record = find(&listing, "cn", name);
        assert_eq!(text(&listing, record, "ou"), "Special", "{name}");
    }
}

#[test]
fn doctor_goes_all_the_way() {
    let server = samba();
    let settings = with(server.settings(), json!({ "filter": "(department=*)" }));
    let source: ActiveDirectory = serde_json::from_value(settings).unwrap();
    let attributes = ["accountDisabled", "department", "pager", "wWWHomePage"].map(Text::from);
    let cx = Context {
        name: "staff",
        pbx: "main",
        root: Path::new("/"),
        now: "2020-06-01T00:00:00Z".parse().unwrap(),
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
    assert!(matches!(outcome("read `objectGUID`"), Outcome::Passed(_)));
    assert!(matches!(outcome("read `wWWHomePage`"), Outcome::Doubtful(..)));
    // Our clock stands in 2020.
    let Outcome::Doubtful(words, _) = outcome("ask the server what it is") else {
        panic!("{checks:#?}")
    };
    assert!(words.contains("its clock and ours are"), "{words}");
}
