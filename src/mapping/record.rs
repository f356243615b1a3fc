//! One record to one person.

use std::sync::Arc;

use minijinja::value::Value as Seen;

use super::{
    Columns, Draft, Expression, ExpressionError, Flags, Mapping, MappingError, Row,
    filling::{Filler, Slot, Subject, every, first, flag, holds, shortened, slot},
};
use crate::{
    directory::{Extension, Field, FieldKind, GroupPath, Id, Person, Text},
    finding::{Code, Finding, Position, Severity},
    source::{Attribute, Listing, Record},
};

/// Where people stand until grouping has placed them.
pub(crate) const NOWHERE: &str = "/No group";

/// What became of a record. Findings are about it and are kept with it.
#[expect(clippy::large_enum_variant, reason = "most are people; a box each would cost more")]
pub(super) enum Made {
    Person(Draft),
    HeldBack(Id),
    OutOfScope(Id, Text),
}

/// A mapping, prepared for one listing.
pub(super) struct Prepared<'m> {
    mapping: &'m Mapping,
    fields: Vec<(Field, Filler<'m>)>,
    status: Option<Filler<'m>>,
    keep: Option<(Filler<'m>, &'m Expression, &'m Position)>,
    /// Where each used name stands in a record.
    places: Vec<(&'m Text, Option<usize>)>,
    columns: Arc<Columns>,
    /// Whether any expression needs the interpreter.
    computes: bool,
    says: Flags,
    nowhere: GroupPath,
}

/// Why no person comes of a record.
enum Failure {
    /// It can't be used: the field, and what went wrong.
    Record(&'static str, String),
    /// Nor can the mapping.
    Run(MappingError),
}

impl<'m> Prepared<'m> {
    /// Looks up every name once.
    pub(super) fn new(mapping: &'m Mapping, listing: &Listing) -> Result<Self, MappingError> {
        let nowhere = GroupPath::parse(NOWHERE).map_err(|error| MappingError {
            message: error.to_string(),
            help: "report this as a fault of rollbook".to_owned(),
            at: None,
        })?;
        let mut prepared = Self {
            mapping,
            fields: Vec::with_capacity(mapping.fields.len()),
            status: None,
            keep: None,
            places: Vec::new(),
            columns: Arc::default(),
            computes: false,
            says: Flags::among(mapping.fields.iter().map(|(field, _)| *field)),
            nowhere,
        };
        for (field, expression) in &mapping.fields {
            if *field == Field::Path {
                return Err(MappingError {
                    message: "`path` is no field that a source fills".to_owned(),
                    help: "write a rule in `groups:`".to_owned(),
                    at: expression.position().cloned(),
                });
            }
            expression.suits(*field).map_err(|error| MappingError {
                message: format!("source `{}`: {error}", mapping.source),
                help: error.help,
                at: expression.position().cloned(),
            })?;
            let filler = prepared.filler(listing, expression, field.name(), None)?;
            prepared.fields.push((*field, filler));
        }
        if let Some(status) = &mapping.status {
            prepared.status = Some(prepared.filler(listing, status, "status", None)?);
        }
        if let Some((keep, at)) = &mapping.keep {
            let filler = prepared.filler(listing, keep, "keep", Some(at))?;
            prepared.keep = Some((filler, keep, at));
        }
        let places = prepared.places.iter().map(|(name, place)| ((*name).clone(), *place));
        prepared.columns = Arc::new(Columns::new(places));
        Ok(prepared)
    }

    fn filler(
        &mut self,
        listing: &Listing,
        expression: &'m Expression,
        what: &str,
        at: Option<&Position>,
    ) -> Result<Filler<'m>, MappingError> {
        for name in expression.names() {
            let place = listing.column(name);
            if place.is_none() && !expression.is_default() {
                let known: Vec<_> = listing.names.iter().map(Text::as_str).collect();
                let unknown = expression.unknown(name, 0..0, &known);
                return Err(MappingError {
                    message: format!(
                        "`{what}` of source `{}` uses `{name}`, which no record has",
                        self.mapping.source
                    ),
                    help: unknown.help,
                    at: at.or(expression.position()).cloned(),
                });
            }
            if !self.places.iter().any(|(known, _)| *known == name) {
                self.places.push((name, place));
            }
        }
        Ok(match expression.bare() {
            Some(name) => listing.column(name).map_or(Filler::Never, Filler::Column),
            None => {
                self.computes = true;
                Filler::Computed(expression)
            }
        })
    }

    /// Makes a person of a record; `tell` is given the findings. The error ends the whole mapping.
    pub(super) fn make(
        &self,
        record: Record,
        mut tell: impl FnMut(Finding),
    ) -> Result<Made, MappingError> {
        let id = record.id(&self.mapping.source);
        let Record { key, place, values, flaw } = record;
        if let Some(flaw) = flaw {
            tell(unusable(&id, &format!("the record of `{id}` at {place} can't be used: {flaw}")));
            return Ok(Made::HeldBack(id));
        }
        let (row, plain);
        let subject = if self.computes {
            row = Row::new(&self.columns, values);
            Subject { values: &row.cells, root: Row::root(&row) }
        } else {
            plain = values;
            Subject { values: &plain, root: Seen::UNDEFINED }
        };
        match self.person(&subject, &id, &key, &mut tell) {
            Ok(Some(draft)) => Ok(Made::Person(draft)),
            Ok(None) => {
                let Some((_, keep, at)) = &self.keep else { return Ok(Made::HeldBack(id)) };
                let facts = self.facts(keep, &subject);
                let message = format!("`{id}` is left out by `keep`: {facts}");
                let help = "change `keep` if the directory should have them";
                tell(Finding::new(Code::NotKept, message, help).about([id.clone()]).at(at));
                Ok(Made::OutOfScope(id, format!("`keep` leaves it out: {facts} ({at})").into()))
            }
            Err(Failure::Record(what, why)) => {
                let mut finding = unusable(
                    &id,
                    &format!("`{what}` can't be worked out for `{id}` at {place}: {why}"),
                );
                finding.at = self.written(what).map(|at| at.clone().into());
                tell(finding);
                Ok(Made::HeldBack(id))
            }
            Err(Failure::Run(error)) => Err(error),
        }
    }

    /// None where `keep` leaves the record out.
    fn person(
        &self,
        subject: &Subject<'_>,
        id: &Id,
        key: &Text,
        tell: &mut impl FnMut(Finding),
    ) -> Result<Option<Draft>, Failure> {
        if let Some((filler, ..)) = &self.keep
            && !holds(*filler, subject).map_err(|error| Failure::Record("keep", error.message))?
        {
            return Ok(None);
        }
        let mut person = Person::new(id.clone(), Text::default(), self.nowhere.clone());
        person.pbx = self.mapping.pbx.clone();
        let mut extension = None;
        for (field, filler) in &self.fields {
            self.fill(&mut person, *field, *filler, subject, &mut extension, tell)?;
        }
        let nameless = finish(&mut person, key, extension, tell);
        let source_disabled = match self.status {
            None => None,
            Some(status) => self.disabled(status, subject, id)?,
        };
        let says = self.says;
        Ok(Some(Draft { source_disabled, nameless, says, ..Draft::new(person) }))
    }

    /// Fills one field; `refused` is the primary extension's text where it is none.
    fn fill(
        &self,
        person: &mut Person,
        field: Field,
        filler: Filler<'_>,
        subject: &Subject<'_>,
        refused: &mut Option<Text>,
        tell: &mut impl FnMut(Finding),
    ) -> Result<(), Failure> {
        let wrong = |error: ExpressionError| Failure::Record(field.name(), error.message);
        match field.kind() {
            FieldKind::Text => {
                let text = first(filler, subject, field).map_err(wrong)?;
                match slot(person, field) {
                    Some(Slot::Maybe(slot)) => *slot = text,
                    Some(Slot::Always(slot)) => {
                        if let Some(text) = text {
                            *slot = text;
                        }
                    }
                    None => {}
                }
            }
            FieldKind::Extension => {
                let Some(text) = first(filler, subject, field).map_err(wrong)? else {
                    return Ok(());
                };
                match Extension::parse(&text) {
                    Ok(extension) => person.extension = Some(extension),
                    Err(why) => {
                        let why = why.to_string();
                        tell(self.not_an_extension(&person.id, field, &text, &why));
                        *refused = Some(text);
                    }
                }
            }
            FieldKind::Extensions => {
                let mut found = Vec::new();
                for text in every(filler, subject, field).map_err(wrong)? {
                    match Extension::parse(&text) {
                        Ok(extension) => found.push(extension),
                        Err(why) => {
                            let why = why.to_string();
                            tell(self.not_an_extension(&person.id, field, &text, &why));
                        }
                    }
                }
                found.sort();
                found.dedup();
                if field == Field::Intercoms {
                    person.intercoms = found;
                } else {
                    person.additional_extensions = found;
                }
            }
            FieldKind::Flag => {
                let flag = flag(filler, subject, field).map_err(wrong)?;
                match field {
                    Field::DoNotLog => person.do_not_log = flag,
                    Field::DoNotRecord => person.do_not_record = flag,
                    _ => person.exclude_from_statistics = flag,
                }
            }
            FieldKind::Records | FieldKind::Path => {}
        }
        Ok(())
    }

    fn not_an_extension(&self, id: &Id, field: Field, text: &str, why: &str) -> Finding {
        let message = format!("`{}` of `{id}` is not used as `{field}`: {why}", shortened(text));
        let help =
            "correct it in the source, or take the number out of it as with `| match('\\d+')`";
        let finding = Finding::new(Code::NotAnExtension, message, help).about([id.clone()]);
        match self.written(field.name()) {
            Some(at) => finding.at(at),
            None => finding,
        }
    }

    /// Where the manifest says how that is filled; none where it is the kind's default.
    fn written(&self, what: &str) -> Option<&Position> {
        match what {
            "keep" => self.mapping.keep.as_ref().map(|(_, at)| at),
            "status" => self.mapping.status.as_ref()?.position(),
            field => {
                let mut fields = self.mapping.fields.iter();
                fields.find(|(known, _)| known.name() == field)?.1.position()
            }
        }
    }

    /// What shows that the account is disabled, where it is.
    fn disabled(
        &self,
        status: Filler<'_>,
        subject: &Subject<'_>,
        id: &Id,
    ) -> Result<Option<Text>, Failure> {
        let expression = self.mapping.status.as_ref();
        let word = first(status, subject, Field::Name)
            .map_err(|error| Failure::Record("status", error.message))?;
        match word.as_deref() {
            Some("active") => Ok(None),
            Some("disabled") => Ok(Some(match expression {
                Some(expression) => self.facts(expression, subject).into(),
                None => "disabled in the source".into(),
            })),
            other => Err(Failure::Run(MappingError {
                message: match other {
                    Some(other) => {
                        let other = shortened(other);
                        format!("`status` gives `{other}` for `{id}`, not `active` or `disabled`")
                    }
                    None => format!("`status` gives nothing for `{id}`"),
                },
                help: "write an expression that gives `'active'` or `'disabled'` for every record"
                    .to_owned(),
                at: expression.and_then(Expression::position).cloned(),
            })),
        }
    }

    /// The values that an expression decided by: "`department` is `Contractors`".
    fn facts(&self, expression: &Expression, subject: &Subject<'_>) -> String {
        let mut facts = Vec::new();
        for name in expression.names() {
            let place = self.places.iter().find(|(known, _)| *known == name);
            let value = place.and_then(|(_, place)| subject.values.get((*place)?));
            facts.push(match value {
                None | Some(Attribute::Absent) => format!("`{name}` is absent"),
                Some(Attribute::One(text)) => format!("`{name}` is `{}`", shortened(text)),
                Some(Attribute::Many(texts)) => {
                    format!("`{name}` is `{}`", shortened(&texts.join("`, `")))
                }
            });
        }
        if facts.is_empty() { "it holds for nobody".to_owned() } else { facts.join(", ") }
    }
}

/// What is left once every field is filled: a person always has a name, and their number once.
///
/// Gives whether the name only stands in for one.
fn finish(
    person: &mut Person,
    key: &Text,
    refused: Option<Text>,
    tell: &mut impl FnMut(Finding),
) -> bool {
    let nameless = person.name.is_empty();
    if nameless {
        let (name, what) = match &person.extension {
            Some(extension) => (extension.as_str().into(), "extension"),
            None => (key.clone(), "key"),
        };
        person.name = name;
        tell(Finding {
            code: Code::NoName,
            severity: Severity::Warning,
            message: format!("`{}` has no name; the {what} stands in", person.id),
            help: "give them a name in the source".to_owned(),
            keys: vec![person.id.clone()],
            at: None,
        });
    }
    match &person.extension {
        Some(primary) => person.additional_extensions.retain(|other| other != primary),
        None if refused.is_none() => tell(Finding {
            code: Code::NoExtension,
            severity: Severity::Note,
            message: format!("`{}` (`{}`) has no extension", person.id, person.name),
            help: "give them one in the source, or leave them out with `keep`".to_owned(),
            keys: vec![person.id.clone()],
            at: None,
        }),
        None => {}
    }
    nameless
}

fn unusable(id: &Id, message: &str) -> Finding {
    Finding {
        code: Code::UnusableRecord,
        severity: Severity::Warning,
        message: message.to_owned(),
        help: "correct it in the source or in `fields`; until then this person stays as they are"
            .to_owned(),
        keys: vec![id.clone()],
        at: None,
    }
}
