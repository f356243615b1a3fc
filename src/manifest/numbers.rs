//! `numbers`: the number plan, as it is written and what it means.

use std::sync::Arc;

use jiff::{SignedDuration, Span as Time, SpanRelativeTo};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{DeclaredSource, Diagnostic, meaning::Meaning};
use crate::{
    directory::Text,
    document::{Content, Node, Span, Spanned},
    finding::Code,
    numbers::{Block, BlockAt, Clash, Country, DirectDial, NumberPlan, Range},
};

/// The number plan: which extensions there are, and how they are dialled from outside.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NumbersFile {
    /// The country (ISO 3166) in which numbers are dialled as they are written: `e164` without a
    /// country, `extension_of`, and telephone numbers that are held against the ranges.
    #[schemars(regex(pattern = r"^[A-Z]{2}$"), example = &"GB")]
    country: Option<Text>,
    /// What is dialled for an outside line, as `9`; left out where a number that begins with it
    /// makes no sense otherwise. Not the zero before an area code, which the country has.
    #[schemars(regex(pattern = r"^[0-9*#]{1,4}$"), example = &"9")]
    trunk_prefix: Option<Text>,
    /// How long a number stays unused once its owner has left: `90d`, `12w`. A number that is given
    /// again sooner is a finding.
    #[schemars(example = &"90d")]
    reuse_after: Option<Text>,
    /// The ranges of extensions; none meets another of the same pbx.
    ranges: Vec<RangeFile>,
}

/// Extensions of a pbx that belong together.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RangeFile {
    /// Their number space; `main` by default.
    pbx: Option<Text>,
    /// The site whose people they are for; without it, of any.
    site: Option<Text>,
    /// The extensions: `4000-4999`, or one alone. `042` is in `040-049` and not in `40-49`.
    #[schemars(length(min = 1), example = &["4000-4999"])]
    extensions: Vec<Spanned<Text>>,
    /// How they are dialled from outside, in E.164: each `x` at the end is one of the extension's
    /// last digits.
    #[schemars(example = &"+44 20 7946 xxxx")]
    direct_dial: Option<Spanned<Text>>,
}

impl Meaning<'_> {
    /// The number plan; none where it is wrong.
    pub(super) fn number_plan(&mut self, node: &Node) -> Option<NumberPlan> {
        let before = self.found.len();
        let file: NumbersFile = self.decoded(node)?;
        let at = |key: &str| node.get(key).map_or(&node.at, |value| &value.at);
        let mut country = None;
        if let Some(code) = &file.country {
            country = Country::parse(code);
            if country.is_none() {
                let title = format!("there is no country `{code}`");
                self.wrong(
                    "wrong-value",
                    title,
                    at("country"),
                    "write two capital letters, as `GB`",
                );
            }
        }
        let mut reuse_after = None;
        if let Some(text) = &file.reuse_after {
            reuse_after = days(text);
            if reuse_after.is_none() {
                let title = format!("`{text}` is no length of time");
                self.wrong(
                    "wrong-value",
                    title,
                    at("reuse_after"),
                    "write days or weeks, as `90d`",
                );
            }
        }
        let nodes = items(node.get("ranges"));
        let ranges = file.ranges.into_iter().zip(nodes);
        let ranges: Vec<Range> =
            ranges.filter_map(|(range, node)| self.range(range, node)).collect();
        if self.found.len() > before {
            return None;
        }
        match NumberPlan::new(ranges) {
            Ok(mut plan) => {
                plan.country = country;
                plan.trunk_prefix = file.trunk_prefix;
                plan.reuse_after = reuse_after;
                Some(plan)
            }
            Err(clashes) => {
                for clash in &clashes {
                    self.found.push(told(clash, nodes));
                }
                None
            }
        }
    }

    fn range(&mut self, file: RangeFile, node: &Node) -> Option<Range> {
        let before = self.found.len();
        let RangeFile { pbx, site, extensions, direct_dial } = file;
        let mut blocks = Vec::new();
        for (text, node) in extensions.iter().zip(items(node.get("extensions"))) {
            match Block::parse(text) {
                Ok(block) => blocks.push(block),
                Err(error) => {
                    self.wrong("wrong-value", error.to_string(), &node.at, error.help());
                }
            }
        }
        let pattern = match direct_dial.as_ref().map(|text| DirectDial::parse(text)) {
            None => None,
            Some(Ok(pattern)) => Some(pattern),
            Some(Err(error)) => {
                let at = node.get("direct_dial").map_or(&node.at, |value| &value.at);
                self.wrong("wrong-value", error.to_string(), at, error.help());
                None
            }
        };
        (self.found.len() == before).then(|| Range {
            pbx: pbx.unwrap_or_else(|| "main".into()),
            site: site.filter(|site| !site.is_empty()),
            blocks,
            direct_dial: pattern,
            at: node.at.position(),
        })
    }

    /// Ranges of a pbx that no source has.
    pub(super) fn unused_ranges(
        &mut self,
        plan: &NumberPlan,
        node: &Node,
        sources: &[DeclaredSource],
    ) {
        for (range, node) in plan.ranges().iter().zip(items(node.get("ranges"))) {
            if sources.iter().any(|source| source.mapping.pbx == range.pbx) {
                continue;
            }
            let at = node.get("pbx").map_or(&node.at, |pbx| &pbx.at);
            let title = format!("no source has the pbx `{}` of this range", range.pbx);
            let help = "set `pbx:` of the source whose extensions it is about";
            self.remarks.push(Diagnostic::remark(Code::UnusedRange, title, at).help(help));
        }
    }
}

/// What can be wrong between ranges, at its places.
fn told(clash: &Clash, ranges: &[Node]) -> Diagnostic {
    let place = |(range, block): BlockAt| -> Span {
        let range = ranges.get(range);
        let block = range.and_then(|range| items(range.get("extensions")).get(block));
        block.or(range).map_or_else(|| Span::start(&Arc::from("")), |node| node.at.clone())
    };
    match clash {
        Clash::Extension { first, second, extension } => {
            let title = format!("extension `{extension}` is in two ranges of one pbx");
            Diagnostic::new("overlap", title, &place(*second))
                .related(&place(*first), "and here")
                .help("give each extension to one range; another number space is another `pbx`")
        }
        Clash::DirectDial { first, second, number } => {
            let title = format!("`{number}` would be the direct-dial number of two extensions");
            Diagnostic::new("overlap", title, &place(*second))
                .related(&place(*first), "and of one of these")
                .help("correct `direct_dial` of one of the two ranges")
        }
        Clash::Ambiguous { block, long: true } => Diagnostic::new(
            "wrong-value",
            "`direct_dial` has more `x` than these extensions have digits",
            &place(*block),
        )
        .help("write digits in place of the first `x`"),
        Clash::Ambiguous { block, long: false } => Diagnostic::new(
            "wrong-value",
            "several of these extensions would have one direct-dial number",
            &place(*block),
        )
        .help("write more `x` in `direct_dial`, or a range of its own for each"),
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.content) {
        Some(Content::List(items)) => items,
        _ => &[],
    }
}

/// `90d`, `12w`, `36h`: a length of time in which a day has 24 hours.
fn days(text: &str) -> Option<SignedDuration> {
    let time: Time = text.parse().ok()?;
    let time = time.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    (!time.is_negative()).then_some(time)
}
