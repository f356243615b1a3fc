//! The list and get operations, answered from the same tables as statements are.

use rusqlite::{Connection, Row, types::ValueRef};

use super::{
    answers::{Node, Returned},
    envelope::Element,
    kinds,
    sql::Fault,
};

/// An object of which everything is known that can be asked for.
struct Object {
    pkid: String,
    tags: Vec<Node>,
}

/// What a list or get operation returns; none if it isn't known.
pub fn returned(operation: &Element, database: &Connection) -> Option<Result<Returned, Fault>> {
    let (list, kind) = match operation.name.strip_prefix("list") {
        Some(kind) => (true, kind),
        None => (false, operation.name.strip_prefix("get")?),
    };
    let known = kinds::KINDS.iter().find(|known| known.name == kind)?;
    let refused = |words: String| Fault { code: 5003, words, expected: false };
    if let Err(words) = known.check(operation, list) {
        return Some(Err(refused(words)));
    }
    let Some(tags) = operation.child("returnedTags") else {
        return Some(Err(refused("no returnedTags".into())));
    };
    let objects = objects(kind, list, database);
    let element = known.element;
    if !list {
        let by = &operation.children[0];
        let found = objects.iter().find(|object| match by.name.as_str() {
            "uuid" => braced(&object.pkid) == by.text,
            name => object.tag(name).is_some_and(|tag| tag.words().eq_ignore_ascii_case(&by.text)),
        });
        return Some(match found {
            Some(object) => Ok(Returned(vec![object.asked(element, tags)])),
            None => {
                let words = format!("Item not valid: The specified {kind} was not found");
                Err(Fault { code: 5007, words, expected: true })
            }
        });
    }
    let criteria = &operation.child("searchCriteria").expect("checked").children;
    let fits = |object: &Object| {
        criteria.iter().all(|criterion| {
            object.tag(&criterion.name).is_some_and(|tag| like(&criterion.text, tag.words()))
        })
    };
    let number = |name: &str| operation.text_of(name).and_then(|text| text.parse().ok());
    let objects = objects.iter().filter(|object| fits(object));
    let page =
        objects.skip(number("skip").unwrap_or(0)).take(number("first").unwrap_or(usize::MAX));
    Some(Ok(Returned(page.map(|object| object.asked(element, tags)).collect())))
}

impl Object {
    fn tag(&self, name: &str) -> Option<&Node> {
        self.tags.iter().find(|tag| tag.name == name)
    }

    /// Only what is asked for.
    fn asked(&self, element: &str, tags: &Element) -> Node {
        let children =
            tags.children.iter().filter_map(|asked| Some(self.tag(&asked.name)?.asked(asked)));
        Node::new(element, children.collect()).with("uuid", &braced(&self.pkid))
    }
}

/// A key as objects have it.
fn braced(pkid: &str) -> String {
    format!("{{{}}}", pkid.to_ascii_uppercase())
}

/// A pattern of SQL without regard to case.
fn like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('%') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((start, rest)) => {
            let head = text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
            head && (start.len()..=text.len())
                .any(|at| text.get(at..).is_some_and(|text| like(rest, text)))
        }
    }
}

/// A row's texts under the names of its columns; `x_uuid` is the key of what `x` names.
fn texts(row: &Row<'_>) -> Vec<Node> {
    let names: Vec<String> = row.as_ref().column_names().map(str::to_owned).collect();
    let text = |name: &str| match row.get_ref(name).unwrap() {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        other => panic!("no column is of type {other:?}"),
    };
    let mut nodes = Vec::new();
    for name in names.iter().filter(|name| *name != "pkid" && !name.ends_with("_uuid")) {
        let node = text(name).map_or_else(|| Node::null(name), |text| Node::text(name, text));
        let uuid = names.iter().find(|uuid| uuid.strip_suffix("_uuid") == Some(name));
        nodes.push(match uuid {
            Some(uuid) => node.with("uuid", &text(uuid).map_or(String::new(), |key| braced(&key))),
            None => node,
        });
    }
    nodes
}

fn select(database: &Connection, sql: &str, key: &str) -> Vec<(String, Vec<Node>)> {
    let mut prepared =
        database.prepare_cached(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let with = prepared.parameter_count();
    let keys = if with == 0 { vec![] } else { vec![key] };
    let rows = prepared
        .query_map(rusqlite::params_from_iter(keys), |row| Ok((row.get("pkid")?, texts(row))))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// The nodes of each row in an element of its own.
fn each(database: &Connection, element: &str, sql: &str, key: &str) -> Vec<Node> {
    let rows = select(database, sql, key).into_iter();
    rows.map(|(pkid, tags)| Node::new(element, tags).with("uuid", &braced(&pkid))).collect()
}

/// The first column of each row.
fn names(database: &Connection, element: &str, sql: &str, key: &str) -> Vec<Node> {
    let rows =
        select(database, sql, key).into_iter().filter_map(|(_, tags)| tags.into_iter().next());
    rows.map(|mut tag| {
        tag.name = element.to_owned();
        tag
    })
    .collect()
}

fn objects(kind: &str, list: bool, database: &Connection) -> Vec<Object> {
    let rows = select(database, &statement(kind), "").into_iter();
    rows.map(|(pkid, mut tags)| {
        if !list {
            tags.extend(besides(kind, &pkid, database));
        }
        Object { pkid, tags }
    })
    .collect()
}

/// A device of some classes, as lists have it.
fn devices(filter: &str) -> String {
    format!(
        "SELECT d.pkid AS pkid, d.name AS name, d.description AS description, m.name AS product, \
         m.name AS model, c.name AS class, CASE WHEN d.tkmodel = 62 THEN 'H.225' ELSE 'SIP' END AS \
         protocol, p.name AS devicePoolName, d.fkdevicepool AS devicePoolName_uuid, l.name AS \
         locationName, d.fklocation AS locationName_uuid, u.userid AS ownerUserName, \
         u.pkid AS ownerUserName_uuid FROM device d LEFT JOIN typemodel m ON m.enum = d.tkmodel \
         LEFT JOIN typeclass c ON c.enum = d.tkclass LEFT JOIN devicepool p ON p.pkid = \
         d.fkdevicepool LEFT JOIN location l ON l.pkid = d.fklocation LEFT JOIN enduser u ON \
         u.pkid = d.fkenduser WHERE {filter}"
    )
}

fn patterns(usages: &str) -> String {
    format!(
        "SELECT n.pkid AS pkid, n.dnorpattern AS pattern, n.description AS description, \
         CASE n.tkpatternusage WHEN 7 THEN 'Hunt Pilot' WHEN 13 THEN 'Device Intercom' ELSE \
         'Device' END AS usage, r.name AS routePartitionName, n.fkroutepartition AS \
         routePartitionName_uuid, h.name AS huntListName, h.pkid AS huntListName_uuid, \
         n.alertingname AS alertingName FROM numplan n LEFT JOIN routepartition r ON r.pkid = \
         n.fkroutepartition LEFT JOIN devicenumplanmap m ON n.tkpatternusage = 7 AND m.fknumplan \
         = n.pkid LEFT JOIN device h ON h.pkid = m.fkdevice WHERE n.tkpatternusage IN ({usages})"
    )
}

/// What lists give of all objects of a kind.
fn statement(kind: &str) -> String {
    match kind {
        "User" => "SELECT pkid, firstname AS firstName, middlename AS middleName, lastname AS \
                   lastName, userid, mailid, department, manager, status, directoryuri AS \
                   directoryUri, telephonenumber AS telephoneNumber, title, mobile AS \
                   mobileNumber, homephone AS homeNumber, pager AS pagerNumber FROM enduser WHERE \
                   tkuserprofile = 1"
            .into(),
        "Phone" => devices("d.tkclass = 1"),
        "DeviceProfile" => devices("d.tkclass = 254"),
        "CtiRoutePoint" => devices("d.tkclass = 10"),
        "VoiceMailPort" => devices("d.tkclass = 8"),
        "ConferenceBridge" => devices("d.tkclass = 4"),
        "H323Gateway" => devices("d.tkclass = 2 AND d.tkmodel = 62"),
        "H323Trunk" => devices("d.tkclass = 18 AND d.tkmodel <> 131"),
        "SipTrunk" => devices("d.tkclass = 18 AND d.tkmodel = 131"),
        // A route list's patterns lead elsewhere, but it is a device of the same class.
        "HuntList" => devices(
            "d.tkclass = 7 AND NOT EXISTS (SELECT 1 FROM routelist r WHERE r.fkdevice = d.pkid AND \
             r.fkroutegroup IS NOT NULL)",
        ),
        "Line" => patterns("2, 13"),
        "HuntPilot" => patterns("7"),
        "LineGroup" => "SELECT pkid, name FROM linegroup".into(),
        "VoiceMailPilot" => {
            "SELECT pkid, directorynumber AS dirn, description FROM voicemessagingpilot".into()
        }
        "Gateway" => "SELECT pkid, domainname AS domainName, description FROM mgcp".into(),
        "AppUser" => "SELECT pkid, name AS userid FROM applicationuser".into(),
        other => panic!("no statement for {other}"),
    }
}

const NUMBER: &str = "n.dnorpattern AS pattern, r.name AS routePartitionName, n.fkroutepartition \
                      AS routePartitionName_uuid FROM numplan n LEFT JOIN routepartition r ON \
                      r.pkid = n.fkroutepartition";

/// What only a single object tells.
fn besides(kind: &str, pkid: &str, database: &Connection) -> Vec<Node> {
    let number = |key: &str, element: &str| {
        let sql = format!("SELECT n.pkid AS pkid, {NUMBER} WHERE n.pkid = ?1");
        each(database, element, &sql, key).pop()
    };
    match kind {
        "Phone" | "CtiRoutePoint" => vec![lines(database, pkid, true)],
        // Where the key of a number isn't told, it is found by pattern and partition.
        "DeviceProfile" => vec![lines(database, pkid, false)],
        "VoiceMailPort" => {
            let sql = "SELECT n.pkid AS pkid, n.dnorpattern AS dnPattern, r.name AS routePartition, \
                       r.pkid AS routePartition_uuid FROM devicenumplanmap m JOIN numplan n ON \
                       n.pkid = m.fknumplan LEFT JOIN routepartition r ON r.pkid = \
                       n.fkroutepartition WHERE m.fkdevice = ?1";
            select(database, sql, pkid).pop().map(|(_, tags)| tags).unwrap_or_default()
        }
        "HuntList" => {
            let sql = "SELECT r.pkid AS pkid, g.name AS lineGroupName, g.pkid AS \
                       lineGroupName_uuid, r.selectionorder AS selectionOrder FROM routelist r \
                       JOIN linegroup g ON g.pkid = r.fklinegroup WHERE r.fkdevice = ?1";
            vec![Node::new("members", each(database, "member", sql, pkid))]
        }
        "LineGroup" => {
            let sql = "SELECT m.fknumplan AS pkid, m.lineselectionorder AS lineSelectionOrder FROM \
                       linegroupnumplanmap m WHERE m.fklinegroup = ?1";
            let members = select(database, sql, pkid).into_iter().map(|(key, mut tags)| {
                tags.extend(number(&key, "directoryNumber"));
                Node::new("member", tags)
            });
            vec![Node::new("members", members.collect())]
        }
        "SipTrunk" => {
            let sql = "SELECT t.pkid AS pkid, t.address AS addressIpv4, NULL AS addressIpv6, t.port \
                       AS port, 1 AS sortOrder FROM siptrunkdestination t JOIN sipdevice s ON \
                       s.pkid = t.fksipdevice WHERE s.fkdevice = ?1";
            vec![Node::new("destinations", each(database, "destination", sql, pkid))]
        }
        "AppUser" => {
            let sql = "SELECT d.pkid AS pkid, d.name AS name FROM applicationuserdevicemap m JOIN \
                       device d ON d.pkid = m.fkdevice WHERE m.fkapplicationuser = ?1";
            vec![Node::new("associatedDevices", names(database, "device", sql, pkid))]
        }
        "User" => user(database, pkid),
        _ => Vec::new(),
    }
}

fn lines(database: &Connection, device: &str, with_keys: bool) -> Node {
    let sql = format!(
        "SELECT m.pkid AS pkid, m.numplanindex AS \"index\", n.pkid AS number, CASE \
         n.tkpatternusage WHEN 13 THEN 'Intercom' ELSE 'General' END AS partitionUsage, {}",
        NUMBER.replace(
            "FROM numplan n",
            "FROM devicenumplanmap m JOIN numplan n ON n.pkid = m.fknumplan"
        )
    ) + " WHERE m.fkdevice = ?1 AND n.tkpatternusage IN (2, 13) ORDER BY m.numplanindex";
    let users = "SELECT a.pkid AS pkid, u.userid AS userId FROM devicenumplanmapendusermap a JOIN \
                 enduser u ON u.pkid = a.fkenduser WHERE a.fkdevicenumplanmap = ?1";
    let line = |(pkid, tags): (String, Vec<Node>)| {
        let (mut outer, mut inner, mut key) = (Vec::new(), Vec::new(), String::new());
        for tag in tags {
            match tag.name.as_str() {
                "number" => key = tag.words().to_owned(),
                "pattern" | "routePartitionName" => inner.push(tag),
                _ => outer.push(tag),
            }
        }
        let number = Node::new("dirn", inner);
        outer.push(if with_keys { number.with("uuid", &braced(&key)) } else { number });
        let named = select(database, users, &pkid).into_iter();
        let named = named.map(|(_, tags)| Node::new("enduser", tags)).collect();
        outer.push(Node::new("associatedEndusers", named));
        Node::new("line", outer).with("uuid", &braced(&pkid))
    };
    Node::new("lines", select(database, &sql, device).into_iter().map(line).collect())
}

fn user(database: &Connection, pkid: &str) -> Vec<Node> {
    let devices = |association: u16, more: &str| {
        format!(
            "SELECT d.pkid AS pkid, d.name AS name, d.pkid AS name_uuid FROM enduserdevicemap m \
             JOIN device d ON d.pkid = m.fkdevice WHERE m.fkenduser = ?1 AND m.tkuserassociation = \
             {association}{more}"
        )
    };
    let number = |usage: u16| {
        let sql = format!(
            "SELECT n.pkid AS pkid, n.dnorpattern AS ipccExtension, n.pkid AS ipccExtension_uuid, \
             r.name AS ipccRoutePartition, r.pkid AS ipccRoutePartition_uuid, n.dnorpattern AS \
             pattern, r.name AS routePartitionName FROM endusernumplanmap m JOIN numplan n ON \
             n.pkid = m.fknumplan LEFT JOIN routepartition r ON r.pkid = n.fkroutepartition WHERE \
             m.fkenduser = ?1 AND m.tkdnusage = {usage}"
        );
        select(database, &sql, pkid).pop().map(|(_, tags)| tags).unwrap_or_default()
    };
    let own = "SELECT pkid, displayname AS displayName, CASE WHEN fkdirectorypluginconfig IS NULL \
               THEN NULL ELSE 'Directory' END AS ldapDirectoryName, fkdirectorypluginconfig AS \
               ldapDirectoryName_uuid FROM enduser WHERE pkid = ?1";
    let mut tags = select(database, own, pkid).pop().map(|(_, tags)| tags).unwrap_or_default();
    let mut controlled = names(database, "device", &devices(1, ""), pkid);
    controlled.iter_mut().for_each(|device| device.attributes.clear());
    tags.push(Node::new("associatedDevices", controlled));
    tags.push(Node::new("phoneProfiles", names(database, "profileName", &devices(5, ""), pkid)));
    let default = devices(5, " AND m.defaultprofile = 't'");
    let default = names(database, "defaultProfile", &default, pkid).pop();
    tags.push(default.unwrap_or_else(|| Node::null("defaultProfile").with("uuid", "")));
    let of = |tags: Vec<Node>, wanted: &[&str]| -> Vec<Node> {
        tags.into_iter().filter(|tag| wanted.contains(&tag.name.as_str())).collect()
    };
    let primary = of(number(1), &["pattern", "routePartitionName"]);
    tags.push(Node::new("primaryExtension", primary));
    tags.extend(of(number(2), &["ipccExtension", "ipccRoutePartition"]));
    tags
}
