//! `completions`: for shells.

use clap::CommandFactory;

use super::{
    Cx,
    arguments::{Arguments, Completions as Words},
    exit::Exit,
    report::Failure,
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(words.shell, &mut Arguments::command(), "rollbook", &mut script);
    cx.out.raw(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
