//! Opens a secret in whatever form it is stored.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;

use super::{age, gpg, sops};
use crate::error::Result;
use crate::recipients::{Encrypted, is_age_message, is_encrypted_message};
use crate::vault::seal::Sealed;

/// The user's programs that open secrets.
#[derive(Debug)]
pub struct Opener {
    identities: Vec<PathBuf>,
    limit: Option<Duration>,
    warnings: Mutex<BTreeSet<String>>,
}

/// The result of trying to open a secret.
#[derive(Debug)]
pub enum Opened {
    /// The plaintext secret.
    Secret(SecretString),
    /// It cannot be opened here, for the given reason.
    Not(String),
}

impl Opener {
    /// Runs GnuPG, or age or sops with these identities, with a time limit for each secret; without a
    /// `limit` it may take any time.
    pub fn new(identities: Vec<PathBuf>, limit: Option<Duration>) -> Self {
        Self {
            identities,
            limit,
            warnings: Mutex::default(),
        }
    }

    /// GnuPG's warnings about secrets it did open, without duplicates.
    pub fn warnings(&self) -> BTreeSet<String> {
        let warnings = self.warnings.lock();
        std::mem::take(&mut *warnings.unwrap_or_else(PoisonError::into_inner))
    }

    /// Opens a secret. A cleartext secret is returned as it is.
    ///
    /// # Errors
    /// When no secret at all can be opened: the program is missing, or does not finish (exit 1).
    pub async fn open(&self, sealed: &Sealed) -> Result<Opened> {
        match sealed {
            Sealed::Clear(_) => {
                let missing = || Opened::Not("it is neither in clear nor encrypted".to_owned());
                Ok(sealed.clear().map_or_else(missing, Opened::Secret))
            }
            Sealed::Encrypted(message) => self.open_message(message).await,
            Sealed::Sops(file) => {
                let ended = sops::SOPS
                    .run(
                        |command| sops::arguments(command, file, &self.identities),
                        &[],
                        self.limit,
                    )
                    .await?;
                Ok(sops::judge(&ended))
            }
        }
    }

    /// Opens the form that the identities are for, or else the other one.
    async fn open_message(&self, message: &Encrypted) -> Result<Opened> {
        let for_age = message
            .age
            .as_deref()
            .filter(|_| !self.identities.is_empty());
        match (for_age, &message.openpgp) {
            (Some(age), Some(openpgp)) => match self.open_age(age).await? {
                Opened::Secret(secret) => Ok(Opened::Secret(secret)),
                Opened::Not(_) => self.open_openpgp(openpgp).await,
            },
            (Some(age), None) => self.open_age(age).await,
            (None, Some(openpgp)) => self.open_openpgp(openpgp).await,
            (None, None) => {
                let why = "it is encrypted to age recipients: name a file with one of their identities with `--identity FILE`";
                Ok(Opened::Not(why.to_owned()))
            }
        }
    }

    async fn open_age(&self, message: &str) -> Result<Opened> {
        if !is_age_message(message) {
            return Ok(Opened::Not("it is not an encrypted age file".to_owned()));
        }
        let arguments = age::arguments(&self.identities);
        let ended = age::AGE
            .run(
                |command| command.args(arguments),
                message.as_bytes(),
                self.limit,
            )
            .await?;
        Ok(age::judge(&ended))
    }

    async fn open_openpgp(&self, message: &str) -> Result<Opened> {
        if !is_encrypted_message(message) {
            let why = "it is not an encrypted OpenPGP message";
            return Ok(Opened::Not(why.to_owned()));
        }
        let ended = gpg::GPG
            .run(
                |command| command.args(gpg::ARGUMENTS),
                message.as_bytes(),
                self.limit,
            )
            .await?;
        let opened = gpg::judge(&ended);
        if matches!(opened, Opened::Secret(_)) {
            let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
            warnings.extend(gpg::said(&ended).map(str::to_owned));
        }
        Ok(opened)
    }
}
