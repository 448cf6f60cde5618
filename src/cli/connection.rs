//! The connection flags, and what they resolve to.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::ui::Ui;
use super::values::{Parallelism, parse_duration, parse_header, parse_parallelism, parse_timeout};
use crate::apply::Limit;
use crate::client::ClientId;
use crate::error::{Error, Result};
use crate::hydra::{Connection, Endpoint, Http, Patience, Prover, Reader, Session};
use crate::sandbox::{Sandbox, Settings, Version};

/// How many look-ups run at once where the user does not say.
const LOOK_UPS: usize = 8;

/// The connection to Hydra
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct ConnectionArgs {
    /// Hydra's admin API: `http(s)://HOST[:PORT][/PREFIX]` or `unix:///PATH`
    /// [env: HYDRA_ADMIN_URL, ORY_SDK_URL]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    endpoint: Option<String>,
    /// An in-memory Hydra in place of an endpoint; with FILE it keeps its clients there
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    sandbox: Option<Option<PathBuf>>,
    /// Which Hydra the sandbox is
    #[arg(long, value_name = "VERSION", default_value_t, requires = "sandbox")]
    sandbox_version: Version,
    /// Hydra's public API, which can prove that a secret is right [env: HYDRA_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// A bearer token [env: OAUTH2_ACCESS_TOKEN]
    #[arg(long, value_name = "TOKEN", conflicts_with = "access_token_file")]
    access_token: Option<String>,
    /// A file that holds a bearer token
    #[arg(long, value_name = "FILE")]
    access_token_file: Option<PathBuf>,
    /// A further header for each request, such as `X-Tenant: blue` (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Certificate authorities to trust in place of the system's (PEM)
    #[arg(long, value_name = "FILE", conflicts_with = "skip_tls_verify")]
    ca_cert: Option<PathBuf>,
    /// A client certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// The client certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// Trust any certificate: whoever is on the way can read and change everything
    #[arg(long)]
    skip_tls_verify: bool,
    /// Say that TLS ends before Hydra (`X-Forwarded-Proto: https`)
    #[arg(long)]
    fake_tls_termination: bool,
    /// How long each request is tried again, such as `1m30s`; `0` for no limit
    #[arg(long, value_name = "DURATION", default_value = "1m0s", value_parser = parse_duration)]
    fail_after: Duration,
    /// How long a single request may take
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_timeout)]
    request_timeout: Duration,
    /// How many requests at once: a number, or `auto` to find what is fastest
    #[arg(long, value_name = "N", default_value = "auto", value_parser = parse_parallelism)]
    parallelism: Parallelism,
}

/// A Hydra that answered.
#[derive(Debug)]
pub(super) struct Connected {
    /// Reads, creates and proves.
    pub(super) session: Session,
    /// How the Hydra is called in results and in the secrets file.
    pub(super) name: String,
    /// The sandbox, where it is one; it ends with this.
    _sandbox: Option<Sandbox>,
}

impl ConnectionArgs {
    /// Connects, and asks which Hydra answers; a look-up of `probe` is the cheapest question.
    pub(super) async fn connect(&self, probe: Option<&ClientId>, ui: &Ui) -> Result<Connected> {
        if self.skip_tls_verify {
            ui.warning("certificates are not checked (`--skip-tls-verify`): whoever is on the way can read and change everything");
        }
        let sandbox = self.start_sandbox()?;
        let (connection, name) = match &sandbox {
            Some(sandbox) => {
                let endpoint = Endpoint::parse(sandbox.url())?;
                (Connection::plain(endpoint), self.sandbox_name())
            }
            None => {
                let connection = self.connection(self.endpoint()?)?;
                // The same Hydra has the same name, with and without `/admin`.
                let name = connection.endpoint.to_string();
                let short = name
                    .strip_suffix("/admin")
                    .filter(|name| name.starts_with("http"));
                let short = short.unwrap_or(&name).to_owned();
                (connection, short)
            }
        };
        let public = match (&sandbox, self.public_url()) {
            (Some(_), _) => Some(Http::new(&connection)?),
            (None, Some(url)) => Some(Http::new(&self.public(Endpoint::parse(&url)?)?)?),
            (None, None) => None,
        };
        let fail_after = (!self.fail_after.is_zero()).then_some(self.fail_after);
        let patience = Patience::new(fail_after, ui.notify());
        let reader = Reader::connect(Http::new(&connection)?, patience, probe).await?;
        let session = Session::new(reader, Prover::new(public));
        Ok(Connected {
            session,
            name,
            _sandbox: sandbox,
        })
    }

    /// How many look-ups run at once.
    pub(super) fn look_ups(&self) -> usize {
        match self.parallelism {
            Parallelism::Auto => LOOK_UPS,
            Parallelism::Fixed(number) => number,
        }
    }

    /// How many creates run at once where one by one is meant, unless the user says otherwise.
    pub(super) fn limit_of_one(&self) -> Limit {
        match self.parallelism {
            Parallelism::Auto => Limit::fixed(1),
            Parallelism::Fixed(number) => Limit::fixed(number),
        }
    }

    /// How many creates run at once.
    pub(super) fn limit(&self) -> Limit {
        match self.parallelism {
            Parallelism::Auto => Limit::auto(),
            Parallelism::Fixed(number) => Limit::fixed(number),
        }
    }

    fn start_sandbox(&self) -> Result<Option<Sandbox>> {
        let Some(file) = &self.sandbox else {
            return Ok(None);
        };
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let settings = Settings {
            listen,
            version: self.sandbox_version,
            store: file.clone(),
        };
        Sandbox::start(settings).map(Some)
    }

    /// The sandbox's name: its address changes with every run, its file does not.
    fn sandbox_name(&self) -> String {
        match &self.sandbox {
            Some(Some(file)) => format!("sandbox:{}", file.display()),
            _ => "sandbox".to_owned(),
        }
    }

    fn endpoint(&self) -> Result<Endpoint> {
        let given = self.endpoint.clone();
        let text = given
            .or_else(|| set("HYDRA_ADMIN_URL"))
            .or_else(|| set("ORY_SDK_URL"));
        let text = text.ok_or_else(|| {
            Error::usage("no endpoint: where is Hydra's admin API?")
                .hint("give `--endpoint http://HOST:4445` or set `HYDRA_ADMIN_URL`; `--sandbox` plays without a Hydra")
        })?;
        Endpoint::parse(&text)
    }

    fn public_url(&self) -> Option<String> {
        self.public_url.clone().or_else(|| set("HYDRA_PUBLIC_URL"))
    }

    fn connection(&self, endpoint: Endpoint) -> Result<Connection> {
        let identity = match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => {
                let mut pem = Zeroizing::new(read("--client-cert", certificate)?);
                pem.push(b'\n');
                pem.extend_from_slice(&Zeroizing::new(read("--client-key", key)?));
                Some(pem)
            }
            _ => None,
        };
        let ca_certificates = self
            .ca_cert
            .as_deref()
            .map(|path| read("--ca-cert", path))
            .transpose()?;
        Ok(Connection {
            endpoint,
            access_token: self.access_token()?,
            headers: self
                .headers
                .iter()
                .map(|text| parse_header(text))
                .collect::<Result<_>>()?,
            ca_certificates,
            identity,
            skip_tls_verify: self.skip_tls_verify,
            fake_tls_termination: self.fake_tls_termination,
            request_timeout: self.request_timeout,
        })
    }

    /// The connection to the public API, which the admin API's token is none of the business of.
    fn public(&self, endpoint: Endpoint) -> Result<Connection> {
        let mut connection = self.connection(endpoint)?;
        connection.access_token = None;
        Ok(connection)
    }

    fn access_token(&self) -> Result<Option<SecretString>> {
        if let Some(path) = &self.access_token_file {
            let bytes = Zeroizing::new(read("--access-token-file", path)?);
            let text = std::str::from_utf8(&bytes).unwrap_or("").trim();
            if text.is_empty() {
                return Err(Error::usage(format!("`{}` holds no token", path.display()))
                    .hint("put the bearer token alone into the file of `--access-token-file`"));
            }
            return Ok(Some(SecretString::from(text)));
        }
        let token = self
            .access_token
            .clone()
            .or_else(|| set("OAUTH2_ACCESS_TOKEN"));
        Ok(token
            .filter(|token| !token.is_empty())
            .map(SecretString::from))
    }
}

/// An environment variable; an empty one is not set.
pub(super) fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        Error::usage(format!("cannot read `{}` of `{flag}`", path.display())).because(error)
    })
}
