//! Rules about what Hydra stores and cannot use, each proven at a real server: the request that
//! fails for the wrong client works for the right one.

mod attacker;
mod browser;
mod logins;
mod proof;
mod requests;
mod settings;
mod tokens;
mod without;

use std::path::PathBuf;

use hydra_gitops::manifest::{Policy, load};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use self::attacker::Attacker;
use self::browser::{CONSENT, ERROR, LOGIN, LOGOUT};
use self::proof::{Proof, proofs};
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
    let with_settings = |release: Release| {
        let name = format!("proofs::settings of {release}");
        suite::trial(name, Load::Waits, move || settings::prove(release))
    };
    let complete = suite::trial("proofs::of each rule".to_owned(), Load::Waits, || {
        without::check();
        Ok(())
    });
    let releases = || Release::ALL.into_iter();
    let with_servers = releases().map(of_release);
    let with_servers = with_servers.chain(releases().map(with_settings));
    with_servers.chain([complete]).collect()
}

fn prove(release: Release) -> Result<(), Missing> {
    let attacker = Attacker::start();
    let target = Target::real_with(release, options(&attacker))?;
    let here = proofs().filter(|proof| proof.releases.contains(&release));
    let faults: Vec<_> = here.flat_map(|proof| faults(&target, proof)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// As in production, with an attacker between Hydra and every other machine.
fn options(attacker: &Attacker) -> Options {
    let proxy = attacker.url();
    let settings = [
        ("HTTP_PROXY", &*proxy),
        ("HTTPS_PROXY", &proxy),
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
        production: true,
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
    if client.get("client_id").is_none() {
        client["client_id"] = json!(fresh("proof"));
    }
    let text = client.to_string();
    let paths = [PathBuf::from("-")];
    let loaded = load(&paths, &mut text.as_bytes(), &Policy::default()).unwrap();
    loaded
        .findings
        .iter()
        .any(|finding| finding.rule.name() == rule)
}
