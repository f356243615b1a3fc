//! What `--output json` prints besides plans and directories; each has a schema.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::number::{HoldingDocument, Moment};

use crate::{
    directory::{Id, Text},
    finding::Finding,
    plan::{Action, Change, Meaning, Plan, Summary},
    rehearsal::{Accident, Guard, Verdict},
    render::{ChannelDocument, DeviceDocument, PersonDocument, SystemDeviceDocument},
};

/// What `apply` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Applied {
    /// `rollbook.applied/1`.
    pub format: Text,
    /// The commit that holds the directory now; none where there was nothing to keep.
    pub commit: Option<Text>,
    /// The plan's digest.
    pub plan: Text,
    /// What was changed, counted; nothing where it was in step.
    pub summary: Summary,
    /// With `--partial`: the changes that were left out, in the order of the plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub held_back: Vec<HeldBack>,
}

/// A change of a saved plan that no longer fits the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HeldBack {
    /// Its short id in the plan.
    pub change: Text,
    /// What it would have done.
    pub action: Action,
    /// The entry's id.
    pub key: Text,
    /// What people call them; of equipment what the switch calls it.
    pub name: Text,
    /// What happened to them since the plan was made; at least one sentence.
    pub because: Vec<String>,
}

impl Applied {
    /// For a plan that led to this commit.
    pub fn of(plan: &Plan, commit: Option<&str>) -> Self {
        Self {
            format: Text::new_static("rollbook.applied/1"),
            commit: commit.map(Text::from),
            plan: plan.digest.clone(),
            summary: plan.summary.clone(),
            held_back: Vec::new(),
        }
    }
}

/// What `log` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogDocument {
    /// `rollbook.log/1`.
    pub format: Text,
    /// The person that was asked for.
    pub person: Option<Id>,
    /// The device, system device or channel that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Id>,
    /// Where a device was asked for: whose it was while it was in use, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owners: Option<Vec<OwnedDocument>>,
    /// Where a number was asked for: who had it, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holdings: Option<Vec<HoldingDocument>>,
    /// Newest first; for a number, those that gave it to somebody or took it.
    pub commits: Vec<LogCommit>,
}

/// That a device was somebody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnedDocument {
    /// The person, by id.
    pub person: Id,
    /// What people call them now, or called them last.
    pub name: Option<Text>,
    /// What showed that, at first: `owner`, `sole-controller`, `first-line`, `profile`, `extension`.
    pub by: Option<Text>,
    /// The commit that made it theirs.
    pub from: Moment,
    /// The commit since which it is another's, nobody's or not in use; none where it is theirs.
    pub until: Option<Moment>,
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LogCommit {
    /// Its id.
    pub commit: String,
    /// When the run was made.
    pub when: Timestamp,
    /// `Name <address>`.
    pub author: String,
    /// Its first line.
    pub subject: String,
    /// What follows.
    pub body: String,
    /// `Plan`, `Base`, `Source` (several), `Applied-by`, in order.
    pub trailers: Vec<Trailer>,
    /// What it did to the person or the equipment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// A line at the end of a commit's message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trailer {
    /// Before the colon.
    pub name: String,
    /// After it.
    pub value: String,
}

/// What lies between two commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiffDocument {
    /// `rollbook.diff/1`.
    pub format: Text,
    /// The earlier commit.
    pub before: String,
    /// The later commit.
    pub after: String,
    /// The changes counted.
    pub summary: Summary,
    /// In the order of a plan.
    pub changes: Vec<Change>,
    /// What changes mean together; numbers passed by the time of the later commit.
    pub meanings: Vec<Meaning>,
}

/// What `fetch` prints.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FetchDocument {
    /// `rollbook.fetch/1`.
    pub format: Text,
    /// The source's name in the manifest.
    pub source: Text,
    /// The connector's kind.
    pub kind: Text,
    /// Whether the listing proves who is absent.
    pub complete: bool,
    /// What shows that it is complete, or what kept it from being so.
    pub evidence: String,
    /// How many records there were, shown or not.
    pub records: u64,
    /// How long reading took.
    pub seconds: f64,
    /// People as mapped, by id, in the places that the groups give them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<PersonDocument>>,
    /// Phones and device profiles, by id, with their owners among these people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<DeviceDocument>>,
    /// Hunt groups, ports and bridges, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_devices: Option<Vec<SystemDeviceDocument>>,
    /// Gateways and SIP trunks, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<ChannelDocument>>,
    /// Remarks about records, sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<Finding>>,
    /// With `--raw`: records in the source's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Vec<RawRecord>>,
}

/// A record in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RawRecord {
    /// The source's own name for it; empty where it has none.
    pub key: Text,
    /// Where it stands: `line 7`, a distinguished name.
    pub place: String,
    /// Attributes that it has, with their values.
    pub values: serde_json::Map<String, serde_json::Value>,
    /// What makes it unusable.
    pub flaw: Option<Text>,
}

/// What `rehearse` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RehearsalDocument {
    /// `rollbook.rehearsal/1`.
    pub format: Text,
    /// Whether it started from a recording.
    pub replay: bool,
    /// Active people in the directory that it was tried on: the held one, with today's plan in it.
    pub people: u64,
    /// Whether today's plan is refused itself.
    pub refused_today: bool,
    /// How many would pass.
    pub passes: u64,
    /// In the order of accidents, sources and attributes.
    pub rehearsed: Vec<Rehearsed>,
}

/// An accident to one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rehearsed {
    /// Which.
    pub accident: Accident,
    /// To which source.
    pub source: Text,
    /// What happens, after the source's name.
    pub what: String,
    /// What the plan would do; none where there would be none.
    pub summary: Option<Summary>,
    /// What would hold it up, or some of it.
    pub held_by: Vec<Guard>,
    /// What would come of it.
    pub verdict: Verdict,
    /// What to do; empty where nothing.
    pub help: String,
}

/// What `doctor` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DoctorDocument {
    /// `rollbook.doctor/1`.
    pub format: Text,
    /// Whether nothing failed.
    pub well: bool,
    /// In name order; the state last, as `state`.
    pub patients: Vec<Patient>,
}

/// A source, or the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Patient {
    /// The source's name, or `state`.
    pub name: Text,
    /// The connector's kind, or `git`.
    pub kind: Text,
    /// In the order in which they were tried.
    pub steps: Vec<Step>,
    /// Up to five people as mapped.
    pub people: Vec<PersonDocument>,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// What.
    pub title: String,
    /// What came of it.
    pub outcome: OutcomeWord,
    /// What was seen.
    pub detail: String,
    /// What to do; empty where nothing.
    pub help: String,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeWord {
    /// It works.
    Passed,
    /// It works, but the reader should know something.
    Doubtful,
    /// It does not work.
    Failed,
}

/// What `validate` prints: all mistakes of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DiagnosticsDocument {
    /// `rollbook.diagnostics/1`.
    pub format: Text,
    /// By file and place; empty where nothing is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Diagnostic {
    /// What kind, a stable word: `unknown-key`.
    pub code: String,
    /// `error` or `warning`.
    pub severity: SeverityWord,
    /// A phrase.
    pub title: String,
    /// Where; none where it is about no place in a file.
    pub at: Option<PlaceInFile>,
    /// What is to be said of that place; may be empty.
    pub label: String,
    /// Other places that it is about.
    pub related: Vec<Related>,
    /// What to do; may be empty.
    pub help: String,
}

/// How much a mistake matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityWord {
    /// Nothing is done until it is put right.
    Error,
    /// Someone should look at it.
    Warning,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlaceInFile {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In bytes, from the start of the file.
    pub offset: u64,
    /// In bytes.
    pub length: u64,
}

/// Another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub at: PlaceInFile,
    /// What is there.
    pub label: String,
}
