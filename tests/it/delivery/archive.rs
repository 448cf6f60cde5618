//! The archive of a release: what `release/pack` puts into it, that it is the same each time, and that
//! the files of `release/generate` fit every machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::files::path;
use crate::support::program::{self, run};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    (
        "it_has_completions_and_man_pages_and_is_the_same_twice",
        twice,
    ),
    (
        "its_completions_and_man_pages_name_no_folder_of_the_machine",
        for_every_machine,
    ),
];

/// Packs a program into a folder, and gives the archive's name. The program is a script that starts
/// the real one, because an unoptimized one takes a minute to compress.
fn packed(folder: &Workspace) -> String {
    folder.write(
        "program",
        format!("#!/bin/sh\nexec '{}' \"$@\"\n", program::PATH),
    );
    let file = folder.file("program");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let mut pack = program::command(path("release/pack").to_str().unwrap(), folder.path());
    let pack = pack.arg(file).arg(folder.path());
    let ended = run(pack.env("SOURCE_DATE_EPOCH", "1700000000"));
    ended.says(0, &[]);
    ended.stdout.trim().to_owned()
}

fn twice() -> Result<(), Missing> {
    if !is_installed("tar", "--version") || !is_installed("gzip", "--version") {
        return Err(Missing(
            "GNU tar and gzip are needed to pack a release".to_owned(),
        ));
    }
    let folders = [Workspace::new(), Workspace::new()];
    let names = [0, 1].map(|number| packed(&folders[number]));
    assert_eq!(names[0], names[1]);
    let name = &names[0];
    let version = env!("CARGO_PKG_VERSION");
    let start = format!("hydra-gitops-{version}-");
    assert!(
        name.starts_with(&start) && name.ends_with(".tar.gz"),
        "{name}"
    );
    let bytes = folders
        .each_ref()
        .map(|folder| fs::read(folder.file(name)).unwrap());
    assert!(bytes[0] == bytes[1], "two archives of one program differ");

    let mut list = program::command("tar", folders[0].path());
    let listed = run(list.args([
        "--list",
        "--verbose",
        "--numeric-owner",
        "--utc",
        "--file",
        name,
    ]));
    let top = name.strip_suffix(".tar.gz").unwrap();
    for file in [
        "hydra-gitops",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "completions/hydra-gitops.bash",
        "completions/_hydra-gitops",
        "completions/hydra-gitops.fish",
        "completions/hydra-gitops.ps1",
        "man/man1/hydra-gitops.1",
        "man/man1/hydra-gitops-apply.1",
    ] {
        listed.says(0, &[&format!("2023-11-14 22:13 {top}/{file}\n")]);
    }
    for line in listed.stdout.lines() {
        let is_program = line.ends_with("/hydra-gitops") || line.ends_with('/');
        let mode = if is_program { "rwxr-xr-x" } else { "rw-r--r--" };
        assert_eq!(&line[1..10], mode, "{line}");
        assert!(line[10..].starts_with(" 0/0 "), "{line}");
    }
    Ok(())
}

fn for_every_machine() -> Result<(), Missing> {
    let folder = Workspace::new();
    let script = path("release/generate");
    let mut generate = program::command(script.to_str().unwrap(), folder.path());
    run(generate.args([program::PATH, "."])).says(0, &[]);
    let built_in = Path::new(program::PATH).parent().unwrap();
    let built_in = built_in.to_str().unwrap();
    let is_portable = |file: &str| !folder.read(file).contains(built_in);
    for script in ["hydra-gitops.bash", "_hydra-gitops", "hydra-gitops.fish"] {
        let script = format!("completions/{script}");
        assert!(folder.read(&script).contains("hydra-gitops"), "{script}");
        assert!(is_portable(&script), "{script}");
    }
    assert!(is_portable("completions/hydra-gitops.ps1"));
    for page in fs::read_dir(folder.file("man/man1")).unwrap() {
        let name = page.unwrap().file_name();
        let page = format!("man/man1/{}", name.to_str().unwrap());
        assert!(is_portable(&page), "{page}");
    }
    Ok(())
}
