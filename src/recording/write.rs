//! Writing a recording: beside its place first, then in one step into it.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{
    Entry, FORMAT, INDEX, Index, PEOPLE, RecordingError, equipment,
    lines::{self, Header, Left, Trust},
    pseudonyms::{Disguise, Dress, Names},
    read::Recording,
    withheld::withheld,
};
use crate::{
    directory::{Equipment, Inventory, Text},
    finding::Finding,
    render,
    source::Listing,
};

/// What a source answered.
pub struct Answer<'a> {
    /// Its name in the manifest.
    pub source: &'a str,
    /// Its connector's kind.
    pub kind: &'a str,
    /// The attributes that were asked for, sorted.
    pub asked: &'a [Text],
    /// The answer.
    pub listing: &'a Listing,
    /// How long reading took.
    pub seconds: f64,
}

/// A recording that is being made. Nothing is at its place until [`finish`](Self::finish); dropped
/// before, it leaves nothing behind.
#[derive(Debug)]
pub struct Recorder {
    place: PathBuf,
    beside: PathBuf,
    index: Index,
    finished: bool,
}

impl Recorder {
    /// Begins one that is to stand in `place`. `pseudonyms` is the [id](Disguise::id) of their key.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Occupied`] where something else than a recording or an empty folder is
    /// there, [`RecordingError::Unwritable`] where it can't be written beside.
    pub fn new(
        place: &Path,
        made_at: Timestamp,
        manifest: &str,
        pseudonyms: Option<Text>,
    ) -> Result<Self, RecordingError> {
        replaceable(place)?;
        let beside = sibling(place, "new")?;
        if let Some(folder) = beside.parent().filter(|folder| *folder != Path::new("")) {
            fs::create_dir_all(folder)
                .map_err(|source| RecordingError::Unwritable { path: folder.into(), source })?;
        }
        private_folder(&beside)
            .map_err(|source| RecordingError::Unwritable { path: beside.clone(), source })?;
        let manifest = manifest.into();
        let index =
            Index { format: PEOPLE.into(), made_at, manifest, pseudonyms, sources: Vec::new() };
        Ok(Self { place: place.to_path_buf(), beside, index, finished: false })
    }

    /// Writes down one source's answer; gives the attributes that were withheld. With a disguise,
    /// personal data is replaced as it is written; `dresses` has one for each of the names.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Unwritable`].
    pub fn add(
        &mut self,
        answer: &Answer<'_>,
        disguise: Option<(&Disguise, &[Dress])>,
    ) -> Result<Vec<Text>, RecordingError> {
        let Answer { source, kind, asked, listing, .. } = answer;
        let file = self.free_name(source);
        let path = self.beside.join(file.as_str());
        let withheld = withheld(&listing.names, &listing.records);
        let named = |chosen: &dyn Fn(usize) -> bool| -> Vec<Text> {
            let names = listing.names.iter().enumerate();
            names.filter(|(at, _)| chosen(*at)).map(|(_, name)| name.clone()).collect()
        };
        let secrets = named(&|at| withheld[at]);
        let unused = named(&|at| {
            disguise.is_some_and(|(_, dresses)| dresses.get(at) == Some(&Dress::LeftOut))
        });
        let inventory = match disguise {
            None => Cow::Borrowed(&listing.inventory),
            Some((disguise, _)) => Cow::Owned(disguise.inventory(&listing.inventory)),
        };
        let Inventory { devices, system_devices, channels } = &*inventory;
        if !inventory.is_empty() || !listing.findings.is_empty() || !listing.unread.is_empty() {
            self.index.format = FORMAT.into();
        }
        let header = Header {
            source: (*source).into(),
            kind: (*kind).into(),
            asked: asked.to_vec(),
            names: listing.names.clone(),
            withheld: secrets.clone(),
            unused,
            coverage: Trust::from(listing.coverage.clone()),
            as_of: listing.as_of,
            seconds: (answer.seconds * 1000.0).round() / 1000.0,
            unread: listing.unread.clone(),
            records: listing.records.len() as u64,
            departures: listing.departures.len() as u64,
            devices: devices.len() as u64,
            system_devices: system_devices.len() as u64,
            channels: channels.len() as u64,
            findings: listing.findings.len() as u64,
        };
        let kept: Vec<bool> = withheld.iter().map(|withheld| !withheld).collect();
        let written = private_file(&path).and_then(|file| {
            let mut out = Hashed {
                file: BufWriter::with_capacity(1 << 16, file),
                hash: Sha256::new(),
                bytes: 0,
            };
            out.line(&serde_json::to_string(&header)?)?;
            let names = Names::of(listing);
            for record in &listing.records {
                match disguise {
                    None => out.line(&lines::record(record, &kept)?)?,
                    Some((disguise, dresses)) => {
                        out.line(&lines::record(
                            &disguise.record(record, dresses, &names),
                            &kept,
                        )?)?;
                    }
                }
            }
            let mut departures: Vec<Left> = Vec::with_capacity(listing.departures.len());
            match disguise {
                None => departures.extend(listing.departures.iter().map(Left::from)),
                Some((disguise, _)) => {
                    let mut dressed: Vec<_> =
                        listing.departures.iter().map(|left| disguise.departure(left)).collect();
                    dressed.sort_by(|a, b| a.key.cmp(&b.key));
                    departures.extend(dressed.iter().map(Left::from));
                }
            }
            for departure in &departures {
                out.line(&serde_json::to_string(departure)?)?;
            }
            out.equipment(devices)?;
            out.equipment(system_devices)?;
            out.equipment(channels)?;
            for finding in &listing.findings {
                let dressed: Option<Finding> =
                    disguise.map(|(disguise, _)| disguise.finding(finding));
                out.line(&serde_json::to_string(dressed.as_ref().unwrap_or(finding))?)?;
            }
            out.end()
        });
        let (bytes, sha256) =
            written.map_err(|source| RecordingError::Unwritable { path, source })?;
        self.index.sources.push(Entry {
            name: (*source).into(),
            kind: (*kind).into(),
            file,
            records: listing.records.len() as u64,
            bytes,
            sha256,
        });
        Ok(secrets)
    }

    /// Puts it in its place, where one that was there is replaced.
    ///
    /// # Errors
    ///
    /// [`RecordingError::Unwritable`]; what was there before is then there still.
    pub fn finish(mut self) -> Result<(), RecordingError> {
        self.index.sources.sort_by(|a, b| a.name.cmp(&b.name));
        let path = self.beside.join(INDEX);
        let written =
            serde_json::to_string_pretty(&self.index).map_err(io::Error::from).and_then(|text| {
                let mut file = private_file(&path)?;
                file.write_all(render::json(&text).as_bytes())?;
                file.write_all(b"\n")?;
                file.sync_all()
            });
        written.map_err(|source| RecordingError::Unwritable { path, source })?;
        let unwritable = |source| RecordingError::Unwritable { path: self.place.clone(), source };
        // Looked at again: reading the sources may have taken minutes.
        if replaceable(&self.place)? {
            let old = sibling(&self.place, "old")?;
            fs::rename(&self.place, &old).map_err(unwritable)?;
            if let Err(error) = fs::rename(&self.beside, &self.place) {
                // What matters is the first error.
                let _ = fs::rename(&old, &self.place);
                return Err(unwritable(error));
            }
            // The new one stands; what is left of the old one is in nobody's way.
            let _ = fs::remove_dir_all(&old);
        } else {
            fs::rename(&self.beside, &self.place).map_err(unwritable)?;
        }
        self.finished = true;
        Ok(())
    }

    /// A file name that no other source has, in small or large letters.
    fn free_name(&self, source: &str) -> Text {
        let taken = |name: &str| {
            self.index.sources.iter().any(|entry| entry.file.eq_ignore_ascii_case(name))
        };
        let mut name = format!("{source}.jsonl");
        let mut number = 2;
        while taken(&name) {
            name = format!("{source}.{number}.jsonl");
            number += 1;
        }
        name.into()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if !self.finished {
            // It was never at its place.
            let _ = fs::remove_dir_all(&self.beside);
        }
    }
}

/// Whether there is something at a recording's place, which may be replaced.
fn replaceable(place: &Path) -> Result<bool, RecordingError> {
    let unreadable = |source| RecordingError::Unreadable { path: place.into(), source };
    let occupied = |because: &str| {
        Err(RecordingError::Occupied { path: place.into(), because: because.into() })
    };
    let is_folder = match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        there => there.map_err(unreadable)?.is_dir(),
    };
    if !is_folder {
        return occupied("is no folder");
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(place).map_err(unreadable)? {
        found.push(entry.map_err(unreadable)?.file_name());
    }
    if found.is_empty() {
        return Ok(true);
    }
    let Ok(recording) = Recording::open(place) else { return occupied("is no recording") };
    let mut known: Vec<&str> = recording.files().collect();
    known.push(INDEX);
    match found.iter().find(|name| !known.iter().any(|known| *name == known)) {
        Some(other) => occupied(&format!("holds `{}` too", other.to_string_lossy())),
        None => Ok(true),
    }
}

/// A hidden name beside a place, of this process.
fn sibling(place: &Path, what: &str) -> Result<PathBuf, RecordingError> {
    let Some(name) = place.file_name() else {
        let because = "a recording needs a folder of its own".into();
        return Err(RecordingError::Occupied { path: place.into(), because });
    };
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.{what}", std::process::id()));
    Ok(place.with_file_name(beside))
}

/// A folder that only its owner may enter.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file that only its owner may read.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file that is hashed and counted as it is written.
struct Hashed {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Hashed {
    /// A line; nothing in it can harm a terminal.
    fn line(&mut self, text: &str) -> io::Result<()> {
        let text = render::json(text);
        for piece in [text.as_bytes(), b"\n"] {
            self.hash.update(piece);
            self.bytes += piece.len() as u64;
            self.file.write_all(piece)?;
        }
        Ok(())
    }

    /// A line for each.
    fn equipment<T: Equipment>(&mut self, all: &[T]) -> io::Result<()> {
        all.iter().try_for_each(|one| self.line(&equipment::line(one)?))
    }

    fn end(self) -> io::Result<(u64, Text)> {
        let Self { file, hash, bytes } = self;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok((bytes, crate::directory::hexadecimal(&hash.finalize())))
    }
}
