//! Where a directory server is, and what the connection to it must be.

use rustls::pki_types::ServerName;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};
use url::{Host, Url};

use crate::wire::address::{masked, shown};

/// `ldaps://HOST[:636]`, or `ldap://HOST[:389]`, which becomes encrypted by StartTLS.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Address {
    host: String,
    port: u16,
    tls_at_once: bool,
}

impl Address {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// A phrase that says what is wrong: another scheme, no host, or more than host and port.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text)
            .map_err(|error| format!("`{}` is not an address: {error}", masked(text)))?;
        let tls_at_once = match url.scheme() {
            "ldaps" => true,
            "ldap" => false,
            other => {
                return Err(format!("`{other}://` is not for a directory: write `ldaps://HOST`"));
            }
        };
        let host = match url.host() {
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            _ => return Err(format!("`{}` has no host: write `ldaps://HOST`", masked(text))),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("user and password stand in `bind:`, not in the address".into());
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!(
                "`{text}` says more than host and port: the base stands in `base:`"
            ));
        }
        ServerName::try_from(host.as_str())
            .map_err(|_| format!("the host of `{text}` is not a host name"))?;
        let port = url.port().unwrap_or(if tls_at_once { 636 } else { 389 });
        Ok(Self { host, port, tls_at_once })
    }

    /// The name or number of the host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether TLS comes first (`ldaps://`).
    pub fn tls_at_once(&self) -> bool {
        self.tls_at_once
    }

    /// Host and port as messages have them.
    pub fn shown(&self) -> String {
        shown(&self.host, self.port)
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
    fn the_scheme_gives_the_port() {
        assert_eq!(
            Address::parse("ldaps://dc1.corp.example").unwrap().shown(),
            "dc1.corp.example:636"
        );
        assert_eq!(Address::parse("ldap://dc1.corp.example/").unwrap().port(), 389);
    }

    #[test]
    fn an_ipv6_address_loses_its_brackets_where_names_are_compared() {
        let address = Address::parse("ldaps://[::1]:6360").unwrap();
        assert_eq!((address.host(), address.shown().as_str()), ("::1", "[::1]:6360"));
    }

    #[test]
    fn a_password_in_an_address_is_not_repeated() {
        for wrong in ["ldaps://u:hunter2@", "ldaps://u:hunter2@ho st", "ldaps://u:hunter2@x"] {
            assert!(!Address::parse(wrong).unwrap_err().contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn more_than_host_and_port_is_refused() {
        for wrong in ["https://x", "ldaps://", "ldaps://u:p@x", "ldap://x/dc=y", "ldap://x?a", "x"]
        {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
