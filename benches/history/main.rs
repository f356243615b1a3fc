//! What the history costs at 100,000 people and 1,000 commits: making its index, and asking it.
//!
//! `cargo bench --bench history -- --people 100000 --commits 1000` (these are what it takes without
//! saying). It makes a state of made-up people, changes twenty of them in each commit, and times
//! whole commands, the best of five.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use git2::{FileMode, Repository, Signature, Time, build::TreeUpdateBuilder};
use rollbook::{
    directory::{Extension, Id},
    settings::StateSettings,
    store::{Commit, Message, Store},
};

#[path = "../line/people.rs"]
mod people;

/// People whom each commit changes.
const CHANGED: usize = 20;

/// 1 January 2024, and a day for each commit.
const START: i64 = 1_704_067_200;

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git, author: \"bench <bench@example.com>\" }
sources:
  staff: { kind: csv, path: people.csv, key: key, fields: { name: name, extension: extension } }
groups:
  - path: /All
";

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    let words: Vec<String> = std::env::args().collect();
    let given = words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    given.map_or(otherwise, |text| text.parse().expect("a number"))
}

fn open(folder: &Path) -> Store {
    let settings = StateSettings {
        git: folder.join("directory.git"),
        shown: "./directory.git".into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: Some("bench <bench@example.com>".into()),
        sign: None,
    };
    Store::open(&settings).expect("a store")
}

fn message(when: i64) -> Message {
    Message {
        subject: "staff: benched".into(),
        body: String::new(),
        trailers: vec![("Plan", format!("{when:x}")), ("Source", "staff 1 complete".into())],
        when: jiff::Timestamp::from_second(START + when * 86_400).expect("a time"),
        manifest: "sha256:00".into(),
    }
}

/// Every file of people, with its text.
fn files(repository: &Repository) -> Vec<(String, String)> {
    let tree = repository.revparse_single("main^{tree}").expect("a tree");
    let mut files = Vec::new();
    let walked =
        tree.as_tree().expect("a tree").walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            let name = entry.name().ok().unwrap_or_default();
            if folder.starts_with("people/") && name.ends_with(".yaml") {
                let blob = repository.find_blob(entry.id()).expect("a blob");
                let text = String::from_utf8_lossy(blob.content()).into_owned();
                files.push((format!("{folder}{name}"), text));
            }
            git2::TreeWalkResult::Ok
        });
    walked.expect("a walk");
    files
}

/// Swaps the numbers of two people of a file, gives one another mobile, or moves one elsewhere.
fn change(files: &mut [(String, String)], random: &mut Random) -> [usize; 2] {
    let (one, other) = (random.below(files.len()), random.below(files.len()));
    let lines: Vec<String> = files[one].1.lines().map(str::to_owned).collect();
    let of = |name: &str| -> Vec<usize> {
        (0..lines.len()).filter(|at| lines[*at].starts_with(name)).collect()
    };
    let (numbers, mobiles, keys) = (of("  extension: "), of("  mobile: "), of("u-"));
    let mut lines = lines.clone();
    match random.below(4) {
        0 | 1 if numbers.len() > 1 => {
            let a = numbers[random.below(numbers.len())];
            let b = numbers[random.below(numbers.len())];
            lines.swap(a, b);
        }
        2 if one != other && keys.len() > 2 => {
            let at = random.below(keys.len() - 1);
            let moved: Vec<String> = lines.drain(keys[at]..keys[at + 1]).collect();
            files[other].1.push_str(&(moved.join("\n") + "\n"));
        }
        _ if !mobiles.is_empty() => {
            let at = mobiles[random.below(mobiles.len())];
            lines[at] = format!("  mobile: \"07700 {:06}\"", random.below(1_000_000));
        }
        _ => {}
    }
    files[one].1 = lines.join("\n") + "\n";
    [one, other]
}

/// Makes so many commits after the first, straight into the repository.
fn commits(folder: &Path, count: usize) {
    let repository = Repository::open(folder.join("directory.git")).expect("a repository");
    let mut files = files(&repository);
    let mut random = Random(7);
    let mut head = repository.refname_to_id("refs/heads/main").expect("a head");
    for nth in 1..count {
        let parent = repository.find_commit(head).expect("a commit");
        let mut update = TreeUpdateBuilder::new();
        let mut touched: Vec<usize> =
            (0..CHANGED).flat_map(|_| change(&mut files, &mut random)).collect();
        touched.sort_unstable();
        touched.dedup();
        for at in touched {
            let (path, text) = &files[at];
            let blob = repository.blob(text.as_bytes()).expect("a blob");
            update.upsert(path.as_str(), blob, FileMode::Blob);
        }
        let tree = update.create_updated(&repository, &parent.tree().expect("a tree"));
        let tree = repository.find_tree(tree.expect("a tree")).expect("a tree");
        let when = START + nth as i64 * 86_400;
        let who =
            Signature::new("bench", "bench@example.com", &Time::new(when, 0)).expect("somebody");
        let text =
            format!("staff: {CHANGED} changed\n\nPlan: {nth:064x}\nSource: staff 1 complete\n");
        head = repository.commit(None, &who, &who, &text, &tree, &[&parent]).expect("a commit");
    }
    repository.reference("refs/heads/main", head, true, "bench").expect("a branch");
}

/// The best of five.
fn timed<T>(mut work: impl FnMut() -> T) -> Duration {
    let mut once = || {
        let begun = Instant::now();
        drop(work());
        begun.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn told(what: &str, took: Duration) {
    println!("{what:<58} {:>9.1} ms", took.as_secs_f64() * 1000.0);
}

fn run(folder: &Path, words: &[&str]) {
    let ended = Command::new(env!("CARGO_BIN_EXE_rollbook"))
        .args(words)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .expect("rollbook to start");
    assert!(ended.success(), "{words:?}");
}

fn main() {
    let (people, count) = (number("--people", 100_000), number("--commits", 1_000));
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("rollbook.yaml"), MANIFEST).expect("a manifest");
    let mut store = open(folder);
    let directory = people::directory(people as u64);
    store.commit(None, &directory, &message(0)).expect("a first commit");
    let index = folder.join("directory.git/rollbook-history");
    commits(folder, count);
    git(folder, &["repack", "-adq"]);

    println!("{people} people, {count} commits of some {CHANGED} changes each");
    fs::remove_file(&index).expect("an index");
    let head = store.head().expect("a head").expect("a commit");
    let who = directory.people[people / 2].id.clone();
    let begun = Instant::now();
    store.touched(&who, &head).expect("a history");
    told("making the index", begun.elapsed());
    let size = fs::metadata(&index).expect("an index").len();
    println!("{:<58} {:>9.1} MB", "its size", size as f64 / 1e6);

    told("Store::touched", timed(|| store.touched(&who, &head)));
    told("Store::last_changes", timed(|| store.last_changes(&who, &head)));
    let number = directory.people[people / 2].extension.clone().expect("a number");
    told("Store::holders", timed(|| store.holders(None, &number, &head)));
    told("Store::person", timed(|| store.person(&head, &who)));
    let since = head.when - jiff::SignedDuration::from_hours(24 * 90);
    told("Store::released, 90 days", timed(|| store.released(&head, since)));
    told("Store::past", timed(|| store.past(&head, None)));
    told("Store::read, everybody", timed(|| store.read(&head)));
    commands(folder, &who, &number, &head);
    one_more(folder, &mut store, &head);
}

/// Whole commands, from their start to their end.
fn commands(folder: &Path, who: &Id, number: &Extension, head: &Commit) {
    let (who, number) = (who.as_str(), number.as_str());
    let half = jiff::Timestamp::from_second(START + (head.when.as_second() - START) / 2);
    let date = half.expect("a time").to_string();
    for words in [
        &["log", number][..],
        &["log", who],
        &["log", "--limit", "5"],
        &["show", number, "--at", &date],
        &["show", who],
    ] {
        told(&format!("rollbook {}", words.join(" ")), timed(|| run(folder, words)));
    }
}

/// What a commit costs with the index kept up, and where there is a folder in its place.
fn one_more(folder: &Path, store: &mut Store, head: &Commit) {
    let index = folder.join("directory.git/rollbook-history");
    let mut directory = store.read(head).expect("a directory");
    let mut head = head.clone();
    for (nth, what) in [(0, "with the index"), (1, "without")] {
        if nth == 1 {
            fs::remove_file(&index).expect("an index");
            fs::create_dir(&index).expect("a folder");
        }
        for person in directory.people.iter_mut().step_by(100) {
            person.mobile = Some(format!("{nth}").into());
        }
        let begun = Instant::now();
        let made = store.commit(Some(&head), &directory, &message(5000 + nth)).expect("a commit");
        told(&format!("Store::commit of 1 % of the people, {what}"), begun.elapsed());
        head = made.commit().clone();
    }
}

fn git(folder: &Path, words: &[&str]) {
    let ended = Command::new("git")
        .args(["--git-dir", "directory.git"])
        .args(words)
        .current_dir(folder)
        .status()
        .expect("git to start");
    assert!(ended.success());
}
