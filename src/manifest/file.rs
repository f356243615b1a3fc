//! What may be written in a manifest: its doc comments are the reference page and what editors show.

use std::{borrow::Cow, collections::BTreeMap};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value, json};

use super::{
    bounds::{LimitsFile, shrink_or_off},
    cases::CaseFile,
    numbers::NumbersFile,
    people::PeopleFile,
    pins::PinFile,
};
use crate::{
    directory::{Field, FieldKind, Text},
    document::Spanned,
};

/// What rollbook reads: where the directory is kept, the sources, and the rules of the tree.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: each section is decoded by itself")]
pub(super) struct ManifestFile {
    /// The schema's address, for editors; not read.
    #[schemars(rename = "$schema")]
    schema: Option<String>,
    /// The version of this form: 1. Each file of a manifest says it.
    version: Version,
    /// Further files, or folders of which each `*.yaml` is read in name order; from this file's
    /// folder. They are joined: sources, groups, collections and pins add up, all else is said once.
    include: Option<Vec<String>>,
    /// Where the directory is kept.
    state: Option<State>,
    /// What people are read from, each under a name of your choice.
    sources: Option<Sources>,
    /// Where people stand in the tree: the first rule that takes a person gives the place.
    groups: Option<Vec<GroupRule>>,
    /// Named sets of people across the tree; nobody is counted twice.
    collections: Option<Collections>,
    /// Local decisions that win over the sources, each with its reason and perhaps an end.
    pins: Option<Vec<PinFile>>,
    /// How records of several sources become people.
    people: Option<PeopleFile>,
    /// Which extensions there are, and how they are dialled from outside.
    numbers: Option<NumbersFile>,
    /// How much one run may change before it is refused.
    limits: Option<LimitsFile>,
    /// Records, and what the mapping and the groups have to make of them: `validate` tries them
    /// without reading a source.
    tests: Option<Vec<CaseFile>>,
}

/// 1.
pub(super) struct Version;

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "const": 1 })
    }
}

/// Where the directory is kept: a git repository of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct State {
    /// The repository's folder, from the manifest's; `./directory.git` by default. The first apply
    /// makes it.
    #[schemars(schema_with = "text_or_reference")]
    pub(super) git: Option<Spanned<Text>>,
    /// The branch that the directory is on; `main` by default.
    pub(super) branch: Option<Text>,
    /// Fetched before planning and pushed to after applying: a name or an address for `git`.
    pub(super) remote: Option<Text>,
    /// Who commits, `Name <address>`; by default git's own `user.name` and `user.email`.
    #[schemars(
        regex(pattern = r"^[^<>]*[^<> ] <[^<> ]+>$"),
        example = "Ada Lovelace <ada@corp.example>"
    )]
    pub(super) author: Option<Text>,
    /// How commits are signed; not at all by default.
    pub(super) sign: Option<Sign>,
}

fn text_or_reference(_generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "string" }, { "$ref": "#/definitions/ReferenceOrDefault" }] })
}

/// How commits are signed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Sign {
    /// With `ssh-keygen` and the private key in this file, from the manifest's folder.
    Ssh(Text),
    /// With `gpg` and the key of this id.
    Gpg(Text),
}

/// Declared sources; the schema is made of the registry of kinds.
pub(super) struct Sources;

impl JsonSchema for Sources {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Sources".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": {
                "description": "Letters, digits, `-`, `_` and `.`, at most 64.",
                "pattern": NAME,
            },
            "additionalProperties": { "$ref": "#/definitions/Source" },
        })
    }
}

/// What a source may be called.
pub(super) const NAME: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$";

/// The settings that every source has, whatever its kind.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Common {
    /// The kind of source: a product's name.
    #[schemars(skip)]
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    /// The number space of its extensions: two people of one pbx can't have the same; `main` by
    /// default.
    pub(super) pbx: Option<Spanned<Text>>,
    /// Whom the directory takes: an expression over the source's attributes. Without it, everyone.
    #[serde(rename = "keep")]
    #[schemars(rename = "keep")]
    _keep: Option<Spanned<Text>>,
    /// What fills each field, where it isn't the kind's default.
    #[schemars(schema_with = "fields")]
    #[serde(default)]
    pub(super) fields: BTreeMap<Text, Spanned<Option<Text>>>,
    /// How often schedulers read it: a duration (`1h`) or a cron expression of five fields. `plan`
    /// and `apply` read it whenever they are told to.
    pub(super) every: Option<Spanned<Text>>,
    /// How much smaller than the last complete one a listing may be, or `off`.
    #[schemars(schema_with = "shrink_or_off")]
    #[serde(rename = "shrink")]
    _shrink: Option<IgnoredAny>,
}

/// The name under `fields:` of what says whether a person is active.
pub(super) const STATUS: &str = "status";

/// Whether a source may fill the field; its place comes from the groups, its pbx from the source.
pub(super) fn mappable(field: Field) -> bool {
    !matches!(field, Field::Path | Field::Pbx | Field::Records)
}

fn fields(_generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for field in Field::ALL.into_iter().filter(|field| mappable(*field)) {
        properties.insert(field.name().into(), expression_or_nothing(kind(field)));
    }
    properties.insert(STATUS.into(), expression_or_nothing("`active` or `disabled`"));
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn kind(field: Field) -> &'static str {
    match field.kind() {
        FieldKind::Text => "a text",
        FieldKind::Extension => "an extension",
        FieldKind::Extensions => "a list of extensions",
        FieldKind::Flag => "true or false",
        FieldKind::Records => "a list of records",
        FieldKind::Path => "a path",
    }
}

fn expression_or_nothing(gives: &str) -> Value {
    json!({
        "description": format!("An expression over the source's attributes that gives {gives}; `null` leaves the field empty."),
        "type": ["string", "null"],
        "nullable": true,
    })
}

/// Puts people in a place of the tree.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupRule {
    /// Whom the rule takes: an expression over our fields. Without it, everyone.
    #[serde(rename = "when")]
    #[schemars(rename = "when")]
    _when: Option<Spanned<Text>>,
    /// Whom the rule takes: fields and the values of which they must have one.
    #[schemars(schema_with = "match_person")]
    #[serde(rename = "match", default)]
    pub(super) matches: Matches,
    /// Where they stand: a path in which `{{ }}` stands for a person's values.
    pub(super) path: Spanned<Text>,
    /// Flags that they get.
    #[schemars(schema_with = "flags")]
    #[serde(default)]
    pub(super) set: BTreeMap<Text, bool>,
}

/// Fields and the values of which they must have one.
pub(super) type Matches = BTreeMap<Spanned<Text>, Vec<Spanned<Text>>>;

fn match_person(_generator: &mut SchemaGenerator) -> Schema {
    matching(|field| !matches!(field, Field::Path | Field::Records))
}

fn match_placed(_generator: &mut SchemaGenerator) -> Schema {
    matching(|field| field != Field::Records)
}

fn matching(known: impl Fn(Field) -> bool) -> Schema {
    let mut properties = Map::new();
    for field in Field::ALL.into_iter().filter(|field| known(*field)) {
        properties.insert(
            field.name().into(),
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }),
        );
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn flags(_generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for field in Field::ALL.into_iter().filter(|field| field.kind() == FieldKind::Flag) {
        properties.insert(field.name().into(), json!({ "type": "boolean" }));
    }
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Declared collections.
pub(super) struct Collections;

impl JsonSchema for Collections {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Collections".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let collection = generator.subschema_for::<CollectionFile>();
        json_schema!({
            "type": "object",
            "propertyNames": {
                "description": "Lower-case letters, digits and `-`, at most 64.",
                "pattern": "^[a-z0-9][a-z0-9-]{0,63}$",
            },
            "additionalProperties": collection,
        })
    }
}

/// A named set of people across the tree.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionFile {
    /// What people call it; its name by default.
    pub(super) title: Option<Text>,
    /// Who is in it: an expression over our fields, also `path`. Without it, everyone.
    pub(super) when: Option<Spanned<Text>>,
    /// Who is in it: fields and the values of which they must have one.
    #[schemars(schema_with = "match_placed")]
    #[serde(rename = "match", default)]
    pub(super) matches: Matches,
}
