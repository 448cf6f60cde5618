//! Which flag says which field of a client.

use secrecy::{ExposeSecret as _, SecretString};

use super::client_flags::ClientArgs;
use super::csv;
use crate::client::Field;
use crate::manifest::FlagValue;

/// How a flag's value is read.
enum Read {
    Text(fn(&ClientArgs) -> Option<&str>),
    List(fn(&ClientArgs) -> &[csv::List]),
    /// The items with blanks between; each may hold several.
    Joined(fn(&ClientArgs) -> &[csv::List]),
    /// A switch that is off may say nothing, or that it is off.
    Switch(fn(&ClientArgs) -> Option<bool>),
    Json(fn(&ClientArgs) -> Option<&str>),
}

use Read::{Joined, Json, List, Switch, Text};

const FLAGS: &[(Field, &str, Read)] = &[
    (Field::ClientId, "--id", Text(|args| args.id.as_deref())),
    (
        Field::ClientName,
        "--name",
        Text(|args| args.name.as_deref()),
    ),
    (
        Field::ClientSecret,
        "--secret",
        Text(|args| args.secret.as_ref().map(SecretString::expose_secret)),
    ),
    (
        Field::RedirectUris,
        "--callbacks",
        List(|args| &args.callbacks),
    ),
    (
        Field::GrantTypes,
        "--grant-types",
        List(|args| &args.grant_types),
    ),
    (
        Field::ResponseTypes,
        "--response-types",
        List(|args| &args.response_types),
    ),
    (Field::Scope, "--scope", Joined(|args| &args.scope)),
    (Field::Audience, "--audience", List(|args| &args.audience)),
    (Field::Owner, "--owner", Text(|args| args.owner.as_deref())),
    (Field::Contacts, "--contact", List(|args| &args.contact)),
    (
        Field::Metadata,
        "--metadata",
        Json(|args| args.metadata.as_deref()),
    ),
    (
        Field::TokenEndpointAuthMethod,
        "--token-endpoint-auth-method",
        Text(|args| Some(&args.token_endpoint_auth_method)),
    ),
    (
        Field::TokenEndpointAuthSigningAlg,
        "--token-endpoint-auth-signing-alg",
        Text(|args| args.token_endpoint_auth_signing_alg.as_deref()),
    ),
    (
        Field::JwksUri,
        "--jwks-uri",
        Text(|args| args.jwks_uri.as_deref()),
    ),
    (
        Field::RequestObjectSigningAlg,
        "--request-object-signing-alg",
        Text(|args| args.request_object_signing_alg.as_deref()),
    ),
    (
        Field::RequestUris,
        "--request-uri",
        List(|args| &args.request_uri),
    ),
    (
        Field::SubjectType,
        "--subject-type",
        Text(|args| Some(&args.subject_type)),
    ),
    (
        Field::SectorIdentifierUri,
        "--sector-identifier-uri",
        Text(|args| args.sector_identifier_uri.as_deref()),
    ),
    (
        Field::AllowedCorsOrigins,
        "--allowed-cors-origins",
        List(|args| &args.allowed_cors_origins),
    ),
    (
        Field::PostLogoutRedirectUris,
        "--post-logout-callbacks",
        List(|args| &args.post_logout_callbacks),
    ),
    (
        Field::BackchannelLogoutUri,
        "--backchannel-logout-callback",
        Text(|args| args.backchannel_logout_callback.as_deref()),
    ),
    (
        Field::BackchannelLogoutSessionRequired,
        "--backchannel-logout-session-required",
        Switch(|args| args.backchannel_logout_session_required.then_some(true)),
    ),
    (
        Field::FrontchannelLogoutUri,
        "--frontchannel-logout-callback",
        Text(|args| args.frontchannel_logout_callback.as_deref()),
    ),
    (
        Field::FrontchannelLogoutSessionRequired,
        "--frontchannel-logout-session-required",
        Switch(|args| args.frontchannel_logout_session_required.then_some(true)),
    ),
    (
        Field::SkipConsent,
        "--skip-consent",
        Switch(|args| args.skip_consent),
    ),
    (
        Field::SkipLogoutConsent,
        "--skip-logout-consent",
        Switch(|args| args.skip_logout_consent),
    ),
    (
        Field::AccessTokenStrategy,
        "--access-token-strategy",
        Text(|args| args.access_token_strategy.as_deref()),
    ),
    (
        Field::ClientUri,
        "--client-uri",
        Text(|args| args.client_uri.as_deref()),
    ),
    (
        Field::LogoUri,
        "--logo-uri",
        Text(|args| args.logo_uri.as_deref()),
    ),
    (
        Field::PolicyUri,
        "--policy-uri",
        Text(|args| args.policy_uri.as_deref()),
    ),
    (
        Field::TosUri,
        "--tos-uri",
        Text(|args| args.tos_uri.as_deref()),
    ),
];

/// What the flags say. What is empty says nothing.
pub(super) fn values(args: &ClientArgs) -> Vec<(Field, FlagValue)> {
    let values = FLAGS
        .iter()
        .map(|(field, _, read)| (*field, read.said(args)));
    values
        .filter_map(|(field, said)| Some((field, said?)))
        .collect()
}

impl Read {
    fn said(&self, args: &ClientArgs) -> Option<FlagValue> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match self {
            Text(read) => read(args).and_then(text).map(FlagValue::Text),
            Json(read) => read(args).and_then(text).map(FlagValue::Json),
            Joined(read) => text(&items(read(args)).join(" ")).map(FlagValue::Text),
            List(read) => Some(items(read(args)))
                .filter(|items| !items.is_empty())
                .map(FlagValue::List),
            Switch(read) => read(args).map(FlagValue::Bool),
        }
    }
}

fn items(lists: &[csv::List]) -> Vec<String> {
    let items = lists.iter().flat_map(|csv::List(items)| items);
    items.cloned().collect()
}

/// The flag that says a field.
pub(super) fn flag(field: Option<&str>) -> Option<&'static str> {
    let mut flags = FLAGS.iter();
    let found = flags.find(|(known, ..)| Some(known.name()) == field);
    found.map(|(_, flag, _)| *flag)
}

/// A text about fields, about their flags instead; a key set has none.
pub(super) fn in_flags(text: &str) -> String {
    let text = text.replace("`jwks`", "the `jwks` of a file for `import`");
    FLAGS.iter().fold(text, |text, (field, flag, _)| {
        text.replace(&format!("`{}`", field.name()), &format!("`{flag}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::{ClientArgs, FLAGS, Field, FlagValue, in_flags};
    use crate::manifest::from_flags;
    use clap::Args as _;

    #[test]
    fn a_help_names_what_the_command_can_do() {
        let method = FlagValue::Text("private_key_jwt".to_owned());
        let (_, findings) = from_flags(&[(Field::TokenEndpointAuthMethod, method)]);
        let help = findings.iter().find_map(|finding| finding.help.as_deref());
        assert_eq!(
            help.map(in_flags).unwrap_or_default(),
            "set `--jwks-uri` to the URL where Hydra can fetch it, or the `jwks` of a file for `import` to the key itself"
        );
    }

    #[test]
    fn every_flag_of_a_client_is_read() {
        let command = ClientArgs::augment_args(clap::Command::new("x"));
        let flags = command.get_arguments().filter_map(|one| one.get_long());
        let mut flags: Vec<_> = flags.map(|long| format!("--{long}")).collect();
        let mut read: Vec<_> = FLAGS.iter().map(|(_, flag, _)| *flag).collect();
        flags.sort();
        read.sort_unstable();
        assert_eq!(flags, read);
    }
}
