use std::sync::Arc;

use super::*;
use crate::{
    directory::GroupPath,
    finding::Position,
    numbers::{Block, Country, DirectDial},
    plan::{Cause, Released},
};

const NOW: i64 = 1_782_802_800;
const DAY: i64 = 86_400;

fn range(pbx: &str, site: &str, blocks: &[&str], direct_dial: &str, line: u32) -> Range {
    Range {
        pbx: pbx.into(),
        site: (!site.is_empty()).then(|| site.into()),
        blocks: blocks.iter().map(|text| Block::parse(text).unwrap()).collect(),
        direct_dial: (!direct_dial.is_empty()).then(|| DirectDial::parse(direct_dial).unwrap()),
        at: Position { file: "rollbook.yaml".into(), line, column: 5 },
    }
}

fn plan() -> NumberPlan {
    let mut plan = NumberPlan::new(vec![
        range("main", "London", &["4000-4999"], "+44 20 7946 xxxx", 4),
        range("main", "Leeds", &["040-049"], "+44 113 496 01xx", 5),
    ])
    .unwrap();
    plan.country = Country::parse("GB");
    plan.reuse_after = Some(SignedDuration::from_hours(90 * 24));
    plan
}

fn person(key: &str, site: &str, extensions: &[&str], telephone: &str) -> Person {
    let path = GroupPath::parse("/London").unwrap();
    let mut person = Person::new(Id::new("staff", key), key.into(), path);
    person.site = (!site.is_empty()).then(|| site.into());
    person.telephone = (!telephone.is_empty()).then(|| telephone.into());
    let mut extensions = extensions.iter().map(|number| Extension::parse(number).unwrap());
    person.extension = extensions.next();
    person.additional_extensions = extensions.collect();
    person
}

fn disabled(mut person: Person, days: i64, reason: Reason) -> Person {
    let since = Timestamp::from_second(NOW - days * DAY).unwrap();
    person.status = Status::Disabled { reason, since, evidence: "no longer listed".into() };
    person
}

fn change(action: Action, key: &str) -> Change {
    Change {
        id: "c1".into(),
        action,
        entry: EntryKind::Person,
        kind: None,
        key: Id::new("staff", key).into(),
        name: key.into(),
        fields: Vec::new(),
        reason: None,
        evidence: None,
        with: None,
        cause: Cause::default(),
    }
}

/// The codes, places and messages of what is found.
fn found(
    held: Vec<Person>,
    active: &[Person],
    changes: &[Change],
    released: Vec<Released>,
) -> Vec<String> {
    let held = Directory { people: held, ..Directory::default() };
    let active: Vec<&Person> = active.iter().collect();
    let dialling = Dialling { plan: Arc::new(plan()), pbx: None };
    let findings = numbers(&Numbering {
        dialling: &dialling,
        held: &held,
        active: &active,
        changes,
        past: &Past { released, ..Past::default() },
        now: Timestamp::from_second(NOW).unwrap(),
    });
    let told = findings.iter().map(|finding| {
        let line = finding.at.as_deref().and_then(|at| at.split(':').nth(1)).unwrap_or("-");
        let keys: Vec<&str> = finding.keys.iter().map(Id::key).collect();
        format!("{} {line} {}: {}", finding.code, keys.join("+"), finding.message)
    });
    told.collect()
}

#[test]
fn an_extension_belongs_into_a_range_of_its_site() {
    let people = [
        person("ada", "London", &["4021", "7000"], ""),
        person("ben", "leeds", &["042"], ""),
        person("cem", "London", &["043"], ""),
        person("dan", "", &["42"], ""),
        person("eve", "", &["4022"], ""),
        person("fay", "York", &["4023"], ""),
    ];
    assert_eq!(
        found(Vec::new(), &people, &[], Vec::new()),
        [
            "number-out-of-range 4 ada: extension `main:7000` of `ada` is in no range of `main`",
            "number-out-of-range 5 cem: extension `main:043` of `cem` is in a range of `Leeds`, and their site is `London`",
            "number-out-of-range 4 dan: extension `main:42` of `dan` is in no range of `main`",
            "number-out-of-range 4 fay: extension `main:4023` of `fay` is in a range of `London`, and their site is `York`",
        ]
    );
    let mut elsewhere = person("ada", "", &["7000"], "");
    elsewhere.pbx = "leeds".into();
    let told = found(Vec::new(), &[elsewhere], &[], Vec::new());
    assert_eq!(told, [] as [&str; 0], "of a pbx without ranges nothing is known");
}

#[test]
fn a_number_rests_before_it_is_given_again() {
    let held = vec![
        disabled(person("ada", "", &["4021"], ""), 30, Reason::Gone),
        disabled(person("bob", "", &["4022"], ""), 91, Reason::Gone),
        person("cem", "", &["4023"], ""),
        person("dan", "", &["4024"], ""),
        person("eve", "", &["4025"], ""),
        disabled(person("fay", "", &["4026"], ""), 1, Reason::Merged),
    ];
    // Dan takes Cem's number, who takes a new one; everybody else's has a new owner.
    let active = [
        person("cem", "", &["4030"], ""),
        person("dan", "", &["4023"], ""),
        person("eve", "", &["4025"], ""),
        person("gil", "", &["4021"], ""),
        person("hal", "", &["4022"], ""),
        person("ida", "", &["4026"], ""),
        person("jon", "", &["4027"], ""),
        person("kai", "", &["4025"], ""),
    ];
    let released = |number: &str, key: &str, days: i64| Released {
        pbx: "main".into(),
        number: Extension::parse(number).unwrap(),
        person: Id::new("staff", key),
        until: Timestamp::from_second(NOW - days * DAY).unwrap(),
    };
    let past =
        vec![released("4021", "ada", 40), released("4027", "old", 1), released("4030", "cem", 2)];
    assert_eq!(
        found(held, &active, &[], past),
        [
            "number-reused 4 gil+ada: extension `main:4021` is given to `gil`, and `ada` had it until 30 days ago",
            "number-reused 4 dan+cem: extension `main:4023` is given to `dan`, and `cem` had it until today",
            "number-reused 4 jon+old: extension `main:4027` is given to `jon`, and `staff/old` had it until 1 day ago",
        ]
        .map(|told| told.replace("gil+ada", "ada+gil").replace("dan+cem", "cem+dan"))
    );
}

#[test]
fn who_turns_out_to_be_another_gives_no_number_away() {
    let held = vec![person("ada", "", &["4021"], ""), person("bob", "", &["4022"], "")];
    let merged = [person("bob", "", &["4021", "4022"], "")];
    let told = found(held, &merged, &[change(Action::Merge, "ada")], Vec::new());
    assert_eq!(told, [] as [&str; 0]);
    let held = vec![person("bob", "", &["4021", "4022"], "")];
    let split = [person("ada", "", &["4021"], ""), person("bob", "", &["4022"], "")];
    let told = found(held, &split, &[change(Action::Split, "ada")], Vec::new());
    assert_eq!(told, [] as [&str; 0]);
}

#[test]
fn a_telephone_leads_to_its_owners_extension() {
    let people = [
        person("ada", "", &["4021"], "020 7946 4021"),
        person("ben", "", &["4022"], "+44 20 7946 4021"),
        person("cem", "", &["4023"], "020 7946 4099"),
        person("dan", "", &[], "020 7946 4098"),
        person("eve", "", &["042"], "+441134960142"),
        person("fay", "", &["4024"], "020 7946 4021"),
        person("gil", "", &["4025"], "0800 123 4567"),
        person("hal", "", &["4026"], "ask Ada"),
        person("ida", "", &["4027", "4000"], "020 7946 4000"),
    ];
    assert_eq!(
        found(Vec::new(), &people, &[], Vec::new()),
        [
            "direct-dial-of-another 4 ada+ben+fay: telephone `+442079464021` of `ben` and `fay` is the direct-dial number of `main:4021`, which `ada` has",
            "direct-dial-of-another 4 dan: telephone `+442079464098` of `dan` is the direct-dial number of `main:4098`, which nobody has: its calls would make a second person",
            "direct-dial-disagrees 4 cem: telephone `+442079464099` of `cem` is the direct-dial number of `main:4099`, and their extension is `main:4023`",
        ]
    );
}

#[test]
fn a_direct_dial_number_that_is_somebody_by_itself_is_a_second_person() {
    let people = [
        person("ada", "", &["4021"], ""),
        person("ddi", "", &["02079464021"], ""),
        person("own", "", &["4022", "+442079464022"], ""),
    ];
    let told = found(Vec::new(), &people, &[], Vec::new());
    let told: Vec<_> = told.iter().filter(|told| told.starts_with("direct")).collect();
    assert_eq!(
        told,
        [
            "direct-dial-of-another 4 ada+ddi: extension `+442079464021` of `ddi` is the direct-dial number of `main:4021`, which `ada` has"
        ]
    );
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    fn people(most: usize) -> impl Strategy<Value = Vec<Person>> {
        let one = (0..6_u8, 0..5_u8, 0..5_u8, 0..5_u8);
        proptest::collection::btree_map(0..8_u8, one, 0..most).prop_map(|people| {
            people
                .into_iter()
                .map(|(key, (extension, other, telephone, days))| {
                    let number = |n: u8| format!("402{n}");
                    let telephone = match telephone {
                        0 => String::new(),
                        n => format!("020 7946 402{n}"),
                    };
                    let own = number(extension);
                    let extensions = if other == 0 { vec![own] } else { vec![own, number(other)] };
                    let extensions: Vec<&str> = extensions.iter().map(String::as_str).collect();
                    let made = person(&key.to_string(), "", &extensions, &telephone);
                    let days = i64::from(days) * 40;
                    if days == 0 { made } else { disabled(made, days, Reason::Gone) }
                })
                .collect()
        })
    }

    proptest! {
        /// The same, asked person by person.
        #[test]
        fn what_is_found_is_what_a_slow_look_finds(held in people(6), active in people(6)) {
            let mut active = active;
            active.iter_mut().for_each(|person| person.status = Status::Active);
            let told = found(held.clone(), &active, &[], Vec::new());
            for person in &active {
                let before = held.iter().find(|held| held.id == person.id);
                for number in own(person) {
                    let fresh = before.is_none_or(|before| !has(before, number));
                    let last = held.iter().filter(|other| {
                        other.id != person.id && has(other, number) && match &other.status {
                            Status::Active => {
                                let now = active.iter().find(|now| now.id == other.id);
                                now.is_none_or(|now| !has(now, number))
                            }
                            Status::Disabled { since, .. } => {
                                NOW - since.as_second() < 90 * DAY
                                    && !active.iter().any(|now| now.id == other.id && has(now, number))
                            }
                        }
                    });
                    let expected = fresh && last.count() > 0;
                    let line = format!("extension `main:{number}` is given to `{}`,", person.name);
                    prop_assert_eq!(told.iter().any(|t| t.contains(&line)), expected, "{}", line);
                }
                let told = told.iter().any(|told| {
                    told.starts_with("direct-dial") && told.contains(&format!("`{}`", person.name))
                        && !told.ends_with(&format!("which `{}` has", person.name))
                });
                let leads = person.telephone.as_deref().map(|text| &text[9..]);
                let foreign = leads.is_some_and(|own| {
                    !has(person, &Extension::parse(own).unwrap())
                });
                // Who is named as the owner of another's number is no foreign one.
                prop_assert!(told || !foreign, "{:?}", person);
            }
        }
    }
}
