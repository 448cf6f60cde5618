//! Requests and responses: addresses, TLS, proxies, and redaction of what was sent.

mod certificates;
mod classify;
mod connection;
mod endpoint;
mod http;
mod presented;
mod proxy;
mod tls;
mod token;

pub(crate) use certificates::{Authorities, ClientCertificate, Pem};
pub(crate) use connection::Connection;
pub(crate) use endpoint::Endpoint;
pub(crate) use http::{Answer, Http};
pub(crate) use presented::Presented;
pub(crate) use proxy::Proxy;
pub(crate) use token::{TokenCommand, TokenEndpoint, TokenSource, Tokens};
