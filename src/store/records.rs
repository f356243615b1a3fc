//! Groups, collections, and what they share with people and the ledger: as text, and back.

use jiff::Timestamp;

use crate::directory::{Collection, Group, GroupPath, Id, Reason, Status, Text};

use super::{
    block::{self, Block, Fields, Flaw, Raw, Shape},
    key::{self, Key},
    text,
};

/// The fields of a status; absent ones and `active` say that the entry is in use.
const STATUS: [&str; 4] = ["status", "reason", "since", "evidence"];

/// Appends an entry's key, and the name in full where the key was cut.
pub(super) fn head(out: &mut String, prefix: &str, word: &str, name: &str) {
    let key = key::of(prefix, name);
    out.push_str(key.as_str());
    out.push_str(":\n");
    if let Key::Cut(_) = key {
        field(out, word, name);
    }
}

/// Appends a field.
pub(super) fn field(out: &mut String, name: &str, value: &str) {
    out.push_str("  ");
    out.push_str(name);
    out.push_str(": ");
    text::quote(out, value);
    out.push('\n');
}

/// Appends a field that has a value.
pub(super) fn some(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        field(out, name, value);
    }
}

/// Appends a list on one line; nothing where it is empty.
pub(super) fn list(out: &mut String, name: &str, texts: impl Iterator<Item = impl AsRef<str>>) {
    let mut some = false;
    for one in texts {
        if !some {
            out.push_str("  ");
            out.push_str(name);
        }
        out.push_str(if some { ", " } else { ": [" });
        text::quote(out, one.as_ref());
        some = true;
    }
    if some {
        out.push_str("]\n");
    }
}

/// Appends a list, an item a line; nothing where it is empty.
pub(super) fn lines<'a>(out: &mut String, name: &str, texts: impl Iterator<Item = &'a str>) {
    for (at, one) in texts.enumerate() {
        if at == 0 {
            out.push_str("  ");
            out.push_str(name);
            out.push_str(":\n");
        }
        out.push_str("    - ");
        text::quote(out, one);
        out.push('\n');
    }
}

/// Appends a status.
pub(super) fn status(out: &mut String, status: &Status) {
    match status {
        Status::Active => field(out, "status", "active"),
        Status::Disabled { reason, since, evidence } => {
            field(out, "status", "disabled");
            field(out, "reason", reason.as_str());
            field(out, "since", &since.to_string());
            some(out, "evidence", Some(evidence));
        }
    }
}

/// Takes the status out of an entry.
pub(super) fn take_status(block: &mut Block<'_>) -> Result<Status, Flaw> {
    let at = block.fields.iter().find(|field| field.name == "status").map_or(block.at, |f| f.at);
    let [status, reason, since, evidence] = STATUS.map(|name| block.take_text(name));
    match status.as_deref() {
        None | Some("active") if reason.is_none() && since.is_none() && evidence.is_none() => {
            Ok(Status::Active)
        }
        None | Some("active") => {
            let message = "`reason`, `since` and `evidence` belong to `status: \"disabled\"`";
            Err(Flaw::new(at, message))
        }
        Some("disabled") => {
            let reason = reason.ok_or_else(|| Flaw::new(at, "a disabled entry has no `reason`"))?;
            let reason = Reason::parse(&reason)
                .ok_or_else(|| Flaw::new(at, format!("there is no reason `{reason}`")))?;
            let since = since.ok_or_else(|| Flaw::new(at, "a disabled entry has no `since`"))?;
            let since = time(&since).map_err(|message| Flaw::new(at, message))?;
            Ok(Status::Disabled { reason, since, evidence: evidence.unwrap_or_default() })
        }
        Some(other) => {
            Err(Flaw::new(at, format!("a status is `active` or `disabled`, not `{other}`")))
        }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| format!("`{text}` is not a time as `2026-11-20T09:30:00Z`"))
}

const GROUPS: Fields = &[
    ("path", Shape::Text),
    ("title", Shape::Text),
    ("folder", Shape::Text),
    ("status", Shape::Text),
    ("reason", Shape::Text),
    ("since", Shape::Text),
    ("evidence", Shape::Text),
];

/// Appends a group and the folder that its people are in.
pub(super) fn write_group(out: &mut String, group: &Group, folder: &str) {
    let Group { path, status: is } = group;
    out.push_str(key::of("g-", folder).as_str());
    out.push_str(":\n");
    field(out, "path", path.as_str());
    field(out, "title", path.name());
    field(out, "folder", folder);
    status(out, is);
}

/// Reads `groups.yaml`: each group and its folder.
pub(super) fn read_groups(text: &str) -> Result<Vec<(Group, Text)>, Flaw> {
    block::read(text, GROUPS, |block| {
        let at = block.at;
        let path = block.need_text("path")?;
        let path = GroupPath::parse(&path).map_err(|because| Flaw::new(at, because.to_string()))?;
        let folder = block.need_text("folder")?;
        if block.take_text("title").is_some_and(|title| title != path.name()) {
            return Err(Flaw::new(at, format!("the `title` of `{path}` is not its last name")));
        }
        Ok((Group { path, status: take_status(block)? }, folder))
    })
}

const COLLECTION: Fields = &[
    ("name", Shape::Text),
    ("title", Shape::Text),
    ("rule", Shape::Text),
    ("status", Shape::Text),
    ("reason", Shape::Text),
    ("since", Shape::Text),
    ("evidence", Shape::Text),
    ("members", Shape::List),
];

/// A collection as a file; a member a line, so that one who joins is one line.
pub(super) fn write_collection(collection: &Collection) -> String {
    let Collection { name, title, rule, members, status: is } = collection;
    let mut out = String::new();
    head(&mut out, "c-", "name", name);
    some(&mut out, "title", Some(title));
    some(&mut out, "rule", Some(rule));
    status(&mut out, is);
    lines(&mut out, "members", members.iter().map(Id::as_str));
    out
}

/// Reads a collection's file.
pub(super) fn read_collections(text: &str) -> Result<Vec<Collection>, Flaw> {
    block::read(text, COLLECTION, |block| {
        let at = block.at;
        let name = name(block, "c-", "name")?;
        let mut members = Vec::new();
        if let Some(field) = block.take("members") {
            let Raw::List(list) = field.value else {
                return Err(Flaw::new(field.at, "`members` has nothing in it"));
            };
            for member in list {
                members.push(
                    Id::parse(&member)
                        .map_err(|because| Flaw::new(field.at, because.to_string()))?,
                );
            }
        }
        members.sort();
        members.dedup();
        let status = take_status(block)?;
        let [title, rule] = ["title", "rule"].map(|n| block.take_text(n).unwrap_or_default());
        if name.is_empty() {
            return Err(Flaw::new(at, "a collection has no name"));
        }
        Ok(Collection { name, title, rule, members, status })
    })
}

/// Takes the id out of an entry whose key has this before it.
pub(super) fn take_id(block: &mut Block<'_>, prefix: &str) -> Result<Id, Flaw> {
    let name = match block.take_text("id") {
        Some(id) if key::of(prefix, &id).as_str() == block.key => id,
        Some(_) => {
            return Err(Flaw::new(block.at, format!("`{}` is not the key of its `id`", block.key)));
        }
        None => match key::name(prefix, &block.key) {
            Some(name) => name.into(),
            None => {
                let message = format!("`{}` is not `{prefix}` and an id", block.key);
                return Err(Flaw::new(block.at, message));
            }
        },
    };
    Id::parse(&name).map_err(|because| Flaw::new(block.at, because.to_string()))
}

/// Takes the time out since when an entry of the ledger is there.
pub(super) fn since(block: &mut Block<'_>) -> Result<Timestamp, Flaw> {
    let at = block.at;
    time(&block.need_text("since")?).map_err(|message| Flaw::new(at, message))
}

fn name(block: &mut Block<'_>, prefix: &str, word: &str) -> Result<Text, Flaw> {
    if let Some(name) = block.take_text(word) {
        return Ok(name);
    }
    match key::name(prefix, &block.key) {
        Some(name) if !name.is_empty() => Ok(name.into()),
        _ => Err(Flaw::new(block.at, format!("`{}` is not `{prefix}` and a name", block.key))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn text() -> impl Strategy<Value = Text> {
        any::<String>().prop_filter("never empty", |text| !text.is_empty()).prop_map(Text::from)
    }

    fn is() -> impl Strategy<Value = Status> {
        (any::<bool>(), 0..4_000_000_000_i64, text()).prop_map(|(active, second, evidence)| {
            let since = Timestamp::from_second(second).unwrap();
            let disabled = Status::Disabled { reason: Reason::Manual, since, evidence };
            if active { Status::Active } else { disabled }
        })
    }

    #[test]
    fn a_member_of_a_collection_is_a_line() {
        let collection = Collection {
            name: "all-sales".into(),
            title: "All Sales".into(),
            rule: "path is endingwith('/Sales')".into(),
            members: vec![Id::new("staff", "7"), Id::new("staff", "8")],
            status: Status::Active,
        };
        assert_eq!(
            write_collection(&collection),
            r#"c-all-sales:
  title: "All Sales"
  rule: "path is endingwith('/Sales')"
  status: "active"
  members:
    - "staff/7"
    - "staff/8"
"#
        );
    }

    #[test]
    fn a_group_tells_its_path_and_folder() {
        let path = GroupPath::parse("/London/R&D").unwrap();
        let mut out = String::new();
        write_group(&mut out, &Group { path, status: Status::Active }, "london-1/r-d-2");
        assert_eq!(
            out,
            r#"g-london-1/r-d-2:
  path: "/London/R&D"
  title: "R&D"
  folder: "london-1/r-d-2"
  status: "active"
"#
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            name in text(), title in text(), keys in vec(text(), 0..4), is in is(),
        ) {
            let mut members: Vec<Id> = keys.iter().map(|key| Id::new("staff", key)).collect();
            members.sort();
            members.dedup();
            let rule = title.clone();
            let collection = Collection { name: name.clone(), title, rule, members, status: is.clone() };
            let written = write_collection(&collection);
            prop_assert_eq!(read_collections(&written).unwrap(), vec![collection]);
            serde_yaml::from_str::<serde_yaml::Value>(&written).unwrap();

            if let Ok(path) = GroupPath::parse(&format!("/{name}")) {
                let group = Group { path, status: is };
                let mut out = String::new();
                write_group(&mut out, &group, "x-1");
                prop_assert_eq!(read_groups(&out).unwrap(), vec![(group, Text::from("x-1"))]);
                serde_yaml::from_str::<serde_yaml::Value>(&out).unwrap();
            }
        }
    }
}
