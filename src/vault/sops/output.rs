//! Where SOPS files go, and what they look like.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::name::is_name;
use crate::client::Namespace;

/// What a SOPS file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SopsKind {
    /// A `Secret` of Kubernetes.
    Kubernetes,
    /// A YAML object.
    Yaml,
    /// A JSON object.
    Json,
    /// Lines of `KEY=VALUE`.
    Dotenv,
}

impl SopsKind {
    /// How the names of its files end: `sops` tells the format from the last part.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Kubernetes | Self::Yaml => "sops.yaml",
            Self::Json => "sops.json",
            Self::Dotenv => "sops.env",
        }
    }
}

/// A folder of SOPS files.
#[derive(Debug, Clone)]
pub struct SopsOutput {
    /// The folder.
    pub folder: PathBuf,
    /// What each file holds.
    pub kind: SopsKind,
    /// The names under which a file holds the id and the secret.
    pub keys: SecretKeys,
    /// How files and Secrets are named.
    pub name: NameTemplate,
    /// The namespace of Secrets that no resource determines.
    pub namespace: Option<Namespace>,
}

impl SopsOutput {
    /// Whether its folder is that one, perhaps under another name.
    pub(in crate::vault) fn is_in(&self, folder: &str) -> bool {
        let folder = Path::new(folder);
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        self.folder == folder
            || real(&self.folder).is_some_and(|own| real(folder).is_some_and(|other| own == other))
    }
}

/// The names under which the id and the secret stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretKeys {
    /// Of the client's id.
    pub id: String,
    /// Of the client's secret.
    pub secret: String,
}

impl Default for SecretKeys {
    fn default() -> Self {
        Self {
            id: "CLIENT_ID".to_owned(),
            secret: "CLIENT_SECRET".to_owned(),
        }
    }
}

/// What else stands in a file in clear: as the key of a secret, it would have to be encrypted.
const TAKEN: [&str; 17] = [
    "annotations",
    "apiVersion",
    "client_id",
    "created_at",
    "data",
    "endpoint",
    "hydra_gitops",
    "kind",
    "labels",
    "metadata",
    "name",
    "namespace",
    "owner",
    "sops",
    "stringData",
    "type",
    "unconfirmed",
];

impl FromStr for SecretKeys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, secret) = text
            .split_once(',')
            .ok_or("write it as `ID,SECRET`, such as `CLIENT_ID,CLIENT_SECRET`")?;
        for key in [id, secret] {
            let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
            let is_rest = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
            if !key.starts_with(is_start) || !key.chars().all(is_rest) || key.len() > 253 {
                return Err(format!(
                    "`{key}` is not a key: letters, digits, `_`, `-` and `.`, beginning with a letter or `_`"
                ));
            }
            if TAKEN.contains(&key) || key.starts_with("sops_") {
                return Err(format!("`{key}` is used for something else in these files"));
            }
        }
        if id == secret {
            return Err(format!("`{id}` cannot be the key of both"));
        }
        Ok(Self {
            id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }
}

/// How files and Secrets are named, such as `{client_id}-oauth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTemplate(String);

/// What a template may refer to.
pub(super) const ID: &str = "{client_id}";
const NAME: &str = "{client_name}";
const OWNER: &str = "{owner}";

impl Default for NameTemplate {
    fn default() -> Self {
        Self(ID.to_owned())
    }
}

impl NameTemplate {
    /// A template for one client alone, which need not tell it from others.
    ///
    /// # Errors
    /// Kubernetes does not take it, or it refers to something else.
    pub fn of_one(text: &str) -> Result<Self, String> {
        match Self::references(text)? {
            false if !is_name(text) => Err("Kubernetes takes names of lower-case letters, digits, `-` and `.`, such as `web-login`".to_owned()),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Whether a template refers to anything.
    fn references(text: &str) -> Result<bool, String> {
        let mut rest = text.to_owned();
        for known in [ID, NAME, OWNER] {
            rest = rest.replace(known, "");
        }
        match rest.contains(['{', '}']) {
            true => Err(format!("a template can use `{ID}`, `{NAME}` and `{OWNER}`")),
            false => Ok(rest != text),
        }
    }

    /// The template with what is known before the client exists. The id stays open.
    pub(super) fn of(&self, client_name: Option<&str>, owner: Option<&str>) -> String {
        // What stands in a name is not taken for a reference.
        let plain = |value: Option<&str>| value.unwrap_or_default().replace(['{', '}'], "-");
        let mut filled = String::new();
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let (value, length) = if rest.starts_with(NAME) {
                (plain(client_name), NAME.len())
            } else if rest.starts_with(OWNER) {
                (plain(owner), OWNER.len())
            } else {
                (ID.to_owned(), ID.len())
            };
            filled.push_str(&value);
            rest = rest.get(length..).unwrap_or_default();
        }
        filled + rest
    }
}

impl FromStr for NameTemplate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Self::references(text)? {
            true => Ok(Self(text.to_owned())),
            false => Err(format!(
                "all Secrets would have the same name: use `{ID}`, `{NAME}` or `{OWNER}`"
            )),
        }
    }
}
