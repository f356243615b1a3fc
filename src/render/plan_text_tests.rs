use super::*;
use crate::directory::{Field, Value};
use crate::plan::FieldChange;
use crate::render::samples;

fn told(plan: &Plan) -> String {
    let text = plan_text(plan, Heading::Planned { file: None, options: "", fresh: "" }, false);
    anstream::adapter::strip_str(&text).to_string()
}

#[test]
fn a_refused_plan_says_so_first_and_how_to_accept_it() {
    let mut changes = samples::disabled(41);
    changes.extend(samples::renamed_department(9));
    changes.extend(samples::added(1));
    let plan = samples::plan_with(changes, vec![samples::finding(4021)]);
    let who: Vec<String> = (0..30).map(|n| format!("Person {}", 3_000_000 + n)).collect();
    let who = who.join(", ");
    let short = plan.short_digest();
    assert_eq!(
        told(&plan),
        format!(
            "PLAN ONLY  directory 1f9c2e7a01b2  plan {}
  staff (csv): 12,431 records, complete: the file was read to its end
REFUSED: 41 people would be disabled, the limit is 25: `limits.disable.people`, rollbook.yaml:31:12
  who: {who} and 11 more
  to accept this one plan: rollbook apply --approved {short} --accept disable=41
  or save it with `--out FILE`, have it read, and run: rollbook apply FILE --accept disable=41

c42-c50  ~ would rename department Sales to Revenue: all 9 people
           Person 0, Person 1, Person 2, Person 3, Person 4 and 4 more
c1-c41  - would disable 41 people: no longer listed by `staff`
          {who} and 11 more
c51  + would add Person 2000000 (staff/2000000)  /London/Team 0  5000

warning: duplicate-extension
  extension `main:4021` belongs to `Ada` and `Bob`
    help: give the number to one of them

1 to add, 9 to update, 41 to disable.
7 people unchanged.
Licences: 50 -> 10.
PLAN ONLY: nothing was changed; this plan is refused as it is.
",
            plan.short_digest()
        )
    );
}

#[test]
fn every_limit_is_told_in_words() {
    let refusal = |limit: &str, value, past| Refusal {
        limit: limit.into(),
        limit_value: 6,
        value,
        past,
        at: "built in".into(),
        ..Refusal::default()
    };
    let past = Some(crate::plan::Before { most: 2, runs: 90 });
    for (refusal, told) in [
        (
            refusal("past.disable", 41, past),
            "41 people would be disabled, at most 2 in the last 90 runs: `limits.past`, built in",
        ),
        (
            refusal("disable.extensions.count", 7, None),
            "7 extensions would be nobody's any more, the limit is 6: `limits.disable.extensions.count`, built in",
        ),
        (
            refusal("update.extensions.share", 7, None),
            "7 extensions would pass to somebody else, the limit is 6: `limits.update.extensions.share`, built in",
        ),
        (
            refusal("add.groups.count", 7, None),
            "7 groups would be added, the limit is 6: `limits.add.groups.count`, built in",
        ),
        (
            refusal("disable.collections.count", 1, None),
            "1 collection would be disabled, the limit is 6: `limits.disable.collections.count`, built in",
        ),
        (
            refusal("merge.people", 7, None),
            "7 people would be merged, the limit is 6: `limits.merge.people`, built in",
        ),
    ] {
        assert_eq!(refusal_sentence(&refusal), told);
    }
}

#[test]
fn several_limits_are_accepted_by_one_command() {
    let mut plan = samples::plan(samples::disabled(26));
    let more = |limit: &str, accept: &str| Refusal {
        limit: limit.into(),
        accept: accept.into(),
        ..Refusal::default()
    };
    plan.verdict.refusals.push(more("past.disable", "disable=26"));
    plan.verdict.refusals.push(more("disable.groups.count", "disable.groups=3"));
    let fresh = " --trust staff=4";
    let heading = Heading::Planned { file: None, options: " --manifest m.yaml", fresh };
    let text = plan_text(&plan, heading, false);
    let commands: Vec<_> = text.lines().filter(|line| line.contains("rollbook apply")).collect();
    let digest = plan.short_digest();
    assert_eq!(
        commands,
        [
            format!(
                "  to accept this one plan: rollbook apply --approved {digest} --manifest m.yaml --trust staff=4 --accept disable=26 --accept disable.groups=3"
            ),
            "  or save it with `--out FILE`, have it read, and run: rollbook apply FILE --manifest m.yaml --accept disable=26 --accept disable.groups=3".into()
        ]
    );
}

#[test]
fn a_plan_in_a_file_is_accepted_with_that_file() {
    let plan = samples::plan(samples::disabled(26));
    let text = plan_text(
        &plan,
        Heading::Planned { file: Some("my plan.json"), options: "", fresh: "" },
        false,
    );
    assert!(text.contains("rollbook apply 'my plan.json' --accept disable=26"));
}

#[test]
fn nothing_to_change_is_in_step() {
    let told = told(&samples::plan(Vec::new()));
    assert!(told.contains("In step: nothing to change.\n"), "{told}");
}

#[test]
fn what_was_done_is_told_in_the_past() {
    let plan = samples::plan(samples::renamed_department(2));
    let text = plan_text(&plan, Heading::Applied { commit: "aa11" }, false);
    let text = anstream::adapter::strip_str(&text).to_string();
    assert!(text.starts_with("APPLIED  "), "{text}");
    assert!(text.contains("~ updated 2 people"));
    assert!(!text.contains("would") && !text.contains("PLAN ONLY"));
}

#[test]
fn nothing_hostile_gets_through_and_equal_plans_give_equal_bytes() {
    let plan = samples::plan(samples::hostile());
    for all in [false, true] {
        let styled = plan_text(&plan, Heading::Planned { file: None, options: "", fresh: "" }, all);
        let plain = anstream::adapter::strip_str(&styled).to_string();
        assert!(!crate::render::needs_care(&plain), "{plain}");
        assert!(plain.contains("Eve␛[2J␛]0;owned␇"));
        assert_eq!(
            styled,
            plan_text(&plan, Heading::Planned { file: None, options: "", fresh: "" }, all)
        );
    }
}

#[test]
fn a_hundred_thousand_changes_are_a_page_or_two() {
    let mut changes = samples::renumbered(40_000);
    changes.extend(samples::renamed_department(10_000));
    changes.extend(samples::added(49_000));
    changes.extend(samples::disabled(1_000));
    let plan = samples::plan_with(changes, (0..10_000).map(samples::finding).collect());
    let told = told(&plan);
    assert!(told.lines().count() < 100, "{told}");
    assert!(told.contains("+ would add 49,000 people in 37 groups"), "{told}");
}

#[test]
fn nothing_hostile_gets_through_what_changes_mean_together() {
    let plan = samples::hostile_meanings();
    let kinds: std::collections::BTreeSet<_> =
        plan.meanings.iter().map(|meaning| meaning.kind).collect();
    assert!(kinds.len() >= 6, "{kinds:?}");
    let lines = |text: &str| anstream::adapter::strip_str(text).to_string();
    for all in [false, true] {
        let told =
            lines(&plan_text(&plan, Heading::Planned { file: None, options: "", fresh: "" }, all));
        assert!(!crate::render::needs_care(&told), "{told}");
        // A line break in a name would begin a line of its own.
        assert!(!told.lines().any(|line| line.starts_with("lines")), "{told}");
        for kind in ["would pass", "would swap", "would renumber", "rename department", "move site"]
        {
            assert!(told.contains(kind), "{kind}: {told}");
        }
    }
    let body = crate::render::body(&plan);
    assert!(!crate::render::needs_care(&body), "{body}");
}

#[test]
fn a_number_that_passes_on_says_whose_calls_are_whose() {
    let mut leaver = samples::change(Action::Update, 1, Vec::new());
    let extension = |old, new| FieldChange::of(Field::Extension, old, new);
    let number = |number: &str| samples::text(number);
    leaver.fields = vec![extension(number("4021"), number("4033"))];
    leaver.name = "A. Smith".into();
    let mut heir =
        samples::change(Action::Update, 2, vec![extension(number("4017"), number("4021"))]);
    heir.name = "B. Jones".into();
    let told = told(&samples::plan(vec![leaver, heir]));
    assert!(
        told.contains(
            "
c1-c2  = 4021 would pass from A. Smith to B. Jones at 1970-01-01 00:00 UTC
         earlier calls stay with A. Smith
         A. Smith (staff/000001) gets 4033; B. Jones (staff/000002) had 4017

0 to add, 2 to update, 0 to disable.
"
        ),
        "{told}"
    );
}

#[test]
fn a_merge_and_a_split_say_what_they_are() {
    let mut merged = samples::change(Action::Merge, 1, Vec::new());
    merged.with = Id::parse("staff/9").ok();
    merged.evidence = Some("`staff/9` and `phones/8c1f` are joined by `email`".into());
    let mut split = samples::change(Action::Split, 2, Vec::new());
    split.with = merged.with.clone();
    let told = told(&samples::plan(vec![merged, split]));
    assert!(
        told.contains(
            "
c1  & would merge Person 1 (staff/000001) into staff/9: `staff/9` and `phones/8c1f` are joined by `email`
      one and the same person: this entry is kept, disabled, with its earlier calls
c2  + would split off Person 2 (staff/000002) from staff/9  
      somebody else after all: an entry of their own, for calls from now on
"
            .replace("staff/9  \n", "staff/9\n")
            .as_str()
        ),
        "{told}"
    );
}

#[test]
fn what_a_pin_or_an_edit_by_hand_has_to_do_with_is_said() {
    let mut change = samples::renamed_department(1).remove(0);
    change.cause.pin = Some("rollbook.yaml:52:5".into());
    change.cause.pinned = vec!["department".into()];
    change.cause.note = Some("on loan, until 2027-01-31".into());
    let shown = told(&samples::plan(vec![change.clone()]));
    assert!(
        shown.contains("(department pinned at rollbook.yaml:52:5: on loan, until 2027-01-31)"),
        "{shown}"
    );
    change.cause.pinned.push("site".into());
    let second = crate::plan::FurtherPin {
        pin: "rollbook.yaml:57:5".into(),
        pinned: vec!["site".into()],
        note: None,
    };
    change.cause.further = vec![second];
    let shown = told(&samples::plan(vec![change.clone()]));
    assert!(shown.contains("(department pinned at rollbook.yaml:52:5: on loan"), "{shown}");
    assert!(shown.contains("(site pinned at rollbook.yaml:57:5)"), "{shown}");
    change.cause =
        crate::plan::Cause { edit: Some("1f9c2e7a01b2c3d4".into()), ..Default::default() };
    let shown = told(&samples::plan(vec![change]));
    assert!(shown.contains("(undoes an edit by hand, commit 1f9c2e7a01b2"), "{shown}");
    assert!(shown.contains("Hand edits: 1 would be undone;"), "{shown}");
}

#[test]
fn records_that_join_a_person_are_told_by_rule() {
    let after = Value::List(vec!["phones/8c1f by email".into(), "staff/000001 by first".into()]);
    let field = FieldChange::of(Field::Records, Value::None, after.clone());
    let joined = samples::change(Action::Update, 1, vec![field]);
    let left = FieldChange::of(Field::Records, after, Value::None);
    let left = samples::change(Action::Update, 2, vec![left]);
    let told = told(&samples::plan(vec![joined, left]));
    assert!(told.contains("\n      joined with phones/8c1f by email\n"), "{told}");
    assert!(told.contains("\n      no longer joined with phones/8c1f\n"), "{told}");
}
