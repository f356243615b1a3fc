//! What a recording's lines say: a header, records, departures, and how much of the rest follows.

use std::fmt;

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
    ser::SerializeSeq,
};

use crate::{
    directory::{Reason, Text},
    source::{Attribute, Coverage, Departure, Place, Record, Unread},
};

/// The first line of a source's file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The source's name.
    pub(super) source: Text,
    /// Its connector's kind.
    pub(super) kind: Text,
    /// The attributes that were asked for, whether or not any record has them; sorted.
    pub(super) asked: Vec<Text>,
    /// The attributes of each record, in this order.
    pub(super) names: Vec<Text>,
    /// Of these, those whose values are not kept.
    pub(super) withheld: Vec<Text>,
    /// Of these, those that the pseudonyms leave out as no expression uses them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unused: Vec<Text>,
    /// How far the listing can be trusted.
    pub(super) coverage: Trust,
    /// When the records are from, where that isn't when they were read.
    pub(super) as_of: Option<Timestamp>,
    /// How long reading took.
    pub(super) seconds: f64,
    /// Kinds of equipment that couldn't be read, or not in full.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unread: Vec<Unread>,
    /// How many lines of records follow.
    pub(super) records: u64,
    /// How many lines of departures follow these.
    pub(super) departures: u64,
    /// How many lines of devices follow these.
    #[serde(default, skip_serializing_if = "none")]
    pub(super) devices: u64,
    /// How many lines of system devices follow these.
    #[serde(default, skip_serializing_if = "none")]
    pub(super) system_devices: u64,
    /// How many lines of channels follow these.
    #[serde(default, skip_serializing_if = "none")]
    pub(super) channels: u64,
    /// How many lines of the source's own remarks follow these.
    #[serde(default, skip_serializing_if = "none")]
    pub(super) findings: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn none(count: &u64) -> bool {
    *count == 0
}

/// [`Coverage`], as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trust {
    /// With the proof.
    Complete(String),
    /// With what went wrong.
    Partial(String),
}

impl From<Coverage> for Trust {
    fn from(coverage: Coverage) -> Self {
        match coverage {
            Coverage::Complete { proof } => Self::Complete(proof),
            Coverage::Partial { because } => Self::Partial(because),
        }
    }
}

impl From<Trust> for Coverage {
    fn from(trust: Trust) -> Self {
        match trust {
            Trust::Complete(proof) => Self::Complete { proof },
            Trust::Partial(because) => Self::Partial { because },
        }
    }
}

/// A record, to be written.
#[derive(Serialize)]
struct Written<'r> {
    key: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dn: Option<&'r str>,
    values: Values<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flaw: Option<&'r str>,
}

/// The values of a record and, in their order, whether each is kept.
struct Values<'r>(&'r [Attribute], &'r [bool]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (at, value) in self.0.iter().enumerate() {
            match value {
                _ if !self.1.get(at).copied().unwrap_or(true) => list.serialize_element(&())?,
                Attribute::Absent => list.serialize_element(&())?,
                Attribute::One(text) => list.serialize_element(text.as_str())?,
                Attribute::Many(texts) => list.serialize_element(&**texts)?,
            }
        }
        list.end()
    }
}

/// A record as a line of JSON, without its end; `kept` says of each value whether it is.
pub(super) fn record(record: &Record, kept: &[bool]) -> serde_json::Result<String> {
    let Record { key, place, values, flaw } = record;
    let (line, item, dn) = match place {
        Place::Line(line) => (Some(*line), None, None),
        Place::Item(item) => (None, Some(*item), None),
        Place::Name(name) => (None, None, Some(name.as_str())),
    };
    let flaw = flaw.as_deref();
    serde_json::to_string(&Written { key, line, item, dn, values: Values(values, kept), flaw })
}

/// A record, as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    key: Text,
    line: Option<u64>,
    item: Option<u64>,
    dn: Option<Text>,
    values: Vec<Cell>,
    flaw: Option<Text>,
}

struct Cell(Attribute);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("nothing, a text or a list of texts")
            }

            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell(Attribute::Absent))
            }

            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell(Attribute::from(Some(Text::from(text)))))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Cell, A::Error> {
                let mut texts: Vec<Text> = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Cell(Attribute::from(texts)))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads a record of so many values.
///
/// The error says what the line lacks.
pub(super) fn read_record(line: &[u8], width: usize) -> Result<Record, String> {
    let read: Read = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let Read { key, line, item, dn, values, flaw } = read;
    let place = match (line, item, dn) {
        (Some(line), None, None) => Place::Line(line),
        (None, Some(item), None) => Place::Item(item),
        (None, None, Some(name)) => Place::Name(name),
        _ => return Err("a record needs one of `line`, `item` and `dn`".into()),
    };
    if values.len() != width {
        return Err(format!("a record has {} values, not {width}", values.len()));
    }
    Ok(Record { key, place, values: values.into_iter().map(|cell| cell.0).collect(), flaw })
}

/// A departure, as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Left {
    departed: Text,
    reason: Reason,
    evidence: Text,
}

impl From<&Departure> for Left {
    fn from(departure: &Departure) -> Self {
        let Departure { key, reason, evidence } = departure;
        Self { departed: key.clone(), reason: *reason, evidence: evidence.clone() }
    }
}

impl From<Left> for Departure {
    fn from(left: Left) -> Self {
        Self { key: left.departed, reason: left.reason, evidence: left.evidence }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Text> {
        prop_oneof![Just(String::new()), "\\PC{0,5}", "[\\x00-\\x20\u{202e}é\"\\\\]{0,5}"]
            .prop_map(Text::from)
    }

    fn place() -> impl Strategy<Value = Place> {
        prop_oneof![
            any::<u64>().prop_map(Place::Line),
            any::<u64>().prop_map(Place::Item),
            text().prop_map(Place::Name)
        ]
    }

    proptest! {
        #[test]
        fn a_record_is_read_as_it_was_written(
            key in text(),
            place in place(),
            values in proptest::collection::vec(proptest::collection::vec(text(), 0..3), 0..4),
            flaw in proptest::option::of(text()),
        ) {
            let values: Box<[Attribute]> = values.into_iter().map(Attribute::from).collect();
            let width = values.len();
            let written = Record { key, place, values, flaw };
            let line = record(&written, &[]).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(read_record(line.as_bytes(), width).unwrap(), written);
            prop_assert!(read_record(line.as_bytes(), width + 1).is_err());
        }

        #[test]
        fn no_line_makes_it_panic(line in "\\PC{0,40}") {
            let _ = read_record(line.as_bytes(), 0);
        }
    }

    #[test]
    fn what_is_not_kept_is_not_there() {
        let written = Record {
            key: "7".into(),
            place: Place::Line(2),
            values: Box::new([Attribute::One("Ada".into()), Attribute::One("hunter2".into())]),
            flaw: None,
        };
        let line = record(&written, &[true, false]).unwrap();
        assert_eq!(line, r#"{"key":"7","line":2,"values":["Ada",null]}"#);
    }
}
