//! Plans for the tests of what is shown.

use crate::{
    directory::{Directory, Disagreement, Dispute, Field, Id, Reason, Text, Unknown, Value},
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
        kind: None,
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
        let id = Id::parse(&change.key).unwrap();
        let path = crate::directory::GroupPath::parse("/London").unwrap();
        let mut person = crate::directory::Person::new(id, change.name.clone(), path);
        for field in change.fields.iter().filter(|field| field.field != Field::Name.name()) {
            let known = Field::parse(&field.field).unwrap();
            person.set(known, field.before.clone()).unwrap();
        }
        held.people.push(person);
    }
    held.people.sort_by(|a, b| a.id.cmp(&b.id));
    let source = SourceReport {
        name: "staff".into(),
        kind: "csv".into(),
        complete: true,
        evidence: "the file was read to its end".into(),
        records: 12_431,
        kept: 12_431,
        devices: 0,
        system_devices: 0,
        channels: 0,
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

/// A plan in which every kind of meaning and of remark has a name that tries to leave its place.
pub(crate) fn hostile_meanings() -> Plan {
    let mut changes = Vec::new();
    let number = |n: usize| text(&format!("{n}"));
    let extension = |old, new| FieldChange::of(Field::Extension, number(old), number(new));
    for (n, name) in HOSTILE.iter().enumerate() {
        let other = HOSTILE[(n + 1) % HOSTILE.len()];
        let named = |mut one: Change| {
            one.name = (*name).into();
            one.key = smol_str::format_smolstr!("{}{name}", one.key);
            one
        };
        let base = 100 * n;
        // Two who swap, and a renumbering.
        let (one, two) = (6_001 + 10 * n, 7_002 + 13 * n);
        changes.push(named(change(Action::Update, base, vec![extension(one, two)])));
        changes.push(named(change(Action::Update, base + 1, vec![extension(two, one)])));
        for more in 0..3 {
            let old = 10_000 * (n + 1) + 4 * more;
            let fields = vec![extension(old, 1_000_000 + old)];
            changes.push(named(change(Action::Update, base + 2 + more, fields)));
        }
        // A number that passes on, to somebody who is pinned and joined.
        let mut pass = vec![extension(5_000 + n, 8_500 + 7 * n)];
        changes.push(named(change(Action::Update, base + 10, pass.clone())));
        pass[0] = extension(9_000 + 3 * n, 5_000 + n);
        let record = Value::List(vec![
            smol_str::format_smolstr!("phones/{other} by email"),
            smol_str::format_smolstr!("staff/{} by first", base + 11),
        ]);
        pass.push(FieldChange::of(Field::Records, Value::None, record));
        let mut heir = named(change(Action::Update, base + 11, pass));
        heir.cause.pin = Some(other.into());
        heir.cause.note = Some(other.into());
        heir.cause.pinned = vec![other.into()];
        heir.cause.edit = Some(other.into());
        changes.push(heir);
        // A department, a site with its address, a title for several.
        for more in 0..5 {
            let gone = smol_str::format_smolstr!("{name}{n}");
            let fields = vec![
                FieldChange::of(Field::JobTitle, text(other), text(name)),
                FieldChange::of(Field::Department, text(&gone), text(&format!("{other} {n}"))),
                FieldChange::of(Field::Site, text(&gone), text(&format!("{other} {n}"))),
                FieldChange::of(Field::SiteAddress, text(name), text(other)),
            ];
            changes.push(named(change(Action::Update, base + 20 + more, fields)));
        }
        for (at, action) in [Action::Merge, Action::Split].into_iter().enumerate() {
            let mut one = named(change(action, base + 30 + at, Vec::new()));
            one.with = Some(Id::new("staff", other));
            one.evidence = Some(other.into());
            changes.push(one);
        }
    }
    let findings = (0..3).map(|n| Finding { at: Some(HOSTILE[n].into()), ..finding(n) }).collect();
    let mut plan = plan_with(changes, findings);
    for (n, name) in HOSTILE.iter().enumerate() {
        let id = Id::new("staff", name);
        plan.unknown.push(Unknown { id: id.clone(), because: (*name).into() });
        plan.disagreements.push(Disagreement {
            id: id.clone(),
            field: Field::Mobile,
            source: (*name).into(),
            value: (*name).into(),
            winner: HOSTILE[(n + 1) % HOSTILE.len()].into(),
        });
        let (records, people) = (vec![id.clone()], vec![id]);
        let by = (*name).into();
        plan.disputes.push(Dispute { records, by, value: (*name).into(), people });
    }
    plan
}
