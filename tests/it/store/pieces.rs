//! Which commit changed which device, system device or channel: the index against every commit read
//! whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proptest::{collection::vec, prelude::*};
use rollbook::{
    directory::{
        Channel, Device, Directory, Equipment, Id, Inventory, Line, Property, Reason, Status,
        SystemDevice, Value,
    },
    store::{Commit, Store, Touched},
};

use super::{
    chronicle::whole,
    commit, company, edit,
    equipment::{device, gateway, hunt_group, with_phones},
    store,
};

/// Something that happens between two commits, to equipment that the numbers choose.
#[derive(Debug, Clone)]
enum Event {
    Comes(usize),
    GoesOutOfUse(usize),
    Returns(usize),
    IsTakenOut(usize),
    ChangesHands(usize, usize),
    IsNobodys(usize),
    GetsALine(usize),
    IsRenamed(usize),
    GroupGets(usize),
    Gateway(usize),
    Crowd,
    ByHand(usize),
    MovedByHand,
    Broken,
}

fn event() -> impl Strategy<Value = Event> {
    let which = || 0..5usize;
    prop_oneof![
        4 => which().prop_map(Event::Comes),
        3 => which().prop_map(Event::GoesOutOfUse),
        2 => which().prop_map(Event::Returns),
        1 => which().prop_map(Event::IsTakenOut),
        4 => (which(), which()).prop_map(|(which, whose)| Event::ChangesHands(which, whose)),
        1 => which().prop_map(Event::IsNobodys),
        3 => which().prop_map(Event::GetsALine),
        2 => which().prop_map(Event::IsRenamed),
        2 => which().prop_map(Event::GroupGets),
        2 => which().prop_map(Event::Gateway),
        1 => Just(Event::Crowd),
        1 => which().prop_map(Event::ByHand),
        1 => Just(Event::MovedByHand),
        1 => Just(Event::Broken),
    ]
}

/// Does it to a directory; what is done by hand is done to the repository instead.
fn happen(event: &Event, directory: &mut Directory) {
    fn put<T: Equipment>(all: &mut Vec<T>, one: T) {
        if all.iter().all(|known| known.id() != one.id()) {
            all.push(one);
        }
    }
    let gone = Status::Disabled {
        reason: Reason::Gone,
        since: "2026-11-20T08:00:00Z".parse().unwrap(),
        evidence: "gone".into(),
    };
    let Inventory { devices, system_devices, channels } = &mut directory.inventory;
    let mut each = |n: usize, change: &dyn Fn(&mut Device)| {
        devices.iter_mut().filter(|one| one.id == device(n).id).for_each(change);
    };
    match *event {
        Event::Comes(n) => put(devices, device(n)),
        Event::GoesOutOfUse(n) => each(n, &|one| one.status = gone.clone()),
        Event::Returns(n) => each(n, &|one| one.status = Status::Active),
        Event::IsTakenOut(n) => devices.retain(|one| one.id != device(n).id),
        Event::ChangesHands(n, whose) => each(n, &|one| one.owner = device(whose).owner),
        Event::IsNobodys(n) => each(n, &|one| (one.owner, one.owner_by) = (None, None)),
        Event::GetsALine(n) => {
            each(n, &|one| one.lines.push(Line::parse(&format!("{}: 4{n}", 9 + n)).unwrap()));
        }
        Event::IsRenamed(n) => each(n, &|one| one.name = format!("{}X", one.name).into()),
        Event::GroupGets(n) => {
            put(system_devices, hunt_group(n));
            let group = system_devices.iter_mut().find(|one| one.id == hunt_group(n).id).unwrap();
            group.members.reverse();
        }
        Event::Gateway(n) => match channels.iter_mut().find(|one| one.id == gateway(n).id) {
            Some(known) => known.channels = known.channels.map(|count| count + 1),
            None => channels.push(gateway(n)),
        },
        Event::Crowd => (100..160).for_each(|n| put(devices, device(n))),
        Event::ByHand(_) | Event::MovedByHand | Event::Broken => {}
    }
    directory.inventory.sort();
}

fn by_hand(event: &Event, path: &Path) {
    let file = "devices/phones/0.yaml";
    match event {
        Event::ByHand(n) => edit(path, file, |text| match n {
            0 => text.replace("\"Cisco 8841\"", "Cisco 8865"),
            1 => format!("# looked at\n{text}"),
            2 => text.replace("    - \"2 (shared): 4030 in Internal\"\n", ""),
            _ => text.replace("status: \"active\"", "status: \"active\" # still"),
        }),
        Event::MovedByHand => {
            let mut taken = String::new();
            edit(path, file, |text| {
                taken = text;
                "{}\n".into()
            });
            edit(path, "devices/elsewhere/0.yaml", |_| taken);
        }
        Event::Broken => {
            edit(path, file, |text| format!("{text}d-broken: [\n"));
            edit(path, file, |text| text.replace("d-broken: [\n", ""));
        }
        _ => {}
    }
}

/// A touch: commit, what, properties, status.
type Told = (String, Touched, Vec<Property>, bool);

/// What was done to each, newest first, found by reading each directory.
fn touched<T: Equipment>(history: &[(Commit, Option<Directory>)]) -> BTreeMap<Id, Vec<Told>> {
    let mut touched: BTreeMap<Id, Vec<Told>> = BTreeMap::new();
    let nothing = Inventory::default();
    let mut before = &nothing;
    for (commit, directory) in history {
        let Some(directory) = directory else { continue };
        let after = &directory.inventory;
        let ids: BTreeSet<&Id> = T::all(before).iter().chain(T::all(after)).map(T::id).collect();
        for id in ids {
            let [was, is] =
                [before, after].map(|all| T::all(all).iter().find(|one| one.id() == id));
            let of = |one: Option<&T>, property| one.map_or(Value::None, |one| one.get(property));
            let mut properties = Property::ALL.to_vec();
            properties.retain(|property| of(was, *property) != of(is, *property));
            let (what, status) = match (was, is) {
                (None, _) => (Touched::Added, false),
                (_, None) => (Touched::Removed, false),
                (Some(was), Some(is)) => (Touched::Changed, was.status() != is.status()),
            };
            if what == Touched::Removed {
                properties.clear();
            }
            if what != Touched::Changed || status || !properties.is_empty() {
                let told = (commit.id.clone(), what, properties, status);
                touched.entry(id.clone()).or_default().insert(0, told);
            }
        }
        before = after;
    }
    touched
}

/// Whose a device was, oldest first: person, from, until.
fn owned(
    history: &[(Commit, Option<Directory>)],
    id: &Id,
) -> Vec<(String, String, Option<String>)> {
    let mut spans: Vec<(String, String, Option<String>)> = Vec::new();
    for (commit, directory) in history {
        let Some(directory) = directory else { continue };
        let device = directory.inventory.devices.iter().find(|one| one.id == *id);
        let device = device.filter(|device| device.status.is_active());
        let now = device.and_then(|device| device.owner.as_ref()).map(ToString::to_string);
        let open = spans.last().filter(|span| span.2.is_none()).map(|span| span.0.clone());
        if open == now {
            continue;
        }
        if open.is_some() {
            spans.last_mut().unwrap().2 = Some(commit.id.clone());
        }
        spans.extend(now.map(|person| (person, commit.id.clone(), None)));
    }
    spans
}

fn agrees_about<T: Equipment>(store: &Store, history: &[(Commit, Option<Directory>)], at: usize) {
    let upto = &history[..=at];
    let (commit, directory) = &upto[at];
    let wanted = touched::<T>(upto);
    for (id, wanted) in &wanted {
        let told: Vec<Told> = store
            .touched_piece(id, commit)
            .unwrap()
            .into_iter()
            .map(|touch| (touch.commit.id, touch.what, touch.properties, touch.status))
            .collect();
        assert_eq!(&told, wanted, "{id}");
        let find =
            |inventory: &Inventory| T::all(inventory).iter().find(|one| one.id() == id).cloned();
        if let Some(directory) = directory {
            let only = store.piece(commit, id).unwrap();
            assert_eq!(T::all(&only).first().cloned(), find(&directory.inventory), "{id}");
        }
        // What each commit did, told by what it was before and after.
        if at + 1 == history.len() {
            let entries: Vec<_> = store.log_piece(id).unwrap().map(Result::unwrap).collect();
            let commits: Vec<_> = entries.iter().map(|entry| &entry.commit.id).collect();
            assert_eq!(commits, wanted.iter().map(|touch| &touch.0).collect::<Vec<_>>());
            for entry in &entries {
                let at = history.iter().position(|(commit, _)| *commit == entry.commit).unwrap();
                let held = |at: usize| {
                    let known = history[..at].iter().rev().find_map(|(_, held)| held.as_ref());
                    known.and_then(|directory| find(&directory.inventory))
                };
                assert_eq!(T::all(&entry.before).first().cloned(), held(at), "{id}");
                assert_eq!(T::all(&entry.after).first().cloned(), held(at + 1), "{id}");
            }
        }
    }
    let nobody = Id::new("phones", "none");
    assert!(store.touched_piece(&nobody, commit).unwrap().is_empty());
    assert!(store.piece(commit, &nobody).unwrap().is_empty());
}

fn agrees(store: &Store, history: &[(Commit, Option<Directory>)], at: usize) {
    agrees_about::<Device>(store, history, at);
    agrees_about::<SystemDevice>(store, history, at);
    agrees_about::<Channel>(store, history, at);
    for n in 0..5 {
        let id = device(n).id;
        let mut told = store.owners(&id, &history[at].0).unwrap();
        told.reverse();
        let until = |owned: &Option<Commit>| owned.as_ref().map(|commit| commit.id.clone());
        let told: Vec<_> = told
            .iter()
            .map(|owned| (owned.person.to_string(), owned.from.id.clone(), until(&owned.until)))
            .collect();
        assert_eq!(told, owned(&history[..=at], &id), "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn the_index_tells_what_every_commit_read_whole_tells(
        events in vec(vec(event(), 1..4), 1..8), looked in any::<prop::sample::Index>(), asked in any::<bool>()
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("directory.git");
        let mut store = store(&path);
        commit(&mut store, &with_phones(3, 2), 0).unwrap();
        for (n, events) in events.iter().enumerate() {
            let head = store.head().unwrap().unwrap();
            let mut directory = store.read(&head).unwrap();
            events.iter().for_each(|event| happen(event, &mut directory));
            commit(&mut store, &directory, n as i64 + 1).unwrap();
            events.iter().for_each(|event| by_hand(event, &path));
            if asked {
                // The index is brought up in small steps, and not all at once.
                store.touched_piece(&device(0).id, &store.head().unwrap().unwrap()).unwrap();
            }
        }
        let history = whole(&store);
        agrees(&store, &history, history.len() - 1);
        let kept = fs::read(path.join("rollbook-history")).unwrap();
        agrees(&store, &history, looked.index(history.len()));
        fs::remove_file(path.join("rollbook-history")).unwrap();
        agrees(&store, &history, history.len() - 1);
        assert_eq!(fs::read(path.join("rollbook-history")).unwrap(), kept);
    }
}

#[test]
fn a_device_and_a_person_of_one_id_have_a_history_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(3, 0);
    let id = after.people[0].id.clone();
    after.inventory.devices.push(Device::new(id.clone(), "SEP1".into()));
    after.inventory.channels.push(Channel::new(id.clone(), "gw".into()));
    after.inventory.sort();
    commit(&mut store, &after, 1).unwrap();
    after.people[0].mobile = Some("1".into());
    commit(&mut store, &after, 2).unwrap();
    let head = store.head().unwrap().unwrap();
    assert_eq!(store.touched(&id, &head).unwrap().len(), 2);
    let touched = store.touched_piece(&id, &head).unwrap();
    assert_eq!(touched.len(), 2, "the device and the channel, by one commit");
    assert_eq!(touched[0].commit.subject, "staff: run 1");
}

#[test]
fn whose_a_phone_was_is_told_from_when_to_when() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    let mut after = with_phones(3, 3);
    commit(&mut store, &after, 1).unwrap();
    let [ada, grace] = [0, 1].map(|n| device(n).owner.unwrap());
    after.inventory.devices[0].model = Some("Cisco 8851".into());
    commit(&mut store, &after, 2).unwrap();
    after.inventory.devices[0].owner = Some(grace.clone());
    commit(&mut store, &after, 3).unwrap();
    let head = store.head().unwrap().unwrap();
    let told = |at: &Commit| -> Vec<_> {
        let owned = store.owners(&device(0).id, at).unwrap().into_iter();
        owned
            .map(|one| (one.person, one.from.subject, one.until.map(|until| until.subject)))
            .collect()
    };
    let [first, third] = ["staff: run 1", "staff: run 3"].map(str::to_owned);
    assert_eq!(
        told(&head),
        [(grace, third.clone(), None), (ada.clone(), first.clone(), Some(third))]
    );
    assert_eq!(told(&store.resolve("main~1").unwrap()), [(ada, first, None)]);
}

#[test]
fn an_index_of_a_version_that_knew_only_people_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let mut store = store(&path);
    commit(&mut store, &company(3, 1), 1).unwrap();
    commit(&mut store, &with_phones(3, 3), 2).unwrap();
    let index = path.join("rollbook-history");
    let whole = fs::read(&index).unwrap();
    assert!(whole.starts_with(b"rollbook history 2\n"));
    let mut older = whole.clone();
    older[17] = b'1';
    fs::write(&index, &older).unwrap();
    let head = store.head().unwrap().unwrap();
    assert_eq!(store.touched_piece(&device(1).id, &head).unwrap().len(), 1);
    assert_eq!(fs::read(&index).unwrap(), whole);
}
