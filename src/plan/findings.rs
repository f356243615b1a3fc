//! What is remarkable about the people of a directory, whatever changes.

use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use crate::{
    directory::{Extension, Person, Text},
    finding::{Code, Finding, Severity},
};

/// One finding for each extension that several of these active people have in one pbx, be it as
/// their own or as an additional one.
pub fn duplicates(active: &[&Person]) -> Vec<Finding> {
    let mut numbers = shared(active);
    numbers.sort_unstable_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    numbers.dedup_by(|a, b| (a.0, a.1, &a.2.id) == (b.0, b.1, &b.2.id));
    numbers
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|owners| owners.len() > 1)
        .map(|owners| {
            let (pbx, extension, _) = owners[0];
            let names: Vec<String> =
                owners.iter().map(|(_, _, person)| format!("`{}`", person.name)).collect();
            Finding {
                code: Code::DuplicateExtension,
                severity: Severity::Warning,
                message: format!("extension `{pbx}:{extension}` belongs to {}", names.join(" and ")),
                help: "give the number to one of them at the source, or separate the number spaces with `pbx:`"
                    .into(),
                keys: owners.iter().map(|(_, _, person)| person.id.clone()).collect(),
                at: None,
            }
        })
        .collect()
}

/// A number, in its number space, of somebody.
type Number<'a> = (&'a Text, &'a Extension, &'a Person);

fn numbers(person: &Person) -> impl Iterator<Item = Number<'_>> {
    let own = person.extension.iter().chain(&person.additional_extensions);
    own.map(move |extension| (&person.pbx, extension, person))
}

/// The numbers that may be there twice, as their hash is; nearly all are there once, and sorting
/// hashes is many times quicker than sorting texts.
fn shared<'a>(active: &[&'a Person]) -> Vec<Number<'a>> {
    let mut hashes: Vec<(u64, usize)> = active
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, person)| numbers(person).map(move |number| (hash(number), at)))
        .collect();
    hashes.par_sort_unstable();
    let twice = hashes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1).flatten();
    let owned = twice.flat_map(|&(wanted, at)| {
        numbers(active[at]).filter(move |number| hash(*number) == wanted)
    });
    owned.collect()
}

fn hash((pbx, extension, _): Number<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (pbx, extension).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{GroupPath, Id};

    fn person(key: &str, pbx: &str, extensions: &[&str]) -> Person {
        let path = GroupPath::parse("/London").unwrap();
        let mut person = Person::new(Id::new("staff", key), key.into(), path);
        person.pbx = pbx.into();
        let mut extensions = extensions.iter().map(|number| Extension::parse(number).unwrap());
        person.extension = extensions.next();
        person.additional_extensions = extensions.collect();
        person
    }

    #[test]
    fn a_number_that_two_people_of_one_pbx_have_is_told_once() {
        let people = [
            person("ada", "main", &["4021", "4030"]),
            person("bob", "main", &["4022", "4021"]),
            person("cem", "hq", &["4021"]),
            person("dan", "main", &["04021", "4022", "4022"]),
            person("eve", "main", &["4040", "4040"]),
        ];
        let told = duplicates(&people.iter().collect::<Vec<_>>());
        let told: Vec<_> = told.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "extension `main:4021` belongs to `ada` and `bob`",
                "extension `main:4022` belongs to `bob` and `dan`",
            ]
        );
    }
}
