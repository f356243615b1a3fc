//! Records of further sources that join people.

use std::collections::BTreeMap;

use super::{
    draft::{Draft, part},
    items::Items,
};
use crate::{
    directory::{Field, Joined, Text, Value},
    plan::{Action, Change, FieldChange, MeaningKind},
};

/// Whether records join the person.
pub(super) fn joins(change: &Change) -> bool {
    change.field(Field::Records).is_some_and(|field| rules(field).is_some())
}

/// The rules by which records join, sorted, with `, ` between them: `email, employee_id`. None
/// where none does, or where one leaves as well.
pub(super) fn rules(field: &FieldChange) -> Option<String> {
    if field.field != Field::Records.name() {
        return None;
    }
    let (before, after) = (records(&field.before), records(&field.after));
    let stays = |record: &Text| after.iter().any(|(other, _)| other == record);
    if !before.iter().all(|(record, _)| stays(record)) {
        return None;
    }
    let mut rules: Vec<&Text> = after
        .iter()
        .filter(|(record, rule)| {
            rule != Joined::FIRST && !before.iter().any(|(other, _)| other == record)
        })
        .map(|(_, rule)| rule)
        .collect();
    rules.sort();
    rules.dedup();
    let rules: Vec<&str> = rules.into_iter().map(Text::as_str).collect();
    (!rules.is_empty()).then(|| rules.join(", "))
}

fn records(value: &Value) -> Vec<(Text, Text)> {
    let list = match value {
        Value::List(list) => list.as_slice(),
        Value::Text(text) => std::slice::from_ref(text),
        Value::None | Value::Flag(_) => &[],
    };
    let joined = list.iter().filter_map(|text| Joined::parse(text).ok());
    joined.map(|Joined { record, by }| (record.into(), by)).collect()
}

/// Who is joined by which rules: of two people at least.
pub(super) fn records_joined(items: &mut Items<'_>) -> Vec<Draft> {
    let mut by_rules: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.all.iter().enumerate() {
        let counts = item.stays() || item.change.action == Action::Add;
        let field = item.change.field(Field::Records).filter(|_| counts);
        if let Some(rules) = field.and_then(rules) {
            by_rules.entry(rules).or_default().push(at);
        }
    }
    let mut drafts = Vec::new();
    for (rules, people) in by_rules.into_iter().filter(|(_, people)| people.len() > 1) {
        let mut draft = Draft::of(MeaningKind::RecordsJoined, people);
        let after = Value::Text(rules.into());
        draft.parts.push(part(items, Field::Records, Value::None, after, &draft.people));
        for &at in &draft.people {
            items.tell(at, Field::Records);
        }
        drafts.push(draft);
    }
    drafts
}
