//! Decrypts OpenPGP messages with the user's own GnuPG.

use super::opener::Opened;
use super::program::{Ended, Program};

/// Prefix of GnuPG's machine-readable status lines (`doc/DETAILS` of GnuPG).
const STATUS: &str = "[GNUPG:] ";

pub(super) const GPG: Program = Program {
    name: "gpg",
    missing: "install GnuPG, import a recipient's secret key, and make sure that `gpg` is in `PATH`",
    hangs: "it may be waiting for a passphrase: run `gpg --decrypt` once in a terminal, so that its agent remembers it, or allow more time with `--fail-after`",
};

/// Not `--quiet`: it suppresses the reason why a key cannot be used.
pub(super) const ARGUMENTS: [&str; 4] = ["--batch", "--status-fd", "2", "--decrypt"];

pub(super) fn judge(ended: &Ended) -> Opened {
    ended.secret(why).map_or_else(Opened::Not, Opened::Secret)
}

/// Its diagnostic lines, except those that list a message's encryption keys: they accompany every
/// warning and add nothing.
pub(super) fn said(ended: &Ended) -> impl Iterator<Item = &str> {
    let lines = ended.stderr.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(STATUS.trim()));
    lines.filter(|line| !line.starts_with("gpg: encrypted with") && !line.starts_with('"'))
}

/// Whether GnuPG printed this status keyword.
fn has_status(ended: &Ended, word: &str) -> bool {
    let lines = ended.stderr.lines();
    let mut statuses = lines.filter_map(|line| line.strip_prefix(STATUS));
    statuses.any(|status| status.starts_with(word))
}

/// Explains why GnuPG opened nothing.
fn why(ended: &Ended) -> String {
    let said = said(ended).map(|line| line.trim_start_matches("gpg: "));
    let shown = ended.quoted("gpg", &said.collect::<Vec<_>>().join("; "));
    if has_status(ended, "PINENTRY_LAUNCHED") || has_status(ended, "ERROR pkdecrypt_failed") {
        return format!(
            "its key is here but cannot be used: if it has a passphrase, run `gpg --decrypt` on a secret once in a terminal (with `GPG_TTY=$(tty)`) so that the agent remembers it ({shown})"
        );
    }
    match has_status(ended, "NO_SECKEY") {
        true => format!("no secret key here opens it ({shown})"),
        false => shown,
    }
}
