//! The list and get operations.

use rusqlite::Connection;

use super::{answers::Returned, envelope::Element, sql::Fault};

/// What a list or get operation returns; none if it isn't known.
pub fn returned(_operation: &Element, _database: &Connection) -> Option<Result<Returned, Fault>> {
    None
}
