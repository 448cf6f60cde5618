//! No secret, token or password at any log level, in help or in an error.

use serde_json::json;

use crate::support::key::Key;
use crate::support::program::Ended;
use crate::support::proxy::{Fault, answer, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("every_command_at_the_lowest_level", every_command),
    ("errors_that_hold_what_was_sent", echoes),
    ("an_address_in_the_place_of_a_path", misplaced),
    ("refusals_that_repeat_what_authorizes", gateway),
    ("wrong_values_of_flags", wrong_values),
    ("help_and_the_environment", help),
    ("no_token_goes_to_the_public_endpoint", public_endpoint),
];

const TOKEN: &str = "token-nobody-may-read";
const PASSWORD: &str = "password-nobody-may-read";
const HEADER: &str = "header-nobody-may-read";
const GIVEN: &str = "given-secret-nobody-may-read";

#[track_caller]
fn is_silent(setup: &Setup, ended: &Ended) {
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("user:{PASSWORD}"),
    );
    for word in [TOKEN, PASSWORD, HEADER, GIVEN, &basic] {
        setup.is_unsaid(ended, word);
    }
    for line in setup.folder.read("client-secrets.jsonl").lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(secret) = record["client_secret"].as_str() {
            setup.is_unsaid(ended, secret);
        }
    }
}

fn manifests(setup: &Setup) {
    setup.folder.clients(&["a", "b"]);
    let given = json!({"client_id": "g", "client_secret": GIVEN});
    setup.folder.write("manifests/g.json", given.to_string());
    setup
        .folder
        .write("manifests/n.yaml", "client_name: n\nowner: o\n");
}

fn every_command() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    manifests(&setup);
    let with_password = setup
        .url()
        .replace("http://", &format!("http://user:{PASSWORD}@"));
    let header = format!("X-Tenant: {HEADER}");
    for endpoint in [setup.url(), with_password] {
        for words in [
            &["plan"][..],
            &["apply", "--allow-plaintext-secrets"],
            &["apply", "--allow-plaintext-secrets", "--output", "json"],
            &["plan", "--unmanaged", "--output", "json"],
            &["secrets", "check"],
            &["secrets", "recover"],
        ] {
            let mut command = setup.program(words);
            command.args(["-v", "--endpoint", &endpoint, "--header", &header]);
            if !endpoint.contains('@') {
                command.args(["--access-token", TOKEN]);
            }
            let ended = setup.run(&mut command);
            ended.says(0, &[]);
            is_silent(&setup, &ended);
        }
    }
    for words in [&["secrets", "list"][..], &["validate", "-v"]] {
        let ended = setup.run(&mut setup.program(words));
        ended.says(0, &[]);
        is_silent(&setup, &ended);
    }
    encrypted()
}

fn encrypted() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    manifests(&setup);
    let key = Key::new();
    setup.folder.write("key.asc", key.public());
    let ended = setup.run(
        setup
            .applying(&["-v", "--pgp-key-file", "key.asc"])
            .args(["--access-token", TOKEN]),
    );
    ended.says(0, &["4 created"]);
    is_silent(&setup, &ended);
    for record in setup.folder.records() {
        let message = record["encrypted_client_secret"].as_str().unwrap();
        setup.is_unsaid(&ended, &key.open(message));
    }
    Ok(())
}

/// What Hydra or a gateway repeats of the request is the most likely leak.
fn echoes() -> Result<(), Missing> {
    let setup = Setup::new(|request| {
        let sent = String::from_utf8_lossy(&request.body).into_owned();
        let reason = json!({"error": "invalid", "error_description": sent}).to_string();
        match request.number {
            _ if !request.creates() => Fault::Pass,
            1 => Fault::Answer(in_json("400 Bad Request", &reason)),
            2 => Fault::Answer(answer("500 Oops", "Content-Type: text/plain\r\n", &sent)),
            3 => Fault::Answer(in_json("201 Created", &sent.replace("client_id", "x"))),
            4 => Fault::Answer(in_json("201 Created", &sent[..sent.len() - 2])),
            _ => Fault::Pass,
        }
    });
    manifests(&setup);
    let ended = setup.apply(&["-v", "--parallelism", "1"]);
    is_silent(&setup, &ended);
    Ok(())
}

fn misplaced() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let address = format!("http://user:{PASSWORD}@localhost:4445");
    for command in ["plan", "apply", "validate"] {
        let ended = setup.run(&mut setup.program(&[command, &address]));
        ended.says(3, &["a URL was given", "`--endpoint`"]);
        is_silent(&setup, &ended);
    }
    // What begins with dashes is a value, and not shown as an unknown flag.
    for flag in ["--access-token", "--pgp-key"] {
        let mut command = setup.program(&["apply"]);
        command.args([flag, &format!("--{TOKEN}"), "--allow-empty"]);
        is_silent(&setup, &setup.run(&mut command));
    }
    Ok(())
}

/// Gateways repeat tokens in their refusals, or the beginning of one.
fn gateway() -> Result<(), Missing> {
    for refusal in ["401 Unauthorized", "400 Bad Request", "500 Oops"] {
        let setup = Setup::new(move |request| {
            let all: Vec<&str> = request.headers.iter().map(|(_, value)| &**value).collect();
            let half = &TOKEN[..TOKEN.len() - 3];
            let password = match request.header("authorization") {
                Some(basic) if basic.starts_with("Basic") => PASSWORD,
                _ => half,
            };
            let sent = format!("{} {password}", all.join(" "));
            let reason = json!({"error": "refused", "error_description": sent});
            Fault::Answer(in_json(refusal, &reason.to_string()))
        });
        manifests(&setup);
        let with_password = setup
            .url()
            .replace("http://", &format!("http://user:{PASSWORD}@"));
        let header = format!("X-Api-Key: {HEADER}");
        for words in [
            ["--access-token", TOKEN, "--endpoint", &setup.url()],
            ["--endpoint", &with_password, "--header", &header],
        ] {
            for command in ["plan", "apply", "doctor"] {
                let mut command = setup.program(&[command]);
                command.args(["--fail-after", "1s"]).args(words);
                let ended = setup.run(&mut command);
                ended.says(5, &["***"]);
                is_silent(&setup, &ended);
                if words[0] == "--access-token" {
                    setup.is_unsaid(&ended, &TOKEN[..TOKEN.len() - 3]);
                }
            }
        }
    }
    Ok(())
}

fn wrong_values() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    manifests(&setup);
    let bad_token = format!("{TOKEN}\nx");
    let bad_url = format!("http://user:{PASSWORD}@[::1");
    let bad_scheme = format!("ftp://user:{PASSWORD}@host");
    let bad_header = format!("X-Tenant: {HEADER}\nx");
    let no_name = format!(": {HEADER}");
    let misspelt = format!("--acces-token={TOKEN}");
    for words in [
        ["--access-token", &bad_token],
        ["--endpoint", &bad_url],
        ["--endpoint", &bad_scheme],
        ["--public-url", &bad_url],
        ["--header", &bad_header],
        ["--header", &no_name],
        ["--header", HEADER],
        ["--fail-after", "soon"],
        ["--acces-token", TOKEN],
        [&misspelt, "manifests"],
    ] {
        let ended = setup.apply(&words);
        ended.says(64, &[]);
        is_silent(&setup, &ended);
    }
    setup.is_untouched();
    Ok(())
}

fn help() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    for words in [
        &["--help"][..],
        &["plan", "--help"],
        &["apply", "--help"],
        &["secrets", "recover", "--help"],
        &["apply", "--no-such-flag"],
    ] {
        let mut command = setup.program(words);
        command
            .env("OAUTH2_ACCESS_TOKEN", TOKEN)
            .env("HYDRA_ADMIN_URL", format!("http://user:{PASSWORD}@host"))
            .env("HYDRA_PUBLIC_URL", format!("http://user:{PASSWORD}@host"))
            .env("HYDRA_GITOPS_PGP_KEY", GIVEN);
        is_silent(&setup, &setup.run(&mut command));
    }
    Ok(())
}

/// It is another server's, or a gateway's, and the token is for the admin API.
fn public_endpoint() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() {
        true => Fault::Lose,
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    let post = json!({"client_id": "p", "token_endpoint_auth_method": "client_secret_post"});
    setup.folder.write("manifests/p.json", post.to_string());
    let url = setup.target.url();
    let public = crate::support::proxy::Proxy::start(&url, Box::new(|_| Fault::Pass));
    let public_url = format!("http://{}", public.address());
    let ended = setup.apply(&["--access-token", TOKEN, "--public-url", &public_url]);
    ended.says(0, &["created a", "created p"]);
    let requests = public.requests();
    assert!(!requests.is_empty());
    for request in requests {
        assert!(!format!("{request:?}").contains(TOKEN), "{request:?}");
    }
    Ok(())
}
