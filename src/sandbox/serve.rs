//! From HTTP to an endpoint and back.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{ACCEPT, HeaderName};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use super::answer::{Answer, Answered};
use super::pages::PageTokens;
use super::route::{Query, Route};
use super::store::Store;
use super::version::Version;
use crate::error::{Error, chain};

/// The server: all that its endpoints share.
pub(super) struct Hydra {
    pub(super) version: Version,
    pub(super) url: String,
    pub(super) tokens: PageTokens,
    pub(super) store: Store,
}

/// What the endpoints see of a request.
pub(super) struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Request {
    pub(super) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Answers a request. Endpoints may wait for the disk, so they run beside the event loop.
pub(super) async fn handle(
    State(hydra): State<Arc<Hydra>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    let Ok(body) = body else {
        return Answer::empty(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let request = Request {
        method,
        uri,
        headers,
        body,
    };
    let answering = tokio::task::spawn_blocking(move || hydra.answer(&request));
    answering.await.unwrap_or_else(|_| Answer::unrecognizable())
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        Self::error(StatusCode::INTERNAL_SERVER_ERROR, "error", &chain(&error))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        if self.is_cut_off {
            // The server writes nothing when it cannot read the begin of a body.
            let failed = stream::iter([Err::<Bytes, _>(io::Error::other("cut off"))]);
            return Body::from_stream(failed).into_response();
        }
        let mut response = (self.status, Body::from(self.body)).into_response();
        for (name, value) in self.headers {
            // An id may hold characters that no header can; Hydra, too, sends the others raw.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                let name = HeaderName::from_static(name);
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Hydra {
    fn answer(&self, request: &Request) -> Answer {
        let route = Route::of(request.uri.path(), self.version);
        let (Ok(answer) | Err(answer)) = self.dispatch(request, &route);
        let is_cached_by_nobody = matches!(
            route,
            Route::Clients(_) | Route::Client(_) | Route::Lifespans(_) | Route::ToAdmin(_)
        ) && answer.status != StatusCode::METHOD_NOT_ALLOWED
            && request.method != Method::OPTIONS
            && (request.method == Method::GET || !self.version.is_calendar());
        match is_cached_by_nobody {
            true => answer.uncached(self.version),
            false => answer,
        }
    }

    fn dispatch(&self, request: &Request, route: &Route) -> Answered<Answer> {
        let (method, body) = match &request.method {
            &Method::HEAD if self.version.is_calendar() => (&Method::GET, &request.body),
            method => (method, &request.body),
        };
        let json = |body| Ok(Answer::json(StatusCode::OK, &body));
        let temporarily = StatusCode::TEMPORARY_REDIRECT;
        let redirect = |to: &str| Ok(Answer::redirect(temporarily, to, method));
        match (route, method) {
            (Route::Unknown, _) => Err(self.no_route(request)),
            (Route::Malformed, _) => Err(Answer::malformed_path()),
            (Route::Moved(path), _) => self.moved(request, path),
            (Route::Cleaned(path), _) => redirect(path),
            (_, &Method::OPTIONS) if !self.version.is_calendar() => {
                Ok(Answer::empty(StatusCode::OK).with("allow", route.allowed(self.version)))
            }
            (Route::ToAdmin(methods), method) if methods.contains(method.as_str()) => {
                // Nothing is configured, so the address that the server believes to have is empty.
                let path = request.uri.path_and_query();
                let location = format!("http:///admin{}", path.map_or("", PathAndQuery::as_str));
                redirect(&location)
            }
            (Route::Version, &Method::GET) => json(json!({"version": self.version.as_str()})),
            (Route::Health, &Method::GET) => json(json!({"status": "ok"})),
            (Route::Clients(path), &Method::GET) => {
                let query = Query::parse(request.uri.query().unwrap_or_default());
                self.list(&query, path)
            }
            (Route::Clients(path), &Method::POST) => self.create(body, path),
            (Route::Client(id), &Method::GET) => self.get(id),
            (Route::Client(id), &Method::PUT) => self.replace(id, body),
            (Route::Client(id), &Method::PATCH) => self.patch(id, body),
            (Route::Client(id), &Method::DELETE) => self.delete(id),
            (Route::Lifespans(id), &Method::PUT) => self.set_lifespans(id, body),
            (Route::Token, &Method::POST) => self.token(request),
            (Route::Revoke, &Method::POST) => self.revoke(request),
            _ => Err(Answer::method_not_allowed(route.allowed(self.version))),
        }
    }

    fn no_route(&self, request: &Request) -> Answer {
        match self.version.is_calendar() {
            true => Answer::page_not_found(),
            false => Answer::no_route(request.header(ACCEPT)),
        }
    }

    /// A path is put right only for a method that the right path has.
    fn moved(&self, request: &Request, path: &str) -> Answered<Answer> {
        let method = &request.method;
        let allowed = Route::of(path, self.version).allowed(self.version);
        if *method == Method::OPTIONS || !allowed.contains(method.as_str()) {
            return Err(self.no_route(request));
        }
        let status = match *method {
            Method::GET => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::TEMPORARY_REDIRECT,
        };
        Ok(Answer::redirect(status, path, method))
    }
}
