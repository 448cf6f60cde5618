//! All checks of one client, and where their findings go.

use super::id;
use super::keys;
use super::known_values;
use super::lifespans;
use super::redirects;
use super::secret;
use super::size;
use super::urls;
use crate::client::Field;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report};

/// What the description of a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It is kept, and read again by each run.
    Kept,
    /// It is read once, to create the client.
    Once,
}

/// Checks one client.
pub(crate) fn validate(client: &Decoded<'_>, purpose: Purpose, report: &mut Report) {
    if purpose == Purpose::Kept {
        identity(client, report);
        secret::check_kept(client, report);
    }
    id::check(client, report);
    known_values::check(client, report);
    secret::check(client, report);
    keys::check(client, report);
    redirects::check(client, report);
    urls::check(client, report);
    lifespans::check(client, report);
    size::check(client, report);
}

/// A later run must know the client again, or it would create it a second time.
fn identity(client: &Decoded<'_>, report: &mut Report) {
    let unreadable =
        |field| client.entries.contains_key(&field) && client.client.get(field).is_none();
    let parts = [Field::ClientId, Field::ClientName, Field::Owner];
    if client.client.identity().is_some() || parts.into_iter().any(unreadable) {
        return;
    }
    let finding =
        Finding::error("the next run could not know this client again, and would create it twice");
    report.add(
        client.span,
        finding.help("give it a `client_id`, or a `client_name` and an `owner`"),
    );
}

/// Adds a finding about a field, placed at its value.
pub(super) fn about(field: Field, client: &Decoded<'_>, finding: Finding, report: &mut Report) {
    report.add(client.span(field), finding.field(field));
}

/// Adds a finding about an item of a list.
pub(super) fn about_item(
    field: Field,
    index: usize,
    client: &Decoded<'_>,
    finding: Finding,
    report: &mut Report,
) {
    report.add(client.item_span(field, index), finding.field(field));
}
