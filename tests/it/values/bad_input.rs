//! Values and files that are not what they should be.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::program::{Ended, program, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("a_value_never_adds_a_field", syntax),
    ("a_large_value_is_bounded", large),
    ("a_file_of_variables_is_a_regular_file_of_scalars", files),
    ("files_never_lead_out_of_their_folder", outside),
    (
        "two_manifests_that_a_value_makes_one_client_are_named",
        twice,
    ),
    ("wrong_definitions_are_refused", definitions),
];

fn validate(folder: &Workspace, words: &[&str]) -> Ended {
    run(program(folder.path())
        .args(["validate", "--resolve"])
        .args(words))
}

fn syntax() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\nclient_name: ${var:n}\n");
    for value in [
        "x\nskip_consent: true",
        "{a: b}",
        "- x",
        "${var:n}",
        "${env:HOME}",
        "$$",
        "# x",
        "*a",
        "yes",
    ] {
        validate(&folder, &["--var", &format!("n={value}")]).says(0, &["1 client, 0 errors"]);
    }
    let odd = validate(&folder, &["--var", "n=a\u{1b}[2J"]);
    assert!(!odd.to_string().contains('\u{1b}'), "{odd}");
    Ok(())
}

fn large() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\nclient_name: ${var:n}\n");
    folder.write("vars.yaml", format!("n: {}\n", "x".repeat(900_000)));
    validate(&folder, &["--var-file", "vars.yaml"]).says(0, &["1 client, 0 errors"]);
    folder.write("vars.yaml", format!("n: {}\n", "x".repeat(1_100_000)));
    validate(&folder, &["--var-file", "vars.yaml"]).says(3, &["larger than 1 MiB"]);
    Ok(())
}

fn files() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a-${var:n}\n");
    let with = |name: &str| validate(&folder, &["--var-file", name]);
    folder.write("good.yaml", "n: 1\n");
    symlink("good.yaml", folder.file("link.yaml")).unwrap();
    with("link.yaml").says(0, &[]);
    let pipe = folder.file("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    with("pipe").says(3, &["`pipe`", "not a regular file"]);
    with("manifests").says(3, &["`manifests`", "not a regular file"]);
    with("/dev/zero").says(3, &["not a regular file"]);
    with("none.yaml").says(3, &["`none.yaml`", "No such file"]);
    for text in ["n: [1]\n", "n: {a: b}\n", "- n\n", "n", "n: 1\n  x: 2\n"] {
        folder.write("bad.yaml", text);
        with("bad.yaml").says(3, &["`bad.yaml` is not a file of variables"]);
    }
    folder.write("bad.yaml", "n: yes\n");
    with("bad.yaml").says(3, &["disagree about the value of `n`", "(line 1)"]);
    folder.write("secret.yaml", "n: [hunter2-in-a-list]\n");
    let ended = with("secret.yaml");
    assert!(!ended.to_string().contains("hunter2"), "{ended}");
    Ok(())
}

fn outside() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("secrets/a", "inside-the-folder");
    folder.write("outside", "outside-the-folder");
    symlink("../outside", folder.file("secrets/link")).unwrap();
    symlink("a", folder.file("secrets/inner")).unwrap();
    std::fs::create_dir(folder.file("secrets/folder")).unwrap();
    let with = |path: &str| {
        let manifest = format!("client_id: a\nclient_secret: '${{file:{path}}}'\n");
        folder.write("manifests/a.yaml", manifest);
        let ended = validate(&folder, &["--allow-file", "secrets"]);
        assert!(!ended.to_string().contains("the-folder"), "{ended}");
        ended
    };
    with("../secrets/a").says(0, &[]);
    with("../secrets/inner").says(0, &[]);
    with("../secrets/../secrets/a").says(0, &[]);
    for path in [
        "../outside",
        "../secrets/../outside",
        "/dev/zero",
        "/proc/self/environ",
        "a",
    ] {
        with(path).says(3, &["is in no folder that `--allow-file` names"]);
    }
    with("../secrets/link").says(3, &["a link leads out of the folder"]);
    with("../secrets/folder").says(3, &["it is not a regular file"]);
    let zero = "client_id: a\nclient_secret: '${file:/dev/zero}'\n";
    folder.write("manifests/a.yaml", zero);
    validate(&folder, &["--allow-file", "/dev"]).says(3, &["it is not a regular file"]);
    validate(&folder, &["--allow-file", "nowhere"]).says(64, &["--allow-file nowhere"]);
    Ok(())
}

fn twice() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a-${var:n}\n");
    folder.write("manifests/b.yaml", "client_id: a-1\n");
    validate(&folder, &["--var", "n=2"]).says(0, &[]);
    let both = ["error[duplicate-client]", "a.yaml:1:12", "b.yaml:1:12"];
    validate(&folder, &["--var", "n=1"]).says(3, &both);
    Ok(())
}

fn definitions() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\n");
    for words in [
        ["--var", "n"],
        ["--var", "1=2"],
        ["--var", "=x"],
        ["--allow-env", "a-b"],
    ] {
        validate(&folder, &words).says(64, &[words[0]]);
    }
    for reference in ["${var:}", "${var:a b}", "${env:", "${file: }"] {
        folder.write(
            "manifests/a.yaml",
            format!("client_id: a\nclient_name: 'x {reference}'\n"),
        );
        validate(&folder, &[]).says(3, &["error[malformed-reference]", "a.yaml:2:14"]);
    }
    Ok(())
}
