//! Devices, system devices and channels as lines of a recording: one code for the three.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::{Equipment, Id, Property, Reason, Status, Text, Value};

/// One of them, as it is written and read.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    /// What it is: `device`, `system-device` or `channel`.
    entry: Text,
    id: Text,
    /// Its properties that have a value.
    values: BTreeMap<Text, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<Off>,
}

/// Why and since when it isn't in use.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Off {
    reason: Reason,
    since: Timestamp,
    evidence: Text,
}

/// One as a line of JSON, without its end.
pub(super) fn line<T: Equipment>(one: &T) -> serde_json::Result<String> {
    let values = T::PROPERTIES.iter().map(|property| (*property, one.get(*property)));
    let values = values.filter(|(_, value)| !value.is_empty());
    let disabled = match one.status() {
        Status::Active => None,
        Status::Disabled { reason, since, evidence } => {
            Some(Off { reason: *reason, since: *since, evidence: evidence.clone() })
        }
    };
    serde_json::to_string(&Item {
        entry: Text::new_static(T::WORD),
        id: one.id().clone().into(),
        values: values.map(|(property, value)| (property.name().into(), value)).collect(),
        disabled,
    })
}

/// Reads one.
///
/// The error says what the line lacks.
pub(super) fn read<T: Equipment>(line: &[u8]) -> Result<T, String> {
    let item: Item = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let Item { entry, id, values, disabled } = item;
    if entry != T::WORD {
        return Err(format!("a {} is expected, not a {entry}", T::WORD));
    }
    let id = Id::parse(&id).map_err(|bad| bad.to_string())?;
    let mut one = T::new(id, Text::default());
    for (name, value) in values {
        let property = Property::parse(&name).ok_or_else(|| format!("no property `{name}`"))?;
        one.set(property, value).map_err(|wrong| wrong.to_string())?;
    }
    if one.name().is_empty() {
        return Err(format!("a {} has no name", T::WORD));
    }
    if let Some(Off { reason, since, evidence }) = disabled {
        one.set_status(Status::Disabled { reason, since, evidence });
    }
    Ok(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Channel, Device, SystemDevice};

    fn with<T: Equipment>(values: &[(Property, Value)]) -> T {
        let mut one = T::new(Id::new("phones", "1"), "Zoë \"x\"\n\u{202e}".into());
        for (property, value) in values {
            one.set(*property, value.clone()).unwrap();
        }
        one
    }

    fn comes_back<T: Equipment>(one: &T) {
        let line = line(one).unwrap();
        assert!(!line.contains('\n'), "{line}");
        assert_eq!(&read::<T>(line.as_bytes()).unwrap(), one, "{line}");
    }

    #[test]
    fn equipment_is_read_as_it_was_written() {
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
        let mut desk: Device = with(&[
            (Property::Kind, Value::Text("device-profile".into())),
            (Property::Owner, Value::Text("phones/u 7".into())),
            (Property::OwnerBy, Value::Text("first-line".into())),
            (Property::Lines, list(&["1: 4021 in A: b", "2 (shared): 4[0-5]XX"])),
        ]);
        comes_back(&desk);
        let since = "2026-11-20T09:30:00Z".parse().unwrap();
        desk.set_status(Status::Disabled { reason: Reason::Gone, since, evidence: "x".into() });
        comes_back(&desk);
        comes_back::<SystemDevice>(&with(&[
            (Property::Kind, Value::Text("hunt-group".into())),
            (Property::Members, list(&["4022 in A", "4021"])),
        ]));
        comes_back::<Channel>(&with(&[
            (Property::Channels, Value::Text("30".into())),
            (Property::Address, list(&["gw.example.net:5060"])),
        ]));
    }

    #[test]
    fn what_is_none_is_told() {
        let device: Device = with(&[]);
        let line = line(&device).unwrap();
        for (wrong, because) in [
            (line.replace("\"device\"", "\"channel\""), "a device is expected"),
            (line.replace("phones/1", "phones"), "is not an id"),
            (line.replace("\"name\"", "\"model\""), "has no name"),
            (line.replace("\"name\"", "\"colour\""), "no property `colour`"),
            (line.replace("\"name\"", "\"members\""), "nothing here"),
            (line[..line.len() - 1].to_owned(), "EOF"),
        ] {
            let told = read::<Device>(wrong.as_bytes()).unwrap_err();
            assert!(told.contains(because), "{wrong}: {told}");
        }
    }
}
