//! The findings of a plan as lines, folded by their code.

use std::collections::BTreeMap;

use super::{
    plan_text::say,
    safe::safe,
    styles::{DIM, DOUBT, painted},
    wording::grouped,
};
use crate::finding::{Code, Finding, Severity};

/// Findings shown of one code.
const FINDINGS: usize = 5;

/// Warnings before notes, the first few of each code.
pub(super) fn findings(out: &mut String, findings: &[Finding], all: bool) {
    if findings.is_empty() {
        return;
    }
    let mut by_code: BTreeMap<(Severity, Code), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_code.entry((finding.severity, finding.code)).or_default().push(finding);
    }
    out.push('\n');
    for ((severity, code), found) in by_code {
        let (word, style) = match severity {
            Severity::Warning => ("warning", DOUBT),
            Severity::Note => ("note", DIM),
        };
        let most = if all { usize::MAX } else { FINDINGS };
        let count = if found.len() == 1 {
            String::new()
        } else {
            format!(" ({})", grouped(found.len() as u64))
        };
        say(out, &format!("{}: {code}{count}", painted(style, word)));
        let mut last_help = "";
        for finding in found.iter().take(most) {
            say(out, &format!("  {}", said(finding)));
            if finding.help != last_help {
                say(out, &format!("    help: {}", safe(&finding.help).cut(300)));
                last_help = &finding.help;
            }
        }
        if found.len() > most {
            say(out, &format!("  and {} more", grouped((found.len() - most) as u64)));
        }
    }
}

/// What a finding says, and which place of the manifest it is about.
fn said(finding: &Finding) -> String {
    let message = safe(&finding.message).cut(300);
    match &finding.at {
        Some(at) => format!("{message}{}", painted(DIM, format!(" ({})", safe(at).cut(200)))),
        None => message.to_string(),
    }
}

/// A finding in one line: its code and what it says.
pub fn finding_line(finding: &Finding) -> String {
    format!("{}: {}", finding.code, said(finding))
}

/// How many records were read and are not used.
pub(super) fn unused(findings: &[Finding]) -> u64 {
    let skipping = findings.iter().filter(|finding| finding.code.skips());
    skipping.map(|finding| finding.keys.len().max(1) as u64).sum()
}

/// The same without styles, and all of them.
pub(super) fn findings_plain(list: &[Finding]) -> String {
    let mut out = String::new();
    findings(&mut out, list, true);
    anstream::adapter::strip_str(out.trim()).to_string()
}
