//! Files that are written under another name than the one that is watched.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("half_a_file_behind_a_watched_link_waits", file),
    ("half_a_file_behind_a_link_in_a_folder_waits", within),
    ("half_a_file_in_a_folder_under_two_names_waits", folder),
];

/// Half of a manifest is valid, and must not become a client, under whatever name it is written.
fn half_waits(setup: &Setup, written: &str, watched: &[&str]) {
    let mut words = watched.to_vec();
    words.push("manifests");
    let mut watching = setup.watch(&words);
    let mut file = fs::File::create(setup.folder.file(written)).unwrap();
    file.write_all(b"client_id: slow\n").unwrap();
    // Others go on meanwhile, and so the half was seen.
    setup
        .folder
        .write("manifests/quick.yaml", "client_id: quick\n");
    watching.next_of("created", "quick");
    watching.next("idle");
    assert!(!setup.target.ids().contains(&"slow".to_owned()));
    file.write_all(b"client_name: The whole name\n").unwrap();
    drop(file);
    let event = watching.next_of("created", "slow");
    assert_eq!(event["client_name"], "The whole name");
    watching.end().says(0, &[]);
}

fn file() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("d/real.yaml", "client_id: old\n");
    symlink("d/real.yaml", setup.folder.file("link.yaml")).unwrap();
    half_waits(&setup, "d/real.yaml", &["link.yaml"]);
    Ok(())
}

fn within() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("m/sub/real.yaml", "client_id: old\n");
    // The link is found first, and so it is the name under which the file is known.
    symlink("sub/real.yaml", setup.folder.file("m/a.yaml")).unwrap();
    half_waits(&setup, "m/sub/real.yaml", &["m"]);
    Ok(())
}

fn folder() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("real/a.yaml", "client_id: old\n");
    symlink("real", setup.folder.file("link")).unwrap();
    // The system tells of a folder under one name only.
    half_waits(&setup, "real/a.yaml", &["link", "real"]);
    Ok(())
}
