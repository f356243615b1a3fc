//! Who is in a group, where only the group itself knows.

use std::collections::BTreeSet;

use crate::{
    source::FetchError,
    wire::ldap::{Connection, Search, is_within, normal},
};

/// Entries that have members (RFC 4519 section 3.5 and 3.6, and OpenLDAP's groupOfMembers).
const GROUPS: &str =
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=groupOfMembers))";

/// Where a group keeps them.
const MEMBERS: [&str; 2] = ["member", "uniqueMember"];

/// The only one of [`GROUPS`] that may have no members.
const MAY_BE_EMPTY: &[u8] = b"groupOfMembers";

/// The normal names of everybody in a group, members of member groups included, each once.
///
/// # Errors
///
/// [`FetchError`] where the group is not there, and where one that can't be empty shows no member.
pub(super) fn members(
    connection: &mut Connection,
    group: &str,
    contexts: &[&str],
    page_size: u32,
) -> Result<BTreeSet<String>, FetchError> {
    // Which names are groups; a member is looked into only where it is one.
    let tree = contexts.iter().copied().find(|tree| is_within(group, tree)).unwrap_or(group);
    let nothing = ["1.1".to_owned()];
    let mut groups = BTreeSet::new();
    let search = Search {
        base: tree,
        filter: GROUPS,
        attributes: &nothing,
        page_size,
        domain_scope: false,
        deleted: false,
        sample: false,
    };
    connection.search(&search, &mut |entry| {
        groups.insert(normal(&entry.dn));
    })?;
    if !groups.contains(&normal(group)) {
        return Err(FetchError::Setting {
            problem: format!("`{}` has no group `{group}`, or does not show it", connection.host()),
            help: "set `group:` to the distinguished name of a `groupOfNames` or \
                   `groupOfUniqueNames` that the user may read"
                .into(),
        });
    }
    let mut members = BTreeSet::new();
    let mut seen = BTreeSet::from([normal(group)]);
    let mut waiting = vec![group.to_owned()];
    while let Some(group) = waiting.pop() {
        let wanted = [MEMBERS[0], MEMBERS[1], "objectClass"].map(str::to_owned);
        let entry = connection.object(&group, &wanted, false)?.unwrap_or_default();
        let mut classes = entry.values("objectClass").iter();
        let may_be_empty = classes.any(|class| class.eq_ignore_ascii_case(MAY_BE_EMPTY));
        if !may_be_empty && MEMBERS.iter().all(|name| entry.values(name).is_empty()) {
            // Taken for empty, it would put everybody in it out of scope.
            return Err(FetchError::Server {
                problem: format!("`{}` shows no member of `{group}`", connection.host()),
                help: "have the user given the right to read `member` and `uniqueMember` of \
                       groups"
                    .into(),
            });
        }
        for value in MEMBERS.iter().flat_map(|name| entry.values(name)) {
            let name = String::from_utf8_lossy(value);
            // An optional unique identifier may follow (RFC 4517 section 3.3.21).
            let name = match name.rsplit_once("#'") {
                Some((bare, bits)) if bits.ends_with("'B") => bare,
                _ => &name,
            };
            let normal = normal(name);
            if groups.contains(&normal) && seen.insert(normal.clone()) {
                waiting.push(name.to_owned());
            }
            members.insert(normal);
        }
    }
    Ok(members)
}
