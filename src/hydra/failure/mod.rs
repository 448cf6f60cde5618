//! How a request can fail, whether a retry can help, and the retry itself.

mod cause;
mod reason;
mod retry;

pub(crate) use cause::BadCertificate;
pub use cause::{Cause, Failure};
pub use reason::Reason;
pub use retry::{Attempts, Notify, RetryPolicy};
