//! Whatever an answer is made of.

use proptest::prelude::*;

use super::*;
use crate::connectors::cisco_ucm::axl::{
    answer::{self, Rows, Wanted},
    envelope::Body,
};

/// Reads bytes as an answer; only that it ends is asked.
fn take(bytes: &[u8]) -> (u64, bool) {
    let select = devices();
    let mut each = |_: &Row<'_>| {};
    let mut rows = Rows::new(&select, &mut each);
    let whole = answer::read(bytes, &mut Wanted::Rows(&mut rows)).is_ok();
    let mut objects = Vec::new();
    let _ = answer::read(bytes, &mut Wanted::Objects(&mut objects));
    (rows.count, whole)
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<Envelope>",
        "</Envelope>",
        "<Body>",
        "</Body>",
        "<Fault>",
        "</Fault>",
        "<r>",
        "</r>",
        "<return>",
        "</return>",
        "<return/>",
        "<row>",
        "</row>",
        "<pkid>",
        "</pkid>",
        "1",
        "2",
        "<name a='b'/>",
        "&amp;",
        "&#x41;",
        "&#xD800;",
        "&x;",
        "&",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?xml version='1.0' encoding='utf-8'?>",
        "<?",
        "?>",
        "<",
        ">",
        "/",
        "'",
        "\"",
        "é",
        "\u{0}",
        "\u{feff}",
        "<!DOCTYPE x>",
        "<axlError>",
        "</axlError>",
        "<detail>",
        "</detail>",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_bytes_are_too_much(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        take(&bytes);
    }

    #[test]
    fn no_pieces_of_answers_are_too_much(text in pieces()) {
        take(text.as_bytes());
    }

    #[test]
    fn an_answer_cut_anywhere_is_never_whole(at in any::<prop::sample::Index>(), keys in 0_u32..50) {
        let answer = rows(0..keys);
        prop_assert_eq!(take(answer.as_bytes()), (u64::from(keys), true));
        let cut = at.index(answer.len());
        let (count, whole) = take(&answer.as_bytes()[..cut]);
        prop_assert!(!whole && count <= u64::from(keys));
    }

    #[test]
    fn an_answer_with_one_byte_changed_does_no_harm(at in any::<prop::sample::Index>(), byte: u8) {
        let mut answer = rows(0..20).into_bytes();
        let at = at.index(answer.len());
        answer[at] = byte;
        take(&answer);
    }

    #[test]
    fn whatever_is_asked_for_comes_back_out_of_the_envelope(text in "[^\\p{Cc}\u{fffe}\u{ffff}]{0,60}") {
        let mut body = Body::default();
        body.text("name", &text);
        let answer = returned(&format!("<row><pkid>1</pkid>{}</row>", body.finish().unwrap()));
        let (names, _, end) = read(vec![ok(answer)]);
        prop_assert_eq!(end.unwrap(), 1);
        prop_assert_eq!(names[0].as_str(), text.trim_ascii());
    }
}
