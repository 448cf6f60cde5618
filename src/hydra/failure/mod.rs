//! How a request can fail, whether a retry can help, and the retry itself.

mod cause;
mod reason;
mod request;
mod retry;

pub use cause::Cause;
pub use reason::Reason;
pub use request::Failure;
pub use retry::{Attempts, Notify, RetryPolicy};
