//! The one table of findings: each code with its severity, what it means and what to do about it.
//! The enum, its words and `docs/findings.md` are made of it, so that a new one is one entry here.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;
use crate::document::suggestion;

/// What a record is for the directory after a finding about it.
enum Use {
    /// It is used, or the finding is about no record.
    Kept,
    /// It is not used, and stands in the ledger.
    Skipped,
}

macro_rules! codes {
    ($(
        $(#[doc = $meaning:literal])+
        $name:ident = $word:literal, $severity:ident, $used:ident: $to_do:literal;
    )+) => {
        /// What kind of remark a finding is; the words are stable.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        pub enum Code {
            $(
                $(#[doc = $meaning])+
                #[serde(rename = $word)]
                $name,
            )+
        }

        impl Code {
            /// Each of them, in the order in which findings are sorted.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// How much such a finding matters.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)+
                }
            }

            /// What it means, a sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($meaning),+).trim_ascii(),)+
                }
            }

            /// What to do about it in general, a sentence that starts with a verb; a finding's own
            /// help is about its data.
            pub fn to_do(self) -> &'static str {
                match self {
                    $(Self::$name => $to_do,)+
                }
            }

            fn of_record(self) -> Use {
                match self {
                    $(Self::$name => Use::$used,)+
                }
            }
        }
    };
}

codes! {
    /// Two active people of one pbx have the same extension, and no shared line explains it.
    DuplicateExtension = "duplicate-extension", Warning, Kept:
        "Give the number to one of them at the source, or separate the number spaces with `pbx`.";
    /// Devices or channels of one pbx that have the same name: call records can't tell them apart.
    DuplicateName = "duplicate-name", Warning, Kept:
        "Give each a name of its own, or separate the systems with `pbx`.";
    /// Several records of one listing have the same key: none of them is used, and their person
    /// stays as they are.
    DuplicateKey = "duplicate-key", Warning, Skipped:
        "Make the key unique in the source, or choose another `key`.";
    /// A disabled account of a person that the directory never had: nobody is added.
    DisabledAtSource = "disabled-at-source", Note, Skipped:
        "Leave it, or enable the account at the source.";
    /// A listing that calls itself complete and is far smaller than the last one: nobody of that
    /// source is disabled. Or one that has far fewer devices, system devices or channels than the
    /// directory: none of these is disabled.
    DoubtfulListing = "doubtful-listing", Warning, Kept:
        "Mend the source; where it is right, say `--trust` with the words of the finding: `--trust SOURCE=RECORDS`, or `--trust SOURCE.devices=COUNT` of devices.";
    /// Keys in what was read that lead nowhere, or other counts than were announced: the source
    /// changed between two requests. What they are of is left out until the next run.
    DanglingReference = "dangling-reference", Note, Kept:
        "Leave it; where each run says so, find out what keeps changing the source.";
    /// A field that a person changed in the directory by hand, and that the plan changes back.
    HandEdit = "hand-edit", Warning, Kept:
        "Pin it with `rollbook pin WHO FIELD`, or let it be undone.";
    /// A listing that does not prove who is absent: nobody of that source is disabled.
    IncompleteListing = "incomplete-listing", Warning, Kept:
        "Mend the source and plan again.";
    /// Records that a rule of `people.link` would join, were it one to one: their people are held
    /// back.
    Dispute = "dispute", Warning, Kept:
        "Give each a value of their own at the source, or join them in a table.";
    /// Records that are joined although the rule that joined them wouldn't do so now.
    LinkOutdated = "link-outdated", Warning, Kept:
        "Correct the value at one of the sources, or join or part them in a table.";
    /// A person without a name: the extension or the key stands in.
    NoName = "no-name", Warning, Kept:
        "Give them a name in the source.";
    /// A person without an extension.
    NoExtension = "no-extension", Note, Kept:
        "Give them one in the source, or leave them out with `keep`.";
    /// A name in the settings of a source that the source doesn't know: nothing is read by it.
    NotAtSource = "not-at-source", Warning, Kept:
        "Correct the name, or leave it out.";
    /// A table or column that the release of a source doesn't have: the directory does without what
    /// it would give.
    NotInRelease = "not-in-release", Note, Kept:
        "Leave it, or have another source give it.";
    /// A value that is no extension where one belongs: it is not used.
    NotAnExtension = "not-an-extension", Warning, Kept:
        "Correct it in the source, or take the number out of it, as with `| match('\\d+')`.";
    /// A record that `keep` leaves out.
    NotKept = "not-kept", Note, Skipped:
        "Change `keep` if the directory should have them.";
    /// Devices that a source gives to people whom the directory doesn't have: they are nobody's.
    OwnerNotKept = "owner-not-kept", Note, Kept:
        "Leave it, or see to it that these people are kept and not disabled at the source.";
    /// An extension that several people have by a line that is on a device of each: their calls
    /// are told apart by the device.
    SharedLine = "shared-line", Note, Kept:
        "Leave it, or give the number to one of them at the source.";
    /// An extension that is in no range of its pbx, or in one of another site.
    NumberOutOfRange = "number-out-of-range", Warning, Kept:
        "Give them a number of their site's range, or widen the range in `numbers`.";
    /// A number that somebody is given sooner than `numbers.reuse_after` allows after its last
    /// owner left it: calls to the old owner reach the new one.
    NumberReused = "number-reused", Warning, Kept:
        "Give another number, or wait.";
    /// A person's telephone is, by the number plan, the direct-dial number of an extension that is
    /// not theirs.
    DirectDialDisagrees = "direct-dial-disagrees", Warning, Kept:
        "Correct the telephone or the extension at the source, or the plan in `numbers`.";
    /// A direct-dial number that belongs to somebody else's extension, or to nobody's: call logging
    /// would count its calls for a second person.
    DirectDialOfAnother = "direct-dial-of-another", Warning, Kept:
        "Give the number to the one whose extension it is, or the extension to them.";
    /// A range of the number plan whose pbx no source has.
    UnusedRange = "unused-range", Warning, Kept:
        "Set `pbx` of the source whose extensions it is about, or correct the range.";
    /// A field that the sources give another value at the next run, after a way back.
    OverwrittenAgain = "overwritten-again", Warning, Kept:
        "Correct it at the source, or pin it with `rollbook pin WHO FIELD`.";
    /// A pin whose last day is over: it no longer holds.
    PinEnded = "pin-ended", Warning, Kept:
        "Remove the pin, or give it a later `until`.";
    /// A pin that ends within two weeks.
    PinEnds = "pin-ends", Warning, Kept:
        "Correct the source by then, or give the pin a later `until`.";
    /// A pin of what the sources say anyway.
    PinNeedless = "pin-needless", Note, Kept:
        "Remove the pin.";
    /// Two pins of one field of one person: the first counts.
    PinTwice = "pin-twice", Warning, Kept:
        "Remove one of the two.";
    /// A pin of nobody, or of several people: it does nothing.
    PinUnknown = "pin-unknown", Warning, Kept:
        "Name the person by their id.";
    /// People or equipment of a source that the manifest no longer declares: they stay as they are.
    SourceNotDeclared = "source-not-declared", Warning, Kept:
        "Declare the source again; with `keep: false` its people leave.";
    /// A listing whose data is far older than that of another source: nobody of it is disabled.
    StaleListing = "stale-listing", Warning, Kept:
        "Bring the source up to date and plan again, or set `people.max_age_difference`.";
    /// A record that could not be read or mapped: its person stays as they are.
    UnusableRecord = "unusable-record", Warning, Skipped:
        "Correct it in the source, or what fails in `fields`.";
    /// A value that no source has any more, where `people.emptied` refuses that.
    ValueEmptied = "value-emptied", Warning, Kept:
        "Give the value back at the source, or let it be emptied in `people.emptied`.";
}

impl Code {
    /// Reads the word for it.
    ///
    /// # Errors
    ///
    /// [`UnknownCode`] with the nearest word that there is, or all of them.
    pub fn parse(word: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word).ok_or_else(|| UnknownCode {
            word: word.to_owned(),
            help: suggestion(word, Self::ALL.iter().map(|code| code.as_str())),
        })
    }

    /// Whether the record that it is about is not used: such records stand in the ledger.
    pub fn skips(self) -> bool {
        matches!(self.of_record(), Use::Skipped)
    }
}

/// A word that is no [`Code`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no finding is called `{word}`; {help}")]
pub struct UnknownCode {
    /// The word.
    pub word: String,
    /// What was probably meant, or all codes; a sentence that starts with a verb or asks.
    pub help: String,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_reads_as_it_is_written_and_says_what_it_means() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Ok(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            let word = code.as_str();
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{word}");
            for said in [code.meaning(), code.to_do()] {
                assert!(said.starts_with(char::is_uppercase) && said.ends_with('.'), "{said}");
            }
        }
    }

    #[test]
    fn a_code_that_was_nearly_right_is_named() {
        let error = Code::parse("duplicate-extention").unwrap_err();
        let told =
            "no finding is called `duplicate-extention`; did you mean `duplicate-extension`?";
        assert_eq!(error.to_string(), told);
        let error = Code::parse("zzz").unwrap_err().to_string();
        assert!(Code::ALL.iter().all(|code| error.contains(code.as_str())), "{error}");
    }
}
