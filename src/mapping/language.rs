//! The language, tried out: the examples of its words, its traps, and what it refuses.

use std::sync::Arc;

use super::{
    Columns, Expression, ExpressionError, Row, Scope,
    cells::Cell,
    functions::{FILTERS, FUNCTIONS, TESTS},
    steps::steps,
};
use crate::{
    directory::{Field, Text, Value},
    finding::Position,
    numbers::{Block, Country, Dialling, DirectDial, NumberPlan, Range},
    source::{Attribute, Vocabulary},
};

/// A record as most examples have it.
pub(super) fn record() -> Vec<(&'static str, Attribute)> {
    let one = |text: &str| Attribute::One(text.into());
    vec![
        ("cn", one("Amélie Laurent")),
        ("d", one("a")),
        ("department", one("Sales")),
        ("fax", Attribute::Absent),
        ("givenName", one("Amélie")),
        ("ipPhone", one("042")),
        ("l", one("LON")),
        ("mail", Attribute::Absent),
        ("memberOf", Attribute::Many(["CN=Staff", "CN=Sales"].map(Text::from).into())),
        ("otherTelephone", Attribute::Many(["020 7946 0124", "x17"].map(Text::from).into())),
        ("path", one("/London/Sales")),
        ("sn", one("LAURENT-O'NEILL")),
        ("telephoneNumber", one("+44 (0)20 7946 0123 x2123")),
        ("Tel. (direct)", one("0123")),
        ("user.phone", one("77")),
    ]
}

/// The number plan that the examples ask.
pub(super) fn dialling() -> Arc<Dialling> {
    let mut plan = NumberPlan::new(vec![Range {
        pbx: "main".into(),
        site: None,
        blocks: vec![Block::parse("4000-4199").unwrap()],
        direct_dial: Some(DirectDial::parse("+44 20 7946 0xxx").unwrap()),
        at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
    }])
    .unwrap();
    plan.country = Country::parse("GB");
    plan.trunk_prefix = Some("9".into());
    Arc::new(Dialling { plan: plan.into(), pbx: Some("main".into()) })
}

fn on<C: Cell>(source: &str, row: Vec<(&str, C)>) -> Result<Value, ExpressionError> {
    let expression = Expression::compile_with(source, Scope::Attributes, Some(&dialling()))?;
    let names = row.iter().enumerate().map(|(at, (name, _))| (Text::from(*name), Some(at)));
    let columns = Arc::new(Columns::new(names));
    let cells = row.into_iter().map(|(_, cell)| cell).collect();
    expression.evaluate(&Row::root(&Row::new(&columns, cells)))
}

fn value(source: &str) -> Value {
    on(source, record()).unwrap_or_else(|error| panic!("{source}: {error} ({error:?})"))
}

fn text(source: &str) -> String {
    match value(source) {
        Value::None => "(none)".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => text.into(),
        Value::List(texts) => texts.join(" + "),
    }
}

fn refused(source: &str) -> ExpressionError {
    Expression::compile(source, Scope::Attributes).expect_err(source)
}

/// The examples of the words' documentation, and more.
pub(super) const EXAMPLES: &[(&str, &str)] = &[
    ("mail | default('nobody')", "nobody"),
    ("cn | default('nobody')", "Amélie Laurent"),
    ("telephoneNumber | digits", "44020794601232123"),
    ("ipPhone | digits", "042"),
    ("telephoneNumber | e164('GB')", "+442079460123"),
    ("otherTelephone | e164('GB')", "+442079460124 + x17"),
    ("telephoneNumber | e164", "+442079460123"),
    ("'9 020 7946 0123' | e164", "+442079460123"),
    ("telephoneNumber | extension_of", "4123"),
    ("otherTelephone | extension_of", "4124"),
    ("cn | extension_of or ipPhone", "042"),
    ("'4021' | direct_dial", "+442079460021"),
    ("ipPhone | direct_dial", "(none)"),
    ("otherTelephone | first", "020 7946 0124"),
    ("otherTelephone | last", "x17"),
    ("cn | first", "Amélie Laurent"),
    ("first_of(fax, mail, ipPhone, '0')", "042"),
    ("fax | first_of(mail, '0')", "0"),
    ("path is in_group('/London')", "true"),
    ("path | in_group('/Lon')", "false"),
    ("path is in_group('/London/Sales/')", "true"),
    ("otherTelephone | join", "020 7946 0124, x17"),
    ("otherTelephone | join(' / ')", "020 7946 0124 / x17"),
    ("telephoneNumber | last(4)", "2123"),
    ("cn | last(40)", "Amélie Laurent"),
    ("cn | length > 5", "true"),
    ("cn | lower", "amélie laurent"),
    ("cn | upper", "AMÉLIE LAURENT"),
    ("l | map({'LON': 'London', 'LEE': 'Leeds'})", "London"),
    ("department | map({'LON': 'London'})", "Sales"),
    (r"telephoneNumber | match('x(\\d+)$')", "2123"),
    (r"telephoneNumber | match('\\d+$')", "2123"),
    (r"telephoneNumber | match('(\\d)(\\d)$', 2)", "3"),
    (r"telephoneNumber | match('x(?P<tail>\\d+)$', 'tail')", "2123"),
    (r"otherTelephone | match('x(\\d+)$')", "17"),
    (r"cn | match('x(\\d+)$')", "(none)"),
    ("telephoneNumber | replace('(0)', '') | digits", "4420794601232123"),
    ("'a; b;;c' | split(';')", "a + b + c"),
    ("cn | split", "Amélie + Laurent"),
    ("sn | title", "Laurent-O'Neill"),
    ("\"john's BAR\" | title", "John's Bar"),
    ("'  a ' | trim", "a"),
    ("department is containing('ale')", "true"),
    ("department is startingwith('Sa')", "true"),
    ("path is endingwith('/Sales')", "true"),
    ("memberOf is having('CN=Sales')", "true"),
    ("memberOf is having('CN=Sale')", "false"),
    (r"ipPhone is matching('^\\d{3}$')", "true"),
    ("mail is defined", "false"),
    ("mail is empty and fax is undefined", "true"),
    ("attr('Tel. (direct)') | last(2)", "23"),
];

#[test]
fn each_word_does_what_its_example_says() {
    for (source, expected) in EXAMPLES {
        assert_eq!(text(source), *expected, "{source}");
    }
}

#[test]
fn each_word_has_an_example() {
    let has = |example: String| EXAMPLES.iter().any(|(source, _)| source.contains(&example));
    for word in FILTERS {
        assert!(has(format!("| {}", word.name)), "{}", word.name);
    }
    for word in TESTS {
        assert!(has(format!("is {}", word.name)), "{}", word.name);
    }
    for word in FUNCTIONS.iter().filter(|word| word.name != "in_group") {
        assert!(has(format!("{}(", word.name)), "{}", word.name);
    }
}

#[test]
fn one_backslash_is_enough_in_a_pattern() {
    assert_eq!(text(r"telephoneNumber | match('x(\d+)$')"), "2123");
    assert_eq!(
        text(r"telephoneNumber | match('x(\d+)$')"),
        text(r"telephoneNumber | match('x(\d+)$')")
    );
}

/// What values look like once they are text; a new version of the interpreter may not change it.
#[test]
fn rendered_values_are_golden() {
    for (source, expected) in [
        ("givenName ~ ' ' ~ sn", "Amélie LAURENT-O'NEILL"),
        ("givenName ~ ' ' ~ mail", "Amélie "),
        ("'' ~ otherTelephone", "020 7946 0124"),
        ("mail ~ fax", "(none)"),
        ("'n: ' ~ (cn | length)", "n: 14"),
        ("none", "(none)"),
        ("true", "true"),
        ("False", "false"),
        ("'None'", "None"),
        ("cn if mail", "(none)"),
        ("cn if mail else l", "LON"),
        ("[ipPhone, fax, otherTelephone]", "042 + 020 7946 0124 + x17"),
        ("[]", "(none)"),
        ("telephoneNumber[-4:]", "2123"),
        ("mail[-4:]", "(none)"),
        ("givenName + ' ' + mail", "Amélie "),
        ("mail or fax or l", "LON"),
        ("department in ['Sales', 'Vertrieb']", "true"),
        ("user.phone", "77"),
        ("user.phone ~ '!'", "77!"),
        ("Tel. (direct)", ""),
    ] {
        if expected.is_empty() {
            refused(source);
        } else {
            assert_eq!(text(source), expected, "{source}");
        }
    }
}

#[test]
fn an_absent_value_behaves_in_every_place() {
    for (source, expected) in [
        ("mail", "(none)"),
        ("mail == 'x'", "false"),
        ("mail != 'x'", "true"),
        ("not mail", "true"),
        ("mail in ['x']", "false"),
        ("mail | digits", "(none)"),
        ("mail | e164('GB')", "(none)"),
        ("mail | extension_of | direct_dial", "(none)"),
        ("mail | match('x')", "(none)"),
        (
            "mail | last(4) | upper | title | trim | replace('a', 'b') | split(',') | first",
            "(none)",
        ),
        ("mail | join", "(none)"),
        ("mail | length > 0", "false"),
        ("mail | map({'': 'x'})", "(none)"),
        ("mail is startingwith(fax)", "false"),
        ("cn is startingwith(fax)", "false"),
        ("cn is containing(fax)", "false"),
        ("mail is matching('^$')", "false"),
        ("path is in_group(fax)", "false"),
        ("first_of(mail, fax)", "(none)"),
    ] {
        assert_eq!(text(source), expected, "{source}");
    }
}

#[test]
fn trap_the_rest_after_a_text_is_never_dropped() {
    let error = refused("d == 'a' && false");
    assert_eq!(&"d == 'a' && false"[error.range.start..], "'a' && false");
    assert!(error.help.contains("`and`"), "{error:?}");
    for source in ["d == 'a' || true", "d == 'a' ; x", "(d == 'a' & d)", "d ~ 'a' § 'b'"] {
        refused(source);
    }
    assert_eq!(text("d == 'a' and false"), "false");
}

#[test]
fn trap_no_python_word_gets_into_a_value() {
    for source in [
        "'x' ~ none",
        "'x' ~ true",
        "'x' ~ (d == 'a')",
        "'x' ~ (not d)",
        "'x' ~ [d]",
        "d == none",
        "'x' ~ (d is defined)",
    ] {
        refused(source);
    }
}

#[test]
fn trap_a_name_in_a_slice_is_found_too() {
    let found = Expression::compile(
        "a[-4:] ~ b[c | length:d | length] ~ (e if f else g) ~ h.i",
        Scope::Attributes,
    );
    let found = found.unwrap();
    let names: Vec<_> = found.names().iter().map(Text::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "f", "g", "h.i"]);
}

#[test]
fn trap_a_record_is_read_without_being_copied_into_a_table() {
    // Only what is looked up is made a value; a name that nobody asked for costs nothing.
    assert_eq!(value("cn"), Value::Text("Amélie Laurent".into()));
    let row = vec![("do_not_log", Value::Flag(true)), ("site", Value::None)];
    assert_eq!(on("'x' if do_not_log else site", row).unwrap(), Value::Text("x".into()));
}

#[test]
fn unknown_names_are_told_with_their_places() {
    let expression =
        Expression::compile("first_of(ipFone, mail) ~ ipFone", Scope::Attributes).unwrap();
    let errors = expression.check(&Vocabulary::Fixed(&["ipPhone", "mail"]));
    let told: Vec<_> = errors.iter().map(|e| (e.message.as_str(), e.range.clone())).collect();
    assert_eq!(
        told,
        [
            ("`ipFone` is not an attribute here", 9..15),
            ("`ipFone` is not an attribute here", 25..31)
        ]
    );
    assert_eq!(errors[0].help, "did you mean `ipPhone`?");
    assert_eq!(expression.check(&Vocabulary::Open), []);

    let bare = Expression::compile("  Staff No ", Scope::Attributes).unwrap();
    assert_eq!(bare.check(&Vocabulary::Fixed(&["staff_no"]))[0].range, 2..10);
}

#[test]
fn our_own_fields_are_known_when_an_expression_is_compiled() {
    let error = Expression::compile("departmnt == 'Sales'", Scope::Person).unwrap_err();
    assert_eq!(error.range, 0..9);
    assert_eq!(error.help, "did you mean `department`?");
    Expression::compile("path is endingwith('/Sales')", Scope::PlacedPerson).unwrap();
    let error = Expression::compile("path is endingwith('/Sales')", Scope::Person).unwrap_err();
    assert!(error.message.contains("`path`"), "{error:?}");
    assert!(Expression::compile("in_group('/London')", Scope::Person).is_err());
    let all = Expression::compile("in_group('/London')", Scope::PlacedPerson).unwrap();
    assert!(all.names().contains("path"));
    let asks = Expression::compile_with(
        "telephone | extension_of == extension",
        Scope::Person,
        Some(&dialling()),
    );
    assert!(asks.unwrap().names().contains("pbx"), "extensions are those of the person's pbx");
}

#[test]
fn what_can_never_be_right_is_refused_with_its_place() {
    for (source, part) in [
        ("a | e614('GB')", "e614('GB')"),
        ("a | e164('UK')", "'UK'"),
        ("a | e164(b)", "b"),
        ("a | match('(')", "'('"),
        ("a | match(b)", "b"),
        ("a | match('x(.)', 2)", "2"),
        ("a | match('x(.)', 'tail')", "'tail'"),
        ("a | last('4')", "'4'"),
        ("a is endingwth('x')", "endingwth('x')"),
        ("a == 42", "42"),
        ("a in ['1', 42]", "42"),
        ("'x' in a", "a"),
        ("a.upper()", "a.upper()"),
        ("a[0]", "a[0]"),
        ("a, b", ","),
        ("(a, b)", "(a, b)"),
        ("a * 2", "a * 2"),
        ("a - b", "a - b"),
        ("42", "42"),
        ("range(10)", "range(10)"),
        ("debug()", "debug()"),
        ("namespace(a=b)", "namespace(a=b)"),
        ("dict(a=b)", "dict(a=b)"),
        ("a | map(b)", "b"),
        ("a | default(value=b)", "b"),
        ("{'a': b}", "{'a': b}"),
        ("a | last(4, 5)", "last(4, 5)"),
        ("a | e164", "e164"),
        ("a | extension_of", "extension_of"),
        ("a | extension_of('hq')", "extension_of('hq')"),
        ("a | direct_dial", "direct_dial"),
    ] {
        let error = refused(source);
        assert_eq!(&source[error.range.clone()], part, "{source}: {error:?}");
        assert!(error.help.starts_with(|c: char| c.is_lowercase()), "{error:?}");
        assert!(!error.message.is_empty());
    }
    for source in
        ["", "  ", "a ==", "(a", "a)", "a) or (b", "'a", "a | ", "a b ~", "é == 'x'", "{% x %}"]
    {
        let error = refused(source);
        assert!(error.range.end <= source.len(), "{source}: {error:?}");
    }
    assert!(refused(&format!("'{}'", "x".repeat(9000))).message.contains("bytes"));
    refused(&format!("{}a{}", "(".repeat(4000), ")".repeat(4000)));
}

#[test]
fn a_condition_fills_only_a_flag() {
    for (source, is_condition) in [
        ("a == 'x'", true),
        ("not a", true),
        ("a == 'x' and b is empty", true),
        ("a and b == 'x'", false),
        ("'y' if a else 'n'", false),
        ("a", false),
    ] {
        let expression = Expression::compile(source, Scope::Attributes).unwrap();
        assert_eq!(expression.suits(Field::Department).is_err(), is_condition, "{source}");
        assert_eq!(expression.suits(Field::DoNotLog), Ok(()));
    }
}

#[test]
fn a_word_that_was_nearly_right_is_named() {
    assert_eq!(refused("a | e614('GB')").help, "did you mean `e164`?");
    assert_eq!(refused("a.upper()").help, "write `| upper` after the value");
    assert!(refused("a | wordwrap").help.starts_with("use one of `default`, `digits`"));
}

#[test]
fn hostile_values_go_through() {
    let long = "é".repeat(5_000);
    for hostile in ["a\nb", "\u{1b}[31m", "\u{202e}x", "\0", "{{ x }}", "'", "\\", &long] {
        let row = || vec![("a", Attribute::One(hostile.into()))];
        assert_eq!(on("a", row()).unwrap(), Value::Text(hostile.into()));
        assert_eq!(on("'' ~ a", row()).unwrap(), Value::Text(hostile.into()));
        for filter in [
            "digits",
            "e164('GB')",
            "e164",
            "extension_of",
            "direct_dial",
            "match('(.*)x')",
            "title",
            "upper",
            "split",
            "last(3)",
        ] {
            on(&format!("a | {filter}"), row()).unwrap();
        }
    }
}

#[test]
fn expressions_see_texts_trimmed_and_composed() {
    let row = || vec![("a", Attribute::One(" Zu\u{308}rich\u{a0}".into()))];
    assert_eq!(on("a == 'Zürich'", row()).unwrap(), Value::Flag(true));
    let row = || {
        let texts = [" \r\n", "b "].map(Text::from);
        vec![("blank", Attribute::One(" ".into())), ("many", Attribute::Many(texts.into()))]
    };
    assert_eq!(on("first_of(blank, many) ~ '!'", row()).unwrap(), Value::Text("b!".into()));
    assert_eq!(on("blank is empty and not blank", row()).unwrap(), Value::Flag(true));
}

#[test]
fn an_expression_that_fails_on_a_record_says_where() {
    let row = vec![("a", Value::Flag(true))];
    let error = on("'x' ~ (a | trim)", row).unwrap_err();
    assert_eq!(error.message, "it takes text, not yes");
    let error = on("cn | length", record()).unwrap_err();
    assert_eq!(error.message, "it gives the number 14, which is no value");
    let error = on("(cn | length) + l", record()).unwrap_err();
    assert_eq!(error.range, 0..17, "{error:?}");
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_the_compiler_panic(source in "[a-z0-9'\"(){}\\[\\]|.~,:%&\\\\ é\n-]{0,40}") {
            if let Err(error) = Expression::compile(&source, Scope::Attributes) {
                prop_assert!(source.get(error.range.clone()).is_some(), "{:?}", error);
            }
        }

        #[test]
        fn whatever_compiles_runs_on_any_record(
            words in proptest::collection::vec(proptest::sample::select(WORDS), 1..9),
            value in "[\\PC\\x00-\\x20]{0,5}",
        ) {
            let source = words.join(" ");
            let Ok(expression) = Expression::compile(&source, Scope::Attributes) else {
                return Ok(());
            };
            let many = Attribute::Many(Box::new([value.as_str().into(), "b".into()]));
            for cell in [Attribute::Absent, Attribute::from(Some(Text::from(value.as_str()))), many] {
                let columns = Arc::new(Columns::new([("a".into(), Some(0)), ("b".into(), None)]));
                let root = Row::root(&Row::new(&columns, Box::new([cell.clone()])));
                let raw = |name: &str| if name == "a" { cell.clone() } else { Attribute::Absent };
                let steps = steps(&expression, &root, &raw);
                let last = steps.last().expect("a step");
                match expression.evaluate(&root) {
                    _ if expression.bare().is_some() => {}
                    Ok(value) => prop_assert_eq!((&value, &None), (&last.gives, &last.fails), "{}", source),
                    Err(error) => prop_assert_eq!(Some(error.message.as_str()), last.fails.as_deref(), "{}", source),
                }
                match expression.evaluate(&root) {
                    Ok(Value::Text(text)) => prop_assert!(!text.is_empty(), "{}", source),
                    Ok(Value::List(texts)) => prop_assert!(texts.len() > 1, "{}", source),
                    Ok(_) => {}
                    Err(error) => prop_assert!(source.get(error.range).is_some(), "{}", source),
                }
            }
        }
    }

    const WORDS: &[&str] = &[
        "a",
        "b",
        "'x'",
        "''",
        "~",
        "+",
        "|",
        "==",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "-2",
        "3",
        "none",
        "true",
        "digits",
        "e164('GB')",
        "first",
        "last",
        "last(2)",
        "join('-')",
        "split",
        "length",
        "map({'x': b})",
        "match('(.)$')",
        "| upper",
        "| default('d')",
        "| title",
        "is empty",
        "is having('b')",
        "first_of(a, b)",
        "attr('a')",
        "[a, b]",
        "a[1:]",
        "> 1",
    ];
}
