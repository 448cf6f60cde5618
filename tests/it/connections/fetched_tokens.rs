//! Tokens that a command prints, before a real Hydra behind a gateway that asks
//! for one and takes another one from some moment on.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, Request, json as json_answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::watching::{Watching, until};

pub(crate) const TESTS: Tests = &[
    ("a_command_is_run_once", once),
    (
        "a_look_up_is_asked_again_with_a_new_token",
        rotates_before_a_look_up,
    ),
    (
        "a_create_is_sent_again_after_a_look_up",
        rotates_before_a_create,
    ),
    (
        "a_create_that_arrived_is_not_sent_again",
        created_and_refused,
    ),
    ("a_gateway_that_refuses_every_token_ends_it", refused),
    ("a_command_without_a_token_is_named", bad_commands),
    ("a_command_that_hangs_is_killed", hangs),
    ("what_a_command_says_is_bounded_and_harmless", said),
    ("watch_goes_on_with_new_tokens", watches),
    ("watch_waits_for_a_command_that_fails", waits),
    (
        "flags_that_contradict_each_other_are_refused",
        contradictions,
    ),
    ("doctor_names_where_the_token_comes_from", doctor),
];

const COUNTING: &str = "echo run >> runs; cat token";

/// What the gateway takes.
#[derive(Clone)]
struct Gate(Arc<Mutex<String>>);

impl Gate {
    fn new(token: &str) -> Self {
        Self(Arc::new(Mutex::new(token.to_owned())))
    }

    fn takes(&self, token: &str) {
        token.clone_into(&mut self.0.lock().unwrap());
    }

    /// Whether a request has the token. A refusal repeats what it refuses, in several spellings.
    fn passes(&self, request: &Request) -> Fault {
        let given = request.header("authorization").unwrap_or("nothing");
        if given == format!("Bearer {}", self.0.lock().unwrap()) {
            return Fault::Pass;
        }
        unauthorized(given)
    }
}

pub(super) fn unauthorized(given: &str) -> Fault {
    let token = given.trim_start_matches("Bearer ");
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let hexadecimal: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({
        "error": token,
        "error_description": format!(
            "no entry for {given} {} {encoded} {hexadecimal}",
            STANDARD.encode(token)
        ),
    });
    Fault::Answer(json_answer("401 Unauthorized", &body.to_string()))
}

/// A real Hydra behind a gateway.
fn before_hydra(
    script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
) -> Result<Setup, Missing> {
    let target = Target::real(Release::V2, None)?;
    Ok(Setup::before(target, script))
}

/// The token, as the command prints it.
fn issue(setup: &Setup, token: &str) {
    setup.folder.write("token", format!("{token}\n"));
}

fn runs(setup: &Setup) -> usize {
    setup.folder.read("runs").lines().count()
}

/// Runs a command with `--access-token-command`, and asserts that it says none of the words in any
/// spelling.
#[track_caller]
fn run_with(setup: &Setup, command: &str, words: &[&str], secrets: &[&str]) -> Ended {
    let mut program = setup.program(words);
    program.args(["--access-token-command", command]);
    let ended = setup.run(&mut program);
    silent(setup, &ended, secrets);
    ended
}

#[track_caller]
pub(super) fn silent(setup: &Setup, ended: &Ended, secrets: &[&str]) {
    for secret in secrets {
        let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let encoded: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for word in [*secret, &STANDARD.encode(secret), &hexadecimal, &encoded] {
            setup.is_unsaid(ended, word);
        }
    }
}

/// Method, path and token of each request to create or look up this client.
fn about(setup: &Setup, id: &str) -> Vec<(String, String)> {
    let requests = setup.proxy.requests();
    let about = requests.iter().filter(|request| {
        let is_look_up = request.path.ends_with(&format!("/clients/{id}"));
        is_look_up || request.member("client_id").as_deref() == Some(id)
    });
    let token = |request: &Request| {
        let header = request.header("authorization").unwrap_or_default();
        header.trim_start_matches("Bearer ").to_owned()
    };
    about
        .map(|request| (request.method.clone(), token(request)))
        .collect()
}

const APPLY: &[&str] = &["apply", "--allow-plaintext-secrets", "--parallelism", "1"];

fn once() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| script.passes(request))?;
    setup.folder.clients(&["a", "b", "c", "d"]);
    issue(&setup, "first-token-1");
    let words = ["apply", "--allow-plaintext-secrets"];
    run_with(&setup, COUNTING, &words, &["first-token-1"]).says(0, &["4 created"]);
    setup.has_clients(&["a", "b", "c", "d"]);
    assert_eq!(runs(&setup), 1);
    Ok(())
}

/// From its second look-up on, the gateway takes another token.
fn rotates_before_a_look_up() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| {
        if request.path.ends_with("/clients/b") {
            script.takes("second-token-2");
        }
        script.passes(request)
    })?;
    setup.folder.clients(&["a", "b"]);
    issue(&setup, "first-token-1");
    let turn =
        "echo run >> runs; test $(wc -l < runs) = 1 && echo first-token-1 || echo second-token-2";
    let secrets = ["first-token-1", "second-token-2"];
    run_with(&setup, turn, APPLY, &secrets).says(0, &["2 created"]);
    setup.has_clients(&["a", "b"]);
    assert_eq!(runs(&setup), 2);
    let looked: Vec<_> = about(&setup, "b");
    let word = |method: &str, token: &str| (method.to_owned(), token.to_owned());
    assert_eq!(looked[0], word("GET", "first-token-1"));
    assert_eq!(looked[1], word("GET", "second-token-2"));
    assert!(
        looked[2..]
            .iter()
            .all(|(_, token)| token == "second-token-2")
    );
    Ok(())
}

/// From the first create on, the gateway takes another token.
fn rotates_before_a_create() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| {
        if request.creates() {
            script.takes("second-token-2");
        }
        script.passes(request)
    })?;
    setup.folder.clients(&["a", "b"]);
    let turn =
        "echo run >> runs; test $(wc -l < runs) = 1 && echo first-token-1 || echo second-token-2";
    let secrets = ["first-token-1", "second-token-2"];
    run_with(&setup, turn, APPLY, &secrets).says(0, &["2 created"]);
    setup.has_clients(&["a", "b"]);
    assert!(setup.is_recorded("a") && setup.is_recorded("b"));
    assert_eq!(setup.folder.records().len(), 2);
    assert_eq!(runs(&setup), 2);
    let word = |method: &str, token: &str| (method.to_owned(), token.to_owned());
    let of_first = about(&setup, "a");
    let first = of_first.iter().position(|(method, _)| method == "POST");
    // Refused, looked up, and sent again.
    assert_eq!(
        of_first[first.unwrap()..],
        [
            word("POST", "first-token-1"),
            word("GET", "second-token-2"),
            word("POST", "second-token-2"),
        ]
    );
    assert_eq!(setup.posts("b"), 1);
    Ok(())
}

/// The gateway lets a create through, and refuses its token afterwards.
fn created_and_refused() -> Result<(), Missing> {
    let setup = before_hydra(|request| match request.creates() {
        true => Fault::Instead(json_answer("401 Unauthorized", "{}")),
        false => Fault::Pass,
    })?;
    setup.folder.clients(&["a"]);
    issue(&setup, "first-token-1");
    run_with(&setup, COUNTING, APPLY, &["first-token-1"]).says(0, &["1 created"]);
    assert_eq!(setup.posts("a"), 1);
    setup.has_clients(&["a"]);
    // Its look-up has a new one.
    assert_eq!(runs(&setup), 2);
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let gate = Gate::new("another");
    let setup = before_hydra(move |request| gate.passes(request))?;
    setup.folder.clients(&["a", "b"]);
    issue(&setup, "wrong-token-1");
    let says = [
        "HTTP 401: no entry",
        "hint: check that the command of `--access-token-command` prints a token",
    ];
    run_with(&setup, COUNTING, APPLY, &["wrong-token-1"]).says(5, &says);
    assert_eq!(runs(&setup), 2);
    setup.is_untouched_but(&["runs", "token"]);
    Ok(())
}

fn bad_commands() -> Result<(), Missing> {
    let setup = before_hydra(|_| Fault::Pass)?;
    setup.folder.clients(&["a"]);
    for (command, says) in [
        ("true", "printed nothing"),
        ("echo", "printed nothing"),
        (
            "echo hunter-22; echo hunter-22",
            "printed more than one line",
        ),
        ("printf 'hunter-22\\n\\n'", "printed more than one line"),
        ("printf 'hunter-22\\rx'", "printed more than one line"),
        ("echo Bearer hunter-22", "printed blanks"),
        (
            "printf 'hunter-22\\377'",
            "printed something that is not text",
        ),
        ("echo hunter-22; exit 3", "ended with exit code 3"),
        ("echo hunter-22; kill -9 $$", "was ended by signal 9"),
        ("no-such-program", "ended with exit code 127: "),
        ("yes hunter-22", "printed more than 64 KiB"),
        (
            "echo hunter-22; echo 'no login: hunter-22' >&2; exit 1",
            "ended with exit code 1: no login: ***",
        ),
    ] {
        let ended = run_with(&setup, command, &["plan"], &["hunter-22"]);
        let says = format!("no access token: `--access-token-command` {says}");
        ended.says(5, &[&says, "hint: run the command by itself"]);
    }
    for (command, token) in [
        ("printf first-1", "first-1"),
        ("printf 'first-1\\r\\n'", "first-1"),
    ] {
        run_with(&setup, command, &["plan"], &[token]).says(0, &["1 to create"]);
        assert_eq!(about(&setup, "a").last().unwrap().1, token);
    }
    let mut empty = setup.program(&["plan", "--access-token-command", " "]);
    setup
        .run(&mut empty)
        .says(64, &["`--access-token-command` is empty"]);
    Ok(())
}

fn hangs() -> Result<(), Missing> {
    let setup = before_hydra(|_| Fault::Pass)?;
    setup.folder.clients(&["a"]);
    let command = "sleep 1000 & echo $! > child; echo hunter-22; wait";
    let words = ["plan", "--request-timeout", "500ms"];
    let ended = run_with(&setup, command, &words, &["hunter-22"]);
    let says = "`--access-token-command` did not finish within 500ms and was killed";
    ended.says(5, &[says]);
    assert!(ended.took < Duration::from_secs(60));
    let child = setup.folder.read("child");
    let process = format!("/proc/{}", child.trim());
    until("no process is left", || {
        let state = std::fs::read_to_string(format!("{process}/stat"));
        // A killed process may wait for somebody to hear of it.
        state.is_err() || state.is_ok_and(|stat| stat.contains(") Z "))
    });
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn said() -> Result<(), Missing> {
    let setup = before_hydra(|_| Fault::Pass)?;
    setup.folder.clients(&["a"]);
    let command = r"printf '\033[31mred\n::error::x\nhttp://me:hunter-22@h/\n' >&2; yes long | head -c 100000 >&2; exit 1";
    let ended = run_with(&setup, command, &["plan"], &["hunter-22"]);
    ended.says(5, &["exit code 1: ", "red"]);
    let messages: Vec<_> = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .collect();
    assert_eq!(messages.len(), 1, "{ended}");
    assert!(messages[0].len() < 700, "{}", messages[0]);
    assert!(
        !messages[0].contains('\u{1b}') || !messages[0].contains("\u{1b}[31m"),
        "{ended}"
    );
    let commands = ended
        .stderr
        .lines()
        .filter(|line| line.trim_start().starts_with("::"));
    assert_eq!(commands.count(), 0, "{ended}");
    Ok(())
}

/// The program, watching with a token that a command prints.
fn watching(setup: &Setup) -> Watching {
    let mut program = setup.watching(&["--interval", "200ms"]);
    program.env_remove("RUST_LOG");
    program.args(["--access-token-command", COUNTING]);
    Watching::start(&mut program)
}

fn watches() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| script.passes(request))?.without_log();
    setup.folder.clients(&["a", "b"]);
    issue(&setup, "first-token-1");
    let mut watching = watching(&setup);
    watching.next("idle");
    assert_eq!(runs(&setup), 1);
    // A new token is noticed by the first refusal, and Hydra never counts as down.
    issue(&setup, "second-token-2");
    gate.takes("second-token-2");
    setup.target.delete("a");
    watching.next_of("created", "a");
    assert_eq!(runs(&setup), 2);
    // Keys and tokens are read again.
    watching.running.signal(rustix::process::Signal::HUP);
    until("another run", || runs(&setup) == 3);
    setup.target.delete("b");
    watching.next_of("created", "b");
    let events = watching.events();
    assert!(
        events.iter().all(|event| event["event"] != "hydra-down"),
        "{events:#?}"
    );
    let ended = watching.end();
    ended.says(0, &[]);
    silent(&setup, &ended, &["first-token-1", "second-token-2"]);
    Ok(())
}

fn waits() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| script.passes(request))?.without_log();
    setup.folder.clients(&["a"]);
    let mut watching = watching(&setup);
    let down = watching.next("hydra-down");
    let error = down["error"].as_str().unwrap();
    assert!(
        error.contains("`--access-token-command` ended with exit code 1"),
        "{error}"
    );
    assert!(setup.proxy.requests().is_empty());
    issue(&setup, "first-token-1");
    watching.next("hydra-up");
    watching.next_of("created", "a");
    watching.end().says(0, &[]);
    Ok(())
}

fn contradictions() -> Result<(), Missing> {
    let setup = before_hydra(|_| Fault::Pass)?;
    setup.folder.clients(&["a"]);
    issue(&setup, "first-token-1");
    let plan = |words: &[&str]| {
        let mut program = setup.program(&["plan"]);
        program.args(words);
        program
    };
    let command = ["--access-token-command", "cat token"];
    let url = [
        "--token-url",
        "http://h/t",
        "--token-client-id",
        "x",
        "--token-client-secret-file",
        "token",
    ];
    for words in [
        &[&command[..], &["--access-token", "x"]].concat(),
        &[&command[..], &["--access-token-file", "token"]].concat(),
        &[&command[..], &url].concat(),
        &[&url[..], &["--access-token", "x"]].concat(),
        &[&command[..], &["--header", "Authorization: Bearer x"]].concat(),
        &url[..4].to_vec(),
        &vec!["--token-client-id", "x"],
        &vec!["--token-client-secret-file", "token"],
    ] {
        let ended = setup.run(&mut plan(words));
        assert_eq!(ended.code, Some(64), "{words:?} {ended}");
    }
    let mut sandbox = program::program(setup.folder.path());
    sandbox.args(["plan", "--sandbox"]).args(command);
    program::run(&mut sandbox).says(64, &["cannot be used with"]);
    assert!(setup.proxy.requests().is_empty());
    // A flag goes before a variable, and a token before a password.
    let endpoint = setup.url().replace("http://", "http://me:hunter-22@");
    let mut program = plan(&command);
    program
        .env("OAUTH2_ACCESS_TOKEN", "variable-22")
        .args(["--endpoint", &endpoint]);
    let ended = setup.run(&mut program);
    ended.says(
        0,
        &[
            "1 to create",
            "the token from `--access-token-command` is sent",
        ],
    );
    silent(
        &setup,
        &ended,
        &["first-token-1", "variable-22", "hunter-22"],
    );
    let requests = setup.proxy.requests();
    assert!(
        requests
            .iter()
            .all(|one| one.header("authorization") == Some("Bearer first-token-1"))
    );
    Ok(())
}

fn doctor() -> Result<(), Missing> {
    let gate = Gate::new("first-token-1");
    let script = gate.clone();
    let setup = before_hydra(move |request| script.passes(request))?;
    issue(&setup, "first-token-1");
    let ended = run_with(
        &setup,
        COUNTING,
        &["doctor", "--allow-plaintext-secrets"],
        &["first-token-1"],
    );
    ended.says(0, &["granted, with `--access-token-command`"]);
    assert_eq!(runs(&setup), 1);
    gate.takes("another");
    let ended = run_with(
        &setup,
        COUNTING,
        &["doctor", "--allow-plaintext-secrets"],
        &["first-token-1"],
    );
    ended.says(
        5,
        &["Hydra rejects the credentials from `--access-token-command`"],
    );
    let start = Instant::now();
    let ended = run_with(
        &setup,
        "exit 1",
        &["doctor", "--allow-plaintext-secrets"],
        &[],
    );
    ended.says(5, &["`--access-token-command` ended with exit code 1"]);
    assert!(start.elapsed() < Duration::from_secs(30));
    Ok(())
}
