//! The ledger after a plan: what is not used, disputed, unknown or disagreed about, and since when.

use std::{cmp::Ordering, collections::BTreeMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, EntryKind, Plan};
use crate::{
    directory::{Directory, Disagreement, Dispute, Id, Person, Since, Skipped, Text},
    finding::Finding,
};

/// What comes to a part of the ledger, and what goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moves {
    /// Entries that are new, or say something else than before.
    pub come: u64,
    /// Entries that are no longer so.
    pub go: u64,
}

impl Moves {
    fn add(&mut self, step: Ordering) {
        match step {
            Ordering::Less => self.go += 1,
            Ordering::Equal => {}
            Ordering::Greater => self.come += 1,
        }
    }
}

/// What a plan does to the ledger. Other words for the same are nothing of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerMoves {
    /// Of records that are not used.
    pub skipped: Moves,
    /// Of disputes.
    pub disputes: Moves,
    /// Of people whose absence is not proven.
    pub unknown: Moves,
    /// Of values that lost to another source's.
    pub disagreements: Moves,
}

impl LedgerMoves {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One of both lists, or both.
enum Side<'h, 'f, H, F> {
    Held(&'h H),
    Found(&'f F),
    Both(&'h H, &'f F),
}

/// Walks through two lists that are sorted by the same key.
fn walk<'h, 'f, H, F>(
    held: &'h [H],
    found: &'f [F],
    order: impl Fn(&H, &F) -> Ordering,
    mut each: impl FnMut(Side<'h, 'f, H, F>),
) {
    let (mut held, mut found) = (held.iter().peekable(), found.iter().peekable());
    loop {
        let step = match (held.peek(), found.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(held), Some(found)) => order(held, found),
        };
        let old = if step.is_le() { held.next() } else { None };
        let new = if step.is_ge() { found.next() } else { None };
        match (old, new) {
            (Some(old), Some(new)) => each(Side::Both(old, new)),
            (Some(old), None) => each(Side::Held(old)),
            (None, Some(new)) => each(Side::Found(new)),
            (None, None) => {}
        }
    }
}

/// What a plan knows of its sources and of who will be active.
struct Known<'a> {
    plan: &'a Plan,
    people: &'a [Person],
    /// People whom the plan makes active, or not; empty where `people` are those after it.
    changed: BTreeMap<&'a str, bool>,
}

impl<'a> Known<'a> {
    fn whole(&self, source: &str) -> bool {
        self.plan.sources.iter().any(|report| report.complete && report.name == source)
    }

    /// Whether the plan read a source, and not whole.
    fn partial(&self, source: &str) -> bool {
        self.plan.sources.iter().any(|report| !report.complete && report.name == source)
    }

    fn active(&self, id: &Id) -> bool {
        if let Some(active) = self.changed.get(id.as_str()) {
            return *active;
        }
        let at = self.people.binary_search_by(|person| person.id.cmp(id));
        at.is_ok_and(|at| self.people[at].status.is_active())
    }

    /// A record that is not used stays in the ledger though it was not met.
    fn keeps_skipped(&self, entry: &Skipped) -> bool {
        !self.whole(entry.id.source()) && !self.active(&entry.id)
    }

    fn keeps_dispute(&self, entry: &Since<Dispute>) -> bool {
        entry.what.records.iter().any(|record| self.partial(record.source()))
    }

    fn keeps_disagreement(&self, entry: &Since<Disagreement>) -> bool {
        let Disagreement { id, source, winner, .. } = &entry.what;
        (self.partial(source) || self.partial(winner)) && self.active(id)
    }

    /// The records that the plan doesn't use, each once, by id.
    fn skipped(&self) -> Vec<(&'a Id, &'a Finding)> {
        let unused = self.plan.findings.iter().filter(|finding| finding.code.skips());
        let mut found: Vec<_> =
            unused.flat_map(|finding| finding.keys.iter().map(move |id| (id, finding))).collect();
        found.sort_by(|a, b| a.0.cmp(b.0));
        found.dedup_by(|later, first| later.0 == first.0);
        found
    }
}

/// What a dispute is about: the same rule and value are the same dispute, whoever else joins it.
fn about(dispute: &Dispute) -> (&Text, &Text) {
    (&dispute.by, &dispute.value)
}

/// Whose value of which source is another than the directory's.
fn whose(lost: &Disagreement) -> (&Id, crate::directory::Field, &Text) {
    (&lost.id, lost.field, &lost.source)
}

/// Disputes by what they are about.
fn sorted<T>(disputes: &[T], of: impl Fn(&T) -> &Dispute) -> Vec<&T> {
    let mut sorted: Vec<&T> = disputes.iter().collect();
    sorted.sort_by(|a, b| about(of(a)).cmp(&about(of(b))));
    sorted
}

/// Brings the ledger of a directory forward by a plan; its people are those after the plan.
///
/// An entry that is still there keeps its first time. One that the plan no longer has goes; but a
/// source that was not read whole takes none away, where it might still be so.
pub(super) fn forward(directory: &mut Directory, plan: &Plan) {
    let Directory { people, skipped, disputes, unknown, disagreements, .. } = directory;
    let known = Known { plan, people, changed: BTreeMap::new() };
    let now = plan.made_at;

    let held = std::mem::take(skipped);
    walk(
        &held,
        &known.skipped(),
        |old, new| old.id.cmp(new.0),
        |side| {
            let (old, (id, finding)) = match side {
                Side::Held(old) => {
                    if known.keeps_skipped(old) {
                        skipped.push(old.clone());
                    }
                    return;
                }
                Side::Found(new) => (None, *new),
                Side::Both(old, new) => (Some(old), *new),
            };
            let code = Text::new_static(finding.code.as_str());
            let since = old.filter(|old| old.code == code).map_or(now, |old| old.since);
            skipped.push(Skipped {
                id: id.clone(),
                code,
                because: (&*finding.message).into(),
                since,
            });
        },
    );

    let held = std::mem::take(disputes);
    let (old, new) = (sorted(&held, |held| &held.what), sorted(&plan.disputes, |found| found));
    walk(
        &old,
        &new,
        |old, new| about(&old.what).cmp(&about(new)),
        |side| match side {
            Side::Held(old) if known.keeps_dispute(old) => disputes.push((*old).clone()),
            Side::Held(_) => {}
            Side::Found(new) => disputes.push(Since { what: (*new).clone(), since: now }),
            Side::Both(old, new) => {
                disputes.push(Since { what: (*new).clone(), since: old.since });
            }
        },
    );
    disputes.sort_by(|a, b| a.what.cmp(&b.what));
    disputes.dedup_by(|later, first| later.what == first.what);

    let held = std::mem::take(unknown);
    walk(
        &held,
        &plan.unknown,
        |old, new| old.what.id.cmp(&new.id),
        |side| match side {
            Side::Held(_) => {}
            Side::Found(new) => unknown.push(Since { what: new.clone(), since: now }),
            Side::Both(old, new) => unknown.push(Since { what: new.clone(), since: old.since }),
        },
    );
    unknown.dedup_by(|later, first| later.what.id == first.what.id);

    let held = std::mem::take(disagreements);
    let found = &plan.disagreements;
    walk(
        &held,
        found,
        |old, new| whose(&old.what).cmp(&whose(new)),
        |side| match side {
            Side::Held(old) if known.keeps_disagreement(old) => disagreements.push(old.clone()),
            Side::Held(_) => {}
            Side::Found(new) => disagreements.push(Since { what: new.clone(), since: now }),
            Side::Both(old, new) => {
                disagreements.push(Since { what: new.clone(), since: old.since });
            }
        },
    );
    disagreements.dedup_by(|later, first| whose(&later.what) == whose(&first.what));
}

/// What a plan does to the ledger of the directory that it was made for.
pub(super) fn moves(held: &Directory, plan: &Plan) -> LedgerMoves {
    let mut moves = LedgerMoves::default();
    // What lies between two commits is no run: nothing was read.
    if plan.sources.is_empty() {
        return moves;
    }
    let changed = plan.changes.iter().filter(|change| change.entry == EntryKind::Person);
    let changed = changed.map(|change: &Change| {
        let leaves = matches!(change.action, Action::Disable | Action::Merge);
        (change.key.as_str(), !leaves)
    });
    let anybody = !held.skipped.is_empty() || !held.disagreements.is_empty();
    let changed = if anybody { changed.collect() } else { BTreeMap::new() };
    let known = Known { plan, people: &held.people, changed };

    let skipped = &mut moves.skipped;
    walk(
        &held.skipped,
        &known.skipped(),
        |old, new| old.id.cmp(new.0),
        |side| match side {
            Side::Held(old) if known.keeps_skipped(old) => {}
            Side::Held(_) => skipped.add(Ordering::Less),
            Side::Both(old, (_, finding)) if old.code == finding.code.as_str() => {}
            Side::Found(_) | Side::Both(..) => skipped.add(Ordering::Greater),
        },
    );
    let disputes = &mut moves.disputes;
    let old = sorted(&held.disputes, |held| &held.what);
    let new = sorted(&plan.disputes, |found| found);
    walk(
        &old,
        &new,
        |old, new| about(&old.what).cmp(&about(new)),
        |side| match side {
            Side::Held(old) if known.keeps_dispute(old) => {}
            Side::Held(_) => disputes.add(Ordering::Less),
            Side::Both(old, new) if old.what == **new => {}
            Side::Found(_) | Side::Both(..) => disputes.add(Ordering::Greater),
        },
    );
    let unknown = &mut moves.unknown;
    walk(
        &held.unknown,
        &plan.unknown,
        |old, new| old.what.id.cmp(&new.id),
        |side| match side {
            Side::Held(_) => unknown.add(Ordering::Less),
            Side::Found(_) => unknown.add(Ordering::Greater),
            Side::Both(..) => {}
        },
    );
    let lost = &mut moves.disagreements;
    let (old, new) = (&held.disagreements, &plan.disagreements);
    walk(
        old,
        new,
        |old, new| whose(&old.what).cmp(&whose(new)),
        |side| match side {
            Side::Held(old) if known.keeps_disagreement(old) => {}
            Side::Held(_) => lost.add(Ordering::Less),
            Side::Both(old, new) if old.what == *new => {}
            Side::Found(_) | Side::Both(..) => lost.add(Ordering::Greater),
        },
    );
    moves
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{
        directory::{Field, GroupPath, Unknown},
        finding::{Code, Severity},
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
            devices: 0,
            system_devices: 0,
            channels: 0,
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

    fn ledger(held: &[Skipped], plan: &Plan, people: &[Person]) -> Vec<Skipped> {
        let mut directory =
            Directory { skipped: held.into(), people: people.into(), ..Directory::default() };
        forward(&mut directory, plan);
        directory.skipped
    }

    /// A plan of `staff` and `phones` that found these.
    fn found(complete: bool, remarks: Remarks) -> Plan {
        let mut plan = plan(complete, &[]);
        let mut phones = plan.sources[0].clone();
        (phones.name, phones.complete) = ("phones".into(), true);
        plan.sources.push(phones);
        (plan.disputes, plan.unknown) = (remarks.disputes, remarks.unknown);
        plan.disagreements = remarks.disagreements;
        plan
    }

    fn dispute(value: &str, keys: &[&str]) -> Dispute {
        let mut records: Vec<Id> = keys.iter().map(|key| Id::new("phones", key)).collect();
        records.push(Id::new("staff", "1"));
        Dispute { records, by: "email".into(), value: value.into(), people: Vec::new() }
    }

    fn lost(key: &str, value: &str) -> Disagreement {
        Disagreement {
            id: Id::new("staff", key),
            field: Field::Email,
            source: "phones".into(),
            value: value.into(),
            winner: "staff".into(),
        }
    }

    fn since<T>(what: T, since: Timestamp) -> Since<T> {
        Since { what, since }
    }

    /// Somebody who is active, with a ledger of a day long ago.
    fn held() -> Directory {
        let path = GroupPath::parse("/London").unwrap();
        let old = Timestamp::UNIX_EPOCH;
        let unknown = |key: &str| {
            since(Unknown { id: Id::new("staff", key), because: "partial".into() }, old)
        };
        Directory {
            people: vec![Person::new(Id::new("staff", "1"), "Ada".into(), path)],
            disputes: vec![since(dispute("a", &["1"]), old), since(dispute("b", &["2"]), old)],
            unknown: vec![unknown("1"), unknown("2")],
            disagreements: vec![since(lost("1", "x"), old), since(lost("2", "x"), old)],
            ..Directory::default()
        }
    }

    #[test]
    fn what_is_still_so_keeps_its_first_time_and_the_rest_goes() {
        let mut after = held();
        let remarks = Remarks {
            disputes: vec![dispute("b", &["2", "3"]), dispute("c", &["4"])],
            unknown: vec![Unknown { id: Id::new("staff", "2"), because: "stale".into() }],
            disagreements: vec![lost("1", "y"), lost("3", "x")],
            ..Remarks::default()
        };
        let plan = found(true, remarks);
        let told = moves(&after, &plan);
        forward(&mut after, &plan);
        let old = Timestamp::UNIX_EPOCH;
        let disputes = [since(dispute("b", &["2", "3"]), old), since(dispute("c", &["4"]), LATER)];
        assert_eq!(after.disputes, disputes);
        assert_eq!((after.unknown.len(), after.unknown[0].since), (1, old));
        assert_eq!(after.unknown[0].what.because, "stale");
        assert_eq!(after.disagreements, [since(lost("1", "y"), old), since(lost("3", "x"), LATER)]);
        let of = |come, go| Moves { come, go };
        assert_eq!((told.disputes, told.unknown), (of(2, 1), of(0, 1)));
        assert_eq!(told.disagreements, of(2, 1));
    }

    #[test]
    fn what_may_still_be_so_stays_where_a_source_was_not_read_whole() {
        let mut after = held();
        let plan = found(false, Remarks::default());
        let told = moves(&after, &plan);
        forward(&mut after, &plan);
        assert_eq!(after.disputes, held().disputes);
        assert_eq!(after.unknown, []);
        // Nobody is `staff/2`, so no source can disagree about them.
        assert_eq!(after.disagreements, held().disagreements[..1]);
        assert_eq!((told.disputes.go, told.unknown.go, told.disagreements.go), (0, 2, 1));
        assert_eq!(moves(&after, &plan), LedgerMoves::default());
    }

    #[test]
    fn other_words_for_the_same_move_nothing() {
        let unknown = vec![
            Unknown { id: Id::new("staff", "1"), because: "after 501 entries".into() },
            Unknown { id: Id::new("staff", "2"), because: "after 501 entries".into() },
        ];
        let plan = found(false, Remarks { unknown, ..Remarks::default() });
        assert_eq!(moves(&held(), &plan).unknown, Moves::default());
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
