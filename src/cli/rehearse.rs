//! `rehearse`: what an accident at a source would do with this manifest, and what would stop it.

use super::{
    Cx,
    arguments::{AccidentWord, Form, Rehearse as Words},
    desk::{self, Desk, Held},
    documents::{RehearsalDocument, Rehearsed},
    exit::Exit,
    recordings,
    report::{Failure, no_plan},
};
use crate::{
    directory::{Inventory, Text},
    engine::{self, Fetched, World},
    manifest::{DeclaredSource, Manifest},
    plan::{Kind, Past, Plan, Summary},
    rehearsal::{self, Accident, GuardKind, Happening, Verdict},
    render::{BAD, DIM, GOOD, STRONG, counted, painted, safe},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let desk = Desk::open(cx)?;
    let manifest = &desk.manifest;
    let chosen: Vec<&DeclaredSource> = match &words.source {
        Some(name) => vec![desk::source(manifest, name)?],
        None => manifest.sources.iter().collect(),
    };
    let document = match &words.replay {
        Some(folder) => {
            let held = desk.held_here()?;
            let replay = recordings::replay(cx, manifest, folder)?;
            recordings::with_world_of_then(manifest, replay.made_at, |world| {
                rehearse(cx, words, manifest, &chosen, held, &replay.fetched, world)
            })?
        }
        None => {
            let held = desk.held(cx)?;
            let fetched = desk.read(cx, &held.directory)?;
            desk::with_world(cx, manifest, |world| {
                rehearse(cx, words, manifest, &chosen, held, &fetched, world)
            })?
        }
    };
    match words.output {
        Form::Text => cx.out.text(&foot(&document))?,
        Form::Json => cx.out.json(&document)?,
        Form::Yaml => cx.out.yaml(&document)?,
    }
    Ok(if document.passes > 0 { Exit::Refused } else { Exit::Done })
}

/// Tries each accident on a directory in which today's plan was applied already, so that what is
/// seen is the accident's alone.
fn rehearse(
    cx: &Cx<'_>,
    words: &Words,
    manifest: &Manifest,
    chosen: &[&DeclaredSource],
    held: Held,
    fetched: &[Fetched],
    world: &World<'_>,
) -> Result<RehearsalDocument, Failure> {
    let today = engine::plan_of(manifest, &held.of_line(), copies(fetched), world)?;
    let refused_today = !today.verdict.allowed;
    let base: Text = today.short_digest().into();
    let past = rehearsal::past_of(&today, &held.past);
    let directory = held.directory.after(&today).map_err(|misfit| {
        let title = "today's plan doesn't fit the directory, so nothing can be tried on it";
        Failure::new(title, "look at `rollbook plan` first").because(misfit)
    })?;
    let people = directory.people.iter().filter(|person| person.status.is_active()).count() as u64;
    let stage = Stage { manifest, directory, base, past, fetched, world };
    let usual = stage.plan(copies(fetched)).map_err(|error| {
        Failure::new("today's plan can't be made twice", "look at `rollbook plan` first")
            .because(error)
    })?;
    let mut document = RehearsalDocument {
        format: Text::new_static("rollbook.rehearsal/1"),
        replay: words.replay.is_some(),
        people,
        refused_today,
        passes: 0,
        rehearsed: Vec::new(),
    };
    let text = words.output == Form::Text;
    if text {
        cx.out.text(&head(&document))?;
    }
    for accident in accidents(words.accident) {
        for declared in chosen {
            for rehearsed in stage.of(accident, declared, &usual) {
                let rehearsed = rehearsed?;
                if text {
                    cx.out.text(&shown(&rehearsed))?;
                }
                document.passes += u64::from(rehearsed.verdict == Verdict::Passes);
                document.rehearsed.push(rehearsed);
            }
        }
    }
    Ok(document)
}

fn accidents(word: AccidentWord) -> Vec<Accident> {
    match word {
        AccidentWord::EmptySource => vec![Accident::EmptySource],
        AccidentWord::HalfSource => vec![Accident::HalfSource],
        AccidentWord::RenamedOu => vec![Accident::RenamedOu],
        AccidentWord::LostRight => vec![Accident::LostRight],
        AccidentWord::SwappedAttribute => vec![Accident::SwappedAttribute],
        AccidentWord::All => Accident::ALL.to_vec(),
    }
}

fn copies(fetched: &[Fetched]) -> Vec<Fetched> {
    let copy = |one: &Fetched| Fetched { listing: one.listing.clone(), seconds: one.seconds };
    fetched.iter().map(copy).collect()
}

/// Where accidents are tried.
struct Stage<'a> {
    manifest: &'a Manifest,
    directory: crate::directory::Directory,
    base: Text,
    past: Past,
    fetched: &'a [Fetched],
    world: &'a World<'a>,
}

impl<'a> Stage<'a> {
    fn plan(&self, fetched: Vec<Fetched>) -> Result<Plan, String> {
        let held = engine::Held {
            directory: &self.directory,
            base: Some(self.base.clone()),
            past: &self.past,
        };
        engine::plan_of(self.manifest, &held, fetched, self.world).map_err(|error| no_plan(&error))
    }

    /// Each way in which an accident may happen to a source.
    fn of<'s>(
        &'s self,
        accident: Accident,
        declared: &'s DeclaredSource,
        usual: &'s Plan,
    ) -> Box<dyn Iterator<Item = Result<Rehearsed, Failure>> + 's> {
        let mut sources = self.manifest.sources.iter();
        let at = sources.position(|source| source.name == declared.name).unwrap_or_default();
        let listing = self.fetched.get(at).map(|fetched| &fetched.listing);
        let happenings = listing.map_or_else(Vec::new, |listing| {
            rehearsal::happenings(accident, listing, &declared.mapping)
        });
        if happenings.is_empty() {
            let source = declared.name.clone();
            return Box::new(std::iter::once(Ok(inapplicable(accident, source))));
        }
        let happen = move |happening: Happening| {
            let mut fetched = copies(self.fetched);
            if let Some(one) = fetched.get_mut(at) {
                let listing = std::mem::replace(&mut one.listing, empty());
                one.listing = happening.to(listing);
            }
            let plan = self.plan(fetched);
            let after = plan.as_ref().map_err(Clone::clone);
            let judgement = rehearsal::judged(&declared.name, usual, after);
            let summary = plan.ok().map(|plan| plan.summary);
            Ok(Rehearsed {
                accident,
                source: declared.name.clone(),
                what: happening.what,
                help: match judgement.verdict {
                    Verdict::Passes => help(accident, summary.as_ref()),
                    Verdict::Harmless | Verdict::Stopped | Verdict::DoesNotApply => String::new(),
                },
                summary,
                held_by: judgement.held_by,
                verdict: judgement.verdict,
            })
        };
        Box::new(happenings.into_iter().map(happen))
    }
}

fn empty() -> crate::source::Listing {
    crate::source::Listing {
        names: Vec::new(),
        records: Vec::new(),
        coverage: crate::source::Coverage::Partial { because: String::new() },
        as_of: None,
        departures: Vec::new(),
        inventory: Inventory::default(),
        unread: Vec::new(),
        findings: Vec::new(),
    }
}

fn inapplicable(accident: Accident, source: Text) -> Rehearsed {
    let what = match accident {
        Accident::EmptySource | Accident::HalfSource => "has too few records to lose any",
        Accident::RenamedOu => "has no units: its records have no distinguished names",
        Accident::LostRight => "has no attribute that the mapping uses",
        Accident::SwappedAttribute => "has no two attributes that fill fields people are known by",
    };
    Rehearsed {
        accident,
        source,
        what: what.into(),
        summary: None,
        held_by: Vec::new(),
        verdict: Verdict::DoesNotApply,
        help: String::new(),
    }
}

/// What would have stopped a plan that passes.
fn help(accident: Accident, summary: Option<&Summary>) -> String {
    let keeps = match accident {
        Accident::LostRight => "; `emptied:` under `people:` can keep such values",
        Accident::EmptySource
        | Accident::HalfSource
        | Accident::RenamedOu
        | Accident::SwappedAttribute => "",
    };
    let mut counts: Vec<(String, u64)> = Vec::new();
    if let Some(summary) = summary {
        let people = [
            ("disable", summary.disable),
            ("update", summary.update),
            ("move", summary.r#move),
            ("add", summary.add),
        ];
        counts.extend(people.map(|(limit, count)| (limit.to_owned(), count)));
        for ((_, of), kind) in summary.equipment().into_iter().zip(Kind::EQUIPMENT) {
            let own = [("disable", of.disable), ("update", of.update), ("add", of.add)];
            counts.extend(own.map(|(limit, count)| (format!("{limit}.{}", kind.as_str()), count)));
        }
    }
    // Of equal counts the first, people before what they speak through.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    match most {
        Some((limit, count)) if count > 1 => {
            format!("set a limit below {count} for `{limit}` under `limits:`{keeps}")
        }
        Some((_, 1)) => format!(
            "decide whether it matters; no limit tells so small a loss from a day's work{keeps}"
        ),
        _ => "look at what changes with `--output json`".into(),
    }
}

fn head(document: &RehearsalDocument) -> String {
    let people = counted(document.people, "person");
    let mut head = format!(
        "{}  {people} in the directory as today's plan leaves it\n",
        painted(STRONG, "REHEARSAL")
    );
    if document.refused_today {
        head.push_str("today's plan is refused itself; it is taken as applied here\n");
    }
    head.push('\n');
    head
}

fn shown(rehearsed: &Rehearsed) -> String {
    let Rehearsed { accident, source, what, summary, held_by, verdict, help } = rehearsed;
    let mut out =
        format!("{}: `{}` {}\n", painted(STRONG, accident), safe(source), safe(what).cut(300));
    if let Some(summary) = summary {
        out.push_str(&format!("  would: {}\n", would(summary)));
    }
    for guard in held_by {
        let word = match guard.kind {
            GuardKind::Listing => "listing not trusted",
            GuardKind::Unknown => "left as they are",
            GuardKind::HeldBack => "left as they are",
            GuardKind::Limit => "limit",
            GuardKind::Error => "no plan",
        };
        let says = safe(&guard.says);
        out.push_str(&format!("  held by: {word}: {}\n", says.cut(400)));
    }
    out.push_str(&match verdict {
        Verdict::Harmless => format!("  {}\n", painted(GOOD, "harmless")),
        Verdict::Stopped => format!("  {}\n", painted(GOOD, "stopped")),
        Verdict::Passes => format!("  {}\n", painted(BAD, "PASSES")),
        Verdict::DoesNotApply => format!("  {}\n", painted(DIM, "does not apply")),
    });
    if !help.is_empty() {
        out.push_str(&format!("  help: {}\n", safe(help)));
    }
    out.push('\n');
    out
}

/// The changes that a plan has, in words.
fn would(summary: &Summary) -> String {
    let counts = [
        ("add", summary.add),
        ("update", summary.update),
        ("move", summary.r#move),
        ("disable", summary.disable),
        ("enable", summary.enable),
        ("merge", summary.merge),
        ("split", summary.split),
    ];
    let mut parts: Vec<String> = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(verb, count)| format!("{verb} {}", counted(count, "person")))
        .collect();
    for (entry, of) in summary.equipment() {
        let counts = [
            ("add", of.add),
            ("update", of.update),
            ("disable", of.disable),
            ("enable", of.enable),
        ];
        let own = counts.into_iter().filter(|(_, count)| *count > 0);
        parts.extend(own.map(|(verb, count)| format!("{verb} {}", counted(count, entry.noun()))));
    }
    let others = summary.groups + summary.collections;
    if others > 0 {
        parts.push(format!(
            "change {}",
            counted(others, "group or collection")
                .replace("group or collections", "groups or collections")
        ));
    }
    if parts.is_empty() { "change nothing".into() } else { parts.join(", ") }
}

fn foot(document: &RehearsalDocument) -> String {
    let of = |verdict: Verdict| {
        document.rehearsed.iter().filter(|one| one.verdict == verdict).count() as u64
    };
    let (harmless, stopped) = (of(Verdict::Harmless), of(Verdict::Stopped));
    let passes = match document.passes {
        0 => painted(GOOD, "none would pass").to_string(),
        some => painted(BAD, format!("{some} WOULD PASS")).to_string(),
    };
    format!(
        "{} tried: {harmless} harmless, {stopped} stopped, {passes}. Nothing was changed.\n",
        counted(harmless + stopped + document.passes, "accident")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_to_equipment_is_told_and_the_limit_that_stops_it() {
        let mut summary = Summary::default();
        assert_eq!(would(&summary), "change nothing");
        summary.devices.disable = 14;
        summary.channels.update = 1;
        assert_eq!(would(&summary), "disable 14 devices, update 1 channel");
        let help = |summary: &Summary| help(Accident::HalfSource, Some(summary));
        assert!(help(&summary).contains("below 14 for `disable.devices`"), "{}", help(&summary));
        summary.disable = 14;
        assert!(help(&summary).contains("below 14 for `disable` "), "{}", help(&summary));
    }
}
