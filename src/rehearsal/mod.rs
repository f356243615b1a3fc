//! Accidents that happen to sources, done to a listing: what a run would make of them.
//!
//! Each is what an administrator meets some day: a filter that matches nobody, a replica that is
//! not yet filled, a unit of the tree that was renamed, a right that the account lost, two
//! attributes that somebody mixed up. The listing stays complete, as the source would say of it.

mod judgement;
mod units;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

pub use judgement::{Guard, GuardKind, Judgement, Verdict, judged, past_of};

use self::units::{Unit, renamed};
use crate::{
    directory::{Field, Inventory, Text},
    mapping::{Expression, Mapping},
    plan::EntryKind,
    source::{Attribute, Listing, Place},
};

/// Something that happens to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Accident {
    /// It answers without a record, or without a device: a filter that matches nobody, an export
    /// that failed, a right on a part that was taken away.
    EmptySource,
    /// It answers with the first half of its records, or of its devices: a replica that is not yet
    /// filled.
    HalfSource,
    /// The largest unit of its tree has another name.
    RenamedOu,
    /// An attribute is gone from every record: the account may no longer read it.
    LostRight,
    /// Two attributes have each other's values.
    SwappedAttribute,
}

impl Accident {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::EmptySource,
        Self::HalfSource,
        Self::RenamedOu,
        Self::LostRight,
        Self::SwappedAttribute,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmptySource => "empty-source",
            Self::HalfSource => "half-source",
            Self::RenamedOu => "renamed-ou",
            Self::LostRight => "lost-right",
            Self::SwappedAttribute => "swapped-attribute",
        }
    }
}

impl fmt::Display for Accident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One way in which an accident may happen to a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// What happens, after the source's name: "answers without a record, it had 12".
    pub what: String,
    does: Does,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Does {
    /// Keeps so many records, and of equipment nothing or half.
    Keep(usize),
    /// Keeps so many of one kind of equipment, and everything else.
    KeepOf(EntryKind, usize),
    Rename(Unit),
    Hide(Unit),
    Lose(usize),
    Swap(usize, usize),
}

/// The ways in which an accident may happen to a source; none where it can't.
pub fn happenings(accident: Accident, listing: &Listing, mapping: &Mapping) -> Vec<Happening> {
    let records = listing.records.len();
    match accident {
        Accident::EmptySource => {
            let what = format!("answers without a record, not with {records}");
            let all = (records > 0).then_some(Happening { what, does: Does::Keep(0) });
            let without = equipment(listing).filter(|(_, count)| *count > 0);
            let without = without.map(|(kind, count)| Happening {
                what: format!("lists no {} at all, not {count}", kind.noun()),
                does: Does::KeepOf(kind, 0),
            });
            all.into_iter().chain(without).collect()
        }
        Accident::HalfSource => {
            let half = records / 2;
            let what = format!("answers with {half} of its {records} records");
            let all = (records > 1).then_some(Happening { what, does: Does::Keep(half) });
            let halves = equipment(listing).filter(|(_, count)| *count > 1);
            let halves = halves.map(|(kind, count)| Happening {
                what: format!("lists {} of its {}", count / 2, kind.counted(count as u64)),
                does: Does::KeepOf(kind, count / 2),
            });
            all.into_iter().chain(halves).collect()
        }
        Accident::RenamedOu => {
            let names = listing.records.iter().filter_map(|record| match &record.place {
                Place::Name(name) => Some(name.as_str()),
                Place::Line(_) | Place::Item(_) => None,
            });
            let Some((unit, below)) = units::largest(names) else { return Vec::new() };
            let (shown, new) = (unit.shown(), unit.new_name());
            vec![
                Happening {
                    what: format!(
                        "has `{shown}` renamed to `{new}`, with {below} records below it"
                    ),
                    does: Does::Rename(unit.clone()),
                },
                Happening {
                    what: format!(
                        "has `{shown}` renamed, and a base or filter that names it finds none of \
                         its {below} records"
                    ),
                    does: Does::Hide(unit),
                },
            ]
        }
        Accident::LostRight => {
            let lost = telling(listing, mapping).into_iter();
            lost.map(|(at, with)| Happening {
                what: format!(
                    "no longer gives `{}`, which {with} of its {records} records had",
                    listing.names[at]
                ),
                does: Does::Lose(at),
            })
            .collect()
        }
        Accident::SwappedAttribute => {
            let columns = main_columns(listing, mapping);
            let pairs = columns.chunks_exact(2).map(|pair| (pair[0], pair[1]));
            pairs
                .map(|(one, other)| Happening {
                    what: format!(
                        "gives `{}` as `{}`, and the other way round",
                        listing.names[one], listing.names[other]
                    ),
                    does: Does::Swap(one, other),
                })
                .collect()
        }
    }
}

impl Happening {
    /// The listing once it has happened. It is as complete as before.
    pub fn to(&self, mut listing: Listing) -> Listing {
        match &self.does {
            Does::Keep(count) => {
                for (kind, all) in equipment(&listing).collect::<Vec<_>>() {
                    let rest = if *count == 0 { 0 } else { all / 2 };
                    keep_of(&mut listing.inventory, kind, rest);
                }
                listing.records.truncate(*count);
            }
            Does::KeepOf(kind, count) => keep_of(&mut listing.inventory, *kind, *count),
            Does::Lose(at) => {
                for record in &mut listing.records {
                    if let Some(value) = record.values.get_mut(*at) {
                        *value = Attribute::Absent;
                    }
                }
            }
            Does::Swap(one, other) => {
                for record in &mut listing.records {
                    if record.values.len() > *one.max(other) {
                        record.values.swap(*one, *other);
                    }
                }
            }
            Does::Hide(unit) => listing.records.retain(|record| match &record.place {
                Place::Name(name) => !unit.has(name),
                Place::Line(_) | Place::Item(_) => true,
            }),
            Does::Rename(unit) => {
                for record in &mut listing.records {
                    renamed(record, unit);
                }
            }
        }
        listing
    }
}

/// How much equipment of each kind a listing has.
fn equipment(listing: &Listing) -> impl Iterator<Item = (EntryKind, usize)> {
    let Inventory { devices, system_devices, channels } = &listing.inventory;
    let counts = [
        (EntryKind::Device, devices.len()),
        (EntryKind::SystemDevice, system_devices.len()),
        (EntryKind::Channel, channels.len()),
    ];
    counts.into_iter()
}

fn keep_of(inventory: &mut Inventory, kind: EntryKind, count: usize) {
    let Inventory { devices, system_devices, channels } = inventory;
    match kind {
        EntryKind::Device => devices.truncate(count),
        EntryKind::SystemDevice => system_devices.truncate(count),
        EntryKind::Channel => channels.truncate(count),
        EntryKind::Person | EntryKind::Group | EntryKind::Collection => {}
    }
}

/// The attributes that the mapping uses and some record has, with how many have them: what decides
/// about people first, then in the order of the fields.
fn telling(listing: &Listing, mapping: &Mapping) -> Vec<(usize, usize)> {
    let deciding = mapping.status.iter().chain(mapping.keep.iter().map(|(keep, _)| keep));
    let filling = mapping.fields.iter().map(|(_, expression)| expression);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for name in deciding.chain(filling).flat_map(Expression::names) {
        if let Some(at) = listing.column(name)
            && found.iter().all(|(known, _)| *known != at)
        {
            found.push((at, filled(listing, at)));
        }
    }
    found.retain(|(_, with)| *with > 0);
    found
}

/// The attribute that most fills each of the fields that people are known by, each once.
fn main_columns(listing: &Listing, mapping: &Mapping) -> Vec<usize> {
    const FIELDS: [Field; 8] = [
        Field::Name,
        Field::Department,
        Field::Extension,
        Field::Telephone,
        Field::Site,
        Field::Email,
        Field::JobTitle,
        Field::Mobile,
    ];
    let mut columns: Vec<usize> = Vec::new();
    for field in FIELDS {
        let by = mapping.fields.iter().find(|(known, _)| *known == field);
        let names = by.into_iter().flat_map(|(_, expression)| expression.names());
        let most = names
            .filter_map(|name: &Text| listing.column(name))
            .filter(|at| !columns.contains(at))
            .map(|at| (filled(listing, at), std::cmp::Reverse(at)))
            .max();
        if let Some((with, std::cmp::Reverse(at))) = most
            && with > 0
        {
            columns.push(at);
        }
    }
    columns
}

/// How many records have an attribute.
fn filled(listing: &Listing, at: usize) -> usize {
    let has = |value: Option<&Attribute>| !matches!(value, None | Some(Attribute::Absent));
    listing.records.iter().filter(|record| has(record.values.get(at))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mapping::Scope,
        source::{Coverage, Record},
    };

    fn listing() -> Listing {
        let record = |key: &str, dn: &str, values: [&str; 3]| Record {
            key: key.into(),
            place: Place::Name(dn.into()),
            values: values.iter().map(|text| Attribute::from(Some(Text::from(*text)))).collect(),
            flaw: None,
        };
        Listing {
            names: ["cn", "ou", "telephoneNumber"].map(Text::from).to_vec(),
            records: vec![
                record("1", "cn=Ada,ou=Sales,ou=People,dc=example", ["Ada", "Sales", "4021"]),
                record("2", "cn=Grace,ou=Sales,ou=People,dc=example", ["Grace", "Sales", ""]),
                record("3", "cn=Joan,ou=IT,ou=People,dc=example", ["Joan", "IT", "4023"]),
            ],
            coverage: Coverage::Complete { proof: "all".into() },
            as_of: None,
            departures: Vec::new(),
            inventory: Inventory::default(),
            unread: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn mapping() -> Mapping {
        let fields = [
            (Field::Name, "cn"),
            (Field::Department, "ou"),
            (Field::Extension, "telephoneNumber or pager"),
        ];
        let expression = |text| Expression::compile(text, Scope::Attributes).unwrap();
        Mapping {
            source: "staff".into(),
            pbx: "main".into(),
            fields: fields.map(|(field, text)| (field, expression(text))).to_vec(),
            status: None,
            keep: None,
        }
    }

    fn all(accident: Accident) -> Vec<(String, Listing)> {
        let happenings = happenings(accident, &listing(), &mapping());
        happenings.into_iter().map(|one| (one.what.clone(), one.to(listing()))).collect()
    }

    fn keys(listing: &Listing) -> Vec<&str> {
        listing.records.iter().map(|record| record.key.as_str()).collect()
    }

    #[test]
    fn a_source_is_empty_or_half_and_still_says_it_is_complete() {
        let empty = &all(Accident::EmptySource)[0];
        assert_eq!(empty.0, "answers without a record, not with 3");
        assert!(empty.1.records.is_empty());
        assert_eq!(empty.1.coverage, listing().coverage);
        assert_eq!(keys(&all(Accident::HalfSource)[0].1), ["1"]);
    }

    #[test]
    fn a_source_lists_no_devices_or_half_of_them() {
        use crate::directory::{Device, Equipment, Id, SystemDevice};
        let mut whole = listing();
        let id = |n: usize| Id::new("staff", &format!("d{n}"));
        whole.inventory.devices = (0..5).map(|n| Device::new(id(n), "SEP".into())).collect();
        whole.inventory.system_devices = vec![SystemDevice::new(id(9), "Sales".into())];
        let told = |accident| -> Vec<_> {
            let each = happenings(accident, &whole, &mapping()).into_iter();
            each.map(|one| {
                let after = one.to(whole.clone());
                let Inventory { devices, system_devices, .. } = &after.inventory;
                (one.what, after.records.len(), devices.len(), system_devices.len())
            })
            .collect()
        };
        let row =
            |what: &str, records, devices, system| (what.to_owned(), records, devices, system);
        assert_eq!(
            told(Accident::EmptySource),
            [
                row("answers without a record, not with 3", 0, 0, 0),
                row("lists no device at all, not 5", 3, 0, 1),
                row("lists no system device at all, not 1", 3, 5, 0),
            ]
        );
        assert_eq!(
            told(Accident::HalfSource),
            [
                row("answers with 1 of its 3 records", 1, 2, 0),
                row("lists 2 of its 5 devices", 3, 2, 1),
            ]
        );
        assert!(whole.clone().inventory.channels.is_empty());
    }

    #[test]
    fn the_largest_unit_below_the_base_is_renamed_or_found_no_longer() {
        let [renamed, hidden] = &all(Accident::RenamedOu)[..] else { panic!("two ways") };
        assert!(renamed.0.contains("`ou=Sales,ou=People,dc=example`"), "{}", renamed.0);
        assert_eq!(keys(&renamed.1), ["1", "2", "3"]);
        let Place::Name(dn) = &renamed.1.records[0].place else { panic!("a name") };
        assert_eq!(dn, "cn=Ada,ou=Sales (renamed),ou=People,dc=example");
        assert_eq!(keys(&hidden.1), ["3"]);
    }

    #[test]
    fn each_right_is_lost_in_turn() {
        let lost = all(Accident::LostRight);
        let what: Vec<_> = lost.iter().map(|(what, _)| what.as_str()).collect();
        assert_eq!(
            what,
            [
                "no longer gives `cn`, which 3 of its 3 records had",
                "no longer gives `ou`, which 3 of its 3 records had",
                "no longer gives `telephoneNumber`, which 2 of its 3 records had",
            ]
        );
        assert!(lost[2].1.records.iter().all(|record| record.values[2] == Attribute::Absent));
        assert_eq!(lost[2].1.records[0].values[0], Attribute::One("Ada".into()));
    }

    #[test]
    fn two_attributes_have_each_other_s_values() {
        let [(what, swapped)] = &all(Accident::SwappedAttribute)[..] else { panic!("one pair") };
        assert_eq!(what, "gives `cn` as `ou`, and the other way round");
        assert_eq!(swapped.records[0].values[0], Attribute::One("Sales".into()));
    }

    #[test]
    fn nothing_happens_where_there_is_nothing() {
        let nothing = Listing { records: Vec::new(), ..listing() };
        for accident in Accident::ALL {
            let happens = happenings(accident, &nothing, &mapping());
            assert!(happens.is_empty(), "{accident}: {happens:?}");
        }
    }
}
