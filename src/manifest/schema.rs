//! The JSON schema of a manifest (draft-07), made of the types and the registry of kinds.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{
    file::{Common, ManifestFile},
    reference,
};
use crate::connectors::Kind;

/// Where the schema is published.
pub const ADDRESS: &str =
    "https://raw.githubusercontent.com/rollbook/rollbook/main/schemas/manifest.schema.json";

/// The schema of the kinds that there are.
pub(super) fn of(kinds: &[Kind]) -> Value {
    let mut schema = plain::<ManifestFile>();
    simplify(&mut schema);
    let mut definitions = Map::new();
    for (name, definition) in reference::definitions() {
        definitions.insert(name.into(), definition);
    }
    let sources: Vec<Value> = kinds.iter().map(source).collect();
    let mut any_source = json!({ "description": "What people are read from.", "type": "object" });
    if !sources.is_empty() {
        any_source["oneOf"] = Value::Array(sources);
    }
    definitions.insert("Source".into(), any_source);
    let mut whole = Map::new();
    whole.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    whole.insert("$id".into(), ADDRESS.into());
    whole.insert("title".into(), "A rollbook manifest".into());
    if let Value::Object(schema) = schema {
        whole.extend(
            schema.into_iter().filter(|(key, _)| !matches!(key.as_str(), "$schema" | "title")),
        );
    }
    whole.insert("definitions".into(), Value::Object(definitions));
    Value::Object(whole)
}

fn generator() -> schemars::SchemaGenerator {
    SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true).into_generator()
}

fn plain<T: JsonSchema>() -> Value {
    let mut schema = generator().into_root_schema_for::<T>().to_value();
    if let Value::Object(schema) = &mut schema {
        schema.remove("definitions");
    }
    schema
}

/// One kind's source: its settings, each of which may be a reference, and what all sources have.
fn source(kind: &Kind) -> Value {
    let mut settings = (kind.schema)(&mut generator()).to_value();
    simplify(&mut settings);
    refer(&mut settings);
    let mut common = plain::<Common>();
    simplify(&mut common);
    let mut properties = Map::new();
    properties.insert("kind".into(), json!({ "description": kind.about, "const": kind.name }));
    let mut required = vec![json!("kind")];
    for (list, part) in [("common", &mut common), ("settings", &mut settings)] {
        if let Some(Value::Object(known)) = part.get_mut("properties").map(Value::take) {
            properties.extend(known);
        }
        if let (Some(Value::Array(names)), "settings") = (part.get("required"), list) {
            required.extend(names.iter().cloned());
        }
    }
    json!({
        "title": kind.name,
        "description": settings.get("description").cloned().unwrap_or_else(|| kind.about.into()),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Says what the loader takes: an absent key rather than `null`, and any scalar for a text.
fn simplify(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if object.get("nullable").is_none() {
        without_null(object);
    }
    object.remove("nullable");
    object.remove("default");
    if let Some(Value::String(description)) = object.get_mut("description") {
        *description = unwrapped(description);
    }
    let narrow = ["pattern", "enum", "const", "format"];
    let any_text = !narrow.iter().any(|key| object.contains_key(*key));
    if any_text && object.get("type") == Some(&json!("string")) {
        object.insert("type".into(), json!(["string", "number", "boolean"]));
    } else if any_text && object.get("type") == Some(&json!(["string", "null"])) {
        object.insert("type".into(), json!(["string", "number", "boolean", "null"]));
    }
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "definitions", Value::Object(named)) => {
                named.values_mut().for_each(simplify);
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(parts)) => {
                parts.iter_mut().for_each(simplify);
            }
            ("items" | "additionalProperties" | "not", part) => simplify(part),
            _ => {}
        }
    }
}

/// A doc comment without the line breaks within its paragraphs.
fn unwrapped(text: &str) -> String {
    text.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = object.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(kinds)) = object.get_mut("enum") {
        kinds.retain(|kind| !kind.is_null());
    }
    for list in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = object.get_mut(list) else { continue };
        choices.retain(|choice| choice != &json!({ "type": "null" }));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove(list);
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
}

/// Allows a reference for every setting and every item of a list, however deep.
fn refer(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    for list in ["anyOf", "oneOf", "allOf"] {
        if let Some(Value::Array(parts)) = object.get_mut(list) {
            parts.iter_mut().for_each(refer);
        }
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(or_reference);
    }
    if let Some(items @ Value::Object(_)) = object.get_mut("items") {
        or_reference(items);
    }
    if let Some(others @ Value::Object(_)) = object.get_mut("additionalProperties") {
        or_reference(others);
    }
}

fn or_reference(schema: &mut Value) {
    refer(schema);
    let Value::Object(object) = schema else { return };
    let constant = object.contains_key("const");
    if constant || object.get("$ref").and_then(Value::as_str) == Some("#/definitions/Reference") {
        return;
    }
    let description = object.remove("description");
    let mut either = Map::new();
    if let Some(description) = description {
        either.insert("description".into(), description);
    }
    let reference = json!({ "$ref": "#/definitions/ReferenceOrDefault" });
    either.insert("anyOf".into(), json!([schema.take(), reference]));
    *schema = Value::Object(either);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::KINDS;

    /// The keywords that the walk over the form understands, or that only explain.
    const KNOWN: [&str; 24] = [
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "definitions",
        "description",
        "enum",
        "examples",
        "format",
        "items",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "oneOf",
        "pattern",
        "properties",
        "propertyNames",
        "required",
        "title",
    ];

    fn keywords(schema: &Value, wrong: &mut Vec<String>) {
        let Value::Object(object) = schema else { return };
        for (key, value) in object {
            match (key.as_str(), value) {
                ("type", _) => {}
                (key, _) if !KNOWN.contains(&key) => wrong.push(key.into()),
                ("properties" | "definitions", Value::Object(named)) => {
                    named.values().for_each(|schema| keywords(schema, wrong));
                }
                ("anyOf" | "oneOf" | "allOf", Value::Array(parts)) => {
                    parts.iter().for_each(|schema| keywords(schema, wrong));
                }
                ("items" | "additionalProperties" | "propertyNames", schema) => {
                    keywords(schema, wrong);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn the_walk_understands_every_keyword_of_the_schema() {
        let mut wrong = Vec::new();
        keywords(&of(KINDS), &mut wrong);
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn no_kind_has_a_setting_that_means_something_else_elsewhere() {
        let common = plain::<Common>();
        for kind in KINDS {
            let settings = (kind.schema)(&mut generator()).to_value();
            let own = settings.get("properties").and_then(Value::as_object).expect("settings");
            for name in own.keys() {
                assert!(name != "kind" && common["properties"].get(name).is_none(), "{name}");
            }
            let mut text = Vec::new();
            names(&settings, &mut text);
            for name in reference::WHERE {
                assert!(!text.iter().any(|known| known == name), "{}: {name}", kind.name);
            }
        }
    }

    fn names(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(object) => {
                if let Some(Value::Object(named)) = object.get("properties") {
                    found.extend(named.keys().cloned());
                }
                object.values().for_each(|part| names(part, found));
            }
            Value::Array(list) => list.iter().for_each(|part| names(part, found)),
            _ => {}
        }
    }

    #[test]
    fn a_secret_takes_a_reference_and_another_setting_takes_either() {
        let schema = of(KINDS).to_string();
        assert!(schema.contains(r##""$ref":"#/definitions/Reference""##));
        assert!(schema.contains(r##"{"$ref":"#/definitions/ReferenceOrDefault"}"##));
    }
}
