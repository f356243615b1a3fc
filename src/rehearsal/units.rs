//! Units of a tree, as distinguished names show them.

use std::collections::BTreeMap;

use crate::{
    directory::Text,
    source::{Attribute, Place, Record},
};

/// An organizational unit: its name and what is above it, as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// `ou=Sales`.
    first: String,
    /// `,ou=People,dc=example`; perhaps empty.
    above: String,
}

impl Unit {
    /// Its whole name.
    pub(super) fn shown(&self) -> String {
        format!("{}{}", self.first, self.above)
    }

    /// What it is called afterwards.
    pub(super) fn new_name(&self) -> String {
        format!("{} (renamed)", self.first)
    }

    /// Where in a name the unit's own begins, if the name stands below it.
    fn place_in(&self, name: &str) -> Option<usize> {
        let length = self.first.len() + self.above.len();
        let at = name.len().checked_sub(length)?;
        let (below, own) = (name.get(..at)?, name.get(at..)?);
        let is_own = own.get(..self.first.len()) == Some(self.first.as_str())
            && own.get(self.first.len()..) == Some(self.above.as_str());
        (is_own && (below.is_empty() || below.ends_with(','))).then_some(at)
    }

    /// Whether a name is the unit's or of something below it.
    pub(super) fn has(&self, name: &str) -> bool {
        self.place_in(name).is_some()
    }

    /// A name as it is afterwards.
    fn renamed(&self, name: &str) -> Option<Text> {
        let at = self.place_in(name)?;
        Some(format!("{}{}{}", &name[..at], self.new_name(), self.above).into())
    }
}

/// The unit below which most of these names stand, and how many; of units that have all of them
/// only where there is no other.
pub(super) fn largest<'n>(names: impl Iterator<Item = &'n str>) -> Option<(Unit, usize)> {
    let mut all = 0;
    let mut below: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        all += 1;
        for start in commas(name).map(|comma| comma + 1) {
            let unit = name[start..].trim_start();
            if unit.get(..3).is_some_and(|kind| kind.eq_ignore_ascii_case("ou=")) {
                *below.entry(unit).or_default() += 1;
            }
        }
    }
    let rank = |(unit, count): &(&str, usize)| {
        (*count < all, *count, std::cmp::Reverse((unit.len(), unit.to_string())))
    };
    let (unit, count) = below.into_iter().max_by_key(rank)?;
    let end = commas(unit).next().unwrap_or(unit.len());
    let (first, above) = unit.split_at(end);
    Some((Unit { first: first.into(), above: above.into() }, count))
}

/// Where the parts of a name end: commas that aren't escaped.
fn commas(name: &str) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    name.char_indices().filter_map(move |(at, c)| {
        let is_escaped = std::mem::take(&mut escaped);
        match c {
            '\\' if !is_escaped => {
                escaped = true;
                None
            }
            ',' if !is_escaped => Some(at),
            _ => None,
        }
    })
}

/// Renames the unit in a record: in its place, in values that are names, and in lists of the units
/// above it, as connectors make of a name.
pub(super) fn renamed(record: &mut Record, unit: &Unit) {
    let Place::Name(name) = &record.place else { return };
    let Some(after) = unit.renamed(name) else { return };
    let (before, now) = (above(name), above(&after));
    record.place = Place::Name(after);
    for value in &mut record.values {
        let texts: Vec<Text> = match &*value {
            Attribute::Absent => continue,
            Attribute::One(text) => vec![text.clone()],
            Attribute::Many(texts) => texts.to_vec(),
        };
        if texts == before {
            *value = Attribute::from(now.clone());
            continue;
        }
        if texts.iter().any(|text| unit.has(text)) {
            let each = texts.into_iter().map(|text| unit.renamed(&text).unwrap_or(text));
            *value = Attribute::from(each.collect::<Vec<_>>());
        }
    }
}

/// The units above a name's own part, from the top.
fn above(name: &str) -> Vec<Text> {
    let starts = commas(name).map(|comma| comma + 1);
    let mut units: Vec<Text> = starts
        .filter_map(|start| {
            let part = name[start..].trim_start();
            let part = &part[..commas(part).next().unwrap_or(part.len())];
            let (kind, unit) = part.split_once('=')?;
            kind.eq_ignore_ascii_case("ou").then(|| plain(unit).into())
        })
        .collect();
    units.reverse();
    units
}

/// A value without the backslashes before single characters.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut escaped = false;
    for c in value.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_is_below_what_all_have() {
        let names = [
            "cn=A\\, B,OU=Sales,OU=Leeds,dc=x",
            "cn=C,OU=Sales,OU=Leeds,dc=x",
            "cn=D,OU=IT,OU=Leeds,dc=x",
            "cn=E,OU=York,dc=x",
        ];
        let (unit, count) = largest(names.into_iter()).unwrap();
        assert_eq!((unit.shown().as_str(), count), ("OU=Leeds,dc=x", 3));
        assert!(unit.has(names[0]) && !unit.has(names[3]));
        assert!(!unit.has("cn=F,OU=NotOU=Leeds,dc=x"));
        let only = largest(["cn=A,ou=People,dc=x"].into_iter()).unwrap();
        assert_eq!((only.0.shown().as_str(), only.1), ("ou=People,dc=x", 1));
        assert_eq!(largest(["cn=A,dc=x"].into_iter()), None);
    }

    #[test]
    fn a_renamed_unit_shows_wherever_its_name_stands() {
        let (unit, _) = largest(["cn=A,ou=Big\\, Co,ou=People,dc=x"; 2].into_iter()).unwrap();
        let mut record = Record {
            key: "1".into(),
            place: Place::Name("cn=A,ou=Big\\, Co,ou=People,dc=x".into()),
            values: Box::new([
                Attribute::from(vec![Text::from("People"), Text::from("Big, Co")]),
                Attribute::One("cn=A,ou=Big\\, Co,ou=People,dc=x".into()),
                Attribute::One("Big, Co".into()),
            ]),
            flaw: None,
        };
        renamed(&mut record, &unit);
        assert_eq!(
            *record.values,
            [
                Attribute::from(vec![Text::from("People (renamed)"), Text::from("Big, Co")]),
                Attribute::One("cn=A,ou=Big\\, Co,ou=People (renamed),dc=x".into()),
                Attribute::One("Big, Co".into()),
            ]
        );
    }
}
