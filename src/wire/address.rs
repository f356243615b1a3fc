//! Addresses of servers as messages have them, of whatever protocol.

use std::net::IpAddr;

/// An address as it may be shown: what stands before an `@` may hold a password.
pub(super) fn masked(text: &str) -> String {
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, host)| format!("…@{host}"))
}

/// Host and port: `ucm1.corp.example:8443`, `[2001:db8::1]:636`.
pub(super) fn shown(host: &str, port: u16) -> String {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}
