//! Cisco's Unified Communications Manager and Business Edition, read over AXL.

mod axl;
mod consistency;
mod doctor;
mod gathered;
mod objects;
mod organisation;
mod select;
mod settings;
mod sql;
mod tables;

use schemars::JsonSchema;
use serde::Deserialize;

use self::{
    axl::{Axl, Endpoint, Login, Publisher, Version},
    consistency::Doubts,
    gathered::Gathered,
    organisation::{ATTRIBUTES, Naming, Organisation, organise},
    settings::{UserNames, Via},
};
use crate::{
    directory::{Field, Inventory, Text},
    finding::Finding,
    source::{
        Check, Connector, Context, Coverage, FetchError, Listing, Record, Source, Vocabulary,
    },
    wire::{http::Limits, tls::Tls},
};

/// People, phones and lines of one cluster, from its publisher.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CiscoUcm {
    /// The publisher: `https://ucm1.corp.example:8443`. Its AXL service has to be activated.
    url: Publisher,
    /// Who reads: an application user of the cluster.
    login: Login,
    /// How the publisher proves who it is. Its own certificate, which no authority signed, needs a
    /// `pin`; `rollbook doctor` prints it.
    #[serde(default)]
    tls: Tls,
    /// How it is asked: `sql`, or `objects` where a policy forbids SQL, which takes a request for
    /// each phone and each user.
    #[serde(default)]
    via: Via,
    /// The application users by which the contact centre (UCCX) controls its ports, `*` for
    /// anything: `[ "jtapi_*" ]`. Their devices are system devices, not phones.
    #[serde(default)]
    contact_centre: UserNames,
    /// The version of AXL to speak: `12.5`. By default it is found out.
    version: Option<Version>,
}

impl Connector for CiscoUcm {
    const KIND: &'static str = "cisco-ucm";
    const ABOUT: &'static str =
        "people, phones and lines of a Cisco Unified Communications Manager cluster";
    const DEFAULTS: &'static [(Field, &'static str)] = &[
        (Field::Name, "full_name"),
        (Field::JobTitle, "title"),
        (Field::Department, "department"),
        (Field::Site, "first_of(site, location)"),
        (Field::Extension, "primary_extension"),
        (Field::ExtensionBy, "primary_extension_by"),
        (Field::AdditionalExtensions, "additional_extensions"),
        (Field::Intercoms, "intercoms"),
        (Field::Telephone, "telephonenumber"),
        (Field::Mobile, "mobile"),
        (Field::Pager, "pager"),
        (Field::Email, "mailid"),
    ];
    const STATUS: Option<&'static str> =
        Some("'active' if status != '0' and extensions is defined else 'disabled'");
    const ATTRIBUTES: Vocabulary = Vocabulary::Fixed(&ATTRIBUTES);
}

impl CiscoUcm {
    fn endpoint<'a>(&'a self, cx: &'a Context<'a>) -> Endpoint<'a> {
        let Self { url, login, tls, version, via: _, contact_centre: _ } = self;
        Endpoint { url, login, tls, version: version.as_ref(), limits: Limits::default(), cx }
    }

    /// Reads everything, once.
    fn gather(&self, axl: &mut Axl<'_>, cx: &Context<'_>) -> Result<Gathered, FetchError> {
        match self.via {
            Via::Sql => sql::read(axl, &self.contact_centre),
            Via::Objects => objects::read(axl, &self.contact_centre, cx),
        }
    }
}

impl Source for CiscoUcm {
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError> {
        let mut axl = Axl::connect(&self.endpoint(cx))?;
        let naming = Naming { source: cx.name, pbx: cx.pbx };
        let mut reads = 1;
        loop {
            let gathered = self.gather(&mut axl, cx)?;
            if let Some(because) = consistency::emptied(&gathered.tables) {
                return Ok(nothing(because, gathered.findings(cx.name)));
            }
            tracing::info!("`{}`: {} requests so far", cx.name, axl.requests());
            let organisation = organise(&gathered.tables, &naming);
            let mut doubts = Doubts::of(&gathered, &organisation);
            if let Some(numbers) = doubts.to_ask_again()
                && self.via == Via::Sql
            {
                let standing = sql::stand(&mut axl, numbers)?;
                doubts.stand(standing);
            }
            match doubts.many() {
                None => return Ok(listing(gathered, organisation, &doubts, reads, cx)),
                Some(many) if reads == self.via.reads() => {
                    let because = format!("the cluster kept changing while it was read: {many}");
                    return Ok(nothing(because, gathered.findings(cx.name)));
                }
                Some(many) => tracing::info!("`{}` is read a second time: {many}", cx.name),
            }
            reads += 1;
        }
    }

    fn vocabulary(&self, _cx: &Context<'_>) -> Vocabulary {
        Self::ATTRIBUTES
    }

    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check)) {
        doctor::examine(self, cx, step);
    }

    fn takes_long(&self) -> Option<&'static str> {
        let why = "not tried: by objects it takes a request for each phone and each user; \
                   `rollbook fetch SOURCE` shows people";
        (self.via == Via::Objects).then_some(why)
    }
}

/// A listing of which nothing is used, as what was read can't have been there at one time: half
/// of somebody's numbers would be worse than none.
fn nothing(because: String, findings: Vec<Finding>) -> Listing {
    Listing {
        names: ATTRIBUTES.into_iter().map(Text::new_static).collect(),
        records: Vec::new(),
        coverage: Coverage::Partial { because },
        as_of: None,
        departures: Vec::new(),
        inventory: Inventory::default(),
        unread: Vec::new(),
        findings,
    }
}

fn listing(
    gathered: Gathered,
    organisation: Organisation,
    doubts: &Doubts,
    reads: u32,
    cx: &Context<'_>,
) -> Listing {
    let Organisation { names, mut records, mut inventory, dangling: _, findings: mut remarks } =
        organisation;
    gathered.leave_out_ports(&mut inventory.channels);
    if gathered.lacks(&select::LINE_USERS) {
        consistency::hold_back_all(&mut records, cx.known);
    } else if doubts.hide_numbers() {
        consistency::hold_back(&mut records, &names, cx.known);
    }
    let proof = doubts.proof(&gathered.tables, reads);
    remarks.extend(gathered.findings(cx.name));
    remarks.extend(doubts.finding(cx.name));
    remarks.sort();
    let (names, records) = narrowed(names, records, cx.attributes);
    Listing {
        names,
        records,
        coverage: Coverage::Complete { proof },
        as_of: None,
        departures: Vec::new(),
        inventory,
        unread: gathered.unread(),
        findings: remarks,
    }
}

/// Only the attributes that are asked for; all where none are.
fn narrowed(
    names: Vec<Text>,
    mut records: Vec<Record>,
    wanted: &[Text],
) -> (Vec<Text>, Vec<Record>) {
    if wanted.is_empty() {
        return (names, records);
    }
    let kept: Vec<usize> =
        (0..names.len()).filter(|at| wanted.binary_search(&names[*at]).is_ok()).collect();
    for record in &mut records {
        let values = std::mem::take(&mut record.values);
        let mut values: Vec<_> = values.into_iter().map(Some).collect();
        record.values = kept.iter().filter_map(|at| values[*at].take()).collect();
    }
    (kept.iter().map(|at| names[*at].clone()).collect(), records)
}
