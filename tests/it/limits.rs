//! What stops a plan: limits, listings that are doubted, and how one plan may pass all the same.

use std::{fs, time::Duration};

use super::{
    commands::{decimated, head},
    rollbook::Folder,
};

#[test]
fn a_limit_is_accepted_for_one_plan_and_one_number() {
    let folder = decimated();
    let before = head(&folder);
    let planned = folder.rollbook(["plan", "--out", "plan.json"]).code(3);
    for said in ["limits.disable.share", "rollbook.yaml:40:33", "Hugo Lindström"] {
        assert!(planned.stdout.contains(said), "{}", planned.stdout);
    }
    assert!(planned.stdout.contains("rollbook apply plan.json --accept disable=5"));
    for words in [
        &["apply", "--yes"][..],
        &["apply", "plan.json"],
        &["apply", "plan.json", "--accept", "disable=4"],
    ] {
        let refused = folder.rollbook(words).code(3);
        for said in ["limits.disable.share", "Hugo Lindström", "--accept disable=5"] {
            assert!(refused.stderr.contains(said), "{}", refused.stderr);
        }
    }
    assert_eq!(head(&folder), before);
    folder.rollbook(["apply", "plan.json", "--accept", "disable=5"]).code(0);
    assert_ne!(head(&folder), before);
}

#[test]
fn a_misspelt_limit_is_told() {
    let folder = decimated();
    for (given, said) in [
        ("disble=5", "no limit is called `disble`; there are `disable`, "),
        ("people=5", "no limit is called `people`; there are `disable`, "),
        ("disable", "write it as the refusal does"),
    ] {
        let refused = folder.rollbook(["apply", "--yes", "--accept", given]).code(1);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}

/// The command that a refused plan offers, word by word.
fn offered(text: &str) -> Vec<String> {
    let (_, command) = text.split_once("to accept this one plan: rollbook ").expect("a command");
    command.lines().next().expect("a line").split(' ').map(str::to_owned).collect()
}

#[test]
fn an_acceptance_without_a_file_names_the_plan() {
    let folder = decimated();
    let before = head(&folder);
    let unnamed = folder.rollbook(["apply", "--yes", "--accept", "disable=5"]).code(1);
    assert!(unnamed.stderr.contains("`--accept` is for one plan"), "{}", unnamed.stderr);
    let plan = folder.rollbook(["plan", "--output", "json"]).code(3).json();
    let digest = plan["digest"].as_str().expect("a digest").to_owned();
    for (approved, code) in [("abcdef0", 1), ("abcdefgh", 1), ("00000000", 3)] {
        let words = ["apply", "--approved", approved, "--accept", "disable=5"];
        let refused = folder.rollbook(words).code(code);
        if code == 3 {
            let now = &digest[..12];
            for said in ["plan `00000000` was approved", now] {
                assert!(refused.stderr.contains(said), "{}", refused.stderr);
            }
        }
    }
    // Approval alone passes no limit.
    folder.rollbook(["apply", "--approved", &digest[..8]]).code(3);
    assert_eq!(head(&folder), before);
    let planned = folder.rollbook(["plan"]).code(3).stdout;
    assert!(planned.contains(&format!("--approved {}", &digest[..12])), "{planned}");
    folder.rollbook(offered(&planned)).code(0);
    assert_ne!(head(&folder), before);
}

#[test]
fn the_command_that_a_refusal_offers_works_as_it_stands() {
    for saved in [false, true] {
        let folder = decimated();
        fs::rename(folder.file("rollbook.yaml"), folder.file("other.yaml")).expect("renamed");
        let mut plan = vec!["plan", "--manifest", "other.yaml"];
        let mut apply = vec!["apply", "--manifest", "other.yaml"];
        match saved {
            true => {
                plan.extend(["--out", "a plan.json"]);
                apply.push("a plan.json");
            }
            false => apply.push("--yes"),
        }
        let planned = folder.rollbook(plan).code(3).stdout;
        let refused = folder.rollbook(apply).code(3).stderr;
        let unquoted = |text: &str| text.replace("'a plan.json'", "a\u{a0}plan.json");
        let words = |text: &str| -> Vec<String> {
            offered(&unquoted(text)).iter().map(|word| word.replace('\u{a0}', " ")).collect()
        };
        assert_eq!(words(&planned), words(&refused));
        folder.rollbook(words(&refused)).code(0);
    }
}

#[test]
fn a_listing_that_was_trusted_is_trusted_for_one_size() {
    let folder = Folder::example("csv");
    let row = |n: usize| format!("{n},P{n},Sales,{}\n", 1000 + n);
    let rows = |count: usize| (1..=count).map(row).collect::<String>();
    let list = |count: usize| format!("id,name,department,ext\n{}", rows(count));
    folder.write("people.csv", list(60));
    folder.write(
        "rollbook.yaml",
        "version: 1\nsources:\n  staff: { kind: csv, path: people.csv, key: id, fields: { name: name, department: department, extension: ext } }\n",
    );
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.write("people.csv", list(39));
    let doubtful = folder.plan();
    assert_eq!(
        (&doubtful["summary"]["disable"], &doubtful["summary"]["unknown"]),
        (&0.into(), &21.into())
    );
    assert_eq!(doubtful["sources"][0]["complete"], false);
    let finding = &doubtful["findings"][0];
    assert_eq!(finding["code"], "doubtful-listing");
    assert_eq!(finding["keys"].as_array().expect("keys").len(), 21);
    let trusted = folder.rollbook(["plan", "--trust", "staff=39"]).code(3).stdout;
    for said in ["complete: 39 ", "trusted by `--trust staff=39`", "21 people would be disabled"] {
        assert!(trusted.contains(said), "{trusted}");
    }
    let command = offered(&trusted);
    assert!(command.contains(&"staff=39".to_owned()), "{command:?}");
    // One more has left by the time it is applied: that was not what was looked at.
    folder.write("people.csv", list(38));
    folder.rollbook(command.clone()).code(3);
    folder.write("people.csv", list(39));
    folder.rollbook(command).code(0);
    let settled = folder.plan();
    assert_eq!(settled["summary"]["unknown"], 0);
    assert_eq!(settled["sources"][0]["complete"], true);
    for (given, said) in [("phones=3", "no source is called `phones`"), ("staff", "write it as")] {
        let refused = folder.rollbook(["plan", "--trust", given]).code(1).stderr;
        assert!(refused.contains(said), "{refused}");
    }
    let with_file = folder.rollbook(["apply", "plan.json", "--trust", "staff=3"]).code(1).stderr;
    assert!(with_file.contains("cannot be used with"), "{with_file}");
}

#[test]
fn a_section_that_is_gone_from_the_manifest_is_refused() {
    let folder = Folder::example("csv");
    let manifest = fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    assert!(manifest.contains("\ncollections:\n"), "{manifest}");
    folder.rollbook(["apply", "--yes"]).code(0);
    let cut = |text: &str, section: &str| -> String {
        let mut inside = false;
        let lines = text.lines().filter(|line| {
            let top = !line.starts_with([' ', '#']) && !line.is_empty();
            inside = if top { line.starts_with(section) } else { inside };
            !inside
        });
        lines.map(|line| format!("{line}\n")).collect()
    };
    folder.write("rollbook.yaml", cut(&manifest, "collections:"));
    let refused = folder.rollbook(["plan", "--output", "json"]).code(3).json();
    assert_eq!(refused["verdict"]["refusals"][0]["limit"], "disable.collections.share");
    folder.write("rollbook.yaml", cut(&manifest, "groups:"));
    let refused = folder.rollbook(["plan", "--output", "json"]).code(3).json();
    assert_eq!(refused["verdict"]["refusals"][0]["limit"], "move.share");
    folder.write("rollbook.yaml", cut(&manifest, "sources:"));
    folder.rollbook(["plan"]).code(1);
}

/// A folder whose source is `people.csv`, read as this manifest says besides.
fn listed(besides: &str) -> Folder {
    let folder = Folder::example("csv");
    folder.write(
        "rollbook.yaml",
        format!(
            "version: 1\nsources:\n  staff:\n    kind: csv\n    path: people.csv\n    key: id\n    fields: {{ name: name, department: team, extension: ext, status: state }}\n{besides}"
        ),
    );
    folder
}

/// `id,name,team,ext,state` of so many people.
fn list(people: usize) -> String {
    let row = |n: usize| format!("{n},P{n},Sales,{},active\n", 1000 + n);
    "id,name,team,ext,state\n".to_owned() + &(1..=people).map(row).collect::<String>()
}

#[test]
fn whoever_is_disabled_is_so_for_a_reason_that_is_shown() {
    let folder = listed("    keep: \"team != 'Contractors'\"\n");
    folder.write("people.csv", list(100));
    folder.rollbook(["apply", "--yes"]).code(0);
    let changed = list(100)
        .replace("1,P1,Sales,1001,active\n", "")
        .replace("2,P2,Sales,1002,active", "2,P2,Sales,1002,disabled")
        .replace("3,P3,Sales,1003,active", "3,P3,Contractors,1003,active");
    folder.write("people.csv", changed);
    let plan = folder.plan();
    let text = folder.rollbook(["plan"]).code(0).stdout;
    let reasons = [
        ("staff/1", "gone", "no longer listed by `staff`, whose listing is complete: read to the"),
        ("staff/2", "source-disabled", "`state` is `disabled`"),
        (
            "staff/3",
            "out-of-scope",
            "`keep` leaves it out: `team` is `Contractors` (rollbook.yaml:8:11)",
        ),
    ];
    for (key, reason, evidence) in reasons {
        let mut changes = plan["changes"].as_array().expect("changes").iter();
        let change = changes.find(|change| change["key"] == key).expect("a change");
        assert_eq!((&change["action"], &change["reason"]), (&"disable".into(), &reason.into()));
        let shown = change["evidence"].as_str().expect("evidence");
        assert!(shown.starts_with(evidence), "{shown}");
        assert!(text.contains(evidence), "{text}");
    }
    folder.rollbook(["apply", "--yes"]).code(0);
    for (key, reason, evidence) in reasons {
        let shown = folder.rollbook(["show", key, "--output", "json"]).code(0).stdout;
        assert!(shown.contains(reason) && shown.contains(evidence), "{shown}");
    }
}

#[test]
fn a_run_that_stands_out_from_the_last_ones_is_refused_and_may_be_accepted() {
    let folder = listed("limits: { disable: { people: 100, share: 100% } }\n");
    folder.write("people.csv", list(100));
    folder.rollbook(["apply", "--yes"]).code(0);
    for left in (91..=99).rev() {
        folder.write("people.csv", list(left));
        folder.rollbook(["apply", "--yes"]).code(0);
    }
    folder.write("people.csv", list(80));
    let refused = folder.rollbook(["plan"]).code(3).stdout;
    let said = "REFUSED: 11 people would be disabled, at most 1 in the last 10 runs: `limits.past`, built in";
    assert!(refused.contains(said), "{refused}");
    let refusal = &folder.rollbook(["plan", "--output", "json"]).code(3).json()["verdict"];
    assert_eq!(refusal["refusals"][0]["past"], serde_json::json!({ "most": 1, "runs": 10 }));
    folder.rollbook(["apply", "--yes"]).code(3);
    let saved = folder.rollbook(["plan", "--out", "plan.json"]).code(3).stdout;
    let held = folder.rollbook(["apply", "plan.json"]).code(3).stderr;
    assert!(held.contains("at most 1 in the last 10 runs"), "{held}");
    assert!(saved.contains("rollbook apply plan.json --accept disable=11"), "{saved}");
    folder.rollbook(offered(&refused)).code(0);
}

#[test]
fn of_joined_sources_one_of_another_day_disables_nobody() {
    let folder = Folder::example("csv");
    let manifest = |people: &str| {
        let source = |name: &str| {
            format!(
                "  {name}: {{ kind: csv, path: {name}.csv, key: id, fields: {{ name: name, email: mail }} }}\n"
            )
        };
        format!("version: 1\nsources:\n{}{}{people}", source("phones"), source("staff"))
    };
    let list = |from: usize| {
        let row = |n: usize| format!("{n},P{n},p{n}@corp.example\n");
        "id,name,mail\n".to_owned() + &(from..=100).map(row).collect::<String>()
    };
    let age = |name: &str, hours: u64| {
        let file = fs::File::options().append(true).open(folder.file(name)).expect("a file");
        let now = file.metadata().and_then(|known| known.modified()).expect("a time");
        let then = now - Duration::from_secs(hours * 3600);
        file.set_modified(then).expect("its time is set");
    };
    folder.write("rollbook.yaml", manifest(""));
    folder.write("phones.csv", list(1));
    folder.write("staff.csv", list(1));
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.write("staff.csv", list(2));
    age("staff.csv", 31);
    // Each source by itself is as old as it is.
    assert_eq!(folder.plan()["summary"]["disable"], 1);
    for (people, disabled) in [
        ("people: { max_age_difference: 24h }\n", 0),
        ("people: { max_age_difference: 48h }\n", 1),
        ("people: { max_age_difference: off }\n", 1),
        ("people: { link: [ employee_id ] }\n", 0),
        ("people: { link: [ employee_id ], max_age_difference: off }\n", 1),
        ("people: { link: [ employee_id ], max_age_difference: null }\n", 1),
    ] {
        folder.write("rollbook.yaml", manifest(people));
        let plan = folder.plan();
        assert_eq!(plan["summary"]["disable"], disabled, "{people}");
        let mut findings = plan["findings"].as_array().expect("findings").iter();
        let stale = findings.find(|finding| finding["code"] == "stale-listing");
        assert_eq!(stale.is_some(), disabled == 0, "{people}");
        if let Some(stale) = stale {
            let message = stale["message"].as_str().expect("a message");
            assert!(
                message.contains("its data is 30 hours older than that of `phones`"),
                "{stale}"
            );
            assert_eq!(
                (&plan["sources"][1]["complete"], &plan["summary"]["unknown"]),
                (&false.into(), &1.into())
            );
        }
    }
}
