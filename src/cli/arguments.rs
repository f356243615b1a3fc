//! The words of the command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::{directory::Text, finding::Code, plan::is_limit};

/// Keeps a telephone directory true: reads the sources, shows a plan, commits the directory to git.
#[derive(Debug, Parser)]
#[command(
    name = "rollbook",
    version,
    propagate_version = true,
    after_help = "Examples:\n  \
        rollbook init csv --file people.csv    write a first manifest\n  \
        rollbook plan                          what would change?\n  \
        rollbook apply                         change it, as one commit\n  \
        rollbook show 4021                     who has that number?\n\n\
        Exit codes: 0 done, 1 failed or wrong usage, 2 changes wait (only with\n\
        --detailed-exitcode), 3 refused by a limit or stale."
)]
pub struct Arguments {
    /// What applies to every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What applies to every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The manifest, or its folder; without it, `rollbook.yaml` from the working folder upwards.
    #[arg(long, global = true, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Colour in what is printed; `auto` also follows NO_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Colour,
    /// Say everything: all names, all findings; twice, what happens inside.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Say nothing beside the data, but errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How remarks on what happens inside are written to standard error.
    #[arg(long, global = true, value_name = "FORM", default_value = "text")]
    pub log_format: LogFormat,
}

/// When there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How remarks on what happens inside are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

/// How a plan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanForm {
    /// For a terminal.
    Text,
    /// All of it, for programs; `schema plan` describes it.
    Json,
    /// For a comment on a pull request; under 60,000 bytes.
    Markdown,
    /// The same data as JSON.
    Yaml,
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// The same data as JSON.
    Yaml,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a first manifest, with comments, for the kinds of source that you have.
    #[command(after_help = "Examples:\n  \
        rollbook init                              list the kinds\n  \
        rollbook init csv --file people.csv        with the columns of that file\n  \
        rollbook init active-directory csv         several sources\n  \
        rollbook init active-directory --probe     and see whether it answers")]
    Init(Init),
    /// Check all that can be known without reading a source; all mistakes at once.
    #[command(after_help = "Examples:\n  \
        rollbook validate\n  \
        rollbook validate --output json            for editors and pipelines\n  \
        rollbook validate --deny unused-range      1 where there is such a remark")]
    Validate(Validate),
    /// Try each source step by step: reach, trust, log in, rights, counts, five people mapped.
    #[command(after_help = "Examples:\n  \
        rollbook doctor                            every source and the state\n  \
        rollbook doctor staff                      one source")]
    Doctor(Doctor),
    /// Read one source and show its people as mapped, its devices and channels, or its records as
    /// they are.
    #[command(after_help = "Examples:\n  \
        rollbook fetch staff --limit 10\n  \
        rollbook fetch staff --raw --output json   what the mapping starts from\n  \
        rollbook fetch --record june               keep what every source answers")]
    Fetch(Fetch),
    /// Read the sources and show what would change. Changes nothing.
    #[command(after_help = "Examples:\n  \
        rollbook plan -v                           with all names\n  \
        rollbook plan --out plan.json              save it for `rollbook apply plan.json`\n  \
        rollbook plan --to 2026-06-30              the way back to that day's directory\n  \
        rollbook plan --detailed-exitcode          0 in step, 2 changes wait, 3 refused\n  \
        rollbook plan --trust staff=120            believe a listing that shrank to 120\n  \
        rollbook plan --deny duplicate-extension   refused where there is such a finding\n  \
        rollbook plan --output markdown            a comment for a pull request\n  \
        rollbook plan --record june                keep what the sources answered\n  \
        rollbook plan --replay june                plan from that, without the sources")]
    Plan(Plan),
    /// Try what an accident at a source would do, and what would stop it. Changes nothing.
    #[command(after_help = "Examples:\n  \
        rollbook rehearse all                      every accident to every source\n  \
        rollbook rehearse empty-source --source staff\n  \
        rollbook rehearse lost-right --replay june on a recording\n\n\
        Exit codes: 0 everything would be stopped or harmless, 3 something would pass.")]
    Rehearse(Rehearse),
    /// Change the directory: as one commit, or not at all.
    #[command(after_help = "Examples:\n  \
        rollbook apply                             plan, show, ask, apply\n  \
        rollbook apply --yes                       for pipelines\n  \
        rollbook apply plan.json                   exactly that plan, or nothing\n  \
        rollbook apply plan.json --partial         what of it still fits\n  \
        rollbook apply plan.json --accept disable=41\n                                             \
        this one plan may pass that limit")]
    Apply(Apply),
    /// Write a pin into the manifest: what holds for one person, whatever the sources say.
    #[command(after_help = "Examples:\n  \
        rollbook pin staff/7 mobile                what the directory holds now\n  \
        rollbook pin 4021 site Leeds --reason 'on loan' --until 2027-01-31\n  \
        rollbook pin ada@corp.example status disabled")]
    Pin(Pin),
    /// Show the directory, or one person, now or at another time.
    #[command(after_help = "Examples:\n  \
        rollbook show                              the tree, with counts\n  \
        rollbook show 4021                         who has that extension?\n  \
        rollbook show 4021 --at 2026-06-30         who had it then?\n  \
        rollbook show hq:4021                      in that pbx\n  \
        rollbook show SEP001122334455              whose telephone is that?\n  \
        rollbook show 8000                         which hunt group, and whom does it ring?\n  \
        rollbook show ada@corp.example --at 2026-06-30 --output json")]
    Show(Show),
    /// Say why the directory has somebody as it does, or doesn't have them.
    #[command(after_help = "Examples:\n  \
        rollbook explain 4021                      which record, rule and commit gave each value?\n  \
        rollbook explain bob@corp.example          why is he not in the directory?\n  \
        rollbook explain phones/8c1f               by a record of a source\n  \
        rollbook explain SEP001122334455           why is that telephone hers?\n  \
        rollbook explain ada@corp.example --state-only\n                                             \
        without reading the sources")]
    Explain(Explain),
    /// List what was read and not used, what is disputed or unknown, and where sources disagree.
    #[command(after_help = "Examples:\n  \
        rollbook ledger                            all of it\n  \
        rollbook ledger skipped --output json      records that no person was made of\n  \
        rollbook ledger disputes --at 2026-06-30")]
    Ledger(Ledger),
    /// List the commits, or those that changed one person or device, or who had a number from when
    /// to when.
    #[command(after_help = "Examples:\n  \
        rollbook log --limit 5\n  \
        rollbook log ada@corp.example              the commits that changed her\n  \
        rollbook log 4021                          who had 4021, from when to when\n  \
        rollbook log SEP001122334455               whose that telephone was, and what changed\n  \
        rollbook log hq:4021 --output json")]
    Log(Log),
    /// Show what changed between two commits or dates.
    #[command(after_help = "Examples:\n  \
        rollbook diff main~1                       since the last commit but one\n  \
        rollbook diff 2026-06-01 2026-06-30        in June")]
    Diff(Diff),
    /// Print a JSON schema: of the manifest, for editors, or of what `--output json` prints.
    #[command(after_help = "Examples:\n  \
        rollbook schema manifest > manifest.schema.json\n  \
        rollbook schema                            list them")]
    Schema(Schema),
    /// Print completions for a shell.
    #[command(after_help = "Examples:\n  \
        rollbook completions bash > /etc/bash_completion.d/rollbook\n  \
        rollbook completions zsh > ~/.zfunc/_rollbook")]
    Completions(Completions),
    /// Print the manual page, or write all of them into a folder.
    #[command(after_help = "Examples:\n  \
        rollbook man | man -l -\n  \
        rollbook man --out /usr/local/share/man/man1")]
    Man(Man),
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Kinds of source: `csv`, `active-directory`, … Without any, they are listed.
    #[arg(value_name = "KIND")]
    pub kinds: Vec<String>,
    /// For `csv`: the file whose columns are to be mapped.
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Then try the sources as `doctor` does; their addresses and secrets are in the environment.
    #[arg(long, requires = "kinds")]
    pub probe: bool,
}

/// `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Remarks that are fatal.
    #[command(flatten)]
    pub deny: Denied,
    /// How mistakes are written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// Findings that are fatal.
#[derive(Debug, Args)]
pub struct Denied {
    /// Refuse where there is a finding of this code, as `duplicate-extension`. May be repeated.
    #[arg(long = "deny", value_name = "CODE", value_parser = Code::parse)]
    pub codes: Vec<Code>,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// One source; without it, all and the state.
    #[arg(value_name = "SOURCE")]
    pub source: Option<String>,
    /// How the steps are written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// `fetch`.
#[derive(Debug, Args)]
pub struct Fetch {
    /// The source's name in the manifest; with `--record`, all where none is named.
    #[arg(value_name = "SOURCE", required_unless_present = "record")]
    pub source: Option<String>,
    /// What is kept of the answers.
    #[command(flatten)]
    pub record: Record,
    /// The records in the vendor's words, not the people made of them.
    #[arg(long, conflicts_with = "record")]
    pub raw: bool,
    /// At most so many people or records.
    #[arg(long, value_name = "N", conflicts_with = "record")]
    pub limit: Option<usize>,
    /// How they are written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// What is kept of what sources answer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Recordings")]
pub struct Record {
    /// Keep what the sources answer in this folder, without secrets, for `--replay`.
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Replace personal data in it, always in the same way for one key.
    #[arg(long, requires = "record", requires = "pseudonym_key")]
    pub pseudonyms: bool,
    /// Where the key stands, of at least 16 characters; it is never written down.
    #[arg(long, value_name = "env:NAME|file:PATH", requires = "pseudonyms")]
    pub pseudonym_key: Option<String>,
    /// Replace these too, which expressions and rules often name: `department`, `site`, `job_title`.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', requires = "pseudonyms")]
    pub pseudonyms_also: Vec<String>,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The way back: plan for the people to be as they were at a commit, a date (`2026-06-30`, its
    /// end) or a time. The sources are only read to tell what they would change again.
    #[arg(long, value_name = "REV|DATE", conflicts_with_all = ["record", "replay"])]
    pub to: Option<String>,
    /// What is kept of the answers.
    #[command(flatten)]
    pub record: Record,
    /// Plan from a recording: no network, no credentials, as it was then. It can't be applied.
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["record", "out"],
        help_heading = "Recordings"
    )]
    pub replay: Option<PathBuf>,
    /// Also save the plan, for `apply FILE`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: PlanForm,
    /// Findings that are fatal.
    #[command(flatten)]
    pub deny: Denied,
    /// End with 2 where changes wait.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Believe a listing that is far smaller than the last one: it must have exactly so many
    /// records, as the finding says; or of `SOURCE.devices`, so many devices. May be repeated.
    #[arg(long, value_name = "SOURCE=RECORDS", value_parser = trusted)]
    pub trust: Vec<(Text, u64)>,
}

/// `rehearse`.
#[derive(Debug, Args)]
pub struct Rehearse {
    /// What happens.
    #[arg(value_name = "ACCIDENT")]
    pub accident: AccidentWord,
    /// To one source; without it, to each in turn.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Start from a recording, not from the sources as they are.
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// What happens to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AccidentWord {
    /// It answers without a record.
    EmptySource,
    /// It answers with the first half of its records.
    HalfSource,
    /// The largest unit of its tree has another name.
    RenamedOu,
    /// An attribute is gone from every record; each in turn.
    LostRight,
    /// Two attributes have each other's values.
    SwappedAttribute,
    /// All of these.
    All,
}

/// `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// A plan that `plan --out FILE` saved; without it, a new one.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Don't ask.
    #[arg(short, long)]
    pub yes: bool,
    /// Apply the new plan only if it is this one, without asking: eight or more digits of it, as
    /// `plan` shows them.
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    pub approved: Option<Text>,
    /// Let this one plan pass a limit: the number must be the plan's own. Needs FILE or
    /// `--approved`. May be repeated.
    #[arg(long, value_name = "LIMIT=N", value_parser = acceptance)]
    pub accept: Vec<(Text, u64)>,
    /// The way back, as `plan --to`; not with FILE, which says so itself.
    #[arg(long, value_name = "REV|DATE", conflicts_with = "file")]
    pub to: Option<String>,
    /// Findings that are fatal.
    #[command(flatten)]
    pub deny: Denied,
    /// Believe a listing that is far smaller than the last one: it must have exactly so many
    /// records, as the finding says; or of `SOURCE.devices`, so many devices. May be repeated; not
    /// with FILE, which has been read already.
    #[arg(long, value_name = "SOURCE=RECORDS", value_parser = trusted, conflicts_with = "file")]
    pub trust: Vec<(Text, u64)>,
    /// Of a saved plan, apply what still fits where the directory has moved on, and say what is
    /// left out. The plan is used up all the same.
    #[arg(long, requires = "file")]
    pub partial: bool,
    /// How what was done is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// `pin`.
#[derive(Debug, Args)]
pub struct Pin {
    /// An id, an e-mail address, an extension (`4021` or `hq:4021`) or a name.
    #[arg(value_name = "WHO")]
    pub who: String,
    /// A field of a person, or `status`.
    #[arg(value_name = "FIELD")]
    pub field: String,
    /// What it holds: a list with commas, `true` or `false`, `null` for nothing; without it, what
    /// the directory holds now.
    #[arg(value_name = "VALUE", allow_hyphen_values = true)]
    pub value: Option<String>,
    /// Why, for those who read the plan.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The last day on which it holds, as `2027-01-31`.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
}

/// `show`.
#[derive(Debug, Args)]
pub struct Show {
    /// An id, an e-mail address, an extension (`4021` or `hq:4021`), a name; or a device, a hunt
    /// group or a trunk by its name or number, a gateway also by an endpoint.
    #[arg(value_name = "WHO")]
    pub who: Option<String>,
    /// A commit, a date (`2026-06-30`, its end) or a time.
    #[arg(long, value_name = "REV|DATE")]
    pub at: Option<String>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// An id, an e-mail address, an extension (`4021` or `hq:4021`), a name, or a source's record;
    /// or a device, a hunt group or a trunk by its name or number.
    #[arg(value_name = "WHO")]
    pub who: String,
    /// Look at the directory alone, without reading the sources.
    #[arg(long)]
    pub state_only: bool,
    /// From a recording: no network, no credentials, the sources as they were then.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["state_only", "at"])]
    pub replay: Option<PathBuf>,
    /// The directory alone, as it was: a commit, a date (`2026-06-30`, its end) or a time.
    #[arg(long, value_name = "REV|DATE")]
    pub at: Option<String>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// `ledger`.
#[derive(Debug, Args)]
pub struct Ledger {
    /// One part of it; without it, all.
    #[arg(value_name = "PART")]
    pub part: Option<Part>,
    /// A commit, a date (`2026-06-30`, its end) or a time.
    #[arg(long, value_name = "REV|DATE")]
    pub at: Option<String>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// A part of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Records that no person was made of.
    Skipped,
    /// Records that would be joined were it one to one.
    Disputes,
    /// People whose absence is not proven.
    Unknown,
    /// Values that lost to another source's.
    Disagreements,
}

/// `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// An id, an e-mail address, an extension (`4021` or `hq:4021`), a name; or a device, a hunt
    /// group or a trunk by its name or number.
    #[arg(value_name = "WHO")]
    pub who: Option<String>,
    /// At most so many commits.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: Form,
}

/// `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A commit or a date.
    #[arg(value_name = "A")]
    pub before: String,
    /// A commit or a date; without it, the last commit.
    #[arg(value_name = "B")]
    pub after: Option<String>,
    /// How it is written.
    #[arg(short, long, value_name = "FORM", default_value = "text")]
    pub output: PlanForm,
}

/// `schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// Which; without it, they are listed.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// Write a page for each command into this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn acceptance(text: &str) -> Result<(Text, u64), String> {
    let wanted = "write it as the refusal does, as `disable=41`";
    let (limit, count) = text.split_once('=').ok_or(wanted)?;
    let count = count.parse().map_err(|_| wanted)?;
    if is_limit(limit) {
        return Ok((limit.into(), count));
    }
    Err(format!(
        "no limit is called `{limit}`; there are `disable`, `update`, `move`, `add`, `merge`, `split`, the same of `.extensions`, `.groups`, `.collections`, `.devices`, `.system_devices` and `.channels`, `licences`, and the codes of findings"
    ))
}

fn trusted(text: &str) -> Result<(Text, u64), String> {
    let wanted = "write it as the finding does, as `staff=120`";
    let (source, records) = text.split_once('=').ok_or(wanted)?;
    Ok((source.into(), records.parse().map_err(|_| wanted)?))
}

fn digest(text: &str) -> Result<Text, String> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if digits && (8..=64).contains(&text.len()) {
        return Ok(text.into());
    }
    Err("write eight or more digits of the plan, as `plan` shows them behind the word `plan`"
        .into())
}
