//! Fields that take one of a few words.

use crate::client::{Client, Field, Value};

use super::super::decode::Decoded;
use super::super::field_name::closest;
use super::super::finding::{Finding, Label, Report, Severity};
use super::super::shown::shown;
use super::{about, about_item};

struct Words {
    field: Field,
    known: &'static [&'static str],
    severity: Severity,
    /// Whether the rule holds for this client.
    holds: fn(&Client) -> bool,
    /// What comes of another word.
    otherwise: &'static str,
}

/// RFC 7518, section 3.1, as far as Hydra takes a client's signature.
const SIGNING: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
];
const SIGNING_OR_NONE: [&str; 10] = [
    "none", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
];

const RULES: [Words; 8] = [
    Words {
        field: Field::TokenEndpointAuthMethod,
        known: &[
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        severity: Severity::Warning,
        holds: |_| true,
        otherwise: "Hydra stores it, and the client can never authenticate",
    },
    Words {
        field: Field::SubjectType,
        known: &["public", "pairwise"],
        severity: Severity::Error,
        holds: |_| true,
        otherwise: "Hydra refuses it",
    },
    Words {
        field: Field::UserinfoSignedResponseAlg,
        known: &["none", "RS256"],
        severity: Severity::Error,
        holds: |_| true,
        otherwise: "Hydra refuses it",
    },
    Words {
        field: Field::AccessTokenStrategy,
        known: &["jwt", "opaque"],
        severity: Severity::Error,
        holds: |client| !is_strategy_in_capitals(client),
        otherwise: "Hydra v2 refuses it",
    },
    Words {
        field: Field::TokenEndpointAuthSigningAlg,
        known: &SIGNING,
        severity: Severity::Error,
        holds: |client| client.text(Field::TokenEndpointAuthMethod) == Some("private_key_jwt"),
        otherwise: "Hydra refuses it for `private_key_jwt`",
    },
    Words {
        field: Field::RequestObjectSigningAlg,
        known: &SIGNING_OR_NONE,
        severity: Severity::Warning,
        holds: |_| true,
        otherwise: "Hydra stores it, and takes no request object signed so",
    },
    Words {
        field: Field::GrantTypes,
        known: &[
            "authorization_code",
            "client_credentials",
            "implicit",
            "password",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ],
        severity: Severity::Warning,
        holds: |_| true,
        otherwise: "Hydra stores it, and has no such grant",
    },
    Words {
        field: Field::ResponseTypes,
        known: &["code", "id_token", "token", "none"],
        severity: Severity::Warning,
        holds: |_| true,
        otherwise: "Hydra stores it, and knows no such response",
    },
];

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for rule in RULES.iter().filter(|rule| (rule.holds)(&client.client)) {
        match client.client.get(rule.field) {
            Some(Value::Text(word)) if !word.is_empty() && !rule.knows(word) => {
                about(rule.field, client, rule.finding(word, report.label), report);
            }
            Some(Value::List(words)) => {
                for (index, word) in words
                    .iter()
                    .enumerate()
                    .filter(|(_, word)| !rule.knows(word))
                {
                    about_item(
                        rule.field,
                        index,
                        client,
                        rule.finding(word, report.label),
                        report,
                    );
                }
            }
            _ => {}
        }
    }
    expiry(client, report);
}

impl Words {
    /// A response type may be several words with blanks between (OAuth 2.0 Multiple Response Types).
    fn knows(&self, word: &str) -> bool {
        match self.field {
            Field::ResponseTypes => word.split(' ').all(|word| self.known.contains(&word)),
            _ => self.known.contains(&word),
        }
    }

    fn finding(&self, word: &str, label: Label) -> Finding {
        let Self {
            field, otherwise, ..
        } = self;
        let message = format!("unknown {}: `{}`; {otherwise}", label(*field), shown(word));
        let finding = Finding::new(self.severity, message).naming_field();
        let known = format!("known are {}", list(self.known));
        // One algorithm's name is as close to the next as a misspelt one.
        let meant =
            closest(word, self.known.iter().copied()).filter(|_| !self.known.contains(&"RS256"));
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`? {known}")),
            None => finding.help(known),
        }
    }
}

fn list(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

/// Hydra takes this one word in any case.
fn is_strategy_in_capitals(client: &Client) -> bool {
    let strategy = client.text(Field::AccessTokenStrategy).unwrap_or_default();
    ["jwt", "opaque"]
        .iter()
        .any(|known| strategy.eq_ignore_ascii_case(known))
}

fn expiry(client: &Decoded<'_>, report: &mut Report) {
    let field = Field::ClientSecretExpiresAt;
    if matches!(client.client.get(field), Some(Value::Number(time)) if *time != 0) {
        let finding =
            Finding::warning("Hydra's secrets do not expire: it stores 0 here, whatever is sent");
        about(field, client, finding.help("leave it out"), report);
    }
}
