//! `create` and `import` without a recipient: what goes wrong on the way.

use std::fs::File;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::program::{self, Ended, Running};
use crate::support::proxy::{Fault, Gate, Request};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("a_lost_answer_makes_no_second_client", lost_answer),
    (
        "a_secret_that_may_be_a_clients_is_printed_when_hydra_is_gone",
        lost_for_good,
    ),
    (
        "a_lost_answer_is_not_guessed_where_ids_are_hydras",
        lost_without_id,
    ),
    (
        "each_secret_is_printed_before_the_next_request",
        printed_at_once,
    ),
    ("nothing_more_is_created_once_nobody_reads", nobody_reads),
    ("a_full_disk_behind_standard_output_is_said", full_disk),
    ("no_secret_is_made_to_be_thrown_away", thrown_away),
    ("a_client_created_meanwhile_in_a_real_v1_fails", raced_on_v1),
    ("a_client_created_meanwhile_in_a_real_v2_fails", raced_on_v2),
    ("an_interruption_is_accounted_for", interrupted),
];

/// Runs a command that may show secrets.
fn run(command: &mut Command) -> Ended {
    program::run(command)
}

/// `create` or `import` with these words, not trying for long.
fn command(setup: &Setup, name: &str, words: &[&str]) -> Command {
    let mut command = setup.program(&[name]);
    command.args(["--fail-after", "5s"]).args(words);
    command
}

/// The secret that a line of `create` shows.
fn secret(ended: &Ended) -> &str {
    let mut lines = ended.stdout.lines();
    let line = lines.find_map(|line| line.strip_prefix("OAuth 2.0 Client Secret: "));
    line.unwrap_or_else(|| panic!("no secret in {ended}"))
}

fn lose_first(request: &Request) -> Fault {
    match request.creates() && request.number == 1 {
        true => Fault::Lose,
        false => Fault::Pass,
    }
}

fn lost_answer() -> Result<(), Missing> {
    for words in [&["--id", "a"][..], &["--name", "without an id"]] {
        let setup = Setup::new(lose_first);
        let ended = run(&mut command(&setup, "create", words));
        ended.says(0, &["OAuth 2.0 Client ID: "]);
        let clients = setup.target.clients();
        assert_eq!(clients.len(), 1, "{ended}");
        let id = clients[0]["client_id"].as_str().unwrap();
        assert!(setup.target.accepts(id, secret(&ended)));
        // Somebody else may have made a client of an id that was given; nobody a random one.
        let is_said = ended
            .stderr
            .contains("could not verify that this is its secret");
        assert_eq!(is_said, id == "a", "{ended}");
    }
    Ok(())
}

/// Hydra creates the client, and does not answer any more.
fn lost_for_good() -> Result<(), Missing> {
    let is_gone = AtomicBool::new(false);
    let setup = Setup::new(move |request: &Request| {
        if is_gone.load(Ordering::SeqCst) {
            return Fault::Drop;
        }
        is_gone.store(request.creates(), Ordering::SeqCst);
        match request.creates() {
            true => Fault::Lose,
            false => Fault::Pass,
        }
    });
    let mut create = command(&setup, "create", &["--id", "a"]);
    let ended = run(&mut create);
    ended.says(
        1,
        &[
            "could not determine whether",
            "its secret is the one that was printed",
        ],
    );
    assert!(!ended.stderr.contains("journal"), "{ended}");
    assert!(setup.target.accepts("a", secret(&ended)));
    Ok(())
}

fn lost_without_id() -> Result<(), Missing> {
    let version: Version = "v2.1.2".parse().unwrap();
    let setup = Setup::before(Target::sandbox(version), lose_first);
    let nameless = run(&mut command(&setup, "create", &["--name", "n"]));
    nameless.says(1, &["`client_name` and an `owner`"]);
    assert!(setup.target.clients().is_empty());
    let named = run(&mut command(
        &setup,
        "create",
        &["--name", "n", "--owner", "o"],
    ));
    named.says(0, &["OAuth 2.0 Client ID: "]);
    assert_eq!(setup.target.clients().len(), 1);
    let again = run(&mut command(
        &setup,
        "create",
        &["--name", "n", "--owner", "o"],
    ));
    again.says(1, &["`n (o)` exists already"]);
    Ok(())
}

/// Files with clients of these ids, as words.
fn files(setup: &Setup, ids: &[&str]) -> Vec<String> {
    let file = |id: &&str| {
        let name = format!("{id}.json");
        setup
            .folder
            .write(&name, json!({"client_id": id}).to_string());
        name
    };
    ids.iter().map(file).collect()
}

pub(crate) fn importing(setup: &Setup, ids: &[&str], words: &[&str]) -> Command {
    let files = files(setup, ids);
    let mut command = command(setup, "import", words);
    command.args(files);
    command
}

/// A Hydra that holds every create after the first so many until the gate opens.
fn holding(after: usize, gate: &Gate) -> Setup {
    let held = gate.clone();
    Setup::new(
        move |request| match request.creates() && request.number > after {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        },
    )
}

fn printed_at_once() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = holding(1, &gate);
    let running = Running::start(&mut importing(&setup, &["a", "b", "c"], &[]));
    running.wait_until_prints("Imported OAuth 2.0 Client a:");
    setup.proxy.wait_for(|seen| {
        seen.iter()
            .any(|request| request.number == 2 && request.creates())
    });
    // One after the other: the third is not sent while the second is under way.
    assert_eq!(setup.posts("c"), 0);
    gate.open();
    let ended = running.wait();
    ended.says(0, &["import: 3 created, 0 skipped, 0 failed"]);
    let names = ended
        .stdout
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["a.json", "b.json", "c.json"]);
    Ok(())
}

fn nobody_reads() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = importing(&setup, &["a", "b", "c"], &[]);
    let ended = run(command.stdout(writer));
    ended.says(6, &["could not print the secret of `a`", "delete it there"]);
    setup.has_clients(&["a"]);
    Ok(())
}

/// One after the other, so that one secret is lost at most, and it is named.
fn full_disk() -> Result<(), Missing> {
    for words in [&[][..], &["--parallelism", "8"]] {
        let setup = Setup::new(|_| Fault::Pass);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = importing(&setup, &["a", "b", "c"], words);
        let ended = run(command.stdout(full));
        ended.says(
            6,
            &[
                "could not print the secret of `a`",
                "No space left on device",
                "stopped before: 2 clients",
                "import: 1 created, 0 skipped, 2 failed, 1 secret lost",
            ],
        );
        setup.has_clients(&["a"]);
    }
    Ok(())
}

fn thrown_away() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    for end in [">/dev/null", ">&-"] {
        let script = format!("exec {end}");
        let create = ["create", "--id", "a"];
        run(&mut setup.program_after(&script, &create)).says(6, &["standard output is closed"]);
        assert_eq!(setup.posts("a"), 0);
        // Nothing is lost where nothing is made here.
        let id = format!("given{}", end.len());
        let given = ["create", "--id", &id, "--secret", "correct-horse"];
        run(&mut setup.program_after(&script, &given)).says(0, &[]);
    }
    assert_eq!(setup.target.clients().len(), 2);
    Ok(())
}

fn raced_on_v1() -> Result<(), Missing> {
    Target::real(Release::V1, None).map(raced)
}

fn raced_on_v2() -> Result<(), Missing> {
    Target::real(Release::V2, None).map(raced)
}

/// Somebody creates `a` after it was looked for.
fn raced(target: Target) {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::before(target, move |request| match request.creates() {
        true => Fault::Hold(held.clone()),
        false => Fault::Pass,
    });
    let running = Running::start(&mut importing(&setup, &["a", "b"], &[]));
    setup
        .proxy
        .wait_for(|seen| seen.iter().any(Request::creates));
    setup
        .target
        .create(&json!({"client_id": "a", "client_secret": "somebody-elses"}));
    gate.open();
    let ended = running.wait();
    ended.says(
        1,
        &[
            "`a` was already in Hydra when the request to create it arrived",
            "import: 1 created, 0 skipped, 1 failed",
        ],
    );
    // It may be an echo of our own request, and then nothing else would know its secret.
    assert!(ended.stdout.contains("Client a"), "{ended}");
    assert!(setup.target.accepts("a", "somebody-elses"));
    setup.has_clients(&["a", "b"]);
}

fn interrupted() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = holding(1, &gate);
    let running = Running::start(&mut importing(&setup, &["a", "b", "c"], &[]));
    setup.proxy.wait_for(|seen| {
        seen.iter()
            .any(|request| request.number == 2 && request.creates())
    });
    running.signal(Signal::INT);
    running.wait_until_says("a second signal exits at once and loses the secret in flight");
    gate.open();
    let ended = running.wait();
    ended.says(130, &["Client a:", "Client b:", "stopped before: 1 client"]);
    setup.has_clients(&["a", "b"]);
    Ok(())
}
