//! The clients that are created and compared: ordinary web apps, 1.5 kB each in Hydra's list.

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};

/// Clients `PREFIX-00000` and so on.
pub(crate) struct Clients {
    pub(crate) prefix: &'static str,
    pub(crate) numbers: Range<usize>,
}

/// How a manifest says who its client is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    ById,
    ByName,
}

impl Clients {
    pub(crate) fn new(prefix: &'static str, count: usize) -> Self {
        Self {
            prefix,
            numbers: 0..count,
        }
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = String> {
        self.numbers
            .clone()
            .map(|number| format!("{}-{number:05}", self.prefix))
    }

    /// What a create sends, a secret of the tool's own length included.
    pub(crate) fn bodies(&self) -> Vec<Bytes> {
        let body = |(number, id): (usize, String)| {
            let mut client = client(&id);
            client["client_secret"] = json!(format!("{number:032}"));
            client.to_string().into()
        };
        self.ids().enumerate().map(body).collect()
    }

    /// Writes one file a client.
    pub(crate) fn write_folder(&self, folder: &Path, known: Known) {
        for id in self.ids() {
            fs::write(folder.join(format!("{id}.yaml")), manifest(&id, known)).unwrap();
        }
    }

    /// Writes one file with all of them, each a document.
    pub(crate) fn write_file(&self, path: &Path) {
        let mut text = String::new();
        for id in self.ids() {
            writeln!(text, "---\n{}", manifest(&id, Known::ById)).unwrap();
        }
        fs::write(path, text).unwrap();
    }

    /// Writes what Ory's `hydra import oauth2-client` reads.
    pub(crate) fn write_import(&self, path: &Path) {
        let all: Vec<Value> = self.ids().map(|id| client(&id)).collect();
        fs::write(path, Value::from(all).to_string()).unwrap();
    }
}

fn manifest(id: &str, known: Known) -> String {
    let mut client = client(id);
    if let (Known::ByName, Some(members)) = (known, client.as_object_mut()) {
        members.shift_remove("client_id");
    }
    serde_saphyr::to_string(&client).unwrap()
}

fn client(id: &str) -> Value {
    let site = format!("https://{id}.example.com");
    json!({
        "client_id": id,
        "client_name": format!("The app {id}"),
        "owner": "a-team",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "openid offline_access profile orders.read orders.write",
        "audience": ["https://orders.example.com"],
        "redirect_uris": [format!("{site}/oauth2/callback"), format!("{site}/oauth2/silent")],
        "post_logout_redirect_uris": [format!("{site}/goodbye")],
        "allowed_cors_origins": [site],
        "client_uri": format!("{site}/about"),
        "contacts": ["a-team@example.com"],
        "token_endpoint_auth_method": "client_secret_basic",
        "metadata": {"team": "a-team", "cost_centre": "4711"},
    })
}
