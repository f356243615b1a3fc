//! What bytes become, without a file.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::{
    directory::Text,
    source::{Attribute, Place, Record},
};

const CSV: &str = "staff no,name,ext\n7,Ada,042\n9,Grace,4021\n";

fn read(bytes: &[u8]) -> Result<Listing, FetchError> {
    read_some(bytes, &[], None)
}

fn read_some(
    bytes: &[u8],
    attributes: &[&str],
    encoding: Option<Encoding>,
) -> Result<Listing, FetchError> {
    let attributes: Vec<Text> = attributes.iter().map(Text::new).collect();
    let reading = Reading {
        path: Path::new("staff.csv"),
        key: "staff_no",
        delimiter: None,
        encoding,
        attributes: &attributes,
        progress: &Silent,
    };
    reading.read(bytes.to_vec()).map(|table| table.listing)
}

fn listing(text: &str) -> Listing {
    read(text.as_bytes()).unwrap()
}

fn texts(record: &Record) -> Vec<&str> {
    let mut texts = Vec::new();
    for value in &record.values {
        texts.push(if let Attribute::One(text) = value { text.as_str() } else { "" });
    }
    texts
}

fn because(listing: &Listing) -> &str {
    match &listing.coverage {
        Coverage::Partial { because } => because,
        Coverage::Complete { proof } => panic!("complete: {proof}"),
    }
}

#[test]
fn a_row_is_a_record_with_its_key_its_line_and_its_cells() {
    let listing = listing(CSV);
    assert_eq!(listing.names, ["staff_no", "name", "ext"]);
    assert_eq!(texts(&listing.records[0]), ["7", "Ada", "042"]);
    assert_eq!(
        (listing.records[1].key.as_str(), &listing.records[1].place),
        ("9", &Place::Line(3))
    );
    let proof = "read to the last byte: 2 rows, each with the header's 3 columns".to_owned();
    assert_eq!(listing.coverage, Coverage::Complete { proof });
}

#[test]
fn only_what_expressions_use_is_kept() {
    let listing = read_some(CSV.as_bytes(), &["ext"], None).unwrap();
    assert_eq!(listing.names, ["ext"]);
    assert_eq!(texts(&listing.records[1]), ["4021"]);
}

#[test]
fn a_file_is_the_same_with_a_mark_crlf_semicolons_quotes_or_in_another_encoding() {
    let plain = listing("staff no,name,ext\n7,Zoë,042\n9,Grace,4021\n");
    let utf16: Vec<u8> = "\u{feff}staff no;name;ext\r\n7;Zoë;042\r\n9;Grace;4021\r\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    for bytes in [
        "\u{feff}staff no,name,ext\n7,Zoë,042\n9,Grace,4021\n".as_bytes(),
        "staff no,name,ext\r\n7,Zoë,042\r\n9,Grace,4021\r\n".as_bytes(),
        "staff no;name;ext\n7;Zoë;042\n9;Grace;4021".as_bytes(),
        "\"staff no\"\t\"name\"\t\"ext\"\n\"7\"\t\"Zoë\"\t\"042\"\n\"9\"\t\"Grace\"\t\"4021\"\n"
            .as_bytes(),
        &utf16,
    ] {
        assert_eq!(read(bytes).unwrap().records, plain.records);
    }
    let latin = b"staff no,name,ext\n7,Zo\xEB,042\n9,Grace,4021\n";
    let read = read_some(latin, &[], Some(Encoding::Iso8859_1)).unwrap();
    assert_eq!(read.records, plain.records);
}

#[test]
fn latin_1_that_nobody_announced_is_an_error_with_a_place() {
    let error = read(b"staff no,name\n7,Zo\xEB\n").unwrap_err();
    assert_eq!(error.to_string(), "`staff.csv` line 2, column 5: the byte 0xEB is not UTF-8");
    assert!(error.help().contains("`encoding: windows-1252`"));
}

#[test]
fn a_row_with_other_than_the_headers_columns_is_flawed_and_nobody_is_absent() {
    let listing = listing("staff no,name,ext\n7,Lovelace, Ada,042\n9,Grace\n11,Joan,4022\n");
    assert_eq!(because(&listing), "lines 2 and 3 are not divided as the header is");
    let keys: Vec<&str> = listing.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["7", "9", "11"], "they are known to be there");
    let flaw = listing.records[0].flaw.as_deref();
    assert_eq!(flaw, Some("it has 4 columns where the header has 3"));
    assert_eq!(listing.records[2].flaw, None);
}

#[test]
fn a_file_that_stops_in_a_row_or_in_a_quote_proves_nobody_absent() {
    let stopped = listing("staff no,name,ext\n7,Ada,042\n9,Gra");
    assert_eq!(because(&stopped), "it stops in the middle of line 3");
    let quoted = listing("staff no,name,ext\n7,\"Ada,042\n9,Grace,4021\n");
    assert_eq!(because(&quoted), "a quote in the row from line 2 on is never closed");
}

#[test]
fn text_behind_a_closing_quote_makes_a_row_unusable() {
    let listing = listing("staff no,name,ext\n7,\"Ada\" L,042\n");
    assert_eq!(because(&listing), "line 2 is not divided as the header is");
    let flaw = listing.records[0].flaw.as_deref();
    assert_eq!(flaw, Some("`name` goes on behind its closing quote"));
}

#[test]
fn a_key_that_repeats_is_given_as_often_as_it_is_there() {
    let listing = listing("staff no,name\n7,Ada\n7,Grace\n");
    assert_eq!(listing.records.len(), 2);
    assert_eq!(listing.records[0].key, listing.records[1].key);
}

#[test]
fn spaces_round_a_key_are_not_part_of_it() {
    let listing = listing("staff no,name\n 7\t,Ada\n\"9 \",Grace\n");
    let keys: Vec<_> = listing.records.iter().map(|record| record.key.as_str()).collect();
    assert_eq!(keys, ["7", "9"]);
}

#[test]
fn a_row_without_a_key_could_be_about_anybody() {
    let listing = listing("staff no,name\n7,Ada\n  ,Grace\n");
    assert_eq!(because(&listing), "line 3 has no `staff_no` and could be about anybody");
    assert_eq!(listing.records[1].key, "");
}

#[test]
fn rows_with_nothing_in_them_are_no_records() {
    let listing = listing("staff no;name\n7;Ada\n\n;\n;;;;\n");
    assert_eq!(listing.records.len(), 1);
    assert!(matches!(listing.coverage, Coverage::Complete { .. }));
}

#[test]
fn a_header_without_rows_proves_nobody_absent() {
    for text in ["staff no,name\n", "staff no,name", "staff no,name\n,\n\n"] {
        assert_eq!(because(&listing(text)), "it has a header and no rows");
    }
}

#[test]
fn a_file_without_a_header_is_an_error() {
    for (text, message) in [
        ("", "`staff.csv`: the file is empty"),
        ("\u{feff}\r\n\n", "`staff.csv`: the file is empty"),
        ("7,Ada\n9,Grace\n", "`staff.csv` has no column `staff_no`; it has [\"7\", \"Ada\"]"),
        ("staff no,,x\n", "`staff.csv` line 1: column 2 has no name"),
        ("\nx,x\n", "`staff.csv` line 2: columns 1 and 2 are both called `x`"),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_column_that_expressions_use_and_the_file_lost_is_an_error() {
    let error = read_some(CSV.as_bytes(), &["name", "team"], None).unwrap_err();
    assert!(error.to_string().contains("no column `team`"));
}

#[test]
fn a_delimiter_that_does_not_fit_the_file_is_named() {
    let reading = Reading {
        path: Path::new("staff.csv"),
        key: "staff_no",
        delimiter: Some(Delimiter::Comma),
        encoding: None,
        attributes: &[],
        progress: &Silent,
    };
    let error = reading.read(b"staff no;name\n7;Ada\n".to_vec()).unwrap_err();
    assert!(error.to_string().contains("`staff no;name` is one column"), "{error}");
    assert_eq!(error.help(), "drop `delimiter:` or correct it");
}

#[test]
fn nul_characters_make_a_row_unusable_and_hint_at_utf_16() {
    let listing = listing("staff no,name\n7,A\0da\n9,Grace\n");
    assert_eq!(listing.records[0].flaw.as_deref(), Some("`name` holds a NUL character"));
    assert_eq!(listing.records[0].key, "7");
    let utf16: Vec<u8> = CSV.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(read(&utf16).unwrap_err().help().contains("utf-16le"));
    let known = read_some(&utf16, &[], Some(Encoding::Utf16Le)).unwrap();
    assert_eq!(known.records.len(), 2);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_give_a_key_that_is_not_there(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut with_header = b"staff no,name\n".to_vec();
        with_header.extend(&bytes);
        let _ = read(&bytes);
        if let Ok(listing) = read(&with_header) {
            for record in &listing.records {
                prop_assert_eq!(record.values.len(), listing.names.len());
            }
            let complete = matches!(listing.coverage, Coverage::Complete { .. });
            prop_assert!(!complete || listing.records.iter().all(|record| !record.key.is_empty()));
            prop_assert!(!complete || !listing.records.is_empty());
        }
    }

    #[test]
    fn a_file_cut_anywhere_but_in_its_last_cell_or_between_rows_is_not_complete(cut in 0..CSV.len()) {
        let text = &CSV[..cut];
        let hidden = text.ends_with('\n') || text[text.rfind('\n').map_or(0, |at| at + 1)..].matches(',').count() == 2;
        if let Ok(listing) = read(text.as_bytes()) {
            let complete = matches!(listing.coverage, Coverage::Complete { .. });
            prop_assert!(!complete || (hidden && !listing.records.is_empty()), "{}", text);
        }
    }
}
