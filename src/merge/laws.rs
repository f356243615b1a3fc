//! What holds of joining, whatever the sources: few keys and values, so that they clash.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{LinkKey, LinkRule, Merged, PeopleRules, Prefer, merge};
use crate::{
    directory::{Directory, Extension, Field, GroupPath, Id, Person, Reason, Status, Text},
    finding::Position,
    mapping::{Draft, Mapped, NOWHERE},
    plan::{
        self, Action, Change, Circumstances, Difference, EntryKind, Limits, Plan, Remarks, Sighting,
    },
    source::Coverage,
};

mod stories;

const SOURCES: [&str; 3] = ["badges", "phones", "staff"];

/// What one record has for each rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Values {
    employee_id: Option<u8>,
    email: Option<u8>,
    extension: Option<u8>,
    disabled: bool,
}

/// What one source answers.
#[derive(Debug, Clone)]
struct Answer {
    records: BTreeMap<u8, Values>,
    complete: bool,
}

/// One run: what each source answers, and the rules.
#[derive(Debug, Clone)]
struct Day {
    answers: Vec<Answer>,
    link: Vec<Field>,
    prefer: Vec<&'static str>,
    status: Vec<&'static str>,
}

fn values() -> impl Strategy<Value = Values> {
    (
        option::weighted(0.4, 0..3_u8),
        option::weighted(0.6, 0..3_u8),
        option::weighted(0.6, 0..3_u8),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(employee_id, email, extension, disabled)| Values {
            employee_id,
            email,
            extension,
            disabled,
        })
}

fn answer() -> impl Strategy<Value = Answer> {
    (proptest::collection::btree_map(0..3_u8, values(), 0..3), prop::bool::weighted(0.7))
        .prop_map(|(records, complete)| Answer { records, complete })
}

fn link() -> impl Strategy<Value = Vec<Field>> {
    use Field::{Email, EmployeeId, Extension};
    select(vec![
        vec![EmployeeId, Email, Extension],
        vec![Email, Extension],
        vec![Extension, EmployeeId],
        vec![Email],
        vec![Extension],
        vec![],
    ])
}

fn day() -> impl Strategy<Value = Day> {
    let prefer = select(vec![vec![], vec!["staff", "phones"], vec!["phones"]]);
    let status = select(vec![vec![], vec![], vec!["staff"]]);
    (vec(answer(), 3), link(), prefer, status).prop_map(|(answers, link, prefer, status)| Day {
        answers,
        link,
        prefer,
        status,
    })
}

/// Days that follow one another: mostly the same, with some records anew.
fn history() -> impl Strategy<Value = Vec<Day>> {
    let change = (0..3_usize, 0..3_u8, option::weighted(0.7, values()));
    let next =
        (vec(change, 0..3), vec(prop::bool::weighted(0.8), 3), option::weighted(0.1, link()));
    (day(), vec(next, 1..8)).prop_map(|(first, nexts)| {
        let mut days = vec![first];
        for (changes, complete, link) in nexts {
            let mut day = days[days.len() - 1].clone();
            for (answer, complete) in day.answers.iter_mut().zip(complete) {
                answer.complete = complete;
            }
            for (source, key, values) in changes {
                match values {
                    Some(values) => _ = day.answers[source].records.insert(key, values),
                    None => _ = day.answers[source].records.remove(&key),
                }
            }
            day.link = link.unwrap_or(day.link);
            days.push(day);
        }
        days
    })
}

fn rules(day: &Day) -> PeopleRules {
    let at = Position { file: "rollbook.yaml".into(), line: 1, column: 1 };
    let rule = |field: &Field| LinkRule {
        name: field.name().into(),
        key: LinkKey::Field(*field),
        at: at.clone(),
    };
    PeopleRules {
        link: day.link.iter().map(rule).collect(),
        prefer: Prefer {
            default: day.prefer.iter().map(|name| Text::new_static(name)).collect(),
            fields: Vec::new(),
        },
        status: day.status.iter().map(|name| Text::new_static(name)).collect(),
        ..PeopleRules::default()
    }
}

fn person(source: &str, key: u8, values: &Values) -> Person {
    let id = Id::new(source, &key.to_string());
    let name = format!("{source} {key}").into();
    let mut person = Person::new(id, name, GroupPath::parse(NOWHERE).unwrap());
    person.employee_id = values.employee_id.map(|id| id.to_string().into());
    person.email = values.email.map(|id| format!("{id}@x").into());
    person.extension = values.extension.map(|id| Extension::parse(&id.to_string()).unwrap());
    person
}

fn sources(day: &Day) -> Vec<(Sighting, Mapped)> {
    let source = |(name, answer): (&str, &Answer)| {
        let coverage = match answer.complete {
            true => Coverage::Complete { proof: "all of it".into() },
            false => Coverage::Partial { because: "cut".into() },
        };
        let sighting = Sighting::new(name.into(), coverage, answer.records.len() as u64);
        let people = answer.records.iter().map(|(key, values)| Draft {
            source_disabled: values.disabled.then(|| "off".into()),
            ..Draft::new(person(name, *key, values))
        });
        (sighting, Mapped { people: people.collect(), ..Mapped::default() })
    };
    SOURCES.into_iter().zip(&day.answers).map(source).collect()
}

fn plan(held: &Directory, day: &Day) -> Plan {
    let Merged { people, fates, sightings, findings, disputes, disagreements, inventory: _ } =
        merge(sources(day), held, &rules(day));
    let Difference { changes, unchanged, unknown, .. } =
        plan::between(held, &people, &sightings, &fates);
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: "m".into(),
        sources: Vec::new(),
    };
    let remarks =
        Remarks { findings, disputes, unknown, unknown_equipment: Vec::new(), disagreements };
    Plan::new(held, changes, unchanged, remarks, &Limits::default(), circumstances)
}

fn after(held: &Directory, plan: &Plan) -> Directory {
    held.clone().after(plan).unwrap_or_else(|misfit| panic!("{misfit}"))
}

fn known(person: &Person) -> BTreeSet<Id> {
    person.known_as().map(|(record, _)| record.clone()).collect()
}

fn active(directory: &Directory) -> impl Iterator<Item = &Person> {
    directory.people.iter().filter(|person| person.status.is_active())
}

/// The oracle: sets of records, each rule tried on each pair of sets.
fn naive(day: &Day) -> (BTreeSet<BTreeSet<Id>>, BTreeSet<BTreeSet<Id>>) {
    let records: BTreeMap<Id, Person> = SOURCES
        .into_iter()
        .zip(&day.answers)
        .flat_map(|(name, answer)| answer.records.iter().map(move |(k, v)| person(name, *k, v)))
        .map(|person| (person.id.clone(), person))
        .collect();
    let value = |id: &Id, field: Field| Some(records[id].get(field)).filter(|v| !v.is_empty());
    let mut sets: Vec<BTreeSet<Id>> = records.keys().map(|id| [id.clone()].into()).collect();
    let mut disputed: Vec<BTreeSet<Id>> = Vec::new();
    for (step, field) in day.link.iter().enumerate() {
        let exclude = |a: &BTreeSet<Id>, b: &BTreeSet<Id>| {
            a.iter().any(|a| b.iter().any(|b| a.source() == b.source()))
                || day.link[..step].iter().any(|earlier| {
                    let all = |set: &BTreeSet<Id>| -> Vec<_> {
                        set.iter().filter_map(|id| value(id, *earlier)).collect()
                    };
                    let (a, b) = (all(a), all(b));
                    !a.is_empty() && !b.is_empty() && !a.iter().any(|one| b.contains(one))
                })
        };
        let share = |a: &BTreeSet<Id>, b: &BTreeSet<Id>| {
            a.iter().any(|a| {
                value(a, *field)
                    .is_some_and(|v| b.iter().any(|b| value(b, *field) == Some(v.clone())))
            })
        };
        let count = sets.len();
        let joinable = |a: usize, b: usize| {
            a != b && share(&sets[a], &sets[b]) && !exclude(&sets[a], &sets[b])
        };
        let mut seen = BTreeSet::new();
        let mut next = Vec::new();
        for start in 0..count {
            let mut together = BTreeSet::from([start]);
            while let Some(more) = (0..count).find(|at| {
                !together.contains(at) && together.iter().any(|other| joinable(*at, *other))
            }) {
                together.insert(more);
            }
            if !seen.insert(together.clone()) {
                continue;
            }
            let contested = together
                .iter()
                .any(|a| together.iter().any(|b| a != b && exclude(&sets[*a], &sets[*b])));
            let all: BTreeSet<Id> = together.iter().flat_map(|at| sets[*at].clone()).collect();
            if contested {
                disputed.push(all);
                next.extend(together.iter().map(|at| sets[*at].clone()));
            } else {
                next.push(all);
            }
        }
        sets = next;
    }
    let is_disputed =
        |set: &BTreeSet<Id>| disputed.iter().any(|other| other.iter().any(|id| set.contains(id)));
    let (held, free): (BTreeSet<_>, BTreeSet<_>) =
        sets.into_iter().partition(|set| is_disputed(set));
    (free, held)
}

proptest! {
    #[test]
    fn one_run_joins_as_the_oracle_does(day in day()) {
        let (free, held) = naive(&day);
        let merged = merge(sources(&day), &Directory::default(), &rules(&day));
        let joined: BTreeSet<BTreeSet<Id>> =
            merged.people.iter().map(|draft| known(&draft.person)).collect();
        prop_assert_eq!(&joined, &free);
        let disputed: BTreeSet<&Id> =
            merged.disputes.iter().flat_map(|dispute| &dispute.records).collect();
        for set in held {
            prop_assert!(set.iter().any(|id| disputed.contains(id)), "{:?}", set);
        }
        for record in disputed {
            prop_assert!(!free.iter().any(|set| set.contains(record)), "{record}");
        }
    }

    #[test]
    fn the_order_of_sources_does_not_matter(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let (forth, mut back) = (sources(day), sources(day));
            back.reverse();
            let (forth, back) = (merge(forth, &held, &rules(day)), merge(back, &held, &rules(day)));
            prop_assert_eq!(&forth.people, &back.people);
            prop_assert_eq!(&forth.fates, &back.fates);
            prop_assert_eq!(&forth.disputes, &back.disputes);
            held = after(&held, &plan(&held, day));
        }
    }

    #[test]
    fn every_run_settles(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            for _ in 0..5 {
                let first = plan(&held, day);
                // Who merged has links to somebody else from now on, and an outdated one of theirs may
                // then not hold: that takes one more run. So does who lost records to somebody
                // else and stays, as nobody knows of their own; and who leaves by what a source says
                // of somebody whom they are joined with on that very day. Each such run may ask for
                // another, never without end; any other run settles at once.
                let merges = |change: &Change| change.action == Action::Merge;
                let loses = |change: &Change| {
                    change.action != Action::Add && change.field(Field::Records).is_some()
                };
                let follows = |change: &Change| {
                    change.action == Action::Disable
                        && held.people.iter().filter(|person| *person.id.as_str() == *change.key).any(
                            |person| {
                                let said = change.evidence.as_deref().unwrap_or_default();
                                let by = |id: &Id| said.contains(&format!("`{}`", id.source()));
                                !known(person).iter().any(by)
                            },
                        )
                };
                let once_more = |change: &Change| merges(change) || loses(change) || follows(change);
                let once_more = first.changes.iter().any(once_more);
                held = after(&held, &first);
                if !once_more {
                    break;
                }
            }
            let again = plan(&held, day);
            prop_assert!(again.is_empty(), "{:#?}\n{:#?}", held.people, again.changes);
        }
    }

    #[test]
    fn a_record_stands_for_one_person_and_nobody_is_lost(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let next = after(&held, &plan(&held, day));
            let mut owners: BTreeMap<Id, &Id> = BTreeMap::new();
            for person in active(&next) {
                for record in known(person) {
                    let other = owners.insert(record.clone(), &person.id);
                    prop_assert!(other.is_none(), "{record}: {} and {:?}", person.id, other);
                }
                let mut sources: Vec<String> =
                    known(person).iter().map(|id| id.source().to_owned()).collect();
                sources.dedup();
                prop_assert_eq!(sources.len(), known(person).len(), "{:?}", person.records);
            }
            for person in &held.people {
                prop_assert!(next.person(&person.id).is_some());
            }
            held = next;
        }
    }

    #[test]
    fn an_id_never_changes_hands(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let next = after(&held, &plan(&held, day));
            for person in active(&next) {
                let Some(before) = held.person(&person.id) else {
                    prop_assert!(known(person).contains(&person.id), "{:?}", person);
                    continue;
                };
                let mut who = known(before);
                who.insert(before.id.clone());
                prop_assert!(!who.is_disjoint(&known(person)), "{:?} {:?}", before, person);
                // Another record of the source that brought them has what they were known by.
                let now = known(person);
                let another = |id: &&Id| id.source() == person.id.source() && !who.contains(*id);
                if now.contains(&person.id) || !now.iter().any(|id| another(&id)) {
                    continue;
                }
                let listed = sources(day);
                let listed = listed.iter().flat_map(|(_, mapped)| &mapped.people);
                let theirs: Vec<&Person> =
                    listed.map(|draft| &draft.person).filter(|own| now.contains(&own.id)).collect();
                let same = |field: &Field| {
                    let had = before.get(*field);
                    *field != Field::Extension
                        && !had.is_empty()
                        && theirs.iter().any(|own| own.get(*field) == had)
                };
                prop_assert!(day.link.iter().any(same), "{:?} {:?}", before, person);
            }
            held = next;
        }
    }

    #[test]
    fn only_proof_disables(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let plan = plan(&held, day);
            let complete = |source: &str| {
                let at = SOURCES.iter().position(|name| *name == source).unwrap();
                day.answers[at].complete && !day.answers[at].records.is_empty()
            };
            let listed = |record: &Id| {
                let at = SOURCES.iter().position(|name| *name == record.source()).unwrap();
                day.answers[at].records.contains_key(&record.key().parse().unwrap())
            };
            for change in people(&plan, Action::Disable) {
                let id = Id::parse(&change.key).unwrap();
                let person = held.person(&id).unwrap();
                let known = known(person);
                let decide: Vec<&Id> =
                    known.iter().filter(|id| day.status.contains(&id.source())).collect();
                let decide = if decide.is_empty() { known.iter().collect() } else { decide };
                for record in decide {
                    prop_assert!(complete(record.source()) || listed(record), "{:?}", change);
                }
            }
            held = after(&held, &plan);
        }
    }

    #[test]
    fn a_dispute_changes_nobody_whom_it_holds_back_and_adds_none_of_its_records(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let plan = plan(&held, day);
            for dispute in &plan.disputes {
                for change in &plan.changes {
                    let id = Id::parse(&change.key).unwrap();
                    prop_assert!(!dispute.people.contains(&id), "{:?} {:?}", dispute, change);
                    let new = matches!(change.action, Action::Add | Action::Split);
                    prop_assert!(!(new && dispute.records.contains(&id)), "{:?}", change);
                }
            }
            // What isn't disputed goes on: without disputes the same day changes no less.
            held = after(&held, &plan);
        }
    }

    #[test]
    fn whoever_is_listed_is_somebody(days in history()) {
        let mut held = Directory::default();
        for day in &days {
            let plan = plan(&held, day);
            let next = after(&held, &plan);
            let disputed: BTreeSet<&Id> =
                plan.disputes.iter().flat_map(|dispute| &dispute.records).collect();
            for draft in sources(day).iter().flat_map(|(_, mapped)| &mapped.people) {
                let id = &draft.person.id;
                let knows = |person: &Person| person.id == *id || known(person).contains(id);
                let somebodys = next.people.iter().any(knows);
                let disabled = draft.source_disabled.is_some();
                let joined = day.link.iter().any(|field| {
                    let own = draft.person.get(*field);
                    let has = |person: &Person| !own.is_empty() && person.get(*field) == own;
                    if active(&held).any(has) {
                        return true;
                    }
                    !own.is_empty() && sources(day).iter().flat_map(|(_, m)| &m.people).any(|other| {
                        other.person.id != *id && other.person.get(*field) == own
                    })
                });
                prop_assert!(somebodys || disabled || joined || disputed.contains(id), "{id}");
            }
            held = next;
        }
    }
}

fn people(plan: &Plan, action: Action) -> impl Iterator<Item = &Change> {
    let about = move |change: &&Change| {
        change.entry == EntryKind::Person
            && change.action == action
            && change.reason != Some(Reason::SourceDisabled)
    };
    plan.changes.iter().filter(about)
}
