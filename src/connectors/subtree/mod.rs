//! People under some bases of a directory server: what Active Directory and other servers share.

mod departed;
mod examine;
#[cfg(test)]
pub(super) mod ldif;
mod read;
mod referred;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use read::{Dialect, record};
pub(super) use settings::{Bases, Bind, Name, PageSize};

use self::departed::Missed;
use crate::{
    directory::{Inventory, Text},
    source::{Context, Coverage, FetchError, Listing, Record},
    wire::{
        ldap::{self, Address, Connection, Entry, Failure, RootDse, Search},
        tls::Tls,
    },
};

/// A server and how to log in there.
pub(super) struct Server<'a> {
    pub(super) url: &'a Address,
    pub(super) start_tls: bool,
    pub(super) tls: &'a Tls,
    pub(super) bind: Option<&'a Bind>,
    /// Servers to which referrals are followed, with the same login.
    pub(super) follow: &'a [Address],
}

/// Which people of a server are read, and what of them.
pub(super) struct People<'a, D: Dialect> {
    pub(super) dialect: &'a D,
    /// At least one.
    pub(super) bases: Vec<String>,
    /// The kind's own, without what the user adds.
    pub(super) class: String,
    /// What the user adds.
    pub(super) filter: Option<&'a str>,
    /// What the group adds, where the server can tell who is in it.
    pub(super) group: Option<String>,
    /// Who is in the group, as normal names, where the server can't.
    pub(super) members: Option<BTreeSet<String>>,
    pub(super) key: &'a str,
    pub(super) page_size: PageSize,
    pub(super) domain_scope: bool,
    /// Where to look for people who are listed no more.
    pub(super) roots: Vec<String>,
    /// The attributes to give where none are asked for.
    pub(super) all: Vec<Text>,
    /// Where the server keeps what was deleted.
    pub(super) deleted: Option<String>,
}

impl Server<'_> {
    /// Reaches the server, encrypts and logs in.
    pub(super) fn connect(&self, cx: &Context<'_>) -> Result<(Connection, RootDse), FetchError> {
        let mut connection = self.open(cx)?;
        self.log_in(&mut connection)?;
        let root = connection.root_dse()?;
        Ok((connection, root))
    }

    fn open(&self, cx: &Context<'_>) -> Result<Connection, FetchError> {
        let encrypted = self.url.tls_at_once() || self.start_tls;
        if self.bind.is_some() && !encrypted {
            return Err(FetchError::Setting {
                problem: format!(
                    "no password is sent to `{}` over a plain connection",
                    self.url.shown()
                ),
                help: "write `ldaps://` in `url:`, or set `start_tls: true`".into(),
            });
        }
        let tls = if encrypted { Some(self.tls.config(cx)?) } else { None };
        Ok(Connection::open(self.url, self.start_tls, tls)?)
    }

    /// The same login at another server.
    fn at<'b>(&'b self, url: &'b Address) -> Server<'b> {
        let Self { url: _, start_tls, tls, bind, follow: _ } = self;
        Server { url, start_tls: *start_tls && !url.tls_at_once(), tls, bind: *bind, follow: &[] }
    }

    fn log_in(&self, connection: &mut Connection) -> Result<(), Failure> {
        match self.bind {
            Some(bind) => connection.log_in(&bind.user, &bind.password),
            None => Ok(()),
        }
    }
}

impl<D: Dialect> People<'_, D> {
    /// All conditions together.
    fn condition(&self) -> String {
        let mut all = self.class.clone();
        for part in self.filter.iter().copied().chain(self.group.as_deref()) {
            all.push_str(part);
        }
        if all == self.class { all } else { format!("(&{all})") }
    }

    fn search<'b>(&self, base: &'b str, filter: &'b str, wanted: &'b [String]) -> Search<'b> {
        Search {
            base,
            filter,
            attributes: wanted,
            page_size: self.page_size.0.into(),
            domain_scope: self.domain_scope,
            deleted: false,
            sample: false,
        }
    }

    /// The attributes to give: those that are asked for, or all that are known.
    fn names(&self, cx: &Context<'_>) -> Vec<Text> {
        if cx.attributes.is_empty() { self.all.clone() } else { cx.attributes.to_vec() }
    }

    /// Whether the group, where it is told by its members, has this entry.
    fn in_group(&self, entry: &Entry) -> bool {
        self.members.as_ref().is_none_or(|members| members.contains(&ldap::normal(&entry.dn)))
    }

    /// Reads everybody under the bases, and behind the referrals that may be followed; whole only
    /// where each last page said so.
    pub(super) fn list(
        &self,
        server: &Server<'_>,
        connection: &mut Connection,
        cx: &Context<'_>,
    ) -> Result<Listing, FetchError> {
        let mut reading = Reading::new(self, cx);
        let mut fault = None;
        for base in &self.bases {
            match reading.under(base, connection) {
                Ok(referrals) => reading.referrals.extend(referrals.into_iter().map(|r| (r, base))),
                Err(failure) if failure.is_a_wrong_setting() => return Err(failure.into()),
                Err(failure) if reading.gathered.records.is_empty() => return Err(failure.into()),
                Err(failure) => {
                    fault = Some(failure.problem);
                    break;
                }
            }
        }
        let fault = fault.or_else(|| reading.behind_referrals(server).err());
        let Reading { names, gathered, pages, followed, referrals, .. } = reading;
        let records = gathered.records;
        let partial = |because, records| {
            let coverage = Coverage::Partial { because };
            Ok(Listing {
                names: names.clone(),
                records,
                coverage,
                as_of: None,
                departures: Vec::new(),
                inventory: Inventory::default(),
                unread: Vec::new(),
                findings: Vec::new(),
            })
        };
        if let Some(problem) = fault {
            let read = records.len();
            return partial(format!("{problem}; {read} people were read until then"), records);
        }
        let keyless = records.iter().filter(|record| record.key.is_empty()).count();
        if keyless > 0 {
            // Each may be anybody of those who are not listed.
            let because = format!("{keyless} of {} people have no `{}`", records.len(), self.key);
            return partial(because, records);
        }
        // Who is not found here may be at one of the other servers.
        let departures = match followed {
            0 => self.departed(connection, cx, &records),
            _ => Ok(Vec::new()),
        };
        match departures {
            Ok(departures) => {
                let proof = proof(self.bases.len(), pages, followed, referrals.len());
                Ok(Listing {
                    names,
                    records,
                    coverage: Coverage::Complete { proof },
                    as_of: None,
                    departures,
                    inventory: Inventory::default(),
                    unread: Vec::new(),
                    findings: Vec::new(),
                })
            }
            Err(Missed(missed)) => {
                let who = if missed == 1 { "person was" } else { "people were" };
                let because = format!(
                    "{missed} {who} not among those read and still there when asked for: the \
                     directory changed while it was read"
                );
                partial(because, records)
            }
        }
    }
}

/// One listing, as far as it is.
struct Reading<'a, 'c, D: Dialect> {
    people: &'a People<'a, D>,
    cx: &'a Context<'c>,
    names: Vec<Text>,
    wanted: Vec<String>,
    condition: String,
    gathered: Gathered,
    pages: usize,
    /// Referrals that were followed.
    followed: usize,
    /// Those that were not, each with the base under which it came.
    referrals: Vec<(String, &'a String)>,
}

impl<'a, 'c, D: Dialect> Reading<'a, 'c, D> {
    fn new(people: &'a People<'a, D>, cx: &'a Context<'c>) -> Self {
        let names = people.names(cx);
        Self {
            people,
            cx,
            wanted: read::wanted(people.dialect, &names, people.key),
            names,
            condition: people.condition(),
            gathered: Gathered::default(),
            pages: 0,
            followed: 0,
            referrals: Vec::new(),
        }
    }

    /// Reads everybody under one base; gives the referrals that came with them.
    fn under(&mut self, base: &str, connection: &mut Connection) -> Result<Vec<String>, Failure> {
        let Self { people, cx, names, wanted, condition, gathered, .. } = self;
        let mut found = |entry: Entry| {
            if people.in_group(&entry) {
                let record = record(people.dialect, &entry, names, people.key);
                gathered.add(record, entry.values(D::IDENTITY), &entry.dn);
                cx.progress.advance(1);
            }
        };
        let answer = connection.search(&people.search(base, condition, wanted), &mut found)?;
        self.pages += answer.pages;
        Ok(answer.referrals)
    }

    /// Goes to the servers that may be asked, once each entry; no further from there.
    fn behind_referrals(&mut self, server: &Server<'_>) -> Result<(), String> {
        let mut been = BTreeSet::new();
        for (referral, base) in std::mem::take(&mut self.referrals) {
            let Some((address, entry)) = referred::allowed(&referral, server.follow) else {
                self.referrals.push((referral, base));
                continue;
            };
            let entry = entry.unwrap_or_else(|| base.clone());
            if been.insert((address.shown(), ldap::normal(&entry))) {
                let there = |problem| format!("the referral to `{}`: {problem}", address.shown());
                let (mut connection, _) =
                    server.at(address).connect(self.cx).map_err(|e| there(e.to_string()))?;
                let further = self.under(&entry, &mut connection).map_err(|e| there(e.problem))?;
                self.referrals.extend(further.into_iter().map(|referral| (referral, base)));
            }
            self.followed += 1;
        }
        Ok(())
    }
}

/// Records, each object once: where it comes twice, what came last.
#[derive(Default)]
struct Gathered {
    records: Vec<Record>,
    known: BTreeMap<Vec<u8>, usize>,
}

impl Gathered {
    fn add(&mut self, record: Record, identity: &[Vec<u8>], dn: &str) {
        let identity = identity.first().cloned().unwrap_or_else(|| ldap::normal(dn).into_bytes());
        match self.known.get(&identity) {
            Some(&at) => self.records[at] = record,
            None => {
                self.known.insert(identity, self.records.len());
                self.records.push(record);
            }
        }
    }
}

fn proof(bases: usize, pages: usize, followed: usize, referrals: usize) -> String {
    let under = if bases == 1 { String::new() } else { format!(" under {bases} bases") };
    let each = if pages == 1 { "the only page" } else { "every one of" };
    let count = if pages == 1 { String::new() } else { format!(" {pages} pages") };
    let along = match followed {
        0 => String::new(),
        1 => " and behind a referral".into(),
        count => format!(" and behind {count} referrals"),
    };
    let aside = match referrals {
        0 => String::new(),
        1 => "; a referral was not followed".into(),
        count => format!("; {count} referrals were not followed"),
    };
    format!("{each}{count}{under}{along} ended in success and the last cookie was empty{aside}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_reads_as_a_sentence() {
        assert_eq!(
            proof(1, 1, 0, 0),
            "the only page ended in success and the last cookie was empty"
        );
        assert_eq!(
            proof(2, 13, 0, 1),
            "every one of 13 pages under 2 bases ended in success and the last cookie was empty; a \
             referral was not followed"
        );
        assert_eq!(
            proof(1, 3, 1, 0),
            "every one of 3 pages and behind a referral ended in success and the last cookie was empty"
        );
    }
}
