//! Every client that Hydra has, page by page.

use std::collections::HashSet;

use super::fetch::changes_too_fast;
use super::pages::Pages;
use super::reader::{LIST_ATTEMPTS, Reader};
use crate::client::Existing;
use crate::error::{Error, Result};
use crate::hydra::failure::Failure;

/// Passes on each client once. At any time, only two pages are in memory, besides the ids.
///
/// # Errors
/// When Hydra gives no certain answer, when the list stays incomplete (exit 5), and the error of
/// `take`.
pub(crate) async fn each_client(
    reader: &Reader,
    mut take: impl FnMut(Existing) -> Result<()>,
) -> Result<()> {
    let mut seen = HashSet::new();
    for _ in 0..LIST_ATTEMPTS {
        let mut pages = Pages::new(reader.clone(), "");
        while let Some(page) = pages.next().await.map_err(advise)? {
            for client in page.clients {
                if seen.insert(client.id().clone()) {
                    take(client)?;
                }
            }
        }
        if !pages.reading.may_lack_some() {
            return Ok(());
        }
    }
    Err(changes_too_fast(reader).into())
}

fn advise(failure: Failure) -> Error {
    let is_hydras = failure.status() == Some(500);
    let advice = is_hydras.then_some("look for the request in Hydra's log: a client whose `jwks` Hydra before v2.2 stored and cannot read back spoils every list, and has to be removed from its database");
    failure.advise(advice).into()
}
