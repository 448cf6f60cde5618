//! Which lines of the secrets file count: what `secrets list` and `secrets check` say of them.

use serde_json::json;

use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("no_unconfirmed_line_supersedes_another", unconfirmed),
    ("a_confirmed_line_supersedes_all_before_it", confirmed),
    ("a_check_of_nothing_is_no_success", nothing),
    ("names_of_one_hydra_are_one", names),
    ("lines_of_other_hydras_are_named", elsewhere),
    ("lines_of_a_newer_version_are_named_and_stay", newer),
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

fn setup(lines: &[String]) -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.write(SECRETS, lines.concat());
    setup
}

/// What `secrets list` says of each line: whether it is superseded.
fn superseded(setup: &Setup) -> Vec<bool> {
    let mut list = setup.program(&["secrets"]);
    let ended = program::run(list.args(["list", "--output", "json"]));
    ended.says(0, &[]);
    let list = ended.json();
    let lines = list["secrets"].as_array().unwrap().iter();
    lines
        .map(|line| line["superseded"].as_bool().unwrap())
        .collect()
}

fn check(setup: &Setup) -> program::Ended {
    setup.run(&mut setup.program(&["secrets", "check", "--quiet"]))
}

/// Of two unconfirmed lines either may be the right one.
fn unconfirmed() -> Result<(), Missing> {
    let setup = setup(&[]);
    let url = setup.url();
    let lines = ["s-one", "s-two"].map(|secret| line("a", &url, secret, true));
    setup.folder.write(SECRETS, lines.concat());
    setup.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&setup), [false, false]);
    let ended = program::run(&mut setup.program(&["secrets", "list"]));
    ended.says(0, &["unconfirmed: try it with `secrets verify`"]);
    assert!(!ended.stdout.contains("superseded"), "{ended}");
    // Said even with `--quiet`.
    let texts = ["`a` has 2 unconfirmed secrets", "secrets verify"];
    check(&setup).says(0, &texts);
    Ok(())
}

fn confirmed() -> Result<(), Missing> {
    let setup = setup(&[]);
    let url = setup.url();
    let kinds = [true, false, true, false, true];
    let lines = kinds.map(|unconfirmed| line("a", &url, "secret", unconfirmed));
    setup.folder.write(SECRETS, lines.concat());
    setup.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&setup), [true, true, true, false, false]);
    check(&setup).says(
        0,
        &["`a` has 1 unconfirmed secret", "1 client looked up, 0 of"],
    );
    Ok(())
}

fn nothing() -> Result<(), Missing> {
    let other = |id| line(id, "https://hydra.example", "secret", false);
    let setup = setup(&[
        other("a"),
        other("b"),
        line("c", "sandbox", "secret", false),
    ]);
    let ended = check(&setup);
    let none = format!("`{SECRETS}` contains no secret of `{}`", setup.url());
    let named = "it has 2 lines of `https://hydra.example`, 1 line of `sandbox`";
    ended.says(1, &[&none, named, "--endpoint", "3 of other Hydras"]);
    setup.folder.write(SECRETS, "");
    check(&setup).says(1, &[&none, "--secrets-out"]);
    Ok(())
}

/// `localhost` is `127.0.0.1`.
fn names() -> Result<(), Missing> {
    let setup = setup(&[]);
    let named = setup.url().replace("127.0.0.1", "localhost");
    let lines = [
        line("a", &setup.url(), "s-one", false),
        line("a", &named, "s-two", false),
    ];
    setup.folder.write(SECRETS, lines.concat());
    setup.target.create(&json!({"client_id": "a"}));
    assert_eq!(superseded(&setup), [true, false]);
    check(&setup).says(0, &["1 client looked up, 0 of other Hydras"]);
    Ok(())
}

fn elsewhere() -> Result<(), Missing> {
    let setup = setup(&[]);
    let lines = [
        line("a", &setup.url(), "secret", false),
        line("a", "https://hydra.example", "secret", false),
    ];
    setup.folder.write(SECRETS, lines.concat());
    setup.target.create(&json!({"client_id": "a"}));
    let ended = setup.run(&mut setup.program(&["secrets", "check"]));
    let texts = ["not looked up: 1 line of `https://hydra.example`", "1 of"];
    ended.says(0, &texts);
    Ok(())
}

fn newer() -> Result<(), Missing> {
    let mut record: serde_json::Value =
        serde_json::from_str(&line("a", "http://h", "secret-of-a", false)).unwrap();
    record["format"] = json!(9);
    let content = format!("{record}\n");
    let setup = setup(std::slice::from_ref(&content));
    setup
        .folder
        .write("manifests/b.json", json!({"client_id": "b"}).to_string());
    setup
        .apply(&[])
        .says(6, &["line 1: its format 9 is newer than", "use that one"]);
    assert_eq!(setup.folder.read(SECRETS), content);
    assert!(setup.target.ids().is_empty());
    Ok(())
}
