//! `apply` killed at random instants: nothing is lost, and the next one works.
//!
//! 40 times here; `ROLLBOOK_TEST_KILLS=1000 cargo test --test it killed` is the long run.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime},
};

use rollbook::{
    directory::{Directory, Id, Text},
    settings::StateSettings,
    store::Store,
};

use super::rollbook::Folder;

/// Kills that one repository gets: loose objects add up.
const EACH: usize = 25;
/// People, and the teams that they are in: so many files are written by each apply.
const PEOPLE: usize = 160;
const TEAMS: usize = 20;

const MANIFEST: &str = "\
version: 1
state: { git: ./directory.git, author: Telecoms <telecoms@example.com> }
sources:
  staff:
    kind: csv
    path: staff.csv
    key: no
    fields: { name: name, department: team, extension: ext, mobile: mobile }
groups:
  - path: \"/{{ department }}\"
limits: { update: { share: 100% } }
";

/// Where the kills fell.
#[derive(Debug, Default)]
struct Fell {
    /// Before anything was written.
    before: usize,
    /// While objects were written, before the branch moved.
    writing: usize,
    /// Of these: with the move announced.
    moving: usize,
    /// After the branch moved, before the end.
    after: usize,
    /// Not at all: the apply was faster.
    late: usize,
}

/// How many kills are asked for.
#[expect(clippy::disallowed_methods, reason = "how the person who runs the tests says so")]
fn asked() -> usize {
    std::env::var("ROLLBOOK_TEST_KILLS").ok().map_or(40, |n| n.parse().expect("a number of kills"))
}

/// A number that looks random, and is the same in every run.
fn mixed(n: usize) -> u64 {
    let value = (n as u64).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (value ^ (value >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 20
}

fn write_staff(folder: &Folder, mobile: usize) {
    let mut text = String::from("no,name,team,ext,mobile\n");
    for n in 0..PEOPLE {
        text.push_str(&format!("{n},Person {n},Team {},{},{mobile}\n", n % TEAMS, 4000 + n));
    }
    folder.write("staff.csv", text);
}

fn begun(mobile: usize) -> Folder {
    let folder = Folder::empty();
    folder.write("rollbook.yaml", MANIFEST);
    write_staff(&folder, mobile);
    folder.rollbook(["apply", "--yes"]).code(0);
    folder
}

fn store(folder: &Folder) -> Store {
    let settings = StateSettings {
        git: folder.file("directory.git"),
        shown: "./directory.git".into(),
        at: None,
        branch: "main".into(),
        remote: None,
        author: None,
        sign: None,
    };
    Store::open(&settings).expect("a directory, whatever was killed")
}

/// The mobile number that everybody has; a directory in which people have different ones is
/// neither the old nor the new.
fn everybodys(directory: &Directory) -> usize {
    assert_eq!(directory.people.len(), PEOPLE);
    let mobiles: BTreeSet<Option<&Text>> =
        directory.people.iter().map(|person| person.mobile.as_ref()).collect();
    let [Some(mobile)] = Vec::from_iter(mobiles)[..] else { panic!("neither old nor new") };
    mobile.parse().expect("a number")
}

/// When each folder of objects last changed: what tells that something is being written.
fn written(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let changed = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    entries.filter_map(|entry| Some((entry.path(), changed(&entry.path())?))).collect()
}

/// Waits until something is written; gives whether it came to that before the end.
fn writes(child: &mut Child, objects: &Path, before: &BTreeMap<PathBuf, SystemTime>) -> bool {
    loop {
        if written(objects) != *before {
            return true;
        }
        if child.try_wait().expect("a child").is_some() {
            return false;
        }
        thread::sleep(Duration::from_micros(100));
    }
}

fn apply(folder: &Folder) -> Child {
    let mut command = folder.command(["apply", "--yes"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("rollbook to start")
}

/// How long an apply takes from its start to its first write, and from there to its end.
fn pace(folder: &Folder) -> (Duration, Duration) {
    let objects = folder.file("directory.git/objects");
    let before = written(&objects);
    let start = Instant::now();
    let mut child = apply(folder);
    assert!(writes(&mut child, &objects, &before), "an apply writes");
    let first = start.elapsed();
    assert!(child.wait().expect("an end").success());
    (first, start.elapsed() - first)
}

fn locks(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(locks(&path));
        } else if path.extension().is_some_and(|end| end == "lock") {
            found.push(path);
        }
    }
    found
}

fn sound(folder: &Folder) {
    let output = Command::new("git")
        .args(["--git-dir", "directory.git", "fsck", "--full", "--strict"])
        .current_dir(folder.path())
        .env("LC_ALL", "C")
        .output()
        .expect("git to start");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let fine = |line: &str| line.starts_with("dangling ") || line.starts_with("notice: ");
    assert!(output.status.success() && said.lines().all(fine), "{said}");
}

/// The index is what it would be, were it made anew.
fn index_holds(folder: &Folder) {
    let path = folder.file("directory.git/rollbook-history");
    let ask = || {
        let store = store(folder);
        let head = store.head().expect("a head").expect("a commit");
        store.touched(&Id::new("staff", "7"), &head).expect("a history")
    };
    let told = ask();
    let kept = fs::read(&path).expect("an index");
    fs::remove_file(&path).expect("an index that can go");
    assert_eq!(ask(), told);
    assert!(fs::read(&path).expect("an index") == kept, "the index is another when made anew");
}

#[test]
fn nothing_is_lost_when_apply_is_killed() {
    let wanted = asked();
    let mut fell = Fell::default();
    let mut round = 0;
    while fell.before + fell.writing + fell.after < wanted {
        killed_in_one_repository(&mut fell, &mut round, wanted);
        assert!(fell.late <= 4 * wanted + 20, "applies end before they can be killed: {fell:?}");
    }
    // Most are aimed at the writing; the machine decides about each.
    let inside = fell.writing + fell.after;
    assert!(inside * 2 >= wanted && fell.writing > 0, "kills came at the wrong time: {fell:?}");
    let told = format!("{wanted} kills: {fell:?}\n");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kills.txt");
    fs::write(target, told).expect("a note of where they fell");
}

fn killed_in_one_repository(fell: &mut Fell, round: &mut usize, wanted: usize) {
    let folder = begun(*round);
    let objects = folder.file("directory.git/objects");
    *round += 1;
    write_staff(&folder, *round);
    let (start, writing) = pace(&folder);
    let mut commits = store(&folder).log(None).expect("a log").count();
    let mut held = *round;
    for nth in 0..EACH {
        if fell.before + fell.writing + fell.after >= wanted {
            break;
        }
        *round += 1;
        write_staff(&folder, *round);
        let before = written(&objects);
        let mut child = apply(&folder);
        // One in five at any time, the others after the first write and until a little after the end.
        let share = (mixed(*round) % 1000) as u32;
        if round.is_multiple_of(5) {
            thread::sleep((start + writing) * share / 1000);
        } else if writes(&mut child, &objects, &before) {
            thread::sleep(writing * share * 13 / 10_000);
        }
        child.kill().expect("a kill");
        let ended = child.wait().expect("an end").code();
        let wrote = written(&objects) != before;

        let store = store(&folder);
        let head = store.head().expect("a head").expect("a commit");
        let now = everybodys(&store.read(&head).expect("a directory"));
        assert!(now == held || now == *round, "neither the old directory nor the new");
        let announced = fs::metadata(folder.file("directory.git/rollbook-turn"));
        match (ended, now == *round, wrote) {
            (Some(code), ..) => {
                assert_eq!(code, 0);
                fell.late += 1;
            }
            (None, true, _) => fell.after += 1,
            (None, false, true) => {
                fell.writing += 1;
                fell.moving += usize::from(announced.is_ok_and(|turn| turn.len() > 0));
            }
            (None, false, false) => fell.before += 1,
        }
        if nth % 5 == 4 {
            sound(&folder);
            index_holds(&folder);
        }
        folder.rollbook(["apply", "--yes"]).code(0);
        let head = store.head().expect("a head").expect("a commit");
        held = everybodys(&store.read(&head).expect("a directory"));
        assert_eq!(held, *round);
        let counted = store.log(None).expect("a log").count();
        assert_eq!(counted, commits + 1, "one commit for one change, whoever made it");
        commits = counted;
        assert_eq!(locks(&folder.file("directory.git")), [] as [PathBuf; 0]);
    }
    sound(&folder);
    index_holds(&folder);
}
