//! `explain`: why the directory has somebody as it does, or doesn't have them.

use std::path::Path;

use jiff::tz::TimeZone;

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
    directory::{Directory, Field, Id, Text},
    engine::{self, Fetched, World},
    explain::{
        Case, CommitSeen, History, Live, Meant, Provenance, Reading, SourceSeen, Standing, also,
        explain, known, meant, provenance,
    },
    manifest::Manifest,
    mapping::Mapped,
    plan::{Past, Sighting, SourceReport, differences},
    render,
    store::{Commit, Store},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let held = match &words.at {
        Some(rev) => {
            let commit = desk.store.resolve(rev)?;
            let directory = desk.store.read(&commit)?;
            Held { head: Some(commit), directory, past: Past::default() }
        }
        None => desk.held_here()?,
    };
    let sources = match (&words.replay, &words.at, words.state_only) {
        (Some(folder), ..) => Ok(replayed(cx, &desk.manifest, &held, folder)?),
        (None, Some(_), _) => Err(Text::new_static("the directory is looked at as it was")),
        (None, None, true) => Err(Text::new_static("only the directory is asked for")),
        (None, None, false) => live(cx, &desk, &held).map_err(|failure| failure.phrase()),
    };
    let Held { head: commit, directory, past: _ } = held;
    let (id, also, live) = match sources {
        Ok(Sources { seen, joined, readings }) => {
            let id = chosen(&directory, meant(&directory, &joined, &readings, &words.who), words)?;
            match id {
                Some(id) => {
                    let (live, also) = of_one(&directory, seen, joined, readings, &id, &words.who);
                    (Some(id), also, Ok(live))
                }
                None => {
                    let live = Live { sources: seen, readings: Vec::new(), origin: None };
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
    let history = match (&id, &commit) {
        (Some(id), Some(_)) => history(&desk.store, &directory, id)?,
        _ => History::default(),
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
        today: cx.around.now.to_zoned(TimeZone::UTC).date(),
        live,
    })?;
    match words.output {
        Form::Text => {
            cx.out.text(&render::explanation_text(&told, cx.all()))?;
            if told.standing == Standing::Nobody {
                cx.out.remark(&format!("help: {}", who::near(&directory, &words.who)));
            }
        }
        Form::Json => cx.out.json(&told)?,
        Form::Yaml => cx.out.yaml(&told)?,
    }
    Ok(Exit::Done)
}

/// What the sources gave: how they were seen, their people, and their records as they were read.
struct Sources<'m> {
    seen: Vec<SourceSeen>,
    joined: Vec<(Sighting, Mapped)>,
    readings: Vec<Reading<'m>>,
}

/// Reads all sources.
fn live<'m>(cx: &Cx<'_>, desk: &'m Desk, held: &Held) -> Result<Sources<'m>, Failure> {
    let fetched = desk.read(cx, &held.directory)?;
    desk::with_world(cx, &desk.manifest, |world| sources(&desk.manifest, held, fetched, world))
}

/// Takes what was recorded of all sources.
fn replayed<'m>(
    cx: &Cx<'_>,
    manifest: &'m Manifest,
    held: &Held,
    folder: &Path,
) -> Result<Sources<'m>, Failure> {
    let Replay { fetched, made_at } = recordings::replay(cx, manifest, folder)?;
    recordings::with_world_of_then(manifest, made_at, |world| {
        sources(manifest, held, fetched, world)
    })
}

fn sources<'m>(
    manifest: &'m Manifest,
    held: &Held,
    fetched: Vec<Fetched>,
    world: &World<'_>,
) -> Result<Sources<'m>, Failure> {
    let readings = readings(manifest, &fetched);
    let seen = engine::seen(manifest, &held.of_line(), fetched, world)?;
    let (reports, joined): (Vec<SourceReport>, Vec<_>) = seen.into_iter().unzip();
    let seen = reports.into_iter().map(|report| SourceSeen {
        name: report.name,
        kind: report.kind,
        complete: report.complete,
        evidence: report.evidence.into(),
        records: report.records,
    });
    Ok(Sources { seen: seen.collect(), joined, readings })
}

/// The records as they were read: mapping uses them up.
fn readings<'m>(manifest: &'m Manifest, fetched: &[Fetched]) -> Vec<Reading<'m>> {
    let each = manifest.sources.iter().zip(fetched);
    each.map(|(declared, fetched)| Reading {
        mapping: &declared.mapping,
        names: fetched.listing.names.clone(),
        records: fetched.listing.records.clone(),
    })
    .collect()
}

/// What the sources have of one person, and who else goes by what was asked for.
fn of_one<'m>(
    held: &Directory,
    seen: Vec<SourceSeen>,
    joined: Vec<(Sighting, Mapped)>,
    readings: Vec<Reading<'m>>,
    id: &Id,
    who: &str,
) -> (Live<'m>, Vec<Id>) {
    let origin: Option<Provenance> = provenance(&joined, held, id);
    let mut ids = vec![id.clone()];
    ids.extend(origin.iter().map(|origin| origin.id.clone()));
    ids.extend(origin.iter().flat_map(|origin| &origin.records).map(|one| one.record.clone()));
    let also = also(&joined, who, &ids);
    let readings = readings.into_iter().map(|reading| reading.only(&ids)).collect();
    (Live { sources: seen, readings, origin }, also)
}

/// The one who is meant; none where it is nobody.
fn chosen(directory: &Directory, found: Meant, words: &Words) -> Result<Option<Id>, Failure> {
    match found {
        Meant::One(id) => Ok(Some(id)),
        Meant::Nobody => Ok(None),
        Meant::Several(ids) => Err(who::several(directory, &ids, &words.who)),
    }
}

/// What the commits say of a person.
fn history(store: &Store, held: &Directory, id: &Id) -> Result<History, Failure> {
    let mut history = History::default();
    let Some(person) = known(held, id.as_str()).first().copied() else {
        return Ok(history);
    };
    for entry in store.log(Some(&person.id))? {
        let entry = entry?;
        let commit = commit_seen(&entry.commit);
        let Some(after) = entry.after else { continue };
        match entry.before {
            Some(before) => {
                for change in differences(&before, &after) {
                    if let Some(field) = Field::parse(&change.field) {
                        history.fields.entry(field).or_insert_with(|| commit.clone());
                    }
                }
                if before.status != after.status {
                    history.status.get_or_insert_with(|| commit.clone());
                }
            }
            None => {
                for field in Field::ALL {
                    if !after.get(field).is_empty() {
                        history.fields.entry(field).or_insert_with(|| commit.clone());
                    }
                }
                history.added = Some(commit);
            }
        }
    }
    Ok(history)
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
