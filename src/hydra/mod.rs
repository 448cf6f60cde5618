//! Ory Hydra's admin API: the dialects of its versions, what we read from it, and the one thing we
//! write.
//!
//! The read side (`Reader`) and the write side (`Creator`) are separate types. A plan gets only the
//! reader, which cannot write.

mod api;
mod failure;
mod transport;

pub use api::{Body, Create, Created, Proof, Prove, Read};
pub(crate) use api::{
    Dialect, Found, Generation, Prover, Query, Reader, Session, Survey, each_client, fetch, issuer,
    knock, survey,
};
pub(crate) use failure::BadCertificate;
pub use failure::{Attempts, Cause, Failure, Notify, Reason, RetryPolicy};
pub(crate) use transport::{
    Authorities, ClientCertificate, Connection, Endpoint, Http, Pem, Presented, Proxy,
    TokenCommand, TokenEndpoint, TokenSource, Tokens,
};
