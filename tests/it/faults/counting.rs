//! Which lines of the secrets file count: what `secrets list` and `secrets check` say of them.

use serde_json::json;

use crate::faults::scene::Scene;
use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("no_unconfirmed_line_supersedes_another", unconfirmed),
    ("a_confirmed_line_supersedes_all_before_it", confirmed),
    ("a_check_of_nothing_is_no_success", nothing),
    ("names_of_one_hydra_are_one", names),
    ("lines_of_other_hydras_are_named", elsewhere),
];

/// A line of the secrets file.
pub(crate) fn line(id: &str, endpoint: &str, secret: &str, unconfirmed: bool) -> String {
    let mut record = json!({"format": 1, "client_id": id, "client_name": null, "endpoint": endpoint,
        "created_at": "2026-01-02T03:04:05Z", "recipients": [], "client_secret": secret});
    if unconfirmed {
        record["unconfirmed"] = json!(true);
    }
    format!("{record}\n")
}

fn scene(lines: &[String]) -> Scene {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.write(SECRETS, lines.concat());
    scene
}

/// What `secrets list` says of each line: whether it is superseded.
fn superseded(scene: &Scene) -> Vec<bool> {
    let mut list = scene.program("secrets");
    let ended = program::run(list.args(["list", "--output", "json"]));
    ended.says(0, &[]);
    let list = ended.json();
    let lines = list["secrets"].as_array().unwrap().iter();
    lines
        .map(|line| line["superseded"].as_bool().unwrap())
        .collect()
}

fn check(scene: &Scene) -> program::Ended {
    scene.run(scene.program("secrets").args(["check", "--quiet"]))
}

/// Of two unconfirmed lines either may be the right one.
fn unconfirmed() -> Result<(), Missing> {
    let scene = scene(&[]);
    let url = scene.url();
    let lines = ["s-one", "s-two"].map(|secret| line("a", &url, secret, true));
    scene.folder.write(SECRETS, lines.concat());
    scene.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&scene), [false, false]);
    let ended = program::run(scene.program("secrets").arg("list"));
    ended.says(0, &["unconfirmed: try it with `secrets verify`"]);
    assert!(!ended.stdout.contains("superseded"), "{ended}");
    // Said even with `--quiet`.
    let texts = ["`a` has 2 unconfirmed secrets", "secrets verify"];
    check(&scene).says(0, &texts);
    Ok(())
}

fn confirmed() -> Result<(), Missing> {
    let scene = scene(&[]);
    let url = scene.url();
    let kinds = [true, false, true, false, true];
    let lines = kinds.map(|unconfirmed| line("a", &url, "secret", unconfirmed));
    scene.folder.write(SECRETS, lines.concat());
    scene.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&scene), [true, true, true, false, false]);
    check(&scene).says(
        0,
        &["`a` has 1 unconfirmed secret", "1 client looked up, 0 of"],
    );
    Ok(())
}

fn nothing() -> Result<(), Missing> {
    let other = |id| line(id, "https://hydra.example", "secret", false);
    let scene = scene(&[
        other("a"),
        other("b"),
        line("c", "sandbox", "secret", false),
    ]);
    let ended = check(&scene);
    let none = format!("`{SECRETS}` holds no secret of `{}`", scene.url());
    let named = "it has 2 lines of `https://hydra.example`, 1 line of `sandbox`";
    ended.says(1, &[&none, named, "--endpoint", "3 of other Hydras"]);
    scene.folder.write(SECRETS, "");
    check(&scene).says(1, &[&none, "--secrets-out"]);
    Ok(())
}

/// `localhost` is `127.0.0.1`.
fn names() -> Result<(), Missing> {
    let scene = scene(&[]);
    let named = scene.url().replace("127.0.0.1", "localhost");
    let lines = [
        line("a", &scene.url(), "s-one", false),
        line("a", &named, "s-two", false),
    ];
    scene.folder.write(SECRETS, lines.concat());
    scene.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&scene), [true, false]);
    check(&scene).says(0, &["1 client looked up, 0 of other Hydras"]);
    Ok(())
}

fn elsewhere() -> Result<(), Missing> {
    let scene = scene(&[]);
    let lines = [
        line("a", &scene.url(), "secret", false),
        line("a", "https://hydra.example", "secret", false),
    ];
    scene.folder.write(SECRETS, lines.concat());
    scene.target.create(&json!({"client_id": "a"}));
    let ended = scene.run(scene.program("secrets").arg("check"));
    let texts = ["not looked up: 1 line of `https://hydra.example`", "1 of"];
    ended.says(0, &texts);
    Ok(())
}
