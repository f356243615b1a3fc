//! Where the state is kept, as the manifest says it.

use std::path::PathBuf;

use crate::{directory::Text, finding::Position};

/// The git repository that holds the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateSettings {
    /// The repository's folder, bare or not; absolute, or from the working folder.
    pub git: PathBuf,
    /// The same, as the manifest has it: for messages.
    pub shown: Text,
    /// Where the manifest says so, for messages.
    pub at: Option<Position>,
    /// The branch that the directory is on; `main` by default.
    pub branch: Text,
    /// Fetched before planning and pushed to after applying: a name or an address for `git`.
    pub remote: Option<Text>,
    /// Who commits, `Name <address>`; by default git's own `user.name` and `user.email`.
    pub author: Option<Text>,
    /// How commits are signed; not at all by default.
    pub sign: Option<Signing>,
}

/// How commits are signed. The key never passes through rollbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signing {
    /// With `ssh-keygen -Y sign` and the key in this file.
    Ssh(PathBuf),
    /// With `gpg --local-user` and this key id.
    Gpg(Text),
}
