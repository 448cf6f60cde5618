//! Addresses that Hydra or a browser fetches.

use crate::client::Field;

use super::super::decode::Decoded;
use super::super::finding::{Finding, Report};
use super::super::shown::shown;
use super::address;
use super::{about, about_item};

/// Shown to users; v26 checks them, older versions do not.
const SHOWN_TO_USERS: [Field; 4] = [
    Field::PolicyUri,
    Field::TosUri,
    Field::ClientUri,
    Field::LogoUri,
];
/// Fetched or called.
const CALLED: [Field; 3] = [
    Field::JwksUri,
    Field::FrontchannelLogoutUri,
    Field::BackchannelLogoutUri,
];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    sector_identifier(client, report);
    for field in SHOWN_TO_USERS {
        if let Some(text) = client.client.text(field).filter(|text| !is_web(text)) {
            let finding =
                Finding::warning(format!("`{}` is no http or https address", shown(text)));
            about(
                field,
                client,
                finding.help("Hydra v26 refuses it; older versions store it as it is"),
                report,
            );
        }
    }
    for field in CALLED {
        if let Some(text) = client.client.text(field).filter(|text| !is_web(text)) {
            about(field, client, not_callable(text), report);
        }
    }
    for (index, text) in client.client.list(Field::RequestUris).iter().enumerate() {
        if !is_web(text) {
            about_item(
                Field::RequestUris,
                index,
                client,
                not_callable(text),
                report,
            );
        }
    }
}

fn not_callable(text: &str) -> Finding {
    Finding::warning(format!(
        "`{}` is no http or https address, so that nothing can be fetched there",
        shown(text)
    ))
}

fn is_web(text: &str) -> bool {
    address::read(text).is_ok_and(|url| address::is_web(&url))
}

/// OpenID Connect Core 1.0, section 8.1. The server fetches it when the client is created.
fn sector_identifier(client: &Decoded<'_>, report: &mut Report) {
    let field = Field::SectorIdentifierUri;
    let Some(text) = client.client.text(field) else {
        return;
    };
    if !address::read(text).is_ok_and(|url| url.scheme == "https") {
        let finding = Finding::error(format!("`{}` is no https address", shown(text)));
        about(
            field,
            client,
            finding
                .help("Hydra fetches it, and wants a JSON list there with every redirect address"),
            report,
        );
    }
}
