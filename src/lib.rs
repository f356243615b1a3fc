#![doc = include_str!("../ARCHITECTURE.md")]

// words
pub mod directory;
pub mod document;
pub mod finding;
pub mod secret;
pub mod settings;
pub mod source;

// rules
pub mod explain;
pub mod grouping;
pub mod mapping;
pub mod merge;
pub mod numbers;
pub mod pins;
pub mod plan;
pub mod rehearsal;
pub mod render;

// edges
pub mod connectors;
pub mod manifest;
pub mod recording;
pub mod store;
pub mod wire;

// the line
pub mod engine;

// the roof
pub mod cli;
