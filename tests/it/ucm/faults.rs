//! What goes wrong with clusters, on request.

use super::{
    answers::{self, Style},
    http::Reply,
};

/// Something that happens instead of, or to, one answer.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// 503, with the seconds after which to come back.
    Busy(Option<u32>),
    /// All answers in progress take more than 16 MB.
    Memory,
    /// The session is forgotten: 404, as for an idle one.
    Expired,
    /// Another page of the web server.
    Page(u16, &'static str),
    /// A fault with this code and these words.
    Fault(i32, &'static str),
    /// The connection breaks after so many bytes of the answer.
    Cut(usize),
    /// The connection breaks before any answer.
    HangUp,
    /// This as the answer's body, with status 200.
    Raw(String),
    /// To another address.
    Redirect(String),
}

impl Trouble {
    /// The answer, where it takes the place of the right one.
    pub fn reply(&self, style: Style, version: &str) -> Option<Reply> {
        Some(match self {
            Self::Busy(after) => {
                let reply = Reply::page(503, "Service Unavailable");
                match after {
                    Some(seconds) => reply.with("Retry-After", seconds.to_string()),
                    None => reply,
                }
            }
            Self::Memory => answers::fault(
                style,
                version,
                -1,
                "Maximum AXL Memory Allocation Consumed. Please retry once requests in progress \
                 have completed",
            ),
            Self::Expired => Reply::page(404, "/axl/"),
            Self::Page(status, title) => Reply::page(*status, title),
            Self::Fault(code, words) => answers::fault(style, version, *code, words),
            Self::Raw(body) => Reply::new(200, "text/xml;charset=utf-8", body.clone()),
            Self::Redirect(to) => Reply::page(302, "Found").with("Location", to.clone()),
            Self::Cut(_) | Self::HangUp => return None,
        })
    }
}
