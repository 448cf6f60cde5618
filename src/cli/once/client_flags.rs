//! The flags that describe a client: those of Ory's v1.11, and for newer fields those of its v2.

use clap::{ArgAction, Args};
use secrecy::SecretString;

use super::csv::{List, parse_list};

/// The client
#[derive(Debug, Args)]
#[command(next_help_heading = "Client")]
pub(super) struct ClientArgs {
    /// The client's id; without one a random id is made
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(super) id: Option<String>,
    /// Its name
    #[arg(long, short, value_name = "NAME", allow_hyphen_values = true)]
    pub(super) name: Option<String>,
    /// Its secret; better leave it out and have one made, for arguments can be seen by others
    #[arg(long, value_name = "SECRET", allow_hyphen_values = true)]
    pub(super) secret: Option<SecretString>,
    /// Where users may be sent after login
    #[arg(long, short, value_name = "URL,…", visible_alias = "redirect-uri", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) callbacks: Vec<List>,
    /// Its grant types
    #[arg(long, short, value_name = "GRANT,…", visible_alias = "grant-type", default_value = "authorization_code", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) grant_types: Vec<List>,
    /// Its response types
    #[arg(long, short, value_name = "TYPE,…", visible_alias = "response-type", default_value = "code", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) response_types: Vec<List>,
    /// The scopes it may ask for
    #[arg(long, short = 'a', value_name = "SCOPE,…", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) scope: Vec<List>,
    /// The audiences it may ask for
    #[arg(long, value_name = "AUDIENCE,…", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) audience: Vec<List>,
    /// Who it belongs to
    #[arg(long, value_name = "OWNER", allow_hyphen_values = true)]
    pub(super) owner: Option<String>,
    /// Whom to ask about it
    #[arg(long, value_name = "CONTACT,…", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) contact: Vec<List>,
    /// Data of your own, as JSON
    #[arg(long, value_name = "JSON", allow_hyphen_values = true)]
    pub(super) metadata: Option<String>,
    /// How it authenticates: client_secret_basic, client_secret_post, private_key_jwt or none
    #[arg(
        long,
        value_name = "METHOD",
        default_value = "client_secret_basic",
        allow_hyphen_values = true
    )]
    pub(super) token_endpoint_auth_method: String,
    /// How it signs to authenticate
    #[arg(long, value_name = "ALG", allow_hyphen_values = true)]
    pub(super) token_endpoint_auth_signing_alg: Option<String>,
    /// Where its public keys are
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) jwks_uri: Option<String>,
    /// How its request objects are signed
    #[arg(long, value_name = "ALG", allow_hyphen_values = true)]
    pub(super) request_object_signing_alg: Option<String>,
    /// Where its request objects may be
    #[arg(long, value_name = "URL,…", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) request_uri: Vec<List>,
    /// How users are called towards it: public or pairwise
    #[arg(
        long,
        value_name = "TYPE",
        default_value = "public",
        allow_hyphen_values = true
    )]
    pub(super) subject_type: String,
    /// What pairwise names are computed from
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) sector_identifier_uri: Option<String>,
    /// Origins whose browsers' requests are let through
    #[arg(long, value_name = "ORIGIN,…", visible_alias = "allowed-cors-origin", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) allowed_cors_origins: Vec<List>,
    /// Where users may be sent after logout
    #[arg(long, value_name = "URL,…", visible_alias = "post-logout-callback", value_parser = parse_list, allow_hyphen_values = true)]
    pub(super) post_logout_callbacks: Vec<List>,
    /// Where Hydra tells it of a logout
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) backchannel_logout_callback: Option<String>,
    /// Tell it which session has ended
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", value_parser = parse_bool, action = ArgAction::Set)]
    pub(super) backchannel_logout_session_required: bool,
    /// Where the browser tells it of a logout
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) frontchannel_logout_callback: Option<String>,
    /// Tell it which session has ended, by the browser
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true", value_parser = parse_bool, action = ArgAction::Set)]
    pub(super) frontchannel_logout_session_required: bool,
    /// Ask no user for consent
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(super) skip_consent: Option<bool>,
    /// Ask no user whether to log out
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = parse_bool)]
    pub(super) skip_logout_consent: Option<bool>,
    /// What access tokens are: opaque or jwt
    #[arg(long, value_name = "STRATEGY", allow_hyphen_values = true)]
    pub(super) access_token_strategy: Option<String>,
    /// A web page about it
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) client_uri: Option<String>,
    /// Its logo
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) logo_uri: Option<String>,
    /// Its privacy policy
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URL", allow_hyphen_values = true)]
    pub(super) tos_uri: Option<String>,
}

/// A switch's value, as Go reads it.
fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(true),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(false),
        _ => Err("write `true` or `false`, or the flag alone for `true`".to_owned()),
    }
}
