//! `tests:`, cases of the mapping: what has to come of a record. `validate` tries them.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use super::{
    DeclaredSource, Diagnostic, Diagnostics, Manifest,
    diagnostic::Quotes,
    file::{STATUS, mappable},
    meaning::{Meaning, vocabulary},
};
use crate::{
    connectors::Kind,
    directory::{Field, FieldKind, Text, Value},
    document::{Content, Key, Node, Span, nearest, suggestion},
    finding::Position,
    grouping,
    mapping::{self, Became, Draft, Trace},
    source::{Attribute, Listing, Place, Record, Vocabulary},
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
        let trial = Trial { manifest: self, recordings, read: RefCell::default() };
        let found: Vec<Diagnostic> = self.cases.iter().flat_map(|case| trial.of(case)).collect();
        (!found.is_empty()).then(|| Diagnostics::new(found, &self.quotes))
    }
}

/// What was read already, by folder and source.
type Read = BTreeMap<(PathBuf, Text), Arc<Result<Listing, Unusable>>>;

struct Trial<'a> {
    manifest: &'a Manifest,
    recordings: &'a dyn Recordings,
    read: RefCell<Read>,
}

impl Trial<'_> {
    fn of(&self, case: &Case) -> Vec<Diagnostic> {
        let declared = case
            .source
            .as_ref()
            .and_then(|name| self.manifest.sources.iter().find(|declared| declared.name == *name));
        match (&case.given, declared) {
            (Given::Record(values), Some(declared)) => {
                if let Some(misspelt) = misspelt(values, declared) {
                    return vec![misspelt];
                }
                let (names, record) = made(values, declared);
                self.record(case, declared, &names, &record)
            }
            (Given::Recording { folder, at, key: Some((key, key_at)) }, Some(declared)) => {
                let listing = self.listing(folder, declared);
                let listing = match &*listing {
                    Ok(listing) => listing,
                    Err(unusable) => return vec![unusable.diagnostic(at)],
                };
                let mut same = listing.records.iter().filter(|record| record.key == *key);
                match (same.next(), same.next()) {
                    (Some(record), None) => self.record(case, declared, &listing.names, record),
                    (found, _) => {
                        let title = match found {
                            None => format!(
                                "the recording has no record `{key}` of `{}`",
                                declared.name
                            ),
                            Some(_) => format!(
                                "the recording has several records `{key}`, none of which is used"
                            ),
                        };
                        let help =
                            "name a key that it has: `rollbook fetch SOURCE --raw` shows keys";
                        vec![Diagnostic::new("test-failed", title, key_at).help(help)]
                    }
                }
            }
            (Given::Recording { folder, at, key: None }, declared) => {
                let people = match declared {
                    // Of several sources, one was named.
                    Some(declared) if self.manifest.sources.len() > 1 => {
                        let listing = self.listing(folder, declared);
                        let mapped = match &*listing {
                            Ok(listing) => mapping::entries(listing.clone(), &declared.mapping),
                            Err(unusable) => return vec![unusable.diagnostic(at)],
                        };
                        mapped
                            .map(|mapped| mapped.people.len() as u64)
                            .map_err(|error| Unusable { message: error.message, help: error.help })
                    }
                    _ => self.recordings.people(folder),
                };
                match people {
                    Ok(people) => self.counted(case, people),
                    Err(unusable) => vec![unusable.diagnostic(at)],
                }
            }
            // A case without a source that is known never got here.
            (_, None) => Vec::new(),
        }
    }

    fn listing(&self, folder: &Path, declared: &DeclaredSource) -> Arc<Result<Listing, Unusable>> {
        let place = (folder.to_path_buf(), declared.name.clone());
        let mut read = self.read.borrow_mut();
        let listing = read
            .entry(place)
            .or_insert_with(|| Arc::new(self.recordings.listing(folder, declared)));
        Arc::clone(listing)
    }

    fn counted(&self, case: &Case, people: u64) -> Vec<Diagnostic> {
        let wrong = case.expected.iter().filter(
            |(expected, _)| matches!(expected, Expected::People(wanted) if *wanted != people),
        );
        wrong
            .map(|(_, at)| {
                let title = format!("{people} people come of it");
                self.failed(case, title, at)
                    .help("correct the manifest, or what is expected; `rollbook plan --replay` shows them")
            })
            .collect()
    }

    /// What a record comes to, held against what was expected.
    fn record(
        &self,
        case: &Case,
        declared: &DeclaredSource,
        names: &[Text],
        record: &Record,
    ) -> Vec<Diagnostic> {
        let trace = match mapping::trace(record, names, &declared.mapping) {
            Ok(trace) => trace,
            Err(error) => {
                let wrong = self.failed(case, error.message.clone(), &case.at).help(error.help);
                return vec![self.by(wrong, error.at.as_ref(), "by this")];
            }
        };
        let keep = trace.keep.as_ref().and_then(|keep| keep.at.as_ref());
        match &trace.became {
            Became::Person(draft) => self.person(case, &trace, draft),
            Became::HeldBack(because) => {
                let title = format!("nobody comes of it: {because}");
                vec![self.failed(case, title, &case.at).help("correct the record, or the mapping")]
            }
            Became::LeftOut(facts) => {
                let others = case
                    .expected
                    .iter()
                    .filter(|(expected, _)| !matches!(expected, Expected::Kept(false)));
                others
                    .take(1)
                    .map(|(_, at)| {
                        let wrong = self
                            .failed(case, facts.to_string(), at)
                            .help("correct `keep`, or expect `kept: false` and nothing else");
                        self.by(wrong, keep, "by this")
                    })
                    .collect()
            }
        }
    }

    fn person(&self, case: &Case, trace: &Trace, draft: &Draft) -> Vec<Diagnostic> {
        let mut placed = [draft.clone()];
        let rules = &self.manifest.groups;
        let rule = match grouping::place(&mut placed, rules) {
            Ok(rule) => rule.into_iter().next().flatten().and_then(|at| rules.get(usize::from(at))),
            Err(error) => {
                let wrong = self.failed(case, error.message.clone(), &case.at).help(error.help);
                return vec![self.by(wrong, Some(&error.at), "by this rule")];
            }
        };
        let [Draft { person, source_disabled, .. }] = &placed;
        let mut found = Vec::new();
        for (expected, at) in &case.expected {
            let (title, by, what) = match expected {
                Expected::Field(field, wanted) => {
                    let given = person.get(*field);
                    if given == *wanted {
                        continue;
                    }
                    let filled = trace.fields.iter().find(|filled| filled.field == *field);
                    let mut title =
                        format!("`{field}` is {}, not {}", shown(&given), shown(wanted));
                    if let Some(remark) = filled.and_then(|filled| filled.remark.as_ref()) {
                        title = format!("{title}: {remark}");
                    }
                    match field {
                        Field::Path => match rule {
                            Some(rule) => {
                                let what = format!("by this rule, whose path is `{}`", rule.path);
                                (title, Some(rule.at.clone()), what)
                            }
                            None => (title, None, "no rule takes them".into()),
                        },
                        _ => {
                            let by = filled.and_then(|filled| filled.by.at.clone());
                            let what = filled.map(|filled| origin(&filled.by));
                            (title, by, what.unwrap_or_else(|| "nothing fills it".into()))
                        }
                    }
                }
                Expected::Status { active } => {
                    if *active == source_disabled.is_none() {
                        continue;
                    }
                    let title = match source_disabled {
                        None => "they are active, not disabled".into(),
                        Some(facts) => format!("they are disabled, not active: {facts}"),
                    };
                    let by = trace.status.as_ref();
                    let what = by.map_or_else(|| "nothing says whether they are".into(), origin);
                    (title, by.and_then(|by| by.at.clone()), what)
                }
                Expected::Kept(false) => {
                    let by = trace.keep.as_ref();
                    let what = by.map_or_else(|| "the source has no `keep`".into(), origin);
                    ("it is kept".into(), by.and_then(|by| by.at.clone()), what)
                }
                Expected::Kept(true) | Expected::People(_) => continue,
            };
            let mut wrong =
                self.failed(case, title, at).help("correct the mapping, or what is expected");
            if by.is_none() {
                wrong.label = format!(
                    "{}{what}",
                    match wrong.label.as_str() {
                        "" => String::new(),
                        label => format!("{label}; "),
                    }
                );
            }
            found.push(self.by(wrong, by.as_ref(), &what));
        }
        found
    }

    fn failed(&self, case: &Case, title: String, at: &Span) -> Diagnostic {
        let mut wrong = Diagnostic::new("test-failed", title, at);
        wrong.label = case.name.as_ref().map(|name| format!("test `{name}`")).unwrap_or_default();
        wrong
    }

    /// The same with the place of the expression or rule that it comes by.
    fn by(&self, wrong: Diagnostic, at: Option<&Position>, what: &str) -> Diagnostic {
        match at.and_then(|at| line_from(&self.manifest.quotes, at)) {
            Some(span) => wrong.related(&span, what),
            None => wrong,
        }
    }
}

impl Unusable {
    fn diagnostic(&self, at: &Span) -> Diagnostic {
        Diagnostic::new("recording", self.message.clone(), at).help(self.help.clone())
    }
}

/// By which expression.
fn origin(by: &mapping::Told) -> String {
    match &by.at {
        Some(_) => "by this".into(),
        None => format!("by the kind's default `{}`", by.expression),
    }
}

/// A value for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::None => "empty".into(),
        Value::Flag(flag) => format!("`{flag}`"),
        Value::Text(text) => format!("`{text}`"),
        Value::List(texts) => format!("`{}`", texts.join("`, `")),
    }
}

/// The given values as a record with all that the mapping uses.
fn made(given: &[(Key, Attribute)], declared: &DeclaredSource) -> (Vec<Text>, Record) {
    let mut names = declared.mapping.attributes();
    names.extend(given.iter().map(|(key, _)| key.text.clone()));
    names.sort();
    names.dedup();
    let value = |name: &Text| {
        let given = given.iter().find(|(key, _)| key.text == *name);
        given.map_or(Attribute::Absent, |(_, value)| value.clone())
    };
    // The source's own key, where it is a column that was given.
    let key = declared.settings.get("key").and_then(Node::as_text).map(value);
    let key = match key {
        Some(Attribute::One(key)) => key,
        _ => Text::new_static("test"),
    };
    let values = names.iter().map(value).collect();
    (names, Record { key, place: Place::Item(1), values, flaw: None })
}

/// A given name that no expression uses while one that is nearly the same isn't given.
fn misspelt(given: &[(Key, Attribute)], declared: &DeclaredSource) -> Option<Diagnostic> {
    let used = declared.mapping.attributes();
    let is_given = |name: &Text| given.iter().any(|(key, _)| key.text == *name);
    let missing: Vec<&str> = used.iter().filter(|name| !is_given(name)).map(Text::as_str).collect();
    given.iter().filter(|(key, _)| !used.contains(&key.text)).find_map(|(key, _)| {
        let near = mapping::nearest(&key.text, missing.iter().copied())?;
        let title = format!("no expression of `{}` uses `{}`", declared.name, key.text);
        let help = format!("did you mean `{near}`?");
        Some(Diagnostic::new("unknown-attribute", title, &key.at).help(help))
    })
}

/// From a position to the end of its line.
fn line_from(quotes: &Quotes, at: &Position) -> Option<Span> {
    let text = quotes.text(&at.file);
    let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..)?.lines().next()?;
    let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
    let offset = rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset);
    let bytes = start + offset..start + rest.trim_end().len().max(offset);
    Some(Span { file: Arc::clone(&at.file), line: at.line, column: at.column, bytes })
}
