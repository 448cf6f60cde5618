//! Flags that contradict each other or have no effect: an error or a warning, never silently
//! ignored.

use reqwest::header::{AUTHORIZATION, HeaderName};

use super::connection::{ConnectionArgs, hydra_name};
use super::credential::parse_header;
use crate::doctor::{Authorization, Warning};
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};
use crate::hydra::{Connection, Endpoint};

impl ConnectionArgs {
    /// TLS flags need a connection that uses TLS.
    pub(super) fn check_tls_flags(
        &self,
        endpoint: &Endpoint,
        speaks_tls: bool,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        if self.fake_tls_termination
            && let Some(name) = self.headers.iter().find_map(|text| {
                let (name, _) = parse_header(text).ok()?;
                (name == "x-forwarded-proto").then_some(name)
            })
        {
            return Err(twice(&name, "`--fake-tls-termination`"));
        }
        if speaks_tls {
            if self.skip_tls_verify {
                warnings.push(("TLS certificates are not verified (`--skip-tls-verify`): anyone on the network path can read and change everything".to_owned(), "instead, give the certificate authority with `--ca-cert`"));
            }
            return Ok(());
        }
        let ca_cert = self.ca_cert.as_ref().map(|_| "--ca-cert");
        if let Some(flag) = ca_cert.or(self.client_cert.as_ref().map(|_| "--client-cert")) {
            let what = format!("`{flag}` is given, but no connection to `{endpoint}` uses TLS");
            let hint = "write `https://` in the endpoint, or remove the flag";
            return Err(Error::usage(what).hint(hint));
        }
        if self.skip_tls_verify {
            warnings.push((format!("`--skip-tls-verify` has no effect: the connection to `{endpoint}` does not use TLS, and anyone on the network path can read and change everything"), "remove the flag, or use TLS"));
        }
        Ok(())
    }
}

/// Which credentials the admin API's requests carry: a request has one authorization.
pub(super) fn authorization(
    admin: &Connection,
    token: Option<&'static str>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<Authorization>> {
    let own = admin
        .headers
        .iter()
        .filter(|(name, _)| name == AUTHORIZATION);
    let has_password = admin.endpoint.credentials().is_some();
    match (own.count(), token, has_password) {
        (0, Some(origin), _) => {
            if has_password {
                warnings.push((format!("the token from `{origin}` is sent; user and password in the endpoint are not, because a request has one authorization"), "leave one of them out"));
            }
            Ok(Some(Authorization::Given(origin)))
        }
        (0, None, true) => Ok(Some(Authorization::UserInfo)),
        (0, None, false) => Ok(None),
        (1, None, false) => Ok(Some(Authorization::Given("--header"))),
        (1, Some(origin), _) => Err(twice(&AUTHORIZATION, &format!("a token (`{origin}`)"))),
        (1, None, true) => Err(twice(&AUTHORIZATION, "user and password in the endpoint")),
        _ => Err(twice(&AUTHORIZATION, "a second one")),
    }
}

/// The admin API cannot verify secrets. Another path on the same server may be the public API
/// behind a gateway.
pub(super) fn check_public_url(
    admin: &Endpoint,
    public: &Endpoint,
    origin: &str,
    warnings: &mut Vec<Warning>,
) {
    if same_endpoint(&hydra_name(admin), &hydra_name(public)) {
        warnings.push((format!("`{origin}` is the address of the admin API, `{public}`, which cannot verify secrets unless a gateway serves both APIs there; the public API usually listens on port 4444"), "give the address of the public API, or leave it out"));
    }
}

fn twice(header: &HeaderName, other: &str) -> Error {
    Error::usage(format!("`--header {header}` and {other} are both given"))
        .hint("leave one of them out: Hydra or its gateway would read only one")
}
