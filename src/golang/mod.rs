//! Durations and URLs as Go's standard library reads and writes them, errors included.
//!
//! Hydra is written in Go, so Go decides which values it accepts. The manifest checks and the
//! sandbox both build on this module. They share nothing else, because they must not share a
//! mistake; this module is the exception, because `tests/it/golang` compares it with Go itself.

pub mod duration;
mod quote;
pub mod url;

#[cfg(test)]
mod tests;
