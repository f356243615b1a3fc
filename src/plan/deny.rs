//! Findings that refuse a plan, because a manifest or the reader said so.

use super::Refusal;
use crate::{
    directory::{Id, Text},
    finding::{Code, Finding, Position},
};

/// What the name of such a refusal begins with: `findings.duplicate-extension`.
const FINDINGS: &str = "findings.";

/// A code whose findings refuse a plan, and where a manifest says so; none where the reader did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The code.
    pub code: Code,
    /// Where a manifest says it; none on the command line.
    pub at: Option<Position>,
}

/// One refusal for each denied code of which there are findings, in the order of the codes.
pub(super) fn denied(findings: &[Finding], denials: &[Denial]) -> Vec<Refusal> {
    let mut denials: Vec<&Denial> = denials.iter().collect();
    // What stands in the manifest before what was said besides.
    denials.sort_by_key(|denial| (denial.code, denial.at.is_none()));
    denials.dedup_by_key(|denial| denial.code);
    let mut refusals = Vec::new();
    for denial in denials {
        let value = findings.iter().filter(|finding| finding.code == denial.code).count() as u64;
        if value == 0 {
            continue;
        }
        let code = denial.code;
        refusals.push(Refusal {
            limit: smol_str::format_smolstr!("{FINDINGS}{code}"),
            limit_value: 0,
            value,
            at: denial.at.clone().map_or_else(|| Text::new_static("--deny"), Text::from),
            accept: smol_str::format_smolstr!("{code}={value}"),
            ..Refusal::default()
        });
    }
    refusals
}

impl Refusal {
    /// The code of the findings that refuse, where it is not a limit of changes.
    pub fn code(&self) -> Option<Code> {
        Code::parse(self.limit.strip_prefix(FINDINGS)?).ok()
    }
}

/// The entries that findings of a code are about, sorted, each once.
pub fn concerned(findings: &[Finding], code: Code) -> Vec<&Id> {
    let about = findings.iter().filter(|finding| finding.code == code);
    let mut ids: Vec<&Id> = about.flat_map(|finding| &finding.keys).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Verdict;

    fn finding(code: Code, key: &str) -> Finding {
        Finding::new(code, format!("about {key}"), "look").about([Id::new("staff", key)])
    }

    fn at(line: u32) -> Option<Position> {
        Some(Position { file: "rollbook.yaml".into(), line, column: 3 })
    }

    #[test]
    fn a_denied_code_refuses_once_and_only_where_there_is_a_finding() {
        let findings =
            [finding(Code::NoName, "2"), finding(Code::NoName, "1"), finding(Code::NotKept, "3")];
        let denials = [
            Denial { code: Code::NoName, at: None },
            Denial { code: Code::NoName, at: at(7) },
            Denial { code: Code::DuplicateKey, at: at(8) },
        ];
        let refusals = denied(&findings, &denials);
        let told: Vec<_> = refusals.iter().map(|r| (&*r.limit, &*r.at, &*r.accept)).collect();
        assert_eq!(told, [("findings.no-name", "rollbook.yaml:7:3", "no-name=2")]);
        assert_eq!(refusals[0].code(), Some(Code::NoName));
        let ids: Vec<_> = concerned(&findings, Code::NoName).iter().map(|id| id.key()).collect();
        assert_eq!(ids, ["1", "2"]);
    }

    #[test]
    fn an_acceptance_of_one_code_is_none_of_another() {
        let findings = [finding(Code::NoName, "1"), finding(Code::NotKept, "1")];
        let all = [Code::NoName, Code::NotKept].map(|code| Denial { code, at: None });
        let refusals = denied(&findings, &all);
        let verdict = Verdict { allowed: false, refusals };
        for (accepted, left) in [("no-name", 1), ("findings.not-kept", 1), ("findings", 2)] {
            assert_eq!(verdict.remaining(&[(accepted.into(), 1)]).len(), left, "{accepted}");
        }
        assert_eq!(verdict.remaining(&[("no-name".into(), 2)]).len(), 2);
    }
}
