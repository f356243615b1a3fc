//! The directory, or one person, as text.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    inventory_text::{columns, devices_of, inventory_text},
    safe::safe,
    styles::{BAD, DIM, STRONG, painted},
    value::value,
    wording::{counted, grouped},
};
use crate::directory::{Directory, Field, GroupPath, Id, Person, Status, Text, Value};

/// People listed by name without being asked.
const LISTED: usize = 200;

/// One person: each field that has a value, a line; then their devices.
pub fn person_text(directory: &Directory, person: &Person) -> String {
    let width = Field::ALL.iter().map(|field| field.name().len()).max().unwrap_or(0);
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut row = |name: &'static str, shown: String| rows.push((name, shown));
    row("id", safe(person.id.as_str()).cut(200).to_string());
    for field in Field::ALL {
        match person.get(field) {
            Value::Flag(false) => {}
            empty if empty.is_empty() => {}
            Value::Text(text) if field == Field::Name => {
                row(field.name(), painted(STRONG, safe(&text).cut(200)));
            }
            some => row(field.name(), value(&some)),
        }
    }
    match &person.status {
        Status::Active => row("status", "active".into()),
        Status::Disabled { reason, since, evidence } => {
            row("status", painted(BAD, format_args!("disabled, {}", reason.as_str())));
            row("since", since.to_string());
            row("evidence", safe(evidence).cut(300).to_string());
        }
    }
    rows.extend(devices_of(directory, &person.id).into_iter().map(|line| ("devices", line)));
    columns(&rows, width)
}

/// The tree with how many active people stand in each group, and below. People are named where
/// there are few, or `all` is asked for; disabled people only then.
pub fn directory_text(directory: &Directory, commit: Option<&str>, all: bool) -> String {
    let mut here: BTreeMap<&GroupPath, Vec<&Person>> = BTreeMap::new();
    let mut below: BTreeMap<Text, u64> = BTreeMap::new();
    let (mut active, mut disabled) = (0_u64, 0_u64);
    for person in &directory.people {
        if !person.status.is_active() {
            disabled += 1;
            continue;
        }
        active += 1;
        here.entry(&person.path).or_default().push(person);
    }
    for (path, people) in &here {
        let mut next = Some((*path).clone());
        while let Some(path) = next {
            next = path.parent();
            *below.entry(path.into()).or_default() += people.len() as u64;
        }
    }
    let mut out = String::new();
    let at = commit.map_or("nothing was applied yet".into(), |id| {
        format!("commit {}", super::plan_text::short(id))
    });
    let people = counted(active, "active person").replace("active persons", "active people");
    let _ = writeln!(
        out,
        "{}  {at}  {people}, {} disabled",
        painted(STRONG, "DIRECTORY"),
        grouped(disabled)
    );
    let named = all || active as usize <= LISTED;
    let empty = Vec::new();
    for path in in_tree_order(below.keys()) {
        let depth = path.matches('/').count();
        let name = path.rsplit('/').next().unwrap_or_default();
        let count = grouped(below[path]);
        let pad = "  ".repeat(depth);
        let _ = writeln!(out, "{pad}{}  {}", safe(name).cut(100), painted(DIM, count));
        if named {
            let here = GroupPath::parse(path).ok().and_then(|path| here.get(&path));
            for person in here.unwrap_or(&empty) {
                let _ = writeln!(out, "{pad}  {}", person_line(person));
            }
        }
    }
    let collections =
        directory.collections.iter().filter(|collection| collection.status.is_active());
    for collection in collections {
        let _ = writeln!(
            out,
            "collection {} ({}): {}",
            safe(&collection.name).cut(60),
            safe(&collection.title).cut(60),
            counted(collection.members.len() as u64, "person"),
        );
    }
    if all && disabled > 0 {
        let _ = writeln!(out, "disabled: {}", counted(disabled, "person"));
        for person in &directory.people {
            if let Status::Disabled { reason, since, .. } = &person.status {
                let (line, reason) = (person_line(person), reason.as_str());
                let _ = writeln!(out, "  {line}  {reason} since {since}");
            }
        }
    }
    let name = |id: &Id| directory.person(id).map(|person| person.name.clone());
    out.push_str(&inventory_text(&directory.inventory, &name, all));
    if !named {
        let _ = writeln!(out, "`-v` names everybody; `rollbook show WHO` shows one.");
    }
    out
}

/// Parents before children, a group's descendants before its next sibling.
fn in_tree_order<'a>(paths: impl Iterator<Item = &'a Text>) -> Vec<&'a str> {
    let mut paths: Vec<&str> = paths.map(Text::as_str).collect();
    paths.sort_by(|a, b| a.split('/').cmp(b.split('/')));
    paths
}

fn person_line(person: &Person) -> String {
    let extension = match &person.extension {
        Some(extension) => format!("  {}", safe(extension.as_str()).cut(30)),
        None => String::new(),
    };
    let id = painted(DIM, safe(person.id.as_str()).cut(80));
    format!("{}{extension}  {id}", safe(&person.name).cut(60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Extension, Id};

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn person(key: &str, name: &str, path: &str) -> Person {
        let path = GroupPath::parse(path).unwrap();
        Person::new(Id::new("staff", key), name.into(), path)
    }

    #[test]
    fn the_tree_counts_who_stands_in_each_group_and_below() {
        let mut ada = person("1", "Ada", "/London/Sales");
        ada.extension = Some(Extension::parse("4021").unwrap());
        let directory = Directory {
            people: vec![ada, person("2", "B\x1bob", "/London"), person("3", "Cy", "/London-East")],
            ..Directory::default()
        };
        assert_eq!(
            plain(&directory_text(&directory, None, false)),
            "DIRECTORY  nothing was applied yet  3 active people, 0 disabled\n\
             \x20 London  2\n\
             \x20   B␛ob  staff/2\n\
             \x20   Sales  1\n\
             \x20     Ada  4021  staff/1\n\
             \x20 London-East  1\n\
             \x20   Cy  staff/3\n"
        );
    }

    #[test]
    fn disabled_people_are_named_when_all_is_asked_for() {
        let mut cy = person("3", "Cy", "/London");
        cy.status = Status::Disabled {
            reason: crate::directory::Reason::Gone,
            since: "2026-06-30T00:00:00Z".parse().unwrap(),
            evidence: "no longer listed".into(),
        };
        let directory =
            Directory { people: vec![person("1", "Ada", "/London"), cy], ..Directory::default() };
        assert!(!plain(&directory_text(&directory, None, false)).contains("Cy"));
        let all = plain(&directory_text(&directory, None, true));
        let end = "disabled: 1 person\n  Cy  staff/3  gone since 2026-06-30T00:00:00Z\n";
        assert!(all.ends_with(end), "{all}");
    }

    #[test]
    fn a_person_comes_with_their_devices_and_who_shares_their_lines() {
        let office = crate::directory::sample::office();
        let told = plain(&person_text(&office, &office.people[0]));
        let end = "devices                  SEP001122334455  Cisco 8841\n\
                   \x20                          1: 4021 in Internal\n\
                   \x20                          2: 4030 in Internal, shared with Grace Hopper\n";
        assert!(told.ends_with(end), "{told}");
    }

    #[test]
    fn a_person_shows_what_there_is() {
        let mut ada = person("1", "Ada", "/London");
        ada.do_not_log = true;
        let told = plain(&person_text(&Directory::default(), &ada));
        let words: Vec<Vec<&str>> =
            told.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(
            words,
            [
                vec!["id", "staff/1"],
                vec!["name", "Ada"],
                vec!["pbx", "main"],
                vec!["do_not_log", "yes"],
                vec!["path", "/London"],
                vec!["status", "active"],
            ]
        );
    }
}
