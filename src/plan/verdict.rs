//! What the limits say of a plan, and how one plan may pass them all the same.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Action, Change, Kind, Licences, Limit, Limits, PastLimit, Room,
    counts::{counts, extension_counts, in_use},
    limits::{LIMITED, limit_name},
};
use crate::{
    directory::{Directory, Text},
    finding::Position,
};

/// What the limits say of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// Whether it may be applied as it is.
    pub allowed: bool,
    /// Each limit that it passes.
    pub refusals: Vec<Refusal>,
}

/// A limit that a plan passes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// `disable.people`, `disable.share`, `update.share`, … of people; `disable.extensions.count`,
    /// `disable.groups.share`, … of others; `past.disable`, … for what stands out from earlier
    /// runs; `licences`; or `findings.` and the code of findings that are denied.
    pub limit: Text,
    /// How many it allows; for a share, what the share comes to.
    pub limit_value: u64,
    /// How many the plan has.
    pub value: u64,
    /// The share as the manifest writes it, and of how many, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Text>,
    /// What earlier runs did, where the plan stands out from them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub past: Option<Before>,
    /// Where the limit is set, as `rollbook.yaml:31:12`, or `built in`, or `--deny`.
    pub at: Text,
    /// What `--accept` takes for this one plan: `disable=41`.
    pub accept: Text,
    /// Of a lack of licences: who could be disabled to make room, the likeliest first, at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub room: Vec<Room>,
}

/// What earlier runs did at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Before {
    /// The most that one of them did.
    pub most: u64,
    /// How many runs were looked at.
    pub runs: u64,
}

/// Asks every limit about the changes.
///
/// Shares are of what is in use in the held directory; one without active people can't be hurt, and
/// only the licences and equipment count. Built-in limits of extensions and groups keep silent where a limit of
/// at least as many people is passed: that is the same event, and one number to accept.
pub fn verdict(
    held: &Directory,
    changes: &[Change],
    licences: &Licences,
    limits: &Limits,
) -> Verdict {
    let mut refusals = Vec::new();
    let counts = counts(changes);
    if in_use(held, Kind::People) > 0 {
        let count = |kind, action| counts.get(&(kind, action)).copied().unwrap_or(0);
        // The people of whom the reader is told that something is taken from them.
        let mut told = 0;
        for action in LIMITED {
            let (value, before) = (count(Kind::People, action), refusals.len());
            ask(&mut refusals, limits, held, (action, Kind::People), value, false);
            refusals.extend(standing_out(limits, action, Kind::People, value));
            if refusals.len() > before && !matches!(action, Action::Add | Action::Split) {
                told += value;
            }
        }
        let few = few_extensions(limits, held);
        let extensions = extension_counts(held, changes, few);
        for action in LIMITED {
            let others = [Kind::Extensions, Kind::Groups, Kind::Collections];
            for kind in others {
                let value = match kind {
                    Kind::Extensions => extensions.get(&(kind, action)).copied().unwrap_or(0),
                    _ => count(kind, action),
                };
                let same = value <= told && matches!(kind, Kind::Extensions | Kind::Groups);
                ask(&mut refusals, limits, held, (action, kind), value, same);
            }
        }
    }
    // Where there is none of a kind yet, none can be hurt.
    for kind in Kind::EQUIPMENT.into_iter().filter(|kind| in_use(held, *kind) > 0) {
        for action in LIMITED.into_iter().filter(|action| kind.can(*action)) {
            let value = counts.get(&(kind, action)).copied().unwrap_or(0);
            ask(&mut refusals, limits, held, (action, kind), value, false);
            refusals.extend(standing_out(limits, action, kind, value));
        }
    }
    if let Some(bound) = &limits.licences
        && licences.after > bound.value
        && licences.after > licences.before
    {
        refusals.push(Refusal {
            limit: "licences".into(),
            limit_value: bound.value,
            value: licences.after,
            at: place(&bound.at),
            accept: smol_str::format_smolstr!("licences={}", licences.after),
            ..Refusal::default()
        });
    }
    Verdict { allowed: refusals.is_empty(), refusals }
}

/// Asks one limit. With `told`, what is built in is not asked.
fn ask(
    refusals: &mut Vec<Refusal>,
    limits: &Limits,
    held: &Directory,
    (action, kind): (Action, Kind),
    value: u64,
    told: bool,
) {
    let Some(limit) = limits.of.get(&(action, kind)).filter(|_| value > 0) else { return };
    let name = limit_name(action, kind);
    let refusal = |bound: &str, limit_value: u64, share, at: &Option<Position>| Refusal {
        limit: smol_str::format_smolstr!("{name}.{bound}"),
        limit_value,
        value,
        share,
        at: place(at),
        accept: smol_str::format_smolstr!("{name}={value}"),
        ..Refusal::default()
    };
    if let Some(bound) = &limit.count
        && value > bound.value
        && !(told && bound.at.is_none())
    {
        let word = if kind == Kind::People { "people" } else { "count" };
        refusals.push(refusal(word, bound.value, None, &bound.at));
    }
    if let Some(bound) = &limit.share
        && !(told && bound.at.is_none())
    {
        let all = in_use(held, kind);
        let allowed = allowed(limit, kind, all);
        if value > allowed {
            let words = smol_str::format_smolstr!("{} of {all}", bound.value);
            refusals.push(refusal("share", allowed, Some(words), &bound.at));
        }
    }
}

/// What the share comes to. A built-in one never lets all collections go at once: an emptied
/// section of the manifest looks like that.
fn allowed(limit: &Limit, kind: Kind, all: u64) -> u64 {
    let Some(bound) = &limit.share else { return u64::MAX };
    match (kind, &bound.at) {
        (_, Some(_)) => bound.value.of(all),
        (Kind::Collections, None) => bound.value.of(all).min(all.saturating_sub(1)),
        (_, None) => bound.value.of(all).max(limit.least),
    }
}

/// The least number of extensions that any limit refuses, less one.
fn few_extensions(limits: &Limits, held: &Directory) -> u64 {
    let all = in_use(held, Kind::Extensions);
    let of = limits.of.iter().filter(|((_, kind), _)| *kind == Kind::Extensions);
    of.map(|(_, limit)| {
        let count = limit.count.as_ref().map_or(u64::MAX, |bound| bound.value);
        count.min(allowed(limit, Kind::Extensions, all))
    })
    .min()
    .unwrap_or(u64::MAX)
}

/// The refusal of a run that changes far more of one kind in one way than earlier ones did.
fn standing_out(limits: &Limits, action: Action, kind: Kind, value: u64) -> Option<Refusal> {
    let (Some(limit), Some(usual)) = (&limits.past, &limits.usual) else { return None };
    let PastLimit { runs: _, times, people, at } = limit;
    let most = *usual.most.get(&(action, kind))?;
    let allowed = most.saturating_mul(*times).max(*people);
    let name = limit_name(action, kind);
    (value > allowed).then(|| Refusal {
        limit: smol_str::format_smolstr!("past.{name}"),
        limit_value: allowed,
        value,
        past: Some(Before { most, runs: usual.runs }),
        at: place(at),
        accept: smol_str::format_smolstr!("{name}={value}"),
        ..Refusal::default()
    })
}

fn place(at: &Option<Position>) -> Text {
    at.clone().map_or_else(|| "built in".into(), Text::from)
}

impl Refusal {
    /// Whether an acceptance of this limit at this value covers it. It holds for exactly the number
    /// that the reader saw: `disable=41` does not cover 42 people, nor 40.
    pub fn is_accepted(&self, limit: &str, value: u64) -> bool {
        let name = self.accept.split('=').next().unwrap_or_default();
        (limit == name || limit == self.limit) && value == self.value
    }
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
    pub fn remaining<'a>(&'a self, accepted: &[(Text, u64)]) -> Vec<&'a Refusal> {
        self.refusals
            .iter()
            .filter(|refusal| {
                !accepted.iter().any(|(limit, value)| refusal.is_accepted(limit, *value))
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
