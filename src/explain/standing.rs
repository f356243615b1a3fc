//! How somebody stands: in one word, and in one sentence.

use super::{Case, Entry, EntryKind, History, PersonSeen, PinSeen, RecordSeen, Standing, Word};
use crate::{
    directory::{Directory, Id, Person, Reason, Status, Text},
    mapping,
    merge::{Outcome, Provenance},
};

/// A pin that says whether somebody is active, and what it says.
type Said = (PinSeen, mapping::Standing);

/// How somebody stands.
pub(super) fn standing(
    case: &Case<'_>,
    person: Option<&Person>,
    records: &[RecordSeen],
    pinned: Option<&Said>,
) -> Standing {
    let held = person.map(|person| &person.status);
    let active = held.is_some_and(Status::is_active);
    let origin = case.live.as_ref().ok().and_then(|live| live.origin.as_ref());
    let Some(Provenance { outcome, .. }) = origin else {
        return match held {
            Some(Status::Active) => Standing::Active,
            Some(Status::Disabled { reason: Reason::Merged, .. }) => Standing::Merged,
            Some(Status::Disabled { .. }) => Standing::Disabled,
            None => absent(case, records),
        };
    };
    if let (Some((_, said)), Outcome::Wanted | Outcome::Absent { .. } | Outcome::Unknown { .. }) =
        (pinned, outcome)
    {
        return match (said, held) {
            (mapping::Standing::Active, Some(Status::Active)) => Standing::Active,
            (mapping::Standing::Active, Some(Status::Disabled { .. })) => Standing::Returns,
            (mapping::Standing::Active, None) => Standing::New,
            (mapping::Standing::Disabled(_), Some(Status::Active)) => Standing::Leaves,
            (mapping::Standing::Disabled(_), _) => Standing::Disabled,
        };
    }
    match outcome {
        Outcome::Wanted => match held {
            Some(Status::Active) => Standing::Active,
            // Whom somebody disabled by hand no source brings back.
            Some(Status::Disabled { reason: Reason::Manual, .. }) => Standing::Disabled,
            Some(Status::Disabled { .. }) => Standing::Returns,
            None => Standing::New,
        },
        Outcome::Merged { .. } => Standing::Merged,
        Outcome::Unknown { .. } => {
            if active {
                Standing::Unknown
            } else {
                Standing::Disabled
            }
        }
        Outcome::Disputed(_) => Standing::InDispute,
        Outcome::HeldBack => match records.iter().any(|one| one.became == Word::DuplicateKey) {
            true => Standing::DuplicateKey,
            false => Standing::Unusable,
        },
        Outcome::Absent { .. } => match held {
            Some(Status::Active) => Standing::Leaves,
            Some(Status::Disabled { reason: Reason::Merged, .. }) => Standing::Merged,
            Some(Status::Disabled { .. }) => Standing::Disabled,
            None => absent(case, records),
        },
    }
}

/// Why the directory doesn't have somebody.
fn absent(case: &Case<'_>, records: &[RecordSeen]) -> Standing {
    let word = |word: Word| records.iter().any(|record| record.became == word);
    if word(Word::DuplicateKey) {
        Standing::DuplicateKey
    } else if word(Word::Unusable) {
        Standing::Unusable
    } else if word(Word::LeftOut) {
        Standing::LeftOut
    } else if word(Word::Disabled) {
        Standing::DisabledAtSource
    } else if word(Word::Used) {
        Standing::New
    } else if case.id.is_some_and(|id| in_dispute(case.held, id)) {
        Standing::InDispute
    } else if case.id.is_some_and(|id| case.held.skipped.iter().any(|one| one.id == *id)) {
        Standing::Skipped
    } else {
        Standing::Nobody
    }
}

fn in_dispute(held: &Directory, id: &Id) -> bool {
    held.disputes.iter().any(|dispute| dispute.what.records.contains(id))
}

/// The answer in one sentence.
pub(super) fn sentence(
    case: &Case<'_>,
    standing: Standing,
    person: Option<&Person>,
    records: &[RecordSeen],
    ledger: &[Entry],
    pinned: Option<&Said>,
) -> Text {
    if let Some((pin, _)) = pinned {
        let note = pin.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        let by = format!("a pin says so, at {}{note}", pin.at);
        match standing {
            Standing::Active => return smol_str::format_smolstr!("in the directory: {by}"),
            Standing::Leaves => {
                return smol_str::format_smolstr!("the next apply disables them: {by}");
            }
            Standing::Returns => {
                return smol_str::format_smolstr!("disabled; the next apply enables them: {by}");
            }
            Standing::Disabled => return smol_str::format_smolstr!("disabled: {by}"),
            _ => {}
        }
    }
    let origin = case.live.as_ref().ok().and_then(|live| live.origin.as_ref());
    let because = |word: Word| {
        let record = records.iter().find(|record| record.became == word);
        record.and_then(|record| record.because.clone()).unwrap_or_default()
    };
    let there = match person.map(|person| &person.status) {
        Some(Status::Active) => "in the directory",
        Some(Status::Disabled { .. }) => "in the directory, disabled",
        None => "not in the directory",
    };
    match standing {
        Standing::Active => match &case.live {
            Ok(live) if live.origin.is_none() => {
                "in the directory; the manifest declares no source that knows them".into()
            }
            Ok(_) | Err(_) => there.into(),
        },
        Standing::Leaves => match origin.map(|origin| &origin.outcome) {
            Some(Outcome::Absent { reason, evidence }) => smol_str::format_smolstr!(
                "in the directory; the next apply disables them ({}): {evidence}",
                reason.as_str()
            ),
            _ => there.into(),
        },
        Standing::New => "not in the directory yet: the next apply adds them".into(),
        Standing::Returns => {
            "disabled; the sources have them again, and the next apply enables them".into()
        }
        Standing::Disabled => match person.map(|person| &person.status) {
            Some(Status::Disabled { reason, since, evidence }) => smol_str::format_smolstr!(
                "disabled since {since} ({}): {evidence}",
                reason.as_str()
            ),
            _ => there.into(),
        },
        Standing::Merged => {
            let with = match origin.map(|origin| &origin.outcome) {
                Some(Outcome::Merged { with, .. }) => Some(with.clone()),
                _ => person.and_then(|person| merged_into(case.held, person)),
            };
            match with {
                Some(with) => smol_str::format_smolstr!("one with `{with}`, who has their records"),
                None => "one with another person".into(),
            }
        }
        Standing::Unknown => match origin.map(|origin| &origin.outcome) {
            Some(Outcome::Unknown { source, because }) => smol_str::format_smolstr!(
                "in the directory as before: it isn't known whether they left, as `{source}` can't \
                 tell: {because}"
            ),
            _ => there.into(),
        },
        Standing::InDispute => match origin.map(|origin| &origin.outcome) {
            Some(Outcome::Disputed(dispute)) => smol_str::format_smolstr!(
                "{there}: {} `{}` would join `{}`, were it one to one; nobody is guessed",
                dispute.by,
                dispute.value,
                dispute.records.iter().map(Id::as_str).collect::<Vec<_>>().join("`, `")
            ),
            _ => first(ledger, EntryKind::Dispute).unwrap_or_else(|| there.into()),
        },
        Standing::Unusable => smol_str::format_smolstr!("{there}: {}", because(Word::Unusable)),
        Standing::DuplicateKey => {
            let places: Vec<&str> =
                records.iter().filter_map(|record| record.place.as_deref()).collect();
            smol_str::format_smolstr!(
                "{there}: {} records have their key, and none of them is used: {}",
                places.len(),
                places.join(", ")
            )
        }
        Standing::LeftOut => {
            let kept = records.iter().find(|record| record.became == Word::LeftOut);
            let at = kept.and_then(|record| record.keep.as_ref()?.at.clone());
            let at = at.map(|at| format!(" ({at})")).unwrap_or_default();
            smol_str::format_smolstr!("not in the directory: {}{at}", because(Word::LeftOut))
        }
        Standing::DisabledAtSource => smol_str::format_smolstr!(
            "not in the directory: their account was disabled before the directory had them: {}",
            because(Word::Disabled)
        ),
        Standing::Skipped => {
            let why = first(ledger, EntryKind::Skipped).unwrap_or_default();
            smol_str::format_smolstr!("not in the directory when the sources were last read: {why}")
        }
        Standing::Nobody => match &case.live {
            Ok(_) => {
                "nobody: neither a source nor the directory has such an id, number, address or \
                      name"
                    .into()
            }
            Err(_) => "nobody: the directory has no such id, number, address or name, and the \
                       sources were not read"
                .into(),
        },
    }
}

fn first(ledger: &[Entry], kind: EntryKind) -> Option<Text> {
    ledger.iter().find(|entry| entry.kind == kind).map(|entry| entry.what.clone())
}

/// Whom a merged person turned out to be one with: who has their record now.
pub(super) fn merged_into(held: &Directory, person: &Person) -> Option<Id> {
    if !matches!(person.status, Status::Disabled { reason: Reason::Merged, .. }) {
        return None;
    }
    let own: Vec<&Id> = person.known_as().map(|(id, _)| id).chain([&person.id]).collect();
    let has = |other: &&Person| {
        other.id != person.id && other.records.iter().any(|joined| own.contains(&&joined.record))
    };
    let others: Vec<&Person> = held.people.iter().filter(has).collect();
    let active = others.iter().find(|other| other.status.is_active());
    active.or(others.first()).map(|other| other.id.clone())
}

/// The person, with what their history says.
pub(super) fn person_seen(
    person: &Person,
    history: &History,
    merged_into: Option<Id>,
) -> PersonSeen {
    let (reason, since, evidence) = match &person.status {
        Status::Active => (None, None, None),
        Status::Disabled { reason, since, evidence } => {
            (Some(*reason), Some(*since), Some(evidence.clone()))
        }
    };
    PersonSeen {
        reason,
        since,
        evidence,
        by: history.status.clone(),
        merged_into,
        added: history.added.clone(),
    }
}
