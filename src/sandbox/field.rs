//! The members of a client, as Hydra's Go type has them: one table for decoding and showing.
//!
//! Source: `client.Client` of v1.11.10, v2.3.0 and the main branch after v25.4.0, in the order in
//! which Go writes its members.

use serde_json::Value;

use super::version::Version;
use Kind::{Flag, Keys, Lifespan, List, Number, OptionalFlag, Raw, Text, Time};
use Shown::{Always, WhenSet};

/// The Go type of a member, as far as it can be told from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `string`: null and absent are the empty string.
    Text,
    /// A list of strings; absent is `null` until it is stored, `[]` from then on.
    List,
    /// `bool`: null and absent are `false`.
    Flag,
    /// A bool that can be null, and is shown so.
    OptionalFlag,
    Number,
    /// A length of time that can be null, and is shown so.
    Lifespan,
    /// A set of JSON Web Keys; absent is `{}`.
    Keys,
    /// Any JSON, kept as it was sent; absent is `{}`, null stays null.
    Raw,
    /// A point in time (RFC 3339).
    Time,
}

impl Kind {
    /// The value of a member that nobody set.
    pub(super) fn zero(self) -> Value {
        match self {
            Self::Text => Value::from(""),
            Self::List | Self::OptionalFlag | Self::Lifespan | Self::Time => Value::Null,
            Self::Flag => Value::from(false),
            Self::Number => Value::from(0),
            Self::Keys | Self::Raw => Value::Object(serde_json::Map::new()),
        }
    }
}

/// Which servers know a member. A server silently drops one that it does not know.
type Since = fn(Version) -> bool;

const V1: Since = |_| true;
const V1_ONLY: Since = Version::is_v1;
const V2_1: Since = |version| version >= Version::V2_1_2;
const V2_2: Since = |version| version >= Version::V2_2_0;
const CALENDAR: Since = Version::is_calendar;

/// Whether a member is shown while it is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Always,
    WhenSet,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    shown: Shown,
    since: Since,
}

impl Field {
    /// The members that a server of `version` knows, in the order in which it writes them.
    pub(super) fn known_to(version: Version) -> impl Iterator<Item = &'static Self> {
        FIELDS.iter().filter(move |field| (field.since)(version))
    }

    /// The member that `name` means.
    pub(super) fn named(name: &str, version: Version) -> Option<&'static Self> {
        let folded = folded(name);
        Self::known_to(version).find(|field| field.name == folded)
    }

    /// Whether the member is left out of an answer while its value is `value`.
    pub(super) fn hides(&self, value: &Value) -> bool {
        self.shown == Shown::WhenSet
            && (*value == self.kind.zero() || value.as_array().is_some_and(Vec::is_empty))
    }
}

/// Go's JSON decoder folds case, and with it U+017F and U+212A.
pub(super) fn folded(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    lower.replace('\u{17f}', "s").replace('\u{212a}', "k")
}

const fn field(name: &'static str, kind: Kind, shown: Shown, since: Since) -> Field {
    Field {
        name,
        kind,
        shown,
        since,
    }
}

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    field("client_id", Text, Always, V1),
    field("client_name", Text, Always, V1),
    field("client_secret", Text, WhenSet, V1),
    field("redirect_uris", List, Always, V1),
    field("grant_types", List, Always, V1),
    field("response_types", List, Always, V1),
    field("scope", Text, Always, V1),
    field("audience", List, Always, V1),
    field("owner", Text, Always, V1),
    field("policy_uri", Text, Always, V1),
    field("allowed_cors_origins", List, Always, V1),
    field("tos_uri", Text, Always, V1),
    field("client_uri", Text, Always, V1),
    field("logo_uri", Text, Always, V1),
    field("contacts", List, Always, V1),
    field("client_secret_expires_at", Number, Always, V1),
    field("subject_type", Text, Always, V1),
    field("sector_identifier_uri", Text, WhenSet, V1),
    field("jwks_uri", Text, WhenSet, V1),
    field("jwks", Keys, Always, V1),
    field("token_endpoint_auth_method", Text, WhenSet, V1),
    field("token_endpoint_auth_signing_alg", Text, WhenSet, V1),
    field("request_uris", List, WhenSet, V1),
    field("request_object_signing_alg", Text, WhenSet, V1),
    field("userinfo_signed_response_alg", Text, WhenSet, V1),
    field("created_at", Time, Always, V1),
    field("updated_at", Time, Always, V1),
    field("frontchannel_logout_uri", Text, WhenSet, V1),
    field("frontchannel_logout_session_required", Flag, WhenSet, V1),
    field("post_logout_redirect_uris", List, WhenSet, V1),
    field("backchannel_logout_uri", Text, WhenSet, V1),
    field("backchannel_logout_session_required", Flag, WhenSet, V1),
    field("metadata", Raw, Always, V1),
    field("registration_access_token", Text, WhenSet, V1),
    field("registration_client_uri", Text, WhenSet, V1),
    field("access_token_strategy", Text, WhenSet, V2_1),
    field("skip_consent", Flag, Always, V2_1),
    field("skip_logout_consent", OptionalFlag, Always, V2_2),
    field("authorization_code_grant_access_token_lifespan", Lifespan, Always, V1),
    field("authorization_code_grant_id_token_lifespan", Lifespan, Always, V1),
    field("authorization_code_grant_refresh_token_lifespan", Lifespan, Always, V1),
    field("client_credentials_grant_access_token_lifespan", Lifespan, Always, V1),
    field("implicit_grant_access_token_lifespan", Lifespan, Always, V1),
    field("implicit_grant_id_token_lifespan", Lifespan, Always, V1),
    field("jwt_bearer_grant_access_token_lifespan", Lifespan, Always, V1),
    field("password_grant_access_token_lifespan", Lifespan, Always, V1_ONLY),
    field("password_grant_refresh_token_lifespan", Lifespan, Always, V1_ONLY),
    field("refresh_token_grant_id_token_lifespan", Lifespan, Always, V1),
    field("refresh_token_grant_access_token_lifespan", Lifespan, Always, V1),
    field("refresh_token_grant_refresh_token_lifespan", Lifespan, Always, V1),
    field("device_authorization_grant_id_token_lifespan", Lifespan, Always, CALENDAR),
    field("device_authorization_grant_access_token_lifespan", Lifespan, Always, CALENDAR),
    field("device_authorization_grant_refresh_token_lifespan", Lifespan, Always, CALENDAR),
];
