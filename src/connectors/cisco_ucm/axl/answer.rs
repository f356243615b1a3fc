//! The answer to one question, read as a stream.

use std::io::BufRead;

use super::{
    AxlError,
    fault::Fault,
    select::{Row, Select},
};
use crate::{
    source::FetchError,
    wire::{
        http::Failure,
        xml::{self, Element, Opened, Step, Xml},
    },
};

/// Why a question was not answered, for whoever can ask it in another way.
#[derive(Debug)]
pub(super) enum Stop {
    /// The answer broke off after some of it was given on.
    Lost(Failure),
    /// The answer would be too large; so many rows might fit.
    TooLarge(Option<u64>),
    /// The version isn't offered; these are, as far as the server tells.
    Version(Vec<String>),
    /// As in [`AxlError`].
    Lacks(String),
    /// As in [`AxlError`].
    Missing(String),
    /// Nothing helps.
    Failed(FetchError),
}

impl From<Stop> for AxlError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Lost(failure) => Self::Fetch(failure.into()),
            Stop::TooLarge(fitting) => Self::TooLarge { fitting },
            Stop::Version(offered) => Self::Fetch(super::version::refused(&offered, "")),
            Stop::Lacks(what) => Self::Lacks { what },
            Stop::Missing(what) => Self::Missing { what },
            Stop::Failed(error) => Self::Fetch(error),
        }
    }
}

/// What to do with what the answer holds.
pub(super) enum Wanted<'a, 'b> {
    /// Give each row on.
    Rows(&'a mut Rows<'b>),
    /// Keep each object.
    Objects(&'a mut Vec<Element>),
}

/// Gives rows on, and sees that their keys rise.
pub(super) struct Rows<'a> {
    select: &'a Select,
    each: &'a mut dyn FnMut(&Row<'_>),
    values: Vec<String>,
    key: usize,
    /// The last key that was given on; empty before the first.
    pub(super) last: String,
    /// How many were given on.
    pub(super) count: u64,
}

/// How an answer ended.
#[derive(Debug)]
pub(super) enum End {
    /// Whole.
    Whole,
    /// It is a fault.
    Fault(Fault),
}

/// Why an answer could not be read.
#[derive(Debug)]
pub(super) enum Unread {
    /// The stream broke or the document ended early.
    Broken(xml::Fault),
    /// It is not such an answer.
    Wrong(String),
}

impl From<xml::Fault> for Unread {
    fn from(fault: xml::Fault) -> Self {
        match fault {
            xml::Fault::Malformed(problem) => Self::Wrong(problem),
            broken => Self::Broken(broken),
        }
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(select: &'a Select, each: &'a mut dyn FnMut(&Row<'_>)) -> Self {
        let values = vec![String::new(); select.columns.len()];
        let key = select.key_column();
        Self { select, each, values, key, last: String::new(), count: 0 }
    }

    /// Reads a row that was just opened, and gives it on.
    fn take<R: BufRead>(&mut self, xml: &mut Xml<R>) -> Result<(), Unread> {
        xml.cells(&mut self.values, |name, next| self.select.column(name, next))?;
        let (select, key) = (self.select, self.values[self.key].as_str());
        if key.is_empty() {
            return Err(Unread::Wrong(format!("a row of {} has no `{}`", select.name, select.key)));
        }
        if key <= self.last.as_str() {
            return Err(Unread::Wrong(format!(
                "the rows of {} are not in the order of `{}` that was asked for",
                select.name, select.key
            )));
        }
        (self.each)(&Row { columns: &select.columns, values: &self.values });
        self.last.clear();
        self.last.push_str(&self.values[self.key]);
        self.count += 1;
        Ok(())
    }
}

impl Wanted<'_, '_> {
    /// How many rows were given on. Objects are not, before the answer is whole.
    pub(super) fn given(&self) -> u64 {
        match self {
            Self::Rows(rows) => rows.count,
            Self::Objects(_) => 0,
        }
    }

    /// Makes ready for an answer from its beginning.
    pub(super) fn begin(&mut self) {
        if let Self::Objects(objects) = self {
            objects.clear();
        }
    }
}

/// Reads an answer to its end. Goes by local names and by nothing else.
pub(super) fn read<R: BufRead>(input: R, wanted: &mut Wanted<'_, '_>) -> Result<End, Unread> {
    wanted.begin();
    let mut xml = Xml::new(input);
    let mut path = Path::Outside;
    let mut returned = false;
    let mut fault = None;
    loop {
        let opened = match xml.step()? {
            Step::Open(tag) => match (path, tag.name()) {
                (Path::Outside, "Envelope") => Next::Down(Path::Envelope),
                (Path::Outside, other) => {
                    let other: String = other.chars().take(40).collect();
                    return Err(Unread::Wrong(format!("it is `{other}`, not SOAP")));
                }
                (Path::Envelope, "Body") => Next::Down(Path::Body),
                (Path::Body, "Fault") => Next::Fault(Opened::of(&tag)),
                (Path::Body, _) => Next::Down(Path::Response),
                (Path::Response, "return") => Next::Down(Path::Return),
                (Path::Return, "row") if matches!(wanted, Wanted::Rows(_)) => Next::Row,
                (Path::Return, _) if matches!(wanted, Wanted::Objects(_)) => {
                    Next::Object(Opened::of(&tag))
                }
                _ => Next::Pass,
            },
            Step::Close => Next::Up,
            Step::Text(_) | Step::Aside => continue,
            Step::End => break,
        };
        match (opened, &mut *wanted) {
            (Next::Down(to), _) => {
                returned |= to == Path::Return;
                path = to;
            }
            (Next::Up, _) => path = path.up(),
            (Next::Fault(opened), _) => fault = Some(Fault::of(&Element::read(opened, &mut xml)?)),
            (Next::Row, Wanted::Rows(rows)) => rows.take(&mut xml)?,
            (Next::Object(opened), Wanted::Objects(objects)) => {
                objects.push(Element::read(opened, &mut xml)?);
            }
            (Next::Pass | Next::Row | Next::Object(_), _) => xml.pass()?,
        }
    }
    match (fault, returned) {
        (Some(fault), _) => Ok(End::Fault(fault)),
        (None, true) => Ok(End::Whole),
        (None, false) => Err(Unread::Wrong("it has no `return`".into())),
    }
}

enum Next {
    Down(Path),
    Up,
    Fault(Opened),
    Row,
    Object(Opened),
    Pass,
}

/// Which element is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    Outside,
    Envelope,
    Body,
    Response,
    Return,
}

impl Path {
    fn up(self) -> Self {
        match self {
            Self::Return => Self::Response,
            Self::Response => Self::Body,
            Self::Body => Self::Envelope,
            Self::Envelope | Self::Outside => Self::Outside,
        }
    }
}
