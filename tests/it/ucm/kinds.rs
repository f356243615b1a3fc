//! What the schema lets a list or get ask for: which criteria, which tags, in which order.

use super::envelope::Element;

/// Objects of one kind.
pub struct Kind {
    pub name: &'static str,
    /// Their element in answers.
    pub element: &'static str,
    /// What they can be searched by.
    criteria: &'static [&'static str],
    /// What a list returns, in the order in which it is asked for. `a@10.0` is there from that
    /// version on, `a!10.0` before it.
    listed: &'static str,
    /// What a get returns, with what is within: `lines(line(index))`.
    got: &'static str,
}

const LINES: &str = "lines(line(index dirn(pattern routePartitionName) partitionUsage \
                     associatedEndusers(enduser(userId))))";
const DEVICE: &str =
    "name description product model class protocol devicePoolName locationName ownerUserName";
const NAME: &[&str] = &["name", "description"];

pub const KINDS: [Kind; 16] = [
    Kind {
        name: "User",
        element: "user",
        criteria: &["firstName", "lastName", "userid", "department"],
        listed: "firstName middleName lastName userid telephoneNumber!10.0 mailid department \
                 manager status directoryUri telephoneNumber@10.0 title@10.0 mobileNumber@10.0 \
                 homeNumber@10.0 pagerNumber@10.0",
        got: "displayName@11.0 associatedDevices(device) primaryExtension(pattern \
              routePartitionName) phoneProfiles(profileName) defaultProfile \
              ldapDirectoryName@10.0 ipccExtension@10.0 ipccRoutePartition@12.0",
    },
    Kind { name: "Phone", element: "phone", criteria: NAME, listed: DEVICE, got: LINES },
    Kind {
        name: "DeviceProfile",
        element: "deviceProfile",
        criteria: NAME,
        listed: "name description product model class protocol",
        got: LINES,
    },
    Kind {
        name: "CtiRoutePoint",
        element: "ctiRoutePoint",
        criteria: NAME,
        listed: "name description product model class protocol devicePoolName locationName",
        got: LINES,
    },
    Kind {
        name: "VoiceMailPort",
        element: "voiceMailPort",
        criteria: NAME,
        listed: "name description product model class protocol devicePoolName locationName \
                 dnPattern",
        got: "dnPattern routePartition",
    },
    Kind {
        name: "ConferenceBridge",
        element: "conferenceBridge",
        criteria: NAME,
        listed: "name description product devicePoolName locationName",
        got: "",
    },
    Kind {
        name: "H323Gateway",
        element: "h323Gateway",
        criteria: NAME,
        listed: "name description product model class protocol devicePoolName locationName",
        got: "",
    },
    Kind {
        name: "H323Trunk",
        element: "h323Trunk",
        criteria: NAME,
        listed: "name description product model class protocol devicePoolName locationName",
        got: "",
    },
    Kind {
        name: "SipTrunk",
        element: "sipTrunk",
        criteria: NAME,
        listed: "name description product model class protocol devicePoolName locationName",
        got: "destinations(destination(addressIpv4 addressIpv6 port sortOrder))",
    },
    Kind {
        name: "HuntList",
        element: "huntList",
        criteria: NAME,
        listed: "name!10.0 description name@10.0",
        got: "members(member(lineGroupName selectionOrder))",
    },
    Kind {
        name: "Line",
        element: "line",
        criteria: &["pattern", "description", "routePartitionName"],
        listed: "pattern description usage routePartitionName alertingName",
        got: "",
    },
    Kind {
        name: "HuntPilot",
        element: "huntPilot",
        criteria: &["pattern", "description", "routePartitionName"],
        listed: "pattern description usage routePartitionName huntListName alertingName",
        got: "",
    },
    Kind {
        name: "LineGroup",
        element: "lineGroup",
        criteria: &["name"],
        listed: "name",
        got: "members(member(lineSelectionOrder directoryNumber(pattern routePartitionName)))",
    },
    Kind {
        name: "VoiceMailPilot",
        element: "voiceMailPilot",
        criteria: &["dirn", "description"],
        listed: "dirn description",
        got: "",
    },
    Kind {
        name: "Gateway",
        element: "gateway",
        criteria: &["domainName", "description"],
        listed: "domainName description",
        got: "",
    },
    Kind {
        name: "AppUser",
        element: "appUser",
        criteria: &["userid"],
        listed: "userid",
        got: "associatedDevices(device)",
    },
];

impl Kind {
    /// What the schema says against a request.
    pub fn check(&self, operation: &Element, list: bool) -> Result<(), String> {
        let name = &operation.name;
        let parts: Vec<&str> = operation.children.iter().map(|child| &*child.name).collect();
        let fitting = match (list, parts.as_slice()) {
            (true, [first, second, rest @ ..]) => {
                (*first, *second) == ("searchCriteria", "returnedTags")
                    && matches!(rest, [] | ["skip"] | ["first"] | ["skip", "first"])
            }
            (false, [by, "returnedTags"]) => ["uuid", "name", "userid"].contains(by),
            _ => false,
        };
        if !fitting {
            return Err(format!("`{name}` with {parts:?}"));
        }
        if let Some(criteria) = operation.child("searchCriteria") {
            let known = |one: &Element| self.criteria.contains(&one.name.as_str());
            if criteria.children.is_empty() || !criteria.children.iter().all(known) {
                return Err(format!("`{name}` can't be searched so"));
            }
        }
        if let Some(uuid) = operation.text_of("uuid") {
            let bare = uuid.strip_prefix('{').and_then(|uuid| uuid.strip_suffix('}'));
            if bare.is_none_or(|bare| bare.len() != 36) {
                return Err(format!("`{uuid}` is no uuid"));
            }
        }
        let (_, version) = operation.namespace.rsplit_once('/').unwrap_or_default();
        let tags = operation.child("returnedTags").ok_or("no returnedTags")?;
        if tags.children.is_empty() {
            return Err(format!("`{name}` asks for nothing"));
        }
        let schema = if list { self.listed } else { self.got };
        let known = Tag::all(schema, version);
        in_order(&tags.children, &known).map_err(|what| format!("`{name}`: {what}"))
    }
}

struct Tag {
    name: String,
    within: Vec<Tag>,
}

impl Tag {
    /// Those that a version has.
    fn all(schema: &str, version: &str) -> Vec<Self> {
        let mut rest = schema;
        Self::some(&mut rest, version)
    }

    fn some(rest: &mut &str, version: &str) -> Vec<Self> {
        let mut tags: Vec<Self> = Vec::new();
        loop {
            *rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix(')') {
                *rest = after;
                return tags;
            }
            if let Some(after) = rest.strip_prefix('(') {
                *rest = after;
                let within = Self::some(rest, version);
                tags.last_mut().expect("a name before").within = within;
                continue;
            }
            let end = rest.find([' ', '(', ')']).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            *rest = after;
            if word.is_empty() {
                return tags;
            }
            let older = |than: &str| number(version) < number(than);
            let (name, there) = match (word.split_once('@'), word.split_once('!')) {
                (Some((name, since)), _) => (name, !older(since)),
                (_, Some((name, until))) => (name, older(until)),
                _ => (word, true),
            };
            if there {
                tags.push(Self { name: name.to_owned(), within: Vec::new() });
            }
        }
    }
}

fn number(version: &str) -> (u16, u16) {
    let (major, minor) = version.split_once('.').expect("two parts");
    (major.parse().unwrap(), minor.parse().unwrap())
}

/// Each asked tag is known, and none stands before one that comes earlier in the schema.
fn in_order(asked: &[Element], known: &[Tag]) -> Result<(), String> {
    let mut rest = known;
    for tag in asked {
        let Some(at) = rest.iter().position(|known| known.name == tag.name) else {
            return Err(format!("`{}` is not known, or not here", tag.name));
        };
        in_order(&tag.children, &rest[at].within)?;
        rest = &rest[at + 1..];
    }
    Ok(())
}
