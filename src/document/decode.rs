//! A tree to typed settings, so that a fault is reported at the innermost value it is about.

use std::collections::BTreeSet;

use serde::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess,
        SeqAccess, Unexpected, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};

use super::{Content, Fault, Key, Node, Span, Spanned, number, refused::suggestion};
use crate::finding::Position;

/// The name by which [`Spanned`] asks for the place of a value.
const SPANNED: &str = "$rollbook::document::Spanned";

/// Decodes a tree; a text is given verbatim, a flag is `true` or `false`, a number is plain.
///
/// # Errors
///
/// The first [`Fault`], at the innermost key or value that doesn't fit. A value that came from a
/// reference is not repeated in it.
pub fn decode<T: DeserializeOwned>(node: &Node) -> Result<T, Fault> {
    T::deserialize(Reader(node)).map_err(|fault| placed(fault, node))
}

#[derive(Clone, Copy)]
struct Reader<'a>(&'a Node);

/// The fault with this value's place, unless an inner one is known.
fn placed(fault: Fault, node: &Node) -> Fault {
    match &node.content {
        Content::Scalar { hidden: true, text, .. } if fault.at.is_none() => {
            fault.without(text, &node.at)
        }
        _ => fault.or_at(&node.at),
    }
}

impl Reader<'_> {
    fn wrong(self, expected: &dyn de::Expected) -> Fault {
        let given = match &self.0.content {
            Content::Null => Unexpected::Unit,
            Content::List(_) => Unexpected::Seq,
            Content::Map(_) => Unexpected::Map,
            Content::Scalar { .. } => match self.0.described() {
                "a flag" => Unexpected::Bool(true),
                "a number" => Unexpected::Unsigned(0),
                _ => Unexpected::Str(""),
            },
        };
        placed(de::Error::invalid_type(given, expected), self.0)
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let parsed = match &self.0.content {
            Content::Scalar { text, plain: true, .. } => number(text),
            _ => None,
        };
        let Some(parsed) = parsed else { return Err(self.wrong(&visitor)) };
        let result = if let Some(whole) = parsed.as_u64() {
            visitor.visit_u64(whole)
        } else if let Some(whole) = parsed.as_i64() {
            visitor.visit_i64(whole)
        } else {
            visitor.visit_f64(parsed.as_f64().unwrap_or(f64::NAN))
        };
        result.map_err(|fault| placed(fault, self.0))
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::Scalar { text, .. } => {
                visitor.visit_str(text).map_err(|fault| placed(fault, self.0))
            }
            _ => Err(self.wrong(&visitor)),
        }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.number(visitor)
        })*
    };
}

macro_rules! texts {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.text(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::Null => visitor.visit_unit().map_err(|fault| placed(fault, self.0)),
            Content::Scalar { text, plain: true, .. } if text == "true" || text == "false" => {
                self.deserialize_bool(visitor)
            }
            Content::Scalar { text, plain: true, .. } if number(text).is_some() => {
                self.number(visitor)
            }
            Content::Scalar { .. } => self.text(visitor),
            Content::List(_) => self.deserialize_seq(visitor),
            Content::Map(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::Scalar { text, plain: true, .. } if text == "true" || text == "false" => {
                visitor.visit_bool(text == "true").map_err(|fault| placed(fault, self.0))
            }
            _ => Err(self.wrong(&visitor)),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64
    }

    texts! {
        deserialize_char deserialize_str deserialize_string deserialize_identifier
        deserialize_bytes deserialize_byte_buf
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.content {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
        .map_err(|fault| placed(fault, self.0))
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.content {
            Content::Null => visitor.visit_unit(),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self).map_err(|fault| placed(fault, self.0))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::List(items) => {
                visitor.visit_seq(Items(items.iter())).map_err(|fault| placed(fault, self.0))
            }
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::Map(entries) => visitor
                .visit_map(Entries { rest: entries.iter(), value: None, seen: BTreeSet::new() })
                .map_err(|fault| placed(fault, self.0)),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name == SPANNED {
            return visitor.visit_seq(WithPlace { node: self.0, next: 0 });
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.content {
            Content::Scalar { text, .. } => visitor.visit_enum(text.as_str().into_deserializer()),
            Content::Map(entries) if entries.len() == 1 => match entries.first() {
                Some((key, node)) => visitor.visit_enum(Variant { key, node }),
                None => Err(self.wrong(&visitor)),
            },
            Content::Null | Content::List(_) | Content::Map(_) => Err(Fault::new(
                format!("{} stands where one word or one key is meant", self.0.described()),
                suggestion("", variants.iter().copied()),
                &self.0.at,
            )),
        }
        .map_err(|fault| placed(fault, self.0))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.0.next() else { return Ok(None) };
        seed.deserialize(Reader(node)).map(Some).map_err(|fault| placed(fault, node))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries<'a> {
    rest: std::slice::Iter<'a, (Key, Node)>,
    value: Option<&'a Node>,
    seen: BTreeSet<&'a str>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, node)) = self.rest.next() else { return Ok(None) };
        if !self.seen.insert(&key.text) {
            let problem = format!("key `{}` is given twice", key.text);
            return Err(Fault::new(problem, "remove one of the two", &key.at));
        }
        self.value = Some(node);
        seed.deserialize(Word(key)).map(Some).map_err(|fault| fault.or_at(&key.at))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.value.take() {
            Some(node) => seed.deserialize(Reader(node)).map_err(|fault| placed(fault, node)),
            None => Err(de::Error::custom("a value was asked for before its key")),
        }
    }
}

/// A key: a text, also where its type is made from one.
struct Word<'a>(&'a Key);

impl<'de> Deserializer<'de> for Word<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_str(&self.0.text)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self.0.text.as_str().into_deserializer())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name != SPANNED {
            return self.deserialize_any(visitor);
        }
        let content = Content::Scalar { text: self.0.text.clone(), plain: false, hidden: false };
        visitor.visit_seq(WithPlace { node: &Node { at: self.0.at.clone(), content }, next: 0 })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Variant<'a> {
    key: &'a Key,
    node: &'a Node,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Fault;
    type Variant = VariantBody<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, VariantBody<'a>), Fault> {
        let value = seed.deserialize(Word(self.key)).map_err(|fault| fault.or_at(&self.key.at))?;
        Ok((value, VariantBody(self.node)))
    }
}

struct VariantBody<'a>(&'a Node);

impl<'de> VariantAccess<'de> for VariantBody<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        <()>::deserialize(Reader(self.0))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(Reader(self.0)).map_err(|fault| placed(fault, self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Fault> {
        Reader(self.0).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        Reader(self.0).deserialize_map(visitor)
    }
}

/// The place of a value in three steps, then the value.
struct WithPlace<'a> {
    node: &'a Node,
    next: u8,
}

impl<'de> SeqAccess<'de> for WithPlace<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Span { file, line, column, .. } = &self.node.at;
        self.next += 1;
        match self.next {
            1 => seed.deserialize(file.as_ref().into_deserializer()).map(Some),
            2 => seed.deserialize((*line).into_deserializer()).map(Some),
            3 => seed.deserialize((*column).into_deserializer()).map(Some),
            4 => seed
                .deserialize(Reader(self.node))
                .map(Some)
                .map_err(|fault| placed(fault, self.node)),
            _ => Ok(None),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Both<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Both<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a value with its place")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
                let missing = |index| de::Error::invalid_length(index, &"a value with its place");
                let file: String = parts.next_element()?.ok_or_else(|| missing(0))?;
                let line = parts.next_element()?.ok_or_else(|| missing(1))?;
                let column = parts.next_element()?.ok_or_else(|| missing(2))?;
                let value = parts.next_element()?.ok_or_else(|| missing(3))?;
                Ok(Spanned { value, at: Position { file: file.into(), line, column } })
            }
        }
        deserializer.deserialize_struct(
            SPANNED,
            &["file", "line", "column", "value"],
            Both(std::marker::PhantomData),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::PathBuf};

    use super::*;
    use crate::{directory::Text, document::parse};

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        path: PathBuf,
        key: Text,
        port: Option<u16>,
        #[serde(default)]
        strict: bool,
        #[serde(default)]
        lines: Vec<Spanned<String>>,
        #[serde(default)]
        names: BTreeMap<Text, Mode>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "kebab-case")]
    enum Mode {
        One,
        Other { depth: u8 },
    }

    fn settings(text: &str) -> Result<Settings, Fault> {
        decode(&parse(text, &"x.yaml".into()).expect("YAML"))
    }

    fn place(text: &str) -> String {
        let fault = settings(text).expect_err("refused");
        format!("{} {}", fault.at.expect("a place").position(), fault.message)
    }

    #[test]
    fn texts_are_verbatim_and_flags_and_numbers_are_plain() {
        let read = settings(
            "{path: a/b, key: 042, port: 636, strict: true, lines: [no], names: {x: one, y: {other: {depth: 3}}}}",
        )
        .expect("settings");
        assert_eq!((read.key.as_str(), read.port, read.strict), ("042", Some(636), true));
        assert_eq!((read.lines[0].value.as_str(), read.lines[0].at.column), ("no", 56));
        assert_eq!(read.names["y"], Mode::Other { depth: 3 });
    }

    #[test]
    fn faults_are_placed_at_the_innermost_value() {
        assert_eq!(place("path: a\nky: b"), "x.yaml:2:1 unknown key `ky`");
        assert_eq!(place("path: a"), "x.yaml:1:1 key `key` is missing");
        assert_eq!(place("path: a\nkey: b\npath: c"), "x.yaml:3:1 key `path` is given twice");
        assert_eq!(
            place("path: a\nkey: b\nstrict: yes"),
            "x.yaml:3:9 a text stands where `true` or `false` is meant"
        );
        assert_eq!(
            place("path: a\nkey: b\nport: 99999"),
            "x.yaml:3:7 a number stands where a whole number from 0 to 65535 is meant"
        );
        assert_eq!(
            place("path: a\nkey: b\nnames:\n  x: { other: { depth: deep } }"),
            "x.yaml:4:24 a text stands where a whole number from 0 to 255 is meant"
        );
        assert_eq!(place("path: a\nkey:"), "x.yaml:2:4 nothing stands where a text is meant");
    }

    #[test]
    fn what_a_reference_stands_for_is_not_repeated() {
        let mut node =
            parse("{path: a, key: b, names: {x: hunter2}}", &"x.yaml".into()).expect("YAML");
        let Content::Map(entries) = &mut node.content else { panic!("a mapping") };
        let Content::Map(names) = &mut entries[2].1.content else { panic!("a mapping") };
        let Content::Scalar { hidden, .. } = &mut names[0].1.content else { panic!("a scalar") };
        *hidden = true;
        let fault = decode::<Settings>(&node).expect_err("refused");
        assert!(!fault.to_string().contains("hunter2"), "{fault}");
    }
}
