//! What to do about a request that failed.

use super::failure::{Cause, Failure};
use super::reason::Meaning;

impl Failure {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match &self.cause {
            _ if self.advice.is_some() => self.advice,
            Cause::NoConnection(_) => Some(
                "check that Hydra's admin API listens there, or wait longer with `--fail-after`",
            ),
            Cause::Unusable(_) => Some("check `--endpoint` (`HYDRA_ADMIN_URL`)"),
            Cause::Lost(_) => {
                Some("check the way to Hydra, or allow more time with `--request-timeout`")
            }
            Cause::Ambiguous(_) => Some("give the manifest the `client_id` of the one it means"),
            Cause::Redirect(_) | Cause::Foreign(_) => Some(
                "check that `--endpoint` is the base address of Hydra's admin API, with a proxy's path prefix if there is one",
            ),
            Cause::Status { status: 500, .. } if self.is_clients_own() => Some(
                "Hydra answers other requests, so look for this one in its log; a client whose `jwks` Hydra before v2.2 stored and cannot read back has to be removed from its database",
            ),
            Cause::Status { status: 401, .. } => Some(
                "give a valid token with `--access-token` or `OAUTH2_ACCESS_TOKEN`, or user and password in the endpoint",
            ),
            Cause::Status { status: 403, .. } => Some(
                "give a token that may use Hydra's admin API, or ask whoever runs the gateway before it",
            ),
            Cause::Status { status: 407, .. } => Some(
                "the proxy wants user and password: give them in its address, as `HTTP_PROXY=http://USER:PASSWORD@HOST:PORT`",
            ),
            Cause::Status {
                status: 502,
                reason,
                ..
            } if reason.means(Meaning::WantsTls) => Some(
                "v1.11 answers so where TLS has to end before it: say `--fake-tls-termination`, or go through what ends it",
            ),
            Cause::Status { reason, .. } if reason.means(Meaning::NoTables) => Some(
                "Hydra's database has no tables: run `hydra migrate sql`; v1.11 with `DSN=memory` loses them under load until it is restarted",
            ),
            Cause::Status { .. } => None,
        }
    }
}
