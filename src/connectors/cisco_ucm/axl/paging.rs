//! All rows of a select, page by page: after each page, those whose key is above its last.

use super::{
    AxlError,
    answer::{Rows, Stop, Wanted},
    envelope::Body,
    select::{Row, Select},
    session::Session,
};
use crate::source::{FetchError, Progress};

/// How many rows are asked for before anything is known of their size.
const START: u32 = 2_000;

/// How many are asked for at most, however short they are.
const MOST: u32 = 50_000;

/// How many bytes a page should have: half of the server's 8 MB, of which rows that are longer than
/// those before must not make a refusal, and not in other clients' way.
const AIM: u64 = 4_000_000;

/// How many while all that is known is one page.
const FIRST_AIM: u64 = AIM / 2;

/// How much larger than the one before a page may be asked for.
const GROWTH: u32 = 4;

/// How often an answer may break off in the middle, in one select.
const BREAKS: u32 = 20;

/// How many rows to ask for.
#[derive(Debug)]
struct Pace {
    first: u32,
    most: u32,
    /// The longest that rows were, on the whole of a page.
    bytes_a_row: u64,
}

impl Pace {
    fn new() -> Self {
        Self { first: START, most: MOST, bytes_a_row: 0 }
    }

    /// A page had so many rows and bytes.
    fn learn(&mut self, rows: u64, bytes: u64) {
        let aim = if self.bytes_a_row == 0 { FIRST_AIM } else { AIM };
        self.bytes_a_row = self.bytes_a_row.max(bytes.div_ceil(rows.max(1))).max(1);
        let fits = aim / self.bytes_a_row;
        let most = self.most.min(self.first.saturating_mul(GROWTH));
        self.first = u32::try_from(fits).unwrap_or(MOST).clamp(1, most);
    }

    /// A page was too large for the server, which may have said how many rows might fit. Its
    /// number is an estimate, of which half is taken. Tells whether fewer can be asked for.
    fn shrink(&mut self, fitting: Option<u64>) -> bool {
        if self.first <= 1 {
            return false;
        }
        let half = self.first / 2;
        let estimate = fitting.and_then(|rows| u32::try_from(rows / 2).ok()).unwrap_or(half);
        self.first = half.min(estimate).max(1);
        self.most = self.first;
        true
    }
}

const SQL: &str = "executeSQLQuery";

/// Counts the rows.
pub(super) fn count(session: &mut Session<'_>, select: &Select) -> Result<u64, AxlError> {
    let sql = select.count();
    let mut rows = Vec::new();
    session.ask(SQL, &|body| body.text("sql", &sql), &mut Wanted::Objects(&mut rows))?;
    let total = match rows.as_slice() {
        [row] => row.children().first().and_then(|total| total.text().parse().ok()),
        _ => None,
    };
    total.ok_or_else(|| {
        AxlError::Fetch(FetchError::Server {
            problem: format!("the server doesn't say how many rows {} has", select.name),
            help: "report this with the release of the cluster".into(),
        })
    })
}

/// Asks for one row, to see that it can be had.
pub(super) fn first(session: &mut Session<'_>, select: &Select) -> Result<(), AxlError> {
    let sql = select.page("", 1);
    let mut ignored = |_: &Row<'_>| {};
    let mut rows = Rows::new(select, &mut ignored);
    session.ask(SQL, &|body| body.text("sql", &sql), &mut Wanted::Rows(&mut rows))?;
    Ok(())
}

/// Gives each row on; returns how many there were.
pub(super) fn all(
    session: &mut Session<'_>,
    select: &Select,
    progress: &dyn Progress,
    each: &mut dyn FnMut(&Row<'_>),
) -> Result<u64, AxlError> {
    let mut pace = Pace::new();
    let mut rows = Rows::new(select, each);
    let mut breaks = 0;
    loop {
        let (first, before) = (pace.first, rows.count);
        let sql = select.page(&rows.last, first);
        let write = |body: &mut Body| body.text("sql", &sql);
        let answer = session.ask(SQL, &write, &mut Wanted::Rows(&mut rows));
        let came = rows.count - before;
        progress.advance(came);
        match answer {
            Ok(_) if came < u64::from(first) => return Ok(rows.count),
            Ok(bytes) => pace.learn(came, bytes),
            Err(Stop::TooLarge(fitting)) if pace.shrink(fitting) => {}
            Err(Stop::TooLarge(_)) => {
                return Err(AxlError::Fetch(FetchError::Server {
                    problem: format!("a single row of {} is too large for the server", select.name),
                    help: "look at what else uses AXL at the same time, and try again".into(),
                }));
            }
            // What came was in order, so it is gone on with after that.
            Err(Stop::Lost(_)) if came > 0 && breaks < BREAKS => breaks += 1,
            Err(stop) => return Err(stop.into()),
        }
    }
}
