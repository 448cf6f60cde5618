//! What a request that failed below HTTP means: was it sent, and may a second try help?

use super::failure::Cause;
use crate::error::chain;

/// What a failed attempt means. An error while connecting proves that nothing was sent.
pub(super) fn classify(error: reqwest::Error) -> Cause {
    let connecting = error.is_connect();
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let text = chain(&error);
    if connecting {
        let lasting = has_tls_cause(&error)
            || text.contains("Name or service not known")
            || text.contains("No address associated")
            || text.contains("Permission denied");
        let why = last_cause(&error);
        return if lasting {
            Cause::Unusable(why)
        } else {
            Cause::NoConnection(why)
        };
    }
    if timed_out {
        return Cause::Lost("no answer in time".to_owned());
    }
    if error.is_builder() {
        return Cause::Unusable(text);
    }
    Cause::Lost(last_cause(&error))
}

fn has_tls_cause(error: &dyn std::error::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        let inside_io = cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .is_some_and(|inner| inner.is::<rustls::Error>());
        if inside_io || cause.is::<rustls::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// The innermost cause, which is the one that people can act on.
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    text
}
