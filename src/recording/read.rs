//! Reading a recording: all of what was written, or an error.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    Entry, FORMAT, INDEX, Index, PEOPLE, RecordingError, equipment,
    lines::{self, Header, Left},
};
use crate::{
    directory::{Equipment, Inventory, Text},
    finding::Finding,
    source::{Coverage, Departure, Listing},
};

/// The largest `recording.json` that is read, in bytes.
const MAX_INDEX: u64 = 16 << 20;

/// A recording that is there; its sources are read one by one.
#[derive(Debug, Clone)]
pub struct Recording {
    folder: PathBuf,
    index: Index,
}

/// What one source answered then.
#[derive(Debug)]
pub struct Recorded {
    /// The answer.
    pub listing: Listing,
    /// How long reading took.
    pub seconds: f64,
}

impl Recording {
    /// Looks at a folder.
    ///
    /// # Errors
    ///
    /// [`RecordingError`] where it is none, or of a later version.
    pub fn open(folder: &Path) -> Result<Self, RecordingError> {
        #[derive(Deserialize)]
        struct Any {
            format: Text,
        }
        let not_one = |because: String| RecordingError::NotOne { path: folder.into(), because };
        let path = folder.join(INDEX);
        let text = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(not_one(format!("it has no `{INDEX}`")));
            }
            Ok(there) if there.len() > MAX_INDEX => {
                return Err(not_one(format!("its `{INDEX}` is too large")));
            }
            _ => fs::read_to_string(&path)
                .map_err(|source| RecordingError::Unreadable { path: path.clone(), source })?,
        };
        let damaged = |error: serde_json::Error| {
            if error.is_eof() {
                let what = "it ends too early".into();
                return RecordingError::Damaged { path: path.clone(), what };
            }
            not_one(format!("`{INDEX}`: {error}"))
        };
        let Any { format } = serde_json::from_str(&text).map_err(damaged)?;
        if format != FORMAT && format != PEOPLE {
            return Err(match format.starts_with("rollbook.recording/") {
                true => RecordingError::Newer { path: folder.into(), format },
                false => not_one(format!("its format is `{format}`")),
            });
        }
        let index: Index = serde_json::from_str(&text).map_err(damaged)?;
        // It may come from anywhere: its files are in it, and nowhere else.
        let outside = |entry: &&Entry| {
            entry.file.contains(['/', '\\', ':'])
                || entry.file.starts_with('.')
                || entry.file.is_empty()
        };
        if let Some(entry) = index.sources.iter().find(outside) {
            return Err(not_one(format!("`{}` is no file in it", entry.file)));
        }
        Ok(Self { folder: folder.to_path_buf(), index })
    }

    /// When the run began that it was made by.
    pub fn made_at(&self) -> Timestamp {
        self.index.made_at
    }

    /// SHA-256 of the manifest that it was made with.
    pub fn manifest(&self) -> &str {
        &self.index.manifest
    }

    /// Whether personal data in it was replaced.
    pub fn has_pseudonyms(&self) -> bool {
        self.index.pseudonyms.is_some()
    }

    /// The names of its sources, in order.
    pub fn sources(&self) -> impl Iterator<Item = &Text> {
        self.index.sources.iter().map(|entry| &entry.name)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.index.sources.iter().map(|entry| entry.file.as_str())
    }

    /// Reads the answer of a source of that kind, of which these attributes are used.
    ///
    /// # Errors
    ///
    /// [`RecordingError`] where it isn't in the recording, isn't as it was written, or lacks what
    /// is used now.
    pub fn read(&self, name: &str, kind: &str, used: &[Text]) -> Result<Recorded, RecordingError> {
        let Some(entry) = self.index.sources.iter().find(|entry| entry.name == name) else {
            let has: Vec<String> = self.sources().map(|name| format!("`{name}`")).collect();
            let has = if has.is_empty() { "none".into() } else { has.join(", ") };
            let path = self.folder.clone();
            return Err(RecordingError::NoSource { path, name: name.into(), has });
        };
        if entry.kind != kind {
            return Err(RecordingError::OtherKind {
                name: name.into(),
                recorded: entry.kind.clone(),
                declared: kind.into(),
            });
        }
        let path = self.folder.join(entry.file.as_str());
        let file = File::open(&path)
            .map_err(|source| RecordingError::Unreadable { path: path.clone(), source })?;
        let mut lines = Lines {
            file: BufReader::with_capacity(1 << 16, file),
            path,
            hash: Sha256::new(),
            bytes: 0,
            number: 0,
            line: Vec::new(),
        };
        lines.is_of_size(entry.bytes)?;
        let recorded = answer(&mut lines, entry, used)?;
        lines.end(entry)?;
        Ok(recorded)
    }
}

fn answer(lines: &mut Lines, entry: &Entry, used: &[Text]) -> Result<Recorded, RecordingError> {
    let header: Header =
        lines.next(|line| serde_json::from_slice(line).map_err(|e| e.to_string()))?;
    let Header { source, kind, asked, names, withheld, unused, coverage, unread, .. } = header;
    let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
    if let Some((_, name)) = twice {
        return Err(lines.damaged(format!("it has `{name}` twice")));
    }
    if source != entry.name || kind != entry.kind || header.records != entry.records {
        return Err(lines.damaged("it is of another source or recording".into()));
    }
    for attribute in used {
        let (name, attribute) = (|| source.clone(), || attribute.clone());
        if withheld.contains(&attribute()) {
            return Err(RecordingError::Withheld { name: name(), attribute: attribute() });
        }
        let known = asked.contains(&attribute()) || names.contains(&attribute());
        if !known || unused.contains(&attribute()) {
            return Err(RecordingError::Lacks { name: name(), attribute: attribute() });
        }
    }
    // What a header promises isn't believed before it is there: a record has some bytes.
    let most = usize::try_from(entry.bytes / 16).unwrap_or(usize::MAX);
    let expected = usize::try_from(header.records).unwrap_or(usize::MAX);
    let mut records = Vec::with_capacity(expected.min(most));
    for _ in 0..header.records {
        records.push(lines.next(|line| lines::read_record(line, names.len()))?);
    }
    let mut departures: Vec<Departure> = Vec::new();
    for _ in 0..header.departures {
        let left: Left =
            lines.next(|line| serde_json::from_slice(line).map_err(|e| e.to_string()))?;
        let departure = Departure::from(left);
        if departures.last().is_some_and(|last| last.key > departure.key) {
            return Err(lines.damaged("its departures are not in order".into()));
        }
        departures.push(departure);
    }
    let inventory = Inventory {
        devices: lines.equipment(header.devices)?,
        system_devices: lines.equipment(header.system_devices)?,
        channels: lines.equipment(header.channels)?,
    };
    let mut findings: Vec<Finding> = Vec::new();
    for _ in 0..header.findings {
        findings.push(lines.next(|line| serde_json::from_slice(line).map_err(|e| e.to_string()))?);
    }
    let coverage = Coverage::from(coverage);
    let as_of = header.as_of;
    let listing =
        Listing { names, records, coverage, as_of, departures, inventory, unread, findings };
    Ok(Recorded { listing, seconds: header.seconds })
}

/// A file's lines, hashed and counted as they are read.
struct Lines {
    file: BufReader<File>,
    path: PathBuf,
    hash: Sha256,
    bytes: u64,
    number: u64,
    line: Vec<u8>,
}

impl Lines {
    fn damaged(&self, what: String) -> RecordingError {
        RecordingError::Damaged { path: self.path.clone(), what }
    }

    fn unreadable(&self, source: io::Error) -> RecordingError {
        RecordingError::Unreadable { path: self.path.clone(), source }
    }

    /// Asked first, as it is cheap and most damage shows in it.
    fn is_of_size(&self, bytes: u64) -> Result<(), RecordingError> {
        let has = self.file.get_ref().metadata().map_err(|error| self.unreadable(error))?.len();
        if has != bytes {
            return Err(self.damaged(format!("it has {has} bytes, {bytes} were written")));
        }
        Ok(())
    }

    /// The next line, as `read` takes it.
    fn next<T>(&mut self, read: impl Fn(&[u8]) -> Result<T, String>) -> Result<T, RecordingError> {
        self.line.clear();
        let read_now = self.file.read_until(b'\n', &mut self.line);
        let length = read_now.map_err(|error| self.unreadable(error))?;
        self.number += 1;
        self.bytes += length as u64;
        self.hash.update(&self.line);
        let line = match self.line.strip_suffix(b"\n") {
            Some(line) => read(line),
            None => Err("it ends too early".into()),
        };
        line.map_err(|what| self.damaged(format!("line {}: {what}", self.number)))
    }

    /// So many lines of one kind of equipment, sorted by id.
    fn equipment<T: Equipment>(&mut self, count: u64) -> Result<Vec<T>, RecordingError> {
        let mut all: Vec<T> = Vec::new();
        for _ in 0..count {
            let one: T = self.next(equipment::read)?;
            if all.last().is_some_and(|last| last.id() >= one.id()) {
                return Err(self.damaged(format!("its {}s are not in order", T::WORD)));
            }
            all.push(one);
        }
        Ok(all)
    }

    /// Ends reading: everything was read, and it is what was written.
    fn end(mut self, entry: &Entry) -> Result<(), RecordingError> {
        let rest = self.file.fill_buf().map(<[u8]>::is_empty);
        if !rest.map_err(|error| self.unreadable(error))? {
            return Err(self.damaged("it goes on after its last record".into()));
        }
        let hash = crate::directory::hexadecimal(&std::mem::take(&mut self.hash).finalize());
        if self.bytes != entry.bytes || hash != entry.sha256 {
            return Err(self.damaged("its checksum is not that of what was written".into()));
        }
        Ok(())
    }
}
