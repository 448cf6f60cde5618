//! Runs the binary as a user does, in an empty environment; and plain HTTP beside it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run of the binary ended with.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn new(folder: &Path, words: &[&str]) -> Self {
        Self::with(folder, words, &[])
    }

    pub(crate) fn with(folder: &Path, words: &[&str], env: &[(&str, &str)]) -> Self {
        let output = Command::new(env!("CARGO_BIN_EXE_hydra-gitops"))
            .args(words)
            .current_dir(folder)
            .env_clear()
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The one JSON object on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A request of the test's own: status and body.
pub(crate) fn http(
    method: &str,
    url: &str,
    body: Option<(&str, &str)>,
    basic: Option<(&str, &str)>,
) -> (u16, String) {
    // Fails only when it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap();
    let mut request = client.request(method.parse().unwrap(), url);
    if let Some((kind, body)) = body {
        request = request.header("content-type", kind).body(body.to_owned());
    }
    if let Some((user, password)) = basic {
        request = request.basic_auth(user, Some(password));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}
