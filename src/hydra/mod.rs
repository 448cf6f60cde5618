//! Ory Hydra's admin API: its dialects, what it is asked, and the one thing it is told.
//!
//! The read side ([`Reader`]) and the write side ([`Creator`]) are types of their own, so that a
//! plan, which gets only the first, cannot write.

mod api;
mod failure;
mod transport;

pub use api::{
    Body, Create, Created, Creator, Dialect, Found, Generation, Page, Pages, Proof, Prove, Prover,
    Query, Read, Reader, Session, Survey, fetch, issuer, survey,
};
pub use failure::{Attempts, Cause, Failure, Notify, Reason, RetryPolicy};
pub use transport::{Authorities, ClientCertificate, Connection, Endpoint, Http, Pem, Proxy};
