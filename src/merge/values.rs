//! Whose value wins, field by field.

use super::{
    nodes::{Node, Nodes, rank},
    rules::{PeopleRules, text},
};
use crate::directory::{Disagreement, Field, FieldKind, Person, Text, Value};

/// Where a value didn't come from any source that is listed.
pub(crate) const NO_SOURCE: u16 = u16::MAX;

/// For each of [`Field::ALL`] the source whose value won, by its place among the sources in name
/// order; [`NO_SOURCE`] where none has one.
pub(crate) type Winners = [u16; Field::ALL.len()];

/// The order in which sources are asked, for each of [`Field::ALL`].
#[derive(Debug)]
pub(super) struct Orders(Vec<Vec<u16>>);

/// Several records as one person.
#[derive(Debug)]
pub(super) struct Combined {
    pub(super) person: Person,
    pub(super) winners: Winners,
    pub(super) nameless: bool,
}

impl Orders {
    pub(super) fn new(rules: &PeopleRules, names: &[Text]) -> Self {
        Self(Field::ALL.into_iter().map(|field| rules.prefer.ranks(Some(field), names)).collect())
    }

    fn of(&self, field: Field) -> &[u16] {
        self.0.get(field as usize).map_or(&[], Vec::as_slice)
    }

    /// The records in the order in which they are asked for a field.
    pub(super) fn sorted(&self, field: Field, members: &[u32], nodes: &Nodes<'_>) -> Vec<u32> {
        let mut sorted = members.to_vec();
        sorted.sort_by_key(|at| (rank(self.of(field), nodes.get(*at).source), *at));
        sorted
    }
}

/// The fields that are taken from one record or another; the number space, and what shows whose the
/// number is, come with the number.
pub(super) fn taken() -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(|field| {
        !matches!(field, Field::Pbx | Field::ExtensionBy | Field::Records | Field::Path)
    })
}

/// Whether a record has something to say in a field. Where it isn't listed it speaks for what its
/// source said last.
pub(super) fn says(node: &Node<'_>, field: Field) -> bool {
    let person = node.person;
    match field {
        Field::Name => !node.draft.is_some_and(|draft| draft.nameless),
        Field::Extension => person.extension.is_some(),
        Field::AdditionalExtensions => !person.additional_extensions.is_empty(),
        Field::Intercoms => !person.intercoms.is_empty(),
        Field::DoNotLog | Field::DoNotRecord | Field::ExcludeFromStatistics => {
            node.draft.is_none_or(|draft| draft.says.contains(field))
        }
        field => text(person, field).is_some(),
    }
}

/// The record whose value wins; numbers only count within the person's number space.
pub(super) fn winner(
    nodes: &Nodes<'_>,
    orders: &Orders,
    members: &[u32],
    field: Field,
    pbx: &str,
) -> Option<u32> {
    let numbers = matches!(field.kind(), FieldKind::Extension | FieldKind::Extensions);
    let suits = |at: &u32| {
        let node = nodes.get(*at);
        says(node, field) && (!numbers || node.person.pbx == pbx)
    };
    let order = orders.of(field);
    let members = members.iter().copied().filter(suits);
    members.min_by_key(|at| (rank(order, nodes.get(*at).source), *at))
}

/// The number space of a person: that of the number that wins.
pub(super) fn pbx(nodes: &Nodes<'_>, orders: &Orders, members: &[u32]) -> Text {
    let numbers = [Field::Extension, Field::AdditionalExtensions, Field::Intercoms];
    let won = numbers.into_iter().find_map(|field| {
        let saying = members.iter().copied().filter(|at| says(nodes.get(*at), field));
        saying.min_by_key(|at| (rank(orders.of(field), nodes.get(*at).source), *at))
    });
    let first = || orders.sorted(Field::Extension, members, nodes).first().copied();
    won.or_else(first).map_or_else(|| "main".into(), |at| nodes.get(at).person.pbx.clone())
}

/// Makes one person of several records; the id, the records and the place are not decided here.
pub(super) fn combined(
    nodes: &Nodes<'_>,
    orders: &Orders,
    members: &[u32],
    base: &Person,
) -> Combined {
    let mut person = Person::new(base.id.clone(), base.name.clone(), base.path.clone());
    person.pbx = pbx(nodes, orders, members);
    let mut winners = [NO_SOURCE; Field::ALL.len()];
    let mut nameless = false;
    for field in taken() {
        let Some(at) = winner(nodes, orders, members, field, &person.pbx) else {
            if field == Field::Name {
                nameless = true;
                if let Some(&at) = orders.sorted(field, members, nodes).first() {
                    person.name = nodes.get(at).person.name.clone();
                }
            }
            continue;
        };
        let node = nodes.get(at);
        copy(field, node.person, &mut person);
        winners[field as usize] = node.source;
        if field == Field::Extension {
            winners[Field::Pbx as usize] = node.source;
            winners[Field::ExtensionBy as usize] = node.source;
            copy(Field::ExtensionBy, node.person, &mut person);
        }
    }
    if let Some(primary) = &person.extension {
        person.additional_extensions.retain(|other| other != primary);
    }
    Combined { person, winners, nameless }
}

fn copy(field: Field, from: &Person, to: &mut Person) {
    match field {
        Field::Name => to.name = from.name.clone(),
        Field::JobTitle => to.job_title = from.job_title.clone(),
        Field::Department => to.department = from.department.clone(),
        Field::Site => to.site = from.site.clone(),
        Field::SiteAddress => to.site_address = from.site_address.clone(),
        Field::Pbx => to.pbx = from.pbx.clone(),
        Field::Extension => to.extension = from.extension.clone(),
        Field::ExtensionBy => to.extension_by = from.extension_by.clone(),
        Field::AdditionalExtensions => {
            to.additional_extensions = from.additional_extensions.clone();
        }
        Field::Intercoms => to.intercoms = from.intercoms.clone(),
        Field::Telephone => to.telephone = from.telephone.clone(),
        Field::Mobile => to.mobile = from.mobile.clone(),
        Field::Pager => to.pager = from.pager.clone(),
        Field::Fax => to.fax = from.fax.clone(),
        Field::IpPhone => to.ip_phone = from.ip_phone.clone(),
        Field::Email => to.email = from.email.clone(),
        Field::EmployeeId => to.employee_id = from.employee_id.clone(),
        Field::DoNotLog => to.do_not_log = from.do_not_log,
        Field::DoNotRecord => to.do_not_record = from.do_not_record,
        Field::ExcludeFromStatistics => to.exclude_from_statistics = from.exclude_from_statistics,
        Field::Records => to.records = from.records.clone(),
        Field::Path => to.path = from.path.clone(),
    }
}

/// The listed values that lost and are really others.
pub(super) fn disagreements(
    nodes: &Nodes<'_>,
    members: &[u32],
    combined: &Combined,
    found: &mut Vec<Disagreement>,
) {
    for field in taken() {
        let winner = combined.winners[field as usize];
        let Some(name) = nodes.sources.names.get(usize::from(winner)) else { continue };
        for node in members.iter().map(|at| nodes.get(*at)) {
            if node.source == winner || node.draft.is_none() || !says(node, field) {
                continue;
            }
            // Texts, which are most, without a copy.
            if let (Some(one), Some(other)) =
                (text(&combined.person, field), text(node.person, field))
                && alike(field, one, other)
            {
                continue;
            }
            let value = node.person.get(field);
            if differ(field, &combined.person.get(field), &value) {
                found.push(Disagreement {
                    id: combined.person.id.clone(),
                    field,
                    source: node.record.source().into(),
                    value: as_text(&value),
                    winner: name.clone(),
                });
            }
        }
    }
}

/// Whether two values of a field are more different than in case, white space or, of telephone
/// numbers, how they are written.
pub(super) fn differ(field: Field, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => !alike(field, one, other),
        (one, other) => one != other && !(one.is_empty() && other.is_empty()),
    }
}

fn alike(field: Field, one: &str, other: &str) -> bool {
    let number = matches!(
        field,
        Field::Telephone | Field::Mobile | Field::Pager | Field::Fax | Field::IpPhone
    );
    let counts = move |c: &char| {
        if number {
            c.is_alphanumeric() || matches!(c, '+' | '*' | '#')
        } else {
            !c.is_whitespace()
        }
    };
    let letters = |text: &'_ str| -> String {
        text.chars().filter(counts).flat_map(char::to_lowercase).collect()
    };
    one == other || letters(one) == letters(other)
}

fn as_text(value: &Value) -> Text {
    match value {
        Value::None => Text::default(),
        Value::Flag(flag) => if *flag { "true" } else { "false" }.into(),
        Value::Text(text) => text.clone(),
        Value::List(texts) => texts.join(", ").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_number_is_written_is_no_difference() {
        let text = |text: &str| Value::Text(text.into());
        let differs = |field, a, b| differ(field, &text(a), &text(b));
        assert!(!differs(Field::Telephone, "+44 20 7946 0018", "+44-20-7946-0018"));
        assert!(differs(Field::Telephone, "+44 20 7946 0018", "020 7946 0018"));
        assert!(!differs(Field::Name, "Élodie  Martin", "élodie martin"));
        assert!(differs(Field::Name, "Élodie Martin", "Elodie Martin"));
        assert!(differs(Field::Extension, "042", "42"));
        assert!(differ(Field::DoNotLog, &Value::Flag(true), &Value::Flag(false)));
    }
}
