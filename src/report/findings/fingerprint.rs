//! Fingerprints, by which a CI system recognizes a finding of an earlier run.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::paths::Paths;
use crate::manifest::{Finding, Rule};

/// Numbers findings that are otherwise equal.
#[derive(Debug, Default)]
pub(super) struct Fingerprints(HashMap<[u8; 32], usize>);

impl Fingerprints {
    /// The fingerprint of the next finding, in hexadecimal digits. It does not depend on lines and
    /// columns, so it stays when text is added above; equal findings in one file are told apart by
    /// their order.
    pub(super) fn next(&mut self, finding: &Finding, paths: &Paths) -> String {
        let path = paths.or_fallback(finding.location.as_ref());
        let without_number;
        // A finding about two locations names the other one in its message.
        let message = match finding.counterpart() {
            Some(_) => "",
            // It names the line that the comment is about.
            None if finding.rule == Rule::UnusedAllow => {
                without_number = finding.message.replace(|c: char| c.is_ascii_digit(), "");
                &without_number
            }
            None => &finding.message,
        };
        let parts = [
            finding.rule.name(),
            &path,
            finding.client_id.as_deref().unwrap_or_default(),
            finding.field.as_deref().unwrap_or_default(),
            message,
        ];
        let key = digest(&parts);
        let count = self.0.entry(key).or_default();
        *count += 1;
        let number = count.to_string();
        let print = digest(&[parts.as_slice(), &[&number]].concat());
        print[..16].iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::Fingerprints;
    use crate::manifest::{Finding, Rule};
    use crate::report::findings::Paths;

    #[test]
    fn the_line_of_an_unused_comment_does_not_count() {
        let print = |name: &str, line: usize| {
            let message = format!("no finding of `{name}` is in line {line}");
            let finding = Finding::new(Rule::UnusedAllow, message);
            Fingerprints::default().next(&finding, &Paths::default())
        };
        assert_eq!(print("http-redirect", 9), print("http-redirect", 10));
        assert_ne!(print("http-redirect", 9), print("unknown-field", 9));
    }
}
