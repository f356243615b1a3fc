//! Which version of AXL to speak.

use super::{
    AxlError, Version,
    answer::{Stop, Wanted},
    session::Session,
};
use crate::source::FetchError;

/// What is asked for first: releases 12.5, 14 and 15 all offer it.
const FIRST: &str = "12.5";

/// The versions that the questions asked here are right in, the newest last.
const KNOWN: [&str; 9] = ["9.0", "9.1", "10.0", "11.0", "11.5", "12.0", "12.5", "14.0", "15.0"];

/// How many of them are tried: `12.x` doesn't tell whether 12.5 is meant.
const TRIES: usize = 4;

/// Finds a version that both know, or takes the one that is set, and asks for the release.
pub(super) fn agree(
    session: &mut Session<'_>,
    set: Option<&Version>,
) -> Result<String, FetchError> {
    session.speak(set.map_or(FIRST, Version::as_str));
    let mut tried: Vec<String> = Vec::new();
    loop {
        match release(session) {
            Err(Stop::Version(offered)) => {
                tried.push(session.version().to_owned());
                match choose(&offered, &tried) {
                    Some(chosen) if set.is_none() && tried.len() < TRIES => session.speak(chosen),
                    _ => return Err(refused(&offered, &tried.join(", "))),
                }
            }
            answer => return answer.map_err(|stop| AxlError::from(stop).into()),
        }
    }
}

fn release(session: &mut Session<'_>) -> Result<String, Stop> {
    let mut parts = Vec::new();
    session.ask("getCCMVersion", &|_| {}, &mut Wanted::Objects(&mut parts))?;
    let version = parts.iter().find(|part| part.name() == "componentVersion");
    Ok(version.map(|part| part.at(&["version"]).to_owned()).unwrap_or_default())
}

/// The highest version that both know, other than those that were refused.
fn choose(offered: &[String], refused: &[String]) -> Option<&'static str> {
    let fits = |known: &&&str| {
        offered.iter().any(|offer| match offer.strip_suffix(".x") {
            Some(major) => known.split('.').next() == Some(major),
            None => offer == *known,
        })
    };
    let refused = |known: &&&str| refused.iter().any(|refused| refused == *known);
    KNOWN.iter().rev().filter(|known| !refused(known)).find(fits).copied()
}

/// No version in common.
pub(super) fn refused(offered: &[String], asked: &str) -> FetchError {
    let offers = match offered {
        [] => "it doesn't say which it offers".to_owned(),
        offered => format!("it offers {}", offered.join(", ")),
    };
    let asked = if asked.is_empty() { "the version that was asked for" } else { asked };
    FetchError::Server {
        problem: format!("the server doesn't speak AXL {asked}; {offers}"),
        help: "set `version:` to one that it offers, or leave it out where it is set".into(),
    }
}

/// The versions in the page of a refusal (HTTP 599): "Supported axl versions are 12.x, 14.0 and
/// 15.0". Elsewhere in it stands the version of the web server.
pub(super) fn offered(page: &str) -> Vec<String> {
    let lower = page.to_ascii_lowercase();
    let from = lower.find("supported axl versions");
    let part = from.map_or(lower.as_str(), |from| {
        let list = &lower[from..];
        &list[..list.find('<').unwrap_or(list.len())]
    });
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for word in part.split_inclusive(|c: char| !(c.is_ascii_digit() || c == '.' || c == 'x')) {
        let version = word.trim_end_matches(|c: char| !(c.is_ascii_digit() || c == 'x'));
        let whole = version.split_once('.').is_some_and(|(major, minor)| {
            let digits = |part: &str| {
                (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            };
            digits(major) && (minor == "x" || digits(minor))
        });
        if whole && before != '/' && !found.iter().any(|known| known == version) {
            found.push(version.to_owned());
        }
        before = word.chars().last().unwrap_or(' ');
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<html><head><title>Apache Tomcat/9.0.1 - Error report</title></head><body>\
        <h1>HTTP Status 599 - Incorrect axl version. Supported axl versions are 12.x, 14.0 and 15.0\
        </h1><hr/><h3>Apache Tomcat/9.0.1</h3></body></html>";

    #[test]
    fn the_page_tells_the_versions() {
        assert_eq!(offered(PAGE), ["12.x", "14.0", "15.0"]);
        let end = "Supported axl versions are 9.1 and 10.0.";
        assert_eq!(offered(end), ["9.1", "10.0"]);
        assert_eq!(offered("<h3>Apache Tomcat/9.0</h3> HTTP Status 599 1.2.3.4"), [""; 0]);
        assert_eq!(offered("AXL: 10.0, 11.5 only"), ["10.0", "11.5"]);
        assert_eq!(offered(""), [""; 0]);
    }

    #[test]
    fn the_highest_that_is_known_is_taken() {
        let choose = |offered: &str| {
            let offered: Vec<String> = offered.split(' ').map(str::to_owned).collect();
            choose(&offered, &["12.5".into()])
        };
        assert_eq!(choose("12.x 14.0 15.0"), Some("15.0"));
        assert_eq!(choose("9.0 9.1 10.0 11.0 11.5"), Some("11.5"));
        assert_eq!(choose("9.x 10.x"), Some("10.0"));
        assert_eq!(choose("12.x"), Some("12.0"));
        assert_eq!(choose("16.0 17.0"), None);
        assert_eq!(choose(""), None);
        assert_eq!(choose("8.5 9.1"), Some("9.1"));
    }
}
