//! Nobody could open the secrets: exit 6, and nothing was sent.

use std::process::Command;

use crate::faults::scene::Scene;
use crate::support::key::Key;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("no_recipient_is_given", none),
    ("no_recipient_is_needed", not_needed),
    ("a_key_cannot_encrypt", cannot_encrypt),
    ("a_key_is_no_key", no_key),
    ("a_key_file_is_missing", missing),
    ("a_key_and_plain_text_contradict_each_other", both),
    ("a_recipient_opens_what_was_encrypted", opens),
];

fn scene() -> Scene {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.clients(&["a", "b"]);
    scene
}

#[track_caller]
fn refused(scene: &Scene, command: &mut Command, code: i32, texts: &[&str]) {
    scene.run(command).says(code, texts);
    let created = scene
        .proxy
        .requests()
        .iter()
        .any(|request| request.creates());
    assert!(!created);
    assert!(
        !scene
            .folder
            .files()
            .iter()
            .any(|name| name.contains("secrets"))
    );
}

fn none() -> Result<(), Missing> {
    let scene = scene();
    let texts = [
        "secrets of 2 clients",
        "no recipient",
        "--pgp-key-file",
        "--allow-plaintext-secrets",
    ];
    refused(&scene, &mut scene.applying(&[]), 6, &texts);
    Ok(())
}

fn not_needed() -> Result<(), Missing> {
    let scene = scene();
    let given = "client_id: a\nclient_secret: given-by-hand\n---\nclient_id: b\ntoken_endpoint_auth_method: none\n";
    scene.folder.write("manifests/clients.yaml", given);
    scene.run(&mut scene.applying(&[])).says(0, &["2 created"]);
    assert!(scene.target.accepts("a", "given-by-hand"));
    assert_eq!(scene.folder.files(), [""; 0]);
    Ok(())
}

fn cannot_encrypt() -> Result<(), Missing> {
    let scene = scene();
    scene.folder.write("key.asc", Key::signing().public());
    let command = &mut scene.applying(&["--pgp-key-file", "key.asc"]);
    refused(
        &scene,
        command,
        6,
        &["key.asc", "encrypt", "Alice <alice@example.org>"],
    );
    Ok(())
}

fn no_key() -> Result<(), Missing> {
    let scene = scene();
    scene
        .folder
        .write("key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm90\n");
    let command = &mut scene.applying(&["--pgp-key-file", "key.asc"]);
    refused(&scene, command, 6, &["key.asc"]);
    let command = &mut scene.applying(&["--pgp-key", "bm8ga2V5"]);
    refused(&scene, command, 6, &["--pgp-key"]);
    let path = [
        "not an OpenPGP public key, but the path `key.asc`",
        "`@key.asc`",
        "--pgp-key-file key.asc",
    ];
    let command = &mut scene.applying(&["--pgp-key", "key.asc"]);
    refused(&scene, command, 6, &path);
    let command = &mut scene.applying(&[]);
    refused(
        &scene,
        command.env("HYDRA_GITOPS_PGP_KEY", "key.asc"),
        6,
        &path,
    );
    Ok(())
}

fn missing() -> Result<(), Missing> {
    let scene = scene();
    let command = &mut scene.applying(&["--pgp-key-file", "no.asc"]);
    refused(
        &scene,
        command,
        6,
        &["cannot read the key file `no.asc`", "check the path"],
    );
    Ok(())
}

fn both() -> Result<(), Missing> {
    let scene = scene();
    scene.folder.write("key.asc", Key::new().public());
    let words = ["--pgp-key-file", "key.asc", "--allow-plaintext-secrets"];
    refused(
        &scene,
        &mut scene.applying(&words),
        64,
        &["both given", "leave one of them out"],
    );
    Ok(())
}

fn opens() -> Result<(), Missing> {
    let scene = scene();
    let keys = [Key::new(), Key::new()];
    scene.folder.write("a.asc", keys[0].public());
    scene.folder.write("b.asc", keys[1].public());
    let words = ["--pgp-key-file", "a.asc", "--pgp-key", "@b.asc"];
    scene
        .run(&mut scene.applying(&words))
        .says(0, &["2 created"]);
    for id in ["a", "b"] {
        let record = scene.folder.record(id).unwrap();
        for key in &keys {
            let secret = key.open(record["encrypted_client_secret"].as_str().unwrap());
            assert!(scene.target.accepts(id, &secret));
        }
    }
    Ok(())
}
