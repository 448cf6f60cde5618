//! `redirect_uris`, `post_logout_redirect_uris` and `allowed_cors_origins`.

use std::collections::HashSet;

use crate::client::Field;
use crate::golang::url::Url;

use super::super::decode::Decoded;
use super::super::finding::{Finding, Report};
use super::super::shown::shown;
use super::about_item;
use super::address;

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    each(Field::RedirectUris, client, report, redirect);
    let redirects = client.client.list(Field::RedirectUris);
    let unreadable = client.entries.contains_key(&Field::RedirectUris)
        && client.client.get(Field::RedirectUris).is_none();
    if !unreadable {
        let redirects = redirects
            .iter()
            .filter_map(|text| Url::parse_request(text).ok())
            .collect::<Vec<_>>();
        let targets: HashSet<_> = redirects.iter().map(Url::place).collect();
        let redirect_uris = (report.label)(Field::RedirectUris);
        each(Field::PostLogoutRedirectUris, client, report, |text| {
            post_logout(text, &targets, &redirect_uris)
        });
    }
    each(Field::AllowedCorsOrigins, client, report, origin);
}

fn each(
    field: Field,
    client: &Decoded<'_>,
    report: &mut Report,
    rule: impl Fn(&str) -> Option<Finding>,
) {
    for (index, text) in client.client.list(field).iter().enumerate() {
        if let Some(finding) = rule(text) {
            about_item(field, index, client, finding, report);
        }
    }
}

/// Absolute and without a fragment (RFC 6749, section 3.1.2). Private-use schemes are fine (RFC
/// 8252, section 7.1).
fn redirect(text: &str) -> Option<Finding> {
    let value = shown(text);
    if text.contains('#') {
        let finding = Finding::error(format!("the redirect address `{value}` has a fragment"));
        return Some(finding.help("leave out the `#` and what is behind it"));
    }
    match address::read_absolute(text) {
        Err(fault) => Some(
            Finding::error(format!("the redirect address `{value}` is not valid: {fault}"))
                .help("write all of it, such as `https://app.example.com/callback` or `com.example.app:/callback`"),
        ),
        Ok(address) if address.scheme.is_empty() => {
            let finding = Finding::warning(format!("no browser can be sent to the redirect address `{value}`"));
            Some(finding.help("write all of it, such as `https://app.example.com/callback`"))
        }
        Ok(address) if matches!(address.scheme.as_str(), "http" | "https") && !address::is_web(&address) => {
            Some(Finding::warning(format!("the redirect address `{value}` has no host")))
        }
        Ok(_) => None,
    }
}

/// Scheme, host and port of a redirect address, letter by letter: `:443` is not left out.
fn post_logout(
    text: &str,
    targets: &HashSet<(&str, &[u8], &[u8])>,
    redirect_uris: &str,
) -> Option<Finding> {
    let value = shown(text);
    let address = match address::read_absolute(text) {
        Ok(address) => address,
        Err(fault) => {
            let message =
                format!("the address `{value}` to go to after logout is not valid: {fault}");
            return Some(Finding::error(message));
        }
    };
    if targets.contains(&address.place()) {
        return None;
    }
    let message =
        format!("`{value}` does not have the scheme, host and port of any of the {redirect_uris}");
    Some(
        Finding::error(message)
            .help("Hydra goes there after logout only if a redirect address is at the same host"),
    )
}

/// Scheme, host and port, no more (Fetch Standard, section 3.2).
fn origin(text: &str) -> Option<Finding> {
    let value = shown(text);
    let error = |why: &str| {
        let finding = Finding::error(format!("the origin `{value}` is not valid: {why}"));
        Some(finding.help("write scheme and host, and the port where there is one, such as `https://app.example.com`"))
    };
    let address = match address::read(text) {
        Ok(address) => address,
        Err(fault) => return error(fault),
    };
    if !matches!(address.scheme.as_str(), "http" | "https") {
        return error("it must start with `https://` or `http://`");
    }
    if address.has_user() {
        return error("it has a user or a password");
    }
    if !address.ends_at_host() {
        return error("it has a path, a query or a fragment");
    }
    if address.host.is_empty() {
        return Some(Finding::warning(format!(
            "the origin `{value}` has no host"
        )));
    }
    None
}
