//! Folders that come, go, are renamed and made anew, the watched one among them.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::until;

pub(crate) const TESTS: Tests = &[
    ("new_ones_are_seen_with_all_that_is_in_them", new),
    ("a_renamed_one_is_watched_on", renamed),
    ("one_that_is_deleted_and_made_anew_is_watched_on", made_anew),
    ("the_watched_one_itself_may_go_and_come", itself),
    ("the_watched_one_may_be_a_link_that_is_swapped", link),
    ("a_config_maps_swap_is_seen", config_map),
    ("several_can_be_watched", several),
];

fn manifest(setup: &Setup, path: &str, id: &str) {
    setup
        .folder
        .write(&format!("{path}/{id}.yaml"), format!("client_id: {id}\n"));
}

fn new() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    manifest(&setup, "manifests/a/b/c/d", "deep");
    watching.next_of("created", "deep");
    manifest(&setup, "manifests/a/b/c/d", "later");
    watching.next_of("created", "later");
    // One that is moved in, with what is in it.
    manifest(&setup, "elsewhere/x", "moved");
    fs::rename(
        setup.folder.file("elsewhere"),
        setup.folder.file("manifests/came"),
    )
    .unwrap();
    watching.next_of("created", "moved");
    manifest(&setup, "manifests/came/x", "after");
    watching.next_of("created", "after");
    watching.end().says(0, &[]);
    Ok(())
}

fn renamed() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    manifest(&setup, "manifests/old", "a");
    let mut watching = setup.watch(&[]);
    for (number, (old, new)) in [("old", "new"), ("new", "old"), ("old", "third")]
        .iter()
        .enumerate()
    {
        let [old, new] = [old, new].map(|name| setup.folder.file(&format!("manifests/{name}")));
        fs::rename(old, &new).unwrap();
        watching.next("idle");
        let id = format!("r{number}");
        let folder = new.strip_prefix(setup.folder.path()).unwrap();
        manifest(&setup, folder.to_str().unwrap(), &id);
        watching.next_of("created", &id);
    }
    let events = watching.events();
    assert!(events.iter().all(|event| event["event"] != "unmanaged"));
    watching.end().says(0, &[]);
    Ok(())
}

fn made_anew() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    manifest(&setup, "manifests/sub", "a");
    let mut watching = setup.watch(&[]);
    for number in 0..3 {
        fs::remove_dir_all(setup.folder.file("manifests/sub")).unwrap();
        let id = format!("n{number}");
        manifest(&setup, "manifests/sub", &id);
        watching.next_of("created", &id);
        let id = format!("m{number}");
        manifest(&setup, "manifests/sub", &id);
        watching.next_of("created", &id);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn itself() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    manifest(&setup, "manifests", "a");
    let mut watching = setup.watch(&[]);
    let folder = setup.folder.file("manifests");
    fs::remove_dir_all(&folder).unwrap();
    let gone = watching.next("invalid");
    assert_eq!(gone["path"], "manifests");
    manifest(&setup, "manifests", "b");
    watching.next_of("created", "b");
    // Renamed away, and another one in its place.
    fs::rename(&folder, setup.folder.file("away")).unwrap();
    manifest(&setup, "other", "c");
    fs::rename(setup.folder.file("other"), &folder).unwrap();
    watching.next_of("created", "c");
    manifest(&setup, "manifests", "d");
    watching.next_of("created", "d");
    assert_eq!(setup.target.ids(), ["a", "b", "c", "d"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn link() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    manifest(&setup, "releases/1", "a");
    manifest(&setup, "releases/2", "b");
    symlink("releases/1", setup.folder.file("current")).unwrap();
    let mut watching = setup.watch(&["current"]);
    symlink("releases/2", setup.folder.file("next")).unwrap();
    fs::rename(setup.folder.file("next"), setup.folder.file("current")).unwrap();
    watching.next_of("created", "b");
    manifest(&setup, "releases/2", "c");
    watching.next_of("created", "c");
    watching.end().says(0, &[]);
    Ok(())
}

/// What the kubelet does: a folder with a time in its name, a link to it, and links to the files.
fn config_map() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let folder = setup.folder.file("manifests");
    manifest(&setup, "manifests/..2026_01", "a");
    symlink("..2026_01", folder.join("..data")).unwrap();
    symlink("..data/a.yaml", folder.join("a.yaml")).unwrap();
    let mut watching = setup.watch(&[]);
    assert_eq!(setup.target.ids(), ["a"]);
    for number in 2..4 {
        let name = format!("..2026_0{number}");
        let id = format!("a{number}");
        setup.folder.write(
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
    let setup = Setup::to_watch();
    manifest(&setup, "one", "a");
    setup.folder.write("two.yaml", "client_id: b\n");
    let mut watching = setup.watch(&["one", "two.yaml", "three"]);
    until("both", || setup.target.ids() == ["a", "b"]);
    manifest(&setup, "three", "c");
    watching.next_of("created", "c");
    setup.folder.write("two.yaml", "client_id: d\n");
    watching.next_of("created", "d");
    manifest(&setup, "one", "e");
    watching.next_of("created", "e");
    watching.end().says(0, &[]);
    Ok(())
}
