//! Tokens, passwords and headers that are ordinary words, or a single letter: what Hydra says is
//! understood as it says it, whatever is hidden of it.

use serde_json::json;

use crate::support::program::Ended;
use crate::support::proxy::{Fault, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("answers_are_read_before_anything_is_hidden", read),
    ("faults_that_stay_are_known_by_hidden_words", lasting),
    ("a_letter_is_hidden_where_it_stands_alone", shown),
];

/// Words of Hydra's answers, and letters of them.
const WORDS: &[&str] = &[
    "a",
    "e",
    "ed",
    "error",
    "client_id",
    "resource",
    "invalid_client",
];

/// Runs a command with each word as a header, as the token and as the password.
fn with_each(words: &[&str], program: &[&str], judge: impl Fn(&Setup, &Ended, &str)) {
    for word in words {
        let header = format!("X-Tenant: {word}");
        for way in [["--header", &header], ["--access-token", word], ["", ""]] {
            let setup = Setup::new(|_| Fault::Pass);
            setup.folder.clients(&["one"]);
            let mut command = setup.program(program);
            match way {
                ["", ""] => {
                    let with_password = format!("http://u:{word}@");
                    let url = setup.url().replace("http://", &with_password);
                    command.args(["--endpoint", &url])
                }
                flag => command.args(flag),
            };
            judge(&setup, &setup.run(&mut command), word);
        }
    }
}

fn read() -> Result<(), Missing> {
    with_each(WORDS, &["plan"], |_, ended, _| {
        ended.says(0, &["1 to create"]);
    });
    let apply = ["apply", "--allow-plaintext-secrets"];
    with_each(&["error"], &apply, |setup, ended, _| {
        ended.says(0, &["1 created"]);
        setup.has_clients(&["one"]);
    });
    Ok(())
}

/// A 500 that names a fault of the request is not tried again.
fn lasting() -> Result<(), Missing> {
    let setup = Setup::new(|request| {
        let reason = json!({"error": "x", "error_description": "json: cannot unmarshal"});
        match request.creates() {
            true => Fault::Answer(in_json("500 Oops", &reason.to_string())),
            false => Fault::Pass,
        }
    });
    setup.folder.clients(&["one"]);
    let ended = setup.apply(&["--access-token", "unmarshal"]);
    ended.says(1, &["HTTP 500: json: cannot ***"]);
    assert_eq!(setup.posts("one"), 1, "{ended}");
    Ok(())
}

fn shown() -> Result<(), Missing> {
    let setup = Setup::new(|request| {
        let sent = request.header("authorization").unwrap_or_default();
        let reason = json!({"error": "x", "error_description": format!("bad {sent}!")});
        Fault::Answer(in_json("401 Unauthorized", &reason.to_string()))
    });
    setup.folder.clients(&["one"]);
    let mut command = setup.program(&["plan"]);
    let ended = setup.run(command.args(["--access-token", "a"]));
    ended.says(5, &["HTTP 401: bad Bearer ***!"]);
    Ok(())
}
