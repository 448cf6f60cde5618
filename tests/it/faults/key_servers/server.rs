//! A key server with a certificate of its own, and a Hydra.

use std::process::Command;

use crate::faults::scene::Scene;
use crate::support::authority::Authority;
use crate::support::key::Key;
use crate::support::program::Ended;
use crate::support::proxy::{Fault, Proxy, Request, answer};

/// A key server and a Hydra.
pub(crate) struct Keys {
    pub(crate) scene: Scene,
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
        let scene = Scene::new(|_| Fault::Pass);
        scene.folder.clients(&["a"]);
        let issuer = Authority::new("ours");
        scene.folder.write("manifests/ca.pem", issuer.pem());
        let tls = issuer.server(&[host], None);
        let server = Proxy::start_tls("http://127.0.0.1:9", tls, Box::new(script));
        Self {
            scene,
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
        let mut command = self.scene.applying(more);
        command.env("SSL_CERT_FILE", "manifests/ca.pem");
        command
    }

    /// Asserts that `apply` is refused in these words, and sends nothing to Hydra.
    #[track_caller]
    pub(crate) fn refused(&self, more: &[&str], code: i32, texts: &[&str]) -> Ended {
        let ended = self.scene.run(&mut self.applying(more));
        ended.says(code, texts);
        assert_eq!(self.scene.proxy.requests().len(), 0);
        self.scene.is_untouched();
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
        let record = self.scene.folder.record("a").unwrap();
        let secret = key.open(record["encrypted_client_secret"].as_str().unwrap());
        assert!(self.scene.target.accepts("a", &secret));
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
