//! `man`: manual pages.

use std::fs;

use clap::CommandFactory;

use super::{
    Cx,
    arguments::{Arguments, Man as Words},
    exit::Exit,
    report::Failure,
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let command = Arguments::command();
    match &words.out {
        Some(folder) => fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(command, folder))
            .map_err(|error| {
                let title = format!("the pages can't be written to `{}`", folder.display());
                Failure::new(title, "check the folder and who may write there").because(error)
            })?,
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(|error| {
                Failure::new("the page can't be made", "report it").because(error)
            })?;
            cx.out.raw(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Exit::Done)
}
