//! What lies between two commits, told like a plan.

use jiff::Timestamp;

use crate::{
    directory::{Directory, Field, Person, Reason, Status, Text, Value},
    plan::{self, Action, Change, Circumstances, FieldChange, Limits, Plan, Remarks, differences},
};

/// The changes that lead from one directory to another, as a plan without sources.
pub fn between(before: &Directory, after: &Directory, base: &str, when: Timestamp) -> Plan {
    let mut changes = Vec::new();
    let mut unchanged = 0;
    let (mut old, mut new) = (before.people.iter().peekable(), after.people.iter().peekable());
    while let Some(order) = match (old.peek(), new.peek()) {
        (None, None) => None,
        (Some(_), None) => Some(std::cmp::Ordering::Less),
        (None, Some(_)) => Some(std::cmp::Ordering::Greater),
        (Some(old), Some(new)) => Some(old.id.cmp(&new.id)),
    } {
        let was = if order.is_le() { old.next() } else { None };
        let is = if order.is_ge() { new.next() } else { None };
        match of_person(was, is) {
            Some(change) => changes.push(change),
            None => unchanged += u64::from(is.is_some_and(|person| person.status.is_active())),
        }
    }
    let active: Vec<&Person> =
        after.people.iter().filter(|person| person.status.is_active()).collect();
    changes.extend(plan::groups(before, &active));
    let named = after.collections.iter().filter(|collection| collection.status.is_active());
    let named: Vec<_> = named.map(|collection| (collection.clone(), Text::default())).collect();
    changes.extend(plan::collections(before, &named));
    changes.extend(plan::equipment_between(&before.inventory, &after.inventory));
    let circumstances = Circumstances {
        base: Some(base.into()),
        made_at: when,
        manifest: Text::default(),
        sources: Vec::new(),
    };
    Plan::new(before, changes, unchanged, Remarks::default(), &Limits::default(), circumstances)
}

/// What happened to one person between two commits; nothing where they stayed as they were.
pub fn of_person(before: Option<&Person>, after: Option<&Person>) -> Option<Change> {
    let about = after.or(before)?;
    let mut change = Change::of_person(Action::Update, about, Vec::new());
    change.cause.source = Some(about.id.source().into());
    if let (Some(before), Some(after)) = (before, after) {
        change.fields = differences(before, after);
    }
    match (before, after) {
        (None, None) => return None,
        // They came and went in between.
        (None, Some(after)) if !after.status.is_active() => return None,
        (None, Some(after)) => {
            change.action = Action::Add;
            change.fields = Field::ALL
                .into_iter()
                .map(|field| FieldChange::of(field, Value::None, after.get(field)))
                .filter(|field| !field.after.is_empty())
                .collect();
        }
        (Some(_), None) => {
            change.action = Action::Disable;
            change.reason = Some(Reason::Manual);
            change.evidence = Some("no longer in the directory".into());
        }
        (Some(before), Some(after)) => match (&before.status, &after.status) {
            (Status::Active, Status::Disabled { reason, evidence, .. }) => {
                let merged = *reason == Reason::Merged;
                change.action = if merged { Action::Merge } else { Action::Disable };
                change.reason = Some(*reason);
                change.evidence = Some(evidence.clone());
            }
            (Status::Disabled { .. }, Status::Active) => change.action = Action::Enable,
            (Status::Active, Status::Active)
            | (Status::Disabled { .. }, Status::Disabled { .. }) => {
                if change.fields.is_empty() {
                    return None;
                }
                if before.path != after.path {
                    change.action = Action::Move;
                }
            }
        },
    }
    Some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{GroupPath, Id};

    fn person(key: &str, path: &str) -> Person {
        Person::new(Id::new("staff", key), "Ada".into(), GroupPath::parse(path).unwrap())
    }

    fn disabled(mut person: Person) -> Person {
        person.status = Status::Disabled {
            reason: Reason::Gone,
            since: Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
        person
    }

    #[test]
    fn what_happened_to_a_person_has_one_word() {
        let ada = || person("1", "/London");
        let mut renamed = ada();
        renamed.name = "Ada King".into();
        for (before, after, action) in [
            (None, Some(ada()), Some(Action::Add)),
            (Some(ada()), Some(renamed), Some(Action::Update)),
            (Some(ada()), Some(person("1", "/Leeds")), Some(Action::Move)),
            (Some(ada()), Some(disabled(ada())), Some(Action::Disable)),
            (Some(disabled(ada())), Some(ada()), Some(Action::Enable)),
            (Some(ada()), None, Some(Action::Disable)),
            (None, Some(disabled(ada())), None),
            (Some(ada()), Some(ada()), None),
            (Some(disabled(ada())), Some(disabled(ada())), None),
        ] {
            let told = of_person(before.as_ref(), after.as_ref());
            assert_eq!(told.map(|change| change.action), action);
        }
    }

    #[test]
    fn devices_are_counted_by_themselves() {
        let before = crate::directory::sample::office();
        let mut after = before.clone();
        after.inventory.devices[0].owner = Some(Id::new("staff", "8"));
        after.inventory.system_devices[0].name = "Sales".into();
        let plan = between(&before, &after, "aa", Timestamp::UNIX_EPOCH);
        let changed = plan.changes.iter().filter(|change| change.entry.is_equipment());
        let changed: Vec<&str> = changed.map(|change| change.key.as_str()).collect();
        assert_eq!(changed, ["ucm/d1", "ucm/h1"]);
        let summary = &plan.summary;
        let equipment = (summary.devices.update, summary.system_devices.update);
        assert_eq!((summary.update, equipment), (0, (1, 1)));
    }

    #[test]
    fn the_difference_is_counted_like_a_plan() {
        let of = |people| Directory { people, ..Directory::default() };
        let before = of(vec![person("1", "/London"), person("2", "/London")]);
        let after = of(vec![person("1", "/London"), person("2", "/Leeds"), person("3", "/Leeds")]);
        let plan = between(&before, &after, "aa", Timestamp::UNIX_EPOCH);
        let summary = &plan.summary;
        assert_eq!((summary.add, summary.r#move, summary.unchanged), (1, 1, 1));
    }
}
