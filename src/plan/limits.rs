//! The limits that refuse a plan, and how one plan may pass them all the same.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, Change, Denial, EntryKind, Licences};
use crate::{
    directory::{Directory, Text},
    finding::Position,
};

/// How much one run may change. All of it is refused when one limit is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The licences that there are; only a plan that takes more than before is refused.
    pub licences: Option<Bound<u64>>,
    /// People disabled.
    pub disable: Limit,
    /// People of whom fields change.
    pub update: Limit,
    /// People who come to stand elsewhere.
    pub r#move: Limit,
    /// Findings that refuse a plan.
    pub deny: Vec<Denial>,
}

/// How many people one run may change in one way; the stricter bound wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// So many people.
    pub people: Option<Bound<u64>>,
    /// Such a share of the active people, rounded up to whole people.
    pub share: Bound<Share>,
}

/// A bound, and where the manifest sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound<T> {
    /// The bound.
    pub value: T,
    /// Where it is set; none for what is built in.
    pub at: Option<Position>,
}

/// A share of people in tenths of a percent, 0 to 1000: 50 is `5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

/// What the limits say of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Whether it may be applied as it is.
    pub allowed: bool,
    /// Each limit that it passes.
    pub refusals: Vec<Refusal>,
}

/// A limit that a plan passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// `disable.people`, `disable.share`, `update.share`, `move.share`, … or `licences`; for
    /// findings that are denied `findings.` and their code.
    pub limit: Text,
    /// How many people it allows; for a share, what the share comes to.
    pub limit_value: u64,
    /// How many the plan has.
    pub value: u64,
    /// The share as the manifest writes it, and of how many people, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Text>,
    /// Where the limit is set, as `rollbook.yaml:31:12`, or `built in`, or `--deny`.
    pub at: Text,
    /// What `--accept` takes for this one plan: `disable=41`.
    pub accept: Text,
}

impl Share {
    /// A share of so many tenths of a percent; more than 1000 is everybody.
    pub const fn tenths(tenths: u16) -> Self {
        Self(if tenths > 1000 { 1000 } else { tenths })
    }

    /// Reads `5%` or `0.5%`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.trim().strip_suffix('%')?.trim_end();
        let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(tenth) || tenth.len() != 1 || whole.len() > 3 {
            return None;
        }
        let tenths = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
        (tenths <= 1000).then_some(Self(tenths))
    }

    /// How many of so many people, rounded up.
    pub fn of(self, people: u64) -> u64 {
        (people * u64::from(self.0)).div_ceil(1000)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 10, self.0 % 10) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, tenth) => write!(f, "{whole}.{tenth}%"),
        }
    }
}

impl Default for Limits {
    /// 25 people or 5 % disabled, 30 % updated, 30 % moved; the stricter wins.
    fn default() -> Self {
        let share = |tenths| Bound { value: Share::tenths(tenths), at: None };
        Self {
            licences: None,
            disable: Limit { people: Some(Bound { value: 25, at: None }), share: share(50) },
            update: Limit { people: None, share: share(300) },
            r#move: Limit { people: None, share: share(300) },
            deny: Vec::new(),
        }
    }
}

/// Asks every limit about the changes of people.
///
/// Shares are of the active people that the directory holds; a directory without any can't be
/// hurt, and only the licences count.
pub fn verdict(
    held: &Directory,
    changes: &[Change],
    licences: &Licences,
    limits: &Limits,
) -> Verdict {
    let Limits { licences: licence_limit, disable, update, r#move, deny: _ } = limits;
    let active = held.people.iter().filter(|person| person.status.is_active()).count() as u64;
    let mut refusals = Vec::new();
    for (action, limit) in
        [(Action::Disable, disable), (Action::Update, update), (Action::Move, r#move)]
    {
        let value = changes
            .iter()
            .filter(|change| change.entry == EntryKind::Person && change.action == action)
            .count() as u64;
        let Limit { people, share } = limit;
        if let Some(bound) = people
            && value > bound.value
        {
            refusals.push(refusal(action.as_str(), "people", bound.value, value, None, &bound.at));
        }
        let allowed = share.value.of(active);
        if value > allowed {
            let words = smol_str::format_smolstr!("{} of {active}", share.value);
            refusals.push(refusal(
                action.as_str(),
                "share",
                allowed,
                value,
                Some(words),
                &share.at,
            ));
        }
    }
    if let Some(bound) = licence_limit
        && licences.after > bound.value
        && licences.after > licences.before
    {
        refusals.push(Refusal {
            limit: "licences".into(),
            limit_value: bound.value,
            value: licences.after,
            share: None,
            at: place(&bound.at),
            accept: smol_str::format_smolstr!("licences={}", licences.after),
        });
    }
    Verdict { allowed: refusals.is_empty(), refusals }
}

fn refusal(
    action: &str,
    bound: &str,
    limit_value: u64,
    value: u64,
    share: Option<Text>,
    at: &Option<Position>,
) -> Refusal {
    Refusal {
        limit: smol_str::format_smolstr!("{action}.{bound}"),
        limit_value,
        value,
        share,
        at: place(at),
        accept: smol_str::format_smolstr!("{action}={value}"),
    }
}

fn place(at: &Option<Position>) -> Text {
    at.clone().map_or_else(|| "built in".into(), Text::from)
}

impl Verdict {
    /// The same with further refusals.
    #[must_use]
    pub(super) fn refused(mut self, mut refusals: Vec<Refusal>) -> Self {
        self.refusals.append(&mut refusals);
        self.allowed = self.refusals.is_empty();
        self
    }

    /// The refusals that stay when the named limits are accepted at these values.
    ///
    /// An acceptance holds for exactly the number that the reader saw: `disable=41` does not
    /// cover 42 people, nor 40.
    pub fn remaining<'a>(&'a self, accepted: &[(Text, u64)]) -> Vec<&'a Refusal> {
        self.refusals
            .iter()
            .filter(|refusal| {
                !accepted
                    .iter()
                    .any(|(name, value)| refusal.is_called(name) && *value == refusal.value)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_up_to_whole_people() {
        let share = Share::parse("5%").unwrap();
        assert_eq!((share.of(0), share.of(1), share.of(20), share.of(21)), (0, 1, 1, 2));
    }

    #[test]
    fn shares_read_as_they_are_written() {
        for text in ["0%", "5%", "0.5%", "100%"] {
            assert_eq!(Share::parse(text).unwrap().to_string(), text);
        }
        for text in ["5", "%", "5.25%", "101%", "-1%", "5 people", ".5%", "1e2%"] {
            assert_eq!(Share::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_acceptance_holds_for_one_number() {
        let verdict = Verdict {
            allowed: false,
            refusals: vec![refusal("disable", "people", 25, 41, None, &None)],
        };
        assert!(verdict.remaining(&[("disable".into(), 41)]).is_empty());
        assert!(verdict.remaining(&[("disable.people".into(), 41)]).is_empty());
        for (limit, value) in [("disable", 40), ("disable", 42), ("move", 41)] {
            assert_eq!(verdict.remaining(&[(limit.into(), value)]).len(), 1);
        }
    }
}
