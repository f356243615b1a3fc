//! XML as a stream: a cursor over elements by their local names.
//!
//! On `quick-xml`'s events, with what a stranger's answer calls for: limits on depth and on the
//! length of one piece, no document type (hence no entities but the five of XML and characters by
//! number), UTF-8 only, and an end only where the root element is closed.

mod element;

use std::{
    borrow::Cow,
    io::{self, BufRead, Read},
    sync::Arc,
};

use quick_xml::{
    Reader,
    errors::{Error, IllFormedError, SyntaxError},
    escape::unescape,
    events::{BytesRef, BytesStart, Event},
};

pub use element::{Element, Opened};

/// How deep elements may stand in one another.
const DEPTH: usize = 64;

/// How long one tag or text may be, in bytes.
const PIECE: usize = 1 << 20;

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

/// Why a document can't be read further.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// The stream broke.
    #[error("{0}")]
    Stream(Arc<io::Error>),
    /// It ends before its root element does.
    #[error("it ends in the middle")]
    Ended,
    /// It isn't XML, or not such as is read here.
    #[error("{0}")]
    Malformed(String),
}

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

fn malformed(problem: impl Into<String>) -> Fault {
    Fault::Malformed(problem.into())
}

fn too_long() -> Fault {
    malformed(format!("a tag or a text in it is longer than {} MB", PIECE >> 20))
}

fn fault(error: Error) -> Fault {
    match error {
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            too_long()
        }
        Error::Io(error) => Fault::Stream(error),
        // A piece that ends with the stream.
        Error::Syntax(SyntaxError::InvalidBangMarkup) => malformed("it isn't XML"),
        Error::Syntax(_) | Error::IllFormed(IllFormedError::UnclosedReference) => Fault::Ended,
        Error::Encoding(_) => malformed("it is not UTF-8"),
        error => malformed(cut(&error.to_string())),
    }
}

/// So that a message never carries much of what a stranger sent.
fn cut(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}

/// A stream that ends in an error where one piece of the document is too long.
struct Pieces<R> {
    input: R,
    left: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("too long")]
struct TooLong;

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl<R: BufRead> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TooLong));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}
