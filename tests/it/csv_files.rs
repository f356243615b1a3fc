//! CSV files as they come: large ones, growing ones, and what `doctor` says of odd ones.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use rollbook::source::{Attribute, Coverage, Outcome, Vocabulary};

use crate::connectors::{context, examine, fetch, is_complete, opened};

const SETTINGS: &str = "{ path: people.csv, key: staff no }";

/// A table of so many rows with twelve columns.
fn table(rows: usize) -> String {
    let mut text =
        "staff no,name,title,department,site,ext,ddi,mobile,pager,fax,e-mail,notes\n".to_owned();
    for row in 0..rows {
        let _ = writeln!(
            text,
            "{row:07},\"Person {row}, Dr\",Engineer,Department {},Leeds,{},+44 20 7946 {row:04},,,,p{row}@example.com,on loan",
            row % 40,
            1000 + row,
        );
    }
    text
}

#[test]
fn a_hundred_megabytes_are_read_to_the_last_row() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (100 << 20) / table(1000).len() * 1000;
    fs::write(folder.path().join("people.csv"), table(rows)).unwrap();
    let source = opened("csv", SETTINGS);
    let wanted = ["ext".into(), "name".into()];
    let listing = source.fetch(&context(folder.path(), &wanted)).unwrap();
    assert!(is_complete(&listing));
    assert_eq!(listing.records.len(), rows);
    let last = listing.records.last().unwrap();
    assert_eq!(last.values[1], Attribute::One(format!("Person {}, Dr", rows - 1).into()));
}

#[test]
fn a_file_that_grows_while_it_is_read_proves_nobody_absent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    fs::write(&path, table(20_000)).unwrap();
    let source = opened("csv", SETTINGS);
    let stop = AtomicBool::new(false);
    let noticed = thread::scope(|scope| {
        scope.spawn(|| {
            let mut file = OpenOptions::new().append(true).open(&path).unwrap();
            while !stop.load(Ordering::Relaxed) {
                file.write_all(table(1).split_once('\n').unwrap().1.as_bytes()).unwrap();
            }
        });
        // A moment's peace between two writes, or a row half written, is another story.
        let noticed = (0..100).any(|_| match fetch(&*source, folder.path()).unwrap().coverage {
            Coverage::Partial { because } => {
                because.starts_with("the file was written to while it was read")
            }
            Coverage::Complete { .. } => false,
        });
        stop.store(true, Ordering::Relaxed);
        noticed
    });
    assert!(noticed);
}

#[test]
fn the_header_gives_the_names_that_expressions_may_use() {
    let folder = tempfile::tempdir().unwrap();
    let source = opened("csv", SETTINGS);
    let names = || source.vocabulary(&context(folder.path(), &[]));
    assert_eq!(names(), Vocabulary::Open, "the file may come later");
    fs::write(folder.path().join("people.csv"), "\u{feff}staff no;E-Mail;Name\r\n").unwrap();
    let expected = ["Name", "e_mail", "name", "staff_no"].map(Into::into).to_vec();
    assert_eq!(names(), Vocabulary::Closed(expected));
}

#[test]
fn doctor_tells_what_is_odd_about_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let source = opened("csv", SETTINGS);
    for (text, title, said) in [
        (
            "staff no,name\n7,Ada\n7,Joan\n",
            "tell records apart by `staff no`",
            "line 2 and line 3 are both `7`",
        ),
        (
            "staff no,name\n7,Ada\n,Joan\n",
            "tell records apart by `staff no`",
            "1 of 2 records have none",
        ),
        (
            "staff no,name\n7,Ada\n9\n",
            "read every record",
            "line 3 is not divided as the header is",
        ),
        (
            "staff no,name\n7,Ada\n9\n",
            "use every record",
            "line 3: it has 1 column where the header has 2",
        ),
        ("staff no,name\n7,Ada", "see the end of the last line", "the last line has no line end"),
        (
            "staff,name\n7,Ada\n",
            "read the header and the key",
            "`people.csv` has no column `staff no`",
        ),
    ] {
        fs::write(folder.path().join("people.csv"), text).unwrap();
        let checks = examine(&*source, folder.path());
        let check = checks.iter().find(|check| check.title == title).unwrap();
        match &check.outcome {
            Outcome::Doubtful(seen, help) | Outcome::Failed(seen, help) => {
                assert!(seen.starts_with(said), "{seen}");
                assert!(!help.is_empty());
            }
            passed @ Outcome::Passed(_) => panic!("{title}: {passed:?}"),
        }
    }
}
