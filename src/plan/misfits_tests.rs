use jiff::Timestamp;

use super::*;
use crate::{
    directory::{Device, Equipment, GroupPath, Id, Inventory, Ownership, Reason, Status},
    plan::{Cause, Circumstances, Limits, Remarks},
};

fn person(key: &str, extension: &str) -> Person {
    let path = GroupPath::parse("/London").unwrap();
    let mut person = Person::new(Id::new("staff", key), "Ada".into(), path);
    person.extension = Extension::parse(extension).ok();
    person
}

fn directory(people: Vec<Person>) -> Directory {
    Directory { people, ..Directory::default() }
}

/// The plan that leads from one list of people to another; who is missing is disabled.
fn plan(before: &[Person], after: &[Person]) -> Plan {
    let change = |action, person: &Person, fields| Change {
        id: Text::default(),
        action,
        entry: EntryKind::Person,
        kind: None,
        key: person.id.clone().into(),
        name: person.name.clone(),
        fields,
        reason: (action == Action::Disable).then_some(Reason::Gone),
        evidence: (action == Action::Disable).then(|| "gone".into()),
        with: None,
        cause: Cause::default(),
    };
    let nobody = |id: &Id| Person::new(id.clone(), Text::default(), person("", "").path);
    let mut changes = Vec::new();
    for person in after {
        match before.iter().find(|old| old.id == person.id) {
            Some(old) if old == person => {}
            Some(old) => changes.push(change(Action::Update, person, differences(old, person))),
            None => {
                let mut fields = differences(&nobody(&person.id), person);
                let path = crate::directory::Field::Path;
                fields.push(super::super::FieldChange::of(
                    path,
                    Default::default(),
                    person.get(path),
                ));
                changes.push(change(Action::Add, person, fields));
            }
        }
    }
    for person in before.iter().filter(|person| after.iter().all(|new| new.id != person.id)) {
        changes.push(change(Action::Disable, person, Vec::new()));
    }
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: Text::default(),
        sources: Vec::new(),
    };
    let held = directory(before.to_vec());
    Plan::new(&held, changes, 0, Remarks::default(), &Limits::default(), circumstances)
}

fn told(base: &[Person], plan: &Plan, head: &[Person]) -> Vec<String> {
    let misfits = directory(head.to_vec()).misfits(plan, &directory(base.to_vec()));
    misfits.iter().map(ToString::to_string).collect()
}

#[test]
fn what_happened_to_others_touches_nothing() {
    let base = [person("1", "4021"), person("2", "4022"), person("3", "4023")];
    let mut wanted = base.clone();
    wanted[0].mobile = Some("1".into());
    let plan = plan(&base, &wanted);
    assert_eq!(told(&base, &plan, &base), [""; 0]);
    let mut head = base.clone();
    head[1].mobile = Some("2".into());
    head[0].department = Some("Sales".into());
    assert_eq!(told(&base, &plan, &head), [""; 0], "another field of the same person");
}

#[test]
fn every_touched_change_is_named_and_how() {
    let base = [person("1", "4021"), person("2", "4022"), person("3", "4023")];
    let mut wanted = base[..2].to_vec();
    wanted[0].mobile = Some("1".into());
    wanted[0].fax = Some("1".into());
    wanted[1].mobile = Some("2".into());
    wanted.push(person("4", "4024"));
    let plan = plan(&base, &wanted);
    let mut head = base.to_vec();
    head[0].mobile = Some("9".into());
    head[0].fax = Some("9".into());
    head[1].status = Status::Disabled {
        reason: Reason::Gone,
        since: Timestamp::UNIX_EPOCH,
        evidence: "gone".into(),
    };
    head[2].extension = Extension::parse("4099").ok();
    head.push(person("4", "4025"));
    assert_eq!(
        told(&base, &plan, &head),
        [
            "c1 lets `staff/3` go, but since the plan was made `extension` of them became `4099`",
            "c2 changes `mobile` of `staff/1` from nothing, but it is `9`",
            "c2 changes `fax` of `staff/1` from nothing, but it is `9`",
            "c3 can't be applied: `staff/2` is already disabled",
            "c4 is about `staff/4`, which the directory already has",
        ]
    );
}

#[test]
fn a_number_that_somebody_else_got_meanwhile_is_named() {
    let base = [person("1", "4021"), person("2", "4022"), person("3", "4023")];
    let mut wanted = base.clone();
    wanted[0].extension = Extension::parse("4030").ok();
    let to_one = plan(&base, &wanted);
    let mut head = base.to_vec();
    head.push(person("9", "4030"));
    assert_eq!(
        told(&base, &to_one, &head),
        ["c1 gives `main:4030` to `staff/1`, but since the plan was made `staff/9` got it"]
    );
    head[3].pbx = "leeds".into();
    assert_eq!(told(&base, &to_one, &head), [""; 0], "a number of another pbx");

    // Two who swap, and a number that was there twice all along, are no news.
    let mut wanted = base.clone();
    wanted[0].extension = Extension::parse("4022").ok();
    wanted[1].extension = Extension::parse("4021").ok();
    assert_eq!(told(&base, &plan(&base, &wanted), &base), [""; 0]);
    wanted[1] = base[1].clone();
    assert_eq!(told(&base, &plan(&base, &wanted), &base), [""; 0]);
}

#[test]
fn what_somebody_keeps_is_not_given_to_another_one() {
    // A ring: each gets the number of the one before. Then the first one is touched.
    let base = [person("1", "4021"), person("2", "4022"), person("3", "4023")];
    let mut wanted = base.clone();
    for (at, number) in ["4023", "4021", "4022"].into_iter().enumerate() {
        wanted[at].extension = Extension::parse(number).ok();
        wanted[at].mobile = Some("1".into());
    }
    let ring = plan(&base, &wanted);
    assert_eq!(told(&base, &ring, &base), [""; 0]);
    let mut head = base.to_vec();
    head[0].mobile = Some("9".into());
    assert_eq!(
        told(&base, &ring, &head),
        [
            "c1 changes `mobile` of `staff/1` from nothing, but it is `9`",
            "c2 gives `main:4021` to `staff/2`, but `staff/1` keeps it, as their change no longer fits",
            "c3 gives `main:4022` to `staff/3`, but `staff/2` keeps it, as their change no longer fits",
        ]
    );
}

#[test]
fn two_become_one_together_or_not_at_all() {
    let link = |record: &str, by: &str| crate::directory::Joined {
        record: Id::parse(record).unwrap(),
        by: by.into(),
    };
    let base = [person("1", "4021"), person("2", "4022")];
    let mut wanted = vec![base[0].clone()];
    wanted[0].records = vec![link("staff/1", "first"), link("staff/2", "table")];
    let mut merge = plan(&base, &wanted);
    let gone = merge.changes.iter_mut().find(|change| change.action == Action::Disable).unwrap();
    (gone.action, gone.reason) = (Action::Merge, Some(Reason::Merged));
    gone.with = Some(base[0].id.clone());
    assert_eq!(told(&base, &merge, &base), [""; 0]);
    // Who is to have the record has got another one meanwhile.
    let mut head = base.to_vec();
    head[0].records = vec![link("phones/9", "email"), link("staff/1", "first")];
    assert_eq!(
        told(&base, &merge, &head)[0],
        "c1 makes `staff/2` one with `staff/1`, whose change no longer fits or who is not there"
    );
    // Who is to be merged was touched: the record stays theirs.
    let mut head = base.to_vec();
    head[1].mobile = Some("9".into());
    assert_eq!(
        told(&base, &merge, &head)[1],
        "c2 gives `staff/2` to `staff/1`, but `staff/2` keeps it, as their change no longer fits"
    );
}

fn with_device(people: Vec<Person>, owner: &str, model: &str) -> Directory {
    let mut device = Device::new(Id::new("phones", "1"), "SEP1".into());
    (device.owner, device.owner_by) = (Id::parse(owner).ok(), Some(Ownership::Owner));
    device.model = Some(model.into());
    let inventory = Inventory { devices: vec![device], ..Inventory::default() };
    Directory { people, inventory, ..Directory::default() }
}

/// The plan for people, and besides for the device of the second directory.
fn plan_of_both(before: &Directory, after: &Directory) -> Plan {
    let mut changes = plan(&before.people, &after.people).changes;
    changes.extend(crate::plan::equipment_between(&before.inventory, &after.inventory));
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: Text::default(),
        sources: Vec::new(),
    };
    Plan::new(before, changes, 0, Remarks::default(), &Limits::default(), circumstances)
}

fn told_of_both(base: &Directory, plan: &Plan, head: &Directory) -> Vec<String> {
    head.misfits(plan, base).iter().map(ToString::to_string).collect()
}

#[test]
fn what_happened_to_a_device_is_named() {
    let base = with_device(vec![person("1", "4021")], "staff/1", "8841");
    let wanted = with_device(vec![person("1", "4021")], "staff/1", "8845");
    let updated = plan_of_both(&base, &wanted);
    assert_eq!(told_of_both(&base, &updated, &base), [""; 0]);
    let moved = with_device(vec![person("1", "4021")], "staff/1", "8851");
    assert_eq!(
        told_of_both(&base, &updated, &moved),
        ["c1 changes `model` of `phones/1` from `8841`, but it is `8851`"]
    );
    let gone = Directory { inventory: Inventory::default(), ..base.clone() };
    assert_eq!(
        told_of_both(&base, &updated, &gone),
        ["c1 is about `phones/1`, which the directory does not have"]
    );
    let added = plan_of_both(&gone, &base);
    assert_eq!(
        told_of_both(&gone, &added, &base),
        ["c1 is about `phones/1`, which the directory already has"]
    );
    let leaves = plan_of_both(&base, &gone);
    assert_eq!(
        told_of_both(&base, &leaves, &moved),
        ["c1 lets `phones/1` go, but since the plan was made `model` of them became `8851`"]
    );
}

#[test]
fn a_device_goes_to_nobody_who_does_not_come() {
    let base = with_device(vec![person("1", "4021")], "staff/1", "8841");
    let both = vec![person("1", "4021"), person("2", "4022")];
    let plan = plan_of_both(&base, &with_device(both.clone(), "staff/2", "8841"));
    assert_eq!(told_of_both(&base, &plan, &base), [""; 0]);
    // Somebody else got the number of who was to come with the device.
    let taken = with_device(vec![person("1", "4021"), person("3", "4022")], "staff/1", "8841");
    assert_eq!(
        told_of_both(&base, &plan, &taken),
        [
            "c1 gives `main:4022` to `staff/2`, but since the plan was made `staff/3` got it",
            "c2 gives `phones/1` to `staff/2`, who is not in the directory",
        ]
    );
    // Who is there already gets it all the same.
    let there = with_device(both, "staff/1", "8841");
    let told = told_of_both(&base, &plan, &there);
    assert_eq!(told, ["c1 is about `staff/2`, which the directory already has"]);
}
