//! What is remarkable about the people of a directory, whatever changes.

use rayon::slice::ParallelSliceMut;

use crate::{
    directory::{Extension, Person, Text},
    finding::{Code, Finding, Severity},
};

/// One finding for each extension that several of these active people have in one pbx, be it as
/// their own or as an additional one.
pub fn duplicates(active: &[&Person]) -> Vec<Finding> {
    let mut numbers: Vec<(&Text, &Extension, &Person)> = active
        .iter()
        .flat_map(|person| {
            let own = person.extension.iter().chain(&person.additional_extensions);
            own.map(move |extension| (&person.pbx, extension, *person))
        })
        .collect();
    numbers.par_sort_unstable_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    numbers.dedup_by(|a, b| (a.0, a.1, &a.2.id) == (b.0, b.1, &b.2.id));
    numbers
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|owners| owners.len() > 1)
        .map(|owners| {
            let (pbx, extension, _) = owners[0];
            let names: Vec<String> =
                owners.iter().map(|(_, _, person)| format!("`{}`", person.name)).collect();
            Finding {
                code: Code::DuplicateExtension,
                severity: Severity::Warning,
                message: format!("extension `{pbx}:{extension}` belongs to {}", names.join(" and ")),
                help: "give the number to one of them at the source, or separate the number spaces with `pbx:`"
                    .into(),
                keys: owners.iter().map(|(_, _, person)| person.id.clone()).collect(),
            }
        })
        .collect()
}
