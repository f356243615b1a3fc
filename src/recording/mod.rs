//! What the sources answered, kept in a folder: to plan from it again, without network or
//! credentials.
//!
//! Kept are the [listings](crate::source::Listing): records in the vendor's words, as a connector
//! gives them to the mapping, with how far they can be trusted. Not the bytes of the wire. A plan
//! depends on nothing else of a source, so a plan from a recording is the plan that was made then.
//!
//! A folder holds `recording.json` and for each source one file of JSON lines: a header, a line for
//! each record in the source's order, a line for each departure, for each device, system device and
//! channel, and for each of the source's own remarks. `recording.json` has the size and
//! the SHA-256 of each, so that what is damaged or cut off is never taken for a smaller listing.

mod equipment;
mod lines;
mod pseudonyms;
mod read;
mod withheld;
mod write;

use std::{io, path::PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::Text;

pub use pseudonyms::{Disguise, Dress, MIN_KEY, Names};
pub use read::{Recorded, Recording};
pub use write::{Answer, Recorder};

/// The form of a recording of people.
pub const PEOPLE: &str = "rollbook.recording/1";

/// The form of a recording that has devices, system devices, channels or remarks of its sources as
/// well. Another number stands for what this version can't read.
pub const FORMAT: &str = "rollbook.recording/2";

/// The file that makes a folder a recording.
const INDEX: &str = "recording.json";

/// What `recording.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Index {
    /// [`PEOPLE`] where that is enough, else [`FORMAT`].
    format: Text,
    /// When the run began that it was made by.
    made_at: Timestamp,
    /// SHA-256 of the manifest's files.
    manifest: Text,
    /// Which key the pseudonyms are of, where personal data stands for itself no longer: equal
    /// words for equal keys, from which the key can't be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pseudonyms: Option<Text>,
    /// In name order.
    sources: Vec<Entry>,
}

/// One source in `recording.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Its name in the manifest.
    name: Text,
    /// Its connector's kind.
    kind: Text,
    /// The file, in the same folder.
    file: Text,
    /// How many records it has.
    records: u64,
    /// How many bytes.
    bytes: u64,
    /// SHA-256 over all of them, in hexadecimal.
    sha256: Text,
}

/// Why a recording can't be made or used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A file or folder that can't be read.
    #[error("`{path}` can't be read: {source}", path = .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file or folder that can't be written.
    #[error("`{path}` can't be written: {source}", path = .path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A folder that is something else.
    #[error("`{path}` is no recording: {because}", path = .path.display())]
    NotOne {
        /// Which.
        path: PathBuf,
        /// What it lacks or has.
        because: String,
    },
    /// Something that must not be replaced stands where a recording is to be written.
    #[error("`{path}` is there already and {because}", path = .path.display())]
    Occupied {
        /// Which.
        path: PathBuf,
        /// Why it is left alone.
        because: String,
    },
    /// A recording of a later version.
    #[error("`{path}` has the format `{format}`, this version reads `{FORMAT}`", path = .path.display())]
    Newer {
        /// Which.
        path: PathBuf,
        /// What it has.
        format: Text,
    },
    /// A file that isn't what was written once.
    #[error("`{path}` is damaged: {what}", path = .path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// How that shows.
        what: String,
    },
    /// A source that was not recorded.
    #[error("`{path}` has no source `{name}`; it has {has}", path = .path.display())]
    NoSource {
        /// The recording.
        path: PathBuf,
        /// The source.
        name: Text,
        /// Those that it has.
        has: String,
    },
    /// A source that was something else when it was recorded.
    #[error("source `{name}` was recorded as `{recorded}`, and is declared as `{declared}`")]
    OtherKind {
        /// The source.
        name: Text,
        /// Its kind then.
        recorded: Text,
        /// Its kind now.
        declared: Text,
    },
    /// An attribute that the mapping uses now and that nobody asked for then.
    #[error("the recording of source `{name}` lacks `{attribute}`, which the mapping uses")]
    Lacks {
        /// The source.
        name: Text,
        /// The attribute.
        attribute: Text,
    },
    /// An attribute that the mapping uses and that no recording keeps.
    #[error(
        "`{attribute}` of source `{name}` was withheld from the recording, and the mapping uses it"
    )]
    Withheld {
        /// The source.
        name: Text,
        /// The attribute.
        attribute: Text,
    },
}

impl RecordingError {
    /// What the reader can do about it, in one sentence that starts with a verb.
    pub fn help(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the folder, and who may read it".into(),
            Self::Unwritable { .. } => {
                "check the folder, who may write there, and how full the disk is".into()
            }
            Self::NotOne { .. } => {
                "name a folder that `rollbook plan --record DIR` or `fetch --record DIR` wrote"
                    .into()
            }
            Self::Occupied { .. } => "name a folder that isn't there yet, or a recording".into(),
            Self::Newer { .. } => "use the version of rollbook that made it, or a later one".into(),
            Self::Damaged { .. } => {
                "record again, or fetch the recording again from where it was kept".into()
            }
            Self::NoSource { name, .. } => {
                format!("record again, with source `{name}` or without naming a source")
            }
            Self::OtherKind { .. } => "record again with this manifest".into(),
            Self::Lacks { .. } => {
                "record again with this manifest: only attributes that it uses are kept".into()
            }
            Self::Withheld { .. } => {
                "take the attribute out of the expressions: what looks like a secret is not kept"
                    .into()
            }
        }
    }
}
