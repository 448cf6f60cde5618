//! Manifests that are missing, empty or wrong: exit 3, and nothing was sent.

use crate::proxy::Fault;
use crate::requirement::Missing;
use crate::scene::Scene;
use crate::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("their_folder_is_missing", missing),
    ("their_folder_is_empty", empty),
    ("one_of_them_is_wrong", wrong),
];

fn missing() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene.apply(&[]).says(3, &["`manifests`"]);
    scene.apply(&["--allow-empty"]).says(3, &["`manifests`"]);
    validated(&scene, "`manifests` does not exist", "name a folder");
    assert!(scene.proxy.requests().is_empty());
    scene.is_untouched();
    Ok(())
}

/// A program that reads the findings hears of these as well.
fn validated(scene: &Scene, message: &str, help: &str) {
    let ended = scene.run(scene.program("validate").args(["--output", "json"]));
    ended.says(3, &[]);
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["format"], "hydra-gitops/validate/1");
    assert_eq!(document["summary"]["errors"], 1);
    let finding = &document["findings"][0];
    assert_eq!(finding["message"], message, "{finding}");
    assert!(
        finding["help"].as_str().unwrap().contains(help),
        "{finding}"
    );
    assert_eq!(finding["manifest"], serde_json::Value::Null);
}

fn empty() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.write("manifests/readme.txt", "no client here");
    scene
        .apply(&[])
        .says(3, &["there is no client in `manifests`", "--allow-empty"]);
    validated(&scene, "there is no client in `manifests`", "--allow-empty");
    let ended = scene.apply(&["-"]);
    ended.says(
        3,
        &[
            "there is no client in `<stdin>`",
            "check what is written to standard input",
        ],
    );
    assert!(!ended.stderr.contains("path"), "{ended}");
    assert!(scene.proxy.requests().is_empty());
    scene.apply(&["--allow-empty"]).says(0, &["0 created"]);
    scene.is_untouched();
    Ok(())
}

fn wrong() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.clients(&["a"]);
    scene.folder.write(
        "manifests/b.yaml",
        "client_id: b\nredirect_uri: [https://b/cb]\n",
    );
    let texts = ["b.yaml", "redirect_uri", "did you mean", "redirect_uris"];
    scene.apply(&[]).says(3, &texts);
    assert!(scene.proxy.requests().is_empty());
    scene.is_untouched();
    Ok(())
}
