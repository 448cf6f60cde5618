//! A vault that writes no files, used when secrets are printed to the user.
//!
//! # Caveats
//! The content is gone when the process ends. If the process is killed between Hydra's answer and
//! printing, the secret is lost; with a recipient it is not. Every place that holds the secret
//! (`SecretString`, `ClearText`, the lines) is wiped. Buffers that grew or were sent along the way
//! are not, including those of requests and standard output. Core dumps are disabled for this
//! reason.

use std::time::Duration;

use zeroize::Zeroizing;

use super::clock::SystemClock;
use super::lines::Append;
use super::protocol::Vault;
use super::seal::Seal;
use crate::error::Result;

/// Discards lines.
#[derive(Debug)]
pub struct InMemory;

impl Append for InMemory {
    const IS_DURABLE: bool = false;

    async fn append(&self, line: Vec<u8>) -> Result<()> {
        // The line holds a cleartext secret and is wiped. Memory that the vector abandoned as it
        // grew is not.
        drop(Zeroizing::new(line));
        Ok(())
    }
}

impl Vault<InMemory> {
    /// Creates an in-memory vault that keeps secrets in cleartext. `endpoint` names the Hydra, and
    /// requests are given up after `time_out`.
    pub fn in_memory(endpoint: String, time_out: Duration) -> Self {
        let files = (InMemory, InMemory);
        let seal = Some(Seal::InClear);
        let mut vault = Self::new(files, SystemClock, seal, endpoint, Vec::new());
        vault.set_time_out(time_out);
        vault
    }
}
