//! What was read of a cluster, as rows: the same whether SQL or objects gave it.
//!
//! Keys are the database's `pkid`, in lower case and without braces. The names are those of the
//! tables and columns of Cisco's data dictionary; a list is in the order in which it was read.

use crate::directory::Text;

/// All rows that the directory is made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    /// `enduser`, without the hidden templates.
    pub(super) users: Vec<User>,
    /// `endusernumplanmap`.
    pub(super) user_numbers: Vec<UserNumber>,
    /// `enduserdevicemap`.
    pub(super) user_devices: Vec<UserDevice>,
    /// `device`.
    pub(super) devices: Vec<DeviceRow>,
    /// `numplan`.
    pub(super) numbers: Vec<NumberRow>,
    /// `devicenumplanmap`.
    pub(super) lines: Vec<LineRow>,
    /// `devicenumplanmapendusermap`.
    pub(super) line_users: Vec<LineUser>,
    /// `routelist` with `linegroup` and `linegroupnumplanmap`.
    pub(super) hunt_members: Vec<HuntMember>,
    /// `applicationuserdevicemap` with `applicationuser`, of the contact centre's users only.
    pub(super) application_devices: Vec<ApplicationDevice>,
    /// `mgcp` with `mgcpdevicemember`.
    pub(super) gateway_ports: Vec<GatewayPort>,
    /// `siptrunkdestination` with `sipdevice`.
    pub(super) trunk_destinations: Vec<TrunkDestination>,
    /// `voicemessagingpilot`.
    pub(super) voicemail_pilots: Vec<VoicemailPilot>,
}

/// An end user.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct User {
    pub(super) pkid: Text,
    /// The value of each of [`User::COLUMNS`]; empty where there is none.
    pub(super) values: Box<[Text]>,
}

impl User {
    /// The columns that a mapping can use, under the database's names.
    pub(super) const COLUMNS: [&'static str; 20] = [
        "userid",
        "firstname",
        "middlename",
        "lastname",
        "displayname",
        "title",
        "department",
        "manager",
        "mailid",
        "telephonenumber",
        "mobile",
        "homephone",
        "pager",
        "building",
        "site",
        "directoryuri",
        "status",
        "islocaluser",
        "fkdirectorypluginconfig",
        "uniqueidentifier",
    ];
}

/// A number that belongs to a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UserNumber {
    pub(super) user: Text,
    pub(super) number: Text,
    /// `tkdnusage`: 1 the primary extension, 2 the contact-centre extension.
    pub(super) usage: u16,
}

/// A device that belongs to a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct UserDevice {
    pub(super) user: Text,
    pub(super) device: Text,
    /// `tkuserassociation`: 1 controls it, 5 has it as a profile.
    pub(super) association: u16,
    /// Whether it is the user's default profile.
    pub(super) default: bool,
}

/// A device of whatever class.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeviceRow {
    pub(super) pkid: Text,
    pub(super) name: Text,
    pub(super) description: Text,
    /// `tkclass`.
    pub(super) class: u16,
    /// `tkmodel`.
    pub(super) model: u16,
    /// The model's name, where `typemodel` has it; else empty.
    pub(super) model_name: Text,
    /// `fkenduser`; empty where it has no owner.
    pub(super) owner: Text,
    /// The name of its location.
    pub(super) location: Text,
    /// The name of its device pool.
    pub(super) device_pool: Text,
    /// The name of its protocol: `SIP`, `SCCP`, `MGCP`, `H.225`; may be empty.
    pub(super) protocol: Text,
}

/// A number or a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NumberRow {
    pub(super) pkid: Text,
    /// `dnorpattern`, as the database has it: with `\+` for a plus.
    pub(super) pattern: Text,
    /// The partition's name; may be empty.
    pub(super) partition: Text,
    /// `tkpatternusage`.
    pub(super) usage: u16,
    pub(super) description: Text,
    pub(super) alerting_name: Text,
}

/// A number on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineRow {
    pub(super) pkid: Text,
    pub(super) device: Text,
    pub(super) number: Text,
    /// `numplanindex`, from 1.
    pub(super) index: u16,
}

/// A user who is named at a number on a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineUser {
    pub(super) line: Text,
    pub(super) user: Text,
}

/// A number that a hunt list rings.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HuntMember {
    /// The hunt list, a device.
    pub(super) list: Text,
    /// The line group's place in the list.
    pub(super) group_order: u16,
    /// The number; empty for a line group without members.
    pub(super) number: Text,
    /// The number's place in its line group.
    pub(super) order: u16,
}

/// A device of an application user.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ApplicationDevice {
    /// The application user's name.
    pub(super) user: Text,
    pub(super) device: Text,
}

/// A port of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GatewayPort {
    /// `mgcp.pkid`.
    pub(super) gateway: Text,
    /// The chassis's name: `gw1.example.net` or `SKIGW0011223344`.
    pub(super) domain_name: Text,
    pub(super) description: Text,
    /// The device that the port is; empty for a gateway without ports.
    pub(super) device: Text,
}

/// Where a SIP trunk leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TrunkDestination {
    /// The trunk, a device.
    pub(super) device: Text,
    pub(super) address: Text,
    /// May be empty.
    pub(super) port: Text,
}

/// A number of the voicemail.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VoicemailPilot {
    pub(super) pkid: Text,
    pub(super) number: Text,
    pub(super) description: Text,
}
