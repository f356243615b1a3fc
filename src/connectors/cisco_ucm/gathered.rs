//! What one read of a cluster gave, and what it did without.

use super::{
    select::{self, Table},
    tables::Tables,
};
use crate::{
    directory::{Channel, Equipment, Property, Text},
    finding::{Code, Finding},
    source::Unread,
};

/// A kind of equipment, and its properties that aren't read; none where nothing of it is.
type Without = (&'static str, &'static [Property]);

/// The ports and triggers of the contact centre.
const CONTACT_CENTRE: &[Without] = &[("contact-centre-port", &[]), ("contact-centre-trigger", &[])];

/// What of the equipment is not read without a table.
fn without(table: &str) -> &'static [Without] {
    match table {
        "routelist" | "linegroupnumplanmap" => &[("hunt-group", &[Property::Members])],
        "applicationuser" | "applicationuserdevicemap" => CONTACT_CENTRE,
        "mgcp" => &[("gateway", &[])],
        "mgcpdevicemember" => &[("gateway", &[Property::Endpoints])],
        "siptrunkdestination" => &[("sip-trunk", &[Property::Address])],
        "voicemessagingpilot" => &[("voicemail-pilot", &[])],
        "devicenumplanmapendusermap" => &[("phone", &[Property::Owner, Property::OwnerBy])],
        "typemodel" => &[("phone", &[Property::Model]), ("device-profile", &[Property::Model])],
        _ => &[],
    }
}

/// All that was read, once.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) tables: Tables,
    /// Rows that were counted just before or after they were read.
    pub(super) expected: Vec<Expected>,
    /// Kinds of equipment that can't be seen at all by the way in which it was read.
    pub(super) unseen: Vec<Unread>,
    /// What this release lacks, each with what the directory then lacks.
    pub(super) lacking: Vec<Lack>,
    /// Names of `contact_centre` that no application user has.
    pub(super) unmet: Vec<String>,
    /// Lists that may not be whole, each as a phrase that says why.
    pub(super) gaps: Vec<String>,
    /// Whether what keys lead to was listed again at the end, and was the same.
    pub(super) standing: bool,
    /// Objects that were listed and were not there when they were asked for alone.
    pub(super) gone: u64,
    /// How many objects were asked for alone.
    pub(super) asked: u64,
}

/// How many rows of a table there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    /// The table's name.
    pub(super) table: &'static str,
    pub(super) rows: u64,
}

/// A table or column that this release doesn't have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lack {
    /// `enduser.site`, `mgcp`.
    pub(super) what: String,
    /// What the directory does without.
    pub(super) without: String,
}

impl Gathered {
    /// Notes a table that this release lacks.
    pub(super) fn lack_table(&mut self, table: &Table) {
        let without = table.without.unwrap_or("it can't be read").to_owned();
        self.lacking.push(Lack { what: table.name.to_owned(), without });
    }

    /// Notes columns of a table that this release lacks.
    pub(super) fn lack_columns(&mut self, table: &Table, columns: &[&'static str]) {
        if let (Some(alone), [_, ..]) = (table.alone, columns) {
            let (what, without) = (alone.other.to_owned(), alone.without.to_owned());
            return self.lacking.push(Lack { what, without });
        }
        self.lacking.extend(columns.iter().map(|column| Lack {
            what: format!("{}.{column}", table.name),
            without: format!("no {} has `{column}`", table.about.trim_end_matches('s')),
        }));
    }

    /// Whether this release lacks a table.
    pub(super) fn lacks(&self, table: &Table) -> bool {
        self.lacking.iter().any(|lack| lack.what == table.name)
    }

    /// The kinds of equipment of which nothing follows from this read, sorted.
    pub(super) fn unread(&self) -> Vec<Unread> {
        let unread = |without: &Without, because: &str| Unread {
            kind: Text::new_static(without.0),
            properties: without.1.to_vec(),
            because: because.into(),
        };
        let mut all = self.unseen.clone();
        for Lack { what, without: _ } in &self.lacking {
            let because = format!("the release has no `{what}`");
            all.extend(without(what).iter().map(|without| unread(without, &because)));
        }
        if !self.unmet.is_empty() {
            let because = "not every user of the contact centre is known to the cluster";
            all.extend(CONTACT_CENTRE.iter().map(|without| unread(without, because)));
        }
        all.sort();
        all
    }

    /// Leaves out the gateways that may be ports of one: without a table of these, nothing tells.
    pub(super) fn leave_out_ports(&self, channels: &mut Vec<Channel>) {
        if !self.lacks(&select::GATEWAYS) && !self.lacks(&select::GATEWAY_PORTS) {
            return;
        }
        let chassis: std::collections::BTreeSet<&str> =
            self.tables.gateway_ports.iter().map(|port| port.gateway.as_str()).collect();
        channels.retain(|one| {
            let whole = one.protocol.as_deref().is_some_and(|protocol| protocol != "MGCP");
            whole || chassis.contains(one.id().key())
        });
    }

    /// A finding for each thing that is lacking, sorted.
    pub(super) fn findings(&self, source: &str) -> Vec<Finding> {
        let lacking = self.lacking.iter().map(|Lack { what, without: lost }| {
            let left = match without(what) {
                [] => "",
                _ => "; what the directory has of that stays as it is",
            };
            Finding::note(
                Code::NotInRelease,
                format!("the release of `{source}` has no `{what}`: {lost}{left}"),
                "leave it, or have another source give what it would",
            )
        });
        let unmet = self.unmet.iter().map(|name| {
            Finding::warning(
                Code::NotAtSource,
                format!(
                    "`{source}` has no application user `{name}`; the ports and triggers of the \
                     contact centre that the directory has stay as they are"
                ),
                "correct the name in `contact_centre`; `rollbook doctor` tells which there are",
            )
        });
        let mut all: Vec<Finding> = lacking.chain(unmet).collect();
        all.sort();
        all
    }
}
