use proptest::{prelude::*, sample::select};

use super::*;

fn id() -> Id {
    Id::new("staff", "7")
}

fn wish<'a>(person: &'a Id, known: &'a [Selector], field: Field, value: &'a Value) -> Wish<'a> {
    Wish {
        person,
        known,
        field: Some(field),
        value,
        reason: None,
        until: None,
        today: date("2026-11-22"),
    }
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn known() -> Vec<Selector> {
    ["staff/7", "ada@corp.example", "hq:4021"].map(|text| Selector::parse(text).unwrap()).into()
}

fn mobile(text: &str) -> Result<String, Unpinnable> {
    pinned(text, &wish(&id(), &known(), Field::Mobile, &Value::Text("+44 7".into())))
}

/// That just this is added, somewhere.
#[track_caller]
fn adds(text: &str, what: &str) {
    let after = mobile(text).unwrap();
    let places = 0..=text.len();
    let mut could = places.filter(|at| text.is_char_boundary(*at));
    let so = could.any(|at| format!("{}{what}{}", &text[..at], &text[at..]) == after);
    assert!(so, "{after}");
}

const PIN: &str = "  - person: staff/7\n    set:\n      mobile: \"+44 7\"";

#[test]
fn a_pin_that_ended_is_not_taken_up_again() {
    let ended = "pins:\n  - person: staff/7\n    set: { mobile: x }\n    until: 2026-11-21\n";
    assert_eq!(mobile(ended), Err(Unpinnable::Ended { line: 2, word: "mobile" }));
    let other = ended.replace("mobile", "site");
    assert_eq!(mobile(&other).unwrap(), format!("{other}{PIN}\n"));
    let last_day = ended.replace("21", "22");
    assert_eq!(mobile(&last_day).unwrap(), last_day.replace("x }", "\"+44 7\" }"));
}

#[test]
fn the_first_pin_comes_at_the_end() {
    adds("version: 1\n", &format!("\npins:\n{PIN}\n"));
    adds("version: 1 # one", &format!("\n\npins:\n{PIN}\n"));
    assert_eq!(
        mobile("a: 1\r\n").unwrap(),
        format!("a: 1\r\n\npins:\n{PIN}\n").replace('\n', "\r\n").replace("\r\r", "\r")
    );
    for text in ["pins:\n", "pins: # none yet\nb: 1\n", "pins: []\nb: 1\n", "pins: ~\n", "pins:"] {
        let after = mobile(text).unwrap();
        assert!(after.contains(PIN), "{after}");
        assert_eq!(after.contains("# none yet"), text.contains('#'));
    }
}

#[test]
fn a_further_pin_comes_behind_the_last() {
    let text = "pins:\n# whom we lend\n- person: staff/8   # Bob\n  set: { fax: null } # none\n\n# limits\nlimits: {}\n";
    let after = mobile(text).unwrap();
    assert_eq!(
        after,
        "pins:\n# whom we lend\n- person: staff/8   # Bob\n  set: { fax: null } # none\n\
         - person: staff/7\n  set:\n    mobile: \"+44 7\"\n\n# limits\nlimits: {}\n"
    );
    let text = "pins:\n  -\n    person: x/1\n    set:\n      fax: |\n        1\n\nb: 1\n";
    adds(text, &format!("\n{PIN}"));
}

#[test]
fn a_field_is_added_to_the_pin_that_there_is() {
    for who in ["staff/7", "Ada@corp.example", "hq:4021", "'staff/7'"] {
        let block = format!(
            "pins:\n  - person: {who}\n    set:\n      fax: \"1\"   # her own\n    reason: x\nb: 1\n"
        );
        adds(&block, "\n      mobile: \"+44 7\"");
        let flow = format!("pins:\n  - {{ person: {who}, set: {{ fax: \"1\" }}, reason: x }}\n");
        adds(&flow, ", mobile: \"+44 7\"");
    }
    let text = "pins:\n  - person: staff/7\n    set: { mobile: '1' } # old\n";
    assert_eq!(mobile(text).unwrap(), text.replace("'1'", "\"+44 7\""));
    let same = "pins:\n  - person: staff/7\n    set: { mobile: '+44 7' }\n";
    assert_eq!(mobile(same).unwrap(), same);
}

#[test]
fn another_reason_is_another_pin() {
    let (id, known, value) = (id(), known(), Value::Flag(true));
    let mut wish = wish(&id, &known, Field::DoNotLog, &value);
    (wish.reason, wish.until) = (Some("on \"loan\""), "2027-01-31".parse().ok());
    let text = "pins:\n  - person: staff/7\n    set: { fax: \"1\" }\n    reason: x\n";
    let after = pinned(text, &wish).unwrap();
    let pin = "  - person: staff/7\n    set:\n      do_not_log: true\n    reason: \"on \\\"loan\\\"\"\n    until: 2027-01-31\n";
    assert_eq!(after, format!("{text}{pin}"));
    wish.field = Some(Field::Fax);
    assert_eq!(pinned(text, &wish), Err(Unpinnable::Already { line: 2, word: "fax" }));
}

#[test]
fn what_can_not_be_added_to_safely_is_refused() {
    for text in [
        "{ version: 1 }",
        "version: 1\n...\n",
        "pins: [ { person: staff/8, set: { fax: null } } ]\n",
        "pins: { }\n",
        "a: &a { fax: '1' }\npins:\n  - person: staff/7\n    set: *a\n",
        "a: &a { person: staff/7 }\npins:\n  - <<: *a\n    set: { fax: '1' }\n",
        "pins:\n  - person: staff/7\n    set:\n      mobile: |\n        1\n",
        "pins:\n  - { person: staff/7, set: { fax: '1',\n # fax\n } }\n",
        "pins: [",
    ] {
        assert!(mobile(text).is_err(), "{text}");
    }
}

/// Manifests of many shapes, with comments everywhere.
fn manifest() -> impl Strategy<Value = String> {
    let top = select(vec![
        "version: 1\n",
        "# head\nversion: 1   # one\n",
        "%YAML 1.2\n---\nversion: 1\n",
    ]);
    let pin = (
        select(vec!["staff/7", "staff/8", "\"hq:4021\"", "ada@corp.example # Ada"]),
        select(vec![
            "    set: { fax: '1' }\n",
            "    set: { fax: '1', pager: null } # two\n",
            "    set:\n      fax: |\n        1\n",
            "    set:\n      # why\n      fax: '1' # so\n\n      pager: ~\n",
            "    set:\n        mobile: \"0\"   \n",
            "    set: { mobile: 042 }\n",
        ]),
        select(vec!["", "    reason: on loan\n", "    until: 2027-01-31 # soon\n\n"]),
    );
    let pin = pin.prop_map(|(who, set, rest)| format!("  - person: {who}\n{set}{rest}"));
    let pins = prop_oneof![
        Just(String::new()),
        select(vec!["pins:\n", "pins: []\n", "pins: # none\n"]).prop_map(String::from),
        proptest::collection::vec(pin, 1..4)
            .prop_map(|pins| format!("pins: # all\n{}", pins.concat())),
    ];
    let tail =
        select(vec!["", "\n# end\n", "limits: { licences: 1 }", "x: |\n  block\n\n\n", "\n\n"]);
    (top, pins, tail).prop_map(|(top, pins, tail)| format!("{top}{pins}{tail}"))
}

fn value() -> impl Strategy<Value = Value> {
    let text = select(vec![
        "+44 7",
        "",
        "042",
        "a: b # c",
        "\"q\" \\ 'q'",
        "é\u{202e}\u{1b}[31m\u{85}",
        "- x",
        "null",
    ]);
    prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Flag),
        text.clone().prop_map(|text| Value::Text(text.into())),
        proptest::collection::vec(text, 0..3)
            .prop_map(|texts| { Value::List(texts.into_iter().map(Text::from).collect()) }),
    ]
}

proptest! {
    #[test]
    fn all_other_bytes_stay(
        text in manifest(), value in value(), crlf in any::<bool>(),
        reason in proptest::option::of(select(vec!["on loan", "é \"x\"\n# y"])),
    ) {
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let (id, known) = (id(), known());
        let mut wish = wish(&id, &known, Field::Mobile, &value);
        wish.reason = reason;
        let Ok(after) = pinned(&text, &wish) else { return Ok(()) };
        // What is the same at both ends, and in between something came or one value went.
        let start = text.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
        let rest = text.len().min(after.len()) - start;
        let tail = text.bytes().rev().zip(after.bytes().rev()).take_while(|(a, b)| a == b).count();
        let gone = &text[start..text.len() - tail.min(rest)];
        // What ends as the new text does is not counted as gone.
        let values = ["'1'", "\"0\"", "042", " []", " # none"];
        prop_assert!(values.iter().any(|value| value.contains(gone)), "{:?}\n{}\n{}", gone, text, after);
        prop_assert!(!crlf || !after.replace("\r\n", "").contains('\n'));
        // Once pinned, nothing is left to do.
        prop_assert_eq!(pinned(&after, &wish), Ok(after));
    }
}
