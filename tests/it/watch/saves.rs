//! Every way of saving a file, by real programs where they are here and by their system calls
//! where they are not.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("every_way_of_saving_makes_a_client", every_way),
    ("vim_saves", vim),
    ("sed_saves", sed),
    ("a_checkout_of_a_hundred_files_is_one_batch", checkout),
    ("saving_the_same_again_asks_hydra_nothing", the_same),
    ("a_file_that_is_being_written_is_not_acted_on", unfinished),
    ("polling_sees_what_changes", polling),
    ("a_single_file_can_be_watched", single_file),
];

/// Puts `text` in the place of what `path` held.
type Save = fn(&Path, &str);

/// The ways of programs that are not installed here, by the calls that they make.
const WAYS: &[(&str, Save)] = &[
    ("in place (VS Code, nano)", in_place),
    ("a new file renamed over the old (many)", rename_over),
    ("the old one renamed away first (Emacs)", backup_first),
    ("JetBrains, safe write", jetbrains),
    ("truncated, written later in parts", in_parts),
];

pub(crate) fn in_place(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

fn rename_over(path: &Path, text: &str) {
    let new = path.with_extension("yaml.tmp1234");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

fn backup_first(path: &Path, text: &str) {
    if path.exists() {
        fs::rename(path, path.with_extension("yaml~")).unwrap();
    }
    fs::write(path, text).unwrap();
}

fn jetbrains(path: &Path, text: &str) {
    let [new, old] = ["yaml___jb_tmp___", "yaml___jb_old___"].map(|end| path.with_extension(end));
    fs::write(&new, text).unwrap();
    if path.exists() {
        fs::rename(path, &old).unwrap();
    }
    fs::rename(new, path).unwrap();
    let _ = fs::remove_file(old);
}

fn in_parts(path: &Path, text: &str) {
    use std::io::Write as _;
    let mut file = fs::File::create(path).unwrap();
    for part in text.as_bytes().chunks(7) {
        file.write_all(part).unwrap();
        file.sync_all().unwrap();
    }
}

fn every_way() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    let mut ids = Vec::new();
    let path = setup.folder.file("manifests/all.yaml");
    for (number, (way, save)) in WAYS.iter().enumerate() {
        // A new file, and one that is there.
        let own = setup.folder.file(&format!("manifests/own{number}.yaml"));
        save(&own, &format!("client_id: own{number}\n"));
        watching.next_of("created", &format!("own{number}"));
        ids.push(format!("own{number}"));
        ids.push(format!("all{number}"));
        let documents: Vec<String> = (0..=number)
            .map(|number| format!("client_id: all{number}\nclient_name: a name\n"))
            .collect();
        save(&path, &documents.join("---\n"));
        let event = watching.next_of("created", &format!("all{number}"));
        assert_eq!(event["manifest"]["path"], "manifests/all.yaml", "{way}");
    }
    ids.sort();
    assert_eq!(setup.target.ids(), ids);
    watching.end().says(0, &[]);
    Ok(())
}

fn vim() -> Result<(), Missing> {
    if !is_installed("vim", "--version") {
        return Err(Missing("`vim` is needed".to_owned()));
    }
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: v0\n");
    let mut watching = setup.watch(&[]);
    // How vim saves depends on this: in place, or a new file under the old name.
    for (number, copy) in ["yes", "no", "auto"].iter().enumerate() {
        let id = format!("v{}", number + 1);
        let mut vim = Command::new("vim");
        vim.args(["-u", "NONE", "-n", "-E", "-s", "--cmd"])
            .arg(format!("set backup writebackup backupcopy={copy}"))
            .args(["-c", "normal Go---", "-c"])
            .arg(format!("normal oclient_id: {id}"))
            .args(["-c", "wq", "manifests/a.yaml"])
            .env("HOME", setup.folder.path())
            .current_dir(setup.folder.path())
            .stdin(Stdio::null());
        let output = vim.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        watching.next_of("created", &id);
    }
    assert_eq!(setup.target.ids(), ["v0", "v1", "v2", "v3"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn sed() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: s0\n");
    let mut watching = setup.watch(&[]);
    for (old, new) in [("s0", "s1"), ("s1", "s2")] {
        let mut sed = Command::new("sed");
        sed.args(["-i", &format!("s/{old}/{new}/"), "manifests/a.yaml"])
            .current_dir(setup.folder.path());
        assert!(sed.status().unwrap().success());
        watching.next_of("created", new);
    }
    assert_eq!(setup.target.ids(), ["s0", "s1", "s2"]);
    watching.end().says(0, &[]);
    Ok(())
}

fn git(folder: &Path, words: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(words)
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
}

fn checkout() -> Result<(), Missing> {
    if !is_installed("git", "--version") {
        return Err(Missing("`git` is needed".to_owned()));
    }
    let setup = Setup::to_watch();
    let folder = setup.folder.path().to_owned();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "manifests"]);
    git(&folder, &["commit", "-qm", "one"]);
    git(&folder, &["checkout", "-qb", "many"]);
    for number in 0..100 {
        let name = format!("manifests/deep/{}/{number}.yaml", number % 10);
        let text = format!("client_id: m{number}\ntoken_endpoint_auth_method: none\n");
        setup.folder.write(&name, text);
    }
    git(&folder, &["add", "manifests"]);
    git(&folder, &["commit", "-qm", "two"]);
    git(&folder, &["checkout", "-q", "main"]);
    let mut watching = setup.watch(&[]);
    git(&folder, &["checkout", "-q", "many"]);
    let idle = watching.next("idle");
    assert_eq!(idle["summary"]["clients"], 101, "{:#?}", watching.events());
    assert_eq!(setup.target.ids().len(), 101);
    watching.end().says(0, &[]);
    Ok(())
}

fn the_same() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let text = "client_id: a\n";
    setup.folder.write("manifests/a.yaml", text);
    let mut watching = setup.watch(&["--interval", "0"]);
    let requests = setup.requests();
    for (_, save) in WAYS {
        save(&setup.folder.file("manifests/a.yaml"), text);
    }
    setup.folder.write("manifests/notes.txt", "not a manifest");
    // What comes after has been seen, so that all before was seen too.
    setup.folder.write("manifests/b.yaml", "client_id: b\n");
    watching.next_of("created", "b");
    watching.next("idle");
    let paths: Vec<_> = setup.proxy.requests().split_off(requests);
    let about_a = paths.iter().filter(|request| request.path.ends_with("/a"));
    assert_eq!(about_a.count(), 0, "{paths:#?}");
    watching.end().says(0, &[]);
    Ok(())
}

/// Half of a manifest is valid, and must not become a client: nobody would ever change it again.
fn unfinished() -> Result<(), Missing> {
    use std::io::Write as _;
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    let mut file = fs::File::create(setup.folder.file("manifests/slow.yaml")).unwrap();
    file.write_all(b"client_id: slow\n").unwrap();
    // Others go on meanwhile, and so the half was seen.
    setup
        .folder
        .write("manifests/quick.yaml", "client_id: quick\n");
    watching.next_of("created", "quick");
    watching.next("idle");
    assert_eq!(setup.target.ids(), ["quick"]);
    file.write_all(b"client_name: The whole name\n").unwrap();
    drop(file);
    let event = watching.next_of("created", "slow");
    assert_eq!(event["client_name"], "The whole name");
    let events = watching.events();
    assert!(events.iter().all(|event| event["event"] != "invalid"));
    watching.end().says(0, &[]);
    Ok(())
}

fn polling() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&["--poll", "50ms"]);
    for (number, (_, save)) in WAYS.iter().enumerate() {
        let id = format!("p{number}");
        let path = setup.folder.file(&format!("manifests/{id}.yaml"));
        save(&path, &format!("client_id: {id}\n"));
        watching.next_of("created", &id);
    }
    watching.end().says(0, &[]);
    Ok(())
}

fn single_file() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("one.yaml", "client_id: f0\n");
    let mut watching = setup.watch(&["one.yaml"]);
    for (number, (_, save)) in WAYS.iter().enumerate() {
        let id = format!("f{}", number + 1);
        save(
            &setup.folder.file("one.yaml"),
            &format!("client_id: {id}\n"),
        );
        watching.next_of("created", &id);
    }
    watching.end().says(0, &[]);
    Ok(())
}
