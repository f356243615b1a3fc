//! What colours mean.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// Lost, refused or failed.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Changed, or to be looked at.
pub const DOUBT: Style = AnsiColor::Yellow.on_default();
/// Gained or well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Said first.
pub const STRONG: Style = Style::new().bold();
/// Said beside.
pub const DIM: Style = Style::new().dimmed();

/// Something in a style.
pub fn painted(style: Style, what: impl fmt::Display) -> String {
    format!("{style}{what}{style:#}")
}
