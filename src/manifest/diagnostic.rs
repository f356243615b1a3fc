//! What is wrong with a manifest, for people and for programs, with secrets and terminal tricks kept out.

use std::{collections::BTreeMap, fmt, ops::Range, sync::Arc};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;
use serde_json::{Value, json};

use super::mask;
use crate::{
    document::{Fault, Span},
    finding::Code,
};

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake, a stable word: `unknown-key`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// A lower-case phrase.
    pub title: String,
    /// Where; none where it is about no place in a file.
    pub at: Option<Span>,
    /// What is to be said of that place beyond the title; may be empty.
    pub label: String,
    /// Other places that it is about, and what is there.
    pub related: Vec<(Span, String)>,
    /// What the reader can do; may be empty.
    pub help: String,
}

/// How much a [`Diagnostic`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is done until it is put right.
    Error,
    /// Someone should look at it.
    Warning,
}

impl Diagnostic {
    /// An error at that place.
    pub fn new(code: &'static str, title: impl Into<String>, at: &Span) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: title.into(),
            at: Some(at.clone()),
            label: String::new(),
            related: Vec::new(),
            help: String::new(),
        }
    }

    /// A remark at that place.
    pub fn remark(code: Code, title: impl Into<String>, at: &Span) -> Self {
        Self { severity: Severity::Warning, ..Self::new(code.as_str(), title, at) }
    }

    /// An error about a whole file, or none.
    pub fn general(code: &'static str, title: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            title: title.into(),
            at: None,
            label: String::new(),
            related: Vec::new(),
            help: help.into(),
        }
    }

    /// The same with what the reader can do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with another place.
    #[must_use]
    pub fn related(mut self, at: &Span, label: impl Into<String>) -> Self {
        self.related.push((at.clone(), label.into()));
        self
    }

    pub(super) fn of(code: &'static str, fault: Fault) -> Self {
        let Fault { message, help, at } = fault;
        Self { at, ..Self::general(code, message, help) }
    }

    /// By file, place and words.
    fn order(&self) -> (Option<(&str, usize)>, &str) {
        (self.at.as_ref().map(|at| (at.file.as_ref(), at.bytes.start)), &self.title)
    }
}

/// All that is wrong, by file and place, each once; with the texts that are quoted.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    quotes: Arc<Quotes>,
}

/// The texts of a manifest's files as they may be shown; every offset is as in the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Quotes(BTreeMap<Arc<str>, String>);

impl Quotes {
    pub(super) fn new(texts: &BTreeMap<Arc<str>, String>, secrets: &[Span]) -> Self {
        let masked = |(file, text): (&Arc<str>, &String)| {
            let ranges: Vec<Range<usize>> = secrets
                .iter()
                .filter(|span| span.file == *file)
                .map(|span| span.bytes.clone())
                .collect();
            (Arc::clone(file), mask::shown(text, &ranges))
        };
        Self(texts.iter().map(masked).collect())
    }

    pub(super) fn text(&self, file: &Arc<str>) -> &str {
        self.0.get(file).map_or("", String::as_str)
    }
}

impl Diagnostics {
    /// Sorts, and drops repetitions.
    pub(super) fn new(mut list: Vec<Diagnostic>, quotes: &Arc<Quotes>) -> Self {
        list.sort_by(|a, b| a.order().cmp(&b.order()));
        list.dedup_by(|a, b| a.order() == b.order());
        Self { list, quotes: Arc::clone(quotes) }
    }

    /// Something that is about no place in a file.
    pub fn general(title: impl Into<String>, help: impl Into<String>) -> Self {
        let list = vec![Diagnostic::general("unreadable", title, help)];
        Self { list, quotes: Arc::default() }
    }

    /// The same with errors of what has one of these codes.
    #[must_use]
    pub fn denied(mut self, codes: &[Code]) -> Self {
        for one in &mut self.list {
            if codes.iter().any(|code| code.as_str() == one.code) {
                one.severity = Severity::Error;
            }
        }
        self
    }

    /// How many of them are errors.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|one| one.severity == Severity::Error).count()
    }

    /// Each of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// As text that quotes each place, with ANSI colours or without; at most 100 of them.
    pub fn to_text(&self, colour: bool) -> String {
        const MOST: usize = 100;
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in self.list.iter().take(MOST) {
            if !text.is_empty() {
                text.push('\n');
            }
            self.one(&renderer, diagnostic, &mut text);
        }
        if self.list.len() > MOST {
            text.push_str(&format!("\n… and {} more\n", self.list.len() - MOST));
        }
        text
    }

    fn one(&self, renderer: &Renderer, diagnostic: &Diagnostic, text: &mut String) {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = mask::clean(&diagnostic.title);
        let labels = diagnostic.at.iter().map(|at| (at, diagnostic.label.as_str(), true));
        let related = diagnostic.related.iter().map(|(at, label)| (at, label.as_str(), false));
        let mut files: Vec<(&Arc<str>, Vec<Label<'_>>)> = Vec::new();
        for label in labels.chain(related) {
            match files.iter_mut().find(|(file, _)| **file == label.0.file) {
                Some((_, known)) => known.push(label),
                None => files.push((&label.0.file, vec![label])),
            }
        }
        let mut group = Group::with_title(level.primary_title(title).id(diagnostic.code));
        for (file, labels) in files {
            let whole = self.quotes.text(file);
            let (window, first_line) = window(whole, labels.iter().map(|(span, ..)| *span));
            // What is masked to the end of a line must not show how long it was.
            let lines = whole.get(window.clone()).unwrap_or_default().split('\n');
            let lines: Vec<&str> = lines.map(|line| head(line.trim_end())).collect();
            let mut snippet =
                Snippet::source(lines.join("\n")).line_start(first_line).path(mask::clean(file));
            for (span, label, primary) in labels {
                let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(place(whole, span, &window, &lines));
                snippet = snippet.annotation(match label {
                    "" => annotation,
                    label => annotation.label(mask::clean(label)),
                });
            }
            group = group.element(snippet);
        }
        if !diagnostic.help.is_empty() {
            group = group.element(Level::HELP.message(mask::clean(&diagnostic.help)));
        }
        text.push_str(&renderer.render(&[group]));
        text.push('\n');
    }

    /// As data, `format: "rollbook.diagnostics/1"`.
    pub fn to_json(&self) -> Value {
        let place = |at: &Span| {
            json!({
                "file": mask::clean(&at.file), "line": at.line, "column": at.column,
                "offset": at.bytes.start, "length": at.bytes.len(),
            })
        };
        let all: Vec<Value> = self
            .list
            .iter()
            .map(|diagnostic| {
                let Diagnostic { code, severity, title, at, label, related, help } = diagnostic;
                let related: Vec<Value> = related
                    .iter()
                    .map(|(at, label)| json!({ "at": place(at), "label": mask::clean(label) }))
                    .collect();
                json!({
                    "code": code, "severity": severity, "title": mask::clean(title),
                    "at": at.as_ref().map(place), "label": mask::clean(label),
                    "related": related, "help": mask::clean(help),
                })
            })
            .collect();
        json!({ "format": "rollbook.diagnostics/1", "diagnostics": all })
    }
}

/// A place, what is to be said of it, and whether the diagnostic is first of all about it.
type Label<'a> = (&'a Span, &'a str, bool);

/// The whole lines that the places stand on, and the number of the first.
fn window<'a>(text: &str, spans: impl Iterator<Item = &'a Span>) -> (Range<usize>, usize) {
    let (mut from, mut to, mut line) = (usize::MAX, 0, 1);
    for span in spans {
        let start = span.bytes.start.min(text.len());
        if start < from {
            from = start;
            line = span.line as usize;
        }
        to = to.max(start);
    }
    let from = from.min(text.len());
    let from = text.get(..from).and_then(|t| t.rfind('\n')).map_or(0, |newline| newline + 1);
    let rest = text.get(to..).unwrap_or_default();
    let to = to + rest.find('\n').unwrap_or(rest.len());
    (from..to.max(from), line)
}

/// As much of a line as a person would look through.
fn head(line: &str) -> &str {
    const MOST: usize = 4000;
    line.char_indices().nth(MOST).and_then(|(end, _)| line.get(..end)).unwrap_or(line)
}

/// A place within the trimmed lines of a window: on its first line only, and at least one character.
fn place(text: &str, span: &Span, window: &Range<usize>, lines: &[&str]) -> Range<usize> {
    let start = span.bytes.start.clamp(window.start, window.end);
    let before = text.get(window.start..start).unwrap_or_default();
    let index = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = lines.get(index).copied().unwrap_or_default();
    let column = column.min(line.len());
    let rest = line.get(column..).unwrap_or_default();
    let least = rest.chars().next().map_or(0, char::len_utf8);
    let length = span.bytes.len().min(rest.len()).max(least);
    let above: usize = lines.iter().take(index).map(|line| line.len() + 1).sum();
    above + column..above + column + length
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

impl std::error::Error for Diagnostics {}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
