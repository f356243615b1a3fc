//! Why the directory has a device, a system device or a channel as it does, as text; and the
//! devices of a person.

use super::{
    changes_text::listed,
    explanation::{Page, VALUE, commit, cut},
    inventory_text::in_words,
    safe::safe,
    styles::{DIM, DOUBT, STRONG, painted},
    value::value,
};
use crate::{
    directory::{Property, Value},
    explain::{DeviceSeen, EquipmentSeen, LineSeen, OtherSeen, PersonNamed, PropertySeen},
};

/// People named as those with whom a line is shared, and records that name a device.
const NAMED: usize = 5;

impl Page {
    /// What is said beneath the first line.
    pub(super) fn equipment_head(&mut self, seen: &EquipmentSeen) {
        let mut history = Vec::new();
        history.extend(seen.added.as_ref().map(|by| format!("added by {}", commit(by))));
        history.extend(seen.by.as_ref().map(|by| {
            let word = if seen.reason.is_some() { "disabled" } else { "enabled" };
            format!("{word} by {}", commit(by))
        }));
        if !history.is_empty() {
            self.line(2, &painted(DIM, history.join(", ")));
        }
        let source = safe(&seen.source).cut(60);
        let from = match (&seen.source_kind, seen.as_of) {
            (Some(kind), Some(as_of)) => {
                format!("{source} ({}), as of {as_of}", safe(kind).cut(40))
            }
            _ => source.to_string(),
        };
        self.line(2, &format!("{} of {from}", in_words(&seen.kind)));
    }

    /// Each property, and since when it is so.
    pub(super) fn equipment(&mut self, seen: &EquipmentSeen) {
        self.title("properties");
        let is = |property: &PropertySeen, other: Property| property.property == other.name();
        // Why somebody is the owner stands beneath who it is.
        let listed = |property: &&PropertySeen| !is(property, Property::OwnerBy);
        let properties: Vec<&PropertySeen> = seen.properties.iter().filter(listed).collect();
        let name = properties.iter().map(|one| one.property.len()).max().unwrap_or(0).max(5);
        let shown = |property: &PropertySeen| match &seen.owner {
            Some(owner) if is(property, Property::Owner) => match &owner.person {
                Some(person) => called(person),
                None => "nobody".into(),
            },
            _ => cut(&property.value, VALUE),
        };
        let texts: Vec<String> = properties.iter().map(|property| shown(property)).collect();
        let alone = |property: &PropertySeen| match property.value {
            Value::List(_) => true,
            Value::None | Value::Flag(_) | Value::Text(_) => false,
        };
        let wide = properties.iter().zip(&texts).filter(|(property, _)| !alone(property));
        let wide = wide.map(|(_, text)| safe(text).width()).max().unwrap_or(0);
        for (property, text) in properties.iter().zip(&texts) {
            let changed = property.changed.as_ref().map(|by| painted(DIM, commit(by)));
            let changed = changed.unwrap_or_default();
            let title = property.property.as_str();
            match &property.value {
                Value::List(list) => {
                    self.line(2, &format!("{title:name$}  {:wide$}  {changed}", ""));
                    if is(property, Property::Lines) {
                        for line in &seen.lines {
                            self.line(6, &line_text(line, true));
                        }
                    } else {
                        for one in list {
                            self.line(6, &safe(one).cut(120).to_string());
                        }
                    }
                }
                _ => {
                    let pad = wide.saturating_sub(safe(text).width());
                    let text = painted(STRONG, text);
                    self.line(2, &format!("{title:name$}  {text}{:pad$}  {changed}", ""));
                }
            }
            if is(property, Property::Owner) {
                self.owner(seen);
            } else if let Some(held) = &property.held {
                let text = format!("the directory has {}: the next apply changes it", value(held));
                self.line(6, &painted(DOUBT, text));
            }
        }
        let nobodys = seen.properties.iter().all(|property| !is(property, Property::Owner));
        if nobodys && seen.owner.is_some() {
            self.line(2, &format!("{:name$}  {}", "owner", painted(STRONG, "nobody")));
            self.owner(seen);
        }
    }

    fn owner(&mut self, seen: &EquipmentSeen) {
        let Some(owner) = &seen.owner else { return };
        let record = owner
            .record
            .as_ref()
            .filter(|record| owner.person.as_ref().is_some_and(|person| person.id != **record));
        let record = record.map(|record| format!(" (`{}`)", safe(record.as_str()).cut(80)));
        let because = safe(&owner.because).cut(300);
        self.line(6, &format!("{because}{}", record.unwrap_or_default()));
        for OtherSeen { record, attribute, person } in owner.others.iter().take(NAMED) {
            let (attribute, record) = (safe(attribute).cut(40), safe(record.as_str()).cut(80));
            let who = match person {
                Some(person) => called(person),
                None => "which stands for nobody".into(),
            };
            let text = format!("`{attribute}` of `{record}` names it too: {who}");
            self.line(6, &painted(DIM, text));
        }
        if owner.others.len() > NAMED {
            let more = owner.others.len() - NAMED;
            self.line(6, &painted(DIM, format!("and {more} more records name it")));
        }
        if let Some(held) = &owner.held {
            let text = format!("the directory has {}: the next apply changes it", called(held));
            self.line(6, &painted(DOUBT, text));
        }
    }

    /// The devices of a person.
    pub(super) fn devices(&mut self, devices: &[DeviceSeen]) {
        if devices.is_empty() {
            return;
        }
        self.title("devices");
        for device in devices {
            let what = device.model.as_deref().unwrap_or(device.kind.as_str());
            let disabled = if device.active { "" } else { ", disabled" };
            let name = painted(STRONG, safe(&device.name).cut(60));
            let (what, because) = (safe(what).cut(60), safe(&device.because).cut(120));
            let id = painted(DIM, safe(device.id.as_str()).cut(80));
            self.line(2, &format!("{name}  {what}{disabled}: {because}  {id}"));
            for line in &device.lines {
                self.line(6, &line_text(line, false));
            }
        }
    }
}

/// `2: 4030 in Internal, shared with Grace Hopper (SEP0011)`; the devices where they are wanted.
fn line_text(line: &LineSeen, devices: bool) -> String {
    let LineSeen { position, number, partition, shared, shared_with } = line;
    let partition = partition.as_ref().map(|partition| format!(" in {}", safe(partition).cut(60)));
    let number = format!("{position}: {}{}", safe(number).cut(60), partition.unwrap_or_default());
    if !shared {
        return number;
    }
    if shared_with.is_empty() {
        return format!("{number}, shared");
    }
    let names: Vec<String> = shared_with
        .iter()
        .map(|with| {
            let name = with.person.name.as_deref().unwrap_or(with.person.id.as_str());
            let on: Vec<&str> = with.devices.iter().map(|device| device.as_str()).collect();
            if devices { format!("{name} ({})", on.join(" ")) } else { name.to_owned() }
        })
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    format!("{number}, shared with {}", listed(&names, NAMED))
}

/// `Ada Lovelace (staff/7)`.
fn called(person: &PersonNamed) -> String {
    let id = safe(person.id.as_str()).cut(80);
    match &person.name {
        Some(name) => format!("{} ({id})", safe(name).cut(60)),
        None => id.to_string(),
    }
}
