//! `explain`: why the directory has somebody or something as it does, or doesn't have them.

mod equipment;

use std::mem;

use jiff::{Timestamp, tz::TimeZone};

use self::equipment::Asked;
use super::{
    Cx,
    arguments::{Explain as Words, Form},
    desk::{self, Desk, Held},
    exit::Exit,
    recordings::{self, Replay},
    report::Failure,
    who,
};
use crate::{
    directory::{Directory, Id, Text},
    engine::{self, Fetched, World},
    explain::{
        Case, CommitSeen, Entry, EntryKind, Explanation, History, Live, Meant, Reading, SourceSeen,
        Standing, also, explain, known, meant,
    },
    manifest::Manifest,
    mapping::Mapped,
    merge::{PeopleRules, Provenance, provenance},
    pins::Selector,
    plan::{Past, Sighting, SourceReport},
    render,
    store::{Commit, Holding, Store, Touched},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let (held, fetched) = match (&words.replay, &words.at, words.state_only) {
        (_, Some(rev), _) => {
            let commit = desk.store.resolve(rev)?;
            let directory = desk.store.read(&commit)?;
            let held = Held { head: Some(commit), directory, past: Past::default() };
            (held, Err(Text::new_static("the directory is looked at as it was")))
        }
        (None, None, false) => {
            let (held, fetched) = desk.held_here_and_read(cx)?;
            (held, fetched.map_err(|failure| failure.phrase()))
        }
        _ => (desk.held_here()?, Err(Text::new_static("only the directory is asked for"))),
    };
    let given = match &words.replay {
        Some(folder) => {
            let Replay { fetched, made_at } = recordings::replay(cx, &desk.manifest, folder)?;
            Ok(Given { fetched, made_at: Some(made_at) })
        }
        None => fetched.map(|fetched| Given { fetched, made_at: None }),
    };
    let asked = equipment::asked(&held.directory, &desk.manifest, &given, &words.who)?;
    if let Asked::Equipment(id) = &asked {
        return equipment::run(cx, words, &desk, &held, given, id);
    }
    let wanted = Wanted::new(&desk.manifest, &held.directory, &words.who);
    let replayed = given.as_ref().ok().and_then(|given| given.made_at);
    let sources = match given {
        Err(because) => Err(because),
        Ok(given) => match live(cx, &desk, &held, given, &wanted) {
            Err(failure) if replayed.is_some() => return Err(failure),
            sources => sources.map_err(|failure| failure.phrase()),
        },
    };
    if let (Ok(sources), Asked::PersonOr(id, fetched)) = (&sources, asked)
        && meant(&held.directory, &sources.joined, &sources.readings, &words.who) == Meant::Nobody
    {
        let given = Ok(Given { fetched, made_at: replayed });
        return equipment::run(cx, words, &desk, &held, given, &id);
    }
    let Held { head: commit, directory, past: _ } = held;
    let now = match (&sources, &words.at, &commit) {
        (Ok(sources), ..) => sources.now,
        (Err(_), Some(_), Some(commit)) => commit.when,
        (Err(_), ..) => cx.around.now,
    };
    let (id, also, live) = match sources {
        Ok(Sources { seen, joined, readings, now: _ }) => {
            let people = &desk.manifest.people;
            let found = meant(&directory, &joined, &readings, &words.who);
            let found = one_person(&directory, &joined, people, found);
            let id = chosen(&directory, found, words)?;
            match id {
                Some(id) => {
                    let origin = wanted.provenance(&joined, &directory, people, &id);
                    let (live, also) =
                        of_one(seen, &joined, readings, &id, origin, (&directory, &words.who));
                    // Taking a hundred thousand people apart would keep the answer waiting; what
                    // they are made of goes with the program.
                    mem::forget(joined);
                    (Some(id), also, Ok(live))
                }
                None => {
                    let live = Live {
                        sources: seen,
                        readings: Vec::new(),
                        elsewhere: Vec::new(),
                        origin: None,
                    };
                    (None, Vec::new(), Ok(live))
                }
            }
        }
        Err(because) => {
            let people: Vec<Id> =
                known(&directory, &words.who).iter().map(|person| person.id.clone()).collect();
            let found = match people.as_slice() {
                [one] => Meant::One(one.clone()),
                // A record that is only in the ledger has an id too.
                [] => Id::parse(&words.who).map_or(Meant::Nobody, Meant::One),
                _ => Meant::Several(people),
            };
            (chosen(&directory, found, words)?, Vec::new(), Err(because))
        }
    };
    // A record may stand for somebody of another id, and that somebody's history is told.
    let origin = live.as_ref().ok().and_then(|live| live.origin.as_ref());
    let about = origin.map(|origin| &origin.id).or(id.as_ref());
    let history = match &commit {
        Some(commit) => history(&desk.store, &directory, about, &words.who, commit)?,
        None => History::default(),
    };
    let told = explain(Case {
        who: &words.who,
        id: id.as_ref(),
        also,
        held: &directory,
        commit: commit.as_ref().map(|commit| commit.id.as_str().into()),
        history,
        groups: &desk.manifest.groups,
        collections: &desk.manifest.collections,
        pins: &desk.manifest.pins,
        today: now.to_zoned(TimeZone::UTC).date(),
        live,
    })?;
    print(cx, words, &told)?;
    if words.output == Form::Text && told.standing == Standing::Nobody {
        cx.out.remark(&format!("help: {}", who::near(&directory, &words.who)));
    }
    mem::forget(directory);
    Ok(Exit::Done)
}

fn print(cx: &Cx<'_>, words: &Words, told: &Explanation) -> Result<(), Failure> {
    match words.output {
        Form::Text => cx.out.text(&render::explanation_text(told, cx.all())),
        Form::Json => cx.out.json(told),
        Form::Yaml => cx.out.yaml(told),
    }
}

/// What the sources gave.
struct Given {
    /// One for each source, in their order.
    fetched: Vec<Fetched>,
    /// When that was, where it was recorded.
    made_at: Option<Timestamp>,
}

/// What the sources gave: how they were seen, their people, and their records as they were read.
struct Sources<'m> {
    seen: Vec<SourceSeen>,
    joined: Vec<(Sighting, Mapped)>,
    readings: Vec<Reading<'m>>,
    /// When that was: pins hold as they held then.
    now: Timestamp,
}

/// Takes what the sources gave, just now or when it was recorded.
fn live<'m>(
    cx: &Cx<'_>,
    desk: &'m Desk,
    held: &Held,
    given: Given,
    wanted: &Wanted,
) -> Result<Sources<'m>, Failure> {
    let Given { fetched, made_at } = given;
    let take = |world: &World<'_>| sources(&desk.manifest, held, fetched, world, wanted);
    match made_at {
        Some(made_at) => recordings::with_world_of_then(&desk.manifest, made_at, take),
        None => desk::with_world(cx, &desk.manifest, take),
    }
}

fn sources<'m>(
    manifest: &'m Manifest,
    held: &Held,
    fetched: Vec<Fetched>,
    world: &World<'_>,
    wanted: &Wanted,
) -> Result<Sources<'m>, Failure> {
    let readings = readings(manifest, &fetched, wanted);
    let seen = engine::seen(manifest, &held.of_line(), fetched, world)?;
    let (reports, joined): (Vec<SourceReport>, Vec<_>) = seen.into_iter().unzip();
    let seen = reports.into_iter().map(source_seen).collect();
    Ok(Sources { seen, joined, readings, now: world.now })
}

fn source_seen(report: SourceReport) -> SourceSeen {
    SourceSeen {
        name: report.name,
        kind: report.kind,
        complete: report.complete,
        evidence: report.evidence.into(),
        records: report.records,
        as_of: report.as_of,
    }
}

/// What has to be looked at to explain somebody.
struct Wanted {
    /// Whether records can be joined, so that others may be theirs.
    joins: bool,
    /// The one record that can be theirs, where that is known beforehand.
    record: Option<Id>,
}

impl Wanted {
    fn new(manifest: &Manifest, held: &Directory, who: &str) -> Self {
        let joins = manifest.sources.len() > 1 && !manifest.people.link.is_empty()
            || held.people.iter().any(|person| !person.records.is_empty());
        let record = match known(held, who).as_slice() {
            [one] if !joins && (one.status.is_active() || one.id.as_str() == who) => {
                Some(one.id.clone())
            }
            _ => None,
        };
        Self { joins, record }
    }

    /// How a person came about. Where nobody can be joined, nobody else is looked at.
    fn provenance(
        &self,
        joined: &[(Sighting, Mapped)],
        held: &Directory,
        rules: &PeopleRules,
        id: &Id,
    ) -> Option<Provenance> {
        if self.joins {
            return provenance(joined, held, rules, id);
        }
        let joined: Vec<(Sighting, Mapped)> = joined
            .iter()
            .map(|(sighting, mapped)| {
                let of = mapped.people.binary_search_by(|draft| draft.person.id.cmp(id));
                let people = of.map(|at| vec![mapped.people[at].clone()]).unwrap_or_default();
                let mapped = Mapped {
                    people,
                    held_back: mapped.held_back.clone(),
                    out_of_scope: mapped.out_of_scope.clone(),
                    ..Mapped::default()
                };
                (sighting.clone(), mapped)
            })
            .collect();
        let people = held.person(id).cloned().into_iter().collect();
        provenance(&joined, &Directory { people, ..Directory::default() }, rules, id)
    }
}

/// The records as they were read, since mapping uses them up: those that can be meant.
fn readings<'m>(manifest: &'m Manifest, fetched: &[Fetched], wanted: &Wanted) -> Vec<Reading<'m>> {
    let each = manifest.sources.iter().zip(fetched);
    each.map(|(declared, Fetched { listing, .. })| Reading {
        mapping: &declared.mapping,
        names: listing.names.clone(),
        records: match &wanted.record {
            None => listing.records.clone(),
            Some(id) => {
                let own = declared.name == id.source();
                let own = listing.records.iter().filter(|one| own && one.key == id.key());
                own.cloned().collect()
            }
        },
    })
    .collect()
}

/// Several records may be one person's.
fn one_person(
    held: &Directory,
    joined: &[(Sighting, Mapped)],
    rules: &PeopleRules,
    found: Meant,
) -> Meant {
    let Meant::Several(ids) = found else { return found };
    let origin = ids.first().and_then(|id| provenance(joined, held, rules, id));
    let all = origin.filter(|origin| {
        ids.iter()
            .all(|id| origin.id == *id || origin.records.iter().any(|record| record.record == *id))
    });
    all.map_or(Meant::Several(ids), |origin| Meant::One(origin.id))
}

/// What the sources have of one person, and who else goes by what was asked for.
fn of_one<'m>(
    seen: Vec<SourceSeen>,
    joined: &[(Sighting, Mapped)],
    readings: Vec<Reading<'m>>,
    id: &Id,
    origin: Option<Provenance>,
    (held, who): (&Directory, &str),
) -> (Live<'m>, Vec<Id>) {
    let mut ids = vec![id.clone()];
    ids.extend(origin.iter().map(|origin| origin.id.clone()));
    ids.extend(origin.iter().flat_map(|origin| &origin.records).map(|one| one.record.clone()));
    let also = also(joined, who, &ids);
    let person = origin.as_ref().and_then(|origin| held.person(&origin.id));
    let elsewhere = person
        .iter()
        .flat_map(|person| person.known_as())
        .map(|(record, _)| record)
        .filter(|record| !ids.contains(record) && readings.iter().any(|one| one.has(record)))
        .cloned()
        .collect();
    let readings = readings.into_iter().map(|reading| reading.only(&ids)).collect();
    (Live { sources: seen, readings, elsewhere, origin }, also)
}

/// The one who is meant; none where it is nobody.
fn chosen(directory: &Directory, found: Meant, words: &Words) -> Result<Option<Id>, Failure> {
    match found {
        Meant::One(id) => Ok(Some(id)),
        Meant::Nobody => Ok(None),
        Meant::Several(ids) => Err(who::several(directory, &ids, &words.who)),
    }
}

/// What the commits up to this one say of a person, and of the number that was asked for.
fn history(
    store: &Store,
    held: &Directory,
    id: Option<&Id>,
    who: &str,
    at: &Commit,
) -> Result<History, Failure> {
    let mut history = History::default();
    let person = id.and_then(|id| known(held, id.as_str()).first().copied());
    let touches = match person {
        Some(person) => store.touched(&person.id, at)?,
        None => Vec::new(),
    };
    for touch in touches {
        let commit = commit_seen(&touch.commit);
        for field in touch.fields {
            history.fields.entry(field).or_insert_with(|| commit.clone());
        }
        match touch.what {
            Touched::Changed if touch.status => {
                history.status.get_or_insert(commit);
            }
            Touched::Changed => {}
            Touched::Added => history.added = Some(commit),
            // What was before they were taken out by hand is another life.
            Touched::Removed => break,
        }
    }
    if let Ok(Selector::Extension(pbx, number)) = Selector::parse(who) {
        let holdings = store.holders(pbx.as_deref(), &number, at)?;
        let others = holdings
            .into_iter()
            .filter(|holding| person.is_none_or(|person| person.id != holding.person));
        history.holders = others.map(|holding| held_by(&holding)).collect();
    }
    Ok(history)
}

fn held_by(holding: &Holding) -> Entry {
    let Holding { pbx, number, person, name, from, until } = holding;
    Entry {
        kind: EntryKind::Holder,
        what: smol_str::format_smolstr!("`{pbx}:{number}` was `{name}` (`{person}`)"),
        since: from.when,
        until: until.as_ref().map(|until| until.when),
    }
}

fn commit_seen(commit: &Commit) -> CommitSeen {
    let by = commit.trailer("Applied-by").unwrap_or(&commit.author);
    CommitSeen {
        commit: commit.id.as_str().into(),
        when: commit.when,
        subject: commit.subject.as_str().into(),
        by: by.into(),
    }
}
