//! The people of the directory.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Extension, GroupPath, Id, Joined, Text};

/// Who a call belongs to, and who takes a licence.
///
/// An absent value is `None` or an empty list; an empty text is never kept. The fields follow the
/// user of TIM Enterprise's directory, with those that its sync reads besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Kept for life.
    pub id: Id,
    /// The full name; never empty: the extension or the key stands in where a source has none.
    pub name: Text,
    /// What they do.
    pub job_title: Option<Text>,
    /// Where they work in the organisation.
    pub department: Option<Text>,
    /// The office or branch.
    pub site: Option<Text>,
    /// Its postal address; may have several lines.
    pub site_address: Option<Text>,
    /// The number space that the extensions belong to; `main` where a company has one.
    pub pbx: Text,
    /// The number that calls are attributed by, unique inside the pbx.
    pub extension: Option<Extension>,
    /// What the source went by where it found the extension in one of several ways: `first line of
    /// SEP001122334455`.
    pub extension_by: Option<Text>,
    /// Further extensions that count for this person, sorted.
    pub additional_extensions: Vec<Extension>,
    /// Intercom numbers, sorted.
    pub intercoms: Vec<Extension>,
    /// The direct-dial number.
    pub telephone: Option<Text>,
    /// Mobile number.
    pub mobile: Option<Text>,
    /// Pager number.
    pub pager: Option<Text>,
    /// Fax number.
    pub fax: Option<Text>,
    /// IP telephone number.
    pub ip_phone: Option<Text>,
    /// E-mail address.
    pub email: Option<Text>,
    /// The staff number that personnel gave.
    pub employee_id: Option<Text>,
    /// Calls of this person are not logged; such a person takes no licence.
    pub do_not_log: bool,
    /// Calls of this person are not recorded.
    pub do_not_record: bool,
    /// This person is left out of call statistics.
    pub exclude_from_statistics: bool,
    /// The records of sources that stand for this person, sorted by record; empty where it is only
    /// the one that their id names.
    pub records: Vec<Joined>,
    /// Where the person stands in the tree.
    pub path: GroupPath,
    /// Active, or disabled with a reason.
    pub status: Status,
}

impl Person {
    /// An active person of pbx `main` of whom nothing else is known.
    pub fn new(id: Id, name: Text, path: GroupPath) -> Self {
        Self {
            id,
            name,
            job_title: None,
            department: None,
            site: None,
            site_address: None,
            pbx: Text::new_static("main"),
            extension: None,
            extension_by: None,
            additional_extensions: Vec::new(),
            intercoms: Vec::new(),
            telephone: None,
            mobile: None,
            pager: None,
            fax: None,
            ip_phone: None,
            email: None,
            employee_id: None,
            do_not_log: false,
            do_not_record: false,
            exclude_from_statistics: false,
            records: Vec::new(),
            path,
            status: Status::Active,
        }
    }

    /// The records that stand for this person, sorted, each with the rule that joined it.
    pub fn known_as(&self) -> impl Iterator<Item = (&Id, &str)> {
        let own = self.records.is_empty().then_some((&self.id, Joined::FIRST));
        own.into_iter().chain(self.records.iter().map(|joined| (&joined.record, &*joined.by)))
    }

    /// Whether the person counts against the licence: active, and their calls are logged.
    pub fn takes_licence(&self) -> bool {
        self.status.is_active() && !self.do_not_log
    }
}

impl AsMut<Self> for Person {
    fn as_mut(&mut self) -> &mut Self {
        self
    }
}

/// Whether an entry is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// In use.
    Active,
    /// Kept because old call records point at it.
    Disabled {
        /// Why.
        reason: Reason,
        /// When the run that noticed it was made.
        since: Timestamp,
        /// What shows it, in words: `account disabled in Active Directory`.
        evidence: Text,
    },
}

impl Status {
    /// Whether the entry is in use.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }
}

/// Why an entry is disabled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The source says that the account is disabled.
    SourceDisabled,
    /// The source says that the account was deleted.
    SourceDeleted,
    /// In the last complete listing, and not in this complete one.
    Gone,
    /// The source still has the record; a rule of ours no longer takes it.
    OutOfScope,
    /// A person said so.
    Manual,
    /// It turned out to be one with another person, who has its records now.
    Merged,
}

impl Reason {
    /// The word for it, as the state and the plan write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SourceDisabled => "source-disabled",
            Self::SourceDeleted => "source-deleted",
            Self::Gone => "gone",
            Self::OutOfScope => "out-of-scope",
            Self::Manual => "manual",
            Self::Merged => "merged",
        }
    }

    /// Reads the word for it.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::SourceDisabled,
            Self::SourceDeleted,
            Self::Gone,
            Self::OutOfScope,
            Self::Manual,
            Self::Merged,
        ]
        .into_iter()
        .find(|reason| reason.as_str() == word)
    }
}
