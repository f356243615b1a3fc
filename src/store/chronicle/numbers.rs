//! Who had which number, from when to when.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;
use jiff::Timestamp;

use crate::{
    directory::{Extension, Id, Text},
    plan::Released,
};

use super::{
    super::{Commit, Store, StoreError},
    facts::{Hash, NumberFact, hash},
    index,
};

/// That somebody had a number: as their extension or as one of the additional ones, while active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The number space.
    pub pbx: Text,
    /// The number.
    pub number: Extension,
    /// Who had it.
    pub person: Id,
    /// What they were called when they got it.
    pub name: Text,
    /// The commit that gave it to them.
    pub from: Commit,
    /// The commit that took it from them: since then it is another's, or nobody's. None: they have
    /// it.
    pub until: Option<Commit>,
}

/// A holding before its commits are read.
struct Span {
    pbx: Text,
    person: Text,
    name: Text,
    from: (usize, Oid),
    until: Option<Oid>,
}

/// How a number of a pbx is used.
#[derive(Default)]
struct Use {
    /// How many have it.
    people: i64,
    /// Who gave it up last, and when.
    last: Option<(Text, i64)>,
}

impl Store {
    /// Who had a number, newest first, up to and including `at`; of one number space, or of all.
    ///
    /// # Errors
    ///
    /// [`StoreError::Read`] where git can't read what it should have.
    pub fn holders(
        &self,
        pbx: Option<&str>,
        number: &Extension,
        at: &Commit,
    ) -> Result<Vec<Holding>, StoreError> {
        let repository = self.must()?;
        let wanted = hash(number.as_str());
        let facts = index::ask(self, &repository, self.oid(&at.id)?, |block, facts| {
            let these = block.numbers(&wanted).into_iter();
            let these = these.filter(|fact| pbx.is_none_or(|pbx| fact.pbx == pbx));
            facts.extend(these.map(|fact| (fact, block.head.commit)));
        })?;
        let mut spans: Vec<Span> = Vec::new();
        for (nth, (fact, commit)) in facts.into_iter().enumerate() {
            follow(&mut spans, fact, (nth, commit));
        }
        spans.sort_by(|one, other| {
            let key = |span: &Span| (span.until.is_none(), span.from.0);
            key(other).cmp(&key(one)).then_with(|| one.person.cmp(&other.person))
        });
        let commit = |id: Oid| {
            let commit = repository.find_commit(id).map_err(|error| self.unreadable(&error))?;
            Ok(Commit::of(&commit))
        };
        let holding = |span: Span| {
            let because = |bad: &dyn std::fmt::Display| StoreError::Read {
                shown: self.shown.clone(),
                because: bad.to_string(),
            };
            Ok(Holding {
                pbx: span.pbx,
                number: number.clone(),
                person: Id::parse(&span.person).map_err(|bad| because(&bad))?,
                name: span.name,
                from: commit(span.from.1)?,
                until: span.until.map(commit).transpose()?,
            })
        };
        spans.into_iter().map(holding).collect()
    }

    /// The numbers that became nobody's since a time, sorted by pbx and number: at `at` nobody has
    /// them.
    ///
    /// # Errors
    ///
    /// As [`Store::holders`].
    pub fn released(&self, at: &Commit, since: Timestamp) -> Result<Vec<Released>, StoreError> {
        let repository = self.must()?;
        let at = self.oid(&at.id)?;
        let since = since.as_second();
        let taken = index::ask(self, &repository, at, |block, taken| {
            if block.head.when >= since {
                let these = block.all_numbers().filter(|fact| !fact.given);
                taken.extend(these.map(|fact| fact.hash));
            }
        })?;
        let wanted: BTreeSet<Hash> = taken.into_iter().collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let facts = index::ask(self, &repository, at, |block, facts| {
            let these = block.numbers_of(&wanted).into_iter();
            facts.extend(these.map(|fact| (fact, block.head.when)));
        })?;
        let mut numbers: BTreeMap<(Text, Text), Use> = BTreeMap::new();
        for (fact, when) in facts {
            let known = numbers.entry((fact.pbx, fact.number)).or_default();
            known.people += if fact.given { 1 } else { -1 };
            if !fact.given {
                known.last = Some((fact.person, when));
            }
        }
        let released = numbers.into_iter().filter_map(|((pbx, number), Use { people, last })| {
            let (person, until) = last.filter(|(_, when)| people == 0 && *when >= since)?;
            Some(Released {
                pbx,
                number: Extension::parse(&number).ok()?,
                person: Id::parse(&person).ok()?,
                until: Timestamp::from_second(until).ok()?,
            })
        });
        Ok(released.collect())
    }
}

/// Brings the spans forward by what a commit did to the number.
fn follow(spans: &mut Vec<Span>, fact: NumberFact, commit: (usize, Oid)) {
    if fact.given {
        let NumberFact { pbx, person, name, .. } = fact;
        spans.push(Span { pbx, person, name, from: commit, until: None });
        return;
    }
    let open = |span: &&mut Span| {
        span.until.is_none() && span.person == fact.person && span.pbx == fact.pbx
    };
    if let Some(span) = spans.iter_mut().find(open) {
        span.until = Some(commit.1);
    }
}
