//! Names of Secrets and of their files.

use sha2::{Digest as _, Sha256};

/// The longest name that is made here. Kubernetes takes 253 characters, but a file name has to hold
/// the namespace, a time and an extension as well, in 255 bytes.
const MAX_NAME: usize = 140;

/// The longest name that Kubernetes takes (RFC 1123, as it reads it).
const MAX_GIVEN: usize = 253;

/// A name that Kubernetes takes: a DNS subdomain. Where making one of `text` loses something, a hash
/// of the id is added, so that two ids never share a name.
pub(super) fn fit(text: &str, client_id: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        let c = c.to_ascii_lowercase();
        let is_end = name.is_empty() || name.ends_with('.');
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            '.' | '-' if !is_end && (c != '.' || !name.ends_with('-')) => name.push(c),
            _ if is_end => {}
            _ => name.push('-'),
        }
    }
    let trimmed = name.trim_end_matches(['-', '.']);
    let cut: String = trimmed.chars().take(MAX_NAME).collect();
    let cut = cut.trim_end_matches(['-', '.']);
    match (cut == text, cut.is_empty()) {
        (true, false) => cut.to_owned(),
        (_, true) => format!("client-{}", hash(client_id)),
        (false, false) => format!("{cut}-{}", hash(client_id)),
    }
}

/// Whether Kubernetes takes a name as it is.
pub(super) fn is_name(name: &str) -> bool {
    let is_of_label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(is_of_label)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= MAX_GIVEN && name.split('.').all(is_label)
}

/// The name of a file without its extension. A namespace has no `_`, and neither has a name.
pub(super) fn stem(namespace: Option<&str>, name: &str) -> String {
    let name = match name.len() {
        0..=150 => name.to_owned(),
        _ => format!("{}-{}", &name[..MAX_NAME], hash(name)),
    };
    match namespace {
        Some(namespace) => format!("{namespace}_{name}"),
        None => name,
    }
}

/// Eight hexadecimal digits of a SHA-256.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
