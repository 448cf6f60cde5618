//! What a key says of its certificates: `x5u`, `x5c`, `x5t` and `x5t#S256` (RFC 7517, section 4).
//!
//! Measured on v1.11.10, v2.1.2 and v2.3.0.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::address;
use super::key_number::decode;
use super::key_values::{invalid, is_string};
use super::keys::{member, text};
use crate::client::Since;
use crate::manifest::decode::is_null;
use crate::manifest::diagnostics::{Finding, Rule, Span};
use crate::manifest::parse::{Content, Entry, Node};

/// The numbers of a public key that its certificate repeats byte by byte.
const PUBLIC: [(&str, &[&str]); 3] = [("RSA", &["n"]), ("EC", &["x", "y"]), ("OKP", &["x"])];
/// Each thumbprint with its length in bytes.
const THUMBPRINTS: [(&str, usize); 2] = [("x5t", 20), ("x5t#S256", 32)];
/// Longer numbers and certificates, in bytes, are not compared: that would take too long.
const LONGEST_NUMBER: usize = 2_048;
const LONGEST_CERTIFICATE: usize = 64 << 10;
const HELP: &str = "remove it: Hydra does not need it";

/// All that is wrong with them, in a key of this type.
pub(super) fn faults(kind: &str, entries: &[Entry<'_>]) -> Vec<(Span, Finding)> {
    let mut faults: Vec<_> = location(entries).into_iter().collect();
    let certificates = match member(entries, "x5c").map(|node| (node, chain(node))) {
        None => Vec::new(),
        Some((_, Some(certificates))) => certificates,
        Some((node, None)) => {
            let message = "`x5c` of this key is no list of certificates in base64".to_owned();
            faults.push((node.span, invalid(message).help(HELP)));
            return faults;
        }
    };
    if let Some(first) = certificates.first() {
        faults.extend(foreign(kind, first, entries));
    }
    let thumbprints = THUMBPRINTS.iter();
    faults.extend(
        thumbprints
            .filter_map(|(name, length)| thumbprint(name, *length, certificates.first(), entries)),
    );
    faults
}

/// A URL, from v2.2 on.
fn location(entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let node = member(entries, "x5u")?;
    let is_url = is_string(node) && text(node).is_some_and(|text| address::read(text).is_ok());
    let finding = match is_url {
        false => invalid("`x5u` of this key is not a URL".to_owned()),
        true => Finding::new(
            Rule::NewerJwkSyntax,
            "Hydra before v2.2 refuses a key with `x5u`",
        )
        .until(Since::V2_2),
    };
    Some((node.span, finding.help("remove it: no Hydra reads it")))
}

/// Certificates in base64, not base64url (RFC 7517, section 4.7).
fn chain(node: &Node<'_>) -> Option<Vec<Vec<u8>>> {
    let certificate = |item: &Node<'_>| {
        let der = text(item).filter(|_| !is_null(item))?;
        let der = STANDARD.decode(der).ok()?;
        // A certificate is a DER sequence longer than 127 bytes (RFC 5280, section 4.1).
        (der.starts_with(&[0x30]) && der.len() > 127).then_some(der)
    };
    match &node.content {
        Content::List(items) => items.iter().map(certificate).collect(),
        _ => None,
    }
}

/// The first certificate is that of the key (RFC 7517, section 4.7).
fn foreign(kind: &str, certificate: &[u8], entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let (_, numbers) = PUBLIC.iter().find(|(of, _)| *of == kind)?;
    let is_foreign = numbers.iter().any(|name| {
        let number = member(entries, name).and_then(text).and_then(decode);
        let Some(number) = number else {
            return false;
        };
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        !number.is_empty() && !may_contain(certificate, number)
    });
    let node = member(entries, "x5c").filter(|_| is_foreign)?;
    let message = "the first certificate in `x5c` is that of another key".to_owned();
    Some((node.span, invalid(message).help(HELP)))
}

fn may_contain(certificate: &[u8], number: &[u8]) -> bool {
    certificate.len() > LONGEST_CERTIFICATE
        || number.len() > LONGEST_NUMBER
        || certificate
            .windows(number.len())
            .any(|window| window == number)
}

/// The hash of the first certificate (RFC 7517, sections 4.8 and 4.9), also in hexadecimal digits.
fn thumbprint(
    name: &str,
    length: usize,
    certificate: Option<&Vec<u8>>,
    entries: &[Entry<'_>],
) -> Option<(Span, Finding)> {
    let node = member(entries, name)?;
    let hash = text(node).and_then(decode).and_then(|hash| match hash {
        hash if hash.len() == 2 * length => from_digits(&hash),
        hash => [0, length].contains(&hash.len()).then_some(hash),
    });
    let message = match (hash, certificate) {
        (None, _) => format!("`{name}` of this key is no hash of {length} bytes"),
        (Some(hash), Some(certificate))
            if !hash.is_empty() && hash != digest(certificate, length) =>
        {
            format!("`{name}` of this key is not the hash of the first certificate in `x5c`")
        }
        _ => return None,
    };
    Some((node.span, invalid(message).help(HELP)))
}

fn from_digits(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect()
}

/// SHA-1 or SHA-256, by the length of the hash.
fn digest(certificate: &[u8], length: usize) -> Vec<u8> {
    match length {
        20 => Sha1::digest(certificate).to_vec(),
        _ => Sha256::digest(certificate).to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_CERTIFICATE, LONGEST_NUMBER, may_contain};

    #[test]
    fn what_is_too_long_is_not_compared() {
        let certificate = vec![0; LONGEST_CERTIFICATE];
        assert!(may_contain(&certificate, &[0; LONGEST_NUMBER]));
        assert!(!may_contain(&certificate, &[1; LONGEST_NUMBER]));
        assert!(may_contain(&certificate, &[1; LONGEST_NUMBER + 1]));
        assert!(may_contain(&[0; LONGEST_CERTIFICATE + 1], &[1]));
    }
}
