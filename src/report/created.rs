//! What `create` and `import` print about a client that was created.
//!
//! The lines are those of Ory's v1.11, so that scripts that parse them keep working.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use crate::client::ClientId;
use crate::text::safe_text;
use crate::vault::Sealed;

/// A client that was created.
#[derive(Debug)]
pub(crate) struct Created<'a> {
    /// Its id, if known. For a client that may have been created, Hydra may have chosen it.
    pub(crate) id: Option<&'a ClientId>,
    pub(crate) name: Option<&'a str>,
    pub(crate) secret: Shown<'a>,
    /// Whether secrets are encrypted before they are shown.
    pub(crate) is_sealed: bool,
    /// What Hydra says of it, as JSON. It may contain secrets.
    pub(crate) json: Option<&'a SecretString>,
    /// Whether the secret could not be verified to be the client's.
    pub(crate) unconfirmed: bool,
}

/// What is shown of the secret.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// It was generated here: in clear or encrypted.
    Generated(&'a Sealed),
    /// It was generated here and is recorded, but is not available to print.
    Recorded,
    /// The caller gave it.
    Given,
    /// The client has no secret.
    None,
}

pub(crate) fn created(client: &Created<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Some(id) = client.id {
        writeln!(out, "OAuth 2.0 Client ID: {}", safe_text(id.as_str()))?;
    }
    match client.secret {
        Shown::Generated(secret) => match secret.clear() {
            Some(clear) => writeln!(out, "OAuth 2.0 Client Secret: {}", clear.expose_secret()),
            None => encrypted(secret, out),
        },
        Shown::None => writeln!(out, "This OAuth 2.0 Client has no secret"),
        Shown::Given | Shown::Recorded => Ok(()),
    }
}

/// Writes the lines of `import` for a client from the file `path`.
pub(crate) fn imported(client: &Created<'_>, path: &str, out: &mut dyn Write) -> io::Result<()> {
    let id = client.id.map(ClientId::as_str).or(client.name);
    let (id, path) = (safe_text(id.unwrap_or_default()), safe_text(path));
    let secret = match client.secret {
        Shown::Generated(secret) => secret,
        _ => return writeln!(out, "Imported OAuth 2.0 Client {id} from: {path}"),
    };
    if let Some(clear) = secret.clear() {
        let clear = clear.expose_secret();
        return writeln!(out, "Imported OAuth 2.0 Client {id}:{clear} from: {path}");
    }
    writeln!(out, "Imported OAuth 2.0 Client {id} from: {path}")?;
    encrypted(secret, out)?;
    writeln!(out)
}

/// Writes each message as a single line: base64 of its armored text.
fn encrypted(secret: &Sealed, out: &mut dyn Write) -> io::Result<()> {
    let message = secret.encrypted();
    if let Some(message) = message.and_then(|message| message.openpgp.as_ref()) {
        let base64 = STANDARD.encode(message);
        writeln!(out, "OAuth 2.0 Encrypted Client Secret: {base64}")?;
    }
    if let Some(message) = message.and_then(|message| message.age.as_ref()) {
        let base64 = STANDARD.encode(message);
        writeln!(out, "OAuth 2.0 age-Encrypted Client Secret: {base64}")?;
    }
    Ok(())
}
