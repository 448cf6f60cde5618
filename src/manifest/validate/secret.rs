//! A secret that the manifest gives.

use secrecy::ExposeSecret as _;

use super::about;
use crate::client::Field;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report};

/// Fewer bytes are refused by every Hydra, which speaks of characters and takes `ééé` (measured on
/// v1.11.10 and v2.3.0).
const SHORTEST: usize = 6;
/// What BCrypt, v1.11's default, reads of a secret.
const BCRYPT_READS: usize = 72;

/// A secret in a text that is kept.
pub(super) fn check_kept(client: &Decoded<'_>, report: &mut Report) {
    if client.client.given_secret().is_some() {
        let in_git = Finding::warning(
            "a secret in a manifest can be read by everybody who can read the manifest",
        )
        .help("leave it out: one is generated, encrypted and recorded");
        about(Field::ClientSecret, client, in_git, report);
    }
}

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    let Some(secret) = client.client.given_secret() else {
        return;
    };
    let length = secret.expose_secret().len();
    if length < SHORTEST {
        let finding = Finding::error(format!(
            "the secret is shorter than {SHORTEST} bytes, which Hydra refuses"
        ));
        about(
            Field::ClientSecret,
            client,
            finding.help("leave it out, and a strong one is generated"),
            report,
        );
    }
    if length > BCRYPT_READS {
        let message = format!("the secret is longer than {BCRYPT_READS} bytes");
        let help = "with BCrypt, the default of v1.11, Hydra takes any secret that starts with the same 72 bytes";
        about(
            Field::ClientSecret,
            client,
            Finding::warning(message).help(help),
            report,
        );
    }
    if client.client.text(Field::TokenEndpointAuthMethod) == Some("none") {
        let finding = Finding::warning(
            "a public client (`token_endpoint_auth_method: none`) never uses its secret",
        );
        about(
            Field::ClientSecret,
            client,
            finding.help("leave it out"),
            report,
        );
    }
}
