//! The keys by which a client authenticates: `jwks` and `jwks_uri`.

use super::key_number::{exponent, number};
use super::key_values::{NUMBERS, faults};
use crate::client::{Field, PRIVATE_KEY_MEMBERS, is_keys};
use crate::manifest::decode::{Decoded, is_null};
use crate::manifest::diagnostics::{Finding, Report, Rule, Span, shown};
use crate::manifest::parse::{Content, Entry, Node};

/// What each type of key must have (RFC 7518, section 6; RFC 8037, section 2).
pub(crate) const MEMBERS: [(&str, &[&str]); 4] = [
    ("RSA", &["n", "e"]),
    ("EC", &["crv", "x", "y"]),
    ("OKP", &["crv", "x"]),
    ("oct", &["k"]),
];
pub(crate) const CURVES: [(&str, &[&str]); 2] =
    [("EC", &["P-256", "P-384", "P-521"]), ("OKP", &["Ed25519"])];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    let uri = client
        .entries
        .get(Field::JwksUri)
        .filter(|_| client.client.text(Field::JwksUri).is_some());
    // Every Hydra returns `jwks: {}` beside a `jwks_uri`. It means nothing and is not sent.
    let jwks = client.entries.get(Field::Jwks);
    let jwks = jwks.filter(|_| !(uri.is_some() && client.client.has_no_keys()));
    let signs = client.client.text(Field::TokenEndpointAuthMethod) == Some("private_key_jwt");
    let algorithm = client.client.text(Field::TokenEndpointAuthSigningAlg);
    let algorithm = algorithm.unwrap_or("RS256");
    if let (Some(jwks), Some(uri)) = (jwks, uri) {
        conflicting(jwks, uri, report);
    }
    if signs && jwks.is_none() && uri.is_none() && !client.is_unreadable(Field::JwksUri) {
        missing(client, report);
    }
    if let Some(jwks) = jwks {
        key_set(&jwks.value, signs.then_some(algorithm), report);
    }
}

fn conflicting(jwks: &Entry<'_>, uri: &Entry<'_>, report: &mut Report) {
    let message = "`jwks` and `jwks_uri` cannot be combined";
    let finding = Finding::new(Rule::ConflictingKeys, message)
        .help("remove one of the two")
        .field(Field::JwksUri)
        .at(&report.source, uri.key_span);
    report.push(finding.also(&report.source, jwks.key_span, "the other"));
}

fn missing(client: &Decoded<'_>, report: &mut Report) {
    let message = "`private_key_jwt` needs the client's public key";
    let finding = Finding::new(Rule::MissingKeys, message);
    let [uri, jwks] = [Field::JwksUri, Field::Jwks].map(report.label);
    let help =
        format!("set {uri} to the URL where Hydra can fetch it, or {jwks} to the key itself");
    client.report(Field::TokenEndpointAuthMethod, finding.help(help), report);
}

/// RFC 7517, section 5.
fn key_set(jwks: &Node<'_>, algorithm: Option<&str>, report: &mut Report) {
    let signs = algorithm.is_some();
    let members: Vec<_> = match &jwks.content {
        Content::Object(entries) => entries.iter().filter(|entry| is_keys(&entry.key)).collect(),
        Content::Faulty => return,
        content => {
            let message = "`jwks` must be an object with a list of `keys`";
            let help = Some(how_to_write_set(content));
            return add(jwks.span, Rule::InvalidKeySet, message, help, report);
        }
    };
    if let [_, second, ..] = members.as_slice() {
        let message = "`keys` is given twice, in different spellings";
        let help = Some("Hydra ignores case here; remove one of the two");
        add(second.key_span, Rule::InvalidKeySet, message, help, report);
    }
    let mut count = 0;
    for node in members.iter().map(|entry| &entry.value) {
        match &node.content {
            Content::List(keys) => {
                count += keys.len();
                keys.iter().for_each(|node| key(node, report));
            }
            Content::Faulty => return,
            _ if is_null(node) => {}
            _ => {
                let message = "`keys` must be a list of keys";
                return add(node.span, Rule::InvalidKeySet, message, None, report);
            }
        }
    }
    if count > 0 {
        unusable(jwks.span, &members, algorithm, report);
    }
    if count == 0 && signs {
        let is_key =
            matches!(&jwks.content, Content::Object(entries) if member(entries, "kty").is_some());
        let (message, help) = match is_key {
            true => (
                "`jwks` is a single key, not a set, so the client can never authenticate",
                "write it as the item of a list: `{\"keys\": [{\"kty\": …}]}`",
            ),
            false => (
                "`jwks` contains no key, so the client can never authenticate",
                "add the client's public key, or set `jwks_uri` instead",
            ),
        };
        add(jwks.span, Rule::EmptyKeySet, message, Some(help), report);
    }
}

fn how_to_write_set(content: &Content<'_>) -> &'static str {
    match content {
        Content::List(_) => "write the list below `keys`: `jwks: {\"keys\": […]}`",
        Content::Plain(text) | Content::Text(text) if text.trim_start().starts_with('{') => {
            "write it as an object, without quotes and without `|`"
        }
        Content::Plain(text) | Content::Text(text) if text.contains("://") => {
            "a URL belongs in `jwks_uri`"
        }
        _ => "write `jwks: {\"keys\": [{\"kty\": …}]}`",
    }
}

/// Keys that Hydra stores and never uses.
fn unusable(span: Span, members: &[&Entry<'_>], algorithm: Option<&str>, report: &mut Report) {
    let lists = members
        .iter()
        .filter_map(|entry| match &entry.value.content {
            Content::List(keys) => Some(keys),
            _ => None,
        });
    let keys: Vec<&[Entry<'_>]> = lists
        .flatten()
        .filter_map(|key| match &key.content {
            Content::Object(entries) => Some(entries.as_slice()),
            _ => None,
        })
        .collect();
    let is = |key: &[Entry<'_>], name, value| member(key, name).and_then(text) == Some(value);
    if keys.iter().all(|key| is(key, "kty", "oct")) || report.has_error_in_client() {
        return;
    }
    if !keys.iter().any(|key| is(key, "use", "sig")) {
        let message = "Hydra uses none of these keys: none has `use: sig`";
        let help = Some("add `use: sig` to the keys by which the client signs");
        return add(span, Rule::KeysWithoutUse, message, help, report);
    }
    let Some(algorithm) = algorithm else {
        return;
    };
    let kind = if algorithm.starts_with("ES") {
        "EC"
    } else {
        "RSA"
    };
    if !keys.iter().any(|key| is(key, "kty", kind)) {
        let message = format!("the client signs with {algorithm}, and no key is of type `{kind}`");
        let help = Some(
            "set `token_endpoint_auth_signing_alg` to the algorithm of the key, such as `ES256`; without it Hydra expects RS256",
        );
        add(span, Rule::UnusableKeys, &message, help, report);
    }
}

fn key(node: &Node<'_>, report: &mut Report) {
    let entries = match &node.content {
        Content::Object(entries) => entries,
        Content::Faulty => return,
        _ => {
            let message = "a key must be an object with `kty`";
            return add(node.span, Rule::InvalidJwk, message, None, report);
        }
    };
    let Some((kind, needed)) = kind(node, entries, report) else {
        return;
    };
    for name in needed.iter().filter(|name| member(entries, name).is_none()) {
        let message = format!("a key of type `{kind}` needs `{name}`");
        add(node.span, Rule::InvalidJwk, &message, None, report);
    }
    curve(kind, entries, report);
    if !harmful(kind, entries, report) {
        for (span, fault) in faults(kind, node, entries) {
            report.add(span, fault.field(Field::Jwks));
        }
    }
    match kind {
        "oct" => symmetric(node, report),
        _ => private(entries, report),
    }
}

fn symmetric(node: &Node<'_>, report: &mut Report) {
    let message =
        "a symmetric key is a secret, and everyone who can read this manifest can read it";
    let help = "Hydra v2.2 and later refuse it; use an RSA or EC key and put its public part here";
    add(node.span, Rule::SymmetricKey, message, Some(help), report);
}

fn private(entries: &[Entry<'_>], report: &mut Report) {
    let is_private = |entry: &&Entry<'_>| PRIVATE_KEY_MEMBERS.contains(&&*entry.key);
    if let Some(Entry { key, key_span, .. }) = entries.iter().find(is_private) {
        let message = format!(
            "`{key}` is part of a private key, and everyone who can read this manifest can read it"
        );
        let help = "create a new key, and put only its public part here";
        add(*key_span, Rule::PrivateKey, &message, Some(help), report);
    }
}

/// The key's type, and the members that a key of that type must have.
fn kind(
    node: &Node<'_>,
    entries: &[Entry<'_>],
    report: &mut Report,
) -> Option<(&'static str, &'static [&'static str])> {
    let (span, message) = match member(entries, "kty") {
        None => (node.span, "a key needs its type, `kty`".to_owned()),
        Some(kty) => match text(kty) {
            None => (kty.span, "`kty` must be a string".to_owned()),
            Some(text) => match MEMBERS.into_iter().find(|(kind, _)| *kind == text) {
                Some(known) => return Some(known),
                None => (
                    kty.span,
                    format!("`{}` is not a key type that Hydra knows", shown(text)),
                ),
            },
        },
    };
    let help = "known types are `RSA`, `EC`, `OKP` and `oct`";
    add(span, Rule::InvalidJwk, &message, Some(help), report);
    None
}

fn curve(kind: &str, entries: &[Entry<'_>], report: &mut Report) {
    let curves = CURVES.into_iter().find(|(of, _)| *of == kind);
    let Some(((_, known), node)) = curves.zip(member(entries, "crv")) else {
        return;
    };
    if let Some(curve) = text(node).filter(|curve| !known.contains(curve)) {
        let curve = shown(curve);
        let message =
            format!("`{curve}` is not a curve that Hydra accepts for a key of type `{kind}`");
        let help = format!("it accepts {}", known.join(", "));
        add(node.span, Rule::InvalidJwk, &message, Some(&help), report);
    }
}

/// Numbers that are empty or zero. v1.11 to v2.1 accept an empty `k` and an exponent of zero, but
/// do not store them, and cannot read the client back: from then on Hydra answers 500 for that
/// client and for every list of clients, until the database is repaired.
fn harmful(kind: &str, entries: &[Entry<'_>], report: &mut Report) -> bool {
    let mut is_harmful = false;
    let numbers = NUMBERS.into_iter().filter(|(of, _)| *of == kind);
    for name in numbers.flat_map(|(_, names)| names) {
        let Some(node) = member(entries, name) else {
            continue;
        };
        let check = if *name == "e" { exponent } else { number };
        if let Some(unusable) = text(node).and_then(check) {
            let message = format!("`{name}` of this key {}", unusable.what());
            let help = "after storing such a key, Hydra v1.11 to v2.1 cannot list any client; export the key again";
            add(node.span, Rule::HarmfulJwk, &message, Some(help), report);
            is_harmful = true;
        }
    }
    is_harmful
}

/// Hydra ignores members that are `null`, and the names of members are case-sensitive.
pub(super) fn member<'n, 't>(entries: &'n [Entry<'t>], name: &str) -> Option<&'n Node<'t>> {
    let entry = entries.iter().find(|entry| entry.key == name);
    entry
        .map(|entry| &entry.value)
        .filter(|node| !is_null(node))
}

pub(super) fn text<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.content {
        Content::Text(text) | Content::Plain(text) => Some(text),
        _ => None,
    }
}

fn add(span: Span, rule: Rule, message: &str, help: Option<&str>, report: &mut Report) {
    let mut finding = Finding::new(rule, message).field(Field::Jwks);
    if let Some(help) = help {
        finding = finding.help(help);
    }
    report.add(span, finding);
}
