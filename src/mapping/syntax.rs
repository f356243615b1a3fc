//! What an expression uses, read from its syntax tree; and all that can be refused before it runs.
//!
//! The tree is walked by us because the crate's own list of names leaves out those in a slice.

use std::ops::Range;

use minijinja::machinery::ast::{
    BinOpKind, Call, CallArg, CallType, CompareOpKind, Expr, UnaryOpKind,
};

use super::{
    expression::{ExpressionError, Scope},
    functions::{self, FILTERS, FUNCTIONS, TESTS, Word},
    names::nearest,
};
use crate::{
    directory::{Field, Text},
    numbers::{Country, Dialling},
};

/// What was found in a tree.
pub(super) struct Found<'p> {
    /// Each use of a name, in the order of the text.
    pub(super) names: Vec<(Text, Range<usize>)>,
    /// What can't be used.
    pub(super) errors: Vec<ExpressionError>,
    /// Whether it gives yes or no, whatever the values.
    pub(super) is_condition: bool,
    /// Whether it asks the number plan.
    pub(super) asks_numbers: bool,
    scope: Scope,
    numbers: Option<&'p Dialling>,
}

/// Walks a whole expression.
pub(super) fn read<'p>(expr: &Expr<'_>, scope: Scope, numbers: Option<&'p Dialling>) -> Found<'p> {
    let mut found = Found {
        names: Vec::new(),
        errors: Vec::new(),
        is_condition: is_condition(expr),
        asks_numbers: false,
        scope,
        numbers,
    };
    if is_number(expr) {
        found.refuse(expr, "a number is no value", "put it in quotes: what people dial is text");
    }
    found.walk(expr);
    found
}

impl Found<'_> {
    fn refuse(&mut self, expr: &Expr<'_>, message: &str, help: &str) {
        self.error(range(expr), message.to_owned(), help.to_owned());
    }

    fn error(&mut self, range: Range<usize>, message: String, help: String) {
        self.errors.push(ExpressionError { message, help, range });
    }

    fn walk(&mut self, expr: &Expr<'_>) {
        match expr {
            Expr::Var(var) => self.names.push((var.id.into(), range(expr))),
            Expr::Const(_) => {}
            Expr::Slice(slice) => {
                self.walk(&slice.expr);
                for end in [&slice.start, &slice.stop, &slice.step].into_iter().flatten() {
                    self.walk(end);
                }
            }
            Expr::UnaryOp(unary) => {
                if matches!(unary.op, UnaryOpKind::Neg) && !is_number(&unary.expr) {
                    self.arithmetic(expr);
                }
                self.walk(&unary.expr);
            }
            Expr::BinOp(binary) => self.binary(expr, binary.op, &binary.left, &binary.right),
            Expr::Compare(compare) => {
                let mut left = &compare.expr;
                self.walk(left);
                for op in &compare.ops {
                    if matches!(op.op, CompareOpKind::In | CompareOpKind::NotIn) {
                        self.membership(left, &op.expr);
                    } else {
                        self.comparison(left, &op.expr);
                    }
                    self.walk(&op.expr);
                    left = &op.expr;
                }
            }
            Expr::IfExpr(condition) => {
                self.walk(&condition.test_expr);
                self.walk(&condition.true_expr);
                if let Some(otherwise) = &condition.false_expr {
                    self.walk(otherwise);
                }
            }
            Expr::Filter(filter) => {
                if let Some(value) = &filter.expr {
                    self.walk(value);
                }
                let takes_table = filter.name == "map";
                self.word(expr, "filter", filter.name, FILTERS, &filter.args, takes_table);
            }
            Expr::Test(test) => {
                self.walk(&test.expr);
                self.word(expr, "test", test.name, TESTS, &test.args, false);
            }
            Expr::GetAttr(attr) => match dotted(expr) {
                Some(name) => self.names.push((name.into(), range(expr))),
                None => {
                    let help = "remove it: values have no parts";
                    self.error(
                        range(expr),
                        format!("`.{}` is nothing here", attr.name),
                        help.into(),
                    );
                }
            },
            Expr::GetItem(_) => self.refuse(
                expr,
                "values are not looked up with `[ ]`",
                "write `| first` or `| last` for one of several values, and `attr('a name')` for \
                 an attribute",
            ),
            Expr::Call(call) => self.call(expr, call),
            Expr::List(list) => list.items.iter().for_each(|item| self.walk(item)),
            Expr::Tuple(_) => {
                self.refuse(
                    expr,
                    "a comma stands where nothing is listed",
                    "write a list in `[ ]`",
                );
            }
            Expr::Map(_) => {
                self.refuse(expr, "a table stands where none is used", "use it with `| map({ })`");
            }
        }
    }

    fn binary(&mut self, expr: &Expr<'_>, op: BinOpKind, left: &Expr<'_>, right: &Expr<'_>) {
        match op {
            BinOpKind::In => self.membership(left, right),
            BinOpKind::Eq
            | BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte => self.comparison(left, right),
            BinOpKind::ScAnd | BinOpKind::ScOr => {}
            BinOpKind::Concat | BinOpKind::Add => {
                for side in [left, right] {
                    if is_condition(side) || is_none(side) {
                        self.refuse(
                            side,
                            "it is no text that could be joined",
                            "write `'one' if … else 'other'` in parentheses",
                        );
                    } else if matches!(side, Expr::List(_)) {
                        self.refuse(side, "a list is no text", "join it with `| join(' ')`");
                    }
                }
            }
            BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => self.arithmetic(expr),
        }
        self.walk(left);
        self.walk(right);
    }

    fn arithmetic(&mut self, expr: &Expr<'_>) {
        self.refuse(
            expr,
            "there is no arithmetic",
            "join texts with `~`; write `attr('a-b')` for an attribute with a hyphen",
        );
    }

    /// `x in y`: over a list that is written out, since part of a text and one of several texts
    /// are two questions, and the same attribute can be either on two records.
    fn membership(&mut self, left: &Expr<'_>, right: &Expr<'_>) {
        match right {
            Expr::List(list) => list.items.iter().for_each(|item| self.comparison(left, item)),
            _ => self.refuse(
                right,
                "`in` takes a list that is written out",
                "write `name is having('x')` for one of several values, `name is containing('x')` \
                 for a part of a text",
            ),
        }
    }

    /// A number equals no text, so that comparing one would quietly never hold.
    fn comparison(&mut self, left: &Expr<'_>, right: &Expr<'_>) {
        for (side, other) in [(left, right), (right, left)] {
            if is_number(side) && !is_length(other) {
                let help = "put it in quotes: what people dial is text";
                self.refuse(side, "a number is compared with text", help);
            } else if is_none(side) {
                let help = "write `name is empty` or `not name`";
                self.refuse(side, "nothing equals `none`", help);
            }
        }
    }

    fn call(&mut self, expr: &Expr<'_>, call: &Call<'_>) {
        match call.identify_call() {
            CallType::Function(name) => {
                self.word(expr, "function", name, FUNCTIONS, &call.args, false);
                if name == "attr"
                    && let [CallArg::Pos(argument)] = call.args.as_slice()
                {
                    match constant(argument) {
                        Some(attribute) => self.names.push((attribute.into(), range(argument))),
                        None => self.refuse(argument, "`attr` takes a name", "write it in quotes"),
                    }
                }
                if name == "in_group" {
                    self.names.push(("path".into(), range(expr)));
                }
            }
            CallType::Method(_, name) => {
                let help = if FILTERS.iter().any(|word| word.name == name) {
                    format!("write `| {name}` after the value")
                } else {
                    "write a filter after the value, as `| trim`".to_owned()
                };
                self.error(range(expr), format!("values have no method `{name}`"), help);
            }
            CallType::Object(_) => self.refuse(expr, "this can't be called", "name a function"),
        }
    }

    /// A filter, test or function: whether it exists, and takes such arguments.
    fn word(
        &mut self,
        expr: &Expr<'_>,
        kind: &str,
        name: &str,
        known: &[Word],
        arguments: &[CallArg<'_>],
        takes_table: bool,
    ) {
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                CallArg::Pos(value) => values.push(value),
                CallArg::Kwarg(_, value)
                | CallArg::PosSplat(value)
                | CallArg::KwargSplat(value) => {
                    self.refuse(value, "arguments have no names", "give the values in their order");
                }
            }
        }
        for value in &values {
            match value {
                Expr::Map(table) if takes_table => {
                    table.values.iter().for_each(|value| self.walk(value));
                    for key in table.keys.iter().filter(|key| constant(key).is_none()) {
                        self.refuse(key, "a table is looked up by text", "put it in quotes");
                    }
                }
                value => self.walk(value),
            }
        }
        let fits = self.fits(kind, name);
        let Some(word) = known.iter().find(|word| word.name == name && fits) else {
            return self.unknown(expr, kind, name, known);
        };
        if values.len() < arguments.len() {
            return;
        }
        if values.len() < word.least || values.len() > word.most {
            let takes = match (word.least, word.most) {
                (0, 0) => "nothing in parentheses".to_owned(),
                (least, usize::MAX) => format!("{least} or more values"),
                (least, most) if least == most => format!("{least} value(s) in parentheses"),
                (least, most) => format!("{least} to {most} values in parentheses"),
            };
            let message = format!("`{name}` takes {takes}, not {}", values.len());
            return self.error(range(expr), message, "give it what it takes".to_owned());
        }
        if kind == "filter" {
            self.dialled(expr, name, values.is_empty());
        }
        self.constants(name, &values, takes_table);
    }

    /// A filter that asks the number plan, if there is one that can tell.
    fn dialled(&mut self, expr: &Expr<'_>, name: &str, alone: bool) {
        let plan = self.numbers.map(|dialling| &dialling.plan);
        let (known, help) = match name {
            "e164" => (
                !alone || plan.is_some_and(|plan| plan.country.is_some()),
                "write a country, as `e164('GB')`, or set `numbers.country`",
            ),
            "extension_of" => (
                plan.is_some_and(|plan| !plan.ranges().is_empty()),
                "write the ranges of extensions under `numbers:`",
            ),
            "direct_dial" => (
                plan.is_some_and(|plan| plan.has_direct_dial()),
                "write `direct_dial:` at a range under `numbers:`",
            ),
            _ => return,
        };
        self.asks_numbers = true;
        if !known {
            let message = format!("`{name}` has no number plan to ask");
            return self.error(range(expr), message, help.to_owned());
        }
        // Extensions are those of one pbx: where people are looked at, of the person's own.
        if name != "e164" && self.scope != Scope::Attributes {
            self.names.push((Field::Pbx.name().into(), range(expr)));
        }
    }

    /// Arguments that have to be written out, so that they are known to be right beforehand.
    fn constants(&mut self, name: &str, values: &[&Expr<'_>], takes_table: bool) {
        let Some(&first) = values.first() else { return };
        match name {
            "match" | "matching" => match constant(first).map(|source| functions::pattern(&source))
            {
                Some(Ok(pattern)) => {
                    if let Some(&group) = values.get(1) {
                        self.group(&pattern, group);
                    }
                }
                Some(Err(error)) => {
                    // The last line of the message is the reason, those before draw the pattern.
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default();
                    let reason = reason.trim_start_matches("error: ");
                    let message = format!("the pattern can't be used: {reason}");
                    let help = "correct the pattern; `\\\\` stands for one backslash";
                    self.error(range(first), message, help.to_owned());
                }
                None => self.refuse(first, "a pattern is no value", "write it out, in quotes"),
            },
            "e164" => match constant(first) {
                Some(code) if Country::parse(&code).is_some() => {}
                Some(code) => {
                    let message = format!("there is no country `{code}`");
                    let help = "write two capital letters as `'GB'` or `'DE'`";
                    self.error(range(first), message, help.to_owned());
                }
                None => self.refuse(first, "a country is no value", "write it out, as `'GB'`"),
            },
            "last" if !is_number(first) => {
                self.refuse(first, "`last` takes a number", "write how many characters, as `4`");
            }
            "map" if takes_table && !matches!(first, Expr::Map(_)) => {
                self.refuse(
                    first,
                    "`map` takes a table",
                    "write `{'what it is': 'what it becomes'}`",
                );
            }
            _ => {}
        }
    }

    /// The group that `match` gives has to be in the pattern.
    fn group(&mut self, pattern: &regex::Regex, group: &Expr<'_>) {
        let is_there = match group {
            Expr::Const(group) => match group.value.as_str() {
                Some(name) => pattern.capture_names().flatten().any(|known| known == name),
                None => group.value.as_usize().is_some_and(|at| at < pattern.captures_len()),
            },
            _ => false,
        };
        if !is_there {
            let help = "name one by its number from 1, or by the name in `(?P<name>…)`";
            self.refuse(group, "the pattern has no such group", help);
        }
    }

    fn unknown(&mut self, expr: &Expr<'_>, kind: &str, name: &str, known: &[Word]) {
        let known: Vec<_> =
            known.iter().map(|word| word.name).filter(|name| self.fits(kind, name)).collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("use one of `{}`", known.join("`, `")),
        };
        self.error(range(expr), format!("there is no {kind} `{name}`"), help);
    }

    /// `in_group('/London')` on its own asks for the person's path, which isn't always known.
    fn fits(&self, kind: &str, name: &str) -> bool {
        kind != "function" || name != "in_group" || self.scope == Scope::PlacedPerson
    }
}

/// The place in the text, in bytes.
fn range(expr: &Expr<'_>) -> Range<usize> {
    let span = expr.span();
    let start = match expr {
        // The crate gives the place of the part after the dot.
        Expr::GetAttr(attr) => range(&attr.expr).start,
        Expr::Call(call) => range(&call.expr).start,
        _ => span.start_offset as usize,
    };
    start.min(span.start_offset as usize)..span.end_offset as usize
}

/// `user.phone` as the name of one attribute, as sources have whose records are trees.
fn dotted(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Var(var) => Some(var.id.to_owned()),
        Expr::GetAttr(attr) => Some(format!("{}.{}", dotted(&attr.expr)?, attr.name)),
        _ => None,
    }
}

fn constant(expr: &Expr<'_>) -> Option<String> {
    match expr {
        Expr::Const(constant) => constant.value.as_str().map(str::to_owned),
        _ => None,
    }
}

fn is_number(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Const(constant) => constant.value.is_number(),
        Expr::UnaryOp(unary) => matches!(unary.op, UnaryOpKind::Neg) && is_number(&unary.expr),
        _ => false,
    }
}

fn is_none(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Const(constant) if constant.value.is_none())
}

fn is_length(expr: &Expr<'_>) -> bool {
    matches!(expr, Expr::Filter(filter) if filter.name == "length")
}

/// Whether it gives yes or no, whatever the values.
fn is_condition(expr: &Expr<'_>) -> bool {
    match expr {
        Expr::Compare(_) | Expr::Test(_) => true,
        Expr::BinOp(binary) if matches!(binary.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
            is_condition(&binary.left) && is_condition(&binary.right)
        }
        Expr::BinOp(binary) => matches!(
            binary.op,
            BinOpKind::Eq
                | BinOpKind::Ne
                | BinOpKind::Lt
                | BinOpKind::Lte
                | BinOpKind::Gt
                | BinOpKind::Gte
                | BinOpKind::In
        ),
        Expr::UnaryOp(unary) => matches!(unary.op, UnaryOpKind::Not),
        Expr::Const(constant) => constant.value.kind() == minijinja::value::ValueKind::Bool,
        _ => false,
    }
}
