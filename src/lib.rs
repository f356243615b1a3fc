#![doc = include_str!("../ARCHITECTURE.md")]

// words
pub mod directory;
pub mod finding;
pub mod secret;
pub mod settings;
pub mod source;

// rules
pub mod plan;
pub mod render;

// edges
pub mod connectors;
