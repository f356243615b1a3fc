//! A Cisco UCM in this process: what the vendor documents of AXL, over TLS, on loopback.
//!
//! It answers what a cluster answers, from a database in memory in which every statement is really
//! run, and it is stricter than a cluster: whatever the vendor would refuse, whatever isn't a read
//! and whatever would burden the cluster beyond what the vendor asks for fails the test when the
//! stand-in is dropped.

#![allow(dead_code, reason = "a stand-in can do more than is asked of it; a bench uses it too")]

pub mod answers;
pub mod certificates;
pub mod cluster;
pub mod database;
pub mod day;
pub mod envelope;
pub mod faults;
pub mod http;
pub mod kinds;
pub mod nature;
pub mod objects;
pub mod organisation;
#[cfg(test)]
mod own_tests;
pub mod schema;
pub mod server;
pub mod sql;
pub mod truth;

pub use cluster::Cluster;
pub use faults::Trouble;
pub use nature::Release;
pub use organisation::Organisation;
pub use server::Ucm;
pub use truth::Truth;
