//! The lines for people.

use std::fs;

use crate::support::program::Running;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("it_begins_with_what_it_does", begins),
    ("many_manifests_that_go_are_one_line", many),
    ("quiet_says_what_is_to_be_done_and_the_totals", quiet),
    ("what_it_does_by_itself_nobody_is_told_to_do", by_itself),
    ("recorded_secrets_that_are_gone_are_no_total", gone),
];

fn watch(setup: &Setup, words: &[&str]) -> Running {
    let mut command = setup.program(&[]);
    command.args(["watch", "--allow-plaintext-secrets"]);
    Running::start(command.args(words))
}

/// Before Hydra has answered anything.
fn begins() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.stop();
    let url = format!("http://{}", setup.proxy.address());
    let running = watch(&setup, &[]);
    running.wait_until_says(&format!("watching `manifests`; asking Hydra at `{url}`"));
    running.signal(rustix::process::Signal::TERM);
    running.wait().says(143, &[]);
    let running = watch(&setup, &["--quiet"]);
    running.wait_until_prints("is unavailable; retrying");
    running.signal(rustix::process::Signal::TERM);
    let ended = running.wait();
    assert!(!ended.stderr.contains("watching"), "{ended}");
    Ok(())
}

fn many() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let ids: Vec<String> = (1..=9).map(|number| format!("c{number}")).collect();
    for id in &ids {
        let text = format!("client_id: {id}\n");
        setup.folder.write(&format!("manifests/{id}.yaml"), text);
    }
    let running = watch(&setup, &[]);
    until("all", || {
        running.stdout().matches("created in").count() == 9
    });
    let remove = |ids: &[String]| {
        for id in ids {
            fs::remove_file(setup.folder.file(&format!("manifests/{id}.yaml"))).unwrap();
        }
    };
    // A few have a line and a command each.
    remove(&ids[6..]);
    running.wait_until_prints("! c9");
    until("hints", || {
        running.stdout().matches("to delete it: curl").count() == 3
    });
    remove(&ids[..6]);
    running.wait_until_prints("to delete the first of them: curl");
    let text = running.stdout();
    let line = "! 6 clients  their manifests are gone, and the clients stay in Hydra: c1, c2, c3, c4, c5 and 1 more\n  hint: to delete the first of them: curl -X DELETE 'http://";
    assert!(text.contains(line), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("/clients/c1'"), "{last}");
    assert_eq!(text.matches("stays in Hydra").count(), 3, "{text}");
    Ok(())
}

fn quiet() -> Result<(), Missing> {
    let mut setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let running = watch(&setup, &["--quiet", "--interval", "100ms"]);
    running.wait_until_prints("plan: 1 to create");
    until("the client", || setup.target.ids() == ["a"]);
    setup.folder.write("manifests/b.yaml", "nonsense\n");
    running.wait_until_prints("x manifests/b.yaml");
    fs::remove_file(setup.folder.file("manifests/b.yaml")).unwrap();
    setup.stop();
    running.wait_until_prints("x hydra");
    setup.start_again(hydra_gitops::sandbox::Version::default());
    until("the client again", || setup.target.ids() == ["a"]);
    fs::remove_file(setup.folder.file("manifests/clients.yaml")).unwrap();
    running.wait_until_prints("! a  its manifest is gone");
    running.wait_until_prints("hint: to delete it");
    running.signal(rustix::process::Signal::TERM);
    let ended = running.wait();
    let signs = ended.stdout.lines().map(|line| line.get(9..10).unwrap());
    let signs: Vec<&str> = signs.filter(|sign| "+v~=!x".contains(sign)).collect();
    assert_eq!(signs, ["x", "x", "!"], "{ended}");
    assert!(!ended.stderr.contains("recorded in"), "{ended}");
    Ok(())
}

/// The lock is held by this very program, which tries again.
fn by_itself() -> Result<(), Missing> {
    let setup =
        Setup::to_watch_with(
            hydra_gitops::sandbox::Version::default(),
            |request| match request.creates() || request.member("client_id").is_some() {
                true => Fault::Drop,
                false => Fault::Pass,
            },
        );
    setup.folder.clients(&["a"]);
    let running = watch(&setup, &["--fail-after", "500ms"]);
    running.wait_until_prints("it is retried automatically when Hydra answers");
    let text = running.stdout();
    assert!(!text.contains("run the same command again"), "{text}");
    Ok(())
}

fn gone() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a", "b"]);
    let running = watch(&setup, &[]);
    until("both", || {
        running.stdout().matches("created in").count() == 2
    });
    until("they are recorded", || setup.folder.records().len() == 2);
    // A file that goes while its batch is being ended is another story.
    let journal = setup.folder.file("client-secrets.jsonl.journal");
    until("the batch is over", || !journal.exists());
    fs::remove_file(setup.folder.file("client-secrets.jsonl")).unwrap();
    running.signal(rustix::process::Signal::TERM);
    let ended = running.wait();
    let gone = "`client-secrets.jsonl` is gone, in which 2 secrets of this run were recorded";
    ended.says(0, &["warning: ", gone]);
    assert!(!ended.stderr.contains("recorded in"), "{ended}");
    Ok(())
}
