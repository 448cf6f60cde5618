//! The connection flags, and the Hydra they select.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::output_args::{SecretsFileArgs, SopsArgs};
use super::recipient_args::KeyArgs;
use super::token_args::TokenArgs;
use super::ui::Ui;
use super::values::{
    Parallelism, parse_duration, parse_parallelism, parse_timeout, sandbox_version,
};
use crate::client::{Client, ClientId};
use crate::error::Result;
use crate::hydra::{Endpoint, Http, RetryPolicy};
use crate::manifest::Manifest;
use crate::reconcile::{Connector, Target};
use crate::sandbox::{Sandbox, Version};
use crate::vault::Outputs;

/// The connection to Hydra
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct ConnectionArgs {
    /// Hydra's admin API: `http(s)://HOST[:PORT][/PREFIX]` or `unix:///PATH`
    /// [env: HYDRA_ADMIN_URL, ORY_SDK_URL, HYDRA_URL]
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    pub(super) endpoint: Option<String>,
    /// Use an in-memory Hydra instead of an endpoint; with FILE, its clients are kept there
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["public_url", "access_token", "access_token_file", "access_token_command", "token_url", "headers", "ca_cert", "client_cert", "client_key", "skip_tls_verify", "fake_tls_termination"]
    )]
    pub(super) sandbox: Option<Option<PathBuf>>,
    /// The Hydra version that the sandbox emulates
    #[arg(long, value_name = "VERSION", default_value_t, value_parser = sandbox_version(), requires = "sandbox")]
    pub(super) sandbox_version: Version,
    /// Hydra's public API, used to verify secrets [env: HYDRA_PUBLIC_URL]
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Bearer token for the admin API [env: OAUTH2_ACCESS_TOKEN]
    #[arg(
        long,
        value_name = "TOKEN",
        conflicts_with = "access_token_file",
        allow_hyphen_values = true
    )]
    pub(super) access_token: Option<String>,
    /// File that contains the bearer token
    #[arg(long, value_name = "FILE")]
    pub(super) access_token_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) fetched_token: TokenArgs,
    /// Additional request header, such as `X-Tenant: blue` (repeatable)
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(super) headers: Vec<String>,
    /// Certificate authorities to trust instead of the system's (PEM)
    #[arg(long, value_name = "FILE", conflicts_with = "skip_tls_verify")]
    pub(super) ca_cert: Option<PathBuf>,
    /// TLS client certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    pub(super) client_cert: Option<PathBuf>,
    /// Private key of the TLS client certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    pub(super) client_key: Option<PathBuf>,
    /// Do not verify TLS certificates: anyone on the network path can read and change everything
    #[arg(long)]
    pub(super) skip_tls_verify: bool,
    /// Send `X-Forwarded-Proto: https`, for a Hydra that expects TLS to be terminated by a proxy
    #[arg(long)]
    pub(super) fake_tls_termination: bool,
    /// How long to retry each request, such as `1m30s`; `0` means forever
    #[arg(long, value_name = "DURATION", default_value = "1m0s", value_parser = parse_duration, allow_hyphen_values = true)]
    fail_after: Duration,
    /// Timeout of a single request
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = parse_timeout, allow_hyphen_values = true)]
    pub(super) request_timeout: Duration,
    /// Number of parallel requests, or `auto` to adapt it to what the server sustains
    #[arg(long, value_name = "N", default_value = "auto", value_parser = parse_parallelism)]
    pub(super) parallelism: Parallelism,
}

/// Where to create clients, and who can open their secrets
#[derive(Debug, Clone, Args)]
pub(super) struct AccessArgs {
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    pub(super) secrets: SecretsFileArgs,
    #[command(flatten)]
    pub(super) sops: SopsArgs,
}

impl AccessArgs {
    /// Where the secrets go.
    pub(super) fn outputs(&self, in_clear: bool) -> Result<Outputs> {
        self.secrets.outputs(&self.sops, in_clear)
    }
}

impl ConnectionArgs {
    /// Resolves the flags and variables, and prints warnings about them. Nothing is sent.
    pub(super) fn access(&self, ui: &Ui) -> Result<Access> {
        Ok(Access {
            connector: self.connector(ui)?,
            retry_policy: RetryPolicy::new(self.fail_after(), ui.notify()),
            fail_after: self.fail_after(),
            parallelism: self.parallelism,
        })
    }

    /// The same, without what a run adds.
    pub(super) fn connector(&self, ui: &Ui) -> Result<Connector> {
        let (route, sandbox) = self.route(Sandbox::start)?;
        for (warning, _) in &route.warnings {
            ui.warning(warning);
        }
        let public = route.public.map(|(public, _)| Http::new(&public));
        Ok(Connector {
            admin: Http::new(&route.admin)?,
            public: public.transpose()?,
            name: route.name,
            keep_alive: sandbox.map(|sandbox| Arc::new(sandbox) as _),
        })
    }

    /// How long each request is retried; `None` means forever.
    pub(super) fn fail_after(&self) -> Option<Duration> {
        (!self.fail_after.is_zero()).then_some(self.fail_after)
    }
}

/// How a command reaches Hydra: what the flags and the environment say, resolved.
pub(super) struct Access {
    pub(super) connector: Connector,
    pub(super) retry_policy: RetryPolicy,
    /// How long each request is retried; `None` means forever.
    pub(super) fail_after: Option<Duration>,
    pub(super) parallelism: Parallelism,
}

impl Access {
    /// Connects, and detects which Hydra answers. A look-up of `probe` is the cheapest request for
    /// that.
    pub(super) async fn connect(&self, probe: Option<&ClientId>) -> Result<Target> {
        let retry_policy = self.retry_policy.clone();
        Ok(self.connector.connect(retry_policy, probe).await?)
    }

    /// Connects. Looking up an id from the manifests is the cheapest way to detect the dialect.
    pub(super) async fn connect_for(&self, manifests: &[Manifest]) -> Result<Target> {
        let clients = manifests.iter().map(|manifest| &manifest.client);
        self.connect(clients.filter_map(Client::client_id).next().as_ref())
            .await
    }

    /// The same for commands that create clients, which must know who chooses ids.
    pub(super) async fn connect_to_create(&self, manifests: &[Manifest]) -> Result<Arc<Target>> {
        let mut target = self.connect_for(manifests).await?;
        target.session.find_out_who_chooses_ids().await;
        Ok(Arc::new(target))
    }
}

/// The name of a Hydra, which is the same with and without `/admin`.
pub(super) fn hydra_name(endpoint: &Endpoint) -> String {
    let name = endpoint.to_string();
    let short = name
        .strip_suffix("/admin")
        .filter(|name| name.starts_with("http"));
    short.unwrap_or(&name).to_owned()
}
