//! A source of some kind as commented YAML, made from the schema of its settings.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::columns::Columns;
use crate::{connectors::Kind, directory::Field};

/// Columns of a comment's line.
const WIDTH: usize = 96;

/// The environment variables that a fresh manifest refers to.
pub(super) fn variables(kind: &Kind) -> Vec<String> {
    let schema = Settings::of(kind);
    let mut names = Vec::new();
    schema.variables(&schema.root, &mut names);
    names
}

/// A source of that kind, required settings first, the others as comments.
pub(super) fn source(name: &str, kind: &Kind, columns: Option<&Columns>) -> String {
    let schema = Settings::of(kind);
    let mut out = format!("  {name}:\n    # {}.\n    kind: {}\n", capital(kind.about), kind.name);
    schema.block(&schema.root, 4, columns, &mut out);
    out.push_str(
        "    # Extensions of each pbx are a number space of their own.\n    # pbx: main\n",
    );
    out.push_str("    # Who belongs to the directory, by the source's own attributes.\n");
    out.push_str("    # keep: \"department != 'Contractors'\"\n");
    fields(kind, columns, &mut out);
    out
}

struct Settings {
    root: Value,
    definitions: Map<String, Value>,
    prefix: String,
}

impl Settings {
    fn of(kind: &Kind) -> Self {
        let mut generator = SchemaSettings::draft07().for_deserialize().into_generator();
        let root: Value = (kind.schema)(&mut generator).into();
        let definitions = generator.take_definitions(true);
        Self { root, definitions, prefix: kind.name.replace('-', "_").to_uppercase() }
    }

    /// The schema itself, where it is only a reference to one.
    fn resolved<'s>(&'s self, schema: &'s Value) -> Option<&'s Value> {
        let alternatives = ["allOf", "anyOf", "oneOf"];
        let single = alternatives.into_iter().find_map(|key| {
            let parts = schema.get(key)?.as_array()?;
            parts.iter().find(|part| part.get("type") != Some(&Value::from("null")))
        });
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else {
            return match single {
                Some(part) if part.get("$ref").is_some() => self.resolved(part),
                _ => Some(schema),
            };
        };
        self.definitions.get(reference.strip_prefix("#/definitions/")?)
    }

    fn properties<'s>(&'s self, schema: &'s Value) -> Vec<(&'s str, &'s Value, bool)> {
        let required = schema.get("required").and_then(Value::as_array);
        let needed = |name: &str| required.is_some_and(|list| list.iter().any(|key| key == name));
        let known = schema.get("properties").and_then(Value::as_object);
        let all = known.into_iter().flatten();
        let mut all: Vec<_> =
            all.map(|(name, schema)| (name.as_str(), schema, needed(name))).collect();
        all.sort_by_key(|(.., required)| !required);
        all
    }

    /// Whether a setting holds others.
    fn inner<'s>(&'s self, schema: &'s Value) -> Option<&'s Value> {
        self.resolved(schema).filter(|schema| schema.get("properties").is_some())
    }

    fn block(&self, schema: &Value, indent: usize, columns: Option<&Columns>, out: &mut String) {
        let pad = " ".repeat(indent);
        for (name, setting, required) in self.properties(schema) {
            let said = setting.get("description").and_then(Value::as_str);
            let said = said.or_else(|| self.resolved(setting)?.get("description")?.as_str());
            comment(said.unwrap_or_default(), indent, out);
            let inner = self.inner(setting);
            match (required, inner) {
                (true, Some(inner)) => {
                    out.push_str(&format!("{pad}{name}:\n"));
                    self.block(inner, indent + 2, columns, out);
                }
                (true, None) => {
                    out.push_str(&format!("{pad}{name}: {}\n", self.placeholder(name, columns)));
                }
                (false, Some(inner)) => {
                    let names: Vec<String> = self
                        .properties(inner)
                        .iter()
                        .map(|(name, ..)| format!("{name}: …"))
                        .collect();
                    out.push_str(&format!("{pad}# {name}: {{ {} }}\n", names.join(", ")));
                }
                (false, None) => {
                    let default = setting.get("default").filter(|default| !default.is_null());
                    let default = default.map_or("…".into(), ToString::to_string);
                    out.push_str(&format!("{pad}# {name}: {default}\n"));
                }
            }
        }
    }

    fn placeholder(&self, name: &str, columns: Option<&Columns>) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        match (name, columns) {
            ("path", Some(columns)) => quoted(&columns.file),
            ("key", Some(columns)) => columns.key.to_string(),
            ("path", None) => format!("people.{}", self.prefix.to_lowercase()),
            ("key", None) => "staff_no".into(),
            (name, _) => format!("{{ env: {}_{} }}", self.prefix, name.to_uppercase()),
        }
    }

    fn variables(&self, schema: &Value, names: &mut Vec<String>) {
        for (name, setting, required) in self.properties(schema) {
            match (required, self.inner(setting)) {
                (true, Some(inner)) => self.variables(inner, names),
                (true, None) if !["path", "key"].contains(&name) => {
                    names.push(format!("{}_{}", self.prefix, name.to_uppercase()));
                }
                _ => {}
            }
        }
    }
}

fn fields(kind: &Kind, columns: Option<&Columns>, out: &mut String) {
    out.push_str("    # What fills each field: an attribute, or an expression over several.\n");
    let row = |field: Field, expression: &str| {
        let plain = expression.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match plain {
            true => format!("{field}: {expression}"),
            false => format!("{field}: {}", Value::from(expression)),
        }
    };
    match columns {
        Some(columns) => {
            out.push_str("    fields:\n");
            for (field, column) in &columns.fields {
                out.push_str(&format!("      {}\n", row(*field, column)));
            }
            if !columns.others.is_empty() {
                let others = columns.others.join(", ");
                comment(&format!("Not used so far: {others}"), 6, out);
            }
        }
        None if kind.defaults.is_empty() => {
            out.push_str("    fields:\n      name: name\n      extension: extension\n");
            out.push_str("      department: department\n      site: site\n      email: email\n");
        }
        None => {
            out.push_str(
                "    # These are the defaults; name only those that you want otherwise.\n",
            );
            out.push_str("    # fields:\n");
            for (field, expression) in kind.defaults {
                out.push_str(&format!("    #   {}\n", row(*field, expression)));
            }
        }
    }
}

/// A text as comment lines.
fn comment(text: &str, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + 3 + line.len() + word.len() > WIDTH {
            out.push_str(&format!("{pad}# {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        out.push_str(&format!("{pad}# {line}\n"));
    }
}

fn capital(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
