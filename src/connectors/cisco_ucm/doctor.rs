//! A cluster tried step by step, for `doctor`. Nothing is ever written to see whether it could be.

use super::{
    CiscoUcm,
    axl::{Axl, AxlError},
    objects,
    select::{self, Table},
    settings::{UserNames, Via},
    sql::needed,
};
use crate::{
    connectors::checks::{failed, quoted},
    directory::Text,
    source::{Check, Context, FetchError, Outcome},
    wire::tls::{Peeked, peek},
};

/// Where the reader is told how each step went.
type Steps<'a> = &'a mut dyn FnMut(Check);

fn tell(step: Steps<'_>, title: impl Into<String>, outcome: Outcome) {
    step(Check { title: title.into(), outcome });
}

/// Reach, certificate, login, release, rights, each table and what is in it; later steps are left
/// out once one fails that they need.
pub(super) fn examine(ucm: &CiscoUcm, cx: &Context<'_>, step: Steps<'_>) {
    if !reached(ucm, step) {
        return;
    }
    let title = format!("log in as `{}`", ucm.login.user());
    let mut axl = match Axl::connect(&ucm.endpoint(cx)) {
        Ok(axl) => axl,
        Err(error) => return step(failed(&title, &error)),
    };
    tell(step, title, Outcome::Passed("the certificate is taken, the login accepted".into()));
    let release = match axl.release() {
        "" => "it doesn't say which release it is".to_owned(),
        release => format!("release {release}"),
    };
    let spoken = format!("{release}; AXL {} is spoken", axl.version());
    tell(step, "ask which release it is", Outcome::Passed(spoken));
    match ucm.via {
        Via::Sql => {
            if tables(&mut axl, step) {
                let seen = "the user may read by SQL; whether it may also write is not tried: give \
                            it `Standard AXL Read Only API Access`, and the cluster refuses that";
                tell(step, "see what the user may do", Outcome::Passed(seen.into()));
                counts(&mut axl, step);
                contact_centre(&mut axl, &ucm.contact_centre, step);
            }
        }
        Via::Objects => {
            if lists(&mut axl, step) {
                let named = objects::application_users(&mut axl);
                contact_centre_of(named, &ucm.contact_centre, step);
            }
        }
    }
}

/// Whether each list can be read.
fn lists(axl: &mut Axl<'_>, step: Steps<'_>) -> bool {
    let mut well = true;
    objects::try_all(axl, &mut |operation, about, tried| {
        let outcome = match tried {
            Ok(()) => Outcome::Passed(format!("{about} can be read")),
            Err(error) => {
                well = false;
                Outcome::Failed(error.to_string(), error.help())
            }
        };
        tell(step, format!("ask `{operation}`"), outcome);
    });
    well
}

/// Whether somebody is there; and the pin of the certificate, whether it is taken or not.
fn reached(ucm: &CiscoUcm, step: Steps<'_>) -> bool {
    let address = ucm.url.address();
    let shown = address.shown();
    let title = format!("reach `{shown}`");
    match peek(address.host(), address.port()) {
        Peeked::Unreachable(error) => {
            let help = "check host and port in `url:` (8443 by default), and the firewalls between";
            tell(step, title, Outcome::Failed(error.to_string(), help.into()));
            false
        }
        Peeked::NoCertificate(error) => {
            let said = format!("somebody answers, and not over TLS: {error}");
            let help = "check the port in `url:`: AXL is at 8443";
            tell(step, title, Outcome::Failed(said, help.into()));
            false
        }
        Peeked::Pin(pin) => {
            tell(step, title, Outcome::Passed("it is there".into()));
            let said = format!("its SHA-256 is `{pin}`");
            tell(step, "look at the certificate", Outcome::Passed(said));
            true
        }
    }
}

/// Whether each table can be read; false where one can't that is needed.
fn tables(axl: &mut Axl<'_>, step: Steps<'_>) -> bool {
    let mut well = true;
    for table in select::ALL {
        let outcome = match columns(axl, &table) {
            Ok(lacking) if lacking.is_empty() => {
                Outcome::Passed(format!("{} can be read", table.about))
            }
            Ok(lacking) => Outcome::Doubtful(
                format!("this release has no {}", quoted(lacking.iter().copied())),
                "leave it, or have another source give what it would".into(),
            ),
            Err(AxlError::Lacks { what }) if table.without.is_some() => Outcome::Doubtful(
                format!("this release lacks it: {what}; {}", table.without.unwrap_or_default()),
                "leave it, or have another source give what it would".into(),
            ),
            Err(error) => {
                well = false;
                let error = needed(&table, error);
                Outcome::Failed(error.to_string(), error.help())
            }
        };
        tell(step, format!("read the table `{}`", table.name), outcome);
    }
    well
}

/// Reads at most one row of a table; gives the optional columns that aren't there.
fn columns(axl: &mut Axl<'_>, table: &Table) -> Result<Vec<&'static str>, AxlError> {
    let optional: Vec<&'static str> = table.optional.iter().map(|(_, name)| *name).collect();
    match axl.first(&table.select(&[])) {
        Err(AxlError::Lacks { .. }) if !optional.is_empty() => {}
        other => return other.map(|()| Vec::new()),
    }
    axl.first(&table.bare())?;
    let mut lacking = Vec::new();
    for name in &optional {
        let others: Vec<&str> = optional.iter().copied().filter(|other| other != name).collect();
        match axl.first(&table.select(&others)) {
            Ok(()) => {}
            Err(AxlError::Lacks { .. }) => lacking.push(*name),
            Err(error) => return Err(error),
        }
    }
    Ok(lacking)
}

/// How many there are of what people look for first.
fn counts(axl: &mut Axl<'_>, step: Steps<'_>) {
    let count = |axl: &mut Axl<'_>, from: &'static str, filter: &'static str| {
        let select = Table { from, filter, ..select::USERS }.select(&[]);
        axl.count(&select).map_err(FetchError::from)
    };
    let all = [
        (["user", "users"], "enduser e", "e.tkuserprofile = 1"),
        (["phone", "phones"], "device d", "d.tkclass = 1"),
        (["device profile", "device profiles"], "device d", "d.tkclass = 254"),
        (["directory number", "directory numbers"], "numplan n", "n.tkpatternusage = 2"),
        (["hunt pilot", "hunt pilots"], "numplan n", "n.tkpatternusage = 7"),
        (["gateway or port of one", "gateways and their ports"], "device d", "d.tkclass = 2"),
        (["trunk", "trunks"], "device d", "d.tkclass = 18"),
    ];
    let mut said = Vec::new();
    let mut none = Vec::new();
    for ([one, what], from, filter) in all {
        match count(axl, from, filter) {
            Ok(0) if ["users", "phones", "directory numbers"].contains(&what) => none.push(what),
            Ok(1) => said.push(format!("1 {one}")),
            Ok(count) => said.push(format!("{count} {what}")),
            Err(error) => return step(failed("count what there is", &error)),
        }
    }
    let outcome = match none.as_slice() {
        [] => Outcome::Passed(said.join(", ")),
        none => Outcome::Doubtful(
            format!("there are no {}; {}", none.join(" and no "), said.join(", ")),
            "check that `url:` is the publisher of the right cluster; nothing follows from an empty \
             one"
            .into(),
        ),
    };
    tell(step, "count what there is", outcome);
}

/// Which application users of the contact centre there are.
fn contact_centre(axl: &mut Axl<'_>, wanted: &UserNames, step: Steps<'_>) {
    let mut names: Vec<Text> = Vec::new();
    let select = select::APPLICATION_USERS.select(&[]);
    let read = match wanted.is_empty() {
        true => Ok(0),
        false => axl.rows(&select, &mut |row| names.push(row.get("name").into())),
    };
    contact_centre_of(read.map(|_| names).map_err(FetchError::from), wanted, step);
}

/// The same of all application users' names.
fn contact_centre_of(names: Result<Vec<Text>, FetchError>, wanted: &UserNames, step: Steps<'_>) {
    if wanted.is_empty() {
        return;
    }
    let title = "find the users of the contact centre";
    let names = match names {
        Ok(names) => names,
        Err(error) => return step(failed(title, &error)),
    };
    let found: Vec<&str> =
        names.iter().map(Text::as_str).filter(|name| wanted.take(name)).collect();
    let unmet = wanted.unmet(&names);
    let outcome = match unmet.as_slice() {
        [] => Outcome::Passed(quoted(found.into_iter())),
        unmet => Outcome::Doubtful(
            format!("there is no application user {}", quoted(unmet.iter().copied())),
            format!(
                "correct the name in `contact_centre`; there are {}",
                quoted(names.iter().map(Text::as_str))
            ),
        ),
    };
    tell(step, title, outcome);
}
