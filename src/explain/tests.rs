//! Answers for people of several sources, pinned people, and people about whom nobody decides.

use jiff::{Timestamp, civil::date};

use super::*;
use crate::{
    directory::{Disagreement, Joined, Reason, Since, Status, Value},
    finding::Position,
    grouping::{Condition, Template},
    mapping::{Expression, Scope},
    merge::{FieldOrigin, Loser, Outcome, RecordOrigin, Seen, Tried, ValueFrom},
    pins::Selector,
    source::{Attribute, Place},
};

fn at(line: u32) -> Position {
    Position { file: "rollbook.yaml".into(), line, column: 5 }
}

fn mapping(source: &str, fields: &[(Field, &str)]) -> Mapping {
    let compiled = |(field, text): &(Field, &str)| {
        (*field, Expression::compile(text, Scope::Attributes).unwrap().at(at(9)))
    };
    Mapping {
        source: source.into(),
        pbx: "hq".into(),
        fields: fields.iter().map(compiled).collect(),
        status: None,
        keep: None,
    }
}

fn record(key: &str, values: &[&str]) -> Record {
    let values = values.iter().map(|text| Attribute::from(Some(Text::from(*text))));
    Record { key: key.into(), place: Place::Line(2), values: values.collect(), flaw: None }
}

fn rules() -> Vec<Rule> {
    vec![Rule {
        condition: Condition::default(),
        path: Template::compile("/{{ department | default('None') }}").unwrap(),
        set: vec![(Field::DoNotRecord, true)],
        at: at(20),
    }]
}

fn ada() -> Person {
    let mut ada = Person::new(
        Id::new("staff", "7"),
        "Ada".into(),
        crate::directory::GroupPath::parse("/Sales").unwrap(),
    );
    ada.set(Field::Department, Value::Text("Sales".into())).unwrap();
    ada.set(Field::Extension, Value::Text("4020".into())).unwrap();
    ada.do_not_record = true;
    ada.records =
        vec![Joined::parse("phones/8c by email").unwrap(), Joined::first(Id::new("staff", "7"))];
    ada
}

fn origin(outcome: Outcome) -> Provenance {
    let record = |id: &str, by: &str| RecordOrigin {
        record: Id::parse(id).unwrap(),
        by: by.into(),
        seen: Seen::Listed,
        tried: vec![Tried {
            rule: "email".into(),
            value: Some("ada@x.example".into()),
            shared: true,
        }],
    };
    let field = |field, value: &str, source: &str, losers: Vec<Loser>| FieldOrigin {
        field,
        value: Value::Text(value.into()),
        from: ValueFrom::Source(source.into()),
        losers,
    };
    let lost = Loser { source: "staff".into(), value: Value::Text("4020".into()), differs: true };
    Provenance {
        id: Id::new("staff", "7"),
        outcome,
        records: vec![record("phones/8c", "email"), record("staff/7", "first")],
        fields: vec![
            field(Field::Name, "Ada", "staff", Vec::new()),
            field(Field::Department, "Sales", "staff", Vec::new()),
            field(Field::Extension, "4021", "phones", vec![lost]),
        ],
    }
}

struct World {
    held: Directory,
    groups: Vec<Rule>,
    pins: Vec<Pin>,
    staff: Mapping,
    phones: Mapping,
}

fn world() -> World {
    World {
        held: Directory { people: vec![ada()], ..Directory::default() },
        groups: rules(),
        pins: Vec::new(),
        staff: mapping(
            "staff",
            &[(Field::Name, "name"), (Field::Department, "team"), (Field::Extension, "ext")],
        ),
        phones: mapping("phones", &[(Field::Extension, "line | last(4)")]),
    }
}

impl World {
    fn told(&self, who: &str, origin: Option<Provenance>) -> Explanation {
        let id = Id::new("staff", "7");
        let names = |names: &[&str]| names.iter().map(|name| Text::from(*name)).collect();
        let live = origin.map(|origin| Live {
            sources: Vec::new(),
            elsewhere: Vec::new(),
            readings: vec![
                Reading {
                    mapping: &self.phones,
                    names: names(&["line"]),
                    records: vec![record("8c", &["0044021"])],
                },
                Reading {
                    mapping: &self.staff,
                    names: names(&["name", "team", "ext"]),
                    records: vec![record("7", &["Ada", "Sales", "4020"])],
                },
            ],
            origin: Some(origin),
        });
        explain(Case {
            who,
            id: Some(&id),
            also: Vec::new(),
            held: &self.held,
            commit: Some("abc".into()),
            history: History::default(),
            groups: &self.groups,
            collections: &[],
            pins: &self.pins,
            today: date(2026, 6, 30),
            live: live.ok_or_else(|| "not asked".into()),
        })
        .unwrap()
    }
}

#[track_caller]
fn field(told: &Explanation, field: Field) -> &FieldSeen {
    told.fields.iter().find(|seen| seen.field == field).expect("the field")
}

#[test]
fn a_joined_person_says_whose_value_won_and_whose_lost() {
    let told = world().told("ada", Some(origin(Outcome::Wanted)));
    assert_eq!(told.standing, Standing::Active);
    let by: Vec<_> =
        told.records.iter().map(|one| (one.record.as_str(), one.by.as_deref())).collect();
    assert_eq!(by, [("phones/8c", Some("email")), ("staff/7", Some("first"))]);
    assert_eq!(told.records[0].links[0].value.as_deref(), Some("ada@x.example"));
    let extension = field(&told, Field::Extension);
    assert_eq!(extension.source.as_deref(), Some("phones"));
    assert_eq!(extension.held, Some(Value::Text("4020".into())));
    let by = extension.by.as_ref().unwrap();
    assert_eq!(by.steps.last().unwrap().gives, extension.value);
    assert_eq!(by.at.as_deref(), Some("rollbook.yaml:9:5"));
    let lost = &extension.losers[0];
    assert_eq!((lost.source.as_str(), &lost.value), ("staff", &Value::Text("4020".into())));
    assert_eq!(lost.by.as_ref().unwrap().expression, "ext");
    assert_eq!(field(&told, Field::DoNotRecord).rule.as_deref(), Some("rollbook.yaml:20:5"));
    assert_eq!(told.place.unwrap().path, "/Sales");
}

#[test]
fn a_pin_wins_and_what_it_wins_over_is_said() {
    let mut world = world();
    world.pins = vec![Pin {
        person: Selector::Id(Id::new("staff", "7")),
        set: vec![
            (Field::Extension, Value::Text("4099".into())),
            (Field::Path, Value::Text("/Elsewhere".into())),
        ],
        status: None,
        reason: Some("on loan".into()),
        until: None,
        at: at(40),
    }];
    let told = world.told("ada", Some(origin(Outcome::Wanted)));
    let extension = field(&told, Field::Extension);
    assert_eq!(extension.value, Value::Text("4099".into()));
    assert_eq!(extension.pin.as_ref().unwrap().note.as_deref(), Some("on loan"));
    assert_eq!((extension.source.as_deref(), &extension.by), (None, &None));
    let lost: Vec<_> = extension.losers.iter().map(|lost| lost.source.as_str()).collect();
    assert_eq!(lost, ["phones", "staff"]);
    let place = told.place.unwrap();
    assert_eq!((place.path.as_str(), place.held.as_deref()), ("/Elsewhere", Some("/Sales")));
    assert_eq!(place.pin.unwrap().at, "rollbook.yaml:40:5");

    // Where the sources don't decide, a pin that isn't applied yet isn't told as if it were.
    let undecided = Outcome::Unknown { source: "staff".into(), because: "half of it".into() };
    let told = world.told("ada", Some(origin(undecided)));
    assert_eq!(field(&told, Field::Extension).pin, None);
    assert_eq!(told.place.unwrap().path, "/Sales");
}

#[test]
fn a_pinned_status_stands_above_what_the_sources_say() {
    let mut world = world();
    let absent = || Outcome::Absent { reason: Reason::Gone, evidence: "not listed".into() };
    assert_eq!(world.told("ada", Some(origin(absent()))).standing, Standing::Leaves);
    world.pins = vec![Pin {
        person: Selector::Id(Id::new("staff", "7")),
        set: Vec::new(),
        status: Some(true),
        reason: None,
        until: None,
        at: at(40),
    }];
    let told = world.told("ada", Some(origin(absent())));
    assert_eq!(told.standing, Standing::Active);
    assert_eq!(told.answer, "in the directory: a pin says so, at rollbook.yaml:40:5");
}

#[test]
fn who_is_not_decided_about_stays_as_they_are() {
    let because = "`phones` is incomplete";
    let unknown = Outcome::Unknown { source: "phones".into(), because: because.into() };
    let told = world().told("ada", Some(origin(unknown)));
    assert_eq!(told.standing, Standing::Unknown);
    assert!(
        told.answer.ends_with("`phones` can't tell: `phones` is incomplete"),
        "{}",
        told.answer
    );
    let extension = field(&told, Field::Extension);
    assert_eq!((&extension.value, &extension.held), (&Value::Text("4020".into()), &None));
}

#[test]
fn the_state_alone_knows_records_losers_and_whom_somebody_is_one_with() {
    let mut world = world();
    world.held.disagreements = vec![Since {
        what: Disagreement {
            id: Id::new("staff", "7"),
            field: Field::Extension,
            source: "staff".into(),
            value: "4021".into(),
            winner: "phones".into(),
        },
        since: Timestamp::UNIX_EPOCH,
    }];
    let told = world.told("ada", None);
    assert_eq!((told.standing, told.unread.as_deref()), (Standing::Active, Some("not asked")));
    assert!(told.records.iter().all(|record| record.became == Word::Unread));
    let extension = field(&told, Field::Extension);
    assert_eq!((extension.losers[0].source.as_str(), &extension.by), ("staff", &None));
    assert_eq!(told.ledger.len(), 1);

    let mut other = ada();
    other.id = Id::new("phones", "8c");
    world.held.people[0].status = Status::Disabled {
        reason: Reason::Merged,
        since: Timestamp::UNIX_EPOCH,
        evidence: "one with `phones/8c`".into(),
    };
    world.held.people.insert(0, other);
    let told = world.told("ada", None);
    assert_eq!(told.standing, Standing::Merged);
    assert_eq!(told.person.unwrap().merged_into.unwrap().as_str(), "phones/8c");
}

#[test]
fn a_person_is_known_by_id_record_number_address_and_name() {
    let held = world().held;
    for who in ["staff/7", "phones/8c", "4020", "main:4020", "ADA"] {
        assert_eq!(known(&held, who).len(), 1, "{who}");
    }
    for who in ["staff/8", "hq:4020", "402", "Ad"] {
        assert!(known(&held, who).is_empty(), "{who}");
    }
}
