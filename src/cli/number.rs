//! A number, and who had it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{report::Failure, table::table};
use crate::{
    directory::{Extension, Id, Text},
    pins::Selector,
    store::{Commit, Holding, Store},
};

/// A number as a reader writes it: `4021`, or `hq:4021` within a pbx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// The number space; all of them where it isn't said.
    pub pbx: Option<Text>,
    /// The number itself.
    pub number: Extension,
}

impl Number {
    /// Reads it; nothing where a text is no number.
    pub fn parse(text: &str) -> Option<Self> {
        match Selector::parse(text) {
            Ok(Selector::Extension(pbx, number)) => Some(Self { pbx, number }),
            _ => None,
        }
    }

    /// Who had it, newest first, up to and including a commit.
    pub fn holdings(&self, store: &Store, at: &Commit) -> Result<Vec<Holding>, Failure> {
        Ok(store.holders(self.pbx.as_deref(), &self.number, at)?)
    }
}

/// Who is meant at a commit, without reading everybody: by an id, or by a number that exactly one
/// person has. Nothing where that can't be told so.
pub fn meant(store: &Store, at: &Commit, who: &str) -> Result<Option<Id>, Failure> {
    if !store.has_history(at)? {
        return Ok(None);
    }
    if let Ok(id) = Id::parse(who)
        && store.person(at, &id)?.is_some()
    {
        return Ok(Some(id));
    }
    let Some(number) = Number::parse(who) else { return Ok(None) };
    let mut holdings = number.holdings(store, at)?.into_iter().filter(|held| held.until.is_none());
    match (holdings.next(), holdings.next()) {
        (Some(one), None) => Ok(Some(one.person)),
        _ => Ok(None),
    }
}

/// That somebody had a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldingDocument {
    /// The number space.
    pub pbx: Text,
    /// The number.
    pub number: Text,
    /// Who had it, as an extension or as an additional one, while they were active.
    pub person: Id,
    /// What they were called when they got it.
    pub name: Text,
    /// The commit that gave it to them.
    pub from: Moment,
    /// The commit that took it from them; none where they have it.
    pub until: Option<Moment>,
}

/// A commit, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Moment {
    /// The commit.
    pub commit: Text,
    /// Its time.
    pub when: Timestamp,
}

impl Moment {
    /// A commit's.
    pub fn of(commit: &Commit) -> Self {
        Self { commit: commit.id.as_str().into(), when: commit.when }
    }
}

impl HoldingDocument {
    /// A holding as data.
    pub fn of(held: &Holding) -> Self {
        let Holding { pbx, number, person, name, from, until } = held;
        Self {
            pbx: pbx.clone(),
            number: number.as_str().into(),
            person: person.clone(),
            name: name.clone(),
            from: Moment::of(from),
            until: until.as_ref().map(Moment::of),
        }
    }
}

/// Holdings as lines, in their order.
pub fn text(holdings: &[Holding]) -> String {
    let row = |held: &Holding| {
        let mut row = vec![
            format!("{}:{}", held.pbx, held.number),
            format!("{} ({})", held.name, held.person),
        ];
        row.extend(interval(&held.from, held.until.as_ref()));
        row
    };
    let rows: Vec<Vec<String>> = holdings.iter().map(row).collect();
    table(&["number", "person", "from", "by commit", "until", "by commit"], &rows)
}

/// Four cells: from when and by which commit, until when and by which.
pub fn interval(from: &Commit, until: Option<&Commit>) -> [String; 4] {
    let short = |commit: &Commit| commit.id.get(..12).unwrap_or(&commit.id).to_owned();
    let (end, by) = match until {
        Some(commit) => (commit.when.to_string(), short(commit)),
        None => ("now".into(), String::new()),
    };
    [from.when.to_string(), short(from), end, by]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_name_its_pbx() {
        let number = |text| Number::parse(text).map(|n| (n.pbx, n.number.as_str().to_owned()));
        assert_eq!(number("4021"), Some((None, "4021".into())));
        assert_eq!(number("hq:042"), Some((Some("hq".into()), "042".into())));
        for text in ["staff/1", "Ada", "hq:", ":4021", "ada@x", "hq:staff/1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
