//! Devices, system devices and channels as text.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    changes_text::listed,
    safe::safe,
    styles::{BAD, DIM, STRONG, painted},
    value::value,
    wording::{counted, grouped},
};
use crate::directory::{
    Channel, Device, Directory, Id, Inventory, Line, Piece, Property, Sharing, Status,
    SystemDevice, Text, Value,
};

/// Entries of one kind that are all listed by name without being asked.
const FEW: usize = 20;
/// Those that are listed where there are more.
const SAMPLE: usize = 3;
/// People named as those with whom a line is shared.
const WITH: usize = 5;
/// Lines of a device that are shown in one line of text.
const LINES: usize = 4;

/// What people call a person, or the id where nobody has it.
pub(super) type Naming<'n> = &'n dyn Fn(&Id) -> Option<Text>;

/// One piece of equipment: each property that has a value, a line; a line of a device, one of its own.
pub fn piece_text(directory: &Directory, piece: Piece<'_>) -> String {
    let name = |id: &Id| directory.person(id).map(|person| person.name.clone());
    let sharing = Sharing::of(&directory.inventory.devices);
    let mut rows: Vec<(&str, String)> = vec![("id", said(piece.id().as_str(), 200))];
    for property in piece.properties() {
        match (property, piece) {
            (Property::Name, _) => {
                rows.push(("name", painted(STRONG, safe(piece.name()).cut(200))))
            }
            (Property::Owner, Piece::Device(device)) => {
                let owner = match (&device.owner, device.owner_by) {
                    (Some(owner), Some(by)) => {
                        format!("{}: {}", person(owner, &name), by.in_words())
                    }
                    (Some(owner), None) => person(owner, &name),
                    (None, _) => "nobody".into(),
                };
                rows.push((property.name(), owner));
            }
            (Property::OwnerBy, _) => {}
            (Property::Lines, Piece::Device(device)) => {
                let lines =
                    device.lines.iter().map(|line| line_text(device, line, &sharing, &name));
                rows.extend(lines.map(|line| ("lines", line)));
            }
            (property, _) => match piece.get(*property) {
                Value::List(list) => {
                    rows.extend(list.iter().map(|one| (property.name(), said(one, 200))));
                }
                empty if empty.is_empty() => {}
                some => rows.push((property.name(), value(&some))),
            },
        }
    }
    match piece.status() {
        Status::Active => rows.push(("status", "active".into())),
        Status::Disabled { reason, since, evidence } => {
            rows.push(("status", painted(BAD, format_args!("disabled, {}", reason.as_str()))));
            rows.push(("since", since.to_string()));
            rows.push(("evidence", said(evidence, 300)));
        }
    }
    let width = rows.iter().map(|(title, _)| title.len()).max().unwrap_or(0);
    columns(&rows, width)
}

/// Titles in a column, what is said beside them; a title that repeats is said once.
pub(super) fn columns(rows: &[(&str, String)], width: usize) -> String {
    let mut out = String::new();
    let mut before = "";
    for (title, shown) in rows {
        let said = if *title == before { "" } else { title };
        // Writing to a `String` can't fail.
        let _ = writeln!(out, "{said:width$}  {shown}");
        before = title;
    }
    out
}

/// The devices of a person, a line of text each and one for each of its lines, without an end.
pub(super) fn devices_of(directory: &Directory, owner: &Id) -> Vec<String> {
    let name = |id: &Id| directory.person(id).map(|person| person.name.clone());
    let mut devices = directory.inventory.devices_of(owner).peekable();
    if devices.peek().is_none() {
        return Vec::new();
    }
    let sharing = Sharing::of(&directory.inventory.devices);
    let mut rows = Vec::new();
    for device in devices {
        let what = device.model.as_deref().unwrap_or(device.kind.as_str());
        let disabled = if device.status.is_active() { "" } else { "  (disabled)" };
        rows.push(format!("{}  {}{disabled}", said(&device.name, 60), said(what, 60)));
        let lines = device.lines.iter().map(|line| line_text(device, line, &sharing, &name));
        rows.extend(lines.map(|line| format!("  {line}")));
    }
    rows
}

/// `2: 4030 in Internal, shared with Bob Brown`.
pub(super) fn line_text<'i>(
    device: &'i Device,
    line: &'i Line,
    sharing: &Sharing<'i>,
    name: Naming<'_>,
) -> String {
    let with = sharing.with(device, line);
    let names: Vec<Text> =
        with.iter().map(|(id, _)| name(id).unwrap_or_else(|| id.as_str().into())).collect();
    let names: Vec<&str> = names.iter().map(Text::as_str).collect();
    let number = said(&line.number.to_string(), 80);
    match (line.shared, names.is_empty()) {
        (false, _) => format!("{}: {number}", line.position),
        (true, true) => format!("{}: {number}, shared", line.position),
        (true, false) => {
            format!("{}: {number}, shared with {}", line.position, listed(&names, WITH))
        }
    }
}

/// All of an inventory: counted by kind; all named where there are few, or `all` is asked for. What
/// is disabled is named only then.
pub fn inventory_text(inventory: &Inventory, name: Naming<'_>, all: bool) -> String {
    let Inventory { devices, system_devices, channels } = inventory;
    let mut out = String::new();
    let owned = |piece: &Piece<'_>| piece.owner().is_some();
    part(
        &mut out,
        "devices",
        devices.iter().map(Piece::Device),
        all,
        |pieces| {
            let nobodys = pieces.iter().filter(|piece| !owned(piece)).count();
            if nobodys == 0 {
                String::new()
            } else {
                format!(", {} nobody's", grouped(nobodys as u64))
            }
        },
        name,
    );
    let none = |_: &[Piece<'_>]| String::new();
    let system_devices = system_devices.iter().map(Piece::SystemDevice);
    part(&mut out, "system devices", system_devices, all, none, name);
    part(&mut out, "channels", channels.iter().map(Piece::Channel), all, none, name);
    out
}

fn part<'i>(
    out: &mut String,
    title: &str,
    pieces: impl Iterator<Item = Piece<'i>>,
    all: bool,
    further: impl Fn(&[Piece<'i>]) -> String,
    name: Naming<'_>,
) {
    let (active, disabled): (Vec<Piece<'_>>, Vec<Piece<'_>>) =
        pieces.partition(|piece| piece.status().is_active());
    if active.is_empty() && disabled.is_empty() {
        return;
    }
    let mut kinds: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for piece in &active {
        // In the order of the kinds rather than that of their words.
        kinds.entry(piece.kind()).or_insert((order(*piece), 0)).1 += 1;
    }
    let mut kinds: Vec<(usize, &str, u64)> =
        kinds.into_iter().map(|(kind, (order, count))| (order, kind, count)).collect();
    kinds.sort_unstable();
    let counts: Vec<String> =
        kinds.iter().map(|(_, kind, count)| counted(*count, &in_words(kind))).collect();
    let counts = if counts.is_empty() { "none".into() } else { counts.join(", ") };
    let gone = match disabled.len() {
        0 => String::new(),
        count => format!(", {} disabled", grouped(count as u64)),
    };
    // Writing to a `String` can't fail.
    let _ = writeln!(out, "{}: {counts}{}{gone}", painted(STRONG, title), further(&active));
    let named = if all || active.len() <= FEW { active.len() } else { SAMPLE };
    for piece in &active[..named] {
        let _ = writeln!(out, "  {}", piece_line(*piece, name));
    }
    if named < active.len() {
        let more = grouped((active.len() - named) as u64);
        let _ =
            writeln!(out, "  {}", painted(DIM, format_args!("and {more} more (`-v` names them)")));
    }
    for piece in disabled.iter().filter(|_| all) {
        if let Status::Disabled { reason, since, .. } = piece.status() {
            let (line, reason) = (piece_line(*piece, name), reason.as_str());
            let _ = writeln!(out, "  {line}  {reason} since {since}");
        }
    }
}

fn order(piece: Piece<'_>) -> usize {
    match piece {
        Piece::Device(one) => one.kind as usize,
        Piece::SystemDevice(one) => one.kind as usize,
        Piece::Channel(one) => one.kind as usize,
    }
}

/// `hunt-group` as people write it.
pub(super) fn in_words(kind: &str) -> String {
    match kind {
        "sip-trunk" => "SIP trunk".into(),
        "contact-centre-port" => "contact-centre port".into(),
        "contact-centre-trigger" => "contact-centre trigger".into(),
        other => other.replace('-', " "),
    }
}

/// `SEP001122334455  Ada Lovelace  1: 4021 in Internal  ucm/d1`.
fn piece_line(piece: Piece<'_>, name: Naming<'_>) -> String {
    let mut parts = vec![said(piece.name(), 60)];
    match piece {
        Piece::Device(Device { owner, lines, .. }) => {
            parts.push(match owner {
                Some(owner) => {
                    name(owner).map_or_else(|| said(owner.as_str(), 80), |n| said(&n, 60))
                }
                None => painted(DIM, "nobody's"),
            });
            let shown: Vec<String> =
                lines.iter().take(LINES).map(|line| said(&line.to_string(), 60)).collect();
            parts.push(shown.join("; "));
            if lines.len() > LINES {
                parts.push(format!("and {} more", lines.len() - LINES));
            }
        }
        Piece::SystemDevice(one) => {
            let SystemDevice { members, .. } = one;
            parts.extend(one.directory_number().map(|number| said(&number.to_string(), 80)));
            if !members.is_empty() {
                parts.push(counted(members.len() as u64, "member"));
            }
        }
        Piece::Channel(Channel { protocol, address, channels, .. }) => {
            parts.extend(protocol.as_deref().map(|protocol| said(protocol, 20)));
            parts.extend(address.first().map(|address| said(address, 80)));
            parts.extend(channels.map(|count| counted(count.into(), "channel")));
        }
    }
    parts.retain(|part| !part.is_empty());
    format!("{}  {}", parts.join("  "), painted(DIM, said(piece.id().as_str(), 80)))
}

/// `Ada Lovelace (staff/7)`.
pub(super) fn person(id: &Id, name: Naming<'_>) -> String {
    match name(id) {
        Some(name) => format!("{} ({})", said(&name, 60), said(id.as_str(), 80)),
        None => said(id.as_str(), 80),
    }
}

fn said(text: &str, columns: usize) -> String {
    safe(text).cut(columns).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::sample::office;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn shown(key: &str) -> String {
        let office = office();
        plain(&piece_text(&office, office.inventory.piece(&Id::new("ucm", key)).unwrap()))
    }

    #[test]
    fn a_phone_says_whose_it_is_and_why_and_who_shares_its_lines() {
        assert_eq!(
            shown("d1"),
            "id           ucm/d1\n\
             kind         phone\n\
             name         SEP001122334455\n\
             model        Cisco 8841\n\
             description  Ada's desk\n\
             pbx          hq\n\
             owner        Ada Lovelace (staff/7): they alone control it\n\
             lines        1: 4021 in Internal\n\
             \x20            2: 4030 in Internal, shared with Grace Hopper\n\
             status       active\n"
        );
        assert!(shown("d3").contains("owner   nobody\n"), "{}", shown("d3"));
    }

    #[test]
    fn a_hunt_group_names_its_members_in_their_order() {
        let told = shown("h1");
        assert!(
            told.contains("members    4040 in Internal\n           4021 in Internal\n"),
            "{told}"
        );
    }

    #[test]
    fn an_inventory_is_counted_and_few_are_named() {
        let office = office();
        let name = |id: &Id| office.person(id).map(|person| person.name.clone());
        assert_eq!(
            plain(&inventory_text(&office.inventory, &name, false)),
            "devices: 2 phones, 1 device profile, 1 nobody's\n\
             \x20 SEP001122334455  Ada Lovelace  1: 4021 in Internal; 2 (shared): 4030 in Internal  ucm/d1\n\
             \x20 udp-grace  Grace Hopper  1: 4040 in Internal; 2 (shared): 4030 in Internal  ucm/d2\n\
             \x20 SEP00LOBBY␛  nobody's  1: 4099 in Internal  ucm/d3\n\
             system devices: 1 hunt group\n\
             \x20 Sales desk  8000 in Internal  2 members  ucm/h1\n\
             channels: 1 gateway\n\
             \x20 gw.example.net  MGCP  30 channels  ucm/g1\n"
        );
        let mut many = office.inventory.clone();
        many.devices = (0..50).map(|_| office.inventory.devices[0].clone()).collect();
        let told = plain(&inventory_text(&many, &name, false));
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "devices: 50 phones");
        assert_eq!(lines[4], "  and 47 more (`-v` names them)", "{told}");
        assert_eq!(plain(&inventory_text(&many, &name, true)).matches("SEP0011").count(), 50);
        assert_eq!(inventory_text(&Inventory::default(), &name, true), "");
    }
}
