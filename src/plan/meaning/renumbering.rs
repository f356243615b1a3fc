//! Numbers of many people that change by one rule.

use std::collections::BTreeMap;

use super::{
    FEW, Renumbering, Rewrite,
    draft::{Draft, part},
    items::Items,
};
use crate::{
    directory::{Field, Value},
    plan::MeaningKind,
};

/// The fields that hold a number.
const NUMBERS: [Field; 6] =
    [Field::Extension, Field::Telephone, Field::Mobile, Field::Pager, Field::Fax, Field::IpPhone];
/// Digits at the end that stay as they are, at least, where the first digits become others.
const KEPT: usize = 2;
/// A number that is added explains one in so many of the numbers that change; less is by chance.
const SHARE: usize = 10;

/// One number that becomes another.
struct Rewritten<'a> {
    field: Field,
    pbx: &'a str,
    before: &'a str,
    after: &'a str,
    at: usize,
}

/// The renumberings, and the fields of their people told.
pub(super) fn renumberings(items: &mut Items<'_>) -> Vec<Draft> {
    let all = rewritten(items);
    let mut fields: BTreeMap<(Field, &str), usize> = BTreeMap::new();
    let mut fronts: BTreeMap<(Field, &str, &str, &str), usize> = BTreeMap::new();
    let mut shifts: BTreeMap<(Field, &str, i64), usize> = BTreeMap::new();
    for number in &all {
        let Rewritten { field, pbx, before, after, .. } = *number;
        *fields.entry((field, pbx)).or_default() += 1;
        if let Some((from, to)) = front(before, after) {
            *fronts.entry((field, pbx, from, to)).or_default() += 1;
        }
        if let Some(by) = shift(before, after) {
            *shifts.entry((field, pbx, by)).or_default() += 1;
        }
    }
    let mut rules: BTreeMap<(Field, &str, Rewrite), Vec<&Rewritten<'_>>> = BTreeMap::new();
    for number in &all {
        let Rewritten { field, pbx, before, after, .. } = *number;
        let front = front(before, after)
            .map(|(from, to)| ((from, to), fronts.get(&(field, pbx, from, to)).copied()));
        let shift = shift(before, after)
            .map(|by| (by, shifts.get(&(field, pbx, by)).copied().unwrap_or(0)))
            .filter(|(_, count)| {
                count * SHARE >= fields.get(&(field, pbx)).copied().unwrap_or(usize::MAX)
            });
        let rule = match (front, shift) {
            (Some(((from, to), count)), shift)
                if shift.is_none_or(|(_, other)| count >= Some(other)) =>
            {
                Rewrite::Front { from: from.into(), to: to.into() }
            }
            (_, Some((by, _))) => Rewrite::Shift { by },
            (_, None) => continue,
        };
        rules.entry((field, pbx, rule)).or_default().push(number);
    }
    let mut drafts = Vec::new();
    for ((field, pbx, rule), numbers) in rules.into_iter().filter(|(_, of)| of.len() >= FEW) {
        let people: Vec<usize> = numbers.iter().map(|number| number.at).collect();
        let lowest = numbers.iter().min_by_key(|number| (number.before.len(), number.before));
        let Some(lowest) = lowest else { continue };
        let mut draft = Draft::of(MeaningKind::Renumbering, people);
        let (before, after) = (text(lowest.before), text(lowest.after));
        draft.parts.push(part(items, field, before, after, &draft.people));
        let pbx = (!pbx.is_empty()).then(|| pbx.into());
        draft.rule = Some(Renumbering { pbx, rule, passing: 0 });
        for &at in &draft.people {
            items.tell(at, field);
        }
        drafts.push(draft);
    }
    drafts
}

fn text(number: &str) -> Value {
    Value::Text(number.into())
}

fn rewritten<'a>(items: &Items<'a>) -> Vec<Rewritten<'a>> {
    let mut all = Vec::new();
    for at in 0..items.all.len() {
        let item = items.all[at];
        for (field, change) in items.untold(at).filter(|(field, _)| NUMBERS.contains(field)) {
            let (Value::Text(before), Value::Text(after)) = (&change.before, &change.after) else {
                continue;
            };
            let pbx = match field {
                Field::Extension if item.change.field(Field::Pbx).is_some() => continue,
                Field::Extension => item.after(Field::Pbx).unwrap_or_default(),
                _ => "",
            };
            all.push(Rewritten { field, pbx, before, after, at });
        }
    }
    all
}

/// The first digits that differ, where what follows them is the same.
fn front<'a>(before: &'a str, after: &'a str) -> Option<(&'a str, &'a str)> {
    let kept = before
        .char_indices()
        .rev()
        .zip(after.chars().rev())
        .take_while(|((_, a), b)| a == b)
        .map(|((at, _), _)| before.len() - at)
        .last()?;
    let digits = before[before.len() - kept..].chars().filter(char::is_ascii_digit).count();
    (digits >= KEPT).then(|| (&before[..before.len() - kept], &after[..after.len() - kept]))
}

/// What is added to a number; one with a zero in front keeps its length, and none gets one.
fn shift(before: &str, after: &str) -> Option<i64> {
    let digits = |text: &str| text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = match (before.starts_with('0'), after.starts_with('0')) {
        (false, false) => true,
        (true, _) => before.len() == after.len(),
        (false, true) => false,
    };
    if !digits(before) || !digits(after) || !fits {
        return None;
    }
    Some(after.parse::<i64>().ok()? - before.parse::<i64>().ok()?)
}

impl Rewrite {
    /// What becomes of a number; none where the rule doesn't fit it.
    pub fn apply(&self, number: &str) -> Option<String> {
        match self {
            Self::Front { from, to } => {
                number.strip_prefix(from.as_str()).map(|rest| format!("{to}{rest}"))
            }
            Self::Shift { by } => {
                let shifted = number.parse::<i64>().ok()?.checked_add(*by)?;
                let width = if number.starts_with('0') { number.len() } else { 0 };
                (shifted >= 0).then(|| format!("{shifted:0width$}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digits_change_and_the_rest_stays() {
        for (before, after, told) in [
            ("4021", "14021", Some(("", "1"))),
            ("4021", "5021", Some(("4", "5"))),
            ("4021", "4121", Some(("40", "41"))),
            ("14021", "4021", Some(("1", ""))),
            ("020 7946 0123", "020 7950 0123", Some(("020 7946", "020 7950"))),
            ("4021", "5871", None),
            ("4021", "5899", None),
        ] {
            assert_eq!(front(before, after), told, "{before} {after}");
        }
    }

    #[test]
    fn a_number_is_added_and_leading_zeros_stay() {
        assert_eq!(shift("4021", "5121"), Some(1100));
        assert_eq!(shift("0421", "0399"), Some(-22));
        assert_eq!(shift("999", "1999"), Some(1000));
        assert_eq!(shift("099", "1099"), None);
        assert_eq!(shift("1021", "0021"), None);
        assert_eq!(Rewrite::Shift { by: -10_000 }.apply("14021").as_deref(), Some("4021"));
        assert_eq!(shift("*61", "*62"), None);
        assert_eq!(Rewrite::Shift { by: -22 }.apply("0421").as_deref(), Some("0399"));
        assert_eq!(Rewrite::Shift { by: -22 }.apply("0001"), None);
    }
}
