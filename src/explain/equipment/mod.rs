//! Why the directory has a device, a system device or a channel as it does.

mod select;

pub use select::equipment;
