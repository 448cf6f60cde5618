//! The ways from the program to the proxy before Hydra.

use std::process::Command;
use std::sync::Arc;

use super::authority::Authority;
use super::forward::{Forward, Manner};
use super::program::Ended;
use super::proxy::{Fault, Proxy, Request, json};
use super::relay::Relay;
use super::setup::Setup;
use super::target::Target;

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

impl Setup {
    /// A way to a Hydra whose gateway lets in only requests with this `Authorization`.
    pub(crate) fn through(
        way: Way,
        target: impl Into<Arc<Target>>,
        authorization: Option<&str>,
    ) -> Self {
        let target = target.into();
        let wanted = authorization.map(str::to_owned);
        let gateway = Box::new(move |request: &Request| {
            match wanted.as_deref() == request.header("authorization") {
                true => Fault::Pass,
                false => Fault::Answer(json("401 Unauthorized", r#"{"error":"no entry"}"#)),
            }
        });
        let authority = Authority::new("ours");
        let clients = way.is_mutual().then_some(&authority);
        let proxy = match way.speaks_tls() {
            true => Proxy::start_tls(&target.url(), authority.server(&HOSTS, clients), gateway),
            false => Proxy::start(&target.url(), gateway),
        };
        let mut setup = Self::behind(proxy, target);
        let folder = &setup.folder;
        folder.write("ca.pem", authority.pem());
        let client = authority.client();
        folder.write("client.pem", client.certificate);
        folder.write("client-key.pem", client.key);
        folder.clients(&["a"]);
        let socket = folder.file("admin.sock");
        let manner = match way {
            Way::ProxiedMutualTls => Manner::Only(PROXY_AUTHORIZATION.to_owned()),
            _ => Manner::Open,
        };
        setup.way = way;
        setup.forward = way.is_proxied().then(|| Forward::start(manner));
        setup.socket = (way == Way::Socket).then(|| Relay::start(&socket, setup.proxy.address()));
        setup
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
        let port = self.proxy.address().port();
        format!("{scheme}://{credentials}{host}:{port}")
    }

    /// The flags that this way needs.
    fn flags(&self) -> Vec<&'static str> {
        let mut flags = match self.way {
            Way::TlsUnchecked => vec!["--skip-tls-verify"],
            way if way.speaks_tls() => vec!["--ca-cert", "ca.pem"],
            _ => vec![],
        };
        if self.way.is_mutual() {
            flags.extend(["--client-cert", "client.pem"]);
            flags.extend(["--client-key", "client-key.pem"]);
        }
        flags
    }

    /// A command on this way.
    pub(crate) fn connecting(&self, words: &[&str], credentials: &str) -> Command {
        let mut program = self.program(words);
        program
            .env("HYDRA_ADMIN_URL", self.endpoint(credentials))
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

    /// Runs a command, and asserts that it said neither these words nor a password.
    #[track_caller]
    pub(crate) fn run_silent(&self, command: &mut Command, secrets: &[&str]) -> Ended {
        let ended = self.run(command);
        for secret in secrets.iter().chain(&["hunter2"]) {
            self.is_unsaid(&ended, secret);
        }
        ended
    }
}
