//! Ctrl-C, SIGTERM, and a reader that goes away: nothing new is sent, and what was sent is
//! accounted for.

use rustix::process::Signal;

use crate::faults::scene::Scene;
use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate, answer};
use crate::support::requirement::Missing;
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
fn scene(gate: &Gate) -> Scene {
    let held = gate.clone();
    let scene = Scene::new(
        move |request| match request.creates() && request.number > 4 {
            true => Fault::HoldAnswer(held.clone()),
            false => Fault::Pass,
        },
    );
    let ids: Vec<String> = (10..10 + CLIENTS).map(|n| format!("c{n}")).collect();
    scene
        .folder
        .clients(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    scene
}

fn start(scene: &Scene) -> Running {
    let mut command = scene.applying(&["--allow-plaintext-secrets", "--parallelism", "3"]);
    let running = Running::start(&mut command);
    scene
        .proxy
        .wait_for(|seen| seen.iter().filter(|request| request.creates()).count() == 4 + UNDER_WAY);
    running
}

/// Asserts that a run after it creates the rest, and that every secret is right.
fn goes_on(scene: &Scene) {
    scene
        .apply(&["--public-url", &scene.target.public_url()])
        .says(0, &[" 0 failed"]);
    assert_eq!(scene.target.clients().len(), CLIENTS);
    for number in 10..10 + CLIENTS {
        scene.has_secret(&format!("c{number}"), true);
    }
    assert_eq!(scene.folder.records().len(), CLIENTS);
    scene.is_tidy();
}

fn first() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let scene = scene(&gate);
        let running = start(&scene);
        running.signal(signal);
        running.wait_until_says("stopping: ");
        gate.open();
        let ended = running.wait();
        scene.check(&ended);
        // Those that were not tried have one line together.
        let not_tried = "failed 33 clients not tried, because the run was stopped before";
        ended.says(code, &["7 created", "33 failed", not_tried]);
        assert_eq!(ended.stdout.matches("failed ").count(), 1, "{ended}");
        assert_eq!(scene.target.clients().len(), 4 + UNDER_WAY);
        assert_eq!(scene.folder.records().len(), 4 + UNDER_WAY);
        scene.is_tidy();
        goes_on(&scene);
    }
    Ok(())
}

fn second() -> Result<(), Missing> {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let gate = Gate::default();
        let scene = scene(&gate);
        let running = start(&scene);
        running.signal(Signal::INT);
        running.wait_until_says("stopping: ");
        running.signal(signal);
        let ended = running.wait();
        scene.check(&ended);
        ended.says(code, &[]);
        let journal = scene.folder.read("client-secrets.jsonl.journal");
        assert!(journal.contains("\"c15\""), "{journal}");
        gate.open();
        goes_on(&scene);
    }
    Ok(())
}

fn before() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let scene = Scene::new(move |_| Fault::Hold(held.clone()));
    scene.folder.clients(&["a"]);
    let mut command = scene.applying(&["--allow-plaintext-secrets"]);
    let running = Running::start(&mut command);
    scene.proxy.wait_for(|seen| !seen.is_empty());
    running.signal(Signal::TERM);
    running.wait().says(143, &[]);
    gate.open();
    scene.is_untouched();
    Ok(())
}

/// The answer of a create was lost, and Hydra cannot be asked for a minute.
fn while_gone() -> Result<(), Missing> {
    let scene = Scene::new(|request| match &*request.method {
        "POST" => Fault::Lose,
        _ if request.number < 4 => Fault::Pass,
        _ => Fault::Answer(answer("503 Service Unavailable", "", "")),
    });
    scene.folder.clients(&["a"]);
    let mut command = scene.applying(&["--allow-plaintext-secrets", "--fail-after", "60s"]);
    let running = Running::start(&mut command);
    scene.proxy.wait_for(|seen| {
        let lost = seen.iter().position(|request| request.creates());
        lost.is_some_and(|lost| seen.len() > lost + 2)
    });
    running.signal(Signal::INT);
    let ended = running.wait();
    ended.says(130, &["failed a", "could not be found out", "journal"]);
    assert!(ended.took.as_secs() < 15, "{:?}", ended.took);
    assert_eq!(scene.posts("a"), 1);
    Ok(())
}

fn closed_pipe() -> Result<(), Missing> {
    let gate = Gate::default();
    gate.open();
    let scene = scene(&gate);
    for words in [
        &["apply", "--allow-plaintext-secrets"][..],
        &["plan", "-v"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let ended = scene.run(scene.program(words[0]).args(&words[1..]).stdout(writer));
        ended.says(0, &[]);
        assert!(!ended.stderr.contains("panicked"), "{ended}");
    }
    assert_eq!(scene.folder.records().len(), CLIENTS);
    // The log goes nowhere, and nobody hears the errors.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    scene.folder.write("manifests/z.yaml", "client_id: z\n");
    let ended = scene.run(
        scene
            .applying(&["-v", "--allow-plaintext-secrets"])
            .stderr(writer),
    );
    ended.says(0, &["created z"]);
    scene.has_secret("z", true);
    scene.is_tidy();
    Ok(())
}

/// The plan cannot be shown: nothing is created.
fn full_output() -> Result<(), Missing> {
    let gate = Gate::default();
    gate.open();
    let scene = scene(&gate);
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = scene.applying(&["--allow-plaintext-secrets"]);
    scene
        .run(command.stdout(full))
        .says(1, &["cannot write to standard output", "No space left"]);
    scene.is_untouched();
    Ok(())
}
