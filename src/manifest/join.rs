//! The files of a manifest: read within bounds, their `include:` followed, joined in order.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::Diagnostic;
use crate::document::{self, Content, MAX_BYTES, Node, Span};

/// The most files that a manifest may have.
const MAX_FILES: usize = 1000;

/// The files as trees, with their texts for quoting.
#[derive(Default)]
pub(super) struct Joined {
    /// In order: the manifest, then what it includes.
    pub(super) trees: Vec<Node>,
    pub(super) texts: BTreeMap<Arc<str>, String>,
    pub(super) found: Vec<Diagnostic>,
    /// Over the bytes of all files in order.
    pub(super) hash: Sha256,
    /// A file, by its canonical path, that is to have other bytes than it has.
    instead: Option<(PathBuf, Vec<u8>)>,
    seen: BTreeSet<PathBuf>,
}

impl Joined {
    /// Reads a manifest and all that it includes; what is wrong is found later in `found`.
    pub(super) fn read(path: &Path) -> Self {
        let mut joined = Self::default();
        joined.file(path, None);
        joined
    }

    /// The same as if one of the files had other bytes.
    pub(super) fn read_as(path: &Path, file: &Path, bytes: &[u8]) -> Self {
        let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let mut joined = Self { instead: Some((file, bytes.to_vec())), ..Self::default() };
        joined.file(path, None);
        joined
    }

    fn file(&mut self, path: &Path, asked: Option<&Span>) {
        let name: Arc<str> = path.display().to_string().into();
        let general = |title: String, help: &str| match asked {
            Some(at) => Diagnostic::new("unreadable", title, at).help(help),
            None => Diagnostic::general("unreadable", title, help),
        };
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if !self.seen.insert(identity.clone()) || self.seen.len() > MAX_FILES {
            self.found.push(general(
                format!("`{name}` is included again"),
                "name each file once, and of a folder no file in it",
            ));
            return;
        }
        let instead = self.instead.as_ref().filter(|(file, _)| *file == identity);
        let read = instead.map_or_else(|| bounded(path), |(_, bytes)| Ok(bytes.clone()));
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => {
                let help =
                    "check the path, and who may read it; `rollbook init` writes a first manifest";
                self.found.push(general(format!("`{name}` can't be read: {error}"), help));
                return;
            }
        };
        self.hash.update(&bytes);
        let text = match document::text(&bytes, &name) {
            Ok(text) => text,
            Err(fault) => {
                let shown = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
                let shown = shown.get(..shown.len().min(MAX_BYTES)).unwrap_or_default();
                let shown = String::from_utf8_lossy(shown).into_owned();
                self.texts.insert(name, shown);
                self.found.push(Diagnostic::of("unreadable", fault));
                return;
            }
        };
        self.texts.insert(Arc::clone(&name), text.to_string());
        match document::parse(text, &name) {
            Err(fault) => self.found.push(Diagnostic::of("syntax", fault)),
            Ok(tree) => {
                let further = self.included(&tree, path.parent().unwrap_or(Path::new("")));
                self.trees.push(tree);
                for (path, at) in further {
                    self.file(&path, Some(&at));
                }
            }
        }
    }

    /// The files that `include:` names; a folder stands for its `*.yaml` and `*.yml`.
    fn included(&mut self, tree: &Node, folder: &Path) -> Vec<(PathBuf, Span)> {
        let mut files = Vec::new();
        let Some(Node { content: Content::List(items), .. }) = tree.get("include") else {
            return files;
        };
        for item in items {
            let Some(text) = item.as_text().filter(|text| !text.is_empty()) else { continue };
            let path = folder.join(text.as_str());
            if !path.is_dir() {
                files.push((path, item.at.clone()));
                continue;
            }
            match manifests(&path) {
                Ok(inside) if inside.is_empty() => self.found.push(
                    Diagnostic::new(
                        "unreadable",
                        format!("`{text}` has no `*.yaml` in it"),
                        &item.at,
                    )
                    .help("put a file into it, or remove the line"),
                ),
                Ok(inside) => files.extend(inside.into_iter().map(|path| (path, item.at.clone()))),
                Err(error) => self.found.push(
                    Diagnostic::new(
                        "unreadable",
                        format!("`{text}` can't be read: {error}"),
                        &item.at,
                    )
                    .help("check who may read it"),
                ),
            }
        }
        files
    }
}

/// A digest in hexadecimal.
pub(super) fn digest(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// At most one byte more than a manifest may have.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn manifests(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let wanted = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if wanted && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
