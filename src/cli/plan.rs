//! `plan`: what would change, and nothing does.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use super::{
    Cx,
    arguments::{Plan as Words, PlanForm},
    desk::{self, Desk, fresh_options, options},
    exit::Exit,
    interrupt,
    output::write_json,
    recordings::{self, Replay},
    report::Failure,
};
use crate::{
    engine,
    plan::Plan,
    render::{self, Heading, Tense},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let plan = made(cx, words)?;
    if let Some(path) = &words.out {
        save(&plan, path)?;
    }
    let file = words.out.as_ref().map(|path| path.to_string_lossy());
    match words.output {
        PlanForm::Text => {
            let to = words.to.as_deref();
            let (options, fresh) =
                (options(cx), fresh_options(&words.trust, &words.deny.codes, to));
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

/// From the sources as they are, or from a recording.
fn made(cx: &Cx<'_>, words: &Words) -> Result<Plan, Failure> {
    let mut desk = Desk::open(cx)?;
    desk.trust(&words.trust)?;
    desk.deny(&words.deny.codes);
    if let Some(folder) = &words.replay {
        let held = desk.held_here()?;
        let Replay { fetched, made_at } = recordings::replay(cx, &desk.manifest, folder)?;
        return recordings::with_world_of_then(&desk.manifest, made_at, |world| {
            Ok(engine::plan_of(&desk.manifest, &held.of_line(), fetched, world)?)
        });
    }
    if words.to.is_some() {
        return desk.plan_or_back(cx, &desk.held(cx)?, words.to.as_deref());
    }
    desk.store.sync(cx.around.now)?;
    let (held, fetched) = desk.held_here_and_read(cx)?;
    let fetched = fetched?;
    if words.record.record.is_some() {
        let kept = desk.manifest.sources.iter().zip(&fetched);
        recordings::keep(cx, &words.record, &desk.manifest, kept)?;
    }
    desk::with_world(cx, &desk.manifest, |world| {
        Ok(engine::plan_of(&desk.manifest, &held.of_line(), fetched, world)?)
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
