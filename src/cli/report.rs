//! Errors as a person reads them: what failed, because of what, and what to do about it.

use std::fmt::Write;

use super::exit::Exit;
use crate::{
    directory::Text,
    engine::{EngineError, FaultKind},
    explain::ExplainError,
    manifest::Diagnostics,
    render::{BAD, STRONG, painted, safe},
    store::StoreError,
};

/// Why a command ends without having done what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// What the program ends with.
    pub exit: Exit,
    problems: Vec<Problem>,
}

#[derive(Debug)]
enum Problem {
    Said { title: String, because: Vec<String>, help: String },
    Quoted(Diagnostics),
}

impl Failure {
    /// A failure in one phrase, and what to do about it.
    pub fn new(title: impl Into<String>, help: impl Into<String>) -> Self {
        let (title, help) = (title.into(), help.into());
        let problems = vec![Problem::Said { title, because: Vec::new(), help }];
        Self { exit: Exit::Failed, problems }
    }

    /// The same with its cause.
    #[must_use]
    pub fn because(mut self, cause: impl ToString) -> Self {
        if let Some(Problem::Said { because, .. }) = self.problems.last_mut() {
            because.push(cause.to_string());
        }
        self
    }

    /// The same, as a refusal.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.exit = Exit::Refused;
        self
    }

    /// Its first problem in a phrase.
    pub fn phrase(&self) -> Text {
        let quoted = self.problems.iter().find_map(|problem| match problem {
            Problem::Quoted(diagnostics) => diagnostics.iter().next(),
            Problem::Said { .. } => None,
        });
        let quoted = quoted.map(|diagnostic| diagnostic.title.clone());
        match self.problems.first() {
            Some(Problem::Said { title, because, help: _ }) => {
                match quoted.or_else(|| because.first().cloned()) {
                    Some(because) => smol_str::format_smolstr!("{title}: {because}"),
                    None => title.as_str().into(),
                }
            }
            Some(Problem::Quoted(_)) | None => quoted.unwrap_or_default().into(),
        }
    }

    /// As text with ANSI styles. Quoted places of a manifest come as its diagnostics render them.
    pub fn to_text(&self, colour: bool) -> String {
        let mut out = String::new();
        for problem in &self.problems {
            match problem {
                Problem::Said { title, because, help } => {
                    let word = painted(BAD.bold(), "error");
                    // Writing to a `String` can't fail.
                    let _ = writeln!(out, "{word}: {}", painted(STRONG, safe(title).cut(2_000)));
                    for cause in because {
                        for (at, line) in cause.lines().enumerate() {
                            let begin = if at == 0 { "  because: " } else { "           " };
                            let _ = writeln!(out, "{begin}{}", safe(line).cut(2_000));
                        }
                    }
                    if !help.is_empty() {
                        let _ = writeln!(out, "  help: {}", safe(help).cut(2_000));
                    }
                }
                Problem::Quoted(diagnostics) => out.push_str(&diagnostics.to_text(colour)),
            }
        }
        out
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self { exit: Exit::Failed, problems: vec![Problem::Quoted(diagnostics)] }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let help = error.help();
        let failure = match error {
            StoreError::Stale { .. } => Self::new("the plan is stale", help).refused(),
            StoreError::NoSuchCommit { .. } => Self::new("there is no such commit", help),
            _ => Self::new("the directory's repository can't be used", help),
        };
        failure.because(error)
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Grouping(error) => EngineError::Grouping(error).into(),
            ExplainError::Mapping(error) => {
                Self::new("a source's mapping doesn't fit its records", error.help.clone())
                    .because(error)
            }
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Grouping(error) => {
                let help = error.help.clone();
                Self::new("a rule of the manifest fails", help)
                    .because(format!("{}: {error}", error.at))
            }
            EngineError::Sources(faults) => {
                let mut all = Self { exit: Exit::Failed, problems: Vec::new() };
                for fault in faults {
                    all.problems.extend(source_failure(&fault.name, fault.because).problems);
                }
                all
            }
        }
    }
}

/// Why there is no plan, in one line.
pub fn no_plan(error: &EngineError) -> String {
    match error {
        EngineError::Sources(faults) => {
            let said: Vec<String> =
                faults.iter().map(|fault| format!("`{}`: {}", fault.name, fault.because)).collect();
            said.join("; ")
        }
        other => other.to_string(),
    }
}

/// Why one source could not be read.
pub fn source_failure(name: &str, because: FaultKind) -> Failure {
    let title = format!("source `{name}` could not be read");
    match because {
        FaultKind::Settings(diagnostics) => {
            let mut failure =
                Failure::new(title, "").because("its settings can't be used, as follows");
            failure.problems.push(Problem::Quoted(diagnostics));
            failure
        }
        FaultKind::Fetch(error) => Failure::new(title, error.help()).because(error),
        FaultKind::Mapping(error) => {
            let at = error.at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default();
            Failure::new(title, error.help.clone()).because(format!("{at}{error}"))
        }
        FaultKind::Panic => Failure::new(title, "report it with the lines above")
            .because("a fault of rollbook itself"),
    }
}
