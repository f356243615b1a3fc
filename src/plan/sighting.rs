//! What a source's listing lets one say of people who are not in it.

use super::{EntryKind, Kind, Shrink, equipment::in_words};
use crate::{
    directory::{Id, Reason, Text},
    finding::{Code, Finding},
    source::{Coverage, Departure, Unread},
};

/// How a source was seen in this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The source's name.
    pub source: Text,
    /// Whether absence from it is proven.
    pub coverage: Coverage,
    /// People whose records can't be used: they stay as they are. Sorted.
    pub held_back: Vec<Id>,
    /// People whose records a rule of ours leaves out, and which. Sorted.
    pub out_of_scope: Vec<(Id, Text)>,
    /// What became of absent people, where the source could tell. Sorted by key.
    pub departures: Vec<Departure>,
    /// Why a listing that calls itself complete is not believed; its coverage is partial then.
    pub doubt: Option<Finding>,
    /// How much less equipment of one kind than the directory a complete listing may have; none
    /// where that is switched off.
    pub shrink: Option<Shrink>,
    /// How many of which kind of equipment the reader of this run vouches for.
    pub trusted: Vec<(Kind, u64)>,
    /// Kinds of equipment that it couldn't read, or not in full.
    pub unread: Vec<Unread>,
    /// Equipment that isn't listed, and of which the listing can't say whether it is gone.
    pub missed: Vec<(EntryKind, Vec<Id>)>,
}

impl Sighting {
    /// A sighting of a listing with so many records.
    ///
    /// A complete listing without a single record proves nothing: it is what a lost right, a
    /// wrong base or a truncated export look like.
    pub fn new(source: Text, coverage: Coverage, records: u64) -> Self {
        let coverage = match coverage {
            Coverage::Complete { .. } if records == 0 => Coverage::Partial {
                because: "it answered without a single record, which proves nothing".into(),
            },
            coverage => coverage,
        };
        Self {
            source,
            coverage,
            held_back: Vec::new(),
            out_of_scope: Vec::new(),
            departures: Vec::new(),
            doubt: None,
            shrink: Some(Shrink::default()),
            trusted: Vec::new(),
            unread: Vec::new(),
            missed: Vec::new(),
        }
    }

    /// No longer believes a listing that calls itself complete: nobody's absence is proven by it.
    pub fn disbelieve(&mut self, because: String, finding: Finding) {
        if let Coverage::Complete { .. } = self.coverage {
            self.coverage = Coverage::Partial { because };
            self.doubt = Some(finding);
        }
    }

    /// What keeps it from being known who is absent; nothing where the listing proves it.
    pub fn unproven(&self) -> Option<Text> {
        let Coverage::Partial { because } = &self.coverage else { return None };
        let is = match self.doubt.as_ref().map(|doubt| doubt.code) {
            Some(Code::StaleListing) => "stale",
            Some(_) => "doubtful",
            None => "incomplete",
        };
        Some(smol_str::format_smolstr!("`{}` is {is}: {because}", self.source))
    }

    /// The finding that tells it, about those of whom it is not known; nothing where it is.
    pub fn remark(&self, keys: Vec<Id>) -> Option<Finding> {
        let Coverage::Partial { because } = &self.coverage else { return None };
        let people = (EntryKind::Person, keys.len() as u64);
        let missed = self.missed.iter().map(|(entry, ids)| (*entry, ids.len() as u64));
        let counts = [people].into_iter().chain(missed).filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(entry, count)| entry.counted(count)).collect();
        let unknown = match counts.as_slice() {
            [] => String::new(),
            some => {
                let what = in_words(some);
                format!("; what became of {what} is not known, they stay as they are")
            }
        };
        let mut finding = self.doubt.clone().unwrap_or_else(|| {
            let source = &self.source;
            Finding::warning(
                Code::IncompleteListing,
                format!("`{source}` is incomplete, so nobody is disabled: {because}"),
                "mend the source and plan again",
            )
        });
        finding.message.push_str(&unknown);
        let missed = self.missed.iter().flat_map(|(_, ids)| ids.iter().cloned());
        Some(finding.about(keys.into_iter().chain(missed)))
    }

    /// Why somebody who is in the directory and not wanted is absent, with the evidence; nothing
    /// where the listing doesn't prove it.
    pub fn absence(&self, id: &Id) -> Option<(Reason, Text)> {
        let Coverage::Complete { proof } = &self.coverage else { return None };
        if self.held_back.binary_search(id).is_ok() {
            return None;
        }
        if let Ok(at) = self.out_of_scope.binary_search_by(|(other, _)| other.cmp(id)) {
            return Some((Reason::OutOfScope, self.out_of_scope[at].1.clone()));
        }
        match self.departures.binary_search_by(|departure| departure.key.as_str().cmp(id.key())) {
            Ok(at) => {
                let Departure { key: _, reason, evidence } = &self.departures[at];
                Some((*reason, evidence.clone()))
            }
            Err(_) => {
                let source = &self.source;
                let evidence = smol_str::format_smolstr!(
                    "no longer listed by `{source}`, whose listing is complete: {proof}"
                );
                Some((Reason::Gone, evidence))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_that_is_not_believed_proves_nothing_and_says_so() {
        let coverage = Coverage::Complete { proof: "1 page".into() };
        let mut sighting = Sighting::new("staff".into(), coverage, 5);
        assert_eq!((sighting.unproven(), sighting.remark(Vec::new())), (None, None));
        let doubt = Finding::warning(Code::DoubtfulListing, "it is doubtful", "look");
        sighting.disbelieve("5 records, and there were 9".into(), doubt);
        let id = Id::new("staff", "7");
        assert_eq!(sighting.absence(&id), None);
        assert_eq!(
            sighting.unproven().unwrap(),
            "`staff` is doubtful: 5 records, and there were 9"
        );
        let remark = sighting.remark(vec![id]).unwrap();
        assert_eq!(remark.code, Code::DoubtfulListing);
        assert!(remark.message.starts_with("it is doubtful; what became of 1 person"));
        assert_eq!(remark.keys.len(), 1);
    }

    #[test]
    fn an_empty_answer_proves_nothing() {
        let complete = Coverage::Complete { proof: "1 page".into() };
        let sighting = Sighting::new("staff".into(), complete.clone(), 0);
        assert!(matches!(sighting.coverage, Coverage::Partial { .. }));
        assert_eq!(sighting.absence(&Id::new("staff", "7")), None);
        assert!(
            Sighting::new("staff".into(), complete, 1).absence(&Id::new("staff", "7")).is_some()
        );
    }
}
