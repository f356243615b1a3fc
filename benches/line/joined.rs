//! The same made-up people in several sources.

use jiff::Timestamp;
use rollbook::{
    directory::{Directory, Field},
    finding::Position,
    mapping::{Mapped, Mapping},
    merge::{LinkKey, LinkRule, Merged, PeopleRules, merge},
    plan::{self, Circumstances, Difference, Limits, Plan, Remarks, Sighting},
    source::Coverage,
};

use super::people::{listing, mapping};

/// The same people in three sources, by their e-mail addresses.
pub fn three_sources(count: u64) -> Vec<(Sighting, Mapped)> {
    let source = |name: &'static str| {
        let mapping = Mapping { source: name.into(), ..mapping() };
        let mapped = rollbook::mapping::entries(listing(count, 0), &mapping).expect("a mapping");
        let coverage = Coverage::Complete { proof: "made up".into() };
        (Sighting::new(name.into(), coverage, count), mapped)
    };
    ["badges", "phones", "staff"].map(source).into()
}

/// Joins by employee number, which nobody has, and by e-mail address.
pub fn link() -> PeopleRules {
    let at = Position { file: "rollbook.yaml".into(), line: 1, column: 1 };
    let rule = |field: Field| LinkRule {
        name: field.name().into(),
        key: LinkKey::Field(field),
        at: at.clone(),
    };
    let link = [Field::EmployeeId, Field::Email].map(rule).into();
    PeopleRules { link, ..PeopleRules::default() }
}

/// A directory that holds so many people, each of three records.
pub fn directory(count: u64) -> Directory {
    let empty = Directory::default();
    let Merged { people, sightings, .. } = merge(three_sources(count), &empty, &link());
    let Difference { changes, unchanged, .. } = plan::between(&empty, &people, &sightings, &[]);
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: "made up".into(),
        sources: Vec::new(),
    };
    let remarks = Remarks::default();
    let first = Plan::new(&empty, changes, unchanged, remarks, &Limits::default(), circumstances);
    empty.after(&first).expect("a first plan")
}
