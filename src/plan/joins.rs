//! How the records of new people were joined, counted: what a first run over an existing directory
//! proposes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, EntryKind};
use crate::directory::{Field, Id, Joined, Text, Value};

/// The new people of a plan by what joined their records; empty where nothing joins any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Joins {
    /// Records that a rule joined to somebody, by the rule, in name order.
    pub by: Vec<Tally>,
    /// New people of a single record, by its source, in name order.
    pub only: Vec<Tally>,
}

/// So many of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tally {
    /// A rule or a source.
    pub name: Text,
    /// How many records or people.
    pub count: u64,
}

impl Joins {
    /// Counted of the people who are new.
    pub fn of(changes: &[Change]) -> Self {
        let added = || {
            let people = changes.iter().filter(|change| change.entry == EntryKind::Person);
            people.filter(|change| change.action == Action::Add)
        };
        let mut by: BTreeMap<Text, u64> = BTreeMap::new();
        let records = added().filter_map(|change| change.field(Field::Records));
        for field in records {
            let Value::List(list) = &field.after else { continue };
            for Joined { by: rule, .. } in list.iter().filter_map(|text| Joined::parse(text).ok()) {
                if rule != Joined::FIRST {
                    *by.entry(rule).or_default() += 1;
                }
            }
        }
        if by.is_empty() {
            return Self::default();
        }
        let mut only: BTreeMap<Text, u64> = BTreeMap::new();
        for change in added().filter(|change| change.field(Field::Records).is_none()) {
            if let Ok(id) = Id::parse(&change.key) {
                *only.entry(id.source().into()).or_default() += 1;
            }
        }
        let tallies = |counts: BTreeMap<Text, u64>| {
            counts.into_iter().map(|(name, count)| Tally { name, count }).collect()
        };
        Self { by: tallies(by), only: tallies(only) }
    }

    /// Whether nothing was joined.
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Cause, FieldChange};

    fn added(key: &str, records: &[&str]) -> Change {
        let records = records.iter().map(|text| (*text).into()).collect();
        let field = FieldChange::of(Field::Records, Value::None, Value::List(records));
        Change {
            id: Text::default(),
            action: Action::Add,
            entry: EntryKind::Person,
            kind: None,
            key: key.into(),
            name: "Ada".into(),
            fields: if field.after.is_empty() { Vec::new() } else { vec![field] },
            reason: None,
            evidence: None,
            with: None,
            cause: Cause::default(),
        }
    }

    #[test]
    fn new_people_are_counted_by_what_joined_them() {
        let alone = [added("old/1", &[]), added("staff/1", &[])];
        assert_eq!(Joins::of(&alone), Joins::default());
        let changes = [
            added("staff/1", &["old/1 by email", "staff/1 by first"]),
            added("staff/2", &["old/2 by extension", "staff/2 by first"]),
            added("staff/3", &["old/3 by email", "phones/3 by extension", "staff/3 by first"]),
            added("old/4", &[]),
            added("staff/5", &[]),
            added("staff/6", &[]),
        ];
        let joins = Joins::of(&changes);
        let told = |tallies: &[Tally]| -> Vec<String> {
            tallies.iter().map(|tally| format!("{} {}", tally.count, tally.name)).collect()
        };
        assert_eq!(told(&joins.by), ["2 email", "2 extension"]);
        assert_eq!(told(&joins.only), ["1 old", "2 staff"]);
    }
}
