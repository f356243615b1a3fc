//! Numbers that are given again: the history knows who left them when.

use serde_json::Value;

use super::rollbook::Folder;

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git, author: Telecoms <telecoms@example.com> }
sources:
  staff: { kind: csv, path: staff.csv, key: no, fields: { name: name, extension: ext } }
numbers:
  reuse_after: 90d
  ranges:
    - { extensions: [4000-4099] }
limits: { update: { share: 100% }, disable: { share: 100% } }
";

/// 20 November 2026, 09:00 UTC, and so many days later.
fn day(folder: &mut Folder, days: u64) {
    folder.set("SOURCE_DATE_EPOCH", (1_795_165_200 + days * 86_400).to_string());
}

/// Ada has 4021 until she takes 4022 on the tenth day, and leaves with that on the twentieth.
fn left() -> Folder {
    let mut folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    for (days, rows) in [(0, "1,Ada,4021\n"), (10, "1,Ada,4022\n"), (20, "")] {
        folder.write("staff.csv", format!("no,name,ext\n{rows}9,Zoe,4099\n"));
        day(&mut folder, days);
        folder.rollbook(["apply", "--yes"]).code(0);
    }
    folder
}

fn reused(folder: &Folder) -> Vec<(String, Value)> {
    let plan = folder.rollbook(["plan", "--output", "json"]).code(0).json();
    let findings = plan["findings"].as_array().expect("findings");
    let of_code = findings.iter().filter(|finding| finding["code"] == "number-reused");
    of_code
        .map(|finding| {
            assert_eq!(finding["at"], "rollbook.yaml:8:7");
            (finding["message"].as_str().expect("a message").to_owned(), finding["keys"].clone())
        })
        .collect()
}

#[test]
fn a_number_rests_from_the_day_on_which_it_was_left() {
    let mut folder = left();
    folder.write("staff.csv", "no,name,ext\n2,Bob,4021\n3,Cem,4022\n9,Zoe,4099\n");
    day(&mut folder, 40);
    let told = |who: &str, number: &str, days: u32| {
        format!(
            "extension `main:{number}` is given to `{who}`, and `Ada` had it until {days} days ago"
        )
    };
    let found = reused(&folder);
    let messages: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
    assert_eq!(messages, [told("Bob", "4021", 30), told("Cem", "4022", 20)]);
    assert_eq!(found[0].1, serde_json::json!(["staff/1", "staff/2"]));
    let refused = folder.rollbook(["plan", "--deny", "number-reused"]).code(3);
    assert!(refused.stdout.contains("2 findings of `number-reused`, denied by `--deny`"));
    day(&mut folder, 100);
    let messages: Vec<String> = reused(&folder).into_iter().map(|(message, _)| message).collect();
    assert_eq!(messages, [told("Cem", "4022", 80)], "4021 has rested for its 90 days");
    day(&mut folder, 110);
    assert_eq!(reused(&folder), []);
}

#[test]
fn who_returns_has_their_own_number_and_who_keeps_one_was_not_given_it() {
    let mut folder = left();
    folder.write("staff.csv", "no,name,ext\n1,Ada,4021\n9,Zoe,4099\n");
    day(&mut folder, 30);
    assert_eq!(reused(&folder), []);
    folder.write("staff.csv", "no,name,ext\n2,Bob,4021\n9,Zoe,4099\n");
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(reused(&folder), [], "it was told when it was given");
}
