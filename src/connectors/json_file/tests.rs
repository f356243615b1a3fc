//! What bytes become, without a file.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::{
    directory::Text,
    source::{Coverage, Place, Record},
};

const JSON: &str = r#"[
    {"id": 7, "name": "Ada", "phone": {"ext": "042"}, "groups": ["Sales", null, "Tea"]},
    {"id": 9, "name": "Grace\u0021", "phone": {"ext": 4021}, "left": null, "groups": []}
]"#;

fn read_at(
    text: &str,
    items: Option<&str>,
    key: &str,
    wanted: &[&str],
) -> Result<Listing, FetchError> {
    let attributes: Vec<Text> = wanted.iter().map(Text::new).collect();
    let path = Path::new("staff.json");
    let reading = Reading { path, items, key, attributes: &attributes, progress: &Silent };
    reading.read(text.as_bytes().to_vec())
}

fn read(text: &str) -> Result<Listing, FetchError> {
    read_at(text, None, "id", &[])
}

fn value<'a>(listing: &Listing, record: &'a Record, name: &str) -> &'a Attribute {
    &record.values[listing.column(name).unwrap()]
}

fn one(text: &str) -> Attribute {
    Attribute::One(text.into())
}

fn keys(listing: &Listing) -> Vec<&str> {
    listing.records.iter().map(|record| record.key.as_str()).collect()
}

fn because(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Partial { because } => because,
        Coverage::Complete { proof } => panic!("complete: {proof}"),
    }
}

#[test]
fn an_object_is_a_record_and_what_is_inside_it_is_reached_by_underscores() {
    let listing = read(JSON).unwrap();
    assert_eq!(listing.names, ["id", "name", "phone_ext", "groups", "left"]);
    assert_eq!(keys(&listing), ["7", "9"]);
    let [ada, grace] = listing.records.as_slice() else { panic!("two") };
    assert_eq!((&ada.place, ada.values.len()), (&Place::Item(1), 5));
    assert_eq!(value(&listing, ada, "phone_ext"), &one("042"));
    assert_eq!(
        value(&listing, ada, "groups"),
        &Attribute::Many(["Sales".into(), "Tea".into()].into())
    );
    assert_eq!(value(&listing, ada, "left"), &Attribute::Absent);
    assert_eq!(value(&listing, grace, "name"), &one("Grace!"));
    assert_eq!(value(&listing, grace, "phone_ext"), &one("4021"));
    assert_eq!(value(&listing, grace, "groups"), &Attribute::Absent);
    let proof = "read to the end of the document: a closed list of 2 items".to_owned();
    assert_eq!(listing.coverage, Coverage::Complete { proof });
}

#[test]
fn only_what_expressions_use_is_kept() {
    let listing = read_at(JSON, None, "id", &["fax", "phone_ext"]).unwrap();
    assert_eq!(listing.names, ["fax", "phone_ext"]);
    assert_eq!(*listing.records[1].values, [Attribute::Absent, one("4021")]);
}

#[test]
fn numbers_keep_their_digits_as_they_are_written() {
    let text = r#"[{"id": 123456789012345678901234567890, "a": 4021.0, "b": 1e3, "c": true}]"#;
    let listing = read(text).unwrap();
    assert_eq!(keys(&listing), ["123456789012345678901234567890"]);
    assert_eq!(listing.records[0].values[1..], [one("4021.0"), one("1e3"), one("true")]);
}

#[test]
fn the_list_may_be_inside_the_document_and_the_key_inside_the_object() {
    let text = r#"{"data": {"people/now": [{"person": {"id": "a"}}]}}"#;
    assert!(read_at(text, Some("data.people"), "person.id", &[]).is_err());
    for key in ["person.id", "person_id"] {
        let listing = read_at(text, Some("/data/people~1now"), key, &["x"]).unwrap();
        assert_eq!(keys(&listing), ["a"]);
        let listing = read_at(text, Some("data.people/now"), key, &[]).unwrap();
        assert_eq!(keys(&listing), ["a"]);
    }
}

#[test]
fn an_object_on_each_line_is_a_list_too() {
    let listing = read("{\"id\": 1}\n\n{\"id\": 2,\n \"b\": 3}\r\n{\"id\": 3}").unwrap();
    assert_eq!(keys(&listing), ["1", "2", "3"]);
    let places: Vec<String> =
        listing.records.iter().map(|record| record.place.to_string()).collect();
    assert_eq!(places, ["line 1", "line 3", "line 5"]);
    let proof = "read to the last byte: 3 whole objects".to_owned();
    assert_eq!(listing.coverage, Coverage::Complete { proof });
}

#[test]
fn a_mark_or_utf_16_makes_no_difference() {
    let plain = read(JSON).unwrap();
    let marked = format!("\u{feff}{JSON}");
    assert_eq!(read(&marked).unwrap().records, plain.records);
    let utf16: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let path = Path::new("staff.json");
    let reading = Reading { path, items: None, key: "id", attributes: &[], progress: &Silent };
    assert_eq!(reading.read(utf16).unwrap().records, plain.records);
}

#[test]
fn a_byte_that_is_not_utf_8_is_an_error_with_a_place() {
    let path = Path::new("staff.json");
    let reading = Reading { path, items: None, key: "id", attributes: &[], progress: &Silent };
    let error = reading.read(b"[{\"id\": \"Zo\xEB\"}]".to_vec()).unwrap_err();
    assert_eq!(error.to_string(), "`staff.json` line 1, column 12: the byte 0xEB is not UTF-8");
}

#[test]
fn names_that_are_no_identifiers_have_an_identifier_form() {
    let text = r#"[{"id": 1, "E-Mail": "a", "@type": "x", "e_mail": "b"}]"#;
    let listing = read_at(text, None, "id", &["e_mail", "type"]).unwrap();
    assert_eq!(*listing.records[0].values, [one("b"), one("x")], "the exact name wins");
}

#[test]
fn what_is_there_twice_makes_a_record_unusable() {
    for text in [
        r#"[{"id": 1, "name": "a", "name": "b"}]"#,
        r#"[{"id": 1, "a": {"name": 1}, "a_name": 2}]"#,
        r#"[{"id": 1, "id": 2}]"#,
    ] {
        let record = &read(text).unwrap().records[0];
        let flaw = record.flaw.as_deref().unwrap();
        assert!(flaw.ends_with("is there twice"), "{flaw}");
        assert_eq!(record.key, "1");
        assert!(record.values.iter().all(|value| *value == Attribute::Absent));
    }
}

#[test]
fn text_that_is_none_makes_a_record_unusable() {
    let listing = read(r#"[{"id": 1, "a": "\ud800"}, {"id": 2, "a": "x\u0000"}, {"id": 3}]"#);
    let flaws: Vec<Option<String>> = listing
        .unwrap()
        .records
        .iter()
        .map(|record| record.flaw.as_ref().map(ToString::to_string))
        .collect();
    let expected = [Some("`a` is not text".into()), Some("`a` holds a NUL character".into()), None];
    assert_eq!(flaws, expected);
}

#[test]
fn an_item_without_a_key_could_be_about_anybody() {
    let listing = read(r#"[{"id": 1}, {"name": "x"}, 5, {"id": ""}, {"id": [1, 2]}]"#).unwrap();
    let said = because(&listing);
    assert_eq!(said, "items 2, 3, 4 and 1 more have no `id` and could be about anybody");
    assert_eq!(listing.records[2].flaw.as_deref(), Some("it is not an object"));
}

#[test]
fn a_key_that_nobody_has_is_an_error() {
    let error = read_at(JSON, None, "uid", &["name"]).unwrap_err();
    assert_eq!(error.to_string(), "no item of `staff.json` has the key `uid`");
}

#[test]
fn an_empty_list_proves_nobody_absent() {
    assert_eq!(because(&read("[]").unwrap()), "the list is empty");
}

#[test]
fn what_is_cut_or_no_list_is_an_error_with_a_place_and_a_way_out() {
    for (text, message, help) in [
        ("", "`staff.json`: the file is empty", "export"),
        (" \n", "`staff.json`: the file is empty", "export"),
        ("[{\"id\": 1},\n {\"id\"", "`staff.json` line 2, column 6: EOF while", "end is missing"),
        ("{\"id\": 1}\n{\"id\"", "`staff.json` line 2, column 5: EOF while", "end is missing"),
        ("[{\"id\": 042}]", "`staff.json` line 1, column 10: invalid number", "correct it"),
        ("[1] x", "`staff.json` line 1, column 5: trailing characters", "correct it"),
        ("7", "`staff.json`: the document is not a list", "`items:`"),
        ("{\"people\": []}", "`staff.json`: it holds one object", "set `items: people`"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.help().contains(help), "{}", error.help());
    }
    let error = read_at("{\"a\": {}}", Some("a.b"), "id", &[]).unwrap_err();
    assert_eq!(error.to_string(), "`staff.json`: there is no `b` for `items: a.b`");
}

#[test]
fn deep_nesting_is_left_out_quickly() {
    let deep =
        format!("[{{\"id\": 1, \"a\": {}1{}}}]", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    assert_eq!(keys(&read(&deep).unwrap()), ["1"]);
    let lists = format!("[{{\"id\": 1, \"a\": {}{}}}]", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(keys(&read(&lists).unwrap()), ["1"]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(text in "[\\[\\]{}\":,a-e0-9\\\\ \n]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let reading = Reading {
            path: Path::new("x"),
            items: None,
            key: "a",
            attributes: &[],
            progress: &Silent,
        };
        let _ = reading.read(bytes);
        if let Ok(listing) = reading.read(text.into_bytes()) {
            for record in &listing.records {
                prop_assert_eq!(record.values.len(), listing.names.len());
            }
        }
    }

    #[test]
    fn a_cut_list_is_never_read(cut in 0..JSON.len()) {
        let cut = JSON.floor_char_boundary(cut);
        prop_assert!(read(&JSON[..cut]).is_err());
    }
}
