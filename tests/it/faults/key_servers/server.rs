//! A key server with a certificate of its own, and a Hydra.

use std::process::Command;

use crate::support::authority::Authority;
use crate::support::key::Key;
use crate::support::program::Ended;
use crate::support::proxy::{Fault, Proxy, Request, answer};
use crate::support::setup::Setup;

/// A key server and a Hydra.
pub(crate) struct Keys {
    pub(crate) setup: Setup,
    pub(crate) server: Proxy,
    pub(crate) issuer: Authority,
}

impl Keys {
    /// A server that answers as `script` says.
    pub(crate) fn new(script: impl Fn(&Request) -> Fault + Send + Sync + 'static) -> Self {
        Self::of("localhost", script)
    }

    /// A server whose certificate is for `host`.
    pub(crate) fn of(
        host: &str,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let setup = Setup::new(|_| Fault::Pass);
        setup.folder.clients(&["a"]);
        let issuer = Authority::new("ours");
        setup.folder.write("manifests/ca.pem", issuer.pem());
        let tls = issuer.server(&[host], None);
        let server = Proxy::start_tls("http://127.0.0.1:9", tls, Box::new(script));
        Self {
            setup,
            server,
            issuer,
        }
    }

    /// The address of `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.server.address().port())
    }

    /// `apply` that trusts the server.
    pub(crate) fn applying(&self, more: &[&str]) -> Command {
        let mut command = self.setup.applying(more);
        command.env("SSL_CERT_FILE", "manifests/ca.pem");
        command
    }

    /// Asserts that `apply` is refused in these words, and sends nothing to Hydra.
    #[track_caller]
    pub(crate) fn refused(&self, more: &[&str], code: i32, texts: &[&str]) -> Ended {
        let ended = self.setup.run(&mut self.applying(more));
        ended.says(code, texts);
        assert_eq!(self.setup.proxy.requests().len(), 0);
        self.setup.is_untouched();
        ended
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        let requests = self.server.requests();
        requests.into_iter().map(|request| request.path).collect()
    }

    /// Asserts that the client's recorded secret is its own, and that `key` opens it.
    #[track_caller]
    pub(crate) fn opens(&self, key: &Key) {
        let record = self.setup.folder.record("a").unwrap();
        let secret = key.open(record["encrypted_client_secret"].as_str().unwrap());
        assert!(self.setup.target.accepts("a", &secret));
    }
}

/// A key, or what is in its place.
pub(crate) fn found(body: &str) -> Fault {
    Fault::Answer(answer("200 OK", "", body))
}

/// A redirect.
pub(crate) fn moved(to: &str) -> Fault {
    Fault::Answer(answer("302 Found", &format!("Location: {to}\r\n"), ""))
}
