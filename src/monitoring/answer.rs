//! What each path answers.

use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};

use super::monitor::Monitor;

/// The format that `prometheus-client` writes.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// Answers a request. Everything is in memory, so this takes no time.
pub(super) fn answer(monitor: &Monitor, method: &Method, path: &str) -> Response<String> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refused = text(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are served",
        );
        let allowed = HeaderValue::from_static("GET, HEAD");
        refused.headers_mut().insert(ALLOW, allowed);
        return refused;
    }
    match path {
        "/healthz" => verdict(monitor.health()),
        "/readyz" => verdict(monitor.readiness()),
        "/metrics" => match monitor.metrics() {
            Ok(metrics) => respond(StatusCode::OK, OPENMETRICS, metrics),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        },
        _ => text(
            StatusCode::NOT_FOUND,
            "there is only /healthz, /readyz and /metrics",
        ),
    }
}

fn verdict(verdict: Result<(), String>) -> Response<String> {
    match verdict {
        Ok(()) => text(StatusCode::OK, "ok"),
        Err(why) => text(StatusCode::SERVICE_UNAVAILABLE, &why),
    }
}

fn text(status: StatusCode, line: &str) -> Response<String> {
    respond(status, TEXT, format!("{line}\n"))
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use hyper::Method;

    use super::answer;
    use crate::monitoring::Monitor;

    fn asked(method: &Method, path: &str) -> (u16, String) {
        let monitor = Monitor::new(Duration::from_secs(60), Instant::now());
        let answer = answer(&monitor, method, path);
        (answer.status().as_u16(), answer.into_body())
    }

    #[test]
    fn only_known_paths_are_served_and_only_read() {
        assert_eq!(asked(&Method::GET, "/healthz"), (200, "ok\n".to_owned()));
        assert_eq!(asked(&Method::HEAD, "/metrics").0, 200);
        for path in ["/", "/healthz/", "/metrics/x", "//metrics", "*"] {
            assert_eq!(asked(&Method::GET, path).0, 404, "{path}");
        }
        for method in [Method::POST, Method::PUT, Method::OPTIONS, Method::TRACE] {
            assert_eq!(asked(&method, "/healthz").0, 405, "{method}");
        }
    }
}
