//! The index as a file: a block for each commit of the branch, the oldest first.
//!
//! It holds nothing that the commits don't: whatever is in doubt is made anew from them. Every
//! prefix of whole blocks is an index of as many commits, so a run that is killed while it writes
//! leaves one that is a little too short.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use git2::{Oid, Repository};

use super::block::{Block, Head};
use crate::directory::{Field, Property};

/// What the file begins with; another number where blocks mean something else.
const NAME: &[u8; 18] = b"rollbook history 2";

/// The file's beginning: its name, and a sum of the names of fields and properties, so that a
/// version that knows others starts anew.
fn beginning() -> Vec<u8> {
    let fields = Field::ALL.into_iter().map(Field::name);
    let fields: Vec<&str> = fields.chain(Property::ALL.into_iter().map(Property::name)).collect();
    let sum = crc32fast::hash(fields.join(" ").as_bytes());
    [&NAME[..], b"\n", &sum.to_le_bytes()[..]].concat()
}

/// Where the index of a branch is: two directories may be on two branches of one repository.
pub(super) fn path(repository: &Repository, branch: &str) -> PathBuf {
    let name = match branch {
        "main" => "rollbook-history".to_owned(),
        other => format!("rollbook-history-{:08x}", crc32fast::hash(other.as_bytes())),
    };
    repository.commondir().join(name)
}

/// The commits that a file has blocks of, from the first on, each the next one's first parent.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) heads: Vec<Head>,
    /// Where each block ends.
    pub(super) ends: Vec<u64>,
    /// How long the file is; more than the last end where something is wrong after it.
    pub(super) size: u64,
    /// Whether it begins as it should.
    pub(super) sound: bool,
}

impl Chain {
    /// Where a commit stands in it. The last ones are asked for most.
    pub(super) fn position(&self, commit: Oid) -> Option<usize> {
        self.heads.iter().rposition(|head| head.commit == commit)
    }

    /// Forgets the blocks after the first `count`.
    pub(super) fn keep(&mut self, count: usize) {
        self.heads.truncate(count);
        self.ends.truncate(count);
        self.sound &= count > 0;
    }

    /// The last commit among the first `count` that could be read.
    pub(super) fn base(&self, count: usize) -> Option<Oid> {
        let known = self.heads.get(..count).unwrap_or_default();
        known.iter().rev().find(|head| head.readable).map(|head| head.commit)
    }

    /// Where the first `count` blocks end.
    pub(super) fn end(&self, count: usize) -> u64 {
        match count.checked_sub(1).and_then(|last| self.ends.get(last)) {
            Some(end) => *end,
            None => beginning().len() as u64,
        }
    }

    /// Reads the heads of a file, as far as they make sense; a missing file has none.
    pub(super) fn read(path: &Path) -> Self {
        let mut chain = Self::default();
        if let Ok(file) = File::open(path) {
            // What can't be read is as good as not there.
            let _ = chain.read_heads(file);
        }
        chain
    }

    fn read_heads(&mut self, mut file: File) -> io::Result<()> {
        self.size = file.metadata()?.len();
        let wanted = beginning();
        let mut start = vec![0; wanted.len()];
        file.read_exact(&mut start)?;
        self.sound = start == wanted;
        if !self.sound {
            return Ok(());
        }
        let mut at = start.len() as u64;
        let mut bytes = [0; Head::SIZE];
        loop {
            file.read_exact(&mut bytes)?;
            let Some(head) = Head::read(&bytes) else { return Ok(()) };
            let end = at + Head::SIZE as u64 + u64::from(head.body);
            let follows = self.heads.last().map(|last: &Head| last.commit) == head.parent;
            if end > self.size || !follows {
                return Ok(());
            }
            self.heads.push(head);
            self.ends.push(end);
            at = file.seek(SeekFrom::Start(end))?;
        }
    }

    /// Hands the first `count` blocks to `each`, in order. Gives how many were as they should be:
    /// fewer where one was changed since it was written.
    pub(super) fn scan(
        &self,
        path: &Path,
        count: usize,
        mut each: impl FnMut(&Block<'_>),
    ) -> usize {
        let Ok(mut file) = File::open(path) else { return 0 };
        if file.seek(SeekFrom::Start(self.end(0))).is_err() {
            return 0;
        }
        let mut file = BufReader::with_capacity(1 << 18, file);
        let mut body = Vec::new();
        let mut bytes = [0; Head::SIZE];
        for (at, head) in self.heads.iter().take(count).enumerate() {
            body.resize(head.body as usize, 0);
            let read = file.read_exact(&mut bytes).and_then(|()| file.read_exact(&mut body));
            if read.is_err() || Head::read(&bytes).as_ref() != Some(head) || !head.is_of(&body) {
                return at;
            }
            each(&Block { head, body: &body });
        }
        count.min(self.heads.len())
    }

    /// Writes blocks after the first `count`; what stands there now goes. Gives whether it did: not
    /// where another run writes, or where nothing may be written here.
    pub(super) fn append(&self, path: &Path, count: usize, blocks: &[u8]) -> bool {
        self.append_or_say(path, count, blocks).unwrap_or(false)
    }

    fn append_or_say(&self, path: &Path, count: usize, blocks: &[u8]) -> io::Result<bool> {
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            // A file system without such locks: what two runs write at once is seen to be wrong.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
        }
        if file.metadata()?.len() != self.size {
            return Ok(false);
        }
        let start = if self.sound { self.end(count) } else { 0 };
        file.set_len(start)?;
        file.seek(SeekFrom::Start(start))?;
        if start == 0 {
            file.write_all(&beginning())?;
        }
        file.write_all(blocks)?;
        Ok(true)
    }
}
