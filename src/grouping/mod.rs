//! Groups on our side, whatever the source's own groups are.

mod condition;
mod memory;
mod template;
mod trace;

pub use condition::{Condition, Match, MatchError};
pub use template::Template;
pub use trace::{Decided, Membership, Placing, memberships, placing};

use std::borrow::Borrow;

use rayon::prelude::*;

use self::memory::{Failure, Fields, Memory, Values};
use crate::{
    directory::{Collection, Field, GroupPath, Id, Person, Status, Text},
    finding::Position,
    mapping::NOWHERE,
};

/// People whom one thread takes at a time.
const SHARE: usize = 16_384;

/// Puts people whom its condition takes in a place.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Whom it takes.
    pub condition: Condition,
    /// Where they stand.
    pub path: Template,
    /// Flags that they get, besides those that their source gave.
    pub set: Vec<(Field, bool)>,
    /// Where in the manifest.
    pub at: Position,
}

/// Chooses the members of a [`Collection`].
#[derive(Debug, Clone)]
pub struct CollectionRule {
    /// What the manifest calls it.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule as the manifest has it.
    pub rule: Text,
    /// Whom it takes; its expression is over [`Scope::PlacedPerson`](crate::mapping::Scope).
    pub condition: Condition,
    /// Where in the manifest.
    pub at: Position,
}

/// A rule that fails on a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct GroupingError {
    /// What is wrong, in lower case, with the person's name.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// The rule.
    pub at: Position,
    /// The person.
    pub person: Id,
}

/// Where a person stands whom no rule takes.
pub const NO_GROUP: &str = NOWHERE;

/// What the rules say of one set of values: the rule, and the place it gives.
type Decision = (Option<u16>, GroupPath);

/// Puts each person in the place of the first rule that takes them; gives each person's rule, in
/// the people's order. A person whom no rule takes stands in [`NO_GROUP`].
///
/// # Errors
///
/// [`GroupingError`] names the first person for whom a rule fails; the people's places are then
/// partly given.
pub fn place<P: AsMut<Person> + Send>(
    people: &mut [P],
    rules: &[Rule],
) -> Result<Vec<Option<u16>>, GroupingError> {
    let fields = Fields::new(
        rules.iter().flat_map(|rule| rule.condition.fields().chain(rule.path.fields())),
    );
    let shares: Vec<Result<Vec<Option<u16>>, GroupingError>> = people
        .par_chunks_mut(SHARE)
        .map(|share| {
            let mut decided = Memory::new(&fields);
            let place = |person: &mut Person| {
                let (rule, path) = decided.of(person, |values| decide(rules, values))?;
                person.path = path.clone();
                if let Some(rule) = rule.and_then(|at| rules.get(usize::from(at))) {
                    set(person, &rule.set);
                }
                Ok(*rule)
            };
            share.iter_mut().map(AsMut::as_mut).map(place).collect()
        })
        .collect();
    let mut placed = Vec::with_capacity(people.len());
    for share in shares {
        placed.append(&mut share?);
    }
    Ok(placed)
}

/// The first rule that takes a person of these values.
fn decide(rules: &[Rule], values: &Values<'_>) -> Result<Decision, Failure> {
    for (at, rule) in rules.iter().enumerate() {
        let failure =
            |message: String, help: String| Failure { message, help, at: rule.at.clone() };
        let holds = rule.condition.holds(|field| values.get(field), values.root());
        if holds.map_err(|error| failure(format!("`when` fails: {error}"), error.help))? {
            let path = rule.path.render(values.root()).map_err(|no_place| {
                failure(format!("`{}` is no place: {}", rule.path, no_place.message), no_place.help)
            })?;
            let index = u16::try_from(at).map_err(|_| {
                failure(format!("there are more than {} rules", u16::MAX), "join some".to_owned())
            })?;
            return Ok((Some(index), path));
        }
    }
    let path = GroupPath::parse(NO_GROUP).map_err(|error| Failure {
        message: error.to_string(),
        help: "report this as a fault of rollbook".to_owned(),
        at: Position { file: "".into(), line: 1, column: 1 },
    })?;
    Ok((None, path))
}

/// Flags only: [`Rule::set`] has nothing else.
fn set(person: &mut Person, flags: &[(Field, bool)]) {
    for (field, flag) in flags {
        match field {
            Field::DoNotLog => person.do_not_log = *flag,
            Field::DoNotRecord => person.do_not_record = *flag,
            Field::ExcludeFromStatistics => person.exclude_from_statistics = *flag,
            _ => {}
        }
    }
}

/// The collections that the rules make of placed people, sorted by name; disabled people are in
/// none.
///
/// # Errors
///
/// [`GroupingError`] names the first person for whom a rule fails.
pub fn collections<P: Borrow<Person> + Sync>(
    people: &[P],
    rules: &[CollectionRule],
) -> Result<Vec<Collection>, GroupingError> {
    let mut collections = Vec::with_capacity(rules.len());
    for rule in rules {
        let fields = Fields::new(rule.condition.fields());
        let shares: Vec<Result<Vec<Id>, GroupingError>> = people
            .par_chunks(SHARE)
            .map(|share| {
                let mut decided = Memory::new(&fields);
                let mut members = Vec::new();
                let people = share.iter().map(Borrow::borrow);
                for person in people.filter(|person: &&Person| person.status.is_active()) {
                    let holds = |values: &Values<'_>| {
                        let get = |field| values.get(field);
                        rule.condition.holds(get, values.root()).map_err(|error| Failure {
                            message: format!("collection `{}` fails: {error}", rule.name),
                            help: error.help,
                            at: rule.at.clone(),
                        })
                    };
                    if *decided.of(person, holds)? {
                        members.push(person.id.clone());
                    }
                }
                Ok(members)
            })
            .collect();
        let mut members = Vec::new();
        for share in shares {
            members.append(&mut share?);
        }
        members.sort();
        collections.push(Collection {
            name: rule.name.clone(),
            title: rule.title.clone(),
            rule: rule.rule.clone(),
            members,
            status: Status::Active,
        });
    }
    collections.sort_by(|one, next| one.name.cmp(&next.name));
    Ok(collections)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{Extension, Reason},
        mapping::{Expression, Scope},
    };

    fn person(key: &str, department: &str, site: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| Text::from(text));
        let path = GroupPath::parse("/old").unwrap();
        Person {
            department: some(department),
            site: some(site),
            extension: Extension::parse("042").ok(),
            ..Person::new(Id::new("staff", key), format!("Person {key}").into(), path)
        }
    }

    fn at(line: u32) -> Position {
        Position { file: "rollbook.yaml".into(), line, column: 5 }
    }

    fn when(source: &str, scope: Scope) -> Condition {
        let when = Some(Expression::compile(source, scope).unwrap());
        Condition { when, matches: Vec::new() }
    }

    fn rule(line: u32, condition: Condition, path: &str) -> Rule {
        Rule { condition, path: Template::compile(path).unwrap(), set: Vec::new(), at: at(line) }
    }

    fn matching(lines: &[(&str, &[&str])]) -> Condition {
        let lines = lines.iter().map(|(field, values)| {
            let values: Vec<_> = values.iter().map(|value| Text::from(*value)).collect();
            Match::new(field, &values, Scope::Person).unwrap()
        });
        Condition { when: None, matches: lines.collect() }
    }

    fn paths(people: &[Person]) -> Vec<&str> {
        people.iter().map(|person| person.path.as_str()).collect()
    }

    #[test]
    fn the_first_rule_that_holds_gives_the_place() {
        let mut people = [
            person("1", "Sales", "London"),
            person("2", "Vertrieb", "Leeds"),
            person("3", "HR", ""),
            person("4", "", ""),
        ];
        let rules = [
            rule(
                1,
                when("department in ['Sales', 'Vertrieb']", Scope::Person),
                "/{{ site }}/Sales",
            ),
            rule(
                2,
                Condition::default(),
                "/{{ site | default('No site') }}/{{ department | default('No department') }}",
            ),
        ];
        assert_eq!(place(&mut people, &rules).unwrap(), [Some(0), Some(0), Some(1), Some(1)]);
        assert_eq!(
            paths(&people),
            ["/London/Sales", "/Leeds/Sales", "/No site/HR", "/No site/No department"]
        );
    }

    #[test]
    fn whom_no_rule_takes_stands_in_no_group() {
        let mut people = [person("1", "Sales", "London"), person("2", "HR", "London")];
        assert_eq!(place(&mut people, &[]).unwrap(), [None, None]);
        assert_eq!(paths(&people), [NO_GROUP, NO_GROUP]);
        let rules = [rule(1, when("department == 'HR'", Scope::Person), "/HR")];
        assert_eq!(place(&mut people, &rules).unwrap(), [None, Some(0)]);
    }

    #[test]
    fn match_and_when_hold_together() {
        let mut people = [
            person("1", "Sales", "London"),
            person("2", "Sales", "Leeds"),
            person("3", "HR", "London"),
        ];
        let mut both = matching(&[("department", &["Sales", "Vertrieb"]), ("extension", &["042"])]);
        both.when = when("site == 'London'", Scope::Person).when;
        let rules = [rule(1, both, "/x")];
        assert_eq!(place(&mut people, &rules).unwrap(), [Some(0), None, None]);
        let rules = [rule(1, matching(&[("extension", &["42"])]), "/x")];
        assert_eq!(place(&mut people, &rules).unwrap(), [None, None, None]);
    }

    #[test]
    fn a_rule_sets_flags_and_leaves_the_others() {
        let mut people = [person("1", "Sales", ""), person("2", "HR", "")];
        people[0].do_not_log = true;
        let mut sales = rule(1, when("department == 'Sales'", Scope::Person), "/Sales");
        sales.set = vec![(Field::DoNotRecord, true)];
        place(&mut people, &[sales]).unwrap();
        assert!(people[0].do_not_record && people[0].do_not_log);
        assert!(!people[1].do_not_record);
    }

    #[test]
    fn a_rule_that_fails_names_the_first_person_and_the_rule() {
        let mut people: Vec<_> = (0..40_000)
            .map(|n| person(&format!("{n:05}"), "Sales", if n < 20_000 { "L" } else { "" }))
            .collect();
        let error = place(&mut people, &[rule(31, Condition::default(), "/{{ site }}/Sales")]);
        assert_eq!(
            error.unwrap_err(),
            GroupingError {
                message: "`/{{ site }}/Sales` is no place: `site` is empty, for `Person 20000` \
                          (`staff/20000`)"
                    .into(),
                help: "write `{{ site | default('No site') }}`".into(),
                at: at(31),
                person: Id::new("staff", "20000"),
            }
        );
    }

    #[test]
    fn people_with_the_same_values_get_the_same_and_others_do_not() {
        // More different values than are remembered, each twice.
        let mut people: Vec<_> = (0..20_000)
            .map(|n| person(&format!("{n:05}"), &format!("d{}", n % 10_000), "L"))
            .collect();
        place(&mut people, &[rule(1, Condition::default(), "/{{ department }}")]).unwrap();
        for (n, person) in people.iter().enumerate() {
            assert_eq!(person.path.as_str(), format!("/d{}", n % 10_000));
        }
    }

    #[test]
    fn a_collection_has_the_active_people_of_its_rule() {
        let mut people = vec![
            person("1", "Sales", "London"),
            person("2", "HR", "London"),
            person("3", "Sales", "Leeds"),
        ];
        let rules = [rule(1, Condition::default(), "/{{ site }}/{{ department }}")];
        place(&mut people, &rules).unwrap();
        people.push(person("4", "Sales", "Leeds"));
        people[3].path = GroupPath::parse("/Leeds/Sales").unwrap();
        people[3].status = Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
        let rule = |name: &str, source: &str| CollectionRule {
            name: name.into(),
            title: "All".into(),
            rule: source.into(),
            condition: when(source, Scope::PlacedPerson),
            at: at(40),
        };
        let rules = [
            rule("sales", "path is endingwith('/Sales')"),
            rule("london", "path is in_group('/London')"),
            rule("leeds", "path | in_group('/Leeds')"),
            rule("here", "in_group('/London/HR')"),
        ];
        let found = collections(&people, &rules).unwrap();
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|c| (c.name.as_str(), c.members.iter().map(Id::key).collect()))
            .collect();
        assert_eq!(
            found,
            [
                ("here", vec!["2"]),
                ("leeds", vec!["3"]),
                ("london", vec!["1", "2"]),
                ("sales", vec!["1", "3"])
            ]
        );
    }

    #[test]
    fn hostile_values_make_places_or_errors_but_no_panic() {
        let long = "x".repeat(10_000);
        for value in ["a\nb", "\u{1b}[31m", "\u{202e}a", "\0", "..", "/", "//", "{{ site }}", &long]
        {
            let mut people = [person("1", value, "L")];
            let rules = [rule(1, Condition::default(), "/{{ department | default('none') }}")];
            match place(&mut people, &rules) {
                Ok(_) => assert_eq!(people[0].path.names().count(), 1, "{value:?}"),
                Err(error) => assert!(error.message.contains("is empty"), "{value:?}"),
            }
        }
    }
}
