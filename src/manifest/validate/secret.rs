//! The secret that a manifest contains.

use secrecy::{ExposeSecret as _, SecretString};

use crate::client::Field;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule};
use crate::manifest::parse::Origin;

/// Every Hydra refuses fewer bytes. Its message says characters, but it accepts `ééé` (measured on
/// v1.11.10 and v2.3.0).
const MIN_BYTES: usize = 6;
/// The bytes of a secret that BCrypt reads. It is the default of v1.11.
const BCRYPT_BYTES: usize = 72;

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    if let Some(secret) = client.client.given_secret() {
        let findings = [short(secret), long(secret), hash(secret), unused(client)];
        for finding in findings.into_iter().flatten() {
            client.report(Field::ClientSecret, finding, report);
        }
    }
}

/// A secret in a text that is kept.
pub(super) fn in_manifest(client: &Decoded<'_>, report: &mut Report) {
    let entry = client.entries.get(Field::ClientSecret);
    let is_written = entry.is_some_and(|entry| entry.value.origin == Origin::Manifest);
    if is_written && client.client.given_secret().is_some() {
        let message = "everyone who can read this manifest can read the secret in it";
        let finding = Finding::new(Rule::SecretInManifest, message);
        let help = "remove it: a secret is then generated, encrypted and recorded";
        client.report(Field::ClientSecret, finding.help(help), report);
    }
}

fn short(secret: &SecretString) -> Option<Finding> {
    let message = format!("the secret is shorter than {MIN_BYTES} bytes, which Hydra refuses");
    let finding = Finding::new(Rule::ShortSecret, message);
    let is_short = secret.expose_secret().len() < MIN_BYTES;
    is_short.then(|| finding.help("remove it: a strong secret is then generated"))
}

fn long(secret: &SecretString) -> Option<Finding> {
    let message = format!("the secret is longer than {BCRYPT_BYTES} bytes");
    let finding = Finding::new(Rule::LongSecret, message);
    let help = "with BCrypt, the default of v1.11, Hydra accepts any secret that starts with the same 72 bytes";
    let is_long = secret.expose_secret().len() > BCRYPT_BYTES;
    is_long.then(|| finding.help(help))
}

/// Hydra hashes what it gets, a hash as well: the text of the hash is the secret then.
fn hash(secret: &SecretString) -> Option<Finding> {
    let starts = [
        "$2a$", "$2b$", "$2x$", "$2y$", "$pbkdf2-", "$argon2", "$scrypt$", "$y$", "$5$", "$6$",
        "{SHA}", "{SSHA",
    ];
    let is_hash = starts
        .iter()
        .any(|start| secret.expose_secret().starts_with(start));
    is_hash.then(|| {
        let message =
            "the secret looks like a hash, and Hydra would use the text of the hash as the secret";
        let help = "remove it, and a secret is generated; or write the original secret";
        Finding::new(Rule::HashAsSecret, message).help(help)
    })
}

fn unused(client: &Decoded<'_>) -> Option<Finding> {
    let message = "a public client (`token_endpoint_auth_method: none`) never uses its secret";
    let finding = Finding::new(Rule::UnusedSecret, message);
    let is_public = client.client.text(Field::TokenEndpointAuthMethod) == Some("none");
    is_public.then(|| finding.help("remove it"))
}
