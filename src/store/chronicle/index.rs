//! Asking the index, and bringing it up to a commit.

use git2::{Oid, Repository};
use rayon::prelude::*;

use crate::directory::Directory;

use super::{
    super::{Store, StoreError},
    block::{self, Block, Head},
    facts::{self, Facts},
    file::{self, Chain},
};

/// Commits that an apply brings into the index besides its own; more wait for who asks.
const BESIDES: usize = 20;
/// Commits whose facts are held at a time while an index is made.
const AT_ONCE: usize = 64;

/// A commit that the index doesn't have.
struct Missing {
    commit: Oid,
    parent: Option<Oid>,
    when: i64,
}

/// What `pick` takes out of each commit up to and including `at`, the oldest first.
///
/// A commit that can't be read is a block without facts; the next that can tells what happened
/// meanwhile.
pub(super) fn ask<T>(
    store: &Store,
    repository: &Repository,
    at: Oid,
    mut pick: impl FnMut(&Block<'_>, &mut Vec<T>),
) -> Result<Vec<T>, StoreError> {
    let path = file::path(repository, &store.branch);
    let mut chain = Chain::read(&path);
    if !starts_well(repository, &chain) {
        chain.keep(0);
    }
    let mut picked = Vec::new();
    let (held, mut missing) = missing(store, repository, &chain, at)?;
    let good = chain.scan(&path, held, |block| pick(block, &mut picked));
    if good < held {
        // A block is not as it was written: from there on the index is made anew.
        chain.keep(good);
        (_, missing) = self::missing(store, repository, &chain, at)?;
    }
    let mut kept = store.tip(repository)?.is_some_and(|tip| tip.id() == at);
    let mut base = chain.base(good);
    let mut written = good;
    for share in missing.chunks(AT_ONCE) {
        let blocks = made(store, repository, share, &mut base)?;
        for (head, body) in blocks.iter().filter_map(|bytes| opened(bytes)) {
            pick(&Block { head: &head, body }, &mut picked);
        }
        if kept {
            kept = chain.append(&path, written, &blocks.concat());
            chain = Chain::read(&path);
            written += blocks.len();
            kept &= chain.heads.len() == written;
        }
    }
    Ok(picked)
}

/// Extends the index by the commit that was just made, where that is little work. Whatever goes
/// wrong is left to who asks next.
pub(in super::super) fn keep_up(
    store: &Store,
    repository: &Repository,
    at: Oid,
    first: Option<&Directory>,
) {
    let path = file::path(repository, &store.branch);
    let chain = Chain::read(&path);
    let Ok((held, missing)) = missing(store, repository, &chain, at) else { return };
    if missing.len() > BESIDES || !starts_well(repository, &chain) {
        return;
    }
    let mut base = chain.base(held);
    let blocks = match (first, &missing[..]) {
        (Some(directory), [only]) if only.parent.is_none() => {
            block::write(only.commit, None, only.when, &facts::of_first(directory)).map(|b| vec![b])
        }
        _ => made(store, repository, &missing, &mut base).ok(),
    };
    match blocks {
        Some(blocks) if chain.append(&path, held, &blocks.concat()) => {}
        _ => tracing::debug!("the index of the history is left as it was"),
    }
}

/// Whether an answer is near: the index has all commits up to `at`, but for a few.
pub(super) fn is_near(store: &Store, repository: &Repository, at: Oid) -> Result<bool, StoreError> {
    let chain = Chain::read(&file::path(repository, &store.branch));
    let (_, missing) = missing(store, repository, &chain, at)?;
    Ok(missing.len() <= BESIDES && starts_well(repository, &chain))
}

/// Whether the first block's commit is where the history begins.
fn starts_well(repository: &Repository, chain: &Chain) -> bool {
    chain.heads.first().is_none_or(|head| {
        repository.find_commit(head.commit).is_ok_and(|first| first.parent(0).is_err())
    })
}

/// How many blocks of the index are of commits up to `at`, and the commits after them, oldest first.
fn missing(
    store: &Store,
    repository: &Repository,
    chain: &Chain,
    at: Oid,
) -> Result<(usize, Vec<Missing>), StoreError> {
    let mut missing = Vec::new();
    let mut next = Some(at);
    while let Some(id) = next {
        if let Some(position) = chain.position(id) {
            missing.reverse();
            return Ok((position + 1, missing));
        }
        let commit = repository.find_commit(id).map_err(|error| store.unreadable(&error))?;
        // A clone may end before the first commit does; then its last one counts as the first.
        let parent = commit.parent(0).ok().map(|parent| parent.id());
        missing.push(Missing { commit: id, parent, when: commit.time().seconds() });
        next = parent;
    }
    missing.reverse();
    Ok((0, missing))
}

/// The blocks of commits that follow each other; `base` is the last readable one before them, and
/// then among them.
fn made(
    store: &Store,
    repository: &Repository,
    commits: &[Missing],
    base: &mut Option<Oid>,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let at = repository.path();
    let each = commits.par_iter().enumerate().map(|(nth, missing)| {
        let repository = Repository::open(at).map_err(|error| store.unreadable(&error))?;
        let before = if nth == 0 { *base } else { missing.parent };
        Ok(match facts::between(store, &repository, before, missing.commit) {
            Err(StoreError::Broken { .. }) => None,
            facts => Some(facts?),
        })
    });
    let each: Vec<Option<Facts>> = each.collect::<Result<_, StoreError>>()?;
    let mut blocks = Vec::with_capacity(commits.len());
    let mut follows = true;
    for (missing, facts) in commits.iter().zip(each) {
        let facts = match facts.filter(|_| follows) {
            Some(facts) => facts,
            // The commit or the one before it can't be read: compare with the last that could.
            None => match facts::between(store, repository, *base, missing.commit) {
                Err(StoreError::Broken { .. }) => Facts::default(),
                facts => facts?,
            },
        };
        follows = facts.readable;
        if facts.readable {
            *base = Some(missing.commit);
        }
        let block = block::write(missing.commit, missing.parent, missing.when, &facts);
        blocks.push(block.ok_or_else(|| StoreError::Read {
            shown: store.shown.clone(),
            because: "a commit changed more than the index of the history can hold".into(),
        })?);
    }
    Ok(blocks)
}

/// A block that was just made.
fn opened(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let (head, body) = bytes.split_first_chunk()?;
    Some((Head::read(head)?, body))
}
