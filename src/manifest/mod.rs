//! The manifest: YAML to typed values with positions, all that is wrong with it at once.
//!
//! First the form: each file is held against the [schema()] in one walk, which reports every
//! unknown, missing, repeated and ill-typed key. Then the meaning: each section whose form is right is
//! decoded by itself, its expressions are compiled and its names looked up; so a mistake in one
//! section doesn't hide those in others.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

mod bounds;
mod cases;
mod diagnostic;
mod every;
mod file;
mod join;
mod links;
mod mask;
mod meaning;
mod numbers;
mod people;
mod pinning;
mod pins;
mod reference;
mod schema;
mod structure;

pub use cases::{Case, Recordings, Unusable};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use pinning::{Unpinnable, Wish, pinned};
pub use pins::holds;
pub use reference::{Nowhere, References};
pub use schema::ADDRESS as SCHEMA_ADDRESS;

use self::{diagnostic::Quotes, join::Joined, meaning::Meaning, structure::Problems};
use crate::{
    connectors::{KINDS, Kind},
    directory::Text,
    document::{Content, Key, Node, Span, Spanned},
    finding::{Code, Finding, Position},
    grouping::{CollectionRule, Rule},
    mapping::{Expression, Mapping, Scope},
    merge::PeopleRules,
    numbers::NumberPlan,
    pins::{Pin, Selector},
    plan::{Kind as EntryKind, Limits, MaxAge, Shrink},
    settings::StateSettings,
    source::{Source, Vocabulary},
};

/// What a manifest is called.
pub const FILE_NAME: &str = "rollbook.yaml";

/// A manifest that holds: its form is right, its expressions compile, its names are known.
#[derive(Debug)]
pub struct Manifest {
    /// The file, as it was named.
    pub file: PathBuf,
    /// Its folder, from which relative paths start.
    pub root: PathBuf,
    /// SHA-256 over the bytes of all files in order, in hexadecimal.
    pub digest: String,
    /// Where the directory is kept.
    pub state: StateSettings,
    /// In name order; at least one.
    pub sources: Vec<DeclaredSource>,
    /// In the order of the files; the first that takes a person counts.
    pub groups: Vec<Rule>,
    /// In name order.
    pub collections: Vec<CollectionRule>,
    /// How records of several sources become people.
    pub people: PeopleRules,
    /// How much older than the newest one a source's data may be; none where they aren't joined,
    /// or where that is switched off.
    pub max_age: Option<MaxAge>,
    /// Local decisions that win over the sources, in the order of the files.
    pub pins: Vec<Pin>,
    /// Which extensions there are, and how they are dialled; empty where nothing is said.
    pub numbers: Arc<NumberPlan>,
    /// How much one run may change.
    pub limits: Limits,
    /// What the mappings have to come to, in the order of the files.
    pub cases: Vec<Case>,
    /// What is remarkable about the manifest itself, whatever the sources hold; the codes are those
    /// of findings.
    pub remarks: Diagnostics,
    quotes: Arc<Quotes>,
}

impl Manifest {
    /// The remarks about the manifest itself, as a plan tells them.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |remark: &Diagnostic| {
            let code = Code::parse(remark.code).ok()?;
            let finding = Finding::new(code, remark.title.as_str(), remark.help.as_str());
            Some(match &remark.at {
                Some(at) => finding.at(&at.position()),
                None => finding,
            })
        };
        self.remarks.iter().filter_map(finding).collect()
    }
}

/// A source as the manifest declares it.
pub struct DeclaredSource {
    /// The name of the user's choice.
    pub name: Text,
    /// Its connector.
    pub kind: &'static Kind,
    /// Where it is declared.
    pub at: Position,
    /// How its records become people.
    pub mapping: Mapping,
    /// How often schedulers read it: a duration or a cron expression. Not for `plan` and `apply`.
    pub every: Option<Spanned<Text>>,
    /// How much smaller than the last complete one its listing may be; none where that is
    /// switched off.
    pub shrink: Option<Shrink>,
    /// The size that the reader of this run vouches for, whatever it was before.
    pub trusted: Option<u64>,
    /// The same of its equipment, by kind.
    pub trusted_equipment: Vec<(EntryKind, u64)>,
    settings: Node,
    expressions: Vec<(Expression, Node)>,
    root: PathBuf,
    quotes: Arc<Quotes>,
}

impl std::fmt::Debug for DeclaredSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, kind, at, mapping, every, .. } = self;
        f.debug_struct("DeclaredSource")
            .field("name", name)
            .field("kind", &kind.name)
            .field("at", at)
            .field("mapping", mapping)
            .field("every", every)
            .finish_non_exhaustive()
    }
}

impl DeclaredSource {
    /// Looks up what its settings refer to and makes the source of them; nothing is reached yet.
    ///
    /// # Errors
    ///
    /// Every reference that stands for nothing, or the setting that doesn't fit its kind.
    pub fn open(&self, references: &dyn References) -> Result<Box<dyn Source>, Diagnostics> {
        let mut wrong = Vec::new();
        let settings = reference::resolve(&self.settings, &self.root, references, &mut wrong);
        if wrong.is_empty() {
            match (self.kind.open)(&settings) {
                Ok(source) => return Ok(source),
                Err(mut fault) => {
                    if fault.help.is_empty() {
                        fault.help =
                            format!("correct it as `docs/sources/{}.md` says", self.kind.name);
                    }
                    wrong.push(Diagnostic::of("wrong-value", fault));
                }
            }
        }
        Err(Diagnostics::new(wrong, &self.quotes))
    }

    /// Checks the names in its expressions against what the opened source can give.
    ///
    /// # Errors
    ///
    /// Each unknown name, with the nearest known one.
    pub fn check(&self, known: &Vocabulary) -> Result<(), Diagnostics> {
        match self.unknown_names(known) {
            wrong if wrong.is_empty() => Ok(()),
            wrong => Err(Diagnostics::new(wrong, &self.quotes)),
        }
    }
}

/// The manifest of a folder: `rollbook.yaml` in it or in the nearest folder above.
pub fn find(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
}

/// The JSON schema of manifests (draft-07), for editors.
pub fn schema() -> Value {
    schema::of(KINDS)
}

/// Reads a manifest and all that it includes.
///
/// # Errors
///
/// All that is wrong with it, as far as it can be known without asking any source.
pub fn load(path: &Path, references: &dyn References) -> Result<Manifest, Diagnostics> {
    of_files(path, references, Joined::read(path))
}

/// The same as if one of its files had other bytes.
///
/// # Errors
///
/// As [`load`].
pub fn load_as(
    path: &Path,
    references: &dyn References,
    file: &Path,
    bytes: &[u8],
) -> Result<Manifest, Diagnostics> {
    of_files(path, references, Joined::read_as(path, file, bytes))
}

/// The file of a manifest in which a pin of somebody belongs: the one that has a pin of theirs,
/// else the first that has any, else the manifest itself.
pub fn file_of_pins(path: &Path, known: &[Selector]) -> PathBuf {
    let joined = Joined::read(path);
    let pins = |tree: &Node| match tree.get("pins").map(|pins| &pins.content) {
        Some(Content::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let theirs = |item: &Node| {
        let named = item.get("person").and_then(Node::as_text);
        named
            .and_then(|text| Selector::parse(text).ok())
            .is_some_and(|selector| known.contains(&selector))
    };
    let trees = || joined.trees.iter();
    let tree = trees()
        .find(|tree| pins(tree).iter().any(theirs))
        .or_else(|| trees().find(|tree| tree.get("pins").is_some()));
    tree.map_or_else(|| path.to_path_buf(), |tree| PathBuf::from(&*tree.at.file))
}

fn of_files(
    path: &Path,
    references: &dyn References,
    joined: Joined,
) -> Result<Manifest, Diagnostics> {
    let Joined { trees, mut texts, mut found, mut hash, .. } = joined;
    let mut secrets = Vec::new();
    let schema = schema();
    let form = Form::new(&schema);
    let mut problems = Problems { found: &mut found, secrets: &mut secrets, careful: false };
    let sections = form.split(&trees, &mut problems);
    let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
    let tables = match sections.people {
        Some(node) => tables(people::tables(node, &root), &mut texts, &mut hash, &mut found),
        None => people::Tables::new(),
    };
    let digest = join::digest(hash);
    let quotes = Arc::new(Quotes::new(&texts, &secrets));
    let mut meaning =
        Meaning { quotes: &quotes, root: &root, found, remarks: Vec::new(), plan: None };
    meaning.plan = match sections.numbers {
        Some(Ok(node)) => Some(meaning.number_plan(node).unwrap_or_else(NumberPlan::any).into()),
        Some(Err(Spoilt)) => Some(NumberPlan::any().into()),
        None => None,
    };

    let mut sources: Vec<DeclaredSource> = Vec::new();
    for (key, node) in &sections.sources {
        let kind = node.get("kind").and_then(Node::as_text).and_then(|name| Kind::named(name));
        sources.extend(kind.and_then(|kind| meaning.source(key, node, kind)));
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    let plan = meaning.plan.clone().unwrap_or_default();
    if let Some(Ok(node)) = sections.numbers {
        meaning.unused_ranges(&plan, node, &sources);
    }
    let groups = sections.groups.iter().filter_map(|rule| meaning.group(rule)).collect();
    let mut collections: Vec<CollectionRule> = sections
        .collections
        .iter()
        .filter_map(|(key, node)| meaning.collection(key, node))
        .collect();
    collections.sort_by(|a, b| a.name.cmp(&b.name));
    for (node, part) in &sections.spoilt {
        match part {
            Part::Source => meaning.spoilt_source(node),
            Part::Group => meaning.spoilt_rule(node, Scope::Person),
            Part::Collection => meaning.spoilt_rule(node, Scope::PlacedPerson),
        }
    }
    // A test of a source that can't be had would only repeat what is wrong with it.
    let cases = match sources.len() == sections.sources.len() && !sections.spoils_a_source() {
        true => {
            sections.tests.iter().filter_map(|case| meaning.case(case, &sections.sources)).collect()
        }
        false => Vec::new(),
    };
    let declared = trees.iter().filter_map(|tree| tree.get("sources")).flat_map(Node::entries);
    let declared: Vec<&str> = declared.map(|(key, _)| key.text.as_str()).collect();
    let people = sections.people.map(|node| meaning.people(node, &declared, &tables));
    let max_age = sections.people.and_then(|node| meaning.max_age(node));
    let pins: Vec<(&Node, Pin)> =
        sections.pins.iter().filter_map(|node| Some((*node, meaning.pin(node)?))).collect();
    meaning.pins_once(&pins);
    let mut limits = match sections.limits {
        Some(node) => meaning.limits(node).unwrap_or_default(),
        None => Limits::default(),
    };
    limits.deny.extend(people.iter().filter_map(|people| people.emptied.denial()));
    let mut unresolved = Vec::new();
    let state =
        sections.state.map(|node| reference::resolve(node, &root, references, &mut unresolved));
    let state = if unresolved.is_empty() { meaning.state(state.as_ref()) } else { None };
    let (mut found, remarks) = (meaning.found, meaning.remarks);
    found.extend(unresolved);
    if let (true, Some(first)) = (found.is_empty() && sources.is_empty(), trees.first()) {
        let at = first.entry("sources").map_or(&first.at, |(key, _)| &key.at);
        let title = "no source is declared";
        found.push(Diagnostic::new("missing-key", title, at).help("declare one under `sources:`"));
    }
    match state {
        Some(state) if found.is_empty() => Ok(Manifest {
            file: path.to_path_buf(),
            root,
            digest,
            state,
            sources,
            groups,
            collections,
            people: people.unwrap_or_default(),
            max_age,
            pins: pins.into_iter().map(|(_, pin)| pin).collect(),
            numbers: plan,
            limits,
            remarks: Diagnostics::new(remarks, &quotes),
            cases,
            quotes,
        }),
        _ => Err(Diagnostics::new(found, &quotes)),
    }
}

/// Reads the tables that `people.link` names; they are a part of the manifest.
fn tables(
    named: Vec<(PathBuf, Span)>,
    texts: &mut BTreeMap<Arc<str>, String>,
    hash: &mut Sha256,
    found: &mut Vec<Diagnostic>,
) -> people::Tables {
    let mut tables = people::Tables::new();
    for (path, at) in named {
        let file: Arc<str> = path.display().to_string().into();
        let bytes = match links::bytes(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let title = format!("`{file}` can't be read: {error}");
                let help =
                    "check the path, which starts from the manifest's folder, and who may read it";
                found.push(Diagnostic::new("unreadable", title, &at).help(help));
                continue;
            }
        };
        hash.update(&bytes);
        let Ok(text) = String::from_utf8(bytes) else {
            let title = format!("`{file}` is not UTF-8");
            found.push(Diagnostic::new("unreadable", title, &at).help("save it as UTF-8"));
            continue;
        };
        match links::read(&text, &file) {
            Ok(table) => _ = tables.insert(Arc::clone(&file), table),
            Err(wrong) => found.push(*wrong),
        }
        texts.insert(file, text);
    }
    tables
}

/// The sections that are checked one by one, so that a mistake in one doesn't hide those in others.
const SECTIONS: [&str; 9] =
    ["state", "sources", "people", "groups", "collections", "pins", "numbers", "limits", "tests"];

/// Of these, what all files together say once.
const ONCE: [&str; 4] = ["state", "people", "numbers", "limits"];

/// The sections whose form is right.
#[derive(Default)]
struct Sections<'a> {
    state: Option<&'a Node>,
    sources: Vec<(&'a Key, &'a Node)>,
    people: Option<&'a Node>,
    groups: Vec<&'a Node>,
    collections: Vec<(&'a Key, &'a Node)>,
    pins: Vec<&'a Node>,
    numbers: Option<Result<&'a Node, Spoilt>>,
    limits: Option<&'a Node>,
    tests: Vec<&'a Node>,
    /// Sources, rules of groups and collections whose form is wrong somewhere.
    spoilt: Vec<(&'a Node, Part)>,
}

impl Sections<'_> {
    fn spoils_a_source(&self) -> bool {
        self.spoilt.iter().any(|(_, part)| matches!(part, Part::Source))
    }
}
/// A section is there, and its form is wrong.
#[derive(Clone, Copy)]
struct Spoilt;

/// What a spoilt section is of.
#[derive(Clone, Copy)]
enum Part {
    Source,
    Group,
    Collection,
}

/// The walk over the form of all files, section by section.
struct Form<'a> {
    schema: &'a Value,
    definitions: Map<String, Value>,
}

impl<'a> Form<'a> {
    fn new(schema: &'a Value) -> Self {
        let definitions = schema.get("definitions").and_then(Value::as_object);
        Self { schema, definitions: definitions.cloned().unwrap_or_default() }
    }

    fn split<'t>(&self, trees: &'t [Node], problems: &mut Problems<'_>) -> Sections<'t> {
        let mut sections = Sections::default();
        let mut known = Known::new();
        for tree in trees {
            self.top(tree, problems);
            let mut seen = BTreeSet::new();
            for (key, node) in tree.entries() {
                let name = key.text.as_str();
                if !seen.insert(name) {
                    continue;
                }
                if let Some(name) = ONCE.into_iter().find(|only| *only == name) {
                    once(name, key, &mut known, problems);
                }
                match name {
                    "state" if self.holds(node, "state", key, problems) => {
                        sections.state = Some(node);
                    }
                    "people" if self.holds(node, "people", key, problems) => {
                        sections.people = Some(node);
                    }
                    "limits" if self.holds(node, "limits", key, problems) => {
                        sections.limits = Some(node);
                    }
                    "numbers" => {
                        let fits = self.holds(node, "numbers", key, problems);
                        sections.numbers = Some(if fits { Ok(node) } else { Err(Spoilt) });
                    }
                    "sources" => {
                        problems.careful = true;
                        let (good, spoilt) = self.named("sources", key, node, &mut known, problems);
                        problems.careful = false;
                        sections.sources.extend(good);
                        sections.spoilt.extend(spoilt.map(|node| (node, Part::Source)));
                    }
                    "collections" => {
                        let (good, spoilt) =
                            self.named("collections", key, node, &mut known, problems);
                        sections.collections.extend(good);
                        sections.spoilt.extend(spoilt.map(|node| (node, Part::Collection)));
                    }
                    "groups" => {
                        let (good, spoilt) = self.items("groups", key, node, problems);
                        sections.groups.extend(good);
                        sections.spoilt.extend(spoilt.into_iter().map(|node| (node, Part::Group)));
                    }
                    "tests" => sections.tests.extend(self.items("tests", key, node, problems).0),
                    "pins" => {
                        sections.pins.extend(self.items("pins", key, node, problems).0);
                    }
                    _ => {}
                }
            }
        }
        sections
    }

    /// The file itself: its keys, and the sections that are checked with it.
    fn top(&self, tree: &Node, problems: &mut Problems<'_>) {
        let owner = Span::start(&tree.at.file);
        if matches!(tree.content, Content::Null) {
            problems.add(
                Diagnostic::new("wrong-type", "the file is empty", &owner)
                    .help("begin with `version: 1`; `rollbook init` writes a first manifest"),
            );
            return;
        }
        let mut shallow = self.schema.clone();
        for section in SECTIONS {
            if let Some(known) = shallow.get_mut("properties").and_then(|p| p.get_mut(section)) {
                *known = Value::Object(Map::new());
            }
        }
        structure::check(tree, &shallow, &self.definitions, &owner, problems);
    }

    /// Whether a value has the form of that section; what is wrong with it is reported.
    fn holds(&self, node: &Node, section: &str, key: &Key, problems: &mut Problems<'_>) -> bool {
        let schema = self.schema.get("properties").and_then(|known| known.get(section));
        self.fits(node, schema.unwrap_or(&Value::Null), &key.at, problems)
    }

    fn fits(&self, node: &Node, schema: &Value, at: &Span, problems: &mut Problems<'_>) -> bool {
        let before = problems.found.len();
        structure::check(node, schema, &self.definitions, at, problems);
        problems.found.len() == before && !problems.enough()
    }

    /// The entries of `sources:` or `collections:` that have the right form, and the others.
    fn named<'t>(
        &self,
        section: &'static str,
        key: &Key,
        node: &'t Node,
        known: &mut Known<'t>,
        problems: &mut Problems<'_>,
    ) -> (Vec<(&'t Key, &'t Node)>, impl Iterator<Item = &'t Node> + use<'t>) {
        let (mut good, mut spoilt) = (Vec::new(), Vec::new());
        let Content::Map(entries) = &node.content else {
            self.holds(node, section, key, problems);
            return (good, spoilt.into_iter());
        };
        for (name, value) in entries {
            let single = Node {
                at: node.at.clone(),
                content: Content::Map(vec![(name.clone(), value.clone())]),
            };
            let fits = self.holds(&single, section, key, problems);
            let unique = once(section, name, known, problems);
            match fits {
                true if unique => good.push((name, value)),
                true => {}
                false => spoilt.push(value),
            }
        }
        (good, spoilt.into_iter())
    }

    /// The items of `groups:` or another list that have the right form, and the others.
    fn items<'t>(
        &self,
        section: &str,
        key: &Key,
        node: &'t Node,
        problems: &mut Problems<'_>,
    ) -> (Vec<&'t Node>, Vec<&'t Node>) {
        let Content::List(items) = &node.content else {
            self.holds(node, section, key, problems);
            return (Vec::new(), Vec::new());
        };
        let nothing = Value::Null;
        let schema = self.schema.pointer(&format!("/properties/{section}/items"));
        let schema = schema.unwrap_or(&nothing);
        items.iter().partition(|item| self.fits(item, schema, &item.at, problems))
    }
}

/// The keys of sections in all files, and where each was first.
type Known<'t> = BTreeMap<(&'static str, &'t str), &'t Span>;

/// Whether a key is the first of its section in all files; a second one is reported.
fn once<'t>(
    section: &'static str,
    key: &'t Key,
    known: &mut Known<'t>,
    problems: &mut Problems<'_>,
) -> bool {
    match known.get(&(section, key.text.as_str())) {
        Some(first) => {
            problems.twice(key, first);
            false
        }
        None => {
            known.insert((section, &key.text), &key.at);
            true
        }
    }
}
