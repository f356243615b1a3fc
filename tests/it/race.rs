//! Fifty applies at once on one directory: one of them is carried out, and the others say why not.

use std::{fs, process::Stdio};

use super::rollbook::Folder;

const APPLIES: usize = 50;

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git, author: Telecoms <telecoms@example.com> }
sources:
  staff:
    kind: csv
    path: { env: STAFF }
    key: no
    fields: { name: name, department: team, extension: ext, mobile: mobile }
groups:
  - path: \"/{{ department }}\"
limits: { update: { share: 100% } }
";

fn staff(mobile: &str) -> String {
    let mut text = String::from("no,name,team,ext,mobile\n");
    for n in 0..60 {
        text.push_str(&format!("{n},Person {n},Team {},{},{mobile}\n", n % 6, 4000 + n));
    }
    text
}

#[test]
fn of_fifty_applies_at_once_one_is_carried_out_each_time() {
    let mut folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    folder.write("first.csv", staff("first"));
    folder.set("STAFF", "first.csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    for round in 0..2 {
        // Each wants another mobile for everybody, so that no two of them go together.
        for n in 0..APPLIES {
            folder.write(&format!("{n}.csv"), staff(&format!("{round}-{n}")));
            folder.set("STAFF", format!("{n}.csv"));
            let plan = format!("{n}.plan");
            folder.rollbook(["plan", "--out", &plan]).code(0);
        }
        let children: Vec<_> = (0..APPLIES)
            .map(|n| {
                let mut command = folder.command(["apply", &format!("{n}.plan")]);
                command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("an apply")
            })
            .collect();
        let ended: Vec<_> = children
            .into_iter()
            .map(|child| {
                let output = child.wait_with_output().expect("an end");
                (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
            })
            .collect();
        let won: Vec<usize> = (0..APPLIES).filter(|n| ended[*n].0 == Some(0)).collect();
        assert_eq!(won.len(), 1, "{ended:#?}");
        for (code, said) in ended.iter().filter(|(code, _)| *code != Some(0)) {
            let stale = *code == Some(3) && (said.contains("stale") || said.contains("moved on"));
            let locked = *code == Some(1) && said.contains("another program is writing");
            assert!(stale || locked, "{code:?}: {said}");
            assert!(said.contains("help: "), "{said}");
        }
        let commits = folder.git(&["log", "--format=%s", "main"]).code(0).stdout.lines().count();
        assert_eq!(commits, round + 2);
        let held = folder.rollbook(["show", "staff/7", "--output", "json"]).code(0).json();
        assert_eq!(held["people"][0]["mobile"], format!("{round}-{}", won[0]));
        let fsck = folder.git(&["fsck", "--full", "--strict"]).code(0);
        assert!(!fsck.stdout.contains("missing"), "{}", fsck.stdout);
    }
    let left: Vec<String> = fs::read_dir(folder.file("directory.git/refs/heads"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, ["main"], "no lock is left");
    let index = folder.file("directory.git/rollbook-history");
    let log = folder.rollbook(["log", "staff/7", "--output", "json"]).code(0).stdout;
    let kept = fs::read(&index).expect("an index");
    fs::remove_file(&index).expect("an index that can go");
    assert_eq!(folder.rollbook(["log", "staff/7", "--output", "json"]).code(0).stdout, log);
    assert!(fs::read(&index).expect("an index") == kept);
}
