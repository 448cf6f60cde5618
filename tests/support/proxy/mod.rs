//! A proxy before a Hydra that breaks what it is told to break, and remembers what was sent.
//!
//! A [`Script`] looks at each request and says what happens to it. One request a connection, so
//! that a broken connection is one broken request.

mod answer;
mod fault;
mod request;
mod server;

pub(crate) use answer::{answer, json};
pub(crate) use fault::{Fault, Gate};
pub(crate) use request::Request;
pub(crate) use server::Proxy;
