//! The AXL interface of Cisco UCM: one session that only ever reads, one request at a time.
//!
//! The operations that can be named here are `getCCMVersion`, `executeSQLQuery` with a statement
//! that begins with SELECT, and `list…` and `get…` of objects.

mod answer;
mod envelope;
mod fault;
mod operation;
mod paging;
mod select;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod version;
mod waiting;

pub(super) use operation::{Operation, Tag};
pub(super) use select::{Row, Select};
pub(super) use settings::{Login, Publisher, Version};

use self::session::Session;
use crate::{
    source::{Context, FetchError},
    wire::{http::Limits, tls::Tls, xml::Element},
};

/// A publisher, and how to be let in.
pub(super) struct Endpoint<'a> {
    /// Where it is.
    pub(super) url: &'a Publisher,
    /// Who reads.
    pub(super) login: &'a Login,
    /// How it proves who it is.
    pub(super) tls: &'a Tls,
    /// The version of AXL to speak, where it isn't to be found out.
    pub(super) version: Option<&'a Version>,
    /// How long answers may take.
    pub(super) limits: Limits,
    /// What a fetch knows.
    pub(super) cx: &'a Context<'a>,
}

/// A session with a publisher.
pub(super) struct Axl<'a> {
    session: Session<'a>,
    release: String,
    cx: &'a Context<'a>,
}

/// Why a question had no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AxlError {
    /// This release has no such table or column (-206, -217); in the server's words.
    #[error("this release lacks what was asked for: {what}")]
    Lacks {
        /// What the server says of it.
        what: String,
    },
    /// The object that was asked for isn't there (5007): it may have gone since it was listed.
    #[error("{what}")]
    Missing {
        /// What the server says of it.
        what: String,
    },
    /// The answer to one list would be over 8 MB; ask for fewer at once.
    #[error("the answer would be too large for the server")]
    TooLarge {
        /// So many might fit, where the server says.
        fitting: Option<u64>,
    },
    /// Anything else, which ends the fetch.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl From<AxlError> for FetchError {
    fn from(error: AxlError) -> Self {
        match error {
            AxlError::Fetch(error) => error,
            AxlError::Lacks { .. } | AxlError::Missing { .. } | AxlError::TooLarge { .. } => {
                Self::Server {
                    problem: error.to_string(),
                    help: "report this with the release of the cluster".into(),
                }
            }
        }
    }
}

impl<'a> Axl<'a> {
    /// Logs in, agrees on a version (`getCCMVersion`) and keeps the session.
    ///
    /// # Errors
    ///
    /// [`FetchError`] with what to do: nobody there, a certificate that isn't trusted, a refused
    /// login, a missing role, no version in common.
    pub(super) fn connect(endpoint: &Endpoint<'a>) -> Result<Self, FetchError> {
        let mut session = Session::open(endpoint)?;
        let release = version::agree(&mut session, endpoint.version)?;
        Ok(Self { session, release, cx: endpoint.cx })
    }

    /// The release that runs there: `14.0.1.13900(155)`; empty where it doesn't say.
    pub(super) fn release(&self) -> &str {
        &self.release
    }

    /// The version of AXL that is spoken: `12.5`.
    pub(super) fn version(&self) -> &str {
        self.session.version()
    }

    /// How many requests were sent, repeated ones too.
    pub(super) fn requests(&self) -> u64 {
        self.session.requests()
    }

    /// Gives each row of a select, in the order of its key, page by page. Tells the progress.
    /// Returns how many there were: all that there are, as the last page was shorter than asked for.
    ///
    /// # Errors
    ///
    /// [`AxlError`]; what was given until then is not all.
    pub(super) fn rows(
        &mut self,
        select: &Select,
        each: &mut dyn FnMut(&Row<'_>),
    ) -> Result<u64, AxlError> {
        paging::all(&mut self.session, select, self.cx.progress, each)
    }

    /// How many rows a select has now.
    ///
    /// # Errors
    ///
    /// [`AxlError`]
    pub(super) fn count(&mut self, select: &Select) -> Result<u64, AxlError> {
        paging::count(&mut self.session, select)
    }

    /// Tries a select with at most one row.
    ///
    /// # Errors
    ///
    /// [`AxlError`]
    pub(super) fn first(&mut self, select: &Select) -> Result<(), AxlError> {
        paging::first(&mut self.session, select)
    }

    /// Gives each object in the answer to one `list…` or `get…`, as a small tree.
    ///
    /// # Errors
    ///
    /// [`AxlError`]; no object is given twice, and what was given until then is not all.
    pub(super) fn call(
        &mut self,
        operation: &Operation<'_>,
        each: &mut dyn FnMut(&Element),
    ) -> Result<(), AxlError> {
        operation::call(&mut self.session, operation, each)
    }
}
