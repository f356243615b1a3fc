//! How many people a department, a site or a group has, loses and gains.

use std::collections::BTreeMap;

use super::items::{Item, text};
use crate::directory::{Directory, Field, Person};

/// The active people of one department, site or group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Before.
    pub before: u64,
    /// Who are elsewhere after and still in use.
    pub moved: u64,
    /// Who are no longer in use.
    pub left: u64,
    /// Who were not there before.
    pub came: u64,
}

impl Count {
    /// After.
    pub fn after(&self) -> u64 {
        (self.before + self.came).saturating_sub(self.moved + self.left)
    }
}

/// Counts of what was asked for, and of nothing else.
#[derive(Debug, Default)]
pub(super) struct Census<'a> {
    departments: BTreeMap<&'a str, Count>,
    sites: BTreeMap<&'a str, Count>,
    /// A department at one site: site, then department.
    desks: BTreeMap<(&'a str, &'a str), Count>,
    /// Groups with all that is below them, by path.
    groups: BTreeMap<&'a str, Count>,
}

impl<'a> Census<'a> {
    pub fn ask_department(&mut self, name: &'a str) {
        self.departments.entry(name).or_default();
    }

    pub fn ask_site(&mut self, name: &'a str) {
        self.sites.entry(name).or_default();
    }

    pub fn ask_desk(&mut self, site: &'a str, department: &'a str) {
        self.desks.entry((site, department)).or_default();
    }

    pub fn ask_group(&mut self, path: &'a str) {
        self.groups.entry(path).or_default();
    }

    pub fn department(&self, name: &str) -> Count {
        self.departments.get(name).copied().unwrap_or_default()
    }

    pub fn site(&self, name: &str) -> Count {
        self.sites.get(name).copied().unwrap_or_default()
    }

    pub fn desk(&self, site: &str, department: &str) -> Count {
        self.desks.get(&(site, department)).copied().unwrap_or_default()
    }

    pub fn group(&self, path: &str) -> Count {
        self.groups.get(path).copied().unwrap_or_default()
    }

    /// Counts: one walk through the people and one through the changes.
    pub fn take(&mut self, held: &'a Directory, items: &[Item<'a>]) {
        let nothing = self.departments.is_empty()
            && self.sites.is_empty()
            && self.desks.is_empty()
            && self.groups.is_empty();
        if nothing {
            return;
        }
        for person in held.people.iter().filter(|person| person.status.is_active()) {
            self.each(&Place::of(person), |count| count.before += 1);
        }
        for item in items {
            let (before, after) = (Place::before(item), Place::after(item));
            if before == after {
                continue;
            }
            if item.will_be_active() {
                // Whoever stays inside is taken out and put in again: counted twice, so undone.
                self.each(&before, |count| count.moved += 1);
                self.each(&after, |count| count.came += 1);
                self.each_of_both(&before, &after, |count| {
                    count.moved -= 1;
                    count.came -= 1;
                });
            } else {
                self.each(&before, |count| count.left += 1);
            }
        }
    }

    fn each(&mut self, place: &Place<'a>, mut with: impl FnMut(&mut Count)) {
        let department = place.department.and_then(|name| self.departments.get_mut(name));
        department.into_iter().for_each(&mut with);
        place.site.and_then(|name| self.sites.get_mut(name)).into_iter().for_each(&mut with);
        if let (Some(site), Some(department)) = (place.site, place.department) {
            self.desks.get_mut(&(site, department)).into_iter().for_each(&mut with);
        }
        if !self.groups.is_empty() {
            for group in place.path.map(groups).into_iter().flatten() {
                self.groups.get_mut(group).into_iter().for_each(&mut with);
            }
        }
    }

    fn each_of_both(
        &mut self,
        before: &Place<'a>,
        after: &Place<'a>,
        mut with: impl FnMut(&mut Count),
    ) {
        let same = |a: Option<&'_ str>, b: Option<&'_ str>| a == b;
        let department = before.department.filter(|_| same(before.department, after.department));
        let site = before.site.filter(|_| same(before.site, after.site));
        department.and_then(|name| self.departments.get_mut(name)).into_iter().for_each(&mut with);
        site.and_then(|name| self.sites.get_mut(name)).into_iter().for_each(&mut with);
        if let (Some(site), Some(department)) = (site, department) {
            self.desks.get_mut(&(site, department)).into_iter().for_each(&mut with);
        }
        if let (Some(old), Some(new)) = (before.path, after.path) {
            for (group, _) in groups(old).zip(groups(new)).take_while(|(a, b)| a == b) {
                self.groups.get_mut(group).into_iter().for_each(&mut with);
            }
        }
    }
}

/// Where somebody belongs.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    department: Option<&'a str>,
    site: Option<&'a str>,
    path: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(person: &'a Person) -> Self {
        Self::by(|field| text(person, field))
    }

    fn before(item: &Item<'a>) -> Self {
        Self::by(|field| item.before(field))
    }

    fn after(item: &Item<'a>) -> Self {
        Self::by(|field| item.after(field))
    }

    fn by(value: impl Fn(Field) -> Option<&'a str>) -> Self {
        Self {
            department: value(Field::Department),
            site: value(Field::Site),
            path: value(Field::Path),
        }
    }
}

/// A path and the groups above it, from the top: `/London` and `/London/Sales`.
pub(super) fn groups(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    ends.map(|end| &path[..end])
}
