//! A client that Hydra cannot look up is that client's failure, and stops no other.

use serde_json::{Value, json};

use crate::support::http;
use crate::support::hydra::Release;
use crate::support::program::{self, Ended, Running};
use crate::support::proxy::{Fault, Request, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("it_stops_no_other_client", others_go_on),
    ("the_list_that_it_spoils_is_not_needed", spoilt_list),
    ("what_fails_for_all_ends_the_run", fails_for_all),
    ("create_and_import_name_it", once),
    ("check_verify_and_doctor_name_it", other_commands),
    ("its_intent_stays_open", intent_stays),
    ("watch_names_it", watched),
    ("real_hydra_with_keys_it_cannot_read", poisoned),
];

const REFUSAL: &str = r#"{"error":"error","error_description":"The error is unrecognizable"}"#;
const SAID: &str = "HTTP 500: The error is unrecognizable";
const HINT: &str = "Hydra answers other requests";

/// Hydra answers 500 for the client `bad`, and for every list, which holds it.
fn cannot_read_bad(request: &Request) -> Fault {
    let is_bad = request.path.ends_with("/clients/bad") || request.path.contains("clients?");
    match request.method == "GET" && is_bad {
        true => Fault::Answer(in_json("500 Internal Server Error", REFUSAL)),
        false => Fault::Pass,
    }
}

fn setup() -> Setup {
    Setup::new(cannot_read_bad)
}

fn run(setup: &Setup, words: &[&str]) -> Ended {
    let mut program = setup.program(words);
    setup.run(program.args(["--fail-after", "1s"]))
}

fn others_go_on() -> Result<(), Missing> {
    for ids in [["bad", "a", "b"], ["a", "bad", "b"]] {
        let setup = setup();
        setup.folder.clients(&ids);
        let failed = ["failed bad", "/clients/bad", SAID, HINT];
        let plan = run(&setup, &["plan"]);
        plan.says(1, &failed).says(1, &["2 to create", "1 failed"]);
        let apply = setup.apply(&["--fail-after", "1s"]);
        apply.says(1, &failed).says(1, &["2 created", "1 failed"]);
        assert_eq!(setup.posts("bad"), 0);
        setup.has_secret("a", true);
        setup.has_secret("b", true);
        setup.is_tidy();
    }
    Ok(())
}

fn spoilt_list() -> Result<(), Missing> {
    let setup = setup();
    let ids: Vec<String> = (0..60).map(|number| format!("c{number}")).collect();
    let ids = ids.iter().map(String::as_str);
    // The list alone can find an id with a slash.
    let ids: Vec<&str> = ids.chain(["bad", "with/slash"]).collect();
    setup.folder.clients(&ids);
    let plan = run(&setup, &["plan"]);
    plan.says(1, &["failed bad", "failed with/slash", SAID]);
    plan.says(1, &["60 to create", "2 failed"]);
    let hint = "leave `--unmanaged` out";
    run(&setup, &["plan", "--unmanaged"]).says(5, &[SAID, hint]);
    Ok(())
}

fn fails_for_all() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.path.contains("/clients/") {
        true => Fault::Answer(in_json("500 Internal Server Error", REFUSAL)),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a", "b"]);
    run(&setup, &["plan"]).says(5, &[SAID]);
    Ok(())
}

fn once() -> Result<(), Missing> {
    let setup = setup();
    let text = r#"[{"client_id":"bad"},{"client_id":"a"}]"#;
    setup.folder.write("clients.json", text);
    // It prints the secret of `a`.
    let mut import = setup.program(&["import"]);
    let import = program::run(import.args(["clients.json", "--fail-after", "1s"]));
    import.says(1, &["`bad` was not created", SAID, HINT]);
    setup.has_clients(&["a"]);
    let create = run(&setup, &["create", "--id", "bad"]);
    create.says(1, &["`bad` was not created", SAID, HINT]);
    assert_eq!(setup.posts("bad"), 0);
    Ok(())
}

fn other_commands() -> Result<(), Missing> {
    let setup = setup();
    let line = |id: &str| {
        setup
            .target
            .create(&json!({"client_id": id, "client_secret": "the-secret"}));
        json!({"format": 1, "client_id": id, "endpoint": setup.url(), "recipients": [],
               "created_at": "2026-11-22T04:13:18Z", "client_secret": "the-secret"})
        .to_string()
    };
    let lines = format!("{}\n{}\n", line("bad"), line("good"));
    setup.folder.write(SECRETS, lines);
    let failed = ["bad", SAID, HINT];
    let check = run(&setup, &["secrets", "check"]);
    check
        .says(1, &failed)
        .says(1, &["1 problem, 2 clients looked up"]);
    let url = setup.target.public_url();
    let verify = run(&setup, &["secrets", "verify", "--public-url", &url]);
    verify
        .says(1, &failed)
        .says(1, &["1 accepted", "1 not tried"]);
    setup.folder.clients(&["bad", "good"]);
    let doctor = run(&setup, &["doctor", "manifests"]);
    // An apply goes on without it.
    doctor.says(0, &["/clients/bad", SAID, HINT, "1 unchanged"]);
    doctor.says(0, &["warning  hydra", "warning  plan", "0 problems"]);
    Ok(())
}

fn intent_stays() -> Result<(), Missing> {
    let setup = setup();
    let now = jiff::Timestamp::now().to_string();
    let intent = |id: &str| {
        json!({"intent": {
            "name": id, "client_id": id, "own_id": false, "client_name": null, "owner": null,
            "method": "client_secret_basic", "endpoint": setup.url(), "created_at": now,
            "recipients": [], "client_secret": "journaled",
        }})
    };
    let good = json!({"client_id": "good", "client_secret": "journaled"});
    setup.target.create(&good);
    let journal = format!("{{\"journal\":1}}\n{}\n{}\n", intent("bad"), intent("good"));
    setup.folder.write(&format!("{SECRETS}.journal"), journal);
    let url = setup.target.public_url();
    let words = ["secrets", "recover", "--public-url", &url];
    let ended = run(&setup, &words);
    ended.says(1, &["could not look up `bad`", "is kept", SAID, HINT]);
    ended.says(
        1,
        &["recover: 1 recorded, 0 unconfirmed, 0 dropped, 1 waiting"],
    );
    setup.has_secret("good", true);
    Ok(())
}

fn watched() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.clients(&["bad", "a"]);
    let mut program = setup.program(&["watch"]);
    let words = [
        "manifests",
        "--allow-plaintext-secrets",
        "--fail-after",
        "1s",
    ];
    let running = Running::start(program.args(words));
    running.wait_until(|| running.stdout().contains("+ a  created"));
    running.wait_until(|| {
        let said = running.stdout() + &running.stderr();
        said.contains("bad") && said.contains(SAID)
    });
    running.signal(rustix::process::Signal::TERM);
    setup.check(&running.wait());
    Ok(())
}

/// A client whose key set a Hydra before v2.2 stores and cannot read back.
fn poisoned() -> Result<(), Missing> {
    for release in [Release::V1, Release::V2_1] {
        let target = Target::real(release, None)?;
        let create = |client: &Value| {
            let url = target.clients_url();
            let headers = [("Content-Type", "application/json")];
            let made = http::send("POST", &url, &headers, &client.to_string());
            assert_eq!(made.status, 201, "{}", made.body);
            made.json()["client_id"].as_str().unwrap().to_owned()
        };
        let bad = create(&json!({"jwks": {"keys": [{"kty": "oct", "k": ""}]}}));
        let good = create(&json!({"client_name": "good"}));
        let setup = Setup::before(target, |_| Fault::Pass);
        setup.folder.clients(&[&bad, &good]);
        let new = "client_name: new\nowner: o\n";
        setup.folder.write("manifests/new.yaml", new);
        let failed = format!("failed {bad}");
        let plan = run(&setup, &["plan"]);
        plan.says(1, &[&failed, SAID, HINT, "1 to create", "1 failed"]);
        let apply = setup.apply(&["--fail-after", "1s"]);
        apply.says(1, &[&failed, SAID, "1 created", "1 failed"]);
        setup.is_tidy();
    }
    Ok(())
}
