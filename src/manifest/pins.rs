//! What may be written under `pins:`, and what it means.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value as Json, json};

use super::{Diagnostic, meaning::Meaning};
use crate::{
    directory::{Field, FieldKind, GroupPath, Id, Person, Text, Value},
    document::{Content, Key, Node, Span, Spanned},
    pins::{Pin, Selector},
};

/// A local decision about one person that wins over the sources.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PinFile {
    /// Who: an id (`staff/7`), an e-mail address, or an extension (`4021`, `hq:4021`).
    pub(super) person: Spanned<Text>,
    /// The fields and what they hold; `null` for nothing.
    #[schemars(schema_with = "set")]
    #[serde(rename = "set")]
    _set: IgnoredAny,
    /// Why, for those who read the plan.
    pub(super) reason: Option<Text>,
    /// The last day on which it holds, as `2027-01-31`, to the end of that day in UTC. Without it,
    /// until it is removed.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), example = "2027-01-31")]
    pub(super) until: Option<Spanned<Text>>,
}

/// The name under `set:` of whether somebody is active.
const STATUS: &str = "status";

/// Whether a pin may give the field.
pub(super) fn pinnable(field: Field) -> bool {
    field != Field::Records
}

fn set(_generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for field in Field::ALL.into_iter().filter(|field| pinnable(*field)) {
        properties.insert(field.name().into(), value(field));
    }
    properties.insert(
        STATUS.into(),
        json!({
            "description": "Whether they are in use, whatever the sources say.",
            "enum": ["active", "disabled"],
        }),
    );
    json_schema!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
    })
}

fn value(field: Field) -> Json {
    let text = |what: &str| {
        let what = format!("{what}; `null` for none.");
        json!({ "description": what, "type": ["string", "null"], "nullable": true })
    };
    match (field, field.kind()) {
        (Field::Name | Field::Pbx, _) => json!({ "type": "string" }),
        (_, FieldKind::Text | FieldKind::Records) => text("A text"),
        (_, FieldKind::Extension) => text("An extension"),
        (_, FieldKind::Extensions) => json!({ "type": "array", "items": { "type": "string" } }),
        (_, FieldKind::Flag) => json!({ "type": "boolean" }),
        (_, FieldKind::Path) => {
            json!({ "description": "A place in the tree, as `/Leeds/Sales`.", "type": "string" })
        }
    }
}

impl Meaning<'_> {
    /// One of `pins`.
    pub(super) fn pin(&mut self, node: &Node) -> Option<Pin> {
        let file: PinFile = self.decoded(node)?;
        let at = |key: &str| node.get(key).map_or(&node.at, |value| &value.at);
        let person = match Selector::parse(&file.person) {
            Ok(person) => Some(person),
            Err(bad) => {
                let help =
                    "write an id (`staff/7`), an e-mail address, or an extension (`hq:4021`)";
                self.wrong("wrong-value", bad.to_string(), at("person"), help);
                None
            }
        };
        let until = match file.until.as_ref().map(|until| until.parse::<Date>()) {
            None => None,
            Some(Ok(date)) => Some(date),
            Some(Err(_)) => {
                let title =
                    format!("`{}` is no day", file.until.map(|day| day.value).unwrap_or_default());
                self.wrong("wrong-value", title, at("until"), "write it as `2027-01-31`");
                return None;
            }
        };
        let mut pin = Pin {
            person: person?,
            set: Vec::new(),
            status: None,
            reason: file.reason.filter(|reason| !reason.trim().is_empty()),
            until,
            at: node.at.position(),
        };
        for (key, value) in node.get("set").map(Node::entries).unwrap_or_default() {
            if key.text == STATUS {
                pin.status = value.as_text().map(|word| word == "active");
            } else if let Some(field) = Field::parse(&key.text).filter(|field| pinnable(*field)) {
                let value = self.pinned_value(field, key, value)?;
                pin.set.push((field, value));
            }
        }
        Some(pin)
    }

    fn pinned_value(&mut self, field: Field, key: &Key, node: &Node) -> Option<Value> {
        let text = |node: &Node| node.as_text().cloned().unwrap_or_default();
        let value = match &node.content {
            Content::Null => Value::None,
            Content::List(items) => Value::List(items.iter().map(text).collect()),
            Content::Scalar { text, .. } if field.kind() == FieldKind::Flag => {
                Value::Flag(text == "true")
            }
            Content::Scalar { text, .. } => Value::Text(text.clone()),
            Content::Map(_) => return None,
        };
        match holds(field, &value) {
            Ok(()) => Some(value),
            Err(problem) => {
                let at: &Span = if node.at.bytes.is_empty() { &key.at } else { &node.at };
                let help = format!("write what `{field}` takes");
                self.wrong("wrong-value", problem, at, &help);
                None
            }
        }
    }

    /// Pins of one field by one selector, of which only one can count.
    pub(super) fn pins_once(&mut self, pins: &[(&Node, Pin)]) {
        let mut known: BTreeMap<(&Selector, &str), &Node> = BTreeMap::new();
        for (node, pin) in pins {
            for (key, _) in node.get("set").map(Node::entries).unwrap_or_default() {
                let place = node.get("set").and_then(|set| set.entry(&key.text));
                let Some((first, at)) = known
                    .insert((&pin.person, &key.text), node)
                    .map(|first| (first, place.map_or(&node.at, |(key, _)| &key.at)))
                else {
                    continue;
                };
                let title = format!("`{}` of `{}` is pinned already", key.text, pin.person);
                let found = Diagnostic::new("duplicate-pin", title, at)
                    .related(&first.at, "here")
                    .help("keep one of them");
                self.found.push(found);
            }
        }
    }
}

/// Whether somebody could have that value.
///
/// # Errors
///
/// Why not.
pub fn holds(field: Field, value: &Value) -> Result<(), String> {
    let nobody = GroupPath::parse("/x").map_err(|error| error.to_string())?;
    let mut person = Person::new(Id::new("x", "x"), "x".into(), nobody);
    person.set(field, value.clone()).map_err(|error| error.to_string())?;
    let pbx = &person.pbx;
    if pbx.is_empty() || pbx.contains([':', '/']) || pbx.contains(char::is_whitespace) {
        return Err(format!("`{pbx}` can't be the name of a pbx"));
    }
    Ok(())
}
