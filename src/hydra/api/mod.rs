//! Hydra's admin API in all its dialects, and the verification of secrets at its public API.

mod creator;
mod detect;
mod dialect;
mod fetch;
mod knock;
mod listing;
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

pub use creator::{Body, Create, Created};
pub(crate) use detect::issuer;
pub(crate) use dialect::{Dialect, Generation};
pub(crate) use fetch::{Found, fetch};
pub(crate) use knock::knock;
pub(crate) use listing::each_client;
pub(crate) use prove::Prover;
pub use prove::{Proof, Prove};
pub(crate) use query::Query;
pub use reader::Read;
pub(crate) use reader::Reader;
pub(crate) use session::Session;
pub(crate) use survey::{Survey, survey};
