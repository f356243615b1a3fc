//! Plans in files: `plan --out FILE` writes one, `apply FILE` reads it.

use super::Plan;

/// The first thing in a plan's file.
pub const FORMAT: &str = "rollbook.plan/1";

/// Why a file is no plan that can be applied.
#[derive(Debug, thiserror::Error)]
pub enum NotAPlan {
    /// Not the JSON of a plan.
    #[error("it is not a plan: {0}")]
    Json(#[from] serde_json::Error),
    /// A plan of another version.
    #[error("it is a `{0}`, and this is made for `{FORMAT}`")]
    Format(String),
    /// Its digest is not that of its contents.
    #[error("it was changed after it was made: its digest is not that of its contents")]
    Changed,
}

impl NotAPlan {
    /// What the reader can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Json(_) => "give a file that `rollbook plan --out FILE` wrote",
            Self::Format(_) => "plan again with this version of rollbook",
            Self::Changed => "plan again: a plan is applied as it was shown, or not at all",
        }
    }
}

/// Reads a saved plan.
///
/// # Errors
///
/// [`NotAPlan`] where it is something else, or was changed since.
pub fn read(json: &[u8]) -> Result<Plan, NotAPlan> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
    }
    let head: Head = serde_json::from_slice(json)?;
    if head.format != FORMAT {
        return Err(NotAPlan::Format(head.format));
    }
    let plan: Plan = serde_json::from_slice(json)?;
    if plan.digest != plan.computed_digest() {
        return Err(NotAPlan::Changed);
    }
    Ok(plan)
}
