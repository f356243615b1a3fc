//! The number plan: which extensions there are, of which site and pbx, and how they are dialled from
//! outside.

mod block;
mod dialling;
mod direct_dial;
#[cfg(test)]
mod laws;
mod phone;

use jiff::SignedDuration;

pub use block::{Block, NoBlock};
pub use dialling::Dialling;
pub(crate) use dialling::e164;
pub use direct_dial::{DirectDial, NoDirectDial};
pub use phone::Country;

use crate::{
    directory::{Extension, Text},
    finding::Position,
};

/// How numbers are given, and how they are dialled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NumberPlan {
    /// Of what country numbers are that are written as one dials them within it.
    pub country: Option<Country>,
    /// What is dialled for an outside line, before the number.
    pub trunk_prefix: Option<Text>,
    /// How long a number stays unused once its owner has left.
    pub reuse_after: Option<SignedDuration>,
    ranges: Vec<Range>,
    /// The blocks of all ranges, by pbx and number; none meets another.
    blocks: Vec<Placed>,
    /// The direct-dial numbers of all ranges, sorted; none meets another.
    runs: Vec<Dialled>,
}

/// Extensions of a pbx that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Their number space.
    pub pbx: Text,
    /// The site whose people they are for; any where none is said.
    pub site: Option<Text>,
    /// The extensions; at least one block.
    pub blocks: Vec<Block>,
    /// How they are dialled from outside, where they can be.
    pub direct_dial: Option<DirectDial>,
    /// Where it is written.
    pub at: Position,
}

/// A block, of the range of that place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    range: usize,
    block: Block,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Dialled {
    range: usize,
    block: Block,
    run: direct_dial::Run,
}

/// A block of a range: its place in the list of ranges, and in that range's list of blocks.
pub type BlockAt = (usize, usize);

/// Why ranges make no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// Two blocks of one pbx have the same extension.
    Extension {
        /// The one that comes first in the plan.
        first: BlockAt,
        /// The other.
        second: BlockAt,
        /// The first extension that is in both.
        extension: Text,
    },
    /// Two extensions have the same direct-dial number.
    DirectDial {
        /// The one that comes first in the plan.
        first: BlockAt,
        /// The other.
        second: BlockAt,
        /// The first direct-dial number of both.
        number: Text,
    },
    /// The extensions of a block are not told apart by the last digits that a direct-dial number
    /// has of them.
    Ambiguous {
        /// The block.
        block: BlockAt,
        /// Whether the direct-dial number has more of them than there are.
        long: bool,
    },
}

impl NumberPlan {
    /// A plan of these ranges.
    ///
    /// # Errors
    ///
    /// Each [`Clash`], in the order of the ranges.
    pub fn new(ranges: Vec<Range>) -> Result<Self, Vec<Clash>> {
        let mut clashes = Vec::new();
        let mut blocks: Vec<(BlockAt, Block)> = Vec::new();
        let mut runs = Vec::new();
        for (range_at, range) in ranges.iter().enumerate() {
            for (block_at, block) in range.blocks.iter().enumerate() {
                let at = (range_at, block_at);
                blocks.push((at, *block));
                let Some(pattern) = &range.direct_dial else { continue };
                match pattern.runs(block) {
                    Some(found) => runs.extend(found.into_iter().map(|run| (at, *block, run))),
                    None => {
                        let long = pattern.places() > block.width;
                        clashes.push(Clash::Ambiguous { block: at, long });
                    }
                }
            }
        }
        let pbx = |at: BlockAt| &ranges[at.0].pbx;
        blocks.sort_by(|a, b| (pbx(a.0), a.1).cmp(&(pbx(b.0), b.1)));
        let mut widest: Option<(BlockAt, Block)> = None;
        for &(at, block) in &blocks {
            match widest.filter(|(other, seen)| pbx(*other) == pbx(at) && seen.meets(&block)) {
                Some((other, seen)) => {
                    let shared = Block { first: block.first, last: block.first, ..block };
                    let extension = smol_str::format_smolstr!("{shared}");
                    let (first, second) = (other.min(at), other.max(at));
                    clashes.push(Clash::Extension { first, second, extension });
                    if block.last > seen.last {
                        widest = Some((at, block));
                    }
                }
                None => widest = Some((at, block)),
            }
        }
        runs.sort_by_key(|(_, _, run)| (run.first, run.last));
        let mut farthest: Option<(BlockAt, direct_dial::Run)> = None;
        for &(at, _, run) in &runs {
            match farthest.filter(|(_, seen)| run.first <= seen.last) {
                Some((other, seen)) => {
                    let number = smol_str::format_smolstr!("+{}", run.first);
                    let (first, second) = (other.min(at), other.max(at));
                    clashes.push(Clash::DirectDial { first, second, number });
                    if run.last > seen.last {
                        farthest = Some((at, run));
                    }
                }
                None => farthest = Some((at, run)),
            }
        }
        if !clashes.is_empty() {
            return Err(clashes);
        }
        let blocks = blocks.into_iter().map(|(at, block)| Placed { range: at.0, block });
        let runs = runs.into_iter().map(|(at, block, run)| Dialled { range: at.0, block, run });
        let (blocks, runs) = (blocks.collect(), runs.collect());
        Ok(Self { ranges, blocks, runs, ..Self::default() })
    }

    /// A plan that stands in for one that can't be read, so that what asks it is no mistake as well.
    pub fn any() -> Self {
        let range = |at| Range {
            pbx: Text::default(),
            site: None,
            blocks: Block::parse("0-9").into_iter().collect(),
            direct_dial: DirectDial::parse("+1x").ok(),
            at,
        };
        let at = Position { file: "".into(), line: 1, column: 1 };
        let plan = Self::new(vec![range(at)]).unwrap_or_default();
        Self { country: Country::parse("GB"), ..plan }
    }

    /// In the order of the manifest.
    pub fn ranges(&self) -> &[Range] {
        &self.ranges
    }

    /// Whether any extension can be dialled from outside.
    pub fn has_direct_dial(&self) -> bool {
        !self.runs.is_empty()
    }

    /// The ranges of a pbx, in the order of the manifest.
    pub fn of_pbx<'a>(&'a self, pbx: &'a str) -> impl Iterator<Item = &'a Range> {
        self.ranges.iter().filter(move |range| range.pbx == pbx)
    }

    /// The range that an extension of a pbx is in.
    pub fn range(&self, pbx: &str, extension: &Extension) -> Option<&Range> {
        let (range, ..) = self.place(pbx, extension.as_str())?;
        Some(range)
    }

    /// The direct-dial number of an extension, in E.164, where it has one.
    pub fn direct_dial(&self, pbx: &str, extension: &Extension) -> Option<Text> {
        let (range, value) = self.place(pbx, extension.as_str())?;
        let number = range.direct_dial?.number(value);
        Some(smol_str::format_smolstr!("+{number}"))
    }

    /// The extension with that direct-dial number, which is written in E.164: its range, and the
    /// number inside the range's pbx.
    pub fn extension(&self, direct_dial: &str) -> Option<(&Range, Extension)> {
        let digits = direct_dial.strip_prefix('+').filter(|digits| !digits.starts_with('0'))?;
        let (_, _, number) = block::key(digits)?;
        let before = self.runs.partition_point(|dialled| dialled.run.first <= number);
        let Dialled { range, block, run } = self.runs.get(before.checked_sub(1)?)?;
        if number > run.last {
            return None;
        }
        let extension = block.extension(run.extension + (number - run.first))?;
        Some((self.ranges.get(*range)?, extension))
    }

    /// The longest extension of the plan, in digits.
    pub fn longest(&self) -> usize {
        self.blocks.iter().map(|placed| usize::from(placed.block.width)).max().unwrap_or(0)
    }

    fn place(&self, pbx: &str, extension: &str) -> Option<(&Range, u64)> {
        let (plus, width, value) = block::key(extension)?;
        let before = self.blocks.partition_point(|placed| {
            let Block { plus: p, width: w, first, last: _ } = placed.block;
            (self.ranges[placed.range].pbx.as_str(), p, w, first) <= (pbx, plus, width, value)
        });
        let Placed { range, block } = self.blocks.get(before.checked_sub(1)?)?;
        let range = self.ranges.get(*range)?;
        let inside = range.pbx == pbx && (block.plus, block.width) == (plus, width);
        (inside && value <= block.last).then_some((range, value))
    }
}

impl Range {
    /// Its extensions as the manifest writes them: `4000-4999, 6100-6199`.
    pub fn extensions(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(Block::to_string).collect();
        blocks.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(pbx: &str, blocks: &[&str], direct_dial: &str) -> Range {
        Range {
            pbx: pbx.into(),
            site: None,
            blocks: blocks.iter().map(|text| Block::parse(text).unwrap()).collect(),
            direct_dial: (!direct_dial.is_empty()).then(|| DirectDial::parse(direct_dial).unwrap()),
            at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
        }
    }

    fn extension(text: &str) -> Extension {
        Extension::parse(text).unwrap()
    }

    #[test]
    fn an_extension_and_its_direct_dial_number_lead_to_one_another() {
        let plan = NumberPlan::new(vec![
            range("hq", &["4000-4999", "6100-6199"], "+44 20 7946 xxxx"),
            range("leeds", &["5000-5039"], "+44 113 496 01xx"),
            range("leeds", &["040-049"], "+44 113 496 01xx"),
            range("hq", &["300-399"], ""),
        ])
        .unwrap();
        for (pbx, number, direct_dial) in [
            ("hq", "4021", "+442079464021"),
            ("hq", "6100", "+442079466100"),
            ("leeds", "5021", "+441134960121"),
            ("leeds", "042", "+441134960142"),
        ] {
            let number = extension(number);
            assert_eq!(plan.direct_dial(pbx, &number).as_deref(), Some(direct_dial));
            let (range, found) = plan.extension(direct_dial).unwrap();
            assert_eq!((range.pbx.as_str(), found), (pbx, number));
        }
        for nobodys in ["+442079467000", "+44207946402", "+4420794640210", "442079464021", "+", ""]
        {
            assert!(plan.extension(nobodys).is_none(), "{nobodys}");
        }
        assert_eq!(plan.direct_dial("hq", &extension("311")), None);
        assert_eq!(plan.direct_dial("leeds", &extension("4021")), None);
        assert!(plan.range("hq", &extension("311")).is_some());
        assert!(plan.range("hq", &extension("0311")).is_none());
        assert_eq!(plan.longest(), 4);
    }

    #[test]
    fn ranges_that_meet_are_told() {
        let clashes = |ranges: Vec<Range>| NumberPlan::new(ranges).unwrap_err();
        let meeting =
            vec![range("hq", &["4000-4999"], ""), range("hq", &["300-399", "4500-4600"], "")];
        assert_eq!(
            clashes(meeting),
            [Clash::Extension { first: (0, 0), second: (1, 1), extension: "4500".into() }]
        );
        let apart = vec![range("hq", &["4000-4999"], ""), range("leeds", &["4500-4600"], "")];
        assert!(NumberPlan::new(apart).is_ok(), "two number spaces");
        let dialled = vec![
            range("hq", &["4000-4099"], "+44 20 7946 01xx"),
            range("leeds", &["5090-5110"], "+44 20 7946 01xx"),
        ];
        assert_eq!(
            clashes(dialled)[0],
            Clash::DirectDial { first: (0, 0), second: (1, 0), number: "+442079460100".into() }
        );
        let ambiguous = vec![range("hq", &["4000-4999", "1-9"], "+44 20 7946 01xx")];
        assert_eq!(
            clashes(ambiguous),
            [
                Clash::Ambiguous { block: (0, 0), long: false },
                Clash::Ambiguous { block: (0, 1), long: true }
            ]
        );
    }
}
