//! `init`: a first manifest, with comments.

mod columns;
mod settings;

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write},
    path::Path,
};

use self::columns::Columns;
use super::{
    Cx,
    arguments::{Doctor, Form, Init as Words},
    doctor,
    exit::Exit,
    report::Failure,
    table::table,
};
use crate::{
    connectors::{KINDS, Kind},
    manifest::{FILE_NAME, SCHEMA_ADDRESS},
    render::safe,
};

pub(super) fn run(cx: &Cx<'_>, words: &Words) -> Result<Exit, Failure> {
    if words.kinds.is_empty() {
        let rows: Vec<Vec<String>> =
            KINDS.iter().map(|kind| vec![kind.name.into(), kind.about.into()]).collect();
        cx.out.text(&table(&["kind", "what it is"], &rows))?;
        cx.out.remark("write a first manifest with `rollbook init KIND…`");
        return Ok(Exit::Done);
    }
    let kinds = words.kinds.iter().map(|name| known(name)).collect::<Result<Vec<_>, _>>()?;
    let columns = match &words.file {
        None => None,
        Some(_) if !words.kinds.iter().any(|name| name == "csv") => {
            let help = "name the kind too: `rollbook init csv --file FILE`";
            return Err(Failure::new("`--file` is for `csv`", help));
        }
        Some(file) => Some(Columns::of(file, cx.around)?),
    };
    let path = cx.global.manifest.as_deref().unwrap_or(Path::new(FILE_NAME));
    let text = manifest(&kinds, columns.as_ref());
    write_new(path, &text)?;
    cx.out.remark(&format!("wrote `{}`", safe(&path.to_string_lossy())));
    if words.probe {
        return doctor::run(cx, &Doctor { source: None, output: Form::Text });
    }
    cx.out.remark(&next(&kinds, columns.is_some()));
    Ok(Exit::Done)
}

fn known(name: &str) -> Result<&'static Kind, Failure> {
    Kind::named(name).ok_or_else(|| {
        let near =
            KINDS.iter().map(|kind| (strsim::damerau_levenshtein(kind.name, name), kind.name));
        let help = match near.min().filter(|(steps, _)| *steps <= name.len() / 3 + 1) {
            Some((_, kind)) => format!("did you mean `{kind}`? `rollbook init` lists the kinds"),
            None => "choose one of those that `rollbook init` lists".into(),
        };
        Failure::new(format!("there is no kind `{name}`"), help)
    })
}

/// Makes a file that must not be there yet.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let shown = path.display();
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::new(
            format!("`{shown}` is there already"),
            "move it away, or write another with `--manifest FILE`",
        ),
        _ => Failure::new(
            format!("`{shown}` can't be written"),
            "check the folder and who may write there",
        )
        .because(error),
    })
}

fn next(kinds: &[&Kind], filled: bool) -> String {
    let mut variables: Vec<String> =
        kinds.iter().flat_map(|kind| settings::variables(kind)).collect();
    variables.sort();
    variables.dedup();
    let mut out = String::from("next:\n");
    if !variables.is_empty() {
        out.push_str(&format!("  export {}\n", variables.join("=… ") + "=…"));
    } else if !filled {
        out.push_str("  name your files, keys and columns in it\n");
    }
    out.push_str(
        "  rollbook doctor     # does each source answer, and what do people look like?\n",
    );
    out.push_str("  rollbook plan       # what would the first apply do?");
    out
}

/// How several sources become one directory: by default nobody is joined.
fn joined(names: &[String]) -> String {
    // Those who know people, before those who know telephones.
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_by_key(|name| name.starts_with("phones"));
    format!(
        "
# What makes one person of the records of several sources, tried in order; whose value wins;
# and who decides that somebody left.
# people:
#   link: [ employee_id, email ]
#   prefer: {{ default: [ {all} ] }}
#   status: [ {first} ]
",
        all = names.join(", "),
        first = names[0],
    )
}

fn manifest(kinds: &[&Kind], columns: Option<&Columns>) -> String {
    let mut out = format!("# yaml-language-server: $schema={SCHEMA_ADDRESS}\n");
    out.push_str(HEAD);
    let mut names: Vec<String> = Vec::new();
    for kind in kinds {
        let base = match kind.name {
            // What its page calls it: nearly always it is joined with those who know the people.
            "cisco-ucm" => "phones".to_owned(),
            _ if names.is_empty() => "staff".to_owned(),
            other => other.replace('-', "_"),
        };
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            count += 1;
            name = format!("{base}{count}");
        }
        let columns = columns.filter(|_| kind.name == "csv");
        out.push_str(&settings::source(&name, kind, columns));
        names.push(name);
    }
    if names.len() > 1 {
        out.push_str(&joined(&names));
    }
    out.push_str(TAIL);
    out
}

const HEAD: &str = "\
version: 1

# Where the directory is kept: a git repository that the first apply makes.
state:
  git: ./directory.git

# What people are read from, each under a name of your choice. The name becomes part of
# everybody's id, so choose it for good.
sources:
";

const TAIL: &str = r#"
# Where people stand in the tree: the first rule that takes a person gives the place.
groups:
  # - match: { department: [Sales, Vertrieb] }
  #   path: "/{{ site }}/Sales"
  #   set: { do_not_record: true }
  - path: "/{{ site | default('No site') }}/{{ department | default('No department') }}"

# Named sets across the tree; nobody is counted twice.
# collections:
#   all-sales: { title: All Sales teams, when: "path is endingwith('/Sales')" }

# How much one run may change before it is refused; the stricter wins.
limits:
  # licences: 450
  disable: { people: 25, share: 5% }
  # update: { share: 30% }
  # move: { share: 30% }
"#;
