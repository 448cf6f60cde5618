//! Responses: status, headers, body, and Hydra's errors.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::version::Version;

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    /// Hydra fails, and closes the connection without an answer.
    pub(super) is_cut_off: bool,
}

/// What most of the sandbox's functions return: the error is the answer to give.
pub(super) type Answered<T> = Result<T, Answer>;

/// What every message about a client's fields begins with (OpenID Connect Dynamic Client
/// Registration 1.0, section 3.3, has the code). Clients cut it off to find the reason.
const INVALID_CLIENT_METADATA: &str = "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata.";
const INVALID_REDIRECT_URI: &str = "The value of one or more redirect_uris is invalid.";
const BAD_REQUEST: &str = "The request was malformed or contained invalid parameters";
const NO_ROUTE: &str =
    "The requested route does not exist. Make sure you are using the right path, domain, and port.";

impl Answer {
    pub(super) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            is_cut_off: false,
        }
    }

    pub(super) fn cut_off() -> Self {
        let mut answer = Self::empty(StatusCode::INTERNAL_SERVER_ERROR);
        answer.is_cut_off = true;
        answer
    }

    fn typed(status: StatusCode, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self::empty(status).with("content-type", content_type);
        answer.body = body.into();
        answer
    }

    /// JSON, with the line feed that Go's encoder ends every value with.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        let content_type = "application/json; charset=utf-8";
        Self::typed(status, content_type, go_json(body) + "\n")
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// An error in the form of OAuth 2.0 (RFC 6749, section 5.2). Double quotes become single
    /// ones, as the RFC's character set demands.
    pub(super) fn error(status: StatusCode, code: &str, description: &str) -> Self {
        let description = description.replace('"', "'");
        let body = json!({"error": code, "error_description": description});
        Self::typed(status, "application/json", go_json(&body) + "\n")
    }

    /// The client does not exist. A missing route has a different answer.
    pub(super) fn absent() -> Self {
        Self::error(StatusCode::NOT_FOUND, "Unable to locate the resource", "")
    }

    pub(super) fn conflict() -> Self {
        let message =
            "Unable to insert or update resource because a resource with that value exists already";
        Self::error(StatusCode::CONFLICT, message, "")
    }

    /// Hydra's answer to anything that it did not expect.
    pub(super) fn unrecognizable() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::error(status, "error", "The error is unrecognizable")
    }

    /// A request that is wrong as a whole.
    pub(super) fn bad_request(reason: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, BAD_REQUEST, reason)
    }

    /// A field of a client is invalid. Without a reason where Hydra keeps it to itself.
    pub(super) fn invalid_metadata(reason: &str) -> Self {
        Self::invalid("invalid_client_metadata", INVALID_CLIENT_METADATA, reason)
    }

    pub(super) fn invalid_redirect_uri(reason: &str) -> Self {
        Self::invalid("invalid_redirect_uri", INVALID_REDIRECT_URI, reason)
    }

    fn invalid(code: &str, preamble: &str, reason: &str) -> Self {
        let description = match reason {
            "" => preamble.to_owned(),
            reason => format!("{preamble} {reason}"),
        };
        Self::error(StatusCode::BAD_REQUEST, code, &description)
    }

    /// No such route, in the words of Go's own library.
    pub(super) fn page_not_found() -> Self {
        let content_type = "text/plain; charset=utf-8";
        Self::typed(StatusCode::NOT_FOUND, content_type, "404 page not found\n")
            .with("x-content-type-options", "nosniff")
    }

    /// No such route: JSON, plain text or a web page, whatever `accept` asks for. Note that with
    /// `Accept: application/json` this is JSON, too.
    pub(super) fn no_route(accept: Option<&str>) -> Self {
        let (content_type, body) = match accept {
            Some("application/json") => {
                let error = json!({"code": 404, "message": "Not Found", "reason": NO_ROUTE});
                let body = json!({ "error": error });
                ("application/json", format!("{body:#}\n"))
            }
            Some("text/plain") => ("text/plain", format!("Error 404 - {NO_ROUTE}")),
            _ => {
                let page = format!(
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<title>404 - Route not found</title>\n<h1>Error 404</h1>\n<p>{NO_ROUTE}</p>\n</html>\n"
                );
                ("text/html", page)
            }
        };
        let content_type = format!("{content_type}; charset=utf-8");
        Self::typed(StatusCode::NOT_FOUND, &content_type, body)
    }

    /// The path is not well encoded. Go's server says so before Hydra sees the request.
    pub(super) fn malformed_path() -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::typed(status, "text/plain; charset=utf-8", "400 Bad Request")
    }

    /// The route exists, but not with this method.
    pub(super) fn method_not_allowed(allow: &str) -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::typed(status, "text/plain; charset=utf-8", "Method Not Allowed\n")
            .with("allow", allow)
            .with("x-content-type-options", "nosniff")
    }

    /// A redirect. Go's server adds a web page to it if the method is GET.
    pub(super) fn redirect(status: StatusCode, location: &str, method: &Method) -> Self {
        let answer = if method == Method::GET {
            let reason = status.canonical_reason().unwrap_or_default();
            let page = format!("<a href=\"{}\">{reason}</a>.\n\n", escaped(location));
            Self::typed(status, "text/html; charset=utf-8", page)
        } else {
            Self::empty(status)
        };
        answer.with("location", location)
    }

    /// v2 forbids caching everywhere except on its own error pages, v25 only what is read.
    pub(super) fn uncached(self, version: Version) -> Self {
        if version.is_v1() {
            return self;
        }
        let nowhere = "private, no-cache, no-store, must-revalidate";
        self.with("cache-control", nowhere)
    }
}

/// JSON as Go writes it, safe inside a web page.
pub(super) fn go_json(value: &Value) -> String {
    // Outside of strings, JSON has none of these.
    let escapes = ['<', '>', '&', '\u{2028}', '\u{2029}'].into_iter();
    escapes.fold(value.to_string(), |text, char| {
        text.replace(char, &format!("\\u{:04x}", u32::from(char)))
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&#34;")
        .replace('\'', "&#39;")
}
