use jiff::Timestamp;
use proptest::{collection::vec, option::of, prelude::*, sample::select};

use super::*;
use crate::directory::{Id, Joined, Reason, Status, Text};

/// Ada with everything.
fn ada() -> Person {
    let extensions = |list: &[&str]| list.iter().map(|e| Extension::parse(e).unwrap()).collect();
    Person {
        job_title: Some("Engineer".into()),
        department: Some("R&D: \"Analytical\"".into()),
        site: Some("no".into()),
        site_address: Some("1 Old Road\nLondon".into()),
        pbx: "hq".into(),
        extension: Some(Extension::parse("042").unwrap()),
        additional_extensions: extensions(&["4022", "4023"]),
        intercoms: extensions(&["*61#"]),
        telephone: Some("+44 20 7946 0123".into()),
        extension_by: Some("first line of SEP001122334455".into()),
        mobile: Some("+44 7700 900123".into()),
        pager: Some("1:30".into()),
        fax: Some("0389".into()),
        ip_phone: Some("4021".into()),
        email: Some("ada@corp.example".into()),
        employee_id: Some("007".into()),
        do_not_log: true,
        do_not_record: true,
        exclude_from_statistics: true,
        records: ["phones/8c1f by email", "staff/7 by first"]
            .map(|text| Joined::parse(text).unwrap())
            .into(),
        status: Status::Disabled {
            reason: Reason::SourceDisabled,
            since: "2026-11-20T09:30:00Z".parse().unwrap(),
            evidence: "account disabled in Active Directory".into(),
        },
        name: "Ada \u{202e}Lovelace".into(),
        ..Person::new(Id::new("staff", "6f1c-2e7a"), Text::default(), london())
    }
}

fn london() -> GroupPath {
    GroupPath::parse("/London").unwrap()
}

fn file(people: &[Person]) -> String {
    let mut text = String::new();
    people.iter().for_each(|person| write(&mut text, person));
    text
}

#[test]
fn a_person_is_a_key_and_a_line_for_each_field() {
    let grace = Person {
        name: "Grace".into(),
        ..Person::new(Id::new("staff", "7"), Text::default(), london())
    };
    assert_eq!(
        file(&[ada(), grace]),
        r#"u-staff/6f1c-2e7a:
  name: "Ada \u202ELovelace"
  job_title: "Engineer"
  department: "R&D: \"Analytical\""
  site: "no"
  site_address: "1 Old Road\nLondon"
  pbx: "hq"
  extension: "042"
  extension_by: "first line of SEP001122334455"
  additional_extensions: ["4022", "4023"]
  intercoms: ["*61#"]
  telephone: "+44 20 7946 0123"
  mobile: "+44 7700 900123"
  pager: "1:30"
  fax: "0389"
  ip_phone: "4021"
  email: "ada@corp.example"
  employee_id: "007"
  do_not_log: true
  do_not_record: true
  exclude_from_statistics: true
  records: ["phones/8c1f by email", "staff/7 by first"]
  status: "disabled"
  reason: "source-disabled"
  since: "2026-11-20T09:30:00Z"
  evidence: "account disabled in Active Directory"
u-staff/7:
  name: "Grace"
  status: "active"
"#
    );
}

#[test]
fn every_field_but_the_path_is_written_in_the_fields_order() {
    let text = file(&[ada()]);
    let names: Vec<&str> =
        text.lines().skip(1).map(|line| line.trim().split_once(':').unwrap().0).collect();
    let fields = Field::ALL.iter().filter(|field| **field != Field::Path).map(|f| f.name());
    let wanted: Vec<&str> = fields.chain(["status", "reason", "since", "evidence"]).collect();
    assert_eq!(names, wanted);
    let known: Vec<&str> = FIELDS.iter().skip(1).map(|(name, _)| *name).collect();
    assert_eq!(known, wanted);
}

#[test]
fn what_a_person_edited_is_read_all_the_same() {
    let text = "# by hand\nu-staff/7:\n    name: Grace\n    mobile: 0389\n    intercoms: [42, 042, 42]\n    do_not_log: false\n    pbx: null\n    fax:\n";
    let [grace] = &read(text, &london()).unwrap()[..] else { panic!("one person") };
    let mut wanted = Person {
        name: "Grace".into(),
        ..Person::new(Id::new("staff", "7"), Text::default(), london())
    };
    wanted.mobile = Some("0389".into());
    wanted.intercoms = vec![Extension::parse("042").unwrap(), Extension::parse("42").unwrap()];
    assert_eq!(grace, &wanted);
}

#[test]
fn what_makes_no_sense_is_named_with_its_line() {
    for (text, line, message) in [
        ("u-staff/7:\n  name: \"x\"\n  extension: \"TBC\"\n", 3, "`TBC` is not an extension"),
        ("u-staff/7:\n  mobile: \"1\"\n", 1, "has no `name`"),
        ("u-7:\n  name: \"x\"\n", 1, "is not an id"),
        ("x-7:\n  name: \"x\"\n", 1, "is not `u-` and an id"),
        ("u-staff/7:\n  name: \"x\"\n  status: \"gone\"\n", 3, "not `gone`"),
        ("u-staff/7:\n  name: \"x\"\n  status: \"disabled\"\n", 3, "no `reason`"),
        ("u-staff/7:\n  name: \"x\"\n  reason: \"gone\"\n", 1, "belong to"),
        ("u-staff/7:\n  name: x\n  mobil: 1\n", 3, "did you mean `mobile`"),
        ("u-staff/7:\n  id: \"staff/8\"\n  name: \"x\"\n", 1, "not the key"),
        ("u-staff/7:\n  name: x\nu-staff/7:\n  name: y\n", 3, "uplicate"),
    ] {
        let flaw = read(text, &london()).unwrap_err();
        assert!(flaw.message.contains(message), "{text}: {flaw:?}");
        assert_eq!(flaw.at.line, line, "{text}: {flaw:?}");
    }
}

fn hostile() -> impl Strategy<Value = Text> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~]{1,12}",
        "[\u{0}-\u{2f}\u{80}-\u{a5}\u{2020}-\u{2030}\u{feff}\\\\\"'#:%~]{1,8}",
        select(vec![
            "yes",
            "no",
            "null",
            "~",
            "0x1F",
            "1:30",
            "042",
            "+44",
            "2026-11-20",
            "- x",
            "? x",
            "{}",
            "[",
            "a: b",
            " #",
            "---",
            "...",
            "\u{1b}[2J",
            "%41",
            "%",
            "<<",
            "=",
        ])
        .prop_map(str::to_owned),
    ];
    text.prop_map(Text::from).prop_filter("an empty text is never kept", |text| !text.is_empty())
}

fn extension() -> impl Strategy<Value = Extension> {
    "\\+?[0-9*#]{1,20}".prop_map(|text| Extension::parse(&text).unwrap())
}

fn extensions() -> impl Strategy<Value = Vec<Extension>> {
    vec(extension(), 0..4).prop_map(|mut list| {
        list.sort();
        list.dedup();
        list
    })
}

fn status() -> impl Strategy<Value = Status> {
    let reason = select(vec![Reason::Gone, Reason::Manual, Reason::OutOfScope]);
    let disabled =
        (reason, 0..4_000_000_000_i64, hostile()).prop_map(|(reason, second, evidence)| {
            Status::Disabled { reason, since: Timestamp::from_second(second).unwrap(), evidence }
        });
    prop_oneof![Just(Status::Active), disabled]
}

prop_compose! {
    fn person()(
        key in hostile(),
        name in hostile(),
        texts in vec(of(hostile()), 12),
        pbx in prop_oneof![Just(Text::from("main")), hostile()],
        extension in of(extension()),
        lists in (extensions(), extensions()),
        flags in any::<[bool; 3]>(),
        records in records(),
        status in status(),
    ) -> Person {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().flatten();
        Person {
            records,
            id: Id::new("staff", &key),
            name,
            job_title: text(),
            department: text(),
            site: text(),
            site_address: text(),
            pbx,
            extension,
            extension_by: text(),
            additional_extensions: lists.0,
            intercoms: lists.1,
            telephone: text(),
            mobile: text(),
            pager: text(),
            fax: text(),
            ip_phone: text(),
            email: text(),
            employee_id: text(),
            do_not_log: flags[0],
            do_not_record: flags[1],
            exclude_from_statistics: flags[2],
            path: london(),
            status,
        }
    }
}

fn records() -> impl Strategy<Value = Vec<Joined>> {
    let joined = (hostile(), select(vec!["first", "email", "employee_id"]));
    vec(joined, 0..3).prop_map(|records| {
        let mut records: Vec<_> = records
            .into_iter()
            .map(|(key, by)| Joined { record: Id::new("phones", &key), by: by.into() })
            .collect();
        records.sort();
        records.dedup_by(|a, b| a.record == b.record);
        records
    })
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    vec(person(), 1..4).prop_map(|mut people| {
        people.sort_by(|one, other| one.id.cmp(&other.id));
        people.dedup_by(|one, other| one.id == other.id);
        people
    })
}

/// As another YAML library reads it: keys, and each field's value.
fn by_library(text: &str) -> serde_yaml::Value {
    serde_yaml::from_str(text).unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(people in people()) {
        prop_assert_eq!(&read(&file(&people), &london()).unwrap(), &people);
    }

    #[test]
    fn the_line_reader_takes_what_is_written(people in people()) {
        let text = file(&people);
        let lines = super::super::lines::read(&text, FIELDS, |block| person_of(block));
        prop_assert_eq!(lines.unwrap(), people);
    }

    #[test]
    fn yaml_libraries_read_the_same(people in people()) {
        let text = file(&people);
        let edited = super::super::edited::read(&text, FIELDS).unwrap();
        let lines = super::super::lines::read(&text, FIELDS, |block| Ok(block.clone())).unwrap();
        prop_assert_eq!(&edited, &lines);
        let other = by_library(&text);
        prop_assert_eq!(other.as_mapping().unwrap().len(), people.len());
        for block in &lines {
            let fields = &other[block.key.as_ref()];
            prop_assert_eq!(fields.as_mapping().unwrap().len(), block.fields.len());
            for field in &block.fields {
                let value = &fields[field.name.as_ref()];
                match &field.value {
                    Raw::None => prop_assert!(value.is_null()),
                    Raw::Flag(flag) => prop_assert_eq!(value.as_bool(), Some(*flag)),
                    Raw::Text(text) => prop_assert_eq!(value.as_str(), Some(text.as_ref())),
                    Raw::List(list) => {
                        let texts: Vec<_> = value.as_sequence().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
                        prop_assert_eq!(&texts, list);
                    }
                }
            }
        }
    }
}

fn person_of(block: &mut Block<'_>) -> Result<Person, Flaw> {
    super::person(block, &london())
}
