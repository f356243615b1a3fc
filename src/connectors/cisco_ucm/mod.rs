//! Cisco UCM and Business Edition, over AXL.

#![cfg_attr(not(test), expect(dead_code, reason = "the kind's row comes with its reading"))]

mod organisation;
mod tables;
