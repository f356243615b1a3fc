//! `rehearse`: what accidents would do with one's own manifest, and what would stop them.

use serde_json::Value;

use super::rollbook::Folder;

#[test]
fn each_accident_has_a_verdict_and_changes_nothing() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let before = folder.git(&["rev-parse", "main"]).stdout;
    for accident in ["empty-source", "half-source", "renamed-ou", "swapped-attribute"] {
        let rehearsal = folder.rollbook(["rehearse", accident, "--output", "json"]).code(0).json();
        assert_eq!(rehearsal["passes"], 0, "{rehearsal:#}");
        let text = folder.rollbook(["rehearse", accident]).code(0).stdout;
        assert!(text.contains("none would pass. Nothing was changed."), "{text}");
    }
    let all = folder.rollbook(["rehearse", "all", "--output", "json"]).code(3).json();
    let passes: Vec<&Value> = all["rehearsed"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["verdict"] == "passes")
        .collect();
    // Four people of eleven have a mobile number: a limit of 30% is four.
    assert_eq!(passes.len(), 1, "{passes:#?}");
    assert!(passes[0]["what"].as_str().expect("words").contains("`mobile`"));
    assert!(passes[0]["help"].as_str().expect("help").contains("limit below 4 for `update`"));
    let manifest = std::fs::read_to_string(folder.file("rollbook.yaml")).expect("the manifest");
    folder.write(
        "rollbook.yaml",
        manifest.replace("limits:\n", "limits:\n  update: { people: 3 }\n"),
    );
    folder.rollbook(["rehearse", "lost-right"]).code(0);
    assert_eq!(folder.git(&["rev-parse", "main"]).stdout, before);
}

#[test]
fn a_guard_tells_where_it_is_set() {
    let folder = Folder::example("csv");
    folder.rollbook(["apply", "--yes"]).code(0);
    let half = folder.rollbook(["rehearse", "half-source", "--output", "json"]).code(0).json();
    let one = &half["rehearsed"][0];
    assert_eq!(one["verdict"], "stopped");
    let guards = one["held_by"].as_array().expect("guards");
    let limit = guards.iter().find(|guard| guard["kind"] == "limit").expect("a limit");
    assert!(limit["at"].as_str().expect("a place").starts_with("rollbook.yaml:40:"), "{limit}");
}

#[test]
fn a_rehearsal_needs_no_directory_and_takes_a_recording() {
    let folder = Folder::example("csv");
    folder.rollbook(["fetch", "--record", "taken"]).code(0);
    std::fs::remove_file(folder.file("people.csv")).expect("removed");
    let words = ["rehearse", "empty-source", "--replay", "taken", "--output", "json"];
    let rehearsal = folder.rollbook(words).code(0).json();
    assert_eq!(rehearsal["replay"], true);
    assert_eq!(rehearsal["people"], 11);
    assert!(!folder.file("directory.git").exists());
    folder.rollbook(["rehearse", "empty-source"]).code(1);
    let named = ["rehearse", "empty-source", "--replay", "taken", "--source", "stuff"];
    folder.rollbook(named).code(1);
    folder.rollbook(["rehearse", "fire"]).code(1);
}
