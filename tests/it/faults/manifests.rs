//! Manifests that are missing, empty or wrong: exit 3, and nothing was sent.

use std::fs;
use std::os::unix::fs::symlink;

use crate::faults::scene::Scene;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("their_folder_is_missing", missing),
    ("their_folder_is_empty", empty),
    ("one_of_them_is_wrong", wrong),
    ("the_default_folder_is_no_link", linked),
    ("ignore_files_have_a_bound_on_their_sum", ignore_files),
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
    let document = ended.json();
    assert_eq!(document["format"], "hydra-gitops/validate/1");
    assert_eq!(document["summary"]["errors"], 1);
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"], "unreadable-manifests", "{finding}");
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
            "check what is piped to standard input",
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
    let ended = scene.run(scene.program("validate").args(["--output", "json"]));
    ended.says(3, &[]);
    let document = ended.json();
    assert_eq!(document["findings"][0]["rule"], "unknown-field");
    assert!(scene.proxy.requests().is_empty());
    scene.is_untouched();
    Ok(())
}

/// A pull request can put a link in the place of the folder; what the user names may be one.
fn linked() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene
        .folder
        .write("outside/app.yaml", "db_password: HUNTER2\n");
    for target in ["outside", "nowhere", "/"] {
        symlink(target, scene.folder.file("manifests")).unwrap();
        let texts = [
            "`manifests` is a symbolic link",
            "give the path on the command line",
        ];
        for command in ["plan", "validate", "apply", "watch"] {
            let ended = scene.run(&mut scene.program(command));
            ended.says(3, &texts);
            assert!(!ended.stderr.contains("db_password"), "{ended}");
        }
        fs::remove_file(scene.folder.file("manifests")).unwrap();
    }
    scene.folder.write("outside/app.yaml", "client_id: a\n");
    symlink("outside", scene.folder.file("manifests")).unwrap();
    let named = scene.run(scene.program("validate").arg("manifests"));
    named.says(0, &["1 client, 0 errors"]);
    assert!(scene.proxy.requests().is_empty());
    Ok(())
}

fn ignore_files() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.clients(&["a"]);
    let rules: String = (0..2_000).map(|n| format!("/file-{n}-*.tmp\n")).collect();
    for folder in 0..300 {
        let path = format!("manifests/{folder:03}/.hydra-gitops-ignore");
        scene.folder.write(&path, &rules);
    }
    let ended = scene.run(&mut scene.program("validate"));
    let texts = [
        "too many rules in ignore files",
        "manifests/002/",
        "name only the folders",
    ];
    ended.says(3, &texts);
    Ok(())
}
