//! Manifests that are missing, empty or wrong: exit 3, and nothing was sent.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("their_folder_is_missing", missing),
    ("their_folder_is_empty", empty),
    ("one_of_them_is_wrong", wrong),
    ("the_default_folder_is_no_link", linked),
    ("ignore_files_have_a_bound_on_their_sum", ignore_files),
];

fn missing() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.apply(&[]).says(3, &["`manifests`"]);
    setup.apply(&["--allow-empty"]).says(3, &["`manifests`"]);
    validated(&setup, "`manifests` does not exist", "name a folder");
    assert!(setup.proxy.requests().is_empty());
    setup.is_untouched();
    Ok(())
}

/// A program that reads the findings hears of these as well.
fn validated(setup: &Setup, message: &str, help: &str) {
    let ended = setup.run(&mut setup.program(&["validate", "--output", "json"]));
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
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.write("manifests/readme.txt", "no client here");
    setup
        .apply(&[])
        .says(3, &["there is no client in `manifests`", "--allow-empty"]);
    validated(&setup, "there is no client in `manifests`", "--allow-empty");
    let ended = setup.apply(&["-"]);
    ended.says(
        3,
        &[
            "there is no client in `<stdin>`",
            "check what is piped to standard input",
        ],
    );
    assert!(!ended.stderr.contains("path"), "{ended}");
    assert!(setup.proxy.requests().is_empty());
    setup.apply(&["--allow-empty"]).says(0, &["0 created"]);
    setup.is_untouched();
    Ok(())
}

fn wrong() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    setup.folder.write(
        "manifests/b.yaml",
        "client_id: b\nredirect_uri: [https://b/cb]\n",
    );
    let texts = ["b.yaml", "redirect_uri", "did you mean", "redirect_uris"];
    setup.apply(&[]).says(3, &texts);
    let ended = setup.run(&mut setup.program(&["validate", "--output", "json"]));
    ended.says(3, &[]);
    let document = ended.json();
    assert_eq!(document["findings"][0]["rule"], "unknown-field");
    assert!(setup.proxy.requests().is_empty());
    setup.is_untouched();
    Ok(())
}

/// A pull request can put a link in the place of the folder; what the user names may be one.
fn linked() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup
        .folder
        .write("outside/app.yaml", "db_password: HUNTER2\n");
    for target in ["outside", "nowhere", "/"] {
        symlink(target, setup.folder.file("manifests")).unwrap();
        let texts = [
            "`manifests` is a symbolic link",
            "give the path on the command line",
        ];
        for command in ["plan", "validate", "apply", "watch"] {
            let ended = setup.run(&mut setup.program(&[command]));
            ended.says(3, &texts);
            assert!(!ended.stderr.contains("db_password"), "{ended}");
        }
        fs::remove_file(setup.folder.file("manifests")).unwrap();
    }
    setup.folder.write("outside/app.yaml", "client_id: a\n");
    symlink("outside", setup.folder.file("manifests")).unwrap();
    let named = setup.run(&mut setup.program(&["validate", "manifests"]));
    named.says(0, &["1 client, 0 errors"]);
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn ignore_files() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let rules: String = (0..2_000).map(|n| format!("/file-{n}-*.tmp\n")).collect();
    for folder in 0..300 {
        let path = format!("manifests/{folder:03}/.hydra-gitops-ignore");
        setup.folder.write(&path, &rules);
    }
    let ended = setup.run(&mut setup.program(&["validate"]));
    let texts = [
        "too many rules in ignore files",
        "manifests/002/",
        "name only the folders",
    ];
    ended.says(3, &texts);
    Ok(())
}
