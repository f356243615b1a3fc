//! Tests that use the library as others do: with files, folders and servers.

mod connectors;
mod csv_files;
mod generated;
mod manifest;
