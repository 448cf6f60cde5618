//! Hydra's admin API in all its dialects, and the verification of secrets at its public API.

mod cost;
mod creator;
mod detect;
mod dialect;
mod fetch;
mod ids;
mod page;
mod pages;
mod prove;
mod query;
mod reader;
mod reading;
mod refusal;
mod session;
mod signs;
mod survey;
mod wrong_endpoint;

pub use creator::{Body, Create, Created, Creator};
pub use dialect::{Dialect, Generation};
pub use fetch::{Found, fetch};
pub use pages::{Page, Pages};
pub use prove::{Proof, Prove, Prover};
pub use query::Query;
pub use reader::{Read, Reader};
pub use session::Session;
pub use survey::{Survey, survey};
pub use wrong_endpoint::issuer;
