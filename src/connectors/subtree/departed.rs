//! What became of people whom a complete listing no longer holds.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dialect, People};
use crate::{
    directory::{Reason, Text},
    source::{Attribute, Context, Departure, Record},
    wire::ldap::{self, Connection, Entry, Failure, Search},
};

/// How many people are looked up at most; beyond, something larger has happened than departures.
const MOST: usize = 500;

/// How many are asked for at once.
const BATCH: usize = 50;

/// So many people were not in a listing that ended well, and are there all the same.
pub(super) struct Missed(pub(super) usize);

impl<D: Dialect> People<'_, D> {
    /// Looks up who is known and not listed. A lookup that fails tells nothing about anybody.
    ///
    /// # Errors
    ///
    /// How many of them the listing should have held: somebody who was moved from a base that was
    /// still to be read to one that was read already is in neither, and has not left.
    pub(super) fn departed(
        &self,
        connection: &mut Connection,
        cx: &Context<'_>,
        records: &[Record],
    ) -> Result<Vec<Departure>, Missed> {
        let listed: BTreeSet<&str> = records.iter().map(|record| record.key.as_str()).collect();
        let absent = cx.known.iter().filter(|key| !listed.contains(key.as_str()));
        let keys: Vec<&Text> = absent.take(MOST).collect();
        let mut departures = Vec::new();
        let mut missed = 0;
        for batch in keys.chunks(BATCH) {
            match self.look_up(connection, batch) {
                Ok((found, here)) => {
                    departures.extend(found);
                    missed += here;
                }
                Err(failure) => {
                    tracing::debug!("people who left could not be looked up: {failure}");
                    break;
                }
            }
        }
        if missed > 0 { Err(Missed(missed)) } else { Ok(departures) }
    }

    /// One departure for each key, in their order; and how many of them the listing's own search
    /// finds after all.
    fn look_up(
        &self,
        connection: &mut Connection,
        keys: &[&Text],
    ) -> Result<(Vec<Departure>, usize), Failure> {
        let mut filter = String::new();
        for key in keys {
            if let Some(bytes) = self.dialect.bytes(self.key, key) {
                filter.push_str(&format!("({}={})", self.key, ldap::escaped(&bytes)));
            }
        }
        let mut here = BTreeMap::new();
        let mut elsewhere = BTreeMap::new();
        let mut deleted = BTreeMap::new();
        if !filter.is_empty() {
            let filter = format!("(|{filter})");
            let listed = format!("(&{}{filter})", self.condition());
            for base in &self.bases {
                self.find(connection, base, &listed, false, &mut here)?;
            }
            for root in &self.roots {
                self.find(connection, root, &filter, false, &mut elsewhere)?;
            }
            if let Some(container) = &self.deleted {
                // Only administrators see it by default: an error here is the ordinary case.
                if let Err(failure) = self.find(connection, container, &filter, true, &mut deleted)
                {
                    tracing::debug!("deleted objects can't be read: {failure}");
                }
            }
        }
        let departure = |key: &&Text| {
            let (reason, evidence) = match (elsewhere.get(key.as_str()), deleted.get(key.as_str()))
            {
                (Some(entry), _) => (Reason::OutOfScope, self.left(entry)),
                (None, Some(entry)) => (Reason::SourceDeleted, last_seen(entry)),
                (None, None) => (Reason::Gone, self.vanished()),
            };
            Departure { key: (*key).clone(), reason, evidence: evidence.into() }
        };
        let here = |key: &&&Text| here.get(key.as_str()).is_some_and(|entry| self.in_group(entry));
        Ok((keys.iter().map(departure).collect(), keys.iter().filter(here).count()))
    }

    fn find(
        &self,
        connection: &mut Connection,
        base: &str,
        filter: &str,
        deleted: bool,
        found: &mut BTreeMap<String, Entry>,
    ) -> Result<(), Failure> {
        let wanted = [self.key, "userAccountControl", "isDeleted", "lastKnownParent"];
        let wanted = wanted.map(str::to_owned);
        let search = Search { deleted, ..self.search(base, filter, &wanted) };
        connection.search(&search, &mut |entry| {
            let names = [Text::from(self.key)];
            let record = super::read::record(self.dialect, &entry, &names, self.key);
            let is_deleted = entry.text("isDeleted") == Some("TRUE");
            if let (Some(Attribute::One(key)), true) =
                (record.values.first(), is_deleted == deleted)
            {
                found.insert(key.to_string(), entry);
            }
        })?;
        Ok(())
    }

    /// Why somebody who is still there is not listed.
    fn left(&self, entry: &Entry) -> String {
        let dn = &entry.dn;
        if !self.bases.iter().any(|base| ldap::is_within(dn, base)) {
            return format!("now `{dn}`, outside the bases");
        }
        let settings = match (self.filter, self.group.is_some() || self.members.is_some()) {
            (Some(_), true) => "`filter` or `group`",
            (Some(_), false) => "`filter`",
            (None, true) => "`group`",
            (None, false) => "the kind's own filter",
        };
        format!("still there as `{dn}`, but {settings} no longer takes it")
    }

    fn vanished(&self) -> String {
        let aside = match self.deleted {
            Some(_) => "; Active Directory shows deleted objects only to administrators",
            None => "",
        };
        format!("no longer found by its `{}`{aside}", self.key)
    }
}

fn last_seen(entry: &Entry) -> String {
    match entry.text("lastKnownParent") {
        Some(parent) => format!("deleted; last under `{parent}`"),
        None => "deleted".into(),
    }
}
