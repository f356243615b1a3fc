//! The line: fetch, map, merge, group, compare. What it gives is a plan; nothing is written here.

use std::{path::Path, sync::Arc, thread, time::Instant};

use jiff::{Timestamp, tz::TimeZone};

mod back;
mod listing;
mod rebase;

pub use back::back;
pub use rebase::rebased;

use crate::{
    directory::{Directory, Person, Text},
    finding::Code,
    grouping::{self, GroupingError},
    manifest::{DeclaredSource, Diagnostics, Manifest, References},
    mapping::{self, Draft, Mapped, Mapping, MappingError},
    merge::{Merged, leave_unread, merge, owned},
    numbers::Dialling,
    pins,
    plan::{
        self, Change, Circumstances, Denial, Difference, Doubt, MaxAge, Numbering, Past, Plan,
        Remarks, Sighting, Size, SourceReport,
    },
    source::{Context, Coverage, FetchError, Listing, Progress, Source},
};

/// What the line may know of the world, read once at the roof.
pub struct World<'a> {
    /// The manifest's folder.
    pub root: &'a Path,
    /// When this run began.
    pub now: Timestamp,
    /// Where references in settings lead.
    pub references: &'a (dyn References + Sync),
    /// Gives a listener for the progress of one source.
    pub progress: &'a (dyn Fn(&str) -> Box<dyn Progress> + Sync),
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Sources that can't be read; all of them.
    #[error("{} could not be read", sources(.0))]
    Sources(Vec<SourceFault>),
    /// A rule that gives no place.
    #[error(transparent)]
    Grouping(#[from] GroupingError),
}

fn sources(faults: &[SourceFault]) -> String {
    let names: Vec<String> = faults.iter().map(|fault| format!("`{}`", fault.name)).collect();
    format!("source{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

/// A source that can't be read.
#[derive(Debug)]
pub struct SourceFault {
    /// Its name in the manifest.
    pub name: Text,
    /// What is wrong.
    pub because: FaultKind,
}

/// What is wrong with a source.
#[derive(Debug, thiserror::Error)]
pub enum FaultKind {
    /// Its settings, once references are resolved.
    #[error("its settings can't be used")]
    Settings(Diagnostics),
    /// Reading it.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its mapping, on what was read.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A fault of ours.
    #[error("reading it ended in a fault of rollbook itself")]
    Panic,
}

/// What one source gave, now or when it was recorded.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its records.
    pub listing: Listing,
    /// How long reading took, in seconds.
    pub seconds: f64,
}

/// The directory that a plan is made for.
pub struct Held<'a> {
    /// As it is.
    pub directory: &'a Directory,
    /// Its commit; none before the first.
    pub base: Option<Text>,
    /// What earlier runs did.
    pub past: &'a Past,
}

/// Reads all sources, maps, groups and compares with the held directory.
///
/// # Errors
///
/// [`EngineError`] where a source can't be read at all; a partial listing is no error.
pub fn plan(manifest: &Manifest, held: &Held<'_>, world: &World<'_>) -> Result<Plan, EngineError> {
    plan_of(manifest, held, read(manifest, held.directory, world)?, world)
}

/// Reads every source on a thread of its own; what they gave, in name order.
///
/// # Errors
///
/// [`EngineError::Sources`] names all that can't be read.
pub fn read(
    manifest: &Manifest,
    held: &Directory,
    world: &World<'_>,
) -> Result<Vec<Fetched>, EngineError> {
    of_each(manifest, manifest.sources.iter(), |declared| {
        fetch(declared, &known(held, &declared.name), world)
    })
}

/// The plan that follows from what the sources gave; `fetched` has one for each of the manifest's
/// sources, in their order.
///
/// # Errors
///
/// [`EngineError`] where a mapping doesn't fit what was read, or a rule gives no place.
pub fn plan_of(
    manifest: &Manifest,
    held: &Held<'_>,
    fetched: Vec<Fetched>,
    world: &World<'_>,
) -> Result<Plan, EngineError> {
    let (reports, read) = seen(manifest, held, fetched, world)?.into_iter().unzip();
    let Held { directory: held, base, past } = held;
    let Merged {
        mut people,
        fates,
        mut findings,
        disputes,
        mut disagreements,
        mut inventory,
        mut sightings,
    } = merge(read, held, &manifest.people);
    let today = world.now.to_zoned(TimeZone::UTC).date();
    let names = manifest.sources.iter().map(|source| source.name.clone()).collect();
    let mut pinned = pins::pin(&manifest.pins, &mut people, held, names, today);
    place(&mut people, &manifest.groups)?;
    pinned.place(&mut people);
    leave_unread(&mut inventory, &held.inventory, &sightings);
    let kept = plan::kept(&held.inventory, &inventory, &sightings);
    findings.extend(owned(&mut inventory, &people, held, &kept));
    // What a source can't say of its equipment is told with what it can't say of people.
    let equipment = plan::equipment(held, &inventory, &mut sightings);
    let Difference { mut changes, unchanged, active, findings: undecided, unknown } =
        plan::between(held, &people, &sightings, &fates);
    pinned.mark(&mut changes);
    changes.extend(equipment.changes);
    findings.extend(plan::undone(&mut changes, &past.edits));
    findings.extend(pinned.findings);
    changes.extend(tree(held, &active, manifest)?);
    findings.extend(equipment.findings);
    findings.extend(plan::same_names(&inventory));
    findings.extend(undecided);
    findings.extend(manifest.findings());
    let devices = inventory.devices.iter().chain(kept);
    findings.extend(plan::duplicates(&active, devices));
    let dialling = Dialling { plan: Arc::clone(&manifest.numbers), pbx: None };
    findings.extend(plan::numbers(&Numbering {
        dialling: &dialling,
        held,
        active: &active,
        changes: &changes,
        past,
        now: world.now,
    }));
    // A first plan is as large as they are.
    drop(people);
    let circumstances = Circumstances {
        base: base.clone(),
        made_at: world.now,
        manifest: manifest.digest.as_str().into(),
        sources: reports,
    };
    disagreements.extend(pinned.disagreements);
    let unknown_equipment = equipment.unknown;
    let remarks = Remarks { findings, disputes, unknown, unknown_equipment, disagreements };
    let mut limits = manifest.limits.learned(past);
    // Only a field that may not be emptied gives such a finding.
    let emptied = manifest.people.emptied.at.clone();
    limits.deny.push(Denial { code: Code::ValueEmptied, at: emptied });
    Ok(Plan::new(held, changes, unchanged, remarks, &limits, circumstances))
}

/// What must happen to groups and collections once these people are the active ones.
fn tree(
    held: &Directory,
    active: &[&Person],
    manifest: &Manifest,
) -> Result<Vec<Change>, GroupingError> {
    let mut changes = plan::groups(held, active);
    let collections = grouping::collections(active, &manifest.collections)?;
    let at = |name: &Text| manifest.collections.iter().find(|rule| rule.name == *name);
    let collections: Vec<_> = collections
        .into_iter()
        .map(|collection| {
            let rule = at(&collection.name).map(|rule| rule.at.clone().into());
            (collection, rule.unwrap_or_default())
        })
        .collect();
    changes.extend(plan::collections(held, &collections));
    Ok(changes)
}

/// What each source gave, as people of its own: how it was seen, and what its records became. In
/// the manifest's order; nobody is joined or placed yet.
///
/// # Errors
///
/// [`EngineError::Sources`] where a mapping doesn't fit what was read.
pub fn seen(
    manifest: &Manifest,
    held: &Held<'_>,
    fetched: Vec<Fetched>,
    world: &World<'_>,
) -> Result<Vec<Read>, EngineError> {
    let each = manifest.sources.iter().zip(fetched);
    let mut read = of_each(manifest, each, |(declared, fetched)| report(declared, fetched, world))?;
    for (declared, read) in manifest.sources.iter().zip(&mut read) {
        doubt(declared, held.directory, held.past, read);
    }
    if let Some(max_age) = &manifest.max_age {
        of_one_time(max_age, &mut read);
    }
    Ok(read)
}

/// No longer believes the listings whose data is too old beside the others'.
fn of_one_time(max_age: &MaxAge, read: &mut [Read]) {
    let ages: Vec<(Text, Timestamp)> =
        read.iter().filter_map(|(report, _)| Some((report.name.clone(), report.as_of?))).collect();
    let ages: Vec<(&str, Timestamp)> = ages.iter().map(|(name, at)| (name.as_str(), *at)).collect();
    for (name, because, finding) in plan::stale(&ages, max_age) {
        let stale = read.iter_mut().find(|(report, _)| report.complete && report.name == name);
        if let Some((report, (sighting, _))) = stale {
            report.complete = false;
            report.evidence.clone_from(&because);
            sighting.disbelieve(because, finding);
        }
    }
}

/// Reads one source. `known` are the keys of the active people whom the directory has from it.
///
/// # Errors
///
/// [`FaultKind`] where its settings or the source itself don't allow it.
pub fn fetch(
    declared: &DeclaredSource,
    known: &[Text],
    world: &World<'_>,
) -> Result<Fetched, FaultKind> {
    let source = open(declared, world)?;
    let attributes = declared.mapping.attributes();
    let progress = (world.progress)(&declared.name);
    let cx = Context {
        name: &declared.name,
        pbx: &declared.mapping.pbx,
        root: world.root,
        now: world.now,
        attributes: &attributes,
        known,
        progress: &*progress,
    };
    declared.check(&source.vocabulary(&cx)).map_err(FaultKind::Settings)?;
    let (name, kind) = (&declared.name, declared.kind.name);
    tracing::info!("reading `{name}` ({kind}), for {} attributes", attributes.len());
    let begun = Instant::now();
    let listing = source.fetch(&cx)?;
    tracing::info!("read `{name}`: {} records", listing.records.len());
    Ok(Fetched { listing, seconds: begun.elapsed().as_secs_f64() })
}

/// The source itself, with its references resolved.
///
/// # Errors
///
/// [`FaultKind::Settings`] where a reference leads nowhere, or to what the setting can't be.
pub fn open(declared: &DeclaredSource, world: &World<'_>) -> Result<Box<dyn Source>, FaultKind> {
    declared.open(world.references).map_err(FaultKind::Settings)
}

/// Does something for each source on a thread of its own; gives the results in the same order, or
/// what was wrong with which sources.
fn of_each<I: Send, T: Send>(
    manifest: &Manifest,
    items: impl Iterator<Item = I>,
    work: impl Fn(I) -> Result<T, FaultKind> + Sync,
) -> Result<Vec<T>, EngineError> {
    let work = &work;
    let done: Vec<Result<T, FaultKind>> = thread::scope(|scope| {
        let threads: Vec<_> = items.map(|item| scope.spawn(move || work(item))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(FaultKind::Panic))).collect()
    });
    let mut faults = Vec::new();
    let mut all = Vec::new();
    for (declared, done) in manifest.sources.iter().zip(done) {
        match done {
            Ok(done) => all.push(done),
            Err(because) => faults.push(SourceFault { name: declared.name.clone(), because }),
        }
    }
    if faults.is_empty() { Ok(all) } else { Err(EngineError::Sources(faults)) }
}

/// How a source was seen, for the plan and for those who left; and its people.
pub type Read = (SourceReport, (Sighting, Mapped));

/// How a source was seen, for the plan; and its people.
fn report(
    declared: &DeclaredSource,
    fetched: Fetched,
    world: &World<'_>,
) -> Result<Read, FaultKind> {
    let Fetched { mut listing, seconds } = fetched;
    let records = listing.records.len() as u64;
    let mut sighting = Sighting::new(declared.name.clone(), listing.coverage.clone(), records);
    sighting.departures = std::mem::take(&mut listing.departures);
    sighting.unread = std::mem::take(&mut listing.unread);
    sighting.shrink.clone_from(&declared.shrink);
    sighting.trusted.clone_from(&declared.trusted_equipment);
    let as_of = listing.as_of.unwrap_or(world.now);
    let mapped = map(listing, &declared.mapping)?;
    let (complete, evidence) = match &sighting.coverage {
        Coverage::Complete { proof } => (true, proof.clone()),
        Coverage::Partial { because } => (false, because.clone()),
    };
    let report = SourceReport {
        name: declared.name.clone(),
        kind: declared.kind.name.into(),
        complete,
        evidence,
        records,
        kept: mapped.people.len() as u64,
        devices: mapped.inventory.devices.len() as u64,
        system_devices: mapped.inventory.system_devices.len() as u64,
        channels: mapped.inventory.channels.len() as u64,
        as_of: Some(as_of),
        listing: listing::digest(&mapped, &sighting),
        seconds: (seconds * 1000.0).round() / 1000.0,
    };
    Ok((report, (sighting, mapped)))
}

/// Asks whether a listing that calls itself complete is to be believed, and takes that back where
/// it isn't.
fn doubt(declared: &DeclaredSource, held: &Directory, past: &Past, read: &mut Read) {
    let (report, (sighting, mapped)) = read;
    if !report.complete {
        return;
    }
    let size = Size {
        source: declared.name.clone(),
        records: report.records,
        kept: report.kept,
        left_out: !mapped.out_of_scope.is_empty(),
    };
    match size.doubt(declared.shrink.as_ref(), past, held, declared.trusted) {
        Some(Doubt::Doubtful(because, finding)) => {
            report.complete = false;
            report.evidence.clone_from(&because);
            sighting.disbelieve(because, finding);
        }
        Some(Doubt::Trusted(what)) => {
            report.evidence = format!("{what}; {}", report.evidence);
            if let Coverage::Complete { proof } = &mut sighting.coverage {
                proof.clone_from(&report.evidence);
            }
        }
        None => {}
    }
}

/// Records as people, before they are put in their places.
///
/// # Errors
///
/// [`MappingError`] where the listing lacks an attribute that the mapping needs.
pub fn map(listing: Listing, mapping: &Mapping) -> Result<Mapped, MappingError> {
    mapping::entries(listing, mapping)
}

/// Keys of the records of a source that stand for active people of the directory, sorted.
pub fn known(held: &Directory, source: &str) -> Vec<Text> {
    let active = held.people.iter().filter(|person| person.status.is_active());
    let records = active.flat_map(Person::known_as).map(|(record, _)| record);
    let mut keys: Vec<Text> = records
        .filter(|record| record.source() == source)
        .map(|record| record.key().into())
        .collect();
    if !keys.is_sorted() {
        keys.sort();
    }
    keys
}

/// Puts people in the places that the rules give them.
///
/// # Errors
///
/// [`GroupingError`] where a rule fails on somebody.
pub fn place(people: &mut [Draft], rules: &[grouping::Rule]) -> Result<(), GroupingError> {
    let by = grouping::place(people, rules)?;
    let positions: Vec<Text> = rules.iter().map(|rule| rule.at.clone().into()).collect();
    for (draft, rule) in people.iter_mut().zip(by) {
        draft.rule = rule.map(|rule| positions[usize::from(rule)].clone());
    }
    Ok(())
}
