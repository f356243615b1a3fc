//! Tests that use the library as others do: with files, folders and servers.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod connectors;
mod csv_files;
mod json_files;
