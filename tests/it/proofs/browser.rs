//! A browser that remembers cookies, and a login page that agrees to everything.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;

use crate::support::http::{self, JSON, Reply};
use crate::support::target::Target;

/// Where a server sends browsers. Nobody listens there.
pub(super) const LOGIN: &str = "http://127.0.0.1:9/login";
pub(super) const CONSENT: &str = "http://127.0.0.1:9/consent";
pub(super) const LOGOUT: &str = "http://127.0.0.1:9/logout";
pub(super) const ERROR: &str = "http://127.0.0.1:9/error";

/// A browser at one server.
pub(super) struct Browser<'t> {
    target: &'t Target,
    cookies: BTreeMap<String, String>,
}

impl<'t> Browser<'t> {
    pub(super) fn new(target: &'t Target) -> Self {
        let cookies = BTreeMap::new();
        Self { target, cookies }
    }

    /// Asks the public API, by a path or by an address of its own that a redirect named.
    fn get(&mut self, address: &str) -> Reply {
        let path = match Url::parse(address) {
            Ok(url) => format!("{}?{}", url.path(), url.query().unwrap_or_default()),
            Err(_) => address.to_owned(),
        };
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let url = self.target.public_url() + &path;
        let reply = http::send("GET", &url, &[("cookie", &cookies)], "");
        for cookie in reply.all("set-cookie") {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }

    /// Logs in to a client and agrees; gives where the browser ends.
    pub(super) fn log_in(&mut self, parameters: &[(&str, &str)]) -> Ended {
        let query = encoded(parameters);
        let mut place = self
            .get(&format!("/oauth2/auth?{query}"))
            .header("location")
            .to_owned();
        if place.starts_with(LOGIN) {
            let body = json!({"subject": "alice", "remember": true, "remember_for": 3600});
            place = self.accept("login", &place, body);
        }
        if place.starts_with(CONSENT) {
            let challenge = Ended::new(place.clone()).parameter("consent_challenge");
            let asked = self.requests("GET", &format!("consent?consent_challenge={challenge}"), "");
            let body = json!({"grant_scope": asked["requested_scope"],
                "grant_access_token_audience": asked["requested_access_token_audience"]});
            place = self.accept("consent", &place, body);
        }
        Ended::new(place)
    }

    /// Logs out of everything, as the user asks for it.
    pub(super) fn log_out(&mut self) -> (u16, Ended) {
        let asked = self
            .get("/oauth2/sessions/logout")
            .header("location")
            .to_owned();
        let challenge = Ended::new(asked).parameter("logout_challenge");
        let path = format!("logout/accept?logout_challenge={challenge}");
        let accepted = self.requests("PUT", &path, "{}");
        let reply = self.get(accepted["redirect_to"].as_str().unwrap());
        (
            reply.status,
            Ended::new(reply.header("location").to_owned()),
        )
    }

    /// Agrees at a page, and follows to where that leads.
    fn accept(&mut self, what: &str, page: &str, body: Value) -> String {
        let challenge = Ended::new(page.to_owned()).parameter(&format!("{what}_challenge"));
        let challenge = utf8_percent_encode(&challenge, NON_ALPHANUMERIC);
        let path = format!("{what}/accept?{what}_challenge={challenge}");
        let accepted = self.requests("PUT", &path, &body.to_string());
        let next = accepted["redirect_to"].as_str();
        let next = next
            .unwrap_or_else(|| panic!("{what}: {accepted}"))
            .to_owned();
        self.get(&next).header("location").to_owned()
    }

    fn requests(&self, method: &str, path: &str, body: &str) -> Value {
        let admin = self.target.path().trim_end_matches("/clients");
        let url = format!("{}{admin}/oauth2/auth/requests/{path}", self.target.url());
        let headers: http::Headers = if body.is_empty() { &[] } else { &[JSON] };
        http::send(method, &url, headers, body).json()
    }
}

/// Where a browser ends: an address with parameters in its query or fragment.
pub(super) struct Ended {
    pub(super) address: String,
    parameters: BTreeMap<String, String>,
}

impl Ended {
    fn new(address: String) -> Self {
        let (_, rest) = address.split_once(['?', '#']).unwrap_or_default();
        let pairs = url::form_urlencoded::parse(rest.as_bytes());
        let parameters = pairs.map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self {
            parameters: parameters.collect(),
            address,
        }
    }

    /// A parameter; empty if it is not there.
    pub(super) fn parameter(&self, name: &str) -> String {
        self.parameters.get(name).cloned().unwrap_or_default()
    }

    /// What came of a login: an error's name, or what the client gets.
    pub(super) fn outcome(&self) -> String {
        let error = self.parameter("error");
        if !error.is_empty() {
            return error;
        }
        let got = ["code", "access_token", "id_token"];
        let got = got
            .iter()
            .filter(|name| self.parameters.contains_key(**name));
        got.copied().collect::<Vec<_>>().join(" ")
    }
}

/// A form.
pub(super) fn encoded(parameters: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(parameters).finish()
}
