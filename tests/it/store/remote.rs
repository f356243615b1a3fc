//! The remote, signatures, and who commits.

use std::{fs, path::Path, process::Command};

use rollbook::{
    settings::Signing,
    store::{Store, StoreError},
};

use super::{commit, company, git, message, run_git, settings, sound};

fn with_remote(path: &Path, remote: &Path) -> Store {
    let mut settings = settings(path);
    settings.remote = Some(remote.display().to_string().into());
    Store::open(&settings).unwrap()
}

#[test]
fn a_commit_is_on_the_remote_and_found_there_by_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let [hub, one, two] = ["hub.git", "one.git", "two.git"].map(|name| folder.path().join(name));
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "hub.git"]);
    let (mut here, mut there) = (with_remote(&one, &hub), with_remote(&two, &hub));
    let now = message(0).when;

    // A remote without commits is an empty directory.
    here.sync(now).unwrap();
    assert_eq!(here.head().unwrap(), None);
    commit(&mut here, &company(3, 1), 1).unwrap();
    assert_eq!(git(&hub, &["rev-parse", "main"]), git(&one, &["rev-parse", "main"]));

    there.sync(now).unwrap();
    assert_eq!(there.head().unwrap(), here.head().unwrap());
    commit(&mut there, &company(400, 9), 2).unwrap();

    // This one has not heard of it: its push is refused, and nothing moves.
    let before = here.head().unwrap();
    let error = commit(&mut here, &company(5, 1), 3).unwrap_err();
    let StoreError::Stale { base, head } = &error else { panic!("{error:?}") };
    assert_eq!(base.as_ref(), before.as_ref().map(|commit| &commit.id));
    assert_eq!(head.as_deref(), Some(git(&hub, &["rev-parse", "main"]).trim()));
    assert_eq!(here.head().unwrap(), before);

    here.sync(now).unwrap();
    assert_eq!(here.head().unwrap(), there.head().unwrap());
    commit(&mut here, &company(5, 1), 3).unwrap();
    assert_eq!(git(&hub, &["log", "--format=%s", "main"]).lines().count(), 3);
    [hub, one, two].iter().for_each(|path| sound(path));
}

#[test]
fn ways_that_parted_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let [hub, one] = ["hub.git", "one.git"].map(|name| folder.path().join(name));
    commit(&mut Store::open(&settings(&hub)).unwrap(), &company(3, 1), 1).unwrap();
    commit(&mut Store::open(&settings(&one)).unwrap(), &company(4, 1), 2).unwrap();
    let error = with_remote(&one, &hub).sync(message(0).when).unwrap_err();
    assert!(matches!(error, StoreError::Diverged { .. }), "{error:?}");
    assert!(error.help().starts_with("decide"), "{}", error.help());
}

#[test]
fn a_remote_that_is_not_there_is_told_in_gits_words_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(&folder.path().join("one.git"));
    settings.remote = Some("https://bot:s3cr3t@localhost:1/d.git".into());
    let mut store = Store::open(&settings).unwrap();
    let errors = [store.sync(message(0).when), commit(&mut store, &company(3, 1), 1).map(drop)];
    for error in errors.map(Result::unwrap_err) {
        assert!(matches!(error, StoreError::Program { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{error}");
        assert!(error.to_string().contains("***@localhost:1"), "{error}");
    }
    assert_eq!(store.head().unwrap(), None);
}

#[test]
fn a_hook_that_says_no_is_not_a_stale_plan() {
    let folder = tempfile::tempdir().unwrap();
    let [hub, one] = ["hub.git", "one.git"].map(|name| folder.path().join(name));
    git(folder.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "hub.git"]);
    let hook = hub.join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, "#!/bin/sh\necho 'review first' >&2\nexit 1\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&hook).status().unwrap().success());
    let mut store = with_remote(&one, &hub);
    let error = commit(&mut store, &company(3, 1), 1).unwrap_err();
    assert!(matches!(error, StoreError::Program { .. }), "{error:?}");
    assert!(error.to_string().contains("review first"), "{error}");
    assert_eq!(store.head().unwrap(), None);
}

#[test]
fn a_commit_can_be_signed_with_an_ssh_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("directory.git");
    let key = folder.path().join("key");
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.unwrap().success());
    let mut signed = settings(&path);
    signed.sign = Some(Signing::Ssh(key.clone()));
    commit(&mut Store::open(&signed).unwrap(), &company(3, 1), 1).unwrap();
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = folder.path().join("allowed");
    fs::write(&allowed, format!("rollbook@corp.example {public}")).unwrap();
    let option = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
    let output = run_git(&path, &["-c", &option, "verify-commit", "main"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Good \"git\" signature for rollbook@corp.example"), "{said}");
    sound(&path);

    signed.sign = Some(Signing::Ssh(folder.path().join("nothing")));
    let error = commit(&mut Store::open(&signed).unwrap(), &company(4, 1), 2).unwrap_err();
    assert!(error.to_string().starts_with("`ssh-keygen -Y sign` failed"), "{error}");
    assert_eq!(git(&path, &["log", "--format=%s", "main"]).lines().count(), 1);
}
