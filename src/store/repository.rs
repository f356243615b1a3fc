//! Opening the repository, making it, and telling whether it is one that we may write to.

use std::{
    fs, io,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use git2::{ErrorClass, ErrorCode, Repository, RepositoryInitOptions, RepositoryOpenFlags};

use crate::directory::Directory;

use super::{StoreError, error::short};

/// The format of a directory of people.
const PEOPLE: &str = "rollbook.state/1";

/// The format of a directory that has devices, system devices or channels as well. A version that
/// knows only people would show and compare half of it, so it isn't to read it.
const EQUIPMENT: &str = "rollbook.state/2";

/// The formats that this version reads.
const FORMATS: [&str; 2] = [PEOPLE, EQUIPMENT];

/// The format in which a directory is written: the first that holds all of it.
pub(super) fn format_of(directory: &Directory) -> &'static str {
    if directory.inventory.is_empty() { PEOPLE } else { EQUIPMENT }
}

/// Opens the repository in that very folder; nothing where the folder is missing or empty.
pub(super) fn open(path: &Path, shown: &str) -> Result<Option<Repository>, StoreError> {
    match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let (shown, because) = (shown.into(), error.to_string());
            return Err(match error.kind() {
                io::ErrorKind::NotADirectory => StoreError::NotARepository { shown, because },
                _ => StoreError::Read { shown, because },
            });
        }
        Ok(mut entries) => {
            if entries.next().is_none() {
                return Ok(None);
            }
        }
    }
    let none: [&str; 0] = [];
    let error = match Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, none) {
        Ok(repository) => return Ok(Some(repository)),
        Err(error) => error,
    };
    let (shown, because) = (shown.to_owned(), error.message().to_owned());
    Err(if error.code() == ErrorCode::Owner {
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        StoreError::NotOwned { shown, path: whole.display().to_string() }
    } else if because.contains("object format") || because.contains("extension") {
        StoreError::Unsupported { shown, because }
    } else if matches!(error.class(), ErrorClass::Os | ErrorClass::Config) {
        StoreError::Read { shown, because }
    } else {
        StoreError::NotARepository { shown, because }
    })
}

/// Makes an empty bare repository. It appears whole or not at all.
pub(super) fn create(path: &Path, shown: &str, branch: &str) -> Result<Repository, StoreError> {
    let cannot = |because: String| StoreError::Write { shown: shown.into(), because };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| cannot(error.to_string()))?;
    let started = parent.join(format!(".{name}.rollbook-{}", unique()));
    let made = make(&started, branch).and_then(|()| {
        // Another apply may have been faster; then theirs is there, and ours is dropped.
        match fs::rename(&started, path) {
            Err(_) if path.join("HEAD").exists() => Ok(()),
            done => done.map_err(|error| error.to_string()),
        }
    });
    if started.exists() {
        let _ = fs::remove_dir_all(&started);
    }
    made.map_err(cannot)?;
    sync_folder(parent);
    open(path, shown)?.ok_or_else(|| cannot("it is gone again".into()))
}

fn make(path: &Path, branch: &str) -> Result<(), String> {
    let mut options = RepositoryInitOptions::new();
    options.bare(true).mkpath(true).no_reinit(true).initial_head(branch);
    options.external_template(false).description("The directory, kept by rollbook");
    let made = Repository::init_opts(path, &options);
    made.map_err(|error| error.message().to_owned())?;
    // Reading everything takes six times as long out of deltas, and they save little space.
    let info = path.join("info");
    let written = fs::create_dir_all(&info)
        .and_then(|()| fs::write(info.join("attributes"), "people/** -delta\ndevices/** -delta\n"));
    written.map_err(|error| error.to_string())?;
    for file in ["HEAD", "config", "info/attributes"] {
        let synced = fs::File::open(path.join(file)).and_then(|file| file.sync_all());
        synced.map_err(|error| error.to_string())?;
    }
    sync_folder(path);
    Ok(())
}

/// A part of a file's name that no other writer uses now.
pub(super) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Makes names in a folder last through a power cut, where the system can.
pub(super) fn sync_folder(path: &Path) {
    if let Ok(folder) = fs::File::open(path) {
        let _ = folder.sync_all();
    }
}

/// Makes what libgit2 writes last through a power cut, whoever made the repository.
///
/// libgit2 syncs where `core.fsyncObjectFiles` is set. git itself no longer knows that and says so
/// at each command; so it stands in a file that only we give to libgit2, not in `config`.
pub(super) fn make_durable(repository: &Repository, shown: &str) -> Result<(), StoreError> {
    const SETTING: &str = "[core]\n\tfsyncObjectFiles = true\n";
    let path = repository.commondir().join("rollbook-config");
    // A run killed here may have left half of it.
    if !fs::read_to_string(&path).is_ok_and(|held| held == SETTING) {
        fs::write(&path, SETTING).map_err(|error| StoreError::Write {
            shown: shown.into(),
            because: error.to_string(),
        })?;
    }
    let set = repository
        .config()
        .and_then(|mut config| config.add_file(&path, git2::ConfigLevel::App, true));
    set.map_err(|error| StoreError::Read { shown: shown.into(), because: error.message().into() })
}

/// Refuses a branch that a work tree shows: moving it would look like changes undone.
pub(super) fn not_checked_out(repository: &Repository, branch: &str) -> Result<(), StoreError> {
    let shows = |repository: &Repository| {
        let head = repository.find_reference("HEAD").ok();
        let shown = head.as_ref().and_then(|head| head.symbolic_target().ok().flatten());
        !repository.is_bare() && shown == Some(&*format!("refs/heads/{branch}"))
    };
    let refused = |repository: &Repository| StoreError::CheckedOut {
        branch: branch.into(),
        folder: repository.workdir().unwrap_or(repository.path()).display().to_string(),
    };
    if shows(repository) {
        return Err(refused(repository));
    }
    let names = repository.worktrees();
    for name in names.iter().flat_map(|names| names.iter()).filter_map(|name| name.ok().flatten()) {
        let tree = repository.find_worktree(name).and_then(|t| Repository::open_from_worktree(&t));
        if let Some(tree) = tree.ok().filter(shows) {
            return Err(refused(&tree));
        }
    }
    Ok(())
}

/// Refuses a commit that is not rollbook's, or a later rollbook's.
pub(super) fn is_ours(
    repository: &Repository,
    commit: &git2::Commit<'_>,
    shown: &str,
    branch: &str,
) -> Result<(), StoreError> {
    let id = commit.id().to_string();
    let read = |error: git2::Error| StoreError::Read {
        shown: shown.into(),
        because: error.message().to_owned(),
    };
    let tree = commit.tree().map_err(read)?;
    let Some(entry) = tree.get_name("rollbook.yaml") else {
        return Err(StoreError::NotOurs { shown: shown.into(), branch: branch.into() });
    };
    let blob = repository.find_blob(entry.id()).map_err(read)?;
    let text = String::from_utf8_lossy(blob.content());
    match format(&text) {
        Ok(format) if FORMATS.contains(&format.as_str()) => Ok(()),
        Ok(format) if number(&format) > number(EQUIPMENT) => {
            Err(StoreError::Newer { commit: short(&id).into(), format, known: EQUIPMENT })
        }
        // A manifest is called `rollbook.yaml` too.
        Ok(_) | Err(None) => {
            Err(StoreError::NotOurs { shown: shown.into(), branch: branch.into() })
        }
        Err(Some(flaw)) => Err(StoreError::Broken {
            commit: short(&id).into(),
            file: "rollbook.yaml".into(),
            line: flaw.at.line,
            column: flaw.at.column,
            because: flaw.message,
        }),
    }
}

fn format(text: &str) -> Result<String, Option<super::block::Flaw>> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: Option<String>,
    }
    let head: Head = serde_saphyr::from_str_with_options(text, super::edited::options())
        .map_err(|error| Some(super::edited::flaw(&error)))?;
    head.format.ok_or(None)
}

fn number(format: &str) -> Option<u64> {
    format.strip_prefix("rollbook.state/")?.parse().ok()
}
