//! What was read from a source as one digest, so that a plan is bound to it.

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::{
    directory::{
        Equipment, Extension, Inventory, Joined, Person, Status, Text, Value, hexadecimal,
    },
    mapping::{Draft, Mapped},
    plan::Sighting,
    source::{Coverage, Unread},
};

/// People whom one thread hashes at a time. Part of what the digest is of.
const SHARE: usize = 4096;

/// SHA-256 in hexadecimal over the people that a source gave, over those whom it holds back or
/// leaves out, and over what its listing proves.
///
/// People come in the order of their ids, so the order of a source's records is not part of it.
pub(super) fn digest(mapped: &Mapped, sighting: &Sighting) -> Text {
    let Mapped { people, held_back, out_of_scope, findings: _, inventory } = mapped;
    let shares: Vec<[u8; 32]> = people
        .par_chunks(SHARE)
        .map(|share| {
            let mut bytes = Bytes::default();
            share.iter().for_each(|draft| bytes.draft(draft));
            Sha256::digest(&bytes.0).into()
        })
        .collect();
    let mut whole = Bytes::default();
    whole.flag(matches!(sighting.coverage, Coverage::Complete { .. }));
    whole.count(people.len());
    shares.iter().for_each(|share| whole.0.extend_from_slice(share));
    whole.list(held_back.iter().map(|id| id.as_str()));
    whole.list(out_of_scope.iter().map(|(id, _)| id.as_str()));
    whole.list(sighting.departures.iter().map(|departure| departure.key.as_str()));
    for Unread { kind, properties, because: _ } in &sighting.unread {
        whole.text(kind);
        whole.list(properties.iter().map(|property| property.name()));
    }
    let Inventory { devices, system_devices, channels } = inventory;
    whole.equipment(devices);
    whole.equipment(system_devices);
    whole.equipment(channels);
    hexadecimal(&Sha256::digest(&whole.0))
}

/// Values one after the other, each with its length, so that no two lists of values are alike.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn count(&mut self, count: usize) {
        self.0.extend_from_slice(&(count as u64).to_le_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.flag(text.is_some());
        self.text(text.unwrap_or_default());
    }

    fn list<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a str>) {
        self.count(texts.len());
        texts.for_each(|text| self.text(text));
    }

    fn equipment<T: Equipment>(&mut self, all: &[T]) {
        self.count(all.len());
        for one in all {
            self.text(one.id().as_str());
            for property in T::PROPERTIES {
                match one.get(*property) {
                    Value::List(texts) => self.list(texts.iter().map(Text::as_str)),
                    Value::Text(text) => self.maybe(Some(&text)),
                    Value::None | Value::Flag(_) => self.maybe(None),
                }
            }
        }
    }

    fn draft(&mut self, draft: &Draft) {
        // The place is not the source's: the manifest's rules give it, and its digest is bound too.
        self.person(&draft.person);
        self.maybe(draft.source_disabled.as_deref());
    }

    fn person(&mut self, person: &Person) {
        // Taken apart in full: a new attribute doesn't compile until it is part of the digest.
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
            records,
            path: _,
            status,
        } = person;
        self.text(id.as_str());
        self.text(name);
        self.text(pbx);
        for text in [
            job_title,
            department,
            site,
            site_address,
            telephone,
            mobile,
            pager,
            fax,
            ip_phone,
            email,
            employee_id,
            extension_by,
        ] {
            self.maybe(text.as_deref());
        }
        self.maybe(extension.as_ref().map(Extension::as_str));
        for numbers in [additional_extensions, intercoms] {
            self.list(numbers.iter().map(Extension::as_str));
        }
        for flag in [do_not_log, do_not_record, exclude_from_statistics] {
            self.flag(*flag);
        }
        self.count(records.len());
        for Joined { record, by } in records {
            self.text(record.as_str());
            self.text(by);
        }
        self.flag(matches!(status, Status::Active));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{GroupPath, Id};

    fn mapped(changed: Option<usize>) -> Mapped {
        let path = GroupPath::parse("/London").unwrap();
        let people = (0..10_000).map(|n| {
            let id = Id::new("staff", &format!("{n:05}"));
            let mut person = Person::new(id, "Ada".into(), path.clone());
            if changed == Some(n) {
                person.mobile = Some("1".into());
            }
            Draft::new(person)
        });
        Mapped { people: people.collect(), ..Mapped::default() }
    }

    fn of(mapped: &Mapped, records: u64) -> Text {
        let coverage = Coverage::Complete { proof: "all".into() };
        digest(mapped, &Sighting::new("staff".into(), coverage, records))
    }

    #[test]
    fn whoever_changes_changes_the_digest() {
        let whole = of(&mapped(None), 10_000);
        assert_eq!(whole.len(), 64);
        assert_eq!(whole, of(&mapped(None), 10_000));
        for changed in [0, 4095, 4096, 9_999] {
            assert_ne!(whole, of(&mapped(Some(changed)), 10_000), "{changed}");
        }
        assert_ne!(whole, of(&mapped(None), 0), "an empty answer is not complete");
        let mut held_back = mapped(None);
        held_back.held_back.push(Id::new("staff", "x"));
        assert_ne!(whole, of(&held_back, 10_000));
    }

    #[test]
    fn values_do_not_run_into_one_another() {
        let with = |department: Option<&str>, site: Option<&str>| {
            let mut mapped = mapped(None);
            mapped.people[0].person.department = department.map(Text::from);
            mapped.people[0].person.site = site.map(Text::from);
            of(&mapped, 1)
        };
        assert_ne!(with(Some("ab"), Some("c")), with(Some("a"), Some("bc")));
        assert_ne!(with(Some("a"), None), with(None, Some("a")));
    }
}
