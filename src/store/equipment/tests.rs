use jiff::Timestamp;
use proptest::{collection::vec, option::of, prelude::*, sample::select};

use super::*;
use crate::directory::{ChannelKind, DeviceKind, Id, Reason, Status, SystemDeviceKind};

fn text_of<T: Kept>(all: &[T]) -> String {
    let mut text = String::new();
    all.iter().for_each(|one| write(&mut text, one));
    text
}

fn with<T: Kept>(id: &str, values: &[(Property, Value)]) -> T {
    let mut one = T::new(Id::parse(id).unwrap(), "x".into());
    for (property, value) in values {
        one.set(*property, value.clone()).unwrap();
    }
    one
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|text| Text::from(*text)).collect())
}

#[test]
fn a_line_of_a_device_is_a_line_of_its_file() {
    let desk: Device = with(
        "phones/6f1c-2e7a",
        &[
            (Property::Name, text("SEP001122334455")),
            (Property::Model, text("Cisco 8841")),
            (Property::Description, text("Ada \u{202e}Lovelace - 4021")),
            (Property::Pbx, text("hq")),
            (Property::Owner, text("staff/7")),
            (Property::OwnerBy, text("first-line")),
            (Property::Lines, list(&["1: 4021 in Internal", "2 (shared): 4030"])),
        ],
    );
    let profile: Device =
        with("phones/9", &[(Property::Kind, text(DeviceKind::DeviceProfile.as_str()))]);
    assert_eq!(
        text_of(&[desk, profile]),
        r#"d-phones/6f1c-2e7a:
  kind: "phone"
  name: "SEP001122334455"
  model: "Cisco 8841"
  description: "Ada \u202ELovelace - 4021"
  pbx: "hq"
  owner: "staff/7"
  owner_by: "first-line"
  lines:
    - "1: 4021 in Internal"
    - "2 (shared): 4030"
  status: "active"
d-phones/9:
  kind: "device-profile"
  name: "x"
  status: "active"
"#
    );
}

#[test]
fn a_hunt_group_and_a_gateway_are_written_so() {
    let sales: SystemDevice = with(
        "phones/1",
        &[
            (Property::Kind, text("hunt-group")),
            (Property::Name, text("Sales")),
            (Property::Number, text("4[0-5]XX")),
            (Property::Partition, text("Internal")),
            (Property::Members, list(&["4022 in Internal", "4021 in Internal"])),
        ],
    );
    assert_eq!(
        text_of(&[sales]),
        r#"y-phones/1:
  kind: "hunt-group"
  name: "Sales"
  number: "4[0-5]XX"
  partition: "Internal"
  members:
    - "4022 in Internal"
    - "4021 in Internal"
  status: "active"
"#
    );
    let mut gateway: Channel = with(
        "phones/2",
        &[
            (Property::Protocol, text("MGCP")),
            (Property::Address, list(&["gw.example.net"])),
            (Property::Channels, text("30")),
            (Property::Endpoints, list(&["S0/SU0/DS1-0@gw.example.net"])),
        ],
    );
    let since = "2026-11-20T09:30:00Z".parse().unwrap();
    let evidence = "no longer listed".into();
    gateway.set_status(Status::Disabled { reason: Reason::Gone, since, evidence });
    assert_eq!(
        text_of(&[gateway]),
        r#"h-phones/2:
  kind: "gateway"
  name: "x"
  protocol: "MGCP"
  address:
    - "gw.example.net"
  channels: "30"
  endpoints:
    - "S0/SU0/DS1-0@gw.example.net"
  status: "disabled"
  reason: "gone"
  since: "2026-11-20T09:30:00Z"
  evidence: "no longer listed"
"#
    );
}

fn has_a_field_for_each_property<T: Kept>() {
    let names = T::PROPERTIES.iter().map(|property| property.name());
    let names = ["id"].into_iter().chain(names).chain(["status", "reason", "since", "evidence"]);
    let known: Vec<&str> = T::FIELDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, names.collect::<Vec<_>>(), "of a {}", T::WORD);
    for property in T::PROPERTIES {
        let shape = T::FIELDS.iter().find(|(name, _)| *name == property.name()).unwrap().1;
        assert_eq!(shape == Shape::List, property.is_list(), "{property} of a {}", T::WORD);
    }
}

#[test]
fn every_property_is_a_field_in_its_order() {
    has_a_field_for_each_property::<Device>();
    has_a_field_for_each_property::<SystemDevice>();
    has_a_field_for_each_property::<Channel>();
}

#[test]
fn what_a_person_edited_is_read_all_the_same() {
    let edited = "# by hand\nd-phones/7:\n    kind: phone\n    name: SEP7\n    model: 0389\n    lines: [\"1: 042\", '2: 43 in A']\n    pbx: null\n    owner:\n";
    let wanted: Device = with(
        "phones/7",
        &[
            (Property::Name, text("SEP7")),
            (Property::Model, text("0389")),
            (Property::Lines, list(&["1: 042", "2: 43 in A"])),
        ],
    );
    assert_eq!(read::<Device>(edited), Ok(vec![wanted]));
}

#[test]
fn what_makes_no_sense_is_named_with_its_line() {
    for (text, line, message) in [
        ("d-p/7:\n  kind: \"phone\"\n  name: \"x\"\n  lines:\n    - \"4021\"\n", 4, "is no line"),
        ("d-p/7:\n  kind: \"fax\"\n  name: \"x\"\n", 2, "`phone` or `device-profile`"),
        ("d-p/7:\n  name: \"x\"\n", 1, "has no `kind`"),
        ("d-p/7:\n  kind: \"phone\"\n", 1, "has no `name`"),
        ("d-p/7:\n  kind: phone\n  name:\n", 3, "`name` takes text"),
        ("d-p/7:\n  kind: \"phone\"\n  name: \"x\"\n  owner: \"7\"\n", 4, "is not an id"),
        ("u-p/7:\n  kind: \"phone\"\n  name: \"x\"\n", 1, "is not `d-` and an id"),
        ("d-p/7:\n  kind: phone\n  name: x\n  modell: y\n", 4, "did you mean `model`"),
        ("d-p/7:\n  kind: phone\n  name: x\n  members: [1]\n", 4, "no field `members`"),
        ("d-p/7:\n  kind: phone\n  name: x\n  status: gone\n", 4, "not `gone`"),
        ("d-p/7:\n  kind: phone\n  name: x\nd-p/7:\n  kind: phone\n  name: x\n", 4, "uplicate"),
    ] {
        let flaw = read::<Device>(text).unwrap_err();
        assert!(flaw.message.contains(message), "{text}: {flaw:?}");
        assert_eq!(flaw.at.line, line, "{text}: {flaw:?}");
    }
}

fn hostile() -> impl Strategy<Value = Text> {
    let odd = vec![
        "yes",
        "null",
        "~",
        "0x1F",
        "1:30",
        "042",
        "- x",
        "{}",
        "a: b",
        " #",
        "---",
        "%41",
        "<<",
        "1 (shared): 4021 in A",
        " in ",
        "\u{1b}[2J",
        "\u{85}",
        "\u{2028}",
    ];
    let text = prop_oneof![
        any::<String>(),
        "[\u{0}-\u{2f}\u{80}-\u{a5}\u{2020}-\u{2030}\u{feff}\\\\\"'#:%~]{1,8}",
        select(odd).prop_map(str::to_owned),
    ];
    text.prop_map(Text::from).prop_filter("an empty text is never kept", |text| !text.is_empty())
}

/// A number of a list: with or without a partition of whatever name.
fn number() -> impl Strategy<Value = String> {
    ("[0-9X+*#!\\[\\]-]{1,8}", of(hostile())).prop_map(|(number, partition)| match partition {
        Some(partition) => format!("{number} in {partition}"),
        None => number,
    })
}

fn value<T: Kept>(property: Property) -> BoxedStrategy<Value> {
    let text = |text: Text| Value::Text(text);
    let texts = |texts: Vec<String>| match texts.is_empty() {
        true => Value::None,
        false => Value::List(texts.into_iter().map(Text::from).collect()),
    };
    match property {
        Property::Kind => {
            let kinds: Vec<&str> = match T::FOLDER {
                Device::FOLDER => DeviceKind::ALL.map(DeviceKind::as_str).to_vec(),
                SystemDevice::FOLDER => {
                    SystemDeviceKind::ALL.map(SystemDeviceKind::as_str).to_vec()
                }
                _ => ChannelKind::ALL.map(ChannelKind::as_str).to_vec(),
            };
            select(kinds).prop_map(|kind| Value::Text(kind.into())).boxed()
        }
        Property::Owner => {
            hostile().prop_map(|key| Value::Text(Id::new("staff", &key).into())).boxed()
        }
        Property::OwnerBy => {
            let words = crate::directory::Ownership::ALL.map(|by| by.as_str());
            select(words.to_vec()).prop_map(|word| Value::Text(word.into())).boxed()
        }
        Property::Channels => {
            any::<u32>().prop_map(|count| Value::Text(count.to_string().into())).boxed()
        }
        Property::Lines => {
            let line = (any::<u16>(), any::<bool>(), number()).prop_map(|(at, shared, number)| {
                format!("{at}{}: {number}", if shared { " (shared)" } else { "" })
            });
            vec(line, 0..4).prop_map(texts).boxed()
        }
        Property::Members => vec(number(), 0..4).prop_map(texts).boxed(),
        Property::Address | Property::Endpoints => {
            let texts = move |all: Vec<Text>| texts(all.iter().map(ToString::to_string).collect());
            vec(hostile(), 0..4).prop_map(texts).boxed()
        }
        _ => hostile().prop_map(text).boxed(),
    }
}

fn status() -> impl Strategy<Value = Status> {
    (any::<bool>(), 0..4_000_000_000_i64, hostile()).prop_map(|(active, second, evidence)| {
        let since = Timestamp::from_second(second).unwrap();
        let disabled = Status::Disabled { reason: Reason::Gone, since, evidence };
        if active { Status::Active } else { disabled }
    })
}

fn any_of<T: Kept>() -> impl Strategy<Value = Vec<T>> {
    let values: Vec<_> = T::PROPERTIES.iter().map(|property| value::<T>(*property)).collect();
    let given = vec(any::<bool>(), T::PROPERTIES.len());
    let one = (hostile(), hostile(), values, given, status()).prop_map(
        |(key, name, values, given, status)| {
            let mut one = T::new(Id::new("phones", &key), name);
            for ((property, value), given) in T::PROPERTIES.iter().zip(values).zip(given) {
                if given {
                    one.set(*property, value).unwrap();
                }
            }
            one.set_status(status);
            one
        },
    );
    vec(one, 1..4).prop_map(|mut all| {
        all.sort_by(|one, other| one.id().cmp(other.id()));
        all.dedup_by(|one, other| one.id() == other.id());
        all
    })
}

/// All readers give what was written: by lines, through the library for edited files, and another
/// library.
fn comes_back<T: Kept>(all: &[T]) -> Result<(), TestCaseError> {
    let text = text_of(all);
    prop_assert_eq!(&read::<T>(&text).unwrap(), all);
    let lines = super::super::lines::read(&text, T::FIELDS, |block| Ok(block.clone())).unwrap();
    let edited = super::super::edited::read(&text, T::FIELDS).unwrap();
    prop_assert_eq!(&edited, &lines);
    let other: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    prop_assert_eq!(other.as_mapping().unwrap().len(), all.len());
    for block in &lines {
        for field in &block.fields {
            let value = &other[block.key.as_ref()][field.name.as_ref()];
            match &field.value {
                Raw::Text(text) => prop_assert_eq!(value.as_str(), Some(text.as_ref())),
                Raw::List(list) => {
                    let texts: Vec<_> =
                        value.as_sequence().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
                    prop_assert_eq!(&texts, list);
                }
                Raw::None | Raw::Flag(_) => {
                    prop_assert!(false, "{} is a text or a list", field.name)
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn devices_come_back(all in any_of::<Device>()) {
        comes_back(&all)?;
    }

    #[test]
    fn system_devices_come_back(all in any_of::<SystemDevice>()) {
        comes_back(&all)?;
    }

    #[test]
    fn channels_come_back(all in any_of::<Channel>()) {
        comes_back(&all)?;
    }
}
