//! The requests that prove rules. Each gives in a few words what came of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use super::browser::{Browser, Ended, encoded};
use crate::support::http::{self, FORM, Reply};
use crate::support::target::{Target, fresh};

/// Of every client that needs one and has none of its own.
pub(super) const SECRET: &str = "secret-of-a-proof";
/// The redirect URI of the table's clients.
const CALLBACK: &str = "https://app.example.com/callback";
/// The private part of the key of the table's clients, from RFC 7517, appendix A.2 and RFC 7515,
/// appendix A.3.
const PRIVATE: &str = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

pub(super) type Request = fn(&Target, &str) -> String;

/// A login to its end.
fn log_in(target: &Target, id: &str, response: &str, scope: &str, redirect: Option<&str>) -> Ended {
    Browser::new(target).log_in(&parameters(id, response, scope, redirect))
}

/// What the address of a login says.
fn parameters<'p>(
    id: &'p str,
    response: &'p str,
    scope: &'p str,
    redirect: Option<&'p str>,
) -> Vec<(&'static str, &'p str)> {
    let mut parameters = vec![
        ("client_id", id),
        ("response_type", response),
        ("scope", scope),
        ("state", "state-0123456789"),
        ("nonce", "nonce-0123456789"),
    ];
    parameters.extend(redirect.map(|redirect| ("redirect_uri", redirect)));
    parameters
}

/// A login, and where it gives a code, the exchange of that code.
fn login(target: &Target, id: &str, response: &str, scope: &str, redirect: Option<&str>) -> String {
    let ended = log_in(target, id, response, scope, redirect);
    let code = ended.parameter("code");
    if code.is_empty() || response != "code" {
        return ended.outcome();
    }
    let mut form = vec![("grant_type", "authorization_code"), ("code", &code)];
    form.extend(redirect.map(|redirect| ("redirect_uri", redirect)));
    format!("code, then {}", tokens(&post(target, id, SECRET, &form)))
}

pub(super) fn code(target: &Target, id: &str) -> String {
    login(target, id, "code", "openid", Some(CALLBACK))
}

pub(super) fn code_without_redirect(target: &Target, id: &str) -> String {
    login(target, id, "code", "", None)
}

pub(super) fn code_with_offline(target: &Target, id: &str) -> String {
    login(target, id, "code", "openid offline_access", Some(CALLBACK))
}

/// A login for what the client's scope with a `*` is meant to allow.
pub(super) fn scope_of_wildcard(target: &Target, id: &str) -> String {
    let scope = target.get(id).json()["scope"].clone();
    let scope = scope.as_str().unwrap().replace('*', "read");
    login(target, id, "code", &scope, Some(CALLBACK))
}

pub(super) fn code_and_token(target: &Target, id: &str) -> String {
    login(target, id, "code token", "", Some(CALLBACK))
}

pub(super) fn id_token(target: &Target, id: &str) -> String {
    login(target, id, "id_token", "openid", Some(CALLBACK))
}

pub(super) fn deeper_redirect(target: &Target, id: &str) -> String {
    login(
        target,
        id,
        "code",
        "openid",
        Some("https://app.example.com/a/callback"),
    )
}

/// As it is registered.
pub(super) fn own_redirect(target: &Target, id: &str) -> String {
    let registered = target.get(id).json()["redirect_uris"][0].clone();
    login(target, id, "code", "openid", registered.as_str())
}

/// What a login leaves in the browser's address, where history and scripts can read it.
pub(super) fn in_address(target: &Target, id: &str) -> String {
    let response = target.get(id).json()["response_types"][0].clone();
    let scope = "openid";
    log_in(
        target,
        id,
        response.as_str().unwrap(),
        scope,
        Some(CALLBACK),
    )
    .outcome()
}

/// The scheme of the address to which the code is sent.
pub(super) fn sent_to(target: &Target, id: &str) -> String {
    let registered = target.get(id).json()["redirect_uris"][0].clone();
    let ended = log_in(target, id, "code", "openid", registered.as_str());
    let (scheme, _) = ended.address.split_once(':').unwrap();
    match ended.parameter("code").is_empty() {
        true => ended.outcome(),
        false => format!("the code goes to {scheme}"),
    }
}

/// As the application writes it, whatever is registered.
pub(super) fn https_redirect(target: &Target, id: &str) -> String {
    login(
        target,
        id,
        "code",
        "openid",
        Some("https://app.example.com:3000/callback"),
    )
}

/// The token endpoint for a client that authenticates by its secret, or is public.
fn post(target: &Target, id: &str, secret: &str, form: &[(&str, &str)]) -> Reply {
    let url = target.public_url() + "/oauth2/token";
    let basic = http::basic(id, secret);
    http::send(
        "POST",
        &url,
        &[FORM, ("authorization", &basic)],
        &encoded(form),
    )
}

fn tokens(reply: &Reply) -> String {
    let answer = reply.json();
    if reply.status != 200 {
        return format!(
            "{} {}",
            reply.status,
            answer["error"].as_str().unwrap_or_default()
        );
    }
    let names = ["access_token", "refresh_token", "id_token"];
    let got = names.into_iter().filter(|name| answer.get(name).is_some());
    got.collect::<Vec<_>>().join(" ")
}

const CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

pub(super) fn credentials(target: &Target, id: &str) -> String {
    tokens(&post(target, id, SECRET, &[CREDENTIALS]))
}

pub(super) fn public_credentials(target: &Target, id: &str) -> String {
    let url = target.public_url() + "/oauth2/token";
    let form = encoded(&[CREDENTIALS, ("client_id", id)]);
    let public = http::send("POST", &url, &[FORM], &form);
    match target.get(id).json()["token_endpoint_auth_method"] == "none" {
        true => tokens(&public),
        false => credentials(target, id),
    }
}

pub(super) fn credentials_offline(target: &Target, id: &str) -> String {
    let with_code = login(target, id, "code", "offline", Some(CALLBACK));
    match with_code.starts_with("code") {
        true => with_code,
        false => tokens(&post(
            target,
            id,
            SECRET,
            &[CREDENTIALS, ("scope", "offline")],
        )),
    }
}

pub(super) fn password(target: &Target, id: &str) -> String {
    let code = code(target, id);
    match code.contains("access_token") {
        true => code,
        false => {
            let form = [
                ("grant_type", "password"),
                ("username", "a"),
                ("password", "b"),
            ];
            tokens(&post(target, id, SECRET, &form))
        }
    }
}

/// The secret behind the hash in the table.
pub(super) fn hashed_secret(target: &Target, id: &str) -> String {
    tokens(&post(target, id, "password", &[CREDENTIALS]))
}

/// How long an access token lives.
pub(super) fn lifespan(target: &Target, id: &str) -> String {
    let answer = post(target, id, SECRET, &[CREDENTIALS]).json();
    let seconds = answer["expires_in"].as_u64().unwrap();
    let is_short = seconds <= 300;
    if is_short {
        "as wanted"
    } else {
        "the server's default"
    }
    .to_owned()
}

pub(super) fn audience(target: &Target, id: &str) -> String {
    let audience = ("audience", "https://api.example.com");
    tokens(&post(target, id, SECRET, &[CREDENTIALS, audience]))
}

/// Another one than the client's own.
pub(super) fn foreign_audience(target: &Target, id: &str) -> String {
    let audiences = ["urn:payments", "https://payments.example.com"];
    let granted = audiences.map(|audience| {
        post(target, id, SECRET, &[CREDENTIALS, ("audience", audience)]).status == 200
    });
    if granted.contains(&true) {
        "granted"
    } else {
        "refused"
    }
    .to_owned()
}

pub(super) fn origin(target: &Target, id: &str) -> String {
    let is_allowed = allows(target, id, "https://app.example.com");
    if is_allowed { "allowed" } else { "ignored" }.to_owned()
}

/// Of a subdomain, and of one below that.
pub(super) fn origins(target: &Target, id: &str) -> String {
    let one = origin(target, id);
    match allows(target, id, "https://app.eu.example.com") {
        true => format!("{one}, and allowed one label deeper"),
        false => format!("{one}, and ignored one label deeper"),
    }
}

fn allows(target: &Target, id: &str, origin: &str) -> bool {
    let url = target.public_url() + "/oauth2/token";
    let basic = http::basic(id, SECRET);
    let headers = [FORM, ("authorization", &*basic), ("origin", origin)];
    let reply = http::send("POST", &url, &headers, &encoded(&[CREDENTIALS]));
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.header("access-control-allow-origin") == origin
}

/// A grant as it is registered.
pub(super) fn own_grant(target: &Target, id: &str) -> String {
    let grant = target.get(id).json()["grant_types"][0].clone();
    let form = [("grant_type", grant.as_str().unwrap())];
    tokens(&post(target, id, SECRET, &form))
}

/// Whether a token is good when it is new (RFC 7662).
pub(super) fn introspected(target: &Target, id: &str) -> String {
    let issued = post(target, id, SECRET, &[CREDENTIALS]).json();
    let token = issued["access_token"].as_str().unwrap();
    let path = target.path().replace("clients", "oauth2/introspect");
    let url = target.url() + &path;
    let answer = http::send("POST", &url, &[FORM], &encoded(&[("token", token)])).json();
    let is_active = answer["active"].as_bool().unwrap();
    if is_active { "active" } else { "expired" }.to_owned()
}

/// The exchange of a code by somebody who knows the client's id alone.
pub(super) fn code_without_secret(target: &Target, id: &str) -> String {
    let ended = log_in(target, id, "code", "openid", Some(CALLBACK));
    let form = encoded(&[
        ("grant_type", "authorization_code"),
        ("code", &ended.parameter("code")),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
    ]);
    tokens(&http::send(
        "POST",
        &(target.public_url() + "/oauth2/token"),
        &[FORM],
        &form,
    ))
}

/// With a secret that is another one after its 72nd byte.
pub(super) fn other_end(target: &Target, id: &str) -> String {
    let secret = format!("{}-1-other", "0123456789".repeat(7));
    tokens(&post(target, id, &secret, &[CREDENTIALS]))
}

/// A look-up by its id.
pub(super) fn found(target: &Target, id: &str) -> String {
    target.get(id).status.to_string()
}

/// A login by an unsigned request object (OpenID Connect Core 1.0, section 6.1).
pub(super) fn request_object(target: &Target, id: &str) -> String {
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = json!({"client_id": id, "redirect_uri": CALLBACK});
    let request = format!("{}.{}.", part(json!({"alg": "none"})), part(claims));
    let mut parameters = parameters(id, "code", "openid", Some(CALLBACK));
    parameters.push(("request", &request));
    Browser::new(target).log_in(&parameters).outcome()
}

/// Somebody signs with a key of their own, which they answer with where the client's are fetched.
pub(super) fn attack(target: &Target, id: &str) -> String {
    match assertion(target, id) {
        tokens if tokens == "access_token" => "the attacker is let in".to_owned(),
        refusal => refusal,
    }
}

/// A client that signs by ES256 with its key (RFC 7523, section 2.2).
pub(super) fn assertion(target: &Target, id: &str) -> String {
    let url = target.public_url() + "/oauth2/token";
    // In production Hydra knows itself as `https`.
    let issuers = [url.replace("http:", "https:"), url.clone()];
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let claims = json!({"iss": id, "sub": id, "aud": issuers, "jti": fresh("jti"),
        "exp": now.as_secs() + 60, "iat": now.as_secs()});
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let header = json!({"alg": "ES256", "kid": "worker-1"});
    let signed = format!("{}.{}", part(header), part(claims));
    let key = SigningKey::from_slice(&URL_SAFE_NO_PAD.decode(PRIVATE).unwrap()).unwrap();
    let signature: Signature = key.sign(signed.as_bytes());
    let jwt = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let form = [
        CREDENTIALS,
        ("client_assertion", &jwt),
        ("client_assertion_type", kind),
    ];
    tokens(&http::send("POST", &url, &[FORM], &encoded(&form)))
}

/// The logout of a user who logged in to this client and to one that has nothing to do with it.
pub(super) fn logout(target: &Target, id: &str) -> String {
    let other = target.made(
        &json!({"redirect_uris": [CALLBACK], "client_secret": SECRET,
        "frontchannel_logout_uri": "https://other.example.com/logout"}),
    );
    let mut browser = Browser::new(target);
    for id in [&other, id] {
        let parameters = parameters(id, "code", "openid", Some(CALLBACK));
        assert_eq!(browser.log_in(&parameters).outcome(), "code");
    }
    let (status, ended) = browser.log_out();
    match ended.parameter("error") {
        error if error.is_empty() => format!("{status} {}", ended.address.starts_with("http")),
        error => error,
    }
}
