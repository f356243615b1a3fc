//! What is remarkable about the people of a directory, whatever changes.

use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use crate::{
    directory::{Device, DirectoryNumber, Extension, Id, Person, Text},
    finding::{Code, Finding},
};

/// One finding for each extension that several of these active people have in one pbx, be it as
/// their own or as an additional one; a note where a shared line on these devices explains it.
pub fn duplicates<'a>(
    active: &[&'a Person],
    devices: impl Iterator<Item = &'a Device>,
) -> Vec<Finding> {
    let mut numbers = shared(active);
    numbers.sort_unstable_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    numbers.dedup_by(|a, b| (a.0, a.1, &a.2.id) == (b.0, b.1, &b.2.id));
    let several: Vec<&[Number<'_>]> = numbers
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|owners| owners.len() > 1)
        .collect();
    let appearances = appearances(&several, devices);
    several
        .iter()
        .enumerate()
        .map(|(at, owners)| {
            let (pbx, extension, _) = owners[0];
            let names: Vec<String> =
                owners.iter().map(|(_, _, person)| format!("`{}`", person.name)).collect();
            let names = names.join(" and ");
            let finding = if is_shared_line(owners, &appearances, at) {
                Finding::new(
                    Code::SharedLine,
                    format!("extension `{pbx}:{extension}` is a line that {names} share"),
                    "leave it, or give the number to one of them at the source",
                )
            } else {
                Finding::new(
                    Code::DuplicateExtension,
                    format!("extension `{pbx}:{extension}` belongs to {names}"),
                    "give the number to one of them at the source, or separate the number spaces with `pbx:`",
                )
            };
            finding.about(owners.iter().map(|(_, _, person)| person.id.clone()))
        })
        .collect()
}

/// Where a number that several people have is on somebody's device: which of these numbers, as what
/// directory number of which source, and whose the device is. Sorted.
type Appearance<'a> = (usize, &'a str, &'a DirectoryNumber, &'a Id);

fn appearances<'a>(
    several: &[&[Number<'_>]],
    devices: impl Iterator<Item = &'a Device>,
) -> Vec<Appearance<'a>> {
    let mut found = Vec::new();
    if several.is_empty() {
        return found;
    }
    for (device, owner) in devices.filter_map(|device| Some((device, device.owner.as_ref()?))) {
        for number in device.numbers() {
            let key = (device.pbx.as_str(), number.number.as_str());
            let at = several.binary_search_by(|of| (of[0].0.as_str(), of[0].1.as_str()).cmp(&key));
            found.extend(at.ok().map(|at| (at, device.id.source(), number, owner)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether one line, in one partition, is on devices of all these people; or on devices of several,
/// one of them theirs, where it is the first number of one of them at most.
fn is_shared_line(owners: &[Number<'_>], appearances: &[Appearance<'_>], which: usize) -> bool {
    let from = appearances.partition_point(|(at, ..)| *at < which);
    let to = appearances.partition_point(|(at, ..)| *at <= which);
    let first =
        |(_, extension, person): &&Number<'_>| person.extension.as_ref() == Some(*extension);
    let one_first = owners.iter().filter(first).count() < 2;
    appearances[from..to].chunk_by(|a, b| (a.1, a.2) == (b.1, b.2)).any(|line| {
        let has = |(_, _, person): &Number<'_>| line.iter().any(|(.., owner)| **owner == person.id);
        owners.iter().all(has) || (one_first && line.len() > 1 && owners.iter().any(has))
    })
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
    use crate::directory::{Equipment, GroupPath, Line};

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
        let told = duplicates(&people.iter().collect::<Vec<_>>(), std::iter::empty());
        let told: Vec<_> = told.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "extension `main:4021` belongs to `ada` and `bob`",
                "extension `main:4022` belongs to `bob` and `dan`",
            ]
        );
    }

    fn device(key: &str, owner: &str, lines: &[&str]) -> Device {
        let mut device = Device::new(Id::new("phones", key), "SEP".into());
        device.owner = Some(Id::new("staff", owner));
        device.lines = lines.iter().map(|line| Line::parse(line).unwrap()).collect();
        device
    }

    fn codes(people: &[Person], devices: &[Device]) -> Vec<(Code, String)> {
        let told = duplicates(&people.iter().collect::<Vec<_>>(), devices.iter());
        told.into_iter().map(|finding| (finding.code, finding.message)).collect()
    }

    #[test]
    fn a_line_on_devices_of_both_is_shared_and_no_mistake() {
        let people = [person("ada", "main", &["4021"]), person("bob", "main", &["4022", "4021"])];
        let ada = device("a", "ada", &["1: 4021 in A"]);
        let bob = device("b", "bob", &["1: 4022 in A", "2: 4021 in A"]);
        let shared =
            (Code::SharedLine, "extension `main:4021` is a line that `ada` and `bob` share");
        let both = codes(&people, &[ada.clone(), bob.clone()]);
        assert_eq!(both, [(shared.0, shared.1.to_owned())]);
        // In another partition it is another number; in another pbx too.
        let elsewhere = device("b", "bob", &["1: 4021 in B"]);
        let mut other = bob.clone();
        other.pbx = "hq".into();
        for bob in [elsewhere, other] {
            let told = codes(&people, &[ada.clone(), bob]);
            assert_eq!(told[0].0, Code::DuplicateExtension);
        }
        assert_eq!(codes(&people, &[bob])[0].0, Code::DuplicateExtension);
    }

    #[test]
    fn only_one_may_have_a_shared_line_first_whose_devices_do_not_show_it() {
        let shared =
            [device("a", "ada", &["1 (shared): 4021"]), device("c", "cem", &["1 (shared): 4021"])];
        let further = [person("ada", "main", &["4021"]), person("bob", "main", &["4022", "4021"])];
        assert_eq!(codes(&further, &shared)[0].0, Code::SharedLine);
        let both = [person("ada", "main", &["4021"]), person("bob", "main", &["4021"])];
        assert_eq!(codes(&both, &shared)[0].0, Code::DuplicateExtension);
        // Two desks of one person share nothing.
        let desks = [device("a", "ada", &["1: 4021"]), device("b", "ada", &["1: 4021"])];
        assert_eq!(codes(&further, &desks)[0].0, Code::DuplicateExtension);
    }
}
