//! Tests that use the library as others do: with files, folders and servers.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod accidents;
mod architecture;
mod bad_input;
mod cisco_ucm;
mod commands;
mod connectors;
mod csv_files;
mod day_of_change;
mod devices;
mod docs;
mod equipment;
mod examples;
mod explain;
mod expressions;
mod fake_ldap;
mod generated;
mod http;
mod json_files;
mod killed;
mod ledger;
mod limits;
mod link_table;
mod manifest;
mod mapping_tests;
mod number_plan;
mod numbers;
mod openldap;
mod pages;
mod race;
mod recordings;
mod rehearsal;
mod rollbook;
mod samba_ad;
mod saved;
mod schemas;
mod servers;
mod store;
mod transcripts;
mod ucm;
mod ucm_reading;
