//! Whether somebody whom several records stand for is here: what each source says, put together.

use crate::{
    directory::{Id, Reason, Text},
    plan::Sighting,
};

/// What one record says of whether its person is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It is listed.
    Listed,
    /// It is listed, and its account is disabled: what shows it.
    Disabled(Text),
    /// It isn't listed, and why that proves nothing.
    Unproven(Text),
    /// It is listed and can't be used.
    Unusable,
    /// It is proven to be gone, or stands for somebody else now: why, and what shows it.
    Gone(Reason, Text),
}

/// What all records say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// They are here.
    Here,
    /// They left: why, and what shows it.
    Left(Reason, Text),
    /// That source can't say.
    Unknown(Text, Text),
    /// A record of theirs can't be used.
    Unusable,
}

/// What a source says of a record that the directory knows and that is not listed.
pub(super) fn unlisted(record: &Id, sighting: Option<&Sighting>) -> Seen {
    let Some(sighting) = sighting else {
        let source = record.source();
        let because = smol_str::format_smolstr!("the manifest no longer declares `{source}`");
        return Seen::Unproven(because);
    };
    match (sighting.absence(record), sighting.unproven()) {
        (Some((reason, evidence)), _) => Seen::Gone(reason, evidence),
        (None, Some(because)) => Seen::Unproven(because),
        (None, None) => Seen::Unusable,
    }
}

/// What a listed record says; a listing that isn't whole is not believed where it would take
/// somebody away.
pub(super) fn listed(disabled: Option<&Text>, sighting: Option<&Sighting>) -> Seen {
    let Some(evidence) = disabled else { return Seen::Listed };
    match sighting.and_then(Sighting::unproven) {
        Some(because) => Seen::Unproven(because),
        None => Seen::Disabled(evidence.clone()),
    }
}

/// Puts together what records say, in the order of their sources' rank. Those of the sources in
/// `authorities` decide where there are any; otherwise a person leaves when all let go.
pub(super) fn standing(records: &[(&Id, Seen)], authorities: &[Text]) -> Standing {
    let decides = |record: &Id| authorities.iter().any(|source| source == record.source());
    let some_decide = records.iter().any(|(record, _)| decides(record));
    let deciding = || records.iter().filter(|(record, _)| !some_decide || decides(record));
    if deciding().any(|(_, seen)| *seen == Seen::Listed) {
        return Standing::Here;
    }
    let mut left: Option<(Reason, Vec<&str>)> = None;
    let mut unusable = false;
    for (record, seen) in deciding() {
        let (reason, evidence) = match seen {
            Seen::Listed => continue,
            Seen::Unproven(because) => {
                return Standing::Unknown(record.source().into(), because.clone());
            }
            Seen::Unusable => {
                unusable = true;
                continue;
            }
            Seen::Disabled(evidence) => (Reason::SourceDisabled, evidence),
            Seen::Gone(reason, evidence) => (*reason, evidence),
        };
        let (_, all) = left.get_or_insert_with(|| (reason, Vec::new()));
        if !all.contains(&evidence.as_str()) {
            all.push(evidence);
        }
    }
    match left {
        Some((reason, evidence)) if !unusable => Standing::Left(reason, evidence.join("; ").into()),
        _ => Standing::Unusable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    fn gone(evidence: &str) -> Seen {
        Seen::Gone(Reason::Gone, evidence.into())
    }

    #[test]
    fn somebody_leaves_when_every_source_lets_go() {
        let (staff, phones) = (id("staff/1"), id("phones/a"));
        let seen = |a, b| standing(&[(&staff, a), (&phones, b)], &[]);
        assert_eq!(seen(gone("not in a"), Seen::Listed), Standing::Here);
        let disabled = Seen::Disabled("off".into());
        assert_eq!(
            seen(disabled, gone("not in b")),
            Standing::Left(Reason::SourceDisabled, "off; not in b".into())
        );
        assert_eq!(
            seen(gone("not in a"), Seen::Unproven("cut".into())),
            Standing::Unknown("phones".into(), "cut".into())
        );
        assert_eq!(seen(gone("not in a"), Seen::Unusable), Standing::Unusable);
    }

    #[test]
    fn an_authority_decides_for_those_whom_it_knows() {
        let (staff, phones) = (id("staff/1"), id("phones/a"));
        let authority = ["staff".into()];
        let both = [(&staff, gone("left")), (&phones, Seen::Listed)];
        assert_eq!(standing(&both, &authority), Standing::Left(Reason::Gone, "left".into()));
        let one = [(&phones, Seen::Listed)];
        assert_eq!(standing(&one, &authority), Standing::Here);
        let unknown = [(&staff, Seen::Unproven("cut".into())), (&phones, gone("left"))];
        assert!(matches!(standing(&unknown, &authority), Standing::Unknown(..)));
    }
}
