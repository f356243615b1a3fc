use super::*;
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

c1-c41  - would disable 41 people: no longer listed by `staff`
          {who} and 11 more
c42-c50  ~ would update 9 people
           department: Sales -> Revenue
           Person 0, Person 1, Person 2, Person 3, Person 4 and 4 more
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
    assert!(told.lines().count() < 100, "{}", told.lines().count());
    assert!(told.contains("+ would add 49,000 people in 37 groups"), "{told}");
}
