//! Local decisions that win over the sources: with a reason, and until a day.

mod rule;
mod select;

use std::fmt;

use jiff::civil::Date;

pub use rule::{Pinned, pin};

use crate::{
    directory::{Extension, Field, Id, NotDialable, Reason, Status, Text, Value},
    finding::Position,
};

/// Days before its end on which a pin begins to be told.
pub const NOTICE: i32 = 14;

/// What counts for one person, whatever the sources say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Who.
    pub person: Selector,
    /// The fields and what they hold, in the order of the manifest; each field once.
    pub set: Vec<(Field, Value)>,
    /// Whether they are active; none where the sources decide.
    pub status: Option<bool>,
    /// Why, in the words of whoever pinned it.
    pub reason: Option<Text>,
    /// The last day on which it holds, in UTC.
    pub until: Option<Date>,
    /// Where in the manifest.
    pub at: Position,
}

/// Whom a pin means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// An id, or another record that stands for the person.
    Id(Id),
    /// An e-mail address in lower case.
    Email(Text),
    /// Who has this number now, in this pbx or in whichever.
    Extension(Option<Text>, Extension),
}

/// A text that means nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no id, no e-mail address and no extension: {because}")]
pub struct BadSelector {
    /// The text.
    pub text: Text,
    /// Why it is no extension.
    pub because: NotDialable,
}

impl Selector {
    /// Reads an id (`staff/7`), an e-mail address, or an extension (`4021`, `hq:4021`).
    ///
    /// # Errors
    ///
    /// [`BadSelector`] where it is none of them.
    pub fn parse(text: &str) -> Result<Self, BadSelector> {
        let text = text.trim();
        if let Ok(id) = Id::parse(text) {
            return Ok(Self::Id(id));
        }
        if text.contains('@') {
            return Ok(Self::Email(text.to_lowercase().into()));
        }
        let (pbx, number) = match text.split_once(':') {
            Some((pbx, number)) if !pbx.is_empty() => (Some(pbx.into()), number),
            _ => (None, text),
        };
        match Extension::parse(number) {
            Ok(number) => Ok(Self::Extension(pbx, number)),
            Err(because) => Err(BadSelector { text: text.into(), because }),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Email(address) => f.write_str(address),
            Self::Extension(Some(pbx), number) => write!(f, "{pbx}:{number}"),
            Self::Extension(None, number) => write!(f, "{number}"),
        }
    }
}

impl Pin {
    /// Whether it holds on that day: until the end of its last one.
    pub fn holds(&self, today: Date) -> bool {
        self.until.is_none_or(|until| today <= until)
    }

    /// What it says for itself: `on loan to Leeds, until 2027-01-31`; nothing where it says nothing.
    pub fn note(&self) -> Option<Text> {
        let until = self.until.map(|until| format!("until {until}"));
        let parts: Vec<String> = self.reason.iter().map(Text::to_string).chain(until).collect();
        (!parts.is_empty()).then(|| parts.join(", ").into())
    }

    /// What shows that somebody is disabled by it.
    fn evidence(&self) -> Text {
        self.note().map_or(EVIDENCE.into(), |note| format!("{EVIDENCE}: {note}").into())
    }
}

/// How the evidence of a status begins that a pin gives.
const EVIDENCE: &str = "pinned";

/// Whether a pin disabled an entry: once it no longer does, the sources decide again.
pub fn disabled(status: &Status) -> bool {
    let Status::Disabled { reason: Reason::Manual, evidence, .. } = status else { return false };
    let rest = evidence.strip_prefix(EVIDENCE);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_meant_by_id_address_or_number() {
        for (text, said) in [
            ("staff/7", "staff/7"),
            ("Ada@Corp.example", "ada@corp.example"),
            ("4021", "4021"),
            ("hq:042", "hq:042"),
        ] {
            assert_eq!(Selector::parse(text).unwrap().to_string(), said);
        }
        assert!(matches!(Selector::parse("staff/ada@corp"), Ok(Selector::Id(_))));
        for text in ["Ada", "", ":4021", "hq:", "staff/"] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_pin_holds_to_the_end_of_its_last_day() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let mut pin = Pin {
            person: Selector::parse("4021").unwrap(),
            set: Vec::new(),
            status: Some(false),
            reason: None,
            until: Some(date("2027-01-31")),
            at: Position { file: "x".into(), line: 1, column: 1 },
        };
        assert!(pin.holds(date("2027-01-31")) && !pin.holds(date("2027-02-01")));
        assert_eq!(pin.note().as_deref(), Some("until 2027-01-31"));
        pin.reason = Some("on loan".into());
        assert_eq!(pin.evidence(), "pinned: on loan, until 2027-01-31");
        let status = |evidence: &str| Status::Disabled {
            reason: Reason::Manual,
            since: jiff::Timestamp::UNIX_EPOCH,
            evidence: evidence.into(),
        };
        assert!(disabled(&status("pinned")) && disabled(&status("pinned: x")));
        assert!(!disabled(&status("pinned down")) && !disabled(&Status::Active));
    }
}
