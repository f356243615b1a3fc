//! The numbers by which the database says what a row is, as its type tables have them.

/// `typeclass`: what a device is.
pub(crate) mod class {
    pub(crate) const PHONE: u16 = 1;
    pub(crate) const GATEWAY: u16 = 2;
    pub(crate) const CONFERENCE_BRIDGE: u16 = 4;
    /// A route list or a hunt list.
    pub(crate) const LIST: u16 = 7;
    pub(crate) const VOICEMAIL: u16 = 8;
    pub(crate) const CTI_ROUTE_POINT: u16 = 10;
    pub(crate) const TRUNK: u16 = 18;
    pub(crate) const DEVICE_PROFILE: u16 = 254;
}

/// `typemodel`: the few products that are told apart; all others are known by their name only.
pub(crate) mod model {
    /// Of the class of phones, and yet only a program takes calls on it.
    pub(crate) const CTI_PORT: u16 = 72;
    pub(crate) const CTI_ROUTE_POINT: u16 = 73;
    pub(crate) const VOICEMAIL_PORT: u16 = 80;
    /// A route list or a hunt list.
    pub(crate) const LIST: u16 = 90;
    pub(crate) const H323_GATEWAY: u16 = 62;
    pub(crate) const H323_TRUNK: u16 = 125;
    pub(crate) const SIP_TRUNK: u16 = 131;
    /// Clients on computers, telephones and tablets, which stand beside a desk phone.
    pub(crate) const SOFT: [u16; 3] = [503, 562, 575];
}

/// `typepatternusage`: what a number is for.
pub(crate) mod usage {
    /// A directory number of a device.
    pub(crate) const DEVICE: u16 = 2;
    pub(crate) const HUNT_PILOT: u16 = 7;
    pub(crate) const VOICEMAIL_PORT: u16 = 8;
    pub(crate) const INTERCOM: u16 = 13;
}

/// `typednusage`: what a number is to its user.
pub(crate) mod dn_usage {
    pub(crate) const PRIMARY: u16 = 1;
    pub(crate) const CONTACT_CENTRE: u16 = 2;
}

/// `typeuserassociation`: what a device is to its user.
pub(crate) mod association {
    pub(crate) const CONTROLS: u16 = 1;
    pub(crate) const PROFILE: u16 = 5;
}
