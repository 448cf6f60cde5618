//! Annotations of GitHub Actions: workflow commands on standard output, one line per finding.
//!
//! Source: "Workflow commands for GitHub Actions", and `ActionCommand` of `actions/runner`: `%`,
//! CR and LF are escaped in texts, and `:` and `,` in properties as well.

use std::io::{self, Write};

use super::paths::{Paths, in_file};
use crate::manifest::{Finding, Severity};
use crate::text::safe_text;

/// Writes one workflow command per finding.
///
/// The output is meant to command the runner, so it must not pass through
/// [`SafeLines`](crate::text::SafeLines).
///
/// # Errors
/// Those of the writer.
pub(crate) fn github(findings: &[Finding], paths: &Paths, out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        let level = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let rule = finding.rule.name();
        write!(
            out,
            "::{level} title={}",
            property(&format!("{rule} (hydra-gitops)"))
        )?;
        if let Some(location) = in_file(finding.location.as_ref()) {
            let path = property(&paths.of(&location.path));
            write!(
                out,
                ",file={path},line={},col={}",
                location.line, location.column
            )?;
        }
        writeln!(out, "::{}", message(finding, paths))?;
    }
    Ok(())
}

/// The text of an annotation. The log shows it without the properties, so it names the location.
fn message(finding: &Finding, paths: &Paths) -> String {
    let mut text = match &finding.location {
        Some(at) => data(&format!(
            "{}:{}:{}: ",
            paths.of(&at.path),
            at.line,
            at.column
        )),
        None => String::new(),
    };
    text.push_str(&data(&finding.message));
    if let Some(help) = &finding.help {
        text.push_str("%0Ahelp: ");
        text.push_str(&data(help));
    }
    text
}

/// Escapes a text. Other runners and terminals may show the line too, so what they obey is escaped
/// as everywhere else.
fn data(text: &str) -> String {
    let text = safe_text(text).replace('%', "%25");
    text.replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{data, github, property};
    use crate::manifest::{Finding, Location, Rule};
    use crate::report::findings::Paths;
    use proptest::prelude::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(data("100% a:b,c"), "100%25 a:b,c");
        assert_eq!(property("100% a:b,c"), "100%25 a%3Ab%2Cc");
        assert_eq!(data("%0A::error::x"), "%250A::error::x");
        assert_eq!(data("a\r\n::error::x"), r"a\r\n::error::x");
    }

    proptest! {
        #[test]
        fn no_text_starts_another_command(text in "[\\PC\\r\\n\u{1b}\u{2028}%#:,\\[a]{0,30}") {
            let finding = Finding {
                location: Some(Location::line(text.as_str(), 3)),
                ..Finding::new(Rule::UnknownField, &text)
            };
            let mut out = Vec::new();
            github(&[finding.help(&text)], &Paths::default(), &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            let line = out.strip_suffix('\n').unwrap();
            prop_assert!(!line.contains(char::is_control), "{line}");
            prop_assert!(!line.contains("##["), "{line}");
            // The runner ends the properties at the first `::` behind the command.
            let (properties, _) = line[2..].split_once("::").unwrap();
            let (name, properties) = properties.split_once(' ').unwrap();
            prop_assert_eq!(name, "error");
            let names: Vec<_> = properties.split(',').map(|one| one.split_once('=').unwrap().0).collect();
            prop_assert_eq!(names, ["title", "file", "line", "col"]);
        }
    }
}
