//! Plans for the tests of what is shown.

use crate::{
    directory::{Directory, Field, Reason, Text, Value},
    finding::{Code, Finding, Severity},
    plan::{
        Action, Bound, Cause, Change, Circumstances, EntryKind, FieldChange, Kind, Limit, Limits,
        Plan, Remarks, SourceReport,
    },
};

/// Names that try to leave their place.
pub(crate) const HOSTILE: &[&str] = &[
    "Eve\x1b[2J\x1b]0;owned\x07",
    "two\r\nlines",
    "txt\u{202e}gpj",
    "@everyone",
    "](https://evil.example) ![x](https://evil.example/i.png)",
    "<img src=x onerror=alert(1)></details>",
    "| a | table |",
    "```\n# heading\n```",
    "zero\u{200b}width\u{feff}",
];

pub(crate) fn change(action: Action, n: usize, fields: Vec<FieldChange>) -> Change {
    Change {
        id: Text::default(),
        action,
        entry: EntryKind::Person,
        key: smol_str::format_smolstr!("staff/{n:06}"),
        name: smol_str::format_smolstr!("Person {n}"),
        fields,
        reason: None,
        evidence: None,
        with: None,
        cause: Cause { source: Some("staff".into()), ..Cause::default() },
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

pub(crate) fn renamed_department(count: usize) -> Vec<Change> {
    let field = FieldChange::of(Field::Department, text("Sales"), text("Revenue"));
    (0..count).map(|n| change(Action::Update, n, vec![field.clone()])).collect()
}

pub(crate) fn renumbered(count: usize) -> Vec<Change> {
    (0..count)
        .map(|n| {
            let (old, new) = (text(&format!("{}", 4000 + n)), text(&format!("{}", 90_000 + n)));
            change(Action::Update, 1_000_000 + n, vec![FieldChange::of(Field::Extension, old, new)])
        })
        .collect()
}

pub(crate) fn added(count: usize) -> Vec<Change> {
    (0..count)
        .map(|n| {
            let path = format!("/London/Team {}", n % 37);
            let mut change = change(Action::Add, 2_000_000 + n, Vec::new());
            change.fields = vec![
                FieldChange::of(Field::Name, Value::None, text(&change.name)),
                FieldChange::of(Field::Extension, Value::None, text(&format!("{}", 5000 + n))),
                FieldChange::of(Field::Path, Value::None, text(&path)),
            ];
            change
        })
        .collect()
}

pub(crate) fn disabled(count: usize) -> Vec<Change> {
    (0..count)
        .map(|n| {
            let mut change = change(Action::Disable, 3_000_000 + n, Vec::new());
            change.reason = Some(Reason::Gone);
            change.evidence = Some("no longer listed by `staff`".into());
            change
        })
        .collect()
}

pub(crate) fn hostile() -> Vec<Change> {
    let mut changes = Vec::new();
    for (n, name) in HOSTILE.iter().enumerate() {
        for (at, action) in [Action::Disable, Action::Update, Action::Add].into_iter().enumerate() {
            let field = FieldChange::of(Field::Department, text("Sales"), text(name));
            let mut change = change(action, n * 10 + at, vec![field]);
            change.name = (*name).into();
            change.key = smol_str::format_smolstr!("staff/{name}{at}");
            change.reason = (action == Action::Disable).then_some(Reason::Gone);
            change.evidence = change.reason.map(|_| (*name).into());
            changes.push(change);
        }
    }
    changes
}

pub(crate) fn limits() -> Limits {
    let mut limits = Limits::default();
    let position = crate::finding::Position { file: "rollbook.yaml".into(), line: 31, column: 12 };
    *limits.set(Action::Disable, Kind::People) =
        Limit { count: Some(Bound { value: 25, at: Some(position) }), ..Limit::default() };
    limits.of.retain(|(action, _), _| *action == Action::Disable);
    limits.of.retain(|(_, kind), _| *kind == Kind::People);
    limits
}

pub(crate) fn finding(n: usize) -> Finding {
    Finding {
        code: Code::DuplicateExtension,
        severity: Severity::Warning,
        message: format!("extension `main:{n}` belongs to `Ada` and `Bob`"),
        help: "give the number to one of them".into(),
        keys: Vec::new(),
        at: None,
    }
}

pub(crate) fn plan(changes: Vec<Change>) -> Plan {
    plan_with(changes, Vec::new())
}

pub(crate) fn plan_with(changes: Vec<Change>, findings: Vec<Finding>) -> Plan {
    // Somebody for each change of somebody who is there, so that the shares hold.
    let mut held = Directory::default();
    for change in changes.iter().filter(|change| change.action != Action::Add) {
        let id = crate::directory::Id::parse(&change.key).unwrap();
        let path = crate::directory::GroupPath::parse("/London").unwrap();
        held.people.push(crate::directory::Person::new(id, change.name.clone(), path));
    }
    held.people.sort_by(|a, b| a.id.cmp(&b.id));
    let source = SourceReport {
        name: "staff".into(),
        kind: "csv".into(),
        complete: true,
        evidence: "the file was read to its end".into(),
        records: 12_431,
        kept: 12_431,
        as_of: None,
        listing: Text::default(),
        seconds: 0.2,
    };
    Plan::new(
        &held,
        changes,
        7,
        Remarks { findings, ..Remarks::default() },
        &limits(),
        Circumstances {
            base: Some("1f9c2e7a01b2c3d4".into()),
            made_at: jiff::Timestamp::UNIX_EPOCH,
            manifest: "00".into(),
            sources: vec![source],
        },
    )
}
