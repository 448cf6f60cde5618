//! Why no key came from an address, and what to do about it.

use std::fmt;

use super::KeyAddress;
use super::download::{MOST_BYTES, PATIENCE};
use crate::error::{Error, chain, last_cause};

/// Why nothing came.
#[derive(Debug)]
pub(super) enum Failure {
    TooSlow,
    TooLong,
    /// Another HTTP status than 200.
    Status(u16),
    /// Where it was led is not gone to.
    Redirect(String),
    /// The server is not, or cannot be shown to be, the one that was asked for.
    Certificate(String),
    /// No certificate authority is known here.
    NoAuthorities(String),
    /// No connection.
    Unreachable(String),
    /// The answer ended before its end.
    CutOff(String),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let why = last_cause(&error);
        if error.is_redirect() {
            Self::Redirect(why)
        } else if error.is_builder() {
            Self::NoAuthorities(why)
        } else if error.is_connect() && why.contains("certificate") {
            Self::Certificate(why)
        } else if error.is_connect() {
            Self::Unreachable(why)
        } else {
            Self::CutOff(chain(&error))
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSlow => write!(f, "no complete answer within {} s", PATIENCE.as_secs()),
            Self::TooLong => write!(f, "the answer is longer than {} MiB", MOST_BYTES >> 20),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::Redirect(why) | Self::Certificate(why) | Self::NoAuthorities(why) => {
                f.write_str(why)
            }
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::CutOff(why) => write!(f, "the answer was cut off: {why}"),
        }
    }
}

impl Failure {
    /// The same, without what may be secret in the address that was asked.
    pub(super) fn redacted(self, address: &KeyAddress) -> Self {
        let masked = |why: String| address.redactor().mask(&why);
        match self {
            Self::Redirect(why) => Self::Redirect(masked(why)),
            Self::Certificate(why) => Self::Certificate(masked(why)),
            Self::NoAuthorities(why) => Self::NoAuthorities(masked(why)),
            Self::Unreachable(why) => Self::Unreachable(masked(why)),
            Self::CutOff(why) => Self::CutOff(masked(why)),
            Self::TooSlow | Self::TooLong | Self::Status(_) => self,
        }
    }

    /// What to do next.
    fn advice(&self) -> &'static str {
        match self {
            Self::Status(404 | 410) => {
                "check the address or the user's name; a Keybase user need not have an OpenPGP key"
            }
            Self::Status(401 | 403) => {
                "put user and password into the URL: `https://USER:PASSWORD@HOST/PATH`"
            }
            Self::Status(_) | Self::CutOff(_) => "try again later",
            Self::TooSlow | Self::Unreachable(_) => {
                "check the URL and the network; proxies come from `HTTPS_PROXY` and \
                 `NO_PROXY`"
            }
            Self::TooLong => "give the URL of the key alone",
            Self::Redirect(_) => "give the URL of the key itself, where the redirects end",
            Self::Certificate(_) => {
                "check the address; if its certificate is by an authority of your own, name that \
                 one's file in `SSL_CERT_FILE` (`--ca-cert` is for Hydra alone)"
            }
            Self::NoAuthorities(_) => {
                "install the system's certificate authorities (`ca-certificates`), or name a file \
                 of them in `SSL_CERT_FILE`"
            }
        }
    }
}

/// One error for all addresses that nothing came from.
pub(super) fn failed(failures: &[(&KeyAddress, Failure)]) -> Error {
    let all: Vec<_> = failures
        .iter()
        .map(|(address, failure)| format!("`{address}`: {failure}"))
        .collect();
    let mut advice: Vec<_> = failures
        .iter()
        .map(|(_, failure)| failure.advice())
        .collect();
    advice.sort_unstable();
    advice.dedup();
    let error = Error::secret(format!("no key could be fetched from {}", all.join("; ")));
    advice
        .into_iter()
        .fold(error, Error::hint)
        .hint("or save the key to a file, and pass it with `--pgp-key-file FILE`")
}
