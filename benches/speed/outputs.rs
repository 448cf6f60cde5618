//! `apply` with a SOPS file a client beside a line a client, and many SOPS files in one folder.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::bare::Bare;
use crate::clients::Clients;
use crate::creates::{Folders, folder, manifests};
use crate::figure::{Figure, Goal, Ratio, in_turns};
use crate::program::{time, tool};
use crate::settings::Settings;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;

/// A recipient whose identity nobody has.
const AGE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// The iterations of PBKDF2 that v2.3.0 has by default (`spec/config.json`).
const DEFAULT_ITERATIONS: &str = "25000";

/// How many clients are compared with as many others.
const PART: usize = 1_000;

/// Both on one server, in turns: SOPS files for an age recipient, and lines for an OpenPGP key. Once
/// with the hashes of secrets that Hydra makes unless it is told otherwise, and once with the
/// cheapest ones, so that the files are most of what there is to do.
pub(crate) fn files_beside_lines(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    Ok(vec![
        files_by_lines(settings, "Hydra's own hashes", DEFAULT_ITERATIONS)?,
        files_by_lines(settings, "cheapest hashes", "1")?,
    ])
}

fn files_by_lines(settings: &Settings, hashes: &str, iterations: &str) -> Result<Figure, Missing> {
    let options = Options {
        env: vec![("OAUTH2_HASHERS_PBKDF2_ITERATIONS", iterations.to_owned())],
        ..Options::default()
    };
    let server = Server::start(Release::V2, options)?;
    let bare = Bare::new(&server, Release::V2);
    let clients = Clients::new("web", settings.clients);
    let manifests = manifests(&clients);
    let folders = Folders::new();
    let sops = || {
        let out = folders.next();
        let mut command = tool("apply", manifests.path(), &server);
        to_files(&mut command, &out);
        let took = time(&mut command);
        assert_eq!(out.read_dir().unwrap().count(), clients.numbers.len());
        bare.delete(clients.ids());
        took
    };
    let lines = || {
        let file = folders.next();
        let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/recipient.asc");
        let mut command = tool("apply", manifests.path(), &server);
        command.arg("--yes").arg("--pgp-key-file").arg(key);
        command.arg("--secrets-out").arg(&file);
        let took = time(&mut command);
        let secrets = std::fs::read_to_string(&file).unwrap();
        assert_eq!(secrets.lines().count(), clients.numbers.len());
        bare.delete(clients.ids());
        took
    };
    let pairs = in_turns(settings.pairs, sops, lines);
    Ok(Figure::Ratio {
        name: format!(
            "SOPS files, by lines, {hashes}, {} clients",
            settings.clients
        ),
        ratio: Ratio::Throughput,
        pairs,
        goal: Goal::AtLeast(0.95),
    })
}

/// The last files of a folder with many, by the first ones: each pair is one run. It is the sandbox
/// that creates, because Hydra itself takes longer where there are many clients.
pub(crate) fn last_beside_first(settings: &Settings) -> Result<Vec<Figure>, Missing> {
    let clients = Clients::new("web", settings.manifests.max(2 * PART));
    let manifests = manifests(&clients);
    let run = || {
        let folder = folder();
        let out = folder.path().join("out");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hydra-gitops"));
        command
            .env_clear()
            .arg("apply")
            .arg(manifests.path())
            .arg("--sandbox")
            .stdin(Stdio::null());
        to_files(&mut command, &out);
        time(&mut command);
        let written = times(&out);
        assert_eq!(written.len(), clients.numbers.len());
        let took = |part: &[SystemTime]| part[PART - 1].duration_since(part[0]).unwrap();
        let last = &written[written.len() - PART..];
        [took(last), took(&written[..PART])]
    };
    let pairs: Vec<[Duration; 2]> = (0..settings.pairs).map(|_| run()).collect();
    Ok(vec![Figure::Ratio {
        name: format!("the last 1,000 of {} SOPS files", clients.numbers.len()),
        ratio: Ratio::Time,
        pairs,
        goal: Goal::AtMost(1.1),
    }])
}

fn to_files(command: &mut Command, out: &Path) {
    let mut output = std::ffi::OsString::from("sops:");
    output.push(out);
    command.args(["--yes", "--age-recipient", AGE]);
    command.arg("--secrets-out").arg(output);
}

/// When each file was written, in order.
fn times(folder: &Path) -> Vec<SystemTime> {
    let entries = folder.read_dir().unwrap();
    let mut times: Vec<_> = entries
        .map(|entry| entry.unwrap().metadata().unwrap().modified().unwrap())
        .collect();
    times.sort();
    times
}
