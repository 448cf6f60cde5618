//! Requests and responses: addresses, TLS, proxies, and redaction of what was sent.

mod answer;
mod certificates;
mod classify;
mod connection;
mod endpoint;
mod http;
mod proxy;
mod redactor;

pub(crate) use answer::Answer;
pub use certificates::{Authorities, ClientCertificate, Pem};
pub use connection::Connection;
pub use endpoint::Endpoint;
pub use http::Http;
pub use proxy::Proxy;
