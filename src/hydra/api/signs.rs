//! Infers Hydra's version from its responses when `/version` does not tell: because a gateway
//! exposes only the clients, or because the build has no version (`master`).
//!
//! Each family answers a request for one client of the list differently (measured on v1.11.10,
//! v2.1.2 and v2.3.0; the others from Hydra's source):
//!
//! | family | tokens in `Link` | a client's members |
//! | --- | --- | --- |
//! | v1.11 | none: `limit` and `offset` | |
//! | v2.0.0 to v2.0.2 | base64 of `{"page":…}` | no `skip_consent` |
//! | v2.0.3 and later v2.0 | base64 of `{"offset":…}` | no `skip_consent` |
//! | v2.1 | base64 of `{"offset":…}` | `skip_consent`, no `skip_logout_consent` |
//! | v2.2 and v2.3 | base64 of `{"offset":…}` | `skip_logout_consent` |
//! | v25.4 and later | opaque | `device_authorization_grant_…` |

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use url::form_urlencoded;

use super::dialect::Generation;
use super::page;
use crate::hydra::transport::Answer;

/// What the response tells about the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    Family(Generation),
    /// One of v2.0.3 to v2.3, which differ in who chooses ids. The list is empty, so no client
    /// tells them apart.
    V2,
    Nothing,
}

/// Reads the signs in a response with at most one client of the list.
pub(super) fn read(answer: &Answer) -> Evidence {
    type Members = BTreeMap<String, IgnoredAny>;
    if answer.status != 200 {
        return Evidence::Nothing;
    }
    let clients: Vec<Members> = answer.parse().unwrap_or_default();
    let members = clients.first();
    let has = |name: &str| members.is_some_and(|members| members.contains_key(name));
    if has("device_authorization_grant_access_token_lifespan") {
        return Evidence::Family(Generation::V25);
    }
    // A token takes precedence: servers echo an `offset` parameter that they do not know.
    let parameter = |wanted| {
        let mut links = page::links(&answer.headers);
        links.find_map(|(target, _)| {
            let (_, query) = target.split_once('?')?;
            let mut parameters = form_urlencoded::parse(query.as_bytes());
            parameters.find_map(|(name, value)| (name == wanted).then_some(value))
        })
    };
    let Some(token) = parameter("page_token") else {
        return match parameter("offset") {
            Some(_) => Evidence::Family(Generation::V1),
            None => Evidence::Nothing,
        };
    };
    match page::members(&token) {
        Some(token) if token.contains_key("page") => Evidence::Family(Generation::V2_0_0),
        Some(token) if token.contains_key("offset") => match members {
            None => Evidence::V2,
            _ if has("skip_logout_consent") => Evidence::Family(Generation::V2_2),
            _ if has("skip_consent") => Evidence::Family(Generation::V2_1),
            _ => Evidence::Family(Generation::V2_0_3),
        },
        // Versions with offset pages report a total as well.
        _ if page::total(&answer.headers).is_none() => Evidence::Family(Generation::V25),
        _ => Evidence::Nothing,
    }
}
