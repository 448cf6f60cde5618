//! What stands where SOPS files belong: nothing is sent, and nothing of it is touched.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use super::sops::{Scene, client};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_file_of_something_else_is_refused", foreign),
    ("a_file_of_another_client_is_refused", another),
    ("one_name_for_two_clients_is_refused", shared),
    ("what_is_no_folder_is_refused", no_folder),
    ("flags_without_effect_are_refused", flags),
    ("a_confirmed_file_is_replaced_by_a_confirmed_one", anew),
];

const SOPS: [&str; 2] = ["--secrets-out", "sops:out"];

fn foreign() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene
        .setup
        .folder
        .write("out/one.sops.yaml", "somebody: else\n");
    scene.apply(
        6,
        &SOPS,
        &["`out/one.sops.yaml`", "not a file of hydra-gitops"],
    );
    assert_eq!(
        scene.setup.folder.read("out/one.sops.yaml"),
        "somebody: else\n"
    );
    std::fs::remove_file(scene.file("out/one.sops.yaml")).unwrap();
    std::fs::create_dir(scene.file("out/one.sops.yaml")).unwrap();
    scene.apply(6, &SOPS, &["`out/one.sops.yaml`", "not a regular file"]);
    std::fs::remove_dir(scene.file("out/one.sops.yaml")).unwrap();
    scene.setup.folder.write("elsewhere.yaml", "a: b\n");
    std::os::unix::fs::symlink("../elsewhere.yaml", scene.file("out/one.sops.yaml")).unwrap();
    scene.apply(6, &SOPS, &["it is a link"]);
    assert_eq!(scene.setup.folder.read("elsewhere.yaml"), "a: b\n");
    scene.setup.has_clients(&[]);
    assert!(
        scene
            .setup
            .proxy
            .requests()
            .iter()
            .all(|one| one.method == "GET")
    );
    Ok(())
}

fn another() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(0, &SOPS, &[]);
    let before = scene.setup.folder.read("out/one.sops.yaml");
    // The same name for another id.
    scene.setup.folder.manifest(&json!([
        {"client_id": "three", "client_name": "one", "grant_types": ["client_credentials"]},
    ]));
    let named = [&SOPS[..], &["--secret-name", "{client_name}"]].concat();
    scene.apply(
        6,
        &named,
        &[
            "`out/one.sops.yaml`",
            "it holds the secret of `one` in `",
            "--secret-name",
        ],
    );
    // The same client in another Hydra.
    let text = before.replace(&scene.setup.url(), "http://other:4445");
    assert_ne!(text, before);
    scene.setup.folder.write("out/one.sops.yaml", &text);
    scene.setup.target.delete("one");
    scene.setup.folder.manifest(&json!([client("one")]));
    scene.apply(
        6,
        &SOPS,
        &["it holds the secret of `one` in `http://other:4445`"],
    );
    assert_eq!(scene.setup.folder.read("out/one.sops.yaml"), text);
    scene.setup.has_clients(&["two"]);
    Ok(())
}

fn shared() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.setup.folder.manifest(&json!([
        {"client_id": "a", "client_name": "app", "grant_types": ["client_credentials"]},
        {"client_id": "b", "client_name": "app", "grant_types": ["client_credentials"]},
    ]));
    let named = [&SOPS[..], &["--secret-name", "{client_name}"]].concat();
    scene.apply(
        6,
        &named,
        &["`a` and `b` would have the same file, `out/app.sops.yaml`"],
    );
    scene.setup.has_clients(&[]);
    Ok(())
}

fn no_folder() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.setup.folder.write("out", "a file\n");
    scene.apply(6, &SOPS, &["`out` is not a folder", "jsonl:FILE"]);
    std::fs::create_dir(scene.file("folder")).unwrap();
    scene.apply(
        6,
        &["--secrets-out", "jsonl:folder"],
        &["`folder` is a folder"],
    );
    scene.apply(6, &["--secrets-out", "sops:missing/out"], &["cannot write"]);
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        std::fs::set_permissions(scene.file("folder"), Permissions::from_mode(0o500)).unwrap();
        scene.apply(
            6,
            &["--secrets-out", "sops:folder"],
            &["cannot write `folder`"],
        );
        std::fs::set_permissions(scene.file("folder"), Permissions::from_mode(0o700)).unwrap();
    }
    scene.setup.has_clients(&[]);
    Ok(())
}

fn flags() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    for (words, said) in [
        (&["--sops-kind", "json"][..], "`--sops-kind` has no effect"),
        (
            &["--secret-name", "{client_id}-x"],
            "`--secret-name` has no effect",
        ),
        (&["--secrets-out", "yaml:x"], "`yaml` is not a format"),
        (&["--secrets-out", "sops:"], "the path is empty"),
        (
            &["--secrets-out", "sops:o", "--secrets-out", "sops:o"],
            "given twice",
        ),
        (
            &["--secrets-out", "a", "--secrets-out", "b"],
            "several secrets files",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-name", "fixed"],
            "would have the same name",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-name", "{id}"],
            "a template can use",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-keys", "A"],
            "write it as `ID,SECRET`",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-keys", "A,A"],
            "cannot be the key of both",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-keys", "A,metadata"],
            "used for something else",
        ),
        (
            &["--secrets-out", "sops:o", "--secret-namespace", "A_B"],
            "a namespace has",
        ),
    ] {
        scene.apply(64, words, &[said]);
    }
    let mut clear = scene
        .setup
        .applying(&["--secrets-out", "sops:o", "--allow-plaintext-secrets"]);
    scene
        .setup
        .run(&mut clear)
        .says(64, &["SOPS files are always encrypted"]);
    assert_eq!(scene.setup.folder.files(), ["own.txt"]);
    assert_eq!(scene.setup.requests(), 0);
    Ok(())
}

/// A client that vanished from Hydra is made anew, and its old secret is worth nothing.
fn anew() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(0, &SOPS, &[]);
    let before = scene.setup.folder.read("out/one.sops.yaml");
    scene.setup.target.delete("one");
    scene.apply(0, &SOPS, &["1 secret recorded"]);
    assert_ne!(scene.setup.folder.read("out/one.sops.yaml"), before);
    assert_eq!(scene.files("out"), ["one.sops.yaml", "two.sops.yaml"]);
    scene.holds("out/one.sops.yaml", "one");
    Ok(())
}
