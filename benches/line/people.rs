//! Made-up people: a pure function of the count, so that every run measures the same.

use jiff::Timestamp;
use rollbook::{
    directory::{Directory, Field, Inventory, Text},
    finding::Position,
    grouping::{Condition, Rule, Template},
    mapping::{Draft, Expression, Mapping, Scope},
    plan::{self, Circumstances, Difference, Limits, Plan, Remarks, Sighting},
    source::{Attribute, Coverage, Listing, Place, Record},
};

const COLUMNS: [(Field, &str); 9] = [
    (Field::Name, "name"),
    (Field::JobTitle, "title"),
    (Field::Department, "department"),
    (Field::Site, "site"),
    (Field::Extension, "extension"),
    (Field::Telephone, "telephone"),
    (Field::Mobile, "mobile"),
    (Field::Email, "email"),
    (Field::SiteAddress, "address"),
];

fn mix(number: u64, salt: u64) -> u64 {
    let value = (number ^ salt << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (value ^ value >> 31).wrapping_mul(0x94D0_49BB_1331_11EB) >> 20
}

/// So many people as a source has them; `day` 1 is a day on which 1 % have another mobile.
pub fn listing(count: u64, day: u64) -> Listing {
    let one = |text: String| Attribute::One(text.into());
    let records = (0..count)
        .map(|number| {
            let changed = if mix(number, 99).is_multiple_of(100) { day } else { 0 };
            let site = mix(number, 4) % 10;
            Record {
                key: format!("{:016x}", mix(number, 1) << 20 | number).into(),
                place: Place::Line(number + 2),
                values: Box::new([
                    one(format!("Given{} Surname{number}", mix(number, 6) % 500)),
                    one("Engineer".into()),
                    one(format!("Department {}", mix(number, 3) % 20)),
                    one(format!("Site {site}")),
                    one(format!("{number:07}")),
                    one(format!("+4420{number:08}")),
                    one(format!("07700 9{:05}", (mix(number, 5) + changed) % 100_000)),
                    one(format!("person{number}@example.com")),
                    one(format!("{site} High Street, Town {site}")),
                ]),
                flaw: None,
            }
        })
        .collect();
    Listing {
        as_of: None,
        names: COLUMNS.iter().map(|(_, column)| Text::new_static(column)).collect(),
        records,
        coverage: Coverage::Complete { proof: "made up".into() },
        departures: Vec::new(),
        inventory: Inventory::default(),
        unread: Vec::new(),
        findings: Vec::new(),
    }
}

pub fn mapping() -> Mapping {
    Mapping {
        source: "staff".into(),
        pbx: "main".into(),
        fields: COLUMNS
            .iter()
            .map(|(field, column)| {
                (*field, Expression::compile(column, Scope::Attributes).expect("a column"))
            })
            .collect(),
        status: None,
        keep: None,
    }
}

pub fn rules() -> Vec<Rule> {
    vec![Rule {
        condition: Condition { when: None, matches: Vec::new() },
        path: Template::compile("/{{ site }}/{{ department }}").expect("a path"),
        set: Vec::new(),
        at: Position { file: "rollbook.yaml".into(), line: 1, column: 1 },
    }]
}

/// The same people, mapped and in their places.
pub fn wanted(count: u64, day: u64) -> Vec<Draft> {
    let mapped = rollbook::mapping::entries(listing(count, day), &mapping()).expect("a mapping");
    let mut people = mapped.people;
    rollbook::grouping::place(&mut people, &rules()).expect("places");
    people
}

pub fn sighting() -> Sighting {
    Sighting::new("staff".into(), Coverage::Complete { proof: "made up".into() }, 1)
}

/// The plan from one directory to some people.
pub fn plan(held: &Directory, wanted: &[Draft]) -> Plan {
    let Difference { mut changes, unchanged, active, findings, unknown: _ } =
        plan::between(held, wanted, &[sighting()], &[]);
    changes.extend(plan::groups(held, &active));
    let circumstances = Circumstances {
        base: None,
        made_at: Timestamp::UNIX_EPOCH,
        manifest: "made up".into(),
        sources: Vec::new(),
    };
    Plan::new(
        held,
        changes,
        unchanged,
        Remarks { findings, ..Remarks::default() },
        &Limits::default(),
        circumstances,
    )
}

/// A directory that holds so many people.
pub fn directory(count: u64) -> Directory {
    let empty = Directory::default();
    let first = plan(&empty, &wanted(count, 0));
    empty.after(&first).expect("a first plan")
}
