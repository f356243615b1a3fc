//! Whether a manifest has the form that its schema gives: every key and value, in one walk.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Diagnostic, reference};
use crate::document::{Content, Key, Node, Span, nearest, number, suggestion};

/// What was found wrong, and which values must not be shown.
pub(super) struct Problems<'a> {
    pub(super) found: &'a mut Vec<Diagnostic>,
    pub(super) secrets: &'a mut Vec<Span>,
    /// Whether the value of an unknown key may be a secret.
    pub(super) careful: bool,
}

/// The most problems that are looked for; who has more has another problem.
const MOST: usize = 1000;

impl Problems<'_> {
    /// Whether so much is wrong that it isn't worth going on.
    pub(super) fn enough(&self) -> bool {
        self.found.len() >= MOST
    }

    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Keeps a value, with all that is in it, out of what is quoted.
    pub(super) fn hide(&mut self, node: &Node) {
        match &node.content {
            Content::Null => {}
            Content::Scalar { .. } => self.secrets.push(node.at.clone()),
            Content::List(items) => items.iter().for_each(|item| self.hide(item)),
            Content::Map(entries) => entries.iter().for_each(|(_, value)| self.hide(value)),
        }
    }

    pub(super) fn twice(&mut self, key: &Key, first: &Span) {
        self.add(
            Diagnostic::new("duplicate-key", format!("key `{}` is given twice", key.text), &key.at)
                .related(first, "first given here")
                .help("remove one of the two"),
        );
    }
}

/// Holds a tree against a JSON schema (draft-07, the keywords that our types give).
///
/// `owner` is where the value's key stands, for what has no place of its own.
pub(super) fn check(
    node: &Node,
    schema: &Value,
    definitions: &Map<String, Value>,
    owner: &Span,
    problems: &mut Problems<'_>,
) {
    let Some(schema) = schema.as_object() else { return };
    Walk { definitions }.value(node, schema, owner, problems);
}

struct Walk<'a> {
    definitions: &'a Map<String, Value>,
}

type Schema = Map<String, Value>;

impl Walk<'_> {
    fn value(&self, node: &Node, schema: &Schema, owner: &Span, problems: &mut Problems<'_>) {
        if let Some(name) = referred(schema) {
            return match name {
                "Reference" => reference::check(node, true, owner, problems),
                "ReferenceOrDefault" => reference::check(node, false, owner, problems),
                _ => {
                    if let Some(schema) = self.definitions.get(name).and_then(Value::as_object) {
                        self.value(node, schema, owner, problems);
                    }
                }
            };
        }
        for list in ["allOf"] {
            for part in branches(schema, list) {
                self.value(node, part, owner, problems);
            }
        }
        let choices: Vec<&Schema> =
            branches(schema, "oneOf").chain(branches(schema, "anyOf")).collect();
        if !choices.is_empty() {
            self.choice(node, &choices, owner, problems);
        }
        if !self.right_type(node, schema) {
            return problems.add(wrong_type(node, schema, owner));
        }
        if let Some(problem) = limits(node, schema, owner) {
            return problems.add(problem);
        }
        match &node.content {
            Content::Map(entries) => self.mapping(node, entries, schema, owner, problems),
            Content::List(items) => {
                let Some(schema) = schema.get("items").and_then(Value::as_object) else { return };
                for item in items {
                    if problems.enough() {
                        return;
                    }
                    self.value(item, schema, &item.at, problems);
                }
            }
            Content::Null | Content::Scalar { .. } => {}
        }
    }

    fn mapping(
        &self,
        node: &Node,
        entries: &[(Key, Node)],
        schema: &Schema,
        owner: &Span,
        problems: &mut Problems<'_>,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let mut seen: BTreeMap<&str, &Span> = BTreeMap::new();
        for (key, value) in entries {
            if problems.enough() {
                return;
            }
            match seen.get(key.text.as_str()) {
                Some(first) => problems.twice(key, first),
                None => _ = seen.insert(&key.text, &key.at),
            }
            if let Some(names) = schema.get("propertyNames").and_then(Value::as_object)
                && !fits_pattern(&key.text, names)
            {
                problems.add(
                    Diagnostic::new(
                        "wrong-value",
                        format!("`{}` is no name for this", key.text),
                        &key.at,
                    )
                    .help(described(names)),
                );
            }
            let known = properties.and_then(|known| known.get(key.text.as_str()));
            match known.or(others) {
                Some(Value::Object(schema)) => self.value(value, schema, &key.at, problems),
                Some(Value::Bool(false)) => {
                    if problems.careful && !properties.is_some_and(is_fields) {
                        problems.hide(value);
                    }
                    let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    let known = known.filter(|name| !name.starts_with('$'));
                    problems.add(
                        Diagnostic::new(
                            "unknown-key",
                            format!("unknown key `{}`", key.text),
                            &key.at,
                        )
                        .help(suggestion(&key.text, known.collect::<Vec<_>>().into_iter())),
                    );
                }
                _ => {}
            }
        }
        let required: Vec<&str> = strings(schema, "required").collect();
        let meant = |name: &str| {
            let known = || properties.into_iter().flat_map(Map::keys).map(String::as_str);
            let strange = entries.iter().filter(|(key, _)| known().all(|known| known != key.text));
            strange.take(100).any(|(key, _)| nearest(&key.text, known()) == Some(name))
        };
        for name in required {
            // A misspelt key is not missing as well.
            if node.get(name).is_none() && !meant(name) {
                let about = properties
                    .and_then(|known| known.get(name)?.get("description")?.as_str())
                    .map(first_sentence);
                let help = match about {
                    Some(about) => format!("add `{name}:` ({about})"),
                    None => format!("add `{name}:`"),
                };
                let at = if owner.bytes.is_empty() { &node.at } else { owner };
                problems.add(
                    Diagnostic::new("missing-key", format!("key `{name}` is missing"), at)
                        .help(help),
                );
            }
        }
    }

    /// Holds a value against the branch that it was meant as, and reports what that says.
    fn choice(&self, node: &Node, choices: &[&Schema], owner: &Span, problems: &mut Problems<'_>) {
        if let Some(tag) = tag(choices) {
            return self.tagged(node, choices, tag, owner, problems);
        }
        let reference = choices.iter().find(|schema| referred(schema).is_some_and(is_reference));
        if let Some(reference) = reference
            && reference::is_meant(node)
        {
            return self.value(node, reference, owner, problems);
        }
        let mut best: Option<(bool, Vec<Diagnostic>, Vec<Span>)> = None;
        for schema in choices.iter().filter(|schema| !referred(schema).is_some_and(is_reference)) {
            let (mut found, mut secrets) = (Vec::new(), Vec::new());
            let careful = problems.careful;
            let mut tried = Problems { found: &mut found, secrets: &mut secrets, careful };
            self.value(node, schema, owner, &mut tried);
            if found.is_empty() {
                return;
            }
            let rank = (!self.right_type(node, schema), found.len());
            if best.as_ref().is_none_or(|(wrong, known, _)| rank < (*wrong, known.len())) {
                best = Some((rank.0, found, secrets));
            }
        }
        if let Some((_, found, secrets)) = best {
            problems.found.extend(found);
            problems.secrets.extend(secrets);
        }
    }

    /// Holds a mapping against the branch that its tag (`kind:`) names.
    fn tagged(
        &self,
        node: &Node,
        choices: &[&Schema],
        tag: &str,
        owner: &Span,
        problems: &mut Problems<'_>,
    ) {
        if !matches!(node.content, Content::Map(_)) {
            let given = node.described();
            let at = if node.at.bytes.is_empty() { owner } else { &node.at };
            return problems.add(
                Diagnostic::new(
                    "wrong-type",
                    format!("{given} stands where a mapping is meant"),
                    at,
                )
                .help(format!("write a mapping that has `{tag}:`")),
            );
        }
        let names = || choices.iter().filter_map(|schema| constant(schema, tag));
        let Some(given) = node.get(tag) else {
            let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
            problems.hide(node);
            return problems.add(
                Diagnostic::new("missing-key", format!("key `{tag}` is missing"), owner)
                    .help(format!("add `{tag}:` and one of {}", known.join(", "))),
            );
        };
        let meant = |schema: &&&Schema| {
            given.as_text().is_some_and(|text| constant(schema, tag) == Some(text.as_str()))
        };
        match choices.iter().find(meant) {
            Some(schema) => self.value(node, schema, owner, problems),
            None => {
                let others = node.entries().iter().filter(|(key, _)| key.text != tag);
                others.for_each(|(_, value)| problems.hide(value));
                let text = given.as_text().map_or("", |text| text.as_str());
                let known = names().collect::<Vec<_>>().into_iter();
                problems.add(
                    Diagnostic::new("unknown-kind", format!("unknown {tag} `{text}`"), &given.at)
                        .help(suggestion(text, known)),
                );
            }
        }
    }

    fn right_type(&self, node: &Node, schema: &Schema) -> bool {
        let types = types(schema);
        types.is_empty() || types.iter().any(|kind| is_type(node, kind))
    }
}

/// Whether these are the keys of `fields:`, whose values are expressions.
fn is_fields(properties: &Schema) -> bool {
    properties.contains_key(super::file::STATUS) && properties.contains_key("job_title")
}

fn is_reference(name: &str) -> bool {
    matches!(name, "Reference" | "ReferenceOrDefault")
}

fn referred(schema: &Schema) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}

fn branches<'a>(schema: &'a Schema, list: &str) -> impl Iterator<Item = &'a Schema> {
    schema.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn strings<'a>(schema: &'a Schema, list: &str) -> impl Iterator<Item = &'a str> {
    schema.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn types(schema: &Schema) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        _ => strings(schema, "type").collect(),
    }
}

/// A text is any scalar, verbatim: `042`, `no`.
fn is_type(node: &Node, kind: &str) -> bool {
    match (&node.content, kind) {
        (Content::Null, "null")
        | (Content::List(_), "array")
        | (Content::Map(_), "object")
        | (Content::Scalar { .. }, "string") => true,
        (Content::Scalar { text, plain: true, .. }, "boolean") => text == "true" || text == "false",
        (Content::Scalar { text, plain: true, .. }, "number") => number(text).is_some(),
        (Content::Scalar { text, plain: true, .. }, "integer") => {
            number(text).is_some_and(|number| number.is_i64() || number.is_u64())
        }
        _ => false,
    }
}

/// The key that tells branches apart: the same in all, with a constant of its own in each.
fn tag<'a>(choices: &[&'a Schema]) -> Option<&'a str> {
    let first = choices.first()?.get("properties")?.as_object()?;
    first
        .keys()
        .find(|key| choices.iter().all(|schema| constant(schema, key).is_some()))
        .map(String::as_str)
}

fn constant<'a>(schema: &'a Schema, key: &str) -> Option<&'a str> {
    schema.get("properties")?.get(key)?.get("const")?.as_str()
}

fn wrong_type(node: &Node, schema: &Schema, owner: &Span) -> Diagnostic {
    let types = types(schema);
    let text = types.contains(&"string");
    let mut words: Vec<&str> = types
        .iter()
        .filter(|kind| !text || !matches!(**kind, "number" | "integer" | "boolean"))
        .map(|kind| match *kind {
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "`true` or `false`",
            "array" => "a list",
            "object" => "a mapping",
            _ => "nothing",
        })
        .collect();
    words.dedup();
    let wanted = words.join(" or ");
    let help = match (&node.content, types.as_slice()) {
        (Content::Null, _) => format!("write {wanted}, or remove the key"),
        (Content::Scalar { text, .. }, ["boolean"])
            if ["yes", "on", "y", "True", "TRUE"].contains(&text.as_str()) =>
        {
            "write `true`".into()
        }
        (Content::Scalar { text, .. }, ["boolean"])
            if ["no", "off", "n", "False", "FALSE"].contains(&text.as_str()) =>
        {
            "write `false`".into()
        }
        (Content::Scalar { plain: false, text, .. }, ["integer" | "number"])
            if number(text).is_some() =>
        {
            "remove the quotes".into()
        }
        (Content::Scalar { .. }, ["array"]) => "write `[ … ]` around it".into(),
        _ => format!("write {wanted}"),
    };
    let at = if node.at.bytes.is_empty() { owner } else { &node.at };
    let title = format!("{} stands where {wanted} is meant", node.described());
    Diagnostic::new("wrong-type", title, at).help(help)
}

/// What a value of the right type may not be.
fn limits(node: &Node, schema: &Schema, owner: &Span) -> Option<Diagnostic> {
    let at = if node.at.bytes.is_empty() { owner } else { &node.at };
    let wrong =
        |title: String, help: String| Some(Diagnostic::new("wrong-value", title, at).help(help));
    let allowed: Vec<&Value> = match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => vec![only],
        (None, Some(Value::Array(list))) => list.iter().collect(),
        _ => Vec::new(),
    };
    if !allowed.is_empty() && !allowed.iter().any(|value| equals(node, value)) {
        let words: Vec<String> = allowed.iter().map(|value| plain(value)).collect();
        let given = node.as_text().map_or("", |text| text.as_str());
        let title = format!("`{given}` is not known here");
        return wrong(title, suggestion(given, words.iter().map(String::as_str)));
    }
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    match &node.content {
        Content::Scalar { text, .. } => {
            if let Some(number) = number(text).and_then(|number| number.as_f64()) {
                if let Some(least) = bound("minimum").filter(|least| number < *least) {
                    return wrong(
                        format!("`{text}` is too little"),
                        format!("write {least} or more"),
                    );
                }
                if let Some(most) = bound("maximum").filter(|most| number > *most) {
                    return wrong(format!("`{text}` is too much"), format!("write {most} or less"));
                }
            }
            if bound("minLength").is_some_and(|least| (text.chars().count() as f64) < least) {
                return wrong(
                    "the text is empty".into(),
                    "write something, or remove the key".into(),
                );
            }
            if !fits_pattern(text, schema) {
                let title = format!("`{text}` doesn't have the form that belongs here");
                return wrong(title, described(schema));
            }
        }
        Content::List(items) => {
            if bound("minItems").is_some_and(|least| (items.len() as f64) < least) {
                return wrong("the list is empty".into(), "name at least one".into());
            }
        }
        Content::Map(entries) => {
            if bound("minProperties").is_some_and(|least| (entries.len() as f64) < least) {
                return wrong("the mapping is empty".into(), "name at least one".into());
            }
        }
        Content::Null => {}
    }
    None
}

fn fits_pattern(text: &str, schema: &Schema) -> bool {
    let pattern = schema.get("pattern").and_then(Value::as_str);
    pattern.and_then(|pattern| regex::Regex::new(pattern).ok()).is_none_or(|p| p.is_match(text))
}

fn equals(node: &Node, value: &Value) -> bool {
    match (&node.content, value) {
        (Content::Scalar { text, .. }, Value::String(wanted)) => text == wanted,
        (Content::Scalar { text, plain: true, .. }, Value::Number(wanted)) => {
            number(text).as_ref() == Some(wanted)
        }
        (Content::Scalar { text, plain: true, .. }, Value::Bool(wanted)) => {
            *text == wanted.to_string()
        }
        (Content::Null, Value::Null) => true,
        _ => false,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_string)
}

/// An example of the right form, or the description.
fn described(schema: &Schema) -> String {
    match strings(schema, "examples").next() {
        Some(example) => format!("write it like `{example}`"),
        None => schema
            .get("description")
            .and_then(Value::as_str)
            .map_or_else(String::new, |about| format!("use {}", first_sentence(about))),
    }
}

/// The first sentence of a description, to stand within another one.
fn first_sentence(about: &str) -> String {
    let about = about.split("\n\n").next().unwrap_or(about).replace('\n', " ");
    let sentence = about.split(". ").next().unwrap_or(&about).trim_end_matches('.');
    let mut characters = sentence.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
