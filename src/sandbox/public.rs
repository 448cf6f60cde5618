//! The two public endpoints that tell a right secret from a wrong one: `POST /oauth2/token` for
//! client credentials (RFC 6749, section 4.4) and `POST /oauth2/revoke` (RFC 7009). Nothing accepts
//! the tokens.

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Answer, Answered, go_json};
use super::route::{Query, decode};
use super::rules::{list, text};
use super::serve::{Hydra, Request};
use super::store::Entry;

const INVALID_REQUEST: &str = "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.";
const CHECK_PARAMETERS: &str = "Make sure that the various parameters are correct, be aware of case sensitivity and trim your parameters. Make sure that the client you are using has exactly whitelisted the redirect_uri you specified.";
const NO_CREDENTIALS: &str =
    "Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.";
const BAD_ID: &str = "The client id in the HTTP authorization header could not be decoded from 'application/x-www-form-urlencoded'.";
const BAD_SECRET: &str = "The client secret in the HTTP authorization header could not be decoded from 'application/x-www-form-urlencoded'.";
const INVALID_CLIENT: &str = "Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).";

impl Hydra {
    pub(super) fn token(&self, request: &Request) -> Answered<Answer> {
        let form = form(request);
        if form.is_empty() {
            return Err(invalid_request("The POST body can not be empty."));
        }
        let grant = form.get("grant_type").unwrap_or_default();
        if grant.is_empty() {
            return Err(invalid_request("Request parameter 'grant_type' is missing"));
        }
        let client = self.authenticate(request, &form, true)?;
        if grant != "client_credentials" {
            return Err(invalid_request(CHECK_PARAMETERS));
        }
        self.grant(&client, form.get("scope").unwrap_or_default())
    }

    fn grant(&self, client: &Entry, scope: &str) -> Answered<Answer> {
        let client = &client.client;
        let bad = |code, preamble, reason: &str| {
            Err(error(StatusCode::BAD_REQUEST, code, preamble, reason))
        };
        if !list(client, "grant_types").contains(&"client_credentials".to_owned()) {
            return bad(
                "unauthorized_client",
                "The client is not authorized to request a token using this method.",
                "The OAuth 2.0 Client is not allowed to use authorization grant 'client_credentials'.",
            );
        }
        let known: Vec<&str> = text(client, "scope").split_whitespace().collect();
        if let Some(unknown) = scope.split_whitespace().find(|name| !known.contains(name)) {
            return bad(
                "invalid_scope",
                "The requested scope is invalid, unknown, or malformed.",
                &format!("The OAuth 2.0 Client is not allowed to request scope '{unknown}'."),
            );
        }
        if text(client, "token_endpoint_auth_method") == "none" {
            return bad(
                "invalid_grant",
                "The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
                "The OAuth 2.0 Client is marked as public and is thus not allowed to use authorization grant 'client_credentials'.",
            );
        }
        let token = self.token_text();
        let body = json!({"access_token": token, "expires_in": 3599, "scope": scope, "token_type": "bearer"});
        Ok(answer(StatusCode::OK, &body))
    }

    pub(super) fn revoke(&self, request: &Request) -> Answered<Answer> {
        let form = form(request);
        if form.is_empty() {
            return Err(invalid_request(CHECK_PARAMETERS));
        }
        self.authenticate(request, &form, false)?;
        Ok(uncached(Answer::empty(StatusCode::OK)))
    }

    /// Authenticates a client, only by the method that it is registered for. The endpoint that revokes
    /// tokens does not say why that failed.
    fn authenticate(&self, request: &Request, form: &Query, says_why: bool) -> Answered<Entry> {
        let malformed = |why| invalid_request(if says_why { why } else { CHECK_PARAMETERS });
        let refused = |why: &str| invalid_client(if says_why { why } else { "" });
        let basic = request.header(AUTHORIZATION).and_then(basic);
        let (id, secret) = match &basic {
            // Both are form-encoded inside the header (RFC 6749, section 2.3.1).
            Some((id, secret)) => (
                decode(id).ok_or_else(|| malformed(BAD_ID))?,
                decode(secret).ok_or_else(|| malformed(BAD_SECRET))?,
            ),
            None => {
                let value = |name| form.get(name).unwrap_or_default().to_owned();
                (value("client_id"), value("client_secret"))
            }
        };
        if basic.is_none() && id.is_empty() {
            return Err(malformed(NO_CREDENTIALS));
        }
        let clients = self.store.clients()?;
        let client = clients.get(&id).ok_or_else(|| refused(""))?;
        let method = text(&client.client, "token_endpoint_auth_method");
        let sent = |name: &str| form.get(name).is_some_and(|value| !value.is_empty());
        let by_post = sent("client_id") && sent("client_secret");
        let by_basic = basic.is_some_and(|(_, secret)| !secret.is_empty());
        for (used, way) in [
            (by_post, "client_secret_post"),
            (by_basic, "client_secret_basic"),
        ] {
            if used && method != way {
                return Err(refused(&format!(
                    "The OAuth 2.0 Client supports client authentication method '{method}', but method '{way}' was requested. You must configure the OAuth 2.0 client's 'token_endpoint_auth_method' value to accept '{way}'."
                )));
            }
        }
        let is_right = method == "none" || client.secret.is_of(self.version.significant(&secret));
        is_right.then(|| client.clone()).ok_or_else(|| refused(""))
    }
}

/// The form of a body, empty when the body is of another type.
fn form(request: &Request) -> Query {
    let found = request.header(CONTENT_TYPE).unwrap_or_default();
    match found.split(';').next().map(str::trim) {
        Some("application/x-www-form-urlencoded") => {
            Query::parse(&String::from_utf8_lossy(&request.body))
        }
        _ => Query::default(),
    }
}

/// User and password of HTTP Basic (RFC 7617).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, code) = header.split_once(' ')?;
    let code = scheme.eq_ignore_ascii_case("basic").then_some(code)?;
    let text = String::from_utf8(STANDARD.decode(code).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn invalid_request(reason: &str) -> Answer {
    let status = StatusCode::BAD_REQUEST;
    error(status, "invalid_request", INVALID_REQUEST, reason)
}

fn invalid_client(reason: &str) -> Answer {
    let status = StatusCode::UNAUTHORIZED;
    error(status, "invalid_client", INVALID_CLIENT, reason)
}

fn error(status: StatusCode, code: &str, preamble: &str, reason: &str) -> Answer {
    let description = format!("{preamble} {reason}");
    let description = description.trim_end().replace('"', "'");
    let body = json!({"error": code, "error_description": description});
    answer(status, &body)
}

fn answer(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::empty(status).with("content-type", "application/json;charset=UTF-8");
    answer.body = go_json(body).into_bytes();
    uncached(answer)
}

fn uncached(answer: Answer) -> Answer {
    answer
        .with("cache-control", "no-store")
        .with("pragma", "no-cache")
}
