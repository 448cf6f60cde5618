//! Hydra's own rules for a client, as far as they need no server. Pure.

use super::decode::Decoded;
use super::finding::Report;

pub(crate) fn validate(_client: &Decoded<'_>, _report: &mut Report) {}
