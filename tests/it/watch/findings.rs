//! What is said of manifests that cannot be used: of which file, with what, in which order, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::program::{self, Running};
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    (
        "two_that_describe_one_client_are_both_held_and_named",
        twice,
    ),
    ("a_missing_folder_is_waited_for_and_not_invalid", missing),
    ("all_that_is_left_is_said_below_each_line", left),
    ("a_file_with_only_a_warning_left_is_valid", warned),
    ("a_silent_hydra_holds_up_no_finding", silent),
    ("what_this_version_refuses_is_not_sent", refused),
    ("a_denied_rule_holds_up_its_file_or_client", denied),
];

/// What depends on the server holds up the client alone.
fn denied() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(Version::V1_11_10, |_| Fault::Pass);
    let write = |name, text: &str| setup.folder.write(name, text);
    write("manifests/a.yaml", "client_id: a\nlogo_uri: logo.png\n");
    write(
        "manifests/b.yaml",
        "client_id: b\n---\nclient_id: c\nskip_consent: true\n",
    );
    let deny = ["--deny", "invalid-page-url", "--deny", "dropped-field"];
    let watching = setup.watch(&deny);
    let events = watching.events();
    let of = |name: &str| events.iter().find(|event| event["event"] == name).unwrap();
    assert_eq!(of("invalid")["path"], "manifests/a.yaml");
    assert_eq!(of("failed")["client_id"], "c");
    assert_eq!(setup.target.ids(), ["b"]);
    // One is still to be created.
    watching.end().says(143, &[]);
    Ok(())
}

/// Each client of a file is judged by itself, by the version that answers.
fn refused() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(Version::V26_2_0, |_| Fault::Pass);
    let file = "manifests/a.yaml";
    let good = "client_id: good\n---\nclient_id: odd\n";
    setup
        .folder
        .write(file, format!("{good}logo_uri: logo.png\n"));
    let mut watching = setup.watch(&[]);
    let failed = watching
        .events()
        .into_iter()
        .find(|event| event["event"] == "failed");
    let failed = failed.unwrap();
    assert_eq!(failed["client_id"], "odd");
    let error = failed["error"].as_str().unwrap();
    assert!(error.contains("(invalid-page-url)"), "{error}");
    assert_eq!(setup.posts("odd"), 0);
    setup.has_clients(&["good"]);
    setup.folder.write(
        file,
        format!("{good}logo_uri: https://a.example/logo.png\n"),
    );
    watching.next_of("created", "odd");
    watching.end().says(0, &[]);
    Ok(())
}

fn twice() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let (a, b) = ("manifests/a.yaml", "manifests/b.yaml");
    setup.folder.write(a, "client_id: x\n---\nclient_id: z\n");
    setup.folder.write(b, "client_id: x\nclient_name: two\n");
    let mut watching = setup.watch(&[]);
    assert_eq!(setup.target.ids(), Vec::<String>::new());
    let events = watching.events();
    let invalid = |at: usize, path: &str, other: &str, line: u64| {
        assert_eq!(events[at]["event"], "invalid", "{events:#?}");
        assert_eq!(events[at]["path"], path);
        let findings = events[at]["findings"].as_array().unwrap();
        assert_eq!((findings.len(), &findings[0]["line"]), (1, &json!(line)));
        let message = findings[0]["message"].as_str().unwrap();
        assert!(message.contains("described twice"), "{message}");
        assert!(message.ends_with(&format!("{other}:1:12")), "{message}");
    };
    invalid(0, a, b, 1);
    invalid(1, b, a, 1);
    assert_eq!(events.last().unwrap()["summary"]["invalid"], 2);
    setup.folder.write(b, "client_id: y\n");
    assert_eq!(watching.next("valid")["path"], a);
    assert_eq!(watching.next("valid")["path"], b);
    until("all", || setup.target.ids() == ["x", "y", "z"]);
    watching.end().says(0, &[]);
    Ok(())
}

/// The program, saying all that it says into one pipe.
fn in_one_pipe(setup: &Setup, words: &[&str]) -> Running {
    let plain = setup.program(&[]);
    let mut command = program::command("sh", setup.folder.path());
    let settings = plain.get_envs();
    command
        .envs(settings.filter_map(|(name, value)| Some((name, value?))))
        .args(["-c", "exec \"$0\" \"$@\" 2>&1"])
        .arg(plain.get_program())
        .args(["watch", "--allow-plaintext-secrets"])
        .args(words);
    Running::start(&mut command)
}

/// The lines from the first one that contains `from` on, without the time of day.
fn lines_from(text: &str, from: &str) -> Vec<String> {
    let lines = text.lines().map(|line| match line.get(8..9) {
        Some(" ") if line.as_bytes()[2] == b':' => line[9..].to_owned(),
        _ => line.to_owned(),
    });
    lines.skip_while(|line| !line.contains(from)).collect()
}

fn missing() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a", "b"]);
    let running = in_one_pipe(&setup, &[]);
    until("both", || {
        running.stdout().matches("created in").count() == 2
    });
    let [folder, away] = ["manifests", "away"].map(|name| setup.folder.file(name));
    std::fs::rename(&folder, &away).unwrap();
    running.wait_until_prints("help: create it");
    assert_eq!(
        lines_from(&running.stdout(), "x manifests")[..2],
        [
            "x manifests  does not exist; waiting for it (2 clients from it stay in Hydra)",
            "error[missing-path]: `manifests` does not exist"
        ]
    );
    assert!(!running.stdout().contains("manifests:1:1"));
    std::fs::rename(&away, &folder).unwrap();
    running.wait_until_prints("v manifests  exists now");
    running.signal(rustix::process::Signal::TERM);
    running.wait().says(0, &[]);
    Ok(())
}

fn left() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let path = "manifests/a.yaml";
    let running = in_one_pipe(&setup, &[]);
    running.wait_until_prints("plan:");
    setup.folder.write(path, "client_id: a\none: 1\ntwo: 2\n");
    running.wait_until_prints("field `two`");
    // One of two is mended: the other one is said below the new line.
    setup.folder.write(path, "client_id: a\none: 1\n");
    let start = "x manifests/a.yaml  ignored: 1 error";
    running.wait_until_prints(start);
    until("its finding", || {
        lines_from(&running.stdout(), start)
            .join("\n")
            .contains("field `one`")
    });
    let lines = lines_from(&running.stdout(), "x manifests/a.yaml");
    let told = ["ignored", "unknown field"];
    let order = lines
        .iter()
        .filter(|line| told.iter().any(|told| line.contains(told)));
    let order: Vec<&str> = order.map(String::as_str).collect();
    assert_eq!(
        order,
        [
            "x manifests/a.yaml  ignored: 2 errors",
            "error[unknown-field]: unknown field `one`",
            "error[unknown-field]: unknown field `two`",
            "x manifests/a.yaml  ignored: 1 error",
            "error[unknown-field]: unknown field `one`",
        ]
    );
    Ok(())
}

fn warned() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let path = "manifests/a.yaml";
    let text = "client_id: a\ncreated_at: 2026-01-01T00:00:00Z\n";
    setup.folder.write(path, format!("{text}nonsense: 1\n"));
    let mut watching = setup.watch(&[]);
    assert_eq!(watching.events()[0]["event"], "invalid");
    setup.folder.write(path, text);
    watching.next_of("created", "a");
    let valid = watching.next("valid");
    let findings: &Vec<Value> = valid["findings"].as_array().unwrap();
    let severities = findings.iter().map(|finding| &finding["severity"]);
    assert!(!findings.is_empty() && severities.eq(vec!["warning"; findings.len()]));
    watching.end().says(0, &[]);
    Ok(())
}

/// It is waited for five seconds at a time, and files are read all the same.
fn silent() -> Result<(), Missing> {
    let (is_silent, gate) = (Arc::new(AtomicBool::new(false)), Gate::default());
    let (asked, held) = (Arc::clone(&is_silent), gate.clone());
    let setup = Setup::to_watch_with(Version::default(), move |_| {
        match asked.load(Ordering::Relaxed) {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }
    });
    setup.folder.clients(&["c"]);
    let mut watching = setup.watch(&["--interval", "100ms"]);
    is_silent.store(true, Ordering::Relaxed);
    watching.next("hydra-down");
    let asked = setup.requests();
    until("it is asked again", || setup.requests() > asked);
    let start = Instant::now();
    setup.folder.write("manifests/a.yaml", "nonsense\n");
    watching.next("invalid");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    gate.open();
    watching.end();
    Ok(())
}
