//! Microsoft's Active Directory, read over LDAP; Samba's domain controllers too.

mod dialect;

use schemars::JsonSchema;
use serde::Deserialize;

use super::subtree::{Bases, Bind, Name, PageSize, People, Server};
use crate::{
    directory::{Field, Text},
    source::{Check, Connector, Context, FetchError, Listing, Outcome, Source, Vocabulary},
    wire::{
        ldap::{Address, Connection, Filter, RootDse, escaped},
        tls::Tls,
    },
};

use dialect::{ActiveDirectoryDialect, KNOWN, relative_id};

/// User accounts, and no computers, contacts or managed service accounts.
const USERS: &str = "(sAMAccountType=805306368)";

/// LDAP_MATCHING_RULE_TRANSITIVE_EVAL: members of members too.
const NESTED: &str = "1.2.840.113556.1.4.1941";

/// GUID_DELETED_OBJECTS_CONTAINER_W (MS-ADTS 6.1.1.4).
const DELETED_OBJECTS: &str = "18e2ea80684f11d2b9aa00c04f79f805";

/// User accounts of one domain, from one domain controller.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActiveDirectory {
    /// The domain controller: `ldaps://dc1.corp.example`, or `ldap://` together with `start_tls`.
    /// Name one controller, not the domain, so that its certificate fits.
    url: Address,
    /// Encrypt an `ldap://` connection by StartTLS.
    #[serde(default)]
    start_tls: bool,
    /// How the controller proves who it is.
    #[serde(default)]
    tls: Tls,
    /// An ordinary account that reads: it needs no rights beyond those of every user.
    bind: Bind,
    /// Where people are: one or several containers, each with everything below. By default the
    /// whole domain.
    #[serde(default)]
    base: Bases,
    /// Only people that this LDAP filter takes as well: `(department=*)`. Disabled accounts need
    /// no filter; they are read, and seen to be disabled.
    filter: Option<Filter>,
    /// Only members of this group, members of its member groups included.
    group: Option<Name>,
    /// Servers to which referrals are followed, with the same login; to none by default.
    #[serde(default)]
    follow_referrals: Vec<Address>,
    /// Further attributes that expressions use, beyond those that the kind knows.
    #[serde(default)]
    attributes: Vec<Text>,
    /// The attribute that names a person for life.
    #[serde(default = "object_guid")]
    key: Text,
    /// Take an account whose `accountExpires` has passed for a disabled one.
    #[serde(default)]
    expired_is_disabled: bool,
    /// How many people are asked for at once, 1 to 1000.
    #[serde(default)]
    page_size: PageSize,
}

fn object_guid() -> Text {
    Text::new_static("objectGUID")
}

impl Connector for ActiveDirectory {
    const KIND: &'static str = "active-directory";
    const ABOUT: &'static str = "user accounts of a Microsoft Active Directory domain";
    const DEFAULTS: &'static [(Field, &'static str)] = &[
        (Field::Name, "first_of(displayName, [givenName, sn] | join(' '), name)"),
        (Field::JobTitle, "title"),
        (Field::Department, "department"),
        (Field::Site, "physicalDeliveryOfficeName"),
        (Field::SiteAddress, "[streetAddress, [postalCode, l] | join(' '), st, co] | join('\\n')"),
        (Field::Extension, "ipPhone"),
        (Field::Telephone, "telephoneNumber"),
        (Field::Mobile, "mobile"),
        (Field::Pager, "pager"),
        (Field::Fax, "facsimileTelephoneNumber"),
        (Field::IpPhone, "ipPhone"),
        (Field::Email, "mail"),
        (Field::EmployeeId, "employeeID"),
    ];
    const STATUS: Option<&'static str> =
        Some("'disabled' if accountDisabled == 'true' else 'active'");
    const ATTRIBUTES: Vocabulary = Vocabulary::Fixed(KNOWN);
}

impl ActiveDirectory {
    /// All attributes that expressions may use, sorted.
    fn all(&self) -> Vec<Text> {
        let known = KNOWN.iter().map(|name| Text::new_static(name));
        let more = self.attributes.iter().cloned().chain([self.key.clone()]);
        let mut all: Vec<Text> = known.chain(more).collect();
        all.sort();
        all.dedup();
        all
    }

    fn server(&self) -> Result<Server<'_>, FetchError> {
        if matches!(self.url.port(), 3268 | 3269) {
            return Err(FetchError::Setting {
                problem: format!(
                    "`{}` is a global catalogue, which lacks department, mobile, pager and office",
                    self.url.shown()
                ),
                help: "write `ldaps://` and a domain controller without a port in `url:`".into(),
            });
        }
        let Self { url, tls, bind, start_tls, follow_referrals: follow, .. } = self;
        Ok(Server { url, start_tls: *start_tls, tls, bind: Some(bind), follow })
    }

    fn dialect(&self, cx: &Context<'_>) -> ActiveDirectoryDialect {
        ActiveDirectoryDialect { expired_at: self.expired_is_disabled.then_some(cx.now) }
    }

    fn people<'a>(
        &'a self,
        dialect: &'a ActiveDirectoryDialect,
        connection: &mut Connection,
        root: &RootDse,
    ) -> Result<People<'a, ActiveDirectoryDialect>, FetchError> {
        let domain = root.default_naming_context().filter(|_| root.is_active_directory());
        let Some(domain) = domain else {
            return Err(FetchError::Server {
                problem: format!("`{}` is not an Active Directory", connection.host()),
                help: "write `kind: ldap` for other directory servers".into(),
            });
        };
        let bases = match &self.base {
            Bases(bases) if bases.is_empty() => vec![domain.to_owned()],
            Bases(bases) => bases.clone(),
        };
        let group = match &self.group {
            Some(Name(group)) => Some(in_group(connection, group)?),
            None => None,
        };
        Ok(People {
            dialect,
            bases,
            class: USERS.to_owned(),
            filter: self.filter.as_ref().map(Filter::as_str),
            group,
            members: None,
            key: &self.key,
            all: self.all(),
            page_size: self.page_size,
            domain_scope: self.follow_referrals.is_empty(),
            roots: vec![domain.to_owned()],
            deleted: Some(format!("<WKGUID={DELETED_OBJECTS},{domain}>")),
        })
    }
}

/// The condition that takes a group's members, nested ones and those whose primary group it is.
///
/// The group is read first: of one that is not there nobody is a member, and no server says so.
fn in_group(connection: &mut Connection, group: &str) -> Result<String, FetchError> {
    let wanted = ["objectSid".to_owned(), "objectClass".to_owned()];
    let entry = connection.object(group, &wanted, false)?.unwrap_or_default();
    let is_group =
        entry.values("objectClass").iter().any(|class| class.eq_ignore_ascii_case(b"group"));
    if !is_group {
        return Err(FetchError::Setting {
            problem: format!("`{group}` is not a group"),
            help: "set `group:` to the distinguished name of a group".into(),
        });
    }
    let nested = format!("(memberOf:{NESTED}:={})", escaped(entry.dn.as_bytes()));
    let primary = entry.values("objectSid").first().and_then(|sid| relative_id(sid));
    Ok(match primary {
        Some(id) => format!("(|{nested}(primaryGroupID={id}))"),
        None => nested,
    })
}

impl Source for ActiveDirectory {
    fn fetch(&self, cx: &Context<'_>) -> Result<Listing, FetchError> {
        let server = self.server()?;
        let (mut connection, root) = server.connect(cx)?;
        let dialect = self.dialect(cx);
        self.people(&dialect, &mut connection, &root)?.list(&server, &mut connection, cx)
    }

    fn vocabulary(&self, _cx: &Context<'_>) -> Vocabulary {
        Vocabulary::Closed(self.all())
    }

    fn examine(&self, cx: &Context<'_>, step: &mut dyn FnMut(Check)) {
        let server = match self.server() {
            Ok(server) => server,
            Err(error) => {
                let outcome = Outcome::Failed(error.to_string(), error.help());
                return step(Check { title: "check the settings".into(), outcome });
            }
        };
        let Some((mut connection, root)) = server.examine(cx, step) else { return };
        let dialect = self.dialect(cx);
        match self.people(&dialect, &mut connection, &root) {
            Ok(people) => people.examine(&mut connection, cx, step),
            Err(error) => {
                let outcome = Outcome::Failed(error.to_string(), error.help());
                step(Check { title: "find the people".into(), outcome });
            }
        }
    }
}
