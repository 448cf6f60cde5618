//! `doctor` tells each check as soon as it is done, and does not wait long for a Hydra that is down.

use std::net::TcpListener;
use std::time::Duration;

use hydra_gitops::sandbox::Version;

use crate::connections::doctor::{object, setup, setup_before};
use crate::support::program::{self, Running};
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("lines_come_as_checks_are_done", lines),
    ("a_silent_hydra_costs_what_was_said", silence),
    ("five_seconds_unless_told_otherwise", limit),
];

/// Also into a pipe, and JSON is one document in the end.
fn lines() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = setup_before(Target::sandbox(Version::default()), move |_| {
        Fault::Hold(held.clone())
    });
    let start = |words: &[&str]| {
        let mut program = setup.program(&["doctor", "--pgp-key-file", "key.asc"]);
        Running::start(
            program
                .args(["--fail-after", "50s", "manifests"])
                .args(words),
        )
    };
    let running = start(&[]);
    let in_json = start(&["--output", "json"]);
    running.wait_until_prints("ok       endpoint");
    running.wait_until(|| setup.proxy.requests().len() == 2);
    let said = running.stdout();
    assert!(said.contains("manifests     1 valid client"), "{said}");
    assert!(said.ends_with('\n') && !said.contains("hydra  "), "{said}");
    assert_eq!(in_json.stdout(), "");
    gate.open();
    running.wait().says(0, &["ok       hydra", ", 0 problems"]);
    assert_eq!(object(&in_json.wait())["summary"]["problems"], 0);
    Ok(())
}

/// Both APIs are asked at once, also where one takes connections and never answers.
fn silence() -> Result<(), Missing> {
    let setup = setup();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let words = ["--endpoint", &url, "--public-url", &url, "--fail-after"];
    let mut program = setup.program(&[&["doctor"], &words[..], &["400ms"]].concat());
    let ended = program::run(&mut program);
    ended.says(
        5,
        &[
            "warning  public url",
            "problem  hydra",
            "no answer in time",
            "ok       secrets file",
        ],
    );
    assert!(ended.took < Duration::from_secs(2), "{:?}", ended.took);
    Ok(())
}

fn limit() -> Result<(), Missing> {
    let setup = setup();
    for (command, limit) in [("doctor", "[default: 5s]"), ("apply", "[default: 1m0s]")] {
        let mut program = program::program(setup.folder.path());
        let ended = program::run(program.args([command, "--help"]));
        let (_, flag) = ended.stdout.split_once("--fail-after").unwrap();
        let (flag, _) = flag.split_once("--request-timeout").unwrap();
        assert!(flag.contains(limit), "{command}: {flag}");
    }
    setup.folder.write(
        "hydra-gitops.toml",
        "[defaults]\nfail-after = \"200ms\"\nendpoint = \"http://127.0.0.1:1\"\n",
    );
    let mut program = program::program(setup.folder.path());
    let ended = program::run(program.args(["doctor", "--config", "hydra-gitops.toml"]));
    ended.says(5, &["problem  hydra", "Connection refused"]);
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
    Ok(())
}
