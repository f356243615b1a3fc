//! Real directory servers, started by the scripts in `tests/servers/`: one of each per test
//! process, stopped when the process ends, however it ends.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use rollbook::{
    directory::Text,
    source::{Attribute, Context, FetchError, Listing, Progress, Record, Silent, Source},
};
use serde_json::{Value, json};

/// People that each server holds.
pub const PEOPLE: usize = 3000;

/// A running server.
pub struct Server {
    script: &'static str,
    folder: PathBuf,
    env: BTreeMap<String, String>,
    /// Holds the pipe whose end stops the server.
    _warden: Child,
    changes: Mutex<u32>,
}

/// The shared OpenLDAP.
pub fn openldap() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start("openldap", &[&PEOPLE.to_string()]))
}

/// An OpenLDAP of one's own, to be killed.
pub fn openldap_of_ones_own() -> Server {
    openldap_with(PEOPLE)
}

/// An OpenLDAP of one's own with so many people: always the same ones, the first of all there are.
pub fn openldap_with(people: usize) -> Server {
    Server::start("openldap", &[&people.to_string()])
}

/// The shared Samba domain controller.
pub fn samba() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(samba_of_ones_own)
}

/// A domain controller of one's own, where nobody else changes anything.
pub fn samba_of_ones_own() -> Server {
    let server = Server::start("samba-ad", &[]);
    let people = server.folder.join("people.ldif");
    let count = PEOPLE.to_string();
    let base = server.get("BASE_DN");
    let made = Command::new(scripts().join("make-people"))
        .args(["snapshot", "--count", &count, "--base", base, "--groups", "--output"])
        .arg(&people)
        .status()
        .expect("`tests/servers/make-people` starts; it needs python3");
    assert!(made.success(), "`tests/servers/make-people snapshot` failed");
    server.run("load", &people);
    server
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers")
}

impl Server {
    fn start(script: &'static str, arguments: &[&str]) -> Self {
        // Short, as Unix sockets stand under it.
        let folder = tempfile::Builder::new().prefix("rb-").tempdir().unwrap().keep();
        let path = scripts().join(script);
        let started = Command::new(&path)
            .arg("start")
            .arg(&folder)
            .args(arguments)
            .output()
            .unwrap_or_else(|error| panic!("`tests/servers/{script}` does not start: {error}"));
        assert!(
            started.status.success(),
            "no real server to test against. Run `tests/servers/{script} start DIR` as root, which \
             installs what it needs; it says:\n{}",
            String::from_utf8_lossy(&started.stderr)
        );
        let stop =
            r#"trap '' INT TERM; cat >/dev/null; "$0" destroy "$1" >/dev/null 2>&1; rm -rf "$1""#;
        let warden = Command::new("setsid")
            .args(["bash", "-c", stop])
            .arg(&path)
            .arg(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .expect("`setsid` and `bash` are there");
        let env = String::from_utf8(started.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { script, folder, env, _warden: warden, changes: Mutex::new(0) }
    }

    /// One of the settings that the script prints.
    pub fn get(&self, name: &str) -> &str {
        self.env.get(name).unwrap_or_else(|| panic!("`{}` prints no {name}", self.script))
    }

    fn run(&self, command: &str, file: &Path) {
        let done = Command::new(scripts().join(self.script))
            .arg(command)
            .arg(&self.folder)
            .arg(file)
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "`{} {command}`: {words}", self.script);
    }

    /// Changes the directory as its administrator would: LDIF change records.
    pub fn change(&self, ldif: &str) {
        let mut number: MutexGuard<'_, u32> =
            self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        let file = self.folder.join(format!("change-{}.ldif", *number));
        fs::File::create(&file).unwrap().write_all(ldif.as_bytes()).unwrap();
        self.run("apply", &file);
    }

    /// Sends the server a signal: `KILL`, `STOP`.
    pub fn signal(&self, signal: &str) {
        let pid = fs::read_to_string(self.folder.join("run/server.pid")).unwrap();
        let pid = pid.split_whitespace().next().unwrap().to_owned();
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(pid).status().unwrap();
        assert!(sent.success());
    }

    /// Settings of a source: LDAPS, the reading account, everybody under `PEOPLE_DN`.
    pub fn settings(&self) -> Value {
        json!({
            "url": self.get("LDAPS_URL"),
            "tls": { "ca": self.get("CA_CERT") },
            "bind": { "user": self.get("BIND_DN"), "password": self.get("BIND_PW") },
            "base": self.get("PEOPLE_DN"),
        })
    }
}

/// Settings with some of them changed; `null` takes one away.
pub fn with(mut settings: Value, changes: Value) -> Value {
    let object = settings.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(object.remove(name)),
            value => drop(object.insert(name.clone(), value.clone())),
        }
    }
    settings
}

/// Reads a source of type `S` once.
pub fn fetch<S: Source + serde::de::DeserializeOwned>(
    settings: Value,
    attributes: &[&str],
) -> Result<Listing, FetchError> {
    fetch_knowing::<S>(settings, attributes, &[], &Silent)
}

/// The same, with the keys of people who are known already, and somebody who watches.
pub fn fetch_knowing<S: Source + serde::de::DeserializeOwned>(
    settings: Value,
    attributes: &[&str],
    known: &[Text],
    progress: &dyn Progress,
) -> Result<Listing, FetchError> {
    let source: S = serde_json::from_value(settings).expect("settings are right");
    let mut attributes: Vec<Text> = attributes.iter().copied().map(Text::from).collect();
    attributes.sort();
    let cx = Context {
        name: "staff",
        pbx: "main",
        root: Path::new("/"),
        now: "2026-06-01T00:00:00Z".parse().unwrap(),
        attributes: &attributes,
        known,
        progress,
    };
    source.fetch(&cx)
}

/// The first text of an attribute of a record.
pub fn text<'a>(listing: &'a Listing, record: &'a Record, name: &str) -> &'a str {
    match &record.values[listing.column(name).unwrap()] {
        Attribute::Absent => "",
        Attribute::One(text) => text,
        Attribute::Many(texts) => &texts[0],
    }
}

/// The record whose attribute has that value.
pub fn find<'a>(listing: &'a Listing, name: &str, value: &str) -> &'a Record {
    let mut found = listing.records.iter().filter(|record| text(listing, record, name) == value);
    let first = found.next().unwrap_or_else(|| panic!("no record has {name}={value}"));
    assert!(found.next().is_none(), "several records have {name}={value}");
    first
}
