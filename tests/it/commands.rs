//! What commands promise: exit codes, saved plans, who is meant, and how they are stopped.

use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::rollbook::Folder;

/// The example of May applied; the export of June is next.
fn june() -> Folder {
    let mut folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    folder.set("CSV_PATH", "people-june.csv");
    folder
}

/// The directory with most people missing from the export, so that a limit refuses.
pub fn decimated() -> Folder {
    let mut folder = june();
    let all = fs::read_to_string(folder.file("people.csv")).expect("the export");
    let few: String = all.lines().take(7).map(|line| format!("{line}\n")).collect();
    folder.write("few.csv", few);
    folder.set("CSV_PATH", "few.csv");
    folder
}

pub fn head(folder: &Folder) -> String {
    folder.git(&["rev-parse", "main"]).code(0).stdout.trim().to_owned()
}

#[test]
fn exit_codes_tell_what_waits() {
    let folder = june();
    assert_eq!(folder.rollbook(["plan"]).code, Some(0));
    assert_eq!(folder.rollbook(["plan", "--detailed-exitcode"]).code, Some(2));
    assert_eq!(decimated().rollbook(["plan"]).code, Some(3));
    assert_eq!(folder.rollbook(["paln"]).code, Some(1), "wrong usage is 1, not clap's 2");
    assert_eq!(folder.rollbook(["--help"]).code, Some(0));
    folder.rollbook(["apply", "--yes"]).code(0);
    assert_eq!(folder.rollbook(["plan", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn a_plan_is_saved_whole_and_applied_once() {
    let folder = june();
    folder.rollbook(["plan", "--out", "june.json"]).code(0);
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    folder.rollbook(["apply", "june.json"]).code(0);
    let commit = head(&folder);
    let again = folder.rollbook(["apply", "june.json"]).code(3);
    assert!(
        again.stderr.contains("already applied") && again.stderr.contains(&commit),
        "{again:#?}"
    );
    assert_eq!(head(&folder), commit);
}

#[test]
fn a_stale_plan_names_both_commits() {
    let mut folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let first = head(&folder);
    folder.set("CSV_PATH", "few.csv");
    let all = fs::read_to_string(folder.file("people.csv")).expect("the export");
    folder.write("few.csv", all.replace("Amélie", "Amelie"));
    folder.rollbook(["plan", "--out", "plan.json"]).code(0);
    folder.set("CSV_PATH", "people-june.csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let second = head(&folder);
    let stale = folder.rollbook(["apply", "plan.json"]).code(3);
    assert!(stale.stderr.contains(&first) && stale.stderr.contains(&second), "{}", stale.stderr);
    assert_eq!(head(&folder), second);
}

#[test]
fn of_two_applies_of_one_plan_at_once_one_wins_and_the_other_is_told() {
    for _ in 0..6 {
        let folder = june();
        folder.rollbook(["plan", "--out", "plan.json"]).code(0);
        let mut runs: Vec<_> = (0..2)
            .map(|_| {
                let mut run = folder.command(["apply", "plan.json"]);
                run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let mut ended: Vec<_> = runs.drain(..).map(|run| run.wait_with_output().unwrap()).collect();
        ended.sort_by_key(|output| output.status.code());
        let codes: Vec<_> = ended.iter().map(|output| output.status.code()).collect();
        assert_eq!(codes, [Some(0), Some(3)], "{ended:?}");
        let told = String::from_utf8_lossy(&ended[1].stderr).into_owned();
        assert!(told.contains("stale") || told.contains("already"), "{told}");
    }
}

#[test]
fn a_plan_changed_by_hand_is_not_applied() {
    let folder = june();
    folder.rollbook(["plan", "--out", "plan.json"]).code(0);
    let text = fs::read_to_string(folder.file("plan.json")).expect("the plan");
    folder.write("plan.json", text.replace("Laurent-Roy", "Mallory"));
    let before = head(&folder);
    let refused = folder.rollbook(["apply", "plan.json"]).code(1);
    assert!(refused.stderr.contains("changed after it was made"), "{}", refused.stderr);
    folder.write("plan.json", "{}");
    folder.rollbook(["apply", "plan.json"]).code(1);
    assert_eq!(head(&folder), before);
}

/// A plan as its maker might have written it, with a digest that fits.
fn forged(folder: &Folder, change: impl Fn(&mut rollbook::plan::Plan)) {
    let text = fs::read_to_string(folder.file("plan.json")).expect("the plan");
    let mut plan: rollbook::plan::Plan = serde_json::from_str(&text).expect("a plan");
    change(&mut plan);
    plan.digest = plan.computed_digest();
    folder.write("plan.json", serde_json::to_string(&plan).expect("JSON"));
}

#[test]
fn a_saved_plan_is_held_against_the_limits_of_today() {
    let folder = decimated();
    folder.rollbook(["plan", "--out", "plan.json"]).code(3);
    forged(&folder, |plan| {
        plan.verdict.refusals.clear();
        plan.verdict.allowed = true;
    });
    let refused = folder.rollbook(["apply", "plan.json"]).code(3);
    assert!(refused.stderr.contains("limits.disable.share"), "{}", refused.stderr);

    // And one that was fine when it was made, whatever it says of the manifest.
    let folder = june();
    folder.rollbook(["plan", "--out", "plan.json"]).code(0);
    let manifest = fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    let strict = manifest.replace("people: 25", "people: 0");
    assert_ne!(manifest, strict);
    folder.write("rollbook.yaml", strict);
    let before = head(&folder);
    let stale = folder.rollbook(["apply", "plan.json"]).code(3);
    assert!(stale.stderr.contains("the manifest has changed"), "{}", stale.stderr);
    let now: Value = folder.rollbook(["plan", "--output", "json"]).code(3).json();
    forged(&folder, |plan| plan.manifest = now["manifest"].as_str().expect("a digest").into());
    let refused = folder.rollbook(["apply", "plan.json"]).code(3);
    assert!(refused.stderr.contains("limits.disable.people"), "{}", refused.stderr);
    assert_eq!(head(&folder), before);
}

#[test]
fn people_of_a_source_that_the_manifest_drops_stay_until_it_lets_them_go() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let manifest = fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    let active = folder.plan()["summary"]["unchanged"].clone();

    folder.write("rollbook.yaml", manifest.replace("\n  staff:\n", "\n  personnel:\n"));
    let renamed = folder.rollbook(["plan", "--output", "json"]).json();
    assert_eq!(renamed["summary"]["disable"], 0);
    assert_eq!(renamed["summary"]["unchanged"], active);
    let mut told = renamed["findings"].as_array().expect("findings").iter();
    let told = told.find(|finding| finding["code"] == "source-not-declared").expect("a finding");
    assert!(told["help"].as_str().expect("help").contains("`keep: false`"), "{told}");

    let kept = "keep: \"department != 'Contractors'\"";
    assert!(manifest.contains(kept));
    folder.write("rollbook.yaml", manifest.replace(kept, "keep: false"));
    let doubtful = folder.rollbook(["plan", "--output", "json"]).code(0).json();
    assert_eq!(doubtful["summary"]["disable"], 0);
    assert_eq!(doubtful["summary"]["unknown"], active);
    let mut told = doubtful["findings"].as_array().expect("findings").iter();
    let told = told.find(|finding| finding["code"] == "doubtful-listing").expect("a finding");
    assert!(told["help"].as_str().expect("help").contains("`--trust staff=0`"), "{told}");
    let other = folder.rollbook(["plan", "--output", "json", "--trust", "staff=1"]).code(0).json();
    assert_eq!(other["summary"]["disable"], 0);
    let left = folder.rollbook(["plan", "--output", "json", "--trust", "staff=0"]).code(3).json();
    let evidence = left["sources"][0]["evidence"].as_str().expect("evidence");
    assert!(evidence.contains("trusted by `--trust staff=0`"), "{evidence}");
    assert_eq!(left["summary"]["disable"], active);
    let mut changes = left["changes"].as_array().expect("changes").iter();
    let left_out =
        |change: &Value| change["entry"] != "person" || change["reason"] == "out-of-scope";
    assert!(changes.all(left_out), "{left:#}");
}

#[test]
fn what_is_typed_does_not_reach_the_terminal_raw() {
    let mut folder = Folder::empty();
    folder.set("CLICOLOR_FORCE", "1");
    for words in [&["pl\u{1b}[31man"][..], &["apply", "--accept", "x\u{1b}]0;t\u{7}=1"]] {
        let told = folder.rollbook(words).code(1).stderr;
        assert!(told.starts_with("error: ") && !told.contains('\u{1b}'), "{told:?}");
    }
}

#[test]
fn the_folder_of_a_manifest_stands_for_it() {
    let folder = june();
    for given in [".", "rollbook.yaml"] {
        let shown = folder.rollbook(["--manifest", given, "show"]).code(0);
        assert!(shown.stdout.contains("active people"), "{}", shown.stdout);
    }
    fs::create_dir(folder.file("empty")).expect("a folder");
    let missing = folder.rollbook(["--manifest", "empty", "show"]).code(1);
    assert!(missing.stderr.contains("`empty/rollbook.yaml` can't be read"), "{}", missing.stderr);
}

#[test]
fn what_happens_inside_is_told_when_asked() {
    let folder = june();
    let told = folder.rollbook(["-vv", "plan"]).code(0).stderr;
    for said in ["reading `staff` (csv)", "read `staff`: 1", "read the directory: 11 people"] {
        assert!(told.contains(said), "{told}");
    }
    assert_eq!(folder.rollbook(["-v", "plan"]).code(0).stderr, "");
}

#[test]
fn an_apply_with_nothing_to_do_says_so_and_does_not_call_itself_a_plan() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let idle = folder.rollbook(["apply", "--yes"]).code(0).stdout;
    assert!(idle.starts_with("IN STEP  directory "), "{idle}");
    assert!(idle.contains("In step: nothing to change.") && !idle.contains("PLAN ONLY"), "{idle}");
}

#[test]
fn fetched_people_are_as_a_plan_would_take_them() {
    let folder = Folder::example("json");
    let fetched = folder.rollbook(["fetch", "personnel", "--output", "json"]).code(0).json();
    let people = fetched["people"].as_array().expect("people");
    let found = |name: &str| {
        people.iter().find(|person| person["name"] == name).unwrap_or_else(|| panic!("{name}"))
    };
    let leo = found("Leo Bennett");
    assert_eq!(
        (&leo["status"], &leo["reason"], &leo["evidence"]),
        (&"disabled".into(), &"source-disabled".into(), &"`active` is `false`".into()),
    );
    assert_eq!(found("Karen Shaw")["path"], "/Leeds/Stores");
    assert_eq!(found("Karen Shaw")["status"], "active");
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let folder = june();
    let before = head(&folder);
    let ended = folder.rollbook(["apply"]).code(1);
    assert!(ended.stderr.contains("--yes"), "{}", ended.stderr);
    assert_eq!(head(&folder), before);
}

#[test]
fn with_the_clock_held_runs_are_equal_to_the_byte() {
    let commits: Vec<(String, String)> = (0..2)
        .map(|_| {
            let mut folder = Folder::example("csv");
            folder.set("SOURCE_DATE_EPOCH", "1750000000");
            folder.set("ROLLBOOK_APPLIED_BY", "the tests");
            let planned = folder.rollbook(["plan"]).code(0).stdout;
            folder.rollbook(["apply", "--yes"]).code(0);
            (planned, folder.git(&["rev-parse", "main^{tree}"]).stdout)
        })
        .collect();
    assert_eq!(commits[0], commits[1]);
}

#[test]
fn a_person_is_found_by_what_is_theirs_alone() {
    let folder = june();
    folder.rollbook(["apply", "--yes"]).code(0);
    let id = |who: &str| {
        let shown = folder.rollbook(["show", who, "--output", "json"]).code(0).json();
        assert_eq!(shown["people"].as_array().map(Vec::len), Some(1));
        shown["people"][0]["id"].as_str().expect("an id").to_owned()
    };
    for who in
        ["staff/1001", "4021", "main:4021", "AMELIE.LAURENT-ROY@example.com", "amélie laurent-roy"]
    {
        assert_eq!(id(who), "staff/1001", "{who}");
    }
    let several = folder.rollbook(["show", "5021"]).code(1).stderr;
    assert!(several.contains("staff/1007") && several.contains("staff/1008"), "{several}");
    let nobody = folder.rollbook(["show", "Amelie Laurent Roy"]).code(1).stderr;
    assert!(nobody.contains("did you mean"), "{nobody}");
}

#[test]
fn a_reader_who_goes_away_is_no_fault() {
    let folder = june();
    let mut child = folder
        .command(["show", "--output", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rollbook to start");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("remarks").read_to_string(&mut said).expect("remarks in UTF-8");
    assert_eq!((child.wait().expect("an end").code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_under_the_output_is_an_error() {
    let folder = june();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
    let output = folder.command(["show"]).stdout(full).output().expect("rollbook to start");
    assert_eq!(output.status.code(), Some(1));
    let before = head(&folder);
    let output = folder.command(["plan", "--out", "/nowhere/plan.json"]).output().expect("an end");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(head(&folder), before);
}

#[test]
fn ctrl_c_stops_and_says_that_nothing_was_changed() {
    let mut folder = june();
    let before = head(&folder);
    let made = Command::new("mkfifo").arg(folder.file("slow.csv")).status().expect("mkfifo");
    assert!(made.success());
    folder.set("CSV_PATH", "slow.csv");
    let mut child = folder
        .command(["apply", "--yes"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("rollbook to start");
    // The pipe has no writer, so reading it doesn't end by itself.
    thread::sleep(Duration::from_millis(700));
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.expect("kill").success());
    let mut said = String::new();
    child.stderr.take().expect("remarks").read_to_string(&mut said).expect("remarks in UTF-8");
    assert_eq!(child.wait().expect("an end").code(), Some(130), "{said}");
    assert!(said.contains("stopped; nothing was changed"), "{said}");
    assert_eq!(head(&folder), before);
}

#[test]
fn a_first_manifest_can_be_planned_at_once() {
    let folder = Folder::example("csv");
    fs::remove_file(folder.file("rollbook.yaml")).expect("the example's manifest");
    folder.rollbook(["init", "csv", "--file", "people.csv"]).code(0);
    folder.rollbook(["validate"]).code(0);
    assert_eq!(folder.plan()["summary"]["add"], 12);
    let again = folder.rollbook(["init", "csv"]).code(1);
    assert!(again.stderr.contains("there already"), "{}", again.stderr);
    for kind in ["active-directory", "cisco-ucm", "json", "ldap"] {
        let path = format!("{kind}.yaml");
        let words = ["--manifest", &path, "init", kind];
        folder.rollbook(words).code(0);
        folder.rollbook(["--manifest", &path, "validate"]).code(0);
    }
}

#[test]
fn a_first_manifest_of_two_kinds_shows_how_they_are_joined() {
    let folder = Folder::empty();
    folder.rollbook(["init", "cisco-ucm", "active-directory"]).code(0);
    let made = fs::read_to_string(folder.file("rollbook.yaml")).expect("a manifest");
    assert!(made.contains("\n  phones:\n"), "{made}");
    let joined = "# people:\n\
                  #   link: [ employee_id, email ]\n\
                  #   prefer: { default: [ active_directory, phones ] }\n\
                  #   status: [ active_directory ]\n";
    assert!(made.contains(joined), "{made}");
    let wanted = joined.replace("# ", "");
    folder.write("rollbook.yaml", made.replace(joined, &wanted));
    folder.rollbook(["validate"]).code(0);
}

#[test]
fn a_column_that_is_not_there_is_told_with_its_place() {
    let folder = Folder::example("csv");
    let manifest = fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    // Its tests of the mapping would tell without the file, too.
    let (manifest, _) = manifest.split_once("\ntests:").expect("tests at its end");
    folder.write("rollbook.yaml", manifest.replace("site: site\n", "site: siet\n"));
    let said = folder.rollbook(["validate"]).code(1).stderr;
    assert!(said.contains("rollbook.yaml:") && said.contains("`site`"), "{said}");
    fs::remove_file(folder.file("people.csv")).expect("the export");
    folder.rollbook(["validate"]).code(0);
}

#[test]
fn json_on_the_terminal_is_as_safe_as_text() {
    let folder = Folder::example("csv");
    let people = fs::read_to_string(folder.file("people.csv")).expect("the export");
    let name = "Am\u{9b}31m\u{202e}\u{e0041}lie";
    folder.write("people.csv", people.replace("Amélie", name));
    folder.rollbook(["apply", "--yes"]).code(0);
    for form in ["json", "yaml"] {
        let shown = folder.rollbook(["show", "--output", form]).code(0).stdout;
        assert!(!shown.contains(['\u{9b}', '\u{202e}', '\u{e0041}']), "{form}");
        let read: Value = match form {
            "json" => serde_json::from_str(&shown).expect("JSON"),
            _ => serde_yaml::from_str(&shown).expect("YAML"),
        };
        assert_eq!(read["people"][0]["name"], format!("{name} Laurent"), "{form}");
    }
}

#[test]
fn a_first_manifest_can_be_probed_at_once() {
    let folder = Folder::example("csv");
    fs::remove_file(folder.file("rollbook.yaml")).unwrap();
    let probed = folder.rollbook(["init", "csv", "--file", "people.csv", "--probe"]).code(0);
    assert!(probed.stdout.contains("12 rows"), "{}", probed.stdout);

    let mut folder = Folder::empty();
    for name in ["ACTIVE_DIRECTORY_USER", "ACTIVE_DIRECTORY_PASSWORD"] {
        folder.set(name, "somebody");
    }
    folder.set("ACTIVE_DIRECTORY_URL", "ldaps://127.0.0.1:9");
    let probed = folder.rollbook(["init", "active-directory", "--probe"]).code(1);
    assert!(probed.stdout.contains("127.0.0.1:9"), "{}", probed.stdout);
    assert!(folder.file("rollbook.yaml").exists());
}

#[test]
fn pages_for_shells_and_readers_are_made() {
    let folder = Folder::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = folder.rollbook(["completions", shell]).code(0).stdout;
        assert!(script.contains("rollbook"), "{shell}");
    }
    assert!(folder.rollbook(["man"]).code(0).stdout.contains(".TH rollbook 1"));
    folder.rollbook(["man", "--out", "pages"]).code(0);
    assert!(folder.file("pages/rollbook-apply.1").exists());
    let names = folder.rollbook(["schema"]).code(0).stdout;
    for name in names.lines() {
        assert!(folder.rollbook(["schema", name]).code(0).json().is_object(), "{name}");
    }
}

#[test]
fn what_cannot_be_given_is_said_as_it_is() {
    let folder = june();
    let told = folder.rollbook(["pin", "staff/1001", "name", "null"]).code(1).stderr;
    assert!(told.contains("help: give what `name` takes\n"), "{told}");
    let told = folder.rollbook(["pin", "staff/1001", "extension", "x y"]).code(1).stderr;
    assert!(told.contains("help: give what `extension` takes, or `null` for nothing\n"), "{told}");
    let folder = Folder::empty();
    let told = folder.rollbook(["init", "csv", "--file", "none.csv"]).code(1).stderr;
    assert!(told.contains("`none.csv` can't be read\n  because: No such file"), "{told}");
}
