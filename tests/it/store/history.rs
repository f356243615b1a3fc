//! What happened, and when.

use rollbook::store::StoreError;

use super::{commit, company, edit, git, of, path as place, person, store};

#[test]
fn a_persons_history_is_the_commits_that_changed_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let people = |upto| (0..upto).map(|n| person(n, "/London")).collect::<Vec<_>>();
    let who = person(7, "/London").id;
    let change = |people: &mut Vec<_>, change: &dyn Fn(&mut rollbook::directory::Person)| {
        let person: &mut rollbook::directory::Person = &mut people[7];
        assert_eq!(person.id, who);
        change(person);
    };
    commit(&mut store, &of(people(5)), 1).unwrap();
    commit(&mut store, &of(people(40)), 2).unwrap();
    // Splits the file that they are in, and changes nothing about them.
    commit(&mut store, &of(people(60)), 3).unwrap();
    let mut with = people(60);
    change(&mut with, &|person| person.mobile = Some("1".into()));
    commit(&mut store, &of(with.clone()), 4).unwrap();
    change(&mut with, &|person| person.path = place("/Paris"));
    commit(&mut store, &of(with.clone()), 5).unwrap();
    with[9].mobile = Some("2".into());
    commit(&mut store, &of(with.clone()), 6).unwrap();

    let entries: Vec<_> = store.log(Some(&who)).unwrap().map(Result::unwrap).collect();
    let subjects: Vec<_> = entries.iter().map(|entry| entry.commit.subject.as_str()).collect();
    assert_eq!(subjects, ["staff: run 5", "staff: run 4", "staff: run 2"]);
    let (moved, changed, added) = (&entries[0], &entries[1], &entries[2]);
    assert_eq!(moved.before.as_ref().unwrap().path, place("/London"));
    assert_eq!(moved.after.as_ref().unwrap().path, place("/Paris"));
    assert_eq!(changed.after.as_ref().unwrap().mobile.as_deref(), Some("1"));
    assert_eq!((added.before.as_ref(), added.after.as_ref()), (None, Some(&person(7, "/London"))));

    let all =
        store.log(None).unwrap().map(|entry| entry.unwrap().commit.subject).collect::<Vec<_>>();
    assert_eq!(all.len(), 6);
    assert_eq!(all[0], "staff: run 6");
    assert_eq!(store.find_plan("plan-4").unwrap().unwrap(), changed.commit);
    assert_eq!(store.find_plan("plan-9").unwrap(), None);
}

#[test]
fn a_date_means_the_last_commit_of_that_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    // Run n is n hours after 08:00 on the 20th.
    for n in [1, 2, 30, 60] {
        commit(&mut store, &company(n as usize, 1), n).unwrap();
    }
    let subject = |rev: &str| store.resolve(rev).map(|commit| commit.subject);
    assert_eq!(subject("2026-11-20").unwrap(), "staff: run 2");
    assert_eq!(subject("2026-11-21").unwrap(), "staff: run 30");
    assert_eq!(subject("2026-11-20T09:30:00Z").unwrap(), "staff: run 1");
    assert_eq!(subject("2026-11-20T11:00:00+02:00").unwrap(), "staff: run 1");
    assert_eq!(subject("2030-01-01").unwrap(), "staff: run 60");
    assert_eq!(subject("main").unwrap(), "staff: run 60");
    assert_eq!(subject("main~3").unwrap(), "staff: run 1");
    let id = git(&path, &["rev-parse", "--short", "main~1"]);
    assert_eq!(subject(id.trim()).unwrap(), "staff: run 30");
    for rev in ["2026-11-19", "main~9", "nobody", "", "main:people"] {
        let error = store.resolve(rev).unwrap_err();
        assert!(matches!(error, StoreError::NoSuchCommit { .. }), "{error:?}");
    }
    assert!(subject("2026-11-19").unwrap_err().to_string().contains("2026-11-20T09:00:00Z"));
    let old = store.resolve("2026-11-20").unwrap();
    assert_eq!(store.read(&old).unwrap(), company(2, 1));
}

#[test]
fn an_edit_by_hand_is_part_of_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(3, 1), 1).unwrap();
    let who = company(3, 1).people[1].id.clone();
    let files = git(&path, &["ls-tree", "-r", "--name-only", "main", "people"]);
    edit(&path, files.trim(), |text| {
        let key = format!("u-{who}:");
        text.replace(&key, &format!("\"u-{who}\":"))
            .replace("job_title: \"Engineer\"", "job_title: Chief")
    });
    let entries: Vec<_> = store.log(Some(&who)).unwrap().map(Result::unwrap).collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].commit.subject, "by hand");
    assert_eq!(entries[0].after.as_ref().unwrap().job_title.as_deref(), Some("Chief"));
}
