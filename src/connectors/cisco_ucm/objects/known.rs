//! What the lists gave, found by name: single objects name others rather than tell their keys.

use super::rows::{Named, Numbered};
use crate::{
    connectors::cisco_ucm::tables::{DeviceRow, NumberRow, User},
    directory::Text,
};

/// Names to keys. Those of users and devices are compared without case, as the cluster does.
pub(super) struct Known {
    users: Names,
    devices: Names,
    /// By pattern, then partition.
    numbers: Vec<(Text, Text, Text)>,
    number_keys: Vec<Text>,
}

/// Names in lower case, sorted, each with a key.
struct Names {
    by_name: Vec<(Text, Text)>,
    keys: Vec<Text>,
}

impl Names {
    fn of<'a>(rows: impl Iterator<Item = (&'a Text, &'a Text)>) -> Self {
        let mut by_name: Vec<(Text, Text)> =
            rows.map(|(name, key)| (name.to_lowercase().into(), key.clone())).collect();
        by_name.sort_unstable();
        let mut keys: Vec<Text> = by_name.iter().map(|(_, key)| key.clone()).collect();
        keys.sort_unstable();
        Self { by_name, keys }
    }

    /// The key of something that is named. Of something that no list has, what is known of it: it
    /// leads nowhere, and is counted as such.
    fn key(&self, named: &Named) -> Text {
        if self.keys.binary_search(&named.key).is_ok() {
            return named.key.clone();
        }
        let name = named.name.to_lowercase();
        match self.by_name.binary_search_by(|(known, _)| known.as_str().cmp(&name)) {
            Ok(at) => self.by_name[at].1.clone(),
            Err(_) if named.key.is_empty() => named.name.clone(),
            Err(_) => named.key.clone(),
        }
    }
}

impl Known {
    pub(super) fn of(users: &[User], devices: &[DeviceRow], numbers: &[NumberRow]) -> Self {
        let userid = User::COLUMNS.iter().position(|name| *name == "userid").unwrap_or_default();
        let mut by_pattern: Vec<(Text, Text, Text)> = numbers
            .iter()
            .map(|row| (row.pattern.clone(), row.partition.clone(), row.pkid.clone()))
            .collect();
        by_pattern.sort_unstable();
        let mut number_keys: Vec<Text> = numbers.iter().map(|row| row.pkid.clone()).collect();
        number_keys.sort_unstable();
        Self {
            users: Names::of(users.iter().map(|user| (&user.values[userid], &user.pkid))),
            devices: Names::of(devices.iter().map(|device| (&device.name, &device.pkid))),
            numbers: by_pattern,
            number_keys,
        }
    }

    /// The key of a user.
    pub(super) fn user(&self, named: &Named) -> Text {
        self.users.key(named)
    }

    /// The key of a device.
    pub(super) fn device(&self, named: &Named) -> Text {
        self.devices.key(named)
    }

    /// The key of a number; none if no list has it.
    pub(super) fn number(&self, numbered: &Numbered) -> Option<Text> {
        let Numbered { key, pattern, partition } = numbered;
        if self.number_keys.binary_search(key).is_ok() {
            return Some(key.clone());
        }
        let at = self
            .numbers
            .partition_point(|(known, within, _)| (known, within) < (pattern, partition));
        let (known, within, key) = self.numbers.get(at)?;
        ((known, within) == (pattern, partition)).then(|| key.clone())
    }

    /// The key of a number whose partition isn't told: there must be only one with such digits.
    pub(super) fn only_number(&self, pattern: &str) -> Option<Text> {
        let at = self.numbers.partition_point(|(known, ..)| known.as_str() < pattern);
        let mut here = self.numbers[at..].iter().take_while(|(known, ..)| known == pattern);
        let (_, _, key) = here.next()?;
        here.next().is_none().then(|| key.clone())
    }
}

impl From<&Text> for Named {
    /// Something of which only the name is told.
    fn from(name: &Text) -> Self {
        Self { key: Text::default(), name: name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let number = |pkid: &str, pattern: &str, partition: &str| NumberRow {
            pkid: pkid.into(),
            pattern: pattern.into(),
            partition: partition.into(),
            ..NumberRow::default()
        };
        let device = DeviceRow { pkid: "d1".into(), name: "SEP01".into(), ..DeviceRow::default() };
        let mut values = vec![Text::default(); User::COLUMNS.len()];
        values[0] = "Ada".into();
        Known::of(
            &[User { pkid: "u1".into(), values: values.into() }],
            &[device],
            &[number("n2", "4021", "Lab"), number("n1", "4021", "Internal"), number("n3", "7", "")],
        )
    }

    #[test]
    fn names_are_found_without_case_and_keys_go_before_names() {
        let known = known();
        let named = |key: &str, name: &str| Named { key: key.into(), name: name.into() };
        assert_eq!(known.user(&named("", "ADA")), "u1");
        assert_eq!(known.device(&named("d1", "renamed")), "d1");
        assert_eq!(known.device(&named("", "SEP02")), "SEP02");
        assert_eq!(known.device(&named("d2", "SEP02")), "d2");
    }

    #[test]
    fn the_same_digits_in_two_partitions_are_two_numbers() {
        let known = known();
        let number = |pattern: &str, partition: &str| {
            known.number(&Numbered {
                key: Text::default(),
                pattern: pattern.into(),
                partition: partition.into(),
            })
        };
        assert_eq!(number("4021", "Internal").as_deref(), Some("n1"));
        assert_eq!(number("4021", "Lab").as_deref(), Some("n2"));
        assert_eq!(number("4021", ""), None);
        assert_eq!(known.only_number("4021"), None);
        assert_eq!(known.only_number("7").as_deref(), Some("n3"));
    }
}
