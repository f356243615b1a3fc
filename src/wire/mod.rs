//! How servers are talked to: TLS, login, paging, timeouts and limits, for every connector.

mod address;
pub mod http;
pub mod ldap;
pub mod tls;
pub mod xml;
