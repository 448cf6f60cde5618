//! `create` and `import` with a recipient: no secret is lost, and none is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Tests;
use crate::key::Key;
use crate::once::importing;
use crate::program::Running;
use crate::proxy::{Fault, Gate, json as answer};
use crate::requirement::Missing;
use crate::scene::Scene;

pub(crate) const TESTS: Tests = &[
    ("a_kill_loses_nothing", killed),
    ("no_failure_shows_a_secret", failing),
];

/// A key, in a file.
fn key(scene: &Scene) -> Key {
    let key = Key::new();
    scene.folder.write("key.asc", key.public());
    key
}

const RECIPIENT: [&str; 2] = ["--pgp-key-file", "key.asc"];

fn killed() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let scene = Scene::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    });
    let key = key(&scene);
    let mut running = Running::start(&mut importing(&scene, &["a", "b"], &RECIPIENT));
    scene
        .proxy
        .wait_for(|seen| seen.iter().filter(|one| one.creates()).count() == 2);
    running.kill();
    gate.open();
    running.wait();
    // Both are in Hydra by now, or will be.
    let again = scene.run(&mut importing(&scene, &["a", "b"], &RECIPIENT));
    again.says(
        1,
        &[
            "recovered a secret of `a`",
            "`a` exists already",
            "`b` exists already",
        ],
    );
    for id in ["a", "b"] {
        let record = scene.folder.record(id).unwrap();
        let message = record["encrypted_client_secret"].as_str().unwrap();
        assert!(scene.target.accepts(id, &key.open(message)));
    }
    scene
        .run(importing(&scene, &["a", "b"], &RECIPIENT).arg("--skip-existing"))
        .says(0, &["import: 0 created, 2 skipped, 0 failed"]);
    scene.has_clients(&["a", "b"]);
    Ok(())
}

fn failing() -> Result<(), Missing> {
    let refusal = r#"{"error":"invalid","error_description":"SECRET"}"#;
    let scene = Scene::new(
        move |request| match request.member("client_id").as_deref() {
            Some("b") => {
                let secret = request.member("client_secret").unwrap();
                Fault::Answer(answer(
                    "400 Bad Request",
                    &refusal.replace("SECRET", &secret),
                ))
            }
            _ => Fault::Pass,
        },
    );
    let key = key(&scene);
    let ended = scene.run(&mut importing(&scene, &["a", "b", "c"], &RECIPIENT));
    ended.says(
        1,
        &[
            "`b` was not created",
            "import: 2 created, 0 skipped, 1 failed",
        ],
    );
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 6, "{ended}");
    for (id, lines) in ["a", "c"].iter().zip(lines.chunks(3)) {
        assert_eq!(
            lines[0],
            format!("Imported OAuth 2.0 Client {id} from: {id}.json")
        );
        let base64 = lines[1]
            .strip_prefix("OAuth 2.0 Encrypted Client Secret: ")
            .unwrap();
        let message = String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap();
        assert!(scene.target.accepts(id, &key.open(&message)));
        assert_eq!(lines[2], "");
    }
    assert_eq!(scene.folder.records().len(), 2);
    Ok(())
}
