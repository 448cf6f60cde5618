//! Decrypts secrets with the user's own GnuPG.
//!
//! The message and the secret travel through pipes, and the secret is read into memory that is
//! wiped; it never touches a file. Both GnuPG's output and its running time are bounded.

use std::collections::BTreeSet;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::seal::Sealed;
use crate::duration;
use crate::error::{Error, Result};
use crate::recipients::is_encrypted_message;

/// The longest secret that is accepted, in bytes.
const MAX_SECRET: usize = 64 << 10;

/// The most diagnostic output that is read, in bytes.
const MAX_SAID: usize = 64 << 10;

/// The most diagnostic output that is shown, in characters.
const MAX_SHOWN: usize = 300;

/// Prefix of GnuPG's machine-readable status lines (`doc/DETAILS` of GnuPG).
const STATUS: &str = "[GNUPG:] ";

/// The user's GnuPG.
#[derive(Debug)]
pub struct Gpg {
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

impl Gpg {
    /// Runs GnuPG with a time limit for each secret; without a `limit` it may take any time.
    pub fn new(limit: Option<Duration>) -> Self {
        Self {
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
    /// When no secret at all can be opened: GnuPG is missing, or does not finish (exit 1).
    pub async fn open(&self, sealed: &Sealed) -> Result<Opened> {
        let message = match sealed {
            Sealed::Clear(_) => {
                let missing = || Opened::Not("it is neither in clear nor encrypted".to_owned());
                return Ok(sealed.clear().map_or_else(missing, Opened::Secret));
            }
            Sealed::Encrypted(message) if !is_encrypted_message(message) => {
                let why = "it is not an encrypted OpenPGP message";
                return Ok(Opened::Not(why.to_owned()));
            }
            Sealed::Encrypted(message) => message,
        };
        let run = async {
            match self.limit {
                Some(limit) => tokio::time::timeout(limit, run(message)).await.ok(),
                None => Some(run(message).await),
            }
        };
        let ended = run.await.ok_or_else(|| self.hangs())?.map_err(cannot_run)?;
        Ok(self.judge(&ended))
    }

    fn hangs(&self) -> Error {
        let limit = duration::show(self.limit.unwrap_or_default());
        Error::unexpected(format!("`gpg` did not finish within {limit} (`--fail-after`)")).hint(
            "it may be waiting for a passphrase: run `gpg --decrypt` once in a terminal, so that its agent remembers it, or allow more time with `--fail-after`",
        )
    }

    fn judge(&self, ended: &Ended) -> Opened {
        if !ended.status.success() {
            return Opened::Not(ended.why());
        }
        if ended.length > MAX_SECRET {
            return Opened::Not(format!("it is longer than {MAX_SECRET} bytes"));
        }
        let Ok(text) = std::str::from_utf8(&ended.secret[..ended.length]) else {
            return Opened::Not("it is not text".to_owned());
        };
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.extend(ended.said().map(str::to_owned));
        Opened::Secret(SecretString::from(text))
    }
}

/// The result of one GnuPG run.
struct Ended {
    status: ExitStatus,
    /// Wiped on drop; the secret is the first `length` bytes.
    secret: Zeroizing<Vec<u8>>,
    length: usize,
    stderr: String,
}

impl Ended {
    /// Its diagnostic lines, except those that list a message's encryption keys: they accompany
    /// every warning and add nothing.
    fn said(&self) -> impl Iterator<Item = &str> {
        let lines = self.stderr.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(STATUS.trim()));
        lines.filter(|line| !line.starts_with("gpg: encrypted with") && !line.starts_with('"'))
    }

    /// Whether GnuPG printed this status keyword.
    fn has_status(&self, word: &str) -> bool {
        let lines = self.stderr.lines();
        let mut statuses = lines.filter_map(|line| line.strip_prefix(STATUS));
        statuses.any(|status| status.starts_with(word))
    }

    /// Explains why GnuPG opened nothing.
    fn why(&self) -> String {
        let said = self.said().map(|line| line.trim_start_matches("gpg: "));
        let said = said.collect::<Vec<_>>().join("; ");
        let shown: String = said.chars().take(MAX_SHOWN).collect();
        let shown = match &*shown {
            "" => format!("`gpg` ended with {}", self.status),
            shown => format!("`gpg` says: {shown}"),
        };
        if self.has_status("PINENTRY_LAUNCHED") || self.has_status("ERROR pkdecrypt_failed") {
            return format!(
                "its key is here but cannot be used: if it has a passphrase, run `gpg --decrypt` on a secret once in a terminal (with `GPG_TTY=$(tty)`) so that the agent remembers it ({shown})"
            );
        }
        match self.has_status("NO_SECKEY") {
            true => format!("no secret key here opens it ({shown})"),
            false => shown,
        }
    }
}

/// Runs GnuPG on a message. Dropping the future kills the process.
async fn run(message: &str) -> io::Result<Ended> {
    let mut child = Command::new("gpg")
        // Not `--quiet`: it suppresses the reason why a key cannot be used.
        .args(["--batch", "--status-fd", "2", "--decrypt"])
        // Its output is parsed here, which requires English messages and names in UTF-8.
        .env("LC_ALL", "C.UTF-8")
        .env_remove("LANGUAGE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // A write error is ignored: a GnuPG that stops reading early says why.
    let give = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(message.as_bytes()).await;
        }
    };
    let ((), (secret, length), (said, said_length)) =
        tokio::join!(give, read(stdout, MAX_SECRET), read(stderr, MAX_SAID));
    let stderr = String::from_utf8_lossy(&said[..said_length.min(MAX_SAID)]).into_owned();
    Ok(Ended {
        status: child.wait().await?,
        secret,
        length,
        stderr,
    })
}

/// Reads up to one byte more than `most`, and returns the number of bytes read. The buffer never
/// grows, because the memory that a growing buffer leaves behind is not wiped. The pipe is closed
/// afterwards.
async fn read(pipe: Option<impl AsyncRead + Unpin>, most: usize) -> (Zeroizing<Vec<u8>>, usize) {
    let mut buffer = Zeroizing::new(vec![0; most + 1]);
    let mut length = 0;
    if let Some(mut pipe) = pipe {
        while length < buffer.len()
            && let Ok(read @ 1..) = pipe.read(&mut buffer[length..]).await
        {
            length += read;
        }
    }
    (buffer, length)
}

fn cannot_run(error: io::Error) -> Error {
    Error::unexpected("cannot run `gpg`, which opens the secrets")
        .because(error)
        .hint(
            "install GnuPG, import a recipient's secret key, and make sure that `gpg` is in `PATH`",
        )
}
