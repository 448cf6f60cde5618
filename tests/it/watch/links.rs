//! Files that are written under another name than the one that is watched.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::watch::stage::Stage;

pub(crate) const TESTS: Tests = &[
    ("half_a_file_behind_a_watched_link_waits", file),
    ("half_a_file_behind_a_link_in_a_folder_waits", within),
    ("half_a_file_in_a_folder_under_two_names_waits", folder),
];

/// Half of a manifest is valid, and must not become a client, under whatever name it is written.
fn half_waits(stage: &Stage, written: &str, watched: &[&str]) {
    let mut words = watched.to_vec();
    words.push("manifests");
    let mut watching = stage.watch(&words);
    let mut file = fs::File::create(stage.folder.file(written)).unwrap();
    file.write_all(b"client_id: slow\n").unwrap();
    // Others go on meanwhile, and so the half was seen.
    stage
        .folder
        .write("manifests/quick.yaml", "client_id: quick\n");
    watching.next_of("created", "quick");
    watching.next("idle");
    assert!(!stage.ids().contains(&"slow".to_owned()));
    file.write_all(b"client_name: The whole name\n").unwrap();
    drop(file);
    let event = watching.next_of("created", "slow");
    assert_eq!(event["client_name"], "The whole name");
    watching.end().says(0, &[]);
}

fn file() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.write("d/real.yaml", "client_id: old\n");
    symlink("d/real.yaml", stage.folder.file("link.yaml")).unwrap();
    half_waits(&stage, "d/real.yaml", &["link.yaml"]);
    Ok(())
}

fn within() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.write("m/sub/real.yaml", "client_id: old\n");
    // The link is found first, and so it is the name under which the file is known.
    symlink("sub/real.yaml", stage.folder.file("m/a.yaml")).unwrap();
    half_waits(&stage, "m/sub/real.yaml", &["m"]);
    Ok(())
}

fn folder() -> Result<(), Missing> {
    let stage = Stage::new();
    stage.folder.write("real/a.yaml", "client_id: old\n");
    symlink("real", stage.folder.file("link")).unwrap();
    // The system tells of a folder under one name only.
    half_waits(&stage, "real/a.yaml", &["link", "real"]);
    Ok(())
}
