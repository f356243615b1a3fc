//! The program itself, run in a folder of its own.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::servers::Server;

/// What a command ended with.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("output in UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("remarks in UTF-8"),
        }
    }

    /// The same, once it ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A fresh folder in which commands run, with an environment of its own.
pub struct Folder {
    root: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Folder {
    pub fn empty() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        Self { root, environment: Vec::new() }
    }

    /// A copy of one of the examples.
    pub fn example(name: &str) -> Self {
        let folder = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        for entry in fs::read_dir(from).expect("an example") {
            let entry = entry.expect("an entry");
            fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.root.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.file(name), text).expect("a file to be written");
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Tells manifests as that of the LDAP example where this server is.
    pub fn reads_from(&mut self, server: &Server) {
        for (name, value) in [
            ("LDAP_URL", "LDAPS_URL"),
            ("LDAP_USER", "BIND_DN"),
            ("LDAP_PASSWORD", "BIND_PW"),
            ("LDAP_CA", "CA_CERT"),
        ] {
            self.set(name, server.get(value));
        }
    }

    /// Runs `rollbook` with these words.
    pub fn rollbook<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Ended {
        let output = self.command(words).output().expect("rollbook to start");
        Ended::new(output)
    }

    /// The same, not yet started.
    #[expect(clippy::disallowed_methods, reason = "`git` is found where the tests find it")]
    pub fn command<S: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command
            .args(words)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .envs(self.environment.iter().cloned());
        command
    }

    /// Runs the `git` program on the state.
    pub fn git(&self, words: &[&str]) -> Ended {
        let output = Command::new("git")
            .args(["--git-dir", "directory.git"])
            .args(words)
            .current_dir(self.path())
            .env("GIT_PAGER", "cat")
            .output()
            .expect("git to start");
        Ended::new(output)
    }

    /// Plans, and gives the plan.
    #[track_caller]
    pub fn plan(&self) -> serde_json::Value {
        self.rollbook(["plan", "--output", "json"]).code(0).json()
    }
}
