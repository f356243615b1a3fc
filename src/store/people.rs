//! One person as text, and back.

use crate::directory::{Extension, Field, FieldKind, GroupPath, Person, Text, Value};

use super::{
    block::{Block, Entry, Fields, Flaw, Raw, Shape},
    records,
};

/// Before a person's id in its key; git shows the key above each change because it is a letter.
pub(super) const PREFIX: &str = "u-";

/// The fields of a person in a file. The folder says the path; `id` is there where the key was cut.
pub(super) const FIELDS: Fields = &[
    ("id", Shape::Text),
    ("name", Shape::Text),
    ("job_title", Shape::Text),
    ("department", Shape::Text),
    ("site", Shape::Text),
    ("site_address", Shape::Text),
    ("pbx", Shape::Text),
    ("extension", Shape::Text),
    ("extension_by", Shape::Text),
    ("additional_extensions", Shape::List),
    ("intercoms", Shape::List),
    ("telephone", Shape::Text),
    ("mobile", Shape::Text),
    ("pager", Shape::Text),
    ("fax", Shape::Text),
    ("ip_phone", Shape::Text),
    ("email", Shape::Text),
    ("employee_id", Shape::Text),
    ("do_not_log", Shape::Flag),
    ("do_not_record", Shape::Flag),
    ("exclude_from_statistics", Shape::Flag),
    ("records", Shape::List),
    ("status", Shape::Text),
    ("reason", Shape::Text),
    ("since", Shape::Text),
    ("evidence", Shape::Text),
];

/// The number space that goes without saying.
const MAIN: &str = "main";

/// Appends a person: its key, then a line for each field that has a value.
pub(super) fn write(out: &mut String, person: &Person) {
    // Taken apart in full: a new field doesn't compile until it is written here.
    let Person {
        id,
        name,
        job_title,
        department,
        site,
        site_address,
        pbx,
        extension,
        extension_by,
        additional_extensions,
        intercoms,
        telephone,
        mobile,
        pager,
        fax,
        ip_phone,
        email,
        employee_id,
        do_not_log,
        do_not_record,
        exclude_from_statistics,
        records: joined,
        path: _,
        status,
    } = person;
    records::head(out, PREFIX, "id", id.as_str());
    records::field(out, "name", name);
    records::some(out, "job_title", job_title.as_deref());
    records::some(out, "department", department.as_deref());
    records::some(out, "site", site.as_deref());
    records::some(out, "site_address", site_address.as_deref());
    records::some(out, "pbx", (pbx != MAIN).then_some(pbx));
    records::some(out, "extension", extension.as_ref().map(Extension::as_str));
    records::some(out, "extension_by", extension_by.as_deref());
    records::list(
        out,
        "additional_extensions",
        additional_extensions.iter().map(Extension::as_str),
    );
    records::list(out, "intercoms", intercoms.iter().map(Extension::as_str));
    records::some(out, "telephone", telephone.as_deref());
    records::some(out, "mobile", mobile.as_deref());
    records::some(out, "pager", pager.as_deref());
    records::some(out, "fax", fax.as_deref());
    records::some(out, "ip_phone", ip_phone.as_deref());
    records::some(out, "email", email.as_deref());
    records::some(out, "employee_id", employee_id.as_deref());
    flag(out, "do_not_log", *do_not_log);
    flag(out, "do_not_record", *do_not_record);
    flag(out, "exclude_from_statistics", *exclude_from_statistics);
    records::list(out, "records", joined.iter().map(ToString::to_string));
    records::status(out, status);
}

fn flag(out: &mut String, name: &str, set: bool) {
    if set {
        out.push_str("  ");
        out.push_str(name);
        out.push_str(": true\n");
    }
}

/// Reads the people of one file, who stand in `path`.
pub(super) fn read(text: &str, path: &GroupPath) -> Result<Vec<Person>, Flaw> {
    super::block::read(text, FIELDS, |block| person(block, path))
}

fn person(block: &mut Block<'_>, path: &GroupPath) -> Result<Person, Flaw> {
    let mut person = Person::new(records::take_id(block, PREFIX)?, Text::default(), path.clone());
    let status = records::take_status(block)?;
    person.status = status;
    for Entry { name, value, at } in block.fields.drain(..) {
        let Some(field) = Field::parse(&name) else {
            return Err(Flaw::new(at, format!("`{name}` does not belong here")));
        };
        set(&mut person, field, value).map_err(|because| Flaw::new(at, because))?;
    }
    if person.name.is_empty() {
        return Err(Flaw::new(block.at, format!("`{}` has no `name`", block.key)));
    }
    Ok(person)
}

fn set(person: &mut Person, field: Field, value: Raw<'_>) -> Result<(), String> {
    // Texts are most of it: the short way.
    let text = match (field, &value) {
        (Field::Name, Raw::Text(text)) if !text.is_empty() => {
            person.name = text.as_ref().into();
            return Ok(());
        }
        (Field::JobTitle, _) => &mut person.job_title,
        (Field::Department, _) => &mut person.department,
        (Field::Site, _) => &mut person.site,
        (Field::SiteAddress, _) => &mut person.site_address,
        (Field::Telephone, _) => &mut person.telephone,
        (Field::Mobile, _) => &mut person.mobile,
        (Field::Email, _) => &mut person.email,
        (Field::EmployeeId, _) => &mut person.employee_id,
        _ => {
            let value = match value {
                Raw::None if field == Field::Pbx => Value::Text(MAIN.into()),
                Raw::None => Value::None,
                Raw::Flag(flag) => Value::Flag(flag),
                Raw::Text(text) => Value::Text(text.into()),
                Raw::List(list) => Value::List(list.into_iter().map(Into::into).collect()),
            };
            return person.set(field, value).map_err(|because| because.to_string());
        }
    };
    *text = match &value {
        Raw::Text(value) if !value.is_empty() => Some(value.as_ref().into()),
        _ => None,
    };
    debug_assert_eq!(field.kind(), FieldKind::Text);
    Ok(())
}

#[cfg(test)]
mod tests;
