//! Elements to rows. An element that is missing, empty or nil is the same everywhere.

use smol_str::format_smolstr;

use crate::{
    connectors::cisco_ucm::{
        organisation::codes::{class, model, usage},
        tables::{DeviceRow, GatewayPort, NumberRow, TrunkDestination, User, VoicemailPilot},
    },
    directory::Text,
    wire::xml::Element,
};

/// Something that an object names: by key where the cluster tells it, and by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) key: Text,
    pub(super) name: Text,
}

/// A number that an object names, with its partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbered {
    pub(super) key: Text,
    pub(super) pattern: Text,
    pub(super) partition: Text,
}

/// A line of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) key: Text,
    pub(super) index: u16,
    pub(super) number: Numbered,
    /// As `numplan` has it.
    pub(super) usage: u16,
    /// The names of the users who are named at it.
    pub(super) users: Vec<Text>,
}

/// What a user has that lists don't give.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Belongings {
    pub(super) display_name: Text,
    /// The directory that the user comes from.
    pub(super) ldap: Text,
    /// The names of the devices that the user controls.
    pub(super) devices: Vec<Text>,
    pub(super) profiles: Vec<Named>,
    pub(super) default_profile: Named,
    pub(super) primary: Numbered,
    pub(super) contact_centre: Numbered,
}

/// The columns of a user and the tags that lists have them under.
const LISTED: [(&str, &str); 14] = [
    ("userid", "userid"),
    ("firstname", "firstName"),
    ("middlename", "middleName"),
    ("lastname", "lastName"),
    ("title", "title"),
    ("department", "department"),
    ("manager", "manager"),
    ("mailid", "mailid"),
    ("telephonenumber", "telephoneNumber"),
    ("mobile", "mobileNumber"),
    ("homephone", "homeNumber"),
    ("pager", "pagerNumber"),
    ("directoryuri", "directoryUri"),
    ("status", "status"),
];

/// A user as lists have them.
pub(super) fn user(pkid: &Text, element: &Element) -> User {
    let value = |column: &&str| {
        let tag = LISTED.iter().find(|(known, _)| known == column);
        tag.map_or_else(Text::default, |(_, tag)| text(element, tag))
    };
    User { pkid: pkid.clone(), values: User::COLUMNS.iter().map(value).collect() }
}

/// What a user has besides.
pub(super) fn belongings(element: &Element) -> Belongings {
    let within = |outer: &str, inner: &str| -> Vec<Element> {
        let all = element.child(outer).map(Element::children).unwrap_or_default();
        all.iter().filter(|child| child.name() == inner).cloned().collect()
    };
    let primary = element.child("primaryExtension");
    let contact_centre = named(element, "ipccExtension");
    Belongings {
        display_name: text(element, "displayName"),
        ldap: named(element, "ldapDirectoryName").key,
        devices: within("associatedDevices", "device")
            .iter()
            .map(|device| Text::new(device.text()))
            .filter(|name| !name.is_empty())
            .collect(),
        profiles: within("phoneProfiles", "profileName").iter().filter_map(reference).collect(),
        default_profile: named(element, "defaultProfile"),
        primary: primary.map(numbered).unwrap_or_default(),
        contact_centre: Numbered {
            key: contact_centre.key,
            pattern: contact_centre.name,
            partition: text(element, "ipccRoutePartition"),
        },
    }
}

/// A device of a class; the model is by its name where lists tell it.
pub(super) fn device(pkid: &Text, element: &Element, class: u16, model: u16) -> DeviceRow {
    let model_name = [text(element, "model"), text(element, "product")];
    let model_name = model_name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    DeviceRow {
        pkid: pkid.clone(),
        name: text(element, "name"),
        description: text(element, "description"),
        class,
        model: if model == 0 { model_number(&model_name) } else { model },
        model_name,
        owner: Text::default(),
        location: text(element, "locationName"),
        device_pool: text(element, "devicePoolName"),
        protocol: text(element, "protocol"),
    }
}

/// A phone, and who owns it.
pub(super) fn phone(pkid: &Text, element: &Element) -> (DeviceRow, Named) {
    let class = match element.at(&["class"]) {
        "" | "Phone" => class::PHONE,
        "Device Profile" => class::DEVICE_PROFILE,
        "CTI Route Point" => class::CTI_ROUTE_POINT,
        // Profiles of remote destinations, and templates.
        _ => 0,
    };
    (device(pkid, element, class, 0), named(element, "ownerUserName"))
}

/// The lines of a phone, a profile or a route point.
pub(super) fn lines(device: &str, element: &Element) -> Vec<Line> {
    let lines = element.child("lines").map(Element::children).unwrap_or_default();
    let lines = lines.iter().filter(|line| line.name() == "line");
    lines
        .enumerate()
        .filter_map(|(nth, line)| {
            let place = u16::try_from(nth + 1).unwrap_or(u16::MAX);
            let index = line.at(&["index"]).parse().unwrap_or(place);
            let number = line.child("dirn").map(numbered).unwrap_or_default();
            if number == Numbered::default() {
                return None;
            }
            let key = key(line.attribute("uuid"));
            let users = line.child("associatedEndusers").map(Element::children).unwrap_or_default();
            Some(Line {
                key: if key.is_empty() { format_smolstr!("{device}/{index}") } else { key },
                index,
                number,
                usage: match line.at(&["partitionUsage"]) {
                    "Intercom" => usage::INTERCOM,
                    _ => usage::DEVICE,
                },
                users: users
                    .iter()
                    .map(|user| text(user, "userId"))
                    .filter(|name| !name.is_empty())
                    .collect(),
            })
        })
        .collect()
}

/// A number of a device.
pub(super) fn number(pkid: &Text, element: &Element) -> NumberRow {
    let usage = match element.at(&["usage"]) {
        "Device Intercom" => usage::INTERCOM,
        "Voice Mail Port" => usage::VOICEMAIL_PORT,
        "Hunt Pilot" => usage::HUNT_PILOT,
        "" | "Device" => usage::DEVICE,
        _ => 0,
    };
    NumberRow { usage, ..pattern(pkid, element) }
}

/// A hunt pilot, and the hunt list that it leads to.
pub(super) fn hunt_pilot(pkid: &Text, element: &Element) -> (NumberRow, Named) {
    let pilot = NumberRow { usage: usage::HUNT_PILOT, ..pattern(pkid, element) };
    (pilot, named(element, "huntListName"))
}

fn pattern(pkid: &Text, element: &Element) -> NumberRow {
    NumberRow {
        pkid: pkid.clone(),
        pattern: text(element, "pattern"),
        partition: text(element, "routePartitionName"),
        usage: 0,
        description: text(element, "description"),
        alerting_name: text(element, "alertingName"),
    }
}

/// The line groups of a hunt list, with their places in it.
pub(super) fn groups(element: &Element) -> Vec<(Named, u16)> {
    members(element)
        .map(|member| (named(member, "lineGroupName"), order(member, "selectionOrder")))
        .collect()
}

/// The numbers of a line group, with their places in it.
pub(super) fn group_numbers(element: &Element) -> Vec<(Numbered, u16)> {
    members(element)
        .filter_map(|member| {
            let number = member.child("directoryNumber").map(numbered)?;
            (number != Numbered::default()).then(|| (number, order(member, "lineSelectionOrder")))
        })
        .collect()
}

fn members(element: &Element) -> impl Iterator<Item = &Element> {
    let members = element.child("members").map(Element::children).unwrap_or_default();
    members.iter().filter(|member| member.name() == "member")
}

fn order(member: &Element, tag: &str) -> u16 {
    member.at(&[tag]).parse().unwrap_or(0)
}

/// Where a SIP trunk leads; by its name or IPv4 address where it has one.
pub(super) fn destinations(device: &Text, element: &Element) -> Vec<TrunkDestination> {
    let all = element.child("destinations").map(Element::children).unwrap_or_default();
    all.iter()
        .filter_map(|to| {
            let addresses = [text(to, "addressIpv4"), text(to, "addressIpv6")];
            let address = addresses.into_iter().find(|address| !address.is_empty())?;
            Some(TrunkDestination { device: device.clone(), address, port: text(to, "port") })
        })
        .collect()
}

/// A chassis: none of its ports can be listed.
pub(super) fn gateway(pkid: &Text, element: &Element) -> GatewayPort {
    GatewayPort {
        gateway: pkid.clone(),
        domain_name: text(element, "domainName"),
        description: text(element, "description"),
        device: Text::default(),
    }
}

/// A number of the voicemail.
pub(super) fn voicemail_pilot(pkid: &Text, element: &Element) -> VoicemailPilot {
    VoicemailPilot {
        pkid: pkid.clone(),
        number: text(element, "dirn"),
        description: text(element, "description"),
    }
}

/// The names of an application user's devices.
pub(super) fn application_devices(element: &Element) -> Vec<Text> {
    belongings(element).devices
}

/// A key as keys are compared: in lower case, without braces; empty where it is no key.
pub(super) fn key(uuid: &str) -> Text {
    let key = uuid.trim().trim_matches(['{', '}']);
    let is_key = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_key { key.to_ascii_lowercase().into() } else { Text::default() }
}

/// The text of a child; empty where there is none.
pub(super) fn text(element: &Element, tag: &str) -> Text {
    element.at(&[tag]).into()
}

/// What a child names; empty where it names nothing.
pub(super) fn named(element: &Element, tag: &str) -> Named {
    element.child(tag).and_then(reference).unwrap_or_default()
}

fn reference(element: &Element) -> Option<Named> {
    let named = Named { key: key(element.attribute("uuid")), name: element.text().into() };
    (named != Named::default()).then_some(named)
}

fn numbered(element: &Element) -> Numbered {
    Numbered {
        key: key(element.attribute("uuid")),
        pattern: text(element, "pattern"),
        partition: text(element, "routePartitionName"),
    }
}

/// The number of a model that is told apart; 0 of every other.
fn model_number(name: &str) -> u16 {
    match name {
        "CTI Port" => model::CTI_PORT,
        "Cisco Unified Client Services Framework" => model::SOFT[0],
        "Cisco Dual Mode for iPhone" => model::SOFT[1],
        "Cisco Dual Mode for Android" => model::SOFT[2],
        _ => 0,
    }
}
