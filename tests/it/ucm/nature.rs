//! What a cluster is like: its release, who may ask it, and what it bears.

use std::time::Duration;

use super::answers::Style;

pub const USER: &str = "axl-reader";
/// With characters that headers and XML would spoil.
pub const PASSWORD: &str = "Gr3at-Sécret:&<>\"€";

/// A release of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    V9,
    V11,
    V12,
    V14,
    V15,
}

impl Release {
    pub fn name(self) -> &'static str {
        match self {
            Self::V9 => "9.1.2.10000(28)",
            Self::V11 => "11.5.1.15900(18)",
            Self::V12 => "12.5.1.14900(63)",
            Self::V14 => "14.0.1.13900(155)",
            Self::V15 => "15.0.1.11900(23)",
        }
    }

    /// The versions of AXL that it speaks, and how its refusal of others words them.
    pub(super) fn versions(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::V9 => (&["9.0", "9.1"], "9.x"),
            Self::V11 => (&["9.0", "9.1", "10.0", "11.0", "11.5"], "9.x, 10.x and 11.x"),
            Self::V12 => (&["10.0", "11.0", "11.5", "12.0", "12.5"], "10.0, 11.x and 12.x"),
            Self::V14 => (&["11.0", "11.5", "12.0", "12.5", "14.0"], "11.x, 12.x and 14.0"),
            Self::V15 => (&["12.0", "12.5", "14.0", "15.0"], "12.x, 14.0 and 15.0"),
        }
    }
}

/// What a cluster is like.
#[derive(Debug, Clone)]
pub struct Nature {
    pub release: Release,
    pub user: String,
    pub password: String,
    /// Whether the account has a role that may use AXL.
    pub may: bool,
    /// Bytes that one answer may have at most.
    pub answer_limit: usize,
    /// How long a session lasts without requests.
    pub idle: Duration,
    /// How many logins are taken.
    pub logins: usize,
    /// How many requests may be under way at once.
    pub at_once: usize,
    /// How all answers are written; without it each in another way.
    pub style: Option<Style>,
}

impl Default for Nature {
    fn default() -> Self {
        Self {
            release: Release::V14,
            user: USER.into(),
            password: PASSWORD.into(),
            may: true,
            answer_limit: 8 << 20,
            idle: Duration::from_secs(1800),
            logins: 100,
            at_once: 1,
            style: None,
        }
    }
}
