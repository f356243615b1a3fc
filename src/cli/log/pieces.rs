//! `log` of a device, a system device or a channel.

use std::collections::BTreeMap;

use super::{bare, entry_text, seen};
use crate::{
    cli::{
        Cx,
        arguments::{Form, Log as Words},
        documents::{LogCommit, LogDocument, OwnedDocument},
        exit::Exit,
        number::{Moment, interval},
        report::Failure,
        table::table,
    },
    directory::{Id, Property, Text, Value},
    plan::{Change, equipment_between},
    store::{Commit, Owned, PieceEntry, Store},
};

/// The id of equipment, where that is what was typed.
pub(super) fn known(store: &Store, head: &Commit, who: &str) -> Result<Option<Id>, Failure> {
    let Ok(id) = Id::parse(who) else { return Ok(None) };
    if !store.has_history(head)? {
        return Ok(None);
    }
    Ok((!store.piece(head, &id)?.is_empty()).then_some(id))
}

/// Tells the commits that changed it; of a device also whose it was.
pub(super) fn run(
    cx: &Cx<'_>,
    words: &Words,
    store: &Store,
    head: &Commit,
    id: &Id,
) -> Result<Exit, Failure> {
    let owners = store.owners(id, head)?;
    let mut names = Names { store, head, known: BTreeMap::new() };
    let mut commits = Vec::new();
    if words.output == Form::Text && !owners.is_empty() {
        cx.out.text(&owners_text(&owners, &mut names)?)?;
    }
    for entry in store.log_piece(id)?.take(words.limit.unwrap_or(usize::MAX)) {
        let PieceEntry { commit, before, after } = entry?;
        let change = equipment_between(&before, &after).into_iter().next();
        if words.output == Form::Text {
            let told = told(commit, change, &mut names)?;
            cx.out.text(&entry_text(&told, cx.all()))?;
        } else {
            commits.push(seen(commit, change));
        }
    }
    let document = |names: &mut Names<'_>| -> Result<LogDocument, Failure> {
        let owned = |owned: Owned| -> Result<OwnedDocument, Failure> {
            let Owned { device: _, person, by, from, until } = owned;
            Ok(OwnedDocument {
                name: names.of(&person)?,
                person,
                by: by.map(|by| Text::new_static(by.as_str())),
                from: Moment::of(&from),
                until: until.as_ref().map(Moment::of),
            })
        };
        let is_device = !store.piece(head, id)?.devices.is_empty() || !owners.is_empty();
        let owners = owners.iter().cloned().map(owned).collect::<Result<_, _>>()?;
        Ok(LogDocument {
            equipment: Some(id.clone()),
            owners: is_device.then_some(owners),
            commits,
            ..bare()
        })
    };
    match words.output {
        Form::Text => {}
        Form::Json => cx.out.json(&document(&mut names)?)?,
        Form::Yaml => cx.out.yaml(&document(&mut names)?)?,
    }
    Ok(Exit::Done)
}

/// A commit for a reader, who knows people by their names.
fn told(
    commit: Commit,
    change: Option<Change>,
    names: &mut Names<'_>,
) -> Result<LogCommit, Failure> {
    let mut told = seen(commit, change);
    let fields = told.change.iter_mut().flat_map(|change| &mut change.fields);
    for field in fields.filter(|field| field.field == Property::Owner.name()) {
        for value in [&mut field.before, &mut field.after] {
            if let Value::Text(text) = value
                && let Ok(id) = Id::parse(text)
                && let Some(name) = names.of(&id)?
            {
                *text = smol_str::format_smolstr!("{name} ({id})");
            }
        }
    }
    Ok(told)
}

/// Whose a device was, newest first.
fn owners_text(owners: &[Owned], names: &mut Names<'_>) -> Result<String, Failure> {
    let mut rows = Vec::new();
    for Owned { device: _, person, by, from, until } in owners {
        let who = match names.of(person)? {
            Some(name) => format!("{name} ({person})"),
            None => person.to_string(),
        };
        let by = by.map_or("", |by| by.as_str()).to_owned();
        let mut row = vec![who, by];
        row.extend(interval(from, until.as_ref()));
        rows.push(row);
    }
    let heading = ["owner", "shown by", "from", "by commit", "until", "by commit"];
    Ok(format!("{}\n", table(&heading, &rows)))
}

/// What people are called, each asked for once.
struct Names<'s> {
    store: &'s Store,
    head: &'s Commit,
    known: BTreeMap<Id, Option<Text>>,
}

impl Names<'_> {
    fn of(&mut self, id: &Id) -> Result<Option<Text>, Failure> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let name = self.store.person(self.head, id)?.map(|person| person.name);
        self.known.insert(id.clone(), name.clone());
        Ok(name)
    }
}
