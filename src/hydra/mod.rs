//! Ory Hydra's admin API: the dialects of its versions, what we read from it, and the one thing we
//! write.
//!
//! The read side ([`Reader`]) and the write side ([`Creator`]) are separate types. A plan gets only
//! the reader, which cannot write.

mod api;
mod failure;
mod transport;

pub use api::{
    Body, Create, Created, Creator, Dialect, Found, Generation, Page, Pages, Proof, Prove, Prover,
    Query, Read, Reader, Session, Survey, fetch, issuer, survey,
};
pub use failure::{Attempts, Cause, Failure, Notify, Reason, RetryPolicy};
pub use transport::{Authorities, ClientCertificate, Connection, Endpoint, Http, Pem, Proxy};
