//! What an answer of Hydra's other than the expected one means, in every version's shape.

use reqwest::header::CONTENT_TYPE;

use crate::hydra::failure::{Cause, Failure, Reason};
use crate::hydra::transport::Answer;

/// The one sentence with which Hydra refuses a client whose id is taken (measured on v1.11.10 and
/// v2.3.0).
const EXISTS: &str =
    "Unable to insert or update resource because a resource with that value exists already";

/// A refusal in Hydra's own shape.
#[derive(serde::Deserialize)]
struct Refusal {
    error: String,
    #[serde(rename = "error_description")]
    _description: String,
}

impl Answer {
    /// The failure that a status other than the expected one means.
    pub(super) fn refusal(&self) -> Failure {
        self.failure(Cause::Status {
            status: self.status,
            reason: Reason::of_body(&self.body, |text| self.shown(text)),
            retry_after: self.retry_after(),
        })
    }

    /// The failure that a status other than 201 means for a create.
    ///
    /// It is a refusal where Hydra itself says so, in JSON with a text under `error` and one under
    /// `error_description` (measured on v1.11.10, v2.1.2 and v2.3.0). The statuses that say nothing
    /// of what became of the client (401, 403, 404, 429, redirects) are often a gateway's, which may
    /// have delivered the request all the same, and so are 500s: a database that loses its
    /// connection while it commits ends in one.
    pub(super) fn refusal_of_create(&self) -> Failure {
        let failure = self.refusal().at(self.date());
        let refused =
            serde_json::from_slice::<Refusal>(&self.body).is_ok_and(|refusal| match self.status {
                400 => true,
                409 => refusal.error == EXISTS,
                500 => failure.is_the_requests_fault(),
                _ => false,
            });
        match refused {
            true => failure.refused_by_hydra(),
            false => failure,
        }
    }

    /// Whether this is Hydra's own word that there is no such client.
    ///
    /// A wrong path and a proxy answer 404 too, some with JSON, and so does Hydra's router, with
    /// an object under `error`; only this sentence counts (measured on v1.11.10 and v2.3.0).
    pub(super) fn is_absent_client(&self) -> bool {
        #[derive(serde::Deserialize)]
        struct Absent {
            error: String,
        }
        self.status == 404
            && serde_json::from_slice::<Absent>(&self.body)
                .is_ok_and(|absent| absent.error == "Unable to locate the resource")
    }

    /// What to say of an answer that is none of Hydra's.
    pub(super) fn foreign(&self) -> Failure {
        let kind = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map_or_else(
                || "no content type".to_owned(),
                |kind| format!("`{}`", self.shown(kind)),
            );
        let status = self.status;
        self.failure(Cause::Foreign(format!(
            "the answer (HTTP {status}, {kind}) is not Hydra's"
        )))
    }
}
