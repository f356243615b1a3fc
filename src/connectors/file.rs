//! Files, read from the first byte to the last.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _},
    path::Path,
};

use jiff::Timestamp;

use crate::source::FetchError;

/// All bytes of a file.
pub(super) struct WholeFile {
    pub(super) bytes: Vec<u8>,
    /// When it was last written, where the system knows.
    pub(super) written: Option<Timestamp>,
    /// Why they may not belong together, where something speaks for it.
    pub(super) doubt: Option<String>,
}

/// Reads a file that is named from a folder.
pub(super) fn whole(root: &Path, path: &Path) -> Result<WholeFile, FetchError> {
    read(&root.join(path))
        .map_err(|source| FetchError::Unreadable { path: path.to_path_buf(), source })
}

/// At most so many bytes of the beginning of a file.
pub(super) fn beginning(root: &Path, path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(root.join(path))?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read(path: &Path) -> io::Result<WholeFile> {
    let mut file = File::open(path)?;
    let before = file.metadata()?;
    // A file that grows faster than it is read would have no end; a pipe's end is not known.
    let most = if before.is_file() { before.len().saturating_add(1) } else { u64::MAX };
    let mut bytes = Vec::new();
    (&mut file).take(most).read_to_end(&mut bytes)?;
    let after = file.metadata()?;
    let doubt = changed(&before, &after, bytes.len())
        .then(|| "the file was written to while it was read".to_owned());
    let written = after.modified().ok().filter(|_| after.is_file());
    let written = written.and_then(|time| Timestamp::try_from(time).ok());
    Ok(WholeFile { bytes, written, doubt })
}

/// A pipe has no length beforehand.
fn changed(before: &Metadata, after: &Metadata, read: usize) -> bool {
    let same_time = match (before.modified(), after.modified()) {
        (Ok(before), Ok(after)) => before == after,
        _ => true,
    };
    before.is_file() && (!same_time || before.len() != after.len() || after.len() != read as u64)
}
