//! The rules that a client must satisfy, and the defaults for what it leaves out.
//!
//! The rules run in Hydra's order, since its first complaint is the only one.

use serde_json::Value;

use super::answer::{Answer, Answered};
use super::decode::Object;
use super::jwk;
use super::version::Version;
use crate::golang::url::{Fault, Invalid, Url};

const SIGNING_ALGORITHMS: &[&str] = &[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
];
/// What Hydra's settings `oidc.dynamic_client_registration.default_scope` begins as.
const DEFAULT_SCOPE: &str = "offline_access offline openid";
/// The addresses that a consent screen links to, and the first version that checks each.
const PAGES: &[(&str, Version)] = &[
    ("tos_uri", Version::V25_4_0),
    ("policy_uri", Version::V26_2_0),
    ("logo_uri", Version::V26_2_0),
    ("client_uri", Version::V26_2_0),
];

/// The text of a member; empty when it is absent.
pub(super) fn text<'a>(client: &'a Object, name: &str) -> &'a str {
    client.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The strings of a member; empty when it is absent.
pub(super) fn list(client: &Object, name: &str) -> Vec<String> {
    let items = client.get(name).and_then(Value::as_array);
    let items = items.into_iter().flatten().filter_map(Value::as_str);
    items.map(str::to_owned).collect()
}

/// Checks a client with the secret that was sent or made for it, and fills in the defaults.
pub(super) fn check(client: &mut Object, secret: &str, version: Version) -> Answered<()> {
    authentication(client, version)?;
    keys(client, version)?;
    pages(client, version)?;
    // Bytes are counted, not characters.
    if (1..6).contains(&secret.len()) {
        return invalid(
            "Field client_secret must contain a secret that is at least 6 characters long.",
        );
    }
    default(client, "scope", DEFAULT_SCOPE);
    origins(client, version)?;
    set(client, "client_secret_expires_at", 0);
    sector(client, version)?;
    default(client, "userinfo_signed_response_alg", "none");
    if !["none", "RS256"].contains(&text(client, "userinfo_signed_response_alg")) {
        return invalid("Field userinfo_signed_response_alg can either be 'none' or 'RS256'.");
    }
    let redirects = redirects(client, version)?;
    default(client, "subject_type", "public");
    let kind = text(client, "subject_type");
    if kind != "public" {
        return invalid(&format!(
            "Subject type {kind} is not supported by server, only [public] are allowed."
        ));
    }
    logouts(client, &redirects, version)?;
    strategy(client)
}

/// What `parse` makes of an address. v26 is made with Go 1.26, which counts what follows a host's
/// first colon as its port.
pub(super) fn url(
    address: &str,
    version: Version,
    parse: fn(&str) -> Result<Url, Invalid>,
) -> Result<Url, Invalid> {
    let url = parse(address)?;
    let host = String::from_utf8_lossy(&url.host);
    let port = host.find(':').map_or("", |colon| &host[colon..]);
    match version >= Version::V26_2_0 && !host.starts_with('[') && port.rfind(':') > Some(0) {
        true => Err(Invalid::new(address, Fault::Port(port.to_owned()))),
        false => Ok(url),
    }
}

fn invalid<T>(reason: &str) -> Answered<T> {
    Err(Answer::invalid_metadata(reason))
}

pub(super) fn set(client: &mut Object, name: &str, value: impl Into<Value>) {
    client.insert(name.to_owned(), value.into());
}

fn default(client: &mut Object, name: &str, value: &str) {
    if text(client, name).is_empty() {
        set(client, name, value);
    }
}

/// Up to v2.3 any object counts as a set of keys. From v25 on it has to name its keys, if only none.
fn has_keys(client: &Object, version: Version) -> bool {
    let set = client.get("jwks").filter(|set| !set.is_null());
    set.is_some_and(|set| !version.is_calendar() || set.get("keys").is_some())
}

fn authentication(client: &mut Object, version: Version) -> Answered<()> {
    default(client, "token_endpoint_auth_method", "client_secret_basic");
    if text(client, "token_endpoint_auth_method") != "private_key_jwt" {
        return Ok(());
    }
    if text(client, "jwks_uri").is_empty() && !has_keys(client, version) {
        return invalid(
            "When token_endpoint_auth_method is 'private_key_jwt', either jwks or jwks_uri must be set.",
        );
    }
    let algorithm = text(client, "token_endpoint_auth_signing_alg");
    if !algorithm.is_empty() && !SIGNING_ALGORITHMS.contains(&algorithm) {
        return invalid(
            "Only RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and ES512 are supported as algorithms for private key authentication.",
        );
    }
    Ok(())
}

fn keys(client: &Object, version: Version) -> Answered<()> {
    if !text(client, "jwks_uri").is_empty() && has_keys(client, version) {
        return invalid("Fields jwks and jwks_uri can not both be set, you must choose one.");
    }
    match client.get("jwks").is_none_or(jwk::is_valid) || !version.checks_bodies() {
        true => Ok(()),
        false => invalid("Invalid JSON web key in set."),
    }
}

fn origins(client: &mut Object, version: Version) -> Answered<()> {
    if let Some(Value::Array(origins)) = client.get_mut("allowed_cors_origins") {
        for origin in origins {
            *origin = checked_origin(origin.as_str().unwrap_or_default(), version)?.into();
        }
    }
    Ok(())
}

fn checked_origin(origin: &str, version: Version) -> Answered<String> {
    let what = match url(origin, version, Url::parse) {
        Err(error) => format!("from allowed_cors_origins could not be parsed: {error}"),
        Ok(url) if url.scheme != "https" && url.scheme != "http" => {
            "must use https:// or http:// as HTTP scheme.".into()
        }
        Ok(url) if url.has_user() => {
            "has HTTP user and/or password set which is not allowed.".into()
        }
        Ok(url) if url.ends_at_host() => return Ok(url.origin()),
        Ok(_) => {
            "must have an empty path, query, and fragment but one of the parts is not empty.".into()
        }
    };
    invalid(&format!("Origin URL {origin} {what}"))
}

/// Hydra fetches the address; the sandbox never does, and believes it.
fn sector(client: &Object, version: Version) -> Answered<()> {
    let address = text(client, "sector_identifier_uri");
    match url(address, version, Url::parse) {
        _ if address.is_empty() => Ok(()),
        Ok(url) if url.scheme == "https" => Ok(()),
        // Hydra keeps the reason to itself.
        Ok(_) => invalid(""),
        Err(error) => invalid(&format!(
            "Value of sector_identifier_uri could not be parsed because {error}."
        )),
    }
}

/// v25 and later look for a `#` first.
fn redirects(client: &Object, version: Version) -> Answered<Vec<Url>> {
    let urls = list(client, "redirect_uris").into_iter().map(|address| {
        let reason = match url(&address, version, Url::parse_request).ok() {
            Some(url) if !address.contains('#') => return Ok(url),
            None if !version.is_calendar() || !address.contains('#') => {
                format!("Unable to parse redirect URL: {address}")
            }
            _ => "Redirect URIs must not contain fragments (#).".to_owned(),
        };
        Err(Answer::invalid_redirect_uri(&reason))
    });
    urls.collect()
}

fn logouts(client: &Object, redirects: &[Url], version: Version) -> Answered<()> {
    for address in list(client, "post_logout_redirect_uris") {
        let Ok(url) = url(&address, version, Url::parse_request) else {
            return invalid(&format!(
                "Unable to parse post_logout_redirect_uri: {address}"
            ));
        };
        let mut places = redirects.iter().map(Url::place);
        if !places.any(|place| place == url.place()) {
            return invalid(&format!(
                "post_logout_redirect_uri \"{address}\" must match the domain, port, scheme of at least one of the registered redirect URIs but did not'"
            ));
        }
    }
    Ok(())
}

fn strategy(client: &mut Object) -> Answered<()> {
    let strategy = text(client, "access_token_strategy").to_lowercase();
    if !["", "jwt", "opaque"].contains(&strategy.as_str()) {
        return invalid(&format!(
            "invalid access token strategy: expected one of [jwt, opaque] but got {strategy}"
        ));
    }
    if !strategy.is_empty() {
        set(client, "access_token_strategy", strategy);
    }
    Ok(())
}

/// Hydra checks these in a random order.
fn pages(client: &Object, version: Version) -> Answered<()> {
    let checked = PAGES.iter().filter(|(_, since)| version >= *since);
    for (name, _) in checked {
        let address = text(client, name);
        let reason = match url(address, version, Url::parse_request) {
            _ if address.is_empty() => continue,
            Ok(url) if url.scheme == "https" || url.scheme == "http" => continue,
            Err(_) => format!("Field {name} must be a valid URI."),
            Ok(_) if version < Version::V26_2_0 => {
                format!("{name} {address} must use https:// or http:// as HTTP scheme.")
            }
            Ok(_) => {
                format!("{address} must use https:// or http:// as HTTP scheme for field {name}.")
            }
        };
        return invalid(&reason);
    }
    Ok(())
}
