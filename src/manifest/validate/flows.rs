//! Grants, response types and scopes that are stored, and do not work together.
//!
//! Measured at the login and token endpoints of v1.11.10, v2.1.2 and v2.3.0.

use crate::client::{Client, Field, Since};
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

const CODE: &str = "authorization_code";
const IMPLICIT: &str = "implicit";
const REFRESH: &str = "refresh_token";
const CREDENTIALS: &str = "client_credentials";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const OFFLINE: [&str; 2] = ["offline", "offline_access"];

type Check = fn(&Client) -> Option<Finding>;

/// Each check with the field that it reports about.
const CHECKS: [(Field, Check); 11] = [
    (Field::GrantTypes, without_redirect_uri),
    (Field::GrantTypes, public_client_credentials),
    (Field::GrantTypes, without_response_type),
    (Field::GrantTypes, without_first_token),
    (Field::GrantTypes, implicit),
    (Field::GrantTypes, without_offline_scope),
    (Field::Scope, unused_offline_scope),
    (Field::SubjectType, pairwise_jwt),
    (Field::SubjectType, pairwise_without_sector),
    (Field::RequestObjectSigningAlg, signed_without_keys),
    (Field::RequestUris, requested_without_keys),
];

/// Checks grants and scopes one by one.
pub(super) fn check_values(client: &Decoded<'_>, report: &mut Report) {
    type Check = fn(&str) -> Option<Finding>;
    let checks: [(Field, Check); 3] = [
        (Field::GrantTypes, unavailable),
        (Field::Scope, with_comma),
        (Field::Scope, with_part_of_wildcard),
    ];
    for (field, check) in checks {
        for (index, value) in client.client.list(field).iter().enumerate() {
            if let Some(finding) = check(value) {
                client.report_item(field, index, finding, report);
            }
        }
    }
}

/// Checks what belongs together. A field that could not be read seems to be missing, so this is only
/// for clients without an error.
pub(super) fn check_combinations(client: &Decoded<'_>, report: &mut Report) {
    for (field, check) in CHECKS {
        if let Some(finding) = check(&client.client) {
            client.report(field, finding, report);
        }
    }
    for (index, response) in client.client.list(Field::ResponseTypes).iter().enumerate() {
        let findings = [
            without_grant(&client.client, response),
            without_openid(&client.client, response),
        ];
        for finding in findings.into_iter().flatten() {
            client.report_item(Field::ResponseTypes, index, finding, report);
        }
    }
}

fn has_named_grants(client: &Client) -> bool {
    !client.list(Field::GrantTypes).is_empty()
}

/// By the defaults that Hydra applies: `authorization_code`, where none is named. It compares grants
/// without regard to case.
fn has_grant(client: &Client, grant: &str) -> bool {
    let named = client.list(Field::GrantTypes);
    match named {
        [] => grant == CODE,
        named => named.iter().any(|named| named.eq_ignore_ascii_case(grant)),
    }
}

/// Whether a response type that may be asked for has this part, such as `id_token`.
fn responds_with(client: &Client, part: &str) -> bool {
    match client.list(Field::ResponseTypes) {
        [] => part == "code",
        named => named.iter().any(|named| has_part(named, part)),
    }
}

/// Whether the scopes are named and have none of these. A pattern such as `*` may stand for one.
fn lacks_scope(client: &Client, wanted: &[&str]) -> bool {
    let named = client.list(Field::Scope);
    let is_met = |scope: &String| scope.contains('*') || wanted.contains(&scope.as_str());
    !named.is_empty() && !named.iter().any(is_met)
}

/// The code is sent to a redirect URI, and only to one that is registered (RFC 6749, section
/// 3.1.2).
fn without_redirect_uri(client: &Client) -> Option<Finding> {
    let logs_in = has_grant(client, CODE) || has_grant(client, IMPLICIT);
    let has_none = client.list(Field::RedirectUris).is_empty();
    (has_named_grants(client) && logs_in && has_none).then(|| {
        let message = "no user can log in to this client: it has no redirect URI";
        Finding::new(Rule::MissingRedirectUri, message)
            .help("add one to `redirect_uris`; if no user logs in through a browser, remove `authorization_code` and `implicit`")
    })
}

/// RFC 6749, section 4.4: the grant is for confidential clients only.
fn public_client_credentials(client: &Client) -> Option<Finding> {
    let is_public = client.text(Field::TokenEndpointAuthMethod) == Some("none");
    (is_public && has_grant(client, CREDENTIALS)).then(|| {
        let message =
            "a public client (`token_endpoint_auth_method: none`) cannot use `client_credentials`";
        Finding::new(Rule::PublicClientCredentials, message)
            .help("remove the grant, or set `token_endpoint_auth_method: client_secret_basic`")
    })
}

fn without_response_type(client: &Client) -> Option<Finding> {
    let wanted = match () {
        () if !has_named_grants(client) => return None,
        () if has_grant(client, CODE) && !responds_with(client, "code") => (CODE, "code"),
        () if has_grant(client, IMPLICIT)
            && !responds_with(client, "token")
            && !responds_with(client, "id_token") =>
        {
            (IMPLICIT, "token` or `id_token")
        }
        () => return None,
    };
    let (grant, response) = wanted;
    let message = format!("`{grant}` cannot be used without the response type `{response}`");
    let help = format!("add `{response}` to `response_types`, or remove `{grant}`");
    Some(Finding::new(Rule::GrantWithoutResponseType, message).help(help))
}

/// Refresh tokens come with the code or the device grant (RFC 6749, section 1.5).
fn without_first_token(client: &Client) -> Option<Finding> {
    let first = [CODE, DEVICE, "password"];
    let is_alone =
        has_grant(client, REFRESH) && !first.iter().any(|grant| has_grant(client, grant));
    is_alone.then(|| {
        let message = "no grant of this client issues a refresh token";
        Finding::new(Rule::UnreachableRefreshToken, message)
            .help("remove `refresh_token`, or add `authorization_code`")
    })
}

/// RFC 9700, section 2.1.2.
fn implicit(client: &Client) -> Option<Finding> {
    (has_named_grants(client) && has_grant(client, IMPLICIT)).then(|| {
        let message = "`implicit` puts access tokens into URLs, where they can leak";
        Finding::new(Rule::ImplicitGrant, message)
            .help("use `authorization_code` with PKCE (RFC 9700, section 2.1.2)")
    })
}

/// OpenID Connect Core 1.0, section 11; `offline` is Hydra's own name for it.
fn without_offline_scope(client: &Client) -> Option<Finding> {
    (has_grant(client, REFRESH) && lacks_scope(client, &OFFLINE)).then(|| {
        let message =
            "`refresh_token` has no effect without the scope `offline_access` or `offline`";
        Finding::new(Rule::MissingOfflineScope, message)
            .help("add `offline_access` to `scope`, or remove `refresh_token`")
    })
}

fn unused_offline_scope(client: &Client) -> Option<Finding> {
    let named = client.list(Field::Scope);
    let offline = named
        .iter()
        .find(|scope| OFFLINE.contains(&scope.as_str()))?;
    (has_named_grants(client) && !has_grant(client, REFRESH)).then(|| {
        let message =
            format!("the scope `{offline}` has no effect without the grant `refresh_token`");
        Finding::new(Rule::UnusedOfflineScope, message).help(format!(
            "add `refresh_token` to `grant_types`, or remove `{offline}`"
        ))
    })
}

/// OpenID Connect Core 1.0, section 8.1. Measured: every login fails.
fn pairwise_without_sector(client: &Client) -> Option<Finding> {
    let is_pairwise = client.text(Field::SubjectType) == Some("pairwise");
    let has_sector = client.text(Field::SectorIdentifierUri).is_some();
    (is_pairwise && !has_sector && client.list(Field::RedirectUris).len() > 1).then(|| {
        let message =
            "a `pairwise` client with several redirect URIs needs `sector_identifier_uri`";
        Finding::new(Rule::PairwiseWithoutSector, message).help(
            "name the URL of a JSON list of these redirect URIs; without it, every login fails",
        )
    })
}

/// Refused from v2.1 on; v1.11 drops the strategy.
fn pairwise_jwt(client: &Client) -> Option<Finding> {
    let strategy = client.text(Field::AccessTokenStrategy).unwrap_or_default();
    let is_pairwise = client.text(Field::SubjectType) == Some("pairwise");
    (is_pairwise && strategy.eq_ignore_ascii_case("jwt")).then(|| {
        let message =
            "`subject_type: pairwise` and `access_token_strategy: jwt` cannot be combined";
        Finding::new(Rule::PairwiseJwt, message)
            .help("remove one of them: Hydra v2.1 and later reject the client")
    })
}

/// OAuth 2.0 Multiple Response Type Encoding Practices, section 5.
fn without_grant(client: &Client, response: &str) -> Option<Finding> {
    let has_code = has_part(response, "code");
    let needs_implicit = has_part(response, "token") || !has_code && has_part(response, "id_token");
    let grant = match () {
        // What Ory's own command line writes for every client.
        () if response == "code" && client.list(Field::RedirectUris).is_empty() => {
            return None;
        }
        () if has_code && !has_grant(client, CODE) => CODE,
        () if needs_implicit && !has_grant(client, IMPLICIT) => IMPLICIT,
        () => return None,
    };
    let response = shown(response);
    let message = format!("the response type `{response}` needs the grant `{grant}`");
    let help = format!("add `{grant}` to `grant_types`, or remove the response type");
    Some(Finding::new(Rule::ResponseTypeWithoutGrant, message).help(help))
}

/// OpenID Connect Core 1.0, section 3.1.2.1.
fn without_openid(client: &Client, response: &str) -> Option<Finding> {
    (has_part(response, "id_token") && lacks_scope(client, &["openid"])).then(|| {
        let response = shown(response);
        let message = format!("the response type `{response}` needs the scope `openid`");
        Finding::new(Rule::MissingOpenidScope, message).help("add `openid` to `scope`")
    })
}

/// Hydra compares the parts of a response type without regard to their order and case.
fn has_part(response: &str, part: &str) -> bool {
    response
        .split(' ')
        .any(|own| own.eq_ignore_ascii_case(part))
}

fn unavailable(grant: &str) -> Option<Finding> {
    match grant {
        "password" => Some(
            Finding::new(
                Rule::UnavailableGrant,
                "open-source Hydra does not support the grant `password`",
            )
            .help("remove it; use `authorization_code` (RFC 9700, section 2.4)"),
        ),
        DEVICE => {
            let message = "only Hydra v25.4 and later support the device grant";
            Some(
                Finding::new(Rule::UnavailableGrant, message)
                    .help("older versions store it, but `/oauth2/device/auth` answers 404")
                    .until(Since::V25),
            )
        }
        _ => None,
    }
}

/// RFC 6749, section 3.3: scopes are separated by spaces.
fn with_comma(scope: &str) -> Option<Finding> {
    let mark = scope.chars().find(|char| matches!(char, ',' | ';'))?;
    let name = if mark == ',' { "comma" } else { "semicolon" };
    let message = format!("`{}` is one scope with a {name} in its name", shown(scope));
    let help = "separate scopes with spaces, or write a list";
    Some(Finding::new(Rule::CommaInScope, message).help(help))
}

/// Hydra compares scopes word by word, between dots, and `*` is any one word or all that follow.
fn with_part_of_wildcard(scope: &str) -> Option<Finding> {
    let is_part = |word: &str| word.contains('*') && word != "*";
    scope.split('.').any(is_part).then(|| {
        let message = format!(
            "the `*` in the scope `{}` stands only for itself",
            shown(scope)
        );
        let help =
            "use `*` only as a whole word between dots, as in `orders.*`, or list the scopes";
        Finding::new(Rule::WildcardInScope, message).help(help)
    })
}

fn signed_without_keys(client: &Client) -> Option<Finding> {
    let is_used = client.text(Field::RequestObjectSigningAlg).is_some();
    without_keys(client).filter(|_| is_used)
}

/// One mistake, one finding.
fn requested_without_keys(client: &Client) -> Option<Finding> {
    let is_used = !client.list(Field::RequestUris).is_empty();
    let is_told = client.text(Field::RequestObjectSigningAlg).is_some();
    without_keys(client).filter(|_| is_used && !is_told)
}

/// OpenID Connect Core 1.0, section 6. Measured: even an unsigned one needs a key.
fn without_keys(client: &Client) -> Option<Finding> {
    let has_set = client.get(Field::Jwks).is_some() && !client.has_no_keys();
    let has_keys = has_set || client.text(Field::JwksUri).is_some();
    (!has_keys).then(|| {
        let message = "Hydra takes no request object from a client without a public key";
        Finding::new(Rule::RequestObjectsWithoutKeys, message).help(
            "add `jwks` or `jwks_uri`, or remove `request_object_signing_alg` and `request_uris`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::has_part;

    #[test]
    fn response_types_have_parts() {
        assert!(has_part("code id_token", "id_token") && has_part("Code", "code"));
        assert!(!has_part("id_token", "token") && !has_part("code,token", "token"));
    }
}
