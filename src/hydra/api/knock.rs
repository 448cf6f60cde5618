//! Whether anything answers at an endpoint at all.

use crate::hydra::failure::{Cause, Failure, RetryPolicy};
use crate::hydra::transport::Http;

/// Waits until something answers, whatever that is; each attempt takes no longer than the retry
/// policy allows for all of them. Fails without a connection, or if no answer arrives.
pub(crate) async fn knock(http: &Http, retry_policy: &RetryPolicy) -> Result<(), Failure> {
    let http = http.clone().patient_for(retry_policy.fail_after());
    let mut url = http.endpoint().base().clone();
    url.set_path(&format!("{}version", url.path()));
    let mut waiting = retry_policy.begin();
    loop {
        match http.get(url.clone()).await {
            Err(failure) if is_silence(&failure) => waiting.pause(failure).await?,
            _ => return Ok(()),
        }
    }
}

fn is_silence(failure: &Failure) -> bool {
    matches!(
        failure.cause,
        Cause::NoConnection(_) | Cause::Unusable(_) | Cause::Lost(_)
    )
}
