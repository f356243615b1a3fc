//! The functions, filters and tests of the language. There are no others: nothing in it reads a
//! file, a clock or the environment, nothing loops.
//!
//! A filter that takes a text takes a list as well and works on each of its texts; of nothing it
//! makes nothing.

use std::{cell::RefCell, sync::LazyLock};

use minijinja::{
    Environment, Error, ErrorKind, State,
    value::{Rest, Value},
};
use regex::{Regex, RegexBuilder};

use super::{
    cells::{is_empty, list, nothing, texts},
    dialled,
};
use crate::directory::Text;

/// Steps that one evaluation may take; an expression has no loops, so this is never reached.
const FUEL: u64 = 10_000;

/// Patterns that each thread keeps compiled.
const PATTERNS: usize = 64;

/// A word of the language and how many arguments it takes, besides the value before `|` or `is`.
pub(super) struct Word {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
}

const fn word(name: &'static str, least: usize, most: usize) -> Word {
    Word { name, least, most }
}

/// Written `value | filter`.
pub(super) const FILTERS: &[Word] = &[
    word("default", 1, 1),
    word("digits", 0, 0),
    word("direct_dial", 0, 0),
    word("e164", 0, 1),
    word("extension_of", 0, 0),
    word("first", 0, 0),
    word("first_of", 0, usize::MAX),
    word("in_group", 1, 1),
    word("join", 0, 1),
    word("last", 0, 1),
    word("length", 0, 0),
    word("lower", 0, 0),
    word("map", 1, 1),
    word("match", 1, 2),
    word("replace", 2, 2),
    word("split", 0, 1),
    word("title", 0, 0),
    word("trim", 0, 0),
    word("upper", 0, 0),
];

/// Written `value is test`.
pub(super) const TESTS: &[Word] = &[
    word("containing", 1, 1),
    word("defined", 0, 0),
    word("empty", 0, 0),
    word("endingwith", 1, 1),
    word("having", 1, usize::MAX),
    word("in_group", 1, 1),
    word("matching", 1, 1),
    word("startingwith", 1, 1),
    word("undefined", 0, 0),
];

/// Written `function(value)`.
pub(super) const FUNCTIONS: &[Word] =
    &[word("attr", 1, 1), word("first_of", 1, usize::MAX), word("in_group", 1, 1)];

/// The interpreter with our words and nothing else.
pub(super) static LANGUAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut language = Environment::empty();
    language.set_debug(false);
    language.set_fuel(Some(FUEL));
    language.add_filter("default", default);
    language.add_filter("digits", |value: Value| each(&value, digits));
    language.add_filter("direct_dial", dialled::direct_dial);
    language.add_filter("e164", dialled::e164);
    language.add_filter("extension_of", dialled::extension_of);
    language.add_filter("first", first);
    language.add_filter("first_of", filter_first_of);
    language.add_filter("in_group", in_group);
    language.add_filter("join", join);
    language.add_filter("last", last);
    language.add_filter("length", length);
    language.add_filter("lower", |value: Value| each(&value, |text| text.to_lowercase().into()));
    language.add_filter("map", map);
    language.add_filter("match", matched);
    language.add_filter("replace", replace);
    language.add_filter("split", split);
    language.add_filter("title", |value: Value| each(&value, title));
    language.add_filter("trim", |value: Value| each(&value, |text| text.trim().into()));
    language.add_filter("upper", |value: Value| each(&value, |text| text.to_uppercase().into()));
    language.add_test("containing", |value: Value, part: Value| {
        any(&value, &part, |text, part| text.contains(part))
    });
    language.add_test("defined", |value: Value| !is_empty(&value));
    language.add_test("empty", |value: Value| is_empty(&value));
    language.add_test("endingwith", |value: Value, end: Value| {
        any(&value, &end, |text, end| text.ends_with(end))
    });
    language.add_test("having", having);
    language.add_test("in_group", in_group);
    language.add_test("matching", matching);
    language.add_test("startingwith", |value: Value, start: Value| {
        any(&value, &start, |text, start| text.starts_with(start))
    });
    language.add_test("undefined", |value: Value| is_empty(&value));
    language.add_function("attr", attr);
    language.add_function("first_of", |values: Rest<Value>| first_of(&values));
    language.add_function("in_group", |state: &State<'_, '_>, group: Value| {
        in_group(state.lookup("path").unwrap_or_else(nothing), group)
    });
    language
});

/// `mail | default('none')`: the value, or another where there is none. `false` is a value.
fn default(value: Value, other: Value) -> Value {
    if is_empty(&value) { other } else { value }
}

/// `first_of(mobile, telephoneNumber, '0')`: the first that has a value.
fn first_of(values: &[Value]) -> Value {
    values.iter().find(|value| !is_empty(value)).cloned().unwrap_or_else(nothing)
}

/// `mobile | first_of(telephoneNumber)`: the same.
fn filter_first_of(value: Value, others: Rest<Value>) -> Value {
    if is_empty(&value) { first_of(&others) } else { value }
}

/// `attr('Tel. (direct)')`: an attribute whose name is no word of the language.
fn attr(state: &State<'_, '_>, name: &str) -> Value {
    state.lookup(name).unwrap_or_else(nothing)
}

/// `telephoneNumber | digits`: only the digits `0` to `9`; `Ext. 042` gives `042`.
fn digits(text: &str) -> Text {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// `otherTelephone | first`: the first of several texts; a text is its own first.
fn first(value: Value) -> Result<Value, Error> {
    Ok(all(&value)?.first().map_or_else(nothing, |text| Value::from(text.as_str())))
}

/// `telephoneNumber | last(4)`: the last characters. `otherTelephone | last`: the last of several
/// texts; a text is its own last.
fn last(value: Value, count: Option<usize>) -> Result<Value, Error> {
    match count {
        None => Ok(all(&value)?.last().map_or_else(nothing, |text| Value::from(text.as_str()))),
        Some(count) => each(&value, |text| {
            let skipped = text.chars().count().saturating_sub(count);
            text.chars().skip(skipped).collect()
        }),
    }
}

/// `otherTelephone | join(', ')`: several texts as one, with `, ` between where nothing is said.
fn join(value: Value, between: Option<String>) -> Result<Value, Error> {
    let all = all(&value)?;
    Ok(Value::from(all.join(between.as_deref().unwrap_or(", "))))
}

/// `otherTelephone | length`: how many characters a text has, or how many texts a list.
fn length(value: Value) -> Result<usize, Error> {
    match value.as_str() {
        Some(text) => Ok(text.chars().count()),
        None => Ok(all(&value)?.len()),
    }
}

/// `l | map({'LON': 'London'})`: looked up; what is not there stays as it is.
fn map(value: Value, table: Value) -> Result<Value, Error> {
    let mut found = Vec::new();
    for text in all(&value)? {
        match table.get_attr(&text) {
            Ok(other) if !other.is_undefined() => found.extend(all(&other)?),
            _ => found.push(text),
        }
    }
    Ok(list(found))
}

/// `telephoneNumber | match('x(\\d+)$')`: what a pattern finds: its first group where it has one,
/// or the group of that number or name. Where it finds nothing there is no value.
fn matched(value: Value, pattern: &str, group: Option<Value>) -> Result<Value, Error> {
    with_pattern(pattern, |pattern| {
        each(&value, |text| {
            let Some(found) = pattern.captures(text) else { return Text::default() };
            let part = match &group {
                None => found.get(1.min(pattern.captures_len() - 1)),
                Some(group) => match group.as_str() {
                    Some(name) => found.name(name),
                    None => group.as_usize().and_then(|group| found.get(group)),
                },
            };
            part.map_or("", |part| part.as_str()).into()
        })
    })
}

/// `telephoneNumber | replace('(0)', '')`: each place where it stands.
fn replace(value: Value, from: &str, to: &str) -> Result<Value, Error> {
    each(&value, |text| if from.is_empty() { text.into() } else { text.replace(from, to).into() })
}

/// `info | split(';')`: the parts, trimmed, without empty ones; at white space where nothing is
/// said.
fn split(value: Value, at: Option<String>) -> Result<Value, Error> {
    let mut parts = Vec::new();
    for text in all(&value)? {
        match at.as_deref() {
            None | Some("") => parts.extend(text.split_whitespace().map(Text::from)),
            Some(at) => parts.extend(text.split(at).map(|part| Text::from(part.trim()))),
        }
    }
    parts.retain(|part| !part.is_empty());
    Ok(list(parts))
}

/// `sn | title`: words with a capital, the rest small: `ANNE-MARIE O'NEILL` gives
/// `Anne-Marie O'Neill`.
fn title(text: &str) -> Text {
    let mut out = String::with_capacity(text.len());
    let mut starts = true;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if starts {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        // The s of `john's` is not the start of a word, the n of `o'neill` is.
        let letters = || rest.clone().take_while(|c| c.is_alphabetic()).count();
        starts = match c {
            '\'' | '\u{2019}' => letters() > 1,
            c => !c.is_alphanumeric(),
        };
    }
    out.into()
}

/// `path is in_group('/London')`, `in_group('/London')`: in that group or beneath it.
fn in_group(path: Value, group: Value) -> Result<bool, Error> {
    any(&path, &group, |path, group| {
        let group = group.trim_end_matches('/');
        path.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// `memberOf is having('CN=Staff,DC=corp,DC=example')`: one of the texts is exactly this, or one
/// of these.
fn having(value: Value, wanted: Rest<Value>) -> Result<bool, Error> {
    let all = all(&value)?;
    Ok(wanted
        .iter()
        .any(|wanted| wanted.as_str().is_some_and(|wanted| all.iter().any(|text| text == wanted))))
}

/// `ipPhone is matching('^\\d{4}$')`: the pattern is found in it.
fn matching(value: Value, pattern: &str) -> Result<bool, Error> {
    let all = all(&value)?;
    with_pattern(pattern, |pattern| Ok(all.iter().any(|text| pattern.is_match(text))))
}

/// Compiles a pattern of `match` and `matching`: linear in the text, limited in size.
pub(super) fn pattern(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(1 << 20).dfa_size_limit(1 << 20).build()
}

fn with_pattern<T>(
    source: &str,
    use_it: impl FnOnce(&Regex) -> Result<T, Error>,
) -> Result<T, Error> {
    thread_local! {
        static KEPT: RefCell<Vec<(Box<str>, Regex)>> = const { RefCell::new(Vec::new()) };
    }
    KEPT.with_borrow_mut(|kept| {
        let at = match kept.iter().position(|(known, _)| **known == *source) {
            Some(at) => at,
            None => {
                let compiled = pattern(source).map_err(|error| refused(&error.to_string()))?;
                if kept.len() == PATTERNS {
                    kept.clear();
                }
                kept.push((source.into(), compiled));
                kept.len() - 1
            }
        };
        use_it(&kept[at].1)
    })
}

/// What becomes of each text; empty results are left out.
pub(super) fn each(value: &Value, mut change: impl FnMut(&str) -> Text) -> Result<Value, Error> {
    if let Some(text) = value.as_str() {
        return Ok(if text.is_empty() { nothing() } else { change(text).as_str().into() });
    }
    let mut texts = all(value)?;
    for text in &mut texts {
        *text = change(text);
    }
    texts.retain(|text| !text.is_empty());
    Ok(list(texts))
}

/// Whether it holds for any of the texts and the other one.
fn any(value: &Value, other: &Value, holds: impl Fn(&str, &str) -> bool) -> Result<bool, Error> {
    let (texts, others) = (all(value)?, all(other)?);
    // Every text starts with nothing; who compares with an absent value doesn't mean everybody.
    Ok(others.first().is_some_and(|other| texts.iter().any(|text| holds(text, other))))
}

fn all(value: &Value) -> Result<Vec<Text>, Error> {
    texts(value).map_err(|given| refused(&format!("it takes text, not {given}")))
}

pub(super) fn refused(why: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, why.to_owned())
}
