//! A plan from a recording is the plan that was made then, byte for byte; what is damaged, cut off
//! or not there is an error; no secret is ever in one.

mod equipment;

use std::{fs, path::Path};

use serde_json::Value;

use super::{
    rollbook::Folder,
    servers::{self, PEOPLE, Server},
};

/// The LDAP example on a real server.
fn with_openldap(server: &Server) -> Folder {
    let mut folder = Folder::example("ldap");
    folder.reads_from(server);
    folder
}

/// In every form, a plan is what the replay of its recording is. Gives the plan.
#[track_caller]
fn replays(folder: &Folder, without: &[&str]) -> Value {
    let mut plan = Value::Null;
    for form in ["json", "text", "markdown", "yaml"] {
        let live = folder.rollbook(["plan", "--record", "taken", "--output", form, "-v"]).code(0);
        let mut replay = folder.command(["plan", "--replay", "taken", "--output", form, "-v"]);
        for name in without {
            replay.env_remove(name);
        }
        let replay = replay.output().expect("rollbook starts");
        let told = String::from_utf8_lossy(&replay.stderr).into_owned();
        assert!(replay.status.success(), "{told}");
        assert!(live.stdout.as_bytes() == replay.stdout, "{form}: {}", live.stdout);
        assert!(told.contains("from the recording `taken`"), "{told}");
        if form == "json" {
            plan = live.json();
        }
    }
    plan
}

#[test]
fn a_plan_from_a_recording_of_files_is_the_same_to_the_byte() {
    let mut folder = Folder::example("csv");
    replays(&folder, &[]);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.set("CSV_PATH", "people-june.csv");
    let plan = replays(&folder, &["CSV_PATH"]);
    assert_ne!(plan["changes"], Value::Array(Vec::new()));
    // The files themselves are not needed.
    fs::remove_file(folder.file("people-june.csv")).expect("removed");
    folder.rollbook(["plan", "--replay", "taken"]).code(0);
    replays(&Folder::example("json"), &[]);
}

#[test]
fn a_plan_from_a_recording_of_openldap_needs_no_server_and_no_password() {
    let server = servers::openldap_of_ones_own();
    let folder = with_openldap(&server);
    let needs_none = ["LDAP_URL", "LDAP_USER", "LDAP_PASSWORD", "LDAP_CA"];
    let plan = replays(&folder, &needs_none);
    assert_eq!(plan["summary"]["add"], PEOPLE);
    folder.rollbook(["apply", "--yes"]).code(0);
    let taken = folder.file("taken");
    let records = fs::read_to_string(taken.join("staff.jsonl")).expect("the records");
    let first: Value = serde_json::from_str(records.lines().nth(1).expect("one")).expect("JSON");
    let dn = first["dn"].as_str().expect("a distinguished name");
    server.change(&format!("dn: {dn}\nchangetype: modify\nreplace: title\ntitle: Chair\n"));
    let plan = replays(&folder, &needs_none);
    assert_eq!(plan["summary"]["update"], 1, "{plan:#}");
    assert!(fs::read_to_string(taken.join("staff.jsonl")).unwrap().contains("Chair"));
    // Nothing that the settings refer to as secret is in any of its files.
    let secrets = [server.get("BIND_PW"), server.get("ADMIN_PW"), server.get("LIMITED_PW")];
    for (name, text) in files(&taken) {
        for secret in secrets {
            assert!(!text.contains(secret), "{name}");
        }
    }
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a recording").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| {
            let text = fs::read_to_string(entry.path()).expect("text");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect()
}

#[test]
fn what_looks_like_a_secret_is_withheld_even_where_the_mapping_asks_for_it() {
    let folder = Folder::empty();
    let manifest = |title: &str| {
        format!(
            "version: 1\nsources:\n  staff:\n    kind: csv\n    path: staff.csv\n    key: no\n    \
             fields: {{ name: name, extension: ext, job_title: {title} }}\n"
        )
    };
    folder.write("rollbook.yaml", manifest("login_password or remark"));
    folder.write(
        "staff.csv",
        "no,name,ext,login_password,remark\n1,Ada,4021,hunter2-plain,\n2,Grace,4022,,{SSHA}c2VjcmV0\n",
    );
    let told = folder.rollbook(["fetch", "--record", "taken"]).code(0).stderr;
    assert!(told.contains("`login_password` of source `staff` looks like a secret"), "{told}");
    assert!(told.contains("`remark` of source `staff` looks like a secret"), "{told}");
    for (name, text) in files(&folder.file("taken")) {
        assert!(!text.contains("hunter2-plain") && !text.contains("SSHA"), "{name}: {text}");
    }
    // A plan without it would not be the plan of then.
    let refused = folder.rollbook(["plan", "--replay", "taken"]).code(1);
    assert!(refused.stderr.contains("`login_password` of source `staff` was withheld"));
    folder.write("rollbook.yaml", manifest("name"));
    let told = folder.rollbook(["plan", "--replay", "taken"]).code(0).stderr;
    assert!(told.contains("the manifest has changed since this was recorded"), "{told}");
}

#[test]
fn an_attribute_that_the_mapping_needs_now_is_named() {
    let folder = Folder::example("csv");
    folder.rollbook(["fetch", "--record", "taken"]).code(0);
    let manifest = fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    folder.write("rollbook.yaml", manifest.replace("mobile: mobile", "mobile: status"));
    let lacks = folder.rollbook(["plan", "--replay", "taken"]).code(1).stderr;
    assert!(lacks.contains("lacks `status`, which the mapping uses"), "{lacks}");
    assert!(lacks.contains("help: record again"), "{lacks}");
    folder.write("rollbook.yaml", manifest.replace("  staff:", "  people:"));
    let lacks = folder.rollbook(["plan", "--replay", "taken"]).code(1).stderr;
    assert!(lacks.contains("has no source `people`; it has `staff`"), "{lacks}");
}

#[test]
fn what_is_damaged_or_cut_off_is_never_a_smaller_listing() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.rollbook(["plan", "--record", "taken"]).code(0);
    let path = folder.file("taken/staff.jsonl");
    let whole = fs::read_to_string(&path).expect("the records");
    let index = fs::read_to_string(folder.file("taken/recording.json")).expect("the index");
    let refuses = |because: &str| {
        let told = folder.rollbook(["plan", "--replay", "taken"]).code(1).stderr;
        assert!(told.contains(because), "{because}: {told}");
    };
    let lines: Vec<&str> = whole.lines().collect();
    for keep in [0, 1, 2, lines.len() - 1] {
        let cut: String = lines[..keep].iter().map(|line| format!("{line}\n")).collect();
        folder.write("taken/staff.jsonl", cut);
        refuses("is damaged: it has");
    }
    folder.write("taken/staff.jsonl", &whole[..whole.len() - 1]);
    refuses("is damaged: it has");
    folder.write("taken/staff.jsonl", whole.replacen("Laurent", "Laurant", 1));
    refuses("its checksum is not that of what was written");
    // Even a record less whose size was mended.
    let header = lines[0].replacen("\"records\":12", "\"records\":11", 1);
    assert_eq!(header.len(), lines[0].len());
    folder.write("taken/staff.jsonl", whole.replacen(lines[0], &header, 1));
    refuses("it is of another source or recording");
    fs::remove_file(&path).expect("removed");
    refuses("can't be read");
    folder.write("taken/staff.jsonl", &whole);
    folder.write("taken/recording.json", &index[..index.len() / 2]);
    refuses("it ends too early");
    folder.write("taken/recording.json", index.replace("recording/1", "recording/3"));
    refuses("has the format `rollbook.recording/3`");
    folder.write("taken/recording.json", index.replace("staff.jsonl", "../people.csv"));
    refuses("is no file in it");
    folder.write("taken/recording.json", "{}");
    refuses("is no recording");
    folder.write("taken/recording.json", index);
    folder.rollbook(["plan", "--replay", "taken"]).code(0);
}

#[test]
fn a_recording_replaces_a_recording_and_nothing_else() {
    let folder = Folder::example("csv");
    fs::create_dir(folder.file("mine")).expect("a folder");
    folder.write("mine/letter.txt", "dear");
    for (place, because) in [("mine", "is no recording"), ("people.csv", "is no folder")] {
        let told = folder.rollbook(["fetch", "--record", place]).code(1).stderr;
        assert!(told.contains(because), "{told}");
    }
    folder.rollbook(["fetch", "--record", "new/taken"]).code(0);
    folder.rollbook(["fetch", "staff", "--record", "new/taken"]).code(0);
    folder.write("new/taken/letter.txt", "dear");
    let told = folder.rollbook(["fetch", "--record", "new/taken"]).code(1).stderr;
    assert!(told.contains("holds `letter.txt` too"), "{told}");
    assert_eq!(fs::read_to_string(folder.file("new/taken/letter.txt")).expect("a letter"), "dear");
    let left: Vec<_> = fs::read_dir(folder.file("new"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["taken"], "nothing is left beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| {
            fs::metadata(folder.file(name)).expect("there").permissions().mode() & 0o777
        };
        assert_eq!(mode("new/taken"), 0o700);
        assert_eq!(mode("new/taken/staff.jsonl"), 0o600);
        assert_eq!(mode("new/taken/recording.json"), 0o600);
    }
}

#[test]
fn a_plan_from_a_recording_is_never_applied() {
    let folder = Folder::example("csv");
    folder.rollbook(["fetch", "--record", "taken"]).code(0);
    folder.rollbook(["plan", "--replay", "taken", "--out", "plan.json"]).code(1);
    folder.rollbook(["apply", "--replay", "taken", "--yes"]).code(1);
}

/// What counts in a plan: how many changes of which kind, and findings of which code.
fn shape(plan: &Value) -> (Value, Vec<String>, Vec<String>) {
    let words = |list: &Value, name: &str| {
        let mut words: Vec<String> =
            list.as_array().expect("a list").iter().map(|one| one[name].to_string()).collect();
        words.sort();
        words
    };
    (plan["summary"].clone(), words(&plan["changes"], "action"), words(&plan["findings"], "code"))
}

#[test]
fn pseudonyms_give_the_same_plan_with_nobody_in_it() {
    let mut folder = Folder::example("csv");
    folder.set("PSEUDONYMS", "a key that nobody can guess");
    let dressed = [
        "plan",
        "--output",
        "json",
        "--record",
        "may",
        "--pseudonyms",
        "--pseudonym-key",
        "env:PSEUDONYMS",
    ];
    let first = folder.rollbook(dressed).code(0).json();
    let again = folder.rollbook(["plan", "--replay", "may", "--output", "json"]).code(0).json();
    assert_eq!(shape(&first), shape(&again));

    // Later recordings with the same key have the same people in them: there is a plan between.
    let people = ["Laurent", "Okafor", "amelie", "1001", "4021", "0121", "900121"];
    let text = files(&folder.file("may")).into_iter().map(|(_, text)| text).collect::<String>();
    for person in people {
        assert!(!text.contains(person), "{person}");
    }
    assert!(text.contains("@example.com") && text.contains("Head of Sales"));
    assert!(!text.contains("a key that"));
    let stable = folder.rollbook(dressed).code(0);
    assert!(stable.stderr.contains("with pseudonyms"), "{}", stable.stderr);
    let same = files(&folder.file("may"));
    let records = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let (_, now) = same.iter().find(|(name, _)| name == "staff.jsonl").expect("the records");
    assert!(records(now).iter().all(|line| text.contains(line)));

    let missing = ["plan", "--record", "x", "--pseudonyms", "--pseudonym-key", "env:NOTHING"];
    folder.rollbook(missing).code(1);
    folder.rollbook(["plan", "--record", "x", "--pseudonyms"]).code(1);
    let literal = ["plan", "--record", "x", "--pseudonyms", "--pseudonym-key", "literally-a-key"];
    let told = folder.rollbook(literal).code(1).stderr;
    assert!(told.contains("never the key itself") && !told.contains("literally-a-key"), "{told}");
    assert!(!folder.file("x").exists());
    let also = [&dressed[..], &["--pseudonyms-also", "department,site"]].concat();
    folder.rollbook(also).code(0);
    let text = files(&folder.file("may")).into_iter().map(|(_, text)| text).collect::<String>();
    assert!(!text.contains("London") && !text.contains("Sales\",\"London"));
}

#[test]
fn pseudonyms_of_a_real_directory_join_and_clash_as_their_people_do() {
    let server = servers::openldap();
    let mut folder = with_openldap(server);
    folder.set("PSEUDONYMS", "a key that nobody can guess");
    let dressed = [
        "plan",
        "--output",
        "json",
        "--record",
        "taken",
        "--pseudonyms",
        "--pseudonym-key",
        "env:PSEUDONYMS",
    ];
    let live = folder.rollbook(dressed).code(0).json();
    let replay = folder.rollbook(["plan", "--replay", "taken", "--output", "json"]).code(0).json();
    assert_eq!(shape(&live), shape(&replay));
    assert_ne!(live["changes"], replay["changes"]);
}

#[test]
fn people_of_several_sources_join_under_pseudonyms_as_they_do_themselves() {
    let mut folder = Folder::empty();
    folder.set("PSEUDONYMS", "a key that nobody can guess");
    folder.write(
        "rollbook.yaml",
        "version: 1\nsources:\n  staff:\n    kind: csv\n    path: staff.csv\n    key: no\n    \
         fields: { name: name, email: mail, extension: ext }\n  phones:\n    kind: csv\n    \
         path: phones.csv\n    key: id\n    fields: { name: who, email: address, telephone: \
         \"number | e164('GB')\", extension: \"number | digits | match('[0-9]{4}$')\" }\n\
         people:\n  link: [ email, extension ]\n",
    );
    folder.write(
        "staff.csv",
        "no,name,mail,ext\n1,Ada Lovelace,ada@corp.example,0121\n2,Ben Okafor,,0122\n\
         3,Chiara Rossi,rossi@corp.example,0123\n4,Cesare Rossi,rossi@corp.example,0124\n",
    );
    folder.write(
        "phones.csv",
        "id,who,address,number\na,A. Lovelace,ADA@corp.example,020 7946 0999\n\
         b,Okafor,,020 7946 0122\nc,Rossi,Rossi@corp.example,020 7946 0777\n\
         d,Nobody else,,020 7946 0888\n",
    );
    let dressed = [
        "plan",
        "--output",
        "json",
        "--record",
        "taken",
        "--pseudonyms",
        "--pseudonym-key",
        "env:PSEUDONYMS",
    ];
    let live = folder.rollbook(dressed).code(0).json();
    let replay = folder.rollbook(["plan", "--replay", "taken", "--output", "json"]).code(0).json();
    assert_eq!(shape(&live), shape(&replay));
    let count = |plan: &Value, of: &str| plan[of].as_array().expect("a list").len();
    for of in ["disputes", "disagreements", "unknown", "changes"] {
        assert_eq!(count(&live, of), count(&replay, of), "{of}");
    }
    assert_ne!(count(&live, "disputes"), 0, "the two Rossis dispute one number");
    let joined = |plan: &Value| plan.to_string().matches(" by email").count();
    assert!(joined(&live) > 0 && joined(&live) == joined(&replay), "{live:#}");
}
