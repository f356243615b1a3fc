//! The remote, through the `git` program: its credential helpers, proxies and agents are the ones
//! that work in companies.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use git2::{Oid, Repository};
use jiff::Timestamp;

use super::{Commit, Store, StoreError, error::short, repository};

/// Where the remote's branch is kept here; no branch of the user's.
const FETCHED: &str = "refs/rollbook/remote";

impl Store {
    /// Brings the branch up to the remote's, before a plan is made; nothing without a remote.
    ///
    /// `now` is the run's time, for telling how old a lock is. Makes the repository here where there
    /// is none yet and the remote has commits.
    ///
    /// # Errors
    ///
    /// [`StoreError::Diverged`] where both have commits that the other lacks; [`StoreError::Program`]
    /// with git's own words where the remote can't be read; [`StoreError::CheckedOut`].
    pub fn sync(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let repository = match self.repository()? {
            Some(repository) => repository,
            None => repository::create(&self.path, &self.shown, &self.branch)?,
        };
        repository::make_durable(&repository, &self.shown)?;
        let Some(there) = self.fetch(&repository, remote)? else { return Ok(()) };
        let here = self.tip(&repository)?.map(|commit| commit.id());
        let descends = |one, other| {
            repository.graph_descendant_of(one, other).map_err(|error| self.unreadable(&error))
        };
        match here {
            Some(here) if here == there || descends(here, there)? => return Ok(()),
            Some(here) if !descends(there, here)? => {
                return Err(StoreError::Diverged {
                    branch: self.branch.clone(),
                    local: short(&here.to_string()).into(),
                    remote: masked(remote),
                    there: short(&there.to_string()).into(),
                });
            }
            _ => {}
        }
        repository::not_checked_out(&repository, &self.branch)?;
        match self.advance(&repository, there, here, now, "rollbook: from the remote") {
            // Another run has brought it meanwhile.
            Err(StoreError::Stale { head: Some(head), .. }) if head == there.to_string() => Ok(()),
            moved => moved,
        }
    }

    /// The remote's commit, or nothing where it has no such branch yet.
    fn fetch(&self, repository: &Repository, remote: &str) -> Result<Option<Oid>, StoreError> {
        let refspec = format!("+{}:{FETCHED}", self.reference());
        let arguments =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"];
        let output = run(repository.path(), &[&arguments[..], &["--", remote, &refspec]].concat())?;
        if output.status.success() {
            let found = repository.refname_to_id(FETCHED).map_err(|e| self.unreadable(&e))?;
            return Ok(Some(found));
        }
        if String::from_utf8_lossy(&output.stderr).contains("couldn't find remote ref") {
            return Ok(None);
        }
        Err(failed(&format!("git fetch {remote}"), &output))
    }

    /// Gives a commit to the remote, as the next of its branch; nothing without a remote.
    pub(super) fn push(
        &self,
        repository: &Repository,
        id: Oid,
        base: Option<&Commit>,
    ) -> Result<(), StoreError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let refspec = format!("{id}:{}", self.reference());
        let output = run(repository.path(), &["push", "--porcelain", "--", remote, &refspec])?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let refused = |line: &str| line.starts_with('!') && line.contains("[rejected]");
        // A server tells a push that came a moment too late in other words.
        let lost = |line: &str| {
            line.starts_with('!')
                && [
                    "cannot lock ref",
                    "failed to update ref",
                    "reference already exists",
                    "incorrect old value",
                ]
                .iter()
                .any(|why| line.contains(why))
        };
        if said.lines().any(|line| refused(line) || lost(line)) {
            let head = self.fetch(repository, remote).ok().flatten().map(|head| head.to_string());
            return Err(StoreError::Stale { base: base.map(|base| base.id.clone()), head });
        }
        Err(failed(&format!("git push {remote}"), &output))
    }
}

/// Runs git in the repository, whatever repository our own environment may speak of.
fn run(folder: &Path, arguments: &[&str]) -> Result<Output, StoreError> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(folder).args(arguments).stdin(Stdio::null());
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    ] {
        command.env_remove(name);
    }
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    command.output().map_err(|error| StoreError::Program {
        command: masked(&format!("git {}", arguments.first().unwrap_or(&""))),
        because: error.to_string(),
    })
}

fn failed(command: &str, output: &Output) -> StoreError {
    let mut because = visible(&masked(&String::from_utf8_lossy(&output.stderr)));
    if because.is_empty() {
        because = output.status.to_string();
    }
    StoreError::Program { command: masked(command), because }
}

/// A program's words without what could steer a terminal.
pub(super) fn visible(text: &str) -> String {
    let show = |c: char| if c != '\n' && super::text::hides(c) { '?' } else { c };
    text.trim().chars().map(show).collect()
}

/// Takes user names and passwords out of addresses: `https://***@git.corp.example/x`.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"');
        let (host, others) = after.split_at(end.unwrap_or(after.len()));
        match host.rsplit_once('@') {
            Some((_, host)) => {
                out.push_str("***@");
                out.push_str(host);
            }
            None => out.push_str(host),
        }
        rest = others;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_of_an_address_is_shown() {
        assert_eq!(
            masked("fatal: unable to access 'https://bot:s3cr3t@git.corp.example/d.git/': no"),
            "fatal: unable to access 'https://***@git.corp.example/d.git/': no"
        );
        assert_eq!(
            masked("https://tok@en@h/x ssh://git@h:22/y"),
            "https://***@h/x ssh://***@h:22/y"
        );
        assert_eq!(masked("git@h:x.git ../other"), "git@h:x.git ../other");
    }
}
