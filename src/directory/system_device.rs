//! What the switch itself answers with: hunt groups, ports and bridges.

use super::{
    DirectoryNumber, Equipment, Id, Inventory, Property, Status, Text, Value, WrongProperty,
    equipment::{in_inventory, list},
    words,
};

/// A hunt group, a port or a bridge: nobody's telephone, and yet calls end there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemDevice {
    /// Kept for life.
    pub id: Id,
    /// What it is.
    pub kind: SystemDeviceKind,
    /// What the switch calls it; of a hunt group what people call it.
    pub name: Text,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The number space that its number belongs to.
    pub pbx: Text,
    /// The number that reaches it, digits or a pattern; a conference bridge has none.
    pub number: Option<Text>,
    /// The partition of that number.
    pub partition: Option<Text>,
    /// The numbers that ring, of a hunt group; in the order in which they do, each once.
    pub members: Vec<DirectoryNumber>,
    /// In use, or disabled with a reason.
    pub status: Status,
}

/// What kind of [`SystemDevice`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemDeviceKind {
    /// A number that rings several others.
    HuntGroup,
    /// A port on which a contact centre takes calls until an agent does.
    ContactCentrePort,
    /// A number by which callers reach a contact centre.
    ContactCentreTrigger,
    /// A port of the voicemail.
    VoicemailPort,
    /// The number of the voicemail.
    VoicemailPilot,
    /// What mixes the voices of a conference.
    ConferenceBridge,
}

words! { SystemDeviceKind::as_str {
    HuntGroup = "hunt-group",
    ContactCentrePort = "contact-centre-port",
    ContactCentreTrigger = "contact-centre-trigger",
    VoicemailPort = "voicemail-port",
    VoicemailPilot = "voicemail-pilot",
    ConferenceBridge = "conference-bridge",
} }

impl SystemDevice {
    /// The number that reaches it, in its partition.
    pub fn directory_number(&self) -> Option<DirectoryNumber> {
        let number = self.number.as_deref()?;
        DirectoryNumber::new(number, self.partition.as_deref()).ok()
    }
}

impl Equipment for SystemDevice {
    const WORD: &'static str = "system-device";

    const PROPERTIES: &'static [Property] = &[
        Property::Kind,
        Property::Name,
        Property::Description,
        Property::Pbx,
        Property::Number,
        Property::Partition,
        Property::Members,
    ];

    fn new(id: Id, name: Text) -> Self {
        Self {
            id,
            kind: SystemDeviceKind::HuntGroup,
            name,
            description: None,
            pbx: Text::new_static("main"),
            number: None,
            partition: None,
            members: Vec::new(),
            status: Status::Active,
        }
    }

    in_inventory!(system_devices);

    fn get(&self, property: Property) -> Value {
        match property {
            Property::Kind => Value::Text(Text::new_static(self.kind.as_str())),
            Property::Name => Value::Text(self.name.clone()),
            Property::Description => (&self.description).into(),
            Property::Pbx => Value::Text(self.pbx.clone()),
            Property::Number => (&self.number).into(),
            Property::Partition => (&self.partition).into(),
            Property::Members => list(&self.members),
            Property::Model
            | Property::Owner
            | Property::OwnerBy
            | Property::Lines
            | Property::Protocol
            | Property::Address
            | Property::Channels
            | Property::Endpoints => Value::None,
        }
    }

    fn set(&mut self, property: Property, value: Value) -> Result<(), WrongProperty> {
        match property {
            Property::Kind => {
                let word = property.some_text(value)?;
                self.kind = SystemDeviceKind::parse(&word)
                    .ok_or_else(|| property.wrong("a kind of system device", Value::Text(word)))?;
            }
            Property::Name => self.name = property.some_text(value)?,
            Property::Description => self.description = property.text(value)?,
            Property::Pbx => self.pbx = property.some_text(value)?,
            Property::Number => self.number = property.text(value)?,
            Property::Partition => self.partition = property.text(value)?,
            Property::Members => {
                let members = property.texts(value)?;
                let members = members.iter().map(|member| DirectoryNumber::parse(member));
                self.members = members.collect::<Result<_, _>>()?;
            }
            Property::Model
            | Property::Owner
            | Property::OwnerBy
            | Property::Lines
            | Property::Protocol
            | Property::Address
            | Property::Channels
            | Property::Endpoints => property.not_here(value)?,
        }
        Ok(())
    }
}
