//! Statements: held against what the database of a cluster takes, put into SQLite's words, and run.

use rusqlite::{Connection, types::ValueRef};

use super::{
    answers::{Node, Returned},
    database,
};

/// A fault of the database or of AXL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: i32,
    pub words: String,
    /// Whether a well-behaved client can meet it.
    pub expected: bool,
}

impl Fault {
    pub fn syntax() -> Self {
        let words = "A syntax error has occurred.".into();
        Self { code: -201, words, expected: false }
    }
}

/// Words of other databases that this one doesn't have.
const FOREIGN: [&str; 12] = [
    "LIMIT",
    "OFFSET",
    "GLOB",
    "IFNULL",
    "REGEXP",
    "ISNULL",
    "NOTNULL",
    "ILIKE",
    "TOP",
    "PRAGMA",
    "WITH",
    "RETURNING",
];

/// Words that do more than read.
const WRITES: [&str; 14] = [
    "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "EXECUTE",
    "GRANT", "REVOKE", "LOCK", "INTO", "CALL",
];

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A name, a keyword or a number.
    Word(&'a str),
    /// What stands between quotes, quotes in it doubled for SQLite.
    String(String),
    Other(char),
}

fn tokens(statement: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut found = Vec::new();
    let mut rest = statement;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            c if c.is_whitespace() => c.len_utf8(),
            '\'' | '"' => {
                let mut text = String::new();
                let mut chars = rest[1..].char_indices().peekable();
                loop {
                    match chars.next() {
                        Some((_, inner)) if inner == c => {
                            if chars.next_if(|(_, next)| *next == c).is_none() {
                                break;
                            }
                            text.push(c);
                        }
                        // A string ends on the line on which it starts.
                        None | Some((_, '\n')) => return Err(Fault::syntax()),
                        Some((_, inner)) => text.push(inner),
                    }
                }
                found.push(Token::String(text.replace('\'', "''")));
                let left = chars.peek().map_or(0, |(at, _)| rest.len() - 1 - at);
                rest.len() - left
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                found.push(Token::Word(&rest[..end]));
                end
            }
            '(' | ')' | ',' | '.' | '=' | '<' | '>' | '!' | '*' | '+' | '-' | '/' | '|' => {
                if rest.starts_with("--") || rest.starts_with("==") {
                    return Err(Fault::syntax());
                }
                found.push(Token::Other(c));
                c.len_utf8()
            }
            _ => return Err(Fault::syntax()),
        };
        rest = &rest[length..];
    }
    Ok(found)
}

/// Whether a statement does more than read, by its words outside of strings.
pub fn writes(statement: &str) -> bool {
    match tokens(statement) {
        Err(_) => !statement.trim_start().to_ascii_uppercase().starts_with("SELECT"),
        Ok(tokens) => {
            let is = |token: &Token<'_>, words: &[&str]| {
                matches!(token, Token::Word(word)
                    if words.iter().any(|known| known.eq_ignore_ascii_case(word)))
            };
            !tokens.first().is_some_and(|token| is(token, &["SELECT"]))
                || tokens.iter().any(|token| is(token, &WRITES))
        }
    }
}

/// The same statement in SQLite's words.
fn translated(statement: &str) -> Result<String, Fault> {
    let mut out = String::new();
    let tokens = tokens(statement)?;
    let mut tokens = tokens.iter().peekable();
    let mut limits = (None, None);
    let mut next = tokens.next();
    while let Some(token) = next {
        match token {
            Token::String(text) => out += &format!("'{text}'"),
            Token::Other(c) => out.push(*c),
            Token::Word(word) => match word.to_ascii_uppercase().as_str() {
                upper if FOREIGN.contains(&upper) => return Err(Fault::syntax()),
                "MATCHES" => out += "GLOB",
                "NVL" => out += "IFNULL",
                "SELECT" if out.is_empty() => {
                    out += "SELECT";
                    for (keyword, limit) in [("SKIP", &mut limits.0), ("FIRST", &mut limits.1)] {
                        let is = tokens.next_if(
                            |t| matches!(t, Token::Word(w) if w.eq_ignore_ascii_case(keyword)),
                        );
                        if is.is_some() {
                            match tokens.next() {
                                Some(Token::Word(number)) => {
                                    let number: u64 =
                                        number.parse().map_err(|_| Fault::syntax())?;
                                    *limit = Some(number);
                                }
                                _ => return Err(Fault::syntax()),
                            }
                        }
                    }
                }
                _ => out += word,
            },
        }
        let after = tokens.next();
        // Two-character operators stay together.
        let joined = matches!(
            (token, after),
            (Token::Other('<' | '>' | '!' | '|'), Some(Token::Other('=' | '>' | '|')))
        );
        if !joined {
            out.push(' ');
        }
        next = after;
    }
    if let (skip, Some(first)) = limits {
        out += &format!("LIMIT {first} OFFSET {}", skip.unwrap_or(0));
    } else if let (Some(skip), None) = limits {
        out += &format!("LIMIT -1 OFFSET {skip}");
    }
    Ok(out)
}

/// Runs a statement.
pub fn run(statement: &str, database: &Connection) -> Result<Returned, Fault> {
    if statement.len() > 65_535 {
        let words = "Statement too long. Maximum statement length is 65535".into();
        return Err(Fault { code: -460, words, expected: false });
    }
    let statement = translated(statement)?;
    let mut prepared = database.prepare(&statement).map_err(|error| fault(&error))?;
    let mut names = Vec::new();
    for name in prepared.column_names() {
        let name = if name.starts_with("count") { "count" } else { name }.to_lowercase();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name || names.contains(&name) {
            let words = format!("`{name}` is no name for an element, or there twice");
            return Err(Fault { code: 5005, words, expected: false });
        }
        names.push(name);
    }
    let mut rows = prepared.query(()).map_err(|error| fault(&error))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(|error| fault(&error))? {
        let columns = names.iter().enumerate().map(|(at, name)| match row.get_ref(at).unwrap() {
            ValueRef::Null => Node::null(name),
            ValueRef::Integer(number) => Node::text(name, number.to_string()),
            ValueRef::Text(text) => Node::text(name, String::from_utf8_lossy(text)),
            other => panic!("no column is of type {other:?}"),
        });
        found.push(Node::new("row", columns.collect()));
    }
    Ok(Returned(found))
}

/// What the cluster's database says where SQLite says this.
fn fault(error: &rusqlite::Error) -> Fault {
    let words = match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let after = |start: &str| words.strip_prefix(start).map(|name| name.trim().to_owned());
    let (code, said, expected) = if let Some(table) = after("no such table:") {
        let said = format!("The specified table ({table}) is not in the database.");
        (-206, said, database::knows(&table))
    } else if let Some(column) = after("no such column:") {
        let bare = column.rsplit('.').next().unwrap_or(&column);
        let said =
            format!("Column ({bare}) not found in any table in the query (or SLV is undefined).");
        (-217, said, database::knows(bare))
    } else if words.starts_with("no such function") {
        (-674, format!("Routine ({words}) can not be resolved."), false)
    } else if words.starts_with("ambiguous column name") {
        (-324, format!("Ambiguous column ({words})."), false)
    } else {
        return Fault::syntax();
    };
    Fault { code, words: said, expected }
}

#[test]
fn statements_are_run_as_the_cluster_runs_them() {
    let database = database::empty();
    for name in ["a", "b'c", "d"] {
        database.execute("INSERT INTO location VALUES (?1, ?1)", [name]).unwrap();
    }
    let texts = |statement: &str| -> Vec<String> {
        let rows = run(statement, &database).unwrap_or_else(|fault| panic!("{fault:?}")).0;
        rows.iter().map(|row| format!("{:?}", row.value)).collect()
    };
    assert_eq!(texts("SELECT FIRST 2 l.name AS name FROM location l ORDER BY l.pkid").len(), 2);
    let skipped = texts("select skip 1 first 1 name from location where pkid <> 'b' order by pkid");
    assert!(skipped[0].contains("b'c"), "{skipped:?}");
    assert_eq!(texts("SELECT name FROM location WHERE name = 'b''c' AND pkid >= ''").len(), 1);
    assert_eq!(
        texts("SELECT NVL(name, \"it's\") AS n FROM location WHERE name MATCHES '*c*'").len(),
        1
    );
    let code = |statement: &str| run(statement, &database).map(|rows| rows.0.len()).unwrap_err();
    assert_eq!(
        (code("SELECT x FROM nowhere").code, code("SELECT x FROM nowhere").expected),
        (-206, false)
    );
    assert_eq!(code("SELECT nickname FROM enduser").code, -217);
    assert!(code("SELECT nickname FROM enduser").expected);
    for wrong in [
        "SELECT name FROM location LIMIT 1",
        "SELECT name FROM location; DELETE FROM location",
        "SELECT name FROM location WHERE name = 'open",
        "SELECT name FROM location -- and so on",
    ] {
        assert_eq!(code(wrong).code, -201, "{wrong}");
    }
    assert_eq!(code("SELECT name, name FROM location").code, 5005);
    assert!(writes("UPDATE device SET name = ''") && writes("SELECT name FROM x INTO TEMP y"));
    assert!(!writes("SELECT name FROM location WHERE name = 'DROP'"));
}
