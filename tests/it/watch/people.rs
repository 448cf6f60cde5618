//! What is said, how often, and in which form.

use serde_json::{Value, json};

use crate::support::program::Running;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("lines_tell_time_sign_client_and_how_long", lines),
    ("a_choice_that_meets_nothing_is_said", nothing_chosen),
    ("drift_is_said_once_and_again_when_it_changes", drift),
    ("findings_come_once_and_go_once", findings),
    ("the_healthy_ones_go_on", healthy),
    ("a_refused_client_is_said_once", refused),
    ("every_event_has_its_members", members),
];

fn lines() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup
        .folder
        .write("manifests/a.yaml", "client_id: a\nclient_name: The app\n");
    let mut command = setup.program(&[]);
    command
        .args(["watch", "--allow-plaintext-secrets"])
        .env("TZ", "Asia/Tokyo");
    let running = Running::start(&mut command);
    until("the client", || running.stdout().contains("created in"));
    let text = running.stdout();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "plan: 1 to create, 0 unchanged, 0 drifted");
    let (time, rest) = lines[1].split_once(' ').unwrap();
    assert!(
        time.len() == 8 && time.split(':').count() == 3,
        "{}",
        lines[1]
    );
    assert!(rest.starts_with("+ a (The app)  created in "), "{rest}");
    assert!(rest.ends_with("ms  manifests/a.yaml:1"), "{rest}");
    // Nothing that a terminal would obey is written where there is none.
    assert!(!text.contains('\u{1b}') && !running.stderr().contains('\u{1b}'));
    running.signal(rustix::process::Signal::INT);
    let ended = running.wait();
    ended.says(0, &["1 secret recorded in `client-secrets.jsonl`"]);
    Ok(())
}

fn nothing_chosen() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut command = setup.program(&[]);
    command.args(["watch", "--allow-plaintext-secrets", "--only", "typo"]);
    let running = Running::start(&mut command);
    running.wait_until_says("`--only`");
    running.wait_until_prints("plan: 0 to create");
    running.signal(rustix::process::Signal::INT);
    running.wait().says(0, &[]);
    assert!(setup.target.ids().is_empty());
    Ok(())
}

fn drift() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup
        .target
        .create(&json!({"client_id": "a", "client_name": "old"}));
    setup
        .folder
        .write("manifests/a.yaml", "client_id: a\nclient_name: new\n");
    let mut watching = setup.watch(&["--interval", "100ms"]);
    let events = watching.events();
    let drifted = &events[0];
    assert_eq!(drifted["event"], "drifted");
    assert_eq!(
        drifted["differences"],
        json!([{"field": "client_name", "manifest": "new", "hydra": "old"}])
    );
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 12);
    assert_eq!(watching.untaken(), Vec::<Value>::new());
    // Another drift is news.
    setup
        .target
        .replace("a", &json!({"client_id": "a", "client_name": "older"}));
    let again = watching.next("drifted");
    assert_eq!(again["differences"][0]["hydra"], "older");
    let idle = watching.next("idle");
    assert_eq!(idle["summary"]["drifted"], 1);
    // A drift that is healed is counted no more, and that is said once.
    setup
        .folder
        .write("manifests/a.yaml", "client_id: a\nclient_name: older\n");
    watching.next_of("unchanged", "a");
    let idle = watching.next("idle");
    assert_eq!(idle["summary"]["drifted"], 0);
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 12);
    assert_eq!(watching.untaken(), Vec::<Value>::new());
    watching.end().says(0, &[]);
    Ok(())
}

fn findings() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let mut watching = setup.watch(&["--interval", "100ms"]);
    setup.folder.write(
        "manifests/b.yaml",
        "client_id: b\nredirect_uri: [https://me:s3cret@a.example/]\n",
    );
    let invalid = watching.next("invalid");
    assert_eq!(invalid["path"], "manifests/b.yaml");
    let finding = &invalid["findings"][0];
    assert_eq!(finding["rule"], "unknown-field");
    assert_eq!(finding["message"], "unknown field `redirect_uri`");
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(finding["help"], "did you mean `redirect_uris`?");
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 12);
    // Another change of the folder is no reason to say it again.
    setup.folder.write("manifests/c.yaml", "client_id: c\n");
    watching.next_of("created", "c");
    watching.next("idle");
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let valid = watching.next("valid");
    assert_eq!(valid["path"], "manifests/b.yaml");
    assert_eq!(valid["gone"], false);
    let events = watching.events();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((count("invalid"), count("valid")), (1, 1));
    assert_eq!(setup.target.ids(), ["a", "b", "c"]);
    let ended = watching.end();
    assert_eq!(ended.stderr.matches("unknown field").count(), 1, "{ended}");
    assert!(!ended.stderr.contains("s3cret"), "{ended}");
    Ok(())
}

fn healthy() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    setup.folder.write("manifests/b.yaml", "client_id: [\n");
    // A whole file waits, for nobody knows what the broken part was to say.
    setup.folder.write(
        "manifests/c.yaml",
        "client_id: c\n---\nclient_id: 5\nx: y\n",
    );
    let mut watching = setup.watch(&[]);
    assert_eq!(setup.target.ids(), ["a"]);
    let events = watching.events();
    assert_eq!(events.last().unwrap()["summary"]["invalid"], 2);
    setup.folder.write("manifests/d.yaml", "client_id: d\n");
    watching.next_of("created", "d");
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    assert_eq!(setup.target.ids(), ["a", "b", "d"]);
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(hydra_gitops::sandbox::Version::default(), |_| Fault::Pass);
    // What only the server can know.
    let text = "client_id: a\nsubject_type: pairwise\n";
    setup.folder.write("manifests/a.yaml", text);
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    let mut watching = setup.watch(&["--interval", "100ms"]);
    let events = watching.events();
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{events:#?}");
    assert!(
        failed[0]["error"].as_str().unwrap().contains("pairwise"),
        "{failed:#?}"
    );
    assert_eq!(setup.target.ids(), ["b"]);
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 20);
    assert_eq!(watching.untaken(), Vec::<Value>::new());
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    watching.next_of("created", "a");
    watching.end().says(0, &[]);
    Ok(())
}

fn members() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.target.create(&json!({"client_id": "d"}));
    setup.folder.clients(&["a"]);
    setup
        .folder
        .write("manifests/d.yaml", "client_id: d\nscope: x\n");
    setup.folder.write("manifests/e.yaml", "nonsense\n");
    let watching = setup.watch(&[]);
    for event in watching.events() {
        assert_eq!(event["format"], "hydra-gitops/watch/1");
        let time: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
        assert!((jiff::Timestamp::now() - time).as_secs() < 60);
        let members: Vec<&str> = event
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let rest: &[&str] = match event["event"].as_str().unwrap() {
            "created" | "drifted" => &[
                "client_id",
                "client_name",
                "resource",
                "manifest",
                "took_ms",
                "unconfirmed",
                "error",
                "differences",
                "delete",
            ],
            "invalid" => &["path", "gone", "findings"],
            "idle" => &["summary"],
            other => panic!("{other}"),
        };
        assert_eq!(members, [&["format", "event", "time"], rest].concat());
    }
    assert_eq!(watching.events().len(), 4);
    Ok(())
}
