//! A server tried step by step, for `doctor`.

use jiff::{Timestamp, civil, tz::TimeZone};

use super::{Dialect, People, Server, read};
use crate::{
    source::{Check, Context, FetchError, Outcome, Record},
    wire::ldap::{Connection, Entry, Failure, RootDse, Search},
};

/// Where the reader is told how each step went.
pub(in crate::connectors) type Steps<'a> = &'a mut dyn FnMut(Check);

/// How far the clocks may be apart before somebody should know, in seconds.
const SKEW: i64 = 300;

fn tell(step: Steps<'_>, title: impl Into<String>, outcome: Outcome) {
    step(Check { title: title.into(), outcome });
}

fn failed(error: &FetchError) -> Outcome {
    Outcome::Failed(error.to_string(), error.help())
}

fn refused(failure: Failure) -> Outcome {
    Outcome::Failed(failure.problem, failure.help)
}

impl Server<'_> {
    /// Reach, TLS, login and what the server says of itself; nothing once a step failed.
    pub(in crate::connectors) fn examine(
        &self,
        cx: &Context<'_>,
        step: Steps<'_>,
    ) -> Option<(Connection, RootDse)> {
        let shown = self.url.shown();
        let title = format!("reach `{shown}`");
        match Connection::knock(self.url) {
            Ok(()) => tell(step, title, Outcome::Passed("it is there".into())),
            Err(failure) => {
                tell(step, title, refused(failure));
                return None;
            }
        }
        let encrypted = self.url.tls_at_once() || self.start_tls;
        let opened = self.open(cx);
        let outcome = match &opened {
            Err(error) => failed(error),
            Ok(_) if encrypted => {
                let how = if self.url.tls_at_once() { "at once" } else { "by StartTLS" };
                Outcome::Passed(format!("TLS {how}, and the certificate is trusted"))
            }
            Ok(_) => Outcome::Doubtful(
                "the connection is plain: what is read can be seen and changed on its way".into(),
                "write `ldaps://` in `url:`, or set `start_tls: true`".into(),
            ),
        };
        tell(step, "encrypt the connection", outcome);
        let mut connection = opened.ok()?;
        let (title, passed) = match self.bind {
            Some(bind) => (format!("log in as `{}`", bind.user), "accepted"),
            None => ("log in".into(), "anonymous, as `bind:` is not set"),
        };
        match self.log_in(&mut connection) {
            Ok(()) => tell(step, title, Outcome::Passed(passed.into())),
            Err(failure) => {
                tell(step, title, refused(failure));
                return None;
            }
        }
        match connection.root_dse() {
            Ok(root) => {
                tell(step, "ask the server what it is", about(&root, cx.now));
                let pages = match root.pages() {
                    true => Outcome::Passed("the server can page".into()),
                    false => Outcome::Doubtful(
                        "the server does not say that it can page".into(),
                        "ask whoever runs it for the paged results control (RFC 2696)".into(),
                    ),
                };
                tell(step, "read in pages", pages);
                Some((connection, root))
            }
            Err(failure) => {
                tell(step, "ask the server what it is", refused(failure));
                None
            }
        }
    }
}

/// Product, trees and clock.
fn about(root: &RootDse, now: Timestamp) -> Outcome {
    let contexts = match root.default_naming_context() {
        Some(context) => format!("`{context}`"),
        None => root
            .naming_contexts()
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let seen = format!("{} with {contexts}", root.product());
    match root.text("currentTime").and_then(time).map(|time| now.as_second() - time.as_second()) {
        Some(apart) if apart.abs() > SKEW => Outcome::Doubtful(
            format!("{seen}; its clock and ours are {} s apart", apart.abs()),
            "set both clocks by the same time server".into(),
        ),
        _ => Outcome::Passed(seen),
    }
}

/// A GeneralizedTime as Active Directory writes it: `20260131235959.0Z`.
fn time(text: &str) -> Option<Timestamp> {
    let digits = text.get(..14)?;
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    let small = |range| part(range).and_then(|number| i8::try_from(number).ok());
    let civil = civil::DateTime::new(
        part(0..4)?,
        small(4..6)?,
        small(6..8)?,
        small(8..10)?,
        small(10..12)?,
        small(12..14)?,
        0,
    );
    civil.ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

impl<D: Dialect> People<'_, D> {
    /// Bases, counts, rights on each attribute, and some people.
    pub(in crate::connectors) fn examine(
        &self,
        connection: &mut Connection,
        cx: &Context<'_>,
        step: Steps<'_>,
    ) {
        for base in &self.bases {
            let title = format!("find the base `{base}`");
            match connection.object(base, &["1.1".to_owned()], false) {
                Ok(_) => tell(step, title, Outcome::Passed("it is there".into())),
                Err(failure) => return tell(step, title, refused(failure)),
            }
        }
        let title = "count the people";
        let counted = self
            .count(connection, &self.class)
            .and_then(|all| Ok((all, self.count(connection, &self.condition())?)));
        match counted {
            Ok((all, taken)) => tell(step, title, counts(all, taken)),
            Err(failure) => return tell(step, title, refused(failure)),
        }
        let names = self.names(cx);
        let wanted = read::wanted(self.dialect, &names, self.key);
        match self.sample(connection, &wanted) {
            Ok(entries) => {
                for name in &wanted {
                    tell(step, format!("read `{name}`"), readable(name, &entries, self.key));
                }
                let records = entries.iter();
                let records =
                    records.map(|entry| read::record(self.dialect, entry, &names, self.key));
                tell(step, "read a sample", usable(&records.collect::<Vec<_>>()));
            }
            Err(failure) => tell(step, "read a sample", refused(failure)),
        }
    }

    fn count(&self, connection: &mut Connection, filter: &str) -> Result<usize, Failure> {
        let mut count = 0;
        for base in &self.bases {
            let search = self.search(base, filter, &[]);
            let nothing = ["1.1".to_owned()];
            let search = Search { attributes: &nothing, ..search };
            connection.search(&search, &mut |entry| count += usize::from(self.in_group(&entry)))?;
        }
        Ok(count)
    }

    fn sample(
        &self,
        connection: &mut Connection,
        wanted: &[String],
    ) -> Result<Vec<Entry>, Failure> {
        let mut entries = Vec::new();
        let condition = self.condition();
        for base in &self.bases {
            let search = Search { sample: true, ..self.search(base, &condition, wanted) };
            connection.search(&search, &mut |entry| entries.push(entry))?;
        }
        Ok(entries)
    }
}

fn counts(all: usize, taken: usize) -> Outcome {
    match (all, taken) {
        (0, _) => Outcome::Doubtful(
            "there is nobody under the bases, or the user may not see them".into(),
            "check `base:`, and have the user given the right to list and read there".into(),
        ),
        (_, 0) => Outcome::Doubtful(
            format!("{all} people, and `filter` and `group` take none of them"),
            "check `filter:` and `group:`".into(),
        ),
        (all, taken) if all == taken => Outcome::Passed(format!("{all} people")),
        (all, taken) => {
            Outcome::Passed(format!("{all} people, of whom `filter` and `group` take {taken}"))
        }
    }
}

/// Not being allowed to read an attribute looks like nobody having it.
fn readable(name: &str, entries: &[Entry], key: &str) -> Outcome {
    let have = entries.iter().filter(|entry| !entry.values(name).is_empty()).count();
    let all = entries.len();
    match have {
        0 if all == 0 => Outcome::Passed("there is nobody to try it on".into()),
        have if name.eq_ignore_ascii_case(key) && have < all => Outcome::Failed(
            format!("{} of {all} people do not have it, and it is the key", all - have),
            "set `key:` to an attribute that everybody has and that never changes".into(),
        ),
        0 => Outcome::Doubtful(
            format!("none of {all} people has it, or the user may not read it"),
            "have the user given the right to read it, or leave it out of `fields:`".into(),
        ),
        have => Outcome::Passed(format!("{have} of {all} people have it")),
    }
}

/// How many of a sample can be used, and why the first of the others can't.
fn usable(records: &[Record]) -> Outcome {
    let mut flawed = records.iter().filter_map(|record| Some((record, record.flaw.as_ref()?)));
    let all = records.len();
    match flawed.next() {
        None => Outcome::Passed(format!("{all} people, and all of them are usable")),
        Some((record, flaw)) => Outcome::Doubtful(
            format!(
                "{} of {all} people are not usable: {}: {flaw}",
                flawed.count() + 1,
                record.place
            ),
            "correct it in the directory; until then such a person is left as they are".into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_clock_is_read() {
        let noon = time("20260131120000.0Z").unwrap();
        assert_eq!(noon.to_string(), "2026-01-31T12:00:00Z");
        assert_eq!(time("2026"), None);
        assert_eq!(time("2026013112000ü"), None);
    }

    #[test]
    fn the_first_flaw_of_a_sample_is_told() {
        let record = |flaw: Option<&str>| Record {
            key: "k".into(),
            place: crate::source::Place::Name("cn=x".into()),
            values: Box::new([]),
            flaw: flaw.map(Into::into),
        };
        let records = [record(None), record(Some("`cn` is not UTF-8")), record(Some("other"))];
        let Outcome::Doubtful(words, _) = usable(&records) else { panic!("passed") };
        assert_eq!(words, "2 of 3 people are not usable: `cn=x`: `cn` is not UTF-8");
        assert!(matches!(usable(&records[..1]), Outcome::Passed(_)));
    }

    #[test]
    fn nobody_having_an_attribute_is_doubtful_and_a_missing_key_fails() {
        let entries = [Entry::default(), Entry::default()];
        assert!(matches!(readable("mobile", &entries, "objectGUID"), Outcome::Doubtful(..)));
        assert!(matches!(readable("objectGUID", &entries, "objectGUID"), Outcome::Failed(..)));
    }
}
