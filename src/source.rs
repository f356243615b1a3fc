//! What is read: sources, their records, and how far a listing can be trusted.

use std::{
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    directory::{Field, Id, Inventory, Property, Reason, Text},
    finding::Finding,
};

/// Something that people are read from. Only ever read: there is no way to write through it.
pub trait Source: Send + Sync {
    /// Reads all records, once. Blocking; called on a thread of its own.
    ///
    /// # Errors
    ///
    /// [`FetchError`] where nothing can be said about the source's records. What was read before
    /// a fault may be given as a listing that is [`Coverage::Partial`]; never as a complete one.
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError>;

    /// The attributes that records of this source can have, for checks before anything is read.
    fn vocabulary(&self, cx: &Context<'_>) -> Vocabulary;

    /// Tries the source step by step, for `doctor`: reach, TLS, login, rights, paging, counts.
    ///
    /// Gives each step as it ends; later steps are left out once one fails that they need.
    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check));

    /// Why `doctor` doesn't read all records to show a few, where that takes too long.
    fn takes_long(&self) -> Option<&'static str> {
        None
    }
}

/// The settings of one kind of source, which are the source: their fields are the YAML options.
pub trait Connector: Source + serde::de::DeserializeOwned + schemars::JsonSchema + 'static {
    /// The product's name, as `kind:` has it.
    const KIND: &'static str;

    /// What it is, in one line.
    const ABOUT: &'static str;

    /// The documented default of each field that the kind can fill: an expression over its attributes.
    const DEFAULTS: &'static [(Field, &'static str)];

    /// The expression that says whether a record is `active` or `disabled`, where the kind knows.
    const STATUS: Option<&'static str>;

    /// Attributes that this kind always knows, for checks without reading settings or source.
    const ATTRIBUTES: Vocabulary;

    /// Whether a fetch looks at [`Context::known`]. One that doesn't can be read while the directory
    /// is.
    const ASKS_WHO_IS_KNOWN: bool = true;
}

/// The attribute names that expressions may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vocabulary {
    /// Exactly these.
    Closed(Vec<Text>),
    /// Exactly these, known when the program is built.
    Fixed(&'static [&'static str]),
    /// Nobody can tell before the source is read.
    Open,
}

/// What a fetch may know of the world, read once at the roof.
pub struct Context<'a> {
    /// What the manifest calls the source: the first part of the ids of what it lists.
    pub name: &'a str,
    /// The number space of the source's extensions.
    pub pbx: &'a str,
    /// The folder that relative paths start from: the manifest's.
    pub root: &'a Path,
    /// When this run began.
    pub now: Timestamp,
    /// The attributes that the manifest's expressions use, sorted: all that need be asked for.
    /// Where there are none, all that there are: for raw records and `doctor`.
    pub attributes: &'a [Text],
    /// Keys of the active people whom the directory has from this source, sorted. A connector that
    /// can look up where an absent one went says so in [`Listing::departures`].
    pub known: &'a [Text],
    /// Where to say how far the work is.
    pub progress: &'a dyn Progress,
}

/// Is told how far a long work is.
pub trait Progress: Sync {
    /// So many more records of the named source were read, or so much of other work was done.
    fn advance(&self, count: u64);
}

/// Nobody wants to know.
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _count: u64) {}
}

/// All records of one fetch, and what they prove.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The names of the attributes, one for each value of a record, each once.
    pub names: Vec<Text>,
    /// In the order of the source; keys may repeat where the source is wrong.
    pub records: Vec<Record>,
    /// Whether a key that is not listed is absent.
    pub coverage: Coverage,
    /// When the records are from, where that isn't when they were read: a file's last change.
    pub as_of: Option<Timestamp>,
    /// What became of people in [`Context::known`] who are not listed, where the source can tell;
    /// sorted by key.
    pub departures: Vec<Departure>,
    /// Devices, system devices and channels, in our words; sorted. An owner is the id of a record
    /// of this listing. Whether a line is shared isn't told yet: who is one person isn't known.
    pub inventory: Inventory,
    /// Kinds of equipment that couldn't be read, or not in full: what the directory has of them
    /// stays as it is. Sorted.
    pub unread: Vec<Unread>,
    /// Remarks on what was read: an optional table that this release lacks, keys that lead nowhere.
    pub findings: Vec<Finding>,
}

/// A kind of equipment of which a listing, complete as it may be of people, says nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    /// The word of the kind: `voicemail-pilot`.
    pub kind: Text,
    /// Its properties that weren't read; none where nothing of it was, so that what isn't listed
    /// isn't gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// Why: "the release has no `voicemessagingpilot`".
    pub because: Text,
}

/// What a source holds about one person, in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The source's own immutable name for it; empty where the source has none for this record,
    /// which is then not used.
    pub key: Text,
    /// Where in the source it stands, for messages.
    pub place: Place,
    /// One for each of [`Listing::names`].
    pub values: Box<[Attribute]>,
    /// What makes the record unusable, where something does: the person it is about is then left
    /// as they were. A phrase: "`displayName` is not UTF-8".
    pub flaw: Option<Text>,
}

/// The value of one attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Attribute {
    /// The record doesn't have it, or has it empty.
    #[default]
    Absent,
    /// One text, never empty.
    One(Text),
    /// Several texts in the source's order, at least two.
    Many(Box<[Text]>),
}

/// Where in a source a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The line of a file, from 1.
    Line(u64),
    /// The element of a list, from 1.
    Item(u64),
    /// A distinguished name.
    Name(Text),
}

/// How far a listing speaks for all records of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Whatever is not listed is not there.
    Complete {
        /// What shows it: "every one of 13 pages ended in success and the last cookie was empty".
        proof: String,
    },
    /// Some records are missing, and nothing follows from the absence of one.
    Partial {
        /// What went wrong: "the server stopped after 500 entries (sizeLimitExceeded)".
        because: String,
    },
}

/// What became of somebody whom a complete listing no longer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The source's key.
    pub key: Text,
    /// [`Reason::SourceDeleted`], [`Reason::OutOfScope`] or [`Reason::Gone`].
    pub reason: Reason,
    /// What shows it: "now `CN=Ada,OU=Leavers,…`, outside the bases".
    pub evidence: Text,
}

/// One step of `doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was tried: "log in as `svc@corp.example`".
    pub title: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a [`Check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It works; with what was seen.
    Passed(String),
    /// It works, but the reader should know something, and can do something.
    Doubtful(String, String),
    /// It does not work, and what to do about it.
    Failed(String, String),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Item(item) => write!(f, "item {item}"),
            Self::Name(name) => write!(f, "`{name}`"),
        }
    }
}

impl Listing {
    /// Where an attribute's values stand in each record.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}

impl Record {
    /// The id under which the directory knows this record's person.
    pub fn id(&self, source: &str) -> Id {
        Id::new(source, &self.key)
    }
}

impl From<Option<Text>> for Attribute {
    /// An empty text is an absent one.
    fn from(text: Option<Text>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::Absent, Self::One)
    }
}

impl From<Vec<Text>> for Attribute {
    /// Empty texts are dropped.
    fn from(mut texts: Vec<Text>) -> Self {
        texts.retain(|text| !text.is_empty());
        match texts.len() {
            0 => Self::Absent,
            1 => Self::One(texts.remove(0)),
            _ => Self::Many(texts.into()),
        }
    }
}

/// Why nothing can be said about a source's records. No secret is ever in it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// A file that can't be read.
    #[error("`{path}` can't be read: {source}")]
    Unreadable {
        /// As the manifest names it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that isn't what it should be.
    #[error("`{path}`{at}: {problem}")]
    Malformed {
        /// As the manifest names it.
        path: PathBuf,
        /// " line 7", " line 7, column 3" or empty.
        at: String,
        /// What is wrong.
        problem: String,
        /// What the reader can do.
        help: String,
    },
    /// A table without a column that is needed.
    #[error("`{path}` has no column `{column}`; it has {found:?}")]
    NoColumn {
        /// As the manifest names it.
        path: PathBuf,
        /// What was looked for.
        column: String,
        /// What there is.
        found: Vec<String>,
    },
    /// A server that can't be reached, trusted, logged in to or understood.
    #[error("{problem}")]
    Server {
        /// What happened, with the address.
        problem: String,
        /// What the reader can do.
        help: String,
    },
    /// A setting that can only be found wrong when it is used.
    #[error("{problem}")]
    Setting {
        /// What is wrong with it.
        problem: String,
        /// What the reader can do.
        help: String,
    },
}

impl FetchError {
    /// What the reader can do about it, in one sentence that starts with a verb.
    pub fn help(&self) -> String {
        match self {
            Self::Unreadable { .. } => {
                "check the path, which starts from the manifest's folder, and who may read it"
                    .into()
            }
            Self::NoColumn { .. } => "set `key:` to one of these columns".into(),
            Self::Malformed { help, .. }
            | Self::Server { help, .. }
            | Self::Setting { help, .. } => help.clone(),
        }
    }
}
