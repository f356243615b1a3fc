//! Directory servers of the standard kind: OpenLDAP, 389, eDirectory and their like.

mod group;

use schemars::JsonSchema;
use serde::Deserialize;

use super::subtree::{Bases, Bind, Dialect, Name, PageSize, People, Server};
use crate::{
    directory::{Field, Text},
    source::{
        Attribute, Check, Connector, Context, FetchError, Listing, Outcome, Source, Vocabulary,
    },
    wire::{
        ldap::{Address, Connection, Entry, Filter, RootDse, is_within},
        tls::Tls,
    },
};

/// Attributes of inetOrgPerson (RFC 2798) and what the kind makes; more by `attributes:`.
const KNOWN: &[&str] = &[
    "businessCategory",
    "c",
    "carLicense",
    "cn",
    "co",
    "departmentNumber",
    "description",
    "displayName",
    "dn",
    "employeeNumber",
    "employeeType",
    "entryUUID",
    "facsimileTelephoneNumber",
    "givenName",
    "homePhone",
    "initials",
    "internationaliSDNNumber",
    "ipPhone",
    "l",
    "mail",
    "manager",
    "memberOf",
    "mobile",
    "o",
    "ou",
    "ouPath",
    "pager",
    "physicalDeliveryOfficeName",
    "postOfficeBox",
    "postalAddress",
    "postalCode",
    "preferredLanguage",
    "roomNumber",
    "secretary",
    "sn",
    "st",
    "street",
    "telephoneNumber",
    "title",
    "uid",
];

/// People of a directory server that keeps to the standards (RFC 4511, inetOrgPerson).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// The server: `ldaps://ldap.corp.example`, or `ldap://` together with `start_tls`.
    url: Address,
    /// Encrypt an `ldap://` connection by StartTLS.
    #[serde(default)]
    start_tls: bool,
    /// How the server proves who it is.
    #[serde(default)]
    tls: Tls,
    /// Who to log in as; without it, whatever the server shows to anybody is read.
    bind: Option<Bind>,
    /// Where people are: one or several entries, each with everything below. By default the
    /// server's tree, where it names just one.
    #[serde(default)]
    base: Bases,
    /// Which entries are people.
    #[serde(default = "people")]
    class: Filter,
    /// Only people that this LDAP filter takes as well: `(departmentNumber=*)`.
    filter: Option<Filter>,
    /// Only members of this group (`groupOfNames`, `groupOfUniqueNames`), members of its member
    /// groups included.
    group: Option<Name>,
    /// Servers to which referrals are followed, with the same login; to none by default.
    #[serde(default)]
    follow_referrals: Vec<Address>,
    /// Further attributes that expressions use, beyond those that the kind knows.
    #[serde(default)]
    attributes: Vec<Text>,
    /// The attribute that names a person for life.
    #[serde(default = "entry_uuid")]
    key: Text,
    /// How many people are asked for at once, 1 to 1000.
    #[serde(default)]
    page_size: PageSize,
}

fn entry_uuid() -> Text {
    Text::new_static("entryUUID")
}

fn people() -> Filter {
    Filter::fixed("(objectClass=inetOrgPerson)")
}

impl Connector for Ldap {
    const KIND: &'static str = "ldap";
    const ABOUT: &'static str = "people of an LDAP directory server, such as OpenLDAP";
    const DEFAULTS: &'static [(Field, &'static str)] = &[
        (Field::Name, "first_of(displayName, [givenName, sn] | join(' '), cn)"),
        (Field::JobTitle, "title"),
        (Field::Department, "departmentNumber"),
        (Field::Site, "physicalDeliveryOfficeName"),
        (Field::SiteAddress, "[street, [postalCode, l] | join(' '), st] | join('\\n')"),
        (Field::Extension, "ipPhone"),
        (Field::Telephone, "telephoneNumber"),
        (Field::Mobile, "mobile"),
        (Field::Pager, "pager"),
        (Field::Fax, "facsimileTelephoneNumber"),
        (Field::Email, "mail"),
        (Field::EmployeeId, "employeeNumber"),
    ];
    const STATUS: Option<&'static str> = None;
    const ATTRIBUTES: Vocabulary = Vocabulary::Fixed(KNOWN);
}

/// Values are text and nothing is made from others: the standard has no word for "disabled".
struct Standard;

impl Dialect for Standard {
    const IDENTITY: &'static str = "entryUUID";
    const UNITS: &'static str = "ouPath";

    fn inputs(&self, _name: &str) -> Option<&'static [&'static str]> {
        None
    }

    fn compute(&self, name: &str, _entry: &Entry) -> Result<Attribute, String> {
        Err(format!("`{name}` is not made from others"))
    }

    fn text(&self, _name: &str, value: &[u8]) -> Option<Text> {
        std::str::from_utf8(value).ok().map(Text::from)
    }

    fn bytes(&self, _name: &str, key: &str) -> Option<Vec<u8>> {
        Some(key.as_bytes().to_vec())
    }
}

impl Ldap {
    /// All attributes that expressions may use, sorted.
    fn all(&self) -> Vec<Text> {
        let known = KNOWN.iter().map(|name| Text::new_static(name));
        let more = self.attributes.iter().cloned().chain([self.key.clone()]);
        let mut all: Vec<Text> = known.chain(more).collect();
        all.sort();
        all.dedup();
        all
    }

    fn server(&self) -> Server<'_> {
        let Self { url, tls, bind, start_tls, follow_referrals: follow, .. } = self;
        Server { url, start_tls: *start_tls, tls, bind: bind.as_ref(), follow }
    }

    fn people(
        &self,
        connection: &mut Connection,
        root: &RootDse,
    ) -> Result<People<'_, Standard>, FetchError> {
        let contexts = root.naming_contexts();
        let bases = match (&self.base, contexts.as_slice()) {
            (Bases(bases), [context]) if bases.is_empty() => vec![(*context).to_owned()],
            (Bases(bases), contexts) if bases.is_empty() => {
                return Err(FetchError::Setting {
                    problem: format!("`{}` names {} trees", connection.host(), contexts.len()),
                    help: "write `base:` with the entry that holds the people".into(),
                });
            }
            (Bases(bases), _) => bases.clone(),
        };
        // The tree that holds the bases, where the server names it.
        let mut roots: Vec<String> = bases
            .iter()
            .map(|base| {
                let context = contexts.iter().find(|context| is_within(base, context));
                context.map_or_else(|| base.clone(), |context| (*context).to_owned())
            })
            .collect();
        roots.sort();
        roots.dedup();
        let members = match &self.group {
            Some(Name(group)) => Some(group::members(connection, group, &contexts, 1000)?),
            None => None,
        };
        Ok(People {
            dialect: &Standard,
            bases,
            class: self.class.as_str().to_owned(),
            filter: self.filter.as_ref().map(Filter::as_str),
            group: None,
            members,
            key: &self.key,
            all: self.all(),
            page_size: self.page_size,
            domain_scope: false,
            roots,
            deleted: None,
        })
    }
}

impl Source for Ldap {
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError> {
        let server = self.server();
        let (mut connection, root) = server.connect(cx)?;
        self.people(&mut connection, &root)?.list(&server, &mut connection, cx)
    }

    fn vocabulary(&self, _cx: &Context<'_>) -> Vocabulary {
        Vocabulary::Closed(self.all())
    }

    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check)) {
        let Some((mut connection, root)) = self.server().examine(cx, step) else { return };
        match self.people(&mut connection, &root) {
            Ok(people) => people.examine(&mut connection, cx, step),
            Err(error) => {
                let outcome = Outcome::Failed(error.to_string(), error.help());
                step(Check { title: "find the people".into(), outcome });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::subtree;

    #[test]
    fn a_recorded_answer_becomes_records() {
        let ldif = include_str!("../../../tests/fixtures/ldap/people.ldif");
        let names = ["cn", "departmentNumber", "ouPath", "pager"].map(Text::from);
        let records: Vec<_> = subtree::ldif::entries(ldif)
            .iter()
            .map(|entry| subtree::record(&Standard, entry, &names, "entryUUID"))
            .collect();
        assert_eq!(records.len(), 4);
        assert_eq!(records[0].key, "0608331a-3a1e-54ea-9b14-2a91f45aac45");
        let one = |text: &str| Attribute::One(text.into());
        assert_eq!(
            *records[0].values,
            [
                one("Joshua Wilson"),
                one("Purchasing"),
                Attribute::Many(["People", "Home, Remote"].map(Text::from).into()),
                one("07623 063466"),
            ]
        );
        assert_eq!(records[1].values[0], one("Wright, Joseph"));
    }

    #[test]
    fn the_known_attributes_are_in_order_and_each_once() {
        assert!(KNOWN.windows(2).all(|pair| pair[0] < pair[1]), "{KNOWN:?}");
    }
}
