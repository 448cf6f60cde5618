//! What opens secrets, and which ones.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use crate::cli::recipient_args::IdentityArgs;
use crate::cli::sources::{ENDPOINT, Given};
use crate::cli::values::parse_timeout;
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};
use crate::vault::{Choice, Content, Opened, Opener, Record};

/// How secrets are opened
#[derive(Debug, Args)]
#[command(next_help_heading = "Secrets")]
pub(in crate::cli) struct OpenArgs {
    #[command(flatten)]
    identities: IdentityArgs,
    /// How long gpg, age or sops may take for each secret
    #[arg(long, value_name = "DURATION", default_value = "1m0s", value_parser = parse_timeout, allow_hyphen_values = true)]
    fail_after: Duration,
}

impl OpenArgs {
    pub(super) fn opener(&self) -> Opener {
        Opener::new(self.identities.identities.clone(), Some(self.fail_after))
    }
}

/// Which Hydra's secrets are meant
#[derive(Debug, Args)]
#[command(next_help_heading = "Secrets")]
pub(in crate::cli) struct EndpointArgs {
    /// Hydra whose secrets are meant, as the file names it; needed only if a client is recorded for
    /// several
    #[arg(long, value_name = "URL")]
    pub(super) endpoint: Option<String>,
}

impl EndpointArgs {
    /// The Hydra whose secret of that client is meant.
    ///
    /// # Errors
    /// When the client has no record (exit 1), or has some for several Hydras and none is named
    /// (exit 64).
    pub(super) fn of<'c>(&'c self, content: &'c Content, id: &str, file: &Path) -> Result<&'c str> {
        let recorded = content.endpoints_of(id);
        let file = file.display();
        if let Some(endpoint) = &self.endpoint {
            let found = recorded.iter().find(|one| same_endpoint(one, endpoint));
            return found.copied().ok_or_else(|| {
                let what = format!("`{file}` contains no secret of `{id}` in `{endpoint}`");
                with_places(Error::unexpected(what), &recorded)
            });
        }
        let recorded: Vec<_> = recorded.into_iter().collect();
        match &recorded[..] {
            [] => Err(
                Error::unexpected(format!("`{file}` contains no secret of `{id}`"))
                    .hint("`hydra-gitops secrets list` shows whose secrets it has"),
            ),
            [only] => Ok(only),
            several => {
                let given = ENDPOINT.resolve(None).map(|Given { value, .. }| value);
                let is_given = |one: &&&str| {
                    given
                        .as_deref()
                        .is_some_and(|name| same_endpoint(one, name))
                };
                several.iter().find(is_given).copied().ok_or_else(|| {
                    let what = format!("`{id}` has secrets in several Hydras");
                    with_places(Error::usage(what), &several.iter().copied().collect())
                })
            }
        }
    }
}

fn with_places(error: Error, endpoints: &BTreeSet<&str>) -> Error {
    let names: Vec<_> = endpoints.iter().map(|name| format!("`{name}`")).collect();
    match names.is_empty() {
        true => error.hint("`hydra-gitops secrets list` shows whose secrets it has"),
        false => error.hint(format!("name one with `--endpoint`: {}", names.join(", "))),
    }
}

/// The record of a client that counts.
///
/// # Errors
/// When only unconfirmed secrets of it are recorded, each of which may be the right one (exit 1).
pub(super) fn counting<'c>(content: &'c Content, id: &str, endpoint: &str) -> Result<&'c Record> {
    match content.choice(id, endpoint) {
        Choice::Counts(record) => Ok(record),
        Choice::ToTry(records) => {
            let what = format!(
                "nothing proves which secret of `{id}` is right: {} recorded, all of them unconfirmed",
                records.len()
            );
            Err(Error::unexpected(what).hint(
                "`hydra-gitops secrets verify` tries each at Hydra's public endpoint, and records the right one as confirmed",
            ))
        }
    }
}

/// Opens a record.
///
/// # Errors
/// When it cannot be opened here (exit 1).
pub(super) async fn open(opener: &Opener, record: &Record) -> Result<secrecy::SecretString> {
    match opener.open(&record.secret).await? {
        Opened::Secret(secret) => Ok(secret),
        Opened::Not(why) => {
            let id = &record.client_id;
            let what = format!("cannot open the secret of `{id}`: {why}");
            Err(Error::unexpected(what).hint(advice(record)))
        }
    }
}

/// Who can open a record.
fn advice(record: &Record) -> String {
    match record.recipients.is_empty() {
        true => "look at its record: no recipient is named".to_owned(),
        false => format!(
            "one of its recipients can open it: {}",
            record.recipients.join(", ")
        ),
    }
}
