//! Cases tried: what comes of each, held against what has to.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    super::{DeclaredSource, Diagnostic, Manifest, diagnostic::Quotes},
    Case, Expected, Given, Recordings, Unusable,
};
use crate::{
    directory::{Field, Text, Value},
    document::{Key, Node, Span},
    finding::Position,
    grouping,
    mapping::{self, Became, Draft, Trace},
    source::{Attribute, Listing, Place, Record},
};

/// What was read already, by folder and source.
type Read = BTreeMap<(PathBuf, Text), Arc<Result<Listing, Unusable>>>;

/// The cases of a manifest, tried one by one.
pub(super) struct Trial<'a> {
    manifest: &'a Manifest,
    recordings: &'a dyn Recordings,
    read: RefCell<Read>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(manifest: &'a Manifest, recordings: &'a dyn Recordings) -> Self {
        Self { manifest, recordings, read: RefCell::default() }
    }
}

impl Trial<'_> {
    /// What came of a case otherwise than it expects.
    pub(super) fn of(&self, case: &Case) -> Vec<Diagnostic> {
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
