//! Who was read and not used, and since when.

use super::Plan;
use crate::directory::{Person, Skipped, Text};

/// The ledger after a plan: an entry for each record that is not used, with the time at which it
/// was first left out for that reason. Sorted by id, each id once.
///
/// A source that was not read whole takes no entry away, but that of somebody who is active now;
/// `people` are those after the plan, by id.
pub fn ledger(held: &[Skipped], plan: &Plan, people: &[Person]) -> Vec<Skipped> {
    let found = plan.findings.iter().filter(|finding| finding.code.skips()).flat_map(|finding| {
        finding.keys.iter().map(|id| Skipped {
            id: id.clone(),
            code: Text::new_static(finding.code.as_str()),
            because: finding.message.as_str().into(),
            since: plan.made_at,
        })
    });
    let whole = |entry: &Skipped| {
        plan.sources.iter().any(|source| source.complete && source.name == entry.id.source())
    };
    let active = |entry: &Skipped| {
        let at = people.binary_search_by(|person| person.id.cmp(&entry.id));
        at.is_ok_and(|at| people[at].status.is_active())
    };
    let kept = held.iter().filter(|entry| !whole(entry) && !active(entry)).cloned();
    // What was found comes first, so that it counts where both speak of one record.
    let mut skipped: Vec<Skipped> = found.chain(kept).collect();
    skipped.sort_by(|a, b| a.id.cmp(&b.id));
    skipped.dedup_by(|later, kept| later.id == kept.id);
    for entry in &mut skipped {
        if let Ok(at) = held.binary_search_by(|old| old.id.cmp(&entry.id))
            && held[at].code == entry.code
        {
            entry.since = held[at].since;
        }
    }
    skipped
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        directory::{Directory, GroupPath, Id},
        finding::{Code, Finding, Severity},
        plan::{Circumstances, Limits, Remarks, SourceReport},
    };

    const LATER: Timestamp = Timestamp::constant(1_700_000_000, 0);

    fn skipped(key: &str, since: Timestamp) -> Skipped {
        let because = format!("`staff/{key}` is left out").into();
        Skipped { id: Id::new("staff", key), code: "not-kept".into(), because, since }
    }

    fn plan(complete: bool, keys: &[&str]) -> Plan {
        let findings = keys.iter().map(|key| Finding {
            code: Code::NotKept,
            severity: Severity::Note,
            message: format!("`staff/{key}` is left out"),
            help: "change `keep`".into(),
            keys: vec![Id::new("staff", key)],
            at: None,
        });
        let source = SourceReport {
            name: "staff".into(),
            kind: "csv".into(),
            complete,
            evidence: String::new(),
            records: 1,
            kept: 1,
            as_of: None,
            listing: Text::default(),
            seconds: 0.0,
        };
        let circumstances = Circumstances {
            base: None,
            made_at: LATER,
            manifest: "m".into(),
            sources: vec![source],
        };
        let nobody = Directory::default();
        let findings = Remarks { findings: findings.collect(), ..Remarks::default() };
        Plan::new(&nobody, Vec::new(), 0, findings, &Limits::default(), circumstances)
    }

    #[test]
    fn an_entry_keeps_its_first_time_and_goes_with_its_record() {
        let held = [skipped("1", Timestamp::UNIX_EPOCH), skipped("2", Timestamp::UNIX_EPOCH)];
        let after = ledger(&held, &plan(true, &["2", "3"]), &[]);
        assert_eq!(after, [skipped("2", Timestamp::UNIX_EPOCH), skipped("3", LATER)]);
    }

    #[test]
    fn a_source_that_was_not_read_whole_takes_nothing_away() {
        let held = [skipped("1", Timestamp::UNIX_EPOCH), skipped("2", Timestamp::UNIX_EPOCH)];
        assert_eq!(ledger(&held, &plan(false, &[]), &[]), held);
        let path = GroupPath::parse("/London").unwrap();
        let back = Person::new(Id::new("staff", "1"), "Ada".into(), path);
        assert_eq!(ledger(&held, &plan(false, &[]), &[back]), held[1..]);
    }
}
