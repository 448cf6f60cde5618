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

/// The family that a response with at most one client of the list is from, and whether that is a
/// guess: v2.0.3 to v2.3 differ in who chooses ids, and an empty list does not tell them apart.
pub(super) fn read(answer: &Answer) -> Option<(Generation, bool)> {
    type Members = BTreeMap<String, IgnoredAny>;
    if answer.status != 200 {
        return None;
    }
    let clients: Vec<Members> = answer.parse().unwrap_or_default();
    let members = clients.first();
    let has = |name: &str| members.is_some_and(|members| members.contains_key(name));
    if has("device_authorization_grant_access_token_lifespan") {
        return Some((Generation::V25, false));
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
        return parameter("offset").map(|_| (Generation::V1, false));
    };
    let generation = match page::members(&token) {
        Some(token) if token.contains_key("page") => Generation::V2_0_0,
        Some(token) if token.contains_key("offset") => match members {
            None => return Some((Generation::V2_2, true)),
            _ if has("skip_logout_consent") => Generation::V2_2,
            _ if has("skip_consent") => Generation::V2_1,
            _ => Generation::V2_0_3,
        },
        // Versions with offset pages report a total as well.
        _ if page::total(&answer.headers).is_none() => Generation::V25,
        _ => return None,
    };
    Some((generation, false))
}
