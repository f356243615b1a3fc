//! The state repository: real git repositories in temporary folders.

mod chronicle;
mod crash;
mod disk;
mod edits;
mod equipment;
mod history;
mod pieces;
mod remote;
mod repositories;

use std::{
    path::Path,
    process::{Command, Output},
};

use jiff::{SignedDuration, Timestamp};
use rollbook::{
    directory::{
        Collection, Directory, Disagreement, Dispute, Extension, Field, Group, GroupPath, Id,
        Person, Reason, Since, Skipped, Status, Unknown,
    },
    settings::StateSettings,
    store::{Message, Outcome, Store, StoreError},
};

/// Settings for a repository at `path`, on `main`.
fn settings(path: &Path) -> StateSettings {
    StateSettings {
        git: path.to_owned(),
        shown: "./directory.git".into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: Some("Rollbook <rollbook@corp.example>".into()),
        sign: None,
    }
}

fn store(path: &Path) -> Store {
    Store::open(&settings(path)).unwrap()
}

/// The n-th run's message, an hour after the one before.
fn message(n: i64) -> Message {
    let start: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    Message {
        subject: format!("staff: run {n}"),
        body: "~ Ada\n    mobile: 1 -> 2".into(),
        trailers: vec![
            ("Plan", format!("plan-{n}")),
            ("Source", "staff 3 complete".into()),
            ("Source", "phones 4 complete".into()),
        ],
        when: start + SignedDuration::from_hours(n),
        manifest: format!("sha256:{n:02}"),
    }
}

fn path(text: &str) -> GroupPath {
    GroupPath::parse(text).unwrap()
}

fn person(n: usize, place: &str) -> Person {
    Person {
        records: Vec::new(),
        id: Id::new(
            "staff",
            &format!("{:08x}-{n:05}", n.wrapping_mul(2_654_435_761) & 0xFFFF_FFFF),
        ),
        name: format!("Person {n}").into(),
        job_title: Some("Engineer".into()),
        department: Some("Research".into()),
        site: Some("Zürich".into()),
        site_address: Some("1 Old Road\nLondon".into()),
        pbx: "main".into(),
        extension: Some(Extension::parse(&format!("{n:05}")).unwrap()),
        extension_by: None,
        additional_extensions: Vec::new(),
        intercoms: Vec::new(),
        telephone: Some(format!("+44 20 7946 {n:05}").into()),
        mobile: Some(format!("+44 7700 9{n:05}").into()),
        pager: None,
        fax: None,
        ip_phone: None,
        email: Some(format!("p{n}@corp.example").into()),
        employee_id: Some(format!("{n:06}").into()),
        do_not_log: n % 50 == 3,
        do_not_record: false,
        exclude_from_statistics: false,
        path: path(place),
        status: Status::Active,
    }
}

/// The number of whom another source has another one.
fn disagreement(person: &Person) -> Since<Disagreement> {
    let what = Disagreement {
        id: person.id.clone(),
        field: Field::Mobile,
        source: "phones".into(),
        value: "07700 900000".into(),
        winner: "staff".into(),
    };
    Since { what, since: "2026-11-20T08:00:00Z".parse().unwrap() }
}

/// A directory of these people, with their groups, a collection and a ledger.
fn of(mut people: Vec<Person>) -> Directory {
    people.sort_by(|one, other| one.id.cmp(&other.id));
    let mut paths: Vec<GroupPath> = Vec::new();
    for person in &people {
        let mut next = Some(person.path.clone());
        while let Some(place) = next {
            next = place.parent();
            paths.push(place);
        }
    }
    paths.sort();
    paths.dedup();
    let members = people.iter().take(3).map(|person| person.id.clone()).collect();
    Directory {
        inventory: rollbook::directory::Inventory::default(),
        disputes: vec![Since {
            what: Dispute {
                records: vec![Id::new("phones", "1"), Id::new("staff", "1")],
                by: "email".into(),
                value: "ada@corp.example".into(),
                people: vec![Id::new("staff", "1")],
            },
            since: "2026-11-20T08:00:00Z".parse().unwrap(),
        }],
        unknown: vec![Since {
            what: Unknown { id: Id::new("staff", "1"), because: "partial".into() },
            since: "2026-11-20T08:00:00Z".parse().unwrap(),
        }],
        disagreements: people.iter().map(disagreement).collect(),
        groups: paths.into_iter().map(|path| Group { path, status: Status::Active }).collect(),
        collections: vec![Collection {
            name: "all-sales".into(),
            title: "All Sales teams".into(),
            rule: "path is endingwith('/Sales')".into(),
            members,
            status: Status::Active,
        }],
        skipped: vec![Skipped {
            id: Id::new("staff", "zz"),
            code: "not-kept".into(),
            because: "a contractor".into(),
            since: "2026-11-20T08:00:00Z".parse().unwrap(),
        }],
        people,
    }
}

/// So many people in so many groups.
fn company(people: usize, groups: usize) -> Directory {
    of((0..people).map(|n| person(n, &format!("/London/Team {}", n % groups))).collect())
}

fn commit(store: &mut Store, after: &Directory, n: i64) -> Result<Outcome, StoreError> {
    let base = store.head()?;
    store.commit(base.as_ref(), after, &message(n))
}

fn run_git(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "safe.directory=*"]).args(arguments);
    command.env("LC_ALL", "C").output().unwrap()
}

/// What git prints, which has to succeed.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = run_git(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {arguments:?}: {said}");
    assert!(!said.contains("warning"), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// git finds nothing wrong with the repository; objects that nothing points at are not wrong.
fn sound(folder: &Path) {
    let output = run_git(folder, &["fsck", "--full", "--strict"]);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let fine = |line: &str| line.starts_with("dangling ") || line.starts_with("notice: ");
    assert!(output.status.success() && said.lines().all(fine), "{said}");
}

/// Commits an edit of one file as a person would, in a clone, and gives it back to the repository.
fn edit(repository: &Path, file: &str, change: impl FnOnce(String) -> String) {
    let clone = tempfile::tempdir().unwrap();
    git(clone.path(), &["clone", "--quiet", &repository.display().to_string(), "work"]);
    let work = clone.path().join("work");
    let text = std::fs::read_to_string(work.join(file)).unwrap_or_default();
    std::fs::create_dir_all(work.join(file).parent().unwrap()).unwrap();
    std::fs::write(work.join(file), change(text)).unwrap();
    git(&work, &["add", "--all"]);
    git(
        &work,
        &[
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@x",
            "commit",
            "--allow-empty",
            "-qm",
            "by hand",
        ],
    );
    git(&work, &["push", "--quiet", "origin", "HEAD:main"]);
}

#[test]
fn what_is_committed_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    assert_eq!(store.head().unwrap(), None);
    assert!(!path.exists(), "opening makes nothing");

    let mut after = company(20, 3);
    after.people[2].status = Status::Disabled {
        reason: Reason::Gone,
        since: "2026-11-20T08:00:00Z".parse().unwrap(),
        evidence: "no longer listed by `staff`".into(),
    };
    after.groups.push(Group { path: self::path("/Old"), status: after.people[2].status.clone() });
    let Outcome::Committed(made) = commit(&mut store, &after, 1).unwrap() else {
        panic!("the first commit changes something");
    };
    let head = store.head().unwrap().unwrap();
    assert_eq!(head, made);
    assert_eq!(head.author, "Rollbook <rollbook@corp.example>");
    assert_eq!(head.subject, "staff: run 1");
    assert_eq!(head.body, "~ Ada\n    mobile: 1 -> 2");
    assert_eq!(head.trailer("Plan"), Some("plan-1"));
    assert_eq!(head.trailers.len(), 3);
    assert_eq!(store.read(&head).unwrap(), after);
    sound(&path);
}

#[test]
fn nothing_changed_means_no_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let after = company(200, 3);
    commit(&mut store, &after, 1).unwrap();
    let head = store.head().unwrap().unwrap();
    // Another manifest, the same directory.
    assert_eq!(commit(&mut store, &after, 2).unwrap(), Outcome::Unchanged(head.clone()));
    assert_eq!(store.head().unwrap(), Some(head));
}

#[test]
fn the_same_directory_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let trees = ["a.git", "b.git"].map(|name| {
        let path = folder.path().join(name);
        commit(&mut store(&path), &company(500, 4), 1).unwrap();
        git(&path, &["rev-parse", "main"])
    });
    assert_eq!(trees[0], trees[1]);
}

#[test]
fn git_packs_people_as_they_are_so_that_all_are_read_fast() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    commit(&mut store(&path), &company(200, 3), 1).unwrap();
    let asked = ["check-attr", "delta", "people/london/00.yaml", "groups.yaml"];
    let said = git(&path, &asked);
    assert_eq!(said, "people/london/00.yaml: delta: unset\ngroups.yaml: delta: unspecified\n");
}

#[test]
fn a_changed_number_is_one_changed_line_beneath_its_persons_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = company(100, 2);
    commit(&mut store, &after, 1).unwrap();
    after.people[40].mobile = Some("+44 7700 900999".into());
    let id = after.people[40].id.clone();
    commit(&mut store, &after, 2).unwrap();

    let shown = git(&path, &["show", "-U0", "main"]);
    let changed: Vec<_> = shown
        .lines()
        .filter(|line| {
            line.starts_with(['+', '-']) && !line.starts_with("+++") && !line.starts_with("---")
        })
        .filter(|line| !line.contains("manifest:"))
        .collect();
    assert_eq!(changed.len(), 2, "{shown}");
    assert_eq!(changed[1], "+  mobile: \"+44 7700 900999\"");
    assert!(
        shown.lines().any(|line| line.starts_with("@@") && line.ends_with(&format!("u-{id}:"))),
        "{shown}"
    );
    assert!(shown.contains("people/london-"), "{shown}");
    let log = git(&path, &["log", "--format=%s|%an|%(trailers:key=Plan,valueonly)", "main"]);
    assert!(log.starts_with("staff: run 2|Rollbook|plan-2"), "{log}");
    let patch = git(&path, &["diff", "--stat", "main~1", "main"]);
    assert!(patch.contains("2 files changed"), "{patch}");
}

#[test]
fn twenty_thousand_people_come_back_from_one_pack() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = company(20_000, 30);
    commit(&mut store, &after, 1).unwrap();
    let packs = std::fs::read_dir(path.join("objects/pack")).unwrap().count();
    assert_eq!(packs, 2, "a pack and its index");
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    for person in after.people.iter_mut().step_by(7) {
        person.department = Some("Revenue".into());
    }
    commit(&mut store, &after, 2).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    sound(&path);
}

#[test]
fn a_group_is_split_when_it_grows_and_joined_late_when_it_shrinks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut files = |people: usize, n| {
        commit(&mut store, &company(people, 1), n).unwrap();
        let held = store.read(&store.head().unwrap().unwrap()).unwrap();
        assert_eq!(held, company(people, 1));
        git(&path, &["ls-tree", "-r", "--name-only", "main", "people"]).lines().count()
    };
    assert_eq!(files(48, 1), 1);
    assert_eq!(files(49, 2), 2);
    assert_eq!(files(30, 3), 2);
    assert_eq!(files(400, 4), 16);
    assert_eq!(files(200, 5), 16);
    assert_eq!(files(100, 6), 8);
    assert_eq!(files(5, 7), 1);
}

#[test]
fn hostile_names_of_groups_stay_in_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("directory.git");
    let mut store = store(&repository);
    let long = format!("/{}", "ö".repeat(300));
    let names = [
        "/...",
        "/.git",
        "/CON",
        "/con",
        "/London/.git",
        "/🙂",
        "/🙃",
        "/a\\b",
        "/..\\..",
        "/-rf",
        "/ab",
        "/AB",
        "/people",
        "/0.yaml",
        "/rollbook.yaml",
        "/nul.txt",
        &long,
    ];
    let people = names.iter().enumerate().map(|(n, name)| person(n, name)).collect();
    let after = of(people);
    commit(&mut store, &after, 1).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    sound(&repository);
    let files = git(&repository, &["ls-tree", "-r", "--name-only", "main"]);
    let lower: std::collections::BTreeSet<String> = files.lines().map(str::to_lowercase).collect();
    assert_eq!(lower.len(), files.lines().count(), "no two differ only in case");
    for file in files.lines() {
        assert!(file.bytes().all(|b| b.is_ascii_alphanumeric() || b"-./".contains(&b)), "{file}");
    }
}

#[test]
fn hostile_ids_and_texts_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut people = Vec::new();
    for (n, key) in
        ["a: b", "ü/\n", "%41", "x~~y", "#", &"k".repeat(10_000)].into_iter().enumerate()
    {
        let mut person = person(n, "/London");
        person.id = Id::new("staff", key);
        person.name = "\u{1b}]0;x\u{7}\n\"\\ \u{202e}\u{85}\u{2028}".into();
        people.push(person);
    }
    let after = of(people);
    commit(&mut store, &after, 1).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), after);
    let shown = git(&path, &["show", "main"]);
    assert!(!shown.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn a_group_that_the_directory_forgot_is_written_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let whole = company(20, 3);
    let mut after = whole.clone();
    after.groups.clear();
    commit(&mut store, &after, 1).unwrap();
    assert_eq!(store.read(&store.head().unwrap().unwrap()).unwrap(), whole);
}
