//! A token from a command of the user's (`--access-token-command`).

use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::tokens::{Fetched, NoToken, is_token};
use crate::duration;
use crate::hydra::Cause;
use crate::redact::Redactor;
use crate::wiped;

const FLAG: &str = "`--access-token-command`";

const ADVICE: &str = "run the command by itself: it must print the token alone, on one line, ask nothing, and end with exit code 0";

/// The longest output that is read, in bytes.
const MAX_TOKEN: usize = 64 << 10;

/// How much of its standard error is kept, in bytes, and shown, in characters.
const MAX_SAID: usize = 4 << 10;
const MAX_SHOWN: usize = 300;

/// A command that prints a token. It is never shown, because it may contain a secret.
pub(crate) struct TokenCommand {
    pub(crate) command: SecretString,
    /// How long it may take.
    pub(crate) limit: Duration,
}

/// What a command did.
struct Ended {
    status: ExitStatus,
    /// Standard output, of which `length` bytes were read.
    output: Zeroizing<Vec<u8>>,
    length: usize,
    stderr: String,
}

/// The processes of a command, which are killed when this is dropped.
struct Group(Option<Pid>);

impl TokenCommand {
    /// Runs the command. `mask` hides earlier tokens in what it says.
    pub(super) async fn fetch(&self, mask: &Redactor) -> Result<Fetched, NoToken> {
        let ended = tokio::time::timeout(self.limit, self.run());
        let ended = ended.await.unwrap_or_else(|_| {
            let limit = duration::show(self.limit);
            Err(format!("did not finish within {limit} and was killed"))
        });
        let value = ended.and_then(|ended| {
            let token = ended.token();
            token.map_err(|why| format!("{why}{}", ended.said(mask)))
        });
        match value {
            Ok(value) => Ok(Fetched {
                value,
                lifetime: None,
            }),
            Err(why) => Err(NoToken {
                cause: Cause::Unusable(format!("no access token: {FLAG} {why}")),
                advice: ADVICE,
            }),
        }
    }

    /// Runs the command by a shell, in a group of its own. Dropping the future kills all of them.
    async fn run(&self) -> Result<Ended, String> {
        let mut child = Command::new("sh")
            .args(["-c", self.command.expose_secret()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot be run by `sh`: {error}"))?;
        let mut group = Group::of(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let read = async { tokio::join!(wiped::read(stdout, MAX_TOKEN), said(stderr)) };
        let ((output, length), stderr) = read.await;
        let status = child.wait().await;
        let status = status.map_err(|error| format!("cannot be waited for: {error}"))?;
        // What it left running on purpose may go on.
        group.0 = None;
        Ok(Ended {
            status,
            output,
            length,
            stderr,
        })
    }
}

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Ended {
    /// The token, or what is wrong. Nothing of the output is repeated.
    fn token(&self) -> Result<SecretString, String> {
        let wrong = |why: &str| Err(why.to_owned());
        if self.length > MAX_TOKEN {
            // Nobody read the rest, which may have ended it.
            return wrong("printed more than 64 KiB");
        }
        if let Some(signal) = self.status.signal() {
            return Err(format!("was ended by signal {signal}"));
        }
        if !self.status.success() {
            let code = self.status.code().unwrap_or_default();
            return Err(format!("ended with exit code {code}"));
        }
        let Ok(text) = std::str::from_utf8(&self.output[..self.length]) else {
            return wrong("printed something that is not text");
        };
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.trim().is_empty() {
            return wrong("printed nothing");
        }
        if text.contains(['\n', '\r']) {
            return wrong("printed more than one line");
        }
        if !is_token(text) {
            return wrong("printed blanks or other characters that are not allowed in a token");
        }
        Ok(SecretString::from(text))
    }

    /// The beginning of its standard error, without what it printed and without earlier tokens.
    fn said(&self, mask: &Redactor) -> String {
        let printed = String::from_utf8_lossy(&self.output[..self.length.min(MAX_TOKEN)]);
        let printed = Zeroizing::new(printed.into_owned());
        let words = printed.split_whitespace().map(SecretString::from);
        let mask = words.take(8).fold(mask.clone(), Redactor::and);
        let lines = self.stderr.lines().map(str::trim);
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        let said = mask.mask(&lines.join("; "));
        match said.char_indices().nth(MAX_SHOWN) {
            _ if said.is_empty() => String::new(),
            None => format!(": {said}"),
            Some((end, _)) => format!(": {}…", &said[..end]),
        }
    }
}

/// Reads standard error to its end, and keeps its beginning.
async fn said(pipe: Option<impl AsyncRead + Unpin>) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1024]);
    if let Some(mut pipe) = pipe {
        while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
            let room = MAX_SAID.saturating_sub(kept.len());
            kept.extend_from_slice(&buffer[..read.min(room)]);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}
