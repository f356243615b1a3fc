//! A pin written into a manifest's text: what is added is added where it belongs, and every other
//! byte stays, with its comments, order and quotes.

use std::{ops::Range, sync::Arc};

use jiff::civil::Date;

use crate::{
    directory::{Field, Id, Text, Value},
    document::{Content, Node, parse},
    pins::Selector,
};

/// What is to be pinned.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Who.
    pub person: &'a Id,
    /// Everything by which a pin might mean this person already.
    pub known: &'a [Selector],
    /// The field; none is the status.
    pub field: Option<Field>,
    /// What it holds; of the status `active` or `disabled`.
    pub value: &'a Value,
    /// Why.
    pub reason: Option<&'a str>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The day on which it is written: pins that ended before no longer hold.
    pub today: Date,
}

/// Why a pin can't be written for the reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpinnable {
    /// The text isn't YAML.
    #[error("{0}")]
    Syntax(String),
    /// A form that isn't edited, at a line.
    #[error("line {line}: {because}")]
    Form {
        /// From 1.
        line: u32,
        /// What is there.
        because: &'static str,
    },
    /// It is pinned already, by a pin of other words.
    #[error("line {line}: `{word}` is pinned already, by a pin with another reason or end")]
    Already {
        /// From 1.
        line: u32,
        /// The field's word.
        word: &'static str,
    },
    /// It was pinned, by a pin that no longer holds.
    #[error("line {line}: `{word}` is pinned already, by a pin that has ended")]
    Ended {
        /// From 1.
        line: u32,
        /// The field's word.
        word: &'static str,
    },
    /// What would be written doesn't say what was meant.
    #[error("what would be written doesn't read as it is meant")]
    Unsure,
}

impl Unpinnable {
    /// What the reader can do about it, a sentence that starts with a verb.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Syntax(_) => {
                "correct the manifest first; `rollbook validate` shows what is wrong"
            }
            Self::Form { .. } | Self::Unsure => {
                "write the pin by hand, or write `pins:` as a list, one `- ` a pin"
            }
            Self::Ended { .. } => "remove that pin by hand, or give it a later `until:`",
            Self::Already { .. } => {
                "change that pin by hand, or leave `--reason` and `--until` away"
            }
        }
    }
}

impl Wish<'_> {
    fn word(&self) -> &'static str {
        self.field.map_or("status", Field::name)
    }
}

/// The text with the pin in it; the same text where it is pinned so already.
///
/// # Errors
///
/// [`Unpinnable`] where the text has a form that can't be added to safely.
pub fn pinned(text: &str, wish: &Wish<'_>) -> Result<String, Unpinnable> {
    let file: Arc<str> = "".into();
    let read =
        |text: &str| parse(text, &file).map_err(|fault| Unpinnable::Syntax(fault.message.clone()));
    let root = read(text)?;
    let (edit, wanted) = Editor { text, wish }.edit(&root)?;
    let mut after = text.to_owned();
    if let Some((range, new)) = edit {
        after.replace_range(range, &new);
    }
    // Whatever the text looked like: it must say what it said, and the pin.
    let now = read(&after).map_err(|_| Unpinnable::Unsure)?;
    let others = |root: &Node| -> Vec<Said> {
        let entries = root.entries().iter().filter(|(key, _)| key.text != "pins");
        entries.map(|(key, node)| Said::Map(vec![(key.text.clone(), said(node))])).collect()
    };
    let pins = now.get("pins").map(said);
    if others(&root) != others(&now) || pins.as_ref() != Some(&Said::List(wanted)) {
        return Err(Unpinnable::Unsure);
    }
    Ok(after)
}

/// What a value says, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Nothing,
    Text(Text),
    List(Vec<Said>),
    Map(Vec<(Text, Said)>),
}

fn said(node: &Node) -> Said {
    match &node.content {
        Content::Null => Said::Nothing,
        Content::Scalar { text, .. } => Said::Text(text.clone()),
        Content::List(items) => Said::List(items.iter().map(said).collect()),
        Content::Map(entries) => {
            Said::Map(entries.iter().map(|(key, node)| (key.text.clone(), said(node))).collect())
        }
    }
}

/// A stretch of the text, and what takes its place.
type Edit = (Range<usize>, String);

struct Editor<'a> {
    text: &'a str,
    wish: &'a Wish<'a>,
}

impl Editor<'_> {
    /// The one edit that is needed, if any, and what `pins:` says then.
    fn edit(&self, root: &Node) -> Result<(Option<Edit>, Vec<Said>), Unpinnable> {
        if !matches!(root.content, Content::Map(_)) || self.is_flow(root) {
            return Err(self.form(root, "the manifest is in braces, as JSON is"));
        }
        let indent =
            self.indent_of(root.entries().first().map_or(0, |(key, _)| key.at.bytes.start));
        let Some((key, pins)) = root.entry("pins") else {
            return Ok((Some(self.appended(&indent)?), vec![self.whole()]));
        };
        let items = match &pins.content {
            Content::Null => &[][..],
            Content::List(items) => items,
            Content::Scalar { .. } | Content::Map(_) => {
                return Err(self.form(pins, "`pins:` is no list"));
            }
        };
        self.in_order(pins, key.at.bytes.end)?;
        let Some(last) = items.last() else {
            return Ok((Some(self.first(key.at.bytes.end, pins, &indent)?), vec![self.whole()]));
        };
        if self.is_flow(pins) {
            return Err(self.form(pins, "`pins:` is written in brackets"));
        }
        let mut all: Vec<Said> = items.iter().map(said).collect();
        for (at, item) in items.iter().enumerate().filter(|(_, item)| self.is_theirs(item)) {
            let Some(set) = item.get("set") else { continue };
            let fits = self.fits(item);
            if let Some((_, value)) = set.entry(self.wish.word()) {
                if self.has_ended(item) {
                    let line = item.at.line;
                    return Err(Unpinnable::Ended { line, word: self.wish.word() });
                }
                if !fits {
                    let line = item.at.line;
                    return Err(Unpinnable::Already { line, word: self.wish.word() });
                }
                put(&mut all[at], self.wish.word(), said_value(self.wish.value));
                return Ok((self.replaced(set, value)?, all));
            }
            // What is pinned for good doesn't end with a pin that does.
            let ends = item.get("until").is_some() != self.wish.until.is_some();
            if fits && !ends && !self.has_ended(item) && !set.entries().is_empty() {
                put(&mut all[at], self.wish.word(), said_value(self.wish.value));
                return Ok((Some(self.added(set)?), all));
            }
        }
        all.push(self.whole());
        let dash = self.dash(last)?;
        let end = self.line_end(self.end(last)?);
        let pin = self.pin(&dash);
        Ok((Some((end..end, format!("{}{pin}", self.newline()))), all))
    }

    fn form(&self, node: &Node, because: &'static str) -> Unpinnable {
        Unpinnable::Form { line: node.at.line, because }
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn is_flow(&self, node: &Node) -> bool {
        self.text.get(node.at.bytes.start..).is_some_and(|rest| rest.starts_with(['[', '{']))
    }

    /// Whether a pin is of this person.
    fn is_theirs(&self, item: &Node) -> bool {
        let named = item.get("person").and_then(Node::as_text);
        let named = named.and_then(|text| Selector::parse(text).ok());
        named.is_some_and(|selector| self.wish.known.contains(&selector))
    }

    /// Whether a pin no longer holds.
    fn has_ended(&self, item: &Node) -> bool {
        let until = item.get("until").and_then(Node::as_text);
        let until = until.and_then(|day| day.parse::<Date>().ok());
        until.is_some_and(|until| until < self.wish.today)
    }

    /// Whether a pin has the reason and the end that are wished for, where any are.
    fn fits(&self, item: &Node) -> bool {
        let says = |key: &str| item.get(key).and_then(Node::as_text).map(Text::as_str);
        let until = self.wish.until.map(|until| until.to_string());
        (self.wish.reason.is_none() || self.wish.reason == says("reason"))
            && (until.is_none() || until.as_deref() == says("until"))
    }

    /// Whether everything stands where it is meant: an alias stands for what is written elsewhere.
    fn in_order(&self, node: &Node, mut from: usize) -> Result<usize, Unpinnable> {
        let because = "an alias or a merge key stands here";
        let start = node.at.bytes.start;
        // Nothing at all has no place of its own.
        if start < from && !matches!(node.content, Content::Null) {
            return Err(self.form(node, because));
        }
        from = from.max(start);
        match &node.content {
            Content::Null | Content::Scalar { .. } => {}
            Content::List(items) => {
                for item in items {
                    from = self.in_order(item, from)?;
                }
            }
            Content::Map(entries) => {
                for (key, value) in entries {
                    if key.at.bytes.start < from {
                        return Err(self.form(node, because));
                    }
                    from = self.in_order(value, key.at.bytes.end)?;
                }
            }
        }
        Ok(from)
    }

    /// Where a value ends: behind its last character, or behind the bracket that closes it.
    fn end(&self, node: &Node) -> Result<usize, Unpinnable> {
        let children = match &node.content {
            Content::Null | Content::Scalar { .. } => None,
            Content::List(items) => items.last().map(|item| (None, item)),
            Content::Map(entries) => entries.last().map(|(key, value)| (Some(key), value)),
        };
        let mut end = match children {
            None => node.at.bytes.end,
            Some((key, value)) => self.end(value)?.max(key.map_or(0, |key| key.at.bytes.end)),
        };
        let collection = matches!(node.content, Content::List(_) | Content::Map(_));
        if collection && self.is_flow(node) {
            let open = self.text[node.at.bytes.start..].chars().next().unwrap_or('{');
            let close = if open == '[' { ']' } else { '}' };
            end = end.max(node.at.bytes.start + 1);
            let rest = self.text.get(end..).unwrap_or_default();
            let gap = rest.find(close).filter(|gap| {
                rest[..*gap].chars().all(|c| c.is_whitespace() || matches!(c, ',' | ':'))
            });
            return gap.map(|gap| end + gap + 1).ok_or_else(|| {
                self.form(node, "these brackets hold a comment, or more than can be told")
            });
        }
        let before = self.text.get(..end).unwrap_or(self.text);
        Ok(before.trim_end().len().max(node.at.bytes.start))
    }

    /// The end of the line, without what ends it.
    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let end = from + rest.find('\n').unwrap_or(rest.len());
        self.text
            .get(..end)
            .map_or(end, |text| end - usize::from(text.ends_with('\r') && end > from))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
    }

    /// The white space before what stands there.
    fn indent_of(&self, at: usize) -> String {
        let line = self.text.get(self.line_start(at)..at).unwrap_or_default();
        line.chars().take_while(|c| *c == ' ').collect()
    }

    /// The white space before the dash of an item.
    fn dash(&self, item: &Node) -> Result<String, Unpinnable> {
        let before = self.text.get(..item.at.bytes.start).unwrap_or_default();
        let dash = before.trim_end().strip_suffix('-').map(str::len);
        let indent = dash.map(|dash| &self.text[self.line_start(dash)..dash]);
        match indent {
            Some(indent) if indent.chars().all(|c| c == ' ') => Ok(indent.to_owned()),
            _ => Err(self.form(item, "this pin doesn't begin a line with `- `")),
        }
    }

    /// `pins:` at the end of the file.
    fn appended(&self, indent: &str) -> Result<Edit, Unpinnable> {
        let ends = |line: &str| line.trim_end() == "..." || line.starts_with("... ");
        let line = self.text.lines().position(ends);
        if let Some(line) = line {
            let line = u32::try_from(line + 1).unwrap_or(u32::MAX);
            return Err(Unpinnable::Form { line, because: "`...` ends the document here" });
        }
        let newline = self.newline();
        let end = self.text.len();
        let gap = match self.text {
            text if text.ends_with("\n") => newline.to_owned(),
            _ => format!("{newline}{newline}"),
        };
        let inner = format!("{indent}  ");
        Ok((end..end, format!("{gap}{indent}pins:{newline}{}{newline}", self.pin(&inner))))
    }

    /// The first pin under a `pins:` that has none.
    fn first(&self, key_end: usize, pins: &Node, indent: &str) -> Result<Edit, Unpinnable> {
        let rest = self.text.get(key_end..).unwrap_or_default();
        let colon = rest.find(':').map(|colon| key_end + colon + 1);
        let colon = colon.ok_or_else(|| self.form(pins, "`pins:` has no value"))?;
        let end = self.line_end(colon);
        let value = self.text.get(colon..end).unwrap_or_default();
        let comment = value.find('#').map_or("", |at| &value[at..]);
        let plain = value[..value.len() - comment.len()].trim();
        if !matches!(plain, "" | "[]" | "[ ]" | "~" | "null") {
            return Err(self.form(pins, "`pins:` holds nothing in a way that can't be added to"));
        }
        let comment = if comment.is_empty() { String::new() } else { format!(" {comment}") };
        let pin = self.pin(&format!("{indent}  "));
        Ok((colon..end, format!("{comment}{}{pin}", self.newline())))
    }

    /// Another value for what is pinned.
    fn replaced(&self, set: &Node, value: &Node) -> Result<Option<Edit>, Unpinnable> {
        if said(value) == said_value(self.wish.value) {
            return Ok(None);
        }
        let end = self.end(value)?;
        let range = value.at.bytes.start..end;
        let old = self.text.get(range.clone()).unwrap_or_default();
        let block = matches!(value.content, Content::List(_)) && !self.is_flow(value);
        if old.contains('\n') || old.starts_with(['|', '>', '&', '!']) || block || old.is_empty() {
            return Err(self.form(set, "the value that is pinned now takes several lines, or none"));
        }
        Ok(Some((range, yaml(self.wish.value))))
    }

    /// One more field of a pin.
    fn added(&self, set: &Node) -> Result<Edit, Unpinnable> {
        let entry = format!("{}: {}", self.wish.word(), yaml(self.wish.value));
        let Some((key, last)) = set.entries().last() else {
            return Err(self.form(set, "`set:` is empty"));
        };
        let end = self.end(last)?.max(key.at.bytes.end);
        if self.is_flow(set) {
            let close = self.end(set)? - 1;
            let between = self.text.get(end..close).unwrap_or_default();
            if between.contains(['\n', ',']) || last.at.bytes.is_empty() {
                return Err(
                    self.form(set, "the braces of `set:` close on another line, or after a `,`")
                );
            }
            return Ok((end..end, format!(", {entry}")));
        }
        let line = self.text.get(self.line_start(key.at.bytes.start)..key.at.bytes.start);
        let indent = line.filter(|line| line.chars().all(|c| c == ' '));
        let indent =
            indent.ok_or_else(|| self.form(set, "a field of `set:` doesn't begin its line"))?;
        let end = self.line_end(end);
        Ok((end..end, format!("{}{indent}{entry}", self.newline())))
    }

    /// A whole pin, without a line feed at its end.
    fn pin(&self, dash: &str) -> String {
        let Wish { person, value, reason, until, .. } = self.wish;
        let mut lines = vec![
            format!("{dash}- person: {}", scalar(person.as_str())),
            format!("{dash}  set:"),
            format!("{dash}    {}: {}", self.wish.word(), yaml(value)),
        ];
        lines.extend(reason.map(|reason| format!("{dash}  reason: {}", quoted(reason))));
        lines.extend(until.map(|until| format!("{dash}  until: {until}")));
        lines.join(self.newline())
    }

    /// The same as it is to be read.
    fn whole(&self) -> Said {
        let Wish { person, value, reason, until, .. } = self.wish;
        let text = |text: &str| Said::Text(text.into());
        let set = vec![(Text::from(self.wish.word()), said_value(value))];
        let mut pin =
            vec![("person".into(), text(person.as_str())), ("set".into(), Said::Map(set))];
        pin.extend(reason.map(|reason| ("reason".into(), text(reason))));
        pin.extend(until.map(|until| ("until".into(), text(&until.to_string()))));
        Said::Map(pin)
    }
}

/// Puts a field into the `set:` of a pin, or another value for it.
fn put(pin: &mut Said, word: &str, value: Said) {
    let Said::Map(entries) = pin else { return };
    for (key, set) in entries {
        if let (true, Said::Map(fields)) = (key == "set", set) {
            match fields.iter_mut().find(|(known, _)| known == word) {
                Some((_, known)) => *known = value,
                None => fields.push((word.into(), value)),
            }
            return;
        }
    }
}

fn said_value(value: &Value) -> Said {
    match value {
        Value::None => Said::Nothing,
        Value::Flag(flag) => Said::Text(flag.to_string().into()),
        Value::Text(text) => Said::Text(text.clone()),
        Value::List(texts) => Said::List(texts.iter().cloned().map(Said::Text).collect()),
    }
}

fn yaml(value: &Value) -> String {
    match value {
        Value::None => "null".into(),
        Value::Flag(flag) => flag.to_string(),
        Value::Text(text) if matches!(text.as_str(), "active" | "disabled") => text.to_string(),
        Value::Text(text) => quoted(text),
        Value::List(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// A text without quotes where nothing in it could mean anything to YAML.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    match text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A text in double quotes, with escapes for all that doesn't show.
fn quoted(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::from("\"");
    for c in text.chars() {
        let hides = c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if hides => {
                // Writing to a `String` can't fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
#[path = "pinning_tests.rs"]
mod tests;
