//! What sections of the right form mean: expressions, names, paths and bounds, each checked.

use std::{ops::Range, path::Path, sync::Arc};

use super::{
    DeclaredSource, Diagnostic,
    diagnostic::Quotes,
    every,
    file::{CollectionFile, Common, GroupRule, Matches, STATUS, Sign, State, mappable},
};
use crate::{
    connectors::Kind,
    directory::{Field, Text},
    document::{Content, Fault, Key, Node, Span, decode},
    grouping::{CollectionRule, Condition, Match, Rule, Template},
    mapping::{Expression, ExpressionError, Mapping, Scope},
    numbers::{Dialling, NumberPlan},
    settings::{Signing, StateSettings},
    source::Vocabulary,
};

/// The keys of a source that are not settings of its kind.
const COMMON: [&str; 6] = ["kind", "pbx", "keep", "fields", "every", "shrink"];

/// Checks sections one by one, and collects what is wrong with them.
pub(super) struct Meaning<'a> {
    pub(super) quotes: &'a Arc<Quotes>,
    pub(super) root: &'a Path,
    pub(super) found: Vec<Diagnostic>,
    /// What is remarkable, and no mistake.
    pub(super) remarks: Vec<Diagnostic>,
    /// The number plan that expressions may ask.
    pub(super) plan: Option<Arc<NumberPlan>>,
}

impl Meaning<'_> {
    pub(super) fn wrong(
        &mut self,
        code: &'static str,
        title: impl Into<String>,
        at: &Span,
        help: &str,
    ) {
        self.found.push(Diagnostic::new(code, title, at).help(help));
    }

    pub(super) fn decoded<T: serde::de::DeserializeOwned>(&mut self, node: &Node) -> Option<T> {
        match decode(node) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.found.push(Diagnostic::of("wrong-value", fault));
                None
            }
        }
    }

    /// A source of a known kind.
    pub(super) fn source(
        &mut self,
        key: &Key,
        node: &Node,
        kind: &'static Kind,
    ) -> Option<DeclaredSource> {
        let common: Common = self.decoded(node)?;
        if let Some(at) = node.get("every")
            && let Some(every) = &common.every
            && let Err(problem) = every::check(every)
        {
            self.wrong(
                "wrong-value",
                problem,
                &at.at,
                "write a duration such as `1h`, or a cron expression such as `0 * * * *`",
            );
        }
        let pbx = common.pbx.map_or_else(|| "main".into(), |pbx| pbx.value);
        if let Some(at) = node.get("pbx")
            && (pbx.is_empty() || pbx.contains([':', '/']) || pbx.contains(char::is_whitespace))
        {
            self.wrong(
                "wrong-value",
                format!("`{pbx}` can't be the name of a pbx"),
                &at.at,
                "use letters and digits, without spaces, `:` and `/`",
            );
        }
        let mut expressions = Vec::new();
        let mut fields = Vec::new();
        for (field, default) in kind.defaults {
            // What shows whose a number is says so of the number that the kind itself finds.
            let goes_with = match field {
                Field::ExtensionBy => Field::Extension,
                other => *other,
            };
            if !common.fields.contains_key(field.name())
                && !common.fields.contains_key(goes_with.name())
                && let Some(expression) = self.default_of(kind, field.name(), default, &key.at)
            {
                fields.push((*field, expression));
            }
        }
        let mut status = None;
        if let (Some(default), false) = (kind.status, common.fields.contains_key(STATUS)) {
            status = self.default_of(kind, STATUS, default, &key.at);
        }
        for (name, value) in node.get("fields").map(Node::entries).unwrap_or_default() {
            if matches!(value.content, Content::Null) {
                continue;
            }
            let Some(expression) = self.expression_in(value, Scope::Attributes, Some(&pbx)) else {
                continue;
            };
            expressions.push((expression.clone(), value.clone()));
            match Field::parse(&name.text).filter(|field| mappable(*field)) {
                Some(field) => fields.push((field, expression)),
                None if name.text == STATUS => status = Some(expression),
                None => {}
            }
        }
        fields.sort_by_key(|(field, _)| *field);
        let mut keep = None;
        if let Some(value) = node.get("keep") {
            keep = self.expression_in(value, Scope::Attributes, Some(&pbx));
            expressions.extend(keep.clone().map(|expression| (expression, value.clone())));
        }
        let keep = keep.zip(node.get("keep").map(|keep| keep.at.position()));
        let settings: Vec<_> = node
            .entries()
            .iter()
            .filter(|(key, _)| !COMMON.contains(&key.text.as_str()))
            .cloned()
            .collect();
        let source = DeclaredSource {
            name: key.text.clone(),
            kind,
            at: key.at.position(),
            every: common.every,
            shrink: self.shrink(node),
            trusted: None,
            trusted_equipment: Vec::new(),
            mapping: Mapping { source: key.text.clone(), pbx, fields, status, keep },
            settings: Node { at: key.at.clone(), content: Content::Map(settings) },
            expressions,
            root: self.root.to_path_buf(),
            quotes: Arc::clone(self.quotes),
        };
        self.found.extend(source.unknown_names(&vocabulary(kind, node)));
        Some(source)
    }

    /// What is wrong with the expressions of a source that can't be had, as its form is wrong
    /// elsewhere.
    pub(super) fn spoilt_source(&mut self, node: &Node) {
        let kind = node.get("kind").and_then(Node::as_text).and_then(|name| Kind::named(name));
        let known = kind.map_or(Vocabulary::Open, |kind| vocabulary(kind, node));
        let fields = node.get("fields").map(Node::entries).unwrap_or_default();
        for value in fields.iter().map(|(_, value)| value).chain(node.get("keep")) {
            let expression = self.expression(value, Scope::Attributes);
            let unknown = expression.map(|expression| expression.check(&known)).unwrap_or_default();
            self.found.extend(unknown.into_iter().map(|error| misfit(self.quotes, value, error)));
        }
    }

    /// The same of a rule of groups or collections.
    pub(super) fn spoilt_rule(&mut self, node: &Node, scope: Scope) {
        if let Some(when) = node.get("when") {
            self.expression(when, scope);
        }
        if let Some(path) = node.get("path")
            && let Some(Err(errors)) = path.as_text().map(|text| self.template(text))
        {
            self.found.extend(errors.into_iter().map(|error| misfit(self.quotes, path, error)));
        }
    }

    fn default_of(
        &mut self,
        kind: &Kind,
        field: &str,
        text: &str,
        at: &Span,
    ) -> Option<Expression> {
        match Expression::compile(text, Scope::Attributes) {
            Ok(expression) => Some(expression.default_of_kind()),
            Err(error) => {
                let title =
                    format!("the default of `{field}` for `{}` is wrong: {error}", kind.name);
                self.wrong(
                    "expression",
                    title,
                    at,
                    "report this, and meanwhile set the field under `fields:`",
                );
                None
            }
        }
    }

    /// The number plan, and the pbx whose extensions an expression is about, where that is known.
    fn dialling(&self, pbx: Option<&Text>) -> Option<Arc<Dialling>> {
        let plan = Arc::clone(self.plan.as_ref()?);
        Some(Arc::new(Dialling { plan, pbx: pbx.cloned() }))
    }

    fn template(&self, text: &str) -> Result<Template, Vec<ExpressionError>> {
        Template::compile_with(text, self.dialling(None).as_ref())
    }

    /// An expression over our fields, or over the attributes of a source of no known pbx.
    pub(super) fn expression(&mut self, node: &Node, scope: Scope) -> Option<Expression> {
        self.expression_in(node, scope, None)
    }

    fn expression_in(
        &mut self,
        node: &Node,
        scope: Scope,
        pbx: Option<&Text>,
    ) -> Option<Expression> {
        match Expression::compile_with(node.as_text()?, scope, self.dialling(pbx).as_ref()) {
            Ok(expression) => Some(expression.at(node.at.position())),
            Err(error) => {
                self.found.push(misfit(self.quotes, node, error));
                None
            }
        }
    }

    fn condition(&mut self, node: &Node, matches: &Matches, scope: Scope) -> Option<Condition> {
        let before = self.found.len();
        let when = node.get("when").and_then(|when| self.expression(when, scope));
        let mut lines = Vec::new();
        for (name, values) in matches {
            let texts: Vec<Text> = values.iter().map(|value| value.value.clone()).collect();
            match Match::new(name, &texts, scope) {
                Ok(line) => lines.push(line),
                Err(error) => {
                    let Some((key, list)) = node.get("match").and_then(|all| all.entry(name))
                    else {
                        continue;
                    };
                    let at = match (&list.content, error.value) {
                        (Content::List(items), Some(index)) => {
                            items.get(index).map(|item| &item.at)
                        }
                        _ => None,
                    };
                    self.wrong("wrong-value", error.message, at.unwrap_or(&key.at), &error.help);
                }
            }
        }
        (self.found.len() == before).then_some(Condition { when, matches: lines })
    }

    /// A rule of `groups`.
    pub(super) fn group(&mut self, node: &Node) -> Option<Rule> {
        let rule: GroupRule = self.decoded(node)?;
        let condition = self.condition(node, &rule.matches, Scope::Person);
        let path = match self.template(&rule.path) {
            Ok(path) => Some(path),
            Err(errors) => {
                let at = node.get("path").unwrap_or(node);
                self.found.extend(errors.into_iter().map(|error| misfit(self.quotes, at, error)));
                None
            }
        };
        let set = rule.set.iter().filter_map(|(name, yes)| Some((Field::parse(name)?, *yes)));
        Some(Rule {
            set: set.collect(),
            at: node.at.position(),
            condition: condition?,
            path: path?,
        })
    }

    /// A collection.
    pub(super) fn collection(&mut self, key: &Key, node: &Node) -> Option<CollectionRule> {
        let file: CollectionFile = self.decoded(node)?;
        let condition = self.condition(node, &file.matches, Scope::PlacedPerson)?;
        let mut rule: Vec<String> = file.when.iter().map(|when| when.value.to_string()).collect();
        for (name, values) in &file.matches {
            let values: Vec<&str> = values.iter().map(|value| value.value.as_str()).collect();
            rule.push(format!("{} is one of {}", name.value, values.join(", ")));
        }
        Some(CollectionRule {
            name: key.text.clone(),
            title: file.title.filter(|title| !title.is_empty()).unwrap_or_else(|| key.text.clone()),
            rule: if rule.is_empty() { "everyone".into() } else { rule.join("; ").into() },
            condition,
            at: key.at.position(),
        })
    }

    /// Where the state is kept; `node` has its references resolved.
    pub(super) fn state(&mut self, node: Option<&Node>) -> Option<StateSettings> {
        let file: State = match node {
            Some(node) => self.decoded(node)?,
            None => State::default(),
        };
        let place = |key: &str| node.and_then(|node| node.get(key)).map(|node| node.at.clone());
        if let (Some(branch), Some(at)) = (&file.branch, place("branch"))
            && !names_branch(branch)
        {
            self.wrong(
                "wrong-value",
                format!("`{branch}` can't be the name of a branch"),
                &at,
                "use letters, digits, `-`, `_` and `/`",
            );
        }
        if let (Some(remote), Some(at)) = (&file.remote, place("remote"))
            && (remote.is_empty() || remote.starts_with('-'))
        {
            self.wrong(
                "wrong-value",
                "this can't be a remote",
                &at,
                "write a name or an address for `git`",
            );
        }
        let (shown, at) = match file.git {
            Some(git) if git.value.is_empty() => {
                let at = place("git").unwrap_or(Span::start(&Arc::from(git.at.file.as_ref())));
                self.wrong(
                    "wrong-value",
                    "the text is empty",
                    &at,
                    "write the folder of the repository",
                );
                return None;
            }
            Some(git) => (git.value, Some(git.at)),
            None => ("./directory.git".into(), None),
        };
        let git = self.root.join(shown.strip_prefix("./").unwrap_or(&shown));
        let sign = file.sign.map(|sign| match sign {
            Sign::Ssh(key) => Signing::Ssh(self.root.join(key.as_str())),
            Sign::Gpg(key) => Signing::Gpg(key),
        });
        let branch = file.branch.unwrap_or_else(|| "main".into());
        Some(StateSettings {
            git,
            shown,
            at,
            branch,
            remote: file.remote,
            author: file.author,
            sign,
        })
    }
}

/// What git takes as a branch (git-check-ref-format), but for a few forms that nobody wants.
fn names_branch(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
    !name.is_empty()
        && name.chars().all(plain)
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.ends_with(".lock")
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("/.")
}

/// What a kind always knows, with the `attributes:` and the `key:` that this source names.
pub(super) fn vocabulary(kind: &Kind, node: &Node) -> Vocabulary {
    let Vocabulary::Fixed(names) = kind.attributes else { return kind.attributes.clone() };
    let mut known: Vec<Text> = names.iter().map(|name| Text::new_static(name)).collect();
    for named in ["attributes", "key"].into_iter().filter_map(|key| node.get(key)) {
        let items = match &named.content {
            Content::List(items) => items.as_slice(),
            _ => std::slice::from_ref(named),
        };
        for item in items {
            match item.as_text() {
                Some(text) => known.push(text.clone()),
                // It stands elsewhere, and is known once the source is opened.
                None => return Vocabulary::Open,
            }
        }
    }
    Vocabulary::Closed(known)
}

impl DeclaredSource {
    /// The names in its own expressions that the vocabulary doesn't have.
    pub(super) fn unknown_names(&self, known: &Vocabulary) -> Vec<Diagnostic> {
        let all = self.expressions.iter();
        all.flat_map(|(expression, node)| {
            expression.check(known).into_iter().map(|error| misfit(&self.quotes, node, error))
        })
        .collect()
    }
}

/// What is wrong with an expression, at its very place where the text stands as it is written.
fn misfit(quotes: &Quotes, node: &Node, error: ExpressionError) -> Diagnostic {
    let ExpressionError { message, help, range } = error;
    let at = node
        .as_text()
        .and_then(|text| within(quotes, &node.at, text, range))
        .unwrap_or_else(|| node.at.clone());
    Diagnostic::of("expression", Fault { message, help, at: Some(at) })
}

fn within(quotes: &Quotes, at: &Span, text: &str, range: Range<usize>) -> Option<Span> {
    let written = quotes.text(&at.file).get(at.bytes.clone())?;
    let quoted = written.starts_with(['"', '\'']) && !text.starts_with(['"', '\''])
        || written.len() == text.len() + 2;
    let skip = usize::from(quoted);
    if written.get(skip..skip + text.len())? != text || text.contains('\n') {
        return None;
    }
    let before = u32::try_from(text.get(..range.start)?.chars().count() + skip).ok()?;
    let start = at.bytes.start + skip;
    Some(Span {
        file: Arc::clone(&at.file),
        line: at.line,
        column: at.column + before,
        bytes: start + range.start..start + range.end.clamp(range.start, text.len()),
    })
}
