//! How lists and single objects are asked for, one request at a time, and what shows that a list is
//! whole.
//!
//! The order of a list isn't promised, nor is it the same from page to page: where an object comes
//! or goes between two pages, others move across the border and are given twice or not at all. So a
//! list of more than one page is asked for once more, by key only, and has to know each key that
//! the second reading has.

use super::{
    operations::{Get, List},
    rows,
};
use crate::{
    connectors::cisco_ucm::axl::{AxlError, Operation, Tag},
    directory::Text,
    source::Progress,
    wire::xml::Element,
};

/// Where answers come from: the session, or answers that were prepared.
pub(super) type Asked<'a> =
    dyn FnMut(&Operation<'_>, &mut dyn FnMut(&Element)) -> Result<(), AxlError> + 'a;

/// Asks, and keeps what shows whether the answers are whole.
pub(super) struct Asking<'a> {
    ask: &'a mut Asked<'a>,
    progress: &'a dyn Progress,
    /// How many objects a page may have.
    page: u64,
    /// Why something may be missing, if it may: phrases.
    pub(super) doubts: Vec<String>,
    /// How many objects were asked for alone.
    pub(super) asked: u64,
    /// How many of those were no longer there.
    pub(super) gone: u64,
}

/// One reading of a list.
struct Reading<T> {
    /// What was made of each object, with its key.
    rows: Vec<(Text, T)>,
    pages: u64,
    /// How many objects had no key.
    keyless: u64,
}

impl<'a> Asking<'a> {
    pub(super) fn new(ask: &'a mut Asked<'a>, progress: &'a dyn Progress, page: u64) -> Self {
        Self { ask, progress, page, doubts: Vec::new(), asked: 0, gone: 0 }
    }

    /// All objects of a list, by their keys: read once more where the first reading has gaps, and in
    /// doubt where the second has too.
    pub(super) fn list<T>(
        &mut self,
        list: &List,
        row: impl Fn(&Text, &Element) -> T,
    ) -> Result<Vec<(Text, T)>, AxlError> {
        let mut again = true;
        loop {
            let reading = self.reading(list, list.tags, &row)?;
            let gap = self.gap(list, &reading)?;
            match gap {
                Some(gap) if !again => self.doubts.push(gap),
                Some(gap) => {
                    tracing::debug!("{gap}: reading them again");
                    again = false;
                    continue;
                }
                None => {}
            }
            let mut rows = reading.rows;
            rows.sort_by(|a, b| a.0.cmp(&b.0));
            rows.dedup_by(|later, first| later.0 == first.0);
            return Ok(rows);
        }
    }

    /// The keys of a list as it is now, sorted.
    pub(super) fn keys(&mut self, list: &List) -> Result<Vec<Text>, AxlError> {
        let key: Vec<Tag> = list.tags.iter().filter(|tag| tag.name == list.key).copied().collect();
        let reading = self.reading(list, &key, &|_, _| ())?;
        let mut keys: Vec<Text> = reading.rows.into_iter().map(|(key, ())| key).collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// Whether a list can be read: one object of it is asked for.
    pub(super) fn try_one(&mut self, list: &List) -> Result<(), AxlError> {
        let one = Operation::List {
            object: list.object,
            criteria: &[(list.key, "%")],
            tags: list.tags,
            skip: 0,
            first: 1,
        };
        (self.ask)(&one, &mut |_| {})
    }

    /// What is asked of one object; none if it has gone since it was listed, which is counted.
    pub(super) fn get(&mut self, get: &Get, pkid: &str) -> Result<Option<Element>, AxlError> {
        let found = self.again(get, pkid)?;
        self.asked += 1;
        self.gone += u64::from(found.is_none());
        self.progress.advance(1);
        Ok(found)
    }

    /// The same of one that was asked for before.
    pub(super) fn again(&mut self, get: &Get, pkid: &str) -> Result<Option<Element>, AxlError> {
        let uuid = format!("{{{}}}", pkid.to_ascii_uppercase());
        let get = Operation::Get { object: get.object, by: &[("uuid", &uuid)], tags: get.tags };
        let mut found = None;
        match (self.ask)(&get, &mut |element| found = Some(element.clone())) {
            Ok(()) | Err(AxlError::Missing { .. }) => Ok(found),
            Err(error) => Err(error),
        }
    }

    /// Reads a list to its end: a page that is shorter than was asked for.
    fn reading<T>(
        &mut self,
        list: &List,
        tags: &[Tag],
        row: &impl Fn(&Text, &Element) -> T,
    ) -> Result<Reading<T>, AxlError> {
        let mut reading = Reading { rows: Vec::new(), pages: 0, keyless: 0 };
        let mut skip = 0;
        loop {
            let page = Operation::List {
                object: list.object,
                criteria: &[(list.key, "%")],
                tags,
                skip,
                first: self.page,
            };
            let mut given = 0;
            let answered = (self.ask)(&page, &mut |element| {
                given += 1;
                let key = rows::key(element.attribute("uuid"));
                if key.is_empty() {
                    reading.keyless += 1;
                } else {
                    let row = row(&key, element);
                    reading.rows.push((key, row));
                }
            });
            match answered {
                Ok(()) => {}
                Err(AxlError::TooLarge { fitting }) if self.page > 1 => {
                    self.page = fitting.unwrap_or(u64::MAX).min(self.page / 2).max(1);
                    continue;
                }
                Err(error) => return Err(error),
            }
            reading.pages += 1;
            skip += given;
            if given < self.page {
                return Ok(reading);
            }
        }
    }

    /// What shows that a reading isn't whole.
    fn gap<T>(&mut self, list: &List, reading: &Reading<T>) -> Result<Option<String>, AxlError> {
        let about = list.about;
        if reading.keyless > 0 {
            return Ok(Some(format!("{} {about} came without a key", reading.keyless)));
        }
        if reading.pages < 2 {
            return Ok(None);
        }
        let mut known: Vec<&Text> = reading.rows.iter().map(|(key, _)| key).collect();
        known.sort_unstable();
        let twice = known.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let later = self.keys(list)?;
        let unseen = later.iter().filter(|key| known.binary_search(key).is_err()).count();
        Ok((twice + unseen > 0).then(|| {
            format!("the list of {about} moved while it was read: {twice} came twice, {unseen} not")
        }))
    }
}
