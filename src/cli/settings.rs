//! Resolves the connection flags and variables into a route to Hydra.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;

use super::connection::{ConnectionArgs, hydra_name};
use super::credential::parse_header;
use super::credential::{read_file, token, token_of_file, without_mark};
use super::flag_conflicts::{authorization, check_public_url};
use super::sources::{ACCESS_TOKEN, ENDPOINT, Given, PUBLIC_URL, variable};
use crate::doctor::Route;
use crate::error::{Error, Result};
use crate::hydra::{Authorities, ClientCertificate, Connection, Endpoint, Pem, Proxy};
use crate::sandbox::{Sandbox, Settings};

/// How to start a sandbox: writable or read-only.
type StartSandbox = fn(Settings) -> Result<Sandbox>;

impl ConnectionArgs {
    /// Resolves the flags and variables; `start` starts the sandbox, if one is asked for, which ends
    /// when it is dropped. Nothing is sent.
    ///
    /// # Errors
    /// Wrong usage (exit 64): a value is missing, unreadable, contradictory, or has no effect.
    pub(super) fn route(&self, start: StartSandbox) -> Result<(Route, Option<Sandbox>)> {
        if let Some(file) = &self.sandbox {
            let (route, sandbox) = self.sandbox_route(file.clone(), start)?;
            return Ok((route, Some(sandbox)));
        }
        let Given { value, origin } = self.endpoint()?;
        let token = self.token()?;
        let mut admin = self.connection(parse(&value, origin)?)?;
        let mut warnings = Vec::new();
        let fetching = self
            .fetched_token
            .fetching(self.request_timeout, |endpoint| {
                other_connection(&admin, endpoint)
            })?;
        let fetched_by = fetching.as_ref().map(|fetching| fetching.origin);
        // A flag goes before a variable.
        let token = token.filter(|_| fetched_by.is_none());
        let token_origin = fetched_by.or(token.as_ref().map(|(_, origin)| *origin));
        let authorization = authorization(&admin, token_origin, &mut warnings)?;
        let mut public = None;
        if let Some(Given { value, origin }) = PUBLIC_URL.resolve(self.public_url.as_deref()) {
            let endpoint = parse(&value, origin)?;
            check_public_url(&admin.endpoint, &endpoint, origin, &mut warnings);
            public = Some((other_connection(&admin, endpoint)?, origin));
        }
        admin.access_token = token.map(|(token, _)| token);
        let is_token_tls = fetching.as_ref().is_some_and(|token| token.speaks_tls);
        admin.tokens = fetching.map(|fetching| fetching.tokens);
        let is_public_tls = public
            .as_ref()
            .is_some_and(|(public, _)| public.speaks_tls());
        let speaks_tls = admin.speaks_tls() || is_public_tls || is_token_tls;
        self.check_tls_flags(&admin.endpoint, speaks_tls, &mut warnings)?;
        let route = Route {
            name: hydra_name(&admin.endpoint),
            is_sandbox: false,
            admin,
            origin,
            public,
            authorization,
            warnings,
        };
        Ok((route, None))
    }

    fn sandbox_route(
        &self,
        file: Option<PathBuf>,
        start: StartSandbox,
    ) -> Result<(Route, Sandbox)> {
        // The address changes with each run; the file does not.
        let name = match &file {
            Some(file) => format!("sandbox:{}", file.display()),
            None => "sandbox".to_owned(),
        };
        let sandbox = start(Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            version: self.sandbox_version,
            store: file,
        })?;
        let connection = || -> Result<Connection> {
            Ok(Connection {
                request_timeout: self.request_timeout,
                ..Connection::plain(Endpoint::parse(sandbox.url())?)
            })
        };
        let route = Route {
            name,
            is_sandbox: true,
            admin: connection()?,
            origin: "--sandbox",
            public: Some((connection()?, "--sandbox")),
            authorization: None,
            warnings: Vec::new(),
        };
        Ok((route, sandbox))
    }

    fn endpoint(&self) -> Result<Given> {
        ENDPOINT.resolve(self.endpoint.as_deref()).ok_or_else(|| {
            Error::usage("no endpoint is given: where is Hydra's admin API?")
                .hint("give `--endpoint http://HOST:4445` or set `HYDRA_ADMIN_URL`; `--sandbox` needs no Hydra")
        })
    }

    fn connection(&self, endpoint: Endpoint) -> Result<Connection> {
        let authorities = match &self.ca_cert {
            Some(path) => {
                let text = read_file("--ca-cert", path)?;
                let path = path.display().to_string();
                Some(Authorities::read(pem(&text, &path))?)
            }
            None => None,
        };
        let client_certificate = match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => {
                let certificate_text = read_file("--client-cert", certificate)?;
                let key_text = read_file("--client-key", key)?;
                let paths = [certificate, key].map(|path| path.display().to_string());
                Some(ClientCertificate::read(
                    pem(&certificate_text, &paths[0]),
                    pem(&key_text, &paths[1]),
                )?)
            }
            _ => None,
        };
        let headers = self.headers.iter().map(|text| parse_header(text));
        Ok(Connection {
            proxy: Proxy::from_environment(&endpoint, variable)?,
            endpoint,
            access_token: None,
            tokens: None,
            headers: headers.collect::<Result<_>>()?,
            authorities,
            client_certificate,
            skip_tls_verify: self.skip_tls_verify,
            fake_tls_termination: self.fake_tls_termination,
            request_timeout: self.request_timeout,
        })
    }

    fn token(&self) -> Result<Option<(SecretString, &'static str)>> {
        if let Some(path) = &self.access_token_file {
            return Ok(Some((token_of_file(path)?, "--access-token-file")));
        }
        match ACCESS_TOKEN.resolve(self.access_token.as_deref()) {
            Some(Given { value, origin }) => {
                Ok(token(&value, &format!("`{origin}`"))?.map(|token| (token, origin)))
            }
            None => Ok(None),
        }
    }
}

/// Parses an address; the error names its origin.
fn parse(text: &str, origin: &str) -> Result<Endpoint> {
    Endpoint::parse(text).map_err(|error| error.hint(format!("correct `{origin}`")))
}

/// The connection to the public API or to a token endpoint, derived from the admin API's because its
/// files may be pipes, which can be read only once. Credentials for the admin API are left out. Any other `--header`
/// may be a credential as well, so it is sent only to the same server.
fn other_connection(admin: &Connection, endpoint: Endpoint) -> Result<Connection> {
    let is_same = is_same_server(&admin.endpoint, &endpoint);
    let headers = admin.headers.iter();
    Ok(Connection {
        proxy: Proxy::from_environment(&endpoint, variable)?,
        endpoint,
        access_token: None,
        tokens: None,
        headers: headers
            .filter(|(name, _)| is_same && name != AUTHORIZATION)
            .cloned()
            .collect(),
        authorities: admin.authorities.clone(),
        client_certificate: admin.client_certificate.clone(),
        skip_tls_verify: admin.skip_tls_verify,
        fake_tls_termination: admin.fake_tls_termination,
        request_timeout: admin.request_timeout,
    })
}

/// Whether two endpoints have the same scheme, host and port (RFC 6454, section 5), or socket.
fn is_same_server(one: &Endpoint, other: &Endpoint) -> bool {
    one.socket() == other.socket() && one.base().origin() == other.base().origin()
}

fn pem<'a>(text: &'a [u8], path: &'a str) -> Pem<'a> {
    Pem {
        text: without_mark(text),
        path,
    }
}
