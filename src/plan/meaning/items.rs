//! The changes of people, each with the person as they are, and which of their fields are told.

use crate::{
    directory::{Directory, Extension, Field, Person, Value},
    plan::{Action, Change, EntryKind, FieldChange},
};

/// One person's change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub change: &'a Change,
    /// The person before it; none where they are new.
    pub held: Option<&'a Person>,
}

/// All people's changes in the order of the plan, and the fields that a meaning tells already.
#[derive(Debug)]
pub(super) struct Items<'a> {
    pub all: Vec<Item<'a>>,
    told: Vec<u32>,
}

impl<'a> Items<'a> {
    /// The people's changes; `changes` are in the order of a plan.
    pub fn of(held: &'a Directory, changes: &'a [Change]) -> Self {
        let people = changes.partition_point(|change| change.entry == EntryKind::Person);
        let mut all = Vec::with_capacity(people);
        // Inside a run of one action the keys ascend, so each search goes on where the last ended.
        let (mut rest, mut last) = (held.people.as_slice(), "");
        for change in &changes[..people] {
            if change.key.as_str() < last {
                rest = &held.people;
            }
            last = &change.key;
            let held = if change.action == Action::Add {
                None
            } else {
                rest = &rest[rest.partition_point(|person| person.id.as_str() < last)..];
                rest.first().filter(|person| person.id.as_str() == last)
            };
            all.push(Item { change, held });
        }
        let told = vec![0; all.len()];
        Self { all, told }
    }

    pub fn told(&self, at: usize, field: Field) -> bool {
        self.told[at] & bit(field) != 0
    }

    pub fn tell(&mut self, at: usize, field: Field) {
        self.told[at] |= bit(field);
    }

    /// The fields that change and are not told, of people who stay in use.
    pub fn untold(&self, at: usize) -> impl Iterator<Item = (Field, &'a FieldChange)> {
        let told = self.told[at];
        let item = self.all[at];
        let fields = if item.stays() { item.change.fields.as_slice() } else { &[] };
        fields
            .iter()
            .filter_map(|change| Some((Field::parse(&change.field)?, change)))
            .filter(move |(field, _)| told & bit(*field) == 0)
    }
}

fn bit(field: Field) -> u32 {
    1 << field as u32
}

impl<'a> Item<'a> {
    /// Whether the person is in use before.
    pub fn was_active(&self) -> bool {
        self.held.is_some_and(|person| person.status.is_active())
    }

    /// Whether the person is in use after.
    pub fn will_be_active(&self) -> bool {
        match self.change.action {
            Action::Disable | Action::Merge => false,
            Action::Update | Action::Move => self.was_active(),
            Action::Enable | Action::Split | Action::Add => true,
        }
    }

    /// Whether the person is in use before and after.
    pub fn stays(&self) -> bool {
        matches!(self.change.action, Action::Update | Action::Move) && self.was_active()
    }

    /// A text before, of a person in use.
    pub fn before(&self, field: Field) -> Option<&'a str> {
        self.held.filter(|person| person.status.is_active()).and_then(|person| text(person, field))
    }

    /// A text after, of a person in use.
    pub fn after(&self, field: Field) -> Option<&'a str> {
        if !self.will_be_active() {
            return None;
        }
        match self.change.field(field) {
            Some(change) => change.after.as_text(),
            None => match self.held {
                Some(person) => text(person, field),
                // What a person who is new is not told to have otherwise.
                None => (field == Field::Pbx).then_some("main"),
            },
        }
    }

    /// The numbers that calls are attributed by, before, of a person in use.
    pub fn numbers_before(&self) -> Vec<&'a str> {
        let held = self.held.filter(|person| person.status.is_active());
        let first = self.before(Field::Extension);
        let further = held.map_or(&[][..], |person| &person.additional_extensions);
        first.into_iter().chain(further.iter().map(Extension::as_str)).collect()
    }

    /// The same after.
    pub fn numbers_after(&self) -> Vec<&'a str> {
        if !self.will_be_active() {
            return Vec::new();
        }
        let mut numbers: Vec<&str> = self.after(Field::Extension).into_iter().collect();
        match self.change.field(Field::AdditionalExtensions).map(|change| &change.after) {
            Some(Value::List(list)) => numbers.extend(list.iter().map(|number| number.as_str())),
            Some(Value::Text(number)) => numbers.push(number),
            Some(Value::None | Value::Flag(_)) => {}
            None => {
                let held = self.held.map_or(&[][..], |person| &person.additional_extensions);
                numbers.extend(held.iter().map(Extension::as_str));
            }
        }
        numbers
    }
}

/// One of the texts that make people belong together.
pub(super) fn text(person: &Person, field: Field) -> Option<&str> {
    match field {
        Field::Department => person.department.as_deref(),
        Field::Site => person.site.as_deref(),
        Field::Pbx => Some(&person.pbx),
        Field::Extension => person.extension.as_ref().map(Extension::as_str),
        Field::Path => Some(person.path.as_str()),
        _ => None,
    }
}
