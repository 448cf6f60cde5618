//! SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), as far as GitHub's code scanning
//! reads it.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::paths::Paths;
use crate::client::Since;
use crate::manifest::{Basis, Finding, Location, Rule, Severity};
use crate::report::safe_json;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

/// The page of a rule.
#[derive(Serialize)]
struct Help {
    text: String,
    markdown: &'static str,
}

/// A result, in SARIF's words.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: HashMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

/// Writes a SARIF log with one run.
///
/// # Errors
/// Those of the writer.
pub(crate) fn sarif(findings: &[Finding], paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let driver = Driver {
        name: "hydra-gitops",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: Rule::ALL.iter().copied().map(descriptor).collect(),
    };
    let results = findings
        .iter()
        .map(|finding| outcome(finding, paths, &mut fingerprints))
        .collect();
    let run = Run {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        results,
    };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run],
    };
    safe_json::pretty(&log, out)
}

fn descriptor(rule: Rule) -> Descriptor {
    let summary = || Text {
        text: rule.summary().to_owned(),
    };
    Descriptor {
        id: rule.name(),
        name: rule.name(),
        short_description: summary(),
        full_description: summary(),
        help: Help {
            text: help(rule),
            markdown: rule.page(),
        },
        default_configuration: Configuration {
            level: level(rule.severity()),
        },
    }
}

/// The rule in sentences; GitHub requires a text.
fn help(rule: Rule) -> String {
    let why = match rule.basis() {
        Basis::Promise => "Nothing is sent to Hydra until this is fixed.".to_owned(),
        Basis::Format => "Such a manifest could only be read by guessing.".to_owned(),
        Basis::Heuristic => "This may be intended.".to_owned(),
        Basis::Refused(since) => refused(since),
        Basis::Advice => "Hydra accepts this, but it is unlikely to be intended.".to_owned(),
    };
    format!("`{}`: {}. {why}", rule.name(), rule.summary())
}

/// Which versions refuse a client.
fn refused(since: Since) -> String {
    match since {
        Since::V1Only => "Only Hydra v1.11 refuses such a client.".to_owned(),
        Since::BeforeV2_2 => "Hydra before v2.2 refuses such a client.".to_owned(),
        Since::V1 | Since::V2_1 | Since::V2_2 | Since::V25 | Since::V26 => {
            format!("Hydra refuses such a client, from {} on.", since.first())
        }
    }
}

/// SARIF's name of a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn outcome(finding: &Finding, paths: &Paths, fingerprints: &mut Fingerprints) -> Outcome {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let related = finding.marks.iter().skip(1).map(|mark| Place {
        message: Some(Text {
            text: mark.label.to_owned(),
        }),
        ..place(Some(&mark.source.location(mark.span)), paths)
    });
    let mut rules = Rule::ALL.iter();
    Outcome {
        rule_id: finding.rule.name(),
        // Every rule is in the table.
        rule_index: rules
            .position(|rule| *rule == finding.rule)
            .unwrap_or_default(),
        level: level(finding.severity()),
        message: Text { text },
        locations: [place(finding.location.as_ref(), paths)],
        related_locations: related.collect(),
        partial_fingerprints: HashMap::from([(
            "hydraGitops/v1",
            fingerprints.next(finding, paths),
        )]),
    }
}

/// GitHub refuses a result without a location.
fn place(location: Option<&Location>, paths: &Paths) -> Place {
    Place {
        physical_location: Physical {
            artifact_location: Artifact {
                uri: paths.uri(location),
            },
            region: location.map(|at| Region {
                start_line: at.line,
                start_column: at.column,
            }),
        },
        message: None,
    }
}

#[cfg(test)]
mod tests {
    use super::help;
    use crate::manifest::{Basis, Rule};

    #[test]
    fn help_names_the_versions_that_refuse_a_client() {
        let help_of_old = help(Rule::NewerJwkSyntax);
        assert!(help_of_old.ends_with(". Hydra before v2.2 refuses such a client."));
        for rule in Rule::ALL {
            if let Basis::Refused(since) = rule.basis() {
                let text = help(*rule);
                let is_from = text.contains(&format!("from {} on", since.first()));
                let newest = crate::client::HydraVersion::new(26, 2);
                assert_eq!(is_from, since.includes(newest), "{text}");
            }
        }
    }
}
