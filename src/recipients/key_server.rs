//! Fetches public keys over https, within limits of time, length and redirects.

use std::collections::BTreeSet;
use std::fmt;
use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::key_address::KeyAddress;
use super::openpgp::{Recipient, load};
use crate::error::{Error, Result, chain, last_cause};

/// How long an answer may take, from resolving the name to its last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes: as long as a key file may be.
const MOST_BYTES: usize = 1 << 20;
/// How many redirects are followed.
const MOST_REDIRECTS: usize = 3;

/// Fetches the keys at `addresses` in parallel, and judges them as of `now`.
///
/// Blocks for ten seconds at most. It works on its own thread with its own runtime, so it can be
/// called before there is a runtime as well as within one.
///
/// A key server gets nothing that is meant for Hydra: no token, no header, no client certificate.
/// Proxies come from the environment; certificates are checked against the system's authorities,
/// or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
///
/// # Errors
/// Exit 6, with every address that sent nothing; or when what it sent is not a key that may be
/// encrypted to (see [`load()`]).
pub fn fetch(addresses: &[KeyAddress], now: Timestamp) -> Result<Vec<Recipient>> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let ended = thread::scope(|scope| scope.spawn(|| download_all(addresses)).join());
    let answers = ended.map_err(|_| Error::unexpected("fetching public keys panicked"))??;
    let (mut recipients, mut failures) = (Vec::new(), Vec::new());
    for (address, answer) in addresses.iter().zip(answers) {
        match answer {
            Ok(body) => recipients.extend(load(&body, &address.to_string(), now)?),
            Err(failure) => failures.push((address, failure)),
        }
    }
    match failures.is_empty() {
        true => Ok(recipients),
        false => Err(failed(&failures)),
    }
}

type Answer = Result<Vec<u8>, Failure>;

fn download_all(addresses: &[KeyAddress]) -> Result<Vec<Answer>> {
    // Fails only if a provider is already installed, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unexpected("cannot start the runtime").because(error))?;
    let answers = runtime.block_on(join_all(addresses.iter().map(download)));
    // Do not wait for a name that is still being resolved.
    runtime.shutdown_background();
    Ok(answers)
}

async fn download(address: &KeyAddress) -> Answer {
    tracing::debug!(%address, "fetch");
    let answer = timeout(PATIENCE, get(address)).await;
    let answer = answer
        .unwrap_or(Err(Failure::TooSlow))
        .map_err(|failure| failure.redacted(address));
    match &answer {
        Ok(body) => tracing::debug!(%address, bytes = body.len(), "fetched"),
        Err(failure) => tracing::debug!(%address, %failure, "not fetched"),
    }
    answer
}

async fn get(address: &KeyAddress) -> Answer {
    let mut request = client()?.get(address.to_url());
    if let Some((user, password)) = address.credentials() {
        request = request.basic_auth(user, Some(password.expose_secret()));
    }
    let mut response = request.send().await?;
    if response.status() != StatusCode::OK {
        return Err(Failure::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            return Err(Failure::TooLong);
        }
    }
    Ok(body)
}

fn client() -> reqwest::Result<Client> {
    Client::builder()
        .http1_only()
        .https_only(true)
        .redirect(Policy::custom(redirect))
        .referer(false)
        .user_agent(concat!("hydra-gitops/", env!("CARGO_PKG_VERSION")))
        .build()
}

/// Follows a limited number of redirects, and only to https. The library sends user and password
/// only to the first host.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let (scheme, host) = (attempt.url().scheme(), attempt.url().host_str());
    if scheme != "https" {
        let to = format!("{scheme}://{}", host.unwrap_or_default());
        return attempt.error(format!(
            "it redirects to `{to}`, and only https is followed"
        ));
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error(format!("it redirects more than {MOST_REDIRECTS} times"));
    }
    attempt.follow()
}

/// Why nothing came.
#[derive(Debug)]
enum Failure {
    TooSlow,
    TooLong,
    /// An HTTP status other than 200.
    Status(u16),
    /// What the library says.
    Told(Cause, String),
}

#[derive(Debug, Clone, Copy)]
enum Cause {
    /// A redirect that is not followed.
    Redirect,
    /// The server is not, or cannot be shown to be, the one that was asked for.
    Certificate,
    /// No certificate authority is known here.
    NoAuthorities,
    Unreachable,
    /// The answer is incomplete.
    CutOff,
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let why = last_cause(&error);
        let cause = match () {
            () if error.is_redirect() => Cause::Redirect,
            () if error.is_builder() => Cause::NoAuthorities,
            () if error.is_connect() && why.contains("certificate") => Cause::Certificate,
            () if error.is_connect() => Cause::Unreachable,
            () => return Self::Told(Cause::CutOff, chain(&error)),
        };
        Self::Told(cause, why)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSlow => write!(f, "no complete answer within {} s", PATIENCE.as_secs()),
            Self::TooLong => write!(f, "the answer is longer than {} MiB", MOST_BYTES >> 20),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::Told(Cause::Unreachable, why) => write!(f, "no connection: {why}"),
            Self::Told(Cause::CutOff, why) => write!(f, "the answer was cut off: {why}"),
            Self::Told(_, why) => f.write_str(why),
        }
    }
}

impl Failure {
    /// Removes what may be secret in the address that was asked.
    fn redacted(mut self, address: &KeyAddress) -> Self {
        if let Self::Told(_, why) = &mut self {
            *why = address.redactor().mask(why);
        }
        self
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
            Self::Status(_) | Self::Told(Cause::CutOff, _) => "try again later",
            Self::TooSlow | Self::Told(Cause::Unreachable, _) => {
                "check the URL and the network; proxies come from `HTTPS_PROXY` and `NO_PROXY`"
            }
            Self::TooLong => "give the URL of the key alone",
            Self::Told(Cause::Redirect, _) => {
                "give the URL of the key itself, where the redirects end"
            }
            Self::Told(Cause::Certificate, _) => {
                "check the address; if your own authority issued its certificate, name the \
                 authority's file in `SSL_CERT_FILE` (`--ca-cert` is for Hydra alone)"
            }
            Self::Told(Cause::NoAuthorities, _) => {
                "install the system's certificate authorities (`ca-certificates`), or name a file \
                 of them in `SSL_CERT_FILE`"
            }
        }
    }
}

/// One error for all addresses that nothing came from.
fn failed(failures: &[(&KeyAddress, Failure)]) -> Error {
    let all = failures
        .iter()
        .map(|(address, failure)| format!("`{address}`: {failure}"));
    let all: Vec<_> = all.collect();
    let advice: BTreeSet<_> = failures
        .iter()
        .map(|(_, failure)| failure.advice())
        .collect();
    let error = Error::secret(format!("no key could be fetched from {}", all.join("; ")));
    advice
        .into_iter()
        .fold(error, Error::hint)
        .hint("or save the key to a file, and pass it with `--pgp-key-file FILE`")
}
