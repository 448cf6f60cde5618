//! Which files are read, and in which order.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::Kind;

use super::super::{Loaded, Policy, load};
use super::{brief, make_pipe};

/// A folder with a client in each of the files named, whose id is the file's path, with `:` for the
/// `/` that is warned of.
fn folder(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let id = name.replace('/', ":");
        fs::write(path, format!("{{\"client_id\": \"{id}\"}}\n")).unwrap();
    }
    folder
}

fn read(paths: &[&Path]) -> Loaded {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    load(&paths, &mut std::io::empty(), &Policy::default()).unwrap()
}

fn ids(loaded: &Loaded) -> Vec<String> {
    let ids = loaded
        .manifests
        .iter()
        .filter_map(|manifest| manifest.client.client_id());
    ids.map(|id| id.as_str().replace(':', "/")).collect()
}

/// Path and message of each finding.
fn findings(loaded: &Loaded, folder: &TempDir) -> Vec<String> {
    let prefix = format!("{}/", folder.path().display());
    let findings = loaded.findings.iter().map(|finding| {
        let path = finding.location.as_ref().map_or("", |place| &*place.path);
        format!("{}: {}", path.replace(&prefix, ""), finding.message)
    });
    findings.collect()
}

#[test]
fn a_folder_is_searched_in_depth_and_in_order() {
    let folder = folder(&[
        "b.yaml",
        "a.yml",
        "a/2.yaml",
        "a/10.json",
        "C.YAML",
        "notes.txt",
        "x.yaml.bak",
        ".hidden.yaml",
        ".git/x.yaml",
        "a/.b/x.yaml",
    ]);
    let loaded = read(&[folder.path()]);
    assert_eq!(
        ids(&loaded),
        ["C.YAML", "a/10.json", "a/2.yaml", "a.yml", "b.yaml"]
    );
    assert_eq!(
        (loaded.manifests.len(), findings(&loaded, &folder)),
        (5, vec![])
    );
}

#[test]
fn an_ignore_file_leaves_out_and_its_faults_are_said() {
    let folder = folder(&[
        "a.yaml",
        "b.yaml",
        "drafts/c.yaml",
        "keep/d.yaml",
        "keep/e.yaml",
    ]);
    fs::write(folder.path().join(".gitignore"), "*.yaml\n").unwrap();
    fs::write(
        folder.path().join(".hydra-gitops-ignore"),
        "# no drafts\ndrafts/\nb.yaml\n",
    )
    .unwrap();
    fs::write(folder.path().join("keep/.hydra-gitops-ignore"), "e.*\n").unwrap();
    let loaded = read(&[folder.path()]);
    assert_eq!(ids(&loaded), ["a.yaml", "keep/d.yaml"]);
    assert_eq!(loaded.findings.len(), 0);

    fs::write(folder.path().join(".hydra-gitops-ignore"), "x{y\nb.yaml\n").unwrap();
    fs::remove_file(folder.path().join("keep/.hydra-gitops-ignore")).unwrap();
    fs::create_dir(folder.path().join("keep/.hydra-gitops-ignore")).unwrap();
    let loaded = read(&[folder.path()]);
    assert!(loaded.has_errors());
    assert_eq!(
        findings(&loaded, &folder),
        [
            ".hydra-gitops-ignore: not a valid pattern of an ignore file",
            "keep/.hydra-gitops-ignore: cannot be read: it is not a regular file, so the files that \
             it excludes are unknown"
        ]
    );
}

#[test]
fn a_file_is_read_whatever_its_name_and_once() {
    let folder = folder(&["a.yaml", "sub/b.yaml", "notes.txt", ".hidden"]);
    let at = |name: &str| folder.path().join(name);
    let dotted = folder.path().join("sub/../a.yaml");
    let loaded = read(&[
        &at("notes.txt"),
        folder.path(),
        &at("a.yaml"),
        &dotted,
        &at("sub"),
        &at(".hidden"),
    ]);
    assert_eq!(
        ids(&loaded),
        [".hidden", "a.yaml", "notes.txt", "sub/b.yaml"]
    );
    assert_eq!(loaded.findings.len(), 0);
}

#[test]
fn the_folder_itself_may_be_a_link() {
    let folder = folder(&["real/a.yaml"]);
    let link = folder.path().join("manifests");
    symlink("real", &link).unwrap();
    let loaded = read(&[&link]);
    assert_eq!(loaded.manifests.len(), 1);
    assert_eq!(findings(&loaded, &folder), [""; 0]);
}

#[test]
fn links_are_read_within_the_folder_only() {
    let outside = folder(&["secret.yaml", "more/x.yaml"]);
    let folder = folder(&[
        "real.yaml",
        "..2024_01/mounted.yaml",
        ".git/config",
        "sub/x.txt",
    ]);
    let link = |to: &str, name: &str| symlink(to, folder.path().join(name)).unwrap();
    link("real.yaml", "again.yaml");
    link("..2024_01", "..data");
    link("..data/mounted.yaml", "mounted.yaml");
    link(".git/config", "config.yaml");
    link("gone", "gone.yaml");
    link("gone", "gone.txt");
    link("loop.yaml", "loop.yaml");
    link("sub", "folder");
    link(
        outside.path().join("secret.yaml").to_str().unwrap(),
        "out.yaml",
    );
    link(outside.path().join("more").to_str().unwrap(), "more");
    let loaded = read(&[folder.path()]);
    assert_eq!(
        ids(&loaded),
        ["real.yaml", "..2024_01/mounted.yaml"],
        "as in a mounted ConfigMap"
    );
    assert_eq!(
        findings(&loaded, &folder),
        [
            "config.yaml: a link that leads out of the folder, or to a hidden file",
            "folder: a link to a folder, which is not searched",
            "gone.yaml: a link whose target does not exist",
            "loop.yaml: a link whose target does not exist",
            "more: a link to a folder, which is not searched",
            "out.yaml: a link that leads out of the folder, or to a hidden file",
        ]
    );
    let named = read(&[&folder.path().join("out.yaml"), &folder.path().join("more")]);
    assert_eq!(
        ids(&named),
        ["more/x.yaml", "secret.yaml"],
        "what is named is read"
    );
}

#[test]
fn odd_files_do_not_stop_the_search() {
    let folder = folder(&["a.yaml"]);
    let path = folder.path();
    make_pipe(&path.join("fifo.yaml"));
    fs::create_dir(path.join("folder.yaml")).unwrap();
    fs::write(
        path.join("latin1.yaml"),
        b"client_id: x\nowner: Gr\xfc\xdfe\n",
    )
    .unwrap();
    fs::write(path.join("utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    let odd = path.join(std::ffi::OsStr::from_bytes(b"b\xff\x1b.yaml"));
    fs::write(odd, "client_id: b\n").unwrap();
    let loaded = read(&[path]);
    assert_eq!(ids(&loaded), ["a.yaml", "b"]);
    assert_eq!(
        findings(&loaded, &folder),
        [
            "fifo.yaml: not a regular file, so it is not read",
            "latin1.yaml: not UTF-8: byte 23 is not part of a character",
            "utf16.json: encoded in UTF-16, not in UTF-8",
        ]
    );
    assert_eq!(loaded.findings[1].location.as_ref().unwrap().line, 2);
    let place = loaded.manifests[1].location.to_string();
    assert!(place.ends_with("/b\u{fffd}\\u{1b}.yaml:1:1"), "{place}");
}

#[test]
fn a_large_file_is_refused() {
    let folder = folder(&[]);
    let path = folder.path().join("large.yaml");
    fs::File::create(&path)
        .unwrap()
        .set_len((64 << 20) + 1)
        .unwrap();
    let loaded = read(&[&path]);
    assert_eq!(
        brief(&loaded),
        ["1:1 error: larger than 64 MiB, the limit for one file"]
    );
}

#[test]
fn nothing_found_is_said_and_a_wrong_path_is_an_error() {
    let folder = folder(&["notes.txt"]);
    let loaded = read(&[folder.path()]);
    let message = format!("warning: no manifest in `{}`", folder.path().display());
    assert_eq!(brief(&loaded), [message]);
    let error = load(
        &[folder.path().join("gone")],
        &mut std::io::empty(),
        &Policy::default(),
    )
    .unwrap_err();
    assert_eq!(error.kind(), Kind::Manifest);
    assert!(
        error.to_string().ends_with("/gone` does not exist"),
        "{error}"
    );
}

#[test]
fn the_order_does_not_depend_on_the_threads() {
    let names: Vec<String> = (0..300)
        .map(|number| format!("{}/{number}.yaml", number % 7))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = folder(&names);
    for number in 0..50 {
        fs::write(
            folder
                .path()
                .join(format!("{}/bad{number}.yaml", number % 7)),
            "owner: a\nx: y\nz: *a\n",
        )
        .unwrap();
    }
    let first = read(&[folder.path()]);
    assert_eq!((first.manifests.len(), first.findings.len()), (350, 200));
    for _ in 0..5 {
        let again = read(&[folder.path()]);
        assert_eq!(ids(&again), ids(&first));
        assert_eq!(findings(&again, &folder), findings(&first, &folder));
    }
}
