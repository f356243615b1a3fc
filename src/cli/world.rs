//! Clock, environment and working folder, read once.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use jiff::Timestamp;

use super::report::Failure;
use crate::manifest::{FILE_NAME, References};

/// What the program stands in.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// When this run began; `SOURCE_DATE_EPOCH` where that is set, so that runs can be repeated.
    pub now: Timestamp,
    /// The working folder.
    pub folder: PathBuf,
}

impl Surroundings {
    /// Looks at clock and working folder.
    ///
    /// # Errors
    ///
    /// Where `SOURCE_DATE_EPOCH` is no number of seconds, or the working folder is gone.
    #[expect(clippy::disallowed_methods, reason = "this is the roof")]
    pub fn look() -> Result<Self, Failure> {
        let now = match variable("SOURCE_DATE_EPOCH") {
            None => Timestamp::now(),
            Some(text) => {
                text.parse().ok().and_then(|s| Timestamp::from_second(s).ok()).ok_or_else(|| {
                    Failure::new(
                        format!("`SOURCE_DATE_EPOCH={text}` is no time"),
                        "set it to seconds since 1970, or unset it",
                    )
                })?
            }
        };
        // Git keeps whole seconds, and nobody reads more.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let folder = env::current_dir().map_err(|error| {
            Failure::new("the working folder can't be read", "go to another folder").because(error)
        })?;
        Ok(Self { now, folder })
    }

    /// The manifest: the one given, the `rollbook.yaml` in the folder given, or the one from the
    /// working folder upwards, named as from the working folder where it stands in it.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn manifest(&self, given: Option<&Path>) -> Result<PathBuf, Failure> {
        if let Some(path) = given {
            return Ok(if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() });
        }
        for (at, folder) in self.folder.ancestors().enumerate() {
            let path = folder.join(FILE_NAME);
            if path.is_file() {
                return Ok(if at == 0 { PathBuf::from(FILE_NAME) } else { path });
            }
        }
        let missing =
            format!("there is no `rollbook.yaml` in `{}` or above", self.folder.display());
        Err(Failure::new(
            missing,
            "write one with `rollbook init KIND`, or name one with `--manifest FILE`",
        ))
    }
}

/// An environment variable that is set, in UTF-8 and not empty.
#[expect(clippy::disallowed_methods, reason = "this is the roof")]
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Who runs this, for the trailer `Applied-by`: `ROLLBOOK_APPLIED_BY`, a pipeline's variables, or
/// the user of this machine.
pub fn applied_by() -> String {
    if let Some(given) = variable("ROLLBOOK_APPLIED_BY") {
        return given;
    }
    let pipelines = [
        ("GITHUB_ACTOR", "GITHUB_RUN_ID"),
        ("GITLAB_USER_LOGIN", "CI_JOB_URL"),
        ("BUILD_REQUESTEDFOR", "BUILD_BUILDURI"),
        ("BUILD_USER", "BUILD_URL"),
    ];
    for (who, which) in pipelines {
        if let (Some(who), Some(which)) = (variable(who), variable(which)) {
            let run = match (which, variable("GITHUB_SERVER_URL"), variable("GITHUB_REPOSITORY")) {
                (id, Some(server), Some(repository)) if !id.contains("://") => {
                    format!("{server}/{repository}/actions/runs/{id}")
                }
                (which, ..) => which,
            };
            return format!("{who} ({run})");
        }
    }
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable).or_else(account);
    let host = fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
    let host = variable("HOSTNAME").or(host.filter(|name| !name.is_empty()));
    let user = user.unwrap_or_else(|| "unknown".into());
    match host.or_else(|| variable("COMPUTERNAME")) {
        Some(host) => format!("{user}@{host}"),
        None => user,
    }
}

/// The account of this process, on systems that say so in files.
fn account() -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let uid =
        status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()?;
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    accounts.lines().find_map(|line| {
        let mut parts = line.split(':');
        let (name, mut rest) = (parts.next()?, parts.skip(1));
        (rest.next()? == uid).then(|| name.to_owned())
    })
}

/// Where references of a manifest lead: environment, files and programs of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Here;

impl References for Here {
    #[expect(clippy::disallowed_methods, reason = "this is the roof")]
    fn env(&self, name: &str) -> Option<String> {
        env::var(name).ok()
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        fs::read_to_string(path)
    }

    fn command(&self, argv: &[String]) -> io::Result<String> {
        let Some((program, words)) = argv.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no program is named"));
        };
        let output = Command::new(program)
            .args(words)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!("it ended with {}", output.status)));
        }
        String::from_utf8(output.stdout)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it wrote what is not UTF-8"))
    }
}
