//! `--record` and `--replay`: what the sources answered, kept and taken again.

use std::path::Path;

use jiff::Timestamp;

use super::{Cx, arguments::Record, interrupt, report::Failure, world::Here};
use crate::{
    directory::Field,
    engine::{Fetched, World},
    manifest::{DeclaredSource, Manifest, Nowhere, References},
    recording::{Answer, Disguise, MIN_KEY, Recorder, Recording, RecordingError},
    render::{counted, safe},
};

/// Writes down what these sources answered, where that was asked for.
pub(super) fn keep<'a>(
    cx: &Cx<'_>,
    words: &Record,
    manifest: &Manifest,
    answers: impl Iterator<Item = (&'a DeclaredSource, &'a Fetched)>,
) -> Result<(), Failure> {
    let Some(folder) = &words.record else { return Ok(()) };
    let disguise = words.pseudonym_key.as_deref().map(key).transpose()?;
    let also =
        words.pseudonyms_also.iter().map(|name| field(name)).collect::<Result<Vec<_>, _>>()?;
    let failed = |error| failure("the recording can't be written", error);
    let id = disguise.as_ref().map(Disguise::id);
    let mut recorder =
        Recorder::new(folder, cx.around.now, &manifest.digest, id).map_err(failed)?;
    let (mut sources, mut records) = (0, 0);
    for (declared, fetched) in answers {
        let Fetched { listing, seconds } = fetched;
        let asked = declared.mapping.attributes();
        let answer = Answer {
            source: &declared.name,
            kind: declared.kind.name,
            asked: &asked,
            listing,
            seconds: *seconds,
        };
        let dresses = Disguise::dresses(&listing.names, &declared.mapping, &also);
        let disguise = disguise.as_ref().map(|disguise| (disguise, dresses.as_slice()));
        let withheld = recorder.add(&answer, disguise).map_err(failed)?;
        for name in withheld {
            cx.out.remark(&format!(
                "withheld: `{}` of source `{}` looks like a secret and is not in the recording",
                safe(&name).cut(100),
                safe(&declared.name)
            ));
        }
        sources += 1;
        records += listing.records.len() as u64;
    }
    let mut writing = interrupt::held();
    recorder.finish().map_err(failed)?;
    let shown = folder.to_string_lossy();
    *writing = Some(format!("`{}`", safe(&shown)));
    drop(writing);
    cx.out.remark(&format!(
        "recorded {} of {} in `{}`{}",
        counted(records, "record"),
        counted(sources, "source"),
        safe(&shown),
        if disguise.is_some() { ", with pseudonyms" } else { "; it holds personal data" },
    ));
    Ok(())
}

/// The key that a reference leads to: `env:NAME` or `file:PATH`.
fn key(reference: &str) -> Result<Disguise, Failure> {
    let help = format!(
        "give a reference to at least {MIN_KEY} characters that nobody can guess: `env:NAME` or \
         `file:PATH`"
    );
    let wrong = |title: &str| Failure::new(title, help.clone());
    let text = match reference.split_once(':') {
        Some(("env", name)) => Here
            .env(name)
            .ok_or_else(|| wrong(&format!("environment variable `{name}` is not set")))?,
        Some(("file", path)) => Here
            .file(Path::new(path))
            .map_err(|error| wrong(&format!("`{path}` can't be read")).because(error))?,
        _ => return Err(wrong("`--pseudonym-key` takes a reference, never the key itself")),
    };
    Disguise::new(text.trim().as_bytes())
        .ok_or_else(|| wrong("the key of the pseudonyms is too short"))
}

/// A field that can be replaced besides those that always are.
fn field(name: &str) -> Result<Field, Failure> {
    let choices = [Field::Department, Field::Site, Field::JobTitle];
    choices.into_iter().find(|field| field.name() == name).ok_or_else(|| {
        Failure::new(
            format!("`--pseudonyms-also` doesn't take `{name}`"),
            "name one of `department`, `site` and `job_title`",
        )
    })
}

/// What a recording has of the manifest's sources, and when it was made.
pub(super) struct Replay {
    /// One for each source, in their order.
    pub(super) fetched: Vec<Fetched>,
    /// When the run began that it was made by.
    pub(super) made_at: Timestamp,
}

/// Reads a recording, and says beside the data that this isn't how the sources are now.
pub(super) fn replay(cx: &Cx<'_>, manifest: &Manifest, folder: &Path) -> Result<Replay, Failure> {
    let recording = open(folder)?;
    let made_at = recording.made_at();
    let shown = folder.to_string_lossy();
    cx.out.remark(&format!(
        "note: from the recording `{}` of {made_at}, not from the sources as they are now{}",
        safe(&shown),
        if recording.has_pseudonyms() { "; it has pseudonyms for personal data" } else { "" }
    ));
    if recording.manifest() != manifest.digest {
        cx.out.remark("note: the manifest has changed since this was recorded");
    }
    let sources = manifest.sources.iter();
    let fetched = sources.map(|declared| answer(&recording, declared)).collect::<Result<_, _>>()?;
    Ok(Replay { fetched, made_at })
}

/// A folder that is to be a recording.
pub(super) fn open(folder: &Path) -> Result<Recording, Failure> {
    Recording::open(folder).map_err(|error| failure("the recording can't be used", error))
}

/// What one source answered then, as its mapping needs it now.
pub(super) fn answer(recording: &Recording, declared: &DeclaredSource) -> Result<Fetched, Failure> {
    recorded(recording, declared).map_err(|error| failure("the recording can't be used", error))
}

/// The same, with the error as it is.
pub(super) fn recorded(
    recording: &Recording,
    declared: &DeclaredSource,
) -> Result<Fetched, RecordingError> {
    let used = declared.mapping.attributes();
    let recorded = recording.read(&declared.name, declared.kind.name, &used)?;
    Ok(Fetched { listing: recorded.listing, seconds: recorded.seconds })
}

/// Lends the line a world in which it is as late as then, and no reference leads anywhere.
pub(super) fn with_world_of_then<T>(
    manifest: &Manifest,
    made_at: Timestamp,
    work: impl FnOnce(&World<'_>) -> T,
) -> T {
    work(&World {
        root: &manifest.root,
        now: made_at,
        references: &Nowhere,
        progress: &|_| Box::new(crate::source::Silent),
    })
}

fn failure(title: &str, error: RecordingError) -> Failure {
    let help = error.help();
    Failure::new(title, help).because(error)
}
