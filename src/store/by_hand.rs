//! What people changed in the directory by hand, since the last commit that rollbook made.

use crate::{
    directory::Directory,
    plan::{Edit, edits},
};

use super::{Commit, Store, StoreError};

/// The latest commits by hand that are looked into one by one; what is older counts as the first's.
const EACH: usize = 20;

impl Store {
    /// The fields that differ from the last commit of a run, each with the latest commit that
    /// touched it, by id and field; nothing where the branch's last commit is a run's.
    ///
    /// A run's commit has a trailer `Plan`. `held` is the directory at `head`, the branch's last
    /// commit. Directories are only read where there are commits by hand.
    ///
    /// # Errors
    ///
    /// As [`Store::read`].
    pub fn by_hand(&self, head: &Commit, held: &Directory) -> Result<Vec<Edit>, StoreError> {
        if head.trailer("Plan").is_some() {
            return Ok(Vec::new());
        }
        let mut ours = None;
        let mut by_hand = Vec::new();
        for entry in self.log(None)? {
            let commit = entry?.commit;
            if commit.trailer("Plan").is_some() {
                ours = Some(commit);
                break;
            }
            by_hand.push(commit);
        }
        // A branch without a single run: there is nothing that it was before.
        let Some(ours) = ours else { return Ok(Vec::new()) };
        let base = self.read(&ours)?;
        let mut all = edits(&base, held, &head.id, author(head));
        if by_hand.len() < 2 || all.is_empty() {
            return Ok(all);
        }
        let key = |edit: &Edit| (edit.entry, edit.id.clone(), edit.field);
        all.sort_by_key(key);
        let mut before = base;
        for commit in by_hand.iter().take(EACH).rev() {
            let after = self.read(commit)?;
            for edit in edits(&before, &after, &commit.id, author(commit)) {
                if let Ok(at) = all.binary_search_by(|known| key(known).cmp(&key(&edit))) {
                    all[at] = edit;
                }
            }
            before = after;
        }
        Ok(all)
    }
}

/// The name of a commit's author, without the address.
fn author(commit: &Commit) -> &str {
    commit.author.split(" <").next().unwrap_or(&commit.author)
}
