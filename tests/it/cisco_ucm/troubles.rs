//! What goes wrong ends in the right data, in an error that says what to do, or in a listing that
//! disables nobody.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::{Office, changes};
use crate::ucm::{Trouble, cluster::pkid, day, server::Asked};

/// Goes wrong at the so manyth statement, so many times.
fn at(office: &Office, nth: usize, times: usize, trouble: Trouble) -> Arc<AtomicUsize> {
    let happened = Arc::new(AtomicUsize::new(0));
    let (count, mut statements) = (happened.clone(), 0);
    office.ucm.when(move |asked, _| {
        statements += usize::from(!asked.sql.is_empty());
        let now = statements >= nth && count.load(Ordering::SeqCst) < times;
        now.then(|| {
            count.fetch_add(1, Ordering::SeqCst);
            trouble.clone()
        })
    });
    happened
}

#[test]
fn what_passes_is_waited_for_and_costs_nothing() {
    let office = Office::of(20);
    office.apply();
    for (nth, times, trouble) in [
        (1, 2, Trouble::Busy(Some(0))),
        (4, 1, Trouble::Busy(None)),
        (6, 1, Trouble::Memory),
        (5, 1, Trouble::Expired),
        (3, 1, Trouble::HangUp),
        (4, 1, Trouble::Cut(700)),
        (2, 2, Trouble::Cut(0)),
    ] {
        let what = format!("{trouble:?}");
        let happened = at(&office, nth, times, trouble);
        let plan = office.rollbook(&["plan"]).code(0);
        assert!(plan.stdout.contains("In step"), "{what}: {}", plan.stdout);
        assert_eq!(happened.load(Ordering::SeqCst), times, "{what}");
    }
}

#[test]
fn an_idle_session_that_expired_takes_one_login_more() {
    let office = Office::of(5);
    at(&office, 5, 1, Trouble::Expired);
    office.plan();
    let logins = office.ucm.seen().iter().filter(|seen| seen.login).count();
    assert_eq!(logins, 2);
}

#[test]
fn answers_over_the_servers_limit_are_read_in_smaller_pages() {
    let office = Office::of(400);
    for limit in [100_000, 20_000] {
        office.ucm.nature(|nature| nature.answer_limit = limit);
        office.ucm.forget();
        office.apply();
        office.truth.holds(&office.shown());
        let seen = office.ucm.seen();
        let refused = seen.iter().filter(|seen| seen.status == 500).count();
        assert!(refused > 0, "nothing was too large");
        assert!(seen.iter().filter(|seen| seen.status == 200).all(|seen| seen.bytes <= limit));
        assert!(refused * 2 < seen.len(), "{refused} of {} were refused", seen.len());
        std::fs::remove_dir_all(office.folder.file("directory.git")).unwrap();
    }
}

#[test]
fn what_does_not_pass_is_an_error_that_names_it() {
    let office = Office::of(5);
    office.apply();
    for (trouble, says) in [
        (Trouble::Busy(Some(0)), "busy"),
        (Trouble::Page(403, "Forbidden"), "Standard AXL"),
        (Trouble::Page(599, "Incorrect axl version. Supported axl versions are 30.0"), "30.0"),
        (Trouble::Fault(-1, "Something quite else"), "Something quite else"),
        (Trouble::Raw("<html>not at all</html>".into()), "answer"),
        (Trouble::Raw("<e:Envelope".into()), "answer"),
        (Trouble::Redirect("https://elsewhere.example/".into()), "elsewhere.example"),
    ] {
        let what = format!("{trouble:?}");
        at(&office, 4, usize::MAX, trouble);
        let said = office.fails(&["plan"]);
        assert!(said.contains(says), "{what}: {said}");
        assert!(said.contains("help:"), "{what}: {said}");
    }
    office.ucm.heals();
    assert!(office.rollbook(&["plan"]).code(0).stdout.contains("In step"));
}

/// A plan in which nobody and nothing is disabled, as the listing isn't whole.
#[track_caller]
fn disables_nothing(office: &Office, what: &str) -> serde_json::Value {
    let plan = office.plan();
    let changes = changes(&plan);
    assert!(changes.iter().all(|change| !change.starts_with("disable")), "{what}: {changes:#?}");
    assert_eq!(plan["sources"][0]["complete"], false, "{what}: {:#}", plan["sources"]);
    plan
}

#[test]
fn an_emptied_table_disables_nobody() {
    let office = Office::of(30);
    office.apply();
    for table in ["enduser", "device", "numplan", "devicenumplanmap"] {
        let rows = format!("CREATE TABLE kept AS SELECT * FROM {table}");
        office.ucm.database().execute(&rows, ()).unwrap();
        office.ucm.database().execute(&format!("DELETE FROM {table}"), ()).unwrap();
        let plan = disables_nothing(&office, table);
        assert_eq!(changes(&plan), Vec::<String>::new(), "{table}");
        let back = format!("INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;");
        office.ucm.database().execute_batch(&back).unwrap();
    }
    assert!(office.rollbook(&["plan"]).code(0).stdout.contains("In step"));
}

#[test]
fn a_cluster_that_changes_while_it_is_read_is_read_again() {
    let office = Office::of(300);
    office.apply();
    // Half of the phones go once the devices were read, and come back before they are read again.
    let mut gone = 0;
    let before = |asked: &Asked<'_>, table: &str| asked.reads(table) && asked.sql.contains("FIRST");
    office.ucm.when(move |asked, database| {
        if before(asked, "devicenumplanmap") && gone == 0 {
            gone = 1;
            database
                .execute_batch(
                    "CREATE TABLE away AS SELECT * FROM numplan WHERE dnorpattern LIKE '2%';
                     DELETE FROM numplan WHERE dnorpattern LIKE '2%';",
                )
                .unwrap();
        } else if gone == 1 && before(asked, "enduser") {
            gone = 2;
            let back = "INSERT INTO numplan SELECT * FROM away; DROP TABLE away;";
            database.execute_batch(back).unwrap();
        }
        None
    });
    let plan = office.rollbook(&["plan"]).code(0);
    assert!(plan.stdout.contains("In step"), "{}", plan.stdout);
}

#[test]
fn keys_that_lead_nowhere_in_masses_disable_nobody() {
    let office = Office::of(300);
    office.apply();
    // As while a backup is played back: numbers are not there yet.
    office.ucm.database().execute("DELETE FROM numplan WHERE dnorpattern LIKE '2%'", ()).unwrap();
    let plan = office.plan();
    let disabled = changes(&plan).iter().filter(|change| change.starts_with("disable")).count();
    let held_up = plan["sources"][0]["complete"] == false || plan["verdict"]["allowed"] == false;
    assert!(disabled == 0 || held_up, "{disabled} would be disabled: {:#}", plan["sources"]);
}

#[test]
fn a_few_keys_that_lead_nowhere_cost_nobody() {
    let office = Office::of(60);
    office.apply();
    let number = pkid("device", "SEP0000000A6E45");
    // A phone that goes between two requests.
    office.ucm.when(move |asked, database| {
        if asked.reads("devicenumplanmap") {
            database.execute("DELETE FROM device WHERE pkid = ?1", [&number]).unwrap();
        }
        None
    });
    let plan = office.plan();
    let changes = changes(&plan);
    assert!(changes.iter().all(|change| !change.starts_with("disable person")), "{changes:#?}");
}

/// Gives Ada a second extension of the contact centre, which leads to a number that isn't there.
fn leads_nowhere(database: &rusqlite::Connection) {
    let (key, ada) = (pkid("endusernumplanmap", "stands"), pkid("enduser", "ada"));
    let row = "INSERT INTO endusernumplanmap (pkid, fkenduser, fknumplan, tkdnusage) VALUES \
               (?1, ?2, 'ffffffff-0000-0000-0000-00000000dead', 2)";
    database.execute(row, [&key, &ada]).unwrap();
}

#[test]
fn a_key_that_has_led_nowhere_for_years_keeps_nobody_whose_extension_is_removed() {
    let mut office = Office::of(20);
    leads_nowhere(&office.ucm.database());
    office.apply();
    office.change(day::extension_removed);
    let plan = office.plan();
    let changes = changes(&plan);
    assert!(changes.contains(&"disable person Carl: ".to_owned()), "{changes:#?}");
    assert!(plan["findings"].to_string().contains("so they did when asked again"), "{plan:#}");
}

#[test]
fn a_key_that_leads_somewhere_when_asked_again_holds_back_who_lost_their_number() {
    for again in [
        // The number is there now, or what led to it is gone.
        "INSERT INTO numplan (pkid, dnorpattern, tkpatternusage) VALUES \
         ('ffffffff-0000-0000-0000-00000000dead', '7999', 2)",
        "DELETE FROM endusernumplanmap WHERE fknumplan = 'ffffffff-0000-0000-0000-00000000dead'",
    ] {
        let mut office = Office::of(20);
        leads_nowhere(&office.ucm.database());
        office.apply();
        office.change(day::extension_removed);
        office.ucm.when(move |asked, database| {
            if asked.sql.contains("IN ('ffffffff") && asked.sql.contains("n.pkid IN") {
                database.execute(again, ()).unwrap();
            }
            None
        });
        let changes = changes(&office.plan());
        assert!(!changes.contains(&"disable person Carl: ".to_owned()), "{again}: {changes:#?}");
    }
}
