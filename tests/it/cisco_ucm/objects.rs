//! The same cluster read by its list and get operations: `via: objects`.

use std::fs;

use super::{Office, changes};
use crate::ucm::{Release, Trouble, Truth, cluster::pkid, day, server::Asked};

impl Office {
    /// The example, read by objects.
    fn by_objects(people: usize) -> Self {
        let office = Self::of(people);
        office.via("objects");
        office
    }

    /// Reads by one or the other from now on.
    fn via(&self, via: &str) {
        let file = self.folder.file("rollbook.yaml");
        let manifest = fs::read_to_string(&file).unwrap();
        let kept = manifest.lines().filter(|line| !line.starts_with("    via:"));
        let manifest: Vec<String> = kept
            .map(|line| match line {
                "    kind: cisco-ucm" => format!("{line}\n    via: {via}"),
                line => line.to_owned(),
            })
            .collect();
        assert_eq!(manifest.iter().filter(|line| line.contains("via:")).count(), 1);
        fs::write(file, manifest.join("\n") + "\n").unwrap();
    }

    /// What is true, but for what objects don't tell: a user's site, and the ports of gateways.
    fn truth_by_objects(&self) -> Truth {
        let mut truth = self.truth.clone();
        let mut unseen = 0;
        for (name, line) in truth.people.iter_mut().chain(&mut truth.channels) {
            let (from, to) = match name.as_str() {
                "ada" => ("; Head Office;", "; London;"),
                _ => match line.find("; ports [\"") {
                    Some(at) => (&line.clone()[at..], "; ports []; active"),
                    None => continue,
                },
            };
            *line = line.replace(from, to);
            unseen += 1;
        }
        assert_eq!(unseen, 3);
        truth
    }
}

fn operations(office: &Office) -> Vec<String> {
    office.ucm.seen().into_iter().map(|seen| seen.operation).collect()
}

#[test]
fn objects_say_the_same_but_for_what_they_do_not_tell() {
    let office = Office::by_objects(60);
    let said = office.rollbook(&["apply", "--yes", "-vv"]).code(0).stderr;
    assert!(said.contains("reading `phones` by objects: a request for each of"), "{said}");
    office.truth_by_objects().holds(&office.shown());
    let plan = office.rollbook(&["plan"]).code(0);
    assert!(plan.stdout.contains("In step"), "{}", plan.stdout);
    let operations = operations(&office);
    assert!(!operations.iter().any(|operation| operation == "executeSQLQuery"));
    let users = operations.iter().filter(|operation| *operation == "getUser").count();
    // Two runs: all but the hidden template, and some once more.
    let all = office.userids.len() - 2;
    assert!((2 * all + 20..=2 * (all + 25)).contains(&users), "{users} of {all}");
}

#[test]
fn a_source_changes_its_way_and_everybody_stays_who_they_are() {
    let office = Office::of(40);
    office.apply();
    office.via("objects");
    let unseen = ["move person Ada King Lovelace: site, path"];
    assert_eq!(changes(&office.plan()), unseen);
    office.apply();
    office.via("sql");
    assert_eq!(changes(&office.plan()), unseen);
}

#[test]
fn every_release_tells_the_same() {
    let office = Office::by_objects(20);
    office.ucm.is(Release::V11);
    office.apply();
    for release in [Release::V9, Release::V12, Release::V15] {
        office.ucm.is(release);
        let plan = office.plan();
        let changes = changes(&plan);
        match release {
            // Its schema has no job titles and no display names.
            Release::V9 => assert_eq!(
                changes,
                ["update person Ada King Lovelace: job_title", "update person Ramona: name"],
            ),
            _ => assert_eq!(changes, Vec::<String>::new(), "{release:?}"),
        }
    }
}

#[test]
fn lists_over_the_servers_limit_are_read_in_smaller_pages() {
    let office = Office::by_objects(120);
    office.ucm.nature(|nature| nature.answer_limit = 20_000);
    office.apply();
    office.truth_by_objects().holds(&office.shown());
    let seen = office.ucm.seen();
    let lists = seen.iter().filter(|seen| seen.operation == "listPhone" && seen.status == 200);
    assert!(lists.count() > 4, "more than one page, read twice");
    assert!(seen.iter().any(|seen| seen.status == 500), "nothing was too large");
}

/// Before the so manyth question of this name, does this to the cluster.
fn before(office: &Office, operation: &'static str, nth: usize, statements: &'static str) {
    let mut count = 0;
    office.ucm.when(move |asked: &Asked<'_>, database| {
        if asked.operation.name == operation {
            count += 1;
            if count == nth {
                database.execute_batch(statements).unwrap();
            }
        }
        None
    });
}

#[test]
fn what_goes_while_it_is_read_is_told_and_only_that_is_disabled() {
    let office = Office::by_objects(40);
    office.apply();
    let goes = "DELETE FROM device WHERE name = 'CSFADA'; DELETE FROM enduserdevicemap WHERE \
                fkdevice NOT IN (SELECT pkid FROM device)";
    before(&office, "getPhone", 1, goes);
    let plan = office.plan();
    assert_eq!(changes(&plan), ["disable device CSFADA: "]);
    let findings = plan["findings"].to_string();
    assert!(findings.contains("objects went after they were listed"), "{findings}");
}

#[test]
fn a_cluster_that_empties_while_it_is_read_disables_nobody() {
    for (operation, nth, statements) in [
        ("listPhone", 1, "DELETE FROM device"),
        ("listLine", 1, "DELETE FROM numplan"),
        ("getPhone", 10, "DELETE FROM device"),
        ("getPhone", 1, "DELETE FROM devicenumplanmap"),
        ("getUser", 20, "DELETE FROM enduser"),
        ("getPhone", 50, "DELETE FROM devicenumplanmap"),
        ("getUser", 40, "DELETE FROM enduserdevicemap; DELETE FROM endusernumplanmap"),
        // Only the last look sees that these are gone.
        ("getVoiceMailPort", 1, "DELETE FROM device WHERE tkclass = 1"),
    ] {
        let office = Office::by_objects(40);
        office.apply();
        before(&office, operation, nth, statements);
        let plan = office.plan();
        assert_eq!(changes(&plan), Vec::<String>::new(), "{operation} {statements}");
        assert_eq!(plan["sources"][0]["complete"], false, "{operation} {statements}");
    }
}

#[test]
fn what_passes_is_waited_for() {
    let office = Office::by_objects(5);
    office.apply();
    for trouble in [Trouble::Busy(Some(0)), Trouble::Memory, Trouble::Expired, Trouble::Cut(200)] {
        let mut left = 1;
        let what = format!("{trouble:?}");
        office.ucm.when(move |asked, _| {
            let now = left > 0 && asked.operation.name == "getPhone";
            left -= usize::from(now);
            now.then(|| trouble.clone())
        });
        let plan = office.rollbook(&["plan"]).code(0);
        assert!(plan.stdout.contains("In step"), "{what}: {}", plan.stdout);
    }
}

#[test]
fn doctor_tries_every_list_and_no_sql() {
    let office = Office::by_objects(5);
    let said = office.rollbook(&["doctor"]).code(0).stdout;
    for words in ["listPhone", "listVoiceMailPort", "numbers can be read", "jtapi_uccx"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(said.contains("not tried: by objects"), "{said}");
    let operations = operations(&office);
    let no =
        |operation: &String| operation == "executeSQLQuery" || operation.starts_with("getPhone");
    assert!(!operations.iter().any(no), "{operations:?}");
}

#[test]
fn a_device_that_is_in_no_list_keeps_nobody_whose_extension_is_removed() {
    let mut office = Office::by_objects(10);
    // A remote destination profile that Ada controls.
    office
        .ucm
        .database()
        .execute_batch(&format!(
            "INSERT INTO device (pkid, name, tkclass, tkmodel) VALUES ('{profile}', 'RDPADA', 20, 134);
             INSERT INTO enduserdevicemap (pkid, fkenduser, fkdevice, tkuserassociation) VALUES
             ('{row}', '{ada}', '{profile}', 1);",
            profile = pkid("device", "RDPADA"),
            row = pkid("enduserdevicemap", "RDPADA"),
            ada = pkid("enduser", "ada"),
        ))
        .unwrap();
    office.apply();
    office.change(day::extension_removed);
    let plan = office.plan();
    let changes = changes(&plan);
    assert!(changes.contains(&"disable person Carl: ".to_owned()), "{changes:#?} {plan:#}");
    assert!(plan["findings"].to_string().contains("so they did when asked again"), "{plan:#}");
}
