//! Clients that are created once: what `create` and `import` share.
//!
//! `engine` takes them the way that `apply`'s take, `showing` prints each as it is created, `tally`
//! says what failed.

mod engine;
mod printer;
mod showing;
mod tally;

pub(super) use engine::{Clients, Ended, OnceArgs, run};
