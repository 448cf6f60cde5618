//! What the tests are built with: a Hydra (the sandbox or a real release), a proxy before it, a
//! folder, and the program.
//!
//! Each test binary takes all of it with `#[path = "../support/mod.rs"] mod support;`. In `it` the
//! compiler finds what nobody uses; the other binaries use parts of it.

pub(crate) mod age;
pub(crate) mod ask;
pub(crate) mod authority;
pub(crate) mod forward;
pub(crate) mod gpg;
pub(crate) mod http;
pub(crate) mod hydra;
pub(crate) mod key;
pub(crate) mod load;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod relay;
pub(crate) mod requirement;
pub(crate) mod schema;
pub(crate) mod setup;
pub(crate) mod shared;
pub(crate) mod sops;
pub(crate) mod suite;
pub(crate) mod target;
pub(crate) mod watching;
pub(crate) mod way;
pub(crate) mod workspace;
