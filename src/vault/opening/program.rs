//! Runs a program that decrypts, within bounds.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::duration;
use crate::error::{Error, Result};
use crate::wiped::read;

/// The longest secret that is accepted, in bytes.
const MAX_SECRET: usize = 64 << 10;

/// The most diagnostic output that is read, in bytes.
const MAX_SAID: usize = 64 << 10;

/// The most diagnostic output that is shown, in characters.
const MAX_SHOWN: usize = 300;

/// A program that decrypts what it gets on standard input.
#[derive(Debug)]
pub(super) struct Program {
    /// Its name, searched in `PATH`.
    pub(super) name: &'static str,
    /// What to do if it cannot be run.
    pub(super) missing: &'static str,
    /// What to do if it does not end.
    pub(super) hangs: &'static str,
}

/// The result of one run.
pub(super) struct Ended {
    status: ExitStatus,
    /// Wiped on drop; the secret is the first `length` bytes.
    secret: Zeroizing<Vec<u8>>,
    length: usize,
    pub(super) stderr: String,
}

impl Program {
    /// Runs the program on a message, for at most `limit` if there is one.
    ///
    /// # Errors
    /// When no other message can be opened either: it is not there or does not end (exit 1).
    pub(super) async fn run(
        &self,
        arguments: impl FnOnce(&mut Command) -> &mut Command,
        message: &[u8],
        limit: Option<Duration>,
    ) -> Result<Ended> {
        let mut command = Command::new(self.name);
        arguments(&mut command)
            // Its output is parsed here, which requires English messages and names in UTF-8.
            .env("LC_ALL", "C.UTF-8")
            .env_remove("LANGUAGE");
        let running = run(command, message);
        let ended = match limit {
            Some(limit) => tokio::time::timeout(limit, running).await.ok(),
            None => Some(running.await),
        };
        let ended = ended.ok_or_else(|| self.does_not_end(limit.unwrap_or_default()))?;
        ended.map_err(|error| {
            Error::unexpected(format!(
                "cannot run `{}`, which opens the secrets",
                self.name
            ))
            .because(error)
            .hint(self.missing)
        })
    }

    fn does_not_end(&self, limit: Duration) -> Error {
        let (name, limit) = (self.name, duration::show(limit));
        let what = format!("`{name}` did not finish within {limit} (`--fail-after`)");
        Error::unexpected(what).hint(self.hangs)
    }
}

impl Ended {
    /// The secret, or why there is none. `why` explains why the program opened nothing.
    pub(super) fn secret(&self, why: impl FnOnce(&Self) -> String) -> Result<SecretString, String> {
        // Its pipe was closed then, which ends many programs with a failure.
        if self.length > MAX_SECRET {
            return Err(format!("it is longer than {MAX_SECRET} bytes"));
        }
        if !self.status.success() {
            return Err(why(self));
        }
        match std::str::from_utf8(&self.secret[..self.length]) {
            Ok(text) => Ok(SecretString::from(text)),
            Err(_) => Err("it is not text".to_owned()),
        }
    }

    /// Quotes what the program said, or how it ended.
    pub(super) fn quoted(&self, program: &str, said: &str) -> String {
        let shown: String = said.chars().take(MAX_SHOWN).collect();
        match &*shown {
            "" => format!("`{program}` ended with {}", self.status),
            shown => format!("`{program}` says: {shown}"),
        }
    }
}

/// Runs a command with input. Dropping the future kills the process.
async fn run(mut command: Command, input: &[u8]) -> io::Result<Ended> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // A write error is ignored: a program that stops reading early says why.
    let give = async {
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(input).await;
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
