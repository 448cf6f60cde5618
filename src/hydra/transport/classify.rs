//! Classifies a request without a response: whether it was sent, whether a retry may help, and what
//! the user can do.

use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use rustls::Error as TlsError;

use super::tls::{advice, bad_certificate, cause, reason, refuses_certificate};
use super::{Endpoint, Proxy};
use crate::error::{chain, last_cause};
use crate::hydra::{Cause, Failure};

/// Resolver messages for a name that does not exist; retrying cannot help.
const UNKNOWN_NAME: &[&str] = &[
    "Name or service not known",
    "Name does not resolve",
    "No address associated",
    "nodename nor servname provided",
];

/// What web servers answer to plain HTTP on a TLS port: Go's, nginx, Apache.
const WANTS_TLS: &[&str] = &[
    "client sent an http request to an https server",
    "the plain http request was sent to https port",
    "speaking plain http to an ssl-enabled server",
];

pub(crate) fn wants_tls(body: &[u8]) -> bool {
    let start = body.get(..4096).unwrap_or(body);
    let text = String::from_utf8_lossy(start).to_lowercase();
    WANTS_TLS.iter().any(|words| text.contains(words))
}

/// Classifies a failed attempt. An error while connecting proves that nothing was sent.
pub(crate) fn classify(
    error: reqwest::Error,
    request: String,
    endpoint: &Endpoint,
    proxy: Option<&Proxy>,
) -> Failure {
    let error = error.without_url();
    let fail = |cause| Failure::new(request.clone(), cause);
    let (text, why) = (chain(&error), last_cause(&error));
    let tls = cause(&error);
    if error.is_connect() {
        return match (tls, endpoint.socket(), proxy) {
            (Some(tls), ..) => {
                let why = reason(tls, why, proxy);
                let failure = fail(Cause::Unusable(why)).advise(advice(tls));
                match bad_certificate(tls) {
                    Some(bad) => failure.with_bad_certificate(bad),
                    None => failure,
                }
            }
            (None, Some(path), _) => at_socket(path, why, fail),
            (None, None, Some(proxy)) => at_proxy(proxy, &text, &why, request),
            (None, None, None) => fail(without_connection(&text, why)),
        };
    }
    if error.is_timeout() {
        let why = match proxy {
            Some(proxy) => format!("no answer in time through the proxy {proxy}"),
            None => "no answer in time".to_owned(),
        };
        return fail(Cause::Lost(why));
    }
    // Since TLS 1.3, a server rejects a client certificate after the handshake completes on our
    // side, but before it reads the request. Any other alert may arrive later.
    if let Some(tls @ TlsError::AlertReceived(alert)) = tls
        && refuses_certificate(*alert)
    {
        return fail(Cause::Unusable(why)).advise(advice(tls));
    }
    if error.is_builder() {
        return fail(Cause::Unusable(text));
    }
    if text.contains("invalid HTTP") {
        let speaks_tls = (!endpoint.speaks_tls()).then_some(
            "the server does not speak HTTP: if it speaks TLS, write `https://` instead of `http://`",
        );
        return fail(Cause::Foreign("the answer is not HTTP".to_owned())).advise(speaks_tls);
    }
    fail(Cause::Lost(why))
}

/// A unix socket that does not accept the connection.
fn at_socket(path: &Path, why: String, fail: impl Fn(Cause) -> Failure) -> Failure {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.file_type().is_socket() => {
            fail(Cause::Unusable("the path is not that of a socket".to_owned()))
                .advise("name the socket that Hydra's admin API listens on")
        }
        Ok(_) if why.contains("Permission denied") => fail(Cause::Unusable(why))
            .advise("run as a user who may write to the socket, or have its mode or group changed"),
        Ok(_) => fail(Cause::NoConnection(why))
            .advise("nobody listens on the socket: check that Hydra runs"),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => fail(Cause::Unusable(why))
            .advise("run as a user who may enter the socket's folder, or have its mode or group changed"),
        Err(_) => fail(Cause::NoConnection("there is no socket at that path".to_owned()))
            .advise("check the path, and that Hydra runs"),
    }
}

/// No connection to a host. An unknown host, or one that the system forbids, stays unreachable.
fn without_connection(text: &str, why: String) -> Cause {
    let is_unknown = UNKNOWN_NAME.iter().any(|words| text.contains(words));
    match is_unknown || text.contains("Permission denied") {
        true => Cause::Unusable(why),
        false => Cause::NoConnection(why),
    }
}

/// A forward proxy that requires a password (RFC 9110, section 15.5.8).
pub(crate) fn wants_password(proxy: &Proxy, request: String) -> Failure {
    let cause = format!(
        "the proxy {proxy} requires a user name and password, or rejected the ones it got (HTTP 407)"
    );
    Failure::new(request, Cause::Unusable(cause))
        .advise("give user and password in the proxy's address: `http://USER:PASSWORD@HOST:PORT`")
}

/// A forward proxy that is unreachable or refuses the tunnel. Nothing reached Hydra.
fn at_proxy(proxy: &Proxy, text: &str, why: &str, request: String) -> Failure {
    if text.contains("proxy authorization required") {
        return wants_password(proxy, request);
    }
    let fail = |cause| {
        Failure::new(request, cause).advise(
            "check the proxy, or leave the host out with `NO_PROXY` if it can be reached without one",
        )
    };
    if text.contains("tunnel error: unsuccessful") || text.contains("tunnel error: unexpected end")
    {
        let cause = format!("the proxy {proxy} did not open a tunnel to the host");
        return fail(Cause::NoConnection(cause));
    }
    let cause = format!("the proxy {proxy} cannot be reached: {why}");
    match UNKNOWN_NAME.iter().any(|words| text.contains(words)) {
        true => fail(Cause::Unusable(cause)),
        false => fail(Cause::NoConnection(cause)),
    }
}
