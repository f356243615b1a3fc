//! The settings of a cluster: what stands in the manifest.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

/// Which interface of AXL the cluster is read by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Via {
    /// `executeSQLQuery`, always with a SELECT: about two dozen requests, however large it is.
    #[default]
    Sql,
    /// The list and get operations: one request for each phone and each person, for sites whose
    /// policy forbids SQL.
    Objects,
}

impl Via {
    /// How often everything is read at most, where the cluster changes meanwhile. By objects it
    /// takes so long that a second time would see no less.
    pub(super) fn reads(self) -> u32 {
        match self {
            Self::Sql => 2,
            Self::Objects => 1,
        }
    }
}

/// Names of application users, where `*` stands for anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub(super) struct UserNames(Vec<String>);

impl<'de> Deserialize<'de> for UserNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        match names.iter().find(|name| name.trim_matches('*').trim().is_empty()) {
            Some(name) => Err(de::Error::custom(format!(
                "`{name}` would take every application user: name those of the contact centre"
            ))),
            None => Ok(Self(names)),
        }
    }
}

impl UserNames {
    /// Whether none is named.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that `taken` says nobody has.
    pub(super) fn unmet<'a>(&'a self, names: &[impl AsRef<str>]) -> Vec<&'a str> {
        let met = |wanted: &str| names.iter().any(|name| matches(wanted, name.as_ref()));
        self.0.iter().map(String::as_str).filter(|wanted| !met(wanted)).collect()
    }

    /// Whether an application user of that name is one of them. Case doesn't count, as it doesn't
    /// when they log in.
    pub(super) fn take(&self, name: &str) -> bool {
        self.0.iter().any(|wanted| matches(wanted, name))
    }
}

/// Whether a name is as wanted; `*` stands for anything, also for nothing.
fn matches(wanted: &str, name: &str) -> bool {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let mut parts = wanted.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (wanted, name) in [
            ("rmjtapi", "RmJTAPI"),
            ("jtapi_*", "jtapi_1"),
            ("jtapi_*", "jtapi_"),
            ("*jtapi*", "uccxjtapi"),
            ("a*b*c", "axxbxxbc"),
        ] {
            assert!(matches(wanted, name), "{wanted} {name}");
        }
        for (wanted, name) in
            [("rmjtapi", "rmjtapi2"), ("jtapi_*", "xjtapi_1"), ("a*b*c", "acb"), ("ab*ba", "aba")]
        {
            assert!(!matches(wanted, name), "{wanted} {name}");
        }
    }

    #[test]
    fn a_name_that_takes_everybody_is_refused() {
        assert!(serde_json::from_str::<UserNames>("[\"*\"]").is_err());
        assert!(serde_json::from_str::<UserNames>("[\"\"]").is_err());
        let names: UserNames = serde_json::from_str("[\"jtapi_*\", \"rm\"]").unwrap();
        assert!(names.take("jtapi_7") && !names.take("admin"));
        assert_eq!(names.unmet(&["jtapi_1"]), ["rm"]);
    }
}
