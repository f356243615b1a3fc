//! What may be written under `people:`, and what it means.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value as Json, json};

use super::{Diagnostic, bounds::max_age, links, meaning::Meaning};
use crate::{
    directory::{Field, Text},
    document::{Content, Node, Span, suggestion},
    mapping::Scope,
    merge::{
        Emptied, LinkExpression, LinkKey, LinkRule, LinkTable, PeopleRules, Prefer, WhenEmptied,
        names_rule,
    },
};

/// How records of several sources become people.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PeopleFile {
    /// What records have to share to be one person, tried in order.
    #[schemars(schema_with = "link")]
    #[serde(rename = "link")]
    _link: IgnoredAny,
    /// Whose value wins: sources, for each field and by `default`. Those that are not named come
    /// after, in name order. `default` also says whose record gives somebody new their id.
    #[schemars(schema_with = "prefer")]
    #[serde(rename = "prefer")]
    _prefer: IgnoredAny,
    /// What happens to a value that no source has any more, for each field and by `default`:
    /// `clear` it, which is built in, `keep` it, or `fail` and refuse the plan.
    #[schemars(schema_with = "emptied")]
    #[serde(rename = "emptied")]
    _emptied: IgnoredAny,
    /// The sources that decide whether people whom they know are active. Without it a person
    /// leaves when every source that knows them lets go.
    #[schemars(schema_with = "sources")]
    #[serde(rename = "status")]
    _status: IgnoredAny,
    /// How much older than the newest one a source's data may be before nobody is disabled by it:
    /// a duration, or `off`; 24h by default where `link` joins people.
    #[schemars(schema_with = "max_age")]
    #[serde(rename = "max_age_difference")]
    _max_age: Option<IgnoredAny>,
}

/// The word for all fields that are not named.
const DEFAULT: &str = "default";

/// The word for a table's rule.
const TABLE: &str = "table";

fn linkable() -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(|field| LinkKey::of_field(*field).is_some())
}

fn preferable(field: Field) -> bool {
    !matches!(field, Field::Pbx | Field::Records | Field::Path)
}

fn link(_generator: &mut SchemaGenerator) -> Schema {
    let fields: Vec<&str> = linkable().map(Field::name).collect();
    json_schema!({ "type": "array", "minItems": 1, "items": { "anyOf": [
        { "description": "A field: an e-mail address whatever its case, an extension within its pbx, another text as it is.", "type": "string", "enum": fields },
        { "description": "What an expression over our fields gives.", "type": "object", "additionalProperties": false, "required": ["expression", "as"], "properties": {
            "expression": { "description": "An expression over our fields, as `name | lower`.", "type": "string" },
            "as": { "description": "What the rule is called: letters, digits, `-` and `_`.", "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$" },
        } },
        { "description": "A table that names records.", "type": "object", "additionalProperties": false, "required": [TABLE], "properties": {
            TABLE: { "description": "A CSV file with two columns of records (`staff/7`), from the manifest's folder.", "type": "string", "minLength": 1 },
        } },
    ] } })
}

fn sources(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "minItems": 1, "items": { "type": "string" } })
}

fn prefer(generator: &mut SchemaGenerator) -> Schema {
    by_field(&sources(generator).to_value(), preferable)
}

fn emptied(_generator: &mut SchemaGenerator) -> Schema {
    by_field(&json!({ "type": "string", "enum": ["clear", "keep", "fail"] }), Emptied::applies)
}

fn by_field(schema: &Json, known: impl Fn(Field) -> bool) -> Schema {
    let mut properties = Map::new();
    properties.insert(DEFAULT.into(), schema.clone());
    for field in Field::ALL.into_iter().filter(|field| known(*field)) {
        properties.insert(field.name().into(), schema.clone());
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// The files of tables that `link` names, each with where it is named.
pub(super) fn tables(node: &Node, root: &Path) -> Vec<(PathBuf, Span)> {
    let items = match node.get("link").map(|link| &link.content) {
        Some(Content::List(items)) => items.as_slice(),
        _ => &[],
    };
    let named = items.iter().filter_map(|item| item.get(TABLE));
    named.filter_map(|node| Some((root.join(node.as_text()?.as_str()), node.at.clone()))).collect()
}

/// What the tables hold, by the file's name.
pub(super) type Tables = BTreeMap<Arc<str>, links::Table>;

impl Meaning<'_> {
    /// The rules of `people:`; `sources` are the names of all that are declared.
    pub(super) fn people(&mut self, node: &Node, sources: &[&str], tables: &Tables) -> PeopleRules {
        let mut rules = PeopleRules::default();
        if let Some(Content::List(items)) = node.get("link").map(|link| &link.content) {
            let mut known: BTreeMap<Text, &Span> = BTreeMap::new();
            for item in items {
                let Some(rule) = self.link(item, sources, tables) else { continue };
                match known.get(&rule.name) {
                    None => _ = known.insert(rule.name.clone(), &item.at),
                    Some(first) => self.found.push(
                        Diagnostic::new(
                            "wrong-value",
                            format!("`{}` is the name of two rules", rule.name),
                            &item.at,
                        )
                        .related(first, "first given here")
                        .help("remove one of the two, or call it something else with `as:`"),
                    ),
                }
                rules.link.push(rule);
            }
        }
        rules.prefer = self.prefer(node, sources);
        rules.emptied = emptied_of(node);
        if let Some(list) = node.get("status") {
            rules.status = self.names(list, sources);
        }
        rules
    }

    fn link(&mut self, item: &Node, sources: &[&str], tables: &Tables) -> Option<LinkRule> {
        let at = item.at.position();
        if let Some(field) = item.as_text() {
            let key = LinkKey::of_field(Field::parse(field)?)?;
            return Some(LinkRule { name: field.clone(), key, at });
        }
        if let Some(table) = item.get(TABLE) {
            let name = Text::new_static(TABLE);
            let path = self.root.join(table.as_text()?.as_str()).display().to_string();
            let read = tables.get(path.as_str())?;
            let wrong = read.undeclared(sources);
            self.found.extend(wrong);
            let rows = read.rows.iter().map(|row| (row.one.clone(), row.other.clone()));
            return Some(LinkRule { name, key: LinkKey::Table(LinkTable::new(rows)), at });
        }
        let expression = self.expression(item.get("expression")?, Scope::Person);
        let word = item.get("as")?;
        let name = word.as_text()?.clone();
        if !names_rule(&name) || name == TABLE || Field::parse(&name).is_some() {
            self.wrong(
                "wrong-value",
                format!("`{name}` can't be the name of a rule of one's own"),
                &word.at,
                "choose a word that is no field, and neither `first` nor `table`",
            );
        }
        Some(LinkRule { name, key: LinkKey::Expression(LinkExpression::new(expression?)), at })
    }

    fn prefer(&mut self, node: &Node, sources: &[&str]) -> Prefer {
        let mut prefer = Prefer::default();
        for (key, list) in node.get("prefer").map(Node::entries).unwrap_or_default() {
            let names = self.names(list, sources);
            match Field::parse(&key.text) {
                Some(field) => prefer.fields.push((field, names)),
                None => prefer.default = names,
            }
        }
        prefer
    }

    /// Names of sources; each has to be declared, and stands once.
    fn names(&mut self, list: &Node, sources: &[&str]) -> Vec<Text> {
        let Content::List(items) = &list.content else { return Vec::new() };
        let mut names: Vec<Text> = Vec::new();
        for item in items {
            let Some(name) = item.as_text() else { continue };
            if !sources.contains(&name.as_str()) {
                let help = suggestion(name, sources.iter().copied());
                self.wrong("wrong-value", format!("no source is called `{name}`"), &item.at, &help);
            } else if names.contains(name) {
                let title = format!("`{name}` is named twice");
                self.wrong("wrong-value", title, &item.at, "remove one of the two");
            } else {
                names.push(name.clone());
            }
        }
        names
    }
}

fn emptied_of(node: &Node) -> Emptied {
    let mut emptied = Emptied::default();
    let Some((key, section)) = node.entry("emptied") else { return emptied };
    emptied.at = Some(key.at.position());
    for (key, value) in section.entries() {
        let when = match value.as_text().map(Text::as_str) {
            Some("keep") => WhenEmptied::Keep,
            Some("fail") => WhenEmptied::Fail,
            _ => WhenEmptied::Clear,
        };
        match Field::parse(&key.text) {
            Some(field) => emptied.fields.push((field, when)),
            None => emptied.default = when,
        }
    }
    emptied
}
