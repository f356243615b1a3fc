//! Changes and bounds for the tests of what is refused.

use super::{Action, Bound, Cause, Change, EntryKind};
use crate::{
    directory::{Text, Value},
    finding::Position,
};

/// A change of the person `staff/00000n`, without fields.
pub(super) fn change(action: Action, n: usize) -> Change {
    Change {
        id: Text::default(),
        action,
        entry: EntryKind::Person,
        kind: None,
        key: smol_str::format_smolstr!("staff/{n:06}"),
        name: smol_str::format_smolstr!("Person {n}"),
        fields: Vec::new(),
        reason: None,
        evidence: None,
        with: None,
        cause: Cause { source: Some("staff".into()), ..Cause::default() },
    }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// A bound that a manifest sets.
pub(super) fn bound<T>(value: T) -> Option<Bound<T>> {
    let at = Position { file: "rollbook.yaml".into(), line: 31, column: 12 };
    Some(Bound { value, at: Some(at) })
}
