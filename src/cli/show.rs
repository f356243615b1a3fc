//! `show`: the directory, or one person.

use super::{
    Cx,
    arguments::{Form, Show as Words},
    desk::Desk,
    exit::Exit,
    report::Failure,
    who,
};
use crate::{directory::Directory, render};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let commit = match &words.at {
        Some(rev) => Some(desk.store.resolve(rev)?),
        None => desk.store.head()?,
    };
    let directory = match &commit {
        Some(commit) => desk.store.read(commit)?,
        None => Directory::default(),
    };
    let id = commit.as_ref().map(|commit| commit.id.as_str());
    if let Some(wanted) = &words.who {
        let person = who::find(&directory, wanted)?;
        match words.output {
            Form::Text => cx.out.text(&render::person_text(person))?,
            Form::Json => cx.out.json(&render::of_one_person(&directory, person, id))?,
            Form::Yaml => cx.out.yaml(&render::of_one_person(&directory, person, id))?,
        }
        return Ok(Exit::Done);
    }
    match words.output {
        Form::Text => cx.out.text(&render::directory_text(&directory, id, cx.all()))?,
        Form::Json => cx.out.json(&render::directory_document(&directory, id))?,
        Form::Yaml => cx.out.yaml(&render::directory_document(&directory, id))?,
    }
    Ok(Exit::Done)
}
