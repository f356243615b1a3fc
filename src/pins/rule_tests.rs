use super::*;
use crate::{
    directory::{Extension, GroupPath},
    finding::Position,
    pins::Selector,
    plan::{Action, Cause, FieldChange},
};

fn draft(key: &str, name: &str, extension: &str) -> Draft {
    let path = GroupPath::parse("/London").unwrap();
    let mut person = Person::new(Id::new("staff", key), name.into(), path);
    person.extension = Extension::parse(extension).ok();
    person.email = Some(format!("{}@Corp.example", name.to_lowercase()).into());
    person.mobile = Some("1".into());
    Draft { rule: Some("r".into()), ..Draft::new(person) }
}

fn people() -> Vec<Draft> {
    vec![draft("1", "Ada", "4021"), draft("2", "Bob", "4022"), draft("3", "Cy", "4021")]
}

fn pin_of(who: &str, set: &[(Field, &str)]) -> Pin {
    let set = set.iter().map(|(field, text)| (*field, Value::Text((*text).into())));
    Pin {
        person: Selector::parse(who).unwrap(),
        set: set.collect(),
        status: None,
        reason: Some("on loan".into()),
        until: None,
        at: Position { file: "rollbook.yaml".into(), line: 9, column: 5 },
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn codes(pinned: &Pinned<'_>) -> Vec<Code> {
    pinned.findings.iter().map(|finding| finding.code).collect()
}

fn run(pins: &[Pin], people: &mut Vec<Draft>, held: &Directory) -> (Vec<Code>, Vec<Disagreement>) {
    let mut pinned = pin(pins, people, held, vec!["staff".into()], day("2027-01-17"));
    pinned.place(people);
    (codes(&pinned), pinned.disagreements)
}

#[test]
fn a_pin_wins_and_the_sources_value_stays_known() {
    let mut all = people();
    let pins = [pin_of("BOB@corp.EXAMPLE", &[(Field::Mobile, "2"), (Field::Path, "/Leeds")])];
    let (found, lost) = run(&pins, &mut all, &Directory::default());
    assert_eq!(found, []);
    assert_eq!(all[1].person.mobile.as_deref(), Some("2"));
    assert_eq!((all[1].person.path.as_str(), &all[1].rule), ("/Leeds", &None));
    let lost: Vec<_> =
        lost.iter().map(|lost| (lost.field, lost.value.as_str(), &*lost.winner)).collect();
    assert_eq!(lost, [(Field::Mobile, "1", "pin"), (Field::Path, "/London", "pin")]);
    assert_eq!(all[0], people()[0], "nobody else is touched");
}

#[test]
fn who_is_not_one_person_is_told_and_nobody_guessed() {
    let mut all = people();
    let pins =
        ["4021", "staff/9", "x@y", "hq:4022"].map(|who| pin_of(who, &[(Field::Mobile, "2")]));
    let (found, _) = run(&pins, &mut all, &Directory::default());
    assert_eq!(found, [Code::PinUnknown; 4]);
    assert_eq!(all, people());
    // A number passes on: who has it now is meant.
    all[2].source_disabled = Some("left".into());
    assert_eq!(run(&pins[..1], &mut all, &Directory::default()).0, []);
    assert_eq!(all[0].person.mobile.as_deref(), Some("2"));
}

#[test]
fn needless_ending_ended_and_double_pins_are_told() {
    let until = |mut pin: Pin, text: &str| {
        pin.until = Some(day(text));
        pin
    };
    let mobile = |who: &str, number: &str| pin_of(who, &[(Field::Mobile, number)]);
    for (pins, wanted) in [
        (vec![mobile("staff/1", "1")], vec![Code::PinNeedless]),
        (vec![until(mobile("staff/1", "2"), "2027-01-31")], vec![Code::PinEnds]),
        (vec![until(mobile("staff/1", "2"), "2027-02-01")], vec![]),
        (vec![until(mobile("staff/1", "2"), "2027-01-17")], vec![Code::PinEnds]),
        (vec![until(mobile("staff/1", "2"), "2027-01-16")], vec![Code::PinEnded]),
        (vec![mobile("staff/1", "2"), mobile("ada@corp.example", "3")], vec![Code::PinTwice]),
    ] {
        let mut all = people();
        let (found, _) = run(&pins, &mut all, &Directory::default());
        assert_eq!(found, wanted, "{pins:?}");
        let counts =
            if matches!(wanted[..], [Code::PinEnded | Code::PinNeedless]) { "1" } else { "2" };
        assert_eq!(all[0].person.mobile.as_deref(), Some(counts));
    }
}

#[test]
fn a_pinned_status_stands_against_the_sources() {
    let status = |who: &str, active: bool| {
        let mut pin = pin_of(who, &[]);
        pin.status = Some(active);
        pin
    };
    let mut all = people();
    all[0].source_disabled = Some("left".into());
    let gone = draft("8", "Gone", "4088").person;
    let held = Directory { people: vec![gone], ..Directory::default() };
    let pins = [status("staff/1", true), status("staff/2", false), status("staff/8", true)];
    assert_eq!(run(&pins, &mut all, &held).0, []);
    assert_eq!((all[0].source_disabled.is_none(), all.len()), (true, 4));
    let standing = |at: usize| all[at].pinned.as_deref().cloned();
    assert_eq!(standing(0), Some(Standing::Active));
    assert_eq!(standing(1), Some(Standing::Disabled("pinned: on loan".into())));
    assert_eq!((standing(3), all[3].person.id.key()), (Some(Standing::Active), "8"));
    assert_eq!(run(&[status("staff/3", true)], &mut all, &held).0, [Code::PinNeedless]);
}

#[test]
fn a_flag_that_the_rules_set_is_pinned_again() {
    let mut all = people();
    let mut flag = pin_of("staff/1", &[]);
    flag.set = vec![(Field::DoNotRecord, Value::Flag(false)), (Field::DoNotLog, Value::Flag(true))];
    let pins = [flag];
    let mut pinned = pin(&pins, &mut all, &Directory::default(), Vec::new(), day("2027-01-17"));
    all[0].person.do_not_record = true;
    all[0].person.do_not_log = false;
    pinned.place(&mut all);
    assert!(!all[0].person.do_not_record && all[0].person.do_not_log);
}

#[test]
fn each_of_two_pins_is_told_with_its_own_fields() {
    let mut all = people();
    let (mut first, mut second) = (pin_of("staff/1", &[]), pin_of("staff/1", &[]));
    first.set = vec![(Field::Site, Value::Text("Leeds".into()))];
    second.set = vec![(Field::Mobile, Value::Text("9".into()))];
    (second.at.line, second.reason) = (57, None);
    let pins = [first, second];
    let pinned = pin(&pins, &mut all, &Directory::default(), Vec::new(), day("2027-01-17"));
    let fields = [Field::Site, Field::Mobile].map(|field| FieldChange {
        field: field.name().into(),
        before: Value::None,
        after: Value::Text("9".into()),
    });
    let change = Change {
        id: "c1".into(),
        action: Action::Update,
        entry: EntryKind::Person,
        kind: None,
        key: "staff/1".into(),
        name: "Ada".into(),
        fields: fields.into(),
        reason: None,
        evidence: None,
        with: None,
        cause: Cause::default(),
    };
    let mut changes = [change];
    pinned.mark(&mut changes);
    let cause = &changes[0].cause;
    assert_eq!(cause.pinned, ["site", "mobile"]);
    assert_eq!(cause.further.len(), 1);
    assert_eq!(cause.further[0].pinned, ["mobile"]);
    assert_eq!(cause.further[0].note, None);
}
