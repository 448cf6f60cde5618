//! Hydra's own rules for a client, as far as they need no server. Pure.
//!
//! Measured on v1.11.10 and v2.3.0: an error here is what both refuse, or what a later run needs to
//! know the client again. What only some versions refuse, or none although it cannot work, is a
//! warning.

mod address;
mod keys;
mod lifespans;
mod redirects;
mod secret;
mod web;
mod words;

use crate::client::Field;

use super::decode::Decoded;
use super::finding::{Finding, Report};

/// Checks one client.
pub(crate) fn validate(client: &Decoded<'_>, report: &mut Report) {
    identity(client, report);
    words::check(client, report);
    secret::check(client, report);
    keys::check(client, report);
    redirects::check(client, report);
    web::check(client, report);
    lifespans::check(client, report);
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
fn about(field: Field, client: &Decoded<'_>, finding: Finding, report: &mut Report) {
    report.add(client.span(field), finding.field(field));
}

/// Adds a finding about an item of a list.
fn about_item(
    field: Field,
    index: usize,
    client: &Decoded<'_>,
    finding: Finding,
    report: &mut Report,
) {
    report.add(client.item_span(field, index), finding.field(field));
}
