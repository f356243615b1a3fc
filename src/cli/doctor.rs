//! `doctor`: each source step by step, and the state.

use super::{
    Cx,
    arguments::{Doctor as Words, Form},
    desk,
    documents::{DoctorDocument, OutcomeWord, Patient, Step},
    exit::Exit,
    fetch::people_table,
    report::{Failure, source_failure},
};
use crate::{
    directory::Text,
    engine::{self, FaultKind, World},
    manifest::{DeclaredSource, Manifest},
    mapping::Draft,
    render::{self, BAD, DOUBT, GOOD, STRONG, painted, safe},
    source::{Check, Context, Outcome},
    store::Store,
};

/// People shown as mapped.
const SAMPLE: usize = 5;

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let manifest = desk::manifest(cx)?;
    let chosen: Vec<&DeclaredSource> = match &words.source {
        Some(name) => vec![desk::source(&manifest, name)?],
        None => manifest.sources.iter().collect(),
    };
    let text = words.output == Form::Text;
    let mut patients = Vec::new();
    for declared in chosen {
        let patient = desk::with_world(cx, &manifest, |world| examine(cx, declared, world, text))?;
        patients.push(patient);
    }
    if words.source.is_none() {
        patients.push(state(cx, &manifest, text)?);
    }
    let steps = || patients.iter().flat_map(|patient| &patient.steps);
    let well = steps().all(|step| step.outcome != OutcomeWord::Failed);
    let document = DoctorDocument { format: Text::new_static("rollbook.doctor/1"), well, patients };
    match words.output {
        Form::Text => {}
        Form::Json => cx.out.json(&document)?,
        Form::Yaml => cx.out.yaml(&document)?,
    }
    Ok(if well { Exit::Done } else { Exit::Failed })
}

fn examine(
    cx: &Cx<'_>,
    declared: &DeclaredSource,
    world: &World<'_>,
    text: bool,
) -> Result<Patient, Failure> {
    let mut patient = Patient {
        name: declared.name.clone(),
        kind: declared.kind.name.into(),
        steps: Vec::new(),
        people: Vec::new(),
    };
    begin(cx, &patient, text)?;
    let source = match engine::open(declared, world) {
        Ok(source) => source,
        Err(why) => {
            let help = "correct the settings in the manifest, or what they refer to".into();
            let said = settings_fault(&declared.name, &why);
            let failed = Check { title: "settings".into(), outcome: Outcome::Failed(said, help) };
            let told = end(cx, &mut patient, failed, text);
            if text && let FaultKind::Settings(_) = &why {
                cx.out.complain(
                    &source_failure(&declared.name, why).to_text(cx.out.colours_remarks()),
                );
            }
            told?;
            return Ok(patient);
        }
    };
    let attributes = declared.mapping.attributes();
    let context = Context {
        name: &declared.name,
        pbx: &declared.mapping.pbx,
        root: world.root,
        now: world.now,
        attributes: &attributes,
        known: &[],
        progress: &crate::source::Silent,
    };
    let mut unwritten = Ok(());
    source.examine(&context, &mut |check| {
        let told = end(cx, &mut patient, check, text);
        if unwritten.is_ok() {
            unwritten = told;
        }
    });
    unwritten?;
    if patient.steps.iter().all(|step| step.outcome != OutcomeWord::Failed) {
        match source.takes_long() {
            Some(why) => {
                let outcome = Outcome::Passed(why.into());
                end(cx, &mut patient, Check { title: "map the records".into(), outcome }, text)?;
            }
            None => sample(cx, declared, world, &mut patient, text)?,
        }
    }
    Ok(patient)
}

fn settings_fault(name: &str, why: &FaultKind) -> String {
    match why {
        FaultKind::Settings(found) => {
            let titles: Vec<&str> = found.iter().map(|found| found.title.as_str()).collect();
            titles.join("; ")
        }
        other => format!("`{name}`: {other}"),
    }
}

/// Reads the source and shows a few people as they would come.
fn sample(
    cx: &Cx<'_>,
    declared: &DeclaredSource,
    world: &World<'_>,
    patient: &mut Patient,
    text: bool,
) -> Result<(), Failure> {
    let mapped = engine::fetch(declared, &[], world)
        .and_then(|fetched| Ok(engine::map(fetched.listing, &declared.mapping)?));
    let (outcome, people): (Outcome, Vec<Draft>) = match mapped {
        Err(why) => {
            let help = match &why {
                FaultKind::Fetch(error) => error.help(),
                FaultKind::Mapping(error) => error.help.clone(),
                FaultKind::Settings(_) | FaultKind::Panic => "see the lines above".into(),
            };
            (Outcome::Failed(why.to_string(), help), Vec::new())
        }
        Ok(mapped) => {
            let said = format!(
                "{}, {} left out or unusable",
                render::counted(mapped.people.len() as u64, "person"),
                mapped.out_of_scope.len() + mapped.held_back.len()
            );
            let outcome = match mapped.people.is_empty() {
                false => Outcome::Passed(said),
                true => Outcome::Doubtful(
                    said,
                    "look at the records with `rollbook fetch SOURCE --raw`".into(),
                ),
            };
            (outcome, mapped.people.into_iter().take(SAMPLE).collect())
        }
    };
    end(cx, patient, Check { title: "map the records".into(), outcome }, text)?;
    if text && !people.is_empty() {
        let table = people_table(people.iter());
        let indented: String = table.lines().map(|line| format!("    {line}\n")).collect();
        cx.out.text(&indented)?;
    }
    patient.people = people.iter().map(|draft| render::person_document(&draft.person)).collect();
    Ok(())
}

/// The repository.
fn state(cx: &Cx<'_>, manifest: &Manifest, text: bool) -> Result<Patient, Failure> {
    let mut patient = Patient {
        name: Text::new_static("state"),
        kind: Text::new_static("git"),
        steps: Vec::new(),
        people: Vec::new(),
    };
    begin(cx, &patient, text)?;
    let title = format!("open `{}`", manifest.state.shown);
    let opened = Store::open(&manifest.state).and_then(|store| {
        let head = store.head()?;
        head.map(|commit| store.read(&commit).map(|directory| (commit, directory))).transpose()
    });
    let outcome = match opened {
        Ok(None) => Outcome::Passed("nothing there yet; the first apply makes it".into()),
        Ok(Some((commit, directory))) => Outcome::Passed(format!(
            "{} at commit `{}`",
            render::counted(directory.people.len() as u64, "person"),
            commit.id
        )),
        Err(error) => Outcome::Failed(error.to_string(), error.help()),
    };
    end(cx, &mut patient, Check { title, outcome }, text)?;
    Ok(patient)
}

fn begin(cx: &Cx<'_>, patient: &Patient, text: bool) -> Result<(), Failure> {
    if text {
        let name = painted(STRONG, safe(&patient.name).cut(60));
        cx.out.text(&format!("{name} ({})\n", safe(&patient.kind)))?;
    }
    Ok(())
}

/// Notes a step and shows it.
fn end(cx: &Cx<'_>, patient: &mut Patient, check: Check, text: bool) -> Result<(), Failure> {
    let Check { title, outcome } = check;
    let (word, detail, help) = match outcome {
        Outcome::Passed(detail) => (OutcomeWord::Passed, detail, String::new()),
        Outcome::Doubtful(detail, help) => (OutcomeWord::Doubtful, detail, help),
        Outcome::Failed(detail, help) => (OutcomeWord::Failed, detail, help),
    };
    let sign = match word {
        OutcomeWord::Passed => painted(GOOD, "✓"),
        OutcomeWord::Doubtful => painted(DOUBT, "!"),
        OutcomeWord::Failed => painted(BAD, "✗"),
    };
    if text {
        let title = safe(&title).cut(200);
        let line = match detail.is_empty() {
            true => format!("  {sign} {title}\n"),
            false => format!("  {sign} {title}: {}\n", safe(&detail).cut(1_000)),
        };
        cx.out.text(&line)?;
        if !help.is_empty() {
            cx.out.text(&format!("    help: {}\n", safe(&help).cut(1_000)))?;
        }
    }
    patient.steps.push(Step { title, outcome: word, detail, help });
    Ok(())
}
