//! How one record became a person, told field by field: for `explain`.

use std::sync::Arc;

use super::{
    Columns, Draft, Expression, Mapping, MappingError, Row,
    record::{Made, Prepared},
    steps::{Step, steps},
    tidy::tidy,
};
use crate::{
    directory::{Extension, Field, FieldKind, Id, Inventory, Person, Text, Value},
    finding::{Finding, Position},
    source::{Attribute, Coverage, Listing, Record},
};

/// What a mapping makes of one record, and how.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The record.
    pub id: Id,
    /// Where in the source it stands.
    pub place: Text,
    /// What became of it.
    pub became: Became,
    /// `keep`, where the source has one.
    pub keep: Option<Told>,
    /// What says whether the account is disabled, where something does.
    pub status: Option<Told>,
    /// Each field that the mapping fills, in the order that a person reads them. None are told of a
    /// record that can't be used for its own sake.
    pub fields: Vec<Filled>,
    /// Remarks about the record.
    pub findings: Vec<Finding>,
}

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there are a few at a time")]
pub enum Became {
    /// A person.
    Person(Draft),
    /// Nothing: it can't be used, and whoever it is about stays as they are. With the reason.
    HeldBack(Text),
    /// Nothing: `keep` leaves it out. With the values that decided it.
    LeftOut(Text),
}

/// An expression on one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As it is written.
    pub expression: Text,
    /// Where; none where it is a default of the kind.
    pub at: Option<Position>,
    /// From the record's values to what it gives.
    pub steps: Vec<Step>,
}

/// A field that a source fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Which.
    pub field: Field,
    /// By what.
    pub by: Told,
    /// What the field holds in the end; nothing where no person came of the record.
    pub kept: Value,
    /// Why that isn't what the last step gives, where it isn't: "`TBC` is not used: 'T' can't be
    /// dialled".
    pub remark: Option<Text>,
}

/// Maps one record as [`super::entries()`] does, and tells how. `names` are the listing's.
///
/// # Errors
///
/// As [`super::entries()`].
pub fn trace(record: &Record, names: &[Text], mapping: &Mapping) -> Result<Trace, MappingError> {
    let listing = Listing {
        names: names.to_vec(),
        records: Vec::new(),
        coverage: Coverage::Partial { because: "one record of it is looked at".into() },
        as_of: None,
        departures: Vec::new(),
        inventory: Inventory::default(),
        unread: Vec::new(),
        findings: Vec::new(),
    };
    let prepared = Prepared::new(mapping, &listing)?;
    let mut findings = Vec::new();
    let made = prepared.make(record.clone(), |finding| findings.push(finding))?;
    findings.sort();
    let because = || findings.iter().find(|finding| finding.code.skips());
    let because = because().map_or_else(Text::default, |finding| finding.message.as_str().into());
    let became = match made {
        Made::Person(draft) => Became::Person(draft),
        Made::HeldBack(_) => Became::HeldBack(because),
        Made::OutOfScope(_, evidence) => Became::LeftOut(evidence),
    };
    let teller = Teller::new(record, &listing);
    let usable = record.flaw.is_none();
    let person = match &became {
        Became::Person(draft) => Some(&draft.person),
        Became::HeldBack(_) | Became::LeftOut(_) => None,
    };
    let filled = mapping.fields.iter().map(|(field, expression)| {
        let by = teller.tell(expression, None);
        let last = by.steps.last().map_or(Value::None, |step| step.gives.clone());
        let kept = person.map_or(Value::None, |person| person.get(*field));
        let remark = person.and_then(|person| remark(*field, &last, person));
        Filled { field: *field, by, kept, remark }
    });
    let fields = if usable { filled.collect() } else { Vec::new() };
    let keep = mapping.keep.as_ref().map(|(keep, at)| teller.tell(keep, Some(at)));
    let status = mapping.status.as_ref().map(|status| teller.tell(status, None));
    Ok(Trace {
        id: record.id(&mapping.source),
        place: smol_str::format_smolstr!("{}", record.place),
        became,
        keep: keep.filter(|_| usable),
        status: status.filter(|_| usable),
        fields,
        findings,
    })
}

/// A record that expressions are told on.
struct Teller<'r> {
    record: &'r Record,
    names: &'r [Text],
    row: Arc<Row<Attribute>>,
}

impl<'r> Teller<'r> {
    fn new(record: &'r Record, listing: &'r Listing) -> Self {
        let columns = listing.names.iter().enumerate().map(|(at, name)| (name.clone(), Some(at)));
        let row = Row::new(&Arc::new(Columns::new(columns)), record.values.clone());
        Self { record, names: &listing.names, row }
    }

    fn tell(&self, expression: &Expression, at: Option<&Position>) -> Told {
        let raw = |name: &str| {
            let at = self.names.iter().position(|known| known == name);
            at.and_then(|at| self.record.values.get(at)).cloned().unwrap_or_default()
        };
        Told {
            expression: expression.source().trim().into(),
            at: at.or(expression.position()).cloned(),
            steps: steps(expression, &Row::root(&self.row), &raw),
        }
    }
}

/// Why a field isn't simply what its expression gave.
fn remark(field: Field, last: &Value, person: &Person) -> Option<Text> {
    let texts: &[Text] = match last {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(texts) => texts,
        Value::None | Value::Flag(_) => &[],
    };
    let tidied = || texts.iter().filter_map(|text| tidy(field, text));
    match field.kind() {
        FieldKind::Text if tidied().next().is_none() && field == Field::Name => {
            let what = if person.extension.is_some() { "extension" } else { "key" };
            Some(smol_str::format_smolstr!("there is no name: the {what} stands in"))
        }
        FieldKind::Text if tidied().next().is_none() && field == Field::Pbx => {
            Some("there is none: that of the source stands in".into())
        }
        FieldKind::Text => taken(texts, tidied().next().as_deref()),
        FieldKind::Extension => {
            let first = tidied().next()?;
            match Extension::parse(&first) {
                Ok(extension) => taken(texts, Some(extension.as_str())),
                Err(why) => Some(smol_str::format_smolstr!("`{first}` is not used: {why}")),
            }
        }
        FieldKind::Extensions => {
            let primary =
                person.extension.as_ref().filter(|_| field == Field::AdditionalExtensions);
            let remarks = tidied().filter_map(|text| match Extension::parse(&text) {
                Err(why) => Some(format!("`{text}` is not used: {why}")),
                Ok(same) if Some(&same) == primary => {
                    Some(format!("`{text}` is the extension already"))
                }
                Ok(_) => None,
            });
            let remarks: Vec<String> = remarks.collect();
            (!remarks.is_empty()).then(|| remarks.join("; ").into())
        }
        FieldKind::Flag | FieldKind::Records | FieldKind::Path => None,
    }
}

/// Which of several texts was taken, or how the one was changed.
fn taken(texts: &[Text], kept: Option<&str>) -> Option<Text> {
    match (texts, kept) {
        (_, None) => None,
        ([one], Some(kept)) if one == kept => None,
        ([_], Some(_)) => Some("composed, on one line, without white space at its ends".into()),
        (several, Some(_)) => {
            Some(smol_str::format_smolstr!("the first of {} is taken", several.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mapping::Scope, source::Place};

    const NAMES: [&str; 5] = ["name", "ext", "more", "dept", "log"];

    fn record(values: [&str; 5]) -> Record {
        let values =
            values.map(|text| Attribute::from(text.split('|').map(Text::from).collect::<Vec<_>>()));
        Record { key: "7".into(), place: Place::Line(2), values: values.into(), flaw: None }
    }

    fn mapping() -> Mapping {
        let fields = [
            (Field::Name, "name"),
            (Field::Department, "dept"),
            (Field::Extension, "ext | digits or ext"),
            (Field::AdditionalExtensions, "more"),
            (Field::DoNotLog, "log == 'x'"),
        ];
        let compiled = |source| Expression::compile(source, Scope::Attributes).unwrap();
        Mapping {
            source: "staff".into(),
            pbx: "hq".into(),
            fields: fields.map(|(field, source)| (field, compiled(source))).to_vec(),
            status: Some(compiled("'disabled' if dept == 'Left' else 'active'")),
            keep: Some((
                compiled("dept != 'Contractors'"),
                Position { file: "rollbook.yaml".into(), line: 9, column: 11 },
            )),
        }
    }

    fn told(values: [&str; 5]) -> Trace {
        trace(&record(values), &NAMES.map(Text::from), &mapping()).unwrap()
    }

    fn field(trace: &Trace, field: Field) -> (Value, Option<&str>) {
        let filled = trace.fields.iter().find(|filled| filled.field == field).unwrap();
        (filled.kept.clone(), filled.remark.as_deref())
    }

    #[test]
    fn each_field_says_what_it_holds_and_why_not_what_the_last_step_gave() {
        let trace = told([" Ada ", "x40", "17|40|TBC", "Sales\nEast", "x"]);
        let text = |text: &str| Value::Text(text.into());
        let tidied = "composed, on one line, without white space at its ends";
        assert_eq!(field(&trace, Field::Name), (text("Ada"), Some(tidied)));
        assert_eq!(field(&trace, Field::Department), (text("Sales East"), Some(tidied)));
        assert_eq!(field(&trace, Field::Extension), (text("40"), None));
        assert_eq!(
            field(&trace, Field::AdditionalExtensions),
            (
                Value::List(vec!["17".into()]),
                Some("`40` is the extension already; `TBC` is not used: 'T' can't be dialled")
            )
        );
        assert_eq!(field(&trace, Field::DoNotLog), (Value::Flag(true), None));
        let Became::Person(draft) = &trace.became else { panic!("{trace:?}") };
        assert_eq!(draft.source_disabled, None);
    }

    #[test]
    fn what_is_missing_or_refused_is_said() {
        let trace = told(["", "TBC", "", "Left", ""]);
        assert_eq!(field(&trace, Field::Name).1, Some("there is no name: the key stands in"));
        assert_eq!(
            field(&trace, Field::Extension),
            (Value::None, Some("`TBC` is not used: 'T' can't be dialled"))
        );
        let Became::Person(draft) = &trace.became else { panic!("{trace:?}") };
        assert_eq!(draft.source_disabled.as_deref(), Some("`dept` is `Left`"));
        assert_eq!(trace.status.unwrap().steps.len(), 3);
    }

    #[test]
    fn a_record_that_is_left_out_says_by_which_values() {
        let trace = told(["Bob", "41", "", "Contractors", ""]);
        let evidence = "`keep` leaves it out: `dept` is `Contractors` (rollbook.yaml:9:11)";
        assert_eq!(trace.became, Became::LeftOut(evidence.into()));
        let keep = trace.keep.unwrap();
        assert_eq!(keep.at.unwrap().line, 9);
        assert_eq!(keep.steps.last().unwrap().gives, Value::Flag(false));
    }

    #[test]
    fn a_record_that_cannot_be_used_says_why() {
        let mut flawed = record(["Ada", "", "", "", ""]);
        flawed.flaw = Some("`name` is not UTF-8".into());
        let trace = trace(&flawed, &NAMES.map(Text::from), &mapping()).unwrap();
        let Became::HeldBack(why) = &trace.became else { panic!("{trace:?}") };
        assert!(why.ends_with("can't be used: `name` is not UTF-8"), "{why}");
        assert!(trace.fields.is_empty());
    }
}
