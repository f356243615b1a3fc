//! What the directory answers about the telephones of a cluster that changes.

use serde_json::{Value, json};

use super::Office;
use crate::ucm::day;

fn told(office: &Office, words: &[&str]) -> Value {
    office.rollbook(&[words, &["--output", "json"]].concat()).code(0).json()
}

fn text(office: &Office, words: &[&str]) -> String {
    office.rollbook(words).code(0).stdout
}

#[test]
fn a_telephone_is_explained_before_it_is_there_and_as_it_passes_on() {
    let mut office = Office::of(3);
    let new = told(&office, &["explain", "SEP0000000BARE0"]);
    assert_eq!((&new["standing"], &new["entry"]), (&json!("new"), &json!("device")));
    assert_eq!(new["equipment"]["owner"]["person"]["name"], "Ada King Lovelace");
    let colleague = told(&office, &["explain", "4120"]);
    assert_eq!(colleague["entry"], "person", "a number is first of all a person's");
    office.apply();

    let settled = told(&office, &["explain", "sep0000000a40a1"]);
    assert_eq!(settled["standing"], "active");
    let seen = &settled["equipment"];
    assert_eq!(seen["owner"]["because"], "the switch names them its owner");
    assert_eq!(seen["source_kind"], "cisco-ucm");
    assert!(seen["as_of"].is_string() && seen["listed"] == true, "{seen:#}");
    let with = &seen["lines"][1]["shared_with"][0];
    assert_eq!(
        (&with["name"], &with["devices"]),
        (&json!("Mona Manager"), &json!(["SEP0000000A40A0"]))
    );
    let carl = told(&office, &["explain", "4120"]);
    let by = carl["fields"].as_array().unwrap().iter().find(|one| one["field"] == "extension_by");
    let by = by.expect("how the extension was found");
    assert_eq!(by["value"], "first line of SEP00000000CA61");
    assert!(by["held"].is_null() && by["source"] == "phones", "{by}");
    assert_eq!(carl["devices"][0]["because"], "they alone control it");
    let said = text(&office, &["explain", "4120"]);
    assert!(said.contains("      by: first line of SEP00000000CA61"), "{said}");
    for property in seen["properties"].as_array().unwrap() {
        assert!(property.get("held").is_none_or(Value::is_null), "nothing waits: {property}");
        assert_eq!(property["changed"]["commit"], settled["commit"], "{property}");
    }

    office.change(day::phone_changes_hands);
    office.change(day::phone_goes);
    let passes = told(&office, &["explain", "SEP0000000BARE0"]);
    let owner = &passes["equipment"]["owner"];
    assert_eq!(owner["held"]["name"], "Ada King Lovelace");
    assert_ne!(owner["person"], owner["held"]);
    let said = text(&office, &["explain", "SEP0000000BARE0"]);
    assert!(said.contains("the directory has Ada King Lovelace"), "{said}");
    let goes = told(&office, &["explain", "CSFADA"]);
    assert_eq!(
        (&goes["standing"], &goes["equipment"]["listed"]),
        (&json!("leaves"), &json!(false))
    );
    let alone = told(&office, &["explain", "CSFADA", "--state-only"]);
    assert_eq!(
        (&alone["standing"], &alone["equipment"]["listed"]),
        (&json!("active"), &Value::Null)
    );

    office.rollbook(&["fetch", "--record", "then"]).code(0);
    let live = told(&office, &["explain", "SEP0000000BARE0"]);
    let replayed = told(&office, &["explain", "SEP0000000BARE0", "--replay", "then"]);
    assert_eq!(live["equipment"]["owner"], replayed["equipment"]["owner"]);
    assert_eq!(live["equipment"]["lines"], replayed["equipment"]["lines"]);

    office.apply();
    let log = told(&office, &["log", "SEP0000000BARE0"]);
    assert_eq!(log["owners"][1]["name"], "Ada King Lovelace");
    assert_eq!(log["owners"].as_array().map(Vec::len), Some(2));
    let gone = told(&office, &["explain", "CSFADA"]);
    assert_eq!(gone["standing"], "disabled");
}

#[test]
fn a_source_shows_what_it_lists_before_anything_is_applied() {
    let office = Office::of(30);
    let listed = told(&office, &["fetch", "phones"]);
    let devices = listed["devices"].as_array().unwrap();
    let axel = devices.iter().find(|device| device["name"] == "SEP0000000A40A1").unwrap();
    assert_eq!(axel["owner_name"], "Axel Assistant");
    assert_eq!(axel["lines"][1]["shared"], true);
    assert!(!listed["system_devices"].as_array().unwrap().is_empty());
    assert!(!listed["channels"].as_array().unwrap().is_empty());
    let few = told(&office, &["fetch", "phones", "--limit", "2"]);
    assert_eq!(few["devices"].as_array().map(Vec::len), Some(2));
    let said = text(&office, &["fetch", "phones"]);
    assert!(said.contains("devices: ") && said.contains("more (`-v` names them)"), "{said}");
    assert!(!said.contains('\x1b'), "hostile names stay in their place");
}
