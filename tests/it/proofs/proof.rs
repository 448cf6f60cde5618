//! What a proof is: a rule with a wrong and a right client, and the request that tells them apart.

use super::requests::Request;
use super::{logins, tokens};
use crate::support::hydra::Release::{self, V1, V2, V2_1};

pub(super) struct Proof {
    pub(super) rule: &'static str,
    pub(super) releases: &'static [Release],
    /// A client that violates the rule, and one that does not.
    pub(super) wrong: &'static str,
    pub(super) right: &'static str,
    pub(super) request: Request,
    /// How the outcome of the request starts with the one and the other.
    pub(super) fails: &'static str,
    pub(super) works: &'static str,
}

pub(super) const ALL: &[Release] = &[V1, V2_1, V2];
/// What a login with `code` gives in the end.
pub(super) const CODE: &str = "code, then access_token";

/// Every proof.
pub(super) fn proofs() -> impl Iterator<Item = &'static Proof> {
    logins::PROOFS.iter().chain(tokens::PROOFS)
}
