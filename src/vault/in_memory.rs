//! A vault that writes no files, for secrets that are printed to the user.
//!
//! # Caveats
//! Its content ends with the process. A kill between Hydra's answer and the moment the secret is
//! printed loses the secret; with a recipient it does not. The secret is wiped from memory wherever it is held
//! (`SecretString`, `ClearText`, the lines), but not from buffers on the way that grew or were sent,
//! those of requests and of standard output among them: core dumps are forbidden for that.

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
        // It holds a secret in clear, and is wiped. What the vector left behind where it grew is not.
        drop(Zeroizing::new(line));
        Ok(())
    }
}

impl Vault<InMemory> {
    /// A vault in memory, with secrets in clear, for the Hydra of that name, whose requests are given
    /// up after `time_out`.
    #[must_use]
    pub fn in_memory(endpoint: String, time_out: Duration) -> Self {
        let files = (InMemory, InMemory);
        let seal = Some(Seal::InClear);
        let mut vault = Self::new(files, SystemClock, seal, endpoint, Vec::new());
        vault.set_time_out(time_out);
        vault
    }
}
