//! What is tried again, for how long, and what is said meanwhile.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::program::Running;
use crate::support::proxy::{Fault, Proxy, Request, answer, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_hydra_that_comes_up_late_is_waited_for", comes_up),
    ("the_server_says_how_long_to_wait", retry_after),
    ("a_wait_of_nothing_is_no_busy_loop", retry_after_zero),
    ("passing_faults_are_tried_again", passing),
    ("lasting_refusals_are_not", lasting),
    ("each_request_has_its_own_limit", own_limit),
    ("a_server_that_says_nothing_is_given_up", silent),
    ("a_500_for_one_client_alone_is_not_waited_for", own_500),
];

/// The others take their time, so that some are created between the attempts.
fn own_500() -> Result<(), Missing> {
    let error = r#"{"error":"error","error_description":"The error is unrecognizable"}"#;
    let error = json("500 Internal Server Error", error);
    let setup = Setup::new(
        move |request| match request.member("client_id").as_deref() {
            Some("a") if request.creates() => Fault::Answer(error.clone()),
            _ if request.creates() => Fault::Delay(Duration::from_millis(100)),
            _ => Fault::Pass,
        },
    );
    let others: Vec<String> = (0..30).map(|number| format!("other-{number}")).collect();
    let ids = ["a"].into_iter().chain(others.iter().map(String::as_str));
    setup.folder.clients(&ids.collect::<Vec<_>>());
    let ended = setup.apply(&["--parallelism", "3", "--fail-after", "1h"]);
    let hint = "Hydra creates other clients";
    ended.says(
        1,
        &[
            "30 created",
            "1 failed",
            "The error is unrecognizable",
            hint,
        ],
    );
    assert!(setup.posts("a") < 12, "{ended}");
    Ok(())
}

const JOURNAL: &str = "client-secrets.jsonl.journal";

/// Answers the first `times` creates so.
fn at_first(times: usize, body: Vec<u8>) -> impl Fn(&Request) -> Fault + Send + Sync {
    move |request| match request.creates() && request.number <= times {
        true => Fault::Answer(body.clone()),
        false => Fault::Pass,
    }
}

fn comes_up() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let mut command = setup.applying(&["--fail-after", "60s", "--allow-plaintext-secrets"]);
    let running = Running::start(command.args(["--endpoint", &format!("http://{address}")]));
    running.wait_until_says("retrying: `GET http");
    let late = Proxy::start_at(address, &setup.target.url(), Box::new(|_| Fault::Pass));
    let ended = running.wait();
    ended.says(0, &["1 created", "Connection refused", "giving up in 5"]);
    assert!(!late.requests().is_empty());
    setup.has_secret("a", true);
    Ok(())
}

fn retry_after() -> Result<(), Missing> {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let busy = answer(status, "Retry-After: 1\r\n", "");
        let setup = Setup::new(at_first(2, busy));
        setup.folder.clients(&["a"]);
        setup.apply(&[]).says(0, &["1 created"]);
        let requests = setup.proxy.requests();
        let posts: Vec<_> = requests
            .iter()
            .filter(|request| request.creates())
            .collect();
        assert_eq!(posts.len(), 3);
        for pair in posts.windows(2) {
            let pause = pair[1].at - pair[0].at;
            assert!(pause >= Duration::from_secs(1), "{pause:?}");
        }
        setup.has_secret("a", true);
    }
    Ok(())
}

fn retry_after_zero() -> Result<(), Missing> {
    let busy = answer("429 Too Many Requests", "Retry-After: 0\r\n", "");
    let setup = Setup::new(at_first(usize::MAX, busy));
    setup.folder.clients(&["a"]);
    setup
        .apply(&["--fail-after", "2s"])
        .says(1, &["HTTP 429", "(tried "]);
    let posts = setup.posts("a");
    assert!((3..30).contains(&posts), "{posts}");
    assert_eq!(setup.folder.files(), [JOURNAL]);
    Ok(())
}

fn passing() -> Result<(), Missing> {
    let conflict = r#"{"error":"error","error_description":"Unable to serialize access due to a concurrent update in another session"}"#;
    let locked = r#"{"error":"error","error_description":"database is locked"}"#;
    let unknown = r#"{"error":"error","error_description":"The error is unrecognizable"}"#;
    for body in [
        json("400 Bad Request", conflict),
        json("500 Internal Server Error", locked),
        json("500 Internal Server Error", unknown),
        answer("502 Bad Gateway", "", ""),
        answer("504 Gateway Timeout", "", ""),
    ] {
        let setup = Setup::new(at_first(2, body));
        setup.folder.clients(&["a"]);
        setup.apply(&[]).says(0, &["1 created"]);
        assert_eq!(setup.posts("a"), 3);
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

fn lasting() -> Result<(), Missing> {
    for status in [400, 401, 403, 404, 405, 406, 413, 415, 418, 422] {
        let body = json(
            &format!("{status} No"),
            r#"{"error":"no","error_description":"because of the moon"}"#,
        );
        let setup = Setup::new(at_first(usize::MAX, body));
        setup.folder.clients(&["a"]);
        let said = format!("HTTP {status}: because of the moon");
        let ended = setup.apply(&[]);
        // Whoever refuses us refuses all.
        let code = if matches!(status, 401 | 403) { 5 } else { 1 };
        ended.says(code, &["failed a", &said, "`POST http", "clients.yaml:1"]);
        assert_eq!(setup.posts("a"), 1, "{status}");
        // Only with this one does Hydra itself say that nothing was created.
        let left: &[&str] = if status == 400 { &[] } else { &[JOURNAL] };
        assert_eq!(setup.folder.files(), left, "{status}");
    }
    Ok(())
}

/// Two clients that each need most of the limit.
fn own_limit() -> Result<(), Missing> {
    let setup =
        Setup::new(
            |request| match request.path.ends_with("/version") || request.creates() {
                true => Fault::Pass,
                false => match request.number % 8 {
                    0 => Fault::Pass,
                    _ => Fault::Answer(answer("503 Busy", "", "")),
                },
            },
        );
    setup.folder.clients(&["a", "b", "c"]);
    let ended = setup.apply(&["--fail-after", "1h", "--parallelism", "1"]);
    ended.says(0, &["3 created"]);
    setup.is_tidy();
    Ok(())
}

/// It takes the connection and never answers.
fn silent() -> Result<(), Missing> {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let ended = setup.apply(&[
        "--endpoint",
        &url,
        "--fail-after",
        "1s",
        "--request-timeout",
        "300ms",
    ]);
    ended.says(5, &["no answer in time", "(tried ", "--request-timeout"]);
    setup.is_untouched();
    Ok(())
}
