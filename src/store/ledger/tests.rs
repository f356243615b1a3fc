use jiff::Timestamp;
use proptest::{collection::vec, prelude::*};

use super::*;

const SINCE: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn text() -> impl Strategy<Value = Text> {
    prop_oneof!["[a-c/@~ ]{1,3}", any::<String>()]
        .prop_filter("never empty", |text: &String| !text.is_empty())
        .prop_map(Text::from)
}

fn some_id() -> impl Strategy<Value = Id> {
    text().prop_map(|key| Id::new("staff", &key))
}

fn dispute() -> impl Strategy<Value = Since<Dispute>> {
    let parts = (vec(some_id(), 2..4), "[a-c_-]{1,3}", text(), vec(some_id(), 0..3));
    parts.prop_map(|(mut records, by, value, mut people)| {
        for ids in [&mut records, &mut people] {
            ids.sort();
            ids.dedup();
        }
        let what = Dispute { records, by: by.into(), value, people };
        Since { what, since: SINCE }
    })
}

fn disagreement() -> impl Strategy<Value = Since<Disagreement>> {
    let parts = (some_id(), 0..Field::ALL.len(), "[a-c]{1,2}", text());
    parts.prop_map(|(id, field, source, value)| {
        let (field, winner) = (Field::ALL[field], "staff".into());
        let what = Disagreement { id, field, source: source.into(), value, winner };
        Since { what, since: SINCE }
    })
}

/// What is read back of what is written, whole files at a time.
fn back<E: Entry>(entries: &[E]) -> Vec<E> {
    let files = files(entries, &Listing::default());
    files.iter().flat_map(|(_, text)| read::<E>(text).unwrap()).collect()
}

#[test]
fn an_entry_is_a_block_that_tells_what_it_is_about() {
    let ids = |keys: &[&str]| keys.iter().map(|key| Id::parse(key).unwrap()).collect();
    let dispute = Since {
        what: Dispute {
            records: ids(&["phones/1", "phones/2", "staff/7"]),
            by: "email".into(),
            value: "ada@corp.example".into(),
            people: ids(&["staff/7"]),
        },
        since: SINCE,
    };
    assert_eq!(
        files(&[dispute], &Listing::default()),
        [(
            "ledger/disputes.yaml".to_owned(),
            r#"d-email/ada@corp.example:
  records: ["phones/1", "phones/2", "staff/7"]
  people: ["staff/7"]
  since: "2023-11-14T22:13:20Z"
"#
            .to_owned()
        )]
    );
    let what = Disagreement {
        id: Id::new("staff", "7"),
        field: Field::Email,
        source: "phones".into(),
        value: "ada@old.example".into(),
        winner: "staff".into(),
    };
    assert_eq!(
        files(&[Since { what, since: SINCE }], &Listing::default())[0].1,
        r#"u-staff/7/email/phones:
  value: "ada@old.example"
  winner: "staff"
  since: "2023-11-14T22:13:20Z"
"#
    );
}

#[test]
fn a_large_part_is_several_files_and_stays_so_for_a_while() {
    let entry = |n: usize| {
        let what = Unknown { id: Id::new("staff", &n.to_string()), because: "partial".into() };
        Since { what, since: SINCE }
    };
    let entries: Vec<_> = (0..5000).map(entry).collect();
    let many = files(&entries, &Listing::default());
    assert_eq!(many.len(), 16);
    assert_eq!(many[3].0, "ledger/unknown/3.yaml");
    let mut parent = Listing::default();
    for (path, _) in &many {
        parent.files.insert(path.clone(), (0, git2::Oid::ZERO_SHA1));
    }
    assert_eq!(files(&entries[..2000], &parent).len(), 16);
    assert_eq!(files(&entries[..10], &parent)[0].0, "ledger/unknown.yaml");
    let mut read: Vec<_> = many.iter().flat_map(|(_, text)| read(text).unwrap()).collect();
    read.sort_by(|one: &Since<Unknown>, other| one.what.cmp(&other.what));
    let mut wanted = entries;
    wanted.sort_by(|one, other| one.what.cmp(&other.what));
    assert_eq!(read, wanted);
}

#[test]
fn files_of_others_are_no_part_of_it() {
    assert_eq!(part("ledger/skipped.yaml"), Some(("skipped", None)));
    assert_eq!(part("ledger/unknown/12.yaml"), Some(("unknown", Some(12))));
    for path in ["ledger/notes.yaml", "ledger/unknown/a.yaml", "ledger/README", "skipped.yaml"] {
        assert_eq!(part(path), None, "{path}");
    }
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    let flaw = |text: &str| read::<Since<Disagreement>>(text).unwrap_err().message;
    let since = "  since: \"2023-11-14T22:13:20Z\"\n";
    assert!(flaw(&format!("u-staff/7/shoe/phones:\n{since}")).contains("`shoe`"));
    assert!(flaw(&format!("u-phones:\n{since}")).contains("a person, a field and a source"));
    assert!(flaw("u-staff/7/email/phones:\n  value: \"x\"\n").contains("`since`"));
    assert!(flaw("u-staff/7/email/phones:\n  valeu: \"x\"\n").contains("did you mean `value`"));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        disputes in vec(dispute(), 0..5), lost in vec(disagreement(), 0..5), ids in vec(some_id(), 0..5)
    ) {
        let mut disputes = disputes;
        disputes.sort_by(|one, other| one.what.cmp(&other.what));
        disputes.dedup();
        let mut read = back(&disputes);
        read.sort_by(|one, other| one.what.cmp(&other.what));
        prop_assert_eq!(read, disputes);

        let mut lost = lost;
        lost.sort_by(|one, other| one.name().cmp(&other.name()));
        lost.dedup_by(|one, other| one.name() == other.name());
        let mut read = back(&lost);
        read.sort_by(|one, other| one.name().cmp(&other.name()));
        prop_assert_eq!(read, lost);

        let mut unknown: Vec<_> = ids
            .iter()
            .map(|id| Since { what: Unknown { id: id.clone(), because: "x\n".into() }, since: SINCE })
            .collect();
        unknown.sort_by(|one, other| one.what.cmp(&other.what));
        unknown.dedup();
        let mut read = back(&unknown);
        read.sort_by(|one, other| one.what.cmp(&other.what));
        prop_assert_eq!(read, unknown);

        let mut skipped: Vec<_> = ids
            .iter()
            .map(|id| Skipped { id: id.clone(), code: "not-kept".into(), because: "x".into(), since: SINCE })
            .collect();
        skipped.sort_by(|one, other| one.id.cmp(&other.id));
        skipped.dedup();
        prop_assert_eq!(back(&skipped), skipped);
    }

    #[test]
    fn a_file_of_it_is_yaml(disputes in vec(dispute(), 1..5), lost in vec(disagreement(), 1..5)) {
        for (_, text) in files(&disputes, &Listing::default())
            .into_iter()
            .chain(files(&lost, &Listing::default()))
        {
            serde_yaml::from_str::<serde_yaml::Value>(&text).unwrap();
        }
    }
}
