//! Settings that stand elsewhere: `{ env: NAME }`, `{ file: PATH }`, `{ command: [prog, arg] }`.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{Diagnostic, structure::Problems};
use crate::document::{Content, Node, Span, suggestion};

/// The keys that say where a setting stands.
pub(super) const WHERE: [&str; 3] = ["env", "file", "command"];

/// Where settings may stand; the roof knows how to look there.
pub trait References {
    /// The environment variable of that name.
    fn env(&self, name: &str) -> Option<String>;

    /// The text of a file, from an absolute path or one from the working folder.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn file(&self, path: &Path) -> io::Result<String>;

    /// What a program writes to its standard output; never through a shell.
    ///
    /// # Errors
    ///
    /// What the system says, or that the program failed.
    fn command(&self, argv: &[String]) -> io::Result<String>;
}

/// Nothing stands anywhere: for checks that must not look.
pub struct Nowhere;

impl References for Nowhere {
    fn env(&self, _name: &str) -> Option<String> {
        None
    }

    fn file(&self, _path: &Path) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn command(&self, _argv: &[String]) -> io::Result<String> {
        Err(io::ErrorKind::NotFound.into())
    }
}

/// The two definitions in the schema: of secrets, and of other settings, which may have a default.
pub(super) fn definitions() -> [(&'static str, Value); 2] {
    let schema = |description: &str, default: bool| {
        let mut schema = json!({
            "description": description,
            "type": "object",
            "properties": {
                "env": { "description": "The environment variable that holds it.", "type": "string", "minLength": 1 },
                "file": { "description": "The file that holds it, from the manifest's folder; one newline at its end doesn't count.", "type": "string", "minLength": 1 },
                "command": { "description": "The program, and its arguments, that prints it; run without a shell.", "type": "array", "items": { "type": "string" }, "minItems": 1 },
            },
            "additionalProperties": false,
            "oneOf": [{ "required": ["env"] }, { "required": ["file"] }, { "required": ["command"] }],
        });
        if default {
            schema["properties"]["default"] = json!({ "description": "What holds where nothing stands there; `\"\"` leaves the setting out." });
        }
        schema
    };
    [
        ("Reference", schema("Where a secret stands: it is never written into a manifest.", false)),
        ("ReferenceOrDefault", schema("Where a setting stands, when not here.", true)),
    ]
}

/// Whether a value is meant as a reference.
pub(super) fn is_meant(node: &Node) -> bool {
    node.entries().iter().any(|(key, _)| WHERE.contains(&key.text.as_str()))
}

/// Reports what is wrong with a reference; a literal where a secret belongs is not shown.
pub(super) fn check(node: &Node, secret: bool, owner: &Span, problems: &mut Problems<'_>) {
    let Content::Map(entries) = &node.content else {
        if !secret {
            return problems.add(
                Diagnostic::new("wrong-type", "a reference is meant here", &node.at)
                    .help("write `{ env: NAME }`"),
            );
        }
        problems.hide(node);
        let at = if node.at.bytes.is_empty() { owner } else { &node.at };
        return problems.add(
            Diagnostic::new("literal-secret", "a secret is never written into a manifest", at)
                .help("write where it stands: `{ env: NAME }`, `{ file: PATH }` or `{ command: [prog, arg] }`"),
        );
    };
    let before = problems.found.len();
    let known = || WHERE.into_iter().chain((!secret).then_some("default"));
    let mut places = 0;
    for (index, (key, value)) in entries.iter().enumerate() {
        let name = key.text.as_str();
        if let Some((first, _)) =
            entries.iter().take(index).find(|(earlier, _)| earlier.text == key.text)
        {
            problems.twice(key, &first.at);
        } else if name == "default" && secret {
            problems.hide(value);
            problems.add(
                Diagnostic::new("literal-secret", "a secret has no default", &key.at)
                    .help("remove `default:`"),
            );
        } else if name == "command" {
            places += 1;
            let arguments = matches!(&value.content, Content::List(items)
                if !items.is_empty() && items.iter().all(|item| item.as_text().is_some()));
            if !arguments {
                problems.add(
                    Diagnostic::new(
                        "wrong-type",
                        "`command` takes a program and its arguments",
                        &value.at,
                    )
                    .help("write a list of texts: `[prog, arg]`"),
                );
            }
        } else if WHERE.contains(&name) {
            places += 1;
            if value.as_text().is_none_or(|text| text.is_empty()) {
                let given = value.described();
                problems.add(
                    Diagnostic::new(
                        "wrong-type",
                        format!("{given} stands where a text is meant"),
                        &key.at,
                    )
                    .help(format!("write `{name}:` and one text")),
                );
            }
        } else if name != "default" {
            problems.hide(value);
            problems.add(
                Diagnostic::new("unknown-key", format!("unknown key `{name}`"), &key.at)
                    .help(suggestion(name, known())),
            );
        }
    }
    if places != 1 && !(places == 0 && problems.found.len() > before) {
        let title = if places == 0 {
            "it isn't said where this stands"
        } else {
            "this stands in several places"
        };
        problems.add(
            Diagnostic::new("wrong-value", title, &node.at)
                .help("write exactly one of `env`, `file` and `command`"),
        );
    }
}

/// The same tree with what its references stand for; those texts are marked as not to be shown.
pub(super) fn resolve(
    node: &Node,
    root: &Path,
    references: &dyn References,
    wrong: &mut Vec<Diagnostic>,
) -> Node {
    let at = node.at.clone();
    let content = match &node.content {
        Content::Map(_) if is_meant(node) => return one(node, root, references, wrong),
        Content::Map(entries) => Content::Map(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), resolve(value, root, references, wrong)))
                .collect(),
        ),
        Content::List(items) => {
            Content::List(items.iter().map(|item| resolve(item, root, references, wrong)).collect())
        }
        Content::Null | Content::Scalar { .. } => node.content.clone(),
    };
    Node { at, content }
}

fn one(node: &Node, root: &Path, references: &dyn References, wrong: &mut Vec<Diagnostic>) -> Node {
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    let (found, problem, help) = if let Some(name) = text("env") {
        let found = references.env(name).filter(|value| !value.is_empty());
        let problem = format!("environment variable `{name}` is not set, or empty");
        (found, problem, format!("set `{name}`"))
    } else if let Some(path) = text("file") {
        let path: PathBuf = root.join(path.as_str());
        match references.file(&path) {
            Ok(found) => (Some(found), String::new(), String::new()),
            Err(error) => {
                let problem = format!("`{}` can't be read: {error}", path.display());
                (None, problem, "check the path, and who may read it".into())
            }
        }
    } else {
        let argv: Vec<String> = match node.get("command").map(|node| &node.content) {
            Some(Content::List(items)) => {
                items.iter().filter_map(Node::as_text).map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        match references.command(&argv) {
            Ok(found) => (Some(found), String::new(), String::new()),
            Err(error) => {
                let program = argv.first().map_or("", String::as_str);
                let problem = format!("`{program}` gave nothing: {error}");
                (None, problem, "run the command by hand to see what it says".into())
            }
        }
    };
    match (found, node.get("default")) {
        (Some(found), _) => {
            let line = found.strip_suffix('\n').unwrap_or(&found);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let content = Content::Scalar { text: line.into(), plain: true, hidden: true };
            Node { at: node.at.clone(), content }
        }
        // As an empty variable counts as none, an empty default leaves the setting out.
        (None, Some(default)) if default.as_text().is_some_and(|text| text.is_empty()) => {
            Node { at: default.at.clone(), content: Content::Null }
        }
        (None, Some(default)) => default.clone(),
        (None, None) => {
            wrong.push(Diagnostic::new("unresolved", problem, &node.at).help(help));
            node.clone()
        }
    }
}
