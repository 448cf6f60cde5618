//! Tokens that a token endpoint issues by client credentials, before a real Hydra behind a gateway that
//! takes those that were not revoked.

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::fetched_tokens::{silent, unauthorized};
use crate::support::http::{self, FORM, basic};
use crate::support::hydra::{Options, Release};
use crate::support::proxy::{Fault, json as json_answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::watching::Watching;

pub(crate) const TESTS: Tests = &[
    ("client_credentials_are_used_and_renewed", credentials),
    (
        "client_credentials_that_are_wrong_are_named",
        wrong_credentials,
    ),
];

/// A secret with everything that has to be encoded.
const SECRET: &str = "s3cr:t%/+ é&=\"x";

/// The tokens that came, each as it changed.
type Seen = Arc<Mutex<Vec<String>>>;

/// A real Hydra behind a gateway that takes the tokens that this Hydra issued and did not revoke,
/// and a client that gets them.
fn issuing() -> Result<(Setup, Seen), Missing> {
    let options = Options {
        // So that no test depends on the clock.
        env: vec![("TTL_ACCESS_TOKEN", "1h".to_owned())],
        ..Options::default()
    };
    let target = Arc::new(Target::real_with(Release::V2, options)?);
    target.create(&json!({
        "client_id": "gitops", "client_secret": SECRET, "grant_types": ["client_credentials"],
    }));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (asked, told) = (Arc::clone(&target), Arc::clone(&seen));
    let setup = Setup::before(target, move |request| {
        let given = request.header("authorization").unwrap_or_default();
        let token = given.trim_start_matches("Bearer ").to_owned();
        let url = asked.url() + "/admin/oauth2/introspect";
        let reply = http::send("POST", &url, &[FORM], &format!("token={token}"));
        let is_active = reply.status == 200 && reply.json()["active"] == true;
        let mut told = told.lock().unwrap();
        if told.last() != Some(&token) {
            told.push(token.clone());
        }
        match is_active {
            true => Fault::Pass,
            false => unauthorized(given),
        }
    });
    setup.folder.write("client-secret", format!("{SECRET}\n"));
    Ok((setup, seen))
}

fn by_credentials(setup: &Setup, words: &[&str]) -> std::process::Command {
    let url = setup.target.public_url() + "/oauth2/token";
    let mut program = setup.program(words);
    program
        .args(["--token-url", &url, "--token-client-id", "gitops"])
        .args(["--token-client-secret-file", "client-secret"]);
    program
}

fn credentials() -> Result<(), Missing> {
    let (setup, seen) = issuing()?;
    setup.folder.clients(&["a", "b"]);
    let mut apply = by_credentials(&setup, &["apply", "--allow-plaintext-secrets"]);
    let ended = setup.run(&mut apply);
    ended.says(0, &["2 created"]);
    let tokens = seen.lock().unwrap().clone();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    silent(&setup, &ended, &[SECRET, &tokens[0]]);

    // While it is watched, the token is revoked.
    let mut watch = by_credentials(
        &setup,
        &[
            "watch",
            "--output",
            "json",
            "--allow-plaintext-secrets",
            "--interval",
            "200ms",
        ],
    );
    let mut watching = Watching::start(watch.env_remove("RUST_LOG"));
    watching.next("idle");
    let token = seen.lock().unwrap().last().unwrap().clone();
    let headers = [FORM, ("authorization", &*basic("gitops", &encoded(SECRET)))];
    let revoke = setup.target.public_url() + "/oauth2/revoke";
    http::send("POST", &revoke, &headers, &format!("token={token}")).has_status(200);
    setup.target.delete("a");
    watching.next_of("created", "a");
    let tokens = seen.lock().unwrap().clone();
    assert_eq!(tokens.len(), 3, "{tokens:?}");
    let ended = watching.end();
    ended.says(0, &[]);
    silent(&setup, &ended, &[SECRET, &tokens[1], &tokens[2]]);
    Ok(())
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn wrong_credentials() -> Result<(), Missing> {
    let (setup, _) = issuing()?;
    setup.folder.clients(&["a"]);
    setup.folder.write("client-secret", "wrong-secret-22");
    let ended = setup.run(&mut by_credentials(&setup, &["plan"]));
    let url = setup.target.public_url() + "/oauth2/token";
    let says = [
        &*format!("no access token: `POST {url}` failed: HTTP 401: Client authentication failed"),
        "hint: check `--token-url`, `--token-client-id` and the secret in `--token-client-secret-file`",
    ];
    ended.says(5, &says);
    silent(&setup, &ended, &["wrong-secret-22"]);
    for (url, says) in [
        (setup.target.url() + "/admin/clients", "HTTP 400"),
        (setup.target.public_url() + "/nothing", "HTTP 404"),
    ] {
        let mut program = setup.program(&["plan", "--token-url", &url]);
        program.args([
            "--token-client-id",
            "gitops",
            "--token-client-secret-file",
            "client-secret",
        ]);
        setup
            .run(&mut program)
            .says(5, &["no access token: ", says]);
    }
    // A server that is down may come back.
    let mut program = setup.program(&["plan", "--token-url", "http://127.0.0.1:1/token"]);
    program
        .args([
            "--token-client-id",
            "gitops",
            "--token-client-secret-file",
            "client-secret",
        ])
        .args(["--fail-after", "300ms"]);
    setup
        .run(&mut program)
        .says(5, &["(tried ", "Connection refused"]);
    // An answer that is none.
    for (body, says) in [
        ("{}", "not that of a token endpoint"),
        (
            r#"{"access_token":"hunter-22","token_type":"mac"}"#,
            "not a bearer token",
        ),
        (
            r#"{"access_token":"hunter-22 x","token_type":"bearer"}"#,
            "characters",
        ),
    ] {
        let answer = json_answer("200 OK", body);
        let other = Setup::before(
            Target::sandbox(hydra_gitops::sandbox::Version::default()),
            move |_| Fault::Answer(answer.clone()),
        );
        let url = other.url() + "/token";
        let mut program = setup.program(&["plan", "--token-url", &url]);
        program.args([
            "--token-client-id",
            "gitops",
            "--token-client-secret-file",
            "client-secret",
        ]);
        let ended = setup.run(&mut program);
        ended.says(5, &[says]);
        silent(&setup, &ended, &["hunter-22"]);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}
