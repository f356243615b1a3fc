//! Which values of an object become which attributes.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    connectors::names::{identifier, is_identifier},
    directory::Text,
    source::{Attribute, Place, Record},
};

/// The members of an object in its own order, the values as they are written.
pub(super) struct Object<'t>(pub(super) Vec<(Cow<'t, str>, &'t RawValue)>);

/// What makes records of objects: remembers which member belongs where.
pub(super) struct Shape {
    key: String,
    /// The attributes' names, all that are wanted or all that were met.
    pub(super) names: Vec<Text>,
    /// Whether `names` grows by what is met.
    open: bool,
    /// The members that were met, by their path joined with `_`, as they came.
    members: Vec<(String, Member)>,
    /// Where each stands in `members`.
    index: BTreeMap<String, usize>,
    /// The one that comes next if this object is like the others.
    next: usize,
}

/// Where the value of a member goes.
#[derive(Clone, Copy)]
struct Member {
    key: Option<Fit>,
    value: Option<(usize, Fit)>,
    /// Whether something inside it may be wanted.
    within: bool,
}

/// How a member's path fits a name; what fits better wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// In its identifier form.
    Near,
    /// As it is.
    Exact,
}

/// The record that is being made.
struct Draft {
    key: Option<(Fit, Text)>,
    values: Vec<(Option<Fit>, Attribute)>,
    flaw: Option<String>,
}

/// Objects further inside than this are left out.
const DEPTH: usize = 16;

impl Shape {
    pub(super) fn new(key: &str, attributes: &[Text]) -> Self {
        let open = attributes.is_empty();
        let (key, names) = (key.to_owned(), attributes.to_vec());
        Self { key, names, open, members: Vec::new(), index: BTreeMap::new(), next: 0 }
    }

    /// The record of one element of the list.
    pub(super) fn record(&mut self, item: &RawValue, place: Place) -> Record {
        self.next = 0;
        let mut draft = Draft { key: None, values: Vec::new(), flaw: None };
        draft.values.resize_with(self.names.len(), Default::default);
        match serde_json::from_str::<Object<'_>>(item.get()) {
            Ok(object) => self.fill(&mut draft, &mut String::new(), &object, 0),
            Err(_) if item.get().starts_with('{') => {
                draft.flaw = Some("a name in it is not text".into())
            }
            Err(_) => draft.flaw = Some("it is not an object".into()),
        }
        let flawed = draft.flaw.is_some();
        let values = draft.values.into_iter();
        Record {
            key: draft.key.map(|(_, key)| key).unwrap_or_default(),
            place,
            values: values
                .map(|(_, value)| if flawed { Attribute::Absent } else { value })
                .collect(),
            flaw: draft.flaw.map(Text::from),
        }
    }

    fn fill(&mut self, draft: &mut Draft, path: &mut String, object: &Object<'_>, depth: usize) {
        let length = path.len();
        for (name, value) in &object.0 {
            path.truncate(length);
            if length > 0 {
                path.push('_');
            }
            path.push_str(name);
            if value.get().starts_with('{') {
                if depth < DEPTH
                    && self.member(path, false).within
                    && let Ok(inner) = serde_json::from_str(value.get())
                {
                    self.fill(draft, path, &inner, depth + 1);
                }
                continue;
            }
            let member = self.member(path, true);
            draft.values.resize_with(self.names.len(), Default::default);
            if member.key.is_some() || member.value.is_some() {
                draft.take(path, member, value);
            }
        }
        path.truncate(length);
    }

    /// Where the member of that path belongs; `leaf`: that it holds no object.
    fn member(&mut self, path: &str, leaf: bool) -> Member {
        let at = match self.members.get(self.next) {
            Some((known, _)) if known == path => self.next,
            _ => self.index.get(path).copied().unwrap_or(self.members.len()),
        };
        self.next = at + 1;
        match self.members.get(at) {
            Some(&(_, member)) if !(leaf && self.open && member.value.is_none()) => member,
            _ => {
                let member = self.judge(path, leaf);
                match self.members.get_mut(at) {
                    Some(known) => known.1 = member,
                    None => {
                        self.members.push((path.to_owned(), member));
                        self.index.insert(path.to_owned(), at);
                    }
                }
                member
            }
        }
    }

    fn judge(&mut self, path: &str, leaf: bool) -> Member {
        let word = identifier(path);
        let fit = |name: &str| match &word {
            _ if name == path => Some(Fit::Exact),
            Some(word) if name == word => Some(Fit::Near),
            _ => None,
        };
        if self.open && leaf {
            let name = if is_identifier(path) { Some(path) } else { word.as_deref() };
            let new = name.filter(|&name| !self.names.iter().any(|known| known == name));
            self.names.extend(new.map(Text::new));
        }
        let fits = self.names.iter().enumerate().filter_map(|(at, name)| Some((at, fit(name)?)));
        let within = |name: &str| {
            let starts =
                |start: &str| name.strip_prefix(start).is_some_and(|rest| rest.starts_with('_'));
            starts(path) || word.as_deref().is_some_and(starts)
        };
        let key = &self.key;
        // `person.id` names the same as `person_id`.
        let dotted = key.replace('.', "_");
        Member {
            key: fit(key).or_else(|| fit(&dotted)),
            value: fits.max_by_key(|&(at, fit)| (fit, usize::MAX - at)),
            within: self.open
                || within(key)
                || within(&dotted)
                || self.names.iter().any(|name| within(name)),
        }
    }
}

impl Draft {
    fn take(&mut self, path: &str, member: Member, value: &RawValue) {
        let attribute = match attribute(value) {
            Ok(attribute) => attribute,
            Err(problem) => {
                self.flaw.get_or_insert_with(|| format!("`{path}` {problem}"));
                return;
            }
        };
        let mut twice = false;
        if let (Some(fit), Attribute::One(key)) = (member.key, &attribute) {
            match &self.key {
                Some((had, _)) if *had > fit => {}
                Some((had, _)) if *had == fit => twice = true,
                _ if key.trim().is_empty() => {}
                _ => self.key = Some((fit, key.clone())),
            }
        }
        if let Some((at, fit)) = member.value {
            let (had, held) = &mut self.values[at];
            twice |= *had == Some(fit);
            if had.is_none_or(|had| had < fit) {
                (*had, *held) = (Some(fit), attribute);
            }
        }
        if twice {
            self.flaw.get_or_insert_with(|| format!("`{path}` is there twice"));
        }
    }
}

/// A value as texts: numbers keep their digits as they are written. Objects inside lists are left
/// out.
fn attribute(value: &RawValue) -> Result<Attribute, &'static str> {
    let text = value.get();
    if !text.starts_with('[') {
        return Ok(scalar(text)?.into());
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| "is not text")?;
    let scalars = items.iter().map(|item| item.get()).filter(|item| !item.starts_with(['{', '[']));
    let texts = scalars.filter_map(|item| scalar(item).transpose());
    Ok(texts.collect::<Result<Vec<Text>, _>>()?.into())
}

fn scalar(text: &str) -> Result<Option<Text>, &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Ok((text != "null").then(|| text.into()));
    };
    let text = match quoted.strip_suffix('"') {
        Some(plain) if !plain.contains('\\') => Text::new(plain),
        _ => serde_json::from_str::<String>(text).map_err(|_| "is not text")?.into(),
    };
    if text.contains('\0') { Err("holds a NUL character") } else { Ok(Some(text)) }
}

impl<'de: 't, 't> Deserialize<'de> for Object<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        #[derive(Deserialize)]
        struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
