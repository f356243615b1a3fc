//! Making a commit: objects first, then the remote, the branch last.

use git2::{ErrorCode, Oid, Repository, Signature, Time};
use jiff::Timestamp;

use crate::directory::Directory;

use super::{
    Commit, Message, Store, StoreError, chronicle, files, lock, pack, repository, signing,
    tree::{self, Listing, Object},
};

/// Up to so many objects are written one by one; more go into a pack.
const LOOSE: usize = 300;

/// What [`Store::commit`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The directory is now that of this commit.
    Committed(Commit),
    /// The directory was so already; nothing was written.
    Unchanged(Commit),
}

impl Outcome {
    /// The commit that holds the directory.
    pub fn commit(&self) -> &Commit {
        match self {
            Self::Committed(commit) | Self::Unchanged(commit) => commit,
        }
    }
}

impl Store {
    /// Makes `after` the directory, as one commit upon `base`; makes the repository for the first.
    ///
    /// With a remote, the commit is pushed before the branch here moves. Killed at any instant, the
    /// directory is the old one or the new one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] where the branch is no longer at `base`, here or on the remote;
    /// [`StoreError::CheckedOut`], [`StoreError::Locked`], [`StoreError::Write`] and what signing
    /// or pushing says. The branch has then not moved.
    pub fn commit(
        &mut self,
        base: Option<&Commit>,
        after: &Directory,
        message: &Message,
    ) -> Result<Outcome, StoreError> {
        lock::sweep_beside(&self.path, message.when);
        let repository = match self.repository()? {
            Some(repository) => repository,
            None => repository::create(&self.path, &self.shown, &self.branch)?,
        };
        // Before anything else: libgit2 asks once.
        repository::make_durable(&repository, &self.shown)?;
        repository::not_checked_out(&repository, &self.branch)?;
        let parent = self.tip(&repository)?;
        self.not_stale(base, parent.as_ref().map(git2::Commit::id))?;
        let held = match &parent {
            None => Listing::default(),
            Some(parent) => {
                repository::is_ours(&repository, parent, &self.shown, &self.branch)?;
                tree::list(&repository, parent.tree_id()).map_err(|e| self.unreadable(&e))?
            }
        };

        let files::Files { files, new } = files::of(after, &message.manifest, &held);
        let manifest_only = |(path, entry): (&String, &(i32, Oid))| {
            path == "rollbook.yaml" || held.files.get(path) == Some(entry)
        };
        if let Some(parent) = &parent
            && files.len() == held.files.len()
            && files.iter().all(manifest_only)
        {
            return Ok(Outcome::Unchanged(Commit::of(parent)));
        }
        lock::sweep(&repository, message.when);
        let (top, trees) = tree::build(&files, &held);
        let objects = new.into_iter().chain(trees).collect();
        self.store(&repository, objects)?;
        let id = self.commit_object(&repository, top, parent.as_ref(), message)?;
        self.push(&repository, id, base)?;
        let log = format!("rollbook: {}", message.subject.lines().next().unwrap_or_default());
        let first = parent.is_none().then_some(after);
        self.advance(&repository, id, parent.map(|parent| parent.id()), message.when, &log)?;
        chronicle::keep_up(self, &repository, id, first);
        Ok(Outcome::Committed(Commit::of(&self.find(&repository, &id.to_string())?)))
    }

    fn not_stale(&self, base: Option<&Commit>, head: Option<Oid>) -> Result<(), StoreError> {
        let (base, head) = (base.map(|base| base.id.clone()), head.map(|head| head.to_string()));
        if base == head { Ok(()) } else { Err(StoreError::Stale { base, head }) }
    }

    fn store(&self, repository: &Repository, mut objects: Vec<Object>) -> Result<(), StoreError> {
        objects.sort_unstable_by_key(|object| object.id);
        objects.dedup_by_key(|object| object.id);
        if objects.len() > LOOSE {
            let folder = repository.commondir().join("objects/pack");
            return pack::write(&folder, &objects).map_err(|error| StoreError::Write {
                shown: self.shown.clone(),
                because: error.to_string(),
            });
        }
        let database = repository.odb().map_err(|error| self.unwritable(&error))?;
        for Object { kind, id: _, data } in &objects {
            database.write(*kind, data).map_err(|error| self.unwritable(&error))?;
        }
        Ok(())
    }

    fn commit_object(
        &self,
        repository: &Repository,
        tree: Oid,
        parent: Option<&git2::Commit<'_>>,
        message: &Message,
    ) -> Result<Oid, StoreError> {
        let unwritable = |error: git2::Error| self.unwritable(&error);
        let (name, address) = self.author(repository);
        let when = Time::new(message.when.as_second(), 0);
        let who = Signature::new(&name, &address, &when).map_err(unwritable)?;
        let tree = repository.find_tree(tree).map_err(unwritable)?;
        let parents: Vec<_> = parent.into_iter().collect();
        let text = message.text();
        let buffer = repository
            .commit_create_buffer(&who, &who, &text, &tree, &parents)
            .map_err(unwritable)?;
        let Some(how) = &self.sign else {
            let database = repository.odb().map_err(unwritable)?;
            return database.write(git2::ObjectType::Commit, &buffer).map_err(unwritable);
        };
        let content = String::from_utf8_lossy(&buffer);
        let signature = signing::sign(how, &content)?;
        repository.commit_signed(&content, &signature, None).map_err(unwritable)
    }

    /// The manifest's author, else git's own, else rollbook.
    fn author(&self, repository: &Repository) -> (String, String) {
        let own = || {
            let who = repository.signature().ok()?;
            Some((who.name().ok()?.to_owned(), who.email().ok()?.to_owned()))
        };
        self.author
            .clone()
            .or_else(own)
            .unwrap_or_else(|| ("rollbook".into(), "rollbook@localhost".into()))
    }

    /// Moves the branch from `from` to `to`, and not from anywhere else.
    pub(super) fn advance(
        &self,
        repository: &Repository,
        to: Oid,
        from: Option<Oid>,
        now: Timestamp,
        log: &str,
    ) -> Result<(), StoreError> {
        let reference = self.reference();
        let mut turn = lock::take(repository, now)?;
        let tip = |at| self.tip(at).map(|head| head.map(|head| head.id()));
        let stale = |head: Option<Oid>| {
            let (base, head) = (from.map(|id| id.to_string()), head.map(|id| id.to_string()));
            Err(StoreError::Stale { base, head })
        };
        // Two runs of one plan in one second make the same commit: only one of them moves there.
        let head = tip(repository)?;
        if head != from {
            return stale(head);
        }
        turn.clear(repository, &reference);
        turn.announce(repository, to)?;
        let moved = lock::patiently(repository, now, || match from {
            Some(from) => repository.reference_matching(&reference, to, true, from, log),
            None => repository.reference(&reference, to, false, log),
        });
        turn.done();
        let error = match moved {
            Ok(_) => return Ok(()),
            Err(lock::Refusal::Locked(error)) => return Err(error),
            Err(lock::Refusal::Git(error)) => error,
        };
        let head = tip(repository)?;
        if head == Some(to) {
            return Ok(());
        }
        if matches!(error.code(), ErrorCode::Modified | ErrorCode::Exists) || head != from {
            return stale(head);
        }
        Err(self.unwritable(&error))
    }

    pub(super) fn unwritable(&self, error: &git2::Error) -> StoreError {
        StoreError::Write { shown: self.shown.clone(), because: error.message().to_owned() }
    }
}
