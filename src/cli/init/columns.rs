//! What the columns of a file are likely to be.

use std::{fs::File, path::Path};

use super::super::{report::Failure, world::Surroundings};
use crate::{
    connectors::Kind,
    directory::{Field, Text},
    document,
    source::{Context, Silent, Vocabulary},
};

/// Words that people put above columns, by what is in them. The first that is there is taken.
const WORDS: &[(Field, &[&str])] = &[
    (Field::Name, &["name", "full_name", "display_name", "displayname", "employee_name"]),
    (Field::JobTitle, &["job_title", "title", "position", "role"]),
    (Field::Department, &["department", "dept", "team", "abteilung"]),
    (Field::Site, &["site", "office", "location", "branch", "standort"]),
    (Field::SiteAddress, &["site_address", "office_address", "address"]),
    (Field::Extension, &["extension", "ext", "ext_no", "extension_number", "durchwahl"]),
    (Field::Telephone, &["telephone", "direct_dial", "ddi", "did", "phone", "phone_number"]),
    (Field::Mobile, &["mobile", "mobile_phone", "cell", "cell_phone", "handy"]),
    (Field::Pager, &["pager"]),
    (Field::Fax, &["fax"]),
    (Field::IpPhone, &["ip_phone"]),
    (Field::Email, &["email", "e_mail", "mail", "email_address"]),
    (Field::EmployeeId, KEYS),
];

const KEYS: &[&str] = &[
    "employee_id",
    "staff_no",
    "staff_number",
    "staff_id",
    "employee_no",
    "employee_number",
    "personnel_no",
    "personnel_number",
    "payroll_no",
    "badge",
    "id",
    "key",
];

/// A CSV file and the fields that its columns seem to fill.
pub(super) struct Columns {
    /// As the reader gave it.
    pub file: String,
    /// Who a row is about.
    pub key: Text,
    /// Column of each field that has one.
    pub fields: Vec<(Field, Text)>,
    /// Columns that nothing takes.
    pub others: Vec<Text>,
}

impl Columns {
    /// Reads the header of a CSV file.
    pub fn of(file: &Path, around: &Surroundings) -> Result<Self, Failure> {
        let shown = file.to_string_lossy().into_owned();
        let unusable = || {
            let title = format!("`{shown}` has no header row that can be read");
            Failure::new(title, "give a CSV file whose first row names the columns")
        };
        File::open(around.folder.join(file)).map_err(|error| {
            Failure::new(format!("`{shown}` can't be read"), "check the path, and who may read it")
                .because(error)
        })?;
        let settings = serde_json::json!({ "path": shown, "key": "key" }).to_string();
        let settings = document::parse(&settings, &"settings".into()).map_err(|_| unusable())?;
        let kind = Kind::named("csv").ok_or_else(unusable)?;
        let source = (kind.open)(&settings).map_err(|_| unusable())?;
        let vocabulary = source.vocabulary(&Context {
            name: "people",
            pbx: "main",
            root: &around.folder,
            now: around.now,
            attributes: &[],
            known: &[],
            progress: &Silent,
        });
        let names = match vocabulary {
            Vocabulary::Closed(names) if !names.is_empty() => names,
            Vocabulary::Closed(_) | Vocabulary::Fixed(_) | Vocabulary::Open => {
                return Err(unusable());
            }
        };
        Ok(Self::guess(shown, names))
    }

    fn guess(file: String, names: Vec<Text>) -> Self {
        let find = |words: &[&str]| {
            words.iter().find_map(|word| names.iter().find(|name| name.to_lowercase() == **word))
        };
        let fields: Vec<(Field, Text)> = WORDS
            .iter()
            .filter_map(|(field, words)| Some((*field, find(words)?.clone())))
            .collect();
        let key = find(KEYS).or(names.first()).cloned().unwrap_or_default();
        let taken = |name: &Text| fields.iter().any(|(_, column)| column == name);
        let others = names.iter().filter(|name| !taken(name)).cloned().collect();
        Self { file, key, fields, others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_words_find_their_fields() {
        let names = ["colour", "dept", "direct_dial", "e_mail", "ext", "name", "staff_no"];
        let columns = Columns::guess("x.csv".into(), names.map(Text::from).to_vec());
        let fields: Vec<String> =
            columns.fields.iter().map(|(field, column)| format!("{field}={column}")).collect();
        assert_eq!(columns.key, "staff_no");
        assert_eq!(
            fields,
            [
                "name=name",
                "department=dept",
                "extension=ext",
                "telephone=direct_dial",
                "email=e_mail",
                "employee_id=staff_no"
            ]
        );
        assert_eq!(columns.others, ["colour"]);
    }
}
