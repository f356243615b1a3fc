//! The lists and objects that are asked for, and what of each.
//!
//! Nothing else can be asked through this route: a question is made of one of these constants, a key
//! and two numbers. What would be large is asked for no more than is used.

use crate::connectors::cisco_ucm::axl::Tag;

/// Objects of one kind, of which some things can be asked for all at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// What AXL calls such an object: `Phone`.
    pub(super) object: &'static str,
    /// What they are, for people: `phones`.
    pub(super) about: &'static str,
    /// The tag in which each has a value, by which all are asked for.
    pub(super) key: &'static str,
    /// What is asked of each.
    pub(super) tags: &'static [Tag],
}

/// What is asked of one object alone, as lists don't have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Get {
    /// What AXL calls such an object: `Phone`.
    pub(super) object: &'static str,
    /// What is asked of it.
    pub(super) tags: &'static [Tag],
}

const MODEL: Tag = Tag::filled("model", "Cisco 7960");
const CLASS: Tag = Tag::filled("class", "Phone");
const PROTOCOL: Tag = Tag::filled("protocol", "SIP");
const PRODUCT: Tag = Tag::filled("product", "Cisco 7960");
const POOL: Tag = Tag::text("devicePoolName");
const LOCATION: Tag = Tag::text("locationName");

/// What is asked of a device that a list has whole, but for its lines.
const DEVICE: &[Tag] =
    &[Tag::text("name"), Tag::text("description"), MODEL, CLASS, PROTOCOL, POOL, LOCATION];

pub(super) const USERS: List = List {
    object: "User",
    about: "users",
    key: "userid",
    tags: &[
        Tag::text("firstName"),
        Tag::text("middleName"),
        Tag::text("lastName"),
        Tag::text("userid"),
        Tag::text("telephoneNumber").until(10, 0),
        Tag::text("mailid"),
        Tag::text("department"),
        Tag::text("manager"),
        Tag::text("status"),
        Tag::text("directoryUri"),
        Tag::text("telephoneNumber").since(10, 0),
        Tag::text("title").since(10, 0),
        Tag::text("mobileNumber").since(10, 0),
        Tag::text("homeNumber").since(10, 0),
        Tag::text("pagerNumber").since(10, 0),
    ],
};

pub(super) const USER: Get = Get {
    object: "User",
    tags: &[
        Tag::text("displayName").since(11, 0),
        Tag::of("associatedDevices", &[Tag::text("device")]),
        Tag::of("primaryExtension", &[Tag::text("pattern"), Tag::text("routePartitionName")]),
        Tag::of("phoneProfiles", &[Tag::text("profileName")]),
        Tag::text("defaultProfile"),
        Tag::text("ldapDirectoryName").since(10, 0),
        Tag::text("ipccExtension").since(10, 0),
        Tag::text("ipccRoutePartition").since(12, 0),
    ],
};

/// What a phone, a profile and a route point have of their lines.
const NUMBER_OF_LINE: Tag =
    Tag::of("dirn", &[Tag::text("pattern"), Tag::text("routePartitionName")]);
const LINES: Tag = Tag::of(
    "lines",
    &[Tag::of(
        "line",
        &[
            Tag::text("index"),
            NUMBER_OF_LINE,
            Tag::filled("partitionUsage", "General"),
            Tag::of("associatedEndusers", &[Tag::of("enduser", &[Tag::text("userId")])]),
        ],
    )],
);

pub(super) const PHONES: List = List {
    object: "Phone",
    about: "phones",
    key: "name",
    tags: &[
        Tag::text("name"),
        Tag::text("description"),
        MODEL,
        CLASS,
        PROTOCOL,
        POOL,
        LOCATION,
        Tag::text("ownerUserName"),
    ],
};
pub(super) const PHONE: Get = Get { object: "Phone", tags: &[LINES] };

pub(super) const PROFILES: List = List {
    object: "DeviceProfile",
    about: "device profiles",
    key: "name",
    tags: &[Tag::text("name"), Tag::text("description"), MODEL, CLASS, PROTOCOL],
};
pub(super) const PROFILE: Get = Get { object: "DeviceProfile", tags: &[LINES] };

pub(super) const ROUTE_POINTS: List =
    List { object: "CtiRoutePoint", about: "CTI route points", key: "name", tags: DEVICE };
pub(super) const ROUTE_POINT: Get = Get { object: "CtiRoutePoint", tags: &[LINES] };

pub(super) const NUMBERS: List = List {
    object: "Line",
    about: "numbers",
    key: "pattern",
    tags: &[
        Tag::text("pattern"),
        Tag::text("description"),
        Tag::filled("usage", "Device"),
        Tag::text("routePartitionName"),
        Tag::text("alertingName"),
    ],
};

pub(super) const HUNT_PILOTS: List = List {
    object: "HuntPilot",
    about: "hunt pilots",
    key: "pattern",
    tags: &[
        Tag::text("pattern"),
        Tag::text("description"),
        Tag::text("routePartitionName"),
        Tag::text("huntListName"),
        Tag::text("alertingName"),
    ],
};

pub(super) const HUNT_LISTS: List = List {
    object: "HuntList",
    about: "hunt lists",
    key: "name",
    tags: &[
        Tag::filled("name", "list").until(10, 0),
        Tag::text("description"),
        Tag::text("name").since(10, 0),
    ],
};
pub(super) const HUNT_LIST: Get = Get {
    object: "HuntList",
    tags: &[Tag::of(
        "members",
        &[Tag::of("member", &[Tag::text("lineGroupName"), Tag::text("selectionOrder")])],
    )],
};

pub(super) const LINE_GROUPS: List = List {
    object: "LineGroup",
    about: "line groups",
    key: "name",
    tags: &[Tag::filled("name", "group")],
};
pub(super) const LINE_GROUP: Get = Get {
    object: "LineGroup",
    tags: &[Tag::of(
        "members",
        &[Tag::of(
            "member",
            &[
                Tag::text("lineSelectionOrder"),
                Tag::of(
                    "directoryNumber",
                    &[Tag::text("pattern"), Tag::text("routePartitionName")],
                ),
            ],
        )],
    )],
};

pub(super) const VOICEMAIL_PORTS: List =
    List { object: "VoiceMailPort", about: "voicemail ports", key: "name", tags: DEVICE };
pub(super) const VOICEMAIL_PORT: Get =
    Get { object: "VoiceMailPort", tags: &[Tag::text("dnPattern"), Tag::text("routePartition")] };

pub(super) const VOICEMAIL_PILOTS: List = List {
    object: "VoiceMailPilot",
    about: "voicemail pilots",
    key: "dirn",
    tags: &[Tag::text("dirn"), Tag::text("description")],
};

pub(super) const CONFERENCE_BRIDGES: List = List {
    object: "ConferenceBridge",
    about: "conference bridges",
    key: "name",
    tags: &[Tag::filled("name", "bridge"), Tag::text("description"), PRODUCT, POOL, LOCATION],
};

pub(super) const GATEWAYS: List = List {
    object: "Gateway",
    about: "gateways",
    key: "domainName",
    tags: &[Tag::text("domainName"), Tag::text("description")],
};

pub(super) const H323_GATEWAYS: List =
    List { object: "H323Gateway", about: "H.323 gateways", key: "name", tags: DEVICE };

pub(super) const H323_TRUNKS: List =
    List { object: "H323Trunk", about: "H.323 trunks", key: "name", tags: DEVICE };

pub(super) const SIP_TRUNKS: List =
    List { object: "SipTrunk", about: "SIP trunks", key: "name", tags: DEVICE };
pub(super) const SIP_TRUNK: Get = Get {
    object: "SipTrunk",
    tags: &[Tag::of(
        "destinations",
        &[Tag::of(
            "destination",
            &[
                Tag::text("addressIpv4"),
                Tag::text("addressIpv6"),
                Tag::text("port"),
                Tag::text("sortOrder"),
            ],
        )],
    )],
};

pub(super) const APPLICATION_USERS: List = List {
    object: "AppUser",
    about: "application users",
    key: "userid",
    tags: &[Tag::text("userid")],
};
pub(super) const APPLICATION_USER: Get =
    Get { object: "AppUser", tags: &[Tag::of("associatedDevices", &[Tag::text("device")])] };

/// All lists, in the order in which they are read.
pub(super) const ALL: [List; 16] = [
    USERS,
    PHONES,
    PROFILES,
    ROUTE_POINTS,
    VOICEMAIL_PORTS,
    CONFERENCE_BRIDGES,
    H323_GATEWAYS,
    H323_TRUNKS,
    SIP_TRUNKS,
    HUNT_LISTS,
    NUMBERS,
    HUNT_PILOTS,
    GATEWAYS,
    VOICEMAIL_PILOTS,
    LINE_GROUPS,
    APPLICATION_USERS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_returns_the_tag_that_it_is_asked_by_in_every_version() {
        for version in ["9.1", "10.0", "11.5", "12.5", "14.0"] {
            for list in ALL {
                let times = list
                    .tags
                    .iter()
                    .filter(|tag| tag.name == list.key && tag.is_in(version))
                    .count();
                assert_eq!(times, 1, "{} in {version}", list.object);
            }
        }
    }
}
