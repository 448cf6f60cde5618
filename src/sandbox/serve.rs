//! From HTTP to an endpoint and back.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::answer::{Answer, Answered};
use super::page_token::PageTokens;
use super::query::Query;
use super::route::Route;
use super::store::{Change, Clients, Outcome, Store};
use super::version::Version;
use crate::error::{Error, chain};

/// More than any client needs.
const MAX_BODY: usize = 4 << 20;

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
    path: String,
    query: Query,
    raw_query: Option<String>,
    accept: Option<String>,
    pub(super) authorization: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) body: Bytes,
}

/// Answers a request. Endpoints may wait for the disk, so they run beside the event loop.
pub(super) async fn handle(
    State(hydra): State<Arc<Hydra>>,
    request: axum::extract::Request,
) -> Response {
    let answer = match read(request).await {
        Ok(request) => {
            let answering = tokio::task::spawn_blocking(move || hydra.answer(&request));
            answering.await.unwrap_or_else(|_| Answer::unrecognizable())
        }
        Err(answer) => answer,
    };
    written(answer)
}

async fn read(request: axum::extract::Request) -> Answered<Request> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await;
    let header = |name: HeaderName| text(&parts.headers, &name);
    Ok(Request {
        body: body.map_err(|_| Answer::empty(StatusCode::PAYLOAD_TOO_LARGE))?,
        accept: header(ACCEPT),
        authorization: header(AUTHORIZATION),
        content_type: header(CONTENT_TYPE),
        path: parts.uri.path().to_owned(),
        query: Query::parse(parts.uri.query().unwrap_or_default()),
        raw_query: parts.uri.query().map(str::to_owned),
        method: parts.method,
    })
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn written(answer: Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        // An id may hold characters that no header can; Hydra, too, sends the others raw.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            let name = HeaderName::from_static(name);
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl Hydra {
    /// The clients as they are now.
    pub(super) fn clients(&self) -> Answered<Arc<Clients>> {
        self.store.clients().map_err(|error| broken(&error))
    }

    /// Makes a change durable.
    pub(super) fn commit(&self, change: Change) -> Answered<Outcome> {
        self.store.commit(change).map_err(|error| broken(&error))
    }

    fn answer(&self, request: &Request) -> Answer {
        let route = Route::of(&request.path, self.version);
        let answer = self.dispatch(request, &route);
        let answer = answer.unwrap_or_else(|error| error);
        let cached_by_nobody = matches!(
            route,
            Route::Clients(_) | Route::Client(_) | Route::Lifespans(_) | Route::ToAdmin(_)
        ) && answer.status != StatusCode::METHOD_NOT_ALLOWED
            && request.method != Method::OPTIONS;
        if cached_by_nobody {
            return answer.uncached(self.version);
        }
        answer
    }

    fn dispatch(&self, request: &Request, route: &Route) -> Answered<Answer> {
        let method = &request.method;
        match (route, method) {
            (Route::Unknown, _) => Err(Answer::no_route(request.accept.as_deref())),
            (Route::Malformed, _) => Err(Answer::malformed_path()),
            (Route::Moved(path), _) => self.moved(request, path),
            (Route::Cleaned(path), _) => {
                let is_get = request.method == Method::GET;
                let status = StatusCode::TEMPORARY_REDIRECT;
                Ok(Answer::redirect(status, path, is_get))
            }
            (_, &Method::OPTIONS) => {
                Ok(Answer::empty(StatusCode::OK).with("allow", route.allowed()))
            }
            (Route::ToAdmin(methods), method) if methods.contains(method.as_str()) => {
                Ok(self.to_admin(request))
            }
            (Route::Version, &Method::GET) => {
                let version = json!({"version": self.version.as_str()});
                Ok(Answer::json(StatusCode::OK, &version))
            }
            (Route::Health, &Method::GET) => {
                Ok(Answer::json(StatusCode::OK, &json!({"status": "ok"})))
            }
            (Route::Clients(path), &Method::GET) => self.list(&request.query, path),
            (Route::Clients(path), &Method::POST) => self.create(&request.body, path),
            (Route::Client(id), &Method::GET) => self.get(id),
            (Route::Client(id), &Method::PUT) => self.replace(id, &request.body),
            (Route::Client(id), &Method::PATCH) => self.patch(id, &request.body),
            (Route::Client(id), &Method::DELETE) => self.delete(id),
            (Route::Lifespans(id), &Method::PUT) => self.set_lifespans(id, &request.body),
            (Route::Token, &Method::POST) => self.token(request),
            (Route::Revoke, &Method::POST) => self.revoke(request),
            _ => Err(Answer::method_not_allowed(route.allowed())),
        }
    }

    /// A path is put right only for a method that the right path has.
    fn moved(&self, request: &Request, path: &str) -> Answered<Answer> {
        let method = &request.method;
        let allowed = Route::of(path, self.version).allowed();
        if *method == Method::OPTIONS || !allowed.contains(method.as_str()) {
            return Err(Answer::no_route(request.accept.as_deref()));
        }
        let is_get = method == Method::GET;
        let status = if is_get {
            StatusCode::MOVED_PERMANENTLY
        } else {
            StatusCode::TEMPORARY_REDIRECT
        };
        Ok(Answer::redirect(status, path, is_get))
    }

    /// Nothing is configured, so the address that the server believes to have is empty.
    fn to_admin(&self, request: &Request) -> Answer {
        let mut location = format!("http:///admin{}", request.path);
        if let Some(query) = &request.raw_query {
            location = format!("{location}?{query}");
        }
        let is_get = request.method == Method::GET;
        Answer::redirect(StatusCode::TEMPORARY_REDIRECT, &location, is_get)
    }
}

fn broken(error: &Error) -> Answer {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Answer::error(status, "error", &chain(error))
}
