//! `show`: the directory, or one person, device, system device or channel.

use super::{
    Cx,
    arguments::{Form, Show as Words},
    desk::Desk,
    exit::Exit,
    number::{self, Number},
    report::Failure,
    who::{self, Entry},
};
use crate::{
    directory::{Directory, Id, Sharing},
    render,
    store::{Commit, Holding, Store},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let commit = match &words.at {
        Some(rev) => Some(desk.store.resolve(rev)?),
        None => desk.store.head()?,
    };
    if let (Some(wanted), Some(at)) = (&words.who, &commit)
        && let Some(id) = number::meant(&desk.store, at, wanted)?
        && let Some(directory) = desk.store.read_one(at, &id)?
    {
        let directory = with_sharers(&desk.store, at, directory, &id)?;
        if let Some(person) = directory.person(&id) {
            return one(cx, words, &directory, Entry::Person(person), Some(&at.id));
        }
    }
    let directory = match &commit {
        Some(commit) => desk.store.read(commit)?,
        None => Directory::default(),
    };
    let id = commit.as_ref().map(|commit| commit.id.as_str());
    if let Some(wanted) = &words.who {
        let entry = match (who::entry(&directory, wanted), &commit) {
            (Err(failure), Some(at)) => return Err(had(&desk.store, at, wanted, failure)),
            (found, _) => found?,
        };
        return one(cx, words, &directory, entry, id);
    }
    match words.output {
        Form::Text => cx.out.text(&render::directory_text(&directory, id, cx.all()))?,
        Form::Json => cx.out.json(&render::directory_document(&directory, id))?,
        Form::Yaml => cx.out.yaml(&render::directory_document(&directory, id))?,
    }
    Ok(Exit::Done)
}

fn one(
    cx: &Cx<'_>,
    words: &Words,
    directory: &Directory,
    entry: Entry<'_>,
    commit: Option<&str>,
) -> Result<Exit, Failure> {
    let document = || match entry {
        Entry::Person(person) => render::of_one_person(directory, person, commit),
        Entry::Piece(piece) => render::of_one_piece(directory, piece, commit),
    };
    match (words.output, entry) {
        (Form::Text, Entry::Person(person)) => {
            cx.out.text(&render::person_text(directory, person))?;
        }
        (Form::Text, Entry::Piece(piece)) => cx.out.text(&render::piece_text(directory, piece))?,
        (Form::Json, _) => cx.out.json(&document())?,
        (Form::Yaml, _) => cx.out.yaml(&document())?,
    }
    Ok(Exit::Done)
}

/// A directory of one person, with those in it who share lines of theirs.
fn with_sharers(
    store: &Store,
    at: &Commit,
    mut directory: Directory,
    person: &Id,
) -> Result<Directory, Failure> {
    let sharing = Sharing::of(&directory.inventory.devices);
    let own = directory.inventory.devices_of(person);
    let lines = own.flat_map(|device| device.lines.iter().map(move |line| (device, line)));
    let with = lines.flat_map(|(device, line)| sharing.with(device, line));
    let mut ids: Vec<Id> = with.map(|(id, _)| id.clone()).collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        directory.people.extend(store.person(at, &id)?);
    }
    directory.people.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(directory)
}

/// A failure that also says who had a number, where it was one that nobody has.
fn had(store: &Store, at: &Commit, wanted: &str, failure: Failure) -> Failure {
    let Some(number) = Number::parse(wanted) else { return failure };
    match number.holdings(store, at).unwrap_or_default().as_slice() {
        [Holding { pbx, number, person, name, until: Some(until), .. }, ..] => failure.because(
            format!("{pbx}:{number} was last {name}'s (`{person}`), until {}", until.when),
        ),
        _ => failure,
    }
}
