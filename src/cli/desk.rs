//! What a command works on: the manifest, the repository, and the directory as it is held.

use std::{panic, thread};

use jiff::Timestamp;

use super::{Cx, progress::Board, report::Failure, world::Here};
use crate::{
    directory::{Directory, Text},
    engine::{self, Fetched, World},
    finding::Code,
    manifest::{self, DeclaredSource, Manifest},
    plan::{Denial, Kind, Past, Plan, WayBack},
    render,
    store::{Commit, Store},
};

/// The manifest and its repository.
pub struct Desk {
    /// What is wanted.
    pub manifest: Manifest,
    /// Where the directory is kept.
    pub store: Store,
}

/// The directory at its last commit.
pub struct Held {
    /// None before the first.
    pub head: Option<Commit>,
    /// Empty before the first.
    pub directory: Directory,
    /// What earlier runs did.
    pub past: Past,
}

/// Reads the manifest.
pub fn manifest(cx: &Cx<'_>) -> Result<Manifest, Failure> {
    let path = cx.around.manifest(cx.global.manifest.as_deref())?;
    Ok(manifest::load(&path, &Here)?)
}

/// The source of that name.
pub fn source<'m>(manifest: &'m Manifest, name: &str) -> Result<&'m DeclaredSource, Failure> {
    manifest.sources.iter().find(|source| source.name == name).ok_or_else(|| {
        let names: Vec<String> =
            manifest.sources.iter().map(|source| format!("`{}`", source.name)).collect();
        let title = format!("no source is called `{name}`");
        Failure::new(title, format!("name one of the manifest's: {}", names.join(", ")))
    })
}

impl Desk {
    /// Reads the manifest and looks at the repository.
    pub fn open(cx: &Cx<'_>) -> Result<Self, Failure> {
        let manifest = manifest(cx)?;
        let store = Store::open(&manifest.state)?;
        Ok(Self { manifest, store })
    }

    /// Notes which listings the reader vouches for, and of which size.
    pub fn trust(&mut self, trusted: &[(Text, u64)]) -> Result<(), Failure> {
        for (name, count) in trusted {
            let sources = &mut self.manifest.sources;
            if let Some(whole) = sources.iter_mut().find(|source| source.name == *name) {
                whole.trusted = Some(*count);
                continue;
            }
            // `phones.devices`: a kind of equipment of a source.
            let kind = name.rsplit_once('.').and_then(|(name, kind)| {
                let kind = Kind::parse(kind).filter(|kind| Kind::EQUIPMENT.contains(kind))?;
                Some((name, kind))
            });
            let (name, kind) =
                kind.map_or((name.as_str(), None), |(name, kind)| (name, Some(kind)));
            match sources.iter_mut().find(|source| source.name == name).zip(kind) {
                Some((of, kind)) => of.trusted_equipment.push((kind, *count)),
                None => source(&self.manifest, name).map(|_| ())?,
            }
        }
        Ok(())
    }

    /// Makes findings of these codes fatal, as `limits.deny` does.
    pub fn deny(&mut self, codes: &[Code]) {
        self.manifest.limits.deny.extend(codes.iter().map(|&code| Denial { code, at: None }));
    }

    /// Brings the repository up to its remote, if it has one, and reads the last commit.
    pub fn held(&self, cx: &Cx<'_>) -> Result<Held, Failure> {
        self.store.sync(cx.around.now)?;
        self.held_here()
    }

    /// Reads the last commit that this repository has, without asking its remote.
    pub fn held_here(&self) -> Result<Held, Failure> {
        let head = self.store.head()?;
        let directory = match &head {
            Some(commit) => self.store.read(commit)?,
            None => Directory::default(),
        };
        let commit = head.as_ref().map_or("no commit yet", |commit| commit.id.as_str());
        tracing::info!("read the directory: {} people, {commit}", directory.people.len());
        let past = match &head {
            Some(commit) => Past {
                edits: self.store.by_hand(commit, &directory)?,
                ..self.store.past(commit, self.released_since(commit))?
            },
            None => Past::default(),
        };
        Ok(Held { head, directory, past })
    }

    /// Since when released numbers are asked for, where the manifest lets them rest.
    fn released_since(&self, head: &Commit) -> Option<Timestamp> {
        let after = self.manifest.numbers.reuse_after?;
        // From the commit, not from now, so that a plan of a recording asks the same. A time before
        // all times is no bound.
        Some(head.when.checked_sub(after).unwrap_or(Timestamp::MIN))
    }

    /// Reads the last commit that this repository has, and all sources: at the same time, where no
    /// source has to be told whom the directory knows.
    ///
    /// What the sources gave is by itself, since a directory is worth something without them.
    pub fn held_here_and_read(
        &self,
        cx: &Cx<'_>,
    ) -> Result<(Held, Result<Vec<Fetched>, Failure>), Failure> {
        if self.manifest.sources.iter().any(|source| source.kind.asks_who_is_known) {
            let held = self.held_here()?;
            let fetched = self.read(cx, &held.directory);
            return Ok((held, fetched));
        }
        thread::scope(|scope| {
            let held = scope.spawn(|| self.held_here());
            let fetched = self.read(cx, &Directory::default());
            let held = held.join().unwrap_or_else(|panic| panic::resume_unwind(panic))?;
            Ok((held, fetched))
        })
    }

    /// Reads all sources and compares.
    pub fn plan(&self, cx: &Cx<'_>, held: &Held) -> Result<Plan, Failure> {
        with_world(cx, &self.manifest, |world| {
            Ok(engine::plan(&self.manifest, &held.of_line(), world)?)
        })
    }

    /// Reads all sources; what they gave, in their order.
    pub fn read(&self, cx: &Cx<'_>, held: &Directory) -> Result<Vec<Fetched>, Failure> {
        with_world(cx, &self.manifest, |world| Ok(engine::read(&self.manifest, held, world)?))
    }
}

impl Held {
    /// The same, as the line takes it.
    pub fn of_line(&self) -> engine::Held<'_> {
        let base = self.head.as_ref().map(|commit| commit.id.as_str().into());
        engine::Held { directory: &self.directory, base, past: &self.past }
    }
}

impl Desk {
    /// The plan of a command: the way back to an earlier commit where one is named.
    pub fn plan_or_back(
        &self,
        cx: &Cx<'_>,
        held: &Held,
        to: Option<&str>,
    ) -> Result<Plan, Failure> {
        let Some(rev) = to else { return self.plan(cx, held) };
        let commit = self.store.resolve(rev)?;
        let then = self.store.read(&commit)?;
        let to = WayBack { rev: rev.into(), commit: commit.id.into() };
        let base = held.head.as_ref().map(|commit| commit.id.as_str().into());
        with_world(cx, &self.manifest, |world| {
            let held = engine::Held { directory: &held.directory, base, past: &held.past };
            Ok(engine::back(&self.manifest, &held, &then, to, world)?)
        })
    }
}

/// The options that a command printed for the reader has to repeat, so that it works as it stands;
/// each with a space before it.
pub fn options(cx: &Cx<'_>) -> String {
    let manifest = cx.global.manifest.as_ref();
    manifest.map_or_else(String::new, |manifest| {
        format!(" --manifest {}", render::quoted(&manifest.to_string_lossy()))
    })
}

/// The same of those that only a fresh plan needs.
pub fn fresh_options(trusted: &[(Text, u64)], denied: &[Code], to: Option<&str>) -> String {
    let to = to.map(|rev| format!(" --to {}", render::quoted(rev)));
    let trusted = trusted.iter().map(|(source, records)| format!(" --trust {source}={records}"));
    let denied = denied.iter().map(|code| format!(" --deny {code}"));
    to.into_iter().chain(trusted).chain(denied).collect()
}

/// Lends the line what it may know of the world, with a board for its progress.
pub fn with_world<T>(
    cx: &Cx<'_>,
    manifest: &Manifest,
    work: impl FnOnce(&World<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let board = Board::new(cx.global.quiet);
    let progress = |source: &str| board.reading(source);
    work(&World {
        root: &manifest.root,
        now: cx.around.now,
        references: &Here,
        progress: &progress,
    })
}
