//! What the manifest says of people of several sources: which records belong together, whose value
//! wins, and who decides that somebody leaves.

use std::{borrow::Cow, sync::Arc};

use crate::{
    directory::{Field, FieldKind, Id, Joined, Person, Text, Value},
    finding::{Code, Position},
    mapping::{Columns, Expression, Row},
    plan::Denial,
};

/// The rules of `people:`.
#[derive(Debug, Clone, Default)]
pub struct PeopleRules {
    /// What joins records, tried in order; without any nobody is joined anew, and those who are
    /// joined stay so.
    pub link: Vec<LinkRule>,
    /// Whose value wins.
    pub prefer: Prefer,
    /// What happens to a value that no source has any more.
    pub emptied: Emptied,
    /// The sources that decide whether people whom they know are active; without any, a person
    /// leaves when every source that knows them lets go.
    pub status: Vec<Text>,
}

/// Joins the records that have the same value.
#[derive(Debug, Clone)]
pub struct LinkRule {
    /// The word for it, as [`Joined::by`]: a field's name, `table`, or what the manifest calls it.
    pub name: Text,
    /// What has to be the same.
    pub key: LinkKey,
    /// Where in the manifest.
    pub at: Position,
}

impl LinkRule {
    /// Whether it is a table, and so the word of somebody.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.key, LinkKey::Table(_))
    }
}

/// What has to be the same in two records for them to be joined.
#[derive(Debug, Clone)]
pub enum LinkKey {
    /// A field: an e-mail address whatever its case, an extension within its pbx, another text as
    /// it is.
    Field(Field),
    /// What an expression over our fields gives.
    Expression(LinkExpression),
    /// Being named in one row of a table.
    Table(LinkTable),
}

/// An expression over our fields, ready to be evaluated on many people.
#[derive(Debug, Clone)]
pub struct LinkExpression {
    expression: Expression,
    fields: Vec<Field>,
    columns: Arc<Columns>,
}

/// Records that a table says are one person; rows that share a record belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkTable {
    /// Each record with the smallest record of those that it belongs together with, sorted.
    rows: Vec<(Id, Id)>,
}

/// Whose value wins, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefer {
    /// Sources, the first wins; those that are not named come after, in name order. It also says
    /// whose record gives a person their id.
    pub default: Vec<Text>,
    /// The same for single fields; sources that are not named come after, as by default.
    pub fields: Vec<(Field, Vec<Text>)>,
}

/// What happens to a value that no source has any more, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emptied {
    /// For all fields but those below.
    pub default: WhenEmptied,
    /// For single fields.
    pub fields: Vec<(Field, WhenEmptied)>,
    /// Where in the manifest, where it is said.
    pub at: Option<Position>,
}

/// What happens to a value that no source has any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenEmptied {
    /// The person loses it too.
    #[default]
    Clear,
    /// The person keeps it.
    Keep,
    /// The run is refused.
    Fail,
}

impl PeopleRules {
    /// The rule of that word, and where in the order it is tried.
    pub fn rule(&self, word: &str) -> Option<(usize, &LinkRule)> {
        self.link.iter().enumerate().find(|(_, rule)| rule.name == word)
    }
}

impl LinkKey {
    /// The field's rule, where a field can be one: texts and the extension.
    pub fn of_field(field: Field) -> Option<Self> {
        let known = match field.kind() {
            FieldKind::Text => field != Field::Pbx,
            FieldKind::Extension => true,
            FieldKind::Extensions | FieldKind::Flag | FieldKind::Records | FieldKind::Path => false,
        };
        known.then_some(Self::Field(field))
    }

    /// What a record has to share to be joined by it; none where it has no such value. `nameless`
    /// says that the name only stands in for one.
    pub fn of<'p>(
        &'p self,
        record: &Id,
        person: &'p Person,
        nameless: bool,
    ) -> Option<Cow<'p, str>> {
        match self {
            Self::Field(Field::Name) if nameless => None,
            Self::Field(Field::Email) => person.email.as_deref().map(lower),
            Self::Field(Field::Extension) => person
                .extension
                .as_ref()
                .map(|extension| format!("{}:{}", person.pbx, extension.as_str()).into()),
            Self::Field(field) => text(person, *field).map(|text| Cow::Borrowed(text.as_str())),
            Self::Expression(expression) => expression.of(person).map(|text| text.into()),
            Self::Table(table) => table.of(record).map(|id| id.as_str().into()),
        }
    }

    /// Whether it is about a number, which passes from one person to another.
    pub(super) fn passes_on(&self) -> bool {
        matches!(self, Self::Field(Field::Extension))
    }
}

fn lower(text: &str) -> Cow<'_, str> {
    match text.chars().any(char::is_uppercase) {
        true => text.to_lowercase().into(),
        false => text.into(),
    }
}

/// A field of text, without a copy.
pub(super) fn text(person: &Person, field: Field) -> Option<&Text> {
    match field {
        Field::Name => Some(&person.name),
        Field::JobTitle => person.job_title.as_ref(),
        Field::Department => person.department.as_ref(),
        Field::Site => person.site.as_ref(),
        Field::SiteAddress => person.site_address.as_ref(),
        Field::Pbx => Some(&person.pbx),
        Field::ExtensionBy => person.extension_by.as_ref(),
        Field::Telephone => person.telephone.as_ref(),
        Field::Mobile => person.mobile.as_ref(),
        Field::Pager => person.pager.as_ref(),
        Field::Fax => person.fax.as_ref(),
        Field::IpPhone => person.ip_phone.as_ref(),
        Field::Email => person.email.as_ref(),
        Field::EmployeeId => person.employee_id.as_ref(),
        Field::Extension
        | Field::AdditionalExtensions
        | Field::Intercoms
        | Field::DoNotLog
        | Field::DoNotRecord
        | Field::ExcludeFromStatistics
        | Field::Records
        | Field::Path => None,
    }
}

impl LinkExpression {
    /// Of an expression over [`Scope::Person`](crate::mapping::Scope).
    pub fn new(expression: Expression) -> Self {
        let fields: Vec<Field> =
            expression.names().iter().filter_map(|name| Field::parse(name)).collect();
        let names = fields.iter().enumerate().map(|(at, field)| (field.name().into(), Some(at)));
        let columns = Arc::new(Columns::new(names));
        Self { expression, fields, columns }
    }

    /// A text, or several as one; yes, no and what can't be worked out join nobody.
    fn of(&self, person: &Person) -> Option<String> {
        let cells: Box<[Value]> = self.fields.iter().map(|field| person.get(*field)).collect();
        let row = Row::new(&self.columns, cells);
        match self.expression.evaluate(&Row::root(&row)) {
            Ok(Value::Text(text)) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Ok(Value::List(texts)) => Some(texts.join(", ")),
            Ok(Value::None | Value::Flag(_)) | Err(_) => None,
        }
    }
}

impl LinkTable {
    /// Of rows of two records each.
    pub fn new(rows: impl IntoIterator<Item = (Id, Id)>) -> Self {
        let rows: Vec<(Id, Id)> = rows.into_iter().collect();
        let mut ids: Vec<Id> = rows.iter().flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        ids.sort();
        ids.dedup();
        // In the order of ids, so that the smallest is the root of its set.
        let mut root: Vec<usize> = (0..ids.len()).collect();
        let find = |root: &mut Vec<usize>, mut at: usize| {
            while root[at] != at {
                root[at] = root[root[at]];
                at = root[at];
            }
            at
        };
        for (a, b) in &rows {
            let (Ok(a), Ok(b)) = (ids.binary_search(a), ids.binary_search(b)) else { continue };
            let (a, b) = (find(&mut root, a), find(&mut root, b));
            root[a.max(b)] = a.min(b);
        }
        let rows = (0..ids.len()).map(|at| (ids[at].clone(), ids[find(&mut root, at)].clone()));
        Self { rows: rows.collect() }
    }

    /// The records that the table names, sorted.
    pub fn records(&self) -> impl Iterator<Item = &Id> {
        self.rows.iter().map(|(record, _)| record)
    }

    fn of(&self, record: &Id) -> Option<&Id> {
        let at = self.rows.binary_search_by(|(other, _)| other.cmp(record)).ok()?;
        Some(&self.rows[at].1)
    }
}

impl Prefer {
    /// The order in which sources are asked for a field, among those of `names`: each one's rank.
    pub(super) fn ranks(&self, field: Option<Field>, names: &[Text]) -> Vec<u16> {
        let own = self.fields.iter().find(|(other, _)| Some(*other) == field);
        let own = own.map(|(_, sources)| sources.as_slice()).unwrap_or_default();
        let mut order: Vec<usize> = (0..names.len()).collect();
        let place = |list: &[Text], name: &Text| {
            list.iter().position(|other| other == name).unwrap_or(list.len())
        };
        order.sort_by_key(|&at| (place(own, &names[at]), place(&self.default, &names[at]), at));
        let mut ranks = vec![0; names.len()];
        for (rank, at) in order.into_iter().enumerate() {
            ranks[at] = u16::try_from(rank).unwrap_or(u16::MAX);
        }
        ranks
    }
}

impl Emptied {
    /// What happens to that field's value.
    pub fn of(&self, field: Field) -> WhenEmptied {
        let own = self.fields.iter().find(|(other, _)| *other == field);
        own.map_or(self.default, |(_, when)| *when)
    }

    /// What refuses a plan that empties a value that may not be.
    pub fn denial(&self) -> Option<Denial> {
        let fails = |when: WhenEmptied| when == WhenEmptied::Fail;
        (fails(self.default) || self.fields.iter().any(|(_, when)| fails(*when)))
            .then(|| Denial { code: Code::ValueEmptied, at: self.at.clone() })
    }

    /// Whether all that is emptied is cleared.
    pub fn only_clears(&self) -> bool {
        let clears = |when: WhenEmptied| when == WhenEmptied::Clear;
        clears(self.default) && self.fields.iter().all(|(_, when)| clears(*when))
    }

    /// Whether a field can be emptied: a name and a pbx are always there, a flag is yes or no.
    pub fn applies(field: Field) -> bool {
        match field.kind() {
            FieldKind::Text => !matches!(field, Field::Name | Field::Pbx),
            FieldKind::Extension | FieldKind::Extensions => true,
            FieldKind::Flag | FieldKind::Records | FieldKind::Path => false,
        }
    }
}

/// Whether a word can be the name of a rule of one's own.
pub fn names_rule(word: &str) -> bool {
    !word.is_empty()
        && word != Joined::FIRST
        && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    #[test]
    fn rows_that_share_a_record_belong_together() {
        let table = LinkTable::new([
            (id("staff/1"), id("phones/a")),
            (id("phones/b"), id("staff/2")),
            (id("staff/1"), id("badge/9")),
        ]);
        assert_eq!(table.of(&id("staff/1")), Some(&id("badge/9")));
        assert_eq!(table.of(&id("phones/a")), Some(&id("badge/9")));
        assert_eq!(table.of(&id("staff/2")), Some(&id("phones/b")));
        assert_eq!(table.of(&id("staff/3")), None);
    }

    #[test]
    fn sources_that_are_not_named_come_after_in_name_order() {
        let prefer = Prefer {
            default: vec!["staff".into()],
            fields: vec![(Field::Extension, vec!["phones".into()])],
        };
        let names: Vec<Text> = ["badge", "phones", "staff"].map(Text::new_static).to_vec();
        assert_eq!(prefer.ranks(None, &names), [1, 2, 0]);
        assert_eq!(prefer.ranks(Some(Field::Extension), &names), [2, 0, 1]);
    }
}
