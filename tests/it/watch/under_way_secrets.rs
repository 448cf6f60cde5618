//! The secrets of creates that are under way while other things happen.

use std::fs;

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;

use crate::support::key::Key;
use crate::support::program;
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::watch::stage::{Stage, Watching, until};
use crate::watch::under_way::{begin, save, stage};

pub(crate) const TESTS: Tests = &[
    ("keys_that_were_read_anew_count_at_once", keys),
    (
        "keys_that_were_read_anew_count_for_those_that_wait",
        waiting,
    ),
    ("a_file_that_is_replaced_loses_nothing", || changed(replace)),
    ("a_file_that_is_written_over_loses_nothing", || {
        changed(write_over)
    }),
    ("files_that_are_deleted_lose_nothing", || changed(delete)),
    ("while_a_file_is_broken_nothing_turns_in_circles", circles),
    (
        "a_signal_while_a_file_is_broken_says_what_to_do",
        interrupted,
    ),
    ("a_secret_that_cannot_be_kept_waits_for_them", broken),
];

fn keys() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let (old, new) = (Key::new(), Key::new());
    stage.folder.write("key.asc", old.public());
    let mut command = stage.program();
    command.args(["watch", "--output", "json", "--pgp-key-file", "key.asc"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    begin(&stage, "slow");
    stage.folder.write("key.asc", new.public());
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("were read again");
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    let sealed = |id: &str| {
        let record = stage.folder.record(id).unwrap();
        let sealed = record["encrypted_client_secret"].as_str().unwrap();
        sealed.to_owned()
    };
    new.open(&sealed("a"));
    old.open(&sealed("slow"));
    watching.next("idle");
    watching.end().says(0, &[]);
    Ok(())
}

/// A batch of which the last secrets are not made yet.
fn waiting() -> Result<(), Missing> {
    let gate = Gate::default();
    // Whichever comes first, for nothing promises an order.
    let held = gate.clone();
    let stage = Stage::with(Version::default(), move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let (old, new) = (Key::new(), Key::new());
    stage.folder.write("key.asc", old.public());
    let mut command = stage.program();
    command
        .args(["watch", "--output", "json", "--pgp-key-file", "key.asc"])
        .args(["--parallelism", "1", "--interval", "0"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let ids: Vec<String> = (0..60).map(|number| format!("c{number:02}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    stage.folder.clients(&all);
    until("the first create", || stage.ids().len() == 1);
    stage.folder.write("key.asc", new.public());
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("were read again");
    gate.open();
    watching.next("idle");
    let record = stage.folder.record("c59").unwrap();
    new.open(record["encrypted_client_secret"].as_str().unwrap());
    watching.end().says(0, &["60 secrets recorded"]);
    Ok(())
}

/// Another file takes the place of the secrets file, as with a commit or a pull.
fn replace(stage: &Stage) {
    stage.folder.write("other", "");
    let file = stage.folder.file("client-secrets.jsonl");
    fs::rename(stage.folder.file("other"), file).unwrap();
}

/// The same file gets other content.
fn write_over(stage: &Stage) {
    stage.folder.write("client-secrets.jsonl", "");
}

/// All of them, as with `git clean`.
fn delete(stage: &Stage) {
    for ending in ["", ".journal", ".lock"] {
        let file = format!("client-secrets.jsonl{ending}");
        fs::remove_file(stage.folder.file(&file)).unwrap();
    }
}

/// It may take a while until a slow client is created, and secrets are kept in the old file meanwhile.
fn changed(change: fn(&Stage)) -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "0"]);
    begin(&stage, "slow");
    save(&stage.folder, "a");
    watching.next_of("created", "a");
    change(&stage);
    gate.open();
    watching.next_of("unchanged", "slow");
    watching.next("idle");
    assert!(stage.has_secret("a") && stage.has_secret("slow"));
    // Nothing proves the secret whose answer came too late for the file; that of `a` was certain.
    assert_eq!(stage.folder.record("a").unwrap().get("unconfirmed"), None);
    let told = ") was written again to `client-secrets.jsonl.journal`";
    watching
        .end()
        .says(0, &["everything this run has to keep (", told]);
    assert_eq!(stage.folder.files().last().unwrap(), "client-secrets.jsonl");
    Ok(())
}

/// Clock ticks of processor time that a process took so far (proc(5)).
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let times = fields[11..13]
        .iter()
        .map(|field| field.parse::<u64>().unwrap());
    times.sum()
}

fn circles() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&["--interval", "100ms"]);
    begin(&stage, "slow");
    replace(&stage);
    save(&stage.folder, "a");
    watching
        .running
        .wait_until_says("the journal keeps what could not be written");
    let (before, start) = (ticks(watching.running.id()), std::time::Instant::now());
    until("a while", || start.elapsed().as_millis() > 1_500);
    let share = (ticks(watching.running.id()) - before) as f64 / 100.0 / 1.5;
    assert!(share < 0.5, "{share} of a core");
    gate.open();
    watching.next("idle");
    assert!(stage.has_secret("a") && stage.has_secret("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

fn interrupted() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let watching = stage.watch(&["--interval", "0"]);
    begin(&stage, "slow");
    replace(&stage);
    watching.running.signal(Signal::INT);
    watching.running.wait_until_says("stopping: ");
    gate.open();
    let told = "run `hydra-gitops secrets recover --secrets-out client-secrets.jsonl`";
    watching.running.wait().says(6, &[told]);
    let mut recover = stage.program();
    recover.args(["secrets", "recover"]);
    // Hydra's answer had come, and that is written down.
    program::run(&mut recover).says(0, &["1 recorded, 0 unconfirmed"]);
    assert!(stage.has_secret("slow"));
    Ok(())
}

fn broken() -> Result<(), Missing> {
    let gate = Gate::default();
    let stage = stage(&gate);
    let mut watching = stage.watch(&[]);
    save(&stage.folder, "a");
    watching.next("idle");
    begin(&stage, "slow");
    // The lock cannot be taken again.
    let lock = stage.folder.file("client-secrets.jsonl.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    save(&stage.folder, "b");
    watching.running.wait_until_says("stopping: ");
    gate.open();
    watching.running.wait().says(6, &[]);
    assert!(stage.has_secret("slow"));
    Ok(())
}
