//! What the connection flags and the environment resolve to.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use reqwest::header::AUTHORIZATION;
use secrecy::SecretString;

use super::connection::{ConnectionArgs, set};
use super::contradictions::{Warning, authorized_by, check_public_url};
use super::credential::{read_file, token, token_of_file, without_mark};
use super::header::parse_header;
use crate::error::{Error, Result};
use crate::hydra::{Authorities, ClientCertificate, Connection, Endpoint, Http, Pem, Proxy};
use crate::reconcile::Connector;
use crate::sandbox::{Sandbox, Settings as SandboxSettings};

/// How a sandbox is started: to be written to, or only read.
type StartSandbox = fn(SandboxSettings) -> Result<Sandbox>;

/// All that is known before the first request.
pub(super) struct Settings {
    /// The connection to the admin API.
    pub(super) admin: Connection,
    /// The flag or variable that names the endpoint.
    pub(super) origin: &'static str,
    /// The connection to the public API, and the flag or variable that names it.
    pub(super) public: Option<(Connection, &'static str)>,
    /// The flag or variable by which requests are authorized.
    pub(super) authorized_by: Option<&'static str>,
    /// How the Hydra is called in results and in the secrets file.
    pub(super) name: String,
    /// What is to be said of the settings on each run, and what to do about it.
    pub(super) warnings: Vec<Warning>,
    /// The sandbox, where it is one; it ends with this.
    pub(super) sandbox: Option<Sandbox>,
}

impl Settings {
    /// The way that they describe.
    pub(super) fn connector(self) -> Result<Connector> {
        let public = self.public.as_ref().map(|(public, _)| Http::new(public));
        Ok(Connector {
            admin: Http::new(&self.admin)?,
            public: public.transpose()?,
            name: self.name,
            keep_alive: self.sandbox.map(|sandbox| Arc::new(sandbox) as _),
        })
    }
}

impl ConnectionArgs {
    /// Resolves the flags and the environment, and lets `start` start the sandbox, if it is one.
    /// Nothing is sent.
    ///
    /// # Errors
    /// Wrong usage (exit 64): what is missing, unreadable, contradictory, or would be ignored.
    pub(super) fn settings(&self, start: StartSandbox) -> Result<Settings> {
        if let Some(file) = &self.sandbox {
            return self.sandbox_settings(file.clone(), start);
        }
        let (endpoint, origin) = self.endpoint()?;
        let token = self.token()?;
        let mut admin = self.connection(endpoint)?;
        let mut warnings = Vec::new();
        let authorized_by = authorized_by(&admin, token.as_ref(), &mut warnings)?;
        let public = match self.public_url() {
            Some((url, origin)) => Some((public(&admin, parse(&url, origin)?)?, origin)),
            None => None,
        };
        if let Some((public, origin)) = &public {
            check_public_url(&admin.endpoint, &public.endpoint, origin, &mut warnings);
        }
        admin.access_token = token.map(|(token, _)| token);
        let speaks_tls = admin.speaks_tls()
            || public
                .as_ref()
                .is_some_and(|(public, _)| public.speaks_tls());
        self.check_tls_flags(&admin.endpoint, speaks_tls, &mut warnings)?;
        Ok(Settings {
            name: name(&admin.endpoint),
            admin,
            origin,
            public,
            authorized_by,
            warnings,
            sandbox: None,
        })
    }

    fn sandbox_settings(&self, file: Option<PathBuf>, start: StartSandbox) -> Result<Settings> {
        // Its address changes with every run, its file does not.
        let name = match &file {
            Some(file) => format!("sandbox:{}", file.display()),
            None => "sandbox".to_owned(),
        };
        let sandbox = start(SandboxSettings {
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
        Ok(Settings {
            admin: connection()?,
            origin: "--sandbox",
            public: Some((connection()?, "--sandbox")),
            authorized_by: None,
            name,
            warnings: Vec::new(),
            sandbox: Some(sandbox),
        })
    }

    fn endpoint(&self) -> Result<(Endpoint, &'static str)> {
        let given = self.endpoint.clone().map(|text| (text, "--endpoint"));
        let from = |name: &'static str| set(name).map(|text| (text, name));
        let (text, origin) = given
            .or_else(|| from("HYDRA_ADMIN_URL"))
            .or_else(|| from("ORY_SDK_URL"))
            .or_else(|| from("HYDRA_URL"))
            .ok_or_else(|| {
                Error::usage("no endpoint: where is Hydra's admin API?")
                    .hint("give `--endpoint http://HOST:4445` or set `HYDRA_ADMIN_URL`; `--sandbox` plays without a Hydra")
            })?;
        Ok((parse(&text, origin)?, origin))
    }

    fn public_url(&self) -> Option<(String, &'static str)> {
        let given = self.public_url.clone().map(|text| (text, "--public-url"));
        given.or_else(|| set("HYDRA_PUBLIC_URL").map(|text| (text, "HYDRA_PUBLIC_URL")))
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
            proxy: Proxy::from_environment(&endpoint, set)?,
            endpoint,
            access_token: None,
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
        let given = self
            .access_token
            .clone()
            .map(|text| (text, "--access-token"));
        let variable = || set("OAUTH2_ACCESS_TOKEN").map(|text| (text, "OAUTH2_ACCESS_TOKEN"));
        let Some((text, origin)) = given.or_else(variable) else {
            return Ok(None);
        };
        Ok(token(&text, &format!("`{origin}`"))?.map(|token| (token, origin)))
    }
}

/// Reads an address, and says where it is from if it is none.
fn parse(text: &str, origin: &str) -> Result<Endpoint> {
    Endpoint::parse(text).map_err(|error| error.hint(format!("it is the one from `{origin}`")))
}

/// The connection to the public API: as the admin API's, whose files may be pipes and are read once,
/// but for what authorizes there, which is none of the public API's business. A header of the user's
/// own can be a key to the admin API, so that only the same server gets it.
fn public(admin: &Connection, endpoint: Endpoint) -> Result<Connection> {
    let is_same = is_same_server(&admin.endpoint, &endpoint);
    let headers = admin.headers.iter();
    Ok(Connection {
        proxy: Proxy::from_environment(&endpoint, set)?,
        endpoint,
        access_token: None,
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

/// Whether scheme, host and port are the same (RFC 6454, section 5), or the socket.
fn is_same_server(one: &Endpoint, other: &Endpoint) -> bool {
    one.socket() == other.socket() && one.base().origin() == other.base().origin()
}

/// How a Hydra is called: the same with and without `/admin`.
pub(super) fn name(endpoint: &Endpoint) -> String {
    let name = endpoint.to_string();
    let short = name
        .strip_suffix("/admin")
        .filter(|name| name.starts_with("http"));
    short.unwrap_or(&name).to_owned()
}

fn pem<'a>(text: &'a [u8], path: &'a str) -> Pem<'a> {
    Pem {
        text: without_mark(text),
        path,
    }
}
