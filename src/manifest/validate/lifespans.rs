//! How long tokens live.

use crate::client::{Client, Field, Shape, Since, Value};
use crate::golang::duration;
use crate::manifest::decode::Decoded;
use crate::manifest::diagnostics::{Finding, Report, Rule, shown};

pub(super) fn check(client: &Decoded<'_>, report: &mut Report) {
    for (field, value) in client.client.values() {
        if let Value::Text(text) = value
            && field.shape() == Shape::Lifespan
            && let Some(finding) = lifespan(field, text)
        {
            client.report(field, finding, report);
        } else if field.shape() == Shape::Lifespan
            && let Some(finding) = unused(field, &client.client)
        {
            client.report(field, finding, report);
        }
    }
}

/// The grants whose tokens a lifespan is about, by the start of its name.
const GRANTS: [(&str, &str); 7] = [
    ("authorization_code_grant_", "authorization_code"),
    ("client_credentials_grant_", "client_credentials"),
    ("implicit_grant_", "implicit"),
    (
        "jwt_bearer_grant_",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ),
    ("password_grant_", "password"),
    ("refresh_token_grant_", "refresh_token"),
    (
        "device_authorization_grant_",
        "urn:ietf:params:oauth:grant-type:device_code",
    ),
];

/// Measured on v1.11.10, v2.1.2 and v2.3.0: tokens of other grants do not obey it.
fn unused(field: Field, client: &Client) -> Option<Finding> {
    let (_, grant) = GRANTS
        .iter()
        .find(|(start, _)| field.name().starts_with(start))?;
    let grants = client.list(Field::GrantTypes);
    let is_used = grants.iter().any(|own| own.eq_ignore_ascii_case(grant));
    (!grants.is_empty() && !is_used && !is_hybrid(field, client)).then(|| {
        let message = format!(
            "`{}` has no effect: the client does not have the grant `{grant}`",
            field.name()
        );
        Finding::new(Rule::UnusedLifespan, message)
            .naming_field()
            .help("remove it, or add the grant to `grant_types`")
    })
}

/// Hydra's hybrid flow, which needs no implicit grant, gives its ID tokens this lifespan.
fn is_hybrid(field: Field, client: &Client) -> bool {
    let types = client.list(Field::ResponseTypes);
    let mut types = types.iter().flat_map(|of| of.split_whitespace());
    field.name() == "implicit_grant_id_token_lifespan"
        && types.any(|of| of.eq_ignore_ascii_case("id_token"))
}

fn lifespan(field: Field, text: &str) -> Option<Finding> {
    let value = shown(text);
    match duration::parse(text) {
        Err(_) => {
            // A version that drops the field does not read it.
            let since = field.since();
            let message = match since {
                Since::V1 => format!("`{value}` is not a duration"),
                Since::V1Only => format!("`{value}` is not a duration, and Hydra v1.11 refuses it"),
                since => format!(
                    "`{value}` is not a duration, and Hydra {} and later refuse it",
                    since.first()
                ),
            };
            let help =
                "write numbers with the units h, m, s or ms, such as `1h30m`; a day is `24h`";
            let finding = Finding::new(Rule::InvalidLifespan, message).refused_since(since);
            Some(finding.help(help))
        }
        Ok(time) if time < 0 => {
            let finding = Finding::new(Rule::NegativeLifespan, format!("`{value}` is negative"));
            Some(finding.help("Hydra stores it; access tokens are expired when they are issued, and requests for ID tokens end in an error"))
        }
        Ok(_) => None,
    }
}
