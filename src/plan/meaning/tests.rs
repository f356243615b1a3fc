use super::*;
use crate::{
    directory::{Extension, GroupPath, Id, Person, Reason, Status},
    plan::{change::sort_and_number, differences, groups},
};

pub(super) const NOON: Timestamp = Timestamp::constant(1_795_168_800, 0);

/// `key name department site extension path`; `-` for none.
pub(super) fn people(lines: &[&str]) -> Vec<Person> {
    let mut people: Vec<Person> = lines.iter().map(|line| person(line)).collect();
    people.sort_by(|a, b| a.id.cmp(&b.id));
    people
}

fn person(line: &str) -> Person {
    let mut words = line.split(' ');
    let mut next = || words.next().filter(|word| *word != "-");
    let id = Id::new("staff", next().unwrap());
    let name = next().unwrap().into();
    let (department, site, extension) = (next(), next(), next());
    let mut person = Person::new(id, name, GroupPath::parse(next().unwrap()).unwrap());
    person.department = department.map(Text::from);
    person.site = site.map(Text::from);
    person.extension = extension.map(|number| Extension::parse(number).unwrap());
    person
}

fn many(count: usize, line: impl Fn(usize) -> String) -> Vec<Person> {
    let lines: Vec<String> = (0..count).map(line).collect();
    people(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn change(action: Action, person: &Person, fields: Vec<FieldChange>) -> Change {
    let gone = action == Action::Disable;
    Change {
        reason: gone.then_some(Reason::Gone),
        evidence: gone.then(|| "gone".into()),
        ..Change::of_person(action, person, fields)
    }
}

/// The changes from one list of people to another; who is missing is disabled.
pub(super) fn changes(held: &Directory, wanted: &[Person]) -> Vec<Change> {
    let mut changes = Vec::new();
    for old in held.people.iter().filter(|old| old.status.is_active()) {
        if !wanted.iter().any(|new| new.id == old.id) {
            changes.push(change(Action::Disable, old, Vec::new()));
        }
    }
    for new in wanted {
        let empty =
            Person { name: Text::default(), pbx: Text::default(), ..person("x x - - - /x") };
        let (action, fields) = match held.person(&new.id) {
            None => (Action::Add, differences(&empty, new)),
            Some(old) if !old.status.is_active() => (Action::Enable, differences(old, new)),
            Some(old) if old.path != new.path => (Action::Move, differences(old, new)),
            Some(old) => (Action::Update, differences(old, new)),
        };
        if action != Action::Update || !fields.is_empty() {
            changes.push(change(action, new, fields));
        }
    }
    let active: Vec<&Person> = wanted.iter().collect();
    changes.extend(groups(held, &active));
    sort_and_number(&mut changes);
    changes
}

pub(super) fn directory(people: Vec<Person>) -> Directory {
    let mut held = Directory::default();
    let active: Vec<&Person> = people.iter().filter(|one| one.status.is_active()).collect();
    for change in groups(&held, &active) {
        let path = GroupPath::parse(&change.key).unwrap();
        held.groups.push(crate::directory::Group { path, status: Status::Active });
    }
    held.people = people;
    held
}

fn told(held: &[Person], wanted: &[Person]) -> Vec<Meaning> {
    let held = directory(held.to_vec());
    meanings(&held, &changes(&held, wanted), NOON)
}

fn kinds(meanings: &[Meaning]) -> Vec<MeaningKind> {
    meanings.iter().map(|meaning| meaning.kind).collect()
}

fn names(parties: &[Party]) -> Vec<&str> {
    parties.iter().map(|party| party.name.as_str()).collect()
}

fn value(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn the_number_of_a_leaver_passes_to_who_is_new() {
    let held = people(&["1 Smith - - 4021 /L", "2 Brown - - 4022 /L"]);
    let wanted = people(&["2 Brown - - 4022 /L", "3 Jones - - 4021 /L"]);
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::NumberPasses]);
    let pass = &told[0].passes[0];
    assert_eq!((pass.number.as_str(), pass.pbx.as_str()), ("4021", "main"));
    assert_eq!((names(&pass.from), names(&pass.to)), (vec!["Smith"], vec!["Jones"]));
    assert_eq!((&pass.from[0].after, &pass.to[0].before), (&Value::None, &Value::None));
    assert_eq!((pass.from[0].action, pass.to[0].action), (Action::Disable, Action::Add));
    assert_eq!((told[0].at, told[0].people), (Some(NOON), 2));
    assert_eq!(told[0].changes, ["c1", "c2"]);
}

#[test]
fn a_number_passes_whatever_happens_to_the_two() {
    let mut held = people(&["1 Smith - - 4021 /L", "2 Jones - - 4030 /L", "3 Brown - - 4031 /L"]);
    held[2].status =
        Status::Disabled { reason: Reason::Gone, since: NOON, evidence: "gone".into() };
    let without = |keys: &[&str]| {
        let mut people = held.clone();
        people.retain(|person| person.status.is_active() && !keys.contains(&person.id.key()));
        people
    };
    let mut disabled_and_updated = without(&["1"]);
    disabled_and_updated[0].extension = Extension::parse("4021").ok();
    let mut disabled_and_enabled = without(&["1"]);
    disabled_and_enabled.push(person("3 Brown - - 4021 /L"));
    let mut renumbered_and_updated = without(&[]);
    renumbered_and_updated[0].extension = Extension::parse("4099").ok();
    renumbered_and_updated[1].extension = Extension::parse("4021").ok();
    let mut renumbered_and_added = without(&[]);
    renumbered_and_added[0].extension = None;
    renumbered_and_added.push(person("4 Green - - 4021 /L"));
    for (wanted, to) in [
        (disabled_and_updated, "Jones"),
        (disabled_and_enabled, "Brown"),
        (renumbered_and_updated, "Jones"),
        (renumbered_and_added, "Green"),
    ] {
        let told = told(&held, &wanted);
        assert_eq!(kinds(&told), [MeaningKind::NumberPasses], "{to}");
        assert_eq!(names(&told[0].passes[0].from), ["Smith"], "{to}");
        assert_eq!(names(&told[0].passes[0].to), [to]);
    }
}

#[test]
fn a_number_in_another_pbx_is_another_number() {
    let held = people(&["1 Smith - - 4021 /L"]);
    let mut wanted = people(&["2 Jones - - 4021 /L"]);
    wanted[0].pbx = "leeds".into();
    assert!(told(&held, &wanted).is_empty());
    // Somebody who takes their number to another pbx gives it up in the first.
    let mut wanted = people(&["1 Smith - - 4021 /L", "2 Jones - - 4021 /L"]);
    wanted[0].pbx = "leeds".into();
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::NumberPasses]);
    assert_eq!(told[0].passes[0].pbx, "main");
}

#[test]
fn a_further_number_passes_too_and_one_that_is_kept_does_not() {
    let mut held = people(&["1 Smith - - 4021 /L", "2 Jones - - 4030 /L"]);
    held[0].additional_extensions = vec![Extension::parse("4050").unwrap()];
    let mut wanted = held.clone();
    // The first becomes a further one: still theirs. The further one becomes another's.
    wanted[0].extension = Extension::parse("4022").ok();
    wanted[0].additional_extensions = vec![Extension::parse("4021").unwrap()];
    wanted[1].extension = Extension::parse("4050").ok();
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::NumberPasses]);
    assert_eq!(told[0].passes.len(), 1);
    assert_eq!(told[0].passes[0].number, "4050");
}

#[test]
fn somebody_who_is_merged_passes_no_number_to_whom_they_are() {
    let held = directory(people(&["1 Smith - - 4021 /L", "2 Smith - - - /L"]));
    let mut wanted = held.people.clone();
    wanted[1].extension = Extension::parse("4021").ok();
    wanted.remove(0);
    let mut list = changes(&held, &wanted);
    list[0].action = Action::Merge;
    list[0].with = Id::parse("staff/2").ok();
    assert!(meanings(&held, &list, NOON).is_empty());
    list[0].with = Id::parse("staff/9").ok();
    assert_eq!(kinds(&meanings(&held, &list, NOON)), [MeaningKind::NumberPasses]);
}

#[test]
fn two_who_exchange_numbers_swap_and_three_make_a_ring() {
    let held = people(&["1 A - - 4021 /L", "2 B - - 5177 /L", "3 C - - 6203 /L"]);
    let swapped = people(&["1 A - - 5177 /L", "2 B - - 4021 /L", "3 C - - 6203 /L"]);
    let told_of = told(&held, &swapped);
    assert_eq!(kinds(&told_of), [MeaningKind::NumbersSwapped]);
    assert_eq!((told_of[0].people, told_of[0].passes.len()), (2, 2));
    let ring = people(&["1 A - - 5177 /L", "2 B - - 6203 /L", "3 C - - 4021 /L"]);
    let told_of = told(&held, &ring);
    assert_eq!(kinds(&told_of), [MeaningKind::NumbersSwapped]);
    let order: Vec<_> =
        told_of[0].passes.iter().map(|pass| (&*pass.from[0].name, &*pass.to[0].name)).collect();
    assert_eq!(order, [("A", "C"), ("C", "B"), ("B", "A")]);
}

#[test]
fn numbers_that_move_up_are_one_chain() {
    let held = people(&["1 A - - 4021 /L", "2 B - - 5177 /L", "3 C - - 6203 /L"]);
    let wanted = people(&["2 B - - 4021 /L", "3 C - - 5177 /L"]);
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::NumberPasses]);
    assert_eq!((told[0].people, told[0].passes.len()), (3, 2));
}

#[test]
fn a_double_number_passes_from_both() {
    let held = people(&["1 A - - 4021 /L", "2 B - - 4021 /L"]);
    let told = told(&held, &people(&["3 C - - 4021 /L"]));
    assert_eq!(names(&told[0].passes[0].from), ["A", "B"]);
}

#[test]
fn a_prefix_for_all_is_a_renumbering() {
    let held = many(40, |n| format!("{n:03} P{n} - - {} /L", 4000 + n));
    let wanted = many(40, |n| format!("{n:03} P{n} - - 1{} /L", 4000 + n));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::Renumbering]);
    let rule = told[0].rule.as_ref().unwrap();
    assert_eq!(rule.rule, Rewrite::Front { from: "".into(), to: "1".into() });
    assert_eq!((rule.pbx.as_deref(), rule.passing), (Some("main"), 0));
    assert_eq!((told[0].people, told[0].examples.len()), (40, EXAMPLES));
    assert_eq!(
        (&told[0].parts[0].before, &told[0].parts[0].after),
        (&value("4000"), &value("14000"))
    );
}

#[test]
fn numbers_moved_up_by_one_are_a_renumbering_in_which_numbers_pass() {
    let held = many(30, |n| format!("{n:03} P{n} - - {} /L", 4090 + n));
    let wanted = many(30, |n| format!("{n:03} P{n} - - {} /L", 4091 + n));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::Renumbering]);
    let rule = told[0].rule.as_ref().unwrap();
    assert_eq!((&rule.rule, rule.passing), (&Rewrite::Shift { by: 1 }, 29));
}

#[test]
fn the_number_that_a_renumbered_person_leaves_passes_to_who_is_new() {
    let held = many(5, |n| format!("{n:03} P{n} - - {} /L", 4000 + n));
    let mut wanted = many(5, |n| format!("{n:03} P{n} - - 1{} /L", 4000 + n));
    wanted.push(person("900 New - - 4003 /L"));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::NumberPasses, MeaningKind::Renumbering]);
    assert_eq!(names(&told[0].passes[0].from), ["P3"]);
}

#[test]
fn each_block_has_its_own_rule() {
    let number = |n: usize, up: usize| if n < 10 { 4000 + n + up } else { 5000 + n + 2 * up };
    let held = many(20, |n| format!("{n:03} P{n} - - {} /L", number(n, 0)));
    let wanted = many(20, |n| format!("{n:03} P{n} - - {} /L", number(n, 2000)));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::Renumbering; 2]);
    assert!(told.iter().all(|meaning| meaning.people == 10));
}

#[test]
fn unlike_new_numbers_are_no_renumbering() {
    let held = many(20, |n| format!("{n:03} P{n} - - {} /L", 4000 + n));
    let wanted = many(20, |n| format!("{n:03} P{n} - - {} /L", 7000 + n * n * 7 % 911));
    assert!(told(&held, &wanted).is_empty());
}

#[test]
fn a_department_that_nobody_keeps_is_renamed_with_its_groups() {
    let site = |n: usize| ["Leeds", "York"][n % 2];
    let held = many(12, |n| format!("{n:03} P{n} Sales {0} - /{0}/Sales", site(n)));
    let wanted = many(12, |n| format!("{n:03} P{n} Revenue {0} - /{0}/Revenue", site(n)));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::DepartmentRenamed]);
    let whole = told[0].whole.as_ref().unwrap();
    assert_eq!((whole.name.as_str(), whole.people, whole.stay, whole.met), ("Sales", 12, 0, 0));
    let parts: Vec<_> = told[0].parts.iter().map(|part| part.field.as_str()).collect();
    assert_eq!(parts, ["department", "path"]);
    assert_eq!(told[0].parts[1].before, value("…/Sales"));
    // Two groups go and two come.
    assert_eq!(told[0].changes.len(), 16);
}

#[test]
fn a_department_that_some_keep_is_not_renamed() {
    let held = many(12, |n| format!("{n:03} P{n} Sales - - /L"));
    let wanted =
        many(12, |n| format!("{n:03} P{n} {} - - /L", if n < 9 { "Revenue" } else { "Sales" }));
    assert_eq!(kinds(&told(&held, &wanted)), [MeaningKind::EqualChanges]);
    // Whoever leaves is not left behind, and whoever comes is.
    let wanted = many(9, |n| format!("{n:03} P{n} Revenue - - /L"));
    assert_eq!(kinds(&told(&held, &wanted)), [MeaningKind::DepartmentRenamed]);
    let mut wanted = wanted;
    wanted.push(person("900 New Sales - - /L"));
    assert_eq!(kinds(&told(&held, &wanted)), [MeaningKind::EqualChanges]);
}

#[test]
fn a_department_that_goes_into_another_is_merged() {
    let mut held = many(12, |n| format!("{n:03} P{n} Sales - - /L"));
    held.push(person("900 Old Revenue - - /L"));
    let mut wanted = many(12, |n| format!("{n:03} P{n} Revenue - - /L"));
    wanted.push(person("900 Old Revenue - - /L"));
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::DepartmentMerged]);
    assert_eq!(told[0].whole.as_ref().unwrap().met, 1);
}

#[test]
fn a_site_moves_with_address_and_place() {
    let address = |people: Vec<Person>, text: &str| -> Vec<Person> {
        let with = |mut person: Person| {
            person.site_address = Some(text.into());
            person
        };
        people.into_iter().map(with).collect()
    };
    let held = address(many(8, |n| format!("{n:03} P{n} Ops Leeds - /Leeds/Ops")), "1 High St");
    let wanted = address(many(8, |n| format!("{n:03} P{n} Ops York - /York/Ops")), "2 Low St");
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::SiteMoved]);
    let parts: Vec<_> = told[0].parts.iter().map(|part| part.field.as_str()).collect();
    assert_eq!(parts, ["site", "site_address", "path"]);
    assert_eq!(told[0].whole.as_ref().unwrap().field, "site");
    // /Leeds and /Leeds/Ops go, /York and /York/Ops come.
    assert_eq!(told[0].changes.len(), 12);
}

#[test]
fn a_department_moves_to_another_site() {
    let department = |n: usize| if n < 8 { "Ops" } else { "Sales" };
    let held = many(30, |n| format!("{n:03} P{n} {} Leeds - /{}", department(n), department(n)));
    let wanted = many(30, |n| {
        let site = if n < 7 { "York" } else { "Leeds" };
        format!("{n:03} P{n} {} {site} - /{}", department(n), department(n))
    });
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::SiteMoved]);
    let whole = told[0].whole.as_ref().unwrap();
    assert_eq!((whole.field.as_str(), whole.name.as_str()), ("department", "Ops"));
    assert_eq!((told[0].people, whole.people), (7, 8));
}

#[test]
fn a_group_is_renamed_with_all_below_it() {
    let held = many(9, |n| format!("{n:03} P{n} - - - /London/Sales/{}", ["A", "B"][n % 2]));
    let wanted = many(9, |n| format!("{n:03} P{n} - - - /London/Deals/{}", ["A", "B"][n % 2]));
    let told_of = told(&held, &wanted);
    assert_eq!(kinds(&told_of), [MeaningKind::GroupRenamed]);
    let part = &told_of[0].parts[0];
    assert_eq!((&part.before, &part.after), (&value("/London/Sales"), &value("/London/Deals")));
    // Three groups go, three come.
    assert_eq!(told_of[0].changes.len(), 15);
    // With somebody left in one half only the other half is renamed.
    let mut held = held;
    held.push(person("900 Stays - - - /London/Sales/A"));
    held.sort_by(|a, b| a.id.cmp(&b.id));
    let mut wanted = wanted;
    wanted.push(person("900 Stays - - - /London/Sales/A"));
    let told_of = told(&held, &wanted);
    assert_eq!(kinds(&told_of), [MeaningKind::GroupRenamed, MeaningKind::EqualChanges]);
    assert_eq!(told_of[0].parts[0].before, value("/London/Sales/B"));
}

#[test]
fn people_who_join_a_group_that_is_there_rename_nothing() {
    let mut held = many(5, |n| format!("{n:03} P{n} - - - /London/Sales"));
    held.push(person("900 Old - - - /London/Deals"));
    let mut wanted = many(5, |n| format!("{n:03} P{n} - - - /London/Deals"));
    wanted.push(person("900 Old - - - /London/Deals"));
    assert_eq!(kinds(&told(&held, &wanted)), [MeaningKind::EqualChanges]);
}

#[test]
fn equal_changes_are_counted_whatever_else_changes() {
    let held = many(6, |n| format!("{n:03} P{n} A - - /L"));
    let mut wanted = many(6, |n| format!("{n:03} P{n} {} - - /L", if n < 5 { "B" } else { "A" }));
    wanted[0].job_title = Some("Chief".into());
    wanted[1].job_title = Some("Clerk".into());
    wanted[5].job_title = Some("Clerk".into());
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::EqualChanges; 2]);
    assert_eq!((told[0].people, told[1].people), (5, 2));
    assert_eq!(told[1].parts[0].field, "job_title");
}

#[test]
fn who_demands_or_undoes_a_change_keeps_it_apart() {
    let held = directory(many(4, |n| format!("{n:03} P{n} A - - /L")));
    let mut list = changes(&held, &many(4, |n| format!("{n:03} P{n} B - - /M")));
    for change in &mut list[..2] {
        change.cause.pin = Some("rollbook.yaml:9:3".into());
        change.cause.pinned = vec!["department".into()];
        change.fields.retain(|field| field.field == "department");
        change.action = Action::Update;
    }
    for change in &mut list[2..4] {
        change.fields.retain(|field| field.field == "job_title");
        change.fields.push(FieldChange::of(Field::Pager, Value::None, value("7")));
    }
    let told = meanings(&held, &list, NOON);
    let pinned: Vec<_> =
        told.iter().filter(|meaning| meaning.parts[0].cause.pin.is_some()).collect();
    assert_eq!((pinned.len(), pinned[0].people), (1, 2));
}

#[test]
fn a_first_run_means_nothing_together() {
    assert!(told(&[], &many(50, |n| format!("{n:03} P{n} A B - /L"))).is_empty());
}

#[test]
fn records_that_join_people_are_counted_by_rule() {
    let held = many(5, |n| format!("{n:03} P{n} - - - /L"));
    let mut wanted = many(7, |n| format!("{n:03} P{n} - - - /L"));
    for (n, person) in wanted.iter_mut().enumerate() {
        let rule = if n % 2 == 0 { "email" } else { "employee_id" };
        let record = |text: String| crate::directory::Joined::parse(&text).unwrap();
        person.records = vec![
            record(format!("phones/{n} by {rule}")),
            record(format!("{} by first", person.id)),
        ];
    }
    let told = told(&held, &wanted);
    assert_eq!(kinds(&told), [MeaningKind::RecordsJoined; 2]);
    let counts: Vec<_> =
        told.iter().map(|one| (one.parts[0].after.as_text().unwrap(), one.people)).collect();
    assert_eq!(counts, [("email", 4), ("employee_id", 3)]);
    // A first run has such people too.
    assert_eq!(
        kinds(&meanings(&directory(Vec::new()), &changes(&directory(Vec::new()), &wanted), NOON))
            .len(),
        2
    );
}
