//! The recipient flags: who can decrypt the secrets.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use globset::Glob;
use jiff::Timestamp;
use serde::Deserialize;

use super::sources::{AGE_RECIPIENT, Given, KEYBASE_URL, PGP_KEY};
use super::ui::Ui;
use crate::error::{Error, Result, chain};
use crate::recipients::{
    AgeRecipient, KEYBASE, KeyAddress, Recipient, Recipients, fetch, load, load_age, parse_age,
};
use crate::vault::{ByOwner, OwnerRule, Seal};

/// The longest key file that is read, in bytes: one more than the OpenPGP code accepts.
const MAX_FILE: u64 = (1 << 20) + 1;

/// Who can open the secrets
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Recipients")]
pub(super) struct KeyArgs {
    #[command(flatten)]
    given: Named,
    /// `[recipients]` of the settings file, one rule for the owners of clients each, as JSON.
    #[arg(long = "default-recipients", value_name = "RULE", hide = true, value_parser = parse_rule)]
    of_owners: Vec<Rule>,
}

/// Recipients as they are named, on the command line or for the clients of an owner.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[command(next_help_heading = "Recipients")]
#[serde(deny_unknown_fields, default)]
struct Named {
    /// OpenPGP public key: base64, armored text, or `@FILE` (repeatable)
    /// [env: HYDRA_GITOPS_PGP_KEY]
    #[arg(long = "pgp-key", value_name = "KEY", allow_hyphen_values = true)]
    #[serde(rename = "pgp-key")]
    keys: Vec<String>,
    /// File with OpenPGP public keys (repeatable)
    #[arg(long = "pgp-key-file", value_name = "FILE")]
    #[serde(rename = "pgp-key-file")]
    files: Vec<PathBuf>,
    /// https URL of OpenPGP public keys (repeatable)
    #[arg(long = "pgp-key-url", value_name = "URL")]
    #[serde(rename = "pgp-key-url")]
    urls: Vec<String>,
    /// Keybase user whose OpenPGP public keys to use (repeatable)
    #[arg(long = "keybase", value_name = "USER")]
    #[serde(rename = "keybase")]
    keybase_users: Vec<String>,
    /// URL of Keybase or of a mirror [default: https://keybase.io]
    /// [env: HYDRA_GITOPS_KEYBASE_URL]
    #[arg(long, value_name = "URL", requires = "keybase_users")]
    #[serde(rename = "keybase-url")]
    keybase_url: Option<String>,
    /// age recipient: `age1…`, or an `ssh-ed25519` or `ssh-rsa` public key (repeatable)
    /// [env: HYDRA_GITOPS_AGE_RECIPIENT]
    #[arg(
        long = "age-recipient",
        value_name = "RECIPIENT",
        allow_hyphen_values = true
    )]
    #[serde(rename = "age-recipient")]
    age: Vec<String>,
    /// File with age recipients, one a line (repeatable)
    #[arg(long = "age-recipients-file", value_name = "FILE")]
    #[serde(rename = "age-recipients-file")]
    age_files: Vec<PathBuf>,
}

/// The recipients for clients of some owners.
#[derive(Debug, Clone, Deserialize)]
struct Rule {
    owner: String,
    to: Named,
}

fn parse_rule(text: &str) -> std::result::Result<Rule, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What opens the secrets
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Secrets")]
pub(super) struct IdentityArgs {
    /// File with age identities, or an SSH private key, that opens secrets (repeatable)
    #[arg(long = "identity", value_name = "FILE")]
    pub(super) identities: Vec<PathBuf>,
}

impl Named {
    /// All of them, validated; `None` if there are none. Local keys are read first, so that a
    /// mistake in one costs no request. `keys` and `age` are given beside files and addresses.
    fn resolve(&self, keys: Vec<Given>, age: Vec<Given>) -> Result<Option<Recipients>> {
        let now = crate::now::now();
        let addresses = self.addresses()?;
        let mut recipients: Vec<Recipient> = Vec::new();
        for Given { value, origin } in keys {
            match value.strip_prefix('@') {
                Some(path) => recipients.extend(load_file(Path::new(path), now)?),
                None => recipients.extend(load_text(&value, origin, now)?),
            }
        }
        for path in &self.files {
            recipients.extend(load_file(path, now)?);
        }
        let age = self.age_recipients(age)?;
        recipients.extend(fetch(&addresses, now)?);
        Ok(Recipients::new(recipients, age))
    }

    fn age_recipients(&self, given: Vec<Given>) -> Result<Vec<AgeRecipient>> {
        let given = given.into_iter();
        let given = given.map(|Given { value, origin }| parse_age(&value, origin));
        let mut all = given.collect::<Result<Vec<_>>>()?;
        for path in &self.age_files {
            let name = path.display().to_string();
            all.extend(load_age(
                &read_file(
                    path,
                    &name,
                    "`age-keygen -y FILE` prints the recipient of an identity",
                )?,
                &name,
            )?);
        }
        Ok(all)
    }

    fn addresses(&self) -> Result<Vec<KeyAddress>> {
        let keybase = KEYBASE_URL.resolve(self.keybase_url.as_deref());
        let keybase = keybase.map_or(KEYBASE.to_owned(), |given| given.value);
        let urls = self.urls.iter().map(|url| KeyAddress::url(url));
        let users = self.keybase_users.iter();
        urls.chain(users.map(|user| KeyAddress::keybase(&keybase, user)))
            .collect()
    }
}

impl Rule {
    /// Its recipients, from the mirror of Keybase that counts for all others unless it names one.
    fn resolve(&self, keybase_url: Option<&str>) -> Result<OwnerRule> {
        const ORIGIN: &str = "[recipients]";
        let given = |values: &[String]| {
            let values = values.iter().cloned();
            values
                .map(|value| Given {
                    value,
                    origin: ORIGIN,
                })
                .collect()
        };
        let owner = &self.owner;
        let mut to = self.to.clone();
        to.keybase_url = to.keybase_url.or_else(|| keybase_url.map(str::to_owned));
        let resolved = to.resolve(given(&self.to.keys), given(&self.to.age));
        let place = format!("`[recipients]` for owners like `{owner}` cannot be used");
        let in_place = |error: Error| {
            let hints = error.hints().to_vec();
            let error = Error::new(error.kind(), format!("{place}: {}", chain(&error)));
            hints.into_iter().fold(error, Error::hint)
        };
        let to = resolved.map_err(in_place)?.ok_or_else(|| {
            Error::usage(format!(
                "`[recipients]` names nobody for owners like `{owner}`"
            ))
            .hint("name a recipient there, or leave the owners out")
        })?;
        let glob = Glob::new(owner)
            .map_err(|error| Error::usage(format!("`{owner}` is not a glob")).because(error))?;
        let owner = glob.compile_matcher();
        Ok(OwnerRule { owner, to })
    }
}

impl KeyArgs {
    /// Everybody who can open the secret of some client; `None` if nobody is given.
    pub(super) fn recipients(&self) -> Result<Option<Recipients>> {
        let seal = self.seal_quietly(false)?;
        let groups = seal.as_ref().map(Seal::groups).unwrap_or_default();
        let openpgp = groups.iter().flat_map(|(_, to)| to.openpgp().cloned());
        let age = groups.iter().flat_map(|(_, to)| to.age().cloned());
        Ok(Recipients::new(openpgp, age))
    }

    /// How secrets are sealed; `None` without a recipient. Writing them in clear must be requested.
    pub(super) fn seal_quietly(&self, in_clear: bool) -> Result<Option<Seal>> {
        let (keys, age) = (
            PGP_KEY.each(&self.given.keys),
            AGE_RECIPIENT.each(&self.given.age),
        );
        let others = self.given.resolve(keys, age)?;
        let rules = self.of_owners.iter();
        let rules = rules.map(|rule| rule.resolve(self.given.keybase_url.as_deref()));
        let rules = rules.collect::<Result<Vec<_>>>()?;
        let is_encrypted = others.is_some() || !rules.is_empty();
        match (is_encrypted, in_clear) {
            (true, true) => {
                let what = "`--allow-plaintext-secrets` and a recipient are both given";
                let hint = "leave one of them out: with a recipient, every secret is encrypted";
                Err(Error::usage(what).hint(hint))
            }
            (false, true) => Ok(Some(Seal::InClear)),
            (_, false) if rules.is_empty() => Ok(others.map(Seal::To)),
            (_, false) => Ok(Some(Seal::ByOwner(ByOwner::new(rules, others)))),
        }
    }

    /// The same, with a warning on each run that writes secrets in clear.
    pub(super) fn seal(&self, in_clear: bool, ui: &Ui) -> Result<Option<Seal>> {
        let seal = self.seal_quietly(in_clear)?;
        if in_clear {
            ui.warning("secrets are written in plaintext (`--allow-plaintext-secrets`): anyone who can read the secrets file can authenticate as these clients");
        }
        Ok(seal)
    }
}

/// Parses the keys in a flag's value. If the value is a file's path, the error says so.
fn load_text(key: &str, origin: &str, now: Timestamp) -> Result<Vec<Recipient>> {
    load(key.as_bytes(), origin, now).map_err(|error| {
        if !Path::new(key).is_file() {
            return error;
        }
        let what = format!("`{origin}` is not an OpenPGP public key, but the path `{key}`");
        Error::secret(what).hint(format!("write `@{key}`, or give `--pgp-key-file {key}`"))
    })
}

fn load_file(path: &Path, now: Timestamp) -> Result<Vec<Recipient>> {
    let name = path.display().to_string();
    let bytes = read_file(
        path,
        &name,
        "`gpg --export --armor YOU > FILE` writes a public key",
    )?;
    load(&bytes, &name, now)
}

/// Reads a file of keys; `source` says how to get one.
fn read_file(path: &Path, name: &str, source: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes));
    read.map_err(|error| {
        Error::secret(format!("cannot read the key file `{name}`"))
            .because(error)
            .hint(format!("check the path; {source}"))
    })?;
    Ok(bytes)
}
