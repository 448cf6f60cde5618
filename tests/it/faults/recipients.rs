//! Nobody could open the secrets: exit 6, and nothing was sent.

use std::process::Command;

use crate::support::key::Key;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
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

fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a", "b"]);
    setup
}

#[track_caller]
fn refused(setup: &Setup, command: &mut Command, code: i32, texts: &[&str]) {
    setup.run(command).says(code, texts);
    let created = setup
        .proxy
        .requests()
        .iter()
        .any(|request| request.creates());
    assert!(!created);
    assert!(
        !setup
            .folder
            .files()
            .iter()
            .any(|name| name.contains("secrets"))
    );
}

fn none() -> Result<(), Missing> {
    let setup = setup();
    let texts = [
        "secrets of 2 clients",
        "no recipient",
        "--pgp-key-file",
        "--allow-plaintext-secrets",
    ];
    refused(&setup, &mut setup.applying(&[]), 6, &texts);
    Ok(())
}

fn not_needed() -> Result<(), Missing> {
    let setup = setup();
    let given = "client_id: a\nclient_secret: given-by-hand\n---\nclient_id: b\ntoken_endpoint_auth_method: none\n";
    setup.folder.write("manifests/clients.yaml", given);
    setup.run(&mut setup.applying(&[])).says(0, &["2 created"]);
    assert!(setup.target.accepts("a", "given-by-hand"));
    assert_eq!(setup.folder.files(), [""; 0]);
    Ok(())
}

fn cannot_encrypt() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("key.asc", Key::signing().public());
    let command = &mut setup.applying(&["--pgp-key-file", "key.asc"]);
    refused(
        &setup,
        command,
        6,
        &["key.asc", "encrypt", "Alice <alice@example.org>"],
    );
    Ok(())
}

fn no_key() -> Result<(), Missing> {
    let setup = setup();
    setup
        .folder
        .write("key.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbm90\n");
    let command = &mut setup.applying(&["--pgp-key-file", "key.asc"]);
    refused(&setup, command, 6, &["key.asc"]);
    let command = &mut setup.applying(&["--pgp-key", "bm8ga2V5"]);
    refused(&setup, command, 6, &["--pgp-key"]);
    let path = [
        "not an OpenPGP public key, but the path `key.asc`",
        "`@key.asc`",
        "--pgp-key-file key.asc",
    ];
    let command = &mut setup.applying(&["--pgp-key", "key.asc"]);
    refused(&setup, command, 6, &path);
    let command = &mut setup.applying(&[]);
    refused(
        &setup,
        command.env("HYDRA_GITOPS_PGP_KEY", "key.asc"),
        6,
        &path,
    );
    Ok(())
}

fn missing() -> Result<(), Missing> {
    let setup = setup();
    let command = &mut setup.applying(&["--pgp-key-file", "no.asc"]);
    refused(
        &setup,
        command,
        6,
        &["cannot read the key file `no.asc`", "check the path"],
    );
    Ok(())
}

fn both() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("key.asc", Key::new().public());
    let words = ["--pgp-key-file", "key.asc", "--allow-plaintext-secrets"];
    refused(
        &setup,
        &mut setup.applying(&words),
        64,
        &["both given", "leave one of them out"],
    );
    Ok(())
}

fn opens() -> Result<(), Missing> {
    let setup = setup();
    let keys = [Key::new(), Key::new()];
    setup.folder.write("a.asc", keys[0].public());
    setup.folder.write("b.asc", keys[1].public());
    let words = ["--pgp-key-file", "a.asc", "--pgp-key", "@b.asc"];
    setup
        .run(&mut setup.applying(&words))
        .says(0, &["2 created"]);
    for id in ["a", "b"] {
        let record = setup.folder.record(id).unwrap();
        for key in &keys {
            let secret = key.open(record["encrypted_client_secret"].as_str().unwrap());
            assert!(setup.target.accepts(id, &secret));
        }
    }
    Ok(())
}
