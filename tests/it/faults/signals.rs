//! Ctrl-C, SIGTERM, and a reader that goes away: nothing new is sent, and what was sent is
//! accounted for.

use rustix::process::Signal;

use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("the_first_finishes_what_was_sent", first),
    ("the_second_ends_at_once", second),
    ("one_before_anything_is_sent_leaves_nothing", before),
    ("one_while_hydra_is_gone_does_not_wait_for_it", while_gone),
    ("a_closed_pipe_ends_quietly", closed_pipe),
    ("a_full_standard_output_is_said", full_output),
];

const CLIENTS: usize = 40;

/// How many requests are under way when the signal comes.
const UNDER_WAY: usize = 3;

/// Many clients, whose creates wait for their answers from the fifth on.
fn setup(gate: &Gate) -> Setup {
    let held = gate.clone();
    let setup = Setup::new(
        move |request| match request.creates() && request.number > 4 {
            true => Fault::HoldAnswer(held.clone()),
            false => Fault::Pass,
        },
    );
    let ids: Vec<String> = (10..10 + CLIENTS).map(|n| format!("c{n}")).collect();
    setup
        .folder
        .clients(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    setup
}

fn start(setup: &Setup) -> Running {
    let mut command = setup.applying(&["--allow-plaintext-secrets", "--parallelism", "3"]);
    let running = Running::start(&mut command);
    setup
        .proxy
        .wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 4 + UNDER_WAY);
    running
}

/// Asserts that a run after it creates the rest, and that every secret is right.
fn goes_on(setup: &Setup) {
    setup
        .apply(&["--public-url", &setup.target.public_url()])
        .says(0, &[" 0 failed"]);
    assert_eq!(setup.target.clients().len(), CLIENTS);
    for number in 10..10 + CLIENTS {
        setup.has_secret(&format!("c{number}"), true);
    }
    assert_eq!(setup.folder.records().len(), CLIENTS);
    setup.is_tidy();
}

fn first() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let setup = setup(&gate);
        let running = start(&setup);
        running.signal(signal);
        running.wait_until_says("stopping: ");
        gate.open();
        let ended = running.wait();
        setup.check(&ended);
        // Those that were not tried have one line together.
        let not_tried = "failed 33 clients not tried: the run was stopped first";
        ended.says(code, &["7 created", "33 failed", not_tried]);
        assert_eq!(ended.stdout.matches("failed ").count(), 1, "{ended}");
        assert_eq!(setup.target.clients().len(), 4 + UNDER_WAY);
        assert_eq!(setup.folder.records().len(), 4 + UNDER_WAY);
        setup.is_tidy();
        goes_on(&setup);
    }
    Ok(())
}

fn second() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let setup = setup(&gate);
        let running = start(&setup);
        running.signal(Signal::INT);
        running.wait_until_says("stopping: ");
        running.signal(signal);
        let ended = running.wait();
        setup.check(&ended);
        ended.says(code, &[]);
        let journal = setup.folder.read("client-secrets.jsonl.journal");
        assert!(journal.contains("\"c15\""), "{journal}");
        gate.open();
        goes_on(&setup);
    }
    Ok(())
}

fn before() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = Setup::new(move |_| Fault::Hold(held.clone()));
    setup.folder.clients(&["a"]);
    let mut command = setup.applying(&["--allow-plaintext-secrets"]);
    let running = Running::start(&mut command);
    setup.proxy.wait_for(|seen| !seen.is_empty());
    running.signal(Signal::TERM);
    running.wait().says(143, &[]);
    gate.open();
    setup.is_untouched();
    Ok(())
}

/// The answer of a create was lost, and Hydra cannot be asked for a minute.
fn while_gone() -> Result<(), Missing> {
    let setup = Setup::new(|request| match &*request.method {
        "POST" => Fault::Lose,
        _ if request.number < 4 => Fault::Pass,
        _ => Fault::Answer(answer("503 Service Unavailable", "", "")),
    });
    setup.folder.clients(&["a"]);
    let mut command = setup.applying(&["--allow-plaintext-secrets", "--fail-after", "60s"]);
    let running = Running::start(&mut command);
    setup.proxy.wait_for(|seen| {
        let lost = seen.iter().position(|request| request.creates());
        lost.is_some_and(|lost| seen.len() > lost + 2)
    });
    running.signal(Signal::INT);
    let ended = running.wait();
    ended.says(130, &["failed a", "could not determine whether", "journal"]);
    assert!(ended.took.as_secs() < 15, "{:?}", ended.took);
    assert_eq!(setup.posts("a"), 1);
    Ok(())
}

fn closed_pipe() -> Result<(), Missing> {
    let gate = Gate::default();
    gate.open();
    let setup = setup(&gate);
    for words in [
        &["apply", "--allow-plaintext-secrets"][..],
        &["plan", "-v"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = setup.run(setup.program(words).stdout(writer));
        ended.says(0, &[]);
        assert!(!ended.stderr.contains("panicked"), "{ended}");
    }
    assert_eq!(setup.folder.records().len(), CLIENTS);
    // The log goes nowhere, and nobody hears the errors.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    setup.folder.write("manifests/z.yaml", "client_id: z\n");
    let ended = setup.run(
        setup
            .applying(&["-v", "--allow-plaintext-secrets"])
            .stderr(writer),
    );
    ended.says(0, &["created z"]);
    setup.has_secret("z", true);
    setup.is_tidy();
    Ok(())
}

/// The plan cannot be shown: nothing is created.
fn full_output() -> Result<(), Missing> {
    let gate = Gate::default();
    gate.open();
    let setup = setup(&gate);
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = setup.applying(&["--allow-plaintext-secrets"]);
    setup
        .run(command.stdout(full))
        .says(1, &["cannot write to standard output", "No space left"]);
    setup.is_untouched();
    Ok(())
}
