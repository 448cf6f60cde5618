//! The secrets of creates that are under way while other things happen.

use std::fs;

use hydra_gitops::sandbox::Version;
use rustix::process::Signal;

use crate::support::key::Key;
use crate::support::program;
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};
use crate::watch::under_way::{begin, save, setup};

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
    let setup = setup(&gate);
    let (old, new) = (Key::new(), Key::new());
    setup.folder.write("key.asc", old.public());
    let mut command = setup.program(&[]);
    command.args(["watch", "--output", "json", "--pgp-key-file", "key.asc"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    begin(&setup, "slow");
    setup.folder.write("key.asc", new.public());
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("were read again");
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    gate.open();
    watching.next_of("created", "slow");
    let sealed = |id: &str| {
        let record = setup.folder.record(id).unwrap();
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
    let setup = Setup::to_watch_with(Version::default(), move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let (old, new) = (Key::new(), Key::new());
    setup.folder.write("key.asc", old.public());
    let mut command = setup.program(&[]);
    command
        .args(["watch", "--output", "json", "--pgp-key-file", "key.asc"])
        .args(["--parallelism", "1", "--interval", "0"]);
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let ids: Vec<String> = (0..60).map(|number| format!("c{number:02}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    setup.folder.clients(&all);
    until("the first create", || setup.target.ids().len() == 1);
    setup.folder.write("key.asc", new.public());
    watching.running.signal(Signal::HUP);
    watching.running.wait_until_says("were read again");
    gate.open();
    watching.next("idle");
    let record = setup.folder.record("c59").unwrap();
    new.open(record["encrypted_client_secret"].as_str().unwrap());
    watching.end().says(0, &["60 secrets recorded"]);
    Ok(())
}

/// Another file takes the place of the secrets file, as with a commit or a pull.
fn replace(setup: &Setup) {
    setup.folder.write("other", "");
    let file = setup.folder.file("client-secrets.jsonl");
    fs::rename(setup.folder.file("other"), file).unwrap();
}

/// The same file gets other content.
fn write_over(setup: &Setup) {
    setup.folder.write("client-secrets.jsonl", "");
}

/// All of them, as with `git clean`.
fn delete(setup: &Setup) {
    for ending in ["", ".journal", ".lock"] {
        let file = format!("client-secrets.jsonl{ending}");
        fs::remove_file(setup.folder.file(&file)).unwrap();
    }
}

/// It may take a while until a slow client is created, and secrets are kept in the old file meanwhile.
fn changed(change: fn(&Setup)) -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "0"]);
    begin(&setup, "slow");
    save(&setup.folder, "a");
    watching.next_of("created", "a");
    change(&setup);
    gate.open();
    watching.next_of("unchanged", "slow");
    watching.next("idle");
    assert!(setup.is_recorded("a") && setup.is_recorded("slow"));
    // Nothing proves the secret whose answer came too late for the file; that of `a` was certain.
    assert_eq!(setup.folder.record("a").unwrap().get("unconfirmed"), None);
    let told = ") were saved to `client-secrets.jsonl.journal` again";
    watching
        .end()
        .says(0, &["the pending entries of this run (", told]);
    assert_eq!(setup.folder.files().last().unwrap(), "client-secrets.jsonl");
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
    let setup = setup(&gate);
    let mut watching = setup.watch(&["--interval", "100ms"]);
    begin(&setup, "slow");
    replace(&setup);
    save(&setup.folder, "a");
    watching
        .running
        .wait_until_says("the journal keeps what could not be written");
    let (before, start) = (ticks(watching.running.id()), std::time::Instant::now());
    until("a while", || start.elapsed().as_millis() > 1_500);
    let share = (ticks(watching.running.id()) - before) as f64 / 100.0 / 1.5;
    assert!(share < 0.5, "{share} of a core");
    gate.open();
    watching.next("idle");
    assert!(setup.is_recorded("a") && setup.is_recorded("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

fn interrupted() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let watching = setup.watch(&["--interval", "0"]);
    begin(&setup, "slow");
    replace(&setup);
    watching.running.signal(Signal::INT);
    watching.running.wait_until_says("stopping: ");
    gate.open();
    let told = "run `hydra-gitops secrets recover --secrets-out client-secrets.jsonl`";
    watching.running.wait().says(6, &[told]);
    let mut recover = setup.program(&[]);
    recover.args(["secrets", "recover"]);
    // Hydra's answer had come, and that is written down.
    program::run(&mut recover).says(0, &["1 recorded, 0 unconfirmed"]);
    assert!(setup.is_recorded("slow"));
    Ok(())
}

fn broken() -> Result<(), Missing> {
    let gate = Gate::default();
    let setup = setup(&gate);
    let mut watching = setup.watch(&[]);
    save(&setup.folder, "a");
    watching.next("idle");
    begin(&setup, "slow");
    // The lock cannot be taken again.
    let lock = setup.folder.file("client-secrets.jsonl.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    save(&setup.folder, "b");
    watching.running.wait_until_says("stopping: ");
    gate.open();
    watching.running.wait().says(6, &[]);
    assert!(setup.is_recorded("slow"));
    Ok(())
}
