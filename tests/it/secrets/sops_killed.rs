//! Kills and lost answers with SOPS files: what the journal holds is written without a private key.

use std::sync::{Arc, Mutex};

use super::sops::Scene;
use crate::support::hydra::Release;
use crate::support::program::{Running, run};
use crate::support::proxy::{Fault, Gate};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("a_kill_loses_no_file", killed),
    (
        "a_kill_loses_no_file_where_the_server_chooses_ids",
        killed_on_v2_1,
    ),
    (
        "a_confirmed_file_is_never_replaced_by_an_unconfirmed_one",
        kept,
    ),
    ("an_output_that_is_not_named_is_asked_for", unnamed),
    ("what_hydra_answered_is_known_after_a_kill", answered),
    (
        "a_later_secret_is_not_replaced_by_a_recovered_one",
        superseded,
    ),
];

const BOTH: [&str; 4] = ["--secrets-out", "sops:out", "--secrets-out", "s.jsonl"];

/// Applies, and kills the program when Hydra has both clients and nothing was answered.
pub(super) fn kill(scene: &Scene, gate: &Gate, words: &[&str]) {
    let recipient = ["--age-recipient", &scene.identity.recipient];
    let mut applying = scene.setup.applying(&[&recipient[..], words].concat());
    let mut running = Running::start(&mut applying);
    until("the clients", || scene.setup.target.clients().len() >= 2);
    running.kill();
    gate.open();
    scene.setup.check(&running.wait());
}

pub(super) fn held() -> (
    Gate,
    impl Fn(&crate::support::proxy::Request) -> Fault + Send + Sync + 'static,
) {
    let gate = Gate::default();
    let held = gate.clone();
    let script = move |request: &crate::support::proxy::Request| match request.creates() {
        true => Fault::HoldAnswer(held.clone()),
        false => Fault::Pass,
    };
    (gate, script)
}

fn killed() -> Result<(), Missing> {
    for words in [&BOTH[..2], &BOTH[..]] {
        let (gate, script) = held();
        let scene = Scene::new(script)?;
        kill(&scene, &gate, words);
        let recover = [&["secrets", "recover"][..], words].concat();
        let ended = scene.setup.run(&mut scene.setup.program(&recover));
        ended.says(0, &["0 recorded, 2 unconfirmed, 0 dropped, 0 waiting"]);
        assert_eq!(scene.files("out"), ["one.sops.yaml", "two.sops.yaml"]);
        for id in ["one", "two"] {
            scene.holds(&format!("out/{id}.sops.yaml"), id);
            let text = scene.setup.folder.read(&format!("out/{id}.sops.yaml"));
            assert!(
                text.contains("hydra-gitops/unconfirmed: \"true\""),
                "{text}"
            );
        }
        confirm(&scene);
    }
    Ok(())
}

/// A scene in which a run was killed after Hydra's answer for `one`, and before that for `two`.
fn half_answered() -> Result<Scene, Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let scene = Scene::new(move |request| match request.creates() {
        true if request.member("client_id").as_deref() == Some("two") => {
            Fault::HoldAnswer(held.clone())
        }
        _ => Fault::Pass,
    })?;
    let recipient = ["--age-recipient", &scene.identity.recipient];
    let mut applying = scene.setup.applying(&[&recipient[..], &BOTH[..2]].concat());
    let mut running = Running::start(&mut applying);
    let journal = || std::fs::read_to_string(scene.file("out.journal")).unwrap_or_default();
    until("the created one", || journal().contains("{\"created\":"));
    until("the other one", || scene.setup.target.clients().len() == 2);
    running.kill();
    gate.open();
    Ok(scene)
}

const RECOVER: [&str; 4] = ["secrets", "recover", "--secrets-out", "sops:out"];

/// A file gets its name a while after its client was created; until then, the journal knows it.
fn answered() -> Result<(), Missing> {
    let scene = half_answered()?;
    let ended = scene.setup.run(&mut scene.setup.program(&RECOVER));
    ended.says(0, &["1 unconfirmed, 0 dropped, 0 waiting"]);
    let is_confirmed = |id: &str| {
        let text = scene.setup.folder.read(&format!("out/{id}.sops.yaml"));
        !text.contains("hydra-gitops/unconfirmed")
    };
    assert!(is_confirmed("one") && !is_confirmed("two"));
    scene.holds("out/one.sops.yaml", "one");
    Ok(())
}

/// Another run has made the client anew before the journal is settled.
fn superseded() -> Result<(), Missing> {
    let scene = half_answered()?;
    let journal = scene.setup.folder.read("out.journal");
    let lines = journal.lines().map(|line| {
        let mut entry: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(intent) = entry.get_mut("intent") {
            intent["created_at"] = "2020-01-02T03:04:05Z".into();
        }
        entry.to_string() + "\n"
    });
    let earlier: String = lines.collect();
    std::fs::remove_file(scene.file("out.journal")).unwrap();
    std::fs::remove_dir_all(scene.file("out")).unwrap();
    for id in ["one", "two"] {
        scene.setup.target.delete(id);
    }
    scene.apply(0, &BOTH[..2], &[]);
    let later = scene.setup.folder.read("out/one.sops.yaml");
    scene.setup.folder.write("out.journal", earlier);
    let ended = scene.setup.run(&mut scene.setup.program(&RECOVER));
    ended.says(0, &["0 waiting"]);
    assert_eq!(scene.setup.folder.read("out/one.sops.yaml"), later);
    let aside = "one.unconfirmed-20200102T030405Z.sops.yaml".to_owned();
    assert!(
        scene.files("out").contains(&aside),
        "{:?}",
        scene.files("out")
    );
    Ok(())
}

/// `secrets verify` confirms each file in its place.
pub(super) fn confirm(scene: &Scene) {
    let public = scene.setup.target.public_url();
    let words = [
        "secrets",
        "verify",
        "--secrets-out",
        "sops:out",
        "--identity",
        "own.txt",
        "--public-url",
        &public,
    ];
    let mut verify = scene.setup.program(&words);
    if let Some(folder) = scene.sops.folder() {
        let path = std::env::var("PATH").unwrap();
        verify.env("PATH", format!("{}:{path}", folder.display()));
    }
    run(&mut verify).says(0, &["2 accepted, 2 newly confirmed"]);
    for file in scene.files("out") {
        let text = scene.setup.folder.read(&format!("out/{file}"));
        assert!(!text.contains("hydra-gitops/unconfirmed"), "{text}");
    }
}

fn killed_on_v2_1() -> Result<(), Missing> {
    let (gate, script) = held();
    let scene = Scene::on(Release::V2_1, script)?;
    let clients = ["one", "two"].map(|name| {
        serde_json::json!({"client_name": name, "owner": "o", "grant_types": ["client_credentials"]})
    });
    scene.setup.folder.manifest(&serde_json::json!(clients));
    kill(&scene, &gate, &BOTH);
    let recover = [&["secrets", "recover"][..], &BOTH].concat();
    let ended = scene.setup.run(&mut scene.setup.program(&recover));
    ended.says(0, &["2 unconfirmed, 0 dropped, 0 waiting"]);
    let ids = scene.setup.target.ids();
    assert_eq!(scene.files("out").len(), 2);
    for id in ids {
        scene.holds(&format!("out/{id}.sops.yaml"), &id);
    }
    Ok(())
}

fn kept() -> Result<(), Missing> {
    let gates = Arc::new(Mutex::new(Gate::default()));
    let now = Arc::clone(&gates);
    let scene = Scene::new(move |request| match request.creates() {
        true => Fault::HoldAnswer(now.lock().unwrap().clone()),
        false => Fault::Pass,
    })?;
    let gate = gates.lock().unwrap().clone();
    kill(&scene, &gate, &BOTH[..2]);
    let recover = ["secrets", "recover", "--secrets-out", "sops:out"];
    scene
        .setup
        .run(&mut scene.setup.program(&recover))
        .says(0, &["2 unconfirmed"]);
    confirm(&scene);
    let before = scene.setup.folder.read("out/one.sops.yaml");
    // The clients vanish, and are made anew by a run that is killed.
    for id in ["one", "two"] {
        scene.setup.target.delete(id);
    }
    let gate = Gate::default();
    *gates.lock().unwrap() = gate.clone();
    kill(&scene, &gate, &BOTH[..2]);
    scene
        .setup
        .run(&mut scene.setup.program(&recover))
        .says(0, &["2 unconfirmed"]);
    assert_eq!(scene.setup.folder.read("out/one.sops.yaml"), before);
    let files = scene.files("out");
    assert_eq!(files.len(), 4, "{files:?}");
    let aside = files
        .iter()
        .find(|name| name.starts_with("one.unconfirmed-") && name.ends_with(".sops.yaml"));
    scene.holds(&format!("out/{}", aside.unwrap()), "one");
    let listing = ["secrets", "list", "--secrets-out", "sops:out"];
    scene
        .setup
        .run(&mut scene.setup.program(&listing))
        .says(0, &["unconfirmed: try it with `secrets verify`"]);
    Ok(())
}

fn unnamed() -> Result<(), Missing> {
    let (gate, script) = held();
    let scene = Scene::new(script)?;
    kill(&scene, &gate, &BOTH);
    let recover = ["secrets", "recover", "--secrets-out", "s.jsonl"];
    let ended = scene.setup.run(&mut scene.setup.program(&recover));
    ended.says(6, &["belongs into `sops:out`", "--secrets-out sops:out"]);
    let recover = [&["secrets", "recover"][..], &BOTH].concat();
    scene
        .setup
        .run(&mut scene.setup.program(&recover))
        .says(0, &["2 unconfirmed", "0 waiting"]);
    assert_eq!(scene.setup.folder.read("s.jsonl").lines().count(), 2);
    assert_eq!(scene.files("out").len(), 2);
    Ok(())
}
