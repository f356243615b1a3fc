//! A changed value: `before -> after`, and the changed words alone where it is long.

use similar::{ChangeTag, TextDiff};

use super::{
    safe::safe,
    styles::{BAD, DIM, GOOD, painted},
};
use crate::{directory::Value, plan::FieldChange};

/// Columns that one value may take.
const WIDE: usize = 120;
/// Values longer than this are shown by the words that differ.
const LONG: usize = 40;

/// `department: Sales -> Revenue`.
pub(super) fn field_line(change: &FieldChange) -> String {
    let name = safe(&change.field).cut(40);
    match (&change.before, &change.after) {
        (Value::None, after) => format!("{name}: {}", gained(after)),
        (Value::Text(before), Value::Text(after))
            if before.len() > LONG && after.len() > LONG && before.len() + after.len() < 8_000 =>
        {
            format!("{name}: {}", by_words(before, after))
        }
        (before, after) => {
            format!("{name}: {} -> {}", painted(BAD, value(before)), painted(GOOD, value(after)))
        }
    }
}

/// A value on its own; nothing is `(none)`.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::None => "(none)".into(),
        Value::Flag(true) => "yes".into(),
        Value::Flag(false) => "no".into(),
        Value::Text(text) => safe(text).cut(WIDE).to_string(),
        Value::List(list) => {
            let joined: Vec<&str> = list.iter().take(40).map(|text| text.as_str()).collect();
            safe(&joined.join(", ")).cut(WIDE).to_string()
        }
    }
}

fn gained(after: &Value) -> String {
    format!("{} -> {}", painted(DIM, "(none)"), painted(GOOD, value(after)))
}

/// The words that differ as `[-before-]{+after+}`, with some of what stands round them.
fn by_words(before: &str, after: &str) -> String {
    let diff = TextDiff::from_words(before, after);
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match runs.last_mut() {
            Some((tag, run)) if *tag == change.tag() => run.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    let mut out = String::new();
    for (at, (tag, run)) in runs.iter().enumerate() {
        if at >= 24 {
            out.push_str(" …");
            break;
        }
        match tag {
            ChangeTag::Equal => out.push_str(&shortened(run)),
            ChangeTag::Delete => {
                out.push_str(&painted(BAD, format_args!("[-{}-]", safe(run).cut(WIDE))));
            }
            ChangeTag::Insert => {
                out.push_str(&painted(GOOD, format_args!("{{+{}+}}", safe(run).cut(WIDE))));
            }
        }
    }
    out
}

/// The ends of a run of equal words.
fn shortened(run: &str) -> String {
    let count = run.chars().count();
    if count <= 60 {
        return safe(run).to_string();
    }
    let head: String = run.chars().take(25).collect();
    let tail: String = run.chars().skip(count - 25).collect();
    format!("{} … {}", safe(&head), safe(&tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Field, Text};

    fn line(before: impl Into<Value>, after: impl Into<Value>) -> String {
        let change = FieldChange::of(Field::SiteAddress, before.into(), after.into());
        anstream::adapter::strip_str(&field_line(&change)).to_string()
    }

    fn text(text: &str) -> Value {
        Value::Text(Text::from(text))
    }

    #[test]
    fn a_value_says_what_it_was_and_becomes() {
        assert_eq!(line(text("Leeds"), text("London")), "site_address: Leeds -> London");
        assert_eq!(line(Value::None, text("London")), "site_address: (none) -> London");
        assert_eq!(line(text("Leeds"), Value::None), "site_address: Leeds -> (none)");
        assert_eq!(line(Value::Flag(false), Value::Flag(true)), "site_address: no -> yes");
    }

    #[test]
    fn a_long_value_shows_the_words_that_differ() {
        let before = "10 High Street, Holbeck, Leeds, West Yorkshire, United Kingdom";
        let after = "12 High Street, Holbeck, Leeds, West Yorkshire, United Kingdom";
        assert_eq!(
            line(text(before), text(after)),
            "site_address: [-10-]{+12+} High Street, Holbeck, Leeds, West Yorkshire, United Kingdom"
        );
    }

    #[test]
    fn a_hostile_value_stays_on_its_line_and_is_cut() {
        let long = "x\n\x1b[2J".repeat(5_000);
        let shown = line(text(&long), text("y"));
        assert!(!shown.contains(['\n', '\x1b']));
        assert!(shown.len() < 1_200, "{}", shown.len());
    }
}
