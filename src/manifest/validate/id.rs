//! Ids that Hydra takes, and by which a client can hardly be named afterwards.

use super::about;
use crate::client::Field;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report};

/// Everything is stored, and may log in, with any id (measured on v1.11.10 and v2.3.0).
pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    let Some(id) = client.client.client_id() else {
        return;
    };
    if let Some((message, help)) = oddity(id.as_str()) {
        about(
            Field::ClientId,
            client,
            Finding::warning(message).help(help),
            report,
        );
    }
}

/// What is odd about an id, the worst first, and what comes of it.
fn oddity(id: &str) -> Option<(&'static str, &'static str)> {
    if id.contains('/') {
        return Some((
            "the id has a `/`",
            "Hydra v1.11 to v2.3 creates the client, and cannot look it up, change or delete it by its id: leave the `/` out",
        ));
    }
    if matches!(id, "." | "..") {
        return Some((
            "the id means a folder in an address",
            "`curl`, browsers and gateways take it out of the path, and ask Hydra for something else: choose another id",
        ));
    }
    if id.contains(char::is_control) {
        return Some((
            "the id has a control character",
            "no id may have one (RFC 6749, appendix A.1), though Hydra takes it: leave it out",
        ));
    }
    if id.trim() != id {
        return Some((
            "the id begins or ends with a blank",
            "to Hydra the blank is part of the id, and the id without it is another client's: leave it out",
        ));
    }
    None
}
