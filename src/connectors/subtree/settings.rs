//! Settings that the two directory kinds share.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::{secret::Secret, wire::ldap};

/// Who to log in as.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::connectors) struct Bind {
    /// The user: a distinguished name (`cn=reader,dc=example,dc=com`); Active Directory also takes
    /// `reader@corp.example` and `CORP\reader`.
    pub(super) user: String,
    /// The password, as a reference: `{ env: NAME }`, `{ file: PATH }` or `{ command: [...] }`.
    pub(super) password: Secret,
}

/// One distinguished name or several.
#[derive(Debug, Default, JsonSchema)]
#[schemars(with = "OneOrMany")]
pub(in crate::connectors) struct Bases(pub(in crate::connectors) Vec<String>);

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the schema is made from it")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Bases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Bases;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a distinguished name or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bases, E> {
                ldap::of(text).map(|base| Bases(vec![base])).map_err(E::custom)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Bases, A::Error> {
                let mut bases = Vec::new();
                while let Some(Name(base)) = list.next_element()? {
                    bases.push(base);
                }
                if bases.is_empty() {
                    return Err(de::Error::custom(
                        "the list has no base: leave `base` out instead",
                    ));
                }
                Ok(Bases(bases))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// A distinguished name: `CN=Telephones,OU=Groups,DC=corp,DC=example`.
#[derive(Debug, JsonSchema)]
#[schemars(with = "String")]
pub(in crate::connectors) struct Name(pub(in crate::connectors) String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ldap::of(&String::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
    }
}

/// How many entries a page has, 1 to 1000: Active Directory gives no more.
#[derive(Debug, Clone, Copy, JsonSchema)]
#[schemars(with = "u16")]
pub(in crate::connectors) struct PageSize(pub(super) u16);

impl Default for PageSize {
    fn default() -> Self {
        Self(1000)
    }
}

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u16::deserialize(deserializer)? {
            size @ 1..=1000 => Ok(Self(size)),
            other => Err(de::Error::custom(format!("`{other}` is not a page size: 1 to 1000"))),
        }
    }
}
