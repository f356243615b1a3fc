//! Ctrl-C: stops at once, but never in the middle of writing.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{exit::Exit, output::Output};

/// Held while something is written; what was, once it was.
static WRITING: Mutex<Option<String>> = Mutex::new(None);

/// Listens for Ctrl-C and for being told to end.
pub fn listen(output: Output) {
    let stop = move || {
        let written = match WRITING.try_lock() {
            Ok(written) => written,
            Err(_) => {
                output.complain("\nwaiting for what is being written …\n");
                held()
            }
        };
        output.complain(&match written.as_deref() {
            None => "\nstopped; nothing was changed\n".into(),
            Some(what) => format!("\nstopped; {what} was already written\n"),
        });
        std::process::exit(i32::from(Exit::Stopped.code()));
    };
    // Without a listener the system stops the program, which is safe too.
    if let Err(error) = ctrlc::set_handler(stop) {
        tracing::debug!(%error, "no listener for Ctrl-C");
    }
}

/// Keeps Ctrl-C waiting until the guard is dropped. Put in it what was written.
pub fn held() -> MutexGuard<'static, Option<String>> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}
