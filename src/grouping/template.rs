//! Where a rule puts people.

use std::{fmt, ops::Range, sync::Arc};

use minijinja::value::Value as Seen;

use crate::{
    directory::{Field, GroupPath, Text, Value},
    mapping::{Expression, ExpressionError, Scope},
    numbers::Dialling,
};

/// The place of a rule: a path in which `{{ }}` stands for a person's values, `/{{ site }}/Sales`.
///
/// A value never makes a level of its own: a `/` in it becomes `-`. A value that is absent, or
/// blank, is an error that names the person, unless `{{ site | default('No site') }}` provides for
/// it. There are no blocks (`{% %}`).
#[derive(Debug, Clone)]
pub struct Template {
    source: Text,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Fixed(Text),
    Value(Expression),
}

/// Why a template gives no place for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoPlace {
    pub(super) message: String,
    pub(super) help: String,
}

impl Template {
    /// Compiles a template over [`Scope::Person`].
    ///
    /// # Errors
    ///
    /// All that is wrong with it, with places in `source`; never empty.
    pub fn compile(source: &str) -> Result<Self, Vec<ExpressionError>> {
        Self::compile_with(source, None)
    }

    /// The same where there is a number plan.
    ///
    /// # Errors
    ///
    /// As [`Template::compile`].
    pub fn compile_with(
        source: &str,
        numbers: Option<&Arc<Dialling>>,
    ) -> Result<Self, Vec<ExpressionError>> {
        let mut errors = Vec::new();
        let mut parts = Vec::new();
        for piece in pieces(source).map_err(|error| vec![error])? {
            match piece {
                Piece::Fixed(text) => parts.push(Part::Fixed(text.into())),
                Piece::Value(range) => {
                    let text = &source[range.clone()];
                    match Expression::compile_with(text, Scope::Person, numbers) {
                        Ok(expression) => parts.push(Part::Value(expression)),
                        Err(mut error) => {
                            error.range.start += range.start;
                            error.range.end += range.start;
                            errors.push(error);
                        }
                    }
                }
            }
        }
        let template = Self { source: source.into(), parts };
        // Whatever the values are, each is a part of one name: the shape is known beforehand.
        let shape: String = template
            .parts
            .iter()
            .map(|part| match part {
                Part::Fixed(text) => text.as_str(),
                Part::Value(_) => "x",
            })
            .collect();
        if errors.is_empty()
            && let Err(error) = GroupPath::parse(&shape)
        {
            errors.push(ExpressionError {
                message: error.to_string(),
                help: "write a path from the top, as `/{{ site }}/Sales`".to_owned(),
                range: 0..source.len(),
            });
        }
        if errors.is_empty() { Ok(template) } else { Err(errors) }
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields that it looks at.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        let values = self.parts.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Fixed(_) => None,
        });
        values.flat_map(Expression::names).filter_map(|name| Field::parse(name))
    }

    /// What stands in each `{{ }}`, and what it gives for a person whose values `root` shows.
    pub(super) fn values(&self, root: &Seen) -> Vec<(Text, Value)> {
        let values = self.parts.iter().filter_map(|part| match part {
            Part::Value(expression) => Some(expression),
            Part::Fixed(_) => None,
        });
        let given = |expression: &Expression| expression.evaluate(root).unwrap_or_default();
        values.map(|value| (value.source().trim().into(), given(value))).collect()
    }

    /// The place of a person whose values `root` shows.
    pub(super) fn render(&self, root: &Seen) -> Result<GroupPath, NoPlace> {
        let mut path = String::new();
        for part in &self.parts {
            let expression = match part {
                Part::Fixed(text) => {
                    path.push_str(text);
                    continue;
                }
                Part::Value(expression) => expression,
            };
            let value = expression.evaluate(root).map_err(|error| NoPlace {
                message: format!("`{{{{ {} }}}}` fails: {error}", expression.source().trim()),
                help: error.help,
            })?;
            let text = match &value {
                Value::None => "",
                Value::Flag(true) => "true",
                Value::Flag(false) => "false",
                Value::Text(text) => text,
                Value::List(texts) => texts.first().map_or("", Text::as_str),
            };
            let name: String = text.chars().map(in_a_name).collect();
            let name = name.trim();
            if name.is_empty() {
                let source = expression.source().trim();
                let (what, otherwise) = match expression.bare() {
                    Some(field) => (format!("`{field}`"), format!("No {}", spoken(field))),
                    None => (format!("`{source}`"), "None".to_owned()),
                };
                return Err(NoPlace {
                    message: format!("{what} is empty"),
                    help: format!("write `{{{{ {source} | default('{otherwise}') }}}}`"),
                });
            }
            path.push_str(name);
        }
        let path: Vec<_> = path.split('/').map(named).collect();
        GroupPath::parse(&path.join("/")).map_err(|error| NoPlace {
            message: error.to_string(),
            help: "give the place another name".to_owned(),
        })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// A character of a value as it stands in the name of a group.
fn in_a_name(c: char) -> char {
    match c {
        '/' => '-',
        c if c.is_control() => ' ',
        c => c,
    }
}

/// A name; `.` and `..` mean something else in every tree.
fn named(name: &str) -> &str {
    match name.trim() {
        "." => "-",
        ".." => "--",
        _ => name,
    }
}

fn spoken(field: &str) -> String {
    field.replace('_', " ")
}

enum Piece<'s> {
    Fixed(&'s str),
    Value(Range<usize>),
}

/// Takes a template apart at its `{{ }}`; quotes and nested braces inside are the expression's.
fn pieces(source: &str) -> Result<Vec<Piece<'_>>, ExpressionError> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(open) = source[at..].find('{').map(|open| at + open) {
        match source.as_bytes().get(open + 1) {
            Some(b'{') => {}
            Some(b'%' | b'#') => {
                let marker = &source[open..open + 2];
                return Err(ExpressionError {
                    message: format!("`{marker}` is not taken here: a path has no blocks"),
                    help: "write `{{ … if … else … }}`, or a rule for each case".to_owned(),
                    range: open..open + 2,
                });
            }
            _ => {
                return Err(ExpressionError {
                    message: "a `{` stands alone".to_owned(),
                    help: "write `{{ name }}` for a value".to_owned(),
                    range: open..open + 1,
                });
            }
        }
        if open > at {
            pieces.push(Piece::Fixed(&source[at..open]));
        }
        let Some(length) = value_length(&source[open + 2..]) else {
            return Err(ExpressionError {
                message: "`{{` has no `}}`".to_owned(),
                help: "close it, as `{{ name }}`".to_owned(),
                range: open..open + 2,
            });
        };
        pieces.push(Piece::Value(open + 2..open + 2 + length));
        at = open + 2 + length + 2;
    }
    if let Some(close) = source[at..].find('}') {
        return Err(ExpressionError {
            message: "a `}` closes nothing".to_owned(),
            help: "write `{{ name }}` for a value".to_owned(),
            range: at + close..at + close + 1,
        });
    }
    if at < source.len() {
        pieces.push(Piece::Fixed(&source[at..]));
    }
    Ok(pieces)
}

/// How long the expression is that ends at `}}`.
fn value_length(source: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, c) in source.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth > 0 => depth -= 1,
            (None, '}') if source[at..].starts_with("}}") => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mapping::{Columns, Row};

    fn render(source: &str, site: &str, department: &str) -> Result<String, NoPlace> {
        let template =
            Template::compile(source).unwrap_or_else(|error| panic!("{source} {error:?}"));
        let columns = [("site".into(), Some(0)), ("department".into(), Some(1))];
        let columns = Arc::new(Columns::new(columns));
        let cells = [site, department]
            .map(|text| if text.is_empty() { Value::None } else { Value::Text(text.into()) });
        let root = Row::root(&Row::new(&columns, Box::new(cells)));
        template.render(&root).map(|path| path.as_str().to_owned())
    }

    #[test]
    fn values_stand_in_the_path() {
        for (source, expected) in [
            ("/{{ site }}/Sales", "/London/Sales"),
            ("/All", "/All"),
            ("/{{site}}{{ department }}", "/LondonHR"),
            ("/{{ site | upper }}-{{ department | default('No department') }}", "/LONDON-HR"),
            ("/{{ site | map({'London': '}}'}) }}", "/}}"),
            ("/{{ '{{' }}/{{ \"it's\" }}", "/{{/it's"),
            ("/{{ 'big' if site == 'London' else 'small' }}", "/big"),
        ] {
            assert_eq!(render(source, "London", "HR").unwrap(), expected, "{source}");
        }
    }

    #[test]
    fn a_value_makes_no_level_of_its_own() {
        for (site, expected) in [
            ("a/b", "/a-b/x"),
            ("../../etc", "/..-..-etc/x"),
            (".", "/-/x"),
            ("..", "/--/x"),
            (" . ", "/-/x"),
            ("/", "/-/x"),
            ("a\nb\u{1b}", "/a b/x"),
            ("\u{202e}x", "/\u{202e}x/x"),
        ] {
            assert_eq!(render("/{{ site }}/x", site, "").unwrap(), expected, "{site:?}");
        }
        assert_eq!(render("/.{{ site }}", ".", "").unwrap(), "/--");
    }

    #[test]
    fn an_absent_value_is_an_error_that_says_how_to_provide_for_it() {
        for blank in ["", " ", "\0\u{7}", "\u{a0}"] {
            let error = render("/{{ site }}/Sales", blank, "").unwrap_err();
            assert_eq!(error.message, "`site` is empty");
            assert_eq!(error.help, "write `{{ site | default('No site') }}`");
        }
        let found = render("/{{ site | default('No site') }}/Sales", "", "").unwrap();
        assert_eq!(found, "/No site/Sales");
    }

    #[test]
    fn what_is_no_path_is_refused_with_its_place() {
        for (source, part) in [
            ("/{% if site %}x{% endif %}", "{%"),
            ("/{# note #}", "{#"),
            ("/{{ site", "{{"),
            ("/{ site }", "{"),
            ("/site }}", "}"),
            ("/{{ site }}/{{ departmnt }}", "departmnt"),
            ("/é{{ site | uper }}", "uper"),
            ("/{{ path }}", "path"),
            ("/{{ }}", " "),
            ("{{ site }}", "{{ site }}"),
            ("/{{ site }}/", "/{{ site }}/"),
            ("/a//b", "/a//b"),
            ("", ""),
        ] {
            let errors = Template::compile(source).unwrap_err();
            assert_eq!(&source[errors[0].range.clone()], part, "{source}: {errors:?}");
        }
        assert_eq!(Template::compile("/{{ a }}/{{ b }}").unwrap_err().len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(source in "/?[a-e{}%#'\"/ .|()\\\\é\n]{0,30}", value in "\\PC{0,6}") {
            match Template::compile(&source) {
                Ok(template) => {
                    let columns = Arc::new(Columns::new([("site".into(), Some(0))]));
                    let cells = Box::new([Value::Text(value.into())]);
                    let _ = template.render(&Row::root(&Row::new(&columns, cells)));
                }
                Err(errors) => {
                    for error in &errors {
                        proptest::prop_assert!(source.get(error.range.clone()).is_some(), "{error:?}");
                    }
                    proptest::prop_assert!(!errors.is_empty());
                }
            }
        }

        #[test]
        fn any_value_is_one_name_or_an_error(value in "[\\x00-\\x7f\u{a0}\u{85}\u{202e}é]{1,6}") {
            match render("/a/{{ site }}/{{ site }}.", &value, "") {
                Ok(path) => proptest::prop_assert_eq!(path.matches('/').count(), 3, "{}", path),
                Err(error) => proptest::prop_assert_eq!(error.message, "`site` is empty"),
            }
        }
    }
}
