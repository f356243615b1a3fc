//! The limits: how much one run may change of what, in which way.

use std::{collections::BTreeMap, fmt};

use super::{Action, Denial, EntryKind, Past};
use crate::{
    directory::words,
    finding::{Code, Position},
};

/// How much one run may change. All of it is refused when one limit is passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The licences that there are; only a plan that takes more than before is refused.
    pub licences: Option<Bound<u64>>,
    /// How many of which kind may be changed in which way.
    pub of: BTreeMap<(Action, Kind), Limit>,
    /// How far a run may stand out from the earlier ones; none where that is switched off.
    pub past: Option<PastLimit>,
    /// Findings that refuse a plan.
    pub deny: Vec<Denial>,
    /// What the earlier runs did, once [`Limits::learned`] was told.
    pub usual: Option<Usual>,
}

/// What limits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People.
    People,
    /// Numbers of a pbx: one that nobody has any more, that passes to somebody else, or that
    /// nobody had.
    Extensions,
    /// Phones and device profiles.
    Devices,
    /// Hunt groups, ports and bridges.
    SystemDevices,
    /// Gateways and SIP trunks.
    Channels,
    /// Groups of the tree.
    Groups,
    /// Collections.
    Collections,
}

/// How many of one kind one run may change in one way; the stricter bound wins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limit {
    /// So many.
    pub count: Option<Bound<u64>>,
    /// Such a share of those that are in use, rounded up.
    pub share: Option<Bound<Share>>,
    /// So many are always within the share; only of what is built in.
    pub least: u64,
}

/// A bound, and where the manifest sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound<T> {
    /// The bound.
    pub value: T,
    /// Where it is set; none for what is built in.
    pub at: Option<Position>,
}

/// How far the people, devices, system devices or channels that a run changes in one way may stand
/// out from the earlier runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastLimit {
    /// How many of the last runs are looked at.
    pub runs: u64,
    /// So many times the most of one of them is refused when it is passed.
    pub times: u64,
    /// So many people, devices, system devices or channels are never refused for this.
    pub people: u64,
    /// Where it is set; none for what is built in.
    pub at: Option<Position>,
}

/// What the last runs did at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usual {
    /// How many runs.
    pub runs: u64,
    /// The most people, devices, system devices and channels that one of them changed in each way.
    pub most: BTreeMap<(Action, Kind), u64>,
}

/// A share in tenths of a percent, 0 to 1000: 50 is `5%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

/// So many runs have to be known before one can stand out from them.
const RUNS: usize = 10;

words! { Kind::as_str {
    People = "people",
    Extensions = "extensions",
    Devices = "devices",
    SystemDevices = "system_devices",
    Channels = "channels",
    Groups = "groups",
    Collections = "collections",
} }

impl Kind {
    /// Those of equipment.
    pub const EQUIPMENT: [Self; 3] = [Self::Devices, Self::SystemDevices, Self::Channels];

    /// The kind that such an entry counts as.
    pub fn of(entry: EntryKind) -> Self {
        match entry {
            EntryKind::Person => Self::People,
            EntryKind::Device => Self::Devices,
            EntryKind::SystemDevice => Self::SystemDevices,
            EntryKind::Channel => Self::Channels,
            EntryKind::Group => Self::Groups,
            EntryKind::Collection => Self::Collections,
        }
    }

    /// Whether that can happen to it, so that a limit makes sense.
    pub fn can(self, action: Action) -> bool {
        match (self, action) {
            (_, Action::Enable) => false,
            (Self::People, _) => true,
            (_, Action::Disable | Action::Add) => true,
            (Self::Extensions | Self::Collections, Action::Update) => true,
            (Self::Devices | Self::SystemDevices | Self::Channels, Action::Update) => true,
            _ => false,
        }
    }
}

/// The ways to change something that have limits, in the order in which refusals name them.
pub const LIMITED: [Action; 6] =
    [Action::Disable, Action::Update, Action::Move, Action::Add, Action::Merge, Action::Split];

/// The name of a limit as `--accept` takes it: `disable` of people, `disable.extensions` of others.
pub fn limit_name(action: Action, kind: Kind) -> String {
    match kind {
        Kind::People => action.as_str().into(),
        kind => format!("{}.{}", action.as_str(), kind.as_str()),
    }
}

/// Whether `--accept` may name it: a limit, one bound of it, or a kind of finding that `fail` or
/// `--deny` made one (`no-extension`, `findings.no-extension`).
pub fn is_limit(name: &str) -> bool {
    let code = name.strip_prefix("findings.").unwrap_or(name);
    if name == "licences" || Code::parse(code).is_ok() {
        return true;
    }
    let named = name.strip_prefix("past.").unwrap_or(name);
    LIMITED.into_iter().any(|action| {
        Kind::ALL.into_iter().filter(|kind| kind.can(action)).any(|kind| {
            let limit = limit_name(action, kind);
            let bound = named.strip_prefix(&limit).and_then(|rest| rest.strip_prefix('.'));
            let count = if kind == Kind::People { "people" } else { "count" };
            named == limit || bound == Some(count) || bound == Some("share")
        })
    })
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

    /// How many of so many, rounded up.
    pub fn of(self, all: u64) -> u64 {
        (all * u64::from(self.0)).div_ceil(1000)
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

impl Default for PastLimit {
    /// Three times the most of the last 90 runs, from 11 people on.
    fn default() -> Self {
        Self { runs: 90, times: 3, people: 10, at: None }
    }
}

impl Limit {
    /// A built-in share; so many are always within it.
    fn share(tenths: u16, least: u64) -> Self {
        let share = Some(Bound { value: Share::tenths(tenths), at: None });
        Self { count: None, share, least }
    }
}

impl Default for Limits {
    /// What is built in, as `docs/plans.md` lists it.
    fn default() -> Self {
        let people = Some(Bound { value: 25, at: None });
        let of = [
            ((Action::Disable, Kind::People), Limit { count: people, ..Limit::share(50, 0) }),
            ((Action::Disable, Kind::Extensions), Limit::share(200, 20)),
            ((Action::Disable, Kind::Devices), Limit::share(200, 20)),
            ((Action::Disable, Kind::SystemDevices), Limit::share(200, 5)),
            ((Action::Disable, Kind::Channels), Limit::share(200, 5)),
            ((Action::Disable, Kind::Groups), Limit::share(500, 20)),
            ((Action::Disable, Kind::Collections), Limit::share(500, 0)),
            ((Action::Update, Kind::People), Limit::share(300, 0)),
            ((Action::Update, Kind::Extensions), Limit::share(200, 20)),
            ((Action::Move, Kind::People), Limit::share(300, 0)),
            ((Action::Add, Kind::People), Limit::share(1000, 500)),
            ((Action::Merge, Kind::People), Limit::share(50, 20)),
            ((Action::Split, Kind::People), Limit::share(50, 20)),
        ];
        Self {
            licences: None,
            of: of.into(),
            past: Some(PastLimit::default()),
            deny: Vec::new(),
            usual: None,
        }
    }
}

impl Limits {
    /// The limit of one kind and action, to be set.
    pub fn set(&mut self, action: Action, kind: Kind) -> &mut Limit {
        self.of.entry((action, kind)).or_default()
    }

    /// The same limits, knowing what the last runs did. With fewer than ten of them nothing can be
    /// said; a run that doesn't tell what it did is none of them.
    #[must_use]
    pub fn learned(&self, past: &Past) -> Self {
        let mut limits = self.clone();
        let Some(PastLimit { runs, .. }) = &self.past else { return limits };
        let runs = usize::try_from(*runs).unwrap_or(usize::MAX);
        let known = || past.runs.iter().filter(|run| !run.counts.is_empty()).take(runs);
        let mut usual = Usual { runs: known().count() as u64, most: BTreeMap::new() };
        if usual.runs < RUNS.min(runs) as u64 || usual.runs == 0 {
            return limits;
        }
        let kinds = [Kind::People].into_iter().chain(Kind::EQUIPMENT);
        let each = kinds.flat_map(|kind| LIMITED.map(|action| (action, kind)));
        for (action, kind) in each.filter(|(action, kind)| kind.can(*action)) {
            let name = format!("{}.{}", kind.as_str(), action.as_str());
            let count = |counts: &[(crate::directory::Text, u64)]| {
                counts.iter().find(|(what, _)| *what == name).map_or(0, |(_, count)| *count)
            };
            let most = known().map(|run| count(&run.counts)).max().unwrap_or(0);
            usual.most.insert((action, kind), most);
        }
        limits.usual = Some(usual);
        limits
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::plan::Run;

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
    fn limits_have_the_names_that_refusals_give_them() {
        for name in [
            "disable",
            "disable.people",
            "disable.share",
            "disable.extensions",
            "disable.extensions.count",
            "add.groups.share",
            "past.move",
            "split",
            "licences",
            "findings.no-extension",
        ] {
            assert!(is_limit(name), "{name}");
        }
        for name in ["", "disble", "people", "enable", "move.groups", "disable.", "disable.most"] {
            assert!(!is_limit(name), "{name}");
        }
    }

    fn runs(disabled: &[u64]) -> Past {
        let run = |count: &u64| Run {
            when: Timestamp::UNIX_EPOCH,
            sources: Vec::new(),
            counts: vec![("people.disable".into(), *count)],
        };
        Past { runs: disabled.iter().map(run).collect(), ..Past::default() }
    }

    #[test]
    fn the_past_is_known_from_ten_runs_on_and_as_far_as_is_asked() {
        let limits = Limits::default();
        assert_eq!(limits.learned(&runs(&[6; 9])).usual, None);
        let usual = limits.learned(&runs(&[1, 2, 6, 0, 1, 1, 1, 1, 1, 1])).usual.unwrap();
        assert_eq!((usual.runs, usual.most[&(Action::Disable, Kind::People)]), (10, 6));
        let mut many = vec![2; 90];
        many.push(50);
        let usual = limits.learned(&runs(&many)).usual.unwrap();
        assert_eq!((usual.runs, usual.most[&(Action::Disable, Kind::People)]), (90, 2));
        let off = Limits { past: None, ..Limits::default() };
        assert_eq!(off.learned(&runs(&many)).usual, None);
    }

    #[test]
    fn a_run_that_does_not_tell_what_it_did_is_not_counted() {
        let mut past = runs(&[1; 9]);
        past.runs.extend(runs(&[1; 9]).runs.into_iter().map(|run| Run { counts: vec![], ..run }));
        assert_eq!(Limits::default().learned(&past).usual, None);
    }
}
