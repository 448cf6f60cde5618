//! Fetches public keys over https, within limits of time, length and redirects.

use std::thread;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::KeyAddress;
use super::failure::{Failure, failed};
use crate::error::{Error, Result};
use crate::recipients::openpgp::{Recipient, load};

/// The longest an answer may take, from the look-up of the name to its last byte.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes: as long as a key file may be.
pub(super) const MOST_BYTES: usize = 1 << 20;
/// How many redirects are followed.
pub(super) const MOST_REDIRECTS: usize = 3;

/// The recipients whose keys are at `addresses`, all asked at once, judged as of `now`.
///
/// It blocks for ten seconds at most. A thread and a runtime of its own do the work, so that it can
/// be called before there is a runtime, and inside of one.
///
/// Nothing that is meant for Hydra goes to a key server: no token, no header, no client
/// certificate. Proxies are those of the environment; certificates are checked against the
/// system's authorities, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
///
/// # Errors
/// Exit 6: when nothing came, with all addresses that nothing came from; or when what came is no
/// key, or not one that may be encrypted to (see [`load()`]).
pub fn fetch(addresses: &[KeyAddress], now: Timestamp) -> Result<Vec<Recipient>> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let ended = thread::scope(|scope| scope.spawn(|| download_all(addresses)).join());
    let answers =
        ended.map_err(|_| Error::unexpected("fetching public keys ended by a fault"))??;
    let (mut recipients, mut failures) = (Vec::new(), Vec::new());
    for (address, answer) in addresses.iter().zip(answers) {
        match answer {
            Ok(body) => recipients.extend(load(&body, &address.to_string(), now)?),
            Err(failure) => failures.push((address, failure)),
        }
    }
    if failures.is_empty() {
        Ok(recipients)
    } else {
        Err(failed(&failures))
    }
}

type Answer = Result<Vec<u8>, Failure>;

fn download_all(addresses: &[KeyAddress]) -> Result<Vec<Answer>> {
    // Fails only when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::unexpected("cannot start the runtime").because(error))?;
    let answers = runtime.block_on(join_all(addresses.iter().map(download)));
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    Ok(answers)
}

async fn download(address: &KeyAddress) -> Answer {
    tracing::debug!(%address, "fetch");
    let answer = timeout(PATIENCE, get(address)).await;
    let answer = answer.unwrap_or(Err(Failure::TooSlow));
    let answer = answer.map_err(|failure| failure.redacted(address));
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

/// Follows a redirect, if there were not too many, and it does not leave https. User and password
/// go to the first host alone: the library takes them out.
fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    if attempt.url().scheme() != "https" {
        let host = attempt.url().host_str().unwrap_or_default().to_owned();
        let scheme = attempt.url().scheme().to_owned();
        return attempt.error(format!(
            "it redirects to `{scheme}://{host}`, and only https is followed"
        ));
    }
    if attempt.previous().len() > MOST_REDIRECTS {
        return attempt.error(format!("it redirects more than {MOST_REDIRECTS} times"));
    }
    attempt.follow()
}
