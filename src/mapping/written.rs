//! An expression's tree as text again, so that each part of it can be shown and tried by itself.

use minijinja::{
    machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind},
    value::Value,
};

/// The expression, in our way of writing: it means the same, and its own tree is the same.
pub(super) fn written(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Var(var) => var.id.to_owned(),
        Expr::Const(constant) => value(&constant.value),
        Expr::Slice(slice) => {
            let end = |end: &Option<Expr<'_>>| end.as_ref().map(written).unwrap_or_default();
            let step = slice.step.as_ref().map(|step| format!(":{}", written(step)));
            let of = match &slice.expr {
                of @ (Expr::Filter(_) | Expr::Test(_)) => format!("({})", written(of)),
                of => tight(of),
            };
            let (from, to) = (end(&slice.start), end(&slice.stop));
            format!("{of}[{from}:{to}{}]", step.unwrap_or_default())
        }
        Expr::UnaryOp(unary) => match (&unary.op, &unary.expr) {
            (UnaryOpKind::Not, Expr::BinOp(binary)) if matches!(binary.op, BinOpKind::In) => {
                format!("{} not in {}", at(&binary.left, ADD), at(&binary.right, ADD))
            }
            (UnaryOpKind::Not, Expr::Test(test)) => {
                format!("{} is not {}", tight(&test.expr), tail(test.name, &test.args))
            }
            (UnaryOpKind::Not, of) => format!("not {}", at(of, NOT)),
            (UnaryOpKind::Neg, of) => format!("-{}", tight(of)),
        },
        Expr::BinOp(binary) => {
            let own = level(expr);
            // Comparisons are not chained, all others are from left to right.
            let left = if own == COMPARE { ADD } else { own };
            let (left, right) = (at(&binary.left, left), at(&binary.right, own + 1));
            format!("{left} {} {right}", operator(binary.op))
        }
        Expr::Compare(compare) => {
            let mut out = at(&compare.expr, ADD);
            for op in &compare.ops {
                out.push_str(&format!(" {} {}", comparison(op.op), at(&op.expr, ADD)));
            }
            out
        }
        Expr::IfExpr(choice) => {
            let part = |of: &Expr<'_>| at(of, OR);
            let (yes, test) = (part(&choice.true_expr), part(&choice.test_expr));
            match &choice.false_expr {
                Some(no) => format!("{yes} if {test} else {}", part(no)),
                None => format!("{yes} if {test}"),
            }
        }
        Expr::Filter(filter) => match &filter.expr {
            Some(of) => format!("{} | {}", tight(of), tail(filter.name, &filter.args)),
            None => tail(filter.name, &filter.args),
        },
        Expr::Test(test) => format!("{} is {}", tight(&test.expr), tail(test.name, &test.args)),
        Expr::GetAttr(attr) => format!("{}.{}", tight(&attr.expr), attr.name),
        Expr::GetItem(item) => format!("{}[{}]", tight(&item.expr), written(&item.subscript_expr)),
        Expr::Call(call) => format!("{}({})", tight(&call.expr), arguments(&call.args)),
        Expr::List(list) => format!("[{}]", listed(&list.items)),
        Expr::Tuple(tuple) => format!("({},)", listed(&tuple.items)),
        Expr::Map(map) => {
            let pairs = map.keys.iter().zip(&map.values);
            let pairs: Vec<String> =
                pairs.map(|(key, value)| format!("{}: {}", written(key), written(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// A filter or test without what stands before it: `match('x')`.
pub(super) fn tail(name: &str, args: &[CallArg<'_>]) -> String {
    if args.is_empty() { name.to_owned() } else { format!("{name}({})", arguments(args)) }
}

// How tightly the parts of an expression hold together; a choice holds least.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const CONCAT: u8 = 6;
const MULTIPLY: u8 = 7;
const POWER: u8 = 8;
const TIGHT: u8 = 9;

fn level(expr: &Expr<'_>) -> u8 {
    match expr {
        Expr::IfExpr(_) => 0,
        Expr::UnaryOp(unary) => match (&unary.op, &unary.expr) {
            (UnaryOpKind::Neg, _) | (UnaryOpKind::Not, Expr::Test(_)) => TIGHT,
            (UnaryOpKind::Not, Expr::BinOp(of)) if matches!(of.op, BinOpKind::In) => COMPARE,
            (UnaryOpKind::Not, _) => NOT,
        },
        Expr::Compare(_) => COMPARE,
        Expr::BinOp(binary) => match binary.op {
            BinOpKind::ScOr => OR,
            BinOpKind::ScAnd => AND,
            BinOpKind::Add | BinOpKind::Sub => ADD,
            BinOpKind::Concat => CONCAT,
            BinOpKind::Mul | BinOpKind::Div | BinOpKind::FloorDiv | BinOpKind::Rem => MULTIPLY,
            BinOpKind::Pow => POWER,
            BinOpKind::Eq
            | BinOpKind::Ne
            | BinOpKind::Lt
            | BinOpKind::Lte
            | BinOpKind::Gt
            | BinOpKind::Gte
            | BinOpKind::In => COMPARE,
        },
        _ => TIGHT,
    }
}

/// In parentheses, where it holds less tightly than what stands beside it.
fn at(expr: &Expr<'_>, least: u8) -> String {
    if level(expr) < least { format!("({})", written(expr)) } else { written(expr) }
}

fn tight(expr: &Expr<'_>) -> String {
    at(expr, TIGHT)
}

fn arguments(args: &[CallArg<'_>]) -> String {
    let args: Vec<String> = args
        .iter()
        .map(|arg| match arg {
            CallArg::Pos(value) => written(value),
            CallArg::Kwarg(name, value) => format!("{name}={}", written(value)),
            CallArg::PosSplat(value) => format!("*{}", tight(value)),
            CallArg::KwargSplat(value) => format!("**{}", tight(value)),
        })
        .collect();
    args.join(", ")
}

fn listed(items: &[Expr<'_>]) -> String {
    items.iter().map(written).collect::<Vec<_>>().join(", ")
}

fn value(value: &Value) -> String {
    match value.as_str() {
        Some(text) => quoted(text),
        None => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

fn operator(op: BinOpKind) -> &'static str {
    match op {
        BinOpKind::Eq => "==",
        BinOpKind::Ne => "!=",
        BinOpKind::Lt => "<",
        BinOpKind::Lte => "<=",
        BinOpKind::Gt => ">",
        BinOpKind::Gte => ">=",
        BinOpKind::ScAnd => "and",
        BinOpKind::ScOr => "or",
        BinOpKind::Add => "+",
        BinOpKind::Sub => "-",
        BinOpKind::Mul => "*",
        BinOpKind::Div => "/",
        BinOpKind::FloorDiv => "//",
        BinOpKind::Rem => "%",
        BinOpKind::Pow => "**",
        BinOpKind::Concat => "~",
        BinOpKind::In => "in",
    }
}

fn comparison(op: CompareOpKind) -> &'static str {
    match op {
        CompareOpKind::Eq => "==",
        CompareOpKind::Ne => "!=",
        CompareOpKind::Lt => "<",
        CompareOpKind::Lte => "<=",
        CompareOpKind::Gt => ">",
        CompareOpKind::Gte => ">=",
        CompareOpKind::In => "in",
        CompareOpKind::NotIn => "not in",
    }
}

#[cfg(test)]
mod tests {
    use minijinja::machinery::parse_expr;

    use super::*;

    #[track_caller]
    fn again(source: &str) -> String {
        written(&parse_expr(source).unwrap_or_else(|error| panic!("{source}: {error}")))
    }

    #[test]
    fn an_expression_is_written_as_people_write_it() {
        for source in [
            "telephoneNumber | match('x(.)$') | digits",
            "givenName ~ ' ' ~ sn",
            "a and b or c",
            "'Leeds' if l == 'LEE' else 'London'",
            "cn if mail",
            "department not in ['Sales', 'Vertrieb']",
            "mail is not defined and not fax",
            "first_of(fax, user.mail, attr('Tel. (direct)'), '0')",
            "telephoneNumber[-4:]",
            "(a | first)[1:2:3]",
            "(a ~ b) | trim",
            "l | map({'LON': 'London', 'x': y})",
            "cn | length > 5",
            "'it\\'s \\\\ \\n'",
            "(a if b else c) if d else (e if f else g)",
            "(a == b) == c",
            "not a == 'x'",
            "a ~ (b + c) + d",
            "(a or b) and not (c or d)",
            "a == 'x' and b not in ['y']",
        ] {
            let once = again(source);
            assert_eq!(again(&once), once, "{source}");
            assert_eq!(once, source);
        }
        assert_eq!(again("(a and b) or (not (c))"), "a and b or not c");
        assert_eq!(again(r"t | match('x(\d+)')"), r"t | match('x(\\d+)')");
    }
}
