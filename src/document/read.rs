//! Bytes to text, and text to a tree, within bounds that a hostile file can't leave.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use granit_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};

use super::{Content, Fault, Key, MAX_BYTES, MAX_DEPTH, Node, Span};

/// The most values that a file may have.
const MAX_NODES: usize = 1_000_000;

/// The most values that aliases may stand for, all together.
const MAX_COPIES: usize = 100_000;

/// The most anchors that a file may have.
const MAX_ANCHORS: usize = 1_000;

/// The bytes of a file as text, without its byte order mark.
///
/// # Errors
///
/// Bytes that are not UTF-8 (the place of the first is named), UTF-16, more than [`MAX_BYTES`], and
/// control characters, which YAML forbids (YAML 1.2, section 5.1).
pub fn text<'a>(bytes: &'a [u8], file: &Arc<str>) -> Result<&'a str, Fault> {
    let start = Span::start(file);
    if bytes.len() > MAX_BYTES {
        let problem = format!("the file has more than {} MB", MAX_BYTES >> 20);
        return Err(Fault::new(problem, "check that this is the file you meant", &start));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Fault::new("the file is UTF-16", "save it as UTF-8", &start));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = String::from_utf8_lossy(valid);
        Fault::new(
            "the file is not UTF-8 from here on",
            "save it as UTF-8, which is not Latin-1 (ISO 8859-1) or Windows-1252",
            &span_at(&valid, valid.len(), file),
        )
    })?;
    match text.char_indices().find(|(_, character)| forbidden(*character)) {
        None => Ok(text),
        Some((index, character)) => Err(Fault::new(
            format!("control character U+{:04X}", u32::from(character)),
            "remove it, or write it as an escape in double quotes",
            &span_at(text, index, file),
        )),
    }
}

fn forbidden(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}')
}

/// The span of one character, from its byte index.
fn span_at(text: &str, index: usize, file: &Arc<str>) -> Span {
    let before = text.get(..index).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    let width = text.get(index..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span {
        file: Arc::clone(file),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        bytes: index..index + width,
    }
}

/// A text that [`text()`] gave as a tree; an empty one is [`Content::Null`].
///
/// # Errors
///
/// The first place where the text isn't YAML, holds a second document, a tag of its own, a key that
/// isn't one text, or more than the bounds allow: aliases that multiply, deep nesting, many anchors.
pub fn parse(text: &str, file: &Arc<str>) -> Result<Node, Fault> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH
    };
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| broken(text, &error, file))?;
        let at = builder.span(span.start, span.end);
        builder.take(event, at)?;
    }
    Ok(builder.root.unwrap_or(Node { at: Span::start(file), content: Content::Null }))
}

/// A list or mapping that is not yet closed.
struct Open {
    node: Node,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<Key>,
    map: bool,
    size: usize,
    merged: Vec<Node>,
}

struct Builder<'a> {
    file: &'a Arc<str>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    root: Option<Node>,
    documents: usize,
    nodes: usize,
    copies: usize,
}

impl<'a> Builder<'a> {
    fn new(file: &'a Arc<str>) -> Self {
        Self {
            file,
            open: Vec::new(),
            anchors: BTreeMap::new(),
            root: None,
            documents: 0,
            nodes: 0,
            copies: 0,
        }
    }

    fn span(&self, start: Marker, end: Marker) -> Span {
        let from = start.byte_offset().unwrap_or_default();
        Span {
            file: Arc::clone(self.file),
            line: u32::try_from(start.line()).unwrap_or(u32::MAX),
            column: u32::try_from(start.col() + 1).unwrap_or(u32::MAX),
            bytes: from..end.byte_offset().unwrap_or(from).max(from),
        }
    }

    fn take(&mut self, event: Event<'_>, at: Span) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Fault::new(
                        "a second document begins here",
                        "keep one document in a file, and name further files under `include:`",
                        &at,
                    ));
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                let content = scalar(&text, style, tag.as_deref(), &at)?;
                self.value(Node { at, content }, anchor, 1)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.begin(Content::List(Vec::new()), anchor, tag.as_deref(), at)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.begin(Content::Map(Vec::new()), anchor, tag.as_deref(), at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id).cloned_within(MAX_COPIES) else {
                    return Err(Fault::new(
                        "this alias stands for a value that it is part of, or for too much",
                        "write the value out",
                        &at,
                    ));
                };
                self.copies += size;
                if self.copies > MAX_COPIES {
                    return Err(Fault::new(
                        format!("aliases up to here stand for more than {MAX_COPIES} values"),
                        "write the values out, or fewer of them",
                        &at,
                    ));
                }
                self.value(node, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        content: Content,
        anchor: usize,
        tag: Option<&Tag>,
        at: Span,
    ) -> Result<(), Fault> {
        let map = matches!(content, Content::Map(_));
        if let Some(tag) = tag
            && tag.core_suffix() != Some(if map { "map" } else { "seq" })
        {
            return Err(strange_tag(tag, &at));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::new(
                format!("more than {MAX_DEPTH} levels stand in one another"),
                "check the brackets and the indentation",
                &at,
            ));
        }
        let node = Node { at, content };
        self.open.push(Open { node, anchor, key: None, map, size: 1, merged: Vec::new() });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        if let Content::Map(entries) = &mut open.node.content {
            merge(entries, open.merged);
        }
        if open.node.at.bytes.is_empty() {
            match &open.node.content {
                Content::Map(entries) => {
                    if let Some((key, _)) = entries.first() {
                        open.node.at = key.at.clone();
                    }
                }
                Content::List(items) => {
                    if let Some(item) = items.first() {
                        open.node.at.bytes.end = item.at.bytes.start.max(open.node.at.bytes.start);
                    }
                }
                Content::Null | Content::Scalar { .. } => {}
            }
        }
        self.value(open.node, open.anchor, open.size)
    }

    /// Puts a value where it belongs: as a key, under a key, into a list, or as the whole.
    fn value(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fault> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let problem = format!("the file has more than {MAX_NODES} values");
            return Err(Fault::new(problem, "split it", &node.at));
        }
        if anchor != 0 {
            if self.anchors.len() >= MAX_ANCHORS {
                let problem = format!("the file has more than {MAX_ANCHORS} anchors");
                return Err(Fault::new(problem, "write the values out", &node.at));
            }
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.size += size;
        match (&mut open.node.content, open.key.take()) {
            (Content::Map(entries), Some(key)) => {
                if key.text == "<<" {
                    open.merged.extend(bases(node)?);
                } else {
                    entries.push((key, node));
                }
            }
            (Content::List(items), _) => items.push(node),
            _ if open.map => open.key = Some(key(node)?),
            _ => {}
        }
        Ok(())
    }
}

/// A copy of an anchored value, unless it is larger than all aliases together may be.
trait ClonedWithin {
    fn cloned_within(self, most: usize) -> Option<(Node, usize)>;
}

impl ClonedWithin for Option<&(Node, usize)> {
    fn cloned_within(self, most: usize) -> Option<(Node, usize)> {
        self.filter(|(_, size)| *size <= most).cloned()
    }
}

/// What a scalar is by YAML's core schema, as far as that can be told from its text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: &Span) -> Result<Content, Fault> {
    let plain = match tag.map(|tag| (tag, tag.core_suffix())) {
        None => style == ScalarStyle::Plain,
        Some((_, Some("str"))) => false,
        Some((_, Some("int" | "float" | "bool" | "null"))) => true,
        Some((tag, _)) => return Err(strange_tag(tag, at)),
    };
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Content::Null);
    }
    Ok(Content::Scalar { text: text.into(), plain, hidden: false })
}

fn strange_tag(tag: &Tag, at: &Span) -> Fault {
    Fault::new(format!("the tag `{}` means nothing here", tag.original()), "remove the tag", at)
}

fn key(node: Node) -> Result<Key, Fault> {
    let text = match node.content {
        Content::Scalar { text, .. } => text,
        Content::Null => "null".into(),
        Content::List(_) | Content::Map(_) => {
            let problem = "a list or mapping can't be a key";
            return Err(Fault::new(problem, "write one text, or quote the whole key", &node.at));
        }
    };
    Ok(Key { text, at: node.at })
}

/// The mappings that `<<:` names, the first of them counting most.
fn bases(node: Node) -> Result<Vec<Node>, Fault> {
    let wrong = |at: &Span| {
        Fault::new("`<<` takes a mapping or a list of mappings", "name one, as in `<<: *base`", at)
    };
    match node.content {
        Content::Map(_) => Ok(vec![node]),
        Content::List(items) => {
            match items.iter().find(|i| !matches!(i.content, Content::Map(_))) {
                Some(item) => Err(wrong(&item.at)),
                None => Ok(items),
            }
        }
        Content::Null | Content::Scalar { .. } => Err(wrong(&node.at)),
    }
}

/// Adds what the bases have and the mapping itself has not.
fn merge(entries: &mut Vec<(Key, Node)>, bases: Vec<Node>) {
    if bases.is_empty() {
        return;
    }
    let mut known: BTreeSet<_> = entries.iter().map(|(key, _)| key.text.clone()).collect();
    for base in bases {
        if let Content::Map(inherited) = base.content {
            for (key, node) in inherited {
                if known.insert(key.text.clone()) {
                    entries.push((key, node));
                }
            }
        }
    }
}

/// What the parser says, in words of ours where it can be said more plainly.
fn broken(text: &str, error: &ScanError, file: &Arc<str>) -> Fault {
    use granit_parser::ErrorKind as K;
    let marker = error.marker();
    let mut at = span_at(text, marker.byte_offset().unwrap_or(text.len()), file);
    at.line = u32::try_from(marker.line()).unwrap_or(u32::MAX);
    at.column = u32::try_from(marker.col() + 1).unwrap_or(u32::MAX);
    let (message, help) = match error.kind() {
        K::TabNotAllowed
        | K::TabInBlockIndentation
        | K::TabInIndentation
        | K::TabAtBlockScalarStart => {
            ("a tab stands where YAML takes spaces only".into(), "indent with spaces")
        }
        K::UnknownAnchor => (
            "this alias has no anchor before it".into(),
            "write the anchor (`&name`) before the alias, or quote a text that begins with `*`",
        ),
        K::RecursionLimitExceeded => (
            format!("more than {MAX_DEPTH} levels stand in one another"),
            "check the brackets and the indentation",
        ),
        K::UnclosedFlowCollection { .. }
        | K::UnexpectedEofFlowSequence
        | K::UnexpectedEofFlowMapping
        | K::UnexpectedEofImplicitFlowMapping => {
            (lowered(&error.info()), "close the bracket or brace")
        }
        K::ExpectedFlowMappingSeparator => {
            ("`,` or `}` is missing before this".into(), "close the brace, or quote the text")
        }
        K::ExpectedFlowSequenceSeparator => {
            ("`,` or `]` is missing before this".into(), "close the bracket, or quote the text")
        }
        K::UnclosedQuotedScalar => ("this quote is not closed".into(), "close the quote"),
        K::MappingValueNotAllowed | K::InvalidColonPlacement => {
            ("a `:` can't stand here".into(), "quote a text that has `: ` in it")
        }
        K::InvalidIndentation | K::ExpectedBlockMappingKey | K::UnexpectedEofBlockMapping => (
            "this belongs to no mapping above it".into(),
            "indent keys that belong together by the same number of spaces",
        ),
        K::UnknownQuotedScalarEscape
        | K::InvalidQuotedScalarHexEscape
        | K::InvalidUnicodeEscape => (
            "a backslash in double quotes begins an escape, and this is none".into(),
            "write the backslash twice, or use single quotes",
        ),
        _ => (lowered(&error.info()), "check the line and the one before it"),
    };
    Fault::new(message, help, &at)
}

fn lowered(message: &str) -> String {
    let mut characters = message.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn tree(text: &str) -> Result<Node, Fault> {
        parse(text, &"x.yaml".into())
    }

    fn place(result: Result<Node, Fault>) -> String {
        let fault = result.expect_err("refused");
        format!("{} {}", fault.at.expect("a place").position(), fault.message)
    }

    #[test]
    fn scalars_stay_the_text_that_was_written() {
        let node = tree("[no, on, 042, +442079460000, 1:30, 1.10, 'é\u{30a2}']").expect("a list");
        let Content::List(items) = node.content else { panic!("a list") };
        let texts: Vec<_> = items.iter().filter_map(Node::as_text).map(|t| t.as_str()).collect();
        assert_eq!(texts, ["no", "on", "042", "+442079460000", "1:30", "1.10", "éア"]);
    }

    #[test]
    fn columns_are_characters_and_ranges_are_bytes() {
        let node = tree("é: [ü, x]").expect("a mapping");
        let Some(Node { content: Content::List(items), .. }) = node.get("é") else {
            panic!("a list")
        };
        assert_eq!((items[1].at.column, items[1].at.bytes.clone()), (8, 9..10));
    }

    #[test]
    fn merge_keys_add_what_is_not_given() {
        let node = tree("a: &a { x: 1, y: 2 }\nb: { <<: *a, y: 3 }").expect("a mapping");
        let merged = node.get("b").expect("b");
        assert_eq!(merged.get("x").and_then(Node::as_text).map(|t| t.as_str()), Some("1"));
        assert_eq!(merged.get("y").and_then(Node::as_text).map(|t| t.as_str()), Some("3"));
        assert_eq!(merged.entries().len(), 2);
    }

    #[test]
    fn equal_keys_are_all_kept() {
        assert_eq!(tree("a: 1\na: 2").expect("a mapping").entries().len(), 2);
    }

    #[test]
    fn hostile_texts_are_refused_quickly() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let below = format!("*a{},", level - 1).repeat(9);
            writeln!(bomb, "a{level}: &a{level} [{below}]").expect("a string");
        }
        assert!(place(tree(&bomb)).contains("aliases up to here stand for more than"));
        let brackets = place(tree(&"[".repeat(200_000)));
        assert_eq!(brackets, "x.yaml:1:65 more than 64 levels stand in one another");
        assert!(place(tree(&"{a: ".repeat(20_000))).contains("more than 64 levels"));
        assert!(place(tree(&"- ".repeat(20_000))).contains("more than 64 levels"));
        let anchors: String = (0..60_000).fold(String::new(), |mut text, n| {
            writeln!(text, "- &a{n} x").expect("a string");
            text
        });
        assert_eq!(place(tree(&anchors)), "x.yaml:1001:10 the file has more than 1000 anchors");
        assert!(place(tree("a: &a [*a]")).contains("part of"));
    }

    #[test]
    fn a_second_document_is_refused() {
        assert_eq!(place(tree("a: 1\n---\nb: 1\n")), "x.yaml:2:1 a second document begins here");
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let file = "x.yaml".into();
        let fault = text(b"a: 1\nb: M\xfcller\n", &file).expect_err("Latin-1");
        assert_eq!(fault.at.map(|at| at.position().to_string()).as_deref(), Some("x.yaml:2:5"));
        assert!(text(b"\xff\xfea\0", &file).is_err());
        assert!(text(b"a: \x1b[31m", &file).is_err());
        assert_eq!(text(b"\xef\xbb\xbfa: 1", &file), Ok("a: 1"));
    }
}
