//! What a response other than the expected one means, in the shapes of every version.

use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::hydra::failure::{Cause, Failure, Reason};
use crate::hydra::transport::Answer;

/// The sentence with which Hydra refuses a client whose id is taken (measured on v1.11.10 and
/// v2.3.0).
const EXISTS: &str =
    "Unable to insert or update resource because a resource with that value exists already";

/// A refusal in Hydra's own shape.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(rename = "error_description")]
    _description: String,
}

impl Answer {
    /// The failure for a status other than the expected one.
    pub(super) fn refusal(&self) -> Failure {
        self.failure(Cause::Status {
            status: self.status,
            reason: Reason::of_body(&self.body, |text| self.shown(text)),
            retry_after: self.retry_after(),
        })
    }

    /// The failure for a status other than 201 to a create.
    ///
    /// It is a refusal if Hydra itself says so, in JSON with a text under `error` and one under
    /// `error_description` (measured on v1.11.10, v2.1.2 and v2.3.0). Some statuses do not tell
    /// whether the client was created: 401, 403, 404, 429 and redirects often come from a gateway,
    /// which may have forwarded the request anyway. A 500 does not either: Hydra answers 500 if its
    /// database loses the connection during a commit.
    pub(super) fn refusal_of_create(&self) -> Failure {
        let failure = self.refusal().at(self.date());
        let is_refused = self
            .parse::<Refusal>()
            .is_ok_and(|refusal| match self.status {
                400 => true,
                409 => refusal.error == EXISTS,
                500 => failure.is_the_requests_fault(),
                _ => false,
            });
        match is_refused {
            true => failure.refused_by_hydra(),
            false => failure,
        }
    }

    /// Whether Hydra itself says that there is no such client.
    ///
    /// A wrong path and a proxy answer 404 too, some with JSON. So does Hydra's router, with an
    /// object under `error`. Only this sentence counts (measured on v1.11.10 and v2.3.0).
    pub(super) fn is_absent_client(&self) -> bool {
        self.status == 404 && self.has_error("Unable to locate the resource")
    }

    /// Whether it is JSON with exactly this text under `error`.
    pub(super) fn has_error(&self, text: &str) -> bool {
        #[derive(Deserialize)]
        struct Body {
            error: String,
        }
        self.parse::<Body>().is_ok_and(|body| body.error == text)
    }

    /// The failure for a response that is not Hydra's.
    pub(super) fn foreign(&self) -> Failure {
        let kind = self.headers.get(CONTENT_TYPE);
        let kind = match kind.and_then(|value| value.to_str().ok()) {
            Some(kind) => format!("`{}`", self.shown(kind)),
            None => "no content type".to_owned(),
        };
        let status = self.status;
        let foreign = format!("the response (HTTP {status}, {kind}) is not Hydra's");
        self.failure(Cause::Foreign(foreign))
    }
}
