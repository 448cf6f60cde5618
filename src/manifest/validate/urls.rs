//! URLs that Hydra or a browser fetches.

use super::address;
use crate::client::{Field, Since};
use crate::golang::url::Url;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

/// Shown to users.
const PAGES: [Field; 3] = [Field::PolicyUri, Field::ClientUri, Field::LogoUri];
/// Fetched or called.
const FETCHED: [Field; 2] = [Field::JwksUri, Field::BackchannelLogoutUri];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    let each = |fields: &[Field], rule: fn(&str) -> Option<Finding>, report: &mut Report| {
        for field in fields {
            let text = client.client.text(*field);
            if let Some(finding) = text.and_then(rule) {
                client.report(*field, finding, report);
            }
        }
    };
    each(&[Field::SectorIdentifierUri], sector_identifier, report);
    each(&PAGES, page, report);
    each(&[Field::TosUri], terms, report);
    each(&FETCHED, fetched, report);
    each(&[Field::FrontchannelLogoutUri], front, report);
    let requests = client.client.list(Field::RequestUris).iter().enumerate();
    for (index, text) in requests {
        if let Some(finding) = fetched(text) {
            client.report_item(Field::RequestUris, index, finding, report);
        }
    }
}

/// A page needs no host (measured on v26.2.0: `https:` is accepted).
fn is_page(text: &str) -> bool {
    let is_web = |url: &Url| matches!(url.scheme.as_str(), "http" | "https");
    address::read(text).is_ok_and(|url| is_web(&url) && !address::has_two_ports(&url))
}

/// `policy_uri`, `client_uri` and `logo_uri`.
fn page(text: &str) -> Option<Finding> {
    (!is_page(text)).then(|| {
        let reason = match text.trim() == text {
            true => "",
            false => ": there is whitespace around it",
        };
        let message = format!("`{}` is not an http or https URL{reason}", shown(text));
        Finding::new(Rule::InvalidPageUrl, message)
            .help("Hydra v26.2 and later refuse it; older versions store it unchecked")
    })
}

/// The same, checked by older versions as well.
fn terms(text: &str) -> Option<Finding> {
    let help = "Hydra v25.4 and later refuse it; older versions store it unchecked";
    page(text).map(|finding| finding.help(help).refused_since(Since::V25))
}

/// What cannot be read there at all is an error of its own.
fn front(text: &str) -> Option<Finding> {
    address::read(text).ok().and_then(|_| fetched(text))
}

fn fetched(text: &str) -> Option<Finding> {
    let message = || {
        format!(
            "`{}` is not an http or https URL, so it cannot be fetched",
            shown(text)
        )
    };
    // A blank around it is reported as such.
    (!is_web(text.trim())).then(|| Finding::new(Rule::UnfetchableUrl, message()))
}

fn is_web(text: &str) -> bool {
    address::read(text).is_ok_and(|url| address::is_web(&url))
}

/// OpenID Connect Core 1.0, section 8.1. The server fetches it when the client is created.
fn sector_identifier(text: &str) -> Option<Finding> {
    let is_https = address::read(text).is_ok_and(|url| url.scheme == "https");
    let message = || format!("`{}` is not an https URL", shown(text));
    let help = "Hydra fetches it, and expects a JSON list of all redirect URIs there";
    (!is_https).then(|| Finding::new(Rule::InsecureSectorIdentifier, message()).help(help))
}
