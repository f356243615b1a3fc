//! Signatures on commits, by the programs that hold the keys.

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
};

use crate::settings::Signing;

use super::{StoreError, remote::visible};

/// The signature over a commit's text, as git keeps it.
pub(super) fn sign(how: &Signing, content: &str) -> Result<String, StoreError> {
    match how {
        Signing::Ssh(key) => {
            let mut command = Command::new("ssh-keygen");
            command.args(["-Y", "sign", "-n", "git", "-f"]).arg(key);
            run(command, "ssh-keygen -Y sign", content)
        }
        Signing::Gpg(key) => {
            let mut command = Command::new("gpg");
            command.args(["--batch", "--armor", "--detach-sign", "--local-user", key.as_str()]);
            run(command, "gpg --detach-sign", content)
        }
    }
}

fn run(mut command: Command, shown: &str, content: &str) -> Result<String, StoreError> {
    let failed = |because: String| StoreError::Program { command: shown.into(), because };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // No window may ask for a passphrase: an agent has to hold it.
    command.env("SSH_ASKPASS_REQUIRE", "never");
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let input = child.stdin.take();
    let output = thread::scope(|scope| {
        scope.spawn(move || input.map(|mut input| input.write_all(content.as_bytes())));
        child.wait_with_output()
    });
    let output = output.map_err(|error| failed(error.to_string()))?;
    let signature = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || signature.is_empty() {
        return Err(failed(visible(&String::from_utf8_lossy(&output.stderr))));
    }
    Ok(signature)
}
