//! How far the listing of a source is believed about equipment that it doesn't have.

use std::collections::BTreeMap;

use super::Planned;
use crate::{
    directory::{Equipment, Id, Text},
    finding::{Code, Finding},
    plan::{EntryKind, Sighting},
    source::Coverage,
};

/// What follows for equipment of one kind, in use and from one source, that is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// It is gone; with what shows it.
    Gone(Text),
    /// The listing calls itself complete and is not believed about this kind.
    Doubtful(Finding),
    /// The listing isn't complete.
    Partial,
    /// The manifest doesn't declare the source.
    Undeclared,
}

/// The word of each source that the directory has equipment of this kind from, by source.
pub(super) fn heard<T: Planned>(
    held: &[T],
    wanted: &[T],
    sightings: &[Sighting],
) -> Vec<(Text, Word)> {
    let listed = count(wanted.iter());
    let known = count(held.iter().filter(|one| one.status().is_active()));
    let words = known.into_iter().map(|(source, known)| {
        let listed = listed.get(source).copied().unwrap_or(0);
        let sighting = sightings.iter().find(|sighting| sighting.source == source);
        (
            Text::from(source),
            sighting.map_or(Word::Undeclared, |seen| word::<T>(seen, known, listed)),
        )
    });
    words.collect()
}

/// The word of one source.
pub(super) fn word_of<'w>(words: &'w [(Text, Word)], source: &str) -> Option<&'w Word> {
    let at = words.binary_search_by(|(name, _)| name.as_str().cmp(source)).ok()?;
    Some(&words[at].1)
}

fn count<'a, T: Equipment>(all: impl Iterator<Item = &'a T>) -> BTreeMap<&'a str, u64> {
    let mut counts = BTreeMap::new();
    let mut last: Option<(&str, u64)> = None;
    // Sorted by id, what is of one source stands together.
    for one in all {
        let source = one.id().source();
        match &mut last {
            Some((name, count)) if *name == source => *count += 1,
            _ => counts.extend(last.replace((source, 1))),
        }
    }
    counts.extend(last);
    counts
}

/// What a source that lists so many says of those that it doesn't list.
fn word<T: Planned>(sighting: &Sighting, known: u64, listed: u64) -> Word {
    let Coverage::Complete { proof } = &sighting.coverage else { return Word::Partial };
    let source = &sighting.source;
    let gone = |size: &str| {
        smol_str::format_smolstr!(
            "no longer listed by `{source}`, whose listing is complete: {size}{proof}"
        )
    };
    let lost = known.saturating_sub(listed);
    let shrunk = sighting
        .shrink
        .as_ref()
        .is_some_and(|shrink| lost > shrink.records && lost > shrink.share.of(known));
    if listed > 0 && !shrunk {
        return Word::Gone(gone(""));
    }
    let (has, had) = match listed {
        0 => (format!("no {} at all", T::ENTRY.noun()), T::ENTRY.counted(known)),
        _ => (T::ENTRY.counted(listed), T::ENTRY.counted(known)),
    };
    let what = format!("{has}, where the directory has {had} of it");
    let trust = format!("--trust {source}.{}={listed}", T::KIND.as_str());
    if sighting.trusted.contains(&(T::KIND, listed)) {
        return Word::Gone(gone(&format!("{what}, trusted by `{trust}`; ")));
    }
    let doubt = Finding::warning(
        Code::DoubtfulListing,
        format!("the listing of `{source}` is doubtful: it has {what}, so none is disabled"),
        format!(
            "find out whether rollbook may still read every {} there; if it is right so, say `{trust}` when you plan or apply",
            T::ENTRY.noun()
        ),
    );
    Word::Doubtful(match sighting.shrink.as_ref().and_then(|shrink| shrink.at.as_ref()) {
        Some(at) if listed > 0 => doubt.at(at),
        _ => doubt,
    })
}

/// Equipment by its source, one kind after another.
pub(super) type BySource = BTreeMap<Text, Vec<(EntryKind, Vec<Id>)>>;

/// One finding for each source that the manifest doesn't declare and that this is from.
pub(super) fn undeclared(of: BySource) -> impl Iterator<Item = Finding> {
    of.into_iter().map(|(source, of)| {
        let counts = of.iter().map(|(entry, ids)| entry.counted(ids.len() as u64));
        Finding::warning(
            Code::SourceNotDeclared,
            format!(
                "{} came from `{source}`, which the manifest no longer declares; they stay as they are",
                in_words(&counts.collect::<Vec<_>>())
            ),
            format!("declare `{source}` under `sources:` again, and take from it there what is to go"),
        )
        .about(of.into_iter().flat_map(|(_, ids)| ids))
    })
}

/// "3 people, 40 devices and 1 channel".
pub(in crate::plan) fn in_words(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
