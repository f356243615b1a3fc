//! Whom or what a person means: an id, an e-mail address, an extension or a name; a device, a hunt
//! group or a trunk by what call records call it.

use super::report::Failure;
use crate::{
    directory::{Directory, Id, Person, Piece},
    explain::{equipment, foremost, is_meant},
    render::safe,
};

/// People named in a message.
const LISTED: usize = 10;

/// An entry of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry<'d> {
    /// Somebody.
    Person(&'d Person),
    /// A device, a system device or a channel.
    Piece(Piece<'d>),
}

/// The one entry that is meant: people come before equipment, and what is in use before what was.
///
/// # Errors
///
/// As [`find`].
pub fn entry<'d>(directory: &'d Directory, who: &str) -> Result<Entry<'d>, Failure> {
    match equipment(directory, who).as_slice() {
        [] => find(directory, who).map(Entry::Person),
        [one] => Ok(Entry::Piece(*one)),
        several => Err(several_pieces(several, who)),
    }
}

/// The one person that is meant, where only people will do.
///
/// # Errors
///
/// As [`find`]; and where equipment is meant.
pub fn person<'d>(directory: &'d Directory, who: &str) -> Result<&'d Person, Failure> {
    match equipment(directory, who).first() {
        None => find(directory, who),
        Some(piece) => {
            let title = format!("`{who}` is nobody, but a {}", piece.kind());
            let help = "name a person; what is known of equipment follows its source";
            Err(Failure::new(title, help).because(described_piece(*piece)))
        }
    }
}

/// Several pieces of equipment are meant.
pub fn several_pieces(several: &[Piece<'_>], who: &str) -> Failure {
    let title = format!("`{who}` is on {} devices", several.len());
    let help = "give one of these ids, or a number with its partition: `8000 in Internal`";
    let mut failure = Failure::new(title, help);
    for piece in several.iter().take(LISTED) {
        failure = failure.because(described_piece(*piece));
    }
    if several.len() > LISTED {
        failure = failure.because(format!("and {} more", several.len() - LISTED));
    }
    failure
}

fn described_piece(piece: Piece<'_>) -> String {
    let number = piece.number().map(|number| format!(" {number}")).unwrap_or_default();
    let disabled = if piece.status().is_active() { "" } else { " (disabled)" };
    format!("`{}` {}{number}, a {}{disabled}", piece.id(), piece.name(), piece.kind())
}

/// The one person that is meant.
///
/// # Errors
///
/// Where nobody is meant, with who is near; where several are, with their ids.
fn find<'d>(directory: &'d Directory, who: &str) -> Result<&'d Person, Failure> {
    if let Some(person) = Id::parse(who).ok().and_then(|id| directory.person(&id)) {
        return Ok(person);
    }
    let people = directory.people.iter();
    let found: Vec<&Person> = people.filter(|person| is_meant(person, who)).collect();
    match foremost(found, who).as_slice() {
        [one] => Ok(one),
        [] => {
            let title = format!("nobody in the directory is `{who}`");
            Err(Failure::new(title, near(directory, who)))
        }
        several => Err(ambiguous(several, who)),
    }
}

/// Several are meant: with their ids, those of the directory described.
pub fn several(directory: &Directory, ids: &[Id], who: &str) -> Failure {
    let title = format!("`{who}` is {} people", ids.len());
    let mut failure = Failure::new(title, "give one of these ids, or `pbx:extension`");
    for id in ids.iter().take(LISTED) {
        failure = failure.because(match directory.person(id) {
            Some(person) => described(person),
            None => format!("`{id}`, a record of a source"),
        });
    }
    if ids.len() > LISTED {
        failure = failure.because(format!("and {} more", ids.len() - LISTED));
    }
    failure
}

fn ambiguous(several: &[&Person], who: &str) -> Failure {
    let title = format!("`{who}` is {} people", several.len());
    let mut failure = Failure::new(title, "give one of these ids, or `pbx:extension`");
    for person in several.iter().take(LISTED) {
        failure = failure.because(described(person));
    }
    if several.len() > LISTED {
        failure = failure.because(format!("and {} more", several.len() - LISTED));
    }
    failure
}

fn described(person: &Person) -> String {
    let extension =
        person.extension.as_ref().map(|extension| format!(" {}:{extension}", person.pbx));
    let disabled = if person.status.is_active() { "" } else { " (disabled)" };
    let extension = extension.unwrap_or_default();
    format!("`{}` {}{extension} in {}{disabled}", person.id.as_str(), person.name, person.path)
}

/// The help where nobody is meant.
pub fn near(directory: &Directory, who: &str) -> String {
    let wanted = who.to_lowercase();
    let likeness = |text: &str| strsim::jaro_winkler(&text.to_lowercase(), &wanted);
    let mut known: Vec<(f64, String)> = Vec::new();
    for person in &directory.people {
        let email = person.email.as_deref().unwrap_or_default();
        let words = person.name.split_whitespace().map(likeness).fold(0.0, f64::max) * 0.98;
        let best = [likeness(&person.name), likeness(email), likeness(person.id.as_str()), words];
        let best = best.into_iter().fold(0.0, f64::max);
        if best > 0.88 {
            known.push((best, described(person)));
        }
    }
    for piece in directory.inventory.pieces() {
        let endpoints = piece.endpoints().iter().map(|name| likeness(name));
        let best = endpoints.fold(likeness(piece.name()), f64::max);
        if best > 0.88 {
            known.push((best, described_piece(piece)));
        }
    }
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let said: Vec<String> =
        known.iter().take(3).map(|(_, text)| safe(text).cut(160).to_string()).collect();
    match said.is_empty() {
        true => "give an id, an e-mail address, an extension, a whole name or a device's; `rollbook show -v` names everything".into(),
        false => format!("did you mean {}?", said.join(", or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Extension, GroupPath, Reason, Status};

    fn person(key: &str, name: &str, pbx: &str, extension: &str) -> Person {
        let path = GroupPath::parse("/London").unwrap();
        let mut person = Person::new(Id::new("staff", key), name.into(), path);
        person.pbx = pbx.into();
        person.extension = Some(Extension::parse(extension).unwrap());
        person.email = Some(format!("{}@corp.example", name.to_lowercase()).into());
        person
    }

    fn directory() -> Directory {
        let mut gone = person("4", "Dora", "hq", "4021");
        gone.status = Status::Disabled {
            reason: Reason::Gone,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: "gone".into(),
        };
        Directory {
            people: vec![
                person("1", "Ada", "hq", "4021"),
                person("2", "Bob", "leeds", "042"),
                person("3", "Cy", "hq", "042"),
                gone,
            ],
            ..Directory::default()
        }
    }

    #[test]
    fn one_person_is_found_by_whatever_is_theirs_alone() {
        let directory = directory();
        for (who, id) in [
            ("staff/1", "staff/1"),
            ("ADA@corp.example", "staff/1"),
            ("4021", "staff/1"),
            ("hq:4021", "staff/1"),
            ("leeds:042", "staff/2"),
            ("cy", "staff/3"),
            ("Dora", "staff/4"),
        ] {
            assert_eq!(find(&directory, who).unwrap().id.as_str(), id, "{who}");
        }
    }

    #[test]
    fn whose_extension_a_number_is_comes_before_who_has_it_too() {
        let mut directory = directory();
        directory.people[2].additional_extensions = vec![Extension::parse("4021").unwrap()];
        for who in ["4021", "hq:4021"] {
            assert_eq!(find(&directory, who).unwrap().id.as_str(), "staff/1", "{who}");
        }
        directory.people[0].extension = None;
        assert_eq!(find(&directory, "4021").unwrap().id.as_str(), "staff/3");
    }

    #[test]
    fn equipment_is_found_where_no_person_is_meant() {
        let office = crate::directory::sample::office();
        let id = |who: &str| match entry(&office, who) {
            Ok(Entry::Person(person)) => person.id.to_string(),
            Ok(Entry::Piece(piece)) => piece.id().to_string(),
            Err(failure) => failure.to_text(false),
        };
        assert_eq!(id("ada lovelace"), "staff/7");
        assert_eq!(id("sep001122334455"), "ucm/d1");
        assert_eq!(id("8000"), "ucm/h1");
        let several = id("4030");
        assert!(several.contains("`4030` is on 2 devices"), "{several}");
        assert!(several.contains("`ucm/d2` udp-grace, a device-profile"), "{several}");
        let nobody = id("SEP001122334456");
        assert!(nobody.contains("did you mean `ucm/d1` SEP001122334455, a phone?"), "{nobody}");
        assert!(find(&office, "8000").is_err(), "a hunt group is nobody");
    }

    #[test]
    fn several_are_listed_and_nobody_is_guessed() {
        let directory = directory();
        let several = find(&directory, "042").unwrap_err().to_text(false);
        assert!(several.contains("staff/2") && several.contains("staff/3"), "{several}");
        let nobody = find(&directory, "Boob").unwrap_err().to_text(false);
        assert!(nobody.contains("did you mean `staff/2` Bob"), "{nobody}");
        assert!(find(&directory, "42").is_err(), "042 is not 42");
    }
}
