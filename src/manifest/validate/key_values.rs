//! The values of a key's members, as Hydra's library judges them.
//!
//! Measured on v1.11.10, v2.1.2 and v2.3.0: what is an error here is refused by all of them, as a
//! 500 or 400 that names no member; except for a short Ed25519 key, which they store.

use rsa::{BigUint, RsaPrivateKey};

use super::key_certificates;
use super::key_number::decode;
use super::keys::{member, text};
use crate::client::Since;
use crate::manifest::diagnostics::{Finding, Rule, Span};
use crate::manifest::parse::{Content, Entry, Node, Scalar, resolve};

/// Members that are strings in every key (RFC 7517, section 4).
const TEXTS: [&str; 3] = ["kid", "use", "alg"];
/// The members of each type that are numbers, in base64url (RFC 7518, section 6).
pub(crate) const NUMBERS: [(&str, &[&str]); 4] = [
    ("RSA", &["n", "e", "d", "p", "q", "dp", "dq", "qi"]),
    ("EC", &["x", "y", "d"]),
    ("OKP", &["x", "d"]),
    ("oct", &["k"]),
];
/// Longer RSA keys are not computed with; their size is bounded elsewhere.
const LONGEST_MODULUS: usize = 2048;
/// Bytes of an Ed25519 key (RFC 8032, section 5.1.5). Hydra cuts longer ones, and fills shorter ones
/// up with zeros, so that they verify nothing.
const ED25519: usize = 32;

/// All that is wrong with the values of a key of this type.
pub(super) fn faults(kind: &str, key: &Node<'_>, entries: &[Entry<'_>]) -> Vec<(Span, Finding)> {
    let mut faults: Vec<_> = TEXTS
        .iter()
        .filter_map(|name| no_text(name, entries))
        .collect();
    faults.extend(numbers(kind).filter_map(|name| no_number(name, entries)));
    faults.extend(key_certificates::faults(kind, entries));
    if faults.is_empty() {
        faults.extend(match kind {
            "EC" => point(key, entries),
            "OKP" => short(entries),
            "RSA" => private_rsa(key, entries),
            _ => None,
        });
    }
    faults
}

fn numbers(kind: &str) -> impl Iterator<Item = &'static str> {
    let numbers = NUMBERS.into_iter().find(|(of, _)| *of == kind);
    numbers.into_iter().flat_map(|(_, names)| names).copied()
}

pub(super) fn invalid(message: String) -> Finding {
    Finding::new(Rule::InvalidJwk, message)
}

fn no_text(name: &str, entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let node = member(entries, name)?;
    let finding = || invalid(format!("`{name}` of this key must be a string"));
    (!is_string(node)).then(|| (node.span, finding().help("write it in quotes")))
}

/// Whether it is a string in quotes, or one that needs none.
pub(super) fn is_string(node: &Node<'_>) -> bool {
    match &node.content {
        Content::Text(_) => true,
        Content::Plain(text) => matches!(resolve(text), Scalar::Text(_)),
        _ => false,
    }
}

/// RFC 7515, section 2: base64url without padding. From v2.2 padding is accepted.
fn no_number(name: &str, entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let node = member(entries, name)?;
    let fault = match text(node) {
        _ if !is_string(node) => {
            invalid(format!("`{name}` of this key must be a string")).help("write it in quotes")
        }
        Some(text) if decode(text).is_none() => {
            let message = format!("`{name}` of this key is not base64url");
            invalid(message).help("it has letters, digits, `-` and `_` alone (RFC 7515, section 2); export the key again")
        }
        Some(text) if text.ends_with('=') => {
            let message =
                format!("`{name}` of this key has padding, which Hydra before v2.2 refuses");
            Finding::new(Rule::NewerJwkSyntax, message)
                .help("remove the `=` at its end")
                .until(Since::V2_2)
        }
        _ => return None,
    };
    Some((node.span, fault))
}

fn bytes(name: &str, entries: &[Entry<'_>]) -> Option<Vec<u8>> {
    decode(text(member(entries, name)?)?)
}

/// A point on the curve, each coordinate with all its bytes (RFC 7518, section 6.2.1.2).
fn point(key: &Node<'_>, entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let curve = text(member(entries, "crv")?)?;
    let (length, is_on): (_, fn(&[u8]) -> bool) = match curve {
        "P-256" => (32, |point| p256::PublicKey::from_sec1_bytes(point).is_ok()),
        "P-384" => (48, |point| p384::PublicKey::from_sec1_bytes(point).is_ok()),
        "P-521" => (66, |point| p521::PublicKey::from_sec1_bytes(point).is_ok()),
        _ => return None,
    };
    for name in ["x", "y", "d"] {
        if let Some(bytes) = bytes(name, entries).filter(|bytes| bytes.len() != length) {
            let message = format!(
                "`{name}` of this key has {} bytes, and the curve {curve} needs {length}",
                bytes.len()
            );
            let span = member(entries, name).map_or(key.span, |node| node.span);
            return Some((span, invalid(message).help("export the key again")));
        }
    }
    let (x, y) = (bytes("x", entries)?, bytes("y", entries)?);
    // SEC 1, section 2.3.3: an uncompressed point.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    (!is_on(&point)).then(|| {
        let message = format!("`x` and `y` of this key are no point on the curve {curve}");
        (
            key.span,
            invalid(message).help("`x`, `y` or `crv` is wrong: export the key again"),
        )
    })
}

fn short(entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let length = bytes("x", entries)?.len();
    (length < ED25519).then(|| {
        let message = format!("`x` of this key has {length} bytes, and Ed25519 needs {ED25519}");
        let span = member(entries, "x").map_or(Span::FILE, |node| node.span);
        (span, invalid(message).help("export the key again"))
    })
}

/// Private parts are refused where they do not belong to the public ones.
fn private_rsa(key: &Node<'_>, entries: &[Entry<'_>]) -> Option<(Span, Finding)> {
    let private = bytes("d", entries)?;
    let part = |name| bytes(name, entries).filter(|bytes| bytes.len() <= LONGEST_MODULUS);
    let fits = match (part("n"), part("e"), part("p"), part("q")) {
        (Some(n), Some(e), Some(p), Some(q)) => {
            let number = |bytes: Vec<u8>| BigUint::from_bytes_be(&bytes);
            let [d, p, q] = [private, p, q].map(number);
            let primes = vec![p.clone(), q.clone()];
            RsaPrivateKey::from_components(number(n), number(e), d.clone(), primes).is_ok()
                && match (part("dp"), part("dq"), part("qi")) {
                    (Some(dp), Some(dq), Some(qi)) => {
                        is_precomputed(&d, [&p, &q], [dp, dq, qi].map(number))
                    }
                    _ => true,
                }
        }
        (Some(n), ..) if n.len() > LONGEST_MODULUS => return None,
        _ => false,
    };
    (!fits).then(|| {
        let message = "the private parts of this key do not belong to its public parts";
        let help = "Hydra needs the public part alone: remove `d`, `p`, `q`, `dp`, `dq` and `qi`";
        (key.span, invalid(message.to_owned()).help(help))
    })
}

/// Whether these are the exponents and the coefficient of a private key (RFC 7518, section 6.3.2).
fn is_precomputed(d: &BigUint, [p, q]: [&BigUint; 2], [dp, dq, qi]: [BigUint; 3]) -> bool {
    let one = BigUint::from(1u8);
    dp == d % (p - &one) && dq == d % (q - &one) && qi < *p && (qi * q) % p == one
}
