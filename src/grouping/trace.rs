//! How a person comes to their place and into collections, told rule by rule: for `explain`.

use super::{
    CollectionRule, Condition, GroupingError, Match, Rule,
    memory::{Fields, Values},
};
use crate::{
    directory::{Field, Person, Text, Value},
    finding::Position,
    mapping::Expression,
};

/// How a person came to their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placing {
    /// The rule that takes them; none where no rule does.
    pub taken: Option<Decided>,
    /// The place as the rule writes it: `/{{ site }}/Sales`.
    pub template: Option<Text>,
    /// What stands in each `{{ }}` of it, and what it gives for this person.
    pub parts: Vec<(Text, Value)>,
    /// Flags that the rule sets.
    pub set: Vec<(Field, bool)>,
    /// The rules before it, which don't take them, in their order.
    pub passed: Vec<Decided>,
}

/// What a rule says of a person, and by which values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The rule.
    pub at: Position,
    /// "`site` is `Leeds`, not `London`".
    pub because: Text,
}

/// A collection that has a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// What the manifest calls it.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule, and by which values.
    pub by: Decided,
}

/// How [`super::place`] comes to the place of a person; the person's own path doesn't matter.
///
/// # Errors
///
/// [`GroupingError`] where a rule fails on them.
pub fn placing(person: &Person, rules: &[Rule]) -> Result<Placing, GroupingError> {
    let mut passed = Vec::new();
    for rule in rules {
        let fields = Fields::new(rule.condition.fields().chain(rule.path.fields()));
        let values = Values::new(&fields, person);
        let (holds, because) = decided(&rule.condition, &values).map_err(|error| {
            failure(person, &rule.at, format!("`when` fails: {error}"), error.help)
        })?;
        let decided = Decided { at: rule.at.clone(), because };
        if holds {
            return Ok(Placing {
                taken: Some(decided),
                template: Some(rule.path.source().into()),
                parts: rule.path.values(values.root()),
                set: rule.set.clone(),
                passed,
            });
        }
        passed.push(decided);
    }
    Ok(Placing { taken: None, template: None, parts: Vec::new(), set: Vec::new(), passed })
}

/// The collections that take a placed person, and why, sorted by name; none takes a disabled one.
///
/// # Errors
///
/// [`GroupingError`] where a rule fails on them.
pub fn memberships(
    person: &Person,
    rules: &[CollectionRule],
) -> Result<Vec<Membership>, GroupingError> {
    let mut found = Vec::new();
    for rule in rules.iter().filter(|_| person.status.is_active()) {
        let fields = Fields::new(rule.condition.fields());
        let values = Values::new(&fields, person);
        let (holds, because) = decided(&rule.condition, &values).map_err(|error| {
            let message = format!("collection `{}` fails: {error}", rule.name);
            failure(person, &rule.at, message, error.help)
        })?;
        if holds {
            found.push(Membership {
                name: rule.name.clone(),
                title: rule.title.clone(),
                by: Decided { at: rule.at.clone(), because },
            });
        }
    }
    found.sort_by(|one, next| one.name.cmp(&next.name));
    Ok(found)
}

fn failure(person: &Person, at: &Position, message: String, help: String) -> GroupingError {
    GroupingError {
        message: format!("{message}, for `{}` (`{}`)", person.name, person.id),
        help,
        at: at.clone(),
        person: person.id.clone(),
    }
}

/// Whether a condition holds, as [`Condition::holds`] says, and by which values.
fn decided(
    condition: &Condition,
    values: &Values<'_>,
) -> Result<(bool, Text), crate::mapping::ExpressionError> {
    let mut facts = Vec::new();
    for line in &condition.matches {
        let value = values.get(line.field()).cloned().unwrap_or_default();
        if !line.takes(&value) {
            return Ok((false, misses(line, &value).into()));
        }
        facts.push(format!("`{}` is {value}", line.field()));
    }
    if let Some(when) = &condition.when {
        let holds = when.holds(values.root())?;
        let word = if holds { "holds" } else { "doesn't hold" };
        let whole = format!("`{}` {word}{}", when.source().trim(), by(when, values));
        if !holds {
            return Ok((false, whole.into()));
        }
        facts.push(whole);
    }
    let facts = if facts.is_empty() { "it takes everybody".to_owned() } else { facts.join(", ") };
    Ok((true, facts.into()))
}

fn misses(line: &Match, value: &Value) -> String {
    const NAMED: usize = 6;
    let wanted: Vec<String> = line.any_of().iter().take(NAMED).map(ToString::to_string).collect();
    let more = line.any_of().len().saturating_sub(NAMED);
    let wanted = match (wanted.as_slice(), more) {
        ([one], _) => format!("not {one}"),
        (several, 0) => format!("none of {}", several.join(", ")),
        (several, more) => format!("none of {} and {more} more", several.join(", ")),
    };
    format!("`{}` is {value}, {wanted}", line.field())
}

/// The values that an expression looks at: ": `site` is `Leeds`".
fn by(when: &Expression, values: &Values<'_>) -> String {
    let facts = when.names().iter().filter_map(|name| {
        let value = values.get(Field::parse(name)?)?;
        Some(format!("`{name}` is {value}"))
    });
    let facts: Vec<String> = facts.collect();
    if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{GroupPath, Id},
        grouping::{Template, place},
        mapping::Scope,
    };

    fn person(department: &str, site: &str) -> Person {
        let path = GroupPath::parse("/No group").unwrap();
        Person {
            department: Some(department.into()),
            site: Some(site.into()),
            ..Person::new(Id::new("staff", "7"), "Ada".into(), path)
        }
    }

    fn at(line: u32) -> Position {
        Position { file: "rollbook.yaml".into(), line, column: 5 }
    }

    fn rules() -> Vec<Rule> {
        let when = |source| Some(Expression::compile(source, Scope::Person).unwrap());
        let values: Vec<Text> = ["Leeds", "York"].map(Text::from).to_vec();
        let site = Match::new("site", &values, Scope::Person).unwrap();
        [
            (Condition { when: when("department == 'Sales'"), matches: Vec::new() }, "/Sales"),
            (Condition { when: None, matches: vec![site] }, "/North/{{ department }}"),
            (Condition::default(), "/{{ site | upper }}/{{ department }}"),
        ]
        .into_iter()
        .zip(1..)
        .map(|((condition, path), line)| Rule {
            condition,
            path: Template::compile(path).unwrap(),
            set: Vec::new(),
            at: at(line),
        })
        .collect()
    }

    #[test]
    fn the_rule_that_takes_them_is_told_with_those_before_it() {
        let told = placing(&person("HR", "London"), &rules()).unwrap();
        let taken = told.taken.unwrap();
        assert_eq!((taken.at.line, taken.because.as_str()), (3, "it takes everybody"));
        let passed: Vec<_> = told.passed.iter().map(|rule| rule.because.as_str()).collect();
        assert_eq!(
            passed,
            [
                "`department == 'Sales'` doesn't hold: `department` is `HR`",
                "`site` is `London`, none of `Leeds`, `York`"
            ]
        );
        assert_eq!(
            told.parts,
            [
                ("site | upper".into(), Value::Text("LONDON".into())),
                ("department".into(), Value::Text("HR".into()))
            ]
        );
    }

    #[test]
    fn what_is_told_is_what_place_does() {
        for (department, site) in [("Sales", "Leeds"), ("HR", "York"), ("HR", "London")] {
            let mut people = [person(department, site)];
            let told = placing(&people[0], &rules()).unwrap();
            let placed = place(&mut people, &rules()).unwrap();
            assert_eq!(placed[0].map(|at| u32::from(at) + 1), told.taken.map(|rule| rule.at.line));
        }
        assert_eq!(placing(&person("HR", "London"), &rules()[..2]).unwrap().taken, None);
    }

    #[test]
    fn the_collections_that_have_them_say_by_what() {
        let rule = |name: &str, when: &str| CollectionRule {
            name: name.into(),
            title: name.to_uppercase().into(),
            rule: when.into(),
            condition: Condition {
                when: Some(Expression::compile(when, Scope::PlacedPerson).unwrap()),
                matches: Vec::new(),
            },
            at: at(9),
        };
        let rules = [rule("b", "in_group('/North')"), rule("a", "department == 'HR'")];
        let mut person = person("Sales", "Leeds");
        person.path = GroupPath::parse("/North/Sales").unwrap();
        let told = memberships(&person, &rules).unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].name, "b");
        let by = "`in_group('/North')` holds: `path` is `/North/Sales`";
        assert_eq!(told[0].by.because, by);
    }
}
