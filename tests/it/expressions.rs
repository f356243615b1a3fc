//! The examples of `docs/expressions.md`, each evaluated on the record that stands beside it.

use std::sync::Arc;

use rollbook::{
    directory::{Field, Inventory, Text, Value},
    finding::Position,
    mapping::{Became, Expression, Mapping, Scope, StepKind, entries, trace},
    numbers::{Block, Country, Dialling, DirectDial, NumberPlan, Range},
    source::{Attribute, Coverage, Listing, Place, Record},
};

const PAGE: &str = include_str!("../../docs/expressions.md");

/// The number plan that the page describes.
fn numbers() -> Arc<Dialling> {
    let mut plan = NumberPlan::new(vec![Range {
        pbx: "main".into(),
        site: None,
        blocks: vec![Block::parse("4000-4199").expect("a range")],
        direct_dial: Some(DirectDial::parse("+44 20 7946 0xxx").expect("a pattern")),
        at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
    }])
    .expect("a plan");
    plan.country = Country::parse("GB");
    plan.trunk_prefix = Some("9".into());
    Arc::new(Dialling { plan: plan.into(), pbx: Some("main".into()) })
}

/// The text in backticks of a table's cell.
fn code(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

fn attribute(value: &serde_yaml::Value) -> Attribute {
    let text = |value: &serde_yaml::Value| Text::from(value.as_str().expect("a text"));
    match value {
        serde_yaml::Value::Sequence(texts) => Attribute::Many(texts.iter().map(text).collect()),
        value if value.as_str() == Some("") => Attribute::Absent,
        value => Attribute::One(text(value)),
    }
}

/// What an expression gives on a record, as the page writes it.
fn given(expression: &str, record: &str, yes_or_no: bool) -> Result<String, String> {
    let record: serde_yaml::Mapping = serde_yaml::from_str(record).map_err(|e| e.to_string())?;
    let mut values: Vec<(Text, Attribute)> = record
        .iter()
        .map(|(name, value)| (name.as_str().expect("a name").into(), attribute(value)))
        .collect();
    // A text field keeps one line of one text, so that several are joined by a mark.
    let (field, source) = match yes_or_no {
        true => (Field::DoNotLog, expression.to_owned()),
        false => (Field::Telephone, format!("({expression}) | join('`, `')")),
    };
    let numbers = numbers();
    let compiled = |source: &str| {
        Expression::compile_with(source, Scope::Attributes, Some(&numbers))
            .map_err(|error| format!("{error:?}"))
    };
    let (bare, compiled) = (compiled(expression)?, compiled(&source)?);
    for name in compiled.names().iter().chain(bare.names()) {
        if values.iter().all(|(known, _)| known != name) {
            values.push((name.clone(), Attribute::Absent));
        }
    }
    let (names, values): (Vec<Text>, Vec<Attribute>) = values.into_iter().unzip();
    let listing = Listing {
        as_of: None,
        names,
        records: vec![Record {
            key: "1".into(),
            place: Place::Line(1),
            values: values.into(),
            flaw: None,
        }],
        coverage: Coverage::Complete { proof: "one record".into() },
        departures: Vec::new(),
        inventory: Inventory::default(),
        unread: Vec::new(),
        findings: Vec::new(),
    };
    let mapping = Mapping {
        source: "staff".into(),
        pbx: "main".into(),
        fields: vec![(field, compiled)],
        status: None,
        keep: None,
    };
    let told = trace(&listing.records[0], &listing.names, &mapping).map_err(|e| e.message)?;
    let mapped = entries(listing, &mapping).map_err(|error| error.message)?;
    let Some(draft) = mapped.people.first() else { return Err(format!("{:?}", mapped.findings)) };
    // `explain` tells the same, and in steps.
    assert_eq!(told.became, Became::Person(draft.clone()), "{expression}");
    assert_eq!(told.fields[0].kept, draft.person.get(field), "{expression}");
    let whole = told.fields[0].by.steps.iter().any(|step| step.kind == StepKind::Whole);
    assert!(!whole, "{expression} isn't told in steps");
    Ok(match draft.person.get(field) {
        Value::None => "nothing".into(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) => format!("`{text}`"),
        Value::List(texts) => texts.join(", "),
    })
}

#[test]
fn every_example_gives_what_the_page_says() {
    let mut examples = 0;
    let mut faults = Vec::new();
    for (number, line) in PAGE.lines().enumerate() {
        let row = line.replace(r"\|", "\u{1f}");
        let cells: Vec<String> =
            row.split('|').map(|cell| cell.replace('\u{1f}', "|").trim().to_owned()).collect();
        let [_, expression, record, gives, _] = cells.as_slice() else { continue };
        if !record.starts_with("`{") {
            continue;
        }
        examples += 1;
        let yes_or_no = matches!(gives.as_str(), "true" | "false");
        let given = given(code(expression), code(record), yes_or_no);
        if given.as_deref() != Ok(gives) {
            faults.push(format!("docs/expressions.md:{}: {expression}: {given:?}", number + 1));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(examples > 40, "only {examples} examples were found: is the reader of tables broken?");
}
