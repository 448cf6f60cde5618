//! Decrypts age files with the user's own `age`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::opener::Opened;
use super::program::{Ended, Program};

pub(super) const AGE: Program = Program {
    name: "age",
    missing: "install age (https://age-encryption.org), and make sure that `age` is in `PATH`",
    hangs: "it may be waiting for the passphrase of an identity: give one without a passphrase with `--identity`, or allow more time with `--fail-after`",
};

/// Without any of these, age looks for no identity.
pub(super) fn arguments(identities: &[PathBuf]) -> Vec<OsString> {
    let files = identities.iter();
    let named = files.flat_map(|file| [OsString::from("--identity"), file.into()]);
    std::iter::once(OsString::from("--decrypt"))
        .chain(named)
        .collect()
}

pub(super) fn judge(ended: &Ended) -> Opened {
    ended.secret(why).map_or_else(Opened::Not, Opened::Secret)
}

/// Explains why age opened nothing.
fn why(ended: &Ended) -> String {
    let lines = ended
        .stderr
        .lines()
        .map(|line| line.trim_start_matches("age: ").trim());
    // It asks for a report to its authors whatever the reason was.
    let lines = lines.filter(|line| !line.is_empty() && !line.contains("report unexpected"));
    let said: Vec<_> = lines.collect();
    let shown = ended.quoted("age", &said.join("; "));
    match ended.stderr.contains("no identity matched") {
        true => format!("none of the given identities opens it ({shown})"),
        false => shown,
    }
}
