//! Decrypts SOPS files with the user's own `sops`.

use std::path::PathBuf;

use tokio::process::Command;

use super::opener::Opened;
use super::program::{Ended, Program};
use crate::vault::sops::{SopsFile, SopsKind};

pub(super) const SOPS: Program = Program {
    name: "sops",
    missing: "install sops (https://getsops.io), and make sure that `sops` is in `PATH`",
    hangs: "it may be waiting for a passphrase: run `sops decrypt` on the file once in a terminal, or allow more time with `--fail-after`",
};

/// Decrypts the secret alone. Keys of GnuPG are found by sops itself, and so are age identities that
/// its own variables name.
pub(super) fn arguments<'c>(
    command: &'c mut Command,
    file: &SopsFile,
    identities: &[PathBuf],
) -> &'c mut Command {
    let key = &file.key;
    let place = match file.kind {
        SopsKind::Kubernetes => format!(r#"["stringData"]["{key}"]"#),
        SopsKind::Yaml | SopsKind::Json | SopsKind::Dotenv => format!(r#"["{key}"]"#),
    };
    command
        .args(["decrypt", "--extract", &place])
        .arg(&file.path);
    let is_ssh = |path: &&PathBuf| {
        let begin = std::fs::read(path).unwrap_or_default();
        begin.starts_with(b"-----BEGIN ")
    };
    if let Some(ssh) = identities.iter().find(is_ssh) {
        command.env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", ssh);
    }
    if let Some(own) = identities.iter().find(|path| !is_ssh(path)) {
        command.env("SOPS_AGE_KEY_FILE", own);
    }
    command
}

pub(super) fn judge(ended: &Ended) -> Opened {
    ended.secret(why).map_or_else(Opened::Not, Opened::Secret)
}

fn why(ended: &Ended) -> String {
    let lines = ended.stderr.lines().map(str::trim);
    let said: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    ended.quoted("sops", &said.join("; "))
}
