//! `log`: what happened to the directory, or to one person, newest first.

use super::{
    Cx,
    arguments::{Form, Log as Words},
    desk::Desk,
    difference,
    documents::{LogCommit, LogDocument, Trailer},
    exit::Exit,
    report::Failure,
    who,
};
use crate::{
    directory::{Directory, Text},
    render::{self, DIM, STRONG, painted, safe},
    store::LogEntry,
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    let Desk { store, .. } = Desk::open(cx)?;
    let person = match &words.who {
        None => None,
        Some(wanted) => {
            let directory = match store.head()? {
                Some(head) => store.read(&head)?,
                None => Directory::default(),
            };
            Some(who::find(&directory, wanted)?.id.clone())
        }
    };
    let mut commits = Vec::new();
    for entry in store.log(person.as_ref())?.take(words.limit.unwrap_or(usize::MAX)) {
        let entry = told(entry?);
        if words.output == Form::Text {
            cx.out.text(&entry_text(&entry, cx.all()))?;
        } else {
            commits.push(entry);
        }
    }
    let document = LogDocument { format: Text::new_static("rollbook.log/1"), person, commits };
    match words.output {
        Form::Text => {}
        Form::Json => cx.out.json(&document)?,
        Form::Yaml => cx.out.yaml(&document)?,
    }
    Ok(Exit::Done)
}

fn told(entry: LogEntry) -> LogCommit {
    let LogEntry { commit, before, after } = entry;
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
        change: difference::of_person(before.as_ref(), after.as_ref()),
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
