//! Which commit changed which device, system device or channel, and whose a device was.

use git2::{Oid, Repository};

use crate::directory::{Channel, Device, Id, Inventory, Ownership, Property, SystemDevice, Text};

use super::{
    super::{
        Commit, Store, StoreError,
        equipment::{self, Kept},
        key, snapshot, tree,
    },
    Touched,
    facts::Mask,
    index,
    piece_facts::known_as,
    place::InFolder,
};

/// A commit that changed a device, a system device or a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceTouch {
    /// The commit.
    pub commit: Commit,
    /// What it did to it.
    pub what: Touched,
    /// The properties that it changed, in the order of [`Property::ALL`]; all that have a value
    /// where it added it.
    pub properties: Vec<Property>,
    /// Whether it changed its status.
    pub status: bool,
}

/// A commit, and what it did to the device, system device or channel asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceEntry {
    /// The commit.
    pub commit: Commit,
    /// Nothing but it, as it was before; empty where the commit added it.
    pub before: Inventory,
    /// Nothing but it, as it is after; empty where the commit took it out.
    pub after: Inventory,
}

/// That a device was somebody's while it was in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The device.
    pub device: Id,
    /// Whose it was.
    pub person: Id,
    /// What showed that, at first.
    pub by: Option<Ownership>,
    /// The commit that made it theirs.
    pub from: Commit,
    /// The commit since which it is another's, nobody's or not in use. None: it is theirs.
    pub until: Option<Commit>,
}

/// The three kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Device,
    SystemDevice,
    Channel,
}

/// What a commit did to a piece of equipment, and where it is since then.
#[derive(Debug, Clone)]
struct Spot {
    commit: Oid,
    mask: Mask,
    kind: Kind,
    /// The folder below that of its kind.
    folder: Text,
}

/// The commits that changed a device, a system device or a channel, newest first.
pub struct PieceHistory {
    store: Store,
    repository: Option<Repository>,
    id: Id,
    /// The next one last.
    left: Vec<Spot>,
    /// It as it was after the next one, where that is known.
    after: Option<Inventory>,
}

/// The commits that changed it, the oldest first, up to and including `at`.
fn spots(
    store: &Store,
    repository: &Repository,
    at: Oid,
    id: &Id,
) -> Result<Vec<Spot>, StoreError> {
    let known = [
        (Kind::Device, known_as::<Device>(id)),
        (Kind::SystemDevice, known_as::<SystemDevice>(id)),
        (Kind::Channel, known_as::<Channel>(id)),
    ];
    index::ask(store, repository, at, |block, spots| {
        let commit = block.head.commit;
        let touches = known.iter().filter_map(|(kind, hash)| Some((*kind, block.touch(hash)?)));
        spots.extend(touches.map(|(kind, (mask, folder))| Spot { commit, mask, kind, folder }));
    })
}

impl Store {
    /// The commits that changed a device, a system device or a channel, newest first, up to and
    /// including `at`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Read`] where git can't read what it should have.
    pub fn touched_piece(&self, id: &Id, at: &Commit) -> Result<Vec<PieceTouch>, StoreError> {
        let repository = self.must()?;
        let touch = |Spot { commit, mask, .. }: Spot| {
            let properties = Property::ALL.into_iter().enumerate();
            let properties = properties.filter(|(at, _)| mask.has(Mask::nth(*at)));
            Ok(PieceTouch {
                commit: self.commit_of(&repository, commit)?,
                what: mask.what(),
                properties: properties.map(|(_, property)| property).collect(),
                status: mask.has(Mask::STATUS),
            })
        };
        let spots = spots(self, &repository, self.oid(&at.id)?, id)?;
        spots.into_iter().rev().map(touch).collect()
    }

    /// A device, a system device or a channel as it was at a commit, without reading all of them:
    /// an inventory with nothing else in it, or an empty one.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn piece(&self, at: &Commit, id: &Id) -> Result<Inventory, StoreError> {
        let repository = self.must()?;
        let at = self.oid(&at.id)?;
        match spots(self, &repository, at, id)?.last() {
            None => Ok(Inventory::default()),
            Some(spot) => self.piece_at(&repository, at, spot, id),
        }
    }

    /// The commits of the branch that changed a device, a system device or a channel, newest first,
    /// each with what it did.
    ///
    /// # Errors
    ///
    /// As [`Store::head`]; the iterator gives errors of single commits.
    pub fn log_piece(&self, id: &Id) -> Result<PieceHistory, StoreError> {
        let repository = self.repository()?;
        let mut left = Vec::new();
        if let Some(repository) = &repository
            && let Some(tip) = self.tip(repository)?
        {
            left = spots(self, repository, tip.id(), id)?;
        }
        Ok(PieceHistory { store: self.clone(), repository, id: id.clone(), left, after: None })
    }

    /// Whose a device was while it was in use, newest first, up to and including `at`.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn owners(&self, device: &Id, at: &Commit) -> Result<Vec<Owned>, StoreError> {
        let repository = self.must()?;
        let mut spans: Vec<Owned> = Vec::new();
        let owner = Property::ALL.iter().position(|property| *property == Property::Owner);
        let matters = Mask::ADDED | Mask::REMOVED | Mask::STATUS | Mask::nth(owner.unwrap_or(0));
        for spot in spots(self, &repository, self.oid(&at.id)?, device)? {
            if spot.kind != Kind::Device || !spot.mask.has(matters) {
                continue;
            }
            let found = self.piece_at(&repository, spot.commit, &spot, device)?.devices;
            let found = found.first().filter(|device| device.status.is_active());
            let now = found.and_then(|device| Some((device.owner.clone()?, device.owner_by)));
            let open = spans.last_mut().filter(|span| span.until.is_none());
            match (open, now) {
                (Some(span), Some((person, _))) if span.person == person => {}
                (open, now) => {
                    let commit = self.commit_of(&repository, spot.commit)?;
                    if let Some(span) = open {
                        span.until = Some(commit.clone());
                    }
                    spans.extend(now.map(|(person, by)| Owned {
                        device: device.clone(),
                        person,
                        by,
                        from: commit,
                        until: None,
                    }));
                }
            }
        }
        spans.reverse();
        Ok(spans)
    }

    fn commit_of(&self, repository: &Repository, id: Oid) -> Result<Commit, StoreError> {
        let commit = repository.find_commit(id).map_err(|error| self.unreadable(&error))?;
        Ok(Commit::of(&commit))
    }

    /// It at a commit, where its last change up to there is known.
    fn piece_at(
        &self,
        repository: &Repository,
        at: Oid,
        spot: &Spot,
        id: &Id,
    ) -> Result<Inventory, StoreError> {
        let mut only = Inventory::default();
        if spot.mask.has(Mask::REMOVED) {
            return Ok(only);
        }
        let folder = spot.folder.as_str();
        match spot.kind {
            Kind::Device => only.devices.extend(self.one_at(repository, at, folder, id)?),
            Kind::SystemDevice => {
                only.system_devices.extend(self.one_at(repository, at, folder, id)?);
            }
            Kind::Channel => only.channels.extend(self.one_at(repository, at, folder, id)?),
        }
        Ok(only)
    }

    fn one_at<T: Kept>(
        &self,
        repository: &Repository,
        at: Oid,
        folder: &str,
        id: &Id,
    ) -> Result<Option<T>, StoreError> {
        let place = InFolder {
            folder: format!("{}/{folder}", T::FOLDER),
            is_file: &|path| tree::equipment_file::<T>(path).is_some(),
            key: key::of(T::PREFIX, id.as_str()),
        };
        let found = place.find(self, repository, at, id, |path, text| {
            let read = equipment::read::<T>(text);
            let read = read.map_err(|flaw| snapshot::flawed(&at.to_string(), path, flaw))?;
            Ok(read.into_iter().find(|one| one.id() == id))
        })?;
        if found.is_some() {
            return Ok(found);
        }
        // Its key may be written otherwise, or stand elsewhere: all of them are read.
        let commit = repository.find_commit(at).map_err(|error| self.unreadable(&error))?;
        let directory = snapshot::read(self, repository, &commit)?;
        Ok(T::all(&directory.inventory).iter().find(|one| one.id() == id).cloned())
    }
}

impl Iterator for PieceHistory {
    type Item = Result<PieceEntry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let repository = self.repository.as_ref()?;
        let spot = self.left.pop()?;
        let at = |spot: &Spot| self.store.piece_at(repository, spot.commit, spot, &self.id);
        let known = self.after.take();
        let entry = known.map_or_else(|| at(&spot), Ok).and_then(|after| {
            let before = self.left.last().map(at).transpose()?.unwrap_or_default();
            let commit = self.store.commit_of(repository, spot.commit)?;
            Ok(PieceEntry { commit, before, after })
        });
        match &entry {
            // What was before this one is what is after the one before it.
            Ok(entry) => self.after = Some(entry.before.clone()),
            Err(_) => self.left.clear(),
        }
        Some(entry)
    }
}
