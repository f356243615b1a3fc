//! Why a document can't be read further, in plain words.

use std::{io, sync::Arc};

use quick_xml::errors::{Error, IllFormedError, SyntaxError};

use super::pieces::{PIECE, TooLong};

/// Why a document can't be read further.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// The stream broke.
    #[error("{0}")]
    Stream(Arc<io::Error>),
    /// It ends before its root element does.
    #[error("it ends in the middle")]
    Ended,
    /// It isn't XML, or not such as is read here.
    #[error("{0}")]
    Malformed(String),
}

pub(super) fn malformed(problem: impl Into<String>) -> Fault {
    Fault::Malformed(problem.into())
}

pub(super) fn too_long() -> Fault {
    malformed(format!("a tag or a text in it is longer than {} MB", PIECE >> 20))
}

pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => {
            too_long()
        }
        Error::Io(error) => Fault::Stream(error),
        // A piece that ends with the stream.
        Error::Syntax(SyntaxError::InvalidBangMarkup) => malformed("it isn't XML"),
        Error::Syntax(_) | Error::IllFormed(IllFormedError::UnclosedReference) => Fault::Ended,
        Error::Encoding(_) => malformed("it is not UTF-8"),
        error => malformed(cut(&error.to_string())),
    }
}

/// So that a message never carries much of what a stranger sent.
fn cut(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}
