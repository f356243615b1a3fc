//! Joining told day by day: what the directory's people live through.

use super::*;

/// A day of records in a few words: `staff/1 email=1 extension=2`.
fn told(records: &[&str], link: &[Field]) -> Day {
    let mut answers = vec![Answer { records: BTreeMap::new(), complete: true }; 3];
    for record in records {
        let mut words = record.split(' ');
        let id = Id::parse(words.next().unwrap()).unwrap();
        let mut values =
            Values { employee_id: None, email: None, extension: None, disabled: false };
        for word in words {
            match word.split_once('=') {
                Some(("employee_id", id)) => values.employee_id = Some(id.parse().unwrap()),
                Some(("email", id)) => values.email = Some(id.parse().unwrap()),
                Some(("extension", id)) => values.extension = Some(id.parse().unwrap()),
                _ => values.disabled = true,
            }
        }
        let at = SOURCES.iter().position(|name| *name == id.source()).unwrap();
        answers[at].records.insert(id.key().parse().unwrap(), values);
    }
    Day { answers, link: link.to_vec(), prefer: vec!["staff", "phones"], status: Vec::new() }
}

/// What a plan does with people, in a few words: `merge phones/1 with staff/1`.
fn words(plan: &Plan) -> Vec<String> {
    let word = |change: &Change| {
        let with = change.with.as_ref().map(|with| format!(" with {with}")).unwrap_or_default();
        let records = change.field(Field::Records).map(|change| format!(": {}", change.after));
        format!("{} {}{with}{}", change.action.as_str(), change.key, records.unwrap_or_default())
    };
    plan.changes.iter().map(word).collect()
}

/// The days one after the other, each with what its plan does.
#[track_caller]
fn story(days: &[(Day, &[&str])]) -> Directory {
    let mut held = Directory::default();
    for (at, (day, expected)) in days.iter().enumerate() {
        let plan = plan(&held, day);
        assert_eq!(words(&plan), *expected, "day {at}: {:#?}", plan.findings);
        held = after(&held, &plan);
    }
    held
}

const EMAIL: &[Field] = &[Field::Email];
const BOTH: &[Field] = &[Field::Email, Field::Extension];

#[test]
fn a_changed_address_does_not_tear_people_apart() {
    let first = told(&["staff/1 email=1", "phones/2 email=1"], EMAIL);
    let changed = told(&["staff/1 email=2", "phones/2 email=1"], EMAIL);
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    let held = story(&[(first, &[joined]), (changed.clone(), &["update staff/1"])]);
    let outdated = plan(&held, &changed).findings;
    assert_eq!(
        outdated[0].message,
        "`phones/2` and `staff/1` stay joined by `email`, which differs now: `1@x` and `2@x`"
    );
}

#[test]
fn held_links_hold_without_rules() {
    let first = told(&["staff/1 email=1", "phones/2 email=1"], EMAIL);
    let without = told(&["staff/1 email=2", "phones/2 email=1"], &[]);
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    story(&[(first, &[joined]), (without, &["update staff/1"])]);
}

#[test]
fn two_who_turn_out_to_be_one_merge_and_come_apart_again() {
    let apart = told(&["staff/1 email=1", "phones/2 email=2"], BOTH);
    let one = told(&["staff/1 email=1 extension=1", "phones/2 extension=1"], BOTH);
    let two = told(&["staff/1 email=1", "phones/2 email=2"], BOTH);
    let held = story(&[
        (apart, &["add phones/2", "add staff/1"]),
        (
            one,
            &[
                "merge phones/2 with staff/1",
                "update staff/1: `phones/2 by extension` and `staff/1 by first`",
            ],
        ),
        (two, &["update staff/1: nothing", "split phones/2 with staff/1"]),
    ]);
    assert_eq!(active(&held).count(), 2);
}

#[test]
fn nobody_becomes_who_comes_along_with_their_telephone() {
    let rules = &[Field::Extension, Field::EmployeeId];
    let apart = told(&["phones/0 employee_id=2", "staff/1 extension=2"], rules);
    let two = told(
        &[
            "badges/0 extension=2",
            "phones/0 employee_id=2",
            "staff/0 employee_id=2",
            "staff/1 extension=2",
        ],
        rules,
    );
    // Ada left; her badge's number is now the telephone's that Bob has had all along.
    let given =
        told(&["badges/0 extension=2", "phones/0 extension=2", "staff/0 employee_id=2"], rules);
    let held = story(&[
        (apart, &["add phones/0", "add staff/1"]),
        (
            two,
            &[
                "update phones/0: `phones/0 by first` and `staff/0 by employee_id`",
                "update staff/1: `badges/0 by extension` and `staff/1 by first`",
            ],
        ),
        (
            given,
            &[
                "disable staff/1",
                "update phones/0: `badges/0 by extension` and `phones/0 by first` and `staff/0 by employee_id`",
            ],
        ),
    ]);
    assert_eq!(active(&held).count(), 1);
}

#[test]
fn an_id_stays_when_its_source_goes_and_comes_back() {
    let both = || told(&["staff/1 email=1", "phones/2 email=1"], EMAIL);
    let one = told(&["staff/0", "phones/2 email=1"], EMAIL);
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    story(&[
        (both(), &[joined]),
        (one, &["update staff/1: `phones/2 by email`", "add staff/0"]),
        (
            both(),
            &["disable staff/0", "update staff/1: `phones/2 by email` and `staff/1 by first`"],
        ),
    ]);
}

#[test]
fn a_number_that_passes_on_does_not_make_the_next_one_the_last_one() {
    let ada = told(&["staff/1 extension=1", "phones/2 extension=1"], BOTH);
    let bob = told(&["staff/2 extension=1", "phones/2 extension=1"], BOTH);
    let held = story(&[
        (ada, &["add staff/1: `phones/2 by extension` and `staff/1 by first`"]),
        (bob, &["disable staff/1", "add staff/2: `phones/2 by extension` and `staff/2 by first`"]),
    ]);
    let Status::Disabled { evidence, .. } = &held.people[0].status else { panic!("active") };
    assert_eq!(
        evidence,
        "no longer listed by `staff`, whose listing is complete: all of it; `phones/2` is joined to `staff/2` now"
    );
}

#[test]
fn a_record_of_somebody_who_left_is_nobody_new() {
    let mut days = [
        told(&["staff/0", "staff/1 email=1", "phones/2 email=1"], EMAIL),
        told(&["staff/0", "phones/2 email=1"], EMAIL),
        told(&["staff/0", "staff/1 email=1", "phones/2 email=1"], EMAIL),
    ];
    for day in &mut days {
        day.status = vec!["staff"];
    }
    let [first, gone, back] = days;
    story(&[
        (first, &["add staff/0", "add staff/1: `phones/2 by email` and `staff/1 by first`"]),
        (gone.clone(), &["disable staff/1"]),
        (gone, &[]),
        (back, &["enable staff/1"]),
    ]);
}

#[test]
fn a_dispute_holds_back_those_whom_it_is_about() {
    let first = told(&["staff/1 email=1", "phones/1 email=1", "staff/2 email=2"], EMAIL);
    let disputed = told(
        &[
            "staff/1 email=1 extension=1",
            "phones/1 email=1",
            "phones/2 email=1",
            "staff/2 email=2 extension=2",
        ],
        EMAIL,
    );
    let held = story(&[
        (first, &["add staff/1: `phones/1 by email` and `staff/1 by first`", "add staff/2"]),
        (disputed.clone(), &["update staff/2"]),
    ]);
    let plan = plan(&held, &disputed);
    let [dispute] = &plan.disputes[..] else { panic!("{:?}", plan.disputes) };
    assert_eq!(dispute.people, [Id::new("staff", "1")]);
    assert_eq!((dispute.by.as_str(), dispute.value.as_str()), ("email", "1@x"));
    assert_eq!(dispute.records.len(), 3);
}

#[test]
fn a_source_that_is_not_read_whole_keeps_what_it_said() {
    let first = told(&["staff/1 email=1 extension=1", "phones/2 email=1 extension=2"], EMAIL);
    let mut cut = told(&["phones/2 email=1 extension=0"], EMAIL);
    cut.answers[2].complete = false;
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    let held = story(&[(first, &[joined]), (cut, &[])]);
    assert_eq!(held.people[0].extension, Some(Extension::parse("1").unwrap()));
}

#[test]
fn provenance_tells_what_joined_each_record_and_who_lost() {
    use crate::merge::{Outcome, ValueFrom, provenance};

    let first = told(&["staff/1 email=1 extension=1", "phones/2 email=1 extension=2"], BOTH);
    let held =
        story(&[(first.clone(), &["add staff/1: `phones/2 by email` and `staff/1 by first`"])]);
    let told =
        provenance(&sources(&first), &held, &rules(&first), &Id::new("phones", "2")).unwrap();
    assert_eq!((told.id, told.outcome), (Id::new("staff", "1"), Outcome::Wanted));
    let [phones, staff] = &told.records[..] else { panic!("{:?}", told.records) };
    assert_eq!((phones.by.as_str(), staff.by.as_str()), ("email", "first"));
    let tried: Vec<_> =
        phones.tried.iter().map(|t| (&*t.rule, t.value.as_deref(), t.shared)).collect();
    assert_eq!(tried, [("email", Some("1@x"), true), ("extension", Some("main:2"), false)]);
    let number = told.fields.iter().find(|origin| origin.field == Field::Extension).unwrap();
    assert_eq!(number.from, ValueFrom::Source("staff".into()));
    assert_eq!((&*number.losers[0].source, number.losers[0].differs), ("phones", true));
    assert_eq!(provenance(&sources(&first), &held, &rules(&first), &Id::new("x", "2")), None);

    let mut cut = first;
    cut.answers[2] = Answer { records: BTreeMap::new(), complete: false };
    let told = provenance(&sources(&cut), &held, &rules(&cut), &Id::new("staff", "1")).unwrap();
    assert_eq!(told.outcome, Outcome::Wanted);
    let number = told.fields.iter().find(|origin| origin.field == Field::Extension).unwrap();
    assert_eq!(number.from, ValueFrom::HeldFor("staff".into()));
}

#[test]
fn an_emptied_value_is_cleared_kept_or_a_finding() {
    use crate::merge::{Emptied, WhenEmptied};

    let full = told(&["staff/1 email=1 extension=1"], &[]);
    let held = after(&Directory::default(), &plan(&Directory::default(), &full));
    let empty = told(&["staff/1"], &[]);
    let with = |when| {
        let emptied = Emptied { default: when, ..Emptied::default() };
        merge(sources(&empty), &held, &PeopleRules { emptied, ..rules(&empty) })
    };
    let cleared = with(WhenEmptied::Clear);
    assert_eq!((&cleared.people[0].person.email, cleared.findings.len()), (&None, 0));
    let kept = with(WhenEmptied::Keep);
    assert_eq!(kept.people[0].person, held.people[0]);
    let refused = with(WhenEmptied::Fail);
    let told: Vec<_> = refused.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "no source has `extension` of `staff 1` (`staff/1`) any more; it was `1`",
            "no source has `email` of `staff 1` (`staff/1`) any more; it was `1@x`",
        ]
    );
}

#[test]
fn a_record_that_is_given_on_does_not_give_its_person_away() {
    // Ada has left; her telephone is Bob's now, and carries his address.
    let ada = told(&["staff/0", "staff/1 email=1", "phones/2 email=1"], EMAIL);
    let bob = told(&["staff/0", "staff/2 email=2", "phones/2 email=2"], EMAIL);
    let late = told(&["staff/0", "phones/2 email=1"], EMAIL);
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    let new = "add staff/2: `phones/2 by email` and `staff/2 by first`";
    story(&[(ada.clone(), &["add staff/0", joined]), (bob.clone(), &["disable staff/1", new])]);
    let gone = "update staff/1: `phones/2 by email`";
    story(&[
        (ada.clone(), &["add staff/0", joined]),
        (late.clone(), &[gone]),
        (bob.clone(), &["disable staff/1", new]),
    ]);
    let status = |mut day: Day| {
        day.status = vec!["staff"];
        day
    };
    story(&[
        (status(ada), &["add staff/0", joined]),
        (status(late), &["disable staff/1"]),
        (status(bob), &[new]),
    ]);
    // The same address, and a stronger rule that tells the two apart.
    let link = &[Field::EmployeeId, Field::Email];
    let john = told(&["staff/0", "staff/1 employee_id=1 email=1", "phones/2 email=1"], link);
    let jane = told(&["staff/0", "staff/2 employee_id=2 email=1", "phones/2 email=1"], link);
    story(&[(john, &["add staff/0", joined]), (jane, &["disable staff/1", new])]);
}

#[test]
fn who_comes_back_under_another_key_is_who_they_were() {
    let first = told(&["staff/0", "staff/1 email=1", "phones/2 email=1"], EMAIL);
    let again = told(&["staff/0", "staff/2 email=1", "phones/2 email=1"], EMAIL);
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    story(&[
        (first, &["add staff/0", joined]),
        (again, &["update staff/1: `phones/2 by email` and `staff/2 by email`"]),
    ]);
}

#[test]
fn who_left_does_not_come_back_as_who_their_record_once_brought() {
    let mut days = [
        told(&["staff/0", "staff/1 email=1", "phones/0", "phones/2"], EMAIL),
        told(&["staff/0", "staff/1 email=1", "phones/0"], EMAIL),
        told(&["staff/0", "staff/1 email=1", "phones/0", "phones/2 email=1"], EMAIL),
        told(&["staff/0", "phones/0", "phones/2 email=1"], EMAIL),
    ];
    for day in &mut days {
        day.status = vec!["staff"];
    }
    let [first, without, joined, gone] = days;
    story(&[
        (first, &["add phones/0", "add phones/2", "add staff/0", "add staff/1"]),
        (without, &["disable phones/2"]),
        (joined, &["update staff/1: `phones/2 by email` and `staff/1 by first`"]),
        (gone.clone(), &["disable staff/1"]),
        (gone, &[]),
    ]);
}

#[test]
fn an_account_that_is_disabled_in_half_a_listing_takes_nobody_away() {
    let first = told(&["staff/1 email=1", "phones/2 email=1"], EMAIL);
    let mut half = told(&["staff/1 email=1 off", "phones/2 email=1 off"], EMAIL);
    half.answers[2].complete = false;
    let joined = "add staff/1: `phones/2 by email` and `staff/1 by first`";
    let held = story(&[(first, &[joined]), (half.clone(), &[])]);
    assert_eq!(plan(&held, &half).unknown.len(), 1);
    half.answers[2].complete = true;
    story(&[
        (told(&["staff/1 email=1", "phones/2 email=1"], EMAIL), &[joined]),
        (half, &["disable staff/1"]),
    ]);
}

#[test]
fn who_was_merged_does_not_come_back_with_a_record_that_is_given_on() {
    let apart = told(&["staff/1 email=1", "phones/2 email=2", "phones/0"], EMAIL);
    let one = told(&["staff/1 email=1", "phones/2 email=1", "phones/0"], EMAIL);
    let without = told(&["staff/1 email=1", "phones/0"], EMAIL);
    let new = told(&["staff/1 email=1", "staff/2 email=3", "phones/2 email=3", "phones/0"], EMAIL);
    let joined = "update staff/1: `phones/2 by email` and `staff/1 by first`";
    story(&[
        (apart, &["add phones/0", "add phones/2", "add staff/1"]),
        (one, &["merge phones/2 with staff/1", joined]),
        (without, &["update staff/1: nothing"]),
        (new, &["add staff/2: `phones/2 by email` and `staff/2 by first`"]),
    ]);
}
