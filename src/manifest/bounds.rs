//! What bounds a run: `limits`, and of a source `shrink`.

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, de::IgnoredAny};

use super::meaning::Meaning;
use crate::{
    directory::Text,
    document::{Node, Span, Spanned},
    finding::{Code, Position},
    plan::{Action, Bound, Denial, Kind, Limits, MaxAge, PastLimit, Share, Shrink, limit_name},
};

/// How much one run may change before it is refused.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsFile {
    /// The licences that there are: active people whose calls are logged.
    licences: Option<Spanned<u64>>,
    /// What is disabled; by default 25 people and 5% of them, the stricter of which wins.
    disable: Option<LimitFile>,
    /// What changes where it stands; by default 30% of the people.
    update: Option<LimitFile>,
    /// What comes to stand elsewhere; by default 30% of the people.
    r#move: Option<LimitFile>,
    /// What is new; by default 100% of the people, and always 500.
    add: Option<LimitFile>,
    /// People who turned out to be one with another; by default 5%, and always 20.
    merge: Option<LimitFile>,
    /// People who turned out not to be one with another; by default 5%, and always 20.
    split: Option<LimitFile>,
    /// How far a run may stand out from the earlier ones, or `off`.
    #[schemars(schema_with = "past_or_off")]
    #[serde(rename = "past")]
    _past: Option<IgnoredAny>,
    /// Findings that refuse a plan, by their codes; `--deny` says the same for one run.
    #[schemars(schema_with = "codes")]
    deny: Vec<Spanned<Code>>,
}

fn codes(_generator: &mut SchemaGenerator) -> Schema {
    let words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json_schema!({ "type": "array", "items": { "type": "string", "enum": words } })
}

/// How much one run may change in one way; the stricter bound wins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct LimitFile {
    /// So many people.
    people: Option<Spanned<u64>>,
    /// Such a share of the active people, in percent.
    #[schemars(regex(pattern = r"^[0-9]{1,3}(\.[0-9])?%$"), example = "5%")]
    share: Option<Spanned<Text>>,
    /// Numbers: those that nobody has any more, that pass to somebody else, or that nobody had.
    extensions: Option<CountFile>,
    /// Phones and device profiles.
    devices: Option<CountFile>,
    /// Hunt groups, ports and bridges.
    system_devices: Option<CountFile>,
    /// Gateways and SIP trunks.
    channels: Option<CountFile>,
    /// Groups of the tree.
    groups: Option<CountFile>,
    /// Collections.
    collections: Option<CountFile>,
}

/// How many of one kind; the stricter bound wins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct CountFile {
    /// So many.
    count: Option<Spanned<u64>>,
    /// Such a share of those in use, in percent.
    #[schemars(regex(pattern = r"^[0-9]{1,3}(\.[0-9])?%$"), example = "5%")]
    share: Option<Spanned<Text>>,
}

/// How far a run may stand out from the earlier ones.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct PastFile {
    /// How many of the last runs are looked at; 90 by default.
    #[schemars(range(min = 1))]
    runs: Option<u64>,
    /// So many times the most of one of them may be changed in each way; 3 by default.
    #[schemars(range(min = 1))]
    times: Option<u64>,
    /// So many people are never too many; 10 by default.
    people: Option<u64>,
}

/// How much smaller than the last complete one a listing may be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct ShrinkFile {
    /// Such a share of the records or of the people that `keep` leaves, in percent; 20% by default.
    #[schemars(regex(pattern = r"^[0-9]{1,3}(\.[0-9])?%$"), example = "20%")]
    share: Option<Spanned<Text>>,
    /// So many records or people; 20 by default. A listing that lost more than both is doubtful.
    records: Option<u64>,
}

/// What switches a guard off.
const OFF: &str = "off";

fn past_or_off(generator: &mut SchemaGenerator) -> Schema {
    or_off(
        "How far a run may stand out from the earlier ones, or `off`; by default three times the most of the last 90 runs, from 11 people on.",
        &PastFile::json_schema(generator),
    )
}

/// The schema of a source's `shrink:`.
pub(super) fn shrink_or_off(generator: &mut SchemaGenerator) -> Schema {
    or_off(
        "How much smaller than the last complete one a listing may be before it is doubtful and nobody is disabled, or `off`; by default 20% and 20 records.",
        &ShrinkFile::json_schema(generator),
    )
}

/// The schema of `people.max_age_difference`.
pub(super) fn max_age(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "description": "How much older than the newest one a source's data may be before nobody is disabled by it: a duration such as `24h`, or `off`; 24h by default where `link` joins people.",
        "type": ["string", "null"],
        "nullable": true,
    })
}

fn or_off(description: &str, file: &Schema) -> Schema {
    json_schema!({ "description": description, "anyOf": [file, { "type": "string", "const": OFF }] })
}

fn is_off(node: &Node) -> bool {
    node.as_text().is_some_and(|text| text == OFF)
}

impl Meaning<'_> {
    /// The limits, where the manifest sets them.
    pub(super) fn limits(&mut self, node: &Node) -> Option<Limits> {
        let file: LimitsFile = self.decoded(node)?;
        let LimitsFile { licences, disable, update, r#move, add, merge, split, _past, deny } = file;
        let licences = licences.map(|bound| Bound { value: bound.value, at: Some(bound.at) });
        let deny = deny.into_iter().map(|code| Denial { code: code.value, at: Some(code.at) });
        let mut limits = Limits { licences, deny: deny.collect(), ..Limits::default() };
        for (action, file) in [
            (Action::Disable, disable),
            (Action::Update, update),
            (Action::Move, r#move),
            (Action::Add, add),
            (Action::Merge, merge),
            (Action::Split, split),
        ] {
            if let (Some(file), Some(node)) = (file, node.get(action.as_str())) {
                self.limit(node, action, file, &mut limits);
            }
        }
        if let Some((key, node)) = node.entry("past") {
            limits.past = self.past(node, key.at.position());
        }
        Some(limits)
    }

    fn limit(&mut self, node: &Node, action: Action, file: LimitFile, limits: &mut Limits) {
        let LimitFile {
            people,
            share,
            extensions,
            devices,
            system_devices,
            channels,
            groups,
            collections,
        } = file;
        let of_people = CountFile { count: people, share };
        self.count(node, (action, Kind::People), of_people, limits);
        for (kind, file) in [
            (Kind::Extensions, extensions),
            (Kind::Devices, devices),
            (Kind::SystemDevices, system_devices),
            (Kind::Channels, channels),
            (Kind::Groups, groups),
            (Kind::Collections, collections),
        ] {
            let (Some(file), Some((key, node))) = (file, node.entry(kind.as_str())) else {
                continue;
            };
            if kind.can(action) {
                self.count(node, (action, kind), file, limits);
            } else {
                let title =
                    format!("`{}` is no limit: that never happens", limit_name(action, kind));
                self.wrong("wrong-value", title, &key.at, "remove the key");
            }
        }
    }

    fn count(&mut self, node: &Node, of: (Action, Kind), file: CountFile, limits: &mut Limits) {
        let CountFile { count, share } = file;
        let limit = limits.set(of.0, of.1);
        if let Some(count) = count {
            limit.count = Some(Bound { value: count.value, at: Some(count.at) });
        }
        if let Some(share) = share
            && let Some(value) = self.share(node, &share)
        {
            limits.set(of.0, of.1).share = Some(Bound { value, at: Some(share.at) });
        }
    }

    fn share(&mut self, node: &Node, share: &Spanned<Text>) -> Option<Share> {
        let value = Share::parse(share);
        if value.is_none() {
            let at: &Span = node.get("share").map_or(&node.at, |share| &share.at);
            let title = format!("`{}` is no share", share.value);
            self.wrong("wrong-value", title, at, "write `0%` to `100%`, as in `5%` or `0.5%`");
        }
        value
    }

    fn past(&mut self, node: &Node, at: Position) -> Option<PastLimit> {
        if is_off(node) {
            return None;
        }
        let PastFile { runs, times, people } = self.decoded(node)?;
        let built_in = PastLimit::default();
        Some(PastLimit {
            runs: runs.unwrap_or(built_in.runs),
            times: times.unwrap_or(built_in.times),
            people: people.unwrap_or(built_in.people),
            at: Some(at),
        })
    }

    /// How much older than the newest one a source's data may be; `people` is the section. What
    /// isn't joined need not be of one time.
    pub(super) fn max_age(&mut self, people: &Node) -> Option<MaxAge> {
        let Some((key, node)) = people.entry("max_age_difference") else {
            return people.get("link").map(|_| MaxAge::default());
        };
        let text = node.as_text().filter(|text| *text != OFF)?;
        match text.parse::<SignedDuration>() {
            Ok(most) if most > SignedDuration::ZERO => {
                Some(MaxAge { most, at: Some(key.at.position()) })
            }
            _ => {
                let title = format!("`{text}` is no duration");
                self.wrong("wrong-value", title, &node.at, "write one such as `24h`, or `off`");
                None
            }
        }
    }

    /// How much smaller a listing of this source may be; nothing where that is switched off.
    pub(super) fn shrink(&mut self, source: &Node) -> Option<Shrink> {
        let Some((key, node)) = source.entry("shrink") else { return Some(Shrink::default()) };
        if is_off(node) {
            return None;
        }
        let ShrinkFile { share, records } = self.decoded(node)?;
        let built_in = Shrink::default();
        Some(Shrink {
            share: share.and_then(|share| self.share(node, &share)).unwrap_or(built_in.share),
            records: records.unwrap_or(built_in.records),
            at: Some(key.at.position()),
        })
    }
}
