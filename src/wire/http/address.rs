//! Where a web service is.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use url::{Host, Url};

use crate::wire::address::{masked, shown};

/// `https://HOST[:PORT][/PATH]`. Without TLS only to this machine itself.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Address(Url);

impl Address {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// A phrase that says what is wrong: another scheme, no host, a login, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|error| format!("`{}` is not an address: {error}", masked(text)))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("user and password have settings of their own, outside the address".into());
        }
        let here = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => return Err(format!("`{}` has no host: write `https://HOST`", masked(text))),
        };
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(format!("`{text}` is not encrypted: write `https://`")),
            other => {
                return Err(format!("`{other}://` is not for a web service: write `https://HOST`"));
            }
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(format!("`{text}` says more than host, port and path"));
        }
        Ok(Self(url))
    }

    /// The same server at another path, which starts with `/`.
    #[must_use]
    pub fn at(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        Self(url)
    }

    /// The path; at least `/`.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// Whether TLS comes first.
    pub fn encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The name or number of the host, without brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// The port, whether written or not.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Host and port as messages have them.
    pub fn shown(&self) -> String {
        shown(self.host(), self.port())
    }

    /// The whole of it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_host_and_port() {
        let address = Address::parse("https://ucm1.corp.example:8443").unwrap();
        assert_eq!(address.shown(), "ucm1.corp.example:8443");
        assert_eq!(address.at("/axl/").as_str(), "https://ucm1.corp.example:8443/axl/");
        assert_eq!(Address::parse("https://ucm1.corp.example").unwrap().port(), 443);
        let v6 = Address::parse("https://[2001:db8::1]:8443").unwrap();
        assert_eq!((v6.host(), v6.shown().as_str()), ("2001:db8::1", "[2001:db8::1]:8443"));
    }

    #[test]
    fn only_this_machine_is_talked_to_in_the_clear() {
        for here in ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:80/x"] {
            assert!(!Address::parse(here).unwrap().encrypted(), "{here}");
        }
        let refused = Address::parse("http://ucm1.corp.example").unwrap_err();
        assert_eq!(refused, "`http://ucm1.corp.example` is not encrypted: write `https://`");
        assert!(Address::parse("http://localhost.evil.example").is_err());
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        for wrong in ["https://u:hunter2@", "https://u:hunter2@ho st", "https://u:hunter2@x"] {
            assert!(!Address::parse(wrong).unwrap_err().contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in ["ldaps://x", "https://", "x", "https://x/?a=1", "https://x/#a", "file:///x"] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
