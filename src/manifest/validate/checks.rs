//! All checks of one client.

use super::{flows, id, keys, known_values, lifespans, odd_urls, redirects, secret, size, urls};
use crate::client::{Field, Since};
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule};

/// What a description of a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A manifest: each run reads it again.
    Managed,
    /// It is read once, to create the client.
    OneOff,
}

/// Checks one client.
pub(crate) fn validate(client: &Decoded<'_>, purpose: Purpose, report: &mut Report) {
    if purpose == Purpose::Managed {
        identity(client, report);
        secret::in_manifest(client, report);
    }
    id::awkward(client, report);
    dropped(client, report);
    known_values::check(client, report);
    secret::check(client, report);
    keys::check(client, report);
    redirects::check(client, report);
    urls::check(client, report);
    odd_urls::check(client, report);
    lifespans::check(client, report);
    size::check(client, report);
    flows::check_values(client, report);
    // What does not fit together is often a field that could not be read, or is not resolved.
    let is_read = |(field, _)| !client.is_unreadable(field);
    if !report.has_error_in_client() && client.entries.iter().all(is_read) {
        flows::check_combinations(client, report);
    }
}

/// Fields that the version asked for does not have.
fn dropped(client: &Decoded<'_>, report: &mut Report) {
    let version = report.policy.hydra();
    if !report.policy.checks(Rule::DroppedField) {
        return;
    }
    for (field, entry) in client.entries.iter() {
        let since = field.since();
        if since == Since::V1 || version.is_some_and(|version| since.includes(version)) {
            continue;
        }
        let hydra = match version {
            Some(version) => format!("Hydra {version}"),
            None => "this Hydra".to_owned(),
        };
        let message = format!("{hydra} does not have `{}` and drops it", field.name());
        let finding = Finding::new(Rule::DroppedField, message).naming_field();
        let help = match since {
            Since::V1Only => "remove it: only Hydra v1.11 has it".to_owned(),
            since => format!("remove it, or update Hydra to {} or later", since.first()),
        };
        report.add(entry.key_span, finding.help(help).field(field));
    }
}

/// A later run must recognize the client, or it would create it a second time.
fn identity(client: &Decoded<'_>, report: &mut Report) {
    let parts = [Field::ClientId, Field::ClientName, Field::Owner];
    let is_unreadable = parts.into_iter().any(|field| client.is_unreadable(field));
    // One mistake, one finding: with the name corrected, it has an id.
    let is_misspelt = client.misspelt.contains(&Field::ClientId);
    // A resource whose name or namespace is missing.
    let is_incomplete = report.has_in_client(Rule::IncompleteResource);
    if client.client.identity().is_some() || is_unreadable || is_misspelt || is_incomplete {
        return;
    }
    let message = "this client has no identity, so the next run would create it again";
    let finding = Finding::new(Rule::NoIdentity, message);
    let help = "give it a `client_id`, or a `client_name` and an `owner`";
    report.add(client.span, finding.help(help));
}
