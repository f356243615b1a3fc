//! Requests held against the vendor's own schema of AXL.
//!
//! The schema is Cisco's and no part of this project: `tests/run` fetches it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use super::server::Seen;

/// Versions and shapes of requests that were found to be valid.
static VALID: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

fn file(version: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axl-schema");
    folder.join(version).join("AXLSoap.xsd")
}

/// Whether the schema is there.
pub fn is_there() -> bool {
    file("12.5").is_file()
}

/// A request without what statements and values say, which is text to the schema.
fn shape(body: &str) -> String {
    let mut shape = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        shape.push_str(if before.trim().is_empty() { "" } else { "text" });
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        shape.push_str(&format!("<{tag}>"));
        rest = after;
    }
    shape
}

/// What the schema says against these requests; nothing of requests of a shape that it had nothing
/// against before.
///
/// # Errors
///
/// The schema isn't there, or `xmllint`.
pub fn refusals(requests: &[Seen]) -> Result<Vec<String>, String> {
    let mut valid = VALID.lock().unwrap_or_else(PoisonError::into_inner);
    let mut refusals = Vec::new();
    // The schemas of older versions are not at hand.
    let carried = |seen: &&Seen| !["9.0", "9.1", "10.0"].contains(&&*seen.version);
    for seen in requests.iter().filter(carried) {
        let shape = (seen.version.clone(), shape(&seen.body));
        if valid.contains(&shape) {
            continue;
        }
        match refusal(&seen.version, &seen.body)? {
            None => drop(valid.insert(shape)),
            Some(refusal) => refusals.push(format!("{refusal}\n{}", seen.body)),
        }
    }
    Ok(refusals)
}

/// The versions in which this process has asked for this operation, validly.
pub fn versions_of(operation: &str) -> BTreeSet<String> {
    let valid = VALID.lock().unwrap_or_else(PoisonError::into_inner);
    let is = |shape: &str| {
        shape.contains(&format!(":{operation}>")) || shape.contains(&format!(":{operation}/>"))
    };
    valid.iter().filter(|(_, shape)| is(shape)).map(|(version, _)| version.clone()).collect()
}

fn refusal(version: &str, body: &str) -> Result<Option<String>, String> {
    let schema = file(version);
    if !schema.is_file() {
        return Err(format!(
            "Cisco's schema of AXL is not at {}: run `tests/run`, which fetches it",
            schema.display()
        ));
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (envelope, request) =
        (folder.path().join("envelope.xsd"), folder.path().join("request.xml"));
    let namespace = format!("http://www.cisco.com/AXL/API/{version}");
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let text = format!(
        r#"<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{soap}"
            elementFormDefault="qualified">
          <xs:import namespace="{namespace}" schemaLocation="{}"/>
          <xs:element name="Envelope"><xs:complexType><xs:sequence>
            <xs:element name="Header" minOccurs="0"/>
            <xs:element name="Body"><xs:complexType><xs:sequence>
              <xs:any namespace="{namespace}" processContents="strict"/>
            </xs:sequence></xs:complexType></xs:element>
          </xs:sequence></xs:complexType></xs:element>
        </xs:schema>"#,
        schema.display()
    );
    fs::write(&envelope, text).map_err(|error| error.to_string())?;
    fs::write(&request, body).map_err(|error| error.to_string())?;
    let held = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([&envelope, &request])
        .output()
        .map_err(|error| format!("`xmllint` doesn't start ({error}): run `tests/run`"))?;
    let words = String::from_utf8_lossy(&held.stderr);
    match held.status.code() {
        Some(0) => Ok(None),
        // 3 and 4: the document isn't valid; 1: it isn't XML.
        Some(1 | 3 | 4) => Ok(Some(words.into_owned())),
        other => Err(format!("`xmllint` ended with {other:?}: {words}")),
    }
}

#[test]
fn the_schema_refuses_what_is_not_of_it() {
    let body = |inside: &str| {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:n=\"http://www.cisco.com/AXL/API/14.0\"><e:Body><n:listUser>{inside}\
             </n:listUser></e:Body></e:Envelope>"
        )
    };
    let right =
        "<searchCriteria><userid>%</userid></searchCriteria><returnedTags><userid/></returnedTags>";
    assert_eq!(refusal("14.0", &body(right)).unwrap(), None);
    let turned =
        "<returnedTags><userid/></returnedTags><searchCriteria><userid>%</userid></searchCriteria>";
    for wrong in ["", turned, "<nothing/>"] {
        assert!(refusal("14.0", &body(wrong)).unwrap().is_some(), "{wrong}");
    }
}
