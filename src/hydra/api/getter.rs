//! Sends `GET` requests until they are answered or the retry policy gives up.

use url::Url;

use crate::hydra::failure::{Failure, RetryPolicy};
use crate::hydra::transport::{Answer, Http};

/// Sends `GET` requests until they are answered or the retry policy gives up. Any non-transient
/// status is an answer.
#[derive(Debug, Clone)]
pub(super) struct Getter {
    pub(super) http: Http,
    pub(super) retry_policy: RetryPolicy,
}

impl Getter {
    pub(super) async fn get(&self, url: Url) -> Result<Answer, Failure> {
        let (answer, _) = self.get_either([&url, &url]).await?;
        Ok(answer)
    }

    /// The same with a fallback URL. It is used once Hydra answers the first one with 500, which
    /// may concern only that client. Returns the URL that was answered.
    pub(super) async fn get_either<'u>(
        &self,
        [first, second]: [&'u Url; 2],
    ) -> Result<(Answer, &'u Url), Failure> {
        let mut waiting = self.retry_policy.begin();
        let mut url = first;
        loop {
            let failure = match self.http.get(url.clone()).await {
                // Looking for the reason of a refusal would parse the whole response.
                Ok(answer) if answer.status == 200 => return Ok((answer, url)),
                Ok(answer) if answer.status == 500 && url != second => {
                    url = second;
                    continue;
                }
                Ok(answer) => match answer.refusal() {
                    refusal if refusal.is_transient() => refusal,
                    _ => return Ok((answer, url)),
                },
                Err(failure) => failure,
            };
            waiting.pause(failure).await?;
        }
    }
}
