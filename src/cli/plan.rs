//! `plan`: what would change, and nothing does.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use super::{
    Cx,
    arguments::{Plan as Words, PlanForm},
    desk::{Desk, fresh_options, options},
    exit::Exit,
    interrupt,
    output::write_json,
    report::Failure,
};
use crate::{
    plan::Plan,
    render::{self, Heading, Tense},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let mut desk = Desk::open(cx)?;
    desk.trust(&words.trust)?;
    let held = desk.held(cx)?;
    let plan = desk.plan_or_back(cx, &held, words.to.as_deref())?;
    if let Some(path) = &words.out {
        save(&plan, path)?;
    }
    let file = words.out.as_ref().map(|path| path.to_string_lossy());
    match words.output {
        PlanForm::Text => {
            let (options, fresh) = (options(cx), fresh_options(&words.trust, words.to.as_deref()));
            let heading =
                Heading::Planned { file: file.as_deref(), options: &options, fresh: &fresh };
            cx.out.text(&render::plan_text(&plan, heading, cx.all()))?;
            if let (Some(file), true, false) = (&file, plan.verdict.allowed, plan.is_empty()) {
                cx.out.remark(&format!(
                    "to apply exactly this: rollbook apply {}",
                    render::safe(file)
                ));
            }
        }
        PlanForm::Json => cx.out.json(&plan)?,
        PlanForm::Yaml => cx.out.yaml(&plan)?,
        PlanForm::Markdown => cx.out.raw(&render::markdown(&plan, Tense::Conditional))?,
    }
    Ok(match (plan.verdict.allowed, plan.is_empty()) {
        (false, _) => Exit::Refused,
        (true, false) if words.detailed_exitcode => Exit::Waiting,
        (true, _) => Exit::Done,
    })
}

/// Writes a plan into a file: all of it, or the file is as before.
fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let mut text = Vec::new();
    write_json(&mut text, plan).map_err(|error| unsaved(path, error))?;
    let mut writing = interrupt::held();
    whole(path, &text).map_err(|error| unsaved(path, error))?;
    *writing = Some(format!("`{}`", render::safe(&path.to_string_lossy())));
    Ok(())
}

fn unsaved(path: &Path, error: impl ToString) -> Failure {
    let title = format!("the plan can't be written to `{}`", path.display());
    Failure::new(title, "check the folder, who may write there, and how full the disk is")
        .because(error)
}

/// Replaces a file in one step; what is no file, as a pipe, is written to.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fs::write(path, bytes);
    }
    let name = path.file_name().ok_or_else(|| io::Error::other("it is the name of a folder"))?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = folder.join(beside);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        if let Ok(there) = fs::metadata(path) {
            file.set_permissions(there.permissions())?;
        }
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        // What matters is the first error.
        let _ = fs::remove_file(&beside);
    }
    moved
}
