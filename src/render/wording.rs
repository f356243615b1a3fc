//! Verbs and numbers: conditional where nothing has happened yet.

use crate::plan::{Action, Summary};

/// Whether it is being told what would happen or what did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// "would disable".
    Conditional,
    /// "disabled".
    Past,
}

impl Tense {
    pub(super) fn verb(self, action: Action) -> &'static str {
        match (self, action) {
            (Self::Conditional, Action::Add) => "would add",
            (Self::Conditional, Action::Update) => "would update",
            (Self::Conditional, Action::Move) => "would move",
            (Self::Conditional, Action::Disable) => "would disable",
            (Self::Conditional, Action::Enable) => "would enable",
            (Self::Conditional, Action::Merge) => "would merge",
            (Self::Conditional, Action::Split) => "would split off",
            (Self::Past, Action::Add) => "added",
            (Self::Past, Action::Update) => "updated",
            (Self::Past, Action::Move) => "moved",
            (Self::Past, Action::Disable) => "disabled",
            (Self::Past, Action::Enable) => "enabled",
            (Self::Past, Action::Merge) => "merged",
            (Self::Past, Action::Split) => "split off",
        }
    }

    /// "would be disabled", "were disabled", of that many people.
    pub(super) fn suffered(self, action: &str, count: u64) -> String {
        let participle = match action {
            "disable" => "disabled",
            "update" => "updated",
            "move" => "moved",
            "merge" => "merged",
            "split" => "split off",
            "add" => "added",
            other => other,
        };
        match self {
            Self::Conditional => format!("{} would be {participle}", counted(count, "person")),
            Self::Past if count == 1 => format!("1 person was {participle}"),
            Self::Past => format!("{} were {participle}", counted(count, "person")),
        }
    }

    /// "0 to add, 1 to update, 1 to disable." Moves and returns only where there are any.
    pub(super) fn totals(self, summary: &Summary) -> String {
        let counts = [
            (Action::Add, summary.add, true),
            (Action::Update, summary.update, true),
            (Action::Move, summary.r#move, false),
            (Action::Enable, summary.enable, false),
            (Action::Merge, summary.merge, false),
            (Action::Split, summary.split, false),
            (Action::Disable, summary.disable, true),
        ];
        let said: Vec<String> = counts
            .into_iter()
            .filter(|(_, count, always)| *always || *count > 0)
            .map(|(action, count, _)| match self {
                Self::Conditional => format!("{} to {}", grouped(count), action.as_str()),
                Self::Past => format!("{} {}", grouped(count), Self::Past.verb(action)),
            })
            .collect();
        format!("{}.", said.join(", "))
    }
}

/// "would pass", or "passed".
pub(super) fn verbed(conditional: bool, now: &str, past: &str) -> String {
    if conditional { format!("would {now}") } else { past.to_owned() }
}

/// "1 person", "2 people", "12,431 records".
pub fn counted(count: u64, noun: &str) -> String {
    match (count, noun) {
        (1, noun) => format!("1 {noun}"),
        (count, "person") => format!("{} people", grouped(count)),
        (count, noun) => format!("{} {noun}s", grouped(count)),
    }
}

/// "3 people, 40 devices and 1 channel".
pub(super) fn in_words(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A number with commas: `12,431`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "person"), "1 person");
        assert_eq!(counted(2, "person"), "2 people");
        assert_eq!(counted(0, "record"), "0 records");
    }

    #[test]
    fn totals_name_moves_only_where_there_are_any() {
        let mut summary = Summary { update: 1, disable: 1, ..Summary::default() };
        assert_eq!(Tense::Conditional.totals(&summary), "0 to add, 1 to update, 1 to disable.");
        summary.r#move = 2;
        assert_eq!(Tense::Past.totals(&summary), "0 added, 1 updated, 2 moved, 1 disabled.");
    }
}
