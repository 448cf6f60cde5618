//! The keys by which a client proves itself: `jwks` and `jwks_uri`.

use crate::client::{Field, PRIVATE_KEY_MEMBERS};

use super::super::decode::{Decoded, is_null};
use super::super::finding::{Finding, Report, Span};
use super::super::shown::shown;
use super::super::tree::{Content, Entry, Node};
use super::about;
use super::key_number::{exponent, number};

/// What each type of key must have (RFC 7518, section 6; RFC 8037, section 2).
const MEMBERS: [(&str, &[&str]); 4] = [
    ("RSA", &["n", "e"]),
    ("EC", &["crv", "x", "y"]),
    ("OKP", &["crv", "x"]),
    ("oct", &["k"]),
];
/// Which of its members are numbers, in base64.
const NUMBERS: [(&str, &[&str]); 4] = [
    ("RSA", &["n", "e", "d", "p", "q", "dp", "dq", "qi"]),
    ("EC", &["x", "y", "d"]),
    ("OKP", &["x", "d"]),
    ("oct", &["k"]),
];
const CURVES: [(&str, &[&str]); 2] = [("EC", &["P-256", "P-384", "P-521"]), ("OKP", &["Ed25519"])];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    let uri = client
        .entries
        .get(&Field::JwksUri)
        .filter(|_| client.client.text(Field::JwksUri).is_some());
    // Every Hydra answers `jwks: {}` beside a `jwks_uri`: it says nothing, and is not sent.
    let jwks = client.entries.get(&Field::Jwks);
    let jwks = jwks.filter(|_| !(uri.is_some() && client.client.has_no_keys()));
    let signs = client.client.text(Field::TokenEndpointAuthMethod) == Some("private_key_jwt");
    if let (Some(jwks), Some(uri)) = (jwks, uri) {
        let finding =
            Finding::error("`jwks` and `jwks_uri` cannot both be said").help("keep one of the two");
        let finding = finding
            .field(Field::JwksUri)
            .at(&report.source, uri.key_span);
        report.push(finding.also(&report.source, jwks.key_span, "the other"));
    }
    let unreadable =
        |field| client.entries.contains_key(&field) && client.client.get(field).is_none();
    if signs && jwks.is_none() && uri.is_none() && !unreadable(Field::JwksUri) {
        let finding = Finding::error("`private_key_jwt` needs the client's public key");
        let [uri, jwks] = [Field::JwksUri, Field::Jwks].map(report.label);
        let help = format!(
            "give the address where Hydra can fetch it in {uri}, or the key itself in {jwks}"
        );
        about(
            Field::TokenEndpointAuthMethod,
            client,
            finding.help(help),
            report,
        );
    }
    if let Some(jwks) = jwks {
        key_set(&jwks.value, signs, report);
    }
}

/// RFC 7517, section 5.
fn key_set(jwks: &Node<'_>, signs: bool, report: &mut Report) {
    let said: Vec<_> = match &jwks.content {
        Content::Object(entries) => entries.iter().filter(|entry| means_keys(entry)).collect(),
        Content::Faulty => return,
        _ => {
            return add(
                jwks.span,
                Finding::error("`jwks` must be an object with a list of `keys`"),
                report,
            );
        }
    };
    if let [_, second, ..] = said.as_slice() {
        let finding = Finding::error("`keys` is given twice, in different spellings");
        let help = "Hydra ignores case here; keep one of the two";
        add(second.key_span, finding.help(help), report);
    }
    let mut count = 0;
    for node in said.iter().map(|entry| &entry.value) {
        match &node.content {
            Content::List(keys) => {
                count += keys.len();
                keys.iter().for_each(|node| key(node, report));
            }
            Content::Faulty => return,
            _ if is_null(node) => {}
            _ => {
                let finding = Finding::error("`keys` must be a list of keys");
                return add(node.span, finding, report);
            }
        }
    }
    if count == 0 {
        no_key(jwks.span, signs, report);
    }
}

/// Whether Hydra takes a member of a set for `keys`. Go does not care for the case of its name, to
/// which two letters outside ASCII belong: `\u{17f}` is a small `s` and `\u{212a}` a capital `k`.
fn means_keys(entry: &Entry<'_>) -> bool {
    let plain = entry.key.replace('\u{17f}', "s").replace('\u{212a}', "k");
    plain.eq_ignore_ascii_case("keys")
}

fn no_key(span: Span, signs: bool, report: &mut Report) {
    if signs {
        add(
            span,
            Finding::warning("`jwks` has no key, so that the client can never authenticate"),
            report,
        );
    }
}

fn key(node: &Node<'_>, report: &mut Report) {
    let entries = match &node.content {
        Content::Object(entries) => entries,
        Content::Faulty => return,
        _ => {
            return add(
                node.span,
                Finding::error("a key must be an object with `kty`"),
                report,
            );
        }
    };
    let Some((kind, needed)) = kind(node, entries, report) else {
        return;
    };
    for name in needed.iter().filter(|name| member(entries, name).is_none()) {
        add(
            node.span,
            Finding::error(format!("a key of the type `{kind}` needs `{name}`")),
            report,
        );
    }
    curve(kind, entries, report);
    numbers(kind, entries, report);
    if kind == "oct" {
        let finding = Finding::warning(
            "a symmetric key is a secret, and here it can be read by all who read the manifest",
        );
        add(
            node.span,
            finding
                .help("Hydra v2 refuses it; use an RSA or EC key, and give its public half here"),
            report,
        );
        return;
    }
    let private = entries
        .iter()
        .find(|entry| PRIVATE_KEY_MEMBERS.contains(&&*entry.key));
    if let Some(Entry { key, key_span, .. }) = private {
        let finding = Finding::warning(format!(
            "`{key}` is part of a private key, and here it can be read by all who read the manifest"
        ));
        add(
            *key_span,
            finding.help("give the public half of the key only, and make a new key"),
            report,
        );
    }
}

/// The key's type, and what a key of that type must have.
fn kind(
    node: &Node<'_>,
    entries: &[Entry<'_>],
    report: &mut Report,
) -> Option<(&'static str, &'static [&'static str])> {
    let help = "known are `RSA`, `EC`, `OKP` and `oct`";
    let Some(kty) = member(entries, "kty") else {
        add(
            node.span,
            Finding::error("a key needs its type, `kty`").help(help),
            report,
        );
        return None;
    };
    let Some(text) = text(kty) else {
        add(
            kty.span,
            Finding::error("`kty` must be a string").help(help),
            report,
        );
        return None;
    };
    let known = MEMBERS.into_iter().find(|(kind, _)| *kind == text);
    if known.is_none() {
        let finding = Finding::error(format!(
            "`{}` is no type of key that Hydra knows",
            shown(text)
        ));
        add(kty.span, finding.help(help), report);
    }
    known
}

fn curve(kind: &str, entries: &[Entry<'_>], report: &mut Report) {
    let Some((_, known)) = CURVES.into_iter().find(|(of, _)| *of == kind) else {
        return;
    };
    let Some(node) = member(entries, "crv") else {
        return;
    };
    let Some(curve) = text(node).filter(|curve| !known.contains(curve)) else {
        return;
    };
    let finding = Finding::error(format!(
        "`{}` is no curve that Hydra takes for a key of the type `{kind}`",
        shown(curve)
    ));
    add(
        node.span,
        finding.help(format!("it takes {}", known.join(", "))),
        report,
    );
}

/// The members of a key that are numbers. v1.11 to v2.1 take an empty `k` and an exponent of zero,
/// write neither down, and cannot read the client back: from then on that client, and every list
/// of clients, is a 500 that only the database can mend. So none may be empty or zero, for any
/// Hydra.
fn numbers(kind: &str, entries: &[Entry<'_>], report: &mut Report) {
    let Some((_, names)) = NUMBERS.into_iter().find(|(of, _)| *of == kind) else {
        return;
    };
    for name in names {
        let Some(node) = member(entries, name) else {
            continue;
        };
        let check = if *name == "e" { exponent } else { number };
        if let Some(unusable) = text(node).and_then(check) {
            let finding = Finding::error(format!("`{name}` of this key {}", unusable.what()));
            let help = "Hydra v1.11 to v2.1 cannot list any client after storing such a key; export the key again";
            add(node.span, finding.help(help), report);
        }
    }
}

/// Hydra takes `null` for nothing said, and the names for what they are, letter by letter.
fn member<'n, 't>(entries: &'n [Entry<'t>], name: &str) -> Option<&'n Node<'t>> {
    let said = entries.iter().find(|entry| entry.key == name);
    said.map(|entry| &entry.value).filter(|node| !is_null(node))
}

fn text<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.content {
        Content::Text(text) | Content::Plain(text) => Some(text),
        _ => None,
    }
}

fn add(span: Span, finding: Finding, report: &mut Report) {
    report.add(span, finding.field(Field::Jwks));
}
