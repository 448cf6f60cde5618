//! What stands before Hydra delivers a request twice, or delivers it and answers in Hydra's place.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::hydra::Release;
use crate::support::proxy::{Fault, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    (
        "answered_for_hydra_in_sandboxes_loses_no_secret",
        in_sandboxes,
    ),
    ("answered_for_a_real_v1_loses_no_secret", on_v1),
    ("answered_for_a_real_v2_1_loses_no_secret", on_v2_1),
    ("answered_for_a_real_v2_loses_no_secret", on_v2),
    ("a_request_delivered_twice_loses_no_secret", twice),
    (
        "a_refusal_that_is_not_hydras_is_looked_after_before_the_next_try",
        no_blind_retry,
    ),
];

/// What gateways answer: proofs of nothing, all of them.
const ANSWERS: &[(&str, &str)] = &[
    ("200 OK", "<html>welcome</html>"),
    ("201 Created", "<html>done</html>"),
    ("201 Created", "{}"),
    ("302 Found", ""),
    ("400 Bad Request", "<html>blocked</html>"),
    (
        "400 Bad Request",
        r#"{"error":{"code":400,"message":"blocked"}}"#,
    ),
    ("400 Bad Request", r#"{"status":400,"error":"Bad Request"}"#),
    (
        "401 Unauthorized",
        r#"{"error":"unauthorized","error_description":"no"}"#,
    ),
    ("403 Forbidden", "<html>blocked</html>"),
    (
        "404 Not Found",
        r#"{"error":"Unable to locate the resource","error_description":""}"#,
    ),
    (
        "409 Conflict",
        r#"{"error":"conflict","error_description":"too many"}"#,
    ),
    ("413 Content Too Large", ""),
    (
        "422 Unprocessable",
        r#"{"error":"no","error_description":"no"}"#,
    ),
    ("429 Too Many Requests", "slow down"),
    ("500 Internal Server Error", "<html>oops</html>"),
    ("502 Bad Gateway", ""),
    ("503 Service Unavailable", ""),
    ("504 Gateway Timeout", ""),
];

/// A client by its id or its name, with a grant that proves its secret.
pub(crate) fn manifest(id: Option<&str>, name: &str) -> Value {
    let grants = ["client_credentials"];
    let mut client = json!({"grant_types": grants, "client_name": name, "owner": "o"});
    if let Some(id) = id {
        client["client_id"] = json!(id);
    }
    client
}

/// The secret that each client has stands in a record of it, and what is certain is right.
#[track_caller]
fn all_are_kept(setup: &Setup, wanted: usize) {
    let (clients, records) = (setup.target.clients(), setup.folder.records());
    assert_eq!(clients.len(), wanted);
    for client in &clients {
        let id = client["client_id"].as_str().unwrap();
        let of_it = records.iter().filter(|record| record["client_id"] == id);
        let is_right = |record: &Value| {
            let secret = record["client_secret"].as_str().unwrap();
            setup.target.accepts(id, secret)
        };
        let kept: Vec<_> = of_it.map(|one| (is_right(one), one)).collect();
        assert!(kept.iter().any(|(right, _)| *right), "{client} {kept:?}");
        let is_doubtful = |one: &Value| one["unconfirmed"] == true;
        let holds = kept.iter().all(|(right, one)| *right || is_doubtful(one));
        assert!(holds, "{client} {kept:?}");
    }
}

/// The first create of each client is delivered, and its own answer given back. Those that refuse
/// everybody end a run, and the next one goes on.
fn each_answer(target: Target, has_ids: bool, is_proved: bool) {
    let answered: Mutex<HashSet<String>> = Mutex::default();
    let setup = Setup::before(target, move |request| {
        let Some(name) = request.member("client_name").filter(|_| request.creates()) else {
            return Fault::Pass;
        };
        let number: usize = name.split('-').next().unwrap().parse().unwrap();
        let (status, body) = ANSWERS[number];
        let location = match status.starts_with("302") {
            true => "Location: http://login.example/\r\n",
            false => "",
        };
        match answered.lock().unwrap().insert(name) {
            true => Fault::Instead(answer(status, location, body)),
            false => Fault::Pass,
        }
    });
    let mut clients = Vec::new();
    for number in 0..ANSWERS.len() {
        clients.push(manifest(None, &format!("{number}-by-name")));
        if has_ids {
            let name = format!("{number}-by-id");
            clients.push(manifest(Some(&name), &name));
        }
    }
    setup
        .folder
        .write("manifests/all.json", json!(clients).to_string());
    let public = setup.target.public_url();
    let proof = ["--public-url", &public];
    let words: &[&str] = if is_proved { &proof } else { &[] };
    let all = format!("{} unchanged", clients.len());
    let deadline = Instant::now() + Duration::from_secs(180);
    let mut ended = setup.apply(words);
    while !ended.stdout.contains(&all) {
        assert!(Instant::now() < deadline, "{ended}");
        ended = setup.apply(words);
    }
    all_are_kept(&setup, clients.len());
    setup.is_tidy();
    let doubtful = setup.folder.records();
    let doubtful = doubtful.iter().filter(|one| one["unconfirmed"] == true);
    if is_proved {
        assert_eq!(doubtful.count(), 0);
    }
}

fn in_sandboxes() -> Result<(), Missing> {
    // Side by side, because a run mostly waits for its next try.
    thread::scope(|scope| {
        for version in Version::ALL {
            for is_proved in [false, true] {
                let target = Target::sandbox(*version);
                let has_ids = version.lets_ids_be_chosen();
                scope.spawn(move || each_answer(target, has_ids, is_proved));
            }
        }
    });
    Ok(())
}

fn on_real(release: Release) -> Result<(), Missing> {
    let targets = [Target::real(release, None)?, Target::real(release, None)?];
    thread::scope(|scope| {
        for (target, is_proved) in targets.into_iter().zip([false, true]) {
            scope.spawn(move || each_answer(target, release != Release::V2_1, is_proved));
        }
    });
    Ok(())
}

fn on_v1() -> Result<(), Missing> {
    on_real(Release::V1)
}

fn on_v2_1() -> Result<(), Missing> {
    on_real(Release::V2_1)
}

fn on_v2() -> Result<(), Missing> {
    on_real(Release::V2)
}

/// The first create is delivered twice. It conflicts with itself, and the answer is the conflict.
fn twice() -> Result<(), Missing> {
    for version in Version::ALL.iter().filter(|one| one.lets_ids_be_chosen()) {
        let setup = Setup::before(Target::sandbox(*version), |request| {
            match request.creates() && request.number == 1 {
                true => Fault::Twice,
                false => Fault::Pass,
            }
        });
        let client = manifest(Some("a"), "a").to_string();
        setup.folder.write("manifests/a.json", client);
        setup.apply(&["--public-url", &setup.target.public_url()]);
        assert_eq!(setup.posts("a"), 1, "{version}");
        all_are_kept(&setup, 1);
        setup.is_tidy();
    }
    Ok(())
}

/// The first create is delivered, and `text` given back.
fn answered(target: Target, text: Vec<u8>) -> Setup {
    Setup::before(target, move |request| match request.creates() {
        true if request.number == 1 => Fault::Instead(text.clone()),
        _ => Fault::Pass,
    })
}

/// After a 401 or a 429 as well: the answer may be a gateway's that delivered the request.
fn no_blind_retry() -> Result<(), Missing> {
    for status in ["401 Unauthorized", "429 Too Many Requests", "503 Busy"] {
        let setup = answered(Target::sandbox(Version::default()), answer(status, "", ""));
        setup.folder.clients(&["a"]);
        setup.apply(&[]);
        assert_eq!(setup.posts("a"), 1, "{status}");
        setup.has_clients(&["a"]);
    }
    Ok(())
}
