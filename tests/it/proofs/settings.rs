//! Rules about what depends on how a Hydra is set up: on PostgreSQL, and where it calls no private
//! addresses. On SQLite, and without the setting, the same clients are stored.

use serde_json::{Value, json};

use super::attacker::Attacker;
use super::{requests, violates};
use crate::support::hydra::{Options, Postgres, Release};
use crate::support::requirement::Missing;
use crate::support::target::{Target, fresh};

/// What such a Hydra refuses.
pub(super) struct Setting {
    pub(super) rule: &'static str,
    releases: &'static [Release],
    /// Clients that violate the rule, and one that does not.
    wrong: &'static [&'static str],
    right: &'static str,
    /// Of the answer when the wrong ones are created.
    status: u16,
}

pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        rule: "unstorable-value",
        releases: &Release::ALL,
        wrong: &[
            r#"{"client_name":"Web\u0000"}"#,
            r#"{"contacts":["a\u0000"]}"#,
            r#"{"token_endpoint_auth_method":"client_secret_basic_or_post"}"#,
            r#"{"token_endpoint_auth_signing_alg":"ECDSA-SHA256"}"#,
            r#"{"request_object_signing_alg":"ECDSA-SHA256"}"#,
        ],
        // U+0000 in an object is stored as six characters.
        right: r#"{"client_name":"Web","metadata":{"note":"\u0000"}}"#,
        status: 500,
    },
    Setting {
        rule: "private-address",
        // v1.11 does not have the setting.
        releases: &[Release::V2_1, Release::V2],
        wrong: &[
            r#"{"jwks_uri":"https://10.0.12.7/keys"}"#,
            r#"{"jwks_uri":"https://LOCALHOST:3000/keys"}"#,
            r#"{"jwks_uri":"https://[::ffff:127.0.0.1]/keys"}"#,
            r#"{"backchannel_logout_uri":"https://[fd00::1]/logout"}"#,
            r#"{"request_uris":["https://192.168.0.1/request"]}"#,
        ],
        right: r#"{"jwks_uri":"https://mailer.example.com/keys"}"#,
        status: 400,
    },
];

/// Creates each client where it is stored, and then where it is refused.
pub(super) fn prove(release: Release) -> Result<(), Missing> {
    let postgres = Postgres::start()?;
    let attacker = Attacker::start();
    let settings = SETTINGS
        .iter()
        .filter(|setting| setting.releases.contains(&release));
    let settings: Vec<_> = settings.collect();

    let plain = Target::real(release, None)?;
    for client in settings.iter().flat_map(|setting| setting.wrong) {
        plain.made(&serde_json::from_str(client).unwrap());
    }
    drop(plain);

    let dsn = postgres.create_database("hydra");
    // Stored while Hydra was not told otherwise.
    let signer = match release {
        Release::V1 => None,
        Release::V2_1 | Release::V2 => {
            let target = Target::real(release, Some(dsn.clone()))?;
            let mut signs: Value = serde_json::from_str(SIGNS_BY_URL).unwrap();
            signs["jwks_uri"] = json!(attacker.url());
            assert!(violates(&signs, "private-address"));
            let signer = target.made(&signs);
            assert_eq!(requests::assertion(&target, &signer), "access_token");
            Some(signer)
        }
    };
    let target = Target::real_with(release, without_private_addresses(dsn))?;
    for setting in settings {
        refuses(&target, setting);
    }
    if release != Release::V2_1 {
        long_ids(&target);
    }
    if let Some(signer) = signer {
        let answer = requests::assertion(&target, &signer);
        assert_eq!(answer, "500 server_error");
    }
    Ok(())
}

/// v2.1 chooses ids itself.
fn long_ids(target: &Target) {
    let [longest, longer] = [255, 256].map(|length| {
        let start = "x".repeat(length - fresh("").len());
        json!({"client_id": fresh(&start)})
    });
    assert!(violates(&longer, "unstorable-value"));
    assert!(!violates(&longest, "unstorable-value"));
    assert_eq!(target.post(&longer).status, 500);
    assert_eq!(target.post(&longest).status, 201);
}

const SIGNS_BY_URL: &str = r#"{"grant_types":["client_credentials"],
    "token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"ES256"}"#;

fn without_private_addresses(dsn: String) -> Options {
    let setting = "CLIENTS_HTTP_DISALLOW_PRIVATE_IP_RANGES";
    Options {
        dsn: Some(dsn),
        env: vec![(setting, "true".to_owned())],
        ..Options::default()
    }
}

fn refuses(target: &Target, setting: &Setting) {
    for client in setting.wrong {
        let client: Value = serde_json::from_str(client).unwrap();
        assert!(violates(&client, setting.rule), "{client}");
        let reply = target.post(&client);
        assert_eq!(reply.status, setting.status, "{client}: {}", reply.body);
    }
    let right: Value = serde_json::from_str(setting.right).unwrap();
    assert!(!violates(&right, setting.rule), "{right}");
    target.made(&right);
}
