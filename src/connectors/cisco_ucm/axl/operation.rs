//! `list…` and `get…`: questions about objects.

use super::{AxlError, answer::Wanted, envelope::Body, session::Session};
use crate::wire::xml::Element;

/// An element that is asked for in `returnedTags`, with those in it; in the order of the schema.
///
/// The cluster looks at names only, but the schema has types for the tags, so that not every one
/// may be empty.
#[derive(Debug, Clone, Copy)]
pub(in crate::connectors::cisco_ucm) struct Tag {
    /// Its name.
    pub(in crate::connectors::cisco_ucm) name: &'static str,
    /// What stands in it, for the schema only.
    text: &'static str,
    /// What is asked for in it.
    inner: &'static [Tag],
    /// The first version that has it in this place.
    since: (u16, u16),
    /// The first version that no longer has it in this place.
    until: (u16, u16),
}

impl Tag {
    /// One that may be empty.
    pub(in crate::connectors::cisco_ucm) const fn text(name: &'static str) -> Self {
        Self { name, text: "", inner: &[], since: (0, 0), until: (u16::MAX, 0) }
    }

    /// One that may not: its type is an enumeration or a name.
    pub(in crate::connectors::cisco_ucm) const fn filled(
        name: &'static str,
        text: &'static str,
    ) -> Self {
        Self { text, ..Self::text(name) }
    }

    /// One with others in it.
    pub(in crate::connectors::cisco_ucm) const fn of(
        name: &'static str,
        inner: &'static [Tag],
    ) -> Self {
        Self { inner, ..Self::text(name) }
    }

    /// The same, in this place only from a version on.
    pub(in crate::connectors::cisco_ucm) const fn since(self, major: u16, minor: u16) -> Self {
        Self { since: (major, minor), ..self }
    }

    /// The same, in this place only before a version.
    pub(in crate::connectors::cisco_ucm) const fn until(self, major: u16, minor: u16) -> Self {
        Self { until: (major, minor), ..self }
    }

    /// Whether a version has it in this place.
    pub(in crate::connectors::cisco_ucm) fn is_in(&self, version: &str) -> bool {
        let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
        let version = (major.parse().unwrap_or(u16::MAX - 1), minor.parse().unwrap_or(0));
        self.since <= version && version < self.until
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
        tags: &'a [Tag],
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
        tags: &'a [Tag],
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
    pub(super) fn write(&self, version: &str, body: &mut Body) {
        match *self {
            Self::List { criteria, tags, skip, first, .. } => {
                body.within("searchCriteria", |body| {
                    criteria.iter().for_each(|(name, pattern)| body.text(name, pattern));
                });
                body.within("returnedTags", |body| write_all(tags, version, body));
                body.text("skip", &skip.to_string());
                body.text("first", &first.to_string());
            }
            Self::Get { by, tags, .. } => {
                by.iter().for_each(|(name, value)| body.text(name, value));
                if !tags.is_empty() {
                    body.within("returnedTags", |body| write_all(tags, version, body));
                }
            }
        }
    }
}

fn write_all(tags: &[Tag], version: &str, body: &mut Body) {
    for tag in tags.iter().filter(|tag| tag.is_in(version)) {
        match (tag.inner, tag.text) {
            ([], "") => body.empty(tag.name),
            ([], text) => body.text(tag.name, text),
            (inner, _) => body.within(tag.name, |body| write_all(inner, version, body)),
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
    let version = session.version().to_owned();
    session.ask(
        &operation.name(),
        &|body| operation.write(&version, body),
        &mut Wanted::Objects(&mut objects),
    )?;
    objects.iter().for_each(each);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(operation: &Operation<'_>) -> String {
        written_in("12.5", operation)
    }

    fn written_in(version: &str, operation: &Operation<'_>) -> String {
        let mut body = Body::default();
        operation.write(version, &mut body);
        body.finish().unwrap()
    }

    #[test]
    fn a_list_is_in_the_order_of_the_schema() {
        const TAGS: &[Tag] = &[Tag::text("name"), Tag::of("lines", &[Tag::text("line")])];
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

    #[test]
    fn a_tag_is_asked_for_only_where_the_version_has_it() {
        let tags = [Tag::text("a").since(10, 0), Tag::filled("b", "x").until(11, 0)];
        let get = Operation::Get { object: "User", by: &[], tags: &tags };
        assert_eq!(written_in("9.1", &get), "<returnedTags><b>x</b></returnedTags>");
        assert_eq!(written_in("10.0", &get), "<returnedTags><a/><b>x</b></returnedTags>");
        assert_eq!(written_in("12.5", &get), "<returnedTags><a/></returnedTags>");
    }
}
