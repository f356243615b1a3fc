//! `tests:`, cases of the mapping: what has to come of a record. `validate` tries them.

use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

mod trial;

use self::trial::Trial;
use super::{
    DeclaredSource, Diagnostic, Diagnostics, Manifest,
    file::{STATUS, mappable},
    meaning::{Meaning, vocabulary},
};
use crate::{
    connectors::Kind,
    directory::{Field, FieldKind, Text, Value},
    document::{Content, Key, Node, Span, nearest, suggestion},
    source::{Attribute, Listing, Vocabulary},
};

/// What has to come of a record, or of a recording.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct CaseFile {
    /// What is tested, for messages.
    name: Option<String>,
    /// The source whose mapping is tested; needed where there are several.
    source: Option<String>,
    /// A record: attributes with their values, others are absent. Or `recording`, a folder that
    /// `--record` wrote, and the `key` of one of its records; without `key`, all of it.
    #[schemars(schema_with = "given")]
    given: Map<String, serde_json::Value>,
    /// What comes of it; only what is named here is looked at.
    #[schemars(schema_with = "expect")]
    expect: Map<String, serde_json::Value>,
}

fn given(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "recording": {
                "description": "A recording's folder, from the manifest's.",
                "type": "string",
            },
        },
        "additionalProperties": {
            "type": ["string", "number", "boolean", "array", "null"],
            "nullable": true,
            "items": { "type": ["string", "number", "boolean"] },
        },
    })
}

fn expect(_generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for field in expectable() {
        let form = match field.kind() {
            FieldKind::Flag => json!({ "type": "boolean" }),
            FieldKind::Extensions => json!({
                "description": "All of them, in any order; `null` for none.",
                "type": ["array", "string", "number", "null"],
                "nullable": true,
                "items": { "type": ["string", "number"] },
            }),
            FieldKind::Text | FieldKind::Extension | FieldKind::Path | FieldKind::Records => {
                json!({ "type": ["string", "null"], "nullable": true })
            }
        };
        properties.insert(field.name().into(), form);
    }
    let more = [
        (STATUS, json!({ "type": "string", "enum": ["active", "disabled"] })),
        ("kept", json!({ "description": "Whether `keep` takes it.", "type": "boolean" })),
        (
            "people",
            json!({ "description": "Of a whole recording: how many people come of it.", "type": "integer", "minimum": 0 }),
        ),
    ];
    properties.extend(more.map(|(name, form)| (name.into(), form)));
    json_schema!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
    })
}

fn expectable() -> impl Iterator<Item = Field> {
    Field::ALL
        .into_iter()
        .filter(|field| mappable(*field) || matches!(field, Field::Pbx | Field::Path))
}

/// One of `tests:`.
#[derive(Debug)]
pub struct Case {
    name: Option<Text>,
    /// None only for a recording of several sources.
    source: Option<Text>,
    given: Given,
    /// Where `expect` stands.
    at: Span,
    expected: Vec<(Expected, Span)>,
}

#[derive(Debug)]
enum Given {
    /// With the place of each name.
    Record(Vec<(Key, Attribute)>),
    Recording {
        folder: PathBuf,
        at: Span,
        key: Option<(Text, Span)>,
    },
}

#[derive(Debug)]
enum Expected {
    Field(Field, Value),
    Status { active: bool },
    Kept(bool),
    People(u64),
}

/// Where cases find recordings; the roof knows how to read them.
pub trait Recordings {
    /// What a source answered.
    ///
    /// # Errors
    ///
    /// [`Unusable`], in the words of whoever reads them.
    fn listing(&self, folder: &Path, source: &DeclaredSource) -> Result<Listing, Unusable>;

    /// How many people come of a recording of all sources, in a directory without anybody.
    ///
    /// # Errors
    ///
    /// As [`Recordings::listing`].
    fn people(&self, folder: &Path) -> Result<u64, Unusable>;
}

/// Why a recording can't be used.
#[derive(Debug, Clone)]
pub struct Unusable {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do.
    pub help: String,
}

impl Meaning<'_> {
    /// A case; `sources` are the declared ones, whose own form is right.
    pub(super) fn case(&mut self, node: &Node, sources: &[(&Key, &Node)]) -> Option<Case> {
        let before = self.found.len();
        let given_node = node.get("given")?;
        let (expect_key, expect_node) = node.entry("expect")?;
        let recording = given_node.get("recording");
        let source = match node.get("source") {
            Some(named) => {
                let name = named.as_text()?;
                let known = sources.iter().map(|(key, _)| key.text.as_str());
                if !known.clone().any(|known| known == name) {
                    let title = format!("no source is called `{name}`");
                    self.wrong("unknown-source", title, &named.at, &suggestion(name, known));
                }
                Some(name.clone())
            }
            None => match sources {
                [(only, _)] => Some(only.text.clone()),
                _ if recording.is_some() && given_node.get("key").is_none() => None,
                _ => {
                    let title = "it isn't said which source is tested";
                    self.wrong("missing-key", title, &node.at, "add `source:` and its name");
                    None
                }
            },
        };
        let given = match recording {
            Some(folder) => self.recording(given_node, folder)?,
            None => {
                let values = given_node.entries().iter();
                Given::Record(values.map(|(key, value)| (key.clone(), attribute(value))).collect())
            }
        };
        let whole = matches!(given, Given::Recording { key: None, .. });
        let mut expected = Vec::new();
        for (key, value) in expect_node.entries() {
            let counts = key.text == "people";
            if counts != whole {
                let title = match counts {
                    true => "a record is not several people",
                    false => "a whole recording is not one person",
                };
                let help = match counts {
                    true => "leave `people` out, or give a recording without `key:`",
                    false => "add the `key:` of one of its records under `given:`",
                };
                self.wrong("wrong-value", title, &key.at, help);
            }
            expected.extend(expectation(&key.text, value).map(|one| (one, value.at.clone())));
        }
        if let (Given::Record(values), Some(source)) = (&given, &source)
            && let Some((_, declared)) = sources.iter().find(|(key, _)| key.text == *source)
            && let Some(kind) =
                declared.get("kind").and_then(Node::as_text).and_then(|name| Kind::named(name))
        {
            self.found.extend(unknown_names(values, &vocabulary(kind, declared)));
        }
        let name = node.get("name").and_then(Node::as_text).cloned();
        let at = expect_key.at.clone();
        (self.found.len() == before).then_some(Case { name, source, given, at, expected })
    }

    fn recording(&mut self, given: &Node, folder: &Node) -> Option<Given> {
        for (key, _) in given.entries() {
            if key.text != "recording" && key.text != "key" {
                let title = format!("`{}` stands beside `recording`", key.text);
                let help = "give a recording with the `key:` of a record, or a record of your own";
                self.wrong("wrong-value", title, &key.at, help);
            }
        }
        let key = given.get("key").and_then(|key| Some((key.as_text()?.clone(), key.at.clone())));
        let path = self.root.join(folder.as_text()?.as_str());
        Some(Given::Recording { folder: path, at: folder.at.clone(), key })
    }
}

fn attribute(node: &Node) -> Attribute {
    match &node.content {
        Content::List(items) => {
            let texts = items.iter().filter_map(Node::as_text).cloned();
            Attribute::from(texts.collect::<Vec<_>>())
        }
        _ => Attribute::from(node.as_text().cloned()),
    }
}

fn expectation(name: &str, value: &Node) -> Option<Expected> {
    let text = value.as_text();
    Some(match name {
        STATUS => Expected::Status { active: text? == "active" },
        "kept" => Expected::Kept(text? == "true"),
        "people" => Expected::People(text?.parse().ok()?),
        _ => {
            let field = Field::parse(name)?;
            let wanted = match (field.kind(), &value.content) {
                (_, Content::Null) => Value::None,
                (FieldKind::Flag, _) => Value::Flag(text? == "true"),
                (FieldKind::Extensions, Content::List(items)) => {
                    let mut texts: Vec<Text> =
                        items.iter().filter_map(Node::as_text).cloned().collect();
                    texts.sort();
                    texts.dedup();
                    if texts.is_empty() { Value::None } else { Value::List(texts) }
                }
                (FieldKind::Extensions, _) => Value::List(vec![text?.clone()]),
                _ => match text? {
                    empty if empty.is_empty() => Value::None,
                    text => Value::Text(text.clone()),
                },
            };
            Expected::Field(field, wanted)
        }
    })
}

/// The given names that the source can't have.
fn unknown_names(given: &[(Key, Attribute)], known: &Vocabulary) -> Vec<Diagnostic> {
    let known: Vec<&str> = match known {
        Vocabulary::Open => return Vec::new(),
        Vocabulary::Closed(names) => names.iter().map(Text::as_str).collect(),
        Vocabulary::Fixed(names) => names.to_vec(),
    };
    let strange = given.iter().filter(|(key, _)| !known.contains(&key.text.as_str()));
    strange
        .map(|(key, _)| {
            let help = match nearest(&key.text, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name an attribute that the source has".into(),
            };
            let title = format!("there is no attribute `{}`", key.text);
            Diagnostic::new("unknown-attribute", title, &key.at).help(help)
        })
        .collect()
}

impl Manifest {
    /// The given names that an opened source can't have.
    pub fn strange_names(&self, source: &str, known: &Vocabulary) -> Option<Diagnostics> {
        let cases = self.cases.iter().filter(|case| case.source.as_deref() == Some(source));
        let found: Vec<Diagnostic> = cases
            .flat_map(|case| match &case.given {
                Given::Record(given) => unknown_names(given, known),
                Given::Recording { .. } => Vec::new(),
            })
            .collect();
        (!found.is_empty()).then(|| Diagnostics::new(found, &self.quotes))
    }

    /// Tries every case; what came out otherwise, each at its place.
    pub fn try_cases(&self, recordings: &dyn Recordings) -> Option<Diagnostics> {
        let trial = Trial::new(self, recordings);
        let found: Vec<Diagnostic> = self.cases.iter().flat_map(|case| trial.of(case)).collect();
        (!found.is_empty()).then(|| Diagnostics::new(found, &self.quotes))
    }
}
