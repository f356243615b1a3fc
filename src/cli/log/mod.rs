//! `log`: what happened to the directory, to one person or to one device, or who had a number;
//! newest first.

mod pieces;

use super::{
    Cx,
    arguments::{Form, Log as Words},
    desk::Desk,
    difference,
    documents::{LogCommit, LogDocument, Trailer},
    exit::Exit,
    number::{self, HoldingDocument, Number},
    report::Failure,
    who::{self, Entry},
};
use crate::{
    directory::{Directory, Text},
    plan::Change,
    render::{self, DIM, STRONG, painted, safe},
    store::{Commit, Holding, LogEntry},
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let Desk { store, .. } = Desk::open(cx)?;
    let head = store.head()?;
    let mut person = None;
    if let (Some(wanted), Some(head)) = (&words.who, &head) {
        if let Some(number) = Number::parse(wanted) {
            let holdings = number.holdings(&store, head)?;
            if !holdings.is_empty() {
                return of_number(cx, words, &holdings);
            }
        }
        if let Some(id) = pieces::known(&store, head, wanted)? {
            return pieces::run(cx, words, &store, head, &id);
        }
        person = number::meant(&store, head, wanted)?;
    }
    if let (Some(wanted), None) = (&words.who, &person) {
        let directory = match &head {
            Some(head) => store.read(head)?,
            None => Directory::default(),
        };
        match (who::entry(&directory, wanted)?, &head) {
            (Entry::Person(found), _) => person = Some(found.id.clone()),
            (Entry::Piece(piece), Some(head)) => {
                return pieces::run(cx, words, &store, head, piece.id());
            }
            // Nothing is found where there is no commit.
            (Entry::Piece(_), None) => {}
        }
    }
    let mut commits = Vec::new();
    for entry in store.log(person.as_ref())?.take(words.limit.unwrap_or(usize::MAX)) {
        let entry = told(entry?);
        if words.output == Form::Text {
            cx.out.text(&entry_text(&entry, cx.all()))?;
        } else {
            commits.push(entry);
        }
    }
    let document = LogDocument { person, commits, ..bare() };
    match words.output {
        Form::Text => {}
        Form::Json => cx.out.json(&document)?,
        Form::Yaml => cx.out.yaml(&document)?,
    }
    Ok(Exit::Done)
}

/// A document with nothing in it.
fn bare() -> LogDocument {
    LogDocument {
        format: Text::new_static("rollbook.log/1"),
        person: None,
        equipment: None,
        owners: None,
        holdings: None,
        commits: Vec::new(),
    }
}

/// Who had a number.
fn of_number(cx: &Cx<'_>, words: &Words, holdings: &[Holding]) -> Result<Exit, Failure> {
    let holdings = &holdings[..holdings.len().min(words.limit.unwrap_or(usize::MAX))];
    if words.output == Form::Text {
        cx.out.text(&number::text(holdings))?;
        return Ok(Exit::Done);
    }
    let concerned = holdings.iter().flat_map(|held| held.until.iter().chain([&held.from]));
    let mut commits: Vec<&Commit> = concerned.collect();
    commits.sort_by(|one, other| (other.when, &other.id).cmp(&(one.when, &one.id)));
    commits.dedup_by(|one, other| one.id == other.id);
    let entry = |commit: &Commit| LogEntry { commit: commit.clone(), before: None, after: None };
    let document = LogDocument {
        holdings: Some(holdings.iter().map(HoldingDocument::of).collect()),
        commits: commits.into_iter().map(|commit| told(entry(commit))).collect(),
        ..bare()
    };
    match words.output {
        Form::Yaml => cx.out.yaml(&document)?,
        Form::Text | Form::Json => cx.out.json(&document)?,
    }
    Ok(Exit::Done)
}

fn told(entry: LogEntry) -> LogCommit {
    let LogEntry { commit, before, after } = entry;
    seen(commit, difference::of_person(before.as_ref(), after.as_ref()))
}

fn seen(commit: Commit, change: Option<Change>) -> LogCommit {
    LogCommit {
        commit: commit.id,
        when: commit.when,
        author: commit.author,
        subject: commit.subject,
        body: commit.body,
        trailers: commit
            .trailers
            .into_iter()
            .map(|(name, value)| Trailer { name, value })
            .collect(),
        change,
    }
}

fn entry_text(commit: &LogCommit, all: bool) -> String {
    let id = commit.commit.get(..12).unwrap_or(&commit.commit);
    let by = commit.trailers.iter().find(|trailer| trailer.name == "Applied-by");
    let by = by.map_or(commit.author.as_str(), |trailer| trailer.value.as_str());
    let mut out = format!(
        "{}  {}  {}  {}\n",
        painted(STRONG, id),
        commit.when,
        safe(&commit.subject).cut(120),
        painted(DIM, format_args!("by {}", safe(by).cut(80))),
    );
    if let Some(change) = &commit.change {
        out.push_str(&render::change_text(change));
    } else if all {
        for line in commit.body.lines() {
            out.push_str(&format!("    {}\n", safe(line)));
        }
    }
    out
}
