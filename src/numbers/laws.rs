//! What holds of every plan of numbers.

use proptest::prelude::*;

use super::{Block, Country, Dialling, DirectDial, NumberPlan, Range};
use crate::{directory::Extension, finding::Position};

fn range(pbx: u8, width: usize, first: u64, length: u64, stem: u64, places: usize) -> Range {
    let most = 10_u64.pow(u32::try_from(width).unwrap());
    let first = first % most;
    let last = (first + length).min(most - 1);
    let block = Block::parse(&format!("{first:0width$}-{last:0width$}")).unwrap();
    let pattern = format!("+{stem}{}", "x".repeat(places));
    Range {
        pbx: format!("pbx{pbx}").into(),
        site: None,
        blocks: vec![block],
        direct_dial: DirectDial::parse(&pattern).ok(),
        at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
    }
}

fn ranges() -> impl Strategy<Value = Vec<Range>> {
    let one = (0..3_u8, 1..6_usize, 0..100_000_u64, 0..150_u64, 1..400_u64, 0..5_usize).prop_map(
        |(pbx, width, first, length, stem, places)| range(pbx, width, first, length, stem, places),
    );
    proptest::collection::vec(one, 1..6)
}

/// Every extension of a range, one by one.
fn extensions(range: &Range) -> Vec<Extension> {
    let block = range.blocks[0];
    (block.first..=block.last).map(|value| block.extension(value).unwrap()).collect()
}

proptest! {
    #[test]
    fn a_plan_is_one_to_one_or_refused(ranges in ranges()) {
        // The same, asked one number at a time.
        let mut all = Vec::new();
        for range in &ranges {
            for extension in extensions(range) {
                let text = extension.as_str();
                let places = range.direct_dial.as_ref().unwrap().places().into();
                let number = text.len().checked_sub(places).map(|skip| {
                    let pattern = range.direct_dial.as_ref().unwrap().to_string();
                    format!("{}{}", pattern.trim_end_matches('x'), &text[skip..])
                });
                all.push((range.pbx.clone(), extension, number));
            }
        }
        let mut own: Vec<_> = all.iter().map(|(pbx, extension, _)| (pbx, extension)).collect();
        let mut dialled: Vec<_> = all.iter().map(|(_, _, number)| number).collect();
        let count = all.len();
        own.sort();
        own.dedup();
        dialled.sort();
        dialled.dedup();
        let one_to_one =
            own.len() == count && dialled.len() == count && all.iter().all(|(.., n)| n.is_some());
        let plan = NumberPlan::new(ranges.clone());
        prop_assert_eq!(plan.is_ok(), one_to_one, "{:?}", plan);
        let Ok(plan) = plan else { return Ok(()) };
        for (pbx, extension, number) in all {
            let number = number.unwrap();
            let dialled = plan.direct_dial(&pbx, &extension);
            prop_assert_eq!(dialled.as_deref(), Some(number.as_str()));
            let (range, found) = plan.extension(&number).unwrap();
            prop_assert_eq!((&range.pbx, found), (&pbx, extension));
        }
    }

    #[test]
    fn no_text_is_a_number_of_nobody(text in "[\\PC\\x00-\\x20]{0,20}|[+0-9x ()-]{0,20}") {
        let mut plan = NumberPlan::new(vec![range(0, 4, 4000, 99, 4420, 3)]).unwrap();
        plan.country = Country::parse("GB");
        plan.trunk_prefix = Some("9".into());
        let dialling = Dialling { plan: plan.into(), pbx: None };
        if let Some(extension) = dialling.extension_of(&text, "pbx0") {
            prop_assert!(dialling.plan.range("pbx0", &extension).is_some(), "{}", extension);
        }
        if let Some(number) = dialling.direct_dial_number(&text) {
            prop_assert!(dialling.plan.extension(&number).is_some(), "{}", number);
        }
        let _ = (Block::parse(&text), DirectDial::parse(&text));
        let once = dialling.e164(&text, None);
        prop_assert_eq!(dialling.e164(&once, None), once.clone(), "{}", once);
    }
}
