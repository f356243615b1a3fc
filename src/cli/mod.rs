//! The command line: one file per command. Clock, environment, working folder and terminal are
//! touched here and nowhere below.

pub mod arguments;
pub mod documents;
pub mod exit;
pub mod report;
pub mod schema;

mod apply;
mod completions;
mod desk;
mod diff;
mod difference;
mod doctor;
mod explain;
mod fetch;
mod init;
mod interrupt;
pub mod ledger;
mod log;
mod man;
pub mod number;
mod output;
mod pin;
mod plan;
mod progress;
mod recordings;
mod rehearse;
mod saved;
mod show;
mod table;
mod validate;
mod who;
mod world;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use self::{
    arguments::{Arguments, Colour, Command, Global, LogFormat},
    exit::Exit,
    output::Output,
    report::Failure,
    world::Surroundings,
};
use crate::render;

/// What every command has at hand.
struct Cx<'a> {
    global: &'a Global,
    around: &'a Surroundings,
    out: Output,
}

impl Cx<'_> {
    /// Whether all names and findings are wanted.
    fn all(&self) -> bool {
        self.global.verbose > 0
    }
}

/// Runs the program with the words that it was started with.
pub fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // What was typed is quoted, and may have come from anywhere.
            if std::env::args_os().any(|word| render::needs_care(&word.to_string_lossy())) {
                let out = Output::new(Colour::Never, false);
                let told = error.to_string();
                told.lines().for_each(|line| out.complain(&format!("{}\n", render::safe(line))));
            } else {
                // A reader who has gone away is no fault of ours.
                let _ = error.print();
            }
            return if error.use_stderr() { Exit::Failed } else { Exit::Done };
        }
    };
    let Arguments { global, command } = arguments;
    let out = Output::new(global.color, global.quiet);
    log_to_stderr(&global, out);
    interrupt::listen(out);
    // The only provider of TLS; a second call would find it there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ended = Surroundings::look()
        .and_then(|around| run(&Cx { global: &global, around: &around, out }, command));
    ended.unwrap_or_else(|failure| {
        out.complain(&failure.to_text(out.colours_remarks()));
        failure.exit
    })
}

fn run(cx: &Cx<'_>, command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(words) => init::run(cx, &words),
        Command::Validate(words) => validate::run(cx, &words),
        Command::Doctor(words) => doctor::run(cx, &words),
        Command::Fetch(words) => fetch::run(cx, &words),
        Command::Plan(words) => plan::run(cx, &words),
        Command::Rehearse(words) => rehearse::run(cx, &words),
        Command::Apply(words) => apply::run(cx, &words),
        Command::Pin(words) => pin::run(cx, &words),
        Command::Show(words) => show::run(cx, &words),
        Command::Explain(words) => explain::run(cx, &words),
        Command::Ledger(words) => ledger::run(cx, &words),
        Command::Log(words) => log::run(cx, &words),
        Command::Diff(words) => diff::run(cx, &words),
        Command::Schema(words) => schema::run(cx, &words),
        Command::Completions(words) => completions::run(cx, &words),
        Command::Man(words) => man::run(cx, &words),
    }
}

/// What happens inside, to standard error; `ROLLBOOK_LOG` chooses as tracing's filters do.
fn log_to_stderr(global: &Global, out: Output) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0 | 1) => "warn",
        (false, 2) => "rollbook=info,warn",
        (false, _) => "rollbook=debug,info",
    };
    let filter = world::variable("ROLLBOOK_LOG").unwrap_or_else(|| level.into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(out.colours_remarks());
    match global.log_format {
        LogFormat::Text => log.without_time().with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}
