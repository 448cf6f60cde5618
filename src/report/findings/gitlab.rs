//! Code quality reports of GitLab: a JSON array, a subset of Code Climate's format.
//!
//! Source: GitLab's documentation, "Code Quality report format". A location with a path and a line
//! is required.

use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::paths::Paths;
use crate::manifest::{Finding, Severity};
use crate::report::safe_json;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes a code quality report.
///
/// # Errors
/// Those of the writer.
pub(crate) fn gitlab(findings: &[Finding], paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<_> = findings
        .iter()
        .map(|finding| Issue {
            description: match &finding.help {
                Some(help) => format!("{} ({help})", finding.message),
                None => finding.message.clone(),
            },
            check_name: finding.rule.name(),
            fingerprint: fingerprints.next(finding, paths),
            severity: match finding.severity() {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            location: Place {
                path: paths.or_fallback(finding.location.as_ref()),
                lines: Lines {
                    begin: finding.location.as_ref().map_or(1, |at| at.line),
                },
            },
        })
        .collect();
    safe_json::pretty(&issues, out)
}
