//! Groups on our side, whatever the source's own groups are.

mod condition;
mod template;

pub use condition::{Condition, Match, MatchError};
pub use template::Template;

use std::borrow::Borrow;

use crate::{
    directory::{Collection, Field, Id, Person, Text},
    finding::Position,
};

/// Puts people whom its condition takes in a place.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Whom it takes.
    pub condition: Condition,
    /// Where they stand.
    pub path: Template,
    /// Flags that they get, besides those that their source gave.
    pub set: Vec<(Field, bool)>,
    /// Where in the manifest.
    pub at: Position,
}

/// Chooses the members of a [`Collection`].
#[derive(Debug, Clone)]
pub struct CollectionRule {
    /// What the manifest calls it.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule as the manifest has it.
    pub rule: Text,
    /// Whom it takes; its expression is over [`Scope::PlacedPerson`](crate::mapping::Scope).
    pub condition: Condition,
    /// Where in the manifest.
    pub at: Position,
}

/// A rule that fails on a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GroupingError {
    /// What is wrong, in lower case, with the person's name.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// The rule.
    pub at: Position,
    /// The person.
    pub person: Id,
}

/// Where a person stands whom no rule takes.
pub const NO_GROUP: &str = "/No group";

/// Puts each person in the place of the first rule that takes them; gives each person's rule, in
/// the people's order. A person whom no rule takes stands in [`NO_GROUP`].
///
/// # Errors
///
/// [`GroupingError`] names the first person for whom a rule fails; the people's places are then
/// partly given.
pub fn place(people: &mut [Person], rules: &[Rule]) -> Result<Vec<Option<u16>>, GroupingError> {
    let _ = rules;
    Ok(vec![None; people.len()])
}

/// The collections that the rules make of active, placed people; in the rules' order.
///
/// # Errors
///
/// [`GroupingError`] names the first person for whom a rule fails.
pub fn collections<P: Borrow<Person> + Sync>(
    people: &[P],
    rules: &[CollectionRule],
) -> Result<Vec<Collection>, GroupingError> {
    let _ = (people, rules);
    Ok(Vec::new())
}
