//! Listings that call themselves complete and are not to be believed: far smaller than the last
//! one, without anybody whom `keep` takes, or older than those of the other sources.

use jiff::{SignedDuration, Timestamp};

use super::{Past, Reading, Share};
use crate::{
    directory::{Directory, Text},
    finding::{Code, Finding, Position},
};

/// How much smaller than the last complete one a listing may be. It is doubtful where it lost
/// more than the share and more than the count, of its records or of the people that `keep` left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrink {
    /// Such a share of them.
    pub share: Share,
    /// So many of them.
    pub records: u64,
    /// Where it is set; none for what is built in.
    pub at: Option<Position>,
}

impl Default for Shrink {
    /// 20 % and 20 records.
    fn default() -> Self {
        Self { share: Share::tenths(200), records: 20, at: None }
    }
}

/// How much older than the newest one the data of a source may be, where people are joined: a
/// mover would look like a leaver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaxAge {
    /// So much.
    pub most: SignedDuration,
    /// Where it is set; none for what is built in.
    pub at: Option<Position>,
}

impl Default for MaxAge {
    /// A day.
    fn default() -> Self {
        Self { most: SignedDuration::from_hours(24), at: None }
    }
}

/// The size of one listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// The source's name.
    pub source: Text,
    /// How many records it had.
    pub records: u64,
    /// How many people `keep` left of them.
    pub kept: u64,
    /// Whether `keep` left some out.
    pub left_out: bool,
}

/// What is wrong with a listing that calls itself complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It is not to be believed; in words, and with the finding that tells it.
    Doubtful(String, Finding),
    /// It would be doubtful, but the reader of this run vouches for its size; in words.
    Trusted(String),
}

impl Size {
    /// Whether a complete listing of this size is to be believed, after the last complete one.
    ///
    /// Where no run tells of one, it is compared with the active people that the directory has
    /// from the source. `trusted` is the size that the reader vouches for: it has to be exactly the
    /// one that the doubt is about.
    pub fn doubt(
        &self,
        shrink: Option<&Shrink>,
        past: &Past,
        held: &Directory,
        trusted: Option<u64>,
    ) -> Option<Doubt> {
        let (what, size) = match self.emptied(held) {
            Some(emptied) => emptied,
            None => self.shrunk(shrink?, &self.before(past, held)?)?,
        };
        let source = &self.source;
        if trusted == Some(size) {
            return Some(Doubt::Trusted(format!("{what}, trusted by `--trust {source}={size}`")));
        }
        let finding = Finding::warning(
            Code::DoubtfulListing,
            format!("the listing of `{source}` is doubtful, so nobody is disabled: {what}"),
            format!(
                "find out why; if it is right so, say `--trust {source}={size}` when you plan or apply"
            ),
        );
        let finding = match shrink.and_then(|shrink| shrink.at.as_ref()) {
            Some(at) => finding.at(at),
            None => finding,
        };
        Some(Doubt::Doubtful(what, finding))
    }

    /// The last complete listing of the source, as far as anybody knows.
    fn before(&self, past: &Past, held: &Directory) -> Option<Reading> {
        let mut readings = past.runs.iter().flat_map(|run| &run.sources);
        let last = readings.find(|reading| reading.name == self.source && reading.complete);
        last.cloned().or_else(|| {
            let people = known(held, &self.source);
            let name = self.source.clone();
            (people > 0).then_some(Reading { name, records: 0, kept: Some(people), complete: true })
        })
    }

    fn shrunk(&self, shrink: &Shrink, before: &Reading) -> Option<(String, u64)> {
        let lost = |before: u64, now: u64| {
            let lost = before.saturating_sub(now);
            (lost, lost > shrink.records && lost > shrink.share.of(before))
        };
        let (records, fewer_records) = lost(before.records, self.records);
        let kept_before = before.kept.unwrap_or(0);
        let (kept, fewer_kept) = lost(kept_before, self.kept);
        if fewer_records && (kept <= records || !fewer_kept) {
            let what = format!(
                "{} records, where the last complete one had {}",
                self.records, before.records
            );
            return Some((what, self.records));
        }
        fewer_kept.then(|| {
            let (kept, what) = (
                self.kept,
                if before.records == 0 { "the directory has" } else { "the last complete one had" },
            );
            (format!("{kept} people, where {what} {kept_before}"), kept)
        })
    }

    /// Where `keep` takes nobody any more and the directory has people of the source.
    fn emptied(&self, held: &Directory) -> Option<(String, u64)> {
        if self.records == 0 || self.kept > 0 || !self.left_out {
            return None;
        }
        let people = known(held, &self.source);
        let what = "`keep` leaves out every record, where the directory has";
        (people > 0).then(|| (format!("{what} {people} active people of it"), 0))
    }
}

/// How many active people the directory has from a source.
fn known(held: &Directory, source: &str) -> u64 {
    let active = held.people.iter().filter(|person| person.status.is_active());
    active.filter(|person| person.known_as().any(|(id, _)| id.source() == source)).count() as u64
}

/// The sources whose data is older than the newest one's by more than that; in words, and with the
/// finding that tells it. `read` has the name of each source and when its data is from.
pub fn stale<'a>(
    read: &[(&'a str, Timestamp)],
    max_age: &MaxAge,
) -> Vec<(&'a str, String, Finding)> {
    let Some((newest, latest)) = read.iter().max_by_key(|(_, as_of)| *as_of) else {
        return Vec::new();
    };
    let older = |as_of: &Timestamp| latest.duration_since(*as_of);
    read.iter()
        .filter(|(_, as_of)| older(as_of) > max_age.most)
        .map(|(name, as_of)| {
            let what = format!("its data is {} older than that of `{newest}`", words(older(as_of)));
            let finding = Finding::warning(
                Code::StaleListing,
                format!("the listing of `{name}` is stale, so nobody is disabled: {what}"),
                "bring the source up to date, or set `people.max_age_difference`",
            );
            (*name, what, max_age.at.iter().fold(finding, Finding::at))
        })
        .collect()
}

/// "3 days", "26 hours", "90 minutes": whole units, the largest of which there are two.
fn words(duration: SignedDuration) -> String {
    let minutes = duration.as_mins();
    match minutes {
        1 => "1 minute".into(),
        ..120 => format!("{minutes} minutes"),
        120..2880 => format!("{} hours", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{GroupPath, Id, Person},
        plan::Run,
    };

    fn size(records: u64, kept: u64) -> Size {
        Size { source: "staff".into(), records, kept, left_out: records > kept }
    }

    fn reading(records: u64, kept: Option<u64>, complete: bool) -> Run {
        let reading = Reading { name: "staff".into(), records, kept, complete };
        let other = Reading { name: "phones".into(), records: 9_999, kept: None, complete: true };
        Run { when: Timestamp::UNIX_EPOCH, sources: vec![other, reading], counts: Vec::new() }
    }

    fn after(runs: Vec<Run>) -> Past {
        Past { runs, ..Past::default() }
    }

    fn held(people: usize) -> Directory {
        let person = |n: usize| {
            let path = GroupPath::parse("/London").unwrap();
            Person::new(Id::new("staff", &format!("{n:05}")), "x".into(), path)
        };
        Directory { people: (0..people).map(person).collect(), ..Directory::default() }
    }

    fn doubt(size: &Size, past: &Past) -> Option<String> {
        match size.doubt(Some(&Shrink::default()), past, &Directory::default(), None)? {
            Doubt::Doubtful(what, _) | Doubt::Trusted(what) => Some(what),
        }
    }

    #[test]
    fn a_listing_that_lost_more_than_share_and_count_is_doubtful() {
        let thousand = after(vec![reading(1_000, Some(1_000), true)]);
        assert_eq!(doubt(&size(800, 800), &thousand), None);
        assert_eq!(
            doubt(&size(799, 799), &thousand).unwrap(),
            "799 records, where the last complete one had 1000"
        );
        let fifty = after(vec![reading(50, Some(50), true)]);
        assert_eq!(doubt(&size(30, 30), &fifty), None);
        assert!(doubt(&size(29, 29), &fifty).is_some());
        assert_eq!(doubt(&size(2_000, 2_000), &thousand), None);
    }

    #[test]
    fn the_people_that_keep_leaves_count_as_well() {
        let before = after(vec![reading(1_000, Some(900), true)]);
        assert_eq!(
            doubt(&size(1_000, 100), &before).unwrap(),
            "100 people, where the last complete one had 900"
        );
        let untold = after(vec![reading(1_000, None, true)]);
        assert_eq!(doubt(&size(1_000, 100), &untold), None);
    }

    #[test]
    fn only_the_last_complete_listing_of_the_same_source_counts() {
        let past = after(vec![
            reading(10, Some(10), false),
            reading(100, Some(100), true),
            reading(5_000, Some(5_000), true),
        ]);
        assert_eq!(doubt(&size(90, 90), &past), None);
        assert!(doubt(&size(70, 70), &past).is_some());
    }

    #[test]
    fn where_no_run_tells_the_directory_does() {
        let shrink = Shrink::default();
        let ask = |kept, people| {
            size(kept, kept).doubt(Some(&shrink), &Past::default(), &held(people), None)
        };
        assert_eq!(ask(80, 100), None);
        assert_eq!(ask(5, 0), None);
        let Some(Doubt::Doubtful(what, _)) = ask(70, 100) else { panic!() };
        assert_eq!(what, "70 people, where the directory has 100");
    }

    #[test]
    fn exactly_the_size_in_doubt_may_be_trusted() {
        let past = after(vec![reading(1_000, Some(900), true)]);
        let ask = |size: Size, trusted| {
            let doubt = size.doubt(Some(&Shrink::default()), &past, &Directory::default(), trusted);
            matches!(doubt, Some(Doubt::Trusted(_)))
        };
        assert!(ask(size(500, 450), Some(500)));
        assert!(!ask(size(500, 450), Some(499)));
        assert!(!ask(size(500, 450), Some(450)));
        assert!(!ask(size(500, 450), None));
        // Here `keep` leaves fewer, and that is what has to be vouched for.
        assert!(ask(size(1_000, 45), Some(45)));
        assert!(!ask(size(1_000, 45), Some(1_000)));
        assert!(ask(size(700, 45), Some(45)));
    }

    #[test]
    fn a_keep_that_leaves_nobody_is_doubtful_even_of_few_and_with_shrink_off() {
        let ask = |size: Size, trusted, people| {
            size.doubt(None, &Past::default(), &held(people), trusted)
        };
        let Some(Doubt::Doubtful(what, finding)) = ask(size(3, 0), None, 2) else { panic!() };
        assert_eq!(
            what,
            "`keep` leaves out every record, where the directory has 2 active people of it"
        );
        assert!(finding.help.contains("`--trust staff=0`"), "{}", finding.help);
        assert!(matches!(ask(size(3, 0), Some(0), 2), Some(Doubt::Trusted(_))));
        assert_eq!(ask(size(3, 0), None, 0), None);
        assert_eq!(ask(Size { left_out: false, ..size(3, 0) }, None, 2), None);
    }

    #[test]
    fn shrink_can_be_switched_off() {
        let past = after(vec![reading(1_000, Some(1_000), true)]);
        assert_eq!(size(10, 10).doubt(None, &past, &held(1_000), None), None);
    }

    #[test]
    fn what_is_older_than_the_newest_by_more_is_stale() {
        let at = |hours: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
        let read = [("phones", at(100)), ("rooms", at(40)), ("staff", at(76))];
        let stale = stale(&read, &MaxAge::default());
        let told: Vec<_> = stale.iter().map(|(name, what, _)| (*name, what.as_str())).collect();
        assert_eq!(told, [("rooms", "its data is 2 days older than that of `phones`")]);
        assert_eq!(super::stale(&[], &MaxAge::default()), []);
    }

    #[test]
    fn ages_are_told_in_the_largest_unit_of_which_there_are_two() {
        for (minutes, told) in [
            (1, "1 minute"),
            (119, "119 minutes"),
            (125, "2 hours"),
            (2879, "47 hours"),
            (2880, "2 days"),
        ] {
            assert_eq!(words(SignedDuration::from_mins(minutes)), told);
        }
    }
}
