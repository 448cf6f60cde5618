//! How much text and how many clients one run reads, whatever its files contain.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::{Error, Result};

/// The text of all files, in bytes: some 400,000 clients.
const MAX_TEXT: u64 = 256 << 20;
/// Clients in one file, and in all.
pub(crate) const MAX_CLIENTS: usize = 500_000;

/// How much more text may be read.
pub(crate) struct TextBudget {
    left: AtomicU64,
    is_spent: AtomicBool,
}

impl Default for TextBudget {
    fn default() -> Self {
        Self {
            left: AtomicU64::new(MAX_TEXT),
            is_spent: AtomicBool::new(false),
        }
    }
}

impl TextBudget {
    /// Takes the bytes of a file. If they are too many, `verdict` fails, and whatever was read is
    /// irrelevant.
    pub(super) fn take(&self, bytes: usize) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let take = |left: u64| left.checked_sub(bytes);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        if taken.is_err() {
            self.is_spent.store(true, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Whether there is no point in reading more.
    pub(super) fn is_spent(&self) -> bool {
        self.is_spent.load(Ordering::Relaxed)
    }

    /// # Errors
    /// When the files have more text than is read.
    pub(crate) fn verdict(&self) -> Result<()> {
        let limit = MAX_TEXT >> 20;
        match self.is_spent() {
            false => Ok(()),
            true => Err(too_much(format!(
                "the manifests hold more than {limit} MiB in total"
            ))),
        }
    }
}

/// # Errors
/// When there are more clients than one run takes.
pub(crate) fn check_clients(count: usize) -> Result<()> {
    match count <= MAX_CLIENTS {
        true => Ok(()),
        false => Err(too_much(format!(
            "there are more than {MAX_CLIENTS} clients in the manifests"
        ))),
    }
}

fn too_much(message: String) -> Error {
    Error::manifest(message).hint("pass fewer folders or files, and run once for each group")
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, TextBudget, check_clients};

    #[test]
    fn the_sum_of_the_text_is_what_counts() {
        let budget = TextBudget::default();
        let half = usize::try_from(MAX_TEXT / 2).unwrap_or(0);
        assert!(budget.take(half) && budget.take(half) && budget.verdict().is_ok());
        assert!(!budget.take(1) && budget.is_spent() && budget.verdict().is_err());
        assert!(check_clients(500_000).is_ok() && check_clients(500_001).is_err());
    }
}
