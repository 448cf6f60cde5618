//! Tells machines how `watch` is doing: whether its loop runs, whether it is ready, and numbers for
//! Prometheus.
//!
//! [`Monitor`] hears the events that enter the state machine of `watch` and the news that leave it,
//! and decides nothing for it. [`Server`] answers with what the monitor knows, on a thread of its
//! own, so that an answer never waits for the loop.

mod answer;
mod metrics;
mod monitor;
mod pulse;
mod readiness;
mod server;

pub(crate) use monitor::Monitor;
pub(crate) use server::Server;
