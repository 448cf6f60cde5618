//! The current token, for all requests of a connection.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::{TokenCommand, TokenEndpoint};
use crate::hydra::{Cause, Failure};
use crate::redact::Redactor;

/// A new token that is refused at once is used for this long, so that a Hydra that refuses every
/// token does not cause a fetch for each request.
const SETTLE: Duration = Duration::from_secs(10);

/// How long before its end a token counts as expired: a request takes time.
const MARGIN: Duration = Duration::from_secs(30);

/// Where tokens come from.
pub(crate) enum TokenSource {
    Command(TokenCommand),
    Endpoint(Box<TokenEndpoint>),
}

/// Keeps the current token, which is fetched when it is first needed. One fetch serves all requests
/// that wait for it.
pub(crate) struct Tokens {
    source: TokenSource,
    current: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<Arc<Token>>,
    /// The token before, which may still be repeated by somebody.
    before: Option<SecretString>,
    /// Whether the next token replaces one that was refused.
    is_renewal: bool,
}

/// A bearer token.
pub(crate) struct Token {
    pub(super) value: SecretString,
    before: Option<SecretString>,
    pub(crate) header: HeaderValue,
    fetched: Instant,
    expires: Option<Instant>,
    is_renewal: bool,
    /// Whether any request with it was answered otherwise than with 401.
    is_accepted: AtomicBool,
}

/// A token as it was fetched.
pub(super) struct Fetched {
    pub(super) value: SecretString,
    /// How long it is good for, if the source says so.
    pub(super) lifetime: Option<Duration>,
}

/// Why there is no token, and what to do.
pub(super) struct NoToken {
    pub(super) cause: Cause,
    pub(super) advice: &'static str,
}

impl Tokens {
    pub(crate) fn new(source: TokenSource) -> Self {
        Self {
            source,
            current: Mutex::default(),
        }
    }

    /// The token for a request, which is fetched if there is none. A failure names the request,
    /// which was not sent.
    pub(crate) async fn current(&self, request: &str) -> Result<Arc<Token>, Failure> {
        let mut kept = self.current.lock().await;
        if let Some(token) = kept.token.as_ref().filter(|token| !token.is_expired()) {
            return Ok(Arc::clone(token));
        }
        let mask = kept.redactor();
        let fetched = match &self.source {
            TokenSource::Command(command) => command.fetch(&mask).await,
            TokenSource::Endpoint(endpoint) => endpoint.fetch(&mask).await,
        };
        let token = fetched.and_then(|fetched| Token::new(fetched, &kept));
        let token = token.map_err(|why| Failure::new(request, why.cause).advise(why.advice))?;
        tracing::debug!("access token fetched");
        kept.is_renewal = false;
        let token = Arc::new(token);
        kept.token = Some(Arc::clone(&token));
        Ok(token)
    }

    /// Learns from the status of a request with that token. Returns whether to ask again with
    /// another one.
    pub(crate) async fn is_stale(&self, token: &Arc<Token>, status: u16) -> bool {
        if status != 401 {
            token.is_accepted.store(true, Ordering::Relaxed);
            return false;
        }
        let mut kept = self.current.lock().await;
        let is_current = |current: &Arc<Token>| Arc::ptr_eq(current, token);
        if !kept.token.as_ref().is_some_and(is_current) {
            // Another request was refused first.
            return true;
        }
        if !token.may_be_renewed() {
            return false;
        }
        kept.before = Some(token.value.clone());
        kept.token = None;
        kept.is_renewal = true;
        true
    }

    /// What to do about a token that Hydra refuses.
    pub(crate) fn advice(&self) -> &'static str {
        match self.source {
            TokenSource::Command(_) => {
                "check that the command of `--access-token-command` prints a token that this Hydra, or the gateway before it, accepts"
            }
            TokenSource::Endpoint(_) => {
                "check that `--token-url` issues tokens that this Hydra, or the gateway before it, accepts"
            }
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Kept {
    /// Masks the tokens that are known.
    fn redactor(&self) -> Redactor {
        let current = self.token.as_ref().map(|token| token.value.clone());
        Redactor::of_secrets(current.into_iter().chain(self.before.clone()))
    }
}

impl Token {
    fn new(fetched: Fetched, kept: &Kept) -> Result<Self, NoToken> {
        let text = Zeroizing::new(format!("Bearer {}", fetched.value.expose_secret()));
        let mut header = HeaderValue::from_str(&text).map_err(|_| NoToken {
            cause: Cause::Unusable("the access token cannot stand in a header".to_owned()),
            advice: "check what issues the token",
        })?;
        header.set_sensitive(true);
        let now = Instant::now();
        let before = kept.token.as_ref().map(|token| token.value.clone());
        Ok(Self {
            value: fetched.value,
            before: before.or(kept.before.clone()),
            header,
            fetched: now,
            expires: fetched.lifetime.map(|lifetime| now + usable(lifetime)),
            is_renewal: kept.is_renewal,
            is_accepted: AtomicBool::new(false),
        })
    }

    /// What must not be shown of an answer to a request with it.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = SecretString> {
        [Some(self.value.clone()), self.before.clone()]
            .into_iter()
            .flatten()
    }

    fn is_expired(&self) -> bool {
        self.expires.is_some_and(|end| end <= Instant::now())
    }

    fn may_be_renewed(&self) -> bool {
        let is_accepted = self.is_accepted.load(Ordering::Relaxed);
        !self.is_renewal || is_accepted || self.fetched.elapsed() >= SETTLE
    }
}

/// How long to use a token: shortly before its end it is fetched anew.
fn usable(lifetime: Duration) -> Duration {
    lifetime - MARGIN.min(lifetime / 4)
}

/// Whether a text can be a bearer token (RFC 6750, section 2.1); what else may stand there would
/// break the header.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::sync::Arc;
    use std::time::Duration;

    use secrecy::SecretString;

    use super::super::TokenCommand;
    use super::{Fetched, Kept, SETTLE, Token, TokenSource, Tokens, usable};

    fn token(lifetime: Option<Duration>, is_renewal: bool) -> Token {
        let kept = Kept {
            is_renewal,
            ..Kept::default()
        };
        let value = SecretString::from("token");
        Token::new(Fetched { value, lifetime }, &kept).ok().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_expires_before_its_end() {
        let hour = Duration::from_secs(3600);
        let good = token(Some(hour), false);
        tokio::time::advance(hour - Duration::from_secs(31)).await;
        assert!(!good.is_expired());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(good.is_expired());
        assert!(!token(None, false).is_expired());
        // One that lives for a moment is used nevertheless.
        let second = Duration::from_secs(1);
        assert_eq!(usable(second), second * 3 / 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_token_that_is_refused_at_once_is_not_replaced_at_once() {
        let renewed = token(None, true);
        assert!(!renewed.may_be_renewed());
        tokio::time::advance(SETTLE).await;
        assert!(renewed.may_be_renewed());
        let accepted = token(None, true);
        accepted
            .is_accepted
            .store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(accepted.may_be_renewed());
        assert!(token(None, false).may_be_renewed());
    }

    #[tokio::test]
    async fn requests_that_are_refused_together_cause_one_fetch() {
        let folder = tempfile::tempdir().unwrap();
        let runs = folder.path().join("runs");
        let command = format!("echo x >> '{0}'; wc -l < '{0}' | tr -d ' '", runs.display());
        let tokens = Tokens::new(TokenSource::Command(TokenCommand {
            command: SecretString::from(command),
            limit: Duration::from_secs(60),
        }));
        let first = tokens.current("GET /").await.unwrap();
        for _ in 0..3 {
            assert!(tokens.is_stale(&first, 401).await);
        }
        let second = tokens.current("GET /").await.unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        assert!(tokens.is_stale(&first, 401).await);
        // It stays, since the refusal was of the first.
        assert!(Arc::ptr_eq(
            &second,
            &tokens.current("GET /").await.unwrap()
        ));
        assert!(!tokens.is_stale(&second, 200).await);
        assert!(tokens.is_stale(&second, 401).await);
        let lines = std::fs::read_to_string(&runs).unwrap();
        assert_eq!(lines.lines().count(), 2);
    }
}
