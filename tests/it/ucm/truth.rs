//! What the directory has to say of a cluster, a line for each entry, and what it does say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::cluster::pkid;

/// Entries by the cluster's name for them, each as a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// By user id: name; department; site; extension and how it was found; the others; intercoms;
    /// e-mail; telephone; status.
    pub people: BTreeMap<String, String>,
    /// By name: kind and model; whose and why; lines.
    pub devices: BTreeMap<String, String>,
    /// By kind and name: number; what it rings.
    pub system_devices: BTreeMap<String, String>,
    /// By name: kind and protocol; addresses; ports.
    pub channels: BTreeMap<String, String>,
}

/// A person of the truth.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    pub name: &'a str,
    pub department: &'a str,
    pub site: &'a str,
    pub extension: &'a str,
    pub by: &'a str,
    pub also: &'a [&'a str],
    pub intercoms: &'a [&'a str],
    pub email: &'a str,
    pub telephone: &'a str,
}

/// How the extension was found where an administrator set it.
pub const ASSIGNED: &str = "primary extension of the end user";

fn or_none(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

impl Known<'_> {
    fn line(&self, status: &str) -> String {
        let Self { name, department, site, extension, by, also, intercoms, email, telephone } =
            self;
        format!(
            "{name}; {}; {}; {} by {}; also {also:?}; intercoms {intercoms:?}; {}; {}; {status}",
            or_none(department),
            or_none(site),
            or_none(extension),
            or_none(by),
            or_none(email),
            or_none(telephone)
        )
    }
}

impl Truth {
    /// Somebody who is in use.
    pub fn person(&mut self, userid: &str, known: &Known<'_>) {
        self.people.insert(userid.into(), known.line("active"));
    }

    /// Somebody who was and is no longer.
    pub fn disabled(&mut self, userid: &str, known: &Known<'_>, reason: &str) {
        self.people.insert(userid.into(), known.line(&format!("disabled {reason}")));
    }

    /// A phone or profile; `whose` is `ada by owner`, or empty.
    pub fn device(&mut self, name: &str, what: &str, whose: &str, lines: &[&str]) {
        let whose = if whose.is_empty() { "nobody" } else { whose };
        self.devices.insert(name.into(), format!("{what}; {whose}; {lines:?}; active"));
    }

    pub fn system(&mut self, kind: &str, name: &str, number: &str, rings: &[&str]) {
        let line = format!("{}; rings {rings:?}; active", or_none(number));
        self.system_devices.insert(format!("{kind} {name}"), line);
    }

    pub fn channel(&mut self, name: &str, what: &str, at: &[&str], ports: &[&str]) {
        self.channels.insert(name.into(), format!("{what}; at {at:?}; ports {ports:?}; active"));
    }

    /// What a directory says: the document of `show --output json`. `userids` are all there are.
    pub fn shown(document: &Value, userids: &[String]) -> Self {
        let ids: BTreeMap<String, &str> =
            userids.iter().map(|userid| (pkid("enduser", userid), userid.as_str())).collect();
        let userid = |id: &Value| {
            let id = id.as_str().expect("an id");
            let key = id.split_once('/').expect("a key").1;
            ids.get(key).map_or(id, |userid| userid).to_owned()
        };
        let mut truth = Self::default();
        for person in list(&document["people"]) {
            let (also, intercoms) = (
                sorted(texts(&person["additional_extensions"])),
                sorted(texts(&person["intercoms"])),
            );
            let known = Known {
                name: text(&person["name"]),
                department: text(&person["department"]),
                site: text(&person["site"]),
                extension: text(&person["extension"]),
                by: text(&person["extension_by"]),
                also: &also,
                intercoms: &intercoms,
                email: text(&person["email"]),
                telephone: text(&person["telephone"]),
            };
            truth.people.insert(userid(&person["id"]), known.line(&status(person)));
        }
        for device in list(&document["devices"]) {
            let what = format!("{} {}", text(&device["kind"]), or_none(text(&device["model"])));
            let whose = match &device["owner"] {
                Value::Null => "nobody".to_owned(),
                owner => format!("{} by {}", userid(owner), text(&device["owner_by"])),
            };
            let lines: Vec<String> = list(&device["lines"])
                .iter()
                .map(|line| {
                    let shared = if line["shared"] == true { " (shared)" } else { "" };
                    format!("{}{shared}: {}", line["position"], number(line))
                })
                .collect();
            let line = format!("{what}; {whose}; {lines:?}; {}", status(device));
            truth.devices.insert(text(&device["name"]).into(), line);
        }
        for device in list(&document["system_devices"]) {
            let rings: Vec<String> = list(&device["members"]).iter().map(number).collect();
            let line = format!("{}; rings {rings:?}; {}", number(device), status(device));
            let name = format!("{} {}", text(&device["kind"]), text(&device["name"]));
            truth.system_devices.insert(name, line);
        }
        for channel in list(&document["channels"]) {
            let what = format!("{} {}", text(&channel["kind"]), text(&channel["protocol"]));
            let (at, ports) = (texts(&channel["address"]), texts(&channel["endpoints"]));
            let line = format!("{what}; at {at:?}; ports {ports:?}; {}", status(channel));
            truth.channels.insert(text(&channel["name"]).into(), line);
        }
        truth
    }

    /// Fails where the directory says something else, with the lines that differ.
    #[track_caller]
    pub fn holds(&self, shown: &Self) {
        let Self { people, devices, system_devices, channels } = self;
        let mut differences = Vec::new();
        for (truth, shown) in [
            (people, &shown.people),
            (devices, &shown.devices),
            (system_devices, &shown.system_devices),
            (channels, &shown.channels),
        ] {
            for key in truth.keys().chain(shown.keys()) {
                let (truth, shown) = (truth.get(key), shown.get(key));
                if truth != shown {
                    let line =
                        |line: Option<&String>| line.map_or("nothing", |line| line).to_owned();
                    differences.push(format!(
                        "{key}\n  is       {}\n  reads as {}",
                        line(truth),
                        line(shown)
                    ));
                }
            }
        }
        differences.sort();
        differences.dedup();
        assert!(
            differences.is_empty(),
            "{} differences:\n{}",
            differences.len(),
            differences[..differences.len().min(25)].join("\n")
        );
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().map(text).collect()
}

fn sorted(mut texts: Vec<&str>) -> Vec<&str> {
    texts.sort_unstable();
    texts
}

fn number(of: &Value) -> String {
    match (text(&of["number"]), text(&of["partition"])) {
        ("", _) => "-".into(),
        (number, "") => number.into(),
        (number, partition) => format!("{number} in {partition}"),
    }
}

fn status(entry: &Value) -> String {
    match text(&entry["status"]) {
        "active" => "active".into(),
        other => format!("{other} {}", text(&entry["reason"])),
    }
}
