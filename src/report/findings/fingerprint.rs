//! Fingerprints, by which a CI system recognizes a finding of an earlier run.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::paths::Paths;
use crate::manifest::Finding;

/// Numbers findings that are otherwise equal.
#[derive(Debug, Default)]
pub(super) struct Fingerprints(HashMap<[u8; 32], usize>);

impl Fingerprints {
    /// The fingerprint of the next finding, in hexadecimal digits. It does not depend on lines and
    /// columns, so it stays when text is added above; equal findings in one file are told apart by
    /// their order.
    pub(super) fn next(&mut self, finding: &Finding, paths: &Paths) -> String {
        let path = paths.or_fallback(finding.location.as_ref());
        // A finding about two locations names the other one in its message.
        let message = match finding.counterpart() {
            Some(_) => "",
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
