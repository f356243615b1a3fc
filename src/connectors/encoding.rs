//! The bytes of a file as text, whichever way they are written down.

use schemars::JsonSchema;
use serde::Deserialize;

/// How a file writes its characters as bytes. `iso-8859-1` is read as `windows-1252`, which
/// extends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub(super) enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    #[serde(rename = "windows-1250")]
    Windows1250,
    #[serde(rename = "windows-1251")]
    Windows1251,
    #[serde(rename = "windows-1252")]
    Windows1252,
    #[serde(rename = "windows-1253")]
    Windows1253,
    #[serde(rename = "windows-1254")]
    Windows1254,
    #[serde(rename = "iso-8859-1")]
    Iso8859_1,
    #[serde(rename = "iso-8859-2")]
    Iso8859_2,
    #[serde(rename = "iso-8859-15")]
    Iso8859_15,
    #[serde(rename = "macintosh")]
    Macintosh,
    #[serde(rename = "koi8-r")]
    Koi8R,
    #[serde(rename = "shift_jis")]
    ShiftJis,
    #[serde(rename = "gb18030")]
    Gb18030,
    #[serde(rename = "big5")]
    Big5,
    #[serde(rename = "euc-kr")]
    EucKr,
}

/// A file's text.
#[derive(Debug)]
pub(super) struct Decoded {
    /// Without the byte order mark.
    pub(super) text: String,
    /// How it was written, for people: `UTF-8`.
    pub(super) encoding: &'static str,
}

/// Bytes that are no text in the file's encoding.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotText {
    /// From 1.
    pub(super) line: u64,
    /// In characters, from 1.
    pub(super) column: u64,
    pub(super) problem: String,
    pub(super) help: String,
}

impl Encoding {
    fn codec(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1250 => encoding_rs::WINDOWS_1250,
            Self::Windows1251 => encoding_rs::WINDOWS_1251,
            Self::Windows1252 | Self::Iso8859_1 => encoding_rs::WINDOWS_1252,
            Self::Windows1253 => encoding_rs::WINDOWS_1253,
            Self::Windows1254 => encoding_rs::WINDOWS_1254,
            Self::Iso8859_2 => encoding_rs::ISO_8859_2,
            Self::Iso8859_15 => encoding_rs::ISO_8859_15,
            Self::Macintosh => encoding_rs::MACINTOSH,
            Self::Koi8R => encoding_rs::KOI8_R,
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::Gb18030 => encoding_rs::GB18030,
            Self::Big5 => encoding_rs::BIG5,
            Self::EucKr => encoding_rs::EUC_KR,
        }
    }
}

/// The text of a whole file. A byte order mark wins over what the settings say; UTF-8 where
/// neither says anything.
pub(super) fn decode(mut bytes: Vec<u8>, said: Option<Encoding>) -> Result<Decoded, NotText> {
    if let Some(what) = foreign(&bytes) {
        let problem = format!("it is {what}, not text");
        let help = "export or save it as text, in UTF-8".to_owned();
        return Err(NotText { line: 1, column: 1, problem, help });
    }
    let (codec, mark) = codec_of(&bytes, said);
    let encoding = codec.name();
    if codec == encoding_rs::UTF_8 {
        bytes.drain(..mark);
        return match String::from_utf8(bytes) {
            Ok(text) => Ok(Decoded { text, encoding }),
            Err(error) => {
                let fine = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..fine]);
                Err(not_text(&before, &error.as_bytes()[fine..], encoding))
            }
        };
    }
    let given = &bytes[mark..];
    let mut text = String::new();
    let mut decoder = codec.new_decoder_without_bom_handling();
    let mut read = 0;
    loop {
        text.reserve((given.len() - read) * 3 / 2 + 16);
        let (result, took) =
            decoder.decode_to_string_without_replacement(&given[read..], &mut text, true);
        read += took;
        match result {
            encoding_rs::DecoderResult::InputEmpty => return Ok(Decoded { text, encoding }),
            encoding_rs::DecoderResult::OutputFull => {}
            encoding_rs::DecoderResult::Malformed(length, after) => {
                let from = read.saturating_sub(usize::from(length) + usize::from(after));
                return Err(not_text(&text, &given[from..], encoding));
            }
        }
    }
}

/// The text of the beginning of a file, with a replacement for what isn't text.
pub(super) fn glimpse(bytes: &[u8], said: Option<Encoding>) -> String {
    let (codec, mark) = codec_of(bytes, said);
    codec.decode_without_bom_handling(&bytes[mark..]).0.into_owned()
}

/// What a file is that was never text, by its first bytes.
fn foreign(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Some("a workbook (`.xlsx`, `.ods`) or a ZIP archive"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("a workbook (`.xls`)"),
        [0x1F, 0x8B, ..] => Some("compressed (gzip)"),
        _ => None,
    }
}

/// The encoding, and how many bytes its mark takes.
fn codec_of(bytes: &[u8], said: Option<Encoding>) -> (&'static encoding_rs::Encoding, usize) {
    encoding_rs::Encoding::for_bom(bytes)
        .unwrap_or_else(|| (said.unwrap_or(Encoding::Utf8).codec(), 0))
}

fn not_text(before: &str, rest: &[u8], encoding: &str) -> NotText {
    let line = before.bytes().filter(|&byte| byte == b'\n').count() as u64 + 1;
    let begun = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[begun..].chars().count() as u64 + 1;
    let byte = rest.first().copied().unwrap_or_default();
    let (problem, help) = if encoding == "UTF-8" {
        (
            format!("the byte 0x{byte:02X} is not {encoding}"),
            "set `encoding: windows-1252` if a Windows program wrote the file, or export it as UTF-8",
        )
    } else {
        (
            format!("the bytes from 0x{byte:02X} on are not {encoding}"),
            "set `encoding:` to the one the file is written in, or export it as UTF-8",
        )
    };
    NotText { line, column, problem, help: help.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8], said: Option<Encoding>) -> String {
        decode(bytes.to_vec(), said).unwrap().text
    }

    #[test]
    fn a_mark_says_the_encoding_and_is_no_text() {
        assert_eq!(text(b"\xEF\xBB\xBFa\xC3\xBC", None), "aü");
        assert_eq!(text(b"\xFF\xFEa\0\xFC\0", None), "aü");
        assert_eq!(text(b"\xFE\xFF\0a\0\xFC", Some(Encoding::Windows1252)), "aü");
    }

    #[test]
    fn the_settings_say_what_no_mark_says() {
        assert_eq!(text(b"a\xFC", Some(Encoding::Windows1252)), "aü");
        assert_eq!(text(b"\xFC\x80", Some(Encoding::Iso8859_1)), "ü€");
        assert_eq!(text(b"a\0\xFC\0", Some(Encoding::Utf16Le)), "aü");
    }

    #[test]
    fn what_is_no_text_is_told_by_line_and_column() {
        let error = decode(b"name\nm\xC3\xBCll\xFCr\n".to_vec(), None).unwrap_err();
        assert_eq!((error.line, error.column), (2, 5));
        assert_eq!(error.problem, "the byte 0xFC is not UTF-8");
        assert!(error.help.contains("windows-1252"));
        let lone = decode(b"\xFF\xFEa\0\n\0b\0\x00\xD8c\0".to_vec(), None).unwrap_err();
        assert_eq!((lone.line, lone.column), (2, 2));
    }

    #[test]
    fn a_workbook_is_not_taken_for_text_in_another_encoding() {
        let error = decode(b"PK\x03\x04\x14\0".to_vec(), Some(Encoding::Windows1252)).unwrap_err();
        assert!(error.problem.contains(".xlsx"), "{}", error.problem);
        assert!(error.help.contains("save it as text"));
    }

    #[test]
    fn half_a_character_at_the_end_is_no_text() {
        assert!(decode(b"caf\xC3".to_vec(), None).is_err());
        assert!(decode(b"\xFF\xFEa\0b".to_vec(), None).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for said in [None, Some(Encoding::Utf16Be), Some(Encoding::ShiftJis), Some(Encoding::Gb18030)] {
                let lossy = glimpse(&bytes, said);
                if let Ok(decoded) = decode(bytes.clone(), said) {
                    prop_assert_eq!(lossy, decoded.text);
                }
            }
        }
    }
}
