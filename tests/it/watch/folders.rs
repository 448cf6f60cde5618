//! Folders that come, go, are renamed and made anew, the watched one among them.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::watch::stage::{Stage, until};

pub(crate) const TESTS: Tests = &[
    ("new_ones_are_seen_with_all_that_is_in_them", new),
    ("a_renamed_one_is_watched_on", renamed),
    ("one_that_is_deleted_and_made_anew_is_watched_on", made_anew),
    ("the_watched_one_itself_may_go_and_come", itself),
    ("the_watched_one_may_be_a_link_that_is_swapped", link),
    ("a_config_maps_swap_is_seen", config_map),
    ("several_can_be_watched", several),
];

fn manifest(stage: &Stage, path: &str, id: &str) {
    stage
        .folder
        .write(&format!("{path}/{id}.yaml"), format!("client_id: {id}\n"));
}

fn new() -> Result<(), Missing> {
    let stage = Stage::new();
    let mut watching = stage.watch(&[]);
    manifest(&stage, "manifests/a/b/c/d", "deep");
    watching.next_of("created", "deep");
    manifest(&stage, "manifests/a/b/c/d", "later");
    watching.next_of("created", "later");
    // One that is moved in, with what is in it.
    manifest(&stage, "elsewhere/x", "moved");
    fs::rename(
        stage.folder.file("elsewhere"),
        stage.folder.file("manifests/came"),
    )
    .unwrap();
    watching.next_of("created", "moved");
    manifest(&stage, "manifests/came/x", "after");
    watching.next_of("created", "after");
    watching.end().says(0, &[]);
    Ok(())
}

fn renamed() -> Result<(), Missing> {
    let stage = Stage::new();
    manifest(&stage, "manifests/old", "a");
    let mut watching = stage.watch(&[]);
    for (number, (old, new)) in [("old", "new"), ("new", "old"), ("old", "third")]
        .iter()
        .enumerate()
    {
        let [old, new] = [old, new].map(|name| stage.folder.file(&format!("manifests/{name}")));
        fs::rename(old, &new).unwrap();
        watching.next("idle");
        let id = format!("r{number}");
        let folder = new.strip_prefix(stage.folder.path()).unwrap();
        manifest(&stage, folder.to_str().unwrap(), &id);
        watching.next_of("created", &id);
    }
    let events = watching.events();
    assert!(events.iter().all(|event| event["event"] != "unmanaged"));
    watching.end().says(0, &[]);
    Ok(())
}

fn made_anew() -> Result<(), Missing> {
    let stage = Stage::new();
    manifest(&stage, "manifests/sub", "a");
    let mut watching = stage.watch(&[]);
    for number in 0..3 {
        fs::remove_dir_all(stage.folder.file("manifests/sub")).unwrap();
        let id = format!("n{number}");
        manifest(&stage, "manifests/sub", &id);
        watching.next_of("created", &id);
        let id = format!("m{number}");
        manifest(&stage, "manifests/sub", &id);
        watching.next_of("created", &id);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn itself() -> Result<(), Missing> {
    let stage = Stage::new();
    manifest(&stage, "manifests", "a");
    let mut watching = stage.watch(&[]);
    let folder = stage.folder.file("manifests");
    fs::remove_dir_all(&folder).unwrap();
    let gone = watching.next("invalid");
    assert_eq!(gone["path"], "manifests");
    manifest(&stage, "manifests", "b");
    watching.next_of("created", "b");
    // Renamed away, and another one in its place.
    fs::rename(&folder, stage.folder.file("away")).unwrap();
    manifest(&stage, "other", "c");
    fs::rename(stage.folder.file("other"), &folder).unwrap();
    watching.next_of("created", "c");
    manifest(&stage, "manifests", "d");
    watching.next_of("created", "d");
    assert_eq!(stage.ids(), ["a", "b", "c", "d"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn link() -> Result<(), Missing> {
    let stage = Stage::new();
    manifest(&stage, "releases/1", "a");
    manifest(&stage, "releases/2", "b");
    symlink("releases/1", stage.folder.file("current")).unwrap();
    let mut watching = stage.watch(&["current"]);
    symlink("releases/2", stage.folder.file("next")).unwrap();
    fs::rename(stage.folder.file("next"), stage.folder.file("current")).unwrap();
    watching.next_of("created", "b");
    manifest(&stage, "releases/2", "c");
    watching.next_of("created", "c");
    watching.end().says(0, &[]);
    Ok(())
}

/// What the kubelet does: a folder with a time in its name, a link to it, and links to the files.
fn config_map() -> Result<(), Missing> {
    let stage = Stage::new();
    let folder = stage.folder.file("manifests");
    manifest(&stage, "manifests/..2026_01", "a");
    symlink("..2026_01", folder.join("..data")).unwrap();
    symlink("..data/a.yaml", folder.join("a.yaml")).unwrap();
    let mut watching = stage.watch(&[]);
    assert_eq!(stage.ids(), ["a"]);
    for number in 2..4 {
        let name = format!("..2026_0{number}");
        let id = format!("a{number}");
        stage.folder.write(
            &format!("manifests/{name}/a.yaml"),
            format!("client_id: {id}\n"),
        );
        symlink(&name, folder.join("..data_tmp")).unwrap();
        fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
        fs::remove_dir_all(folder.join(format!("..2026_0{}", number - 1))).unwrap();
        watching.next_of("created", &id);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn several() -> Result<(), Missing> {
    let stage = Stage::new();
    manifest(&stage, "one", "a");
    stage.folder.write("two.yaml", "client_id: b\n");
    let mut watching = stage.watch(&["one", "two.yaml", "three"]);
    until("both", || stage.ids() == ["a", "b"]);
    manifest(&stage, "three", "c");
    watching.next_of("created", "c");
    stage.folder.write("two.yaml", "client_id: d\n");
    watching.next_of("created", "d");
    manifest(&stage, "one", "e");
    watching.next_of("created", "e");
    watching.end().says(0, &[]);
    Ok(())
}
