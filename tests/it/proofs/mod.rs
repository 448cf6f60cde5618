//! Rules about what Hydra stores and cannot use, each proven at a real server: the request that
//! fails for the wrong client works for the right one.

mod browser;
mod requests;
mod table;

use std::path::PathBuf;

use hydra_gitops::manifest::{Policy, load};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use self::browser::{CONSENT, ERROR, LOGIN, LOGOUT};
use self::table::{PROOFS, Proof};
use crate::support::hydra::{Options, Release};
use crate::support::load::Load;
use crate::support::requirement::Missing;
use crate::support::suite;
use crate::support::target::{Target, fresh};

pub(crate) fn trials() -> Vec<Trial> {
    let of_release = |release: Release| {
        let name = format!("proofs::hydra {release}");
        suite::trial(name, Load::Works, move || prove(release))
    };
    Release::ALL.into_iter().map(of_release).collect()
}

fn prove(release: Release) -> Result<(), Missing> {
    let target = Target::real_with(release, options())?;
    let here = PROOFS
        .iter()
        .filter(|proof| proof.releases.contains(&release));
    let faults: Vec<_> = here.flat_map(|proof| faults(&target, proof)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

fn options() -> Options {
    let settings = [
        ("URLS_LOGIN", LOGIN),
        ("URLS_CONSENT", CONSENT),
        ("URLS_LOGOUT", LOGOUT),
        ("URLS_ERROR", ERROR),
        (
            "OIDC_SUBJECT_IDENTIFIERS_SUPPORTED_TYPES",
            "public,pairwise",
        ),
        (
            "OIDC_SUBJECT_IDENTIFIERS_PAIRWISE_SALT",
            "salt-0123456789abcdef",
        ),
        ("SERVE_PUBLIC_CORS_ENABLED", "true"),
        (
            "SERVE_PUBLIC_CORS_ALLOWED_ORIGINS",
            "https://nobody.example",
        ),
    ];
    Options {
        env: settings
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
        ..Options::default()
    }
}

/// What is otherwise than the table says.
fn faults(target: &Target, proof: &Proof) -> Vec<String> {
    let mut faults = Vec::new();
    for (text, expected, is_wrong) in [
        (proof.wrong, proof.fails, true),
        (proof.right, proof.works, false),
    ] {
        let mut client: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        if violates(&client, proof.rule) != is_wrong {
            faults.push(format!(
                "{}: `validate` sees it otherwise: {text}",
                proof.rule
            ));
        }
        let asks_secret = !["none", "private_key_jwt"]
            .map(Value::from)
            .contains(&client["token_endpoint_auth_method"]);
        if asks_secret && client.get("client_secret").is_none() {
            client["client_secret"] = json!(requests::SECRET);
        }
        let id = target.made(&client);
        let found = (proof.request)(target, &id);
        if !found.starts_with(expected) {
            faults.push(format!(
                "{}: `{found}`, not `{expected}`, for {text}",
                proof.rule
            ));
        }
    }
    faults
}

fn violates(client: &Value, rule: &str) -> bool {
    let mut client = client.clone();
    client["client_id"] = json!(fresh("proof"));
    let text = client.to_string();
    let paths = [PathBuf::from("-")];
    let loaded = load(&paths, &mut text.as_bytes(), &Policy::default()).unwrap();
    loaded
        .findings
        .iter()
        .any(|finding| finding.rule.name() == rule)
}
