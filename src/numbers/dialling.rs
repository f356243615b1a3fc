//! A number plan as expressions see it.

use std::sync::Arc;

use super::{Country, NumberPlan, phone};
use crate::directory::{Extension, Text};

/// A number plan, and the pbx whose extensions are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialling {
    /// The plan.
    pub plan: Arc<NumberPlan>,
    /// The pbx of the source whose records are read; none where people of any pbx are looked at.
    pub pbx: Option<Text>,
}

impl Dialling {
    /// A telephone number as E.164 (`+442079460123`), read as one dials it in that country, or in
    /// the plan's; what is no valid number stays as it is. An extension after the number is left
    /// out, and so is what is dialled for an outside line.
    pub fn e164(&self, text: &str, country: Option<Country>) -> Text {
        match country.or(self.plan.country) {
            Some(country) => e164(text, country, self.plan.trunk_prefix.as_deref()),
            None => text.into(),
        }
    }

    /// The extension within a pbx that a telephone number is the direct-dial number of; the text
    /// itself where it is an extension of the plan already, and the one that stands after a number
    /// (`020 7946 0100 x4021`). None where the plan has no such extension.
    pub fn extension_of(&self, text: &str, pbx: &str) -> Option<Extension> {
        let text = text.trim();
        let known = |extension: &Extension| self.plan.range(pbx, extension).is_some();
        if let Some(extension) = Extension::parse(text).ok().filter(known) {
            return Some(extension);
        }
        // What is no longer than an extension is one, if of nobody, and no telephone number.
        if text.len() <= self.plan.longest() && !text.starts_with('+') {
            return None;
        }
        self.readings(text).into_iter().find_map(|(number, after)| {
            let after = after.and_then(|after| Extension::parse(&after).ok()).filter(known);
            after.or_else(|| match self.plan.extension(&number) {
                Some((range, extension)) if range.pbx == pbx => Some(extension),
                _ => None,
            })
        })
    }

    /// A telephone number as E.164 where it is a direct-dial number of the plan, whatever the pbx.
    pub fn direct_dial_number(&self, text: &str) -> Option<Text> {
        if text.len() <= self.plan.longest() && !text.starts_with('+') {
            return None;
        }
        let mut readings = self.readings(text).into_iter();
        readings.find_map(|(number, _)| self.plan.extension(&number).map(|_| number))
    }

    /// The ways in which a text can be read as a telephone number, the likelier first, in E.164 and
    /// with an extension that stands after it.
    fn readings(&self, text: &str) -> Vec<(Text, Option<Text>)> {
        let country = self.plan.country;
        let mut readings = Vec::with_capacity(2);
        readings.extend(phone::read(text, country));
        if let Some(rest) = without_prefix(text, self.plan.trunk_prefix.as_deref()) {
            readings.extend(phone::read(rest, country));
        }
        readings
    }
}

/// A telephone number as E.164; `prefix` is what is dialled for an outside line. Read as it stands
/// first, and without the prefix only where it is no valid number so.
pub(crate) fn e164(text: &str, country: Country, prefix: Option<&str>) -> Text {
    if let Some(number) = phone::valid(text, country) {
        return number;
    }
    let rest = without_prefix(text, prefix);
    rest.and_then(|rest| phone::valid(rest, country)).unwrap_or_else(|| text.into())
}

/// What follows the prefix for an outside line, where a text begins with it.
fn without_prefix<'t>(text: &'t str, prefix: Option<&str>) -> Option<&'t str> {
    text.trim_start().strip_prefix(prefix?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        finding::Position,
        numbers::{Block, DirectDial, Range},
    };

    fn dialling(country: &str, prefix: &str) -> Dialling {
        let range = |pbx: &str, blocks: &str, pattern: &str| Range {
            pbx: pbx.into(),
            site: None,
            blocks: vec![Block::parse(blocks).unwrap()],
            direct_dial: Some(DirectDial::parse(pattern).unwrap()),
            at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
        };
        let mut plan = NumberPlan::new(vec![
            range("main", "4000-4099", "+44 20 7946 01xx"),
            range("leeds", "040-049", "+44 113 496 01xx"),
        ])
        .unwrap();
        plan.country = Country::parse(country);
        plan.trunk_prefix = (!prefix.is_empty()).then(|| prefix.into());
        Dialling { plan: plan.into(), pbx: None }
    }

    #[test]
    fn an_extension_is_found_however_the_number_is_written() {
        let dialling = dialling("GB", "9");
        for text in [
            "020 7946 0121",
            "+44 (0)20 7946 0121",
            "0044 20 7946 0121",
            "+442079460121",
            "+44-20.7946 0121",
            "9 020 7946 0121",
            "902079460121",
            "tel:+442079460121",
            "4021",
            " 4021 ",
            "020 7946 0100 x4021",
            "0113 496 0142;ext=4021",
        ] {
            let found = dialling.extension_of(text, "main");
            assert_eq!(found.as_ref().map(Extension::as_str), Some("4021"), "{text}");
        }
        for text in
            ["5021", "042", "020 7946 0221", "0113 496 0142", "ask Ada", "", "+", "*61#", "\0"]
        {
            assert_eq!(dialling.extension_of(text, "main"), None, "{text}");
        }
        let leeds = dialling.extension_of("0113 496 0142", "leeds");
        assert_eq!(leeds.as_ref().map(Extension::as_str), Some("042"));
    }

    #[test]
    fn without_a_country_only_international_numbers_are_known() {
        let dialling = dialling("", "");
        assert!(dialling.extension_of("+44 20 7946 0121", "main").is_some());
        assert!(dialling.extension_of("+44 (0)20 7946 0121", "main").is_some());
        assert_eq!(dialling.extension_of("020 7946 0121", "main"), None);
        assert_eq!(dialling.e164("020 7946 0121", None), "020 7946 0121");
    }

    #[test]
    fn the_prefix_for_an_outside_line_is_left_out_where_it_is_one() {
        let gb = Country::parse("GB").unwrap();
        for (text, number) in [
            ("9 020 7946 0121", "+442079460121"),
            ("9,020 7946 0121", "+442079460121"),
            ("90113 496 0142", "+441134960142"),
            ("020 7946 0121", "+442079460121"),
            ("+9 020", "+9 020"),
            ("9", "9"),
            ("9 ask Ada", "9 ask Ada"),
            ("909 8790 123", "+449098790123"),
        ] {
            assert_eq!(e164(text, gb, Some("9")), number, "{text}");
        }
        assert_eq!(e164("9 020 7946 0121", gb, None), "9 020 7946 0121");
    }
}
