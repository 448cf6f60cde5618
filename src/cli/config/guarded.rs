//! Keys that need care: those that count only in a file that the user named, secrets, and what is
//! not a setting.

use reqwest::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};

/// They decide where secrets and tokens go, who can open them, or what runs. In a file that was
/// only found, anyone who can change the repository could choose.
const GUARDED: &[&str] = &[
    "access-token-command",
    "age-recipient",
    "age-recipients-file",
    "allow-env",
    "allow-file",
    "allow-plaintext-secrets",
    "ca-cert",
    "endpoint",
    "header",
    "http-header",
    "keybase",
    "keybase-url",
    "pgp-key",
    "pgp-key-file",
    "pgp-key-url",
    "public-url",
    "skip-tls-verify",
    "token-url",
];

/// They name files that are read and shown, or written. In a file that was only found they stay in
/// its folder.
const CONFINED: &[&str] = &[
    "dir",
    "paths",
    "report-file",
    "sandbox",
    "secrets-out",
    "store",
    "unmanaged",
    "var-file",
];

/// They choose the settings, so they cannot stand among them.
const CHOOSING: &[&str] = &[
    "all-environments",
    "config",
    "environment",
    "help",
    "no-config",
    "version",
];

/// Flags whose value is a secret.
const SECRETS: &[&str] = &["access-token", "client-secret", "secret"];

/// Words in the names of secrets.
const SECRET_WORDS: &[&str] = &[
    "api-key",
    "credential",
    "passphrase",
    "password",
    "secret",
    "token",
];

pub(super) fn is_guarded(key: &str) -> bool {
    GUARDED.contains(&key)
}

pub(super) fn is_confined(key: &str) -> bool {
    CONFINED.contains(&key)
}

pub(super) fn is_choosing(key: &str) -> bool {
    CHOOSING.contains(&key)
}

/// Whether a key is that of a secret.
pub(super) fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key.to_ascii_lowercase().replace('_', "-").as_str())
}

/// Whether an unknown key may be that of a secret.
pub(super) fn may_be_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('_', "-");
    is_secret(&key) || SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// Whether a value is, or contains, a secret.
pub(super) fn holds_secret(key: &str, value: &str) -> bool {
    let name = value.split(':').next().unwrap_or_default().trim();
    let is = |header: &reqwest::header::HeaderName| name.eq_ignore_ascii_case(header.as_str());
    match key {
        "header" | "http-header" => {
            is(&AUTHORIZATION) || is(&PROXY_AUTHORIZATION) || is(&COOKIE) || may_be_secret(name)
        }
        _ => crate::client::without_passwords(value) != value,
    }
}

#[cfg(test)]
mod tests {
    use super::is_guarded;
    use crate::cli::start::Cli;
    use clap::CommandFactory as _;

    /// A flag that is new chooses a recipient as much as an old one.
    #[test]
    fn every_flag_that_chooses_recipients_is_guarded() {
        let mut root = Cli::command();
        root.build();
        let commands = root.get_subcommands();
        let args = commands.flat_map(|command| command.get_arguments());
        // No key sets a hidden flag.
        let args = args.filter(|arg| !arg.is_hide_set());
        let recipients = args.filter(|arg| arg.get_help_heading() == Some("Recipients"));
        let names: Vec<&str> = recipients.filter_map(|arg| arg.get_long()).collect();
        assert!(names.contains(&"pgp-key"), "{names:?}");
        for name in names {
            assert!(is_guarded(name), "{name}");
        }
    }
}
