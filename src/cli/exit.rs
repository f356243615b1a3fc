//! What the program ends with.

use std::process::ExitCode;

/// The exit codes, for scripts and pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; with `--detailed-exitcode`, and nothing waits.
    Done,
    /// Failed, or wrong usage.
    Failed,
    /// Changes wait; only with `--detailed-exitcode`.
    Waiting,
    /// Refused by a limit, or a plan whose base is no longer the head.
    Refused,
    /// Stopped by Ctrl-C.
    Stopped,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Waiting => 2,
            Self::Refused => 3,
            Self::Stopped => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
