//! Ignore files that are no plain lists of names.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;

use super::super::read::{Budget, find_within};
use super::super::{Loaded, Policy, load};
use super::{make_pipe, shown};

const NAME: &str = ".hydra-gitops-ignore";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for name in ["a", "sub/b"] {
        let path = folder.path().join(format!("{name}.yaml"));
        let id = name.replace('/', ":");
        fs::write(path, format!("client_id: {id}\n")).unwrap();
    }
    folder
}

/// Reads a folder, and fails if that takes for ever.
fn read(folder: &TempDir) -> Loaded {
    let paths = [folder.path().to_owned()];
    let (done, wait) = channel();
    std::thread::spawn(move || done.send(load(&paths, &mut std::io::empty(), &Policy::default())));
    let loaded = wait.recv_timeout(Duration::from_secs(30));
    loaded.unwrap().unwrap()
}

/// The one finding's place, without the folder, and message.
fn finding(loaded: &Loaded, folder: &TempDir) -> String {
    assert_eq!(loaded.findings.len(), 1, "{:?}", loaded.findings);
    let finding = &loaded.findings[0];
    let place = finding.location.as_ref().unwrap().to_string();
    let prefix = format!("{}/", folder.path().display());
    format!("{}: {}", place.replace(&prefix, ""), finding.message)
}

#[test]
fn the_text_of_an_ignore_file_is_never_shown() {
    let folder = folder();
    fs::write(folder.path().join(NAME), "# none\nTOKEN=hunter2{\nb.yaml\n").unwrap();
    let loaded = read(&folder);
    assert_eq!(
        finding(&loaded, &folder),
        ".hydra-gitops-ignore:2:1: not a valid pattern of an ignore file"
    );
    assert!(!shown(&loaded).contains("hunter2"), "{}", shown(&loaded));
    assert_eq!(loaded.manifests.len(), 1, "the other lines count");
}

#[test]
fn a_link_does_not_lead_out() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join(NAME);
    fs::write(&secret, "TOKEN=hunter2{\n").unwrap();
    for target in [
        &secret,
        Path::new("/proc/self/environ"),
        Path::new("/dev/zero"),
    ] {
        for at in ["", "sub/"] {
            let folder = folder();
            symlink(target, folder.path().join(format!("{at}{NAME}"))).unwrap();
            let loaded = read(&folder);
            assert!(loaded.has_errors());
            assert_eq!(
                finding(&loaded, &folder),
                format!(
                    "{at}{NAME}:1:1: a link that leads out of the folder, or to no `{NAME}`, so the \
                     files that it excludes are unknown"
                )
            );
            assert!(!shown(&loaded).contains("hunter2"), "{}", shown(&loaded));
        }
    }
}

#[test]
fn a_link_within_the_folder_works_as_in_a_mounted_config_map() {
    let folder = folder();
    fs::create_dir(folder.path().join("..2024_01")).unwrap();
    fs::write(folder.path().join("..2024_01").join(NAME), "b.*\n").unwrap();
    symlink("..2024_01", folder.path().join("..data")).unwrap();
    symlink(format!("..data/{NAME}"), folder.path().join(NAME)).unwrap();
    let loaded = read(&folder);
    assert_eq!((loaded.manifests.len(), loaded.findings.len()), (1, 0));
}

#[test]
fn what_has_no_end_is_not_read() {
    let piped = folder();
    make_pipe(&piped.path().join("sub").join(NAME));
    assert_eq!(
        finding(&read(&piped), &piped),
        "sub/.hydra-gitops-ignore:1:1: cannot be read: it is not a regular file, so the files that \
         it excludes are unknown"
    );
    let large = folder();
    fs::write(large.path().join(NAME), "b.yaml\n".repeat(200_000)).unwrap();
    assert_eq!(
        finding(&read(&large), &large),
        ".hydra-gitops-ignore:1:1: larger than 1 MiB, so the files that it excludes are unknown"
    );
}

#[test]
fn the_innermost_word_counts_and_may_name_what_is_hidden() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at(NAME), "*.yaml\n!.shown.yaml\n").unwrap();
    fs::write(at("sub").join(NAME), "!b.yaml\n").unwrap();
    fs::write(at(".shown.yaml"), "client_id: c\n").unwrap();
    fs::write(at(".hidden.yml"), "client_id: d\n").unwrap();
    let loaded = read(&folder);
    let ids: Vec<_> = loaded
        .manifests
        .iter()
        .filter_map(|manifest| manifest.client.client_id())
        .map(|id| id.to_string())
        .collect();
    assert_eq!(ids, ["c", "sub:b"]);
}

/// Finds what is in the folder, within bounds on entries, rules and bytes.
fn find(folder: &TempDir, bounds: [usize; 3]) -> Result<usize, String> {
    let [entries, rules, bytes] = bounds;
    let budget = Budget {
        entries,
        rules,
        bytes,
    };
    // Twice, for what counts is the sum.
    let paths = [folder.path().to_owned(), folder.path().join(".")];
    let search = find_within(&paths, &mut std::io::empty(), budget);
    search
        .map(|search| search.inputs.len())
        .map_err(|error| error.to_string())
}

#[test]
fn what_is_looked_at_has_bounds_on_the_sum() {
    let folder = folder();
    fs::write(folder.path().join(NAME), "# none\n\nx\ny\n").unwrap();
    fs::write(folder.path().join("sub").join(NAME), "z\n").unwrap();
    fs::write(folder.path().join(".hidden"), "").unwrap();
    // Six names, three rules and 14 bytes, each twice.
    for (bounds, said) in [
        ([12, 6, 28], None),
        ([11, 6, 28], Some("too many files and folders")),
        ([12, 5, 28], Some("too many rules in ignore files")),
        ([12, 6, 27], Some("too many rules in ignore files")),
    ] {
        let found = find(&folder, bounds);
        match said {
            None => assert_eq!(found, Ok(2), "{bounds:?}"),
            Some(said) => {
                let error = found.unwrap_err();
                assert!(error.contains(said), "{bounds:?}: {error}");
            }
        }
    }
}
