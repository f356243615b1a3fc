//! XML as a stream: a cursor over elements by their local names.
//!
//! On `quick-xml`'s events, with what a stranger's answer calls for: limits on depth and on the
//! length of one piece, no document type (hence no entities but the five of XML and characters by
//! number), UTF-8 only, and an end only where the root element is closed.

mod element;
mod fault;
mod pieces;

use std::{borrow::Cow, io::BufRead};

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesRef, BytesStart, Event},
};

pub use self::{
    element::{Element, Opened},
    fault::Fault,
};
use self::{
    fault::{fault, malformed, too_long},
    pieces::{PIECE, Pieces},
};

/// How deep elements may stand in one another.
const DEPTH: usize = 64;

/// A document on its way, read once from front to end.
pub struct Xml<R> {
    reader: Reader<Pieces<R>>,
    buffer: Vec<u8>,
    depth: usize,
    rooted: bool,
}

/// What comes next.
pub enum Step<'a> {
    /// An element begins.
    Open(Tag<'a>),
    /// Text in the element that is open, or a part of it; may be blank.
    Text(Cow<'a, str>),
    /// The element that is open ends.
    Close,
    /// Nothing that is of interest: a comment.
    Aside,
    /// The document is at its end, and whole.
    End,
}

/// The beginning of an element.
pub struct Tag<'a>(BytesStart<'a>);

impl<R: BufRead> Xml<R> {
    /// Begins to read; a large buffer below makes it fast.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Pieces { input, left: PIECE });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::with_capacity(4096), depth: 0, rooted: false }
    }

    /// The next step; [`Step::End`] again and again after the end.
    ///
    /// # Errors
    ///
    /// [`Fault`], after which nothing right follows.
    pub fn step(&mut self) -> Result<Step<'_>, Fault> {
        self.buffer.clear();
        self.reader.get_mut().left = PIECE;
        match self.reader.read_event_into(&mut self.buffer).map_err(fault)? {
            Event::Start(_) if self.depth == DEPTH => {
                Err(malformed(format!("more than {DEPTH} elements stand in one another")))
            }
            Event::Start(_) if self.depth == 0 && self.rooted => {
                Err(malformed("it has more than one root element"))
            }
            Event::Start(tag) => {
                self.depth += 1;
                self.rooted = true;
                Ok(Step::Open(Tag(tag)))
            }
            Event::End(_) => {
                self.depth -= 1;
                Ok(Step::Close)
            }
            Event::Text(text) if self.depth == 0 => match text.trim_ascii().is_empty() {
                true => Ok(Step::Aside),
                false => Err(malformed("it has text outside of its root element")),
            },
            Event::Text(text) => without_nul(text.xml10_content()),
            Event::CData(text) if self.depth > 0 => without_nul(text.xml10_content()),
            Event::GeneralRef(name) if self.depth > 0 => {
                without_nul(Cow::Owned(resolved(&name)?.to_string()))
            }
            Event::CData(_) | Event::GeneralRef(_) => {
                Err(malformed("it has text outside of its root element"))
            }
            Event::Decl(declaration) => match declaration.encoding() {
                None => Ok(Step::Aside),
                Some(Ok(name)) if is_utf8(&name) => Ok(Step::Aside),
                Some(Ok(name)) => Err(malformed(format!("it is in `{name}`, not in UTF-8"))),
                Some(Err(error)) => Err(malformed(error.to_string())),
            },
            Event::DocType(_) => Err(malformed("it has a document type, which is not read")),
            Event::Comment(_) | Event::PI(_) => Ok(Step::Aside),
            // They come as a beginning and an end.
            Event::Empty(_) => Err(malformed("it has an element that can't be read")),
            Event::Eof if self.depth > 0 || !self.rooted => Err(Fault::Ended),
            Event::Eof => Ok(Step::End),
        }
    }

    /// Adds all text of the element that was just opened, up to its end, to `text`; of elements
    /// within, nothing.
    ///
    /// # Errors
    ///
    /// [`Fault`], also where the text is too long.
    pub fn text(&mut self, text: &mut String) -> Result<(), Fault> {
        let (mut below, before) = (0_usize, text.len());
        loop {
            match self.step()? {
                Step::Open(_) => below += 1,
                Step::Close if below == 0 => return Ok(()),
                Step::Close => below -= 1,
                Step::Text(part) if below == 0 => {
                    if text.len() - before + part.len() > PIECE {
                        return Err(too_long());
                    }
                    text.push_str(&part);
                }
                Step::Text(_) | Step::Aside => {}
                Step::End => return Err(Fault::Ended),
            }
        }
    }

    /// Takes the element that was just opened as a row: the text of each child goes to the value
    /// that `place` gives for its local name, without blanks at either end; for one that is there
    /// twice, the first that isn't empty. `place` is told where the next one should be if they come
    /// in order. What has no place is passed over; a value without a child becomes empty.
    ///
    /// # Errors
    ///
    /// [`Fault`]
    pub fn cells(
        &mut self,
        values: &mut [String],
        place: impl Fn(&str, usize) -> Option<usize>,
    ) -> Result<(), Fault> {
        values.iter_mut().for_each(String::clear);
        let mut next = 0;
        loop {
            let at = match self.step()? {
                Step::Open(tag) => place(tag.name(), next),
                Step::Close => return Ok(()),
                Step::Text(_) | Step::Aside => continue,
                Step::End => return Err(Fault::Ended),
            };
            match at.and_then(|at| values.get_mut(at)).filter(|value| value.is_empty()) {
                Some(value) => {
                    self.text(value)?;
                    let trimmed = value.trim_ascii();
                    if trimmed.len() != value.len() {
                        *value = trimmed.to_owned();
                    }
                    next = at.map_or(0, |at| at + 1);
                }
                None => self.pass()?,
            }
        }
    }

    /// Passes over the rest of the element that was just opened.
    ///
    /// # Errors
    ///
    /// [`Fault`]
    pub fn pass(&mut self) -> Result<(), Fault> {
        let mut below = 0_usize;
        loop {
            match self.step()? {
                Step::Open(_) => below += 1,
                Step::Close if below == 0 => return Ok(()),
                Step::Close => below -= 1,
                Step::Text(_) | Step::Aside => {}
                Step::End => return Err(Fault::Ended),
            }
        }
    }

    /// How many bytes were read.
    pub fn position(&self) -> u64 {
        self.reader.buffer_position()
    }
}

impl Tag<'_> {
    /// The name without its prefix.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The attributes that can be read, by their names without prefixes.
    fn attributes(&self) -> Vec<(String, String)> {
        let mut read = Vec::new();
        for attribute in self.0.attributes().with_checks(false).flatten() {
            if let Ok(value) = unescape(&attribute.value) {
                read.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
            }
        }
        read
    }
}

fn without_nul(text: Cow<'_, str>) -> Result<Step<'_>, Fault> {
    match text.as_bytes().contains(&0) {
        true => Err(malformed("it has a NUL in a text")),
        false => Ok(Step::Text(text)),
    }
}

fn resolved(name: &BytesRef<'_>) -> Result<char, Fault> {
    match name.resolve_char_ref() {
        Ok(Some(character)) => return Ok(character),
        Ok(None) => {}
        Err(error) => return Err(malformed(error.to_string())),
    }
    Ok(match &**name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(malformed(format!("it has an entity `&{shown};` that XML doesn't know")));
        }
    })
}

fn is_utf8(encoding: &str) -> bool {
    ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of a text, and how it ends.
    fn steps(text: &str) -> (String, Result<(), Fault>) {
        let mut xml = Xml::new(text.as_bytes());
        let mut told = String::new();
        loop {
            match xml.step() {
                Ok(Step::Open(tag)) => told += &format!("<{}>", tag.name()),
                Ok(Step::Text(text)) => told += &text,
                Ok(Step::Close) => told += "</>",
                Ok(Step::Aside) => {}
                Ok(Step::End) => return (told, Ok(())),
                Err(fault) => return (told, Err(fault)),
            }
        }
    }

    fn fault_of(text: &str) -> String {
        steps(text).1.unwrap_err().to_string()
    }

    #[test]
    fn elements_come_by_their_local_names() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<!-- c --><a:b xmlns:a='x'><c d='e'/>f &gt; \
                    <![CDATA[<g>]]>&#xe9;<?pi?></a:b>\n";
        let (told, end) = steps(text);
        assert!(end.is_ok());
        assert_eq!(told, "<b><c></>f > <g>é</>");
    }

    #[test]
    fn what_is_not_such_a_document_is_a_fault() {
        for (text, why) in [
            ("", "in the middle"),
            ("  ", "in the middle"),
            ("<a>", "in the middle"),
            ("<a><b></b>", "in the middle"),
            ("<a><![CDATA[x", "in the middle"),
            ("<a>&am", "in the middle"),
            ("<a b='", "in the middle"),
            ("<a></b>", "expected `</a>`"),
            ("</a>", "does not match"),
            ("<a/><b/>", "more than one root"),
            ("<a/>x", "outside of its root"),
            ("&lt;<a/>", "outside of its root"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
            ("<a>&b;</a>", "entity `&b;`"),
            ("<a>\0</a>", "NUL"),
            ("<?xml version='1.0' encoding='UTF-16'?><a/>", "in `UTF-16`"),
        ] {
            assert!(fault_of(text).contains(why), "{text}: {}", fault_of(text));
        }
        let latin = &b"<a>\xe9</a>"[..];
        let mut xml = Xml::new(latin);
        assert!(matches!(xml.step(), Ok(Step::Open(_))));
        assert_eq!(xml.step().err().map(|fault| fault.to_string()), Some("it is not UTF-8".into()));
    }

    #[test]
    fn nothing_is_held_that_is_too_long_or_too_deep() {
        let deep = "<a>".repeat(DEPTH + 1);
        assert!(fault_of(&deep).contains("stand in one another"));
        let blank = " ".repeat(2 * PIECE);
        for long in [
            format!("<a>{blank}</a>"),
            format!("<a {blank}/>"),
            format!("<a><![CDATA[{blank}]]></a>"),
            format!("<a><!--{blank}--></a>"),
        ] {
            // In small parts, as from a connection: so much is never read at once.
            let mut xml = Xml::new(std::io::BufReader::with_capacity(1000, long.as_bytes()));
            let end = std::iter::from_fn(|| match xml.step() {
                Ok(Step::End) => None,
                Ok(_) => Some(None),
                Err(fault) => Some(Some(fault)),
            });
            let fault = end.flatten().next().map(|fault| fault.to_string());
            assert_eq!(fault.as_deref(), Some("a tag or a text in it is longer than 1 MB"));
        }
        let piece = format!("<![CDATA[{}]]>y", "x".repeat(1000));
        let pieces = format!("<a>{}</a>", piece.repeat(1100));
        let mut xml = Xml::new(pieces.as_bytes());
        assert!(matches!(xml.step(), Ok(Step::Open(_))));
        assert!(xml.text(&mut String::new()).is_err());
    }

    #[test]
    fn a_tree_has_what_is_in_it() {
        let text = "<n:a uuid='{X&amp;}'><b> c </b><d><b>e</b></d><b/>f</n:a>";
        let mut xml = Xml::new(text.as_bytes());
        let Ok(Step::Open(tag)) = xml.step() else { panic!("a tag") };
        let opened = Opened::of(&tag);
        let tree = Element::read(opened, &mut xml).unwrap();
        assert_eq!((tree.name(), tree.attribute("uuid"), tree.text()), ("a", "{X&}", "f"));
        assert_eq!((tree.at(&["b"]), tree.at(&["d", "b"]), tree.at(&["x", "y"])), ("c", "e", ""));
        assert_eq!(tree.named("b").count(), 2);
        assert!(matches!(xml.step(), Ok(Step::End)));
        let large = format!("<a>{}</a>", "<b/>".repeat(300_000));
        let mut xml = Xml::new(large.as_bytes());
        let Ok(Step::Open(tag)) = xml.step() else { panic!("a tag") };
        let opened = Opened::of(&tag);
        assert!(Element::read(opened, &mut xml).is_err());
    }
}
