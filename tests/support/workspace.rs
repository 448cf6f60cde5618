//! A folder with manifests, a secrets file and its journal.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// The secrets file's name, as it is without `--secrets-out`.
pub(crate) const SECRETS: &str = "client-secrets.jsonl";

/// A folder for one program; it goes when this is dropped.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    pub(crate) fn new() -> Self {
        Self(
            tempfile::Builder::new()
                .prefix("faults-")
                .tempdir()
                .unwrap(),
        )
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file, in a folder that is made if need be.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.file(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    /// What a file holds; nothing where there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }

    /// Writes a manifest with clients of these ids.
    pub(crate) fn clients(&self, ids: &[&str]) {
        let documents: Vec<_> = ids.iter().map(|id| format!("client_id: {id}\n")).collect();
        self.write("manifests/clients.yaml", documents.join("---\n"));
    }

    /// Writes the one manifest, in JSON.
    pub(crate) fn manifest(&self, clients: &Value) {
        self.write("manifests/clients.json", clients.to_string());
    }

    /// The names of the files beside the manifests.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = self.path().read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "manifests").collect();
        names.sort();
        names
    }

    /// The records of the secrets file; each line of it is whole.
    pub(crate) fn records(&self) -> Vec<Value> {
        let text = self.read(SECRETS);
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    /// The last record of a client.
    pub(crate) fn record(&self, id: &str) -> Option<Value> {
        last_record(&self.read(SECRETS), id)
    }
}

/// The last record of a client among the lines of a secrets file.
pub(crate) fn last_record(lines: &str, id: &str) -> Option<Value> {
    let mut records = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.rfind(|record| record["client_id"] == id)
}
