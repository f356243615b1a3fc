//! The directory as data for other programs: `rollbook.directory/1`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::inventory_document::{
    ChannelDocument, DeviceDocument, InventoryDocuments, SystemDeviceDocument, of_directory,
};
use crate::directory::{
    Collection, Directory, Extension, Group, Id, Person, Piece, Reason, Status, Text,
};

/// One commit's directory, or what of it is about one entry; `show --output json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DirectoryDocument {
    /// `rollbook.directory/1`.
    pub format: Text,
    /// The commit; none before the first.
    pub commit: Option<Text>,
    /// People, by id; with `show WHO` that one, or the owner of that device.
    pub people: Vec<PersonDocument>,
    /// Phones and device profiles, by id; with `show WHO` that one, or those of that person.
    pub devices: Vec<DeviceDocument>,
    /// Hunt groups, ports and bridges, by id; with `show WHO` that one.
    pub system_devices: Vec<SystemDeviceDocument>,
    /// Gateways and SIP trunks, by id; with `show WHO` that one.
    pub channels: Vec<ChannelDocument>,
    /// The places in the tree, by path; with `show WHO` those in which the person stands.
    pub groups: Vec<GroupDocument>,
    /// Named sets, by name; with `show WHO` those that have the person.
    pub collections: Vec<CollectionDocument>,
}

/// Whether an entry is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StatusWord {
    /// In use.
    Active,
    /// Kept because old call records point at it.
    Disabled,
}

/// A person, with every field; what is absent is `null`, `[]` or `false`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "each field is documented at the field of `Person` of its name")]
pub struct PersonDocument {
    pub id: Id,
    pub name: Text,
    pub job_title: Option<Text>,
    pub department: Option<Text>,
    pub site: Option<Text>,
    pub site_address: Option<Text>,
    pub pbx: Text,
    pub extension: Option<Text>,
    /// What the source went by where it found the extension in one of several ways.
    pub extension_by: Option<Text>,
    pub additional_extensions: Vec<Text>,
    pub intercoms: Vec<Text>,
    pub telephone: Option<Text>,
    pub mobile: Option<Text>,
    pub pager: Option<Text>,
    pub fax: Option<Text>,
    pub ip_phone: Option<Text>,
    pub email: Option<Text>,
    pub employee_id: Option<Text>,
    pub do_not_log: bool,
    pub do_not_record: bool,
    pub exclude_from_statistics: bool,
    pub records: Vec<Text>,
    pub path: Text,
    pub status: StatusWord,
    pub reason: Option<Reason>,
    pub since: Option<Timestamp>,
    pub evidence: Option<Text>,
}

/// A place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GroupDocument {
    /// From the top: `/London/Sales`.
    pub path: Text,
    /// Whether somebody active stands in it.
    pub status: StatusWord,
}

/// A named set across the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CollectionDocument {
    /// What the manifest calls it.
    pub name: Text,
    /// What people call it.
    pub title: Text,
    /// The rule that chooses its members.
    pub rule: Text,
    /// The active people in it, by id.
    pub members: Vec<Id>,
    /// Whether the manifest still names it.
    pub status: StatusWord,
}

/// A whole directory as a document.
pub fn directory_document(directory: &Directory, commit: Option<&str>) -> DirectoryDocument {
    with_inventory(directory, of_directory(directory, &|_| true), commit)
}

fn with_inventory(
    directory: &Directory,
    inventory: InventoryDocuments,
    commit: Option<&str>,
) -> DirectoryDocument {
    let InventoryDocuments { devices, system_devices, channels } = inventory;
    DirectoryDocument {
        format: Text::new_static("rollbook.directory/1"),
        commit: commit.map(Text::from),
        people: directory.people.iter().map(person_document).collect(),
        devices,
        system_devices,
        channels,
        groups: directory.groups.iter().map(group_document).collect(),
        collections: directory.collections.iter().map(collection_document).collect(),
    }
}

/// What of a directory is about one person: they, their devices, places and collections.
pub fn of_one_person(
    directory: &Directory,
    person: &Person,
    commit: Option<&str>,
) -> DirectoryDocument {
    let holds = |group: &&Group| {
        let below = person.path.as_str().strip_prefix(group.path.as_str());
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let has = |collection: &&Collection| collection.members.contains(&person.id);
    let theirs = |piece: Piece<'_>| piece.owner() == Some(&person.id);
    let about = Directory {
        people: vec![person.clone()],
        groups: directory.groups.iter().filter(holds).cloned().collect(),
        collections: directory.collections.iter().filter(has).cloned().collect(),
        ..Directory::default()
    };
    with_inventory(&about, of_directory(directory, &theirs), commit)
}

/// What of a directory is about one piece of equipment: it, and the person whose it is.
pub fn of_one_piece(
    directory: &Directory,
    piece: Piece<'_>,
    commit: Option<&str>,
) -> DirectoryDocument {
    let owner = piece.owner().and_then(|owner| directory.person(owner));
    let about = Directory { people: owner.cloned().into_iter().collect(), ..Directory::default() };
    let this = of_directory(directory, &|other| other.id() == piece.id());
    with_inventory(&about, this, commit)
}

/// One person as a document.
pub fn person_document(person: &Person) -> PersonDocument {
    // Taken apart in full: a new attribute doesn't compile until it is shown here.
    let Person {
        id,
        name,
        job_title,
        department,
        site,
        site_address,
        pbx,
        extension,
        extension_by,
        additional_extensions,
        intercoms,
        telephone,
        mobile,
        pager,
        fax,
        ip_phone,
        email,
        employee_id,
        do_not_log,
        do_not_record,
        exclude_from_statistics,
        records: _,
        path,
        status,
    } = person;
    let records = person.known_as().map(|(record, by)| format!("{record} by {by}").into());
    let texts = |list: &[Extension]| list.iter().cloned().map(Text::from).collect();
    let (word, reason, since, evidence) = status_parts(status);
    PersonDocument {
        id: id.clone(),
        name: name.clone(),
        job_title: job_title.clone(),
        department: department.clone(),
        site: site.clone(),
        site_address: site_address.clone(),
        pbx: pbx.clone(),
        extension: extension.clone().map(Text::from),
        extension_by: extension_by.clone(),
        additional_extensions: texts(additional_extensions),
        intercoms: texts(intercoms),
        telephone: telephone.clone(),
        mobile: mobile.clone(),
        pager: pager.clone(),
        fax: fax.clone(),
        ip_phone: ip_phone.clone(),
        email: email.clone(),
        employee_id: employee_id.clone(),
        do_not_log: *do_not_log,
        do_not_record: *do_not_record,
        exclude_from_statistics: *exclude_from_statistics,
        records: records.collect(),
        path: path.clone().into(),
        status: word,
        reason,
        since,
        evidence,
    }
}

pub(super) fn status_parts(
    status: &Status,
) -> (StatusWord, Option<Reason>, Option<Timestamp>, Option<Text>) {
    match status {
        Status::Active => (StatusWord::Active, None, None, None),
        Status::Disabled { reason, since, evidence } => {
            (StatusWord::Disabled, Some(*reason), Some(*since), Some(evidence.clone()))
        }
    }
}

fn group_document(group: &Group) -> GroupDocument {
    let Group { path, status } = group;
    GroupDocument { path: path.clone().into(), status: status_parts(status).0 }
}

fn collection_document(collection: &Collection) -> CollectionDocument {
    let Collection { name, title, rule, members, status } = collection;
    CollectionDocument {
        name: name.clone(),
        title: title.clone(),
        rule: rule.clone(),
        members: members.clone(),
        status: status_parts(status).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Field, GroupPath, sample::office};

    #[test]
    fn one_person_comes_with_their_places_and_collections() {
        let group =
            |path: &str| Group { path: GroupPath::parse(path).unwrap(), status: Status::Active };
        let ada = Person::new(Id::new("staff", "7"), "Ada".into(), group("/London/Sales").path);
        let bob = Person::new(Id::new("staff", "8"), "Bob".into(), group("/Lon").path);
        let set = |name: &str, member: &Person| Collection {
            name: name.into(),
            title: name.into(),
            rule: "everyone".into(),
            members: vec![member.id.clone()],
            status: Status::Active,
        };
        let directory = Directory {
            groups: ["/Lon", "/London", "/London/Sales", "/London/Sales/Night"].map(group).into(),
            collections: vec![set("hers", &ada), set("his", &bob)],
            people: vec![ada.clone(), bob],
            ..Directory::default()
        };
        let json = serde_json::to_value(of_one_person(&directory, &ada, Some("abc"))).unwrap();
        assert_eq!(
            (&json["format"], &json["commit"]),
            (&"rollbook.directory/1".into(), &"abc".into())
        );
        let names = |list: &str, key: &str| {
            let list = json[list].as_array().unwrap().iter();
            list.map(|one| one[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("people", "id"), ["staff/7"]);
        assert_eq!(names("groups", "path"), ["/London", "/London/Sales"]);
        assert_eq!(names("collections", "name"), ["hers"]);
    }

    #[test]
    fn a_device_has_its_owner_by_name_and_with_whom_its_lines_are_shared() {
        let json = serde_json::to_value(directory_document(&office(), None)).unwrap();
        assert_eq!(
            json["devices"][0],
            serde_json::json!({
                "id": "ucm/d1", "kind": "phone", "name": "SEP001122334455",
                "model": "Cisco 8841", "description": "Ada's desk",
                "owner": "staff/7", "owner_name": "Ada Lovelace", "owner_by": "sole-controller",
                "pbx": "hq",
                "lines": [
                    { "position": 1, "number": "4021", "partition": "Internal", "shared": false,
                      "shared_with": [] },
                    { "position": 2, "number": "4030", "partition": "Internal", "shared": true,
                      "shared_with": ["staff/8"] },
                ],
                "status": "active", "reason": null, "since": null, "evidence": null,
            })
        );
        assert_eq!(
            json["system_devices"][0],
            serde_json::json!({
                "id": "ucm/h1", "kind": "hunt-group", "name": "Sales desk", "description": null,
                "pbx": "hq", "number": "8000", "partition": "Internal",
                "members": [
                    { "number": "4040", "partition": "Internal" },
                    { "number": "4021", "partition": "Internal" },
                ],
                "status": "active", "reason": null, "since": null, "evidence": null,
            })
        );
        assert_eq!(
            json["channels"][0],
            serde_json::json!({
                "id": "ucm/g1", "kind": "gateway", "name": "gw.example.net", "description": null,
                "pbx": "hq", "protocol": "MGCP", "address": [], "channels": 30,
                "endpoints": ["S0/SU0/DS1-0@gw.example.net"],
                "status": "active", "reason": null, "since": null, "evidence": null,
            })
        );
    }

    #[test]
    fn one_entry_comes_with_what_is_about_it() {
        let office = office();
        let ids = |document: DirectoryDocument| {
            let json = serde_json::to_value(document).unwrap();
            ["people", "devices", "system_devices", "channels"].map(|list| {
                let list = json[list].as_array().unwrap().iter();
                list.map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
            })
        };
        let ada = of_one_person(&office, &office.people[0], None);
        // Theirs alone, and yet it is known with whom a line is shared.
        assert_eq!(ada.devices[0].lines[1].shared_with, [Id::new("staff", "8")]);
        assert_eq!(ids(ada), ["staff/7", "ucm/d1", "", ""]);
        let of = |key: &str| {
            let id = Id::new("ucm", key);
            ids(of_one_piece(&office, office.inventory.piece(&id).unwrap(), None))
        };
        assert_eq!(of("d2"), ["staff/8", "ucm/d2", "", ""]);
        assert_eq!(of("h1"), ["", "", "ucm/h1", ""]);
        assert_eq!(of("g1"), ["", "", "", "ucm/g1"]);
    }

    #[test]
    fn a_person_has_every_field_and_absent_ones_are_null() {
        let path = GroupPath::parse("/London").unwrap();
        let person = Person::new(Id::new("staff", "7"), "Ada".into(), path);
        let json = serde_json::to_value(person_document(&person)).unwrap();
        for field in Field::ALL {
            assert!(json.get(field.name()).is_some(), "{field}");
        }
        assert_eq!(json["status"], "active");
        assert!(json["reason"].is_null() && json["extension"].is_null());
        assert_eq!(json["intercoms"], serde_json::json!([]));
        assert_eq!(json["do_not_log"], false);
    }
}
