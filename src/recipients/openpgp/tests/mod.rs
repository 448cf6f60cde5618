//! The whole way from bytes to messages, with keys made here.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

mod algorithms;
mod forms;
mod maker;
mod messages;
mod mutations;
mod primary;
mod revocations;
mod subkeys;
mod verdict;
