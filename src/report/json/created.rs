//! `hydra-gitops/create/1`.

use std::io::{self, Write};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::Server;
use crate::client::ClientId;
use crate::report::created::{Created, Shown};
use crate::report::safe_json;
use crate::vault::Sealed;

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    endpoint: &'a str,
    hydra_version: Option<&'a str>,
    client_id: Option<&'a str>,
    client_name: Option<&'a str>,
    secret: &'static str,
    client_secret: Option<&'a str>,
    encrypted_client_secret: Option<&'a str>,
    unconfirmed: bool,
}

/// Writes `hydra-gitops/create/1`.
pub fn created(client: &Created<'_>, server: Server<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (secret, sealed) = match client.secret {
        Shown::Generated(secret) => ("generated", Some(secret)),
        Shown::Recorded => ("generated", None),
        Shown::Given => ("given", None),
        Shown::None => ("none", None),
    };
    let clear = sealed.and_then(Sealed::clear);
    let document = Document {
        format: "hydra-gitops/create/1",
        endpoint: server.endpoint,
        hydra_version: server.version,
        client_id: client.id.map(ClientId::as_str),
        client_name: client.name,
        secret,
        client_secret: clear.as_ref().map(SecretString::expose_secret),
        encrypted_client_secret: sealed.and_then(Sealed::encrypted),
        unconfirmed: client.unconfirmed,
    };
    safe_json::pretty(&document, out)
}
