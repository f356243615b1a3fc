#![doc = include_str!("../ARCHITECTURE.md")]

// words
pub mod directory;
pub mod finding;
pub mod secret;
pub mod settings;
pub mod source;

// rules
pub mod plan;

// edges
pub mod connectors;
pub mod store;
