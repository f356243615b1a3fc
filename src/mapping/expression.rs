//! The small language of `fields`, `keep` and `when`: minijinja's expressions, with our words.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use minijinja::{Error, machinery::parse_expr, value::Value};

use super::{
    cells::{Columns, Row, given},
    dialled,
    functions::LANGUAGE,
    names::{bare, nearest},
    syntax,
};
use crate::{
    directory::{Field, FieldKind, Text, Value as Given},
    finding::Position,
    numbers::Dialling,
    source::Vocabulary,
};

/// The longest expression, in bytes.
const MAX_LEN: usize = 8192;

/// What the names in an expression stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The attributes of a source's records: in `fields` and `keep`.
    Attributes,
    /// Our fields but for `path`, which is not known yet: in the rules of `groups`.
    Person,
    /// Our fields with `path`: in `collections`.
    PlacedPerson,
}

/// An expression over a source's attributes or over our fields, compiled once.
#[derive(Debug, Clone)]
pub struct Expression {
    source: Text,
    names: BTreeSet<Text>,
    /// Each use of a name, in the order of the text.
    uses: Vec<(Text, Range<usize>)>,
    /// None where the whole expression is one name, which needs no interpreter.
    program: Option<Arc<minijinja::Expression<'static, 'static>>>,
    /// Whether it gives yes or no, whatever the values.
    is_condition: bool,
    scope: Scope,
    /// The number plan, where it is asked.
    dialling: Option<Arc<Dialling>>,
    at: Option<Position>,
    default: bool,
}

/// Why a text is no expression, or not one that can be used here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// What is wrong, in lower case.
    pub message: String,
    /// What the reader can do, a sentence that starts with a verb.
    pub help: String,
    /// Where in the expression's text, in bytes.
    pub range: Range<usize>,
}

impl Scope {
    /// Our fields of that scope; none where names are a source's.
    pub(crate) fn fields(self) -> Vec<Field> {
        match self {
            Self::Attributes => Vec::new(),
            Self::Person => Self::PlacedPerson
                .fields()
                .into_iter()
                .filter(|field| *field != Field::Path)
                .collect(),
            Self::PlacedPerson => {
                Field::ALL.into_iter().filter(|field| *field != Field::Records).collect()
            }
        }
    }
}

impl Expression {
    /// Compiles an expression. In the scopes of people, unknown names are errors here already; in
    /// that of attributes [`check`](Self::check) finds them.
    ///
    /// A text that is nothing but a name, as `ipPhone`, `msRTCSIP-Line` or `Staff No`, is that
    /// attribute.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the place in `source`.
    pub fn compile(source: &str, scope: Scope) -> Result<Self, ExpressionError> {
        Self::compile_with(source, scope, None)
    }

    /// The same where there is a number plan.
    ///
    /// # Errors
    ///
    /// As [`Expression::compile`]; also where the plan can't tell what is asked.
    pub fn compile_with(
        source: &str,
        scope: Scope,
        numbers: Option<&Arc<Dialling>>,
    ) -> Result<Self, ExpressionError> {
        let whole = || 0..source.len();
        if source.len() > MAX_LEN {
            return Err(ExpressionError {
                message: format!(
                    "it has {} bytes, an expression has at most {MAX_LEN}",
                    source.len()
                ),
                help: "write a shorter one".to_owned(),
                range: whole(),
            });
        }
        if source.trim().is_empty() {
            return Err(ExpressionError {
                message: "it is empty".to_owned(),
                help: "name an attribute, or remove the line".to_owned(),
                range: whole(),
            });
        }
        let mut dialling = None;
        let (uses, is_condition, program) = match bare(source) {
            Some(name) => {
                let start = source.len() - source.trim_start().len();
                (vec![(name.into(), start..start + name.len())], false, None)
            }
            None => {
                let compiled = compile(source, scope, numbers.map(|numbers| &**numbers))?;
                dialling = numbers.filter(|_| compiled.asks_numbers).cloned();
                (compiled.names, compiled.is_condition, Some(Arc::new(compiled.program)))
            }
        };
        let names = uses.iter().map(|(name, _): &(Text, _)| name.clone()).collect();
        let source = source.into();
        let expression = Self {
            source,
            names,
            uses,
            program,
            is_condition,
            scope,
            dialling,
            at: None,
            default: false,
        };
        if scope != Scope::Attributes {
            let known = scope.fields().iter().map(|field| field.name().into()).collect();
            if let Some(error) = expression.check(&Vocabulary::Closed(known)).into_iter().next() {
                return Err(error);
            }
        }
        expression.rehearse()?;
        Ok(expression)
    }

    /// The same expression, knowing where in the manifest it stands, for messages.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        self.at = Some(position);
        self
    }

    /// The same expression as one that nobody wrote: a kind's default. A name that the source's
    /// listing lacks is then an absent value and no error.
    #[must_use]
    pub fn default_of_kind(mut self) -> Self {
        self.default = true;
        self
    }

    /// Whether it can fill a field: a condition fills only a flag.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] where every record would be refused.
    pub fn suits(&self, field: Field) -> Result<(), ExpressionError> {
        if !self.is_condition || field.kind() == FieldKind::Flag {
            return Ok(());
        }
        Err(ExpressionError {
            message: format!("`{field}` takes text, this gives yes or no"),
            help: "write `'one' if … else 'other'`".to_owned(),
            range: 0..self.source.len(),
        })
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The attributes or fields that it uses, exactly.
    pub fn names(&self) -> &BTreeSet<Text> {
        &self.names
    }

    /// Where in the manifest it stands, where that was said.
    pub fn position(&self) -> Option<&Position> {
        self.at.as_ref()
    }

    /// The names that are not known, each place one error, with the nearest known name as help.
    pub fn check(&self, known: &Vocabulary) -> Vec<ExpressionError> {
        let known: Vec<&str> = match known {
            Vocabulary::Open => return Vec::new(),
            Vocabulary::Closed(names) => names.iter().map(Text::as_str).collect(),
            Vocabulary::Fixed(names) => names.to_vec(),
        };
        let unknown = self.uses.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        unknown.map(|(name, range)| self.unknown(name, range.clone(), &known)).collect()
    }

    /// The error of a name that isn't known.
    pub(super) fn unknown(
        &self,
        name: &str,
        range: Range<usize>,
        known: &[&str],
    ) -> ExpressionError {
        let what = if self.scope == Scope::Attributes { "an attribute" } else { "a field" };
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if name == "path" && self.scope == Scope::Person => {
                "choose by other fields: `path` is what the rules give".to_owned()
            }
            None if known.is_empty() => "remove it: nothing has a name here".to_owned(),
            None if known.len() <= 30 => format!("use one of `{}`", known.join("`, `")),
            None => "look up what it is called in the source's documentation".to_owned(),
        };
        ExpressionError { message: format!("`{name}` is not {what} here"), help, range }
    }

    /// The name that is the whole expression.
    pub(crate) fn bare(&self) -> Option<&Text> {
        if self.program.is_some() { None } else { self.uses.first().map(|(name, _)| name) }
    }

    /// Whether nobody wrote it.
    pub(super) fn is_default(&self) -> bool {
        self.default
    }

    /// The value on a row, given as [`Row::root`].
    pub(crate) fn evaluate(&self, root: &Value) -> Result<Given, ExpressionError> {
        given(&self.run(root)?).map_err(|what| ExpressionError {
            message: format!("it gives {what}, which is no value"),
            help: "turn it into text".to_owned(),
            range: 0..self.source.len(),
        })
    }

    /// Whether it holds on a row: a condition that is true, or any value but none.
    pub(crate) fn holds(&self, root: &Value) -> Result<bool, ExpressionError> {
        Ok(self.run(root)?.is_true())
    }

    fn run(&self, root: &Value) -> Result<Value, ExpressionError> {
        match &self.program {
            Some(program) => {
                program.eval(self.knowing(root)).map_err(|error| failure(&error, &self.source, 1))
            }
            // A dotted name is one column, so it is asked for as a whole.
            None => {
                let name = self.uses.first().map_or("", |(name, _)| name);
                Ok(root.get_attr(name).unwrap_or_default())
            }
        }
    }

    /// The value of one of its parts, given as text, on a row.
    pub(super) fn part(&self, text: &str, root: &Value) -> Result<Value, ExpressionError> {
        let fault = |error: &Error| failure(error, text, 1);
        let program = LANGUAGE
            .compile_expression_owned(format!("({text})"))
            .map_err(|error| fault(&error))?;
        program.eval(self.knowing(root)).map_err(|error| fault(&error))
    }

    /// The row, with the number plan where it is asked.
    fn knowing(&self, root: &Value) -> Value {
        match &self.dialling {
            Some(dialling) => dialled::knowing(root, dialling),
            None => root.clone(),
        }
    }

    /// Evaluates it once on values of the right shape and once on none: what fails here would fail
    /// on every record.
    fn rehearse(&self) -> Result<(), ExpressionError> {
        if self.program.is_none() {
            return Ok(());
        }
        let columns = self.names.iter().cloned().enumerate().map(|(at, name)| (name, Some(at)));
        let columns = Arc::new(Columns::new(columns));
        let shape = |name: &Text| match Field::parse(name).map(Field::kind) {
            Some(FieldKind::Flag) if self.scope != Scope::Attributes => Given::Flag(true),
            _ => Given::Text("4021".into()),
        };
        let full: Box<[Given]> = self.names.iter().map(shape).collect();
        let none: Box<[Given]> = self.names.iter().map(|_| Given::None).collect();
        for cells in [full, none] {
            let root = Row::root(&Row::new(&columns, cells));
            self.run(&root)?;
        }
        Ok(())
    }
}

struct Compiled {
    names: Vec<(Text, Range<usize>)>,
    is_condition: bool,
    asks_numbers: bool,
    program: minijinja::Expression<'static, 'static>,
}

fn compile(
    source: &str,
    scope: Scope,
    numbers: Option<&Dialling>,
) -> Result<Compiled, ExpressionError> {
    let tree = parse_expr(source).map_err(|error| failure(&error, source, 0))?;
    let mut found = syntax::read(&tree, scope, numbers);
    found.errors.sort_by_key(|error| error.range.start);
    if let Some(error) = found.errors.into_iter().next() {
        return Err(error);
    }
    found.names.sort_by_key(|(_, range)| range.start);
    // In parentheses, because without them the crate takes `d == 'a' && false` for `d == 'a'`: an
    // unknown character after a text ends the expression there.
    let program = LANGUAGE.compile_expression_owned(format!("({source})")).map_err(|error| {
        ExpressionError {
            message: "what follows this is no part of an expression".to_owned(),
            help: "write `and`, `or` and `not` for conditions, `~` to join texts".to_owned(),
            range: failure(&error, source, 1).range.start..source.len(),
        }
    })?;
    Ok(Compiled {
        names: found.names,
        is_condition: found.is_condition,
        asks_numbers: found.asks_numbers,
        program,
    })
}

/// What the crate says, in our words, with the place in a text that was compiled `shift` bytes on.
fn failure(error: &Error, source: &str, shift: usize) -> ExpressionError {
    let range = error.range().unwrap_or(shift..shift + source.len());
    let clamp = |at: usize| {
        let at = at.saturating_sub(shift).min(source.len());
        (at..=source.len()).find(|at| source.is_char_boundary(*at)).unwrap_or(source.len())
    };
    let message = match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.kind().to_string(),
    };
    let help = if message.contains("unexpected character") {
        "write `and`, `or`, `not` for conditions, and `attr('a name')` for unusual names"
    } else if message.contains("escape") {
        "write `\\\\` for one backslash"
    } else if message.contains('+') {
        "join texts with `~`"
    } else {
        "correct the expression; constant texts stand in quotes"
    };
    ExpressionError {
        message: message.replace("end of input", "the end of the expression"),
        help: help.to_owned(),
        range: clamp(range.start)..clamp(range.end.max(range.start)),
    }
}
