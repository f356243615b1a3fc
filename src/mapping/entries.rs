//! A listing to people.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Mutex, PoisonError},
};

use rayon::prelude::*;

use super::{
    Draft, Expression,
    record::{Made, Prepared},
};
use crate::{
    directory::{Field, Id, Inventory, Text},
    finding::{Code, Finding, Position, Severity},
    source::{Listing, Record},
};

/// Records that one thread takes at least.
const SHARE: usize = 4096;

/// Places of one key that a finding names.
const PLACES: usize = 10;

/// How the records of one source become people.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The source's name in the manifest.
    pub source: Text,
    /// The number space of its extensions.
    pub pbx: Text,
    /// What fills each field, each field once.
    pub fields: Vec<(Field, Expression)>,
    /// Gives `active` or `disabled`; without it everyone is active.
    pub status: Option<Expression>,
    /// Whom the directory takes; without it everyone. Holds for any value, so that a column of
    /// `true` and `false` has to be compared: `listed == 'true'`.
    pub keep: Option<(Expression, Position)>,
}

/// What became of a listing: every record is in exactly one of the lists, but for those without a
/// key, which are only findings.
#[derive(Debug, Clone, Default)]
pub struct Mapped {
    /// Sorted by id, each id once.
    pub people: Vec<Draft>,
    /// Seen but unusable, so left as they are; sorted.
    pub held_back: Vec<Id>,
    /// Whom `keep` leaves out, with what shows it; sorted.
    pub out_of_scope: Vec<(Id, Text)>,
    /// Sorted.
    pub findings: Vec<Finding>,
    /// Devices, system devices and channels, as the source listed them.
    pub inventory: Inventory,
}

/// Why a listing can't be mapped at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MappingError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// The expression's place in the manifest, where it has one.
    pub at: Option<Position>,
}

impl Mapping {
    /// The attributes that the expressions use, sorted, each once.
    pub fn attributes(&self) -> Vec<Text> {
        let expressions = self.fields.iter().map(|(_, expression)| expression);
        let expressions = expressions.chain(&self.status).chain(self.keep.iter().map(|k| &k.0));
        let names: BTreeSet<_> = expressions.flat_map(Expression::names).cloned().collect();
        names.into_iter().collect()
    }
}

/// Makes people of records, and frees the records as it goes.
///
/// # Errors
///
/// [`MappingError`] where an expression uses an attribute that the listing lacks, or `status`
/// gives something else than `active` or `disabled`.
pub fn entries(mut listing: Listing, mapping: &Mapping) -> Result<Mapped, MappingError> {
    let prepared = Prepared::new(mapping, &listing)?;
    let mut records = mem::take(&mut listing.records);
    // In key order, so that what comes of them is in the order of ids; equal keys stay in theirs.
    if !records.is_sorted_by(|one, next| one.key <= next.key) {
        records.par_sort_by_cached_key(|record| (start(&record.key), record.key.clone()));
    }
    let mut mapped = Mapped {
        inventory: mem::take(&mut listing.inventory),
        findings: mem::take(&mut listing.findings),
        ..Mapped::default()
    };
    set_aside(&mut records, &mapping.source, &mut mapped);

    // Each person is written once, into the list that is given back: they are most of the memory.
    let findings = Mutex::new(mem::take(&mut mapped.findings));
    let mut made = Vec::new();
    records
        .into_par_iter()
        .with_min_len(SHARE)
        .map(|record| {
            let tell =
                |finding| findings.lock().unwrap_or_else(PoisonError::into_inner).push(finding);
            prepared.make(record, tell)
        })
        .collect_into_vec(&mut made);
    mapped.findings = findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    let people = made.into_iter().filter_map(|made| match made {
        Err(error) => Some(Err(error)),
        Ok(Made::Person(draft)) => Some(Ok(draft)),
        Ok(Made::HeldBack(id)) => {
            mapped.held_back.push(id);
            None
        }
        Ok(Made::OutOfScope(id, evidence)) => {
            mapped.out_of_scope.push((id, evidence));
            None
        }
    });
    mapped.people = people.collect::<Result<_, _>>()?;
    mapped.held_back.sort();
    mapped.findings.par_sort();
    Ok(mapped)
}

/// The first eight bytes as a number, which is in the order of the texts and quick to compare.
fn start(key: &str) -> u64 {
    let mut start = [0; 8];
    for (to, from) in start.iter_mut().zip(key.bytes()) {
        *to = from;
    }
    u64::from_be_bytes(start)
}

/// Takes out the records that nothing can be made of, whatever is in them: those without a key,
/// and those that share one. `records` are sorted by key.
fn set_aside(records: &mut Vec<Record>, source: &str, mapped: &mut Mapped) {
    let keyless = records.partition_point(|record| record.key.is_empty());
    for record in records.drain(..keyless) {
        mapped.findings.push(Finding {
            code: Code::UnusableRecord,
            severity: Severity::Warning,
            message: format!("the record of source `{source}` at {} has no key", record.place),
            help: "give it one in the source, or choose another `key`".to_owned(),
            keys: Vec::new(),
            at: None,
        });
    }
    let mut shared = Vec::new();
    for same in records.chunk_by(|one, next| one.key == next.key).filter(|same| same.len() > 1) {
        let id = same[0].id(source);
        let places: Vec<_> = same.iter().take(PLACES).map(|r| r.place.to_string()).collect();
        let more = match same.len().saturating_sub(PLACES) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        mapped.findings.push(Finding {
            code: Code::DuplicateKey,
            severity: Severity::Warning,
            message: format!(
                "{} records have the key of `{id}`, none is used: {}{more}",
                same.len(),
                places.join(", ")
            ),
            help: "leave one of them in the source, or choose another `key`; until then this \
                   person stays as they are"
                .to_owned(),
            keys: vec![id.clone()],
            at: None,
        });
        mapped.held_back.push(id);
        shared.push(same[0].key.clone());
    }
    if !shared.is_empty() {
        records.retain(|record| shared.binary_search(&record.key).is_err());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        mapping::Scope,
        source::{Attribute, Coverage, Place},
    };

    const NAMES: [&str; 6] = ["name", "ext", "more", "dept", "state", "log"];

    fn listing(rows: &[(&str, &[&str])]) -> Listing {
        let records = rows.iter().enumerate().map(|(line, (key, values))| Record {
            key: (*key).into(),
            place: Place::Line(line as u64 + 2),
            values: (0..NAMES.len())
                .map(|at| {
                    let texts = values.get(at).copied().unwrap_or_default();
                    Attribute::from(texts.split('|').map(Text::from).collect::<Vec<_>>())
                })
                .collect(),
            flaw: None,
        });
        Listing {
            as_of: None,
            names: NAMES.map(Text::from).to_vec(),
            records: records.collect(),
            coverage: Coverage::Complete { proof: "all".into() },
            departures: Vec::new(),
            inventory: Inventory::default(),
            unread: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn expression(source: &str) -> Expression {
        Expression::compile(source, Scope::Attributes).unwrap()
    }

    fn at(line: u32) -> Position {
        Position { file: "rollbook.yaml".into(), line, column: 5 }
    }

    fn mapping() -> Mapping {
        let fields = [
            (Field::Name, "name"),
            (Field::Extension, "ext"),
            (Field::AdditionalExtensions, "more"),
            (Field::Department, "dept"),
            (Field::DoNotLog, "log"),
        ];
        Mapping {
            source: "staff".into(),
            pbx: "hq".into(),
            fields: fields.map(|(field, source)| (field, expression(source))).to_vec(),
            status: None,
            keep: None,
        }
    }

    fn told(mapped: &Mapped) -> Vec<(Code, &str)> {
        mapped.findings.iter().map(|f| (f.code, f.message.as_str())).collect()
    }

    #[test]
    fn a_record_becomes_a_person_in_our_words() {
        let rows: &[(&str, &[&str])] =
            &[("7", &["Ame\u{301}lie ", "042", "4021|042|17", " Sales\n", "", "TRUE"])];
        let mapped = entries(listing(rows), &mapping()).unwrap();
        let person = &mapped.people[0].person;
        assert_eq!(person.id.as_str(), "staff/7");
        assert_eq!(person.name, "Am\u{e9}lie");
        assert_eq!(person.pbx, "hq");
        assert_eq!(person.extension.as_ref().unwrap().as_str(), "042");
        let more: Vec<_> = person.additional_extensions.iter().map(|e| e.as_str()).collect();
        assert_eq!(more, ["17", "4021"], "the primary one is not there again");
        assert_eq!(person.department.as_deref(), Some("Sales"));
        assert!(person.do_not_log && person.status.is_active());
        assert_eq!(told(&mapped), []);
    }

    #[test]
    fn people_come_in_the_order_of_their_ids() {
        let rows: &[(&str, &[&str])] =
            &[("b", &["B", "2"]), ("a", &["A", "1"]), ("c", &["C", "3"])];
        let mapped = entries(listing(rows), &mapping()).unwrap();
        let ids: Vec<_> = mapped.people.iter().map(|d| d.person.id.as_str()).collect();
        assert_eq!(ids, ["staff/a", "staff/b", "staff/c"]);
    }

    #[test]
    fn what_is_missing_is_told_and_stands_in() {
        let rows: &[(&str, &[&str])] =
            &[("1", &["", "4021"]), ("2", &[" \r\n", ""]), ("3", &["Ada", "TBC", "x|12"])];
        let mapped = entries(listing(rows), &mapping()).unwrap();
        let names: Vec<_> = mapped.people.iter().map(|d| d.person.name.as_str()).collect();
        assert_eq!(names, ["4021", "2", "Ada"]);
        assert_eq!(mapped.people[2].person.extension, None);
        assert_eq!(
            told(&mapped),
            [
                (Code::NoName, "`staff/1` has no name; the extension stands in"),
                (Code::NoName, "`staff/2` has no name; the key stands in"),
                (Code::NoExtension, "`staff/2` (`2`) has no extension"),
                (
                    Code::NotAnExtension,
                    "`TBC` of `staff/3` is not used as `extension`: 'T' can't be dialled"
                ),
                (
                    Code::NotAnExtension,
                    "`x` of `staff/3` is not used as `additional_extensions`: 'x' can't be dialled"
                ),
            ]
        );
    }

    #[test]
    fn of_records_with_one_key_none_is_used() {
        let rows: &[(&str, &[&str])] =
            &[("7", &["A", "1"]), ("8", &["B", "2"]), ("7", &["C", "3"]), ("", &["D", "4"])];
        let mapped = entries(listing(rows), &mapping()).unwrap();
        assert_eq!(mapped.held_back, [Id::new("staff", "7")]);
        assert_eq!(mapped.people.len(), 1);
        assert_eq!(
            told(&mapped),
            [
                (
                    Code::DuplicateKey,
                    "2 records have the key of `staff/7`, none is used: line 2, line 4"
                ),
                (Code::UnusableRecord, "the record of source `staff` at line 5 has no key"),
            ]
        );
        assert_eq!(mapped.findings[1].keys, []);
    }

    #[test]
    fn a_flaw_or_a_failing_expression_holds_back_that_record_alone() {
        let mut listing = listing(&[
            ("1", &["A", "1"]),
            ("2", &["B", "2"]),
            ("3", &["C", "3", "", "", "", "maybe"]),
        ]);
        listing.records[0].flaw = Some("`name` is not UTF-8".into());
        let mapped = entries(listing, &mapping()).unwrap();
        assert_eq!(mapped.held_back, [Id::new("staff", "1"), Id::new("staff", "3")]);
        assert_eq!(mapped.people[0].person.name, "B");
        assert_eq!(
            told(&mapped),
            [
                (
                    Code::UnusableRecord,
                    "`do_not_log` can't be worked out for `staff/3` at line 4: `maybe` is not \
                     `true` or `false`"
                ),
                (
                    Code::UnusableRecord,
                    "the record of `staff/1` at line 2 can't be used: `name` is not UTF-8"
                ),
            ]
        );
    }

    #[test]
    fn an_expression_that_joins_what_is_no_text_holds_the_record_back() {
        let mut mapping = mapping();
        mapping.fields[3].1 = expression("dept + '!'");
        let rows: &[(&str, &[&str])] =
            &[("1", &["A", "1", "", "Sales"]), ("2", &["B", "2", "", "Sales|Support"])];
        let mapped = entries(listing(rows), &mapping).unwrap();
        assert_eq!(mapped.people[0].person.department.as_deref(), Some("Sales!"));
        assert_eq!(mapped.held_back, [Id::new("staff", "2")]);
        assert!(told(&mapped)[0].1.starts_with("`department` can't be worked out for `staff/2`"));
    }

    #[test]
    fn keep_leaves_out_and_says_by_what() {
        let mut mapping = mapping();
        mapping.keep = Some((expression("dept != 'Contractors'"), at(12)));
        let rows: &[(&str, &[&str])] =
            &[("1", &["A", "1", "", "Sales"]), ("2", &["B", "2", "", "Contractors"])];
        let mapped = entries(listing(rows), &mapping).unwrap();
        assert_eq!(
            mapped.out_of_scope,
            [(
                Id::new("staff", "2"),
                "`keep` leaves it out: `dept` is `Contractors` (rollbook.yaml:12:5)".into()
            )]
        );
        assert_eq!(mapped.people.len(), 1);
        assert_eq!(mapped.findings[0].code, Code::NotKept);
        assert!(mapped.findings[0].at.as_deref() == Some("rollbook.yaml:12:5"));
    }

    #[test]
    fn a_disabled_account_is_a_person_still() {
        let mut mapping = mapping();
        mapping.status = Some(expression("'disabled' if state == 'left' else 'active'").at(at(9)));
        let rows: &[(&str, &[&str])] =
            &[("1", &["A", "1", "", "", "left"]), ("2", &["B", "2", "", "", "here"])];
        let mapped = entries(listing(rows), &mapping).unwrap();
        let evidence: Vec<_> = mapped.people.iter().map(|d| d.source_disabled.as_deref()).collect();
        assert_eq!(evidence, [Some("`state` is `left`"), None]);

        mapping.status = Some(expression("state").at(at(9)));
        let error = entries(listing(rows), &mapping).unwrap_err();
        assert_eq!(
            error.message,
            "`status` gives `left` for `staff/1`, not `active` or `disabled`"
        );
        assert_eq!(error.at, Some(at(9)));
    }

    #[test]
    fn a_name_that_no_record_has_is_an_error_but_in_a_default() {
        let mut mapping = mapping();
        mapping.fields.push((Field::Site, expression("site").default_of_kind()));
        assert_eq!(entries(listing(&[("1", &["A", "1"])]), &mapping).unwrap().people.len(), 1);
        mapping.fields.push((Field::Fax, expression("departmnt | trim").at(at(3))));
        let error = entries(listing(&[]), &mapping).unwrap_err();
        assert_eq!(error.message, "`fax` of source `staff` uses `departmnt`, which no record has");
        assert_eq!(error.at, Some(at(3)));
        mapping.fields[6].1 = expression("Name");
        assert_eq!(entries(listing(&[]), &mapping).unwrap_err().help, "did you mean `name`?");
    }

    #[test]
    fn the_attributes_are_those_of_all_expressions() {
        let mut mapping = mapping();
        mapping.status = Some(expression("'active' if state else 'disabled'"));
        mapping.keep = Some((expression("name is defined"), at(1)));
        assert_eq!(mapping.attributes(), ["dept", "ext", "log", "more", "name", "state"]);
    }

    #[test]
    fn many_records_are_mapped_in_several_shares_to_the_same_people() {
        let keys: Vec<String> =
            (0..20_000).map(|n| format!("{:05}", (n * 7919) % 20_000)).collect();
        let values: &[&str] = &["Ada", "4021"];
        let rows: Vec<_> = keys.iter().map(|key| (key.as_str(), values)).collect();
        let mapped = entries(listing(&rows), &mapping()).unwrap();
        assert_eq!(mapped.people.len(), 20_000);
        assert!(mapped.people.is_sorted_by(|a, b| a.person.id < b.person.id));
    }

    fn rows() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
        let text = prop_oneof![
            Just(String::new()),
            Just("Sales".to_owned()),
            Just("Contractors".to_owned()),
            Just("42".to_owned()),
            Just("left".to_owned()),
            "\\PC{0,4}",
            "[\\x00-\\x20\u{202e}é|]{0,4}"
        ];
        proptest::collection::vec(("[ab]{0,2}", proptest::collection::vec(text, 0..6)), 0..12)
    }

    proptest! {
        #[test]
        fn nobody_is_lost_and_the_order_of_records_is_all_the_same(rows in rows(), flawed in 0usize..12) {
            let mut mapping = mapping();
            mapping.keep = Some((expression("dept | trim != 'Contractors'"), at(1)));
            mapping.status = Some(expression("'disabled' if state == 'left' else 'active'"));
            let borrowed: Vec<(&str, Vec<&str>)> = rows
                .iter()
                .map(|(key, values)| (key.as_str(), values.iter().map(String::as_str).collect()))
                .collect();
            let sliced: Vec<(&str, &[&str])> =
                borrowed.iter().map(|(key, values)| (*key, values.as_slice())).collect();
            let mut listing = listing(&sliced);
            if let Some(record) = listing.records.get_mut(flawed) {
                record.flaw = Some("broken".into());
            }
            let mut turned = listing.clone();
            turned.records.reverse();

            let mapped = entries(listing, &mapping).unwrap();
            let mut ids: Vec<_> = mapped.people.iter().map(|d| d.person.id.clone()).collect();
            prop_assert!(ids.is_sorted());
            ids.extend(mapped.held_back.iter().cloned());
            ids.extend(mapped.out_of_scope.iter().map(|(id, _)| id.clone()));
            ids.sort();
            let mut expected: Vec<_> = rows
                .iter()
                .filter(|(key, _)| !key.is_empty())
                .map(|(key, _)| Id::new("staff", key))
                .collect();
            expected.sort();
            expected.dedup();
            prop_assert_eq!(ids, expected);
            let keyless = rows.iter().filter(|(key, _)| key.is_empty()).count();
            prop_assert_eq!(mapped.findings.iter().filter(|f| f.keys.is_empty()).count(), keyless);

            let turned = entries(turned, &mapping).unwrap();
            prop_assert_eq!(mapped.people, turned.people);
            prop_assert_eq!(mapped.held_back, turned.held_back);
            prop_assert_eq!(mapped.out_of_scope, turned.out_of_scope);
        }
    }
}
