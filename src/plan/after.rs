//! A directory once a plan is applied to it.

use super::{Action, Change, EntryKind, Plan, equipment, ledger};
use crate::directory::{
    Collection, Directory, Field, Group, GroupPath, Id, Inventory, Person, Reason, Status, Text,
    Value, WrongValue,
};

/// Why a plan can't be applied to a directory: it was made for another one, or changed by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The entry that it changes is not there, or is there where it should be new.
    #[error("{change} is about `{key}`, which the directory {}", if *there { "already has" } else { "does not have" })]
    Entry {
        /// The change's short id.
        change: Text,
        /// The entry.
        key: Text,
        /// Whether the directory has it.
        there: bool,
    },
    /// A field no longer has the value that the plan changes.
    #[error("{change} changes `{field}` of `{key}` from {planned}, but it is {held}")]
    Field {
        /// The change's short id.
        change: Text,
        /// The entry.
        key: Text,
        /// The field.
        field: Text,
        /// What the plan says it was.
        planned: Box<Value>,
        /// What it is.
        held: Box<Value>,
    },
    /// Somebody whom the plan lets go, and who was changed since it was made.
    #[error(
        "{change} lets `{key}` go, but since the plan was made `{field}` of them became {held}"
    )]
    Since {
        /// The change's short id.
        change: Text,
        /// The entry.
        key: Text,
        /// The field.
        field: Text,
        /// What it is now.
        held: Box<Value>,
    },
    /// A number or a record that the plan gives to somebody, and that somebody else keeps, since
    /// the change that takes it from them doesn't fit.
    #[error(
        "{change} gives `{what}` to `{key}`, but `{by}` keeps it, as their change no longer fits"
    )]
    Kept {
        /// The change's short id.
        change: Text,
        /// Who was to get it.
        key: Text,
        /// The number with its pbx, or the record.
        what: Text,
        /// Who has it.
        by: Id,
    },
    /// Somebody who was to become one with another person, who isn't what they were to be.
    #[error(
        "{change} makes `{key}` one with `{with}`, whose change no longer fits or who is not there"
    )]
    Apart {
        /// The change's short id.
        change: Text,
        /// Who was to be merged.
        key: Text,
        /// Whose id was to stay.
        with: Text,
    },
    /// A number or a record that the plan gives to somebody, and that somebody else got since it
    /// was made.
    #[error("{change} gives `{number}` to `{key}`, but since the plan was made `{by}` got it")]
    Number {
        /// The change's short id.
        change: Text,
        /// Who was to get it.
        key: Text,
        /// The number with its pbx: `hq:4021`; or the record.
        number: Text,
        /// Who has it.
        by: Id,
    },
    /// A device that the plan gives to somebody who is not there, or who doesn't come since their
    /// own change no longer fits.
    #[error("{change} gives `{key}` to `{owner}`, who is not in the directory")]
    Owner {
        /// The change's short id.
        change: Text,
        /// The device.
        key: Text,
        /// Who was to get it.
        owner: Text,
    },
    /// Something that no plan of ours says.
    #[error("{change} can't be applied: {because}")]
    Senseless {
        /// The change's short id.
        change: Text,
        /// What is wrong with it.
        because: String,
    },
}

impl Misfit {
    /// The short id of the change that doesn't fit.
    pub fn change(&self) -> &Text {
        match self {
            Self::Entry { change, .. }
            | Self::Field { change, .. }
            | Self::Since { change, .. }
            | Self::Number { change, .. }
            | Self::Kept { change, .. }
            | Self::Apart { change, .. }
            | Self::Owner { change, .. }
            | Self::Senseless { change, .. } => change,
        }
    }

    pub(super) fn senseless(change: &Change, because: impl ToString) -> Self {
        Self::Senseless { change: change.id.clone(), because: because.to_string() }
    }

    pub(super) fn entry(change: &Change, there: bool) -> Self {
        Self::Entry { change: change.id.clone(), key: change.key.clone(), there }
    }
}

impl Directory {
    /// What becomes of the person whom a change is about.
    ///
    /// # Errors
    ///
    /// [`Misfit`] where the change doesn't fit them.
    pub fn altered(&self, change: &Change, plan: &Plan) -> Result<Person, Misfit> {
        let at = self.people.binary_search_by(|person| person.id.as_str().cmp(&change.key));
        match (change.action, at) {
            (Action::Add, Ok(_)) => Err(Misfit::entry(change, true)),
            (Action::Add | Action::Split, Err(_)) => new_person(change),
            (_, Err(_)) => Err(Misfit::entry(change, false)),
            (_, Ok(at)) => {
                let mut person = self.people[at].clone();
                alter(&mut person, change, status(change, plan.made_at)?)?;
                Ok(person)
            }
        }
    }

    /// The directory that a plan leads to. A change whose `before` is not what is held is refused.
    ///
    /// # Errors
    ///
    /// [`Misfit`] names the first change that doesn't fit.
    pub fn after(mut self, plan: &Plan) -> Result<Self, Misfit> {
        let since = plan.made_at;
        let mut new_people = Vec::new();
        let mut new_equipment = Inventory::default();
        let mut new_groups = Vec::new();
        let mut new_collections = Vec::new();
        for change in &plan.changes {
            let status = status(change, since)?;
            match (change.entry, change.action) {
                (EntryKind::Person, Action::Add) => {
                    new_people.push(new_person(change)?);
                }
                (EntryKind::Person, Action::Split)
                    if self
                        .people
                        .binary_search_by(|p| p.id.as_str().cmp(&change.key))
                        .is_err() =>
                {
                    new_people.push(new_person(change)?);
                }
                (EntryKind::Person, _) => {
                    let at = self.people.binary_search_by(|p| p.id.as_str().cmp(&change.key));
                    let at = at.map_err(|_| Misfit::entry(change, false))?;
                    alter(&mut self.people[at], change, status)?;
                }
                (EntryKind::Device | EntryKind::SystemDevice | EntryKind::Channel, _) => {
                    equipment::apply(&mut self.inventory, &mut new_equipment, change, status)?;
                }
                (EntryKind::Group, Action::Add) => {
                    let path = GroupPath::parse(&change.key)
                        .map_err(|bad| Misfit::senseless(change, bad))?;
                    new_groups.push(Group { path, status });
                }
                (EntryKind::Group, _) => {
                    let at = self.groups.binary_search_by(|g| g.path.as_str().cmp(&change.key));
                    let at = at.map_err(|_| Misfit::entry(change, false))?;
                    self.groups[at].status = status;
                }
                (EntryKind::Collection, Action::Add) => {
                    let mut collection = Collection {
                        name: change.key.clone(),
                        title: Text::default(),
                        rule: Text::default(),
                        members: Vec::new(),
                        status,
                    };
                    alter_collection(&mut collection, change)?;
                    new_collections.push(collection);
                }
                (EntryKind::Collection, _) => {
                    let at = self.collections.binary_search_by(|c| c.name.cmp(&change.key));
                    let at = at.map_err(|_| Misfit::entry(change, false))?;
                    self.collections[at].status = status;
                    alter_collection(&mut self.collections[at], change)?;
                }
            }
        }
        self.people.append(&mut new_people);
        self.people.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some([one, _]) = self.people.windows(2).find(|two| two[0].id == two[1].id) {
            return Err(there_already(plan, EntryKind::Person, one.id.as_str()));
        }
        equipment::join(&mut self.inventory, new_equipment)
            .map_err(|(entry, id)| there_already(plan, entry, id.as_str()))?;
        self.groups.append(&mut new_groups);
        self.groups.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some([one, _]) = self.groups.windows(2).find(|two| two[0].path == two[1].path) {
            return Err(there_already(plan, EntryKind::Group, one.path.as_str()));
        }
        self.collections.append(&mut new_collections);
        self.collections.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some([one, _]) = self.collections.windows(2).find(|two| two[0].name == two[1].name) {
            return Err(there_already(plan, EntryKind::Collection, &one.name));
        }
        // Where nothing was read, nothing is known of what the sources have.
        if !plan.sources.is_empty() {
            ledger::forward(&mut self, plan);
        }
        Ok(self)
    }
}

/// The misfit of an addition of what is there, in the directory or by the same plan.
fn there_already(plan: &Plan, entry: EntryKind, key: &str) -> Misfit {
    let adds = |change: &&Change| {
        change.entry == entry && change.action == Action::Add && change.key == key
    };
    let change = plan.changes.iter().rfind(adds).map(|change| change.id.clone());
    Misfit::Entry { change: change.unwrap_or_default(), key: key.into(), there: true }
}

fn status(change: &Change, since: jiff::Timestamp) -> Result<Status, Misfit> {
    match (change.action, change.reason, &change.evidence) {
        (Action::Disable, Some(reason), Some(evidence)) => {
            Ok(Status::Disabled { reason, since, evidence: evidence.clone() })
        }
        (Action::Merge, _, Some(evidence)) => {
            Ok(Status::Disabled { reason: Reason::Merged, since, evidence: evidence.clone() })
        }
        (Action::Disable | Action::Merge, ..) => {
            Err(Misfit::senseless(change, "a disable without its reason"))
        }
        _ => Ok(Status::Active),
    }
}

fn new_person(change: &Change) -> Result<Person, Misfit> {
    let id = Id::parse(&change.key).map_err(|bad| Misfit::senseless(change, bad))?;
    let path = change
        .field(Field::Path)
        .and_then(|path| path.after.as_text())
        .ok_or_else(|| Misfit::senseless(change, "an addition without a path"))?;
    let path = GroupPath::parse(path).map_err(|bad| Misfit::senseless(change, bad))?;
    let mut person = Person::new(id, change.name.clone(), path);
    for field in &change.fields {
        set(&mut person, change, &field.field, field.after.clone())?;
    }
    Ok(person)
}

/// All that keeps a change from being made to that person.
pub(super) fn unfit<'c>(
    person: &'c Person,
    change: &'c Change,
) -> impl Iterator<Item = Misfit> + 'c {
    let fits = match change.action {
        Action::Enable | Action::Split => !person.status.is_active(),
        Action::Disable | Action::Merge | Action::Update | Action::Move | Action::Add => {
            person.status.is_active()
        }
    };
    let status = (!fits).then(|| {
        let now = match &person.status {
            Status::Active => "active",
            Status::Disabled { reason, .. } => reason_word(*reason),
        };
        Misfit::senseless(change, format!("`{}` is already {now}", change.key))
    });
    let fields = change.fields.iter().filter_map(move |field| {
        let Some(known) = Field::parse(&field.field) else {
            return Some(Misfit::senseless(change, format!("no field `{}`", field.field)));
        };
        let held = person.get(known);
        (held != field.before).then(|| Misfit::Field {
            change: change.id.clone(),
            key: change.key.clone(),
            field: field.field.clone(),
            planned: Box::new(field.before.clone()),
            held: Box::new(held),
        })
    });
    status.into_iter().chain(fields)
}

fn alter(person: &mut Person, change: &Change, status: Status) -> Result<(), Misfit> {
    if let Some(misfit) = unfit(person, change).next() {
        return Err(misfit);
    }
    for field in &change.fields {
        set(person, change, &field.field, field.after.clone())?;
    }
    person.status = status;
    Ok(())
}

fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Manual => "disabled by hand",
        Reason::Merged => "one with another person",
        Reason::SourceDisabled | Reason::SourceDeleted | Reason::Gone | Reason::OutOfScope => {
            "disabled"
        }
    }
}

fn set(person: &mut Person, change: &Change, field: &str, value: Value) -> Result<(), Misfit> {
    let known = Field::parse(field)
        .ok_or_else(|| Misfit::senseless(change, format!("no field `{field}`")))?;
    person.set(known, value).map_err(|wrong: WrongValue| Misfit::senseless(change, wrong))
}

fn alter_collection(collection: &mut Collection, change: &Change) -> Result<(), Misfit> {
    let mut joined = Vec::new();
    let mut left = Vec::new();
    for field in &change.fields {
        match (field.field.as_str(), &field.before, &field.after) {
            ("title", _, Value::Text(title)) => collection.title = title.clone(),
            ("rule", _, Value::Text(rule)) => collection.rule = rule.clone(),
            ("members", before, after) => {
                let id = |text: &str| Id::parse(text).map_err(|bad| Misfit::senseless(change, bad));
                left.extend(before.as_text().map(id).transpose()?);
                joined.extend(after.as_text().map(id).transpose()?);
            }
            (field, ..) => {
                return Err(Misfit::senseless(change, format!("`{field}` of a collection")));
            }
        }
    }
    left.sort();
    collection.members.retain(|member| left.binary_search(member).is_err());
    collection.members.append(&mut joined);
    collection.members.sort();
    collection.members.dedup();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misfit_says_values_as_people_write_them() {
        let misfit = Misfit::Field {
            change: "c1".into(),
            key: "staff/7".into(),
            field: "department".into(),
            planned: Box::new(Value::Text("Sales".into())),
            held: Box::new(Value::None),
        };
        assert_eq!(
            misfit.to_string(),
            "c1 changes `department` of `staff/7` from `Sales`, but it is nothing"
        );
    }
}
