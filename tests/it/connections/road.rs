//! A way from the program to a Hydra, with a listener before Hydra that remembers the requests.

use std::process::Command;
use std::sync::Arc;

use crate::support::authority::Authority;
use crate::support::forward::{Forward, Manner};
use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, Proxy, json};
use crate::support::relay::Relay;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

/// The names that servers have: one that is this machine, and one that only a forward proxy knows.
pub(crate) const HOSTS: [&str; 2] = ["localhost", "hydra.test"];

/// User and password for a forward proxy, and what they become (RFC 7617, section 2).
const PROXY_PASSWORD: &str = "proxy-user:hunter2-proxy";
const PROXY_AUTHORIZATION: &str = "Basic cHJveHktdXNlcjpodW50ZXIyLXByb3h5";

/// How the program reaches the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Http,
    Tls,
    /// TLS by a certificate that nobody knows.
    TlsUnchecked,
    MutualTls,
    Socket,
    ProxiedHttp,
    /// TLS through a tunnel.
    ProxiedTls,
    /// Mutual TLS through a tunnel of a proxy that wants a password.
    ProxiedMutualTls,
}

impl Way {
    pub(crate) const ALL: [Self; 8] = [
        Self::Http,
        Self::Tls,
        Self::TlsUnchecked,
        Self::MutualTls,
        Self::Socket,
        Self::ProxiedHttp,
        Self::ProxiedTls,
        Self::ProxiedMutualTls,
    ];

    fn speaks_tls(self) -> bool {
        !matches!(self, Self::Http | Self::Socket | Self::ProxiedHttp)
    }

    fn is_mutual(self) -> bool {
        matches!(self, Self::MutualTls | Self::ProxiedMutualTls)
    }

    fn is_proxied(self) -> bool {
        matches!(
            self,
            Self::ProxiedHttp | Self::ProxiedTls | Self::ProxiedMutualTls
        )
    }
}

/// A way that is open.
pub(crate) struct Road {
    pub(crate) way: Way,
    pub(crate) folder: Workspace,
    pub(crate) front: Proxy,
    pub(crate) forward: Option<Forward>,
    pub(crate) target: Arc<Target>,
    socket: Option<Relay>,
}

impl Road {
    /// A way to a Hydra whose gateway lets in only requests with this `Authorization`.
    pub(crate) fn open(
        way: Way,
        target: impl Into<Arc<Target>>,
        authorization: Option<&str>,
    ) -> Self {
        let target = target.into();
        let folder = Workspace::new();
        let authority = Authority::new("ours");
        let clients = way.is_mutual().then_some(&authority);
        let wanted = authorization.map(str::to_owned);
        let gateway = Box::new(move |request: &crate::support::proxy::Request| {
            match wanted.as_deref() == request.header("authorization") {
                true => Fault::Pass,
                false => Fault::Answer(json("401 Unauthorized", r#"{"error":"no entry"}"#)),
            }
        });
        let front = match way.speaks_tls() {
            true => Proxy::start_tls(&target.url(), authority.server(&HOSTS, clients), gateway),
            false => Proxy::start(&target.url(), gateway),
        };
        folder.write("ca.pem", authority.pem());
        let client = authority.client();
        folder.write("client.pem", client.certificate);
        folder.write("client-key.pem", client.key);
        folder.clients(&["a"]);
        let path = folder.file("admin.sock");
        let socket = (way == Way::Socket).then(|| Relay::start(&path, front.address()));
        let manner = match way {
            Way::ProxiedMutualTls => Manner::Only(PROXY_AUTHORIZATION.to_owned()),
            _ => Manner::Open,
        };
        let forward = way.is_proxied().then(|| Forward::start(manner));
        Self {
            way,
            folder,
            front,
            forward,
            target,
            socket,
        }
    }

    /// The endpoint, with `user:password@` where they are given.
    pub(crate) fn endpoint(&self, credentials: &str) -> String {
        if self.socket.is_some() {
            return format!("unix://{}", self.folder.file("admin.sock").display());
        }
        let scheme = if self.way.speaks_tls() {
            "https"
        } else {
            "http"
        };
        let host = HOSTS[usize::from(self.forward.is_some())];
        let port = self.front.address().port();
        format!("{scheme}://{credentials}{host}:{port}")
    }

    /// The flags that this way needs.
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        let mut flags = match self.way {
            Way::TlsUnchecked => vec!["--skip-tls-verify"],
            way if way.speaks_tls() => vec!["--ca-cert", "ca.pem"],
            _ => vec![],
        };
        if self.way.is_mutual() {
            flags.extend([
                "--client-cert",
                "client.pem",
                "--client-key",
                "client-key.pem",
            ]);
        }
        flags
    }

    /// A command on this way.
    pub(crate) fn program(&self, command: &[&str], credentials: &str) -> Command {
        let mut program = program::program(self.folder.path());
        program
            .env("RUST_LOG", "trace")
            .env("HYDRA_ADMIN_URL", self.endpoint(credentials))
            .args(command)
            .args(["--fail-after", "5s"])
            .args(self.flags());
        if let Some(forward) = &self.forward {
            let address = forward.address();
            let proxy = match self.way {
                Way::ProxiedMutualTls => format!("http://{PROXY_PASSWORD}@{address}"),
                _ => address.to_string(),
            };
            let variable = if self.way.speaks_tls() {
                "HTTPS_PROXY"
            } else {
                "HTTP_PROXY"
            };
            program.env(variable, proxy);
        }
        program
    }

    /// Runs a command, and asserts that it said nothing secret.
    #[track_caller]
    pub(crate) fn run(&self, command: &mut Command, secrets: &[&str]) -> Ended {
        let ended = program::run(command);
        for secret in secrets.iter().chain(&["hunter2"]) {
            let said = ended.stdout.contains(secret) || ended.stderr.contains(secret);
            assert!(
                !said,
                "`{secret}` was said: {}{}",
                ended.stdout, ended.stderr
            );
        }
        ended
    }
}
