//! What it means that no answer came: whether the request was sent, and whether waiting may help.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, Error as TlsError};

use super::failure::Cause;
use crate::error::chain;

/// Words of resolvers for a name that does not exist, which stays so.
const UNKNOWN_NAME: &[&str] = &[
    "Name or service not known",
    "Name does not resolve",
    "No address associated",
    "nodename nor servname provided",
];

/// What a failed attempt means. An error while connecting proves that nothing was sent.
pub(super) fn classify(error: reqwest::Error) -> Cause {
    let error = error.without_url();
    let (text, why) = (chain(&error), last_cause(&error));
    let tls = tls_cause(&error);
    if error.is_connect() {
        let unknown = UNKNOWN_NAME.iter().any(|words| text.contains(words));
        if tls.is_some() || unknown || text.contains("Permission denied") {
            return Cause::Unusable(why);
        }
        return Cause::NoConnection(why);
    }
    if error.is_timeout() {
        return Cause::Lost("no answer in time".to_owned());
    }
    // From TLS 1.3 on, a server refuses a client's certificate after the connection stands, and
    // before it reads the request. Any other alert may come after that.
    if let Some(TlsError::AlertReceived(alert)) = tls
        && refuses_certificate(*alert)
    {
        return Cause::Unusable(why);
    }
    if error.is_builder() {
        return Cause::Unusable(text);
    }
    Cause::Lost(why)
}

/// Whether an alert is about the client's certificate (RFC 8446, section 6.2).
fn refuses_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::HandshakeFailure
    )
}

/// The fault of TLS that caused an error, however deep it is wrapped.
fn tls_cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e TlsError> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    // What an I/O error wraps is not its source.
    let inner = error.downcast_ref().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => tls_cause(inner),
        None => error.source().and_then(tls_cause),
    }
}

/// The innermost cause, which is the one that people can act on.
pub(crate) fn last_cause(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}
