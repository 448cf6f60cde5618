//! `watch`: when to look at the manifests and at Hydra, what to create, and what to tell.
//!
//! [`State::on_event`] decides; it is a pure function of what happened, and when. The loop around it
//! waits, reads and acts.
//!
//! An event of the system is a hint and nothing more. Whatever it says, the folder is read again, by
//! content; a hint only tells when that is worth while, and which file is still being written. A lost
//! event costs time and nothing else. No wall clock is read here, so that setting it changes nothing.

mod availability;
mod backoff;
mod batch;
mod connection;
mod event;
mod files;
mod findings;
mod hint;
mod hints;
mod in_flight;
mod news;
mod queue;
mod reader;
mod reading;
mod run_loop;
mod secrets_file;
mod state;
mod timers;
mod tracked;

#[cfg(test)]
mod tests;

pub(crate) use connection::Connection;
pub(crate) use event::Event;
pub(crate) use news::{
    Before, ClientNews, FileState, News, Notice, Reloaded, Sink, Status, Subject, Totals,
};
pub(crate) use queue::Which;
pub(crate) use reader::Reader;
pub(crate) use run_loop::{Reload, Settings, WatchEnded, watch};
pub(crate) use secrets_file::SecretsFile;
pub(crate) use state::Config;
