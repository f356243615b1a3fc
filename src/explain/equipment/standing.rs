//! How equipment stands: in one word, and in one sentence.

use super::{super::Standing, EquipmentCase};
use crate::{
    directory::{Piece, Reason, Status, Text},
    plan::{Action, Change},
};

/// How it stands, and what is said of that.
pub(super) fn of(
    case: &EquipmentCase<'_>,
    held: Option<Piece<'_>>,
    change: Option<&Change>,
) -> (Standing, Text) {
    let source = case.id.source();
    let disabled = |reason: Reason, since, evidence: &str| {
        let reason = reason.as_str();
        smol_str::format_smolstr!("disabled since {since} ({reason}): {evidence}")
    };
    match (held.map(Piece::status), change.map(|change| change.action)) {
        (None, None) => (
            Standing::Nobody,
            "nothing: neither a source nor the directory has such an id, name or number".into(),
        ),
        (None, Some(_)) => {
            (Standing::New, "not in the directory yet: the next apply adds it".into())
        }
        (Some(Status::Active), Some(Action::Disable)) => {
            let change = change.map(|change| (change.reason, change.evidence.as_deref()));
            let (reason, evidence) = change.unwrap_or_default();
            let reason = reason.map_or("", Reason::as_str);
            let evidence = evidence.unwrap_or_default();
            let said = smol_str::format_smolstr!(
                "in the directory; the next apply disables it ({reason}): {evidence}"
            );
            (Standing::Leaves, said)
        }
        (Some(Status::Active), _) => match &case.live {
            Ok(live) if live.said.is_none() => {
                let source = live.sources.iter().find(|known| known.name == source);
                (
                    Standing::Unknown,
                    match source {
                        None => {
                            "in the directory; the manifest declares no source that knows it".into()
                        }
                        Some(source) => smol_str::format_smolstr!(
                            "in the directory as before: `{}` doesn't list it, which proves nothing: {}",
                            source.name,
                            source.evidence
                        ),
                    },
                )
            }
            Ok(_) | Err(_) => (Standing::Active, "in the directory".into()),
        },
        (Some(Status::Disabled { .. }), Some(Action::Enable)) => {
            let said = smol_str::format_smolstr!(
                "disabled; `{source}` lists it again, and the next apply enables it"
            );
            (Standing::Returns, said)
        }
        (Some(Status::Disabled { reason, since, evidence }), _) => {
            (Standing::Disabled, disabled(*reason, since, evidence))
        }
    }
}
