//! Which commit a person means: a date, a time, or a revision as git writes it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Commit, Store, StoreError};

impl Store {
    /// The commit that is meant by a date (the end of that day, UTC), a time as in RFC 3339, or a
    /// revision (`main~3`, a whole or a short id, a tag).
    ///
    /// For a date or a time it is the last commit of the branch at or before it.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoSuchCommit`] where nothing is meant, or the directory didn't exist yet.
    pub fn resolve(&self, rev: &str) -> Result<Commit, StoreError> {
        let none = |because: String| StoreError::NoSuchCommit {
            rev: rev.into(),
            shown: self.shown.clone(),
            because,
        };
        let Some(repository) = self.repository()? else {
            return Err(none("there is no repository yet; the first apply makes it".into()));
        };
        if let Some(upto) = instant(rev) {
            let mut next = self.tip(&repository)?;
            let mut first = None;
            while let Some(commit) = next {
                if commit.time().seconds() <= upto.as_second() {
                    return Ok(Commit::of(&commit));
                }
                first = Some(commit.time().seconds());
                next = commit.parent(0).ok();
            }
            return Err(none(match first.and_then(|first| Timestamp::from_second(first).ok()) {
                Some(first) => format!("the first commit is of {first}"),
                None => "there is no commit yet".into(),
            }));
        }
        let found = repository.revparse_single(rev).and_then(|object| object.peel_to_commit());
        let commit = found.map_err(|error| none(error.message().to_owned()))?;
        Ok(Commit::of(&commit))
    }
}

/// The last instant that is meant by a date or a time.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    // `2026-11-20`, and not a number of eight digits, which may be the start of an id.
    let date: Date = text.parse().ok().filter(|_| text.contains('-'))?;
    let after = date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Timestamp::from_second(after.timestamp().as_second() - 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_its_end() {
        let end = |text: &str| instant(text).map(|time| time.to_string());
        assert_eq!(end("2026-11-20").as_deref(), Some("2026-11-20T23:59:59Z"));
        assert_eq!(end("2026-11-20T09:00:00+01:00").as_deref(), Some("2026-11-20T08:00:00Z"));
        for text in ["main", "main~3", "20261120", "2026112", "deadbeef", "2026-13-01", ""] {
            assert_eq!(end(text), None, "{text}");
        }
    }
}
