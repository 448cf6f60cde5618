//! What may be wrong with the folder, and with the system.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::support::program;
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};

pub(crate) const TESTS: Tests = &[
    ("the_folder_may_come_later", later),
    ("a_file_of_100_mb_is_refused_and_the_others_go_on", huge),
    ("permissions_may_go_and_come", permissions),
    ("where_no_folder_can_be_watched_they_are_polled", no_watches),
    ("standard_input_cannot_be_watched", stdin),
    ("odd_intervals_are_wrong_usage", intervals),
];

fn later() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let path = "not/there/yet";
    let mut watching = setup.watch(&[path]);
    let events = watching.events();
    assert_eq!(events[0]["event"], "invalid", "{events:#?}");
    let message = &events[0]["findings"][0]["message"];
    assert_eq!(message, "`not/there/yet` does not exist");
    // Each folder on the way comes by itself.
    for folder in ["not", "not/there", path] {
        fs::create_dir(setup.folder.file(folder)).unwrap();
    }
    setup.folder.write("not/there/yet/a.yaml", "client_id: a\n");
    watching.next_of("created", "a");
    let valid = watching.next("valid");
    assert_eq!(valid["path"], path);
    watching.end().says(0, &[]);
    Ok(())
}

fn huge() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    let mut watching = setup.watch(&[]);
    let file = fs::File::create(setup.folder.file("manifests/huge.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    drop(file);
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    watching.next_of("created", "a");
    let invalid = watching.next("invalid");
    let message = invalid["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("larger than 64 MiB"), "{message}");
    fs::remove_file(setup.folder.file("manifests/huge.yaml")).unwrap();
    let valid = watching.next("valid");
    assert_eq!(valid["path"], "manifests/huge.yaml");
    assert_eq!(valid["gone"], true);
    watching.end().says(0, &[]);
    Ok(())
}

/// The same command as somebody who may not do everything.
fn without_power(setup: &Setup, words: &[&str]) -> Result<Command, Missing> {
    let plain = setup.watching(words);
    if !rustix::process::geteuid().is_root() {
        return Ok(plain);
    }
    if !is_installed("setpriv", "--version") {
        return Err(Missing("root needs `setpriv`".to_owned()));
    }
    let mut command = program::command("setpriv", setup.folder.path());
    command
        .envs(
            plain
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .args(["--bounding-set=-all", "--inh-caps=-all", "--"])
        .arg(plain.get_program())
        .args(plain.get_args());
    Ok(command)
}

fn permissions() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    setup.folder.write("manifests/a.yaml", "client_id: a\n");
    setup.folder.write("manifests/sub/b.yaml", "client_id: b\n");
    let mut command = without_power(&setup, &[])?;
    let mut watching = Watching::start(&mut command);
    watching.next("idle");
    let chmod = |name: &str, mode: u32| {
        let path = setup.folder.file(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, shut, open) in [
        ("manifests/a.yaml", 0o000, 0o600),
        ("manifests/sub", 0o000, 0o700),
    ] {
        chmod(name, shut);
        let invalid = watching.next("invalid");
        assert_eq!(invalid["path"], name);
        // The others go on.
        let id = name.replace(['/', '.'], "-");
        setup.folder.write(
            &format!("manifests/{id}.yaml"),
            format!("client_id: {id}\n"),
        );
        watching.next_of("created", &id);
        chmod(name, open);
        assert_eq!(watching.next("valid")["path"], name);
    }
    // Nothing was gone.
    let events = watching.events();
    assert!(
        events.iter().all(|event| event["event"] != "unmanaged"),
        "{events:#?}"
    );
    setup.folder.write("manifests/sub/c.yaml", "client_id: c\n");
    watching.next_of("created", "c");
    watching.end().says(0, &[]);
    Ok(())
}

/// In a user namespace of its own the limits can be set by everybody.
fn no_watches() -> Result<(), Missing> {
    let may = Command::new("unshare").args(["-r", "true"]).status();
    if !may.is_ok_and(|status| status.success()) {
        return Err(Missing("`unshare -r` has to be permitted".to_owned()));
    }
    for (limit, name) in [
        ("max_inotify_watches", "fs.inotify.max_user_watches"),
        ("max_inotify_instances", "fs.inotify.max_user_instances"),
    ] {
        let setup = Setup::to_watch();
        setup.folder.write("manifests/sub/a.yaml", "client_id: a\n");
        let plain = setup.watching(&[]);
        let mut command = program::command("unshare", setup.folder.path());
        command
            .envs(
                plain
                    .get_envs()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .args(["-r", "sh", "-c"])
            .arg(format!(
                "echo 0 > /proc/sys/user/{limit} && exec \"$0\" \"$@\""
            ))
            .arg(plain.get_program())
            .args(plain.get_args());
        let mut watching = Watching::start(&mut command);
        watching.next_of("created", "a");
        let said = watching.running.stderr();
        assert!(
            said.contains(name) && said.contains("read every 2s instead"),
            "{said}"
        );
        setup.folder.write("manifests/new/b.yaml", "client_id: b\n");
        watching.next_of("created", "b");
        until("once", || {
            watching.running.stderr().matches(name).count() == 2
        });
        watching.end().says(0, &[]);
    }
    Ok(())
}

fn stdin() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    program::run(&mut setup.watching(&["-"])).says(64, &["standard input cannot be watched"]);
    program::run(&mut setup.watching(&["/dev/null"])).says(64, &["cannot be watched"]);
    Ok(())
}

fn intervals() -> Result<(), Missing> {
    let setup = Setup::to_watch();
    for words in [
        ["--poll", "0"],
        ["--poll", "soon"],
        ["--interval", "-1s"],
        ["--interval", "10"],
        ["--interval", "1us"],
        ["--interval", "99ms"],
        ["--poll", "1us"],
        ["--poll", "49ms"],
    ] {
        program::run(&mut setup.watching(&words)).says(64, &[words[0]]);
    }
    Ok(())
}
