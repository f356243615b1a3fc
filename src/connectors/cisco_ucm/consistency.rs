//! Whether what was read of a cluster was there at one time.
//!
//! The requests are not one transaction. Keys that lead nowhere, and other counts of rows than the
//! cluster gave just before, show that it changed in between: a few are a system at work, more are a
//! system that is being filled, emptied or restored.

use std::collections::BTreeSet;

use super::{
    gathered::{Expected, Gathered},
    organisation::{Dangling, Organisation, Reference},
    select::NEVER_EMPTY,
    tables::Tables,
};
use crate::{
    directory::Text,
    finding::{Code, Finding},
    source::{Attribute, Record},
};

/// Misses that a system at work has, whatever its size.
const FEW: u64 = 20;

/// Beyond [`FEW`], one row in so many: 0.5 %.
const ONE_IN: u64 = 200;

/// What speaks against one time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Doubts {
    /// Keys that lead nowhere.
    dangling: Dangling,
    /// Tables of which other rows came than were counted, and how many came.
    changed: Vec<(Expected, u64)>,
    /// Lists that may not be whole.
    gaps: Vec<String>,
    /// Objects that went between list and question, and of how many.
    gone: (u64, u64),
    /// Whether keys that lead nowhere did so when asked again at the end: then they stand so in
    /// the cluster, and are no sign of its changing.
    standing: bool,
}

/// How many rows of a table were read.
fn read(tables: &Tables, table: &str) -> u64 {
    let rows = match table {
        "enduser" => tables.users.len(),
        "device" => tables.devices.len(),
        "numplan" => tables.numbers.len(),
        "devicenumplanmap" => tables.lines.len(),
        "endusernumplanmap" => tables.user_numbers.len(),
        "enduserdevicemap" => tables.user_devices.len(),
        _ => 0,
    };
    rows as u64
}

/// Why nothing follows from tables of which one is empty.
pub(super) fn emptied(tables: &Tables) -> Option<String> {
    let empty: Vec<String> = NEVER_EMPTY
        .iter()
        .filter(|table| read(tables, table.name) == 0)
        .map(|table| format!("`{}` ({})", table.name, table.about))
        .collect();
    let are = if empty.len() == 1 { "the table" } else { "the tables" };
    let hint = "as in a system that is being set up, emptied or restored";
    (!empty.is_empty()).then(|| format!("nothing is in {are} {}, {hint}", empty.join(" and ")))
}

fn is_few(misses: u64, of: u64) -> bool {
    misses <= FEW || misses.saturating_mul(ONE_IN) <= of
}

/// Whether somebody's number can be what such a key was to lead to, or be had only through it.
fn hides(reference: Reference) -> bool {
    match reference {
        Reference::NumberOfUser
        | Reference::DeviceOfUser
        | Reference::DeviceOfLine
        | Reference::NumberOfLine
        | Reference::LineOfUser => true,
        Reference::OwnerOfDevice
        | Reference::UserOfNumber
        | Reference::UserOfDevice
        | Reference::UserOfLine
        | Reference::ListOfMember
        | Reference::NumberOfMember
        | Reference::DeviceOfApplication
        | Reference::DeviceOfGateway
        | Reference::DeviceOfDestination => false,
    }
}

impl Doubts {
    /// What speaks against these tables.
    pub(super) fn of(gathered: &Gathered, organisation: &Organisation) -> Self {
        let rows = |expected: &Expected| (*expected, read(&gathered.tables, expected.table));
        let changed = gathered.expected.iter().map(rows);
        Self {
            dangling: organisation.dangling.clone(),
            changed: changed.filter(|(expected, came)| expected.rows != *came).collect(),
            gaps: gathered.gaps.clone(),
            gone: (gathered.gone, gathered.asked),
            standing: gathered.standing,
        }
    }

    /// The numbers that are to be asked for again, where only on them it depends whether the cluster
    /// changed. Lines come with their devices and numbers, or not at all, so others can't stand.
    pub(super) fn to_ask_again(&self) -> Option<&BTreeSet<Text>> {
        let hiding = self.dangling.counts.keys().filter(|reference| hides(**reference));
        let alone = hiding.eq([&Reference::NumberOfUser]);
        (alone && !self.standing && self.changed.is_empty() && self.gone.0 == 0)
            .then_some(&self.dangling.numbers)
    }

    /// What came of asking again.
    pub(super) fn stand(&mut self, standing: bool) {
        self.standing = standing;
    }

    /// Whether nothing does.
    pub(super) fn none(&self) -> bool {
        self.dangling.total() == 0
            && self.changed.is_empty()
            && self.gaps.is_empty()
            && self.gone.0 == 0
    }

    /// Whether somebody's number can be among what was missed. A key that leads to no user hides
    /// nobody else's: a phone whose owner is a hidden template has one for years, and whose
    /// extension is removed meanwhile has to be seen.
    pub(super) fn hide_numbers(&self) -> bool {
        let mut references = self.dangling.counts.keys();
        !self.changed.is_empty()
            || self.gone.0 > 0
            || (!self.standing && references.any(|reference| hides(*reference)))
    }

    /// Why not even a system at work looks like this, where it doesn't.
    pub(super) fn many(&self) -> Option<String> {
        let mut all: Vec<String> = self.gaps.clone();
        for (Expected { table, rows }, came) in &self.changed {
            if !is_few(rows.abs_diff(*came), *rows.max(came)) {
                all.push(format!("`{table}` had {rows} rows, and {came} came"));
            }
        }
        if !is_few(self.dangling.total(), self.dangling.of) {
            all.push(self.led_nowhere());
        }
        if !is_few(self.gone.0, self.gone.1) {
            all.push(self.went());
        }
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// "12 keys lead nowhere, of 81686 (lines without their number: 12)".
    fn led_nowhere(&self) -> String {
        let Dangling { counts, of, numbers: _ } = &self.dangling;
        let kinds: Vec<String> = counts
            .iter()
            .map(|(reference, count)| format!("{}: {count}", reference.in_words()))
            .collect();
        let total = self.dangling.total();
        let lead = if total == 1 { "key leads" } else { "keys lead" };
        format!("{total} {lead} nowhere, of {of} ({})", kinds.join(", "))
    }

    /// "3 of 113000 objects went after they were listed".
    fn went(&self) -> String {
        format!("{} of {} objects went after they were listed", self.gone.0, self.gone.1)
    }

    /// The finding that tells of them, where there are any.
    pub(super) fn finding(&self, source: &str) -> Option<Finding> {
        if self.none() {
            return None;
        }
        let mut all: Vec<String> = self
            .changed
            .iter()
            .map(|(Expected { table, rows }, came)| {
                format!("`{table}` had {rows} rows, and {came} came")
            })
            .collect();
        if self.dangling.total() > 0 {
            all.push(self.led_nowhere());
        }
        if self.gone.0 > 0 {
            all.push(self.went());
        }
        if self.standing && self.changed.is_empty() && self.gone.0 == 0 {
            return Some(Finding::note(
                Code::DanglingReference,
                format!("in `{source}`, {}; so they did when asked again", all.join("; ")),
                "leave it: nobody's number hangs on them",
            ));
        }
        Some(Finding::note(
            Code::DanglingReference,
            format!("`{source}` changed while it was read: {}", all.join("; ")),
            "leave it: the next run reads what is there then",
        ))
    }

    /// What shows that the listing is whole, in words.
    pub(super) fn proof(&self, tables: &Tables, reads: u32) -> String {
        let Tables { users, devices, numbers, lines, .. } = tables;
        let (users, devices) = (users.len(), devices.len());
        let (numbers, lines) = (numbers.len(), lines.len());
        let held = match self.none() {
            true => "as many as were counted, and every key leads somewhere",
            false => "but for a few as many as were counted, and their keys lead somewhere",
        };
        let again = if reads == 1 { "" } else { ", when read a second time" };
        format!(
            "every table was read to its end: {users} users, {devices} devices, {numbers} numbers \
             and {lines} lines, {held}{again}"
        )
    }
}

/// Holds back people whom the directory has and who came without any extension while the cluster
/// changed: a line that moves can be missed. `known` is sorted.
pub(super) fn hold_back(records: &mut [Record], names: &[Text], known: &[Text]) {
    let Some(extensions) = names.iter().position(|name| name == "extensions") else { return };
    for record in records {
        let without = matches!(record.values.get(extensions), Some(Attribute::Absent));
        if without && record.flaw.is_none() && known.binary_search(&record.key).is_ok() {
            record.flaw = Some("the cluster changed while it was read, and no number came".into());
        }
    }
}

/// Holds back everybody whom the directory has, where the users who are named at lines can't be
/// read: whose some phones are isn't known then, and so not what is whose.
pub(super) fn hold_back_all(records: &mut [Record], known: &[Text]) {
    for record in records {
        if record.flaw.is_none() && known.binary_search(&record.key).is_ok() {
            record.flaw = Some("whose the phones are can't be read in full".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connectors::cisco_ucm::organisation::{Naming, organise},
        source::Place,
    };

    fn doubts(dangling: u64, of: u64, rows: u64, came: u64) -> Doubts {
        let counts = (dangling > 0).then_some((Reference::NumberOfLine, dangling));
        let expected = Expected { table: "device", rows };
        Doubts {
            dangling: Dangling { counts: counts.into_iter().collect(), of, ..Dangling::default() },
            changed: if rows == came { Vec::new() } else { vec![(expected, came)] },
            ..Doubts::default()
        }
    }

    #[test]
    fn a_few_misses_are_tolerated_and_told() {
        assert!(doubts(0, 100, 50, 50).none());
        assert_eq!(doubts(0, 100, 50, 50).finding("phones"), None);
        let few = doubts(20, 100, 50, 49);
        assert_eq!(few.many(), None);
        let told = few.finding("phones").unwrap().message;
        assert_eq!(
            told,
            "`phones` changed while it was read: `device` had 50 rows, and 49 came; 20 keys lead \
             nowhere, of 100 (lines without their number: 20)"
        );
        assert_eq!(doubts(500, 100_000, 1, 1).many(), None);
    }

    #[test]
    fn keys_that_stand_so_hide_nobody_and_are_told_as_what_they_are() {
        let mut few = doubts(3, 100, 1, 1);
        assert!(few.hide_numbers());
        // A line comes with its number or not at all: it did change.
        assert_eq!(few.to_ask_again(), None);
        few.dangling.counts = [(Reference::NumberOfUser, 3)].into();
        few.dangling.numbers.insert("n".into());
        assert_eq!(few.to_ask_again().map(BTreeSet::len), Some(1));
        few.stand(true);
        assert!(!few.hide_numbers() && !few.none());
        let told = few.finding("phones").unwrap().message;
        assert!(told.starts_with("in `phones`, 3 keys lead nowhere"), "{told}");
        // They excuse nothing else.
        let mut lost = doubts(3, 100, 50, 49);
        lost.stand(true);
        assert!(lost.hide_numbers());
        assert!(lost.finding("phones").unwrap().message.contains("changed while"));
        assert!(Doubts { gone: (1, 9), standing: true, ..Doubts::default() }.hide_numbers());
    }

    #[test]
    fn more_than_a_few_are_not() {
        assert!(doubts(21, 100, 1, 1).many().unwrap().contains("21 keys lead nowhere"));
        assert!(doubts(501, 100_000, 1, 1).many().is_some());
        let lost = doubts(0, 100, 1000, 979).many().unwrap();
        assert_eq!(lost, "`device` had 1000 rows, and 979 came");
        assert!(doubts(0, 100, 979, 1000).many().is_some());
    }

    #[test]
    fn a_list_with_gaps_and_many_that_went_are_not_tolerated() {
        let went = |gone| Doubts { gone: (gone, 1000), ..Doubts::default() };
        assert_eq!((went(0).none(), went(20).none(), went(20).many()), (true, false, None));
        let told = went(20).finding("phones").unwrap().message;
        assert!(told.ends_with("20 of 1000 objects went after they were listed"), "{told}");
        assert!(went(21).many().unwrap().contains("21 of 1000"));
        let gap = Doubts { gaps: vec!["2 users came twice".into()], ..Doubts::default() };
        assert_eq!((gap.none(), gap.many().as_deref()), (false, Some("2 users came twice")));
    }

    #[test]
    fn fewer_rows_than_were_counted_are_a_doubt() {
        let expected = vec![Expected { table: "device", rows: 1 }];
        let gathered = Gathered { expected, ..Gathered::default() };
        let naming = Naming { source: "phones", pbx: "main" };
        let doubts = Doubts::of(&gathered, &organise(&gathered.tables, &naming));
        assert_eq!(doubts.changed.len(), 1);
        assert!(doubts.hide_numbers());
    }

    #[test]
    fn an_empty_table_is_named() {
        assert_eq!(
            emptied(&Tables::default()).unwrap(),
            "nothing is in the tables `enduser` (users) and `device` (devices) and `numplan` \
             (numbers) and `devicenumplanmap` (lines), as in a system that is being set up, emptied \
             or restored"
        );
    }

    #[test]
    fn only_who_is_known_and_without_a_number_is_held_back() {
        let record = |key: &str, extension: Option<&str>| Record {
            key: key.into(),
            place: Place::Name(key.into()),
            values: [extension.map(Text::from).into()].into(),
            flaw: None,
        };
        let mut records = [record("a", None), record("b", Some("1")), record("c", None)];
        hold_back(&mut records, &["extensions".into()], &["a".into(), "b".into()]);
        let held: Vec<bool> = records.iter().map(|record| record.flaw.is_some()).collect();
        assert_eq!(held, [true, false, false]);
    }
}
