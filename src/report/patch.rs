//! The JSON Patch (RFC 6902) of a drifted client: whole, to be sent, and masked, as plans have it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value as Json;

use super::safe_json::pretty;
use crate::plan::{Operation, Patch};

/// The verb of a masked operation. RFC 6902 has none of this name, so Hydra refuses the whole patch
/// that contains it.
const MASKED: &str = "masked";

#[derive(Serialize)]
struct Written<'a> {
    op: &'static str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<bool>,
}

/// Writes a patch with its secrets, ready to be sent.
pub(crate) fn whole(patch: &Patch, out: &mut dyn Write) -> io::Result<()> {
    let operations: Vec<_> = patch.operations.iter().map(unmasked).collect();
    pretty(&operations, out)
}

/// A patch without secrets. One that would have any cannot be applied.
pub(super) fn masked(patch: &Patch) -> Vec<impl Serialize> {
    let operations = patch.operations.iter();
    let written = operations.map(|operation| match &operation.masked {
        None => unmasked(operation),
        Some((path, value)) => Written {
            op: MASKED,
            path,
            value: value.as_ref(),
            masked: Some(true),
        },
    });
    written.collect()
}

fn unmasked(operation: &Operation) -> Written<'_> {
    Written {
        op: operation.verb.name(),
        path: &operation.path,
        value: operation.value.as_ref(),
        masked: None,
    }
}
