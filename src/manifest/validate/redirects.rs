//! `redirect_uris`, `post_logout_redirect_uris` and `allowed_cors_origins`.

use std::collections::HashSet;

use super::address::{has_two_ports, read, read_absolute};
use crate::client::{Field, Since};
use crate::golang::url::Url;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    each(Field::RedirectUris, client, report, redirect);
    let has_logouts = !client.client.list(Field::PostLogoutRedirectUris).is_empty();
    if has_logouts && !client.is_unreadable(Field::RedirectUris) {
        let redirects = client.client.list(Field::RedirectUris).iter();
        let redirects: Vec<_> = redirects
            .filter_map(|text| Url::parse_request(text).ok())
            .collect();
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
            client.report_item(field, index, finding, report);
        }
    }
}

/// Absolute and without a fragment (RFC 6749, section 3.1.2). Private-use schemes are allowed (RFC
/// 8252, section 7.1).
fn redirect(text: &str) -> Option<Finding> {
    if text.contains('#') {
        let message = format!("the redirect URI `{}` has a fragment", shown(text));
        let help = "remove the `#` and everything after it";
        return Some(Finding::new(Rule::InvalidRedirectUri, message).help(help));
    }
    let address = match read_absolute(text) {
        Ok(address) => address,
        Err(fault) => {
            let message = format!("the redirect URI `{}` is not valid: {fault}", shown(text));
            let help = "write an absolute URI, such as `https://app.example.com/callback` or `com.example.app:/callback`";
            return Some(Finding::new(Rule::InvalidRedirectUri, message).help(help));
        }
    };
    if has_two_ports(&address) {
        return Some(two_ports(Rule::InvalidRedirectUri, text));
    }
    let is_web = matches!(address.scheme.as_str(), "http" | "https");
    let fault = match address.scheme.as_str() {
        "" => "scheme",
        _ if is_web && address.host.is_empty() => "host",
        _ => return None,
    };
    let message = format!("the redirect URI `{}` has no {fault}", shown(text));
    let help = "no browser can be sent there: write an absolute URI, such as `https://app.example.com/callback`";
    Some(Finding::new(Rule::UnreachableRedirectUri, message).help(help))
}

/// Hydra compares scheme, host and port with those of the redirect URIs character by character:
/// `:443` is not the same as no port.
fn post_logout(
    text: &str,
    targets: &HashSet<(&str, &[u8], &[u8])>,
    redirect_uris: &str,
) -> Option<Finding> {
    match read_absolute(text) {
        Err(fault) => {
            let value = shown(text);
            let message = format!("the post-logout redirect URI `{value}` is not valid: {fault}");
            Some(Finding::new(Rule::InvalidLogoutRedirectUri, message))
        }
        Ok(address) if !targets.contains(&address.place()) => {
            let value = shown(text);
            let message =
                format!("none of the {redirect_uris} has the scheme, host and port of `{value}`");
            let help =
                "Hydra redirects there after logout only if a redirect URI has the same origin";
            Some(Finding::new(Rule::ForeignLogoutRedirectUri, message).help(help))
        }
        Ok(address) if has_two_ports(&address) => {
            Some(two_ports(Rule::InvalidLogoutRedirectUri, text))
        }
        Ok(_) => None,
    }
}

/// Versions before v26.2 store it, but browsers do not open it, or send no such origin.
fn two_ports(rule: Rule, text: &str) -> Finding {
    let message = format!("the host of `{}` has two ports", shown(text));
    let help =
        "remove one of them: Hydra v26.2 and later refuse it, and no browser knows such a URL";
    Finding::new(rule, message)
        .help(help)
        .refused_since(Since::V26)
}

/// Scheme, host and port, and nothing else (Fetch Standard, section 3.2).
fn origin(text: &str) -> Option<Finding> {
    let fault = match read(text) {
        Err(fault) => fault,
        Ok(address) if !matches!(address.scheme.as_str(), "http" | "https") => {
            "it does not start with `https://` or `http://`"
        }
        Ok(address) if address.has_user() => "it has a user or a password",
        Ok(address) if !address.ends_at_host() => "it has a path, a query or a fragment",
        Ok(address) if address.host.is_empty() => {
            let message = format!("the origin `{}` has no host", shown(text));
            return Some(Finding::new(Rule::OriginWithoutHost, message));
        }
        Ok(address) if has_two_ports(&address) => {
            return Some(two_ports(Rule::InvalidOrigin, text));
        }
        Ok(_) => return None,
    };
    let message = format!("the origin `{}` is not valid: {fault}", shown(text));
    let help = "write the scheme, the host and, if there is one, the port, such as `https://app.example.com`";
    Some(Finding::new(Rule::InvalidOrigin, message).help(help))
}
