//! How an expression comes to what it gives, step by step.

use minijinja::{
    machinery::{
        ast::{BinOpKind, CallArg, CallType, Expr},
        parse_expr,
    },
    value::Value as Seen,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Expression, ExpressionError,
    cells::given,
    written::{tail, written},
};
use crate::{
    directory::{Text, Value},
    source::Attribute,
};

/// Steps that are told of one expression; one that takes more is told as a whole.
const MOST: usize = 60;

/// One step from a record's values to what an expression gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// What kind of step.
    pub kind: StepKind,
    /// As it is written: `telephoneNumber`, `| digits`, `first_of(mobile, '0')`.
    pub text: Text,
    /// What stands before `|` or `is`, where the step is a filter or a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What it gives; a number as its digits.
    pub gives: Value,
    /// Why it gives nothing, where it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fails: Option<Text>,
}

/// What kind of step a [`Step`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// An attribute's value as the source has it.
    Attribute,
    /// The same as expressions see it: composed, without white space at its ends.
    Tidied,
    /// A filter, test, function or operator.
    Word,
    /// An expression that isn't told in steps, after its attributes.
    Whole,
}

/// What steps are told of.
struct Teller<'e> {
    expression: &'e Expression,
    root: &'e Seen,
    raw: &'e dyn Fn(&str) -> Attribute,
    steps: Vec<Step>,
}

/// The steps do not lead to what the expression gives.
struct Lost;

/// The steps of an expression on a row, in the order in which they are taken; `raw` gives an
/// attribute as the source has it. The last gives what the expression gives.
pub(super) fn steps(
    expression: &Expression,
    root: &Seen,
    raw: &dyn Fn(&str) -> Attribute,
) -> Vec<Step> {
    let teller = || Teller { expression, root, raw, steps: Vec::new() };
    if let Some(name) = expression.bare() {
        let mut teller = teller();
        teller.raw_attribute(name);
        return teller.steps;
    }
    let outcome = expression.evaluate(root);
    if let Ok(tree) = parse_expr(expression.source()) {
        let mut told = teller();
        if told.walk(&tree, false).is_ok() && told.leads_to(&outcome) {
            return told.steps;
        }
    }
    // What can't be taken apart is told with what goes in and what comes out.
    let mut whole = teller();
    for name in expression.names() {
        whole.raw_attribute(name);
    }
    let (gives, fails) = match outcome {
        Ok(value) => (value, None),
        Err(error) => (Value::None, Some(error.message.into())),
    };
    let text = expression.source().trim().into();
    whole.steps.push(Step { kind: StepKind::Whole, text, from: None, gives, fails });
    whole.steps
}

impl Teller<'_> {
    /// Whether the last step is what came of the expression itself.
    fn leads_to(&self, outcome: &Result<Value, ExpressionError>) -> bool {
        match (self.steps.last(), outcome) {
            (Some(last), Ok(value)) => last.fails.is_none() && last.gives == *value,
            (Some(last), Err(_)) => last.fails.is_some(),
            (None, _) => false,
        }
    }

    fn push(&mut self, step: Step) -> Result<(), Lost> {
        self.steps.push(step);
        if self.steps.len() > MOST { Err(Lost) } else { Ok(()) }
    }

    fn raw_attribute(&mut self, name: &str) {
        let gives = of_attribute((self.raw)(name));
        let step =
            Step { kind: StepKind::Attribute, text: name.into(), from: None, gives, fails: None };
        self.steps.push(step);
    }

    /// An attribute: its value, and what expressions see of it where that differs. `again` where it
    /// is told even though it was told before.
    fn attribute(&mut self, name: &str, again: bool, seen: Seen) -> Result<Seen, Lost> {
        let before = self.steps.iter().any(|s| s.kind == StepKind::Attribute && s.text == name);
        if before && !again {
            return Ok(seen);
        }
        self.raw_attribute(name);
        let tidied = shown(&seen);
        if self.steps.last().is_some_and(|raw| raw.gives != tidied) {
            let text = Text::new_static("as expressions see it");
            let from = self.steps.last().map(|raw| raw.gives.clone());
            self.push(Step { kind: StepKind::Tidied, text, from, gives: tidied, fails: None })?;
        }
        if self.steps.len() > MOST { Err(Lost) } else { Ok(seen) }
    }

    /// Tells a part of the expression, what it is made of first; gives its value. Nothing is told
    /// of what isn't evaluated: the other branch of a choice. `head` where a filter or test follows.
    fn walk(&mut self, expr: &Expr<'_>, head: bool) -> Result<Seen, Lost> {
        let parts = match expr {
            Expr::Var(_) | Expr::GetAttr(_) => {
                let name = written(expr);
                let seen = self.value(&name).map_err(|_| Lost)?;
                return self.attribute(&name, head || self.steps.is_empty(), seen);
            }
            Expr::Call(call) => {
                if let (CallType::Function("attr"), [CallArg::Pos(Expr::Const(name))]) =
                    (call.identify_call(), call.args.as_slice())
                {
                    let name = name.value.as_str().ok_or(Lost)?;
                    let seen = self.value(&written(expr)).map_err(|_| Lost)?;
                    return self.attribute(name, head || self.steps.is_empty(), seen);
                }
                if matches!(call.identify_call(), CallType::Function("in_group")) {
                    let path = self.value("path").map_err(|_| Lost)?;
                    self.attribute("path", true, path)?;
                }
                self.arguments(&call.args)?;
                return self.word(written(expr), None, &written(expr));
            }
            Expr::Filter(filter) => {
                let of = filter.expr.as_ref().ok_or(Lost)?;
                let from = self.walk(of, true)?;
                self.arguments(&filter.args)?;
                let tail = self.as_written(expr, "|", &tail(filter.name, &filter.args));
                return self.word(format!("| {tail}"), Some(&from), &written(expr));
            }
            Expr::Test(test) => {
                let from = self.walk(&test.expr, true)?;
                self.arguments(&test.args)?;
                let tail = self.as_written(expr, "is", &tail(test.name, &test.args));
                return self.word(format!("is {tail}"), Some(&from), &written(expr));
            }
            Expr::Const(_) => {
                // Worth a step only where it is all that there is.
                let seen = self.value(&written(expr)).map_err(|_| Lost)?;
                return match self.steps.is_empty() && self.is_all_of(expr) {
                    true => self.word(written(expr), None, &written(expr)),
                    false => Ok(seen),
                };
            }
            Expr::IfExpr(choice) => {
                let branch = match self.walk(&choice.test_expr, false)?.is_true() {
                    true => Some(&choice.true_expr),
                    false => choice.false_expr.as_ref(),
                };
                branch.into_iter().collect()
            }
            Expr::BinOp(binary) if matches!(binary.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
                let left = self.walk(&binary.left, false)?.is_true();
                let decided = left == matches!(binary.op, BinOpKind::ScOr);
                if decided { Vec::new() } else { vec![&binary.right] }
            }
            Expr::BinOp(binary) => vec![&binary.left, &binary.right],
            Expr::Compare(compare) => {
                let others = compare.ops.iter().map(|op| &op.expr);
                std::iter::once(&compare.expr).chain(others).collect()
            }
            Expr::UnaryOp(unary) => match &unary.expr {
                Expr::Const(_) => Vec::new(),
                of => vec![of],
            },
            Expr::Slice(slice) => vec![&slice.expr],
            Expr::List(list) => list.items.iter().collect(),
            Expr::GetItem(_) | Expr::Tuple(_) | Expr::Map(_) => return Err(Lost),
        };
        for part in parts {
            self.walk(part, false)?;
        }
        let text = written(expr);
        let shown = if self.is_all_of(expr) {
            self.expression.source().trim().to_owned()
        } else {
            text.clone()
        };
        self.word(shown, None, &text)
    }

    /// What is computed for a word; constants and tables are plain from its text.
    fn arguments(&mut self, args: &[CallArg<'_>]) -> Result<(), Lost> {
        for arg in args {
            match arg {
                CallArg::Pos(Expr::Const(_) | Expr::UnaryOp(_)) => {}
                CallArg::Pos(Expr::Map(table)) => {
                    for value in &table.values {
                        self.walk(value, false)?;
                    }
                }
                CallArg::Pos(value) => {
                    self.walk(value, false)?;
                }
                CallArg::Kwarg(..) | CallArg::PosSplat(_) | CallArg::KwargSplat(_) => {
                    return Err(Lost);
                }
            }
        }
        Ok(())
    }

    /// A step that is computed: how it is shown, what stands before it, and all of it.
    fn word(&mut self, shown: String, from: Option<&Seen>, all: &str) -> Result<Seen, Lost> {
        let from = from.map(self::shown);
        let text = shown.into();
        let step = Step { kind: StepKind::Word, text, from, gives: Value::None, fails: None };
        match self.value(all) {
            Ok(seen) => {
                self.push(Step { gives: self::shown(&seen), ..step })?;
                Ok(seen)
            }
            Err(error) => {
                self.push(Step { fails: Some(error.message.into()), ..step })?;
                Ok(Seen::UNDEFINED)
            }
        }
    }

    fn value(&self, text: &str) -> Result<Seen, ExpressionError> {
        self.expression.part(text, self.root)
    }

    fn is_all_of(&self, expr: &Expr<'_>) -> bool {
        parse_expr(self.expression.source()).is_ok_and(|all| written(&all) == written(expr))
    }

    /// A filter or test as the manifest has it, where its place can be trusted.
    fn as_written(&self, expr: &Expr<'_>, sign: &str, ours: &str) -> String {
        let span = expr.span();
        let range = span.start_offset as usize..span.end_offset as usize;
        let theirs = self.expression.source().get(range).unwrap_or_default();
        let same = parse_expr(&format!("x {sign} {theirs}"))
            .is_ok_and(|tree| written(&tree) == format!("x {sign} {ours}"));
        if same { theirs.to_owned() } else { ours.to_owned() }
    }
}

/// An attribute's value.
pub(super) fn of_attribute(attribute: Attribute) -> Value {
    match attribute {
        Attribute::Absent => Value::None,
        Attribute::One(text) => Value::Text(text),
        Attribute::Many(texts) => Value::List(texts.into_vec()),
    }
}

/// Any value that can come up between steps.
fn shown(seen: &Seen) -> Value {
    given(seen).unwrap_or_else(|_| Value::Text(seen.to_string().into()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mapping::{Columns, Row, Scope, language};

    fn told(source: &str) -> Vec<Step> {
        let record = language::record();
        let names = record.iter().enumerate().map(|(at, (name, _))| (Text::from(*name), Some(at)));
        let columns = Arc::new(Columns::new(names));
        let cells: Box<[Attribute]> = record.iter().map(|(_, cell)| cell.clone()).collect();
        let row = Row::new(&columns, cells);
        let raw = |name: &str| {
            let found = record.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let numbers = language::dialling();
        let expression =
            Expression::compile_with(source, Scope::Attributes, Some(&numbers)).unwrap();
        let steps = steps(&expression, &Row::root(&row), &raw);
        if expression.bare().is_none() {
            match (expression.evaluate(&Row::root(&row)), steps.last().unwrap()) {
                (Ok(value), last) => assert_eq!((&value, &None), (&last.gives, &last.fails)),
                (Err(error), last) => {
                    assert_eq!(Some(error.message.as_str()), last.fails.as_deref())
                }
            }
        }
        steps
    }

    fn lines(source: &str) -> Vec<String> {
        told(source).iter().map(|step| format!("{} = {}", step.text, step.gives)).collect()
    }

    #[test]
    fn the_last_step_of_each_example_gives_what_the_example_gives() {
        for (source, _) in language::EXAMPLES {
            let steps = told(source);
            assert!(steps.iter().all(|step| step.kind != StepKind::Whole), "{source}: {steps:?}");
        }
    }

    #[test]
    fn filters_are_told_one_by_one_as_they_are_written() {
        assert_eq!(
            lines(r"telephoneNumber | match('x(\d+)$')|last( 2 )"),
            [
                "telephoneNumber = `+44 (0)20 7946 0123 x2123`",
                r"| match('x(\d+)$') = `2123`",
                "| last( 2 ) = `23`"
            ]
        );
        let steps = told("department | lower");
        assert_eq!(steps[1].from, Some(Value::Text("Sales".into())));
    }

    #[test]
    fn what_is_not_evaluated_is_not_told() {
        assert_eq!(
            lines("'Leeds' if l == 'LEE' else department | upper"),
            [
                "l = `LON`",
                "l == 'LEE' = no",
                "department = `Sales`",
                "| upper = `SALES`",
                "'Leeds' if l == 'LEE' else department | upper = `SALES`"
            ]
        );
        assert_eq!(
            lines("department or mail"),
            ["department = `Sales`", "department or mail = `Sales`"]
        );
        assert_eq!(lines("'Warehouse'"), ["'Warehouse' = `Warehouse`"]);
        assert_eq!(lines("cn if mail"), ["mail = nothing", "cn if mail = nothing"]);
    }

    #[test]
    fn several_parts_come_before_what_is_made_of_them() {
        assert_eq!(
            lines("first_of(fax, otherTelephone | last, '0') ~ '!'"),
            [
                "fax = nothing",
                "otherTelephone = `020 7946 0124` and `x17`",
                "| last = `x17`",
                "first_of(fax, otherTelephone | last, '0') = `x17`",
                "first_of(fax, otherTelephone | last, '0') ~ '!' = `x17!`"
            ]
        );
        assert_eq!(lines("cn | length > 5")[1], "| length = `14`");
    }

    #[test]
    fn a_step_that_fails_says_why() {
        let steps = told("(otherTelephone + 'x') | upper");
        assert!(steps.last().unwrap().fails.is_some(), "{steps:?}");
    }

    #[test]
    fn what_takes_too_many_steps_is_told_as_a_whole() {
        let source = format!("department{}", " | upper | lower".repeat(40));
        let steps = told(&source);
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[1].kind, StepKind::Whole);
        assert_eq!(steps[1].gives, Value::Text("sales".into()));
    }
}
