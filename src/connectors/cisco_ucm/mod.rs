//! Cisco UCM and Business Edition, over AXL.

#![allow(dead_code, reason = "what uses it comes next")]

mod axl;
mod tables;
