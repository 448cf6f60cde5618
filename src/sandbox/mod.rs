//! An in-memory Hydra admin API over real HTTP, for trying out manifests and for tests.
//!
//! It answers as the chosen [`Version`] of Hydra does, traps included; what is known to differ is
//! listed in `docs/sandbox.md`. A request goes through `serve` (HTTP), `route` (which
//! endpoint), `clients` or `public` (what it does), `decode`, `rules` and `render` (what a body
//! means, whether it is valid, how it is shown), and `store` with `file` (where clients live).
//!
//! Clients are plain JSON objects, deliberately not [`crate::client::Client`]: the fake server and
//! the real client must not be able to share a mistake. Only [`crate::golang`] is shared, because it
//! is compared with Go itself.

mod answer;
mod clients;
mod decode;
mod field;
mod file;
mod jwk;
mod pages;
mod public;
mod render;
mod route;
mod rules;
mod serve;
mod server;
mod store;
mod version;

#[cfg(test)]
mod tests;

pub use server::{Sandbox, Settings};
pub use version::Version;
