//! Everything that is tested from outside, as one binary.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod store;
