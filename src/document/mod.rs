//! A YAML (or JSON) text as a tree in which every key and value knows where it stands.
//!
//! Scalars stay the text that was written: `no`, `042` and `+44 20…` are only ever read as something
//! else where a setting asks for a flag or a number (YAML 1.2, section 10.3). Anchors, aliases and
//! merge keys (`<<`) are resolved; two equal keys are both kept, so that all of them can be
//! reported at once.

use std::{
    borrow::Cow,
    ops::{Deref, Range},
    sync::Arc,
};

use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{directory::Text, finding::Position};

mod decode;
mod read;
mod refused;

pub use decode::decode;
pub use read::{parse, text};
pub use refused::{Fault, nearest, suggestion};

/// The most bytes that a file may have.
pub const MAX_BYTES: usize = 8 << 20;

/// How deep lists and mappings may stand in one another.
pub const MAX_DEPTH: usize = 64;

/// A stretch of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The file as the user named it, or from the manifest's folder.
    pub file: Arc<str>,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// The same in bytes of the text, a byte order mark not counted; may be empty.
    pub bytes: Range<usize>,
}

impl Span {
    /// The very beginning of a file.
    pub fn start(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), line: 1, column: 1, bytes: 0..0 }
    }

    /// Where it begins.
    pub fn position(&self) -> Position {
        Position { file: Arc::clone(&self.file), line: self.line, column: self.column }
    }
}

/// A value and where it stands. Of an alias, where the value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Of a list or mapping in block style, its first line.
    pub at: Span,
    /// What it is.
    pub content: Content,
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As it was written.
    pub text: Text,
    /// Where it stands.
    pub at: Span,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing, `null` or `~`.
    Null,
    /// One text, number or flag.
    Scalar {
        /// Verbatim, escapes resolved.
        text: Text,
        /// Not in quotes, so that it may stand for a number or a flag.
        plain: bool,
        /// Came from a reference (`{ env: NAME }`): messages don't repeat it.
        hidden: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the file; keys may repeat, which [`decode()`] refuses.
    Map(Vec<(Key, Node)>),
}

impl Node {
    /// The value of the first key of that name, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, node)| node)
    }

    /// The first key of that name and its value.
    pub fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.entries().iter().find(|(known, _)| known.text == key)
    }

    /// Keys and values; none where this is no mapping.
    pub fn entries(&self) -> &[(Key, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Null | Content::Scalar { .. } | Content::List(_) => &[],
        }
    }

    /// The text, where this is a scalar.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::Null | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// What it is, in words; never what is in it.
    pub fn described(&self) -> &'static str {
        match &self.content {
            Content::Null => "nothing",
            Content::Scalar { text, plain: true, .. } if text == "true" || text == "false" => {
                "a flag"
            }
            Content::Scalar { text, plain: true, .. } if number(text).is_some() => "a number",
            Content::Scalar { .. } => "a text",
            Content::List(_) => "a list",
            Content::Map(_) => "a mapping",
        }
    }
}

/// A plain scalar as the number that it is; not with leading zeros or a `+`, which people dial.
pub fn number(text: &str) -> Option<serde_json::Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split(['.', 'e', 'E']).next().unwrap_or_default();
    let canonical = whole == "0" || !whole.starts_with('0');
    (canonical && digits.starts_with(|first: char| first.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// A value that knows where it was written; for settings that are decoded from a [`Node`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: Position,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
