//! `list…` and `get…`: questions about objects.

use super::{AxlError, answer::Wanted, envelope::Body, session::Session};
use crate::wire::xml::Element;

/// An element that is asked for in `returnedTags`, with those in it; in the order of the schema.
#[derive(Debug, Clone, Copy)]
pub(in crate::connectors::cisco_ucm) struct Tag {
    /// Its name.
    pub(in crate::connectors::cisco_ucm) name: &'static str,
    /// What is asked for in it.
    pub(in crate::connectors::cisco_ucm) inner: &'static [Tag],
}

impl Tag {
    /// One that has only text.
    pub(in crate::connectors::cisco_ucm) const fn text(name: &'static str) -> Self {
        Self { name, inner: &[] }
    }
}

/// One question about objects; there are only those that read.
#[derive(Debug, Clone, Copy)]
pub(in crate::connectors::cisco_ucm) enum Operation<'a> {
    /// `list…`
    List {
        /// The object: `Phone`.
        object: &'static str,
        /// Names and patterns, of which all must fit; `%` stands for anything.
        criteria: &'a [(&'static str, &'a str)],
        /// What to give of each.
        tags: &'static [Tag],
        /// How many to leave out at the front.
        skip: u64,
        /// How many to give at most.
        first: u64,
    },
    /// `get…`
    Get {
        /// The object: `Phone`.
        object: &'static str,
        /// What it is found by: `uuid`, `name`, `userid`, or `pattern` and `routePartitionName`.
        by: &'a [(&'static str, &'a str)],
        /// What to give of it.
        tags: &'static [Tag],
    },
}

impl Operation<'_> {
    /// The operation's name: `listPhone`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::List { object, .. } => format!("list{object}"),
            Self::Get { object, .. } => format!("get{object}"),
        }
    }

    /// What stands in the operation's element, in the order of the schema.
    pub(super) fn write(&self, body: &mut Body) {
        match *self {
            Self::List { criteria, tags, skip, first, .. } => {
                body.within("searchCriteria", |body| {
                    criteria.iter().for_each(|(name, pattern)| body.text(name, pattern));
                });
                body.within("returnedTags", |body| write_all(tags, body));
                body.text("skip", &skip.to_string());
                body.text("first", &first.to_string());
            }
            Self::Get { by, tags, .. } => {
                by.iter().for_each(|(name, value)| body.text(name, value));
                if !tags.is_empty() {
                    body.within("returnedTags", |body| write_all(tags, body));
                }
            }
        }
    }
}

fn write_all(tags: &[Tag], body: &mut Body) {
    for tag in tags {
        match tag.inner {
            [] => body.empty(tag.name),
            inner => body.within(tag.name, |body| write_all(inner, body)),
        }
    }
}

/// Asks once; an answer that breaks off is asked for again, so what it gave is held until its end.
pub(super) fn call(
    session: &mut Session<'_>,
    operation: &Operation<'_>,
    each: &mut dyn FnMut(&Element),
) -> Result<(), AxlError> {
    let mut objects = Vec::new();
    session.ask(
        &operation.name(),
        &|body| operation.write(body),
        &mut Wanted::Objects(&mut objects),
    )?;
    objects.iter().for_each(each);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(operation: &Operation<'_>) -> String {
        let mut body = Body::default();
        operation.write(&mut body);
        body.finish().unwrap()
    }

    #[test]
    fn a_list_is_in_the_order_of_the_schema() {
        const TAGS: &[Tag] =
            &[Tag::text("name"), Tag { name: "lines", inner: &[Tag::text("line")] }];
        let list = Operation::List {
            object: "Phone",
            criteria: &[("name", "SEP<%")],
            tags: TAGS,
            skip: 0,
            first: 500,
        };
        assert_eq!(list.name(), "listPhone");
        assert_eq!(
            written(&list),
            "<searchCriteria><name>SEP&lt;%</name></searchCriteria>\
             <returnedTags><name/><lines><line/></lines></returnedTags>\
             <skip>0</skip><first>500</first>"
        );
    }

    #[test]
    fn a_get_names_what_it_is_found_by() {
        let by = [("pattern", "4021"), ("routePartitionName", "Internal")];
        let get = Operation::Get { object: "Line", by: &by, tags: &[] };
        assert_eq!(get.name(), "getLine");
        assert_eq!(
            written(&get),
            "<pattern>4021</pattern><routePartitionName>Internal</routePartitionName>"
        );
    }
}
