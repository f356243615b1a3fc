//! Who was changed by which commit and who had which number: the index against every commit read
//! whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};
use rollbook::{
    directory::{Directory, Extension, Field, Id, Person, Reason, Status, Value},
    store::{Commit, Store, StoreError, Touched},
};

use super::{commit, company, edit, git, of, path as place, person, run_git, settings, store};

/// Something that happens between two commits, to people whom the numbers choose.
#[derive(Debug, Clone)]
enum Event {
    Joins(usize),
    Leaves(usize),
    Returns(usize),
    Moves(usize, usize),
    IsRenamed(usize),
    TakesOver(usize, usize),
    Swap(usize, usize),
    GivesUp(usize),
    HasToo(usize, usize),
    ChangesPbx(usize),
    IsTakenOut(usize),
    Crowd,
    ByHand(usize),
    GroupByHand,
    Broken,
    Branch,
}

fn event() -> impl Strategy<Value = Event> {
    let who = || 0..6usize;
    prop_oneof![
        4 => who().prop_map(Event::Joins),
        3 => who().prop_map(Event::Leaves),
        3 => who().prop_map(Event::Returns),
        2 => (who(), 0..3usize).prop_map(|(who, to)| Event::Moves(who, to)),
        1 => who().prop_map(Event::IsRenamed),
        4 => (who(), who()).prop_map(|(one, other)| Event::TakesOver(one, other)),
        2 => (who(), who()).prop_map(|(one, other)| Event::Swap(one, other)),
        2 => who().prop_map(Event::GivesUp),
        2 => (who(), who()).prop_map(|(one, other)| Event::HasToo(one, other)),
        1 => who().prop_map(Event::ChangesPbx),
        1 => who().prop_map(Event::IsTakenOut),
        1 => Just(Event::Crowd),
        1 => who().prop_map(Event::ByHand),
        1 => Just(Event::GroupByHand),
        1 => Just(Event::Broken),
        1 => Just(Event::Branch),
    ]
}

fn number(n: usize) -> Extension {
    Extension::parse(&format!("40{n:02}")).unwrap()
}

/// Does it to a directory; what is done by hand is done to the repository instead.
fn happen(event: &Event, directory: &mut Directory) {
    let gone = Status::Disabled {
        reason: Reason::Gone,
        since: "2026-11-20T08:00:00Z".parse().unwrap(),
        evidence: "gone".into(),
    };
    let mut people = std::mem::take(&mut directory.people);
    let id = |n: usize| person(n, "/London").id;
    let at = |people: &[Person], n: usize| people.iter().position(|person| person.id == id(n));
    match *event {
        Event::Joins(n) => {
            if at(&people, n).is_none() {
                let mut joins = person(n, "/London");
                joins.extension = Some(number(n));
                people.push(joins);
            }
        }
        Event::Leaves(n) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.status = gone.clone();
        }),
        Event::Returns(n) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.status = Status::Active;
        }),
        Event::Moves(n, to) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.path = place(["/London", "/Leeds", "/London/Sales"][to]);
        }),
        Event::IsRenamed(n) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.name = format!("{} II", person.name).into();
        }),
        Event::TakesOver(one, other) | Event::Swap(one, other) => {
            if let (Some(one), Some(other)) = (at(&people, one), at(&people, other)) {
                let theirs = people[other].extension.take();
                let old = std::mem::replace(&mut people[one].extension, theirs);
                if matches!(event, Event::Swap(..)) {
                    people[other].extension = old;
                }
            }
        }
        Event::GivesUp(n) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.extension = None;
            person.additional_extensions.clear();
        }),
        Event::HasToo(n, which) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.additional_extensions = vec![number(which)];
        }),
        Event::ChangesPbx(n) => people.iter_mut().filter(|p| p.id == id(n)).for_each(|person| {
            person.pbx = if person.pbx == "main" { "leeds" } else { "main" }.into();
        }),
        Event::IsTakenOut(n) => people.retain(|person| person.id != id(n)),
        Event::Crowd => {
            for n in (100..160).filter(|n| at(&people, *n).is_none()).collect::<Vec<_>>() {
                people.push(person(n, "/London"));
            }
        }
        Event::ByHand(_) | Event::GroupByHand | Event::Broken | Event::Branch => {}
    }
    *directory = of(people);
}

fn files(path: &Path) -> Vec<String> {
    let listed = git(path, &["ls-tree", "-r", "--name-only", "main", "people"]);
    listed.lines().map(str::to_owned).collect()
}

fn by_hand(event: &Event, path: &Path) {
    let files = files(path);
    let Some(file) = files.first() else { return };
    match event {
        Event::ByHand(n) => edit(path, file, |text| match n {
            0 => text.replace("job_title: \"Engineer\"", "job_title: Chief"),
            1 => format!("# looked at\n{text}"),
            2 => text.replace("status: \"active\"", "status: \"active\" # still"),
            _ => text.replace("extension: \"40", "extension: \"41"),
        }),
        Event::GroupByHand => edit(path, "groups.yaml", |text| {
            let (old, new) =
                if text.contains("\"/Leeds\"") { ("Leeds", "York") } else { ("York", "Leeds") };
            text.replace(&format!("path: \"/{old}\""), &format!("path: \"/{new}\""))
                .replace(&format!("title: \"{old}\""), &format!("title: \"{new}\""))
        }),
        Event::Broken => {
            edit(path, file, |text| format!("{text}u-broken: [\n"));
            edit(path, file, |text| text.replace("u-broken: [\n", ""));
        }
        Event::Branch => {
            let clone = tempfile::tempdir().unwrap();
            git(clone.path(), &["clone", "--quiet", &path.display().to_string(), "work"]);
            let work = clone.path().join("work");
            let who = ["-c", "user.name=Ada", "-c", "user.email=ada@x"];
            git(&work, &["checkout", "--quiet", "-b", "side"]);
            let text = fs::read_to_string(work.join(file)).unwrap();
            fs::write(work.join(file), text.replace("site: \"Zürich\"", "site: \"Bern\"")).unwrap();
            let words = ["commit", "-qam", "on a branch", "--allow-empty"];
            git(&work, &[&who[..], &words[..]].concat());
            git(&work, &["checkout", "--quiet", "main"]);
            let words = ["merge", "--quiet", "--no-ff", "-m", "merged", "side"];
            git(&work, &[&who[..], &words[..]].concat());
            git(&work, &["push", "--quiet", "origin", "HEAD:main"]);
        }
        _ => {}
    }
}

/// What every commit holds that can be read, oldest first.
pub(super) fn whole(store: &Store) -> Vec<(Commit, Option<Directory>)> {
    let mut commits: Vec<Commit> =
        store.log(None).unwrap().map(|entry| entry.unwrap().commit).collect();
    commits.reverse();
    let read = |commit: Commit| match store.read(&commit) {
        Ok(directory) => (commit, Some(directory)),
        Err(StoreError::Broken { .. }) => (commit, None),
        Err(error) => panic!("{error}"),
    };
    commits.into_iter().map(read).collect()
}

fn numbers(person: &Person) -> BTreeSet<(String, String)> {
    let all = person.extension.iter().chain(&person.additional_extensions);
    let all = all.filter(|_| person.status.is_active());
    all.map(|number| (person.pbx.to_string(), number.to_string())).collect()
}

/// A holding without its commits' messages: pbx, person, name, from, until.
type Span = (String, String, String, String, Option<String>);

/// A touch without its commit's message: commit, what, fields, status.
type Told = (String, Touched, Vec<Field>, bool);

#[derive(Debug, Default, PartialEq)]
struct Oracle {
    /// Newest first: the commit, what, fields, status.
    touched: BTreeMap<Id, Vec<Told>>,
    /// By number, in any order.
    spans: BTreeMap<String, Vec<Span>>,
}

/// Reads every directory up to a commit and compares each with the one before.
fn oracle(history: &[(Commit, Option<Directory>)]) -> Oracle {
    let mut oracle = Oracle::default();
    let nobody = Directory::default();
    let mut before = &nobody;
    for (commit, directory) in history {
        let Some(after) = directory else { continue };
        let ids: BTreeSet<&Id> =
            before.people.iter().chain(&after.people).map(|person| &person.id).collect();
        for id in ids {
            let (was, is) = (before.person(id), after.person(id));
            let differs = |field: &Field| {
                let of = |person: Option<&Person>| person.map_or(Value::None, |p| p.get(*field));
                of(was) != of(is)
            };
            let mut fields: Vec<Field> = Field::ALL.into_iter().filter(differs).collect();
            let what = match (was, is) {
                (None, _) => Touched::Added,
                (_, None) => Touched::Removed,
                _ => Touched::Changed,
            };
            if what == Touched::Removed {
                fields.clear();
            }
            let status =
                what == Touched::Changed && was.map(|p| &p.status) != is.map(|p| &p.status);
            if what != Touched::Changed || status || !fields.is_empty() {
                let entry = (commit.id.clone(), what, fields, status);
                oracle.touched.entry(id.clone()).or_default().insert(0, entry);
            }
            let (had, has) =
                (was.map(numbers).unwrap_or_default(), is.map(numbers).unwrap_or_default());
            for (pbx, number) in had.difference(&has) {
                let spans = oracle.spans.get_mut(number).unwrap();
                let open =
                    |span: &&mut Span| span.0 == *pbx && span.1 == id.as_str() && span.4.is_none();
                spans.iter_mut().find(open).unwrap().4 = Some(commit.id.clone());
            }
            for (pbx, number) in has.difference(&had) {
                let name = is.unwrap().name.to_string();
                let span = (pbx.clone(), id.to_string(), name, commit.id.clone(), None);
                oracle.spans.entry(number.clone()).or_default().push(span);
            }
        }
        before = after;
    }
    oracle
}

fn agrees(store: &Store, history: &[(Commit, Option<Directory>)], at: usize) {
    let upto = &history[..=at];
    let (commit, directory) = &upto[at];
    let wanted = oracle(upto);
    let mut everybody: BTreeSet<Id> = wanted.touched.keys().cloned().collect();
    everybody.insert(Id::new("staff", "nobody"));
    for id in &everybody {
        let touched = store.touched(id, commit).unwrap();
        let told: Vec<_> =
            touched.into_iter().map(|t| (t.commit.id, t.what, t.fields, t.status)).collect();
        assert_eq!(told, wanted.touched.get(id).cloned().unwrap_or_default(), "{id}");
        if let Some(directory) = directory {
            assert_eq!(store.person(commit, id).unwrap().as_ref(), directory.person(id));
        }
        let last = store.last_changes(id, commit).unwrap();
        let known = wanted.touched.get(id).into_iter().flatten();
        let since_added = known.clone().position(|touch| touch.1 != Touched::Changed);
        let life: Vec<_> = known.take(since_added.map_or(0, |at| at + 1)).collect();
        for field in Field::ALL {
            let by = life.iter().find(|touch| touch.2.contains(&field)).map(|touch| &touch.0);
            assert_eq!(last.fields.get(&field).map(|commit| &commit.id), by, "{id} {field}");
        }
    }
    for n in (0..6).flat_map(|n| [format!("40{n:02}"), format!("41{n:02}")]).chain(["00101".into()])
    {
        let number = Extension::parse(&n).unwrap();
        let held = store.holders(None, &number, commit).unwrap();
        let told: BTreeSet<Span> = held
            .iter()
            .map(|h| {
                let until = h.until.as_ref().map(|commit| commit.id.clone());
                (
                    h.pbx.to_string(),
                    h.person.to_string(),
                    h.name.to_string(),
                    h.from.id.clone(),
                    until,
                )
            })
            .collect();
        let wanted: BTreeSet<Span> = wanted.spans.get(&n).into_iter().flatten().cloned().collect();
        assert_eq!(told, wanted, "{n}");
        let main = store.holders(Some("main"), &number, commit).unwrap();
        assert_eq!(main, held.into_iter().filter(|h| h.pbx == "main").collect::<Vec<_>>());
    }
    released(store, upto, &wanted);
}

/// Numbers that nobody has, and that somebody gave up since the middle of the history.
fn released(store: &Store, upto: &[(Commit, Option<Directory>)], wanted: &Oracle) {
    let since = upto[upto.len() / 2].0.when;
    let when = |id: &String| upto.iter().find(|(commit, _)| commit.id == *id).unwrap().0.when;
    let mut free: Vec<(String, String, Timestamp)> = Vec::new();
    for (number, spans) in &wanted.spans {
        let pbxs: BTreeSet<&String> = spans.iter().map(|span| &span.0).collect();
        for pbx in pbxs {
            let of_pbx = || spans.iter().filter(|span| span.0 == *pbx);
            let Some(last) = of_pbx()
                .map(|span| span.4.as_ref().map(&when))
                .max_by_key(|until| until.is_none().then_some(Timestamp::MAX).or(*until))
            else {
                continue;
            };
            if let Some(until) = last.filter(|until| *until >= since) {
                free.push((pbx.clone(), number.clone(), until));
            }
        }
    }
    free.sort();
    let told = store.released(&upto[upto.len() - 1].0, since).unwrap();
    let told: Vec<_> =
        told.iter().map(|r| (r.pbx.to_string(), r.number.to_string(), r.until)).collect();
    assert_eq!(told, free);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_index_tells_what_every_commit_read_whole_tells(
        events in vec(vec(event(), 1..4), 1..10), looked in any::<prop::sample::Index>(), asked in any::<bool>()
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.git");
        let mut store = store(&path);
        commit(&mut store, &of(vec![person(0, "/London")]), 0).unwrap();
        let first = store.head().unwrap().unwrap();
        for (n, events) in events.iter().enumerate() {
            let head = store.head().unwrap().unwrap();
            let mut directory = store.read(&head).unwrap();
            events.iter().for_each(|event| happen(event, &mut directory));
            commit(&mut store, &directory, n as i64 + 1).unwrap();
            events.iter().for_each(|event| by_hand(event, &path));
            if asked {
                // The index is brought up in small steps, and not all at once.
                store.touched(&first_id(), &store.head().unwrap().unwrap()).unwrap();
            }
        }
        let history = whole(&store);
        assert_eq!(history[0].0, first);
        agrees(&store, &history, history.len() - 1);
        let kept = fs::read(path.join("rollbook-history")).unwrap();
        agrees(&store, &history, looked.index(history.len()));
        // Asking for an old commit changes nothing; making it anew gives the same.
        assert_eq!(fs::read(path.join("rollbook-history")).unwrap(), kept);
        fs::remove_file(path.join("rollbook-history")).unwrap();
        agrees(&store, &history, history.len() - 1);
        assert_eq!(fs::read(path.join("rollbook-history")).unwrap(), kept);
    }
}

fn first_id() -> Id {
    person(0, "/London").id
}

fn three(path: &Path) -> Store {
    let mut store = store(path);
    for n in 1..4 {
        let mut directory = company(20, 2);
        directory.people[3].mobile = Some(format!("{n}").into());
        commit(&mut store, &directory, n).unwrap();
    }
    store
}

fn touches(store: &Store) -> usize {
    let id = company(20, 2).people[3].id.clone();
    store.touched(&id, &store.head().unwrap().unwrap()).unwrap().len()
}

#[test]
fn an_index_in_doubt_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let store = three(&path);
    let index = path.join("rollbook-history");
    let whole = fs::read(&index).unwrap();
    assert_eq!(touches(&store), 3);
    let half = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[half] ^= 4;
    let garbage = vec![0xAB; 5000];
    let twice = [&whole[..], &whole[..]].concat();
    for doubtful in [&whole[..half], &flipped, &garbage, &twice, b"", &whole[..10]] {
        fs::write(&index, doubtful).unwrap();
        assert_eq!(touches(&store), 3);
        // What is too long is cut when the next commit comes.
        assert!(fs::read(&index).unwrap().starts_with(&whole));
    }
    for cut in (0..whole.len()).step_by(37) {
        fs::write(&index, &whole[..cut]).unwrap();
        assert_eq!(touches(&store), 3, "cut at {cut}");
        assert_eq!(fs::read(&index).unwrap(), whole, "cut at {cut}");
    }
}

#[test]
fn a_branch_that_was_set_back_has_another_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = three(&path);
    git(&path, &["update-ref", "refs/heads/main", "main~1"]);
    assert_eq!(touches(&store), 2);
    commit(&mut store, &company(30, 2), 9).unwrap();
    assert_eq!(touches(&store), 3);
    let kept = fs::read(path.join("rollbook-history")).unwrap();
    fs::remove_file(path.join("rollbook-history")).unwrap();
    assert_eq!(touches(&store), 3);
    assert_eq!(fs::read(path.join("rollbook-history")).unwrap(), kept);
}

#[test]
fn two_directories_in_one_repository_have_an_index_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let one = three(&path);
    let mut other = settings(&path);
    other.branch = "leeds".into();
    let mut other = Store::open(&other).unwrap();
    commit(&mut other, &company(20, 2), 5).unwrap();
    assert_eq!((touches(&one), touches(&other)), (3, 1));
    let indexes = fs::read_dir(&path)
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("rollbook-history"));
    assert_eq!(indexes.count(), 2);
}

#[test]
fn a_commit_that_is_on_no_branch_of_ours_is_answered_and_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let store = three(&path);
    let old = store.resolve("main~1").unwrap();
    let kept = fs::read(path.join("rollbook-history")).unwrap();
    let made = git(
        &path,
        &[
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@x",
            "commit-tree",
            "-p",
            &old.id,
            "-m",
            "x",
            "main~2^{tree}",
        ],
    );
    let side = store.resolve(made.trim()).unwrap();
    let id = company(20, 2).people[3].id.clone();
    assert_eq!(store.touched(&id, &side).unwrap().len(), 3);
    assert_eq!(store.touched(&id, &old).unwrap().len(), 2);
    assert_eq!(fs::read(path.join("rollbook-history")).unwrap(), kept);
}

#[test]
fn where_nothing_may_be_written_the_answer_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let store = three(&path);
    let index = path.join("rollbook-history");
    fs::remove_file(&index).unwrap();
    // A folder in its place can't be written, whoever runs this.
    fs::create_dir(&index).unwrap();
    assert_eq!(touches(&store), 3);
    assert!(index.is_dir());
    let mut store = store;
    commit(&mut store, &company(3, 1), 8).unwrap();
    let number = Extension::parse("00002").unwrap();
    let held = store.holders(None, &number, &store.head().unwrap().unwrap()).unwrap();
    assert_eq!(held.len(), 1);
}

#[test]
fn a_shallow_clone_that_became_whole_has_all_of_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    three(&path);
    let address = format!("file://{}", path.display());
    git(folder.path(), &["clone", "--quiet", "--bare", "--depth", "1", &address, "shallow.git"]);
    let shallow = folder.path().join("shallow.git");
    let store = Store::open(&settings(&shallow)).unwrap();
    assert_eq!(touches(&store), 1);
    assert!(run_git(&shallow, &["fetch", "--unshallow", "--quiet"]).status.success());
    let store = Store::open(&settings(&shallow)).unwrap();
    assert_eq!(touches(&store), 3);
}

#[test]
fn a_number_that_passes_on_has_one_holder_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut people: Vec<Person> = (0..2).map(|n| person(n, "/London")).collect();
    people[0].extension = Some(number(21));
    commit(&mut store, &of(people.clone()), 1).unwrap();
    people[1].extension = people[0].extension.take();
    commit(&mut store, &of(people.clone()), 2).unwrap();
    people[1].status = Status::Disabled {
        reason: Reason::Gone,
        since: "2026-11-20T08:00:00Z".parse().unwrap(),
        evidence: "gone".into(),
    };
    commit(&mut store, &of(people.clone()), 3).unwrap();
    let head = store.head().unwrap().unwrap();
    let held = store.holders(None, &number(21), &head).unwrap();
    let told: Vec<_> = held
        .iter()
        .map(|h| (h.name.as_str(), &*h.from.subject, h.until.as_ref().map(|c| &*c.subject)))
        .collect();
    assert_eq!(
        told,
        [
            ("Person 1", "staff: run 2", Some("staff: run 3")),
            ("Person 0", "staff: run 1", Some("staff: run 2")),
        ]
    );
    let free = store.released(&head, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(free.iter().map(|f| f.number.as_str()).collect::<Vec<_>>(), ["00001", "4021"]);
    assert_eq!(free[1].person, people[1].id);
    let later = head.when + jiff::SignedDuration::from_secs(1);
    assert_eq!(store.released(&head, later).unwrap(), []);
}

#[test]
fn ids_that_need_care_are_found_in_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let ids = ["a: b", "ü/\n", "x~~y", &"k".repeat(10_000)];
    let mut people: Vec<Person> = (0..200).map(|n| person(n, "/London")).collect();
    for (person, key) in people.iter_mut().zip(ids) {
        person.id = Id::new("staff", key);
    }
    let directory = of(people);
    commit(&mut store, &directory, 1).unwrap();
    let head = store.head().unwrap().unwrap();
    for key in ids {
        let id = Id::new("staff", key);
        assert_eq!(store.person(&head, &id).unwrap().as_ref(), directory.person(&id));
    }
}

#[test]
fn whose_group_is_called_otherwise_by_hand_stands_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let people = of(vec![person(0, "/London"), person(1, "/Leeds")]);
    commit(&mut store, &people, 1).unwrap();
    edit(&path, "groups.yaml", |text| {
        text.replace("path: \"/Leeds\"", "path: \"/York\"")
            .replace("title: \"Leeds\"", "title: \"York\"")
    });
    let head = store.head().unwrap().unwrap();
    let touched = |n| store.touched(&person(n, "/London").id, &head).unwrap();
    assert_eq!(touched(0).len(), 1);
    assert_eq!((touched(1).len(), touched(1)[0].fields.clone()), (2, vec![Field::Path]));
    agrees(&store, &whole(&store), 1);
}
