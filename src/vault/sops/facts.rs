//! What stands in a SOPS file of ours in clear.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use super::document::{MEMBER, OURS};
use super::output::SopsKind;

/// Whose secret a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::vault) struct Facts {
    pub(in crate::vault) client_id: String,
    pub(in crate::vault) client_name: Option<String>,
    /// Which recipients its secret has may depend on it. Empty if it has none; `None` in files of
    /// earlier versions.
    pub(in crate::vault) owner: Option<String>,
    pub(in crate::vault) endpoint: String,
    pub(in crate::vault) created_at: Timestamp,
    pub(in crate::vault) unconfirmed: bool,
}

impl Facts {
    /// Its members with their values.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        let mut members = vec![("client_id", self.client_id.clone())];
        members.extend(self.client_name.clone().map(|name| ("client_name", name)));
        members.extend(self.owner.clone().map(|owner| ("owner", owner)));
        members.push(("endpoint", self.endpoint.clone()));
        members.push(("created_at", self.created_at.to_string()));
        if self.unconfirmed {
            members.push(("unconfirmed", "true".to_owned()));
        }
        members
    }

    /// Reads its members. `None` if they are not those of a file of ours.
    fn of(members: &BTreeMap<String, String>) -> Option<Self> {
        let text = |key: &str| members.get(key).cloned();
        Some(Self {
            client_id: text("client_id").filter(|id| !id.is_empty())?,
            client_name: text("client_name"),
            owner: text("owner"),
            endpoint: text("endpoint")?,
            created_at: text("created_at")?.parse().ok()?,
            unconfirmed: text("unconfirmed").is_some_and(|word| word == "true"),
        })
    }
}

/// A SOPS file of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SopsFile {
    /// Where it is.
    pub path: PathBuf,
    pub(in crate::vault) facts: Facts,
    /// Fingerprints and age recipients that open it, according to the file.
    pub(in crate::vault) recipients: Vec<String>,
    /// The encrypted secret; `None` if the client has none.
    pub(in crate::vault) secret: Option<String>,
    /// The authentication code, which no other file has.
    pub(in crate::vault) mac: String,
    /// The key under which the secret stands.
    pub(in crate::vault) key: String,
    pub(in crate::vault) kind: SopsKind,
}

/// The parts of a document that are read.
#[derive(Debug, Default)]
struct Parts {
    facts: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
    recipients: Vec<String>,
    mac: String,
}

/// Reads a file of ours; `None` if it is somebody else's.
pub(super) fn read(path: PathBuf, text: &str) -> Option<SopsFile> {
    if !text.contains(OURS) && !text.contains(MEMBER) {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    let parts = match name.rsplit_once('.')?.1 {
        "env" => of_dotenv(text),
        "json" => of_object(&serde_json::from_str(text).ok()?)?,
        "yaml" | "yml" => of_object(&serde_saphyr::from_str(text).ok()?)?,
        _ => return None,
    };
    let is_kubernetes = text.starts_with("apiVersion:");
    let kind = match name.rsplit_once('.')?.1 {
        "env" => SopsKind::Dotenv,
        "json" => SopsKind::Json,
        _ if is_kubernetes => SopsKind::Kubernetes,
        _ => SopsKind::Yaml,
    };
    let facts = Facts::of(&parts.facts)?;
    let secret = parts
        .values
        .iter()
        .find(|(_, value)| value.starts_with("ENC["));
    Some(SopsFile {
        facts,
        recipients: parts.recipients,
        mac: parts.mac,
        secret: secret.map(|(_, value)| value.clone()),
        key: secret.map(|(key, _)| key.clone()).unwrap_or_default(),
        kind,
        path,
    })
}

/// The strings of an object.
fn strings(object: Option<&Json>) -> BTreeMap<String, String> {
    let members = object.and_then(Json::as_object).into_iter().flatten();
    let strings =
        members.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    strings.collect()
}

fn of_object(document: &Json) -> Option<Parts> {
    #[derive(Deserialize)]
    struct Block {
        mac: String,
        #[serde(default)]
        pgp: Option<Vec<Pgp>>,
        #[serde(default)]
        age: Option<Vec<Age>>,
    }
    #[derive(Deserialize)]
    struct Pgp {
        fp: String,
    }
    #[derive(Deserialize)]
    struct Age {
        recipient: String,
    }
    let block: Block = serde_json::from_value(document.get("sops")?.clone()).ok()?;
    let annotations = document.pointer("/metadata/annotations");
    let (facts, values) = match annotations {
        Some(_) => {
            let ours = strings(annotations).into_iter().filter_map(|(key, value)| {
                let key = key.strip_prefix(OURS)?.strip_prefix('/')?;
                Some((key.replace('-', "_"), value))
            });
            (ours.collect(), strings(document.get("stringData")))
        }
        None => (strings(document.get(MEMBER)), strings(Some(document))),
    };
    let pgp = block.pgp.unwrap_or_default().into_iter().map(|key| key.fp);
    let age = block.age.unwrap_or_default().into_iter();
    Some(Parts {
        facts,
        values,
        recipients: pgp.chain(age.map(|key| key.recipient)).collect(),
        mac: block.mac,
    })
}

fn of_dotenv(text: &str) -> Parts {
    let mut parts = Parts::default();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix('#') {
            let ours = comment.trim_start().strip_prefix(OURS);
            let object = ours.and_then(|json| serde_json::from_str::<Json>(json).ok());
            if object.is_some() {
                parts.facts = strings(object.as_ref());
            }
        } else if let Some((key, value)) = line.split_once('=') {
            let is_name = key.ends_with("__map_fp") || key.ends_with("__map_recipient");
            match key.starts_with("sops_") {
                true if is_name => parts.recipients.push(value.to_owned()),
                true if key == "sops_mac" => parts.mac = value.to_owned(),
                true => {}
                false => drop(parts.values.insert(key.to_owned(), value.to_owned())),
            }
        }
    }
    parts
}

/// The text of a file of ours without `unconfirmed`; `None` if it is not one.
pub(super) fn without_unconfirmed(path: &Path, text: &str) -> Option<String> {
    let before = read(path.to_owned(), text)?;
    let is_other = |line: &&str| {
        let key = line.trim_start().split_once(':').map(|(key, _)| key);
        let key = key.map(|key| key.trim_matches('"'));
        key != Some("unconfirmed") && key != Some("hydra-gitops/unconfirmed")
    };
    let confirmed = match before.kind {
        SopsKind::Kubernetes | SopsKind::Yaml => {
            let lines: Vec<_> = text.lines().filter(is_other).collect();
            lines.join("\n") + "\n"
        }
        SopsKind::Json => {
            let mut document: Json = serde_json::from_str(text).ok()?;
            let ours = document.get_mut(MEMBER)?.as_object_mut()?;
            ours.shift_remove("unconfirmed");
            serde_json::to_string_pretty(&document).ok()? + "\n"
        }
        SopsKind::Dotenv => {
            let lines = text
                .lines()
                .map(|line| match line.strip_prefix("# hydra-gitops ") {
                    Some(json) => {
                        let mut ours: serde_json::Map<_, _> = serde_json::from_str(json).ok()?;
                        ours.shift_remove("unconfirmed");
                        Some(format!("# {OURS} {}", Json::from(ours)))
                    }
                    None => Some(line.to_owned()),
                });
            lines.collect::<Option<Vec<_>>>()?.join("\n") + "\n"
        }
    };
    let after = read(path.to_owned(), &confirmed)?;
    let is_right = after.facts
        == Facts {
            unconfirmed: false,
            ..before.facts
        }
        && after.secret == before.secret;
    is_right.then_some(confirmed)
}
