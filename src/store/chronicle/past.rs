//! What earlier runs did, as their commits say it.

use jiff::Timestamp;

use crate::plan::{Past, Reading, Run};

use super::super::{Commit, Store, StoreError};

/// At most so many commits are looked at.
const WALKED: usize = 200;

impl Store {
    /// The past of the directory at a commit: its last runs, and the numbers that became free
    /// since `released`, where that is asked for.
    ///
    /// At most 200 commits are looked at; those of persons are no runs. A run of an older version
    /// doesn't say what it changed, so nothing is counted for it.
    ///
    /// # Errors
    ///
    /// As [`Store::head`].
    pub fn past(&self, at: &Commit, released: Option<Timestamp>) -> Result<Past, StoreError> {
        let repository = self.must()?;
        let mut next = Some(self.find(&repository, &at.id)?);
        let mut past = Past::default();
        for _ in 0..WALKED {
            let Some(commit) = next else { break };
            past.runs.extend(run(&Commit::of(&commit)));
            next = commit.parent(0).ok();
        }
        if let Some(since) = released {
            past.released = self.released(at, since)?;
        }
        Ok(past)
    }
}

/// What a commit says of its run; nothing where a person made it.
fn run(commit: &Commit) -> Option<Run> {
    commit.trailer("Plan")?;
    let values = |name: &'static str| {
        let of_name = commit.trailers.iter().filter(move |(known, _)| known == name);
        of_name.map(|(_, value)| value.as_str())
    };
    let kept = |source: &str| {
        let of_source = |value: &str| {
            let (name, count) = value.split_once(' ')?;
            (name == source).then(|| count.parse().ok()).flatten()
        };
        values("Kept").find_map(of_source)
    };
    let mut sources: Vec<Reading> = values("Source")
        .filter_map(|value| {
            let mut words = value.split(' ');
            let (name, records, read) = (words.next()?, words.next()?, words.next()?);
            let complete = read == "complete";
            let records = records.parse().ok()?;
            Some(Reading { name: name.into(), records, kept: kept(name), complete })
        })
        .collect();
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let counts = values("Changes").flat_map(str::split_whitespace).filter_map(|item| {
        let (way, count) = item.split_once('=')?;
        Some((way.into(), count.parse().ok()?))
    });
    let mut counts: Vec<_> = counts.collect();
    counts.sort();
    counts.dedup_by(|later, first| later.0 == first.0);
    Some(Run { when: commit.when, sources, counts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(trailers: &[(&str, &str)]) -> Commit {
        Commit {
            id: "aa".into(),
            when: Timestamp::UNIX_EPOCH,
            author: "Ada <ada@x>".into(),
            subject: "staff: 1 changed".into(),
            body: String::new(),
            trailers: trailers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
        }
    }

    #[test]
    fn a_run_is_what_its_trailers_say() {
        let run = run(&commit(&[
            ("Plan", "abc"),
            ("Source", "staff 12431 complete"),
            ("Source", "phones 7 partial"),
            ("Kept", "staff 12000"),
            ("Changes", "people.add=2 people.disable=1 groups.add=1"),
        ]))
        .unwrap();
        let reading = |name: &str, records, kept, complete| Reading {
            name: name.into(),
            records,
            kept,
            complete,
        };
        assert_eq!(
            run.sources,
            [reading("phones", 7, None, false), reading("staff", 12431, Some(12000), true)]
        );
        let counts: Vec<_> = run.counts.iter().map(|(way, count)| (&**way, *count)).collect();
        assert_eq!(counts, [("groups.add", 1), ("people.add", 2), ("people.disable", 1)]);
    }

    #[test]
    fn an_older_run_counts_nothing_and_a_commit_of_a_person_is_none() {
        let old = run(&commit(&[("Plan", "abc"), ("Source", "staff 3 complete")])).unwrap();
        assert_eq!((old.counts.len(), old.sources[0].kept), (0, None));
        assert_eq!(run(&commit(&[("Signed-off-by", "Ada")])), None);
        let strange = commit(&[("Plan", "a"), ("Source", "staff"), ("Changes", "x y=z")]);
        assert_eq!(run(&strange).unwrap().sources, []);
    }
}
