//! The secrets file of a program that runs for long.

use std::fs;

use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::Watching;

pub(crate) const TESTS: Tests = &[
    ("the_lock_is_held_all_the_time", lock),
    ("a_lock_that_was_cleaned_away_is_taken_again", lock_removed),
    ("a_file_that_was_replaced_is_gone_on_with", replaced),
    ("between_two_creates_no_journal_is_left", no_journal),
    ("without_a_recipient_it_ends_at_the_start", no_recipient),
    (
        "without_a_recipient_the_others_go_on_later",
        no_recipient_later,
    ),
    ("a_file_that_cannot_be_written_ends_it", unwritable),
    ("no_secret_is_ever_said", unsaid),
];

fn lock() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    setup.folder.clients(&["a"]);
    watching.next_of("created", "a");
    watching.next("idle");
    setup.target.delete("a");
    for words in [&["watch"][..], &["apply", "--fail-after", "1s"]] {
        let mut second = setup.program(&[]);
        second.args(words).arg("--allow-plaintext-secrets");
        let ended = program::run(&mut second);
        let holder = format!("in use by process {}", watching.running.id());
        ended.says(6, &[&holder]);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn lock_removed() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    fs::remove_file(setup.folder.file("client-secrets.jsonl.lock")).unwrap();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    watching.next_of("created", "a");
    watching.next("idle");
    let lock = setup.folder.read("client-secrets.jsonl.lock");
    assert!(lock.contains(&watching.running.id().to_string()), "{lock}");
    watching.end().says(0, &[]);
    assert_eq!(setup.folder.files(), ["client-secrets.jsonl"]);
    Ok(())
}

/// A commit, a pull or an editor puts another file in its place: a secret that went on into the
/// old one would be lost.
fn replaced() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    watching.next("idle");
    let text = setup.folder.read("client-secrets.jsonl");
    setup.folder.write("new", &text);
    fs::rename(
        setup.folder.file("new"),
        setup.folder.file("client-secrets.jsonl"),
    )
    .unwrap();
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    watching.next("idle");
    assert!(setup.is_recorded("a") && setup.is_recorded("b"));
    fs::remove_file(setup.folder.file("client-secrets.jsonl")).unwrap();
    setup.folder.write("manifests/c.yaml", "client_id: c\n");
    watching.next_of("created", "c");
    watching.next("idle");
    assert!(setup.is_recorded("c"));
    assert_eq!(setup.folder.records().len(), 1);
    watching.end().says(0, &["3 secrets recorded"]);
    Ok(())
}

fn no_journal() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    for id in ["a", "b", "c"] {
        let text = format!("client_id: {id}\n");
        setup.folder.write(&format!("manifests/{id}.yaml"), text);
        watching.next_of("created", id);
        watching.next("idle");
        let files = ["client-secrets.jsonl", "client-secrets.jsonl.lock"];
        assert_eq!(setup.folder.files(), files);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn no_recipient() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut command = setup.program(&[]);
    program::run(command.arg("watch")).says(6, &["no recipient", "--pgp-key-file"]);
    assert_eq!(setup.target.ids(), Vec::<String>::new());
    assert_eq!(setup.folder.files(), Vec::<String>::new());
    Ok(())
}

fn no_recipient_later() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let public = |id: &str| format!("client_id: {id}\ntoken_endpoint_auth_method: none\n");
    setup.folder.write("manifests/a.yaml", public("a"));
    let mut command = setup.program(&[]);
    let mut watching = Watching::start(command.args(["watch", "--output", "json"]));
    watching.next("idle");
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let failed = watching.next("failed");
    assert!(
        failed["error"].as_str().unwrap().contains("no recipient"),
        "{failed}"
    );
    setup.folder.write("manifests/c.yaml", public("c"));
    watching.next_of("created", "c");
    assert_eq!(setup.target.ids(), ["a", "c"]);
    watching.end().says(143, &[]);
    Ok(())
}

fn unwritable() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut command = setup.watching(&["--secrets-out", "no/such/folder/s.jsonl"]);
    program::run(&mut command).says(6, &["cannot write", "create its folder first"]);
    // Later on it ends as well: no secret could be kept.
    let mut watching = setup.watch(&[]);
    fs::remove_file(setup.folder.file("client-secrets.jsonl")).unwrap();
    fs::create_dir(setup.folder.file("client-secrets.jsonl")).unwrap();
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let ended = loop {
        if watching.running.is_over() {
            break watching.running.wait();
        }
        std::thread::yield_now();
    };
    ended.says(6, &["is a folder"]);
    assert_eq!(setup.target.ids(), ["a"]);
    Ok(())
}

fn unsaid() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(hydra_gitops::sandbox::Version::default(), |_| Fault::Pass);
    let mut command = setup.watching(&["--interval", "100ms"]);
    setup.folder.clients(&["a", "b"]);
    let mut watching = Watching::start(command.env("RUST_LOG", "trace"));
    watching.next("idle");
    setup.target.delete("a");
    watching.next_of("created", "a");
    let ended = watching.end();
    let sent: Vec<String> = setup
        .proxy
        .requests()
        .iter()
        .filter_map(|request| request.member("client_secret"))
        .collect();
    assert_eq!(sent.len(), 3);
    for secret in sent {
        assert!(!ended.stdout.contains(&secret) && !ended.stderr.contains(&secret));
    }
    for request in setup.proxy.requests() {
        assert!(matches!(&*request.method, "GET" | "POST"), "{request:?}");
    }
    Ok(())
}
