//! Fields that take one of a few values.

use crate::client::{Client, Field, Value};
use crate::manifest::decode::{Decoded, closest};
use crate::manifest::diagnostics::{Finding, Label, Report, Rule, shown};

struct KnownValues {
    field: Field,
    rule: Rule,
    known: &'static [&'static str],
    /// Whether the rule applies to this client.
    applies: fn(&Client) -> bool,
    /// What happens with any other value.
    consequence: &'static str,
}

/// The algorithms of RFC 7518, section 3.1 that Hydra accepts for a client's signature.
pub(crate) const SIGNING: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
];
const SIGNING_OR_NONE: [&str; 10] = [
    "none", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
];

const FIELDS: [KnownValues; 8] = [
    KnownValues {
        field: Field::TokenEndpointAuthMethod,
        rule: Rule::UnknownAuthMethod,
        known: &[
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        applies: |_| true,
        consequence: "Hydra stores it, but the client can never authenticate",
    },
    KnownValues {
        field: Field::SubjectType,
        rule: Rule::UnknownSubjectType,
        known: &["public", "pairwise"],
        applies: |_| true,
        consequence: "Hydra refuses it",
    },
    KnownValues {
        field: Field::UserinfoSignedResponseAlg,
        rule: Rule::UnknownUserinfoSigningAlg,
        known: &["none", "RS256"],
        applies: |_| true,
        consequence: "Hydra refuses it",
    },
    KnownValues {
        field: Field::AccessTokenStrategy,
        rule: Rule::UnknownTokenStrategy,
        known: &["jwt", "opaque"],
        applies: |client| !is_strategy_in_any_case(client),
        consequence: "Hydra v2.1 and later refuse it",
    },
    KnownValues {
        field: Field::TokenEndpointAuthSigningAlg,
        rule: Rule::UnknownAuthSigningAlg,
        known: &SIGNING,
        applies: |client| client.text(Field::TokenEndpointAuthMethod) == Some("private_key_jwt"),
        consequence: "Hydra refuses it for `private_key_jwt`",
    },
    KnownValues {
        field: Field::RequestObjectSigningAlg,
        rule: Rule::UnknownRequestSigningAlg,
        known: &SIGNING_OR_NONE,
        applies: |_| true,
        consequence: "Hydra stores it, but accepts no request object signed with it",
    },
    KnownValues {
        field: Field::GrantTypes,
        rule: Rule::UnknownGrantType,
        known: &[
            "authorization_code",
            "client_credentials",
            "implicit",
            "password",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        applies: |_| true,
        consequence: "Hydra stores it, but has no such grant",
    },
    KnownValues {
        field: Field::ResponseTypes,
        rule: Rule::UnknownResponseType,
        known: &["code", "id_token", "token", "none"],
        applies: |_| true,
        consequence: "Hydra stores it, but has no such response",
    },
];

/// The values that a field is known to take; empty if it takes any.
pub(crate) fn known_values(field: Field) -> &'static [&'static str] {
    let found = FIELDS.iter().find(|values| values.field == field);
    found.map_or(&[], |values| values.known)
}

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for values in FIELDS
        .iter()
        .filter(|values| (values.applies)(&client.client))
    {
        match client.client.get(values.field) {
            Some(Value::Text(value)) if !value.is_empty() && !values.contains(value) => {
                client.report(values.field, values.finding(value, report.label), report);
            }
            Some(Value::List(list)) => {
                let unknown = |(_, value): &(usize, &String)| !values.contains(value);
                for (index, value) in list.iter().enumerate().filter(unknown) {
                    client.report_item(
                        values.field,
                        index,
                        values.finding(value, report.label),
                        report,
                    );
                }
            }
            _ => {}
        }
    }
    secret_expiry(client, report);
}

impl KnownValues {
    /// A response type may be several values separated by spaces (OAuth 2.0 Multiple Response
    /// Types).
    fn contains(&self, value: &str) -> bool {
        match self.field {
            Field::ResponseTypes => value.split(' ').all(|value| self.known.contains(&value)),
            _ => self.known.contains(&value),
        }
    }

    fn finding(&self, value: &str, label: Label) -> Finding {
        let (field, consequence) = (label(self.field), self.consequence);
        let message = format!("unknown {field}: `{}`; {consequence}", shown(value));
        let known: Vec<_> = self
            .known
            .iter()
            .map(|known| format!("`{known}`"))
            .collect();
        let known = format!("known values are {}", known.join(", "));
        // The names of algorithms are as close to each other as to a misspelt one.
        let meant =
            closest(value, self.known.iter().copied()).filter(|_| !self.known.contains(&"RS256"));
        let ending = format!(":{value}");
        let urn = self.known.iter().find(|known| known.ends_with(&ending));
        let meant = urn.copied().or(meant);
        Finding::new(self.rule, message)
            .naming_field()
            .help(match meant {
                Some(meant) => format!("did you mean `{meant}`? {known}"),
                None => known,
            })
    }
}

/// Hydra accepts this value in any case.
fn is_strategy_in_any_case(client: &Client) -> bool {
    let strategy = client.text(Field::AccessTokenStrategy).unwrap_or_default();
    let mut known = ["jwt", "opaque"].iter();
    known.any(|known| strategy.eq_ignore_ascii_case(known))
}

fn secret_expiry(client: &Decoded<'_>, report: &mut Report) {
    let field = Field::ClientSecretExpiresAt;
    if matches!(client.client.get(field), Some(Value::Number(time)) if *time != 0) {
        let message = "Hydra's secrets do not expire: it stores 0 here, whatever is sent";
        let finding = Finding::new(Rule::SecretExpiry, message);
        client.report(field, finding.help("remove it"), report);
    }
}
