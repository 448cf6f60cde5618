//! URLs that Hydra stores, and that cannot be what is meant.
//!
//! Measured at the login, token and logout endpoints of v1.11.10, v2.1.2 and v2.3.0.

use std::collections::HashSet;
use std::net::IpAddr;

use super::address::read;
use crate::client::Field;
use crate::golang::url::Url;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

type Check = fn(&str, &Url) -> Option<Finding>;

/// Which fields have which checks; of the checks of a field, the first that finds something counts.
const CHECKS: [(Field, &[Check]); 8] = [
    (
        Field::RedirectUris,
        &[wildcard_redirect, misspelt, executable, insecure_redirect],
    ),
    (Field::PostLogoutRedirectUris, &[misspelt, executable]),
    (
        Field::AllowedCorsOrigins,
        &[unmatchable_origin, wildcard_origin],
    ),
    (Field::JwksUri, &[insecure, private]),
    (Field::BackchannelLogoutUri, &[insecure, private]),
    (Field::FrontchannelLogoutUri, &[]),
    (Field::RequestUris, &[private]),
    (Field::Audience, &[opaque_audience]),
];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    unreadable(client, report);
    duplicates(client, report);
    for (field, checks) in CHECKS {
        for (index, text) in client.client.list(field).iter().enumerate() {
            if let Some(finding) = find(field, checks, text) {
                client.report_item(field, index, finding, report);
            }
        }
        let text = client.client.text(field);
        if let Some(finding) = text.and_then(|text| find(field, checks, text)) {
            client.report(field, finding, report);
        }
    }
}

fn find(field: Field, checks: &[Check], text: &str) -> Option<Finding> {
    // Elsewhere what cannot be read is an error already.
    let is_unread = matches!(
        field,
        Field::JwksUri | Field::BackchannelLogoutUri | Field::RequestUris
    );
    let url = read(text).ok();
    if url.is_some() || is_unread {
        let blank = blank(text).filter(|_| field != Field::Audience);
        if blank.is_some() {
            return blank;
        }
    }
    let url = url?;
    checks.iter().find_map(|check| check(text, &url))
}

/// What Hydra stores unread, and cannot read later.
fn unreadable(client: &Decoded<'_>, report: &mut Report) {
    let field = Field::FrontchannelLogoutUri;
    if let Some(text) = client.client.text(field)
        && let Err(fault) = read(text)
    {
        let message = format!("`{}` is not a URL: {fault}", shown(text));
        let help = "write an `https` URL; with this one, once a user has logged in to this client, every logout from that browser fails, for all clients";
        let finding = Finding::new(Rule::HarmfulLogoutUrl, message).help(help);
        client.report(field, finding, report);
    }
    for (index, text) in client.client.list(Field::Audience).iter().enumerate() {
        if let Err(fault) = read(text) {
            let message = format!("the audience `{}` is not a URL: {fault}", shown(text));
            let help = "write a URL or a plain word; with this one, Hydra refuses every request of this client that names an audience";
            let finding = Finding::new(Rule::InvalidAudience, message).help(help);
            client.report_item(Field::Audience, index, finding, report);
        }
    }
}

/// With two equal ones, a request has to name the one that it means, and `pairwise` fails.
fn duplicates(client: &Decoded<'_>, report: &mut Report) {
    let field = Field::RedirectUris;
    let all = client.client.list(field);
    if all.len() < 2 {
        return;
    }
    let mut seen = HashSet::new();
    for (index, text) in all.iter().enumerate() {
        if !seen.insert(text) {
            let message = format!("the redirect URI `{}` is named twice", shown(text));
            let finding = Finding::new(Rule::DuplicateRedirectUri, message).help("name it once");
            client.report_item(field, index, finding, report);
        }
    }
}

/// Hydra compares scheme, host and path of audiences, and an opaque URL has only a scheme.
fn opaque_audience(text: &str, url: &Url) -> Option<Finding> {
    (!url.opaque.is_empty()).then(|| {
        let scheme = &url.scheme;
        let message = format!(
            "`{}` allows the client every audience with `{scheme}:`",
            shown(text)
        );
        Finding::new(Rule::OpaqueAudience, message)
            .help("write it as an `https` URL: of this one, Hydra compares only the scheme")
    })
}

/// It becomes part of the address, which is compared character by character.
fn blank(text: &str) -> Option<Finding> {
    let mut parts = text.split_whitespace().skip(1);
    if parts.any(|part| part.contains("://")) {
        let message = format!("`{}` is more than one URL", shown(text));
        let help = "write each on its own line, after `- `: Hydra reads all of it as one";
        return Some(Finding::new(Rule::BlankAroundUrl, message).help(help));
    }
    let is_blank = |char: char| char.is_whitespace() || matches!(char, '\u{200b}' | '\u{feff}');
    let end = if text.starts_with(is_blank) {
        "before"
    } else {
        "after"
    };
    (text.starts_with(is_blank) || text.ends_with(is_blank)).then(|| {
        let message = format!(
            "there is whitespace {end} `{}`",
            shown(text.trim_matches(is_blank))
        );
        Finding::new(Rule::BlankAroundUrl, message)
            .help("remove it: Hydra treats it as part of the URL")
    })
}

/// RFC 9700, section 2.1: redirect URIs are compared as strings.
fn wildcard_redirect(text: &str, _: &Url) -> Option<Finding> {
    text.contains('*').then(|| {
        let message = format!("the `*` in `{}` is not a wildcard", shown(text));
        Finding::new(Rule::WildcardRedirectUri, message)
            .help("list each redirect URI in full: Hydra compares them character by character")
    })
}

/// Slips for `http` and `https`, or no scheme at all: Hydra takes them for schemes of apps.
fn misspelt(text: &str, url: &Url) -> Option<Finding> {
    let (scheme, value) = (url.scheme.as_str(), shown(text));
    let is_web = matches!(scheme, "http" | "https");
    let is_slip = ["http", "https"]
        .iter()
        .any(|meant| strsim::osa_distance(scheme, meant) == 1);
    let is_port = url.opaque.starts_with(|char: char| char.is_ascii_digit());
    let (message, help) = match () {
        () if is_web && matches!(host_of(url).as_str(), "http" | "https") => (
            format!("`{value}` has two schemes"),
            "write the scheme once".to_owned(),
        ),
        () if is_web => return None,
        () if is_slip => (
            format!("`{value}` has the scheme `{scheme}`, which browsers do not know"),
            "write `https`".to_owned(),
        ),
        () if is_port => {
            let local = scheme == "localhost" || scheme.ends_with(".localhost");
            let missing = if local { "http" } else { "https" };
            (
                format!("`{value}` has no scheme: `{scheme}` is read as one"),
                format!("put the scheme in front, such as `{missing}://{value}`"),
            )
        }
        () => return None,
    };
    Some(Finding::new(Rule::MisspeltScheme, message).help(help))
}

/// RFC 6749, section 10.15. `urn:ietf:wg:oauth:2.0:oob` was Google's way to show a code.
fn executable(text: &str, url: &Url) -> Option<Finding> {
    let schemes = [
        "javascript",
        "data",
        "vbscript",
        "file",
        "blob",
        "about",
        "urn",
    ];
    schemes.contains(&url.scheme.as_str()).then(|| {
        let message = format!(
            "`{}` does not lead to a client: browsers run or refuse it",
            shown(text)
        );
        let help =
            "use an `https` URL, or the scheme of an app, such as `com.example.app:/callback`";
        Finding::new(Rule::UnsafeScheme, message).help(help)
    })
}

/// Codes go there in clear (RFC 9700, section 2.6). v1.11 refuses the login in any mode, later
/// versions outside of `--dev`.
fn insecure_redirect(text: &str, url: &Url) -> Option<Finding> {
    (url.scheme == "http" && !is_loopback(url)).then(|| {
        let message = format!(
            "`{}` is unencrypted `http` to another machine",
            shown(text)
        );
        Finding::new(Rule::InsecureRedirectUri, message)
            .help("use `https`: Hydra refuses a login with the response type `code` (except v2 with `--dev`)")
    })
}

/// The user's own machine. Hydra before v2.3 takes only `127.0.0.1` of its network.
fn is_loopback(url: &Url) -> bool {
    let host = host_of(url).to_ascii_lowercase();
    let is_own = |address: IpAddr| address.is_loopback();
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(is_own)
}

/// The host without its port and brackets.
fn host_of(url: &Url) -> String {
    let host = String::from_utf8_lossy(&url.host);
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address.to_owned(),
        None => host.split(':').next().unwrap_or_default().to_owned(),
    }
}

/// OpenID Connect Core 1.0, section 10; OpenID Connect Back-Channel Logout 1.0, section 2.2.
fn insecure(text: &str, url: &Url) -> Option<Finding> {
    (url.scheme == "http" && !is_loopback(url)).then(|| {
        let message = format!("`{}` is not encrypted", shown(text));
        let help = "use `https`; otherwise an attacker on the network can replace the keys and log in as this client, or keep users logged in";
        Finding::new(Rule::InsecureUrl, message).help(help)
    })
}

/// What `clients.http.disallow_private_ip_ranges` refuses, from v2.1 when the client is created.
fn private(text: &str, url: &Url) -> Option<Finding> {
    let host = host_of(url);
    let is_private = host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(is_private_address);
    is_private.then(|| {
        let message = format!("`{}` has a private address", shown(text));
        Finding::new(Rule::PrivateAddress, message).help(
            "Hydra v2.1 and later reject it if `clients.http.disallow_private_ip_ranges` is set",
        )
    })
}

fn is_private_address(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

/// Browsers send an origin without the default port and with an ASCII host; Hydra compares it with
/// what is stored.
fn unmatchable_origin(text: &str, url: &Url) -> Option<Finding> {
    let host = String::from_utf8_lossy(&url.host);
    let default = if url.scheme == "https" { ":443" } else { ":80" };
    let why = match () {
        () if host.ends_with(default) => "browsers leave out the default port: remove it",
        () if host.starts_with('[') => "Hydra reads the brackets as a pattern: use a host name",
        () if !host.is_ascii() => "browsers send the host in ASCII: write it as `xn--…`",
        () => return None,
    };
    let message = format!("no browser's origin matches `{}`", shown(text));
    Some(Finding::new(Rule::UnmatchableOrigin, message).help(why))
}

/// Versions after v26.2 read a `*` only as one whole label below a registrable domain. Up to v2.3
/// it is any run of characters without a dot, and on v2.3 `https://*` is every origin (measured).
fn wildcard_origin(text: &str, url: &Url) -> Option<Finding> {
    let host = host_of(url);
    let bounded = host
        .strip_prefix("*.")
        .is_some_and(|rest| rest.contains('.') && !rest.contains('*'));
    (host.contains('*') && !bounded).then(|| {
        let message = format!(
            "newer versions of Hydra ignore the origin `{}`",
            shown(text)
        );
        let help = match host.as_str() {
            "*" => "list the origins: on v2.3, this one lets every website in",
            _ => "use `*` only as the whole first label of a domain, as in `https://*.example.com`",
        };
        Finding::new(Rule::WildcardOrigin, message).help(help)
    })
}
