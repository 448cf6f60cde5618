//! `secrets verify` where GnuPG, the public endpoint or the secrets file is not as it should be.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::faults::counting::line;
use crate::support::key::Key;
use crate::support::program::{Ended, Running};
use crate::support::proxy::{Fault, answer, json as json_answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::NOWHERE;
use crate::support::watching::until;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("it_needs_a_public_endpoint", no_endpoint),
    ("secrets_in_clear_need_no_gnupg", in_clear),
    ("gnupg_is_missing", missing),
    ("gnupg_hangs", hangs),
    ("gnupg_ends_with_the_program", signal),
    ("gnupg_has_no_end", endless),
    ("gnupg_wants_a_passphrase", passphrase),
    ("gnupg_warns", warns),
    ("another_run_holds_the_secrets_file", locked),
    ("a_torn_last_line_is_mended_first", torn),
    (
        "a_torn_last_line_that_the_journal_holds_is_cut_off",
        torn_and_journaled,
    ),
    ("a_broken_line_is_no_success", broken),
    ("the_public_endpoint_is_down", down),
    ("the_public_endpoint_accepts_anything", accepts_all),
    ("a_gateway_refuses", gateway),
    ("one_client_cannot_be_asked_about", one_fails),
    ("a_file_of_another_hydra", elsewhere),
];

const SECRET: &str = "right-secret-0123456789";

/// A client in Hydra, with a record in clear and the right secret.
fn setup(
    script: impl Fn(&crate::support::proxy::Request) -> Fault + Send + Sync + 'static,
) -> Setup {
    let setup = Setup::new(script);
    setup
        .target
        .create(&json!({"client_id": "a", "client_secret": SECRET}));
    setup
        .folder
        .write(SECRETS, line("a", &setup.url(), SECRET, false));
    setup
}

/// The same with a record that is encrypted, and a `gpg` that does as `script` says.
fn sealed(script: &str) -> Setup {
    let setup = setup(|_| Fault::Pass);
    setup.folder.write("key.asc", Key::new().public());
    let record = line("a", &setup.url(), "x", false);
    let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
    record.as_object_mut().unwrap().remove("client_secret");
    record["encrypted_client_secret"] = json!(message(&setup));
    setup.folder.write(SECRETS, format!("{record}\n"));
    let gpg = format!("#!/bin/sh\n{script}\n");
    setup.folder.write("bin/gpg", gpg);
    let runnable = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(setup.folder.file("bin/gpg"), runnable).unwrap();
    setup
}

/// An encrypted message, of the program's own making.
fn message(setup: &Setup) -> String {
    setup.folder.clients(&["b"]);
    let apply = &mut setup.applying(&["--pgp-key-file", "key.asc", "--yes"]);
    // Lines of earlier records are kept.
    setup.run(apply).says(0, &["1 created"]);
    let record = setup.folder.record("b").unwrap();
    record["encrypted_client_secret"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn verify(setup: &Setup, words: &[&str]) -> Command {
    let mut command = setup.program(&["secrets"]);
    let path = std::env::var("PATH").unwrap();
    let bin = setup.folder.file("bin");
    command
        .arg("verify")
        .args(words)
        .env("HYDRA_PUBLIC_URL", setup.target.public_url())
        // The log shows each request.
        .env_remove("RUST_LOG")
        .env("PATH", format!("{}:{path}", bin.display()));
    command
}

#[track_caller]
fn run(setup: &Setup, words: &[&str]) -> Ended {
    let ended = setup.run(&mut verify(setup, words));
    setup.is_unsaid(&ended, SECRET);
    ended
}

fn no_endpoint() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let ended = setup.run(verify(&setup, &[]).env_remove("HYDRA_PUBLIC_URL"));
    ended.says(
        64,
        &["no public endpoint", "--public-url", "HYDRA_PUBLIC_URL"],
    );
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn in_clear() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let ended = setup.run(verify(&setup, &[]).env("PATH", "/nonexistent"));
    ended.says(0, &["accepted a", "1 accepted"]);
    setup.is_tidy();
    Ok(())
}

fn missing() -> Result<(), Missing> {
    let setup = sealed("");
    let ended = setup.run(verify(&setup, &[]).env("PATH", "/nonexistent"));
    ended.says(1, &["cannot run `gpg`", "install GnuPG", "0 accepted"]);
    Ok(())
}

/// Waits until the process that a file names has ended.
#[track_caller]
fn is_gone(setup: &Setup, name: &str) {
    let pid = setup.folder.read(name);
    let process = Path::new("/proc").join(pid.trim());
    until("its end", || !process.exists() || is_zombie(&process));
}

/// Whether nobody has asked yet how the process ended.
fn is_zombie(process: &Path) -> bool {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    stat.contains(") Z ")
}

fn hangs() -> Result<(), Missing> {
    let setup = sealed("echo $$ > pid; exec sleep 600");
    let ended = run(&setup, &["--fail-after", "1s"]);
    let texts = [
        "`gpg` did not finish within 1s (`--fail-after`)",
        "passphrase",
    ];
    ended.says(1, &texts);
    assert!(ended.took < Duration::from_secs(30), "{ended}");
    is_gone(&setup, "pid");
    Ok(())
}

fn signal() -> Result<(), Missing> {
    let setup = sealed("echo $$ > pid.new; mv pid.new pid; exec sleep 600");
    let running = Running::start(&mut verify(&setup, &["--fail-after", "0"]));
    running.wait_until(|| setup.folder.file("pid").exists());
    running.signal(Signal::TERM);
    running.wait().says(143, &[]);
    is_gone(&setup, "pid");
    Ok(())
}

fn endless() -> Result<(), Missing> {
    let setup = sealed("yes; true");
    run(&setup, &[]).says(1, &["not tried a", "it is longer than 65536 bytes"]);
    let setup = sealed("yes '\u{1b}[2J##[error]' >&2; exit 2");
    let ended = run(&setup, &[]);
    ended.says(1, &["not tried a", "`gpg` says: "]);
    assert!(!ended.stdout.contains('\u{1b}') && !ended.stdout.contains("##["));
    assert!(ended.stdout.len() < 5_000, "{ended}");
    Ok(())
}

/// As GnuPG 2.2 has it without a terminal.
fn passphrase() -> Result<(), Missing> {
    let setup = sealed(
        "printf '[GNUPG:] PINENTRY_LAUNCHED 1 curses\\ngpg: encrypted with 255-bit ECDH key\\n      \"P <p@h>\"\\ngpg: public key decryption failed: Inappropriate ioctl for device\\n' >&2; exit 2",
    );
    let ended = run(&setup, &[]);
    ended.says(
        1,
        &[
            "passphrase",
            "GPG_TTY",
            "`gpg` says: public key decryption failed: Inappropriate ioctl for device)",
        ],
    );
    Ok(())
}

/// A warning is said once, and is no failure.
fn warns() -> Result<(), Missing> {
    let setup = sealed(&format!(
        "printf 'gpg: WARNING: unsafe permissions\\n' >&2; cat > /dev/null; printf {SECRET}"
    ));
    let line = setup.folder.read(SECRETS);
    setup
        .target
        .create(&json!({"client_id": "c", "client_secret": SECRET}));
    let other = line.replace("\"client_id\":\"a\"", "\"client_id\":\"c\"");
    setup.folder.write(SECRETS, line + &other);
    let ended = run(&setup, &[]);
    ended.says(
        0,
        &[
            "accepted a",
            "accepted c",
            "gpg: WARNING: unsafe permissions",
        ],
    );
    assert_eq!(ended.stderr.matches("WARNING").count(), 1, "{ended}");
    assert_eq!(
        run(&setup, &["--quiet"]).stderr.matches("WARNING").count(),
        0
    );
    Ok(())
}

/// Lines are only written under the lock; without any to write none is taken.
fn locked() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let lock = std::fs::File::create(setup.folder.file(&format!("{SECRETS}.lock"))).unwrap();
    lock.try_lock().unwrap();
    run(&setup, &[]).says(0, &["accepted a"]);
    let unconfirmed = line("a", &setup.url(), SECRET, true);
    setup.folder.write(SECRETS, &unconfirmed);
    run(&setup, &[]).says(6, &["is in use"]);
    assert_eq!(setup.folder.read(SECRETS), unconfirmed);
    drop(lock);
    run(&setup, &[]).says(
        0,
        &["accepted a  recorded as confirmed", "1 newly confirmed"],
    );
    let confirmed = line("a", &setup.url(), SECRET, false);
    assert_eq!(setup.folder.read(SECRETS), unconfirmed + &confirmed);
    setup.is_tidy();
    Ok(())
}

fn torn() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let whole = line("a", &setup.url(), SECRET, true);
    setup
        .folder
        .write(SECRETS, format!("{whole}{{\"format\":1,"));
    run(&setup, &[]).says(
        0,
        &[
            "last line of the secrets file was torn",
            ".torn",
            "1 newly confirmed",
        ],
    );
    let confirmed = line("a", &setup.url(), SECRET, false);
    assert_eq!(setup.folder.read(SECRETS), whole + &confirmed);
    Ok(())
}

/// What the journal still holds whole is cut off, and settled by `secrets recover`.
fn torn_and_journaled() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let whole = line("a", &setup.url(), SECRET, true);
    let record = line("b", &setup.url(), "journaled", false);
    // As this version writes it.
    let name = "\"client_name\":null,";
    let record = record.replace(name, &format!("{name}\"owner\":\"\","));
    setup
        .target
        .create(&json!({"client_id": "b", "client_secret": "journaled"}));
    let journal = crate::faults::torn::journal_of(&record);
    setup.folder.write(&format!("{SECRETS}.journal"), &journal);
    let torn = &record[..record.len() - 40];
    setup.folder.write(SECRETS, format!("{whole}{torn}"));
    let ended = run(&setup, &[]);
    ended.says(
        0,
        &[
            "last line of the secrets file was torn",
            "was removed",
            "wait in",
        ],
    );
    assert!(!ended.stderr.contains("written anew"), "{ended}");
    let confirmed = line("a", &setup.url(), SECRET, false);
    assert_eq!(setup.folder.read(SECRETS), whole + &confirmed);
    let left = setup.folder.read(&format!("{SECRETS}.journal"));
    assert_eq!(left, journal);
    let proof = ["--public-url", &setup.target.public_url()];
    setup.recover(&proof).says(0, &["1 recorded"]);
    setup.has_secret("b", true);
    Ok(())
}

fn broken() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let lines = format!("oops\n{}", setup.folder.read(SECRETS));
    setup.folder.write(SECRETS, &lines);
    run(&setup, &["--quiet"]).says(1, &["line 1", "cannot be read", "1 accepted"]);
    assert_eq!(setup.folder.read(SECRETS), lines);
    Ok(())
}

fn down() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    let words = [
        "--fail-after",
        "300ms",
        "--public-url",
        &format!("http://{NOWHERE}"),
    ];
    let ended = run(&setup, &words);
    ended.says(5, &["oauth2/revoke", "--public-url", "0 accepted"]);
    Ok(())
}

fn behind(
    script: impl Fn(&crate::support::proxy::Request) -> Fault + Send + Sync + 'static,
) -> Ended {
    let setup = setup(script);
    run(&setup, &["--public-url", &setup.url()])
}

fn accepts_all() -> Result<(), Missing> {
    let ended = behind(|request| match request.path.ends_with("/oauth2/revoke") {
        true => Fault::Answer(json_answer("200 OK", "{}")),
        false => Fault::Pass,
    });
    ended.says(1, &["not tried a", "it accepts any secret", "0 accepted"]);
    Ok(())
}

fn gateway() -> Result<(), Missing> {
    let ended = behind(|request| match request.path.ends_with("/oauth2/revoke") {
        true => Fault::Answer(answer("403 Forbidden", "", "<html>no</html>")),
        false => Fault::Pass,
    });
    ended.says(5, &["HTTP 403", "base address of Hydra's public API"]);
    Ok(())
}

/// The others are tried all the same.
fn one_fails() -> Result<(), Missing> {
    let setup = setup(|request| {
        let body = String::from_utf8_lossy(&request.body);
        let is_b = request.path.ends_with("/oauth2/revoke") && body.contains("client_id=b");
        match is_b {
            true => Fault::Answer(json_answer(
                "500 Internal Server Error",
                r#"{"error":"odd"}"#,
            )),
            false => Fault::Pass,
        }
    });
    let client = json!({"client_id": "b", "client_secret": SECRET,
        "token_endpoint_auth_method": "client_secret_post"});
    setup.target.create(&client);
    let lines = ["b", "a"].map(|id| line(id, &setup.url(), SECRET, false));
    setup.folder.write(SECRETS, lines.concat());
    let words = ["--public-url", &setup.url(), "--fail-after", "300ms"];
    let ended = run(&setup, &words);
    ended.says(1, &["not tried b", "HTTP 500", "accepted a", "1 accepted"]);
    Ok(())
}

fn elsewhere() -> Result<(), Missing> {
    let setup = setup(|_| Fault::Pass);
    setup
        .folder
        .write(SECRETS, line("a", "https://hydra.example", SECRET, false));
    let texts = ["contains no secret of", "1 line of `https://hydra.example`"];
    run(&setup, &[]).says(1, &texts);
    std::fs::remove_file(setup.folder.file(SECRETS)).unwrap();
    run(&setup, &[]).says(6, &["there is no secrets file"]);
    Ok(())
}
