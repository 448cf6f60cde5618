//! How a request can fail, what that means for a second try, and the second try itself.

mod cause;
mod reason;
mod request;
mod retry;

pub use cause::Cause;
pub use reason::Reason;
pub use request::Failure;
pub use retry::{Attempts, Notify, RetryPolicy};
