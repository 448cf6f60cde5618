//! Ory Hydra's admin API: its dialects, what it is asked, and the one thing it is told.
//!
//! The read side ([`Reader`]) and the write side ([`Creator`]) are types of their own, so that a
//! plan, which gets only the first, cannot write.

mod advice;
mod answer;
mod broken;
mod certificates;
mod cost;
mod creator;
mod detect;
mod dialect;
mod endpoint;
mod failure;
mod fetch;
mod http;
mod ids;
mod misplaced;
mod page;
mod pages;
mod prove;
mod proxy;
mod reader;
mod reading;
mod reason;
mod redactor;
mod retry;
mod session;
mod signs;
mod survey;
mod transport;

pub use certificates::{Authorities, ClientCertificate, Pem};
pub use creator::{Body, Create, Created, Creator};
pub use dialect::{Dialect, Generation};
pub use endpoint::Endpoint;
pub use failure::{Cause, Failure};
pub use fetch::{Wanted, fetch};
pub use http::Http;
pub use misplaced::issuer;
pub use pages::{Page, Pages};
pub use prove::{Proof, Prove, Prover};
pub use proxy::Proxy;
pub use reader::{Read, Reader};
pub use reason::Reason;
pub use retry::{Notify, Patience, Waiting};
pub use session::Session;
pub use survey::{Survey, survey};
pub use transport::Connection;
