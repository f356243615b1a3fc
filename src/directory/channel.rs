//! What calls leave and enter the company through.

use super::{
    Equipment, Id, Inventory, Property, Status, Text, Value, WrongProperty,
    equipment::{in_inventory, list},
    words,
};

/// A gateway or a SIP trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Kept for life.
    pub id: Id,
    /// Which of the two it is.
    pub kind: ChannelKind,
    /// What the switch calls it.
    pub name: Text,
    /// What the administrator wrote.
    pub description: Option<Text>,
    /// The number space of its switch.
    pub pbx: Text,
    /// How it is talked to: `SIP`, `MGCP`, `H.323`, `SCCP`.
    pub protocol: Option<Text>,
    /// Where it is, each `host` or `host:port`; sorted.
    pub address: Vec<Text>,
    /// How many calls it carries at once, where the switch knows.
    pub channels: Option<u32>,
    /// Its ports as call records name them: `S0/SU0/DS1-0@gw.example.net`; sorted.
    pub endpoints: Vec<Text>,
    /// In use, or disabled with a reason.
    pub status: Status,
}

/// What kind of [`Channel`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChannelKind {
    /// A box with ports towards the telephone network or analogue telephones.
    Gateway,
    /// A connection to another system over SIP.
    SipTrunk,
}

words! { ChannelKind::as_str {
    Gateway = "gateway",
    SipTrunk = "sip-trunk",
} }

impl Equipment for Channel {
    const WORD: &'static str = "channel";

    const PROPERTIES: &'static [Property] = &[
        Property::Kind,
        Property::Name,
        Property::Description,
        Property::Pbx,
        Property::Protocol,
        Property::Address,
        Property::Channels,
        Property::Endpoints,
    ];

    fn new(id: Id, name: Text) -> Self {
        Self {
            id,
            kind: ChannelKind::Gateway,
            name,
            description: None,
            pbx: Text::new_static("main"),
            protocol: None,
            address: Vec::new(),
            channels: None,
            endpoints: Vec::new(),
            status: Status::Active,
        }
    }

    in_inventory!(channels);

    fn get(&self, property: Property) -> Value {
        match property {
            Property::Kind => Value::Text(Text::new_static(self.kind.as_str())),
            Property::Name => Value::Text(self.name.clone()),
            Property::Description => (&self.description).into(),
            Property::Pbx => Value::Text(self.pbx.clone()),
            Property::Protocol => (&self.protocol).into(),
            Property::Address => list(&self.address),
            Property::Channels => self
                .channels
                .map_or(Value::None, |count| Value::Text(smol_str::format_smolstr!("{count}"))),
            Property::Endpoints => list(&self.endpoints),
            Property::Model
            | Property::Owner
            | Property::OwnerBy
            | Property::Lines
            | Property::Number
            | Property::Partition
            | Property::Members => Value::None,
        }
    }

    fn set(&mut self, property: Property, value: Value) -> Result<(), WrongProperty> {
        match property {
            Property::Kind => {
                let word = property.some_text(value)?;
                self.kind = ChannelKind::parse(&word)
                    .ok_or_else(|| property.wrong("`gateway` or `sip-trunk`", Value::Text(word)))?;
            }
            Property::Name => self.name = property.some_text(value)?,
            Property::Description => self.description = property.text(value)?,
            Property::Pbx => self.pbx = property.some_text(value)?,
            Property::Protocol => self.protocol = property.text(value)?,
            Property::Address => self.address = property.texts(value)?,
            Property::Channels => {
                let count = |text: Text| {
                    text.parse().map_err(|_| property.wrong("a number", Value::Text(text)))
                };
                self.channels = property.text(value)?.map(count).transpose()?;
            }
            Property::Endpoints => self.endpoints = property.texts(value)?,
            Property::Model
            | Property::Owner
            | Property::OwnerBy
            | Property::Lines
            | Property::Number
            | Property::Partition
            | Property::Members => property.not_here(value)?,
        }
        Ok(())
    }
}
