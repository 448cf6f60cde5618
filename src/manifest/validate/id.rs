//! Ids that Hydra accepts, but that are hard to use afterwards.

use crate::client::Field;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule};

/// Hydra stores a client with any id, and the client can authenticate (measured on v1.11.10 and
/// v2.3.0).
pub(super) fn awkward(client: &Decoded<'_>, report: &mut Report) {
    let id = client.client.client_id();
    if let Some((message, help)) = id.and_then(|id| oddity(id.as_str())) {
        let finding = Finding::new(Rule::AwkwardClientId, message).help(help);
        client.report(Field::ClientId, finding, report);
    }
}

/// What is odd about an id, the worst first, and its consequence.
fn oddity(id: &str) -> Option<(&'static str, &'static str)> {
    if id.contains('/') {
        return Some((
            "the id contains a `/`",
            "Hydra v1.11 to v2.3 creates the client, but cannot find, change or delete it by its id: remove the `/`",
        ));
    }
    if matches!(id, "." | "..") {
        return Some((
            "the id is a relative path segment",
            "`curl`, browsers and gateways remove it from the URL and ask Hydra for something else: choose another id",
        ));
    }
    if id.contains(char::is_control) {
        return Some((
            "the id contains a control character",
            "RFC 6749, appendix A.1 forbids it, although Hydra accepts it: remove it",
        ));
    }
    if id.starts_with(['“', '”', '„', '‘', '’']) {
        return Some((
            "the id begins with a typographic quote",
            "YAML and JSON know only straight quotes, so it is part of the id: write `\"`",
        ));
    }
    if id.trim() != id {
        return Some((
            "the id begins or ends with whitespace",
            "to Hydra the whitespace is part of the id, and the id without it belongs to another client: remove it",
        ));
    }
    None
}
