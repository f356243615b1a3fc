//! The value of one field, from one record.

use minijinja::value::Value as Seen;

use super::{Expression, ExpressionError, tidy::tidy};
use crate::{
    directory::{Field, Person, Text, Value},
    source::Attribute,
};

/// The longest value that a message quotes, in characters.
const QUOTED: usize = 60;

/// Where a field's value comes from.
#[derive(Clone, Copy)]
pub(super) enum Filler<'m> {
    Column(usize),
    Never,
    Computed(&'m Expression),
}

/// A record that expressions can be evaluated on.
pub(super) struct Subject<'r> {
    pub(super) values: &'r [Attribute],
    pub(super) root: Seen,
}

/// A field of text: one that may be empty, or one that always has something.
pub(super) enum Slot<'p> {
    Maybe(&'p mut Option<Text>),
    Always(&'p mut Text),
}

pub(super) fn slot(person: &mut Person, field: Field) -> Option<Slot<'_>> {
    Some(match field {
        Field::Name => Slot::Always(&mut person.name),
        Field::Pbx => Slot::Always(&mut person.pbx),
        Field::JobTitle => Slot::Maybe(&mut person.job_title),
        Field::Department => Slot::Maybe(&mut person.department),
        Field::Site => Slot::Maybe(&mut person.site),
        Field::SiteAddress => Slot::Maybe(&mut person.site_address),
        Field::ExtensionBy => Slot::Maybe(&mut person.extension_by),
        Field::Telephone => Slot::Maybe(&mut person.telephone),
        Field::Mobile => Slot::Maybe(&mut person.mobile),
        Field::Pager => Slot::Maybe(&mut person.pager),
        Field::Fax => Slot::Maybe(&mut person.fax),
        Field::IpPhone => Slot::Maybe(&mut person.ip_phone),
        Field::Email => Slot::Maybe(&mut person.email),
        Field::EmployeeId => Slot::Maybe(&mut person.employee_id),
        Field::Extension
        | Field::AdditionalExtensions
        | Field::Intercoms
        | Field::DoNotLog
        | Field::DoNotRecord
        | Field::ExcludeFromStatistics
        | Field::Records
        | Field::Path => return None,
    })
}

/// The first of a field's values that has something in it.
pub(super) fn first(
    filler: Filler<'_>,
    subject: &Subject<'_>,
    field: Field,
) -> Result<Option<Text>, ExpressionError> {
    let expression = match filler {
        Filler::Never => return Ok(None),
        Filler::Column(at) => {
            return Ok(match subject.values.get(at) {
                None | Some(Attribute::Absent) => None,
                Some(Attribute::One(text)) => tidy(field, text),
                Some(Attribute::Many(texts)) => texts.iter().find_map(|text| tidy(field, text)),
            });
        }
        Filler::Computed(expression) => expression,
    };
    match expression.evaluate(&subject.root)? {
        Value::None => Ok(None),
        Value::Text(text) => Ok(tidy(field, &text)),
        Value::List(texts) => Ok(texts.iter().find_map(|text| tidy(field, text))),
        Value::Flag(flag) => Err(no_text(flag, expression)),
    }
}

/// All of a field's values.
pub(super) fn every(
    filler: Filler<'_>,
    subject: &Subject<'_>,
    field: Field,
) -> Result<Vec<Text>, ExpressionError> {
    let tidied = |texts: &[Text]| texts.iter().filter_map(|text| tidy(field, text)).collect();
    let expression = match filler {
        Filler::Never => return Ok(Vec::new()),
        Filler::Column(at) => {
            return Ok(match subject.values.get(at) {
                None | Some(Attribute::Absent) => Vec::new(),
                Some(Attribute::One(text)) => tidy(field, text).into_iter().collect(),
                Some(Attribute::Many(texts)) => tidied(texts),
            });
        }
        Filler::Computed(expression) => expression,
    };
    match expression.evaluate(&subject.root)? {
        Value::None => Ok(Vec::new()),
        Value::Text(text) => Ok(tidy(field, &text).into_iter().collect()),
        Value::List(texts) => Ok(tidied(&texts)),
        Value::Flag(flag) => Err(no_text(flag, expression)),
    }
}

fn no_text(flag: bool, expression: &Expression) -> ExpressionError {
    ExpressionError {
        message: format!("it gives `{flag}`, not text"),
        help: "write `'one' if … else 'other'`".to_owned(),
        range: 0..expression.source().len(),
    }
}

/// Yes or no: what a condition gives, or the words for it that directories have.
pub(super) fn flag(
    filler: Filler<'_>,
    subject: &Subject<'_>,
    field: Field,
) -> Result<bool, ExpressionError> {
    if let Filler::Computed(expression) = filler
        && let Value::Flag(flag) = expression.evaluate(&subject.root)?
    {
        return Ok(flag);
    }
    let Some(word) = first(filler, subject, field)? else { return Ok(false) };
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(ExpressionError {
            message: format!("`{}` is not `true` or `false`", shortened(&word)),
            help: "compare it, as `name == 'on'`".to_owned(),
            range: 0..0,
        }),
    }
}

pub(super) fn holds(filler: Filler<'_>, subject: &Subject<'_>) -> Result<bool, ExpressionError> {
    match filler {
        Filler::Computed(expression) => expression.holds(&subject.root),
        filler => Ok(first(filler, subject, Field::Name)?.is_some()),
    }
}

/// The start of a text, for quoting.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
