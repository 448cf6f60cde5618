//! The files beside the secrets file are ours by name alone: whatever else stands in their place is
//! refused and left as it is.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::program;
use crate::support::proxy::Fault;
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("no_link_in_their_place_is_followed", links),
    ("no_link_to_nowhere_is_followed", dangling),
    ("no_other_file_is_touched_under_their_name", hard_links),
    ("no_pipe_or_folder_in_their_place_is_used", pipes),
    ("what_others_can_write_is_refused", writable),
    ("what_others_own_is_refused", owned),
    ("what_holds_something_else_is_refused", foreign),
    ("a_torn_line_is_moved_to_no_other_file", torn),
    ("a_lock_whose_place_cannot_be_told_ends_the_run", unsteady),
    ("the_sandboxs_lock_is_no_link", sandbox_lock),
];

const SIDES: [&str; 3] = ["lock", "journal", "journal.new"];
const PRECIOUS: &str = "ssh-ed25519 AAAA somebody";

fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    setup.folder.write("precious", PRECIOUS);
    setup
}

fn side(name: &str) -> String {
    format!("{SECRETS}.{name}")
}

/// Asserts that each command that uses the file refuses it, and that nothing was sent or touched.
#[track_caller]
fn refused(setup: &Setup, name: &str, why: &str) {
    let texts = [&*format!("cannot use `{}`: {why}", side(name))];
    let before = setup.folder.files();
    setup.apply(&[]).says(6, &texts);
    setup.recover(&[]).says(6, &texts);
    if name != "journal.new" {
        let words = ["doctor", "manifests", "--allow-plaintext-secrets"];
        setup
            .run(&mut setup.program_after(":", &words))
            .says(6, &texts);
    }
    assert_eq!(setup.posts("a"), 0);
    assert_eq!(setup.folder.files(), before);
    assert_eq!(setup.folder.read("precious"), PRECIOUS);
}

fn links() -> Result<(), Missing> {
    for name in SIDES {
        let setup = setup();
        symlink("precious", setup.folder.file(&side(name))).unwrap();
        refused(&setup, name, "it is a link");
    }
    // The secrets file itself is a thing to destroy as well.
    let setup = setup();
    setup.apply(&[]).says(0, &["1 created"]);
    let secrets = setup.folder.read(SECRETS);
    symlink(SECRETS, setup.folder.file(&side("lock"))).unwrap();
    setup.recover(&[]).says(6, &["it is a link"]);
    assert_eq!(setup.folder.read(SECRETS), secrets);
    Ok(())
}

fn dangling() -> Result<(), Missing> {
    for name in SIDES {
        let setup = setup();
        symlink("made", setup.folder.file(&side(name))).unwrap();
        refused(&setup, name, "it is a link");
        assert!(!setup.folder.file("made").exists());
    }
    Ok(())
}

fn hard_links() -> Result<(), Missing> {
    for name in SIDES {
        let setup = setup();
        let (precious, path) = (
            setup.folder.file("precious"),
            setup.folder.file(&side(name)),
        );
        fs::hard_link(precious, path).unwrap();
        refused(&setup, name, "it is a hard link");
    }
    Ok(())
}

/// An opening of a pipe waits for its other end.
fn pipes() -> Result<(), Missing> {
    for name in SIDES {
        let setup = setup();
        let mut command = program::command("mkfifo", setup.folder.path());
        let made = program::run(command.arg(side(name)));
        assert_eq!(made.code, Some(0), "{made}");
        refused(&setup, name, "it is not a regular file");
        fs::remove_file(setup.folder.file(&side(name))).unwrap();
        setup.folder.write(&format!("{}/x", side(name)), "");
        refused(&setup, name, "it is a folder");
    }
    Ok(())
}

fn writable() -> Result<(), Missing> {
    for (name, mode) in [("lock", 0o620), ("journal", 0o602), ("journal.new", 0o666)] {
        let setup = setup();
        let path = setup.folder.file(&side(name));
        setup.folder.write(&side(name), "");
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let why = format!("other users can write to it (mode {mode:o})");
        refused(&setup, name, &why);
        let hint = format!("run `chmod go-w {}`", side(name));
        setup.apply(&[]).says(6, &[&hint]);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let apply = setup.program_after(":", &["apply", "--allow-plaintext-secrets"]);
        let ended = program::run(&mut { apply });
        match name {
            // It may hold secrets in clear.
            "journal" => ended.says(6, &["other users can open it"]),
            _ => ended.says(0, &["1 created"]),
        };
    }
    Ok(())
}

/// Root may recover what a user left; nobody else uses another one's files.
fn owned() -> Result<(), Missing> {
    if !rustix::process::geteuid().is_root() || !is_installed("setpriv", "--version") {
        return Err(Missing("root and `setpriv` are needed".to_owned()));
    }
    for name in SIDES {
        let setup = setup();
        setup.folder.write(&side(name), "");
        let everybody = Permissions::from_mode(0o777);
        for path in [".", "manifests", "manifests/clients.yaml"] {
            fs::set_permissions(setup.folder.file(path), everybody.clone()).unwrap();
        }
        let script = "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" \"$@\"";
        let words = ["apply", "--allow-plaintext-secrets"];
        let ended = setup.run(&mut setup.program_after(script, &words));
        ended.says(6, &["it belongs to another user (uid 0)", "as root"]);
        assert_eq!(setup.posts("a"), 0);
        let theirs = setup.folder.file(&side(name));
        std::os::unix::fs::chown(theirs, Some(65534), None).unwrap();
        setup.apply(&[]).says(0, &["1 created"]);
        setup.has_secret("a", true);
    }
    Ok(())
}

/// Such as `Cargo.lock`, where somebody names a secrets file `Cargo`.
fn foreign() -> Result<(), Missing> {
    for name in SIDES {
        for content in [PRECIOUS, "ssh-ed25519 AAAA somebody\nand another\n", "p"] {
            let setup = setup();
            setup.folder.write(&side(name), content);
            if content == "p" && name == "lock" {
                // The beginning of what a run writes there.
                setup.apply(&[]).says(0, &["1 created"]);
                continue;
            }
            refused(&setup, name, "it holds something else");
            assert_eq!(setup.folder.read(&side(name)), content);
        }
        let setup = setup();
        setup.folder.write(&side(name), "\0\0\0\0\0\0\0");
        setup.apply(&[]).says(0, &["1 created"]);
    }
    Ok(())
}

fn torn() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write(SECRETS, "{\"format\":1,\"client_id\":");
    symlink("precious", setup.folder.file(&side("torn"))).unwrap();
    let texts = ["cannot use `client-secrets.jsonl.torn`: it is a link"];
    setup.apply(&[]).says(6, &texts);
    assert_eq!(setup.folder.read("precious"), PRECIOUS);
    assert_eq!(setup.folder.read(SECRETS), "{\"format\":1,\"client_id\":");
    fs::remove_file(setup.folder.file(&side("torn"))).unwrap();
    setup.apply(&[]).says(0, &["1 created", "was moved to"]);
    Ok(())
}

/// The file can be opened and locked, and never looked at by its name.
fn unsteady() -> Result<(), Missing> {
    if !is_installed("strace", "--version") {
        return Err(Missing("`strace` is needed to break a look".to_owned()));
    }
    let setup = setup();
    for error in ["EIO", "ENOENT"] {
        let path = side("lock");
        let inject = format!(
            "exec strace -f -qq -o /dev/null -P {path} -e inject=statx,lstat,newfstatat,stat:error={error}:when=2+"
        );
        let script = format!("{inject} \"$0\" \"$@\"");
        let words = ["apply", "--allow-plaintext-secrets"];
        let ended = setup.run(&mut setup.program_after(&script, &words));
        ended.says(6, &["cannot write `client-secrets.jsonl.lock`"]);
        assert_eq!(setup.posts("a"), 0);
    }
    Ok(())
}

fn sandbox_lock() -> Result<(), Missing> {
    let setup = setup();
    for name in ["precious", "made"] {
        let lock = setup.folder.file("db.lock");
        symlink(name, &lock).unwrap();
        let mut plan = program::program(setup.folder.path());
        plan.args(["plan", "--sandbox=db"]);
        let apply = ["apply", "--sandbox=db", "--allow-plaintext-secrets"];
        let mut applying = program::program(setup.folder.path());
        program::run(applying.args(apply)).says(1, &["cannot lock", "`db`", "it is a link"]);
        program::run(&mut plan).says(1, &["it is a link"]);
        assert!(!setup.folder.file("made").exists() && !setup.folder.file("db").exists());
        fs::remove_file(lock).unwrap();
    }
    let mut command = program::command("mkfifo", setup.folder.path());
    program::run(command.arg("db.lock"));
    let mut applying = program::program(setup.folder.path());
    let words = ["apply", "--sandbox=db", "--allow-plaintext-secrets"];
    program::run(applying.args(words)).says(1, &["it is not a regular file"]);
    Ok(())
}
