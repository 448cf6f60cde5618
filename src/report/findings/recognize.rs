//! Recognizes a report of an earlier run by how it begins, so that nothing else is overwritten.

use crate::manifest::Rule;

/// How the JSON formats begin, without the white space between their tokens.
const VALIDATE: &str = r#"{"format":"hydra-gitops/validate/"#;
const SCHEMA: &str = r#"{"$schema":""#;
const DRIVER: &str = r#"","version":"2.1.0","runs":[{"tool":{"driver":{"name":"hydra-gitops","#;
const ISSUE: &str = r#"[{"description":""#;
const CHECK: &str = r#","check_name":""#;

/// Whether a file that begins like this is a report in one of the formats of findings. When in
/// doubt it is not.
pub(crate) fn is_report(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start();
    match text.as_bytes().first() {
        Some(b'{' | b'[') => is_json(text),
        Some(b':') => is_github(text),
        _ => is_text(text),
    }
}

fn is_json(text: &str) -> bool {
    // White space in strings goes too, which no comparison below depends on.
    let dense: String = text.split_ascii_whitespace().collect();
    let is_sarif = || {
        let rest = dense.strip_prefix(SCHEMA)?;
        rest[rest.find('"')?..].strip_prefix(DRIVER)
    };
    let is_gitlab = || {
        // A quote inside the description is escaped, so this cannot be part of it.
        let (_, name) = dense.strip_prefix(ISSUE)?.split_once(CHECK)?;
        is_rule(name.split_once('"')?.0).then_some(())
    };
    dense == "[]" || dense.starts_with(VALIDATE) || is_sarif().is_some() || is_gitlab().is_some()
}

fn is_github(text: &str) -> bool {
    let title = ["::error title=", "::warning title="]
        .into_iter()
        .find_map(|command| text.strip_prefix(command));
    let rule = title.and_then(|title| title.split_once(" (hydra-gitops)"));
    rule.is_some_and(|(rule, _)| is_rule(rule))
}

fn is_text(text: &str) -> bool {
    let title = ["error[", "warning["]
        .into_iter()
        .find_map(|level| text.strip_prefix(level));
    match (title, text.strip_prefix("validate: ")) {
        (Some(title), _) => title
            .split_once("]: ")
            .is_some_and(|(rule, _)| is_rule(rule)),
        (_, Some(totals)) => totals
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with(" client"),
        _ => false,
    }
}

fn is_rule(name: &str) -> bool {
    Rule::ALL.iter().any(|rule| rule.name() == name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::is_report;
    use crate::manifest::{Finding, Rule};
    use crate::report::findings::{Paths, github, gitlab, sarif};

    #[test]
    fn reports_are_recognized() {
        let finding = Finding::new(Rule::UnknownField, "`\",\"check_name\":\"x\"` \\");
        for findings in [vec![], vec![finding]] {
            let paths = Paths::default();
            let mut all = [vec![], vec![], vec![]];
            let [one, two, three] = &mut all;
            sarif(&findings, &paths, one).unwrap();
            gitlab(&findings, &paths, two).unwrap();
            github(&findings, &paths, three).unwrap();
            for report in all.iter().filter(|report| !report.is_empty()) {
                let text = String::from_utf8_lossy(report);
                assert!(is_report(report), "{text}");
                assert!(is_report(format!("\n {text}").as_bytes()), "{text}");
            }
        }
        for report in [
            "{\n  \"format\": \"hydra-gitops/validate/1\",",
            "error[unknown-field]: unknown field `x`\n",
            "warning[unused-allow]: text\n",
            "validate: 12 clients, 0 errors, 0 warnings\n",
        ] {
            assert!(is_report(report.as_bytes()), "{report}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for other in [
            "",
            "\n",
            "{\"format\":\"hydra-gitops/secrets/1\"}",
            "{\"format\": \"hydra-gitops/plan/1\"}",
            "{\"client_id\":\"a\",\"format\":\"hydra-gitops/secrets/1\"}",
            "{\"client_id\": \"validate: 1 client\"}",
            "[{\"client_id\": \"a\"}]",
            "[{\"description\": \"x\", \"check_name\": \"no-unused-vars\"}]",
            "[{\"description\": \"x\\\",\\\"check_name\\\":\\\"unknown-field\"}]",
            "{\"$schema\": \"s\", \"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"x\",",
            "::error title=x::text",
            "::error::unknown-field (hydra-gitops)",
            "error[E0308]: mismatched types",
            "error[unknown-field]",
            "validate: true",
            "client_id: a\n",
            "\u{0}\u{fffd}",
        ] {
            assert!(!is_report(other.as_bytes()), "{other}");
        }
    }
}
